"""What a draw may not depend on: how many replications there are, who runs them, what else the scenario holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import simulator as sim
from simulator import engine
from simulator.model.plan.start import begin
from tests.engine.generated import generated

SCENARIO = 4


@pytest.fixture(scope="module")
def result() -> Any:
    """Ten replications."""
    return sim.run(generated(SCENARIO), replications=10, seed=3, jobs=1)


def test_more_replications_change_none_before(result: Any) -> None:
    more = sim.run(generated(SCENARIO), replications=25, seed=3, jobs=1)
    assert more.replications.head(10).equals(result.replications)
    assert more.weekly.head(len(result.weekly)).equals(result.weekly)


@pytest.mark.parametrize("jobs", [2, 3])
def test_jobs_change_nothing(result: Any, jobs: int) -> None:
    other = sim.run(generated(SCENARIO), replications=10, seed=3, jobs=jobs)
    assert other.replications.equals(result.replications)
    assert other.sites.equals(result.sites)


def test_the_engine_changes_nothing(result: Any) -> None:
    other = sim.run(generated(SCENARIO), replications=3, seed=3, jobs=1, engine="reference")
    assert other.replications.equals(result.replications.head(3))


def test_replication_99_can_be_run_alone() -> None:
    plan = engine.build(generated(SCENARIO))
    alone = engine.get("compiled").Engine(plan).replicate(99, 3)
    among = engine.get("compiled").Engine(plan)
    for number in range(100):
        last = among.replicate(number, 3)
    assert alone.measures == last.measures
    assert all(alone.weekly[name].tobytes() == last.weekly[name].tobytes() for name in alone.weekly)


def drawn(scenario: Any) -> tuple[dict[str, float], dict[str, Any]]:
    """Inputs by path, and what else is drawn before time starts, by its owner's name; and the streams of clocks."""
    plan = engine.build(scenario)
    state, inputs = begin(plan, 5, 11)
    types = state.types["weight"].reshape(len(state.families), -1)
    families = ["organisation", *(site.name for site in scenario.sites), *(season.name for season in scenario.seasons)]
    owners: dict[str, Any] = {f"types of {name}": types[i].tolist() for i, name in enumerate(families)}
    owners["first days"] = state.agents["arrives"].tolist()
    names = [f"{site.name}/{segment.name}" for site in scenario.sites for segment in scenario.users.segments]
    clocks = state.clocks["stream"].reshape(len(names), -1)
    for c, name in enumerate(names):
        owners[f"clocks of {name}"] = clocks[c].tolist()
        owners[f"users of {name}"] = int(state.cells["stream_user"][c])
    return dict(zip(plan.inputs, inputs.tolist(), strict=True)), owners


def test_one_more_uncertain_input_leaves_all_other_draws() -> None:
    scenario = generated(SCENARIO)
    before, owners = drawn(scenario)
    more = scenario.with_changes({"support.triage_skill": {"uniform": {"min": 0.3, "max": 0.9}}})
    after, owners_after = drawn(more)
    assert "support.triage_skill" in after
    assert before == {path: value for path, value in after.items() if path != "support.triage_skill"}
    assert owners == owners_after


def test_one_more_site_leaves_all_other_draws() -> None:
    scenario = generated(SCENARIO)
    before, owners = drawn(scenario)
    tree = scenario.resolved()
    tree["sites"].insert(0, {**tree["sites"][-1], "name": "another"})  # in front: nothing goes by position
    tree["rollout"]["phases"].append({"name": "another", "week": 1, "sites": ["another"]})
    after, owners_after = drawn(sim.load(tree))
    assert before.items() <= after.items()
    assert owners.items() <= owners_after.items()
    assert len(owners_after) > len(owners)


def test_antithetic_or_designed_uniforms_replace_the_streams_of_inputs() -> None:
    plan = engine.build(generated(SCENARIO))
    low, high = (plan.draw_inputs(0, 1, np.full(len(plan.inputs), u)) for u in (0.1, 0.9))
    assert len(low) > 0
    assert (low < high).all()
