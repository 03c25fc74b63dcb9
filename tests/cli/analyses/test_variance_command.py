"""`scaleup variance`, and the option of `run` that shares its code."""

from __future__ import annotations

import json

import pytest

import simulator as sim
from simulator.cli.exit_codes import BAD, DONE, FAILED, INTERRUPTED
from tests.experiment import stand_in
from tests.experiment.stand_in import SCENARIO

pytestmark = pytest.mark.usefixtures("stand_in_engine")


@pytest.fixture
def two_files(tmp_path, scenario_file):
    """Two scenarios."""
    other = tmp_path / "other.yaml"
    other.write_text(sim.load(SCENARIO | {"name": "other", "horizon_weeks": 50}).to_yaml())
    return [scenario_file, str(other)]


@pytest.mark.parametrize("design", ["random", "sobol"])
def test_command_and_option_write_the_same_bytes(scaleup, scenario_file, tmp_path, design):
    options = [scenario_file, "--replications", 12, "--seed", 3, "--design", design, "--set", "pilot.weeks=14"]
    assert scaleup("run", *options, "--variance", "--out", tmp_path / "run")[0] == DONE
    code, told, _ = scaleup("variance", *options, "--out", tmp_path / "variance")
    assert code == DONE
    assert told.startswith("Ignorance or chance? How much of the variance of stand-in is not knowing the inputs\n")
    assert told.endswith(f"intervals.\nWritten to {tmp_path / 'variance' / 'stand-in'}\n")
    folders = [tmp_path / name / "stand-in" for name in ("run", "variance")]
    assert len({(folder / "variance.json").read_bytes() for folder in folders}) == 1
    assert len({(folder / "weekly.parquet").read_bytes() for folder in folders}) == 1


def test_json_is_what_is_written_and_nothing_else(scaleup, two_files, tmp_path):
    options = [*two_files, "--replications", 12]
    code, told, err = scaleup("variance", *options, "--out", tmp_path / "out", "--json")
    assert (code, err) == (DONE, "")
    answers = json.loads(told)
    assert [of["scenario"] for of in answers] == ["stand-in", "other"]
    for of in answers:
        assert json.loads((tmp_path / "out" / of["scenario"] / "variance.json").read_text()) == of
    code, told, _ = scaleup("run", *options, "--variance", "--json")
    assert [summary["variance"] for summary in json.loads(told)] == answers


def test_several_scenarios_are_told_one_below_the_other(scaleup, two_files):
    code, told, _ = scaleup("variance", *two_files, "--replications", 12)
    assert code == DONE
    first, second = told.split("\n\n")
    assert "variance of stand-in is" in first
    assert "variance of other is" in second


def test_more_repeats(scaleup, scenario_file):
    code, told, _ = scaleup("variance", scenario_file, "--replications", 12, "--repeats", 3, "--jobs", 2)
    assert code == DONE
    assert "12 draws of the inputs, each simulated 3 times" in told
    code, told, _ = scaleup("variance", scenario_file, "--replications", 12, "--repeats", 3, "--json")
    assert json.loads(told)[0]["repeats"] == 3


def test_repeats_run_where_replications_run(monkeypatch, scaleup, scenario_file):
    places = []
    from simulator.experiment import execution

    class Workers(execution.Workers):
        def __init__(self, jobs, place="threads", executor=None):
            places.append(place)
            super().__init__(jobs, "threads", executor)

    monkeypatch.setattr("simulator.experiment.settings.Workers", Workers)
    options = [scenario_file, "--replications", 12, "--executor", "processes"]
    assert scaleup("variance", *options)[0] == scaleup("run", *options, "--variance")[0] == DONE
    assert places == ["processes"] * 4
    with pytest.raises(ValueError, match="executor is 'cloud'"):
        sim.run(SCENARIO, 12, jobs=1).variance(executor="cloud")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--replications", 5], "5 replications are too few to tell ignorance from chance; simulate 10 or more"),
        (["--executor", "dask"], "--executor dask and --scheduler ADDRESS go together"),
        (["--resume"], "--resume needs --out, the folder of the shards"),
        (["--design", "latin"], "'latin' is not one of 'random', 'sobol'"),
    ],
)
def test_what_the_option_refuses_the_command_refuses(scaleup, scenario_file, options, message):
    for command in (["run", "--variance"], ["variance"]):
        code, told, err = scaleup(*command, scenario_file, *options)
        assert (code, told) == (BAD, "")
        assert message in err


@pytest.mark.parametrize("repeats", [1, 1001])
def test_limits_of_repeats(scaleup, scenario_file, repeats):
    code, _, err = scaleup("variance", scenario_file, "--repeats", repeats)
    assert (code, "'--repeats'" in err) == (BAD, True)


class Interrupted(stand_in.Engine):
    """Interrupted in its first repeat, or in `at`, a replication."""

    at = None

    def replicate(self, replication, seed, uniforms=None):
        if (uniforms is not None) if self.at is None else (replication == self.at):
            raise KeyboardInterrupt
        return super().replicate(replication, seed, uniforms)


def test_ctrl_c_while_repeats_run(scaleup, monkeypatch, two_files, tmp_path):
    stand_in.install(monkeypatch, Interrupted)
    options = ["--jobs", 1, "--replications", 12, "--out", tmp_path / "out"]
    code, told, err = scaleup("variance", *two_files, *options)
    assert (code, told) == (FAILED, "")
    assert err == "Interrupted: what of the variance of stand-in is chance is not told.\n"
    assert sim.read_result(tmp_path / "out" / "other").complete


def test_ctrl_c_while_replications_run(scaleup, monkeypatch, scenario_file, tmp_path):
    monkeypatch.setattr(Interrupted, "at", 7)
    stand_in.install(monkeypatch, Interrupted)
    options = [scenario_file, "--jobs", 1, "--replications", 12]
    assert scaleup("variance", *options) == (INTERRUPTED, "", "Interrupted.\n")
    code, told, err = scaleup("variance", *options, "--out", tmp_path / "out")
    assert (code, told) == (FAILED, "")
    assert err == "Interrupted: what was finished is kept; go on with --resume.\n"
    stand_in.install(monkeypatch)
    code, told, _ = scaleup("variance", *options, "--out", tmp_path / "out", "--resume")
    assert code == DONE
    assert "12 draws of the inputs" in told


def test_replications_that_fail_are_told_and_the_others_repeated(scaleup, monkeypatch, scenario_file):
    class Fails(stand_in.Engine):
        def __init__(self, plan):
            super().__init__(plan, fails_at=9)

    stand_in.install(monkeypatch, Fails)
    code, told, err = scaleup("variance", scenario_file, "--replications", 20)
    assert code == FAILED
    assert "19 draws of the inputs" in told
    assert "1 of 20 replications are missing" in err


def test_a_suite_is_asked_scenario_by_scenario(scaleup, tmp_path, scenario_file):
    file = tmp_path / "two.yaml"
    file.write_text(
        f"name: two\nscenarios:\n- {scenario_file}\n"
        f"- {{scenario: {scenario_file}, name: later, set: {{pilot.weeks: 14}}}}\n"
    )
    code, told, _ = scaleup("variance", file, "--replications", 12, "--out", tmp_path / "out")
    assert code == DONE
    assert told.count("Ignorance or chance?") == 2
    assert (tmp_path / "out" / "later" / "variance.json").exists()
    assert (tmp_path / "out" / "suite.csv").exists()


@pytest.mark.parametrize("command", [["run", "--variance"], ["variance"]])
def test_strange_things_in_the_place_of_the_answer_are_told_before_the_run(
    scaleup, monkeypatch, scenario_file, tmp_path, command
):
    options = [*command, scenario_file, "--replications", 12, "--out", tmp_path / "out"]
    place = tmp_path / "out" / "stand-in"
    place.mkdir(parents=True)
    (place / ".variance.json.abcd1234").touch()
    assert scaleup(*options)[0] == DONE
    assert not (place / ".variance.json.abcd1234").exists()
    (place / "variance.json").rename(tmp_path / "elsewhere")
    (place / "variance.json").symlink_to(tmp_path / "elsewhere")
    stand_in.install(monkeypatch, None)
    code, told, err = scaleup(*options)
    assert (code, told) == (BAD, "")
    assert "variance.json is a link where a file of ours belongs" in err
