"""What lies in the cache is run only if it is the user's and whole; whatever else lies there is compiled anew."""

from __future__ import annotations

import functools
import os
import pickle
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numba import types

from simulator import engine
from simulator.model.state.memory import Table
from simulator.streams import jit
from simulator.streams.cache import OF_PARENT, OURS, VARIABLE, Cache, CacheWarning, open_cache
from simulator.streams.jit import cache_name
from tests.streams.folders import AS_ROOT, NOBODY

PAYLOAD = bytes(range(256)) * 16

RULES = """
from __future__ import annotations
from simulator.streams.jit import rule

def doubled(x: float) -> float:
    return 2.0 * x

def halved(x: float) -> float:
    return 0.5 * x

def use() -> str:
    '''What the rules give, and how many of them came from the cache.'''
    rules = [rule(doubled), rule(halved)]
    return f"{[of(3.0) for of in rules]}, {sum(sum(of.stats.cache_hits.values()) for of in rules)} of {len(rules)}"
"""
ANEW, FROM_CACHE = "[6.0, 1.5], 0 of 2", "[6.0, 1.5], 2 of 2"


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Does what a process does that starts and uses these rules, with a cache and temporary files in `tmp_path`."""
    monkeypatch.setenv(OF_PARENT, "to be restored afterwards")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # rules of the same size and second would be taken for these

    def start(rules: str = RULES) -> str:
        monkeypatch.delenv(OF_PARENT, raising=False)
        monkeypatch.setattr(jit, "compiled_code", functools.cache(lambda: open_cache(cache_name())))
        (tmp_path / "rules.py").write_text(rules)
        loader = SourceFileLoader("rules", str(tmp_path / "rules.py"))
        module = ModuleType("rules")
        monkeypatch.setitem(sys.modules, "rules", module)  # where numba looks for the globals of what it reads
        loader.exec_module(module)
        return str(module.use())

    return start


def process(folder: Path, rules: str) -> subprocess.Popen[str]:
    """A process of its own, which LLVM may end or a limit may hold, with all that it writes in `folder`."""
    (folder / "rules.py").write_text(RULES + rules)
    environment = {name: of for name, of in os.environ.items() if name != OF_PARENT}
    environment |= {VARIABLE: str(folder / "cache"), "TMPDIR": str(folder)}
    command = [sys.executable, "-W", "always::UserWarning", str(folder / "rules.py")]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(of: subprocess.Popen[str]) -> tuple[list[str], str]:
    """Its lines of output, and what it says beside; it must not have failed."""
    out, error = of.communicate()
    assert of.returncode == 0, error
    return out.splitlines(), error


# ---- files


def test_what_was_written_is_read(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for content in (PAYLOAD, b"", PAYLOAD[:1]):
        cache.write("a.nbc", content)
        assert cache.read("a.nbc") == content
        assert cache.holds("a*")
    assert cache.read("b.nbc") is None
    assert not cache.holds("b*")
    assert [path.name for path in tmp_path.iterdir()] == ["a.nbc"]
    assert (tmp_path / "a.nbc").stat().st_mode & 0o777 == 0o600


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def zeroed(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


def flipped(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-len(content) // 3] ^= 1
    file.write_bytes(content)


def lengthened(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\0")


def writable(file: Path) -> None:
    file.chmod(0o620)


def linked(file: Path) -> None:
    file.rename(file.with_name("elsewhere"))
    file.symlink_to("elsewhere")


def piped(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def renamed(file: Path) -> None:
    """A whole file, under the name of another."""
    Cache(file.parent).write("other.nbc", file.read_bytes())
    file.with_name("other.nbc").rename(file)


def given_away(file: Path) -> None:
    os.chown(file, NOBODY, NOBODY)


def directory(file: Path) -> None:
    file.unlink()
    (file / "below").mkdir(parents=True)


DAMAGES: list[Callable[[Path], None]] = [truncated, emptied, zeroed, flipped, lengthened, writable, linked, piped]
DAMAGES += [renamed, *([given_away] if AS_ROOT else [])]


@pytest.mark.parametrize("damage", [*DAMAGES, directory])
def test_a_file_that_is_damaged_or_not_the_users_is_not_there(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    cache = Cache(tmp_path)
    cache.write("a.nbc", PAYLOAD)
    damage(tmp_path / "a.nbc")
    assert cache.read("a.nbc") is None
    assert not cache.holds("a.nbc")


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_written_anew_takes_its_place(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    cache = Cache(tmp_path)
    cache.write("a.nbc", PAYLOAD)
    damage(tmp_path / "a.nbc")
    cache.write("a.nbc", PAYLOAD)
    assert cache.read("a.nbc") == PAYLOAD


def test_whoever_reads_while_others_write_sees_a_whole_file(tmp_path: Path) -> None:
    """At moments that fall anywhere in the writing of different contents."""
    contents = [bytes([number]) * 40_000 * number for number in range(1, 5)]
    Cache(tmp_path).write("a.nbc", contents[0])

    def write(content: bytes) -> None:
        for _ in range(100):
            Cache(tmp_path).write("a.nbc", content)

    writers = [threading.Thread(target=write, args=(content,)) for content in contents]
    for writer in writers:
        writer.start()
    seen = set()
    while any(writer.is_alive() for writer in writers):
        seen.add(Cache(tmp_path).read("a.nbc"))
    assert seen <= set(contents)
    assert [path.name for path in tmp_path.iterdir()] == ["a.nbc"]


# ---- compiled code

EACH_DAMAGE = """
import sys
from simulator.streams.jit import compiled_code, kept
sys.path.insert(0, {root!r})
from tests.streams import test_cache_files
print(use())
print(use())
for damage in test_cache_files.DAMAGES:
    files = list(compiled_code().folder.iterdir())
    assert len(files) == 2 and kept("rules.doubled")
    for file in files:
        damage(file)
    print(damage.__name__, kept("rules.doubled"), use(), use())
    for file in set(compiled_code().folder.iterdir()) - set(files):
        file.unlink()
"""


def test_damaged_files_are_compiled_anew(tmp_path: Path, repository: Path) -> None:
    out, error = finished(process(tmp_path, EACH_DAMAGE.format(root=str(repository))))
    assert out == [ANEW, FROM_CACHE, *(f"{damage.__name__} False {ANEW} {FROM_CACHE}" for damage in DAMAGES)]
    assert error == ""


class Payload:
    """Unpickled, it leaves a trace."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Callable[..., None], tuple[str]]:
        return os.mkdir, (str(self.trace),)


@pytest.mark.parametrize("planted", ["by the user", "in an open folder", *(["by somebody else"] if AS_ROOT else [])])
def test_code_that_somebody_else_has_planted_is_not_run(
    tmp_path: Path, start: Callable[..., str], planted: str
) -> None:
    """It has the right name and a good checksum; only who could have put it there tells it from the user's own."""
    assert start() == ANEW
    (folder,) = (tmp_path / "cache" / OURS).iterdir()
    trace = tmp_path / "the payload ran"
    for path in list(folder.iterdir()):
        Cache(folder).write(path.name, pickle.dumps(Payload(trace)))
    if planted == "by the user":
        assert start() == ANEW
        assert trace.exists(), "or the payload would prove nothing"
        return
    if planted == "in an open folder":
        folder.chmod(0o770)
    else:
        for path in (folder, *folder.iterdir()):
            os.chown(path, NOBODY, NOBODY)
    with pytest.warns(CacheWarning, match=re.escape(f"({folder} ")):
        assert start() == ANEW
    assert not trace.exists()


def test_no_name_is_looked_for_in_the_temporary_folder(tmp_path: Path, start: Callable[..., str]) -> None:
    """One that can be guessed would be a place to wait for a victim who can't write the usual folder."""
    (tmp_path / "cache").write_bytes(b"")
    guessed = tmp_path / f"{OURS}-{os.geteuid()}"
    guessed.mkdir()
    with pytest.warns(CacheWarning, match="is not a folder"):
        assert start() == ANEW
    assert not list(guessed.iterdir())


FULL = """
import resource
from simulator.streams.jit import compiled_code
for most in (100, 100, resource.RLIM_INFINITY):
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    compiled_code.cache_clear()
    print(use(), len(list(compiled_code().folder.iterdir())))
"""


def test_a_full_disk_is_told_once(tmp_path: Path) -> None:
    """Here by a limit to the size of files; the second time is as in a child process, the third when there is room."""
    out, error = finished(process(tmp_path, FULL))
    assert out == [f"{ANEW} 0", f"{ANEW} 0", f"{ANEW} 2"]
    assert error.count("compiled code is not kept") == 1
    assert "File too large), so that each start compiles what is missing there anew" in error


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OF_PARENT, "to be restored afterwards")
    monkeypatch.delenv(OF_PARENT)
    (tmp_path / "a.nbc").mkdir()
    cache = Cache(tmp_path)
    with pytest.warns(CacheWarning, match="Is a directory"):
        cache.write("a.nbc", PAYLOAD)
    cache.write("b.nbc", PAYLOAD)
    assert [path.name for path in tmp_path.iterdir()] == ["a.nbc"], "nothing is left, and nothing tried again"


def test_processes_that_compile_at_the_same_time(tmp_path: Path, start: Callable[..., str]) -> None:
    both = [process(tmp_path, "print(use())") for _ in range(2)]
    assert [finished(of)[1] for of in both] == ["", ""]
    assert start(RULES + "print(use())") == FROM_CACHE


def test_a_changed_rule_is_compiled_anew(start: Callable[..., str]) -> None:
    """Though its name, its line, its types and its bytecode stay."""
    assert start() == ANEW
    changed = RULES.replace("2.0 * x", "4.0 * x")
    assert start(changed) == "[12.0, 1.5], 0 of 2"
    assert start(changed) == "[12.0, 1.5], 2 of 2"


def last(values: Any) -> float:
    return values[values.size - 1]


def test_types_that_look_alike_have_versions_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `Table` has the `repr` of an array, and other code."""
    monkeypatch.setattr(jit, "compiled_code", lambda: Cache(tmp_path))
    alike = [types.Array(types.float64, 1, "C"), Table(types.float64, 1)]
    for hits in (0, 1):
        compiled: Any = jit.rule(last)
        for of in alike:
            compiled.compile((of,))
        assert [compiled.stats.cache_hits[(of,)] for of in alike] == [hits, hits]


def test_a_version_for_other_types_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should two of them ever have one name: the code of one reads the arguments of the other wrongly."""
    monkeypatch.setattr(jit, "compiled_code", lambda: Cache(tmp_path))
    monkeypatch.setattr(jit.Overloads, "_file", lambda *_: "same.nbc")
    compiled: Any = jit.rule(last)
    assert compiled(np.array([1, 2])) == 2
    assert compiled(np.array([1.5, 2.5])) == 2.5
    assert not compiled.stats.cache_hits


# ---- the kernel


def test_a_compilation_is_announced_unless_a_whole_kernel_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "simulator.engine.compiled.kernel", raising=False)
    monkeypatch.setattr(jit, "compiled_code", lambda: Cache(None))
    assert not engine.compiled_before()
    monkeypatch.setattr(jit, "compiled_code", lambda: Cache(tmp_path))
    assert not engine.compiled_before()
    Cache(tmp_path).write("kernel.advance_to-1.nbc", PAYLOAD)
    assert not engine.compiled_before()
    Cache(tmp_path).write("kernel.advance-1.nbc", PAYLOAD)
    assert engine.compiled_before()
    truncated(tmp_path / "kernel.advance-1.nbc")
    assert not engine.compiled_before()
    monkeypatch.setattr(jit.numba_config, "DISABLE_JIT", 1)
    assert engine.compiled_before()


@pytest.mark.slow
def test_the_kernel_is_compiled_anew_where_every_file_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.warm_up()
    usual = jit.compiled_code().folder
    assert usual is not None
    folder = tmp_path / OURS / cache_name()
    shutil.copytree(usual, folder)
    folder.parent.chmod(0o700)
    files = sorted(folder.glob("*.nbc"))
    assert len(files) > 100
    for number, file in enumerate(files):
        (truncated, zeroed, flipped)[number % 3](file)
    program = "from simulator import engine as e; print(e.compiled_before()); e.warm_up(); print(e.compiled_before())"
    environment = os.environ | {VARIABLE: str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
    assert done.stderr == ""
    assert Cache(folder).holds("kernel.advance-*")
    compiled_beside = [path.name for path in folder.glob("programme.turn-*") if Cache(folder).read(path.name)]
    assert len(compiled_beside) == 1, "it is the version that the event loop calls"
    again = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert again.stdout.split() == ["True", "True"]
    monkeypatch.setattr(jit, "compiled_code", lambda: Cache(None))
    assert engine.compiled_before(), "it is in memory"
