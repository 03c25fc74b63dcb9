"""Changes by dotted path, uncertain inputs, levers, ledger, work and template."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.scenario import (
    ScenarioError,
    assumptions,
    estimate_work,
    lever_changes,
    load,
    template,
    uncertain_inputs,
)


def test_changes_make_a_new_scenario(minimal: dict[str, Any]) -> None:
    scenario = load(minimal)
    changed = scenario.with_changes(
        {
            "support.tiers.tier1.agents": np.int64(9),
            "sites.*.data_quality": 0.8,
            "users.segments.sceptics.reversion": {"beta": {"mean": 0.5, "sd": 0.1}},
            "sites.plant-2.users": 70,
            "support.tiers.*.target_hours": np.float64(2.5),
            "success.criteria.0.at_least": 0.7,
            "ai.retraining": {"deploy_weeks": 2, "corrections_to_halve": None},
        }
    )
    assert scenario.support.tiers.tier1.agents.value == 6
    assert changed.support.tiers.tier1.agents.value == 9
    assert [site.data_quality.value for site in changed.sites] == [0.8, 0.8]
    assert [path for path, _ in uncertain_inputs(changed)] == ["users.segments.sceptics.reversion"]
    assert changed.support.tiers.tier3.target_hours.value == 2.5
    assert changed.ai.retraining is not None
    assert changed.hash != scenario.hash
    assert scenario.with_changes({}) == scenario


@pytest.mark.parametrize(
    ("path", "value", "part"),
    [
        ("sites.plant-9.users", 3, 'found no "plant-9"; allowed: plant-1, plant-2'),
        ("support.tiers.tier4.agents", 3, 'did you mean "tier3"?'),
        ("support.tiers.tier1.agnts", 3, 'did you mean "agents"?'),
        ("support.tiers.tier1.agents", -3, "found number -3"),
        ("suport.tiers", 3, 'did you mean "support"?'),
        ("ai.retraining.every_weeks", 3, "set the whole section"),
        ("horizon_weeks.value", 3, "nothing below a number"),
        ("seasons.*.volume", 3, "found nothing that * could stand for"),
        ("horizon_weeks.*", 3, "where * should stand for names"),
        ("", 3, "names joined by dots"),
        ("a..b", 3, "names joined by dots"),
        ("ai.accuracy_floor", "high", 'found text "high"'),
        ("sites.*.users", [1], "found a list of 1"),
        ("sites.plant-1", "x", 'found text "x"'),
    ],
)
def test_wrong_changes_name_the_path(path: str, value: Any, part: str, minimal: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError) as raised:
        load(minimal).with_changes({path: value})
    assert part in str(raised.value)
    first = raised.value.problems[0].path
    assert first == path or "*" in path or first == "sites.0"


def test_uncertain_inputs_are_drawn_once_and_in_declared_order(minimal: dict[str, Any]) -> None:
    minimal["sites"][0]["data_quality"] = {"uniform": {"min": 0.5, "max": 0.9}}
    minimal["ai"] = {
        "shocks": {"per_site_year": 1, "accuracy_loss": {"p10": 0.01, "p50": 0.05, "p90": 0.1}},
        "half_life_weeks": {"value": 9},
    }
    minimal["users"] = {
        "segments": [
            {
                "name": "volunteers",
                "share": 1,
                "initial_trust": 0.7,
                "onset_per_week": 0.1,
                "reversion": {"pert": {"min": 0, "mode": 0.2, "max": 1}},
            }
        ]
    }
    minimal["success"] = {"criteria": [{"measure": "adoption", "at_least": {"uniform": {"min": 0.1, "max": 0.2}}}]}
    assert [path for path, _ in uncertain_inputs(load(minimal))] == [
        "sites.plant-1.data_quality",
        "sites.plant-2.users",
        "users.segments.volunteers.reversion",
        "success.criteria.0.at_least",
    ]


def test_value_of_an_uncertain_quantity_is_refused(minimal: dict[str, Any]) -> None:
    users = load(minimal).site("plant-2").users
    assert not users.certain
    assert 300 < users.mean < 350
    with pytest.raises(ValueError, match="uncertain quantity"):
        _ = users.value


def test_levers_move_numbers(minimal: dict[str, Any]) -> None:
    minimal["levers"] = [
        {"path": "sites.*.users", "label": "Users", "min": 0.5, "max": 2, "step": 0.1, "mode": "scale"},
        {"path": "support.tiers.tier1.agents", "label": "Agents", "min": -2, "max": 9, "step": 1, "mode": "add"},
        {"path": "pilot.weeks", "label": "Pilot", "min": 8, "max": 20, "step": 1},
    ]
    scenario = load(minimal)
    scale, add, put = scenario.levers
    assert lever_changes(scenario, scale, 2.0) == {
        "sites.plant-1.users": 1800,
        "sites.plant-2.users": {"p10": 400, "p50": 600, "p90": 1000},
    }
    assert lever_changes(scenario, add, -2) == {"support.tiers.tier1.agents": 4}
    assert lever_changes(scenario, put, 20.0) == {"pilot.weeks": 20}
    assert scenario.with_changes(lever_changes(scenario, put, 20.0)).pilot.weeks == 20  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("path", "number", "mode", "position", "moved"),
    [
        ("sites.plant-1.data_quality", 0.95, "add", 0.1, 1),
        ("sites.plant-1.data_quality", 0.05, "add", -0.1, 0),
        ("sites.plant-1.data_quality", 0.6, "scale", 2, 1),
        ("sites.plant-1.users", 150_000, "scale", 2, 200_000),
        ("users.segments.sceptics.initial_trust", 0.5, "scale", 3, 1 - 1e-6),
        ("users.learning_weeks", 4, "scale", 0, 1e-6),
        ("support.tiers.tier1.handling_minutes", {"exponential": {"mean": 9}}, "scale", 0, 0),
        ("edge_cases.report_threshold", 5, "add", -9, 1),
        ("pilot.measure_weeks", 5, "scale", 0.5, 2),
        ("ai.accuracy_floor", {"uniform": {"min": 0.8, "max": 0.95}}, "add", 0.1, {"uniform": {"min": 0.9, "max": 1}}),
        ("ai.accuracy_floor", {"uniform": {"min": 0.8, "max": 0.95}}, "add", 0.3, 1),
        ("ai.accuracy_floor", {"empirical": [0.5, 0.9]}, "add", 0.25, {"empirical": [0.75, 1]}),
    ],
)
def test_levers_stop_at_the_bounds_of_a_field(
    path: str, number: Any, mode: str, position: float, moved: Any, minimal: dict[str, Any]
) -> None:
    minimal["levers"] = [{"path": path, "label": "x", "min": -9, "max": 9, "step": 1, "mode": mode}]
    scenario = load(minimal).with_changes({path: number})
    changes = lever_changes(scenario, scenario.levers[0], position)
    assert changes == {path: pytest.approx(moved) if isinstance(moved, float | int) else moved}
    scenario.with_changes(changes)


@pytest.mark.parametrize("position", [-2, -0.3, -0.02, 0.02, 0.06, 0.3, 2])
@pytest.mark.parametrize(
    "form",
    [
        {"p10": 0.5, "p50": 0.9, "p90": 0.95},
        {"p10": 0.5, "p50": 0.9, "p90": 0.95, "min": 0.4, "max": 0.97},
        {"beta": {"mean": 0.9, "sd": 0.05}},
        {"triangular": {"min": 0.1, "mode": 0.7, "max": 0.95}},
        {"pert": {"min": 0.7, "mode": 0.95, "max": 0.95}},
    ],
)
def test_uncertain_numbers_stay_distributions_at_the_bounds(
    form: dict[str, Any], position: float, minimal: dict[str, Any]
) -> None:
    path = "sites.plant-1.data_quality"
    minimal["levers"] = [{"path": path, "label": "x", "min": -2, "max": 2, "step": 0.01, "mode": "add"}]
    scenario = load(minimal).with_changes({path: form})
    lever = scenario.levers[0]
    before, after = scenario, scenario.with_changes(lever_changes(scenario, lever, position))
    for u in (0.1, 0.5, 0.9):
        shifted = before.site("plant-1").data_quality.distribution.quantile(u) + position
        quantile = after.site("plant-1").data_quality.distribution.quantile(u)
        assert quantile == pytest.approx(min(max(shifted, 0.0), 1.0), abs=0.2)


def test_a_distribution_that_begins_at_zero_cannot_be_shifted(minimal: dict[str, Any]) -> None:
    path = "support.tiers.tier1.handling_minutes"
    minimal["levers"] = [{"path": path, "label": "x", "min": 1, "max": 2, "step": 1, "mode": "add"}]
    with pytest.raises(ScenarioError, match=r"levers.0.mode.*begins at zero"):
        load(minimal)


def test_ledger_lists_numbers_and_what_has_no_source_is_an_assumption(minimal: dict[str, Any]) -> None:
    minimal["horizon_weeks"] = {"value": 52, "source": "plan", "confidence": "high"}
    minimal["ai"] = {"accuracy_floor": {"p10": 0.1, "p50": 0.2, "p90": 0.3, "source": "Smith (2020)"}}
    minimal["pilot"]["segments"] = {"volunteers": {"value": 1, "source": "HR", "confidence": "low"}}
    entries = {entry.path: entry for entry in assumptions(load(minimal))}
    assert entries["horizon_weeks"][1:] == ("52", "", "plan", "high")
    assert entries["ai.accuracy_floor"].source == "Smith (2020)"
    assert entries["ai.accuracy_floor"].value == '{"p10": 0.1, "p50": 0.2, "p90": 0.3}'
    assert not entries["ai.accuracy_floor"].assumption
    assert entries["pilot.segments.volunteers"].confidence == "low"
    assert entries["sites.plant-1.users"].assumption
    assert entries["sites.plant-1.users"].confidence == "assumption"
    assert "users.segments.sceptics.share" in entries
    assert "support.tiers.tier2.agents" in entries


def test_work_grows_with_what_is_asked(minimal: dict[str, Any]) -> None:
    scenario = load(minimal)
    one, many = estimate_work(scenario, 1), estimate_work(scenario, 1000)
    assert one.users == round(scenario.site("plant-1").users.mean + scenario.site("plant-2").users.mean)
    assert many.seconds == pytest.approx(1000 * one.seconds)
    assert many.memory_bytes > one.memory_bytes
    larger = estimate_work(scenario.with_changes({"sites.plant-1.users": 9000}), 1)
    assert larger.events > one.events
    assert larger.tasks > one.tasks


@pytest.mark.parametrize("replications", [0, -1, 1.5, True, 10**9, 10_000_000])
def test_work_beyond_the_limits_is_refused(replications: Any, minimal: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError, match="allowed"):
        estimate_work(load(minimal), replications)


def test_too_many_users_are_refused(minimal: dict[str, Any]) -> None:
    minimal["sites"] = [{"name": f"plant-{i}", "users": 200_000} for i in range(1, 8)]
    minimal["rollout"]["phases"][0]["sites"] = [f"plant-{i}" for i in range(1, 8)]
    with pytest.raises(ScenarioError, match=r"sites: found 1,400,000 users in all; allowed: at most 1,000,000"):
        load(minimal)


def test_template_is_a_scenario(write: Callable[..., Path]) -> None:
    text = template("my-plan")
    assert text.startswith("# yaml-language-server: $schema=scenario.schema.json\n")
    scenario = load(write(text))
    assert scenario.name == "my-plan"
    for lever in scenario.levers:
        for end in (lever.min, lever.max):
            scenario.with_changes(lever_changes(scenario, lever, end))
    with pytest.raises(ScenarioError, match="a name of a-z"):
        template("My plan")
