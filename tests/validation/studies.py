"""Simulations behind the validation, each run once however many rows read it, and what is read from them."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

import simulator as sim
from simulator.results.statistics import wilson

SEED = 1
JOBS = 1 if "PYTEST_XDIST_WORKER" in os.environ else None
"""In tests there is a worker for each processor already."""
Design = Literal["random", "sobol"]


@dataclass(frozen=True)
class Reading:
    """An estimate with its 95% interval; `digits` after the point are told."""

    value: float
    low: float
    high: float
    digits: int = 2

    def __str__(self) -> str:
        if math.isnan(self.value):
            return "nothing"
        d = self.digits
        return f"{self.value:.{d}f} ({self.low:.{d}f} to {self.high:.{d}f})"


@cache
def _result(scenario: str, replications: int, changes: str, overlays: tuple[str, ...], design: Design) -> sim.Result:
    loaded = sim.load(scenario, overlays=list(overlays))
    if changes != "{}":
        loaded = loaded.with_changes(json.loads(changes))
    return sim.run(loaded, replications=replications, seed=SEED, progress=False, jobs=JOBS, design=design)


def result(
    scenario: str,
    replications: int,
    changes: Mapping[str, Any] | None = None,
    overlays: tuple[str, ...] = (),
    design: Design = "random",
) -> sim.Result:
    """The result of a shipped scenario under `overlays` and then `changes`; the same call is simulated once."""
    return _result(scenario, replications, json.dumps(changes or {}, sort_keys=True), overlays, design)


def simulate(
    scenario: str, replications: int, changes: Mapping[str, Any] | None = None, overlays: tuple[str, ...] = ()
) -> pd.DataFrame:
    """The replications of `result`, a row each."""
    return result(scenario, replications, changes, overlays).replications


def funded(rows: pd.DataFrame) -> pd.DataFrame:
    """The funded replications."""
    return rows[rows["funded"].astype(bool)]


def mean_of(values: Any, digits: int = 3) -> Reading:
    """Mean with the 95% interval of Student's t; null values are left out."""
    x = np.asarray(values, dtype=float)
    x = x[~np.isnan(x)]
    if len(x) < 2:
        return Reading(math.nan, math.nan, math.nan)
    half = float(stats.t.ppf(0.975, len(x) - 1) * x.std(ddof=1) / math.sqrt(len(x)))
    return Reading(float(x.mean()), float(x.mean()) - half, float(x.mean()) + half, digits)


def share_of(holds: Any, digits: int = 3) -> Reading:
    """Share of true values with Wilson's 95% interval."""
    x = np.asarray(holds, dtype=bool)
    found = wilson(int(x.sum()), len(x))
    assert found.share is not None
    assert found.low is not None
    assert found.high is not None
    return Reading(found.share, found.low, found.high, digits)


def difference(a: pd.DataFrame, b: pd.DataFrame, measure: str, digits: int = 3) -> Reading:
    """Mean of the paired differences a - b of a measure, replication by replication; null in either is left out."""
    pairs = a.set_index("replication")[measure].astype(float) - b.set_index("replication")[measure].astype(float)
    return mean_of(pairs, digits)


def bootstrapped(rows: pd.DataFrame, statistic: Callable[[pd.DataFrame], float], digits: int = 2) -> Reading:
    """A statistic of replications with its 95% percentile interval over 1,000 resamples (Efron 1979), seeded."""
    generator = np.random.default_rng(20261122)
    draws = [statistic(rows.iloc[generator.integers(0, len(rows), len(rows))]) for _ in range(1000)]
    low, high = np.nanquantile(draws, [0.025, 0.975])
    return Reading(statistic(rows), float(low), float(high), digits)
