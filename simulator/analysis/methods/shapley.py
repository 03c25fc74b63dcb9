"""Shapley values: what each of several changes contributes to their joint effect (Shapley 1953).

The value of change i among n is the mean, over all orders in which the changes can be made, of what it adds when its
turn comes: phi_i = sum over sets S without i of |S|! (n - |S| - 1)! / n! * (v(S + i) - v(S)). The values of all changes
add up to the effect of making them all (efficiency).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def subsets(names: tuple[str, ...]) -> list[frozenset[str]]:
    """All subsets of `names`, the small ones first."""
    return [frozenset(chosen) for size in range(len(names) + 1) for chosen in combinations(names, size)]


def shapley(values: Mapping[frozenset[str], Floats]) -> dict[str, Floats]:
    """The Shapley value of each change in each replication, float64[replications] by name.

    `values` holds, for every subset of the changes, the outcome of each replication with those changes made (paired:
    the same replications in the same order). Raises `ValueError` when a subset is missing.
    """
    names = tuple(sorted(frozenset().union(*values)))
    missing = [chosen for chosen in subsets(names) if chosen not in values]
    if missing:
        raise ValueError(f"no outcome with {', '.join(sorted(missing[0])) or 'no change'}; every subset is needed")
    n = len(names)
    contributions = {}
    for name in names:
        rest = tuple(other for other in names if other != name)
        contributions[name] = np.zeros(len(values[frozenset()]))
        for others in subsets(rest):
            orders = math.factorial(len(others)) * math.factorial(n - len(others) - 1) / math.factorial(n)
            contributions[name] += orders * (values[others | {name}] - values[others])
    return contributions


def interactions(values: Mapping[frozenset[str], Floats]) -> dict[tuple[str, str], Floats]:
    """The interaction index of each pair of changes in each replication, float64[replications], both ways round.

    The mean, over the sets of others with the weights |S|! (n - |S| - 2)! / (n - 1)!, of what the two add together
    beyond what each adds alone (Grabisch and Roubens 1999): above 0 they need each other, below 0 they overlap.
    `values` are as for `shapley`.
    """
    names = tuple(sorted(frozenset().union(*values)))
    n = len(names)
    found: dict[tuple[str, str], Floats] = {}
    for first, second in combinations(names, 2):
        rest = tuple(other for other in names if other not in (first, second))
        total = np.zeros(len(values[frozenset()]))
        for others in subsets(rest):
            weight = math.factorial(len(others)) * math.factorial(n - len(others) - 2) / math.factorial(n - 1)
            both, neither = values[others | {first, second}], values[others]
            total += weight * (both - values[others | {first}] - values[others | {second}] + neither)
        found[first, second] = found[second, first] = total
    return found
