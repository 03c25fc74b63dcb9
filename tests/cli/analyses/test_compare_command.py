"""`scaleup compare`: what it takes for a plan, what it reuses, and what it refuses before anything runs."""

from __future__ import annotations

import json

import pytest

import simulator as sim
from simulator.analysis.compare import Comparison
from simulator.cli.exit_codes import BAD, DONE, FAILED, INTERRUPTED
from tests.experiment import stand_in
from tests.experiment.stand_in import SCENARIO

pytestmark = pytest.mark.usefixtures("stand_in_engine")

LATER = {"name": "later", "pilot": SCENARIO["pilot"] | {"weeks": 14}}


@pytest.fixture
def two_files(tmp_path, scenario_file):
    """Two plans."""
    other = tmp_path / "later.yaml"
    other.write_text(sim.load(SCENARIO | LATER).to_yaml())
    return [scenario_file, str(other)]


@pytest.fixture
def nothing_runs(monkeypatch):
    """From when it is called on, no replication can be run."""

    def forbid():
        class Forbidden(stand_in.Engine):
            def replicate(self, replication, seed, uniforms=None):
                raise AssertionError("a replication was run")

        def build(*_):
            raise AssertionError("a plan was laid out")

        stand_in.install(monkeypatch, Forbidden)
        monkeypatch.setattr("simulator.engine.build", build)

    return forbid


def test_plans_are_compared_written_and_told_as_json(scaleup, two_files, tmp_path):
    out = tmp_path / "out"
    code, told, err = scaleup("compare", *two_files, "--replications", 20, "--out", out)
    assert (code, err) == (DONE, "")
    assert told.startswith("Plans compared  2 plans, the same 20 replications of each, seed 1\n")
    assert "\nB later against A stand-in\n" in told
    assert told.endswith(f"Written to {out / 'compare.json'}\n")
    assert sorted(path.name for path in out.iterdir()) == ["compare.json", "compare.svg", "later", "stand-in"]
    content = json.loads((out / "compare.json").read_text())
    assert [plan["scenario"] for plan in content["plans"]] == ["stand-in", "later"]
    code, told, err = scaleup("compare", *two_files, "--replications", 20, "--json")
    assert (code, err) == (DONE, "")
    assert json.loads(told) == [content]
    found = sim.compare(two_files, replications=20, progress=False)
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False)) == content
    for line in content["sentences"]:
        assert line in " ".join(scaleup("compare", *two_files, "--replications", 20)[1].split())


def test_what_is_there_is_not_simulated_again(scaleup, two_files, tmp_path, nothing_runs):
    out, options = tmp_path / "out", ["--replications", 20, "--seed", 3]
    assert scaleup("run", two_files[1], *options, "--out", out)[0] == DONE  # by another command
    first = scaleup("compare", *two_files, *options, "--out", out)
    assert first[0] == DONE
    written = (out / "compare.json").read_bytes()
    nothing_runs()
    assert scaleup("compare", *two_files, *options, "--out", out) == first
    assert (out / "compare.json").read_bytes() == written
    folders = [out / "stand-in", out / "later"]
    code, told, _ = scaleup("compare", *folders)
    assert code == DONE
    assert f"{told}Written to {out / 'compare.json'}\n" == first[1]
    code, told, _ = scaleup("compare", *folders, *options, "--json")
    assert json.loads(told)[0] == json.loads(written)
    (tmp_path / "alone").mkdir()
    (out / "later").rename(tmp_path / "alone" / "later")
    assert scaleup("compare", out / "stand-in", tmp_path / "alone")[0] == DONE  # the only result in a folder


def test_more_replications_keep_those_that_are_there(scaleup, two_files, tmp_path, monkeypatch):
    out = tmp_path / "out"
    assert scaleup("compare", *two_files, "--replications", 12, "--out", out)[0] == DONE
    ran = []

    class Noting(stand_in.Engine):
        def replicate(self, replication, seed, uniforms=None):
            ran.append(replication)
            return super().replicate(replication, seed, uniforms)

    stand_in.install(monkeypatch, Noting)
    assert scaleup("compare", *two_files, "--replications", 20, "--out", out)[0] == DONE
    assert sorted(ran) == sorted([*range(12, 20)] * 2)


def test_what_is_damaged_is_mended_where_it_may_be_and_else_refused(scaleup, two_files, tmp_path):
    out, options = tmp_path / "out", ["--replications", 12]
    first = scaleup("compare", *two_files, *options, "--out", out)
    table = out / "later" / "replications.parquet"
    table.write_bytes(table.read_bytes()[:-9])
    code, told, err = scaleup("compare", out / "stand-in", out / "later")
    assert (code, told) == (BAD, "")
    assert f"damaged: {table} (wrong checksum)" in err
    assert scaleup("compare", *two_files, *options, "--out", out) == first
    assert sim.read_result(out / "later").complete


def test_a_stored_plan_beside_a_new_one_gives_it_seed_and_replications(scaleup, two_files, tmp_path):
    assert scaleup("run", two_files[0], "--replications", 20, "--seed", 5, "--out", tmp_path / "out")[0] == DONE
    code, told, _ = scaleup("compare", tmp_path / "out" / "stand-in", two_files[1])
    assert code == DONE
    assert "the same 20 replications of each, seed 5" in told
    assert told == scaleup("compare", *two_files, "--replications", 20, "--seed", 5)[1]


def test_names_twice_get_their_letter(scaleup, tmp_path, scenario_file):
    for folder, weeks in (("one", 12), ("two", 14)):
        options = ["--set", f"pilot.weeks={weeks}", "--replications", 12, "--out", tmp_path / folder]
        assert scaleup("run", scenario_file, *options)[0] == DONE
    code, told, _ = scaleup("compare", tmp_path / "one", tmp_path / "two")
    assert code == DONE
    assert "B stand-in-b against A stand-in" in told
    assert "the same plan" not in told
    code, told, _ = scaleup("compare", scenario_file, scenario_file, "--replications", 12, "--out", tmp_path / "both")
    assert "B stand-in-b against A stand-in: the same plan, so that every number is the same." in told
    assert sorted(path.name for path in (tmp_path / "both").iterdir()) == ["compare.json", "compare.svg", "stand-in"]


def test_one_more_plan_with_an_overlay_or_a_change(scaleup, scenario_file, tmp_path):
    overlay = tmp_path / "long-pilot.yaml"
    overlay.write_text("extends: stand-in.yaml\nname: long-pilot\npilot: {weeks: 20}\n")
    more = ["--with", overlay, "--with", "pilot.weeks=14", "--set", "success.sustained_weeks=5"]
    code, told, err = scaleup("compare", scenario_file, *more, "--replications", 12, "--out", tmp_path / "out")
    assert (code, err) == (DONE, "")
    assert "C stand-in-with-weeks-14 against A stand-in" in told
    scenarios = [sim.read_result(tmp_path / "out" / name).scenario for name in ("stand-in", "stand-in-with-long-pilot")]
    assert [each.pilot.weeks for each in scenarios] == [sim.load(SCENARIO).pilot.weeks, 20]
    assert {each.success.sustained_weeks for each in scenarios} == {5}
    assert sim.read_result(tmp_path / "out" / "stand-in-with-weeks-14").scenario.pilot.weeks == 14
    code, told, _ = scaleup("compare", tmp_path / "out" / "stand-in", "--with", overlay, "--json")
    assert code == DONE
    plans = json.loads(told)[0]["plans"]
    assert plans[1]["scenario_hash"] == scenarios[1].hash


def test_other_measures(scaleup, two_files):
    code, told, _ = scaleup("compare", *two_files, "--replications", 12, "--measure", "users_lost", "--json")
    assert code == DONE
    assert {one["measure"] for one in json.loads(told)[0]["differences"]} == {"users_lost"}
    code, told, err = scaleup("compare", *two_files, "--measure", "users_lots")
    assert (code, told) == (BAD, "")
    assert "there is no measure 'users_lots'; did you mean 'users_lost'?" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ONE"], "there is 1 plan to compare; name from 2 to 26"),
        (["ONE"] * 27, "there are 27 plans to compare; name from 2 to 26"),
        (["ONE", "nowhere.yaml"], "nowhere.yaml: does not exist"),
        (["ONE", "TWO", "--replications", 0], "'--replications'"),
        (["ONE", "TWO", "--executor", "dask"], "--executor dask and --scheduler ADDRESS go together"),
        (["ONE", "TWO", "--until-precision", "npv=1"], "No such option: --until-precision"),
        (["ONE", "--with", "no.such.path=3"], 'no.such.path: found no "no"'),
        (["ONE", "suites/remedies"], "suites/remedies is a suite, which compares its scenarios itself"),
        (["STORED", "TWO", "--seed", 3], "the same seed only: STORED has 1; --seed says 3; run them alike"),
        (["STORED", "OTHER"], "the same replications only: STORED has 12; OTHER has 20; run them alike"),
        (["STORED", "TWO", "--set", "pilot.weeks=13"], "STORED holds a result, which can't be changed any more"),
        (["ABOVE", "TWO"], "ABOVE holds several results; name those you mean: OTHER, STORED"),
        (["EMPTY", "TWO"], "EMPTY holds no result (no manifest.json in it or one folder below)"),
        (["PART", "TWO"], "PART holds part 1/2 alone; put all together with scaleup merge"),
    ],
)
def test_what_can_not_be_compared_is_refused(scaleup, two_files, tmp_path, nothing_runs, arguments, message):
    above = tmp_path / "above"
    for file, name, options in ((0, "STORED", [12]), (1, "OTHER", [20]), (0, "PART", [12, "--shard", "1/2"])):
        if {name, "ABOVE"} & set(arguments):
            folder = above if name != "PART" else tmp_path
            assert scaleup("run", two_files[file], "--replications", *options, "--out", folder)[0] == DONE
    (tmp_path / "empty").mkdir()
    places = {
        "ONE": two_files[0],
        "TWO": two_files[1],
        "STORED": above / "stand-in",
        "OTHER": above / "later",
        "ABOVE": above,
        "EMPTY": tmp_path / "empty",
        "PART": tmp_path / "stand-in",
    }
    nothing_runs()
    code, told, err = scaleup("compare", *(places.get(each, each) for each in arguments))
    assert (code, told) == (BAD, "")
    for name, place in places.items():
        message = message.replace(name, str(place))
    assert message in err


def test_results_of_other_versions_are_refused_beside_new_ones(scaleup, two_files, tmp_path, monkeypatch):
    for file in two_files:
        assert scaleup("run", file, "--replications", 12, "--out", tmp_path)[0] == DONE
    older = json.loads((tmp_path / "stand-in" / "manifest.json").read_text())["versions"] | {"numpy": "0.1"}
    monkeypatch.setattr("simulator.analysis.frame.runs.versions", lambda: older)
    code, told, err = scaleup("compare", tmp_path / "stand-in", two_files[1])
    assert (code, told) == (BAD, "")
    assert "was computed by other versions than what would be simulated beside it (numpy): run both again" in err
    assert scaleup("compare", tmp_path / "stand-in", tmp_path / "later")[0] == DONE  # these are of one version


def test_strange_things_in_the_place_of_the_answer_are_told_before_the_run(scaleup, two_files, tmp_path, nothing_runs):
    (tmp_path / "out" / "compare.json").mkdir(parents=True)
    nothing_runs()
    code, told, err = scaleup("compare", *two_files, "--out", tmp_path / "out")
    assert (code, told) == (BAD, "")
    assert "compare.json is a folder where a file of ours belongs" in err
    assert not (tmp_path / "out" / "stand-in").exists()


class Interrupted(stand_in.Engine):
    """Interrupted in a replication of the second plan."""

    def replicate(self, replication, seed, uniforms=None):
        if replication == 7:
            type(self).times += 1
            if type(self).times == 2:
                raise KeyboardInterrupt
        return super().replicate(replication, seed, uniforms)


def test_ctrl_c_keeps_what_is_there(scaleup, two_files, tmp_path, monkeypatch):
    Interrupted.times = 0
    stand_in.install(monkeypatch, Interrupted)
    options = [*two_files, "--jobs", 1, "--replications", 12]
    code, told, err = scaleup("compare", *options, "--out", tmp_path / "out")
    assert (code, told) == (FAILED, "")
    assert err == (
        "compare: interrupted before all plans were simulated; what was finished is kept, and the same call goes on "
        "with it\n"
    )
    assert not (tmp_path / "out" / "compare.json").exists()
    assert sim.read_result(tmp_path / "out" / "stand-in").complete
    code, told, _ = scaleup("compare", *options, "--out", tmp_path / "out")
    assert code == DONE
    assert "the same 12 replications of each" in told
    Interrupted.times = 0
    assert scaleup("compare", *options) == (INTERRUPTED, "", "Interrupted.\n")
    Interrupted.times = 0
    with pytest.raises(sim.Interrupted, match="interrupted before all plans"):
        sim.compare(two_files, replications=12, jobs=1, progress=False)


def test_replications_that_fail_are_left_out_of_the_pairs(scaleup, two_files, monkeypatch):
    class Fails(stand_in.Engine):
        def __init__(self, plan):
            super().__init__(plan, fails_at=9)

    stand_in.install(monkeypatch, Fails)
    code, told, err = scaleup("compare", *two_files, "--replications", 20)
    assert code == FAILED
    assert "the same 19 replications of each" in told
    assert err.count("1 of 20 replications are missing") == 2


def test_results_in_python(two_files):
    before, after = (sim.run(file, 20, 4, progress=False) for file in two_files)
    found = sim.compare([before, after])
    assert isinstance(found, Comparison)
    assert found.plans[1].result.seed == 4
    assert found.difference("adoption_final", "later").b.name == "later"
    assert sim.compare([before, SCENARIO | LATER], progress=False).sentences == found.sentences
    with pytest.raises(ValueError, match="compare whole results"):
        sim.compare([before.given("success"), after])
    with pytest.raises(ValueError, match="plans is str; it must be a list"):
        sim.compare("retail-chatbot")
    with pytest.raises(KeyError, match="no plan 'D'"):
        found.plan("D")


def test_the_help_says_what_may_be_compared(scaleup):
    code, told, _ = scaleup("compare", "--help")
    assert code == DONE
    assert "Compare plans replication by replication" in told
    assert "[default: (200, or that of the folders)]" in " ".join(told.replace("│", " ").split())
