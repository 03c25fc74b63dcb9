"""What is set while a replication runs: it acts from then on, or is refused by name."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import simulator as sim
from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.state.events import OUTAGE, SHOCK
from simulator.model.state.states import TIER3
from tests.engine.generated import generated
from tests.stepping.levers import LASTING, a_change, count, leaves, output, quiet, replicate


def compare_at_week_0(number: int, wanted: Any) -> tuple[list[str], list[str], list[str]]:
    """Set each input in turn at week 0: paths that act, that act on nothing here, and that are refused.

    A scenario that has the value from the start must give the same bits.
    """
    scenario = generated(number)
    before = output(replicate(scenario, 1))
    acted, idle, refused = [], [], []
    for path, value in leaves(scenario.resolved()):
        other = a_change(scenario, path, value) if wanted(path) else None
        if other is None:
            continue
        simulation = sim.simulate(scenario, replication=1)
        try:
            simulation.set(path, other)
        except sim.LeverError:
            refused.append(path)
            continue
        direct = output(replicate(scenario.with_changes({path: other}), 1))
        assert output(simulation.finish()) == direct, f"{path} set to {other}"
        (idle if direct == before else acted).append(path)
    return acted, idle, refused


SPENT = ("economics.training_cost_per_user",)
"""Paid at kick-off, before anything can be set."""


def test_inputs_set_at_week_0_act_as_if_stated() -> None:
    chosen = {
        "users.word_of_mouth_per_week", "users.trust.error_weight", "users.trust.prior_tasks", "users.lost_share",
        "users.segments.sceptics.reversion", "users.tasks_per_user_week", "sites.north.data_quality",
        "ai.reference_accuracy", "ai.capacity_tasks_per_hour", "edge_cases.report_threshold",
        "edge_cases.organisation.share", "seasons.peak.volume", "support.documentation_quality",
        "support.tiers.tier1.shifts.0.end_hour", "support.tiers.tier3.handling_minutes",
        "data_science_team.slice_hours",
        "economics.value_per_correct_task", "rollout.time_scale", "rollout.phases.wave-1.week",
        "users.judged_per_week", "users.surfacing_share", "users.trust.surfaced_weight", "users.habit.weeks",
        "users.movers.drop_out_per_week", "ai.retraining.corrections_to_halve",
    }  # fmt: skip
    acted, idle, refused = compare_at_week_0(LASTING, chosen.__contains__)
    assert refused == []
    assert len(acted) >= 12, idle


@pytest.mark.slow
def test_every_input_set_at_week_0_acts_as_if_stated() -> None:
    acted, _, refused = compare_at_week_0(5, lambda path: path not in SPENT)
    assert len(acted) >= 60
    assert {"horizon_weeks", "support.tiers.tier1.agents", "edge_cases.types_per_family"} <= set(refused)


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("horizon_weeks", 40, "the horizon is settled"),
        ("sites.north.users", 7, "who the users are"),
        ("users.movers", {"share": 0.123, "drop_out_per_week": 0.1}, "it acts at the start"),
        ("support.tiers.tier1.agents", 9, r"simulation\.hire"),
        ("data_science_team.members", 9, "who works here"),
        ("users.working_hours.start_hour", 5, "it acts at the start"),
        ("edge_cases.types_per_family", 9, "it acts at the start"),
        ("edge_cases.organisation.discount", 0.25, "it acts at the start"),
        ("economics.discount_rate_per_year", 0.2, "it acts at the start"),
        ("success.deadline_weeks", 3, "no replication of this scenario reads it"),
        ("description", "Another text.", "no replication of this scenario reads it"),
        ("rollout.phases.wave-1.week", 20, "its dates were set when the roll-out was funded"),
        ("rollout.time_scale", 3, "its dates were set when the roll-out was funded"),
        ("rollout.funding_delay_weeks", 3, "the decision to fund has been taken"),
    ],
)
def test_what_can_not_change_is_refused_by_name(path: str, value: Any, reason: str) -> None:
    scenario = generated(LASTING)
    simulation = sim.simulate(scenario, replication=1).advance(9)
    assert math.isfinite(simulation.state.world["funded_at"][0])
    with pytest.raises(sim.LeverError, match=rf"can't set {path} in week 9: .*{reason}"):
        simulation.set(path, value)
    assert output(simulation.finish()) == output(replicate(scenario, 1))


def test_a_value_that_no_scenario_can_have_is_refused() -> None:
    simulation = sim.simulate(generated(3)).advance(4)
    with pytest.raises(sim.ScenarioError, match=r"users\.lost_share: found number 3"):
        simulation.set("users.lost_share", 3)
    with pytest.raises(sim.ScenarioError, match="did you mean"):
        simulation.set("users.lost_shares", 0.3)


def test_what_is_in_force_already_changes_nothing() -> None:
    scenario = generated(3)
    simulation = sim.simulate(scenario, replication=1).advance(4.5)
    simulation.set("support.documentation_quality", scenario.support.documentation_quality.value)
    assert output(simulation.finish()) == output(replicate(scenario, 1))


def test_upstream_changes_follow_their_rate() -> None:
    """20 sites, a quarter of a year each: Poisson with mean 5 * rate."""
    scenario = quiet(ai={"shocks": {"per_site_year": 20, "accuracy_loss": 0.001}})
    simulation = sim.simulate(scenario, traced=True)
    expected = {0: 20, 13: 0, 26: 40, 39: 4}
    for week, rate in expected.items():
        simulation.advance(week)
        simulation.set("ai.shocks.per_site_year", rate)
    simulation.finish()
    for week, rate in expected.items():
        mean = 5 * rate
        assert abs(count(simulation, SHOCK, week, week + 13) - mean) <= 4 * math.sqrt(mean), (week, rate)


def test_outages_can_begin_and_end() -> None:
    outages = {"per_year": 0, "repair_hours": 0.1, "tickets_per_user_hour": 0}
    scenario = sim.load(quiet(outages=outages, data_science_team={"members": 2, "on_call_hours": 0}))
    numbers = []
    for replication in range(10):
        simulation = sim.simulate(scenario, replication=replication, traced=True).advance(13)
        simulation.set("outages.per_year", 52)
        simulation.advance(39).set("outages.per_year", 0)
        assert simulation.state.timers["due"][simulation.state.first_timer[OUTAGE]] == math.inf
        simulation.finish()
        assert count(simulation, OUTAGE, 0, 13) == 0
        assert count(simulation, OUTAGE, 39.5, 52) == 0
        numbers.append(count(simulation, OUTAGE, 13, 39))
    assert abs(np.mean(numbers) - 26) <= 4 * math.sqrt(26 / 10)


def test_resignations_follow_their_rate() -> None:
    scenario = quiet(data_science_team={"members": 40, "hiring_weeks": 500})
    left = []
    for replication in range(10):
        simulation = sim.simulate(scenario, replication=replication).advance(26)
        assert simulation.state.tiers["heads"][TIER3] == 40
        simulation.set("data_science_team.attrition_per_year", 2)
        simulation.finish()
        left.append(40 - simulation.state.tiers["heads"][TIER3])
    share = 1 - math.exp(-1)  # half a year at 2 a year
    assert abs(np.mean(left) - 40 * share) <= 4 * math.sqrt(40 * share * (1 - share) / 10)


def test_a_rate_that_comes_back_goes_on_where_it_was() -> None:
    """0 for a while delays upstream changes by that while, and does nothing else to them."""
    scenario = quiet(ai={"shocks": {"per_site_year": 10, "accuracy_loss": 0.001}})
    simulation = sim.simulate(scenario).advance(10)
    first = simulation.state.first_timer
    before = simulation.state.timers["due"][first[SHOCK] : first[SHOCK + 1]].copy()
    simulation.set("ai.shocks.per_site_year", 0)
    simulation.advance(12).branch().finish()
    simulation.set("ai.shocks.per_site_year", 10)
    after = simulation.state.timers["due"][first[SHOCK] : first[SHOCK + 1]]
    assert after == pytest.approx(before + 2 * WEEK_HOURS)


def test_what_users_have_lived_through_counts_as_it_then_did() -> None:
    """Successes up to the change are worth what they were worth; later ones nothing."""
    asking = {"how_to_per_user_week": 0, "how_to_per_new_user_week": 0}
    users = {"initially_active": True, "notice_probability": 0, "trust": {"forgetting_per_week": 0}}
    edge_cases = {"organisation": {"share": 0}, "site": {"share": 0}}
    simulation = sim.simulate(quiet(users=users, edge_cases=edge_cases, support=asking)).advance(2.5)
    simulation.set("users.trust.success_weight", 0)
    gains = simulation.state.users["gains"].copy()
    assert gains.min() > 0
    simulation.advance(5)
    assert simulation.state.users["gains"].tobytes() == gains.tobytes()


def test_more_engineers_take_up_what_waits_at_once() -> None:
    stage = {"name": "build", "weeks": 30, "team": "engineers"}
    systems = [{"name": f"system-{i}", "stages": [stage]} for i in range(4)]
    document = generated(LASTING).resolved() | {"horizon_weeks": 80}
    document["integration"] |= {"engineers": 1, "systems": systems, "ideal": False}
    document["integration"]["tail"]["probability"] = 0
    nobody_stops = {"funding_gate": None, "gates": [], "sponsor": None, "budget": None}
    document["rollout"] |= nobody_stops | {"funding_delay_weeks": 0}
    simulation = sim.simulate(document).advance(10)
    assert simulation.state.world["stages_under_way"][0] == 1
    simulation.set("integration.engineers", 3)
    assert simulation.state.world["stages_under_way"][0] == 3
    with pytest.raises(sim.LeverError, match="2 engineers can't leave now, as only 0 are free"):
        simulation.set("integration.engineers", 1)
    simulation.advance(42)
    assert simulation.state.world["systems_live"][0] == 3


def test_sites_that_wait_for_their_systems_go_live_once_they_need_not() -> None:
    document = generated(3).resolved()
    document["integration"]["systems"] = [{"name": "late", "stages": [{"name": "build", "weeks": 400}]}]
    document["integration"]["ideal"] = False
    document["rollout"] |= {"go_live": "when_ready", "funding_gate": None, "gates": [], "sponsor": None, "budget": None}
    simulation = sim.simulate(document)
    simulation.advance(simulation.weeks - 1)
    waiting = int(simulation.state.sites["ready"].sum())
    assert waiting > 0
    assert (simulation.sites["stage"] == "live").sum() == 0
    simulation.set("rollout.go_live", "on_date")
    assert (simulation.sites["stage"] == "live").sum() == waiting
