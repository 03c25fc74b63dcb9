"""The five questions nobody asks, put to a plan: what breaks first, what it costs, and what would restore it.

Each question is an overlay by role (ten times the volume, the least engaged users, nobody at two in the morning, a data
science team that moves on, value that nobody sees), simulated with the same luck as the plan. A stress *takes* success
or value where the 95% interval of the paired difference leaves out 0. What it takes is restored by a remedy under which
at least `RESTORED` of it comes back. The cheapest of a stated list is named, by the mean cost of the programme, and
only if it does the same on fresh replications: of many remedies one may look good by luck alone.

Every replication counts, funded or not, as in `attribute`: one that is not funded is no success and is worth nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

import numpy as np

from simulator.analysis.frame.answers import Answer, file_of
from simulator.analysis.frame.one_by_one import one_by_one
from simulator.analysis.frame.runs import FRESH
from simulator.analysis.methods.remedies import REMEDIES, Remedy, under
from simulator.analysis.methods.vital_signs import Breaks, Floats, as_rows
from simulator.experiment.progress import ReportProgress, progress_display
from simulator.experiment.settings import Settings
from simulator.results.statistics import Estimate, mean_of
from simulator.scenario import Scenario, load
from simulator.stepping.arguments import ENGINE, REPLICATIONS, SEED
from simulator.store.files import refuse_others

if TYPE_CHECKING:
    import pandas as pd

    from simulator.results.result import Result

NAME: Final = "stress"
STRESSES: Final = {
    "volume": "stress-ten-times-the-volume",
    "least_engaged": "stress-least-engaged-users",
    "night": "stress-nobody-at-2am",
    "team": "stress-team-moves-on",
    "value": "stress-value-unseen",
}
"""The questions, by the overlay that puts each."""
MEASURES: Final = ("success", "value_from_funding")
RESTORED: Final = 0.8
"""Share of what a stress takes that a remedy has to bring back."""
ENOUGH: Final = 0.5
"""Success below which a plan isn't ready even without any stress."""
LONGEST_NAME: Final = 30
PLAN: Final = "plan"

Card = Literal["ready", "at risk", "not ready"]


@dataclass(frozen=True)
class Kept:
    """What is kept of a scenario: numbers of its replications, measures and weekly signs of each, and their weights."""

    numbers: tuple[int, ...]
    measures: Mapping[str, Floats]
    weekly: Mapping[str, Floats]
    weights: Floats | None = None
    refusal: str = ""

    @classmethod
    def of(cls, result: Result) -> Kept:
        """That of a result."""
        names = (*MEASURES, "programme_cost") if result.priced else ("success",)
        read = {name: result.records.measure(name) for name in names}
        return cls(
            tuple(int(number) for number in result.records.numbers),
            {name: np.array([0.0 if x is None else float(x) for x in values]) for name, values in read.items()},
            as_rows(result),
            result.weighting.weights,
            result.refusal,
        )

    @classmethod
    def without_weeks(cls, result: Result) -> Kept:
        """The same without weekly signs."""
        return replace(cls.of(result), weekly={})

    def at(self, numbers: tuple[int, ...]) -> Kept:
        """The same for some of its replications."""
        here = np.isin(self.numbers, numbers)
        return Kept(
            numbers,
            {name: values[here] for name, values in self.measures.items()},
            {name: rows[here] for name, rows in self.weekly.items()},
            None if self.weights is None else self.weights[here],
            self.refusal,
        )


def difference(ours: Kept, theirs: Kept, measure: str, weights: Floats | None) -> Estimate:
    """The paired difference of a mean over all replications of both, with its 95% interval."""
    return mean_of(ours.measures[measure] - theirs.measures[measure], weights)


@dataclass(frozen=True)
class Tried:
    """A remedy that was tried against a stress: what is lost of each measure in spite of it, and what it costs.

    `fresh` are the losses on fresh replications, None where it was not checked.
    """

    remedy: Remedy
    losses: Mapping[str, Estimate]
    cost: Estimate | None
    restores: bool
    fresh: Mapping[str, Estimate] | None = None
    holds: bool | None = None


@dataclass(frozen=True)
class Stress:
    """A stress on a plan: the measures with and without it, what it takes, what breaks, and what was tried."""

    name: str
    measures: Mapping[str, tuple[Estimate, Estimate, Estimate]]
    """Of each measure: under the plan, under the stress, and the difference."""
    breaks: Breaks
    tried: tuple[Tried, ...] = ()

    @property
    def taken(self) -> tuple[str, ...]:
        """The measures that it takes from, beyond luck."""
        return tuple(name for name, (_, _, less) in self.measures.items() if less.clear and float(less) < 0.0)

    @property
    def remedy(self) -> Tried | None:
        """The cheapest remedy that restores what is taken, also on fresh replications; None where none does."""
        return next((one for one in self.tried if one.holds), None)


class Stressed(Answer):
    """A plan under each of the five stresses; `nothing` are those that change nothing in it."""

    name: ClassVar[str] = NAME

    def __init__(
        self, scenario: Scenario, plan: Kept, stresses: Mapping[str, Stress], nothing: tuple[str, ...], seed: int
    ) -> None:
        self.scenario, self.plan, self.stresses, self.nothing, self.seed = scenario, plan, dict(stresses), nothing, seed

    @property
    def measures(self) -> tuple[str, ...]:
        """Success, and value where anything has a price."""
        return tuple(name for name in MEASURES if name in self.plan.measures)

    def estimate(self, measure: str) -> Estimate:
        """A measure under the plan."""
        return mean_of(self.plan.measures[measure], self.plan.weights)

    @property
    def card(self) -> Card:
        """Whether the plan is ready for what may come."""
        hurt = [one for one in self.stresses.values() if one.taken]
        if float(self.estimate("success")) < ENOUGH or any(one.remedy is None for one in hurt):
            return "not ready"
        return "at risk" if hurt else "ready"

    @property
    def frame(self) -> pd.DataFrame:
        """A row per stress and measure: under the plan, under the stress, and the difference with its interval."""
        import pandas as pd

        rows = {
            (name, measure): (float(plan), float(under_it), float(less), less.low, less.high)
            for name, one in self.stresses.items()
            for measure, (plan, under_it, less) in one.measures.items()
        }
        columns = [PLAN, "stressed", "difference", "low", "high"]
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns).astype("float64")
        frame.index = pd.MultiIndex.from_tuples(rows, names=["stress", "measure"])
        return frame

    def as_dict(self) -> dict[str, Any]:
        """The content of `stress.json`."""
        return {
            "scenario": self.scenario.name,
            "scenario_hash": self.scenario.hash,
            "seed": self.seed,
            "replications": len(self.plan.numbers),
            **({"not_conditioned": self.plan.refusal} if self.plan.refusal else {}),
            "currency": self.scenario.economics.currency,
            "card": self.card,
            "plan": {measure: self.estimate(measure).as_dict() for measure in self.measures},
            "stresses": {name: _told(one) for name, one in self.stresses.items()},
            "changes_nothing": list(self.nothing),
            **self.spoken(),
        }


def _told(one: Stress) -> dict[str, Any]:
    breaks = one.breaks
    return {
        "measures": {
            measure: {"stressed": under_it.as_dict(), "difference": less.as_dict()}
            for measure, (_, under_it, less) in one.measures.items()
        },
        "takes": list(one.taken),
        "anything_breaks": breaks.any.as_dict(),
        "first_week": breaks.week.as_dict(),
        "first": [{"signs": list(joint), "share": share} for joint, share in breaks.firsts().items()],
        "signs": {
            name: {key: value.as_dict() for key, value in vars(breaks.of(name)).items()} for name in breaks.weeks
        },
        "tried": [
            {
                "remedy": tried.remedy.name,
                "losses": {name: loss.as_dict() for name, loss in tried.losses.items()},
                "cost": None if tried.cost is None else tried.cost.as_dict(),
                "restores": tried.restores,
                "fresh_losses": None
                if tried.fresh is None
                else {name: loss.as_dict() for name, loss in tried.fresh.items()},
                "holds_on_fresh": tried.holds,
            }
            for tried in one.tried
        ],
        "remedy": None if one.remedy is None else one.remedy.remedy.name,
    }


def stress(
    scenario: Scenario | str | os.PathLike[str] | Mapping[str, Any],
    replications: int = REPLICATIONS,
    seed: int = SEED,
    engine: str = ENGINE,
    jobs: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool | ReportProgress | None = None,
    *,
    remedies: bool = True,
    executor: str | Executor | None = None,
    fresh: bool = False,
) -> Stressed:
    """What the five stresses do to a plan; `remedies`: also which of a stated list restores it.

    Arguments are those of `run`, for each scenario. With `out`, each is written to `out/<its name>/` and the answer to
    `out/stress.json`; what lies there already is not simulated again. Raises what `run` raises.
    """
    plan = scenario if isinstance(scenario, Scenario) else load(scenario)
    settings = Settings(
        replications=replications, seed=seed, engine=engine, jobs=jobs, out=out, progress=progress,
        executor=executor, fresh=fresh,
    )  # fmt: skip
    return stressed(plan, settings, remedies=remedies)


def stressed(
    plan: Scenario, settings: Settings, *, remedies: bool = True, before: Callable[[], None] | None = None
) -> Stressed:
    """The same with settings; `before` is called when they have been checked, before anything is computed."""
    folder = settings.folder
    if folder is not None:
        refuse_others(folder / file_of(NAME))
    bare = _without_observed(plan)
    laid = {
        name: under(bare, [overlay], f"{plan.name[:LONGEST_NAME]}-{overlay}"[:64]) for name, overlay in STRESSES.items()
    }
    scenarios = {name: one for name, one in laid.items() if one is not None}
    with progress_display(settings.progress, f"{NAME} {plan.name}") as report:
        each = one_by_one([plan, *scenarios.values()], settings, NAME, Kept.of, report, before)
        found = dict(zip((PLAN, *scenarios), each, strict=True))
        numbers = tuple(sorted(set.intersection(*(set(one.numbers) for one in found.values()))))
        base = found.pop(PLAN).at(numbers)
        stresses = {name: stress_of(name, one.at(numbers), base) for name, one in found.items()}
        if remedies:
            for name, one in stresses.items():
                if one.taken:
                    trials = _trials(plan, scenarios[name], name, one, base, settings, report)
                    stresses[name] = replace(one, tried=trials)
    answer = Stressed(plan, base, stresses, tuple(name for name, one in laid.items() if one is None), settings.seed)
    if folder is not None:
        answer.write(folder)
    return answer


def stress_of(name: str, under_it: Kept, plan: Kept) -> Stress:
    """A stress, from the same replications with and without it."""
    weights = plan.weights
    measures = {
        measure: (
            mean_of(plan.measures[measure], weights),
            mean_of(under_it.measures[measure], weights),
            difference(under_it, plan, measure, weights),
        )
        for measure in MEASURES
        if measure in plan.measures
    }
    return Stress(name, measures, Breaks.between(under_it.weekly, plan.weekly, weights))


def losses_of(stress_: Stress, kept: Kept, plan: Kept, weights: Floats | None) -> dict[str, Estimate]:
    """What is still lost of what a stress takes: the difference from the plan without it."""
    return {measure: difference(kept, plan, measure, weights) for measure in stress_.taken}


def restores(stress_: Stress, losses: Mapping[str, Estimate]) -> bool:
    """Whether enough comes back of everything that the stress takes."""
    return bool(losses) and all(
        float(losses[measure]) >= (1.0 - RESTORED) * float(stress_.measures[measure][2]) for measure in stress_.taken
    )


def _trials(
    original: Scenario,
    scenario: Scenario,
    name: str,
    stress_: Stress,
    base: Kept,
    settings: Settings,
    report: ReportProgress,
) -> tuple[Tried, ...]:
    """Each remedy against a stress, the cheapest that restore it first, until one holds on fresh replications."""
    laid = {
        remedy: under(
            scenario, [remedy.overlay], f"{original.name[:LONGEST_NAME]}-{name.replace('_', '-')}-{remedy.name}"[:64]
        )
        for remedy in REMEDIES
    }
    tried = {remedy: one for remedy, one in laid.items() if one is not None}
    each = one_by_one(list(tried.values()), settings, NAME, Kept.without_weeks, report)
    results: list[Tried] = []
    for remedy, kept in zip(tried, each, strict=True):
        shared = tuple(sorted(set(kept.numbers) & set(base.numbers)))
        ours, theirs = kept.at(shared), base.at(shared)
        losses = losses_of(stress_, ours, theirs, theirs.weights)
        cost = mean_of(ours.measures["programme_cost"], theirs.weights) if "programme_cost" in ours.measures else None
        results.append(Tried(remedy, losses, cost, restores(stress_, losses)))
    results.sort(key=lambda one: (not one.restores, float(one.cost) if one.cost is not None else 0.0))
    fresh = replace(settings, seed=settings.seed + FRESH, out=None)
    plan: list[Kept] = []
    for place, one in enumerate(results):
        if not one.restores:
            break
        wanted = [original, scenario] if not plan else []
        again = one_by_one([*wanted, tried[one.remedy]], fresh, NAME, Kept.without_weeks, report)
        read = [*again]
        plan = plan or read[:2]
        without, with_stress, kept = plan[0], plan[1], read[-1]
        shared = tuple(sorted(set(kept.numbers) & set(without.numbers) & set(with_stress.numbers)))
        ours, theirs, worse = (each.at(shared) for each in (kept, without, with_stress))
        taken_anew = losses_of(stress_, worse, theirs, theirs.weights)
        losses = losses_of(stress_, ours, theirs, theirs.weights)
        holds = all(
            float(losses[measure]) >= (1.0 - RESTORED) * min(0.0, float(taken_anew[measure]))
            for measure in stress_.taken
        )
        results[place] = replace(one, fresh=losses, holds=holds)
        if holds:
            break
    return tuple(results)


def _without_observed(plan: Scenario) -> Scenario:
    """The plan without what its pilot showed: weights are those of the plan, whose pilot ran."""
    if plan.pilot is None or plan.pilot.observed is None:
        return plan
    return plan.with_changes({"pilot.observed": None, "name": f"{plan.name[:LONGEST_NAME]}-unobserved"})
