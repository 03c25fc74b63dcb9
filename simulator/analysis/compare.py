"""Plans compared replication by replication: all of them met the same luck (common random numbers).

A difference is that of two estimates, with the paired interval of `results/paired.py`. Where more than two plans are
compared, each pair is one more chance to be misled by luck. So p-values are adjusted by Holm's method (1979,
Scandinavian Journal of Statistics 6, 65-70) over all pairs of one measure, and two plans are *told apart* where the
adjusted one is at most 0.05: whatever the truth is, the probability that any of the pairs is told apart that is not
different is at most 0.05, for each measure by itself. Holm's method has no intervals of its own (those that agree with
it, Guilbaud 2008, Biometrical Journal 50, 678-692, say of most that it tells apart no more than the sign). Those that
hold for all pairs together are Bonferroni's (Dunn 1961, Journal of the American Statistical Association 56, 52-64):
each leaves out the truth with probability 0.05 over the number of pairs. They never leave out 0 where Holm's method
does not tell apart; it may tell apart where they just include 0.

Beside the mean stands in how many worlds (replications, by weight) a plan comes out higher, as high or lower: a mean
may be carried by few worlds.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar, Literal, overload

from simulator.analysis.frame.answers import Answer, file_of
from simulator.analysis.frame.plans import PairedPlans, Source, sharing_a_pilot
from simulator.analysis.methods.differences import Difference, Plan, difference_of
from simulator.analysis.until_decided import UntilDecided
from simulator.analysis.until_decided import until_decided as decided
from simulator.experiment.progress import ReportProgress
from simulator.results.statistics import Estimate, holm
from simulator.results.suite_result import SuiteResult
from simulator.scenario.measure import MONEY
from simulator.scenario.measures import ESTIMATED, read_first
from simulator.scenario.text.problems import unknown
from simulator.stepping.arguments import ENGINE, ArgumentError
from simulator.store.files import refuse_others

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from simulator.results.result import Result

NAME = "compare"

COLUMNS = (
    "estimate_a",
    "estimate_b",
    "difference",
    "low",
    "high",
    "p",
    "p_adjusted",
    "low_together",
    "high_together",
    "told_apart",
    "higher",
    "higher_low",
    "higher_high",
    "same",
    "lower",
    "lower_low",
    "lower_high",
    "not_comparable",
    "n",
    "variance_ratio",
)


@dataclass(frozen=True)
class Standing:
    """Which plan is best by a measure: `best` is None where none is told apart from all others.

    `leading` are the plans that none is better than, as far as can be told.
    """

    best: Plan | None
    leading: tuple[Plan, ...]


class Comparison(Answer):
    """Plans compared replication by replication with the first of them, and with each other."""

    name: ClassVar[str] = NAME

    def __init__(
        self, suite: SuiteResult, labels: Mapping[str, str], same_as: Mapping[str, str], wanted: Sequence[str]
    ):
        self.suite = suite
        self.plans = tuple(Plan(labels[name], suite[name], same_as[name]) for name in suite)
        self._wanted = tuple(wanted)
        self._differences: dict[str, dict[tuple[str, str], Difference]] = {}

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """The measures that were asked for, or the headline measures that any plan has, in the order of reading."""
        named = self._wanted or read_first("suite")
        priced = any(plan.result.priced for plan in self.plans)
        known = self.suite.measures_in_order(named) if not self._wanted else named
        return tuple(name for name in known if self._wanted or priced or ESTIMATED[name].unit != MONEY)

    @property
    def complete(self) -> bool:
        """Whether every replication of every plan is there, and observed pilots could be used."""
        return self.suite.complete

    def plan(self, label: str) -> Plan:
        """The plan of a letter, or the only one of a name; raises `KeyError`."""
        found = [plan for plan in self.plans if label in (plan.label, plan.name)]
        if not found:
            raise unknown("plan", label, [plan.label for plan in self.plans])
        return found[0]

    def estimate(self, measure: str, label: str) -> Estimate:
        """A measure of a plan with its 95% interval."""
        return self.suite.estimates(self.plan(label).name, [measure])[measure]

    def differences(self, measure: str) -> list[Difference]:
        """The differences of all pairs by a measure: B less A, C less A, ..., C less B, ...; raises `KeyError`."""
        return list(self._of(measure).values())

    def difference(self, measure: str, plan: str, less: str = "A") -> Difference:
        """What a plan has more of a measure than another, both by letter or name; raises `KeyError`."""
        b, a = self.plan(plan).label, self.plan(less).label
        found = self._of(measure)
        if (a, b) in found:
            return found[a, b]
        if (b, a) not in found:
            raise KeyError(f"{plan} is not compared with itself")
        adjusted = found[b, a]
        turned = difference_of(measure, self.plan(a), self.plan(b))
        return replace(turned, family=adjusted.family, p_adjusted=adjusted.p_adjusted)

    def _of(self, measure: str) -> dict[tuple[str, str], Difference]:
        if measure not in ESTIMATED:
            raise unknown("measure", measure, ESTIMATED)
        if measure not in self._differences:
            found = {(a.label, b.label): difference_of(measure, a, b) for a, b in combinations(self.plans, 2)}
            tested = {one.pair: one.p for one in found.values() if one.p is not None and not one.a.is_same(one.b)}
            adjusted = dict(zip(tested, holm(list(tested.values())), strict=True))
            self._differences[measure] = {
                labels: replace(
                    one,
                    family=max(1, len(tested)),
                    p_adjusted=None if one.p is None else adjusted.get(one.pair, 1.0),
                )
                for labels, one in found.items()
            }
        return self._differences[measure]

    def standing(self, measure: str) -> Standing | None:
        """Which plan is best by a measure, if one can be told to be; None for what is neither better nor worse."""
        if not ESTIMATED[measure].better:
            return None
        worse: dict[str, set[str]] = {plan.label: set() for plan in self.plans}
        for one in self.differences(measure):
            if one.verdict:
                first, second = (one.b, one.a) if one.verdict == "better" else (one.a, one.b)
                worse[second.label].add(first.label)
        leading = tuple(plan for plan in self.plans if not worse[plan.label])
        best = [
            plan for plan in leading if all(plan.label in worse[other.label] for other in self.plans if other != plan)
        ]
        return Standing(best[0] if best else None, leading)

    @property
    def frame(self) -> pd.DataFrame:
        """A row per measure and pair of plans, `a` and `b`, NaN for what can't be told; differences are b less a."""
        import pandas as pd

        rows = {}
        for measure in self.measures:
            for one in self.differences(measure):
                rows[measure, one.a.label, one.b.label] = self._row(one)
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS))
        frame.index = pd.MultiIndex.from_tuples(rows, names=["measure", "a", "b"])
        types = {"told_apart": "bool", "n": "int64"}
        return frame.astype({name: types.get(name, "float64") for name in COLUMNS})

    def _row(self, one: Difference) -> tuple[Any, ...]:
        estimates = (self.estimate(one.measure, plan.label).value for plan in (one.a, one.b))
        found, together = one.estimate, one.together
        worlds: tuple[float | None, ...] = (None,) * 8
        if one.worlds is not None:
            up, same, down, rest = vars(one.worlds).values()
            worlds = (up.share, up.low, up.high, same.share, down.share, down.low, down.high, rest.share)
        tested = (one.p, one.p_adjusted, together.low, together.high, one.told_apart)
        return (*estimates, found.value, found.low, found.high, *tested, *worlds, found.n, one.variance_ratio)

    @property
    def estimates(self) -> pd.DataFrame:
        """A row per plan and measure: the estimate, the ends of its 95% interval, and n."""
        import pandas as pd

        rows = {
            (plan.label, measure): tuple(self.estimate(measure, plan.label).as_dict().values())
            for plan in self.plans
            for measure in self.measures
        }
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=["estimate", "low", "high", "n"])
        frame.index = pd.MultiIndex.from_tuples(rows, names=["plan", "measure"])
        return frame.astype({"estimate": "float64", "low": "float64", "high": "float64", "n": "int64"})

    def plot(self, measure: str, axes: Axes | None = None) -> Axes:
        """The differences from the first plan by a measure, with their intervals, as matplotlib axes."""
        found: Axes = self._words.forest(self, measure, axes)
        return found

    def as_dict(self) -> dict[str, Any]:
        """The content of `compare.json`."""
        first = self.plans[0].result
        standings = {measure: self.standing(measure) for measure in self.measures}
        return {
            "seed": first.seed,
            "design": first.design,
            "plans": [self._told(plan) for plan in self.plans],
            "adjusted_over": "all pairs of different plans, for each measure by itself",
            "differences": [one.as_dict() for measure in self.measures for one in self.differences(measure)],
            "best": {
                measure: {
                    "plan": None if found.best is None else found.best.label,
                    "leading": [plan.label for plan in found.leading],
                }
                for measure, found in standings.items()
                if found is not None
            },
            **self.spoken(),
        }

    def _told(self, plan: Plan) -> dict[str, Any]:
        result, size = plan.result, plan.result.effective_sample_size
        return {
            "label": plan.label,
            "scenario": plan.name,
            "scenario_hash": result.scenario.hash,
            "same_plan_as": None if plan.same_as == plan.label else plan.same_as,
            "replications": result.replications_done,
            "engine": result.engine,
            **({} if size is None else {"effective_sample_size": size}),
            **({"pilot_did_not_happen": told} if (told := result.conditioning.another) else {}),
            **({"not_conditioned": result.refusal} if result.refusal else {}),
            "currency": result.scenario.economics.currency,
            "estimates": {name: self.estimate(name, plan.label).as_dict() for name in self.measures},
        }


@overload
def compare(
    plans: Sequence[Source],
    replications: int | None = None,
    seed: int | None = None,
    engine: str = ENGINE,
    jobs: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool | ReportProgress | None = None,
    design: str | None = None,
    *,
    measures: Sequence[str] = (),
    executor: str | Executor | None = None,
    fresh: bool = False,
    until_decided: Literal[False] = False,
) -> Comparison: ...


@overload
def compare(
    plans: Sequence[Source],
    replications: int | None = None,
    seed: int | None = None,
    engine: str = ENGINE,
    jobs: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool | ReportProgress | None = None,
    design: str | None = None,
    *,
    measures: Sequence[str] = (),
    executor: str | Executor | None = None,
    fresh: bool = False,
    until_decided: Literal[True],
    matters: float | None = None,
) -> UntilDecided: ...


def compare(
    plans: Sequence[Source],
    replications: int | None = None,
    seed: int | None = None,
    engine: str = ENGINE,
    jobs: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool | ReportProgress | None = None,
    design: str | None = None,
    *,
    measures: Sequence[str] = (),
    executor: str | Executor | None = None,
    fresh: bool = False,
    until_decided: bool = False,
    matters: float | None = None,
) -> Comparison | UntilDecided:
    """Compare plans replication by replication: scenarios (or files, or shipped names), results, or their folders.

    The first is the one that the others are compared with; each has a letter. Arguments are those of `run`. Of results,
    and of folders `DIR/<scenario>` that a run has left, nothing is simulated; they must have the same seed, number of
    replications and design, which are those of the others too. With `out`, each scenario is written to
    `out/<scenario>/` as by `run`, the comparison to `out/compare.json`, and what lies there of the same scenario, seed
    and replications is not simulated again. `measures` are what they are compared by, if not the headline measures.

    `until_decided` goes on with two scenarios, to `replications` (10,000) at most, until one is clearly better by the
    one measure that is named (`success`), or the difference clearly smaller than one that `matters`, in the unit of
    the measure (0.02 of shares): see `UntilDecided`, which is written to `out/until_decided.json`.

    Raises what `run` raises, `ArgumentError` (a `ValueError`) for plans that can't be compared, and `KeyError` for an
    unknown measure.
    """
    arguments: dict[str, Any] = {
        "replications": replications,
        "seed": seed,
        "design": design,
        "engine": engine,
        "jobs": jobs,
        "out": out,
        "progress": progress,
        "executor": executor,
        "fresh": fresh,
    }
    if until_decided:
        return decided(plans, measures, matters, **arguments)
    if matters is not None:
        raise ArgumentError("{matters} goes with {until_decided}")
    return compared(plans, measures, **arguments)


def compared(
    sources: Sequence[Source], measures: Sequence[str], before: Callable[[], None] | None = None, **arguments: Any
) -> Comparison:
    """The comparison of plans, as `compare` says; `before` is called before anything is simulated."""
    for measure in measures:
        if measure not in ESTIMATED:
            raise unknown("measure", measure, ESTIMATED)
    plans = PairedPlans(sources, arguments)
    folder = plans.settings.folder
    if folder is not None:
        refuse_others(folder / file_of(NAME))
    results = plans.results(NAME, before)
    comparison = comparison_of(results, plans.same_as, measures)
    if folder is not None:
        comparison.write(folder)
    return comparison


def comparison_of(
    results: Mapping[str, Result], same_as: Mapping[str, str] | None = None, measures: Sequence[str] = ()
) -> Comparison:
    """The comparison of results by letter, each under a name of its own; `same_as`: the first letter of its plan."""
    labels = {result.scenario.name: label for label, result in results.items()}
    same = {name: label if same_as is None else same_as[label] for name, label in labels.items()}
    return Comparison(sharing_a_pilot(NAME, list(results.values())), labels, same, measures)
