"""The expectation of a measure given inputs, by penalised regression on polynomials of their ranks.

Ranks are uniform whatever the law of an input is, so that shifted Legendre polynomials are orthonormal on them
(polynomial chaos; Sudret 2008, Reliability Engineering and System Safety 93, 964-979). How much is smoothed away is
chosen by generalised cross-validation (Golub, Heath and Wahba 1979, Technometrics 21, 215-223). What a replication
would have been expected to be by the others follows without fitting again (Allen 1974, Technometrics 16, 125-127).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]

PENALTIES: Final = 10.0 ** np.arange(-8.0, 5.01, 0.5)
"""Amounts of smoothing that are tried, beside what a replication tells of a term."""
RANK: Final = 1e-10
"""A direction of the design with less than this share of the largest one's variance is none."""


@dataclass(frozen=True, eq=False)
class Fit:
    """An expectation in each replication.

    `fitted` and `left_out` are float64[replications]: by all, and by all but this one. `freedom` is the number of
    parameters that it took, the mean included; `residual` the variance that is left, told without bias.
    """

    fitted: Floats
    left_out: Floats
    freedom: float
    residual: float


def legendre(ranks: Floats, degree: int) -> Floats:
    """Shifted Legendre polynomials 1 to `degree` of ranks in (0, 1), orthonormal on them: float64[n, degree]."""
    x = 2.0 * ranks - 1.0
    found = [np.ones_like(x), x]
    for k in range(1, degree):
        found.append(((2 * k + 1) * x * found[k] - k * found[k - 1]) / (k + 1))
    return np.column_stack([np.sqrt(2.0 * k + 1.0) * found[k] for k in range(1, degree + 1)])


def regress(y: Floats, design: Floats, roughness: Floats | None = None, weights: Floats | None = None) -> Fit:
    """The expectation of `y` (float64[n]) as a sum of columns of `design` (float64[n, terms]) and a constant.

    Each term's coefficient c costs `roughness` (float64[terms], by default 1; 0 is free) times c^2, times an amount
    that is chosen. `weights` are what replications count for, with mean 1.
    """
    n, terms = design.shape
    steps = np.ones(n) if weights is None else weights
    total, root = steps.sum(), np.sqrt(steps)[:, None]
    mean = float(steps @ y) / total
    if terms == 0:
        share = steps / total
        return _fit(y, np.full(n, mean), share, 1.0, steps)
    cost = np.ones(terms) if roughness is None else roughness
    # A term that costs nothing is one that costs next to nothing: what is tried goes down to 1e-8 already.
    centred = (design - (steps @ design) / total) / np.sqrt(np.maximum(cost, 1e-9))
    basis, sizes = _directions(root * centred)
    along = basis.T @ (root[:, 0] * (y - mean))
    best: tuple[float, Floats] | None = None
    for penalty in PENALTIES:
        shrunk = sizes / (sizes + penalty * total)
        left = float(steps @ (y - mean) ** 2) - float(((2.0 - shrunk) * shrunk) @ along**2)
        score = max(left, 0.0) / max(n - 1.0 - float(shrunk.sum()), 1e-9) ** 2
        if best is None or score < best[0]:
            best = score, shrunk
    assert best is not None
    shrunk = best[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        fitted = np.where(root[:, 0] > 0.0, (basis @ (shrunk * along)) / root[:, 0], 0.0) + mean
    leverage = (basis**2) @ shrunk + steps / total
    return _fit(y, fitted, leverage, 1.0 + float(shrunk.sum()), steps)


def _directions(design: Floats) -> tuple[Floats, Floats]:
    """Orthonormal directions in the space of replications, float64[n, rank], and their variances."""
    n, terms = design.shape
    small = design.T @ design if terms <= n else design @ design.T
    sizes, vectors = np.linalg.eigh(small)
    kept = sizes > RANK * max(float(sizes[-1]), 0.0)
    sizes, vectors = sizes[kept], vectors[:, kept]
    return (design @ vectors / np.sqrt(sizes) if terms <= n else vectors), sizes


def _fit(y: Floats, fitted: Floats, leverage: Floats, freedom: float, steps: Floats) -> Fit:
    away = y - fitted
    left_out = y - away / np.maximum(1.0 - leverage, 1e-9)
    spare = len(y) - freedom
    residual = float(steps @ away**2) / spare if spare > 0.0 else float("nan")
    return Fit(fitted, left_out, freedom, residual)
