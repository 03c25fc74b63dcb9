"""`scaleup compare --until-decided`: where it stops, that it goes on, and what it refuses."""

from __future__ import annotations

import json

import numpy as np
import pytest

import simulator as sim
from simulator.analysis.methods.always_valid import looks
from simulator.cli.exit_codes import BAD, DONE, FAILED
from tests.experiment import stand_in
from tests.experiment.stand_in import SCENARIO

WEEKS = 61
"""The horizon by which the stand-in knows the second plan."""


class Differing(stand_in.Engine):
    """The second plan succeeds in an eighth of the worlds in which the first does not."""

    ran = 0
    killed_at = 0

    def replicate(self, replication, seed, uniforms=None):
        Differing.ran += 1
        if Differing.ran == Differing.killed_at:
            raise KeyboardInterrupt
        found = super().replicate(replication, seed, uniforms)
        if self.plan.weeks == WEEKS and np.random.default_rng([seed, replication, 9]).random() < 0.125:
            found.measures["success"] = True
        return found


@pytest.fixture(autouse=True)
def engine(monkeypatch):
    stand_in.install(monkeypatch, Differing)
    monkeypatch.setattr(Differing, "ran", 0)


@pytest.fixture
def plans(tmp_path, scenario_file):
    """Two plans, the second of which is better."""
    other = tmp_path / "better.yaml"
    other.write_text(sim.load(SCENARIO | {"name": "better", "horizon_weeks": WEEKS}).to_yaml())
    return [scenario_file, str(other)]


def test_it_stops_where_it_is_decided_whatever_the_jobs_and_leaves_what_a_run_leaves(scaleup, plans, tmp_path):
    found = {}
    for jobs in (1, 3):
        out = tmp_path / f"out{jobs}"
        code, told, err = scaleup("compare", *plans, "--until-decided", "--jobs", jobs, "--out", out)
        assert (code, err) == (DONE, "")
        assert told.endswith(f"Written to {out / 'until_decided.json'}\n")
        found[jobs] = (out / "until_decided.json").read_bytes()
    assert found[1] == found[3]
    content = json.loads(found[1])
    stopped = content["replications"]
    assert (content["outcome"], content["better"]) == ("clear", "B")
    assert stopped in looks(10_000)[1:-1]
    before = looks(10_000)[looks(10_000).index(stopped) - 1]
    short = sim.compare(plans, before, until_decided=True, progress=False)
    assert short.outcome == "undecided"  # it was the first look that decides
    assert scaleup("run", plans[1], "--replications", stopped, "--out", tmp_path / "run")[0] == DONE
    for table in ("replications", "weekly", "sites"):
        files = [tmp_path / folder / "better" / f"{table}.parquet" for folder in ("run", "out1", "out3")]
        assert len({file.read_bytes() for file in files}) == 1
    assert json.loads(scaleup("compare", *plans, "--until-decided", "--json")[1]) == [content]
    assert sim.compare(plans, until_decided=True, progress=False).as_dict() == content


def test_stopped_and_asked_again_it_says_the_same_and_simulates_nothing_twice(scaleup, plans, tmp_path, monkeypatch):
    arguments = ("compare", *plans, "--until-decided", "--jobs", 1, "--out")
    assert scaleup(*arguments, tmp_path / "whole")[0] == DONE
    whole = Differing.ran
    for killed_at in (150, 210):  # in the second plan, and at the second look
        out = tmp_path / f"out{killed_at}"
        monkeypatch.setattr(Differing, "ran", 0)
        monkeypatch.setattr(Differing, "killed_at", killed_at)
        code, _, err = scaleup(*arguments, out)
        assert code == FAILED
        assert "interrupted" in err
        assert "the same call goes on with it" in err
        assert scaleup(*arguments, out)[0] == DONE
        assert Differing.ran == whole + 1
        for file in ("until_decided.json", "better/replications.parquet", "stand-in/weekly.parquet"):
            assert (out / file).read_bytes() == (tmp_path / "whole" / file).read_bytes()
    again = Differing.ran
    assert scaleup(*arguments, tmp_path / "whole")[0] == DONE
    assert Differing.ran == again


def test_at_most_so_many_and_a_difference_that_does_not_matter(scaleup, plans, scenario_file):
    code, told, _ = scaleup("compare", *plans, "--until-decided", "--replications", 30, "--json")
    assert code == DONE
    content = json.loads(told)[0]
    assert (content["outcome"], content["replications"], content["at_most"]) == ("undecided", 30, 30)
    assert content["needed"] > 30
    one_more = ("--with", "success.sustained_weeks=5")
    code, told, _ = scaleup("compare", scenario_file, *one_more, "--until-decided", "--matters", "0.05", "--json")
    content = json.loads(told)[0]
    assert (code, content["outcome"], content["matters"]) == (DONE, "smaller", 0.05)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ONE", "TWO", "THREE"], "--until-decided decides between two plans; there are 3"),
        (["ONE", "ONE"], "--until-decided needs two plans; these are one"),
        (["STORED", "TWO"], "a result that is there can't go on; name its scenario, and with --out the folder"),
        (["ONE", "TWO", "--design", "sobol"], "--design is 'sobol'; with --until-decided it must be random"),
        (["ONE", "OBSERVED"], "no bound for replications that an observed pilot weights"),
        (["ONE", "TWO", "--measure", "npv"], "--until-decided by npv needs --matters"),
        (["ONE", "DOLLARS", "--measure", "npv", "--matters", 9], "count money in different currencies"),
        (["ONE", "TWO", "--matters", 2], "--matters is 2.0; of a share it must be below 1: 0.02 is two"),
        (["ONE", "TWO", "--matters", 0], "--matters is 0.0; it must be a number above 0"),
        (["ONE", "TWO", "--matters", "nan"], "--matters is nan; it must be a number above 0"),
        (["ONE", "TWO", "--measure", "npv", "--measure", "success"], "--until-decided decides by one measure"),
        (["ONE", "TWO", "--measure", "succes"], "there is no measure 'succes'; did you mean 'success'?"),
    ],
)
def test_what_can_not_be_decided_is_refused(scaleup, plans, tmp_path, arguments, message):
    changed = {
        "THREE": {"name": "three", "horizon_weeks": 62},
        "DOLLARS": {"name": "dollars", "economics": {"currency": "USD"}},
        "OBSERVED": {"name": "observed", "pilot": SCENARIO["pilot"] | {"observed": {"accuracy": 0.9, "tasks": 100}}},
    }
    places = {"ONE": plans[0], "TWO": plans[1], "STORED": tmp_path / "kept" / "stand-in"}
    for name, changes in changed.items():
        places[name] = tmp_path / f"{name}.yaml"
        places[name].write_text(sim.load(SCENARIO | changes).to_yaml())
    if "STORED" in arguments:
        assert scaleup("run", plans[0], "--replications", 12, "--out", tmp_path / "kept")[0] == DONE
    ran = Differing.ran
    code, told, err = scaleup("compare", "--until-decided", *(places.get(each, each) for each in arguments))
    assert (code, told) == (BAD, "")
    assert message in " ".join(err.replace("│", " ").split())
    assert Differing.ran == ran


def test_what_goes_with_it_only():
    with pytest.raises(ValueError, match="matters goes with until_decided"):
        sim.compare(["typical-programme", "support-early"], matters=0.1)


def test_matters_alone_and_a_measure_that_is_not_there(scaleup, plans):
    code, _, err = scaleup("compare", *plans, "--matters", 0.1)
    assert (code, "--matters goes with --until-decided" in err) == (BAD, True)
    code, _, err = scaleup("compare", *plans, "--until-decided", "--measure", "npv", "--matters", 1)
    assert code == BAD
    assert "--until-decided needs a measure that both plans have; one lacks npv" in err
