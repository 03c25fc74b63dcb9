"""Independent replications of a scenario through the public interface, and what they say about a queue."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from simulator import engine
from simulator.model.measures.measures import Replication
from simulator.scenario import Scenario
from tests.theory.statistics import Comparison, compare_mean, compare_ratio

SEED = 20260105
WEEK_HOURS = 168.0
CHUNK = 4
WORKERS = min(2, len(os.sched_getaffinity(0)))


def _replicate(name: str, scenario: Scenario, numbers: range) -> list[Replication]:
    runner = engine.get(name).Engine(engine.build(scenario))
    return [runner.replicate(number, SEED) for number in numbers]


def replicate(name: str, scenario: Scenario, replications: int) -> list[Replication]:
    """Replications of `scenario` on the engine `name`: in threads, or processes where the engine holds the GIL."""
    chunks = [range(i, min(i + CHUNK, replications)) for i in range(0, replications, CHUNK)]
    if len(chunks) < 2 * WORKERS:
        return _replicate(name, scenario, range(replications))
    pool = ThreadPoolExecutor(WORKERS) if name == "compiled" else ProcessPoolExecutor(WORKERS)
    with pool:
        return [one for some in pool.map(partial(_replicate, name, scenario), chunks) for one in some]


def observe(name: str, scenario: Scenario, replications: int, look: Callable[[Any], Any]) -> np.ndarray:
    """What `look` makes of the final state of each replication: for what no output measure tells."""
    runner = engine.get(name).Engine(engine.build(scenario))
    seen = []
    for number in range(replications):
        run = runner.begin(number, SEED)
        for _ in runner.advance(run, scenario.horizon_weeks):
            pass
        seen.append(look(run.state))
    return np.array(seen)


def arrival_rate(scenario: Scenario) -> float:
    """Questions per hour of a scenario with one site and working hours round the clock."""
    return scenario.sites[0].users.value * scenario.support.how_to_per_user_week.value / WEEK_HOURS


@dataclass
class Queue:
    """What replications measured at one tier."""

    visits: np.ndarray
    wait_sum: np.ndarray
    queue_mean: np.ndarray
    utilisation: np.ndarray
    hours: float
    """Time over which each replication measured."""

    @classmethod
    def at(cls, tier: str, scenario: Scenario, replications: list[Replication]) -> Queue:
        first = scenario.success.measure_from_week
        return cls(
            *(
                np.array([one.measures[f"{name}_{tier}"] for one in replications], dtype=float)
                for name in ("visits", "wait_hours_sum", "queue_mean")
            ),
            utilisation=np.array([one.weekly[f"utilisation_{tier}"][first:].mean() for one in replications]),
            hours=(scenario.horizon_weeks - first) * WEEK_HOURS,
        )

    def compare(self, rate: float, wait: float, utilisation: float) -> dict[str, Comparison]:
        """Arrivals per hour, busy share of the staffed hours, and mean wait, against their expectations.

        The first two, which are far more precise, serve as controls of the third.
        """
        controls = [self.visits - rate * self.hours, self.utilisation - utilisation]
        return {
            "arrivals": compare_mean(self.visits / self.hours, rate),
            "utilisation": compare_mean(self.utilisation, utilisation),
            "wait": compare_ratio(self.wait_sum, self.visits, wait, controls),
        }

    def assert_little(self, tolerance: float = 2e-3) -> None:
        """Little's law on the path itself: queue * hours = visits * mean wait, but for who waits at the ends."""
        queued, waited = self.queue_mean.sum() * self.hours, self.wait_sum.sum()
        assert abs(queued - waited) < tolerance * waited, f"{queued} ticket-hours in the queue, {waited} hours waited"
