"""What is worth knowing, for a terminal: the largest of inputs and sets, the pilots, then all in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.analysis.methods.information.net_benefits import MONEY
from simulator.report.analyses.parts.worth.words import by, gain, named, reach
from simulator.report.narrow import Rows
from simulator.report.words import written
from simulator.scenario.measure import SHARE

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

    from simulator.analysis.worth import Learned, Worth

SHOWN: Final = 12
POINT: Final = 0.0005
"""Less success than this is written as none."""


def heading(found: Worth) -> str:
    """What was asked of what."""
    n = len(found.stakes.numbers)
    plans = [result.scenario.name for result in found.stakes.results.values()]
    names = plans[0] if len(plans) == 1 else ", ".join(
        f"{letter}: {name}" for letter, name in zip(found.stakes.labels, plans, strict=True)
    )  # fmt: skip
    return f"{names}: worth of knowing, {n:,} replication{'' if n == 1 else 's'}, seed {found.stakes.first.seed}"


def shown(found: Worth, measure: str) -> list[Learned]:
    """The largest of what is worth anything, everything first; none below a hundredth of the largest."""
    every = found.learned.get(measure, ())
    most = max((one.knowing.value for one in every), default=0.0)
    least = 0.01 * most if measure == MONEY else max(0.01 * most, POINT)
    each = [one for one in every if one.knowing.value > least or (one.bundle.kind == "everything" and most > 0.0)]
    return sorted(each, key=lambda one: (one.bundle.kind != "everything", -one.knowing.value))[:SHOWN]


def rows(found: Worth, measure: str) -> list[tuple[str, ...]]:
    """A row for each of these, then the pilots."""
    lines: list[tuple[str, ...]] = []
    for one in shown(found, measure):
        known = one.knowing
        star = "*" if known.pays else " "
        ends = reach(known.low, known.high, measure, found, bare=True).removeprefix(", 95% interval ")
        lines.append((named(one.bundle), gain(known.value, measure, found) + star, ends, written(one.changes, SHARE)))
    if lines:
        lines.insert(0, ("known before choosing", "worth", "95% interval", "another choice"))
    return lines


def pilot_rows(found: Worth, measure: str) -> list[tuple[str, ...]]:
    """A row for each size of pilot."""
    each = found.pilots.get(measure, ())
    lines: list[tuple[str, ...]] = []
    for one in each:
        known = one.knowing
        ends = reach(known.low, known.high, measure, found, bare=True).removeprefix(", 95% interval ")
        priced = measure == MONEY and one.price is not None
        price, net = (gain(one.price, measure, found), gain(one.net.value, measure, found)) if priced else ("", "")
        lines.append((f"pilot {one.name}", gain(known.value, measure, found), ends, price, net))
    if measure != MONEY:
        return [("pilot", "worth", "95% interval"), *(line[:3] for line in lines)] if lines else []
    return [("pilot", "worth", "95% interval", "its price", "net of it"), *lines] if lines else []


class Table:
    """What is worth knowing for a terminal."""

    def __init__(self, found: Worth) -> None:
        self._found = found

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        found = self._found
        yield Text(heading(found), style="bold")
        for measure in found.measures:
            for table in (rows(found, measure), pilot_rows(found, measure)):
                if table:
                    yield Text("")
                    if table[0][0] != "pilot":
                        yield Text(by(measure), style="bold")
                    yield Rows(table, numeric=tuple(range(1, len(table[0]))))
        for line in found.sentences:
            yield Text("")
            yield Text(line)
        notes = self._notes()
        if notes:
            yield Text("")
            yield Text(notes, style="dim")

    def _notes(self) -> str:
        if not self._found.learned:
            return ""
        return (
            "* beyond luck, allowing for all that were tried (Holm, 5%). Worth is the mean over all programmes of what "
            "a choice made with this knowledge gives more than that of today. Prices of pilots leave out what their "
            "users do for the company, and what lies beyond the horizon."
        )
