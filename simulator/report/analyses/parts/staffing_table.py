"""The table of staffing: what a line needs in each quarter, and what the plan has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.analysis.methods.support.lines import CONFIDENCE
from simulator.report.words import written
from simulator.scenario.measure import COUNT

if TYPE_CHECKING:
    from rich.table import Table

    from simulator.analysis.methods.support.lines import Line
    from simulator.analysis.staffing import Staffing
    from simulator.results.statistics import Share

LINE_WORDS: Final = {"tier1": "tier 1", "tier2": "tier 2"}
NOTE: Final = (
    "needed: heads on the pay-roll with which the line meets its target in at least 80% of the programmes that run in "
    "the quarter, by simulation; enough in: how many; if it succeeds: among those that succeed with enough people. "
    "Erlang: by formula, at the busiest four weeks; at target: the same at target adoption. n: programmes."
)
HEADS: Final = ("needed", "enough in", "if it succeeds", "Erlang", "at target", "plan has", "meets it in", "n")


def share(one: Share) -> str:
    """A share as people read it, with as many digits as it takes not to be rounded across the confidence asked for."""
    if one.share is None:
        return "–"
    digits = 1
    while digits < 12 and (round(one.share, digits + 2) >= CONFIDENCE) != (one.share >= CONFIDENCE):
        digits += 1
    return f"{100 * one.share:.{digits}f}%"


def by_quarter(found: Staffing, line: Line) -> Table:
    """A line, a row for each quarter."""
    from rich.table import Table

    rows = Table(box=None, pad_edge=False, show_edge=False, header_style="italic")
    rows.add_column(f"{LINE_WORDS[line.tier]}, quarter")
    for head in HEADS:
        rows.add_column(head, justify="right")
    for cell, number in zip(line.cells, line.recommended, strict=True):
        day = found.date(cell.quarter)
        rows.add_row(
            f"{cell.quarter + 1}, from {day:%d %b %Y}",
            _number(number),
            share(cell.heads["funded"].holds) if number == cell.number else "raised",
            _number(cell.heads["success"].number, cell.heads["success"].more_than),
            _number(cell.erlang["funded"].number),
            _number(cell.target["funded"].number),
            written(cell.planned.value, COUNT),
            share(cell.meets),
            f"{cell.heads['funded'].n:,}",
        )
    return rows


def _number(number: int | None, more_than: int | None = None) -> str:
    if more_than is not None:
        return f">{more_than:,}"
    return "–" if number is None else f"{number:,}"
