"""Suite files: what they stand for, and what is said of wrong ones."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from simulator.scenario import (
    SUITES,
    ScenarioError,
    is_suite,
    load,
    load_suite,
    read_suite_file,
    shipped_folder,
    shipped_names,
    template,
)
from simulator.scenario.schema import SUITE_FILE, schema_text, suite_json_schema
from tests.scenario.conftest import MINIMAL
from tests.scenario.test_schema import plain

SUITE = """\
name: staffing
baseline: busy
measures: [npv, visits_tier1]
scenarios:
  - demo.yaml
  - {scenario: demo.yaml, name: busy, set: {support.tiers.tier1.agents: 9}}
  - {scenario: demo.yaml, name: longer, overlays: [longer.yaml], set: {sites.*.data_quality: 0.5}}
sweeps:
  - scenario: demo.yaml
    name: desk
    set: {horizon_weeks: 120}
    grid:
      support.tiers.tier1.agents: {from: 2, to: 4, step: 2}
      rollout.time_scale: [0.5, 1]
  - scenario: demo.yaml
    points:
      - {name: clean, set: {sites.*.data_quality: 0.9, pilot.weeks: 14}}
"""
LONGER = "extends: demo.yaml\nhorizon_weeks: 150\n"


@pytest.fixture
def suite_file(write: Callable[..., Path]) -> Callable[[str], Path]:
    """Write a suite beside the scenario demo.yaml and an overlay of it."""
    write(MINIMAL)
    write(LONGER, "longer.yaml")
    return lambda text: write(text, "suite.yaml")


def test_scenarios_then_sweeps_each_under_its_name(suite_file: Callable[[str], Path], tmp_path: Path) -> None:
    suite = load_suite(suite_file(SUITE))
    assert (suite.name, suite.baseline, suite.measures) == ("staffing", "busy", ("npv", "visits_tier1"))
    assert suite.names == (
        "demo", "busy", "longer", "desk-agents-2-time-scale-0-5", "desk-agents-2-time-scale-1",
        "desk-agents-4-time-scale-0-5", "desk-agents-4-time-scale-1", "demo-clean",
    )  # fmt: skip
    assert [dict(member.swept) for member in suite.members[2:5]] == [
        {},
        {"support.tiers.tier1.agents": 2, "rollout.time_scale": 0.5},
        {"support.tiers.tier1.agents": 2, "rollout.time_scale": 1},
    ]
    demo = load(tmp_path / "demo.yaml")
    assert suite.scenarios[0].hash == demo.hash
    expected: list[dict[str, Any]] = [
        {"name": "busy", "support.tiers.tier1.agents": 9},
        {"name": "longer", "horizon_weeks": 150, "sites.*.data_quality": 0.5},
        {
            "name": "desk-agents-2-time-scale-0-5",
            "horizon_weeks": 120,
            "support.tiers.tier1.agents": 2,
            "rollout.time_scale": 0.5,
        },
    ]
    assert [of.hash for of in suite.scenarios[1:4]] == [demo.with_changes(changes).hash for changes in expected]


def test_the_first_is_the_baseline_where_none_is_named(minimal: dict[str, Any], suite_file: Any) -> None:
    assert load_suite(suite_file(SUITE.replace("baseline: busy\n", ""))).baseline == "demo"


@pytest.mark.parametrize(
    ("steps", "counted"),
    [
        ({"from": 0.1, "to": 0.5, "step": 0.1}, (0.1, 0.2, 0.3, 0.4, 0.5)),
        ({"from": 1, "to": 2, "step": 0.4}, (1, 1.4, 1.8)),
        ({"from": -4, "to": 4, "step": 4}, (-4, 0, 4)),
    ],
)
def test_steps_are_counted_without_rounding_errors(steps: dict[str, float], counted: tuple[float, ...]) -> None:
    from simulator.scenario.files.suite_file import values

    assert values(steps) == counted
    assert [type(value) for value in values(steps)] == [type(value) for value in counted]


def test_names_tell_paths_and_values_apart() -> None:
    from simulator.scenario.files.suite_file import short_names, slug

    assert short_names(["support.tiers.tier1.agents", "support.tiers.tier2.agents"]) == ["tier1-agents", "tier2-agents"]
    assert short_names(["sites.*.data_quality"]) == ["data-quality"]
    values = (0.5, 5.0, -3, True, None, "on_date", {"p10": 1, "p50": 2, "p90": 3})
    told = [slug(value) for value in values]
    assert told == ["0-5", "5", "minus-3", "true", "null", "on-date", "p10-1-p50-2-p90-3"]


def test_changes_reach_every_scenario_but_not_what_is_swept(suite_file: Any) -> None:
    suite = load_suite(suite_file(SUITE))
    changed = suite.with_changes({"rollout.funding_delay_weeks": 9})
    assert {of.rollout.funding_delay_weeks.value for of in changed.scenarios} == {9}
    assert changed.names == suite.names
    with pytest.raises(ScenarioError, match=r"rollout\.time_scale: found a value for what staffing sweeps"):
        suite.with_changes({"rollout.time_scale": 2})


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("baseline: busy", "baseline: bussy", ['suite.yaml:2:11: baseline: found "bussy"', 'did you mean "busy"?']),
        ("npv, visits", "nvp, visits", ['suite.yaml:3:12: measures.0: found "nvp"', 'did you mean "npv"?']),
        ("npv, visits_tier1", "npv, npv", ['suite.yaml:3:17: measures.1: found name "npv" again']),
        ("sweeps:", "sweps:", ['suite.yaml:8:1: sweps: unknown key "sweps"', 'did you mean "sweeps"?']),
        ("  - demo.yaml\n", "  - dema.yaml\n", ["suite.yaml:5:5: scenarios.0: found", 'did you mean "demo.yaml"?']),
        ("[longer.yaml]", "[support-erly]", ["overlays.0: found", '"support-early"?']),
        ("[longer.yaml]", "[demo.yaml]", ["demo.yaml: extends: missing; allowed: overlays"]),
        ("agents: 9}", "agants: 9}", ["suite.yaml:6:", 'unknown key "agants"', 'did you mean "agents"?']),
        ("agents: 9}", "agents: few}", ["suite.yaml:6:73: ", 'found text "few"']),
        ("name: busy, ", "", ['suite.yaml:6:5: scenarios.1: found name "demo" again', "give it a name of its own"]),
        ("name: longer", "name: busy", ['suite.yaml:7:5: scenarios.2: found name "busy" again']),
        ("rollout.time_scale: [", "rollout.timescale: [", ['unknown key "timescale"', 'did you mean "time_scale"?']),
        ("rollout.time_scale: [", "rolout.time_scale: [", [':14:', 'found no "rolout"', 'did you mean "rollout"?']),
        ("[0.5, 1]", "[0.5, -1]", ["suite.yaml:14:33: ", "found number -1"]),
        ("[0.5, 1]", "[0.5, 0.5]", ["suite.yaml:14:33: ", "found number 0.5 again"]),
        ("[0.5, 1]", "[]", ["allowed: a list of values, or {from:, to:, step:}"]),
        ("step: 2}", "stop: 2}", ['unknown key "stop"', 'did you mean "step"?']),
        ("step: 2}", "step: 0}", ["suite.yaml:13:58: ", "found number 0; allowed: above 0"]),
        ("to: 4,", "to: 2,", ["found number 2; allowed: above from, 2"]),
        ("step: 2}", "step: 0.001}", ["found 2,001 values; allowed: at most 500"]),
        ("{from: 2, to: 4, step: 2}", "{from: 1, to: 400, step: 1}", ["found 804 scenarios in all; allowed: at most"]),
        ("set: {horizon_weeks: 120}", "set: {rollout.time_scale: 2}", ["which stands under set too"]),
        ("set: {horizon_weeks: 120}", "set: {horizon_weeks: 2}", ["suite.yaml:9:5: sweeps.desk: pilot.weeks: "]),
        ("set: {horizon_weeks: 120}", "set: {name: x}", ["found a name among changes"]),
        ("name: desk", f"name: {'d' * 60}", ["of more than 64 characters, such as ddd"]),
        ("    points:\n", "    grid: {pilot.weeks: [9]}\n    points:\n", ["found a grid and points; needed: either"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(
    suite_file: Callable[[str], Path], old: str, new: str, told: list[str]
) -> None:
    assert old in SUITE
    with pytest.raises(ScenarioError) as caught:
        load_suite(suite_file(SUITE.replace(old, new, 1)))
    print(caught.value)
    assert len(caught.value.problems) == 1 + ("horizon_weeks: 2}" in new)
    for part in told:
        assert part in str(caught.value)


@pytest.mark.parametrize("text", ["name: x\nscenarios: []\n", "name: x\nsweeps: []\n", "scenarios: [3]\n"])
def test_an_empty_suite_is_refused(suite_file: Callable[[str], Path], text: str) -> None:
    with pytest.raises(ScenarioError, match=r"suite\.yaml:\d+:\d+"):
        load_suite(suite_file(text))


def test_suites_and_scenarios_are_told_apart(write: Callable[..., Path], suite_file: Callable[[str], Path]) -> None:
    path = suite_file(SUITE)
    assert is_suite(path)
    assert is_suite(suite_file("name: x\nscenarois: [demo]\n"))
    assert not is_suite(write(MINIMAL))
    assert not is_suite(write("name: x\nsiets: []\n"))
    assert not is_suite(write("name: x\nhorizon_weeks: 4\nscenarois: []\n"))
    with pytest.raises(ScenarioError, match=r"found a suite of scenarios; allowed: a scenario"):
        load(suite_file(SUITE))


def test_the_committed_schema_has_not_drifted_and_agrees_with_the_loader(repository: Path) -> None:
    committed = (repository / "scenarios" / SUITE_FILE).read_text(encoding="utf-8")
    assert committed == schema_text(suite=True), "run: python -m simulator.scenario.schema"
    Draft202012Validator.check_schema(json.loads(committed))
    validator = Draft202012Validator(suite_json_schema())
    assert [error.message for error in validator.iter_errors(plain(SUITE))] == []
    for old, new in [("sweeps:", "sweps:"), ("step: 2}", "stop: 2}"), ("[0.5, 1]", "[]"), ("name: desk", "name: D")]:
        assert not validator.is_valid(plain(SUITE.replace(old, new)))


def test_the_documented_suite_is_one(write: Callable[..., Path], repository: Path) -> None:
    write(template("my-plan"), "my-plan.yaml")
    document = (repository / "docs" / "experiments.md").read_text(encoding="utf-8")
    (text,) = (block for block in re.findall(r"```yaml\n(.*?)```", document, flags=re.DOTALL) if "sweeps:" in block)
    suite = load_suite(write(text, "help-desk.yaml"))
    assert suite.names[:5] == (
        "as-planned", "team-gone", "my-plan", "typical-programme", "desk-agents-2-documentation-quality-0-2",
    )  # fmt: skip
    assert suite.names[-2:] == ("retail-chatbot-small", "retail-chatbot-large")
    assert len(suite.names) == 14


@pytest.mark.parametrize("name", shipped_names(SUITES))
def test_shipped_suites_load_and_fit_their_schema(name: str) -> None:
    text = (shipped_folder() / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.startswith(f"# yaml-language-server: $schema=../{SUITE_FILE}\n")
    assert Draft202012Validator(suite_json_schema()).is_valid(plain(text))
    suite = load_suite(name)
    assert f"{SUITES}/{suite.name}" == name
    assert len(suite.members) == read_suite_file(name).size >= 7
    assert suite.description
