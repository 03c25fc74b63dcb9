"""A place for caches of compiled code, and one for temporary folders."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.streams.cache import OF_PARENT, VARIABLE


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place for caches that is used, and one for temporary folders."""
    for variable in (VARIABLE, OF_PARENT, "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, "to be restored afterwards")
        monkeypatch.delenv(variable)
    usual = tmp_path / "usual"
    monkeypatch.setenv(VARIABLE, str(usual))
    temporary = tmp_path / "temporary"
    temporary.mkdir(mode=0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    before = os.umask(0o022)
    yield usual
    os.umask(before)
    for path in (tmp_path, *tmp_path.rglob("*")):
        if not path.is_symlink() and path.is_dir():
            path.chmod(0o700)
