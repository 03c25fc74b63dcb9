"""What drives the measures of a result: shares of variance by input, means where an input is low and high."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.analysis.methods.given_data.bases import Bases
from simulator.analysis.methods.given_data.components import Part, Spread
from simulator.analysis.methods.given_data.effects import MISS, Effects, effects
from simulator.analysis.methods.given_data.fifths import Fifths, fifths_of
from simulator.analysis.methods.given_data.inputs import Inputs, inputs_of
from simulator.analysis.methods.headlines import headlines
from simulator.results.readings import as_numbers
from simulator.results.statistics import Estimate, effective_size, mean_of

if TYPE_CHECKING:
    from simulator.results.result import Result

Floats = np.ndarray[Any, np.dtype[np.float64]]

LEAST: Final = 40
"""Fewer (effective) replications than this tell nothing of inputs."""
LEAST_CARRIERS: Final = 8
"""A variance that fewer replications than this carry (Kish's effective number of squares) is not taken apart."""
CONVERGED: Final = 0.05
"""The half-width of an interval up to which a share is called converged."""


@dataclass(frozen=True, eq=False)
class Driven:
    """What drives one measure: `effects` of the inputs, or why there are none.

    `y` and `weights` (float64) are of the replications that count, `inputs` over the same. `chance` is its share of the
    variance by repeats, None where there are none.
    """

    measure: str
    y: Floats
    weights: Floats
    inputs: Inputs
    effects: Effects | None
    why: str = ""
    chance: Estimate | None = None

    @property
    def mean(self) -> Estimate:
        """The mean of the measure."""
        return mean_of(self.y, None if (self.weights == 1.0).all() else self.weights)

    @property
    def size(self) -> float:
        """Replications of equal weight that would say as much."""
        return effective_size(self.weights)

    @cached_property
    def shapley(self) -> tuple[Estimate, ...]:
        """The Shapley effect of each input as a share of the variance; below 0 by noise at times."""
        return () if self.effects is None else tuple(map(self.effects.share, self.effects.shapley))

    @cached_property
    def first(self) -> tuple[Estimate, ...]:
        """What each input says by itself, as a share (the first-order index)."""
        return () if self.effects is None else tuple(map(self.effects.share, self.effects.first))

    @cached_property
    def fifths(self) -> tuple[Fifths, ...]:
        """Means where each input is low and high."""
        truth = bool(np.isin(self.y, (0.0, 1.0)).all())
        columns = zip(self.inputs.values.T, self.inputs.ranks.T, strict=True)
        return tuple(fifths_of(self.y, values, ranks, self.weights, is_share=truth) for values, ranks in columns)

    @property
    def drivers(self) -> tuple[int, ...]:
        """Places of the inputs whose effect is beyond luck, those with the largest share first."""
        return () if self.effects is None else self.effects.drivers

    @cached_property
    def ranked(self) -> tuple[int, ...]:
        """Places of all inputs: drivers first, each by share."""
        rest = sorted(set(range(len(self.shapley))) - set(self.drivers), key=lambda place: -float(self.shapley[place]))
        return (*self.drivers, *rest)

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Pairs that say something only together beyond luck, the largest first."""
        if self.effects is None:
            return ()
        found = self.effects
        told = [pair for pair in found.pairs if found.p_pairs[pair] <= MISS]
        return tuple(sorted(told, key=lambda pair: -found.pairs[pair].value))

    def p(self, place: int) -> float:
        """The p-value of an input saying nothing, adjusted for all of them, by itself or in a pair."""
        assert self.effects is not None
        return min([self.effects.p[place], *(p for pair, p in self.effects.p_pairs.items() if place in pair)])

    def share(self, part: Part) -> Estimate:
        """A part as a share of the variance."""
        assert self.effects is not None
        return self.effects.share(part)

    @cached_property
    def unexplained(self) -> Estimate:
        """What is luck, or too weak or too tangled to be seen, as a share of the variance."""
        assert self.effects is not None
        return self.effects.share(self.effects.unexplained)

    @property
    def explained(self) -> Estimate:
        """What the inputs explain: all but that."""
        rest = self.unexplained
        value, low, high = (None if end is None else 1.0 - end for end in (rest.value, rest.high, rest.low))
        return Estimate(value, low, high, rest.n)

    @property
    def grouped(self) -> tuple[tuple[int, ...], ...]:
        """Groups of inputs that hang together here."""
        return tuple(group for group in self.inputs.groups if len(group) > 1)

    def half_width(self, place: int) -> float:
        """Half of the interval of an input's share."""
        found = self.shapley[place]
        return math.inf if found.low is None or found.high is None else 0.5 * (found.high - found.low)

    @property
    def widest(self) -> float:
        """The widest half-width of any input; 0 without inputs."""
        return max((self.half_width(place) for place in range(len(self.shapley))), default=0.0)

    @property
    def converged(self) -> bool:
        """Whether each share is known to within `CONVERGED`."""
        return self.widest <= CONVERGED

    @property
    def needed(self) -> int | None:
        """About how many replications it takes until it is: a half-width falls as one over the square root of them."""
        if self.effects is None or self.converged or not math.isfinite(self.widest):
            return None
        exact = len(self.y) * (self.widest / CONVERGED) ** 2
        digits = max(0, int(math.log10(exact)) - 1)
        return int(math.ceil(exact / 10.0**digits) * 10.0**digits)


def driven_by(
    result: Result, measures: Sequence[str] = (), chance: Mapping[str, Estimate] | None = None
) -> tuple[Inputs, dict[str, Driven]]:
    """The inputs of a result, and what drives its headline measures, or others."""
    weights = result.weighting.weights
    inputs = inputs_of(result)
    everybody = inputs if weights is None else inputs.among(slice(None), weights)
    columns = (
        headlines(result) if not measures else {name: as_numbers(result.records.measure(name)) for name in measures}
    )
    steps = np.ones(result.records.count) if weights is None else weights
    shared = Bases(everybody.ranks, steps)
    found = {}
    for measure, y in columns.items():
        known = ~np.isnan(y)
        if known.all():
            found[measure] = _driven(measure, y, everybody, shared)
        else:
            some = inputs.among(known, None if weights is None else weights[known])
            found[measure] = _driven(measure, y[known], some, Bases(some.ranks, steps[known]))
        if chance and known.all() and found[measure].effects is not None:
            found[measure] = replace(found[measure], chance=chance.get(measure))
    return inputs, found


def _driven(measure: str, y: Floats, inputs: Inputs, bases: Bases) -> Driven:
    """What drives one measure, in the replications that have it."""
    spread = Spread(y, bases.weights)
    why = ""
    if spread.size < LEAST:
        worth = "" if (bases.weights == 1.0).all() else f" (worth {spread.size:.0f})"
        many = "1 replication is" if len(y) == 1 else f"{len(y)} replications{worth} are"
        why = f"{many} too few: it takes {LEAST} that have it"
    elif not inputs.paths:
        why = "no uncertain input differs between replications"
    elif not np.ptp(y[bases.weights > 0.0]) > 0.0:
        why = "it is the same in all replications"
    elif spread.carriers < LEAST_CARRIERS:
        why = "a few replications carry most of its variance"
    return Driven(measure, y, bases.weights, inputs, None if why else effects(spread, bases, inputs.groups), why)
