"""The mean of a measure where an input is high, and where it is low: a tornado of inputs without simulating again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from simulator.results.paired import Column, contrast
from simulator.results.statistics import Estimate

Floats = np.ndarray[Any, np.dtype[np.float64]]

FIFTH: Final = 0.2


@dataclass(frozen=True)
class Fifths:
    """Means in the replications of the lowest and of the highest fifth of an input, and their difference.

    `up_to` and `from_` are the ends of these fifths, in the units of the input.
    """

    low: float
    high: float
    difference: Estimate
    up_to: float
    from_: float


def fifths_of(y: Floats, values: Floats, ranks: Floats, weights: Floats, *, is_share: bool) -> Fifths:
    """The fifths of an input (float64[replications] `values`, with their weighted `ranks`) by a measure `y`.

    Of an input that takes few values, the lowest and the highest value, where more than a fifth has it. Others fill
    both sides alike, so that what they do is noise here; of inputs that are drawn together, what goes with them is in.
    """
    counted = weights > 0.0
    down = (ranks <= max(FIFTH, float(ranks[counted].min()))) & counted
    up = (ranks >= min(1.0 - FIFTH, float(ranks[counted].max()))) & counted
    low, high = (Column(y, np.where(side, weights, 0.0), is_share) for side in (down, up))
    return Fifths(
        low.mean, high.mean, contrast(high, low).interval(), float(values[down].max()), float(values[up].min())
    )
