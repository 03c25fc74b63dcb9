"""Functions of one input, or of two, that are orthonormal over the replications that are there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from simulator.analysis.methods.given_data.regression import legendre
from simulator.results.statistics import effective_size

Floats = np.ndarray[Any, np.dtype[np.float64]]

FINEST: Final = 12
"""Highest degree of a polynomial in ranks."""
COLLINEAR: Final = 1e-6
"""A function of which less than this is new, beside those before it, says nothing new."""


@dataclass(frozen=True, eq=False)
class Bases:
    """Polynomials of the ranks of each input (float64[replications, inputs]), those of low degree first.

    Those of one input have mean 0 and variance 1, and are uncorrelated with one another, under `weights`.
    """

    ranks: Floats
    weights: Floats

    @cached_property
    def size(self) -> float:
        """Replications of equal weight that would say as much."""
        return effective_size(self.weights)

    @cached_property
    def fine(self) -> int:
        """The degree for an input that is looked at closely: the more replications there are, the finer."""
        return int(np.clip(np.cbrt(self.size), 1, FINEST))

    @cached_property
    def coarse(self) -> int:
        """The degree for one of many: each further one adds noise, and most of what there is lies in the first."""
        return int(np.clip(round(np.cbrt(self.size) / 3.0), 1, FINEST))

    @cached_property
    def of(self) -> tuple[Floats, ...]:
        """The functions of each input, float64[replications, degree] each, fewer where it takes few values."""
        return tuple(self.orthonormal(legendre(column, self.fine)) for column in self.ranks.T)

    def centred(self, columns: Floats) -> Floats:
        """Columns less their weighted means."""
        return np.asarray(columns - (self.weights @ columns) / self.weights.sum())

    def orthonormal(self, columns: Floats) -> Floats:
        """The columns, each less what those before it say (Gram and Schmidt); those that say nothing new are left out.

        Columns of which one is left out may leave out later ones too: they are of higher degree.
        """
        centred = self.centred(columns)
        root = np.sqrt(self.weights / self.weights.sum())[:, None]
        r = np.linalg.qr(root * centred)[1]
        sizes, lengths = np.abs(np.diag(r)), np.sqrt(((root * centred) ** 2).sum(axis=0))
        new = sizes > COLLINEAR * np.maximum(lengths, 1e-300)
        new &= lengths > 0.0
        kept = int(np.argmin(new)) if not new.all() else len(new)
        if kept == 0:
            return np.empty((len(columns), 0))
        return np.asarray(np.linalg.solve(r[:kept, :kept].T, centred[:, :kept].T).T)

    def product(self, a: int, b: int, degree: int) -> Floats:
        """Products of functions of two inputs whose degrees add up to `degree` at most, less their means."""
        first, second = self.of[a], self.of[b]
        products = [
            first[:, k] * second[:, m]
            for k in range(first.shape[1])
            for m in range(second.shape[1])
            if k + m + 2 <= degree
        ]
        return self.centred(np.column_stack(products)) if products else np.empty((len(first), 0))
