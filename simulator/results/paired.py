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
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.results.statistics import Z_95, Estimate, effective_size, share_of, t_quantile
from simulator.scenario.measures import ESTIMATED, SHARES
from simulator.scenario.text.problems import unknown

if TYPE_CHECKING:
    from simulator.results.result import Result

Numbers = np.ndarray[Any, np.dtype[np.float64]]


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
        share = SHARES.get(measure)
        name, among = (measure, "") if share is None else (share.counts, share.among)
        if not result.estimable or any(wanted not in result.records.measures for wanted in (name, among) if wanted):
            return None
        read = result.records.measure(name)
        counts = np.array([value is not None for value in read], dtype=float)
        if among:
            counts *= np.array([bool(value) for value in result.records.measure(among)], dtype=float)
        weights = result.weighting.weights
        values = np.array([0.0 if value is None else float(value) for value in read])
        present = [value for value in read if value is not None]
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
    row = result.estimate(measure)
    mean, half_width = row["mean"], row["half_width_95"]
    if mean is None or half_width is None:
        return Estimate(mean, None, None, n)
    ends = mean - half_width, mean + half_width
    if ESTIMATED[measure].in_unit:
        return Estimate(mean, max(0.0, ends[0]), min(1.0, ends[1]), n)
    return Estimate(mean, *ends, n)


def difference(result: Result, baseline: Result, measure: str) -> Estimate:
    """What a scenario has more of a measure or share than the baseline, over the replications that both have."""
    ours, theirs = Column.of(result, measure), Column.of(baseline, measure)
    if ours is None or theirs is None:
        return Estimate(None, None, None, 0)
    _, here, there = np.intersect1d(result.records.numbers, baseline.records.numbers, return_indices=True)
    return paired(ours.take(here), theirs.take(there))


def paired(ours: Column, theirs: Column) -> Estimate:
    """The difference of two means over the same replications, with its interval."""
    counted = int(np.count_nonzero((ours.weights > 0.0) | (theirs.weights > 0.0)))
    value = ours.mean - theirs.mean
    if math.isnan(value):
        return Estimate(None, None, None, counted)
    if ours.is_share or theirs.is_share:
        ours, theirs = ours.extended((1.0, 0.0)), theirs.extended((0.0, 1.0))
    middle, spread = ours.mean - theirs.mean, ours.influence - theirs.influence
    error = math.sqrt(math.fsum(spread * spread)) / len(spread)
    if ours.is_share:
        reach = Z_95 * error
        return Estimate(value, max(-1.0, middle - reach), min(1.0, middle + reach), counted)
    size = min(effective_size(ours.weights), effective_size(theirs.weights))
    if size <= 1.0:
        return Estimate(value, None, None, counted)
    reach = t_quantile(size - 1.0) * error * math.sqrt(size / (size - 1.0))
    return Estimate(value, middle - reach, middle + reach, counted)
