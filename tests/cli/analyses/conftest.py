"""The engine, compiled before: what a command says of compiling is not what these tests are about."""

from __future__ import annotations

import pytest

from simulator import engine


@pytest.fixture(scope="session", autouse=True)
def compiled() -> None:
    """Compile the engine, or load it from the cache."""
    engine.warm_up()
