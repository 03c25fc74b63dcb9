"""Differences between two scenarios, replication by replication: both met the same luck (common random numbers).

An estimate is a mean of values x with weights w: those of an observed pilot, and 0 where a replication does not count,
as unfunded ones in a success probability. The difference of two of them has, by the delta method (Cochran 1977,
Sampling Techniques, chapter 6), the variance of the mean of

    d = w (x - mean) / mean(w)  of one scenario  -  the same of the other

over all replications, with Student's interval of m - 1 degrees of freedom, m the smaller of the two effective sample
sizes (Kish 1965). Where all replications count the same this is the paired t interval. For shares it would be no
interval at all where none of few replications differs; there two replications are added, one of which succeeds in
either scenario only (Bonett and Price 2012, Journal of Educational and Behavioral Statistics 37, 479-488, of
whose interval this is the case without weights). With weights each of them counts for one effective replication, the
sum of squared weights over their sum: as one of the others it would be next to nothing where few carry the weight.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.results.statistics import Estimate, effective_size, mean_of, share_of, t_quantile, two_sided_p
from simulator.scenario.measures import ESTIMATED, SHARES
from simulator.scenario.text.problems import unknown

if TYPE_CHECKING:
    from simulator.results.result import Result

Numbers = np.ndarray[Any, np.dtype[np.float64]]

ROUNDING = 1e-24
"""A sum of squares that is this much smaller than another is what rounding leaves of none."""


@dataclass(frozen=True)
class Column:
    """One measure of the replications of a scenario: float64 values (0 where it does not count) and weights."""

    values: Numbers
    weights: Numbers
    is_share: bool

    @classmethod
    def of(cls, result: Result, measure: str) -> Column | None:
        """The column of a measure, or of what a share of all counts; None where the scenario has no such measure.

        None also for a part of an experiment that says too little alone. Raises `KeyError` for a name of none at all.
        """
        if measure not in ESTIMATED:
            raise unknown("measure", measure, ESTIMATED)
        if not result.estimable or any(name not in result.records.measures for name in read_for(measure)):
            return None
        return cls.read(measure, result.records.measure, result.weighting.weights)

    @classmethod
    def read(cls, measure: str, read: Callable[[str], Sequence[Any]], weights: Numbers | None = None) -> Column:
        """The column of a measure of `ESTIMATED`; `read` gives a measure of each replication."""
        name, *among = read_for(measure)
        found = read(name)
        counts = np.array([value is not None for value in found], dtype=float)
        for condition in among:
            counts *= np.array([bool(value) for value in read(condition)], dtype=float)
        values = np.array([0.0 if value is None else float(value) for value in found])
        present = [value for value in found if value is not None]
        is_share = bool(present) and all(isinstance(value, bool) for value in present)
        return cls(values, counts if weights is None else counts * weights, is_share)

    @property
    def mean(self) -> float:
        """The weighted mean; NaN where nothing counts."""
        total = math.fsum(self.weights)
        return math.fsum(self.values * self.weights) / total if total > 0.0 else math.nan

    @property
    def influence(self) -> Numbers:
        """What each replication adds to the mean's error, float64[replications]."""
        return self.weights * (self.values - self.mean) / (math.fsum(self.weights) / len(self.weights))

    def take(self, chosen: Any) -> Column:
        """The same for the replications under indices."""
        return Column(self.values[chosen], self.weights[chosen], self.is_share)

    def extended(self, values: tuple[float, float]) -> Column:
        """The same with two more replications, each of which counts for one of the effective ones."""
        total = math.fsum(self.weights)
        each = total / effective_size(self.weights) if total > 0.0 else 1.0
        more = np.concatenate([self.values, values]), np.concatenate([self.weights, [each, each]])
        return Column(*more, self.is_share)


def read_for(measure: str) -> tuple[str, ...]:
    """What is read of each replication for a measure of `ESTIMATED`: itself, or what a share counts and among which."""
    share = SHARES.get(measure)
    return (measure,) if share is None else tuple(filter(None, (share.counts, share.among)))


def estimate(result: Result, measure: str) -> Estimate:
    """A measure or share of one scenario: the mean with Student's interval, a share with Wilson's.

    The interval of the mean of shares, such as adoption, ends where shares do.
    """
    column = Column.of(result, measure)
    if column is None or not column.weights.any():
        return Estimate(None, None, None, 0)
    counted = column.weights > 0.0
    n = int(np.count_nonzero(counted))
    if column.is_share:
        weights = None if result.weighting.weights is None else column.weights[counted]
        share = share_of(column.values[counted] > 0.0, weights)
        return Estimate(share.share, share.low, share.high, n)
    found = mean_of(result.records.measure(measure), result.weighting.weights)
    if found.low is None or found.high is None or not ESTIMATED[measure].in_unit:
        return found
    return Estimate(found.value, max(0.0, found.low), min(1.0, found.high), n)


def difference(result: Result, baseline: Result, measure: str) -> Estimate:
    """What a scenario has more of a measure or share than the baseline, over the replications that both have."""
    ours, theirs = Column.of(result, measure), Column.of(baseline, measure)
    if ours is None or theirs is None:
        return Estimate(None, None, None, 0)
    _, here, there = np.intersect1d(result.records.numbers, baseline.records.numbers, return_indices=True)
    return paired(ours.take(here), theirs.take(there))


@dataclass(frozen=True)
class Contrast:
    """The difference of two means over the same replications, and what is known of its error.

    `value` is the difference, None where one of the means is. Intervals lie around `middle`, reach as far as multiples
    of `error` (None where nothing is known of it) with `freedom` degrees of freedom, infinite ones for a share, and end
    at `ends`. `n` replications count.
    """

    value: float | None
    n: int
    middle: float = 0.0
    error: float | None = None
    freedom: float = math.inf
    ends: tuple[float, float] = (-math.inf, math.inf)

    def interval(self, miss: float = 0.05) -> Estimate:
        """The difference with the interval that leaves the truth out with probability `miss`."""
        if self.value is None or self.error is None:
            return Estimate(self.value, None, None, self.n)
        reach = t_quantile(self.freedom, 1.0 - miss / 2.0) * self.error
        return Estimate(
            self.value, max(self.ends[0], self.middle - reach), min(self.ends[1], self.middle + reach), self.n
        )

    @property
    def p(self) -> float | None:
        """Two-sided p-value of no difference: the `miss` of the interval that just reaches 0; None where none is."""
        if self.value is None or self.error is None:
            return None
        if self.error == 0.0:
            return 1.0 if self.middle == 0.0 else 0.0
        return two_sided_p(self.middle / self.error, self.freedom)


def paired(ours: Column, theirs: Column) -> Estimate:
    """The difference of two means over the same replications, with its 95% interval."""
    return contrast(ours, theirs).interval()


def contrast(ours: Column, theirs: Column) -> Contrast:
    """The difference of two means over the same replications, and its error."""
    counted = int(np.count_nonzero((ours.weights > 0.0) | (theirs.weights > 0.0)))
    value = ours.mean - theirs.mean
    if math.isnan(value):
        return Contrast(None, counted)
    if ours.is_share or theirs.is_share:
        ours, theirs = ours.extended((1.0, 0.0)), theirs.extended((0.0, 1.0))
    middle, spread = ours.mean - theirs.mean, ours.influence - theirs.influence
    error = math.sqrt(math.fsum(spread * spread)) / len(spread)
    if ours.is_share:
        return Contrast(value, counted, middle, error, ends=(-1.0, 1.0))
    size = min(effective_size(ours.weights), effective_size(theirs.weights))
    if size <= 1.0:
        return Contrast(value, counted)
    return Contrast(value, counted, middle, error * math.sqrt(size / (size - 1.0)), size - 1.0)


def variance_ratio(ours: Column, theirs: Column) -> float | None:
    """The variance that the difference would have between independent replications, over that of the paired one.

    Infinite where both move alike in every replication; None where one of them has no mean, or neither varies.
    """
    if math.isnan(ours.mean - theirs.mean):
        return None
    here, there = ours.influence, theirs.influence
    apart, together = math.fsum(here * here) + math.fsum(there * there), math.fsum((here - there) ** 2)
    if together <= ROUNDING * apart:
        return math.inf if apart > 0.0 else None
    return apart / together
