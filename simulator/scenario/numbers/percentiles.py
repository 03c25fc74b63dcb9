"""A distribution that meets p10, p50 and p90 exactly, with optional bounds.

First choice is the 3-term metalog of Keelin (2016), "The Metalog Distributions", Decision Analysis 13(4), on the
transformed scale z (identity, logarithm or logit, by the bounds). Three percentiles determine its three coefficients.
It is feasible (its quantile increases) for |a3 / a2| < 1.66711. Bounded on one side only, its tail falls off as a
power; where that tail is so fat that the variance is not safely finite, or where no metalog is feasible, two half
normals that join at the median (on the same scale z) meet the percentiles instead: they exist for each
p10 < p50 < p90.
"""

import math
from statistics import NormalDist
from typing import Final

from simulator.streams import codes

LOGIT_90: Final = math.log(9.0)
NORMAL_90: Final = NormalDist().inv_cdf(0.9)
FEASIBLE: Final = 1.667
"""Largest |a3 / a2| of a metalog that is taken; the exact limit is 1.66711."""
TAIL_INDEX: Final = 0.45
"""Largest tail index of a semi-bounded metalog that is taken; its variance is finite below 0.5."""


def kind_of(low: float, high: float) -> int:
    """The transformation for bounds that may be infinite."""
    if math.isinf(low):
        return codes.UNBOUNDED if math.isinf(high) else codes.BOUNDED_ABOVE
    return codes.BOUNDED_BELOW if math.isinf(high) else codes.BOUNDED


def to_z(x: float, kind: int, low: float, high: float) -> float:
    """From the natural scale to the transformed one."""
    if kind == codes.BOUNDED_BELOW:
        return math.log(x - low)
    if kind == codes.BOUNDED_ABOVE:
        return -math.log(high - x)
    if kind == codes.BOUNDED:
        return math.log(x - low) - math.log(high - x)
    return x


def from_z(z: float, kind: int, low: float, high: float) -> float:
    """From the transformed scale to the natural one."""
    if kind == codes.BOUNDED_BELOW:
        return low + math.exp(z)
    if kind == codes.BOUNDED_ABOVE:
        return high - math.exp(-z)
    if kind == codes.BOUNDED:
        return low + (high - low) / (1.0 + math.exp(-z)) if z > -700.0 else low
    return z


def fit(p10: float, p50: float, p90: float, low: float, high: float) -> tuple[int, tuple[float, ...]]:
    """Code and parameters of the distribution with these percentiles; needs low < p10 < p50 < p90 < high."""
    kind = kind_of(low, high)
    z10, z50, z90 = (to_z(x, kind, low, high) for x in (p10, p50, p90))
    if not z10 < z50 < z90:
        raise ValueError("percentiles too close to each other or to a bound to be told apart")
    # The bounds that the kind does not use are stored as 0, so that parameters stay finite.
    ends = (0.0 if math.isinf(low) else low, 0.0 if math.isinf(high) else high)
    a2 = (z90 - z10) / (2.0 * LOGIT_90)
    a3 = (z10 + z90 - 2.0 * z50) / (0.8 * LOGIT_90)
    if abs(a3) < FEASIBLE * a2 and tail_index(a2, a3, kind) <= TAIL_INDEX:
        return codes.METALOG, (z50, a2, a3, float(kind), *ends)
    return codes.TWO_PIECE, (z50, (z50 - z10) / NORMAL_90, (z90 - z50) / NORMAL_90, float(kind), *ends)


def tail_index(a2: float, a3: float, kind: int) -> float:
    """Index of the unbounded tail: moments of an order below its inverse are finite; 0 for thin tails."""
    if kind == codes.BOUNDED_BELOW:
        return a2 + 0.5 * a3
    if kind == codes.BOUNDED_ABOVE:
        return a2 - 0.5 * a3
    return 0.0
