"""Replications looked at again: the same ones, in any order, with their events, and branched."""

from __future__ import annotations

from typing import Any

import pytest

import simulator as sim
from simulator.analysis.frame.replays import replays
from simulator.experiment.progress import Progress
from simulator.experiment.settings import Settings
from simulator.model.state.events import WEEK
from simulator.stepping.simulation import Simulation
from tests.analysis.test_attribute import SMALL


@pytest.fixture
def small() -> sim.Scenario:
    return sim.load(SMALL)


SETTINGS = Settings(replications=6, seed=5, progress=False, jobs=2)


def silent(_: Progress) -> None:
    return None


def the_end(simulation: Simulation) -> dict[str, Any]:
    return simulation.finish().measures


def test_a_replication_looked_at_again_is_the_one_that_ran(small: sim.Scenario) -> None:
    found, complete = replays(the_end, small, [4, 1], SETTINGS, silent)
    ran = sim.run(small, replications=6, seed=5, progress=False).replications
    assert complete
    assert set(found) == {1, 4}
    for number, measures in found.items():
        assert measures["tickets_opened"] == ran["tickets_opened"][number]
        assert measures["npv"] == ran["npv"][number]


def test_events_are_kept_where_asked_for(small: sim.Scenario) -> None:
    def weeks(simulation: Simulation) -> int:
        simulation.finish()
        return int((simulation.rows[:, 1] == WEEK).sum())

    found, _ = replays(weeks, small, [0], SETTINGS, silent, traced=True)
    assert found == {0: small.horizon_weeks}
    with pytest.raises(RuntimeError, match=r"replication 0 .* keeps no events"):
        replays(weeks, small, [0], SETTINGS, silent)


def test_progress_counts_replications(small: sim.Scenario) -> None:
    seen: list[Progress] = []
    replays(the_end, small, [2, 0, 1], SETTINGS, seen.append)
    assert [(now.done, now.total) for now in seen] == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_an_interruption_keeps_what_was_looked_at(small: sim.Scenario) -> None:
    alone = Settings(replications=6, seed=5, progress=False, jobs=1)
    calls: list[int] = []

    def interrupted(simulation: Simulation) -> int:
        calls.append(simulation.replication)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return simulation.replication

    found, complete = replays(interrupted, small, [0, 1, 2], alone, silent)
    assert found == {0: 0}
    assert not complete
