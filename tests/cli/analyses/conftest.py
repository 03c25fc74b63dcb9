"""A small plan, and the engine compiled before: what a command says of compiling is not what these tests are about."""

from __future__ import annotations

from pathlib import Path

import pytest

import simulator as sim
from simulator import engine
from tests.analysis.test_attribute import SMALL


@pytest.fixture(scope="session", autouse=True)
def compiled() -> None:
    """Compile the engine, or load it from the cache."""
    engine.warm_up()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The file of a small plan."""
    path = tmp_path / "small.yaml"
    path.write_text(sim.load(SMALL).to_yaml())
    return path
