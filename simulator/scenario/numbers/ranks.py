"""Rank correlations of inputs that may take few values: counts, two-point inputs, lists of values.

A Gaussian copula with normal correlation rho gives two inputs Spearman's rank correlation, ties having their mean rank,

    r(rho) = sum_i sum_j d_i e_j (Phi2(z_i, w_j; rho) - Phi(z_i) Phi(w_j)) / (s t),

where the mean rank of the first, as a share, rises by d_i as its normal variable passes z_i, and has the standard
deviation s; e_j, w_j and t are those of the second (Hoeffding's formula for the covariance of two step functions). The
rank of a continuous input is the chance that a normal variable W of its own lies below its normal variable Z: one step
at 0 of a variable (Z - W) / sqrt(2), which divides rho by sqrt(2). For two of these r(rho) is 6 / pi asin(rho / 2)
(Kruskal 1958, Journal of the American Statistical Association 53, 814-861). Few values can't be tied as closely as
many: r(1) may be below 1.
"""

import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from simulator.scenario.numbers.distribution import Distribution
from simulator.scenario.numbers.quantity import Quantity
from simulator.streams import codes

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MOST_STEPS: Final = 64
"""An input of more values counts as continuous: its ties matter less than 1 / 4,000."""
NEVER: Final = 1e-9
"""A chance so small that what has it is left out."""
NODES: Final = 96
"""Points of the Gauss-Legendre rule for Phi2; with them an error of r is below 1e-5."""
DIGITS: Final = 9
"""Decimals of a normal correlation that is searched for, so that no machine's last bit moves a draw."""


class Ranks(NamedTuple):
    """How the mean rank of an input follows its normal variable."""

    steps: tuple[tuple[float, float], ...]
    """Where it rises, and by how much (share)."""
    factor: float
    """By what the normal correlation is multiplied."""
    sd: float
    """Standard deviation of the rank (share)."""


CONTINUOUS: Final = Ranks(((0.0, 1.0),), math.sqrt(0.5), math.sqrt(1.0 / 12.0))


def ranks_of(quantity: Quantity) -> Ranks:
    """The ranks of an input; those of a certain one are never seen, and count as continuous."""
    values = None if quantity.certain else _probabilities(quantity.distribution, quantity.whole)
    if values is None or len(values) < 2:
        return CONTINUOUS
    return _ranks(values)


@lru_cache(maxsize=1024)
def normal_correlation(rank: float, first: Ranks, second: Ranks) -> float:
    """The correlation of normal variables that gives two inputs a rank correlation, or comes as near as it can."""
    if first == second == CONTINUOUS:
        return 2.0 * math.sin(math.pi / 6.0 * rank)
    low, high = rank_correlation(-1.0, first, second), rank_correlation(1.0, first, second)
    if not low < rank < high:
        return math.copysign(1.0, rank)
    from scipy.optimize import brentq

    return round(float(brentq(lambda rho: rank_correlation(rho, first, second) - rank, -1.0, 1.0)), DIGITS)


def reach(rank: float, first: Ranks, second: Ranks) -> float:
    """The rank correlation that two inputs have where `rank` is asked for: that, or as near as they can come."""
    low, high = rank_correlation(-1.0, first, second), rank_correlation(1.0, first, second)
    return min(max(rank, low), high)


@lru_cache(maxsize=1024)
def rank_correlation(rho: float, first: Ranks, second: Ranks) -> float:
    """Spearman's rank correlation of two inputs whose normal variables have the correlation `rho`."""
    if first == second == CONTINUOUS:
        return 6.0 / math.pi * math.asin(0.5 * rho)
    import numpy as np

    z, d = np.array(first.steps).T
    w, e = np.array(second.steps).T
    beyond = _beyond_chance(z[:, None], w[None, :], rho * first.factor * second.factor)
    return float(d @ beyond @ e) / (first.sd * second.sd)


def _beyond_chance(h: "npt.NDArray[np.float64]", k: "npt.NDArray[np.float64]", r: float) -> "npt.NDArray[np.float64]":
    """Phi2(h, k; r) - Phi(h) Phi(k): 1 / 2 pi times an integral over the angle from 0 to asin(r) (Plackett 1954)."""
    import numpy as np

    points, weights = np.polynomial.legendre.leggauss(NODES)
    # The angle's sine changes fastest near a right angle, where a substitution puts more points.
    end = math.asin(max(-1.0, min(1.0, r)))
    s = 0.5 * (points + 1.0)
    total = np.zeros(np.broadcast_shapes(h.shape, k.shape))
    for angle, weight in zip(end * s * (2.0 - s), end * (1.0 - s) * weights, strict=True):
        sine, cosine = math.sin(angle), math.cos(angle)
        total += weight * np.exp(-(h * h - 2.0 * h * k * sine + k * k) / (2.0 * cosine * cosine))
    return total / (2.0 * math.pi)


def _ranks(probabilities: tuple[float, ...]) -> Ranks:
    """The ranks of an input that takes values with these probabilities, in order."""
    from statistics import NormalDist

    steps, below = [], 0.0
    for here, above in pairwise(probabilities):
        below += here
        steps.append((NormalDist().inv_cdf(below), 0.5 * (here + above)))
    return Ranks(tuple(steps), 1.0, math.sqrt((1.0 - math.fsum(p**3 for p in probabilities)) / 12.0))


@lru_cache(maxsize=1024)
def _probabilities(distribution: Distribution, whole: bool) -> tuple[float, ...] | None:
    """The probabilities of an input's values in order; None where they are too many to matter."""
    if distribution.code == codes.EMPIRICAL:
        values = [round(x) if whole else x for x in distribution.values]
        counts = [values.count(x) for x in dict.fromkeys(values)] if len(set(values)) <= MOST_STEPS else []
        return tuple(count / len(values) for count in counts) or None
    if not whole:
        return None
    if distribution.code == codes.UNIFORM:
        low, high = (round(end) for end in distribution.support())
        return (1.0 / (high - low + 1),) * (high - low + 1) if high - low < MOST_STEPS else None
    lowest, highest = (round(distribution.quantile(u)) for u in (NEVER, 1.0 - NEVER))
    if highest - lowest >= MOST_STEPS:
        return None
    chances = [0.0, *_chances(distribution, lowest, highest), 1.0]
    return tuple(p for p in (b - a for a, b in pairwise(chances)) if p > NEVER)


def _chances(distribution: Distribution, lowest: int, highest: int) -> Iterator[float]:
    """The chances that a rounded draw is at most `lowest`, ..., `highest` - 1: quantiles are bisected."""
    low = 0.0
    for value in range(lowest, highest):
        high = 1.0
        while high - low > 1e-12:
            middle = 0.5 * (low + high)
            low, high = (middle, high) if distribution.quantile(middle) <= value + 0.5 else (low, middle)
        yield low
