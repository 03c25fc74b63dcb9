"""Least squares on many functions at once, and what each set of them explains, told without bias.

A variance that is explained is a square, and noise in the coefficients adds to it. What it adds is estimated from the
residual of each replication and its leverage, so that it may be larger in some replications than in others (MacKinnon
and White 1985, Journal of Econometrics 29, 305-325; for parts of a variance Kline, Saggio and Solvsten 2020,
Econometrica 88, 1859-1898), and taken off: an R^2 that is adjusted, part by part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from simulator.analysis.methods.given_data.components import Part, Spread

Floats = np.ndarray[Any, np.dtype[np.float64]]

TINY: Final = 1e-9
"""What keeps a matrix from being singular, and changes nothing else."""


@dataclass(frozen=True, eq=False)
class Coefficients:
    """Coefficients of a set of functions (float64[replications, functions]), and what is known of their errors.

    `gram` are the covariances of the functions, and `inverse` times `v` those of the errors if the residuals had the
    same variance everywhere.
    """

    columns: Floats
    values: Floats
    gram: Floats
    inverse: Floats
    fit: Regressed
    block: slice | None = None

    @property
    def fitted(self) -> Floats:
        """What the functions say of each replication."""
        return np.asarray(self.columns @ self.values)

    @property
    def errors(self) -> Floats:
        """Covariances of the errors of the coefficients."""
        each = (self.fit.steps * self.fit.fair)[:, None]
        if self.block is not None:
            scores = (self.fit.design @ self.fit.inverse[:, self.block]) * each
            return np.asarray(scores.T @ scores)
        # What the others leave of the columns is smaller than these, by the inverse of `inverse`.
        scores = self.columns * each
        errors = scores.T @ scores @ self.inverse
        return np.asarray(0.5 * (errors + errors.T))

    def part(self) -> Part:
        """The variance of what they say."""
        noise, fitted = self.gram @ self.errors, self.fitted
        naive, bias = float(self.values @ self.gram @ self.values), float(np.trace(noise))
        influence = fitted**2 - float(self.fit.steps @ fitted**2) + 2.0 * fitted * self.fit.fair
        return Part(naive - bias, influence, bias, 2.0 * float(np.sum(noise * noise.T)))

    def p(self, terms: int | None = None) -> float:
        """The p-value of the first of the coefficients being 0, by an F test."""
        from scipy.special import fdtrc

        values = self.values[:terms]
        if not len(values) or not self.fit.v > 0.0 or self.fit.spare < 1.0:
            return 1.0
        inverse = self.inverse[: len(values), : len(values)] + TINY * np.eye(len(values))
        ratio = float(values @ np.linalg.solve(inverse, values)) / (len(values) * self.fit.v)
        return float(fdtrc(len(values), self.fit.spare, ratio))


@dataclass(frozen=True, eq=False)
class Regressed:
    """A measure less its mean, regressed on sets of functions; `blocks` are the columns of each set in `design`.

    `away` is what is left in each replication, `fair` the same as large as if it had not been fitted, `steps` what
    replications count for, adding up to 1, and `spare` the degrees of freedom that are left.
    """

    design: Floats
    blocks: dict[Any, slice]
    values: Floats
    gram: Floats
    inverse: Floats
    away: Floats
    fair: Floats
    steps: Floats
    spare: float

    @property
    def v(self) -> float:
        """The variance of the mean of what is left."""
        return float((self.steps * self.fair) @ (self.steps * self.fair))

    def of(self, key: Any) -> Coefficients:
        """The coefficients of a set."""
        block = self.blocks[key]
        gram, inverse = self.gram[block, block], self.inverse[block, block]
        return Coefficients(self.design[:, block], self.values[block], gram, inverse, self, block)

    def part(self, key: Any) -> Part:
        """The variance of what a set of functions says."""
        return self.of(key).part()

    def p(self, key: Any, terms: int) -> float:
        """The p-value of the first functions of a set saying nothing."""
        return self.of(key).p(terms)

    def beside(self, sets: Mapping[Any, Floats]) -> dict[Any, Coefficients]:
        """The coefficients of sets of orthonormal functions, each by itself beside those that are fitted."""
        if not sets:
            return {}
        weighted = np.column_stack([*sets.values()]) * self.steps[:, None]
        across, along = self.design.T @ weighted, weighted.T @ self.away
        taken = self.inverse @ across
        found, place = {}, 0
        for key, columns in sets.items():
            terms = columns.shape[1]
            block, eye = slice(place, place + terms), np.eye(terms)
            inverse = np.asarray(np.linalg.inv((1.0 + TINY) * eye - across[:, block].T @ taken[:, block]), dtype=float)
            found[key] = Coefficients(columns, inverse @ along[block], eye, inverse, self)
            place += terms
        return found


def regressed(spread: Spread, sets: dict[Any, Floats]) -> Regressed:
    """A measure on sets of functions (float64[replications, functions]), each of mean 0."""
    n, steps = len(spread.y), spread.weights / spread.weights.sum()
    blocks, place = {}, 0
    for key, columns in sets.items():
        blocks[key] = slice(place, place + columns.shape[1])
        place += columns.shape[1]
    design = np.column_stack([*sets.values()]) if place else np.empty((n, 0))
    gram = design.T @ (design * steps[:, None])
    inverse = np.linalg.pinv(gram, rcond=1e-9, hermitian=True)
    values = inverse @ (design.T @ (steps * spread.away))
    away = spread.away - design @ values
    leverage = steps * (1.0 + np.einsum("ij,ij->i", design @ inverse, design))
    fair = away / np.sqrt(np.maximum(1.0 - leverage, 1e-6))
    return Regressed(design, blocks, values, gram, inverse, away, fair, steps, spread.size - 1.0 - place)
