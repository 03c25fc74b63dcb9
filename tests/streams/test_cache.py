"""Compiled code is kept under a name that changes with every source that can be in it."""

from __future__ import annotations

import shutil
from pathlib import Path

from simulator.streams.jit import PACKAGE, cache_folder, source_hash


def test_a_change_in_any_rule_changes_the_cache_folder(tmp_path: Path) -> None:
    """numba itself looks only at the file of the outermost function."""
    for folder in ("streams", "model", "engine"):
        shutil.copytree(PACKAGE / folder, tmp_path / folder)
    before = source_hash(tmp_path)
    assert before == source_hash(PACKAGE)
    for name in ("model/trust.py", "streams/philox.py", "engine/compiled/calendar.py"):
        rule = tmp_path / name
        rule.write_text(rule.read_text() + "\n# changed\n")
        after = source_hash(tmp_path)
        assert after != before
        before = after


def test_the_cache_folder_is_named_by_the_hash() -> None:
    assert cache_folder().name == source_hash()
