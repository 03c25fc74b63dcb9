"""Suites as one batch: the bytes of single runs, whatever happens on the way, and one comparison."""

from __future__ import annotations

import csv
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import simulator as sim
from simulator.experiment.merging import merge_all
from tests.experiment import stand_in
from tests.experiment.routes import content
from tests.experiment.small import SMALL

FILES = ("suite.json", "suite.csv")


@pytest.fixture
def suite(tmp_path: Path) -> sim.Suite:
    """Four scenarios of the stand-in engine."""
    scenario = tmp_path / "stand-in.yaml"
    scenario.write_text(json.dumps(stand_in.SCENARIO))
    return sim.load_suite(
        {
            "name": "four",
            "measures": ["adoption_final", "success_probability", "payback_week"],
            "scenarios": [str(scenario), {"scenario": str(scenario), "name": "later", "set": {"pilot.weeks": 14}}],
            "sweeps": [
                {
                    "scenario": str(scenario),
                    "points": [
                        {"name": "a", "set": {"support.tiers.tier1.agents": 2}},
                        {"name": "b", "set": {"support.tiers.tier1.agents": 4, "pilot.weeks": 13}},
                    ],
                }
            ],
        }
    )


def everything(out: Path, suite: sim.Suite) -> dict[str, Any]:
    """What must not depend on the way in which a suite was run."""
    return {name: content(out / name) for name in suite.names} | {name: (out / name).read_bytes() for name in FILES}


@pytest.fixture
def run(stand_in_engine: None, suite: sim.Suite) -> Any:
    return partial(sim.run_suite, suite, 20, seed=3, progress=False)


def test_a_suite_gives_the_bytes_of_single_runs_by_any_route(run, suite, tmp_path):
    result = run(jobs=1, out=tmp_path / "one")
    assert result.complete
    assert tuple(result.results) == suite.names
    expected = everything(tmp_path / "one", suite)
    for scenario in suite.scenarios:
        alone = sim.run(scenario, 20, seed=3, progress=False, out=tmp_path / "alone")
        assert content(tmp_path / "alone" / scenario.name) == expected[scenario.name]
        assert alone.scenario.hash == result[scenario.name].scenario.hash
    run(jobs=3, out=tmp_path / "three", shard_size=7)
    assert everything(tmp_path / "three", suite) == expected
    parts = [tmp_path / f"part-{index}" for index in (1, 2)]
    for index, part in enumerate(parts, start=1):
        run(jobs=2, out=part, shard=f"{index}/2")
    results = merge_all(parts, tmp_path / "merged")
    assert results.suite.complete
    assert everything(tmp_path / "merged", suite) == expected
    header = (tmp_path / "one" / "suite.csv").read_text().splitlines()[0].split(",")
    assert [name for name in header if name.endswith("_low")] == [
        "adoption_final_low", "adoption_final_difference_low",
        "success_probability_low", "success_probability_difference_low",
    ]  # fmt: skip
    assert "<th colspan=2>Adoption at the end</th><th colspan=2>Success probability</th></tr>" in result._repr_html_()
    assert merge_all([tmp_path / "alone"], tmp_path / "other").suite is None


@pytest.mark.parametrize("jobs", [1, 3])
def test_an_interrupted_suite_goes_on_where_it_was(run, suite, tmp_path, jobs):
    run(jobs=1, out=tmp_path / "whole")
    seen = []

    def stop(progress: sim.Progress) -> None:
        first = progress.done == 33 and progress not in seen
        seen.append(progress)
        if first:
            raise KeyboardInterrupt

    warned = pytest.warns(sim.ResultWarning, match=r"four: interrupted: \d+ of 80 replications are there")
    with pytest.raises(sim.Interrupted) as interrupted, warned:
        run(jobs=jobs, out=tmp_path / "killed", progress=stop)
    result = interrupted.value.result
    for told in (repr(result), result._repr_html_()):
        assert f"interrupted: {result.replications_done} of 80 replications" in told
    assert (result.interrupted, result.complete) == (True, False)
    assert result["stand-in"].replications_done == 20
    assert sum(of.replications_done for of in result.results.values()) >= 33
    assert sim.read_result(tmp_path / "killed" / "stand-in").replications_done == 20
    assert "Not begun: stand-in-a, stand-in-b" in result._repr_html_() or jobs > 1
    places = {(of.scenario, of.place) for of in seen if of.done <= 33}
    assert places == {("stand-in", (1, 4)), ("later", (2, 4))}
    assert {of.total for of in seen} == {80}
    later = []
    assert run(jobs=jobs, out=tmp_path / "killed", resume=True, progress=later.append).complete
    assert later[0].done >= 20
    assert later[-1].done == 80
    assert everything(tmp_path / "killed", suite) == everything(tmp_path / "whole", suite)


def test_a_scenario_without_success_leaves_the_others_alone(run, suite, monkeypatch):
    class Fails(stand_in.Engine):
        def replicate(self, replication, seed, uniforms=None):
            if self.plan.weeks == 70:
                raise OverflowError("the ticket ring is full")
            return super().replicate(replication, seed, uniforms)

    stand_in.install(monkeypatch, Fails)
    bad = suite.with_changes({"horizon_weeks": 70}).members[1]
    mixed = sim.Suite("mixed", "", "later", (suite.members[0], bad, suite.members[2]))
    result = sim.run_suite(mixed, 30, jobs=1, progress=False)
    assert list(result.results) == ["stand-in", "stand-in-a"]
    assert str(result.refused["later"]).startswith("replication 0 with seed 1 failed: OverflowError")
    assert not result.complete
    assert "later has no result: replication 0" in result._repr_html_()
    assert "No differences: later, the baseline, has no result." in result._repr_html_()
    with pytest.raises(sim.ReplicationError):
        sim.run_suite(sim.Suite("bad", "", "later", (bad,)), 30, jobs=1, progress=False)


def test_precision_is_reached_by_each_scenario(run):
    result = run(until_precision={"success": 0.05}, at_most=4000, jobs=2)
    counts = [of.replications_done for of in result.results.values()]
    assert all(of.precisions[0].met for of in result.results.values())
    assert set(counts) == {640}


def test_the_folder_of_another_suite_is_left_alone(run, suite, tmp_path):
    run(out=tmp_path)
    other = sim.Suite("other", "", suite.baseline, suite.members)
    with pytest.raises(sim.OutputError, match="holds the suite four"):
        sim.run_suite(other, 20, out=tmp_path, progress=False)


def test_differences_are_paired_on_the_real_engine(tmp_path):
    """One suite with a sweep: differences are those of the replications, and estimates those of single results."""
    path = tmp_path / "small.yaml"
    path.write_text(json.dumps(SMALL))
    grid = {"ai.reference_accuracy": [0.8, 0.95], "support.tiers.tier1.agents": {"from": 1, "to": 2, "step": 1}}
    sweep = {"scenario": str(path), "name": "sweep", "grid": grid}
    suite = sim.load_suite({"name": "few", "baseline": "small", "sweeps": [sweep], "scenarios": [str(path)]})
    result = sim.run_suite(suite, 40, jobs=1, progress=False, out=tmp_path / "out")
    assert suite.names[1] == "sweep-reference-accuracy-0-8-agents-1"
    frame = result.comparison.loc[suite.names[1], "adoption_final"]
    ours, theirs = (result[name].replications["adoption_final"] for name in (suite.names[1], "small"))
    assert frame["estimate"] == pytest.approx(ours.mean())
    assert frame["difference"] == pytest.approx((ours - theirs).mean())
    assert frame["difference_high"] < 0
    assert frame["pairs"] == 40
    spread = (ours - theirs).std() / 40**0.5 * 2.0227
    assert frame["difference_high"] - frame["difference"] == pytest.approx(spread, rel=1e-4)
    with (tmp_path / "out" / "suite.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    swept = [(row["set.ai.reference_accuracy"], row["set.support.tiers.tier1.agents"]) for row in rows]
    assert swept == [("", ""), ("0.8", "1"), ("0.8", "2"), ("0.95", "1"), ("0.95", "2")]
    assert float(rows[1]["adoption_final_difference"]) == frame["difference"]
    assert rows[0]["npv_difference"] == ""
    found = json.loads((tmp_path / "out" / "suite.json").read_bytes())
    assert found["members"][suite.names[2]] == {"ai.reference_accuracy": 0.8, "support.tiers.tier1.agents": 2}
    assert found["scenarios"][1]["differences"]["adoption_final"]["value"] == frame["difference"]
    assert result.table.loc["small", "replications"] == 40
