"""Two plans, replication by replication, until it is decided which is better by a measure, or that it doesn't matter.

Looks are taken after fixed numbers of replications of both (`methods/always_valid.looks`), which depend on nothing but
the most that there may be. At each of them an interval is asked that holds at every look together with 95%
(`methods/always_valid.py`): whatever the truth, the probability that a difference is ever called clear which is none,
or the other way round, or called smaller than one that matters and is not, is 0.05 at most.

The difference as it is seen is no unbiased estimate: one stops sooner where luck makes it look large. The interval
allows for that, the intervals of a comparison of a fixed size do not, so that there are none here. The same holds for
any other measure, which goes along with the one that decides; each has an interval of its own that holds at every look.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from simulator.analysis.frame.answers import Answer, file_of
from simulator.analysis.frame.plans import PairedPlans, Source
from simulator.analysis.methods.always_valid import (
    MISS,
    Evidence,
    Outcome,
    evidence,
    fixed_size,
    is_bounded,
    looks,
    outcome,
    pairs_needed,
)
from simulator.analysis.methods.differences import Plan, difference_of
from simulator.experiment.batch import Looks
from simulator.results.paired import Column
from simulator.scenario.measure import MONEY, SHARE, TRUTH
from simulator.scenario.measures import ESTIMATED, read_first
from simulator.scenario.text.problems import unknown
from simulator.stepping.arguments import ArgumentError
from simulator.store.files import refuse_others

if TYPE_CHECKING:
    import pandas as pd

    from simulator.results.conditioning import First

NAME = "until_decided"
DECIDES = "success"
"""The measure that decides unless another is named: of all programmes, one that is not funded does not succeed."""
POINTS_THAT_MATTER = 0.02
"""A difference of shares that matters, unless something else is said."""
MOST = 10_000
"""The most replications of each plan, unless something else is said."""


@dataclass(frozen=True)
class Seen:
    """What pairs say of one measure: the means of both plans, the difference b less a, and its ends at every look.

    None for what can't be told.
    """

    measure: str
    a: float | None
    b: float | None
    found: Evidence | None

    @property
    def difference(self) -> float | None:
        """The mean of b less that of a."""
        return None if self.found is None else self.found.difference

    @cached_property
    def ends(self) -> tuple[float, float] | None:
        """The ends of the interval that holds at every look with 95%."""
        return None if self.found is None else self.found.interval()

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON types."""
        low, high = self.ends or (None, None)
        return {"a": self.a, "b": self.b, "difference": self.difference, "low": low, "high": high}


class UntilDecided(Answer):
    """Two plans that were simulated until one was clearly better by a measure, or the difference clearly small."""

    name: ClassVar[str] = NAME

    def __init__(self, a: Plan, b: Plan, measure: str, matters: float, at_most: int):
        self.plans = (a, b)
        self.measure = measure
        self.matters = matters
        self.at_most = at_most
        self._seen: dict[str, Seen] = {}

    @property
    def complete(self) -> bool:
        """Whether every replication of both plans is there."""
        return all(plan.result.complete for plan in self.plans)

    @property
    def replications(self) -> int:
        """Replications of each plan at which it stopped."""
        return self.plans[0].result.requested

    @property
    def decisive(self) -> Seen:
        """What pairs say of the measure that decides."""
        return self.seen(self.measure)

    def seen(self, measure: str) -> Seen:
        """What pairs say of a measure; raises `KeyError`."""
        if measure not in ESTIMATED:
            raise unknown("measure", measure, ESTIMATED)
        if measure not in self._seen:
            one = difference_of(measure, *self.plans)
            a, b = one.of_a, one.of_b
            found = None if a is None or b is None or one.contrast.value is None else evidence(measure, b, a)
            self._seen[measure] = Seen(measure, _mean_of(a), _mean_of(b), found)
        return self._seen[measure]

    @property
    def outcome(self) -> Outcome:
        """Whether the difference is `clear`, or clearly `smaller` than one that matters, or neither yet."""
        return outcome(self.decisive.found, self.matters)

    @property
    def higher(self) -> Plan | None:
        """The plan that has clearly more of the measure; None where that is not clear."""
        ends = self.decisive.ends
        if self.outcome != "clear" or ends is None:
            return None
        return self.plans[1] if ends[0] > 0.0 else self.plans[0]

    @property
    def better(self) -> Plan | None:
        """The plan that is clearly better; None where that is not clear, or the measure has no better way."""
        way, higher = ESTIMATED[self.measure].better, self.higher
        if higher is None or not way:
            return None
        a, b = self.plans
        return higher if way == "higher" else a if higher is b else b

    @cached_property
    def needed(self) -> int | None:
        """About how many replications it would take, if all were like these; None where it is decided, or none do."""
        return None if self.outcome != "undecided" else pairs_needed(self.decisive.found, self.matters)

    @property
    def fixed_size(self) -> int | None:
        """Replications of a comparison that is looked at once, and finds a difference that matters 9 times in 10.

        At the spread as it is found; None where there is none.
        """
        found = self.decisive.found
        return None if found is None or not found.spread else fixed_size(found.spread, self.matters)

    @property
    def measures(self) -> tuple[str, ...]:
        """The measure that decides, and the headline measures that either plan has."""
        priced = any(plan.result.priced for plan in self.plans)
        others = [
            name for name in read_first("suite") if name != self.measure and (priced or ESTIMATED[name].unit != MONEY)
        ]
        return (self.measure, *(name for name in others if self.seen(name).difference is not None))

    @property
    def frame(self) -> pd.DataFrame:
        """A row per measure, NaN for what can't be told: `a`, `b`, `difference`, and its ends at every look."""
        import pandas as pd

        rows = {name: self.seen(name).as_dict() for name in self.measures}
        frame = pd.DataFrame.from_dict(rows, orient="index").astype("float64")
        frame.index.name = "measure"
        return frame

    def as_dict(self) -> dict[str, Any]:
        """The content of `until_decided.json`."""
        first, higher, better = self.plans[0].result, self.higher, self.better
        return {
            "seed": first.seed,
            "design": first.design,
            "plans": [
                {
                    "label": plan.label,
                    "scenario": plan.name,
                    "scenario_hash": plan.result.scenario.hash,
                    "replications": plan.result.replications_done,
                    "engine": plan.result.engine,
                    "currency": plan.result.scenario.economics.currency,
                }
                for plan in self.plans
            ],
            "measure": self.measure,
            "matters": self.matters,
            "outcome": self.outcome,
            "higher": None if higher is None else higher.label,
            "better": None if better is None else better.label,
            "replications": self.replications,
            "at_most": self.at_most,
            "needed": self.needed,
            "fixed_size": self.fixed_size,
            "confidence": 1.0 - MISS,
            "measures": {
                name: self.seen(name).as_dict() | {"bound": "betting" if is_bounded(name) else "normal mixture"}
                for name in self.measures
            },
            **self.spoken(),
        }


def until_decided(
    sources: Sequence[Source],
    measures: Sequence[str] = (),
    matters: float | None = None,
    before: Callable[[], None] | None = None,
    **arguments: Any,
) -> UntilDecided:
    """Two plans simulated until decided by one measure, as `compare` says; `replications` are the most.

    Raises what `compare` raises, and `ArgumentError` where no bound holds: for results that can't go on, one plan named
    twice, an observed pilot, or a design whose replications are not independent.
    """
    measure = _measure(measures)
    matters = _matters(measure, matters)
    most = MOST if arguments.get("replications") is None else arguments["replications"]
    plans = PairedPlans(sources, {**arguments, "replications": most}, simulated=True)
    _refuse_what_has_no_bound(plans, measure)
    settings = plans.settings
    if settings.folder is not None:
        refuse_others(settings.folder / file_of(NAME))

    def enough(kept: Sequence[First]) -> bool:
        return outcome(_of_kept(measure, kept), matters) != "undecided"

    found = plans.results(NAME, before, Looks(looks(settings.replications), enough))
    a, b = (Plan(label, result, label) for label, result in found.items())
    answer = UntilDecided(a, b, measure, matters, settings.replications)
    if settings.folder is not None:
        answer.write(settings.folder)
    return answer


def _mean_of(column: Column | None) -> float | None:
    """The mean of what counts; None where nothing does."""
    return None if column is None or not column.weights.any() else column.mean


def _of_kept(measure: str, kept: Sequence[First]) -> Evidence | None:
    """What the replications say that both plans have so far."""
    a, b = kept
    _, here, there = np.intersect1d(b.numbers, a.numbers, assume_unique=True, return_indices=True)
    try:
        theirs, ours = Column.read(measure, a.measure), Column.read(measure, b.measure)
    except KeyError as error:
        raise ArgumentError(
            "{until_decided} needs a measure that both plans have; one lacks {name}", name=measure
        ) from error
    ours, theirs = ours.take(here), theirs.take(there)
    return evidence(measure, ours, theirs) if ours.weights.any() and theirs.weights.any() else None


def _measure(measures: Sequence[str]) -> str:
    """The measure that decides; raises `KeyError`."""
    if len(measures) > 1:
        raise ArgumentError("{until_decided} decides by one measure; there are {found}", found=len(measures))
    measure = measures[0] if measures else DECIDES
    if measure not in ESTIMATED:
        raise unknown("measure", measure, ESTIMATED)
    return measure


def _matters(measure: str, matters: float | None) -> float:
    """The least difference that matters; raises `ArgumentError`."""
    is_share = ESTIMATED[measure].unit in (SHARE, TRUTH)
    if matters is None:
        if not is_share:
            raise ArgumentError(
                "{until_decided} by {measure} needs {matters}, the least difference that matters, in its unit",
                measure=measure,
            )
        return POINTS_THAT_MATTER
    if isinstance(matters, bool) or not 0.0 < matters < math.inf:
        raise ArgumentError("{matters} is {found}; it must be a number above 0", found=repr(matters))
    if is_share and matters >= 1.0:
        raise ArgumentError(
            "{matters} is {found}; of a share it must be below 1: 0.02 is two percentage points", found=repr(matters)
        )
    return float(matters)


def _refuse_what_has_no_bound(plans: PairedPlans, measure: str) -> None:
    """Raises `ArgumentError` for what can't go on, or has no bound that holds at every look."""
    if len(plans.scenarios) > 2:
        raise ArgumentError("{until_decided} decides between two plans; there are {found}", found=len(plans.scenarios))
    a, b = plans.scenarios
    if plans.same_as["B"] == "A":
        raise ArgumentError("{until_decided} needs two plans; these are one, so that no number will differ")
    if plans.settings.design != "random":
        raise ArgumentError(
            "{design} is {found}; with {until_decided} it must be random: its bound needs independent replications",
            found=repr(plans.settings.design),
        )
    if any(one.pilot is not None and one.pilot.observed is not None for one in (a, b)):
        raise ArgumentError(
            "{until_decided} has no bound for replications that an observed pilot weights (pilot.observed); compare a "
            "fixed number"
        )
    if ESTIMATED[measure].unit == MONEY and a.economics.currency != b.economics.currency:
        raise ArgumentError("the two plans count money in different currencies; decide by another measure")
