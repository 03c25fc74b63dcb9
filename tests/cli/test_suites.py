"""`scaleup run`, `validate` and `merge` with a suite."""

from __future__ import annotations

import csv
import json

import pytest

import simulator as sim
from tests.experiment.routes import content

pytestmark = pytest.mark.usefixtures("stand_in_engine")

SUITE = """\
name: pair
baseline: stand-in
scenarios:
  - stand-in.yaml
sweeps:
  - {scenario: stand-in.yaml, name: desk, grid: {support.tiers.tier1.agents: [3, 9]}}
"""
NAMES = ["stand-in", "desk-agents-3", "desk-agents-9"]


@pytest.fixture
def suite_file(tmp_path, scenario_file):
    path = tmp_path / "pair.yaml"
    path.write_text(SUITE)
    return path


def test_run_prints_one_table_and_writes_one(scaleup, suite_file, tmp_path):
    code, told, _ = scaleup("run", suite_file, "--replications", 20, "--out", tmp_path / "out")
    assert code == 0
    assert told.startswith("pair  3 scenarios, 20 replications each, seed 1\n")
    for name in NAMES:
        assert told.count(f"\n{name} ") == 1
    assert "difference from stand-in over the same replications" in told
    assert told.splitlines()[-1].endswith("suite.csv, suite.json, and a folder for each scenario")
    with (tmp_path / "out" / "suite.csv").open(newline="") as file:
        assert [row["set.support.tiers.tier1.agents"] for row in csv.DictReader(file)] == ["", "3", "9"]
    assert sim.read_result(tmp_path / "out" / "desk-agents-9").replications_done == 20


def test_measures_without_room_are_named(scaleup, suite_file):
    names = "adoption_final, funded_week, weeks_to_scale, success_probability, funded_share, users_lost"
    suite_file.write_text(f"{SUITE}measures: [{names}]\n")
    code, told, _ = scaleup("run", suite_file, "--replications", 20)
    assert code == 0
    assert "Adoption at the end" in told
    assert "Users lost for good" not in told
    _, _, left = " ".join(told.split()).partition("No room for ")
    assert names.endswith(left.partition(":")[0])
    assert "funded_share, users_lost: they stand in suite.csv" in left


def test_json_has_an_object_per_scenario(scaleup, suite_file):
    code, told, _ = scaleup("run", suite_file, "--replications", 8, "--set", "pilot.weeks=15", "--json")
    assert code == 0
    summaries = json.loads(told)
    assert [of["scenario"] for of in summaries] == NAMES
    assert summaries[0]["suite"] == {"name": "pair", "baseline": "stand-in", "swept": {}, "differences": {}}
    assert summaries[2]["suite"]["swept"] == {"support.tiers.tier1.agents": 9}
    assert summaries[2]["suite"]["differences"]["success_probability"]["value"] == 0.0
    expected = sim.load(suite_file.with_name("stand-in.yaml")).with_changes({"pilot.weeks": 15})
    assert summaries[0]["scenario_hash"] == expected.hash


def test_variance_is_told_for_each_scenario(scaleup, suite_file, tmp_path):
    arguments = ("run", suite_file, "--replications", 12, "--variance", "--out", tmp_path / "out")
    code, told, _ = scaleup(*arguments)
    assert code == 0
    for name in NAMES:
        assert f"How much of the variance of {name} is not knowing the inputs" in told
    code, told, _ = scaleup(*arguments, "--json")
    assert code == 0
    for summary in json.loads(told):
        written = tmp_path / "out" / summary["scenario"] / "variance.json"
        assert summary["variance"] == json.loads(written.read_text())


def test_parts_are_merged_with_their_table(scaleup, suite_file, tmp_path):
    scaleup("run", suite_file, "--replications", 12, "--out", tmp_path / "whole")
    parts = [tmp_path / f"part-{index}" for index in (1, 2)]
    for index, part in enumerate(parts, start=1):
        assert scaleup("run", suite_file, "--replications", 12, "--shard", f"{index}/2", "--out", part)[0] == 0
    code, told, _ = scaleup("merge", *parts, "--out", tmp_path / "merged")
    assert code == 0
    assert told.startswith("pair  3 scenarios, 12 replications each")
    assert (tmp_path / "merged" / "suite.csv").read_bytes() == (tmp_path / "whole" / "suite.csv").read_bytes()
    assert content(tmp_path / "merged" / NAMES[1]) == content(tmp_path / "whole" / NAMES[1])


def test_validate_tells_the_scenarios(scaleup, suite_file):
    code, told, _ = scaleup("validate", suite_file)
    assert code == 0
    assert f"fine. 3 scenarios: {', '.join(NAMES)}; the baseline is stand-in. 200 replications each take" in told


def test_a_bad_suite_is_told_with_its_place(scaleup, suite_file):
    suite_file.write_text(SUITE.replace("grid", "gird"))
    for command in ("run", "validate"):
        code, told, err = scaleup(command, suite_file)
        assert (code, told) == (2, "")
        assert 'pair.yaml:6:43: sweeps.desk.gird: unknown key "gird"' in err
        assert 'did you mean "grid"?' in err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--overlay", "support-early"], "its file says which overlays it has"),
        (["--set", "support.tiers.tier1.agents=4"], "found a value for what pair sweeps"),
        (["{scenario}"], 'found "stand-in" more than once'),
        (["suites/remedies", "--out", "{scenario}"], "give each suite a folder"),
    ],
)
def test_what_does_not_go_with_a_suite_is_refused(scaleup, suite_file, scenario_file, options, message):
    code, told, err = scaleup("run", suite_file, *(option.format(scenario=scenario_file) for option in options))
    assert (code, told) == (2, "")
    assert message in " ".join(err.replace("│", " ").split())


def test_a_suite_is_no_scenario(scaleup, suite_file):
    code, _, err = scaleup("show", suite_file)
    assert code == 2
    assert "found a suite of scenarios; allowed: a scenario; run a suite with scaleup run" in err
