"""The five killers, each of which can be switched off, and what becomes of a plan under all combinations of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.analysis.frame.one_by_one import one_by_one
from simulator.analysis.methods.headlines import headlines
from simulator.analysis.methods.shapley import Floats, subsets
from simulator.experiment.progress import progress_display
from simulator.results.statistics import Estimate, mean_of
from simulator.stepping.arguments import ArgumentError

if TYPE_CHECKING:
    from simulator.experiment.settings import Settings
    from simulator.results.result import Result
    from simulator.scenario import Scenario

NAME: Final = "attribute"
KILLERS: Final = {
    "data_quality": "ai.data_quality.ideal",
    "edge_cases": "edge_cases.ideal",
    "change_management": "change_programme.ideal",
    "integration": "integration.ideal",
    "support": "support.ideal",
}
"""The five, by the truth that switches each off."""
QUARTER_WEEKS: Final = 13
GIVEN, ENDLESS = "as given", "endless"
"""Sponsors: that of the plan, and one who never stops it."""
NOBODY_STOPS: Final = {"rollout.budget": None, "rollout.sponsor": None}
LONGEST_NAME: Final = 44

Chosen = frozenset[str]


@dataclass(frozen=True)
class Outcomes:
    """What became of the replications under each combination of killers that are switched off.

    `by_measure` has float64[replications] in the order of `numbers`, `by_quarter` the means over replications as
    float64[quarters]; `weights` are those of the replications, None where all count the same.
    """

    numbers: Sequence[int]
    by_measure: Mapping[Chosen, Mapping[str, Floats]]
    by_quarter: Mapping[Chosen, Mapping[str, Floats]] = field(default_factory=dict)
    weights: Floats | None = None

    @cached_property
    def killers(self) -> tuple[str, ...]:
        """Those that can be switched off, in the order of `KILLERS`; others behind them."""
        every = frozenset().union(*self.by_measure)
        return (*(name for name in KILLERS if name in every), *sorted(every - frozenset(KILLERS)))

    @cached_property
    def all_off(self) -> Chosen:
        """All of them switched off."""
        return frozenset(self.killers)

    def of(self, measure: str) -> dict[Chosen, Floats]:
        """A measure of each replication, by what is switched off."""
        return {chosen: found[measure] for chosen, found in self.by_measure.items()}

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that are there."""
        return tuple(self.by_measure[frozenset()])

    def mean(self, values: Floats) -> Estimate:
        """The mean over replications, with its 95% interval."""
        return mean_of(values, self.weights)


def outcomes(
    plan: Scenario, sponsors: Sequence[str], settings: Settings, before: Callable[[], None] | None = None
) -> tuple[dict[str, Outcomes], str]:
    """What becomes of a plan under each combination, by sponsor, and why its observed pilot could not be used, if so.

    `before` is called when the runs have been checked, before anything is computed. Raises what `run` raises, and
    `ArgumentError` where every killer is switched off already.
    """
    killers = tuple(name for name, path in KILLERS.items() if not _stands(plan, path))
    if not killers:
        raise ArgumentError("{name} has all five switched off already: nothing is left to attribute", name=plan.name)
    variants = {
        (sponsor, chosen): variant(plan, sponsor, chosen) for sponsor in sponsors for chosen in subsets(killers)
    }
    with progress_display(settings.progress, f"{NAME} {plan.name}") as report:
        each = one_by_one(list(variants.values()), settings, NAME, _read, report, before)
        found = dict(zip(variants, each, strict=True))
    base = found[GIVEN, frozenset()]
    numbers = sorted(set.intersection(*(set(one.numbers) for one in found.values())))
    return {
        sponsor: _outcomes({chosen: found[sponsor, chosen] for chosen in subsets(killers)}, base, numbers)
        for sponsor in sponsors
    }, base.refusal


def variant(plan: Scenario, sponsor: str, chosen: Chosen) -> Scenario:
    """The plan with some killers switched off; the plan itself where nothing is changed."""
    if sponsor == GIVEN and not chosen:
        return plan
    letters = "".join(name[0] for name in KILLERS if name in chosen)
    suffix = ("-endless" if sponsor == ENDLESS else "") + (f"-ideal-{letters}" if letters else "")
    changes: dict[str, Any] = {"name": plan.name[:LONGEST_NAME] + suffix, **{KILLERS[name]: True for name in chosen}}
    if sponsor == ENDLESS:
        changes |= NOBODY_STOPS | {"levers": (), "correlations": _without_sponsor(plan)}
    if plan.pilot is not None and plan.pilot.observed is not None:
        changes["pilot.observed"] = None  # weights are those of the plan, whose pilot ran
    return plan.with_changes(changes)


def _without_sponsor(plan: Scenario) -> list[dict[str, Any]]:
    """The correlations that speak of nothing that goes with the sponsor."""
    told = plan.resolved()["correlations"]
    return [one for one in told if not any(path.startswith(gone) for path in one["inputs"] for gone in NOBODY_STOPS)]


def _stands(plan: Scenario, path: str) -> bool:
    section, *names = path.split(".")
    found: Any = getattr(plan, section)
    for name in names:
        found = getattr(found, name)
    return bool(found)


def may_be_stopped(plan: Scenario) -> bool:
    """Whether somebody may end its funding."""
    return plan.rollout is not None and (plan.rollout.budget is not None or plan.rollout.sponsor is not None)


@dataclass(frozen=True)
class _Read:
    """What is kept of a combination: weekly tables of all of them together would fill the memory."""

    numbers: list[int]
    measures: dict[str, Floats]
    weekly: dict[str, Floats]
    weights: Floats | None
    refusal: str


def _read(result: Result) -> _Read:
    records = result.records
    return _Read(
        [int(number) for number in records.numbers],
        headlines(result),
        {"adoption": records.week_rows("adoption"), "net": records.week_rows("value") - records.week_rows("cost")},
        result.weighting.weights,
        result.refusal,
    )


def _outcomes(found: Mapping[Chosen, _Read], base: _Read, numbers: Sequence[int]) -> Outcomes:
    """The outcomes of the replications that all combinations have, with the weights of the plan."""
    kept = np.isin(base.numbers, numbers)
    weights = None if base.weights is None else base.weights[kept]
    by_measure, by_quarter = {}, {}
    for chosen, one in found.items():
        here = np.isin(one.numbers, numbers)
        by_measure[chosen] = {name: values[here] for name, values in one.measures.items()}
        by_quarter[chosen] = {name: _quarters(name, rows[here], weights) for name, rows in one.weekly.items()}
    return Outcomes(tuple(numbers), by_measure, by_quarter, weights)


def _quarters(what: str, rows: Floats, weights: Floats | None) -> Floats:
    """The mean of adoption, or the sum of money, of each quarter, averaged over replications, float64[quarters]."""
    steps = np.ones(len(rows)) if weights is None else weights
    weekly = np.array([math.fsum(steps * week) for week in rows.T]) / math.fsum(steps)
    starts = np.arange(0, len(weekly), QUARTER_WEEKS)
    sums = np.add.reduceat(weekly, starts)
    return sums if what == "net" else sums / np.diff(np.append(starts, len(weekly)))
