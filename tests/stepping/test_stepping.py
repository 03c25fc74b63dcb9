"""Replications in steps: levers, views, branches; the same bits on both engines."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import simulator as sim
from simulator import engine
from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.state.events import OUTAGE, SHOCK
from simulator.model.state.state import State
from simulator.model.state.states import NOT_STARTED, STOPPED, TIER3
from simulator.stepping.simulation import Simulation
from simulator.store.identity import refuse_callbacks
from tests.engine.generated import generated
from tests.model.small import gate, small

ENGINES = ("compiled", "reference")
LASTING = 12
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


# ---- steps


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("number", [0, 3])
def test_steps_of_any_length_change_nothing(name: str, number: int) -> None:
    scenario, r = generated(number), random.Random(number)
    simulation = sim.simulate(scenario, replication=2, seed=5, engine=name)
    while not simulation.finished:
        simulation.advance(min(simulation.weeks, simulation.week + r.choice([0, 0.013, 1, 2.5])))
    stepped, whole = simulation.finish(), replicate(scenario, 2, 5)
    assert output(stepped) == output(whole)
    assert stepped.events == whole.events
    assert stepped.inputs.tobytes() == whole.inputs.tobytes()


def test_steps_go_forward_up_to_the_horizon() -> None:
    simulation = sim.simulate(generated(0)).advance(5)
    for wrong in (4.9, simulation.weeks + 1, math.nan):
        with pytest.raises(ValueError, match=r"until_weeks is .* from 5 to"):
            simulation.advance(wrong)
    assert simulation.week == 5


def test_views_agree_with_the_result() -> None:
    scenario = generated(3)
    simulation = sim.simulate(scenario, replication=1).advance(8)
    whole = replicate(scenario, 1)
    assert list(simulation.weekly["week"]) == list(range(8))
    for name, column in whole.weekly.items():
        assert simulation.weekly[name].to_numpy().tobytes() == column[:8].tobytes(), name
    assert simulation.users.to_numpy().sum() == simulation.sites["users"].sum()
    assert simulation.users["active"].sum() == simulation.sites["active_users"].sum()
    assert simulation.users["active"].sum() == whole.weekly["active_users"][7]
    assert "week 8 of" in repr(simulation)
    assert simulation.weeks == scenario.horizon_weeks
    with pytest.raises(ValueError, match="traced=True"):
        _ = simulation.events


def test_a_trace_is_kept_across_steps() -> None:
    scenario = generated(3)
    simulation = sim.simulate(scenario, traced=True)
    for week in range(1, simulation.weeks + 1):
        simulation.advance(week)
    assert simulation.events == list(engine.trace(engine.build(scenario), 0, 1))


# ---- what is set


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


def quiet(**more: Any) -> dict[str, Any]:
    """Users who are active from the start, and nothing else but what is added."""
    return {
        "name": "quiet", "horizon_weeks": 52, "start_date": "2026-01-05",
        "sites": [{"name": f"site-{s}", "users": 10} for s in range(20)],
        "users": {"initially_active": True}, "success": {"sustained_weeks": 1}, **more,
    }  # fmt: skip


def count(simulation: Simulation, kind: int, first: float, last: float) -> int:
    rows = np.concatenate(simulation._rows)
    return int(((rows[:, 1] == kind) & (first * WEEK_HOURS < rows[:, 0]) & (rows[:, 0] <= last * WEEK_HOURS)).sum())


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
    document["rollout"] |= {"funding_gate": None, "gates": [], "sponsor": None, "funding_delay_weeks": 0}
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
    document["rollout"] |= {"go_live": "when_ready", "funding_gate": None, "gates": [], "sponsor": None}
    simulation = sim.simulate(document)
    simulation.advance(simulation.weeks - 1)
    waiting = int(simulation.state.sites["ready"].sum())
    assert waiting > 0
    assert (simulation.sites["stage"] == "live").sum() == 0
    simulation.set("rollout.go_live", "on_date")
    assert (simulation.sites["stage"] == "live").sum() == waiting


# ---- other levers


def test_people_are_hired_while_there_are_posts() -> None:
    simulation = sim.simulate(generated(LASTING), replication=1).advance(6)
    heads = int(simulation.state.tiers["heads"][0])
    simulation.hire("tier1", 2)
    simulation.finish()
    assert simulation.state.tiers["heads"][0] >= heads + 2
    other = sim.simulate(quiet()).advance(4)
    with pytest.raises(sim.LeverError, match=r"can't hire 17 for tier1: of its .* posts 16 can still be filled"):
        other.hire("tier1", 17)
    other.hire("tier1", 16)
    with pytest.raises(sim.LeverError, match="posts 0 can still be filled"):
        other.hire("tier1")
    with pytest.raises(sim.LeverError, match="choose tier1 or tier2"):
        other.hire("tier3")
    with pytest.raises(ValueError, match="agents is 0"):
        other.hire("tier1", 0)


def test_a_programme_can_be_stopped_once() -> None:
    never = {"criteria": [{"measure": "edge_case_types_seen", "at_least": 1e9}]}
    simulation = sim.simulate(quiet(success=never)).advance(4)
    simulation.stop()
    for lever in (simulation.stop, lambda: simulation.hire("tier1")):
        with pytest.raises(sim.LeverError, match="the programme has been stopped"):
            lever()
    out = simulation.finish()
    assert out.measures["outcome"] == "shelved"
    assert out.measures["shelved_week"] == 4
    assert out.measures["adoption_final"] == 0
    with pytest.raises(sim.LeverError, match="has reached its horizon"):
        simulation.set("users.lost_share", 0.1)


def test_a_simulation_tells_where_the_programme_is() -> None:
    simulation = sim.simulate(small(rollout={"gates": [gate("second", max_holds=0)]}))
    told = {6: "in its pilot", 8: "rolling out", 16: "stopped"}
    for week, where in told.items():
        assert f"week {week} of 40, {where}," in repr(simulation.advance(week))


@pytest.mark.parametrize("name", ENGINES)
def test_a_lever_of_ones_own(name: str) -> None:
    """The model of every site gets better at a stroke, in Python."""

    def improve(state: State, hours: float) -> None:
        assert hours == 4 * WEEK_HOURS
        state.settings["ai.reference_accuracy"] = 1.0
        state.settings["ai.data_quality_sensitivity"] = 0.0
        state.settings["ai.half_life_weeks"] = math.inf

    simulation = sim.simulate(quiet(), engine=name).advance(4)
    simulation.pull(improve)
    assert (simulation.sites["accuracy"] == 1.0).all()
    branch = simulation.branch()
    assert output(branch.finish()) == output(simulation.finish())
    assert np.nanmin(simulation.weekly["accuracy"][5:]) > np.nanmax(simulation.weekly["accuracy"][:4])


# ---- both engines


def pull_at_random(simulation: Simulation, r: random.Random, levers: int) -> list[str]:
    """Pull levers at random instants; what was done, in words."""
    done = []
    paths = list(leaves(simulation.scenario.resolved()))
    for week in sorted(r.choice([r.randint(0, simulation.weeks - 1), r.uniform(0, simulation.weeks - 1)])
                       for _ in range(levers)):  # fmt: skip
        simulation.advance(week)
        if r.random() < 0.1:
            kind = r.choice(["hire", "hire", "hire", "stop"])
            try:
                if kind == "stop":
                    simulation.stop()
                else:
                    simulation.hire(r.choice(["tier1", "tier2"]), r.randint(1, 3))
                done.append(f"{kind} in week {week}")
            except sim.LeverError:
                pass
            continue
        path, value = r.choice(paths)
        other = a_change(simulation.scenario, path, value)
        try:
            if other is not None:
                simulation.set(path, other)
                done.append(f"{path} = {other} in week {week}")
        except sim.LeverError:
            continue
    return done


def compare_engines(numbers: range, levers: int) -> int:
    """Pull the same levers on both engines: the same events, the same outputs; the number of levers pulled."""
    pulled = 0
    for number in numbers:
        scenario = generated(number)
        sides = [sim.simulate(scenario, replication=number % 5, engine=name, traced=True) for name in ENGINES]
        done = [pull_at_random(side, random.Random(number), levers) for side in sides]
        assert done[0] == done[1]
        pulled += len(done[0])
        outputs = [output(side.finish()) for side in sides]
        assert events_of(sides[0]) == events_of(sides[1]), f"scenario {number}: {done[0]}"
        assert outputs[0] == outputs[1], f"scenario {number}: {done[0]}"
    return pulled


def test_levers_give_the_same_bits_on_both_engines() -> None:
    assert compare_engines(range(3, 7), 12) > 12


def test_a_lever_that_is_not_followed_up_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without new rates and a calendar in step the compiled engine goes another way."""
    monkeypatch.setattr(engine.get("compiled").Engine, "refresh", lambda *_: None)
    with pytest.raises(AssertionError, match=f"scenario {LASTING}"):
        compare_engines(range(LASTING, LASTING + 1), 30)


@pytest.mark.slow
def test_many_levers_give_the_same_bits_on_both_engines() -> None:
    assert compare_engines(range(100, 120), 25) > 150


# ---- branches


@pytest.mark.parametrize("name", ENGINES)
def test_a_branch_has_the_same_past_and_its_own_future(name: str) -> None:
    scenario = generated(LASTING)
    simulation = sim.simulate(scenario, replication=1, engine=name, traced=True).advance(3.3)
    simulation.set("users.lost_share", 0.123)
    simulation.hire("tier1", 1)
    simulation.memory["hired"] = [1]
    simulation.advance(8)
    past = events_of(simulation)
    same, better, worse = simulation.branch(), simulation.branch(), simulation.branch()
    same.memory["hired"].append(2)
    assert simulation.memory == {"hired": [1]}
    better.set("ai.reference_accuracy", 0.99)
    worse.set("ai.reference_accuracy", 0.3)
    rows = {x: output(x.finish()) for x in (worse, same, better, simulation)}
    assert rows[same] == rows[simulation]
    assert events_of(same) == events_of(simulation)
    assert output(better.branch().finish()) == rows[better]
    assert len(past) > 1000
    for branch in (better, worse):
        assert events_of(branch).startswith(past)
        assert branch.weekly[:8].equals(simulation.weekly[:8])
        assert rows[branch] != rows[simulation]
    assert better.weekly["accuracy"][8:].mean() > worse.weekly["accuracy"][8:].mean()


def test_branches_of_both_engines_are_equal() -> None:
    outputs = []
    for name in ENGINES:
        simulation = sim.simulate(generated(LASTING), replication=1, engine=name).advance(5)
        simulation.set("support.documentation_quality", 0.31)
        branch = simulation.advance(7.7).branch()
        branch.set("users.notice_probability", 0.99)
        outputs.append((output(simulation.finish()), output(branch.finish())))
    assert outputs[0] == outputs[1]
    assert outputs[0][0] != outputs[0][1]


# ---- within an experiment


def hire_when_short(simulation: Simulation) -> None:
    running = simulation.state.world["programme"][0] != STOPPED
    if running and simulation.weekly["backlog_tier1"].iloc[-1] > 3 and not simulation.memory.get("hired"):
        simulation.hire("tier1", 2)
        simulation.memory["hired"] = True


def waiting(simulation: Simulation) -> dict[str, Any]:
    return {"waiting": int(simulation.weekly["backlog_tier1"].iloc[-1]), "hired": "hired" in simulation.memory}


class Started:
    """An analyzer that is an object."""

    def __call__(self, simulation: Simulation) -> dict[str, Any] | None:
        started = int((simulation.state.sites["stage"] != NOT_STARTED).sum())
        return {"started": started} if simulation.week == 4 else None


@pytest.mark.parametrize(("jobs", "name"), [(2, "compiled"), (1, "reference"), (2, "reference")])
def test_callbacks_steer_and_watch_every_replication(jobs: int, name: str) -> None:
    scenario, replications = generated(5), 3 if name == "reference" else 12
    steered = sim.run(
        scenario, replications, 3, name, jobs, interventions=[hire_when_short], analyzers=[waiting, Started()],
        every_weeks=2, progress=False,
    )  # fmt: skip
    weeks = scenario.horizon_weeks
    looked = [*range(2, weeks + 1, 2), *([weeks] if weeks % 2 else [])]
    rows = steered.analyses
    assert list(rows.columns) == ["replication", "week", "waiting", "hired", "started"]
    assert list(rows["week"]) == looked * replications
    assert list(rows["replication"]) == [number for number in range(replications) for _ in looked]
    assert rows["started"].notna().sum() == replications
    for number in range(replications):
        by_hand = sim.simulate(scenario, number, 3)
        for week in looked:
            by_hand.advance(week)
            if week < weeks:
                hire_when_short(by_hand)
        out = by_hand.finish()
        assert steered.replications["npv"][number] == out.measures["npv"]
        assert steered.replications["tickets_opened"][number] == out.measures["tickets_opened"]
    if name == "compiled":
        plain = sim.run(scenario, replications, 3, progress=False)
        assert plain.analyses.empty
        assert rows["hired"].any()
        assert list(plain.replications["npv"]) != list(steered.replications["npv"])


def test_an_analyzer_only_looks() -> None:
    def hires(simulation: Simulation) -> None:
        simulation.hire("tier1")

    def asks_what_if(simulation: Simulation) -> dict[str, Any]:
        branch = simulation.branch()
        if not branch.finished:
            branch.set("users.lost_share", 0.9)
        return {"lost": branch.finish().measures["users_lost"]}

    with pytest.raises(sim.ReplicationError, match="can't hire for tier1: an analyzer only looks"):
        sim.run(generated(5), 2, jobs=1, analyzers=[hires], progress=False)
    result = sim.run(generated(5), 2, jobs=1, analyzers=[asks_what_if], every_weeks=9, progress=False)
    assert list(result.replications["npv"]) == list(
        sim.run(generated(5), 2, jobs=1, progress=False).replications["npv"]
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"interventions": hire_when_short}, "interventions is .* a list of functions"),
        ({"analyzers": ["waiting"]}, "analyzers holds 'waiting'"),
        ({"analyzers": [waiting], "every_weeks": 0}, "every_weeks is 0"),
    ],
)
def test_bad_callbacks_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sim.run(generated(5), 2, progress=False, **arguments)


def test_bad_rows_are_refused() -> None:
    def repeats(_: Simulation) -> dict[str, Any]:
        return {"week": 3}

    def counts(_: Simulation) -> Any:
        return 3

    with pytest.raises(sim.ReplicationError, match="repeats returned week, which the row has already"):
        sim.run(generated(5), 2, jobs=1, analyzers=[repeats], progress=False)
    with pytest.raises(sim.ReplicationError, match="counts returned 3; it must return a dictionary or None"):
        sim.run(generated(5), 2, jobs=1, analyzers=[counts], progress=False)


def test_a_result_with_callbacks_is_marked_and_not_taken_up_again(tmp_path: Any) -> None:
    scenario = generated(5)
    steer: dict[str, Any] = {"interventions": [hire_when_short], "analyzers": [waiting], "progress": False, "jobs": 1}
    sim.run(scenario, 2, out=tmp_path / "steered", **steer)
    manifest = json.loads((tmp_path / "steered" / scenario.name / "manifest.json").read_text())
    assert manifest["callbacks"] == ["waiting", "hire_when_short"]
    with pytest.raises(
        sim.OutputError, match="can't resume this result: the Python functions waiting, hire_when_short"
    ):
        refuse_callbacks(manifest, "resume")
    for again in ({"progress": False}, steer):
        with pytest.raises(sim.OutputError, match="Python functions waiting, hire_when_short, now "):
            sim.run(scenario, 2, out=tmp_path / "steered", **again)
    sim.run(scenario, 2, out=tmp_path / "plain", progress=False)
    plain = json.loads((tmp_path / "plain" / scenario.name / "manifest.json").read_text())
    assert "callbacks" not in plain
    refuse_callbacks(plain, "resume")
    sim.run(scenario, 2, out=tmp_path / "plain", progress=False)
    with pytest.raises(sim.OutputError, match="Python functions none, now waiting"):
        sim.run(scenario, 2, out=tmp_path / "plain", **steer)


def test_bad_arguments_of_simulate() -> None:
    for arguments, message in (
        ({"replication": -1}, "replication is -1"),
        ({"seed": 0.5}, "seed is 0.5"),
        ({"engine": "fast"}, "engine is 'fast'"),
    ):
        with pytest.raises(ValueError, match=message):
            sim.simulate(generated(5), **arguments)  # type: ignore[arg-type]
