"""Replications in steps, and how they are looked at."""

from __future__ import annotations

import math
import random

import pytest

import simulator as sim
from simulator import engine
from tests.engine.generated import generated
from tests.stepping.levers import ENGINES, output, replicate


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


def test_bad_arguments_of_simulate() -> None:
    for arguments, message in (
        ({"replication": -1}, "replication is -1"),
        ({"seed": 0.5}, "seed is 0.5"),
        ({"engine": "fast"}, "engine is 'fast'"),
    ):
        with pytest.raises(ValueError, match=message):
            sim.simulate(generated(5), **arguments)  # type: ignore[arg-type]
