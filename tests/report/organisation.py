"""Made-up output of programmes that are funded or not, scale, stall, or are shelved by sponsor and gates."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import simulator as sim
from simulator import engine
from simulator.model.measures.money import money
from simulator.results.account import Account
from simulator.results.result import Result
from simulator.scenario.vocabulary import COST_CATEGORIES, VALUE_CATEGORIES
from simulator.store.records import Records
from tests.model.small import made_up
from tests.neutral import neutral

WEEKS = 60
SCENARIO: dict[str, Any] = neutral(
    {
        "name": "organisation",
        "horizon_weeks": WEEKS,
        "start_date": "2026-01-05",
        "sites": [{"name": "office", "users": 100}, {"name": "shop", "users": 50}],
        "pilot": {"sites": ["office"]},
        "rollout": {
            "phases": [
                {"name": "home", "week": 0, "sites": ["office"]},
                {"name": "away", "week": 8, "sites": ["shop"]},
            ],
            "sponsor": {},
        },
        "integration": {"systems": [{"name": "erp"}, {"name": "crm"}]},
        "economics": {"currency": "CHF", "discount_rate_per_year": 0.1},
        "success": {"criteria": [{"measure": "adoption", "at_least": 0.5}], "sustained_weeks": 4, "deadline_weeks": 30},
    }
)


@dataclass
class Output:
    measures: dict[str, Any]
    weekly: dict[str, np.ndarray]
    sites: dict[str, list[Any]]
    inputs: np.ndarray = field(default_factory=lambda: np.empty(0))
    events: int = 10


def programme(
    outcome: str,
    *,
    end: int | None = None,
    gate: str | None = None,
    gone: int = 10,
    lost: str | None = None,
    prices: float = 1.0,
) -> Output:
    """One replication, decided on in week 16 and funded in week 20 unless its outcome is not_funded.

    `end` is the week in which it is shelved, `gone` the number of users who have gone back, of 100 invited, `lost` the
    criterion that loses scale. What is kept pays back; all money is multiplied by `prices`.
    """
    funded = outcome != "not_funded"
    scaled = outcome.startswith("scaled")
    kept = outcome in ("scaled_on_time", "scaled_late")
    weeks = np.arange(WEEKS)
    running = weeks < (WEEKS if end is None else end)
    cost = np.where(running, 1000.0 * prices, 0.0)
    value = np.where(running, (np.where(weeks < 20, 500.0, 2000.0) if kept else 100.0) * prices, 0.0)
    flows = {f"cost_{name}": np.zeros(WEEKS) for name in COST_CATEGORIES}
    flows |= {f"value_{name}": np.zeros(WEEKS) for name in VALUE_CATEGORIES}
    flows |= {"cost_licences": 0.75 * cost, "cost_support": 0.25 * cost, "value_right_answers": value}
    flows |= {"cost": cost, "value": value}
    measures = {
        "outcome": outcome,
        "funded": funded,
        "reached_scale": scaled,
        "success": kept,
        "lost_criterion": lost,
        "weeks_to_scale": 15.0 if scaled else None,
        "decided_week": 16.0 if funded else None,
        "funded_week": 20.0 if funded else None,
        "shelved_week": float(end) if end is not None and funded else None,
        "stopped_at_gate": gate,
        "accuracy_pilot": 0.9,
        "integrations_live_week": 45.0 if scaled else None,
        **worth(funded, flows),
        "useful_person_weeks": 1000 if scaled else 100,
        **{
            f"weeks_at_adoption_{level}": (25.0 if scaled and level <= 60 else 0.0) if funded else None
            for level in (30, 40, 50, 60, 70)
        },
        "events": 10,
    }
    live = weeks >= 20
    weekly = {
        "adoption": np.where(running & live & (weeks >= 35), 0.6 if scaled else 0.1, 0.0),
        "accuracy": np.where(running, 0.85, np.nan),
        "active_users": np.where(running, 40.0, 0.0),
        "users_onboarded": np.where(running, 100.0 - 40.0 - gone, 0.0),
        "users_reverted": np.where(running, float(gone), 0.0),
        "users_lost": np.zeros(WEEKS),
        "sla_met_share": np.where(running, 0.95, np.nan),
        "tickets_opened": np.where(running, 5.0, 0.0),
        "integrations_live": np.where(weeks >= 45, 2.0, 0.0) if scaled else np.zeros(WEEKS),
        **flows,
        "cost_cumulative": np.cumsum(cost),
        "value_cumulative": np.cumsum(value),
    }
    last = WEEKS if end is None else end
    sites = {
        "site": ["office", "shop"],
        "go_live_week": [20.0, 28.0 if last > 28 else None] if funded else [None, None],
        "hand_carried_weeks": [min(last, 45) - 20.0, max(0.0, min(last, 45) - 28.0)] if funded else [0.0, 0.0],
    }
    return Output(measures, weekly, sites)


def worth(funded: bool, flows: dict[str, np.ndarray]) -> dict[str, Any]:
    """What the model makes of these flows, where the plan promises nothing."""
    state = made_up(engine.build(sim.load(SCENARIO)), WEEKS, flows)
    state.world["decided_at"], state.world["funded_at"] = (168.0 * week if funded else math.inf for week in (16, 20))
    return money(state)


def result_of(outputs: list[Output], **changes: Any) -> Result:
    """The result of these replications."""
    records = Records.of([], outputs)
    scenario = sim.load(SCENARIO | changes)
    return Result(scenario, records, Account(seed=1, engine="compiled", requested=len(outputs), wall_seconds=1.0))
