from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.experiment import stand_in


@pytest.fixture
def stand_in_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace both engines by the stand-in."""
    monkeypatch.setattr("simulator.engine.build", stand_in.plan, raising=False)
    monkeypatch.setattr("simulator.engine.get", lambda _: SimpleNamespace(Engine=stand_in.Engine), raising=False)
    monkeypatch.setattr("simulator.engine.warm_up", lambda: None, raising=False)
    monkeypatch.setattr("simulator.engine.compiled_before", lambda: True, raising=False)
