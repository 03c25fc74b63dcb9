"""What the weeks of a replication add up to: extremes, stretches and sums of columns of the weekly table.

Sums of one column are `simulator.model.state.columns.column_sum`. All of them are loops in the order of the weeks, so
that they give the same bits on every processor; null values (NaN) are passed over.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.model.state.columns import ARRIVED
from simulator.streams.jit import rule


@rule
def highest(state: Any, column: int, first: int) -> float:
    """Largest value of a weekly column from row `first` on; NaN where all are null."""
    found = math.nan
    for week in range(first, len(state.weekly)):
        value = state.weekly[week, column]
        if not value <= found and not math.isnan(value):
            found = value
    return float(found)


@rule
def longest_stretch(state: Any, column: int, level: float, first: int) -> int:
    """The most weeks in a row, from row `first` on, in which a weekly column is `level` or more."""
    longest = run = 0
    for week in range(first, len(state.weekly)):
        run = run + 1 if state.weekly[week, column] >= level else 0
        longest = max(longest, run)
    return longest


@rule
def sum_of_products(state: Any, one: int, other: int) -> float:
    """Sum over all weeks of the product of two weekly columns."""
    total = 0.0
    for week in range(len(state.weekly)):
        value = state.weekly[week, one] * state.weekly[week, other]
        if not math.isnan(value):
            total += value
    return total


@rule
def busiest_weeks(state: Any, length: int) -> int:
    """First row of the weeks in a row in which most visits came to tier 1; -1 where none came, or there are too few."""
    busiest = -1
    most = 0.0
    for first in range(len(state.weekly) - length + 1):
        came = 0.0
        for week in range(first, first + length):
            came += state.weekly[week, ARRIVED]
        if came > most:
            busiest = first
            most = came
    return busiest
