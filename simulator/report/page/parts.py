"""What the sections of a page are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class Grid:
    """A table: a caption, a row of headings, rows of cells of which the first names the row.

    Cells are text, or drawings that are safe in a page. Columns from the second on are numbers, but for the last
    `words`.
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str | Markup]]
    words: int = 0
    note: str = ""


@dataclass(frozen=True)
class Drawing:
    """A figure: SVG that is safe in a page, what stands under it, and whether it takes a page's long side in print."""

    svg: Markup
    caption: str
    wide: bool = False


@dataclass(frozen=True)
class Section:
    """A section of the page; `key` is its anchor, `source` the file that its sentences and numbers are from."""

    key: str
    title: str
    source: str
    sentences: Sequence[str] = ()
    drawings: Sequence[Drawing] = ()
    grids: Sequence[Grid] = ()
    note: str = ""


@dataclass(frozen=True)
class Missing:
    """An analysis that was not asked: what it would tell, and the command."""

    title: str
    question: str
    command: str


@dataclass(frozen=True)
class BoardQuestion:
    """A question of a board: its answer in a sentence with the file that says it, or the command that would answer."""

    words: str
    answer: str
    source: str
    command: str
