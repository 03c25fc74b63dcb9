"""Functions of the user's that watch and steer the replications of an experiment."""

from __future__ import annotations

import json
from typing import Any

import pytest

import simulator as sim
from simulator.model.state.states import NOT_STARTED, STOPPED
from simulator.stepping.simulation import Simulation
from simulator.store.identity import refuse_callbacks
from tests.engine.generated import generated


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
