"""Compiled code is kept under a name that changes with every source that can be in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from simulator.streams import jit
from simulator.streams.cache import CACHES
from simulator.streams.jit import PACKAGE, cache_name, source_hash


def test_a_change_in_any_rule_changes_the_name(tmp_path: Path) -> None:
    """numba itself looks only at the file of the outermost function."""
    for folder in jit.KERNEL_SOURCES:
        shutil.copytree(PACKAGE / folder, tmp_path / folder)
    before = source_hash(tmp_path)
    assert before == source_hash(PACKAGE)
    for name in ("model/users/trust.py", "scenario/vocabulary.py", "streams/philox.py", "engine/compiled/calendar.py"):
        rule = tmp_path / name
        rule.write_text(rule.read_text() + "\n# changed\n")
        after = source_hash(tmp_path)
        assert after != before
        before = after


def test_the_same_sources_elsewhere_share_it(tmp_path: Path) -> None:
    """A second installation, or the same one moved."""
    for folder in jit.KERNEL_SOURCES:
        shutil.copytree(PACKAGE / folder, tmp_path / folder)
    assert cache_name(tmp_path) == cache_name(PACKAGE)
    assert CACHES.fullmatch(cache_name(PACKAGE)), "or it would never be removed"


def test_another_processor_has_a_cache_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in a shared home must be compiled again there, which is to be announced."""
    monkeypatch.setattr(jit, "get_host_cpu_name", lambda: "another")
    assert cache_name.__wrapped__(PACKAGE) != cache_name(PACKAGE)
