"""Malformed scenarios: each gives one clear error at its place, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.scenario import ScenarioError, load
from tests.scenario.conftest import MINIMAL
from tests.scenario.text.malformed import CASES


@pytest.mark.parametrize("name", CASES)
def test_one_clear_error_at_its_place(name: str, write: Callable[..., Path]) -> None:
    text, path, part = CASES[name]
    file = write(text)
    with pytest.raises(ScenarioError) as raised:
        load(file)
    (line,) = str(raised.value).splitlines()
    (problem,) = raised.value.problems
    assert line == str(problem)
    assert line.startswith(str(file))
    assert part in problem.message
    assert problem.path == path or not path
    at_top = {"large", "empty", "comment-only", "horizon-missing", "name-missing", "pilot-missing"}
    assert problem.line is not None or name in at_top
    assert "pydantic" not in line


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 200


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
        (tmp_path / "folder.yaml", "folder.yaml: found a directory; allowed: a scenario file (YAML)"),
        (tmp_path / "absent.yaml", "does not exist"),
        (latin, "latin.yaml:2:17: found byte 0xe9, which is no UTF-8"),
        (wide, "no UTF-8"),
        ("x" * 5000, "cannot be read"),
        ("a\0b", "allowed: the path"),
        ("", "allowed: the path"),
        (Path("/dev/null"), "/dev/null: found something that is no regular file"),
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
    assert len(raised.value.problems) == 9_999
    assert str(raised.value).endswith("\n... and 9,899 more problems")
    with pytest.raises(ScenarioError, match="more than 50000 values"):
        load(write("a: [" + "1," * 60_000 + "]\n"))


def test_a_mapping_that_holds_itself(minimal: dict[str, Any]) -> None:
    minimal["ai"] = minimal
    with pytest.raises(ScenarioError, match="more than 50 levels"):
        load(minimal)
    minimal["ai"] = {"accuracy_floor": float("nan")}
    with pytest.raises(ScenarioError, match=r"ai.accuracy_floor: found number nan; allowed: a finite number"):
        load(minimal)
