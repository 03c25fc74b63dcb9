"""YAML 1.2 as it is written, and scenarios as they come out."""

from __future__ import annotations

import contextlib
import datetime
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from simulator.scenario import Scenario, ScenarioError, load
from simulator.scenario.text.reading import read_text
from tests.scenario.conftest import MINIMAL


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("010", 10),
        ("0o10", 8),
        ("0x10", 16),
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("true", True),
        ("~", None),
        ("", None),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2026-01-05", "2026-01-05"),
        ("11-15", "11-15"),
        ('"1"', "1"),
        ("+3", 3),
        (".5", 0.5),
        ("1.", 1.0),
        ("=", "="),
    ],
)
def test_scalars_follow_the_core_schema(text: str, value: Any) -> None:
    result = read_text(f"a: {text}\n", "x").plain()["a"]
    assert result == value
    assert type(result) is type(value)


def test_minimal_file_has_defaults_and_places(write: Callable[..., Path]) -> None:
    scenario = load(write(MINIMAL))
    assert scenario == load(str(write(MINIMAL)))
    assert scenario.start_date == datetime.date(2026, 1, 5)
    assert scenario.support.tiers.tier1.agents.value == 6
    assert scenario.site("plant-2").users.distribution.name == "metalog"
    assert scenario.users.working_hours.days.numbers == (0, 1, 2, 3, 4)
    assert scenario.pilot is not None
    assert dict(scenario.pilot.segments) == {"volunteers": 1.0}
    assert scenario.phase("wave-1").week.value == 0
    assert scenario.segment("sceptics").share == 0.3
    with pytest.raises(KeyError):
        scenario.site("plant-9")


def test_byte_order_mark_and_windows_lines(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode())
    assert load(path).name == "demo"


def test_frozen_and_inert(minimal: dict[str, Any]) -> None:
    scenario = load(minimal)
    with pytest.raises(ValidationError):
        scenario.horizon_weeks = 3  # type: ignore[misc]
    with pytest.raises(AttributeError):
        scenario.site("plant-1").users.unit = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        scenario.pilot.segments["x"] = 1.0  # type: ignore[index, union-attr]
    scenario.resolved()["sites"].clear()
    assert scenario.resolved()["sites"]


def test_resolved_yaml_and_pickle_give_the_same_scenario(minimal: dict[str, Any], write: Callable[..., Path]) -> None:
    minimal["horizon_weeks"] = {"value": 52, "source": "plan", "confidence": "high"}
    minimal["users"] = {"working_hours": {"days": "all"}, "tasks_per_user_week": {"value": 7.5, "source": "log: May"}}
    minimal["pilot"]["segments"] = {"volunteers": {"value": 0.5, "source": "HR"}, "sceptics": 0.5}
    minimal["success"] = {"measure_window": {"from_week": 3, "to_week": 9}}
    minimal["edge_cases"] = {"season": {}}
    minimal["seasons"] = [{"name": "010", "start": "11-15", "end": "01-10", "edge_case_share": 0.1}]
    scenario = load(minimal)
    assert scenario.resolved()["horizon_weeks"] == {"value": 52, "source": "plan", "confidence": "high"}
    for other in (load(scenario.resolved()), load(write(scenario.to_yaml())), pickle.loads(pickle.dumps(scenario))):
        assert other == scenario
        assert other.hash == scenario.hash
        assert other.resolved() == scenario.resolved()


def test_hash_is_of_the_meaning(minimal: dict[str, Any]) -> None:
    scenario = load(minimal)
    minimal["ai"] = {"half_life_weeks": 200.0, "reference_accuracy": {"constant": 0.97}}
    assert load(minimal).hash == scenario.hash
    minimal["ai"] = {"half_life_weeks": 201}
    assert load(minimal).hash != scenario.hash


def test_certain_numbers_stay_plain(minimal: dict[str, Any]) -> None:
    minimal["horizon_weeks"] = {"value": 52.0, "source": "plan"}
    scenario = load(minimal)
    assert type(scenario.horizon_weeks) is int
    assert scenario.note("horizon_weeks").source == "plan"


def test_theory_needs_neither_pilot_nor_rollout() -> None:
    scenario = load(
        {
            "name": "theory",
            "horizon_weeks": 10,
            "start_date": "2026-01-05",
            "sites": [{"name": "a", "users": 10}],
            "users": {"initially_active": True},
        }
    )
    assert scenario.pilot is None
    assert scenario.rollout is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    ),
    st.sampled_from([*Scenario.model_fields, "extends"]),
)
def test_anything_gives_a_scenario_or_a_scenario_error(value: Any, key: str) -> None:
    minimal = {
        "name": "demo",
        "horizon_weeks": 104,
        "start_date": "2026-01-05",
        "sites": [{"name": "a", "users": 9}],
        "pilot": {"sites": ["a"]},
        "rollout": {"phases": [{"name": "w", "week": 0, "sites": ["a"]}]},
    }
    try:
        scenario = load({**minimal, key: value})
    except ScenarioError:
        return
    assert load(scenario.resolved()).hash == scenario.hash


@given(st.text(alphabet="ab: -[]{}&*!|>'\"#\n,?%@<1.e", max_size=60))
def test_any_text_gives_a_tree_or_a_scenario_error(text: str) -> None:
    with contextlib.suppress(ScenarioError):
        read_text(text, "x.yaml")


def test_import_is_light() -> None:
    heavy = "{'numba', 'scipy', 'matplotlib', 'pandas', 'streamlit', 'pyarrow'}"
    code = f"import sys, simulator.scenario; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
