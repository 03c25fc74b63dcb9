"""The shipped scenarios: sized like real programmes, honest about their numbers, and every mechanism at work."""

from __future__ import annotations

import warnings
from collections import Counter

import pytest

from simulator import engine
from simulator.model.kinds import KINDS
from simulator.scenario import Scenario, estimate_work, load, shipped_path
from simulator.scenario.ledger import assumptions
from simulator.scenario.levers import lever_changes
from simulator.scenario.writing import SCHEMA_LINE

NAMES = ("retail-chatbot", "manufacturing-12-plants")
MOST_EVENTS = 300_000


@pytest.fixture(scope="module", params=NAMES)
def scenario(request: pytest.FixtureRequest) -> Scenario:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return load(request.param)


def users(scenario: Scenario) -> float:
    return sum(site.users.mean for site in scenario.sites)


def test_size_of_a_real_programme(scenario: Scenario) -> None:
    assert users(scenario) >= 2000
    assert scenario.horizon_weeks >= 104
    for site in scenario.sites:
        tasks = site.tasks_per_user_week or scenario.users.tasks_per_user_week
        assert tasks.mean >= 5


def test_description_counts_the_users(scenario: Scenario) -> None:
    assert f"{users(scenario):,.0f} " in scenario.description


def test_twelve_plants_and_the_pilot_has_the_best_data() -> None:
    scenario = load("manufacturing-12-plants")
    assert len(scenario.sites) == 12
    assert scenario.pilot is not None
    best = max(scenario.sites, key=lambda site: site.data_quality.mean)
    assert scenario.pilot.sites == (best.name,)
    assert len({site.utc_offset_hours for site in scenario.sites}) >= 4


def test_first_line_names_the_schema(scenario: Scenario) -> None:
    path = shipped_path(scenario.name)
    assert path is not None
    text = path.read_text(encoding="utf-8")
    assert text.startswith(SCHEMA_LINE)
    assert 150 <= len(text.splitlines()) <= 300


def test_every_number_has_a_listed_source_or_is_an_assumption(scenario: Scenario) -> None:
    entries = assumptions(scenario)
    sourced = [entry for entry in entries if not entry.assumption]
    assert len(sourced) >= 4
    for entry in sourced:
        assert entry.confidence in ("high", "medium", "low"), entry
        author = str(entry.source).split(" (")[0].split(",")[0]
        assert any(listed.startswith(author) for listed in scenario.sources), entry
    assert all(entry.confidence == "assumption" for entry in entries if entry.assumption)


def test_each_lever_moves_something(scenario: Scenario) -> None:
    assert 8 <= len(scenario.levers) <= 12
    assert len({lever.label for lever in scenario.levers}) == len(scenario.levers)
    compiled = engine.get("compiled")
    for lever in scenario.levers:
        ends = []
        for position in (lever.min, lever.max):
            changes = lever_changes(scenario, lever, position)
            assert changes, lever.path
            plan = engine.build(scenario.with_changes(changes))
            ends.append(compiled.Engine(plan).replicate(0, 1).measures)
        assert ends[0] != ends[1], lever.path


def test_each_kind_of_event_occurs(scenario: Scenario) -> None:
    counts = Counter(event.kind for event in engine.trace(engine.build(scenario), 0, 1))
    assert [kind.name for kind in KINDS if not counts[kind.name]] == []


def test_the_pilot_flatters_and_nothing_is_certain(scenario: Scenario) -> None:
    run = engine.get("compiled").Engine(engine.build(scenario))
    replications = [run.replicate(number, 1) for number in range(40)]
    means = {
        name: sum(float(r.measures[name]) for r in replications) / len(replications)
        for name in (
            "success",
            "adoption_pilot",
            "adoption_final",
            "accuracy_gap",
            "resolution_pilot",
            "resolution_scaled",
            "users_lost",
            "tickets_abandoned",
            "edge_case_types_repaired",
            "events",
        )
    }
    assert 0 < means["success"] < 1
    assert means["adoption_final"] < means["adoption_pilot"]
    assert means["accuracy_gap"] > 0.1
    assert means["resolution_scaled"] < means["resolution_pilot"] - 0.1
    assert means["users_lost"] > 10
    assert means["tickets_abandoned"] > 100
    assert means["edge_case_types_repaired"] > 50
    assert 100_000 < means["events"] < MOST_EVENTS
    assert 0.5 < estimate_work(scenario, 1).events / means["events"] < 2.0
