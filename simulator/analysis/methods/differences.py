"""The difference of two plans by one measure, world by world: it keeps the columns that it comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from simulator.results.paired import Column, Contrast, contrast, variance_ratio
from simulator.results.readings import as_numbers
from simulator.results.statistics import Estimate, Share, share_of
from simulator.scenario.measure import MONEY, Better
from simulator.scenario.measures import ESTIMATED, SHARES

if TYPE_CHECKING:
    from simulator.results.result import Result

MISS = 0.05
"""The probability of an error that is put up with."""

Numbers = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, eq=False)
class Plan:
    """One of the plans: its letter and its result; `same_as` is the letter of the first that is the same plan."""

    label: str
    result: Result
    same_as: str
    _columns: dict[str, tuple[Column | None, Numbers | None]] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """The name of its scenario."""
        return self.result.scenario.name

    @property
    def title(self) -> str:
        """Letter and name."""
        return f"{self.label} {self.name}"

    def column(self, measure: str) -> tuple[Column | None, Numbers | None]:
        """What the estimate of a measure is the mean of, and the measure in each world; None where it has none.

        Read once, as each plan is compared with every other.
        """
        if measure not in self._columns:
            column = Column.of(self.result, measure)
            self._columns[measure] = column, None if column is None else in_worlds(self.result, measure)
        return self._columns[measure]

    def is_same(self, other: Plan) -> bool:
        """Whether two plans are one, so that they can't differ."""
        return self.same_as == other.same_as


@dataclass(frozen=True)
class Worlds:
    """Shares of the worlds in which a measure of a plan is higher than, the same as and lower than that of another.

    They add up to 1 with those that are not comparable: of one of the plans the measure is null there.
    """

    higher: Share
    same: Share
    lower: Share
    not_comparable: Share

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON types."""
        return {name: share.as_dict() for name, share in vars(self).items()}


@dataclass(frozen=True, eq=False)
class Difference:
    """What plan `b` has more of a measure than plan `a`, over the replications that both have, and what it comes from.

    `of_a` and `of_b` are the columns that the estimates are means of, values (0 where they don't count) and weights as
    float64[replications]; `values` is b less a in each world, NaN where the measure is null in either, and `weights` is
    what a world counts for, None where the two plans weight the worlds differently. `numbers` are the replications.

    `family` is the number of pairs of different plans that were compared by this measure, and `p_adjusted` allows for
    all of them.
    """

    measure: str
    a: Plan
    b: Plan
    numbers: Any
    of_a: Column | None
    of_b: Column | None
    values: Numbers
    weights: Numbers | None
    contrast: Contrast
    family: int = 1
    p_adjusted: float | None = None

    @property
    def pair(self) -> frozenset[str]:
        """The letters of the plans that are compared, each by the first that is the same plan."""
        return frozenset((self.a.same_as, self.b.same_as))

    @property
    def estimate(self) -> Estimate:
        """The difference with its 95% interval, as if nothing else had been compared."""
        return self.contrast.interval(MISS)

    @property
    def together(self) -> Estimate:
        """The difference with an interval that holds for all pairs of the family together with 95%."""
        return self.contrast.interval(MISS / self.family)

    @property
    def p(self) -> float | None:
        """The p-value of no difference, as if nothing else had been compared."""
        return self.contrast.p

    @property
    def told_apart(self) -> bool:
        """Whether it is more than luck, of all pairs of the family, explains."""
        return self.p_adjusted is not None and self.p_adjusted <= MISS

    @property
    def way(self) -> Better | None:
        """Which way the measure is better."""
        return ESTIMATED[self.measure].better or None

    @property
    def verdict(self) -> Literal["better", "worse", ""]:
        """Whether b is better or worse than a by its mean; empty where that can't be told, or is neither."""
        if not self.told_apart or self.way is None or not self.estimate.value:
            return ""
        return "better" if (self.estimate.value > 0.0) == (self.way == "higher") else "worse"

    @cached_property
    def worlds(self) -> Worlds | None:
        """In how many worlds b has more; None where the two plans weight the worlds differently, or there are none."""
        if self.weights is None or not self.weights.any():
            return None
        with np.errstate(invalid="ignore"):
            holds = (self.values > 0.0, self.values == 0.0, self.values < 0.0, np.isnan(self.values))
        even = bool((self.weights == self.weights[0]).all())
        return Worlds(*(share_of(each, None if even else self.weights) for each in holds))

    @property
    def better(self) -> Share | None:
        """The share of the worlds in which b is better; None where that can't be told."""
        return None if self.worlds is None or self.way is None else getattr(self.worlds, self.way)

    @cached_property
    def variance_ratio(self) -> float | None:
        """How many times as many replications it would take without pairing; infinite where both move alike."""
        if self.of_a is None or self.of_b is None or self.a.is_same(self.b) or self.contrast.value is None:
            return None
        return variance_ratio(self.of_b, self.of_a)

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON types."""
        found, together, ratio = self.estimate, self.together, self.variance_ratio
        finite = ratio is not None and math.isfinite(ratio)
        return {
            "measure": self.measure,
            "a": self.a.label,
            "b": self.b.label,
            "difference": found.value,
            "low": found.low,
            "high": found.high,
            "n": found.n,
            "p": self.p,
            "p_adjusted": self.p_adjusted,
            "low_together": together.low,
            "high_together": together.high,
            "told_apart": self.told_apart,
            "better_is": self.way,
            "worlds": None if self.worlds is None else self.worlds.as_dict(),
            "variance_ratio": ratio if finite else None,
            "replications_without_pairing": round(ratio * len(self.numbers)) if ratio is not None and finite else None,
        }


def difference_of(measure: str, a: Plan, b: Plan) -> Difference:
    """What b has more of a measure than a, nothing being adjusted yet."""
    (theirs, before), (ours, now) = a.column(measure), b.column(measure)
    numbers, here, there = np.intersect1d(
        b.result.records.numbers, a.result.records.numbers, assume_unique=True, return_indices=True
    )
    of_a, of_b = None if theirs is None else theirs.take(there), None if ours is None else ours.take(here)
    found = Contrast(None, 0)
    values = np.full(len(numbers), np.nan)
    known = _comparable(measure, a.result, b.result)
    if known and of_a is not None and of_b is not None and before is not None and now is not None:
        found = contrast(of_b, of_a)
        values = now[here] - before[there]
    if a.is_same(b) and found.value is not None:
        found = Contrast(0.0, found.n, error=0.0)
    weights = _weights(a.result, there), _weights(b.result, here)
    alike = len(numbers) > 0 and np.allclose(*weights, rtol=1e-12, atol=0.0)
    return Difference(measure, a, b, numbers, of_a, of_b, values, weights[0] if alike else None, found)


def _comparable(measure: str, a: Result, b: Result) -> bool:
    """Whether a measure means the same in two results: money in one currency, both conditioned or neither."""
    if bool(a.refusal) != bool(b.refusal):
        return False
    return ESTIMATED[measure].unit != MONEY or a.scenario.economics.currency == b.scenario.economics.currency


def _weights(result: Result, chosen: Any) -> Numbers:
    """What replications count for, float64, adding up to 1."""
    weights = result.weighting.of(chosen)
    weights = np.ones(len(chosen)) if weights is None else weights
    total = math.fsum(weights)
    return weights / total if total > 0.0 else weights


def in_worlds(result: Result, measure: str) -> Numbers:
    """A measure in each world, float64[replications], NaN where it is null; of a share, whether the world counts.

    A world that is not funded does not succeed, nor pay. The share of those that reach scale which keep it speaks of
    the worlds that reach it.
    """
    share = SHARES.get(measure)
    found = as_numbers(result.records.measure(measure if share is None else share.counts))
    if share is not None and share.among not in ("", "funded"):
        among = as_numbers(result.records.measure(share.among))
        found = np.where(among > 0.0, found, np.nan)
    return found
