"""A minimal scenario, as text and as a mapping."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.neutral import neutral

MINIMAL = """\
name: demo
horizon_weeks: 104
start_date: 2026-01-05
sites:
  - name: plant-1
    users: 900
  - name: plant-2
    users: {p10: 200, p50: 300, p90: 500}
pilot:
  sites: [plant-1]
rollout:
  phases:
    - {name: wave-1, week: 0, sites: [plant-1, plant-2]}
"""


@pytest.fixture
def minimal() -> dict[str, Any]:
    """A minimal scenario as a mapping."""
    return neutral(
        {
            "name": "demo",
            "horizon_weeks": 104,
            "start_date": "2026-01-05",
            "sites": [
                {"name": "plant-1", "users": 900},
                {"name": "plant-2", "users": {"p10": 200, "p50": 300, "p90": 500}},
            ],
            "pilot": {"sites": ["plant-1"]},
            "rollout": {"phases": [{"name": "wave-1", "week": 0, "sites": ["plant-1", "plant-2"]}]},
        }
    )


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a scenario file."""

    def write(text: str, name: str = "demo.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write
