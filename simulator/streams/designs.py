"""Designs: where in the unit cube of the uncertain inputs the replications of an experiment lie.

`random` takes the streams of the inputs themselves; `sobol` a low-discrepancy sequence, one dimension for each input.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, Literal, get_args

import numpy as np

DesignName = Literal["random", "sobol"]
DESIGNS: Final[tuple[DesignName, ...]] = get_args(DesignName)
"""The designs, the default first."""
MOST_DIMENSIONS = 21_201
"""Dimensions for which direction numbers are known (Joe and Kuo 2008)."""
BITS = 30
BLOCK = 1024
"""Points that are made at a time: a power of two."""

Floats = np.ndarray[Any, np.dtype[np.float64]]


def sobol_point(replication: int, seed: int, dimensions: int) -> Floats:
    """Point number `replication` of a scrambled Sobol' sequence, float64[dimensions] in (0, 1).

    Linear matrix scramble with a digital shift (Matousek 1998), drawn from `seed` alone: the first 500 points are the
    same however many follow. Each point is uniform over the scrambles, and the points of one scramble fill the cube
    evenly, best at powers of two.
    """
    point: Floats = _block(seed, dimensions, replication // BLOCK)[replication % BLOCK]
    return point


@lru_cache(maxsize=16)
def _block(seed: int, dimensions: int, number: int) -> Floats:
    from scipy.stats import qmc

    sequence = qmc.Sobol(dimensions, scramble=True, bits=BITS, rng=np.random.default_rng(seed))
    if number:
        sequence.fast_forward(number * BLOCK)
    points = np.asarray(sequence.random(BLOCK), dtype=np.float64) + 0.5 ** (BITS + 1)  # the middle of the step: never 0
    points.flags.writeable = False  # shared by threads
    return points
