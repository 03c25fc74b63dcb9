"""`scaleup run` with several scenarios, which are one batch."""

from __future__ import annotations

import json

import pytest

import simulator as sim
from tests.experiment import stand_in
from tests.experiment.routes import content

pytestmark = pytest.mark.usefixtures("stand_in_engine")


class Fails(stand_in.Engine):
    """An engine on which scenarios of 70 weeks fail."""

    def replicate(self, replication, seed, uniforms=None):
        if self.plan.weeks == 70:
            raise OverflowError("the ticket ring is full")
        return super().replicate(replication, seed, uniforms)


@pytest.fixture
def other_file(tmp_path):
    """The path of a file with a scenario of 70 weeks."""
    path = tmp_path / "other.yaml"
    path.write_text(sim.load(stand_in.SCENARIO | {"name": "other", "horizon_weeks": 70}).to_yaml())
    return str(path)


def test_each_has_the_bytes_of_a_run_alone(scaleup, scenario_file, other_file, tmp_path):
    code, told, _ = scaleup("run", scenario_file, other_file, "--replications", 20, "--out", tmp_path / "both")
    assert code == 0
    assert told.index("Written to " + str(tmp_path / "both" / "stand-in")) < told.index("other  20 replications")
    for file, name in ((scenario_file, "stand-in"), (other_file, "other")):
        scaleup("run", file, "--replications", 20, "--out", tmp_path / "alone")
        assert content(tmp_path / "both" / name) == content(tmp_path / "alone" / name)
    assert not (tmp_path / "both" / "suite.json").exists()


def test_precision_is_told_of_each(scaleup, scenario_file, other_file):
    arguments = ("run", scenario_file, other_file, "--replications", 20, "--until-precision", "success=0.2", "--json")
    code, told, err = scaleup(*arguments)
    assert code == 0
    assert len(json.loads(told)) == 2
    assert [line.split(" ± ")[0][:18] for line in err.splitlines()] == ["stand-in: success:", "other: success: 0."]


def test_one_that_fails_leaves_the_other_alone(scaleup, scenario_file, other_file, monkeypatch, tmp_path):
    stand_in.install(monkeypatch, Fails)
    arguments = ("run", other_file, scenario_file, "--replications", 20, "--json", "--out", tmp_path)
    code, told, err = scaleup(*arguments)
    assert code == 1
    assert [of["scenario"] for of in json.loads(told)] == ["stand-in"]
    assert "other has no result: replication 0 with seed 1 failed: OverflowError: the ticket ring is full" in err
    stand_in.install(monkeypatch)
    code, told, _ = scaleup(*arguments, "--resume")
    assert code == 0
    assert [of["replications"] for of in json.loads(told)] == [20, 20]


def test_an_interruption_tells_what_had_not_begun(scaleup, scenario_file, other_file, monkeypatch):
    class Interrupted(stand_in.Engine):
        def replicate(self, replication, seed, uniforms=None):
            if replication == 5:
                raise KeyboardInterrupt
            return super().replicate(replication, seed, uniforms)

    stand_in.install(monkeypatch, Interrupted)
    code, told, err = scaleup("run", scenario_file, other_file, "--jobs", 1)
    assert code == 1
    assert "interrupted: 5 of 200 replications, seed 1" in told
    assert "Interrupted: what was finished is kept; not begun: other." in err


def test_nothing_is_run_when_one_of_the_folders_cannot_be_used(scaleup, scenario_file, other_file, tmp_path):
    scaleup("run", other_file, "--replications", 20, "--out", tmp_path / "out")
    code, told, err = scaleup("run", scenario_file, other_file, "--seed", 2, "--out", tmp_path / "out")
    assert (code, told) == (2, "")
    assert "seed 1, now 2" in err
    assert not list((tmp_path / "out").glob("stand-in/*"))


def test_parts_of_a_suite_with_one_that_fails_are_merged(scaleup, scenario_file, other_file, monkeypatch, tmp_path):
    stand_in.install(monkeypatch, Fails)
    suite = tmp_path / "pair.yaml"
    suite.write_text(f"name: pair\nbaseline: stand-in\nscenarios: [{other_file}, {scenario_file}]\n")
    arguments = ("run", suite, "--replications", 60)
    scaleup(*arguments, "--out", tmp_path / "whole")
    parts = [tmp_path / f"part-{index}" for index in (1, 2)]
    for index, part in enumerate(parts, start=1):
        assert scaleup(*arguments, "--shard", f"{index}/2", "--out", part)[0] == 1
    code, told, _ = scaleup("merge", *parts, "--out", tmp_path / "merged")
    assert code == 1
    assert "other has no result: replication 0 with seed 1 failed" in told
    for name in ("suite.json", "suite.csv"):
        assert (tmp_path / "merged" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    with pytest.warns(sim.ResultWarning, match="other has no result"):
        assert [of.scenario.name for of in sim.merge(parts, tmp_path / "again")] == ["stand-in"]
    with pytest.raises(sim.ReplicationError, match="the ticket ring is full"):
        sim.merge([part / "other" for part in parts], tmp_path / "alone")
