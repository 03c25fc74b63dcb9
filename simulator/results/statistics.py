"""Estimates from replications: means, quantiles and shares with their 95% intervals, weighted or not."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, Self

import numpy as np

Z_95 = 1.959963984540054
QUANTILES = {"p05": 0.05, "p10": 0.10, "p50": 0.50, "p90": 0.90, "p95": 0.95}
ENDS = tuple(f"{name}_{end}" for name in QUANTILES for end in ("low", "high"))
ESTIMATES = ("mean", "half_width_95", "sd", *QUANTILES, "n", *ENDS)

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Row = dict[str, float | int | None]


class Number(float):
    """An estimate with its 95% interval that counts as the number it is, NaN where there was nothing to estimate from.

    `low` and `high` are the ends of the interval, None where they can't be told. Two are equal where their numbers are.
    """

    def __new__(cls, value: float | None, *_: float | None) -> Self:  # noqa: D102 - float's own, told in __init__
        return super().__new__(cls, math.nan if value is None else value)

    def __init__(self, value: float | None, low: float | None, high: float | None) -> None:
        self.low: Final = low
        self.high: Final = high

    def __reduce__(self) -> tuple[Any, ...]:  # float's own would lose all but the number
        return type(self), tuple(self.as_dict().values())

    def as_dict(self) -> dict[str, Any]:
        """What it holds, as files do, in the order of its arguments."""
        return dict(vars(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.as_dict().items())})"


class Share(Number):
    """An estimated share with its 95% interval; all in [0, 1], all None when there was nothing to count."""

    def __init__(self, share: float | None, low: float | None, high: float | None) -> None:
        self.share: Final = share
        super().__init__(share, low, high)


class Estimate(Number):
    """An estimate, or a difference, with its 95% interval, from `n` replications; None for what can't be told."""

    def __init__(self, value: float | None, low: float | None, high: float | None, n: int) -> None:
        self.value: Final = value
        super().__init__(value, low, high)
        self.n: Final = n

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low is not None and self.high is not None and not self.low <= 0.0 <= self.high


def wilson(count: float, whole: float) -> Share:
    """Wilson's score interval (1927) at 95% for `count` successes in `of` trials; effective numbers may be broken."""
    if whole == 0:
        return Share(None, None, None)
    share = count / whole
    weight = 1.0 + Z_95**2 / whole
    centre = (share + Z_95**2 / (2 * whole)) / weight
    reach = Z_95 / weight * math.sqrt(share * (1.0 - share) / whole + Z_95**2 / (4 * whole**2))
    # The ends lie on either side of the share, but for rounding.
    low = 0.0 if count == 0 else min(share, max(0.0, centre - reach))
    high = 1.0 if count == whole else max(share, min(1.0, centre + reach))
    return Share(share, low, high)


def share_of(holds: Sequence[Any] | np.ndarray[Any, np.dtype[np.bool_]], weights: Numbers | None = None) -> Share:
    """The share of replications in which something holds, with Wilson's interval.

    Weighted, the interval is that of as many trials as would give the share's variance (`share_size`), but of no more
    than the effective sample size: a rare event that had little weight so far may have more the next time. `weights`
    is float64 beside `holds`.
    """
    if weights is None:
        return wilson(sum(1 for value in holds if value), len(holds))
    held = np.array([bool(value) for value in holds], dtype=bool)
    total = math.fsum(weights)
    if total == 0.0:
        return Share(None, None, None)
    share = math.fsum(weights[held]) / total
    if not weights[~held].any():
        share = 1.0  # and not nearly, by rounding
    size = min(share_size(held, weights, share), effective_size(weights))
    return wilson(size if share == 1.0 else share * size, size)


def effective_size(weights: Numbers) -> float:
    """Effective sample size of weighted replications: (sum of w)^2 / sum of w^2 (Kish 1965, Survey Sampling)."""
    squares = math.fsum(weights * weights)
    return math.fsum(weights) ** 2 / squares if squares > 0.0 else 0.0


def share_size(holds: Any, weights: Numbers, share: float) -> float:
    """The number of unweighted trials in which a share would be as uncertain as in weighted ones.

    p (1 - p) over the variance of the weighted share by the delta method (the design effect of Kish 1965); the
    effective sample size where everything or nothing holds.
    """
    if not 0.0 < share < 1.0:
        return effective_size(weights)
    variance = math.fsum((weights * (holds - share)) ** 2) / math.fsum(weights) ** 2
    return share * (1.0 - share) / variance if variance > 0.0 else effective_size(weights)


def describe(values: Iterable[Any], weights: Numbers | None = None) -> Row:
    """Mean with the half-width of its 95% interval (Student's t), standard deviation, quantiles and their intervals.

    None and NaN are left out and not counted in `n`; what can't be estimated from `n` values is None. Sums are
    exact (`math.fsum`), so that the estimate does not depend on how NumPy sums. `weights`, one for each value, make it
    the estimate of self-normalised importance sampling: its variance by the delta method (Owen 2013, Monte Carlo
    theory, methods and examples, equation 9.9), degrees of freedom by the effective sample size, intervals of quantiles
    by `share_size`.
    """
    sample, steps = _present(values, weights)
    if not len(sample):
        return dict.fromkeys(ESTIMATES) | {"n": 0}
    mean, half_width, sd = _moments(sample, steps)
    ordered = np.sort(sample) if steps is None else sample
    return _row(mean, half_width, sd, len(sample), *_quantiles(ordered, steps, QUANTILES.values()))


def mean_of(values: Iterable[Any], weights: Numbers | None = None) -> Estimate:
    """The mean with its 95% interval alone, as `describe` has them."""
    sample, steps = _present(values, weights)
    if not len(sample):
        return Estimate(None, None, None, 0)
    mean, half_width, _ = _moments(sample, steps)
    if half_width is None:
        return Estimate(mean, None, None, len(sample))
    return Estimate(mean, mean - half_width, mean + half_width, len(sample))


def _present(values: Iterable[Any], weights: Numbers | None) -> tuple[Numbers, Numbers | None]:
    """The values that count, and their weights, if there are any."""
    found = np.array([math.nan if value is None else value for value in values], dtype=float)
    counted = ~np.isnan(found) if weights is None else ~np.isnan(found) & (weights > 0.0)
    return found[counted], None if weights is None else weights[counted]


def _moments(sample: Numbers, weights: Numbers | None) -> tuple[float, float | None, float | None]:
    """Mean, half-width of its interval and standard deviation of one value or more; None for what can't be told."""
    if weights is None:
        n = len(sample)
        mean = math.fsum(sample) / n
        if n < 2:
            return mean, None, None
        sd = math.sqrt(math.fsum((value - mean) ** 2 for value in sample.tolist()) / (n - 1))
        return mean, t_quantile(n - 1) * sd / math.sqrt(n), sd
    total = math.fsum(weights)
    mean = math.fsum(weights * sample) / total
    size = effective_size(weights)
    if size < 2.0:  # hardly more than one value counts, and Student's t of hardly any freedom is astronomical
        return mean, None, None
    correction = size / (size - 1.0)  # as n / (n - 1): what estimating the mean takes from the spread
    pairs = list(zip(sample.tolist(), weights.tolist(), strict=True))
    sd = math.sqrt(correction * math.fsum(weight * (value - mean) ** 2 for value, weight in pairs) / total)
    squares = math.fsum((weight * (value - mean)) ** 2 for value, weight in pairs)
    return mean, t_quantile(size - 1.0) * math.sqrt(correction * squares) / total, sd


def quantile(values: Iterable[Any], level: float, weights: Numbers | None = None) -> Estimate:
    """A quantile with its 95% interval, as `describe` has them; None and NaN are left out and not counted in `n`."""
    present = np.array([math.nan if value is None else value for value in values], dtype=float)
    counted = ~np.isnan(present) if weights is None else ~np.isnan(present) & (weights > 0.0)
    if not counted.any():
        return Estimate(None, None, None, 0)
    steps = None if weights is None else weights[counted]
    sample = present[counted] if weights is not None else np.sort(present[counted])
    middle, ends = _quantiles(sample, steps, [level])
    low, high = (None if math.isnan(end) else end for end in ends)
    return Estimate(middle[0], low, high, len(sample))


def _quantiles(sample: Numbers, steps: Numbers | None, levels: Iterable[float]) -> tuple[list[float], list[float]]:
    """Quantiles at levels, and low and high ends of the interval of each, NaN where there is none.

    `sample` is without NaN, and sorted where there are no weights; `steps` are these, none of them 0.
    """
    levels = list(levels)
    if steps is None:
        n = len(sample)
        middle = [float(x) for x in np.quantile(sample, levels)]
        return middle, [_between(sample, (n + 1) * end) for level in levels for end in _ends(level, n)]
    middle = weighted_quantiles(sample, steps, levels)
    sizes = [share_size(sample <= x, steps, level) for x, level in zip(middle, levels, strict=True)]
    ends = [end for level, size in zip(levels, sizes, strict=True) for end in _ends(level, size)]
    return middle, weighted_quantiles(sample, steps, ends)


def _row(
    mean: float,
    half_width: float | None,
    sd: float | None,
    n: int,
    middle: Iterable[float],
    ends: Iterable[float],
) -> Row:
    known = (None if math.isnan(end) else end for end in ends)
    return dict(zip(ESTIMATES, (mean, half_width, sd, *middle, n, *known), strict=True))


def weighted_quantiles(values: Numbers, weights: Numbers, levels: Iterable[float]) -> list[float]:
    """Quantiles of weighted values: the cumulative weight up to the middle of each step, interpolated.

    With equal weights these are the quantiles of type 5 of Hyndman and Fan (1996). Weights of 0 don't count; without
    any other, and at a level that is NaN, the quantile is NaN.
    """
    counted = ~np.isnan(values) & (weights > 0.0)
    order = np.argsort(values[counted], kind="stable")
    sample, steps = values[counted][order], weights[counted][order]
    if not len(sample):
        return [math.nan for _ in levels]
    places = (np.cumsum(steps) - 0.5 * steps) / steps.sum()
    return [float(x) for x in np.interp(list(levels), places, sample)]


def _between(ordered: Numbers, rank: float) -> float:
    """The value at a broken rank, from 1, of ordered values, interpolated; NaN for NaN."""
    if math.isnan(rank):
        return math.nan
    below = min(max(1, math.floor(rank)), len(ordered))
    low = float(ordered[below - 1])
    return low if rank <= below or below == len(ordered) else low + (rank - below) * (float(ordered[below]) - low)


@lru_cache(maxsize=4096)
def _ends(level: float, size: float) -> tuple[float, float]:
    """Levels at which the sample's quantiles are the ends of the 95% interval of a quantile; NaN: no such end.

    Fractional order statistics (Hutson 1999, Journal of Applied Statistics 26, 343-353): the uniform order statistic
    of the broken rank (n + 1) u is Beta((n + 1) u, (n + 1)(1 - u)), and an end is the u for which it lies below the
    level of the quantile with probability 0.975 (low) or 0.025 (high). Whole ranks give the classical intervals, but
    cover more than they say.
    """
    from scipy.optimize import brentq
    from scipy.special import betainc

    first, last = 1.0 / (size + 1.0), size / (size + 1.0)

    def end(probability: float) -> float:
        def excess(u: float) -> float:
            return float(betainc((size + 1.0) * u, (size + 1.0) * (1.0 - u), level)) - probability

        inside = first < last and excess(first) >= 0.0 >= excess(last)
        return float(brentq(excess, first, last, xtol=1e-12)) if inside else math.nan

    return end(0.975), end(0.025)


def cumulative_incidence(
    weeks: Sequence[float | None], last_week: int, weights: Numbers | None = None
) -> dict[str, list[float] | list[int]]:
    """Share of all replications whose event came by each week 0..`last_week`; None is an event that never came.

    Replications that ended otherwise (a competing risk) stay in the denominator, so the last share is the share
    of replications with the event.
    """
    week_numbers = list(range(last_week + 1))
    if weights is not None:
        reached = np.array([math.inf if week is None else week for week in weeks], dtype=float)
        total = math.fsum(weights)  # exact: other sums of some of the weights can exceed the sum of all
        shares = [math.fsum(weights[reached <= week]) / total if total > 0.0 else 0.0 for week in week_numbers]
        return {"week": week_numbers, "share": shares}
    came = np.sort(np.array([week for week in weeks if week is not None], dtype=float))
    counts = np.searchsorted(came, np.array(week_numbers, dtype=float), side="right")
    share = [float(count) / len(weeks) for count in counts] if weeks else [0.0] * len(week_numbers)
    return {"week": week_numbers, "share": share}


def t_quantile(degrees_of_freedom: float, level: float = 0.975) -> float:
    """Student's t: the quantile at a level; infinite degrees of freedom are the normal distribution."""
    from scipy.special import ndtri, stdtrit

    return float(ndtri(level) if math.isinf(degrees_of_freedom) else stdtrit(degrees_of_freedom, level))


def two_sided_p(ratio: float, degrees_of_freedom: float) -> float:
    """The probability that Student's t, or a normal variable, lies as far from 0 as `ratio`, or farther."""
    from scipy.special import ndtr, stdtr

    beyond = -abs(ratio)
    return float(2.0 * (ndtr(beyond) if math.isinf(degrees_of_freedom) else stdtr(degrees_of_freedom, beyond)))


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values adjusted for there being many, in their order (Holm 1979, Scandinavian Journal of Statistics 6, 65-70).

    What is at most 0.05 can be called a difference: the probability of a single wrong call among all is at most 0.05
    then, however the p-values depend on each other.
    """
    adjusted = [1.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda place: p_values[place])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted
