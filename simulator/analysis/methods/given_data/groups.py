"""Shapley effects of inputs that are drawn together.

Where inputs are correlated, each also tells what the others do, and what they say by themselves no longer adds up. What
a set S of them explains is the variance of the expectation given these, Var(E[y | x_S]); it is 0 for none and the
whole of the group for all. The Shapley effect is the mean, over the orders in which the inputs become known, of what
each adds (Song, Nelson and Staum 2016, SIAM/ASA Journal on Uncertainty Quantification 4, 1060-1083; Owen and Prieur
2017, the same 5, 986-1002; Iooss and Prieur 2019, International Journal for Uncertainty Quantification 9, 493-514).

Each expectation is regressed on polynomials of ranks and on normal scores, as groups are tied by a Gaussian copula,
and on products of two inputs; what noise adds is taken off by degrees of freedom (Wherry 1931, Annals of Mathematical
Statistics 2, 440-457). Groups of up to `EXACT` inputs take all their subsets, larger ones some `ORDERS` orders.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any, Final

import numpy as np

from simulator.analysis.methods.given_data.bases import Bases
from simulator.analysis.methods.given_data.components import Part, Spread
from simulator.analysis.methods.given_data.inputs import FARTHEST
from simulator.analysis.methods.given_data.regressed import Regressed

Floats = np.ndarray[Any, np.dtype[np.float64]]
Members = tuple[int, ...]

EXACT: Final = 5
ORDERS: Final = 1000
RIDGE: Final = 1e-9
"""What keeps covariances from being singular, relative to their diagonal."""
PER_TERM: Final = 8
"""Replications for each function of inputs by themselves, and for each of pairs."""
HIGHEST_TOGETHER: Final = 5


def of_group(spread: Spread, bases: Bases, fit: Regressed, group: Members) -> dict[int, tuple[Part, Part]]:
    """What each input of a group says by itself, and its Shapley effect within the group, by its place."""
    game = Game.of(spread, bases, fit, group)
    fair = by_subsets(game, group) if len(group) <= EXACT else by_orders(game, group)
    return {place: (game.worth((place,)), game.added(fair[place])) for place in group}


def by_subsets(game: Game, group: Members) -> dict[int, Part]:
    """Shapley effects from all subsets of a group."""
    g, nothing = len(group), game.worth(())
    fair = dict.fromkeys(group, nothing)
    for place in group:
        rest = [other for other in group if other != place]
        for size in range(g):
            share = math.factorial(size) * math.factorial(g - size - 1) / math.factorial(g)
            for before in combinations(rest, size):
                more = game.worth(tuple(sorted((*before, place)))) + game.worth(before).times(-1.0)
                fair[place] = fair[place] + more.times(share)
    return fair


def by_orders(game: Game, group: Members) -> dict[int, Part]:
    """Shapley effects from random orders: each one, its reverse, and both begun at each of their inputs.

    So each input comes as often at each place. Influences are the means over fewer of them.
    """
    g, n = len(group), len(game.y)
    rng = np.random.default_rng(1)
    values, biases = dict.fromkeys(group, 0.0), dict.fromkeys(group, 0.0)
    influences = {place: np.zeros(n) for place in group}
    turns = math.ceil(ORDERS / (2 * g))
    for turn in range(turns):
        order = [group[k] for k in rng.permutation(g)]
        for way in (order, order[::-1]):
            for start in range(g):
                begun = way[start:] + way[:start]
                for place, value, bias in game.in_order(begun):
                    values[place] += value / (2 * g * turns)
                    biases[place] += bias / (2 * g * turns)
                if turn == 0:
                    for place, less in game.squares_in_order(begun):
                        influences[place] += less / (2 * g)
    return {
        place: Part(values[place], influences[place] - float(game.steps @ influences[place]), biases[place])
        for place in group
    }


@dataclass(frozen=True, eq=False)
class Game:
    """What sets of a group explain of `y`, the measure less what all others say, with `spare` degrees of freedom."""

    y: Floats
    steps: Floats
    design: Floats
    columns: dict[Members, list[int]]
    gram: Floats
    across: Floats
    spare: float
    size: float
    _worth: dict[Members, Part] = field(default_factory=dict)

    @classmethod
    def of(cls, spread: Spread, bases: Bases, fit: Regressed, group: Members) -> Game:
        """The game of a group beside all other inputs that are fitted."""
        from scipy.special import ndtri

        own = [place for place in group if place in fit.blocks]
        y = fit.away + sum((fit.of(place).fitted for place in own), np.zeros_like(fit.away))
        finest = bases.fine if len(group) <= EXACT else bases.coarse
        degree = int(np.clip(bases.size / (PER_TERM * len(group)) - 1, 1, finest))
        pairs = math.comb(len(group), 2)
        highest = next(
            (
                d
                for d in range(HIGHEST_TOGETHER if len(group) <= EXACT else 2, 1, -1)
                if pairs * d * (d - 1) / 2 <= bases.size / PER_TERM
            ),
            0,
        )
        blocks: dict[Members, Floats] = {}
        for place in group:
            normal = bases.centred(np.asarray(ndtri(np.clip(bases.ranks[:, [place]], FARTHEST, 1.0 - FARTHEST))))
            blocks[place,] = np.column_stack([bases.of[place][:, :degree], normal])
        if highest:
            blocks |= {pair: bases.product(*pair, highest) for pair in combinations(group, 2)}
        design = np.column_stack([*blocks.values()])
        columns: dict[Members, list[int]] = {}
        place = 0
        for key, block in blocks.items():
            columns[key] = list(range(place, place + block.shape[1]))
            place += block.shape[1]
        steps = fit.steps
        gram, across = design.T @ (design * steps[:, None]), design.T @ (steps * y)
        spare = fit.spare + sum(fit.blocks[place].stop - fit.blocks[place].start for place in own)
        return cls(y, steps, design, columns, gram, across, spare, spread.size)

    def worth(self, members: Members) -> Part:
        """What a set of the group explains."""
        if members not in self._worth:
            self._worth[members] = self._explained(members)
        return self._worth[members]

    def _explained(self, members: Members) -> Part:
        if not members:
            return Part(0.0, np.zeros_like(self.y))
        away, terms = self._without(members)
        whole, left = float(self.steps @ self.y**2), float(self.steps @ away**2)
        bias = self._bias(terms, left)
        # The error of what is explained: that of the whole, less that of what is left.
        influence = (self.y**2 - whole) - (away**2 - left)
        return self.added(Part(whole - left - bias, influence, bias))

    def _bias(self, terms: float, left: float) -> float:
        """What noise adds by so many coefficients, where so much is left: what the others say is noise then, too."""
        return terms * (self.chance + max(0.0, left - self.least)) / self.size

    def _ordered(self, order: Sequence[int]) -> tuple[list[int], list[int]]:
        """The columns in the order in which inputs become known, and where those of each end."""
        columns: list[int] = []
        ends = []
        for k, place in enumerate(order):
            columns += self.columns[place,]
            for other in order[:k]:
                columns += self.columns.get((min(place, other), max(place, other)), [])
            ends.append(len(columns))
        return columns, ends

    def _factor(self, columns: list[int]) -> Floats:
        """The lower triangular factor of the covariances of columns."""
        gram = self.gram[np.ix_(columns, columns)]
        return np.asarray(np.linalg.cholesky(gram + RIDGE * np.diag(np.diag(gram))))

    def in_order(self, order: Sequence[int]) -> Iterator[tuple[int, float, float]]:
        """What each input adds to those before it, and the bias that is taken off, in one order."""
        columns, ends = self._ordered(order)
        along = np.linalg.solve(self._factor(columns), self.across[columns])
        known = np.cumsum(along**2)
        whole, before = float(self.steps @ self.y**2), (0.0, 0.0)
        for place, end in zip(order, ends, strict=True):
            bias = self._bias(end, whole - known[end - 1])
            now = float(known[end - 1]) - bias, bias
            yield place, now[0] - before[0], now[1] - before[1]
            before = now

    def squares_in_order(self, order: Sequence[int]) -> Iterator[tuple[int, Floats]]:
        """By how much each input makes the square of what is left smaller, in each replication."""
        columns, ends = self._ordered(order)
        factor = self._factor(columns)
        parts = (
            np.linalg.solve(factor, self.design[:, columns].T) * np.linalg.solve(factor, self.across[columns])[:, None]
        )
        away, start = self.y, 0
        for place, end in zip(order, ends, strict=True):
            less = away - parts[start:end].sum(axis=0)
            yield place, away**2 - less**2
            away, start = less, end

    def _without(self, members: Members) -> tuple[Floats, int]:
        """What is left of each replication, and how many coefficients it took."""
        chosen = [k for key, columns in self.columns.items() if set(key) <= set(members) for k in columns]
        values, terms = _solved(self.gram[np.ix_(chosen, chosen)], self.across[chosen])
        return self.y - self.design[:, chosen] @ values, terms

    def added(self, part: Part) -> Part:
        """A part, and the variance of what noise adds: that of squares of as many coefficients as its bias tells."""
        return Part(part.value, part.influence, part.bias, 2.0 * part.bias * self.chance / self.size)

    @cached_property
    def _all_known(self) -> tuple[Floats, int]:
        return self._without(tuple(place for key in self.columns if len(key) == 1 for place in key))

    @property
    def least(self) -> float:
        """The variance that is left by all of the group, as it is in these replications."""
        return float(self.steps @ self._all_known[0] ** 2)

    @property
    def chance(self) -> float:
        """The same without what fitting has taken of it."""
        return self.size / max(self.spare - self._all_known[1], 1.0) * self.least


def _solved(gram: Floats, across: Floats) -> tuple[Floats, int]:
    """Coefficients of least squares, and of how many directions they are: what hangs together counts once."""
    scale = np.sqrt(np.maximum(np.diag(gram), 1e-300))
    sizes, vectors = np.linalg.eigh(gram / np.outer(scale, scale))
    kept = sizes > 1e-9 * sizes[-1]
    vectors = vectors[:, kept]
    return (vectors @ ((vectors.T @ (across / scale)) / sizes[kept])) / scale, int(np.count_nonzero(kept))
