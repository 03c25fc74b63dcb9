"""The uncertain inputs of replications that are there: which of them vary, their ranks, which hang together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.results.statistics import effective_size, holm, two_sided_p
from simulator.scenario.checks.correlations import tied_inputs

if TYPE_CHECKING:
    from simulator.results.result import Result

Floats = np.ndarray[Any, np.dtype[np.float64]]

FARTHEST = 1e-9
"""Ranks of what doesn't count lie at the very ends; so near to these they are taken for normal scores."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """Uncertain inputs as drawn.

    `values` are float64[replications, inputs], a column for each of `paths`; `ranks` are the same by their place among
    all, above 0 and below 1, evenly spread. `unseen` are uncertain inputs that are the same in all replications, so
    that nothing is known of what they do. `groups` are the places of inputs that are drawn together (correlated), each
    input in one group, most of them alone.
    """

    paths: tuple[str, ...]
    values: Floats
    ranks: Floats
    unseen: tuple[str, ...] = ()
    groups: tuple[tuple[int, ...], ...] = ()

    def among(self, chosen: Any, weights: Floats | None = None) -> Inputs:
        """The same over some of the replications, which `weights` (beside these) count.

        What was chosen by what came out, or is weighted by it, may hang together though it was drawn apart: inputs
        whose normal scores are correlated there beyond luck (Holm's method, 5%) are in one group.
        """
        from scipy.special import ndtri

        values = self.values[chosen]
        if not len(values) or not self.paths:
            return Inputs(self.paths, values, values, self.unseen, self.groups)
        ranks = np.column_stack([ranks_of(column, weights) for column in values.T])
        steps = np.full(len(values), 1.0 / len(values)) if weights is None else weights / weights.sum()
        scores = np.asarray(ndtri(np.clip(ranks, FARTHEST, 1.0 - FARTHEST)))
        scores = scores - steps @ scores
        matrix = scores.T @ (scores * steps[:, None])
        sizes = np.sqrt(np.maximum(np.diag(matrix), 1e-300))
        correlation = np.clip(matrix / np.outer(sizes, sizes), -0.999999, 0.999999)
        rows, columns = np.triu_indices(len(self.paths), 1)
        # Fisher's transformation (1915): nearly normal, with variance 1 / (n - 3).
        reach = np.sqrt(max(effective_size(steps) - 3.0, 0.0))
        p = holm([two_sided_p(z, np.inf) for z in np.arctanh(correlation[rows, columns]) * reach])
        tied = [(int(a), int(b)) for a, b, value in zip(rows, columns, p, strict=True) if value <= 0.05]
        return Inputs(self.paths, values, ranks, self.unseen, _joined(self.groups, tied))

    def columns(self, *paths: str) -> list[int]:
        """The places of inputs; raises `ValueError` for one that does not vary, or is none."""
        return [self.paths.index(path) for path in paths]


def inputs_of(result: Result) -> Inputs:
    """The uncertain inputs of a result, ranked by the weights that an observed pilot gives its replications."""
    return inputs_of_plans([result], result.records.numbers, result.weighting.weights)


def inputs_of_plans(results: Sequence[Result], numbers: Any, weights: Floats | None = None) -> Inputs:
    """The uncertain inputs of plans that share their luck, of the replications `numbers` that all of them have.

    An input of several plans is taken from the first that has it and where it varies: replication r has the same place
    in its distribution in each of them. `weights` are what these replications count for.
    """
    counted = np.ones(len(numbers), dtype=bool) if weights is None else weights > 0.0
    found: dict[str, Floats] = {}
    unseen: dict[str, None] = {}
    tied: list[tuple[str, ...]] = []
    for result in results:
        records = result.records
        rows = np.flatnonzero(np.isin(records.numbers, numbers))
        rows = rows[np.argsort(records.numbers[rows], kind="stable")]
        drawn = np.asarray(records.inputs, dtype=np.float64).reshape(records.count, len(records.input_paths))[rows]
        for path, column in zip(records.input_paths, drawn.T, strict=True):
            varies = bool(counted.any()) and bool(np.ptp(column[counted]) > 0.0)
            if varies:
                found.setdefault(path, column)
            else:
                unseen[path] = None
        tied += [one.paths for one in tied_inputs(result.scenario)]
    paths = tuple(found)
    values = np.column_stack([*found.values()]) if paths else np.empty((len(numbers), 0))
    ranks = np.column_stack([ranks_of(column, weights) for column in values.T]) if paths else values
    return Inputs(paths, values, ranks, tuple(path for path in unseen if path not in found), _groups(paths, tied))


def ranks_of(values: Floats, weights: Floats | None = None) -> Floats:
    """The places of values among all, float64[n] above 0 and below 1: those below, and half of those that are equal.

    `weights` (float64[n]) are what values count for, all the same by default. The weighted mean of the ranks is 1 / 2.
    """
    steps = np.ones(len(values)) if weights is None else weights
    _, places = np.unique(values, return_inverse=True)
    mass = np.bincount(places, steps) / steps.sum()
    return np.asarray((np.cumsum(mass) - 0.5 * mass)[places])


def _groups(paths: tuple[str, ...], tied: Sequence[tuple[str, ...]]) -> tuple[tuple[int, ...], ...]:
    """Places of inputs that are correlated with one another, directly or through others; singles besides."""
    places = {path: place for place, path in enumerate(paths)}
    here = [[places[path] for path in one if path in places] for one in tied]
    pairs = [pair for one in here for pair in pairwise(one)]
    return _joined(tuple((place,) for place in range(len(paths))), pairs)


def _joined(groups: tuple[tuple[int, ...], ...], pairs: list[tuple[int, int]]) -> tuple[tuple[int, ...], ...]:
    """Groups of which those are one that a pair connects."""
    found = {place: set(group) for group in groups for place in group}
    for a, b in pairs:
        both = found[a] | found[b]
        found.update(dict.fromkeys(both, both))
    return tuple(sorted({tuple(sorted(group)) for group in found.values()}))
