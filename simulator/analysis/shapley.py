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
