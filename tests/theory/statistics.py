"""Comparing a simulated mean with theory by independent replications."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student

Z_LIMIT = 4.9
"""A correct simulator crosses it about once in a million comparisons."""
HALF_WIDTH_LIMIT = 0.01
"""Relative half-width of the 95% interval beyond which agreement would say too little."""
FEWEST_REPLICATIONS = 10


@dataclass(frozen=True)
class Comparison:
    """A simulated estimate beside its expected value."""

    estimate: float
    expected: float
    standard_error: float
    replications: int

    @property
    def z(self) -> float:
        """Distance from the expected value in standard errors."""
        distance = self.estimate - self.expected
        if self.standard_error == 0.0:
            return 0.0 if distance == 0.0 else math.copysign(math.inf, distance)
        return distance / self.standard_error

    @property
    def relative_half_width(self) -> float:
        """Half-width of the 95% confidence interval (Student's t) over the expected value."""
        half_width = float(student.ppf(0.975, self.replications - 1)) * self.standard_error
        return half_width / abs(self.expected) if self.expected else math.inf

    def assert_agrees(self, z_limit: float = Z_LIMIT, half_width_limit: float = HALF_WIDTH_LIMIT) -> None:
        """AssertionError when the estimate is too far from theory, or too imprecise to tell."""
        assert self.relative_half_width <= half_width_limit, f"too imprecise to judge: {self}"
        assert abs(self.z) < z_limit, f"disagrees with theory: {self}"

    def __str__(self) -> str:
        return (
            f"estimate {self.estimate:.6g}, expected {self.expected:.6g}, z {self.z:.2f}, "
            f"relative half-width {self.relative_half_width:.3%}, {self.replications} replications"
        )


def compare_ratio(
    numerators: ArrayLike, denominators: ArrayLike, expected: float, controls: Sequence[ArrayLike] = ()
) -> Comparison:
    """Compare the sum of `numerators` over the sum of `denominators`, one of each per replication, with `expected`.

    The ratio estimator with its delta-method standard error: the spread of x_i - R y_i over the mean of y, by the
    root of n (Law 2015, Simulation Modeling and Analysis, section 9.5.3). `controls` are series of other outputs minus
    their known expectations; what a linear regression on them explains of the spread is taken out (control variates,
    Lavenberg and Welch 1981). They carry no news of their own: compare them with their expectations too. ValueError
    for fewer than ten replications, values that are not finite, or denominators that add up to nothing.
    """
    x = np.asarray(numerators, dtype=float)
    y = np.asarray(denominators, dtype=float)
    n = len(x)
    if x.shape != y.shape or x.ndim != 1 or n < FEWEST_REPLICATIONS:
        raise ValueError(f"need two series of at least {FEWEST_REPLICATIONS}, got shapes {x.shape} and {y.shape}")
    if not (np.isfinite(x).all() and np.isfinite(y).all() and y.sum() > 0.0):
        raise ValueError("need finite values and a positive sum of denominators")
    ratio = x.sum() / y.sum()
    design = np.column_stack([np.ones(n), *(np.asarray(control, dtype=float) for control in controls)])
    scale = np.abs(design).max(axis=0)
    design /= np.where(scale > 0.0, scale, 1.0)
    deviations = (x - ratio * y) / y.mean()
    coefficients = np.linalg.pinv(design) @ deviations
    spread = np.sum((deviations - design @ coefficients) ** 2) / (n - design.shape[1])
    standard_error = math.sqrt(spread * np.linalg.pinv(design.T @ design)[0, 0])
    return Comparison(float(ratio + coefficients[0]), expected, standard_error, n)


def compare_mean(values: ArrayLike, expected: float) -> Comparison:
    """Compare the mean of one value per replication with `expected`."""
    x = np.asarray(values, dtype=float)
    return compare_ratio(x, np.ones_like(x), expected)
