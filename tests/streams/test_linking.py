"""Parts are put together into what Python calls, whoever calls them and wherever they were compiled."""

from __future__ import annotations

import functools
import gc
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import numba
import pytest

from simulator.streams import jit
from simulator.streams.cache import Cache
from simulator.streams.linking import Entry, Part, with_called

RULES = """
from __future__ import annotations
import math
from simulator.streams.jit import kernel_part, rule

@kernel_part
def doubled(x: float) -> float:
    return 2.0 * math.sqrt(x * x)

@kernel_part
def next_of(x: float) -> float:
    return doubled(x) + 1.0

@rule
def both(x: float) -> float:
    return next_of(x) + doubled(x)

@rule
def another(x: float) -> float:
    return next_of(x) * both(x)
"""


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Imports the rules as a new process does, from a folder, with the same cache."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "cache").mkdir()
    monkeypatch.setattr(jit, "compiled_code", functools.cache(lambda: Cache(tmp_path / "cache")))

    def start(folder: str = "one") -> Any:
        monkeypatch.setattr(jit, "_PARTS", {})
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "rules.py").write_text(RULES)
        loader = SourceFileLoader("rules", str(tmp_path / folder / "rules.py"))
        module = ModuleType("rules")
        monkeypatch.setitem(sys.modules, "rules", module)
        loader.exec_module(module)
        return module

    return start


def files(folder: Path, name: str) -> list[Path]:
    return list((folder / "cache").glob(f"rules.{name}-*"))


def hits(function: Any) -> int:
    return sum(function.stats.cache_hits.values())


def test_only_what_python_calls_is_machine_code(start: Any) -> None:
    rules = start()
    assert rules.both(-3.0) == 13.0
    (entry,) = (of.library for of in rules.both.overloads.values())
    (part,) = (of.library for of in rules.next_of.overloads.values())
    (called,) = (of.library for of in rules.doubled.overloads.values())
    assert isinstance(entry, Entry)
    assert isinstance(part, Part)
    assert part.called == with_called([called]) == [called]
    assert with_called([part, called]) == [part, called]
    assert entry.get_pointer_to_function("not there") == 0
    assert part.get_pointer_to_function(part.symbol) == 0
    assert called.symbol not in {of.name for of in part.own_module().functions if not of.is_declaration}


def test_the_same_sources_in_another_folder_use_what_is_there(start: Any) -> None:
    rules = start("one")
    assert rules.another(3.0) == 91.0
    assert hits(rules.another) == 0
    rules = start("two")
    assert rules.another(3.0) == 91.0
    assert hits(rules.another) == 1
    assert not rules.next_of.overloads, "an entry needs no parts any more"
    assert rules.both(3.0) == 13.0
    assert hits(rules.both) == 0, "Python did not call it before"
    assert hits(rules.next_of) == hits(rules.doubled) == 1


def test_a_part_is_not_used_when_one_that_it_calls_is_missing_or_another(start: Any, tmp_path: Path) -> None:
    """Another process may have compiled it anew: then it has another symbol, which LLVM would end the process over."""
    assert start().both(3.0) == 13.0
    (doubled,) = files(tmp_path, "doubled")
    (entry,) = files(tmp_path, "both")
    for compiled_by_another in (False, True):
        doubled.unlink()
        entry.unlink()
        if compiled_by_another:
            rules = start()
            rules.doubled.compile((numba.float64,))
            assert doubled.exists()
        rules = start()
        assert rules.both(3.0) == 13.0
        assert hits(rules.next_of) == 0
        assert hits(rules.doubled) == compiled_by_another
        rules = start()
        entry.unlink()
        assert rules.both(3.0) == 13.0
        assert hits(rules.next_of) == hits(rules.doubled) == 1


def test_other_compiled_code_can_call_a_rule(start: Any) -> None:
    """numba links only what is called directly."""
    both = start().both

    @numba.njit
    def thrice(x: float) -> Any:
        return 3.0 * both(x)

    assert thrice(3.0) == 39.0


def test_how_far_compiling_is_never_falls_and_ends_at_the_whole(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules that are imported meanwhile make the share that is done smaller."""
    monkeypatch.setattr(jit, "_NAMES", set())
    monkeypatch.setattr(jit, "_COMPILED", set())
    before = gc.get_threshold()
    seen: list[int] = []
    with jit.compiling(seen.append):
        rules = start()
        assert rules.both(3.0) == 13.0
        share = (100 - jit.LINKING) / 4
        assert seen == [0, *(int(done * share) for done in (1, 2, 3))], "two parts and an entry, of four rules"
        jit._NAMES.update(f"more.{number}" for number in range(8))
        assert rules.another(3.0) == 91.0
        assert gc.get_threshold()[0] >= before[0]
    assert seen == sorted(seen)
    assert seen[-1] == 100
    assert rules.both(4.0) == 17.0
    assert seen[-2] < 100, "nothing is told once it is done"
    assert gc.get_threshold() == before
    with pytest.raises(ZeroDivisionError), jit.compiling(seen.append):
        raise ZeroDivisionError
    assert gc.get_threshold() == before
    assert seen[-1] == 0, "what was broken off is not done"
