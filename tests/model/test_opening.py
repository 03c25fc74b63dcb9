"""Before time starts: what replications have in common, users shared out, posts with their shifts."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import simulator as sim
from simulator import engine
from simulator.model.plan.plan import Plan
from simulator.model.plan.start import begin
from simulator.model.state.state import State
from simulator.model.state.states import TIER1
from tests.engine.generated import generated
from tests.model.small import OFFICE, small

ANY_NUMBER = {"uniform": {"min": 20, "max": 60}}
UNCERTAIN = small().with_changes(
    {"sites.north.users": ANY_NUMBER, "support.tiers.tier1.agents": {"uniform": {"min": 1, "max": 40}}}
)


def bits(state: State) -> dict[str, bytes]:
    """Every array of a state."""
    return {name: getattr(state, name).tobytes() for name in State.FIELDS}


def fresh(plan: Plan, replication: int) -> dict[str, bytes]:
    """How a replication begins that is the first of its plan."""
    return bits(begin(engine.build(plan.scenario), replication, 1)[0])


@pytest.mark.parametrize("scenario", [generated(3), UNCERTAIN], ids=["certain", "uncertain"])
def test_a_replication_begins_as_if_there_were_no_other(scenario: Any) -> None:
    plan = engine.build(scenario)
    states = [begin(plan, replication, 1)[0] for replication in range(6)]
    sizes = {(len(state.users), len(state.agents)) for state in states}
    assert (len(sizes) > 1) is (scenario is UNCERTAIN)
    states[0].users["mark"] = 5.0  # memory of its own
    for replication in range(1, 6):
        assert bits(states[replication]) == fresh(plan, replication)
    assert bits(begin(pickle.loads(pickle.dumps(plan)), 0, 1)[0]) == fresh(plan, 0)


def apportioned(total: int, mix: list[float]) -> list[int]:
    """`total` by largest remainders, written for itself."""
    whole = [int(total * share + 1e-9) for share in mix]
    for _ in range(total - sum(whole)):
        rest = [total * share - n for share, n in zip(mix, whole, strict=True)]
        whole[rest.index(max(rest))] += 1
    return whole


@pytest.mark.parametrize("number", range(0, 40, 4))
def test_users_and_the_invited_are_shared_out_by_largest_remainders(number: int) -> None:
    scenario = generated(number)
    state, _ = begin(engine.build(scenario), 0, 1)
    segments = [segment.name for segment in scenario.users.segments]
    users = state.cells["users"].reshape(len(state.sites), -1)
    pilot = scenario.pilot
    assert pilot is not None
    for s, site in enumerate(scenario.sites):
        own = pilot.segments if scenario.change_programme.ideal else site.segments
        mix = [own.get(x.name, 0.0) if own else x.share for x in scenario.users.segments]
        assert users[s].tolist() == apportioned(int(state.sites["users"][s]), mix)
    invited = min(int(pilot.users_per_site.value), int(state.sites["users"][0]))
    wanted = apportioned(invited, [pilot.segments.get(name, 0.0) for name in segments])
    assert state.cells["pilot_users"][: len(segments)].tolist() == np.minimum(wanted, users[0]).tolist()
    assert state.cells["pilot_users"][len(segments) :].sum() == 0
    assert (state.users["cell"] == np.repeat(np.arange(users.size), users.ravel())).all()


def test_shifts_have_their_shares_of_the_posts_whoever_comes() -> None:
    shares = (0.5, 0.3, 0.2)
    shifts = [{**OFFICE, "start_hour": 8 * k, "end_hour": 8 * k + 8, "share": share} for k, share in enumerate(shares)]
    state, _ = begin(engine.build(small(support={"tiers": {"tier1": {"agents": 30, "shifts": shifts}}})), 0, 1)
    chosen = state.agents["shift"][state.agents["tier"] == TIER1]
    assert len(chosen) > 60
    for people in range(1, len(chosen) + 1):
        there = np.bincount(chosen[:people], minlength=3)[:3]
        assert (np.abs(there - people * np.array(shares)) <= 1.0).all()
    assert state.agents["employed"][state.agents["tier"] == TIER1].tolist() == [1] * 30 + [0] * (len(chosen) - 30)


def test_how_many_there_are_at_the_start_cannot_be_set_later_not_even_the_same_number() -> None:
    simulation = sim.simulate(UNCERTAIN)
    users = int(simulation.state.sites["users"][0])
    with pytest.raises(sim.LeverError, match="no replication of this scenario reads it while it runs"):
        simulation.set("sites.north.users", {"empirical": [users, users]})
