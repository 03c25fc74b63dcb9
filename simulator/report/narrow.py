"""Rows of words and numbers that stay readable where there is no room for a table: the numbers go below the words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

GAP = 2
"""Blanks between columns, and before what stands below."""


@dataclass(frozen=True)
class Rows:
    """Rows of a name and what belongs to it, in columns where the width allows it.

    The last column may be wrapped down to `least` characters. `numeric` columns stand to the right; all but the first
    and those are dim. `indented`: columns are set in.
    """

    rows: Sequence[Sequence[str]]
    numeric: tuple[int, ...] = ()
    bold: bool = False
    least: int | None = None
    indented: bool = False

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.padding import Padding
        from rich.table import Table

        if not self.rows:
            return
        widths = [max(map(len, column)) for column in zip(*self.rows, strict=True)]
        last = widths[-1] if self.least is None else min(widths[-1], self.least)
        indent = GAP if self.indented else 0
        if indent + sum(widths[:-1]) + last + GAP * len(widths) > options.max_width:
            for name, *others in self.rows:
                yield from below(name, [", ".join(filter(None, others))], options.max_width, bold=self.bold)
            return
        table = Table(box=None, show_header=False, padding=(0, GAP, 0, 0))
        for index in range(len(widths)):
            wrapped = self.least is not None and index == len(widths) - 1
            table.add_column(
                justify="right" if index in self.numeric else "left",
                style="bold" if self.bold and index == 0 else "dim" if index and index not in self.numeric else "",
                no_wrap=not wrapped,
            )
        for row in self.rows:
            table.add_row(*row)
        yield Padding(table, (0, 0, 0, indent))


def below(name: str, lines: Sequence[str], width: int, *, bold: bool = False) -> RenderResult:
    """A name, and lines below it that are set in where that leaves room for words."""
    from rich.padding import Padding
    from rich.text import Text

    yield Text(name, style="bold" if bold else "")
    for line in filter(None, lines):
        yield Padding(Text(line, style="dim"), (0, 0, 0, GAP if width > 8 * GAP else 0))
