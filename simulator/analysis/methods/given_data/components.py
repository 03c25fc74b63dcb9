"""Parts of a variance, and shares of it with their intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from simulator.results.statistics import Estimate, effective_size, t_quantile

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, eq=False)
class Part:
    """A part of the variance of a measure, estimated without bias: below 0 at times where there is none.

    To first order its error is the weighted mean of `influence` (float64[replications]). It is a sum of squares, to
    which noise has added `bias`, which is taken off; `noise` is the variance of what noise adds where the part is 0,
    and of which the first order knows nothing.
    """

    value: float
    influence: Floats
    bias: float = 0.0
    noise: float = 0.0

    def __add__(self, other: Part) -> Part:
        return Part(
            self.value + other.value,
            self.influence + other.influence,
            self.bias + other.bias,
            self.noise + other.noise,
        )

    def times(self, factor: float) -> Part:
        """The part times a number."""
        return Part(factor * self.value, factor * self.influence, factor * self.bias, factor**2 * self.noise)


@dataclass(frozen=True, eq=False)
class Spread:
    """A measure (float64[replications]) whose variance is taken apart, and what replications count for, mean 1."""

    y: Floats
    weights: Floats

    @cached_property
    def size(self) -> float:
        """Replications of equal weight that would say as much."""
        return effective_size(self.weights)

    @cached_property
    def away(self) -> Floats:
        """The measure less its mean."""
        return self.y - float(self.weights @ self.y) / float(self.weights.sum())

    @cached_property
    def total(self) -> Part:
        """The whole variance, about the mean that is seen, as its parts are."""
        squares = self.away**2
        value = float(self.weights @ squares) / float(self.weights.sum())
        return Part(value, squares - value)

    @cached_property
    def carriers(self) -> float:
        """How many replications carry the variance: Kish's effective number of their squares."""
        return effective_size(self.weights * self.away**2)

    @property
    def nothing(self) -> Part:
        """No part of it."""
        return Part(0.0, np.zeros_like(self.y))

    def share(self, part: Part) -> Estimate:
        """What a part is of the whole, with its 95% interval, which ends where shares do (the estimate may not).

        To first order the error of V_i / V is the mean of (influence of V_i - share * influence of V) / V. Where V_i is
        next to 0 noise is all there is. V_i and the bias that was taken off are then like q times a chi-square variable
        with K degrees of freedom and noncentrality V_i / q, where K q is the bias and 2 K q^2 the noise, whose interval
        is known. What the first order has beside is added on either side (Zou and Donner 2008, Statistics in Medicine
        27, 1693-1702).
        """
        whole = self.total.value
        n = int(np.count_nonzero(self.weights))
        if not whole > 0.0:
            return Estimate(None, None, None, n)
        value = part.value / whole
        first = (self.weights / self.weights.sum()) * (part.influence - value * self.total.influence) / whole
        variance = float(first @ first)
        miss = t_quantile(max(self.size - 1.0, 1.0))
        if part.bias > 0.0 and part.noise > 0.0:
            low, high = _of_squares(value, part.bias / whole, part.noise / whole**2, variance, miss)
        else:
            reach = miss * math.sqrt(variance + part.noise / whole**2)
            low, high = value - reach, value + reach
        return Estimate(value, min(1.0, max(0.0, low)), max(0.0, min(1.0, high)), n)


def _of_squares(value: float, bias: float, noise: float, variance: float, miss: float) -> tuple[float, float]:
    """The interval of a sum of squares of which noise is a part, and which has so much variance to first order."""
    from scipy.special import chdtri, chndtrinc

    q = noise / (2.0 * bias)
    terms, seen = bias / q, max(value + bias, 0.0) / q
    low = 0.0 if seen <= chdtri(terms, 0.025) else q * float(chndtrinc(seen, terms, 0.975))
    high = 0.0 if seen <= chdtri(terms, 0.975) else q * float(chndtrinc(seen, terms, 0.025))
    beside = miss * math.sqrt(max(0.0, variance - 4.0 * q * max(value + bias, 0.0)))
    down, up = max(0.0, value - low), max(0.0, high - value)
    return value - math.hypot(down, beside), value + math.hypot(up, beside)
