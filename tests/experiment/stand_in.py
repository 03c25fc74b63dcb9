"""A tiny engine that keeps the engine contract, so that the experiment layer is tested in milliseconds.

Outcomes are drawn from (seed, replication) alone; week curves are made up. Nothing here is a model.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import simulator as sim
from tests.neutral import neutral

SCENARIO: dict[str, Any] = neutral(
    {
        "name": "stand-in",
        "horizon_weeks": 60,
        "start_date": "2026-01-05",
        "sites": [{"name": "office", "users": 100}, {"name": "shop", "users": 50}],
        "pilot": {"sites": ["office"]},
        "rollout": {"phases": [{"name": "all", "week": 0, "sites": ["office", "shop"]}]},
        "ai": {"reference_accuracy": {"p10": 0.9, "p50": 0.95, "p90": 0.98}},
        "levers": [
            {"path": "support.tiers.tier1.agents", "label": "Tier-1 agents", "min": 1, "max": 20, "step": 1},
            {
                "path": "sites.*.data_quality",
                "label": "Data quality",
                "min": 0.5,
                "max": 1.5,
                "step": 0.05,
                "mode": "scale",
            },
            {"path": "success.sustained_weeks", "label": "Weeks in a row", "min": 1, "max": 100, "step": 1},
        ],
    }
)


@dataclass
class Output:
    inputs: np.ndarray
    measures: dict[str, Any]
    weekly: dict[str, np.ndarray]
    sites: dict[str, list[Any]]
    events: int


@dataclass(frozen=True)
class Plan:
    inputs: tuple[str, ...]
    weeks: int
    sites: tuple[str, ...]

    def uniforms(self, replication: int, seed: int) -> np.ndarray:
        return np.random.default_rng([seed, replication]).uniform(0.9, 1.0, len(self.inputs))


class Engine:
    """Replications that scale with probability one half."""

    def __init__(self, plan: Plan, fails_at: int | None = None, seconds: float = 0.0) -> None:
        self.plan = plan
        self.fails_at = fails_at
        self.seconds = seconds
        self.stopping: Callable[[], bool] = lambda: False

    def replicate(self, replication: int, seed: int, uniforms: np.ndarray | None = None) -> Output:
        if replication == self.fails_at:
            raise OverflowError("the ticket ring is full")
        time.sleep(self.seconds)
        generator = np.random.default_rng([seed, replication])
        inputs = generator.uniform(0.9, 1.0, len(self.plan.inputs)) if uniforms is None else uniforms
        scaled = bool(generator.uniform() < 0.5)
        adoption = np.linspace(
            0.0, generator.uniform(0.6, 0.9) if scaled else generator.uniform(0.1, 0.5), self.plan.weeks
        )
        accuracy = np.full(self.plan.weeks, 0.85)
        accuracy[0] = np.nan
        measures = {
            "outcome": "scaled_on_time" if scaled else "stalled",
            "funded": True,
            "reached_scale": scaled,
            "success": scaled,
            "lost_criterion": None,
            "pays": None,
            "paid_back": None,
            "weeks_to_scale": float(generator.integers(5, 30)) if scaled else None,
            "decided_week": 12.0,
            "funded_week": 16.0,
            "shelved_week": None,
            "stopped_at_gate": None,
            **{f"weeks_at_adoption_{level}": float((adoption >= level / 100).sum()) for level in (30, 40, 50, 60, 70)},
            "adoption_final": float(adoption[-1]),
            "accuracy_scaled": None,
            "users_lost": np.int64(3),
            "events": 1000,
        }
        weekly = {
            "adoption": adoption,
            "accuracy": accuracy,
            "tickets_opened": generator.poisson(20, self.plan.weeks).astype(float),
            "sla_met_share": np.full(self.plan.weeks, 0.9),
            "backlog_tier1": np.zeros(self.plan.weeks),
            "backlog_tier2": np.ones(self.plan.weeks),
        }
        sites = {"site": list(self.plan.sites), "go_live_week": [16.0, None], "tickets_opened": np.array([5, 6])}
        return Output(inputs, measures, weekly, sites, 1000)


def plan(scenario: sim.Scenario, design: str = "random") -> Plan:
    from simulator.scenario import uncertain_inputs

    paths = tuple(path for path, _ in uncertain_inputs(scenario))
    return Plan(paths, scenario.horizon_weeks, tuple(site.name for site in scenario.sites))


def make() -> Engine:
    """An engine for `SCENARIO`; can be pickled by name."""
    return Engine(plan(sim.load(SCENARIO)))


@pytest.fixture
def stand_in_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace both engines by the stand-in."""
    install(monkeypatch)


def warm_up(tell: Callable[[int], None] | None = None) -> None:
    """Nothing is compiled, and that is told."""
    if tell is not None:
        tell(0)
        tell(100)


def install(monkeypatch: pytest.MonkeyPatch, engine: Any = Engine) -> None:
    """Replace both engines by `engine`, which is made of a plan."""
    monkeypatch.setattr("simulator.engine.build", plan, raising=False)
    monkeypatch.setattr("simulator.engine.get", lambda _: SimpleNamespace(Engine=engine), raising=False)
    monkeypatch.setattr("simulator.engine.warm_up", warm_up, raising=False)
    monkeypatch.setattr("simulator.engine.compiled_before", lambda: True, raising=False)
    monkeypatch.setattr("simulator.engine.trace", trace, raising=False)


@dataclass
class TraceEvent:
    time_hours: float
    kind: str
    fields: dict[str, Any]


def trace(plan: Plan, replication: int, seed: int, engine: str = "compiled") -> Iterator[TraceEvent]:
    """Three events a week; `engine` makes no difference."""
    assert engine in ("compiled", "reference")
    for week in range(plan.weeks):
        yield TraceEvent(168.0 * week + 9.5, "ticket-opened", {"user": replication, "ticket_kind": "error"})
        yield TraceEvent(168.0 * week + 10.0, "error-noticed", {"trust": 0.25, "user": seed})
        yield TraceEvent(168.0 * (week + 1), "week-end", {"week": week, "trust_mean": float("nan")})
