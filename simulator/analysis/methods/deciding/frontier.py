"""What a stated confidence allows: pairs of adoption and cost that are kept together with it, none better in both."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]

POINTS: Final = 9
"""Points of a frontier at most."""
NEARLY_ALL: Final = 0.99
"""The last bound on cost is that which this share keeps: what a few cost says little of what can be promised."""


@dataclass(frozen=True)
class Point:
    """With the frontier's confidence adoption is at least, and cost at most, so much."""

    adoption: float
    cost: float


def frontier(adoption: Floats, cost: Floats, confidence: float, weights: Floats | None = None) -> tuple[Point, ...]:
    """The most adoption that is reached together with a bound on cost, from the lowest bound that allows any on.

    `adoption`, `cost` and `weights` are float64[replications]; NaN keeps no bound. In at least a share `confidence` of
    all replications, by weight, adoption is at least and cost at most that of a point. Bounds on cost are spread evenly
    over the shares that keep them; of points of the same adoption the cheapest is kept. Empty where no adoption above 0
    is reached with that confidence.
    """
    steps = np.ones(len(adoption)) if weights is None else weights
    known = ~np.isnan(adoption) & ~np.isnan(cost) & (steps > 0.0)
    order = np.argsort(cost[known], kind="stable")
    reached, bounds, mass = adoption[known][order], cost[known][order], steps[known][order]
    wanted = confidence * math.fsum(steps) * (1.0 - 1e-12)
    kept = np.cumsum(mass)
    if not len(kept) or kept[-1] < wanted:
        return ()
    found: list[Point] = []
    for level in np.linspace(wanted, max(wanted, NEARLY_ALL * kept[-1]), POINTS):
        last = min(int(np.searchsorted(kept, level * (1.0 - 1e-12))), len(kept) - 1)
        last = int(np.searchsorted(bounds, bounds[last], side="right")) - 1  # all that cost as much keep the bound too
        inside, weight = reached[: last + 1], mass[: last + 1]
        down = np.argsort(-inside, kind="stable")
        place = int(np.searchsorted(np.cumsum(weight[down]), wanted))
        if place >= len(inside):
            continue
        point = Point(float(inside[down][place]), float(bounds[last]))
        if point.adoption > (found[-1].adoption if found else 0.0):
            found.append(point)
    return tuple(found)
