"""What tests of simulations in steps share: scenarios, changes of them, and what is compared bit by bit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

import simulator as sim
from simulator import engine
from simulator.model.clockwork.time import WEEK_HOURS
from simulator.stepping.simulation import Simulation
from tests.neutral import neutral

ENGINES = ("compiled", "reference")
LASTING = 50
"""A generated scenario whose replication 1 goes on to the horizon."""
COUNTED = "events"
"""A shift that is changed during a replication is told once more, as an event of its own."""


def leaves(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every number, distribution or switch of a resolved scenario, with its path."""
    if isinstance(node, dict) and not (path and _is_quantity(node)):
        for key, value in node.items():
            yield from leaves(value, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from leaves(value, f"{path}.{value['name'] if isinstance(value, dict) and 'name' in value else i}")
    else:
        yield path, node


def _is_quantity(node: dict[str, Any]) -> bool:
    forms = {"value", "p10", "lognormal", "exponential", "gamma", "uniform", "pert", "triangular", "empirical"}
    return bool(forms & set(node))


def other_values(value: Any) -> list[Any]:
    """Values that a field may have instead of the present one; some of them will be refused."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [0.5 * value, 2 * value or 1, value + 1]
    return [0.5, 2]


def a_change(scenario: sim.Scenario, path: str, value: Any) -> Any:
    """Another value for a path that the scenario can have; None where none was found."""
    for other in other_values(value):
        try:
            if scenario.with_changes({path: other}).hash != scenario.hash:
                return other
        except sim.ScenarioError:
            continue
    return None


def output(replication: Any) -> list[Any]:
    """All output measures but the number of events, to be compared bit by bit."""
    measures = {name: value for name, value in replication.measures.items() if name != COUNTED}
    return [measures, {name: x.tobytes() for name, x in replication.weekly.items()}, replication.sites]


def replicate(scenario: sim.Scenario, replication: int, seed: int = 1) -> Any:
    return engine.get("compiled").Engine(engine.build(scenario)).replicate(replication, seed)


def events_of(simulation: Simulation) -> bytes:
    return b"".join(rows.tobytes() for rows in simulation._rows)


def quiet(**more: Any) -> dict[str, Any]:
    """Users who are active from the start, and nothing else but what is added."""
    return neutral({
        "name": "quiet", "horizon_weeks": 52, "start_date": "2026-01-05",
        "sites": [{"name": f"site-{s}", "users": 10} for s in range(20)],
        "users": {"initially_active": True}, "success": {"sustained_weeks": 1}, **more,
    })  # fmt: skip


def count(simulation: Simulation, kind: int, first: float, last: float) -> int:
    rows = np.concatenate(simulation._rows)
    return int(((rows[:, 1] == kind) & (first * WEEK_HOURS < rows[:, 0]) & (rows[:, 0] <= last * WEEK_HOURS)).sum())
