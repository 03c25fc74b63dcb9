"""A timeline for a terminal: plan against simulation, systems, lengths, then what was found in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.analysis.methods.schedule.dates import date_of
from simulator.analysis.methods.schedule.plan_lengths import mean_at, share_cut_off
from simulator.report.words import written
from simulator.scenario.measure import MONEY, SHARE

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.table import Table as Rows

    from simulator.analysis.timeline import Timeline
    from simulator.results.statistics import Estimate

MOST_STAGES: Final = 8
LEAST_SHOWN: Final = 5
"""Fewer replications than this give no range."""
NAMES: Final = {
    "kick-off": "kick-off",
    "pilot": "end of the pilot",
    "decision": "decision to fund",
    "funding": "funding",
    "systems": "all systems live",
    "scale": "scale reached",
    "kept": "scale, and kept",
}
DATES_TOLD: Final = (
    "Dates with weeks since kick-off. Plan: for systems, every stage at its median, once, and nobody waiting; for "
    "scale, the deadline. 10%, 50%, 90%: of those that get there by the end of what is simulated."
)
CHAIN_TOLD: Final = (
    "Critical chain: back from the last system live, what each stage waited for (a stage or system before it, rework, "
    "people, its date). Of the programmes in which all are live; ties are shared."
)
LENGTHS_TOLD: Final = (
    "Length: funding to last planned go-live. Difference: from the length with the highest mean; a star: told apart, "
    "allowing for all pairs (Holm). Cut off: still on its way at the end of what is simulated."
)


def heading(found: Timeline) -> str:
    """What was simulated."""
    n = found.result.replications_done
    size = "" if found.weights is None else f", weighted by the observed pilot (worth {found.effective:.0f})"
    several = "" if len(found.lengths) < 2 else f", {len(found.lengths)} lengths of the plan"
    return (
        f"{found.scenario.name}: by when, and how sure. {n:,} replication{'' if n == 1 else 's'}{size}{several}, "
        f"seed {found.result.seed}"
    )


class Table:
    """A timeline for a terminal."""

    def __init__(self, found: Timeline) -> None:
        self._found = found

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        found = self._found
        yield Text(heading(found), style="bold")
        yield Text("")
        yield self._milestones()
        notes = [DATES_TOLD]
        if found.chains is not None and found.chains.systems:
            yield Text("")
            yield self._critical()
            notes.append(CHAIN_TOLD)
        if found.lengths:
            yield Text("")
            yield self._lengths()
            notes.append(LENGTHS_TOLD)
        yield Text("")
        for line in found.sentences:
            yield Text(line)
        yield Text("")
        for line in notes:
            yield Text(line, style="dim")

    def _milestones(self) -> Rows:
        rows = _rows("Milestone", "plan", "10%", "50%", "90%", "get there", "in time")
        for one in self._found.milestones:
            if one.kind == "site":
                continue
            few = one.spread["p50"].n < LEAST_SHOWN
            spread = [self._date(None if few and x != "p50" else each.value) for x, each in one.spread.items()]
            in_time = "–" if one.in_time is None else written(one.in_time.share, SHARE)
            name = NAMES.get(one.kind, f"{one.name} live")
            rows.add_row(name, self._date(one.planned), *spread, written(one.arrive.share, SHARE), in_time)
        return rows

    def _date(self, week: float | None) -> str:
        if week is None:
            return "–"
        day = date_of(self._found.scenario, week)
        return f"{day.day} {day:%b %Y} ({week:.0f})"

    def _critical(self) -> Rows:
        chains = self._found.chains
        rows = _rows("System or stage", "of the chain", "95% interval", "sets the last date")
        if chains is not None:
            for part in (chains.systems, dict([*chains.stages.items()][:MOST_STAGES])):
                for name, one in part.items():
                    rows.add_row(
                        name, written(one.share.value, SHARE), _between(one.share), written(one.last.value, SHARE)
                    )
                rows.add_section()
        return rows

    def _lengths(self) -> Rows:
        found, weights = self._found, self._found.weights_of_lengths
        measures = list(found.lengths[0].values)
        heads = {
            "success": "success",
            "value_from_funding": "value of funding",
            "adoption_final": "adoption at the end",
        }
        columns = [text for name in measures for text in (heads[name], "difference")]
        rows = _rows("Length (weeks)", *columns, "cut off")
        for number, one in enumerate(found.lengths):
            cells = []
            for name in measures:
                cells.append(amount(found, name, mean_at(one, name, weights).value))
                cells.append(self._difference(name, number))
            mark = "" if one.has_room else ", no room"
            own = ", the plan" if one.times == 1.0 else ""
            rows.add_row(f"{one.weeks:.0f}{own}{mark}", *cells, written(share_cut_off(one, weights).share, SHARE))
        return rows

    def _difference(self, measure: str, number: int) -> str:
        judged = self._found.judged.get(measure)
        if judged is None or number not in judged.differences:
            return "highest" if judged is not None and judged.top == number else "–"
        pair = judged.differences[number]
        star = "*" if pair.told_apart else ""
        return f"{amount(self._found, measure, pair.together.value, change=True)}{star}"


def amount(found: Timeline, measure: str, value: float | None, *, change: bool = False) -> str:
    """A value of a measure, or a change of it with its sign, as people read it."""
    if value is None:
        return "–"
    sign = "+" if change and value > 0 else ""  # and no minus before what is rounded to nothing
    if measure == "value_from_funding":
        return f"{sign}{written(value, MONEY, currency='' if change else found.scenario.economics.currency)}"
    return f"{sign}{round(100 * value, 1) + 0.0:.1f} pts" if change else written(value, SHARE)


def _rows(*heads: str) -> Rows:
    from rich.table import Table as Columns

    rows = Columns(box=None, pad_edge=False, show_edge=False, header_style="italic")
    for place, head in enumerate(heads):
        rows.add_column(head, justify="left" if place == 0 else "right")
    return rows


def _between(one: Estimate) -> str:
    if one.low is None or one.high is None:
        return "–"
    return f"{written(one.low, SHARE)} to {written(one.high, SHARE)}"
