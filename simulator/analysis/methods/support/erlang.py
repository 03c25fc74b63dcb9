"""How many people a line of support needs: Erlang's C formula, and how sure one wants to be over many worlds.

Of each replication and quarter, need is the smallest headcount that starts enough visits in time at the arrivals of
the busiest four weeks in a row, as `model/measures/staffing_need.py` has it. What comes while nobody is at work may
wait too long whoever is hired: of the rest the more have to be started in time, and where that rest alone is not enough
no headcount meets the target. Over replications the smallest number is chosen that is enough in at least `CONFIDENCE`
of them, by weight and without any rounding.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.analysis.methods.support.lines import CONFIDENCE, Heads
from simulator.model.measures.staffing_need import BUSY_WEEKS, MOST_AGENTS, heads_needed
from simulator.results.statistics import Share, share_of

Floats = npt.NDArray[np.float64]

FEW: Final = 5
"""Worlds below which 80% of them are all of them."""


def busiest(work: Floats, per: Floats | None = None) -> tuple[float, slice]:
    """The most work a week of four weeks in a row (of fewer where there are no more), and these weeks.

    With `per` it is the most work for each of these, such as active users; NaN where there are none.
    """
    width = min(BUSY_WEEKS, len(work))
    if width == 0:
        return math.nan, slice(0, 0)
    sums = np.convolve(work, np.ones(width), "valid")
    if per is None:
        rates = sums / width
    else:
        counts = np.convolve(per, np.ones(width), "valid")
        rates = np.where(counts > 0.0, sums / np.where(counts > 0.0, counts, 1.0), -1.0)
    first = int(rates.argmax())
    return (float(rates[first]) if rates[first] >= 0.0 else math.nan), slice(first, first + width)


@dataclass(frozen=True)
class Hours:
    """What a line has promised, and its hours of a week: those in which anybody is there, and those of each head."""

    target_hours: float
    target_share: float
    staffed: float
    head_hours: float


def need(arrivals: float, handling: float, hours: Hours, reachable: float = 1.0) -> float:
    """The smallest headcount that meets the target at so many arrivals a week; infinite where none does.

    `reachable` is the share of visits that anybody could start in time: those that don't wait for the line to open.
    """
    if math.isnan(arrivals) or math.isnan(handling):
        return math.nan
    if arrivals <= 0.0:
        return 0.0
    if reachable <= 0.0 or hours.target_share > reachable:
        return 0.0 if hours.target_share <= 0.0 else math.inf
    share = hours.target_share / reachable
    heads = heads_needed(arrivals / hours.staffed, handling, hours.target_hours, share, hours.staffed, hours.head_hours)
    most = math.ceil(MOST_AGENTS * hours.staffed / hours.head_hours - 1e-9)
    return math.inf if heads >= most else float(heads)


def enough(needs: Floats, number: float, weights: Floats | None = None) -> Share:
    """The share of worlds in which `number` is enough; those whose need is NaN are left out."""
    known = ~np.isnan(needs)
    return share_of(needs[known] <= number, None if weights is None else weights[known])


def smallest(needs: Floats, weights: Floats | None = None, confidence: float = CONFIDENCE) -> float | None:
    """The smallest need that is enough in at least `confidence` of the worlds, None where none is; NaN is left out."""
    known = ~np.isnan(needs) if weights is None else ~np.isnan(needs) & (weights > 0.0)
    if not known.any():
        return None
    steps = np.ones(int(known.sum())) if weights is None else weights[known]
    numbers, places = np.unique(needs[known], return_inverse=True)
    nearly = np.cumsum(np.bincount(places, weights=steps)) / steps.sum()
    first = int(np.searchsorted(nearly, confidence - 1e-9))  # sums may be off by rounding: from here on exact shares
    for number in numbers[first:]:
        share = enough(needs, number, weights).share
        if math.isfinite(number) and share is not None and share >= confidence:
            return float(number)
    return None


def heads(needs: Floats, weights: Floats | None = None) -> Heads:
    """The people needed with 80% confidence, from the need of each world, float64[replications]; NaN is left out."""
    return held(needs, smallest(needs, weights), weights)


def held(needs: Floats, number: float | None, weights: Floats | None = None) -> Heads:
    """In how many worlds a number of people is enough, and one fewer, and no number at all."""
    known = ~np.isnan(needs) if weights is None else ~np.isnan(needs) & (weights > 0.0)
    n, nobody = int(known.sum()), Share(None, None, None)
    never = share_of(np.isinf(needs[known]), None if weights is None else weights[known])
    if number is None:
        return Heads(None, nobody, nobody, never, n)
    return Heads(round(number), enough(needs, number, weights), enough(needs, number - 1.0, weights), never, n)


def search(holds: Callable[[int], Sequence[bool]], nobody: Sequence[bool], first: int, most: int) -> list[int | None]:
    """The smallest number found for each of several cells (such as quarters) at which it holds, and at one fewer not.

    `holds(number)` tells it of all cells at once and is asked as rarely as bisection allows, from `first` on, never
    beyond `most`: None where that does not hold. `nobody` are the cells that hold with 0.
    """
    tried: dict[int, Sequence[bool]] = {0: nobody}

    def ends(cell: int) -> tuple[int, int | None]:
        high = min((number for number, told in tried.items() if told[cell]), default=None)
        below = [number for number in tried if high is None or number < high]
        return max(below, default=-1), high

    number = max(1, min(first, most))
    while any(ends(cell)[1] is None for cell in range(len(nobody))) and number not in tried:
        tried[number] = holds(number)
        number = min(most, 2 * number)
    while True:
        brackets = [ends(cell) for cell in range(len(nobody))]
        middle = next(((low + high) // 2 for low, high in brackets if high is not None and high - low > 1), None)
        if middle is None:
            return [high for _, high in brackets]
        tried[middle] = holds(middle)
