"""The ledger of a plan's numbers: each uncertain one drawn, and where it comes from; certain ones that are assumed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from simulator.report.page.parts import Grid, Section
from simulator.report.page.vectors import spark
from simulator.scenario import numbers
from simulator.scenario.checks.standing import priors_kept, told_standing
from simulator.scenario.numbers.quantity import Quantity

if TYPE_CHECKING:
    from simulator.scenario import Scenario, Stated

SOURCE: Final = "manifest.json"
SECTIONS: Final = {
    "pilot": "Pilot",
    "sites": "Sites",
    "users": "Users",
    "ai": "Accuracy",
    "edge_cases": "Edge cases",
    "seasons": "Seasons",
    "integration": "Integration",
    "support": "Support",
    "data_science_team": "Data science team",
    "outages": "Outages",
    "change_programme": "Change programme",
    "rollout": "Roll-out",
    "economics": "Money",
    "success": "Success",
}


def ledger(scenario: Scenario) -> Section:
    """What is believed: uncertain numbers, and certain ones that stand without a source."""
    kept = priors_kept(scenario)
    stated = [one for one in numbers(scenario) if not one.path.startswith("levers.")]
    uncertain = [one for one in stated if isinstance(one.value, Quantity) and not one.value.certain]
    assumed = [one for one in stated if one not in uncertain and _is_assumed(one)]
    once = sum(isinstance(one.value, Quantity) and not one.value.every_time for one in uncertain)
    own = sum(one.path not in kept for one in uncertain)
    sourced = sum(not _is_assumed(one) for one in uncertain)
    standing = told_standing(scenario)
    whose = (
        f"{len(uncertain):,} numbers of this plan are uncertain: {once:,} are drawn once in each programme, and "
        f"{len(uncertain) - once:,} anew each time that they are used. {own:,} of them are this plan's own (“yours”); "
        f"the others are priors, as believed of any programme. {sourced:,} have a source; the others are assumed."
    )
    sentences = [
        whose,
        f"{standing[:1].upper()}{standing[1:]}.",
        f"{len(assumed):,} certain numbers stand without a source.",
    ]
    grids = [
        Grid(f"{title}: uncertain numbers", ("number", "drawn from", "p10", "p50", "p90", "unit", "whose, source"),
             [_uncertain(one, scenario, kept) for one in part], words=2)
        for title, part in _parts(uncertain)
    ]  # fmt: skip
    compact = [(one.path, _said(float(_number(one))), _unit(one, scenario), _whose(one, kept)) for one in assumed]
    grids += [Grid("Certain numbers that are assumed", ("number", "value", "unit", "whose"), compact, words=2)]
    note = (
        "Drawn: the density over the middle 98%, with a tick at the median. “Each time”: drawn anew at each use "
        "within a programme; all others once in each programme."
    )
    return Section("ledger", "What is assumed", SOURCE, sentences, grids=grids, note=note)


def _parts(found: list[Stated]) -> Iterator[tuple[str, list[Stated]]]:
    """Numbers by the section of the scenario that they are in."""
    heads = dict.fromkeys(one.path.partition(".")[0] for one in found)
    for head in heads:
        yield SECTIONS.get(head, head), [one for one in found if one.path.partition(".")[0] == head]


def _uncertain(one: Stated, scenario: Scenario, kept: set[str]) -> tuple[str, ...]:
    value = one.value
    assert isinstance(value, Quantity)
    p10, p50, p90 = (_said(value.distribution.quantile(level)) for level in (0.1, 0.5, 0.9))
    drawn = spark(value.distribution, f"p10 {p10}, p50 {p50}, p90 {p90}")
    often = " Each time." if value.every_time else ""
    source = f"{one.note.source} ({one.note.confidence})" if one.note.confidence else one.note.source
    told = f"{_whose(one, kept)}; {source if source else 'assumed'}"
    return f"{one.path}\n{one.words}{often}", drawn, p10, p50, p90, _unit(one, scenario), told


def _whose(one: Stated, kept: set[str]) -> str:
    return "prior" if one.path in kept else "yours"


def _is_assumed(one: Stated) -> bool:
    return one.note.source is None or one.note.confidence == "assumption"


def _number(one: Stated) -> float:
    return one.value.mean if isinstance(one.value, Quantity) else float(one.value)


def _unit(one: Stated, scenario: Scenario) -> str:
    return scenario.economics.currency if one.unit == "currency" else one.unit


def _said(value: float) -> str:
    """A number with three digits, as a file would write it."""
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 1000.0 else f"{rounded:.3g}"
