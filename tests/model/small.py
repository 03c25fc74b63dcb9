"""A small programme with every mechanism in it, of which tests change one thing at a time."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import numpy as np

from simulator import engine
from simulator.engine.story import Story
from simulator.model.plan.plan import Plan
from simulator.model.plan.start import begin
from simulator.model.state.columns import COLUMNS
from simulator.model.state.state import State
from simulator.scenario import Scenario, load
from simulator.scenario.checks.inputs import numbers
from tests.neutral import certain

ALL_DAY = {"days": "all", "start_hour": 0, "end_hour": 24, "share": 1.0}
OFFICE = {"days": "mon-fri", "start_hour": 8, "end_hour": 16, "share": 1.0}

DOCUMENT: dict[str, Any] = {
    "name": "small",
    "extends": "bases/neutral",
    "horizon_weeks": 40,
    "start_date": "2026-01-05",
    "working_days": False,
    "pilot": {"sites": ["north"], "weeks": 6, "measure_weeks": 4, "users_per_site": 15,
              "curation": 0.7, "handling_factor": 0.6, "logged_share": 0.4},
    "sites": [
        {"name": "north", "users": 40, "data_quality": 0.9},
        {"name": "east", "users": 40, "data_quality": 0.7},
        {"name": "south", "users": 30, "data_quality": 0.5},
    ],
    "users": {
        "tasks_per_user_week": 15, "return_per_week": 0.3, "learning_weeks": 2,
        "segments": [
            {"name": "volunteers", "share": 0.4, "initial_trust": 0.75, "onset_per_week": 0.6, "reversion": 0.1},
            {"name": "sceptics", "share": 0.6, "initial_trust": 0.45, "onset_per_week": 0.2, "reversion": 0.4},
        ],
    },
    "support": {
        "tickets_per_noticed_error": 0.4,
        "tiers": {
            "tier1": {"agents": 1, "shifts": [OFFICE], "handling_minutes": {"exponential": {"mean": 40}},
                      "patience_hours": {"exponential": {"mean": 20}},
                      "hiring": [{"week": 4, "agents": 1}], "hiring_weeks": 3},
            "tier2": {"agents": 1, "shifts": [OFFICE], "handling_minutes": {"exponential": {"mean": 60}}},
            "tier3": {"handling_minutes": {"exponential": {"mean": 90}}},
        },
    },
    "data_science_team": {"members": 2, "shifts": [OFFICE]},
    "integration": {
        "systems": [{"name": "erp", "start_week": 1, "stages": [
            {"name": "review", "weeks": 2, "team": "reviewers"}, {"name": "build", "weeks": 5, "team": "engineers"},
        ]}],
    },
    "rollout": {
        "funding_delay_weeks": 1, "wind_down_weeks": 3, "learning_rate": 0, "budget": None,
        "phases": [
            {"name": "home", "week": 1, "sites": ["north"]},
            {"name": "first", "week": 4, "sites": ["east"]},
            {"name": "second", "week": 9, "sites": ["south"]},
        ],
    },
    "success": {"criteria": [{"measure": "adoption", "at_least": 0.3}], "sustained_weeks": 4, "deadline_weeks": 20},
}  # fmt: skip

FUNDED_WEEK = 7.0
"""Six weeks of pilot and one until funding."""


def document(**sections: Any) -> dict[str, Any]:
    """The small programme's file; `sections` are merged into those of the same name, key by key, as deep as maps go."""
    return certain(merged(deepcopy(DOCUMENT), deepcopy(sections)))


def small(**sections: Any) -> Scenario:
    """The small programme with changes."""
    return load(document(**sections))


def free(scenario: Scenario) -> Scenario:
    """The same where nothing costs anything, or is worth anything."""
    unpriced = {stated.path: 0 for stated in numbers(scenario) if stated.path.startswith("economics.")}
    for name in ("overtime_factor", "commitment_weeks", "discount_rate_per_year", "shared_people.occupancy"):
        del unpriced[f"economics.{name}"]
    return scenario.with_changes(unpriced)


def merged(tree: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`tree` with `changes` merged into its maps; lists and numbers are replaced."""
    for name, value in changes.items():
        if isinstance(value, dict) and isinstance(tree.get(name), dict):
            merged(tree[name], value)
        else:
            tree[name] = value
    return tree


def gate(phase: str, measure: str = "accuracy", at_least: float = 1.1, **more: Any) -> dict[str, Any]:
    """A gate before a phase; with the bound above 1 that is the default it always holds, and in the end stops."""
    criteria = [{"measure": measure, "at_least": at_least}]
    return {"name": f"before-{phase}", "phase": phase, "criteria": criteria, "lead_weeks": 1, "retry_weeks": 2, **more}


def sponsor(**more: Any) -> dict[str, Any]:
    """A sponsor who reads without error."""
    return {"expected_share": 0.6, "patience_weeks": 8, "ramp_weeks": 4, "value_error": 0, **more}


class Ran:
    """One replication: measures, weekly columns, sites, and the state at the end."""

    def __init__(self, scenario: Scenario, replication: int = 0, seed: int = 1) -> None:
        self.plan = engine.build(scenario)
        runner = engine.get("compiled").Engine(self.plan)
        run = runner.begin(replication, seed, traced=self.traced)
        self.take(Story(self.plan, run.state), runner.advance(run, self.plan.weeks))
        self.state, measured = run.state, runner.measure(run)
        self.measures, self.weekly, self.sites = measured.measures, measured.weekly, measured.sites

    traced = False

    def take(self, story: Story, pieces: Iterable[Any]) -> None:
        """Let the replication go by."""
        list(pieces)


class Told(Ran):
    """One replication with its events by kind."""

    traced = True

    def take(self, story: Story, pieces: Iterable[Any]) -> None:
        """Keep the events."""
        self.events = [story.event(row) for rows in pieces for row in rows]

    def weeks(self, kind: str, **fields: Any) -> list[float]:
        """When events of a kind with these fields happened, in weeks from kick-off."""
        return [
            event.time_hours / 168.0
            for event in self.events
            if event.kind == kind and all(event.fields[name] == value for name, value in fields.items())
        ]

    def go_live(self, site: str) -> float | None:
        """When a site went live for everybody, in weeks from kick-off."""
        number = self.sites["site"].index(site)
        week: float | None = self.sites["go_live_week"][number]
        return week


def made_up(plan: Plan, weeks: int, columns: dict[str, Any]) -> State:
    """The state of a plan at kick-off with so many weeks recorded: these weekly columns, and 0 in all others."""
    state = begin(plan, 0, 1)[0].replace(weekly=np.zeros((weeks, len(COLUMNS))))
    for name, column in columns.items():
        state.weekly[:, COLUMNS[name]] = column
    return state
