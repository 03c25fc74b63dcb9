"""The whole organisation in a scenario: integration, change programme, outages, gates, sponsor, economics."""

from __future__ import annotations

import itertools
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.scenario import Scenario, ScenarioError, estimate_work, load, template, uncertain_inputs
from simulator.scenario.checks.prerequisites import circles, stage_prerequisites
from simulator.scenario.checks.work import hand_carried_weeks, live_weeks
from simulator.scenario.measures import WEEKLY
from simulator.scenario.sections.rollout import AFTER_FUNDING, GATE_MEASURES
from simulator.scenario.sections.support import JOBS
from simulator.scenario.vocabulary import COST_CATEGORIES, VALUE_CATEGORIES

GATE = {"criteria": [{"measure": "accuracy", "at_least": 0.8}]}


@pytest.fixture
def whole(minimal: dict[str, Any]) -> dict[str, Any]:
    """The minimal scenario with something in every section."""
    phases = [{"name": "wave-1", "week": 4, "sites": ["plant-1"]}, {"name": "wave-2", "week": 20, "sites": ["plant-2"]}]
    return minimal | {
        "users": {"turnover_per_year": 0.1},
        "ai": {"capacity_tasks_per_hour": 900, "remediation": {}, "retraining": {"least_weeks_between": 3}},
        "integration": {
            "tail": {"probability": 0.1},
            "systems": [
                {"name": "erp", "start_week": -10},
                {"name": "crm", "after": ["erp"], "sites": ["plant-2"], "stages": [{"name": "build", "weeks": 3}]},
            ],
        },
        "outages": {},
        "data_science_team": {"moves_on": {"week": 60, "retained_share": 0.3}, "on_call_hours": 1},
        "change_programme": {"training": {}, "champions": {}, "campaign": {}},
        "rollout": {
            "phases": phases,
            "funding_gate": GATE,
            "gates": [{"name": "before-wave-2", "phase": "wave-2", "on_hold": {"remediate": True}, **GATE}],
            "sponsor": {},
        },
        "economics": {"currency": "USD", "cost_per_hour": {"tier1": {"p10": 30, "p50": 40, "p90": 60}}},
    }


def test_a_whole_programme_reads_back_the_same(whole: dict[str, Any], write: Callable[..., Path]) -> None:
    scenario = load(whole)
    for other in (load(scenario.resolved()), load(write(scenario.to_yaml())), pickle.loads(pickle.dumps(scenario))):
        assert other == scenario
        assert other.hash == scenario.hash
    stated = ["sites.plant-2.users", "rollout.sponsor.patience_weeks", "economics.cost_per_hour.tier1"]
    assert [path for path, _ in uncertain_inputs(scenario) if path in stated] == stated


def test_defaults_leave_the_programme_as_it_was(minimal: dict[str, Any]) -> None:
    scenario = load(minimal)
    assert scenario.integration.systems == ()
    assert scenario.outages is None
    assert scenario.ai.remediation is None
    assert scenario.ai.capacity_tasks_per_hour is None
    assert (scenario.change_programme.training, scenario.change_programme.campaign) == (None, None)
    assert scenario.rollout is not None
    assert (scenario.rollout.funding_gate, scenario.rollout.gates, scenario.rollout.sponsor) == (None, (), None)
    assert (scenario.rollout.go_live, scenario.rollout.time_scale.value) == ("on_date", 1)
    assert scenario.data_science_team.priorities == JOBS
    assert scenario.support.levels.hand_carried.tier2 == 0.5
    assert scenario.support.levels.outage.tier1 == 1
    assert scenario.economics.currency == "EUR"
    ideals = (scenario.ai.data_quality, scenario.edge_cases, scenario.change_programme, scenario.integration)
    assert not any(section.ideal for section in (*ideals, scenario.support))


def test_the_default_stages_follow_each_other(whole: dict[str, Any]) -> None:
    scenario = load(whole)
    erp = scenario.system("erp")
    assert [(stage.name, stage.team, stage.rework.value) for stage in erp.stages] == [
        ("stakeholders", None, 0),
        ("security-review", "reviewers", 0.25),
        ("build", "engineers", 0),
        ("change-management", None, 0),
    ]
    assert stage_prerequisites(erp) == {
        "stakeholders": (),
        "security-review": ("stakeholders",),
        "build": ("security-review",),
        "change-management": ("build",),
    }
    changed = scenario.with_changes({"integration.systems.erp.stages.build.after": []})
    assert stage_prerequisites(changed.system("erp"))["build"] == ()
    with pytest.raises(ScenarioError, match="allowed: at most 20"):
        scenario.with_changes({"integration.systems.erp.stages": [{"name": f"s{i}", "weeks": 1} for i in range(21)]})


@pytest.mark.parametrize("seed", range(20))
def test_circles_are_found_where_no_order_exists(seed: int) -> None:
    names = "abcd"
    pairs = [(a, b) for a, b in itertools.product(names, names)]
    chosen = [pair for i, pair in enumerate(pairs) if (seed * 2654435761 >> i) & 1 and (seed * 40503 >> i) & 1]
    after = {name: [b for a, b in chosen if a == name] for name in names}
    ordered = any(all(order.index(b) < order.index(a) for a, b in chosen) for order in itertools.permutations(names))
    found = circles(after)
    assert bool(found) != ordered
    for circle in found:
        assert all(b in after[a] for a, b in zip(circle, [*circle[1:], circle[0]], strict=True))


def test_two_circles_are_two_problems(minimal: dict[str, Any]) -> None:
    pairs = (("a", "b"), ("b", "a"), ("c", "c"), ("d", "c"))
    minimal["integration"] = {"systems": [{"name": name, "after": [after]} for name, after in pairs]}
    with pytest.raises(ScenarioError) as raised:
        load(minimal)
    assert [problem.path for problem in raised.value.problems] == [
        "integration.systems.a.after",
        "integration.systems.c.after",
    ]


def test_stages_without_people_are_fine_where_integration_is_ideal(minimal: dict[str, Any]) -> None:
    minimal["integration"] = {"engineers": 0, "ideal": True, "systems": [{"name": "erp"}]}
    assert load(minimal).integration.ideal
    minimal["integration"] = {"engineers": 0, "systems": [{"name": "erp", "stages": [{"name": "a", "weeks": 1}]}]}
    assert load(minimal).system("erp").stages[0].team is None


@pytest.mark.parametrize("section", ["ai", "edge_cases", "change_programme", "support"])
def test_ideal_means_as_in_the_pilot(section: str, minimal: dict[str, Any]) -> None:
    minimal[section] = {"data_quality": {"ideal": True}} if section == "ai" else {"ideal": True}
    assert load(minimal)
    minimal["users"] = {"initially_active": True}
    assert load(minimal)
    del minimal["pilot"]
    with pytest.raises(ScenarioError, match=rf"{section}\S*ideal: found true without a pilot"):
        load(minimal)


def test_people_onboarded_from_the_start_need_no_plan(minimal: dict[str, Any]) -> None:
    del minimal["pilot"], minimal["rollout"]
    with pytest.raises(ScenarioError, match=r"pilot: missing.*initially_onboarded is true"):
        load(minimal)
    minimal["users"] = {"initially_onboarded": True}
    scenario = load(minimal)
    assert scenario.users.in_place
    assert live_weeks(scenario) == {"plant-1": 104, "plant-2": 104}


def test_gates_read_all_measures_but_those_since_funding_before_it(minimal: dict[str, Any]) -> None:
    assert GATE_MEASURES[3] == "value_share"
    criteria = [{"measure": measure, "at_most": 1} for measure in GATE_MEASURES]
    minimal["rollout"]["gates"] = [{"name": "g", "phase": "wave-1", "criteria": criteria}]
    minimal["rollout"]["funding_gate"] = {"criteria": [c for c in criteria if c["measure"] not in AFTER_FUNDING]}
    scenario = load(minimal)
    assert [c.measure for c in scenario.gate("g").criteria] == list(GATE_MEASURES)
    assert scenario.rollout is not None
    assert scenario.rollout.funding_gate is not None
    assert scenario.rollout.funding_gate.name == "funding"
    assert scenario.resolved()["rollout"]["gates"][0]["criteria"][0] == {"measure": "accuracy", "at_most": 1}


def test_weekly_measures_and_criteria_on_them(minimal: dict[str, Any]) -> None:
    flows = [f"cost_{name}" for name in COST_CATEGORIES] + [f"value_{name}" for name in VALUE_CATEGORIES]
    so_far = ["cost_cumulative", "value_cumulative", "net_cumulative", "net_run_rate"]
    assert [*WEEKLY][-len(flows) - 6 :] == [*flows, "cost", "value", *so_far]
    minimal["success"] = {"criteria": [{"measure": name, "at_least": 0} for name in WEEKLY]}
    assert len(load(minimal).success.criteria) == len(WEEKLY)


def test_scalars_of_a_scenario_follow_yaml_1_2(write: Callable[..., Path], minimal: dict[str, Any]) -> None:
    text = (
        load(minimal)
        .to_yaml()
        .replace("users: 900", "users: 010")
        .replace("accuracy_floor: 0.3", "accuracy_floor: 1e-3")
    )
    scenario = load(write(text.replace("description: ''", "description: no")))
    assert scenario.site("plant-1").users.value == 10
    assert scenario.ai.accuracy_floor.value == 0.001
    assert scenario.description == "no"


def test_overlays_change_systems_gates_and_stages_by_name(whole: dict[str, Any], write: Callable[..., Path]) -> None:
    write(load(whole).to_yaml(), "base.yaml")
    text = """\
extends: base.yaml
integration:
  systems:
    - {name: crm, remove: true}
    - {name: erp, stages: [{name: build, weeks: 2}, {name: stakeholders, remove: true}]}
rollout:
  gates: [{name: before-wave-2, max_holds: 0}]
  sponsor: null
"""
    scenario = load(write(text, "over.yaml"))
    assert [system.name for system in scenario.integration.systems] == ["erp"]
    assert [stage.name for stage in scenario.system("erp").stages] == ["security-review", "build", "change-management"]
    assert scenario.system("erp").stages[1].team == "engineers"
    assert scenario.gate("before-wave-2").max_holds == 0
    assert scenario.rollout is not None
    assert scenario.rollout.sponsor is None


def weeks_of(scenario: Scenario) -> tuple[list[float], list[float]]:
    return list(live_weeks(scenario).values()), list(hand_carried_weeks(scenario).values())


def test_work_follows_the_planned_dates(whole: dict[str, Any]) -> None:
    certain = [{"name": "a", "weeks": 15}, {"name": "b", "weeks": 15, "rework": 0.25}]
    scenario = load(whole).with_changes({"integration.systems.erp.stages": certain})
    # Funded in week 16, erp live 25 weeks later, and crm, which only plant-2 needs as well, after 3 more.
    assert weeks_of(scenario) == ([84, 68], [21, (5 + 8) / 2])
    assert weeks_of(scenario.with_changes({"integration.systems.erp.share": 3})) == ([84, 68], [21, (3 * 5 + 8) / 4])
    assert weeks_of(scenario.with_changes({"rollout.time_scale": 0.5})) == ([86, 78], [23, (15 + 18) / 2])
    assert weeks_of(scenario.with_changes({"rollout.go_live": "when_ready"}))[1] == [0, 0]
    assert weeks_of(scenario.with_changes({"integration.ideal": True}))[1] == [0, 0]


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("rollout.time_scale", 0.2),
        ("users.turnover_per_year", 3),
        ("outages.per_year", 50),
        ("integration.hand_carried.tickets_per_user_week", 1),
        ("integration.hand_carried.work_hours_per_site_week", 400),
        ("ai.shocks", {"per_site_year": 500}),
        ("data_science_team.slice_hours", 0.1),
        ("integration.systems.erp.stages.*.rework", 0.999),
        ("users.drop_out_per_week", 5),
    ],
)
def test_work_grows_with_the_programme(path: str, more: object, whole: dict[str, Any]) -> None:
    scenario = load(whole)
    assert estimate_work(scenario.with_changes({path: more}), 1).events > 1.01 * estimate_work(scenario, 1).events


def test_results_have_a_column_for_each_weekly_measure(minimal: dict[str, Any]) -> None:
    scenario = load(minimal)
    row = estimate_work(scenario, 1001).memory_bytes - estimate_work(scenario, 1).memory_bytes
    assert row / 1000 >= 8 * 104 * len(WEEKLY)


def test_what_the_template_leaves_to_uncomment_is_a_scenario_too(write: Callable[..., Path]) -> None:
    text = template("my-plan")
    shown = load(write(text))
    assert shown.integration.systems
    assert shown.rollout is not None
    assert shown.rollout.gates
    assert shown.rollout.budget
    whole, changes = re.subn(r"^( *)# (?=[a-z_]+: )", r"\1", text, flags=re.MULTILINE)
    assert changes >= 3
    scenario = load(write(whole))
    assert scenario.outages is not None
    assert scenario.data_science_team.moves_on is not None
    assert scenario.rollout is not None
    assert scenario.rollout.funding_gate is not None
    assert scenario.rollout.sponsor is not None
    assert scenario.rollout.budget is None
