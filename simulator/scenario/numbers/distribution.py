"""A distribution as inert numbers: a code, six parameters and bounds."""

import math
from dataclasses import dataclass

from simulator.scenario.numbers.moments import Shape, mean_and_sd
from simulator.streams import codes


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution in the layout of :mod:`simulator.streams.codes`; ``bounds`` clip every draw."""

    code: int
    parameters: tuple[float, ...]
    bounds: tuple[float, float] = (-math.inf, math.inf)
    values: tuple[float, ...] = ()
    """Sorted values of an EMPIRICAL distribution, empty for the others."""

    def __post_init__(self) -> None:
        filled = tuple(float(p) for p in self.parameters) + (0.0,) * (codes.PARAMETERS - len(self.parameters))
        object.__setattr__(self, "parameters", filled)
        object.__setattr__(self, "bounds", (float(self.bounds[0]), float(self.bounds[1])))

    @property
    def name(self) -> str:
        """Name of the code."""
        return codes.NAMES[self.code]

    def mean(self) -> float:
        """Mean, with the clipping at the upper bound."""
        return mean_and_sd(self.code, self._shape)[0]

    def sd(self) -> float:
        """Standard deviation, with the clipping at the upper bound."""
        return mean_and_sd(self.code, self._shape)[1]

    @property
    def _shape(self) -> Shape:
        return Shape(self.parameters, self.values, self.bounds[1])

    def support(self) -> tuple[float, float]:
        """Smallest and largest value that can be drawn, clipped by the bounds."""
        low, high = self._unclipped()
        return max(low, self.bounds[0]), min(high, self.bounds[1])

    def _unclipped(self) -> tuple[float, float]:
        p = self.parameters
        if self.code == codes.CONSTANT:
            return p[0], p[0]
        if self.code == codes.UNIFORM:
            return p[0], p[1]
        if self.code == codes.TRIANGULAR:
            return p[0], p[2]
        if self.code == codes.BETA:
            return p[2], p[3]
        if self.code == codes.EMPIRICAL:
            return self.values[0], self.values[-1]
        if self.code in (codes.METALOG, codes.TWO_PIECE):
            kind = int(p[3])
            low = p[4] if kind in (codes.BOUNDED_BELOW, codes.BOUNDED) else -math.inf
            high = p[5] if kind in (codes.BOUNDED_ABOVE, codes.BOUNDED) else math.inf
            return low, high
        return 0.0, math.inf

    def quantile(self, u: float) -> float:
        """The value that a share ``u`` in (0, 1) of draws lies below, through the compiled function of the engines."""
        import numpy as np

        from simulator.streams.variates import quantile

        tables = np.array(self.values, dtype=np.float64)
        parameters = np.array(self.parameters, dtype=np.float64)
        return float(quantile(self.code, parameters, self.bounds[0], self.bounds[1], tables, u))
