"""What each replication counts for: all the same, or by the weight that the observed pilot gives it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator.results.statistics import Share, effective_size, share_of, weighted_quantiles

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Truths = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Weighting:
    """Weights of replications, float64[replications] with mean 1; None where all count the same.

    Masks are bool[replications].
    """

    weights: Numbers | None = None

    def of(self, chosen: Any) -> Numbers | None:
        """The weights of the replications under a mask or indices."""
        return None if self.weights is None else self.weights[chosen]

    def mass(self, mask: Truths) -> float:
        """What the replications under a mask count for: their number, or the sum of their weights."""
        return float(np.count_nonzero(mask)) if self.weights is None else math.fsum(self.weights[mask])

    def size(self, mask: Truths) -> float:
        """The number of replications under a mask, or their effective number."""
        return float(np.count_nonzero(mask)) if self.weights is None else effective_size(self.weights[mask])

    def share(self, holds: Truths, among: Truths | None = None) -> Share:
        """The share in which something holds, among all replications or those under a mask, with its interval."""
        chosen = np.ones(len(holds), dtype=bool) if among is None else among
        return share_of(holds[chosen], self.of(chosen))

    def mean(self, values: Any, among: Truths) -> float:
        """The mean over the replications under a mask; NaN where they count for nothing."""
        if self.weights is None:
            return float(np.mean(values[among]))
        total = float(self.weights[among].sum())
        return float((values[among] * self.weights[among]).sum() / total) if total > 0.0 else math.nan

    def quantiles(self, rows: Numbers, levels: Sequence[float], among: Any = slice(None)) -> Numbers:
        """Quantiles over the replications under a mask, float64[levels, ...]; NaN in `rows` is left out."""
        if self.weights is None:
            return np.asarray(np.nanquantile(rows[among], levels, axis=0))
        weights = self.weights[among]
        chosen = rows[among].reshape(len(weights), -1)
        columns = [weighted_quantiles(column, weights, levels) for column in chosen.T]
        return np.array(columns).T.reshape(len(levels), *rows.shape[1:])
