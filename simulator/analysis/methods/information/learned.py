"""What is to be expected of a replication once some of its inputs are known: by all replications, and by the others.

Expectations are sums of Legendre polynomials of ranks, as in `given_data.regression`, and of products of the inputs
that matter most: what a plan is worth is largely a product of numbers. Two things keep many inputs apart from luck:
terms cost the more the less their inputs do alone (an adaptive ridge: Zou 2006, Journal of the American Statistical
Association 101, 1418-1429), and how much is smoothed away is chosen by generalised cross-validation. All of it is done
anew without each tenth of the replications (cross-fitting: Stone 1974, Journal of the Royal Statistical Society B 36,
111-147), so that what is expected of a replication by the others owes nothing to its luck. Only which products are
tried is taken from all: a product is not the more likely to fit by luck because its factors did, as they are
uncorrelated with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any, Final

import numpy as np

from simulator.analysis.methods.given_data.regression import PENALTIES, RANK, legendre

Floats = np.ndarray[Any, np.dtype[np.float64]]
Whole = np.ndarray[Any, np.dtype[np.int64]]

FOLDS: Final = 10
DEGREE: Final = 4
LEADING: Final = 15
"""Inputs whose products are tried, two by two."""
FAINT: Final = 0.3
"""An input that does nothing alone counts as if it did this much of what luck does."""


@dataclass(frozen=True, eq=False)
class Expected:
    """Expectations of several numbers: `fitted` by all replications, float64[replications, numbers].

    `without` are those by all but a fold, float64[folds, replications, numbers]; `fold` is the one of each replication.
    """

    fitted: Floats
    without: Floats
    fold: Whole

    @property
    def held_out(self) -> Floats:
        """What the other folds expect of each replication, float64[replications, numbers]."""
        return np.asarray(self.without[self.fold, np.arange(len(self.fold))])


def expected(ranks: Floats, y: Floats, numbers: Any, weights: Floats | None = None) -> Expected:
    """The expectations of `y` (float64[n, k]) given inputs (ranks, float64[n, inputs]; none of them: their means).

    `numbers` are those of the replications, int[n], which put them into folds, so that their order doesn't matter.
    `weights` are what they count for, with mean 1.
    """
    n = len(y)
    steps = np.ones(n) if weights is None else weights
    scale = np.sqrt(np.maximum((steps @ (y - y.mean(axis=0)) ** 2) / steps.sum(), 0.0))
    scaled = (y - y.mean(axis=0)) / np.where(scale > 0.0, scale, 1.0)
    terms = _Terms.of(ranks, scaled, steps)
    fold = folds(numbers)
    sums = [_Sums.of(terms.design[fold == one], scaled[fold == one], steps[fold == one]) for one in range(FOLDS)]
    total = sum(sums[1:], sums[0])
    back = [terms.predict(each.solve(terms)) * scale + y.mean(axis=0) for each in (total, *(total - s for s in sums))]
    return Expected(back[0], np.stack(back[1:]), fold)


def folds(numbers: Any) -> Whole:
    """The fold of each replication, int[n]: by its mixed bits, as Sobol' points with like last bits lie together.

    The mixer is that of SplitMix64 (Steele, Lea and Flood 2014, OOPSLA 14, 453-472).
    """
    bits = np.asarray(numbers).astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray((bits ^ (bits >> np.uint64(31))) % np.uint64(FOLDS)).astype(np.int64)


@dataclass(frozen=True, eq=False)
class _Terms:
    """The terms of a regression: `design` is float64[n, terms], `pairs` the inputs of each, the same twice if one.

    `roughness` is what each costs by its degree, float64[terms]; `inputs` how many inputs there are.
    """

    design: Floats
    pairs: Whole
    roughness: Floats
    inputs: int

    @classmethod
    def of_each(cls, ranks: Floats) -> tuple[list[Floats], list[tuple[int, int]], list[float]]:
        """The polynomials of each input by itself, their places and what they cost."""
        m = ranks.shape[1]
        columns = [legendre(ranks[:, j], DEGREE) for j in range(m)]
        return columns, [(j, j) for j in range(m) for _ in range(DEGREE)], [k**4.0 for k in range(1, DEGREE + 1)] * m

    @classmethod
    def of(cls, ranks: Floats, y: Floats, steps: Floats) -> _Terms:
        """The polynomials of each input, and products of those that explain most of any `y` alone."""
        columns, pairs, cost = cls.of_each(ranks)
        m = ranks.shape[1]
        leading: Sequence[int] = range(m)
        if m > LEADING:
            centred = y - (steps @ y) / steps.sum()
            alone = [float((((steps[:, None] * each[:, :2]).T @ centred) ** 2).sum(axis=0).max()) for each in columns]
            leading = sorted(sorted(range(m), key=lambda j: (-alone[j], j))[:LEADING])
        for a, b in combinations_with_replacement(leading, 2):
            if a != b:
                columns.append((columns[a][:, 0] * columns[b][:, 0])[:, None])
                pairs.append((a, b))
                cost.append(2.0**4)
        design = np.hstack(columns) if columns else np.zeros((len(ranks), 0))
        return cls(design, np.array(pairs, dtype=np.int64).reshape(-1, 2), np.array(cost), m)

    def predict(self, found: tuple[Floats, Floats]) -> Floats:
        """Expectations of each replication, float64[n, k], by constants and coefficients of the terms."""
        constants, slopes = found
        return np.asarray(constants + self.design @ slopes)

    def cost(self, alone: Floats, luck: float) -> Floats:
        """What each term costs where the inputs by themselves explain `alone`, float64[inputs], and luck `luck`."""
        matters = np.maximum(alone - luck, FAINT * luck) / luck
        return np.asarray(self.roughness / np.sqrt(matters[self.pairs[:, 0]] * matters[self.pairs[:, 1]]))


@dataclass(frozen=True, eq=False)
class _Sums:
    """Sums over replications of the products of 1, terms and numbers, float64[1 + terms + k, the same].

    `squares` is the sum of squared weights.
    """

    products: Floats
    squares: float

    @classmethod
    def of(cls, design: Floats, y: Floats, steps: Floats) -> _Sums:
        rows = np.hstack([np.ones((len(y), 1)), design, y])
        return cls(rows.T @ (steps[:, None] * rows), float(steps @ steps))

    def __add__(self, other: _Sums) -> _Sums:
        return _Sums(self.products + other.products, self.squares + other.squares)

    def __sub__(self, other: _Sums) -> _Sums:
        return _Sums(self.products - other.products, self.squares - other.squares)

    def solve(self, terms: _Terms) -> tuple[Floats, Floats]:
        """The constants, float64[k], and the coefficients of the terms, float64[terms, k]."""
        count = len(terms.roughness)
        mass = float(self.products[0, 0])
        means = self.products[0] / mass if mass > 0.0 else np.zeros(len(self.products))
        size = mass**2 / self.squares if self.squares > 0.0 else 0.0
        numbers = len(self.products) - 1 - count
        slopes = np.zeros((count, numbers))
        if count and size > 2.0:
            spread = self.products / mass - np.outer(means, means)
            gram, cross = spread[1 : 1 + count, 1 : 1 + count], spread[1 : 1 + count, 1 + count :]
            for k in range(numbers):
                variance = float(spread[1 + count + k, 1 + count + k])
                if variance > RANK:
                    slopes[:, k] = _ridge(gram, cross[:, k], variance, size, terms)
        return means[1 + count :] - means[1 : 1 + count] @ slopes, slopes


def _ridge(gram: Floats, cross: Floats, variance: float, size: float, terms: _Terms) -> Floats:
    """Coefficients of the terms from covariances; how much is smoothed away is chosen by cross-validation."""
    main = (terms.pairs[:, 0] == terms.pairs[:, 1]) & (terms.roughness <= 2.0**4)
    explained = cross[main] ** 2 / variance
    own = np.bincount(terms.pairs[main, 0], explained, minlength=terms.inputs).astype(np.float64)
    root = np.sqrt(terms.cost(own, 2.0 / size))
    sizes, vectors = np.linalg.eigh(gram / np.outer(root, root))
    kept = sizes > RANK * max(float(sizes[-1]), 0.0)
    sizes, vectors = sizes[kept], vectors[:, kept]
    along = vectors.T @ (cross / root)
    shrunk = sizes / (sizes + PENALTIES[:, None])
    left = variance - ((2.0 - shrunk) * shrunk) @ (along**2 / sizes)
    spare = 1.0 - (1.0 + shrunk.sum(axis=1)) / size
    score = np.where(spare > 0.0, np.maximum(left, 0.0) / np.maximum(spare, 1e-9) ** 2, np.inf)
    best = int(np.argmin(score))
    return np.asarray((vectors @ (along / (sizes + PENALTIES[best]))) / root)
