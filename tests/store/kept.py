"""A place in which tests keep replications: never the user's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from simulator.experiment.settings import CACHE_BYTES
from simulator.store import cache_folder


def keep_results(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have replications kept in `place`; compiled code stays where it is."""
    assert os.environ[CACHE_BYTES] == "0"  # else other tests would not simulate what they look at

    def private_folder(*names: str) -> Path:
        folder = place.joinpath(*names)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    monkeypatch.setattr(cache_folder, "private_folder", private_folder)
    monkeypatch.setattr("simulator.experiment.batch.changed_since_import", lambda: False)
    monkeypatch.setenv(CACHE_BYTES, str(2**30))
