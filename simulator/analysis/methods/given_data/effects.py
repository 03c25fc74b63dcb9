"""What each uncertain input adds to the variance of a measure, from replications that are there.

A measure is the sum of what each input says by itself, of what two say only together, and of the rest: chance, and what
is too weak or too tangled to be seen in so many replications (Hoeffding 1948, Annals of Mathematical Statistics 19,
293-325; Sobol' 1993, Mathematical Modelling and Computational Experiments 1, 407-414). The Shapley effect of an input
is its fair share of the variance that inputs explain (Owen 2014, SIAM/ASA Journal on Uncertainty Quantification 2,
245-251): what it says by itself, and half of each pair that it is in. Effects and the rest add up to the whole. Of
inputs that are drawn together see `groups.py`.

All is regression on polynomials of ranks (`bases.py`), with what noise adds taken off (`regressed.py`). Inputs whose
effect is beyond luck are fitted together, so that what they say is no noise for the others. What is beyond luck is
told by F tests adjusted by Holm's method: four fifths of the 5% go to inputs by themselves, one fifth to pairs. No
input's estimate depends on whether it was told apart, so that none is chosen for being high. Pairs are estimated among
the inputs that say most by themselves, which tells nothing of the pair, and those of a pair that is beyond luck.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import Any, Final

import numpy as np

from simulator.analysis.methods.given_data.bases import Bases
from simulator.analysis.methods.given_data.components import Part, Spread
from simulator.analysis.methods.given_data.groups import of_group
from simulator.analysis.methods.given_data.regressed import Coefficients, Regressed, regressed
from simulator.results.statistics import Estimate, effective_size, holm

Floats = np.ndarray[Any, np.dtype[np.float64]]
Pair = tuple[int, int]

MISS: Final = 0.05
"""The probability that any input is called a driver that is none."""
FOR_PAIRS: Final = 0.2
"""The part of it that goes to pairs."""
TESTED: Final = 3
"""Functions of an input by which it is tested."""
TESTED_IN_PAIRS: Final = 2
"""Functions of each of two by which they are."""
ROUNDS: Final = 6
"""Times that drivers are looked for in what those before them leave."""
MOST_IN_PAIRS: Final = 10
"""Inputs among which pairs are estimated."""
PER_TERM: Final = 8
"""Replications for each function of inputs by themselves, and for each of pairs."""
MOST_TERMS: Final = 600
HIGHEST_TOGETHER: Final = 9
"""Most that the degrees of two inputs add up to."""


@dataclass(frozen=True, eq=False)
class Effects:
    """The variance of a measure taken apart. Places are those of the inputs.

    `first` and `shapley` have each input's part by itself and in all, `pairs` what two say only together, `p` and
    `p_pairs` the p-values of there being none, adjusted for all that were tested.
    """

    spread: Spread
    first: tuple[Part, ...]
    shapley: tuple[Part, ...]
    pairs: Mapping[Pair, Part]
    p: tuple[float, ...]
    p_pairs: Mapping[Pair, float]

    @property
    def explained(self) -> Part:
        """What all inputs explain."""
        return _sum(self.spread, self.shapley, [place in self.drivers for place in range(len(self.shapley))])

    @property
    def together(self) -> Part:
        """What pairs explain only together."""
        return _sum(self.spread, self.pairs.values(), [self.p_pairs[pair] <= MISS for pair in self.pairs])

    @property
    def unexplained(self) -> Part:
        """The rest: chance, and what can't be seen."""
        return self.spread.total + self.explained.times(-1.0)

    def share(self, part: Part) -> Estimate:
        """A part as a share of the variance, with its 95% interval."""
        return self.spread.share(part)

    @cached_property
    def drivers(self) -> tuple[int, ...]:
        """The inputs whose effect is beyond luck, those with the largest Shapley effect first."""
        paired = {place for pair, p in self.p_pairs.items() if p <= MISS for place in pair}
        told = [place for place, p in enumerate(self.p) if p <= MISS or place in paired]
        return tuple(sorted(told, key=lambda place: -self.shapley[place].value))


def effects(spread: Spread, bases: Bases, groups: Sequence[Sequence[int]]) -> Effects:
    """The variance of a measure by input; `groups` are the places of inputs that are drawn together, or of one."""
    count = len(bases.of)
    drivers = _beyond_luck(spread, bases)
    fit = regressed(spread, _main_effects(bases, drivers))
    p_pairs = _p_of_pairs(fit, bases, groups)
    seen = [place for pair, p in p_pairs.items() if p <= MISS for place in pair]
    by_itself = {
        place: float(one.values @ one.values) for place, one in _alone(fit, bases, TESTED, range(count)).items()
    }
    most = sorted(by_itself, key=lambda place: -by_itself[place])
    fit = regressed(
        spread, {**_main_effects(bases, drivers), **_products(bases, list(dict.fromkeys([*seen, *most])), groups)}
    )
    first = [one.part() for one in _alone(fit, bases, bases.coarse, range(count)).values()]
    shapley = list(first)
    for group in groups:
        if len(group) > 1:
            for place, (alone, fair) in of_group(spread, bases, fit, tuple(group)).items():
                first[place], shapley[place] = alone, fair
    pairs = {key: fit.part(key) for key in fit.blocks if isinstance(key, tuple)}
    for pair, part in pairs.items():
        for place in pair:
            shapley[place] = shapley[place] + part.times(0.5)
    p = _p_values(fit, bases, range(count))
    return Effects(spread, tuple(first), tuple(shapley), pairs, tuple(p), p_pairs)


def _sum(spread: Spread, parts: Iterable[Part], told: Iterable[bool]) -> Part:
    """The sum of parts. Of those that were not told from luck the influence is noise, and would add up: it is left out.

    What they are in truth is then taken for a part of what is left, whose error is the larger one.
    """
    found = spread.nothing
    for part, seen in zip(parts, told, strict=True):
        found = found + (part if seen else replace(part, influence=spread.nothing.influence))
    return found


def _beyond_luck(spread: Spread, bases: Bases) -> list[int]:
    """The inputs that say something by themselves beyond luck, looked for in what those found before leave."""
    found: list[int] = []
    for _ in range(ROUNDS):
        fit = regressed(spread, _main_effects(bases, found))
        rest = [place for place in range(len(bases.of)) if place not in found]
        p = _p_values(fit, bases, rest)
        ordered = sorted(zip(p, rest, strict=True))
        new = [place for value, place in ordered if value <= MISS]
        room = int(bases.size / PER_TERM) - len(found)
        if not new or room <= 0:
            break
        found += new[:room]
    return found


def _main_effects(bases: Bases, places: Sequence[int]) -> dict[Any, Floats]:
    """The functions of inputs by themselves, as fine as so many replications allow."""
    degree = int(np.clip(bases.size / (PER_TERM * max(1, len(places))), 1, bases.fine))
    return {place: bases.of[place][:, :degree] for place in places}


def _products(bases: Bases, places: Sequence[int], groups: Sequence[Sequence[int]]) -> dict[Any, Floats]:
    """The functions of pairs among the first of the places, of as many and as fine as so many replications allow."""
    room = min(bases.size / PER_TERM, MOST_TERMS)
    most = next((m for m in range(min(MOST_IN_PAIRS, len(places)), 1, -1) if m * (m - 1) / 2 <= room), 0)
    together = {place: number for number, group in enumerate(groups) for place in group}
    chosen = [
        (min(pair), max(pair))
        for pair in combinations(places[:most], 2)
        if together.get(pair[0], -1) != together.get(pair[1], -2)
    ]
    if not chosen:
        return {}
    degrees = range(HIGHEST_TOGETHER, 2, -1)
    degree = next((d for d in degrees if d <= bases.fine + 1 and len(chosen) * d * (d - 1) / 2 <= room), 2)
    return {pair: bases.product(*pair, degree) for pair in chosen}


def _alone(fit: Regressed, bases: Bases, degree: int, places: Iterable[int]) -> dict[int, Coefficients]:
    """Coefficients of the functions of each input by itself: those that are fitted, or else up to a degree beside."""
    places = [*places]
    more = fit.beside({place: bases.of[place][:, :degree] for place in places if place not in fit.blocks})
    return {place: fit.of(place) if place in fit.blocks else more[place] for place in places}


def _p_values(fit: Regressed, bases: Bases, places: Iterable[int]) -> list[float]:
    """p-values of inputs saying nothing by themselves, adjusted: F tests on their first functions, beside all others.

    Holm's method, of which only a part is for them.
    """
    return _adjusted([one.p(TESTED) for one in _alone(fit, bases, TESTED, places).values()], 1.0 - FOR_PAIRS)


def _adjusted(p: Sequence[float], share: float) -> list[float]:
    """p-values by Holm's method, where only a share of what may be missed is for them."""
    return [min(1.0, value / share) for value in holm(p)]


def _p_of_pairs(fit: Regressed, bases: Bases, groups: Sequence[Sequence[int]]) -> dict[Pair, float]:
    """Adjusted p-values of two inputs saying nothing only together, of all pairs that are not drawn together.

    A few replications far away would make many a pair look strong: so each has the variance of its own products, and as
    many degrees of freedom as replications carry it.
    """
    from scipy.special import fdtrc

    columns = [one[:, :TESTED_IN_PAIRS] for one in bases.of]
    widths = [one.shape[1] for one in columns]
    if len(columns) < 2 or not all(widths):
        return {}
    stacked, scores = np.column_stack(columns), fit.steps * fit.fair
    squares = (stacked.T @ (stacked * scores[:, None])) ** 2
    variances = (stacked**2).T @ (stacked**2 * (scores**2)[:, None])
    ratios = np.where(variances > 0.0, squares / np.where(variances > 0.0, variances, 1.0), 0.0)
    starts = np.concatenate([[0], np.cumsum(widths)[:-1]])
    sums = np.add.reduceat(np.add.reduceat(ratios, starts, axis=0), starts, axis=1)
    together = {place: number for number, group in enumerate(groups) for place in group}
    free = min(fit.spare, effective_size(scores**2))
    tested: dict[Pair, float] = {}
    for a, b in combinations(range(len(columns)), 2):
        if together.get(a, -1) != together.get(b, -2):
            terms = widths[a] * widths[b]
            tested[a, b] = float(fdtrc(terms, free, sums[a, b] / terms)) if free >= 1.0 else 1.0
    return dict(zip(tested, _adjusted(list(tested.values()), FOR_PAIRS), strict=True))
