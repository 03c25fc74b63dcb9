"""Malformed scenarios: each gives one clear error at its place, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.scenario import ScenarioError, load
from tests.scenario.conftest import MINIMAL

USERS = "users: 900"
ADDED = {
    # name: (text added at the end, path, part of the message)
    "unknown-section": ("suport: {}\n", "suport", 'did you mean "support"?'),
    "unknown-key": ("ai: {referense_accuracy: 0.9}\n", "ai.referense_accuracy", 'did you mean "reference_accuracy"?'),
    "unknown-tier": ("support: {tiers: {tier4: {agents: 3}}}\n", "support.tiers.tier4", "allowed: tier1, tier2, tier3"),
    "text-for-number": ("ai: {reference_accuracy: high}\n", "ai.reference_accuracy", 'found text "high"'),
    "text-number": ('ai: {reference_accuracy: "0.9"}\n', "ai.reference_accuracy", 'found text "0.9"'),
    "boolean-for-number": ("ai: {reference_accuracy: true}\n", "ai.reference_accuracy", "found true"),
    "null-for-number": ("ai: {reference_accuracy: null}\n", "ai.reference_accuracy", "found null"),
    "list-for-number": ("ai: {reference_accuracy: [1]}\n", "ai.reference_accuracy", "found a list of 1"),
    "list-for-section": ("ai: [1, 2]\n", "ai", "found a list of 2; allowed: a mapping with reference_accuracy"),
    "number-for-section": ("support: 3\n", "support", "found number 3"),
    "share-above-one": ("ai: {reference_accuracy: 1.2}\n", "ai.reference_accuracy", "allowed: from 0 to 1"),
    "negative-staff": ("data_science_team: {members: -1}\n", "data_science_team.members", "allowed: from 0 to 10000"),
    "half-a-person": ("data_science_team: {members: 2.5}\n", "data_science_team.members", "a whole number"),
    "zero-learning": ("users: {learning_weeks: 0}\n", "users.learning_weeks", "above 0"),
    "certain-trust": (
        "users: {segments: [{name: a, share: 1, initial_trust: 1}]}\npilot2: 1\n",
        "users.segments.a.initial_trust",
        "below 1",
    ),
    "no-as-bool": ("users: {initially_active: no}\n", "users.initially_active", "allowed: true or false"),
    "impossible-percentiles": ("ai: {half_life_weeks: {p10: 5, p50: 4, p90: 9}}\n", "ai.half_life_weeks", "p10 < p50"),
    "equal-percentiles": ("ai: {half_life_weeks: {p10: 5, p50: 5, p90: 9}}\n", "ai.half_life_weeks", "p10 < p50"),
    "percentile-at-bound": (
        "ai: {accuracy_floor: {p10: 0, p50: 0.2, p90: 0.5}}\n",
        "ai.accuracy_floor.p10",
        "above min",
    ),
    "percentile-beyond": ("ai: {accuracy_floor: {p10: 0.1, p50: 0.2, p90: 1.5}}\n", "ai.accuracy_floor.p90", "0 to 1"),
    "percentile-above-max": (
        "ai: {accuracy_floor: {p10: 0.1, p50: 0.2, p90: 0.5, max: 0.4}}\n",
        "ai.accuracy_floor.p90",
        "below max",
    ),
    "missing-percentile": ("ai: {accuracy_floor: {p10: 0.1, p50: 0.2}}\n", "ai.accuracy_floor", "missing p90"),
    "two-forms": ("ai: {accuracy_floor: {value: 1, uniform: {min: 0, max: 1}}}\n", "ai.accuracy_floor", "together"),
    "unknown-form": ("ai: {accuracy_floor: {unifrom: {min: 0, max: 1}}}\n", "ai.accuracy_floor", '"uniform"?'),
    "empty-form": ("ai: {accuracy_floor: {}}\n", "ai.accuracy_floor", "found an empty mapping"),
    "source-alone": ("ai: {accuracy_floor: {source: me}}\n", "ai.accuracy_floor", "allowed: a number"),
    "form-key": ("ai: {accuracy_floor: {uniform: {low: 0, max: 1}}}\n", "ai.accuracy_floor.uniform.low", "unknown key"),
    "form-scalar": ("ai: {accuracy_floor: {uniform: 3}}\n", "ai.accuracy_floor.uniform", "a mapping with min, max"),
    "uniform-upside-down": (
        "ai: {accuracy_floor: {uniform: {min: 1, max: 0}}}\n",
        "ai.accuracy_floor.uniform",
        "min < max",
    ),
    "uniform-beyond": (
        "ai: {accuracy_floor: {uniform: {min: 0, max: 2}}}\n",
        "ai.accuracy_floor.uniform",
        "from 0 to 1",
    ),
    "triangle": (
        "ai: {accuracy_floor: {triangular: {min: 0, mode: 2, max: 1}}}\n",
        "ai.accuracy_floor.triangular",
        "min <= mode <= max",
    ),
    "beta-sd": ("ai: {accuracy_floor: {beta: {mean: 0.5, sd: 0.6}}}\n", "ai.accuracy_floor.beta.sd", "below 0.5"),
    "lognormal-order": (
        "ai: {half_life_weeks: {lognormal: {median: 9, p90: 3}}}\n",
        "ai.half_life_weeks.lognormal",
        "<",
    ),
    "exponential-zero": (
        "ai: {half_life_weeks: {exponential: {mean: 0}}}\n",
        "ai.half_life_weeks.exponential.mean",
        "0",
    ),
    "gamma-sd": ("ai: {half_life_weeks: {gamma: {mean: 3, sd: 0}}}\n", "ai.half_life_weeks.gamma.sd", "above 0"),
    "empirical-empty": ("ai: {half_life_weeks: {empirical: []}}\n", "ai.half_life_weeks.empirical", "1 to 10000"),
    "empirical-text": ("ai: {half_life_weeks: {empirical: [1, x]}}\n", "ai.half_life_weeks.empirical.1", 'text "x"'),
    "empirical-beyond": (
        "ai: {accuracy_floor: {empirical: [0.1, 3]}}\n",
        "ai.accuracy_floor.empirical.1",
        "from 0 to 1",
    ),
    "confidence": ("ai: {accuracy_floor: {value: 0.3, confidence: hi}}\n", "ai.accuracy_floor.confidence", "medium"),
    "source-number": ("ai: {accuracy_floor: {value: 0.3, source: 3}}\n", "ai.accuracy_floor.source", "allowed: text"),
    "uncertain-types": (
        "edge_cases: {types_per_family: {p10: 1, p50: 2, p90: 3}}\n",
        "edge_cases.types_per_family",
        "a certain number",
    ),
    "too-many-types": ("edge_cases: {types_per_family: 5000}\n", "edge_cases.types_per_family", "from 1 to 4096"),
    "discount-one": ("edge_cases: {site: {share: 0.1, discount: 1}}\n", "edge_cases.site.discount", "below 1"),
    "concentration": (
        "edge_cases: {site: {share: 0.1, discount: 0.2, concentration: -0.5}}\n",
        "edge_cases.site.concentration",
        "above minus the discount, -0.2",
    ),
    "family-share": ("edge_cases: {site: {discount: 0.5}}\n", "edge_cases.site.share", "missing"),
    "edge-shares": (
        "edge_cases: {site: {share: 0.6}, organisation: {share: 0.5}}\n",
        "sites.plant-1",
        "edge cases of 1.1 of the tasks",
    ),
    "season-date": ("seasons: [{name: x, start: 13-01, end: 12-01}]\n", "seasons.x.start", "month-day"),
    "season-leap-day": ("seasons: [{name: x, start: 02-29, end: 12-01}]\n", "seasons.x.start", "29th of February"),
    "season-family": (
        "seasons: [{name: x, start: 11-01, end: 12-01, edge_case_share: 0.1}]\n",
        "seasons.x.edge_case_share",
        "edge_cases.season",
    ),
    "season-twice": (
        "seasons: [{name: x, start: 11-01, end: 12-01}, {name: x, start: 11-01, end: 12-01}]\n",
        "seasons.1.name",
        "each name once",
    ),
    "shift-shares": (
        "data_science_team: {shifts: [{days: all, start_hour: 0, end_hour: 24, share: 0.5}]}\n",
        "data_science_team.shifts",
        "add up to 1",
    ),
    "shift-day": (
        "data_science_team: {shifts: [{days: mon-fry, start_hour: 0, end_hour: 24}]}\n",
        "data_science_team.shifts.0.days",
        'did you mean "mon-fri"?',
    ),
    "shift-empty": (
        "data_science_team: {shifts: [{days: all, start_hour: 8, end_hour: 8}]}\n",
        "data_science_team.shifts.0",
        "a shift that lasts",
    ),
    "shift-hour": (
        "data_science_team: {shifts: [{days: all, start_hour: 8.5, end_hour: 9}]}\n",
        "data_science_team.shifts.0.start_hour",
        "whole number",
    ),
    "working-hours": ("users: {working_hours: {start_hour: 9, end_hour: 8}}\n", "users.working_hours", "start_hour <"),
    "utc-offset": ("data_science_team: {utc_offset_hours: 0.1}\n", "data_science_team.utc_offset_hours", "0.25"),
    "levels": ("support: {levels: {error: {tier1: 0.5}}}\n", "support.levels.error", "add up to 1"),
    "priorities": ("data_science_team: {priorities: [ticket, repair]}\n", "data_science_team.priorities", "once"),
    "priority": ("data_science_team: {priorities: [tickets]}\n", "data_science_team.priorities.0", '"ticket"?'),
    "criterion": (
        "success: {criteria: [{measure: adopton, at_least: 1}]}\n",
        "success.criteria.0.measure",
        '"adoption"?',
    ),
    "criterion-bound": ("success: {criteria: [{measure: adoption}]}\n", "success.criteria.0", "at_least, at_most"),
    "criterion-bounds": (
        "success: {criteria: [{measure: adoption, at_least: 0, at_most: 1}]}\n",
        "success.criteria.0",
        "found both",
    ),
    "window": ("success: {measure_window: ending}\n", "success.measure_window", "as_rolled_out"),
    "window-order": ("success: {measure_window: {from_week: 9, to_week: 3}}\n", "success.measure_window", "<="),
    "window-late": (
        "success: {measure_window: {from_week: 9, to_week: 300}}\n",
        "success.measure_window.to_week",
        "103",
    ),
    "lever-path": (
        "levers: [{path: support.tiers.tier1.agent, label: A, min: 1, max: 2, step: 1}]\n",
        "levers.0.path",
        'did you mean "agents"?',
    ),
    "lever-text": ("levers: [{path: name, label: A, min: 1, max: 2, step: 1}]\n", "levers.0.path", "no number"),
    "lever-null": ("levers: [{path: ai.retraining, label: A, min: 1, max: 2, step: 1}]\n", "levers.0.path", "null"),
    "lever-range": (
        "levers: [{path: sites.*.data_quality, label: A, min: 0, max: 2, step: 1}]\n",
        "levers.0.max",
        "allowed for sites.plant-1.data_quality: 0 to 1",
    ),
    "lever-mode": (
        "levers: [{path: sites.*.data_quality, label: A, min: 0, max: 1, step: 1, mode: sett}]\n",
        "levers.0.mode",
        'did you mean "set"?',
    ),
    "extends-nothing": ("extends: base.yaml\n", "extends", "does not exist"),
    "extends-number": ("extends: 3\n", "extends", "found number 3"),
    "huge-number": ("ai: {half_life_weeks: 1e300}\n", "ai.half_life_weeks", "a finite number"),
}
# name: (what is replaced in the minimal file, by what, path, part of the message)
REPLACED = {
    "users-text": (USERS, "users: many", "sites.plant-1.users", 'found text "many"'),
    "users-negative": (USERS, "users: -5", "sites.plant-1.users", "allowed: from 0 to 200000"),
    "users-too-many": (USERS, "users: 900000", "sites.plant-1.users", "allowed: from 0 to 200000"),
    "users-missing": (USERS, "data_quality: 0.9", "sites.plant-1.users", "missing"),
    "users-misspelt": (USERS, "user: 900", "sites.plant-1.user", 'did you mean "users"?'),
    "site-name": ("name: plant-1", "name: Plant 1", "sites.Plant 1.name", "a name of a-z, 0-9 and hyphens"),
    "site-twice": ("name: plant-2", "name: plant-1", "sites.1.name", "each name once"),
    "pilot-site": ("[plant-1]", "[plant-3]", "pilot.sites.0", 'found "plant-3", which is no site'),
    "pilot-sites-empty": ("[plant-1]", "[]", "pilot.sites", "at least 1"),
    "pilot-sites-text": ("[plant-1]", "plant-1", "pilot.sites", "allowed: a list"),
    "measure-weeks": ("[plant-1]", "[plant-1]\n  measure_weeks: 20", "pilot.measure_weeks", "allowed: at most 12"),
    "pilot-weeks": ("[plant-1]", "[plant-1]\n  weeks: 200", "pilot.weeks", "horizon_weeks is 104"),
    "pilot-mix": ("[plant-1]", "[plant-1]\n  segments: {volunteers: 0.5}", "pilot.segments", "add up to 1"),
    "pilot-segment": (
        "[plant-1]",
        "[plant-1]\n  segments: {volunters: 1}",
        "pilot.segments.volunters",
        'did you mean "volunteers"?',
    ),
    "phase-site": ("[plant-1, plant-2]", "[plant-1, plant-2, x]", "rollout.phases.wave-1.sites.2", "which is no site"),
    "phase-twice": ("[plant-1, plant-2]", "[plant-1, plant-2, plant-2]", "rollout.phases.wave-1.sites.2", "once"),
    "phase-absent": ("[plant-1, plant-2]", "[plant-1]", "rollout.phases", "found no phase for plant-2"),
    "phase-empty": ("[plant-1, plant-2]", "[]", "rollout.phases.wave-1.sites", "at least 1"),
    "phase-null": ("[plant-1, plant-2]", "null", "rollout.phases.wave-1.sites", "allowed: a list"),
    "horizon": ("horizon_weeks: 104", "horizon_weeks: 1000", "horizon_weeks", "from 1 to 520"),
    "horizon-uncertain": ("horizon_weeks: 104", "horizon_weeks: {p10: 1, p50: 2, p90: 3}", "horizon_weeks", "certain"),
    "horizon-missing": ("horizon_weeks: 104", "", "horizon_weeks", "missing"),
    "date": ("2026-01-05", "2026-02-30", "start_date", "year-month-day"),
    "date-number": ("2026-01-05", "2026", "start_date", "found number 2026"),
    "name-missing": ("name: demo", "description: x", "name", "missing"),
    "name-number": ("name: demo", "name: 7", "name", "allowed: text"),
    "pilot-missing": ("pilot:\n  sites: [plant-1]\n", "", "pilot", "unless users.initially_active"),
    "duplicate-key": ("name: demo", "name: demo\nname: again", "name", "found the key again (first in line 1)"),
    "anchor": ("name: demo", "name: &n demo", "name", "found the anchor &n"),
    "alias": ("name: demo", "name: *n", "name", "found the alias *n"),
    "tag": ("name: demo", "name: !!str demo", "name", "found the tag"),
    "python-tag": ("name: demo", "name: !!python/object/apply:os.system [ls]", "name", "found the tag"),
    "merge-key": (USERS, "<<: {users: 900}", "sites.plant-1", "found a merge key <<"),
    "nan": (USERS, "users: .nan", "sites.plant-1.users", "found .nan; allowed: finite numbers"),
    "infinity": (USERS, "users: -.inf", "sites.plant-1.users", "found -.inf; allowed: finite numbers"),
    "overflow": (USERS, "users: 1e999", "sites.plant-1.users", "found 1e999; allowed: finite numbers"),
    "long-number": (USERS, "users: " + "9" * 5000, "sites.plant-1.users", "a number of 5000 characters"),
    "list-key": (USERS, "? [a, b]\n    : 3", "sites.plant-1", "found a list or mapping as a key"),
    "second-document": ("name: demo", "name: demo\n---\nname: again", "", "found a second document"),
    "tab": ("name: demo", "name:\n\tdemo: 3", "", "no valid YAML"),
    "unclosed": ("[plant-1, plant-2]}", "[plant-1, plant-2", "", "no valid YAML"),
    "control-character": ("demo", "de\x07mo", "", "a character that YAML does not allow"),
    "directive": ("name: demo", "%YAML 1.1\n---\nname: demo", "", "found a directive"),
}
CASES = {
    **{name: (MINIMAL + text, path, part) for name, (text, path, part) in ADDED.items()},
    **{name: (MINIMAL.replace(old, new, 1), path, part) for name, (old, new, path, part) in REPLACED.items()},
    "empty": ("", "", "found an empty file"),
    "comment-only": ("# nothing\n", "", "found an empty file"),
    "scalar": ("3\n", "", "found no mapping"),
    "list": ("- 1\n", "", "found no mapping"),
    "deep": ("a: " + "[" * 60 + "]" * 60 + "\n", "", "found more than 50 levels"),
    "very-deep": ("a: " + "[" * 100_000 + "\n", "", "found more than 50 levels"),
    "large": ("# " + "x" * 1_000_001 + "\n", "", "found more than 1 MB"),
    "bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "a", "found the anchor &a"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_clear_error_at_its_place(name: str, write: Callable[..., Path]) -> None:
    text, path, part = CASES[name]
    file = write(text)
    with pytest.raises(ScenarioError) as raised:
        load(file)
    lines = str(raised.value).splitlines()
    assert all(line.startswith(str(file)) for line in lines)
    problems = [p for p in raised.value.problems if part in p.message and (not path or p.path.startswith(path))]
    assert problems, str(raised.value)
    assert problems[0].path == path or not path
    at_top = {"large", "empty", "comment-only", "horizon-missing", "name-missing", "pilot-missing"}
    assert problems[0].line is not None or name in at_top
    assert "pydantic" not in str(raised.value)
    assert "Traceback" not in str(raised.value)


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 100


def test_every_problem_is_told_at_once_in_the_order_of_the_file(write: Callable[..., Path]) -> None:
    text = MINIMAL.replace("users: 900", "users: x").replace("104", "0") + "ai: {hand_over_share: 2, shoks: {}}\n"
    with pytest.raises(ScenarioError) as raised:
        load(write(text))
    problems = [(p.line, p.column, p.path) for p in raised.value.problems]
    assert problems == [
        (2, 16, "horizon_weeks"),
        (6, 12, "sites.plant-1.users"),
        (14, 23, "ai.hand_over_share"),
        (14, 26, "ai.shoks"),
    ]


def test_every_problem_of_a_number_is_told(minimal: dict[str, Any]) -> None:
    minimal["ai"] = {"accuracy_floor": {"p10": "x", "p50": 7, "p9": 3, "source": 3}}
    with pytest.raises(ScenarioError) as raised:
        load(minimal)
    assert {p.path.removeprefix("ai.accuracy_floor") for p in raised.value.problems} == {
        "",
        ".p10",
        ".p50",
        ".p9",
        ".source",
    }


def test_files_that_cannot_be_read(tmp_path: Path, write: Callable[..., Path]) -> None:
    (tmp_path / "folder.yaml").mkdir()
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"name: demo\ndescription: caf\xe9\n")
    wide = tmp_path / "wide.yaml"
    wide.write_bytes(MINIMAL.encode("utf-16"))
    for source, part in (
        (tmp_path / "folder.yaml", "found a directory"),
        (tmp_path / "absent.yaml", "does not exist"),
        (latin, "latin.yaml:2:17: found byte 0xe9, which is no UTF-8"),
        (wide, "no UTF-8"),
        ("x" * 5000, "cannot be read"),
        ("a\0b", "allowed: the path"),
        ("", "allowed: the path"),
        (Path("/dev/null"), "no regular file"),
    ):
        with pytest.raises(ScenarioError, match=r"\S") as raised:
            load(source)
        assert part in str(raised.value)
        assert len(raised.value.problems) == 1


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ({1: 2}, "keys that are text"),
        ({"name": {1, 2}}, "found a set"),
        ({"name": object()}, "found a object"),
        ([], "a path, the name of a shipped scenario, or a mapping"),
        (3, "a path, the name of a shipped scenario, or a mapping"),
        (None, "a path, the name of a shipped scenario, or a mapping"),
    ],
)
def test_what_is_no_scenario(given: Any, part: str) -> None:
    with pytest.raises(ScenarioError, match=part):
        load(given)


def test_reading_stops_at_the_limits(write: Callable[..., Path]) -> None:
    with pytest.raises(ScenarioError) as raised:
        load(write("a: 1\n" * 10_000))
    assert len(raised.value.problems) == 100
    with pytest.raises(ScenarioError, match="more than 50000 values"):
        load(write("a: [" + "1," * 60_000 + "]\n"))


def test_a_mapping_that_holds_itself(minimal: dict[str, Any]) -> None:
    minimal["ai"] = minimal
    with pytest.raises(ScenarioError, match="more than 50 levels"):
        load(minimal)
    minimal["ai"] = {"accuracy_floor": float("nan")}
    with pytest.raises(ScenarioError, match=r"ai.accuracy_floor: found number nan; allowed: a finite number"):
        load(minimal)
