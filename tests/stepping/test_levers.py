"""Levers and branches; the same bits on both engines."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

import simulator as sim
from simulator import engine
from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.state.state import State
from simulator.stepping.simulation import Simulation
from tests.analysis.test_attribute import SMALL
from tests.engine.generated import generated
from tests.model.small import gate, small
from tests.stepping.levers import ENGINES, LASTING, a_change, events_of, leaves, output, quiet


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
    never = {"criteria": [{"measure": "edge_case_types_repaired", "at_least": 1e9}]}
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


@pytest.mark.parametrize("name", ENGINES)
def test_a_quiet_lever_moves_no_digit_of_what_does_not_read_it(name: str) -> None:
    """Between weeks, where settling would split the sums of a week in two; a branch keeps what was changed."""

    def never_met(state: State, _: float) -> None:
        state.criteria["at_least"] = math.inf

    def always_met(state: State, _: float) -> None:
        state.criteria["at_least"] = 0.0

    rollout = {"phases": [{"name": "all", "week": 9, "sites": ["home", "away"]}]}
    gated = sim.load(
        {**SMALL, "horizon_weeks": 30, "rollout": {**rollout, "gates": [gate("all", at_least=0.0, max_holds=0)]}}
    )
    plain, steered = (sim.simulate(gated, replication=1, engine=name) for _ in range(2))
    for week in (1.4321, 2.1234, 5.9876, 7.7654, 10.2345, 11.1111):
        steered.advance(week).pull(never_met, quietly=True)
    stopped = steered.branch()
    steered.pull(always_met, quietly=True)
    assert steered.finish().measures == plain.finish().measures
    assert steered.weekly.equals(plain.weekly)
    assert stopped.finish().measures["stopped_at_gate"] == "before-all"


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
