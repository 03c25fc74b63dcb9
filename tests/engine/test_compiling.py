"""A process beside helps to compile an empty cache: on the same sources, never longer than of use, never in the way."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from simulator.engine.compiled import compiling
from simulator.engine.compiled.compiling import process_beside
from simulator.streams.cache import Cache
from simulator.streams.jit import PACKAGE

SLEEP = "import time; time.sleep(600)"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that were started."""
    processes: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def popen(*arguments: Any, **named: Any) -> subprocess.Popen[bytes]:
        processes.append(start(*arguments, **named))
        return processes[-1]

    monkeypatch.setattr(compiling.subprocess, "Popen", popen)
    return processes


@pytest.fixture(autouse=True)
def shared_cache_and_cores(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(compiling, "compiled_code", lambda: Cache(tmp_path))
    monkeypatch.setattr(compiling, "available_cores", lambda: 2)


def test_it_has_what_timers_do_and_what_begins_and_measures_but_no_event_loop() -> None:
    wanted = {
        "programme.turn",
        "start.prepare",
        "kernel.start",
        "money.payback",
        "measures.wait_quantile",
        "kernel.advance",
    }
    program = f"{compiling.BESIDE}; from simulator.streams import jit; print(*sorted(jit._COMPILED & {wanted}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == sorted(wanted - {"kernel.advance"})


def test_it_stands_beside_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    programs: list[str] = []

    @contextmanager
    def beside(program: str) -> Iterator[None]:
        programs.append(program)
        yield

    told: list[int] = []
    monkeypatch.setattr(compiling, "process_beside", beside)
    compiling.compile_in_two(told.append)
    assert programs == [compiling.BESIDE]
    assert (told[0], told[-1]) == (0, 100)


def test_there_is_none_on_a_single_core(monkeypatch: pytest.MonkeyPatch, started: list[Any]) -> None:
    monkeypatch.setattr(compiling, "available_cores", lambda: 1)
    with process_beside(SLEEP):
        pass
    assert not started


def test_it_runs_on_these_sources_whatever_lies_in_the_present_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "simulator.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    with process_beside("import simulator, pathlib; pathlib.Path('told').write_text(simulator.__file__)"):
        pass
    assert Path((tmp_path / "told").read_text()) == PACKAGE / "__init__.py"


def test_what_it_says_is_not_shown_and_its_failure_is_none_of_ours(
    capfd: pytest.CaptureFixture[str], started: list[Any]
) -> None:
    with process_beside("print('here'); raise ValueError('there')"):
        pass
    assert capfd.readouterr() == ("", "")
    assert started[0].returncode == 1


def test_it_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch, started: list[Any]) -> None:
    monkeypatch.setattr(compiling, "LONGEST_WAIT", 0.05)
    with process_beside(SLEEP):
        assert started[0].poll() is None
    assert started[0].returncode < 0


def test_it_ends_with_what_it_stands_beside(started: list[Any]) -> None:
    with pytest.raises(KeyboardInterrupt), process_beside(SLEEP):
        raise KeyboardInterrupt
    assert started[0].returncode < 0


@pytest.mark.parametrize("executable", [None, "", "/opt/plans/scaleup", "/usr/bin/uwsgi"])
def test_there_is_none_where_python_is_not_what_runs(
    executable: str | None, monkeypatch: pytest.MonkeyPatch, started: list[Any]
) -> None:
    monkeypatch.setattr(sys, "executable", executable)
    with process_beside(SLEEP):
        pass
    assert not started


def test_there_is_none_without_a_cache_or_where_none_can_be_started(
    monkeypatch: pytest.MonkeyPatch, started: list[Any]
) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise BlockingIOError

    monkeypatch.setattr(compiling.subprocess, "Popen", refused)
    with process_beside(SLEEP):
        pass
    monkeypatch.setattr(compiling, "compiled_code", lambda: Cache(None))
    monkeypatch.setattr(compiling.subprocess, "Popen", lambda *_, **__: pytest.fail("started"))
    with process_beside(SLEEP):
        pass
    assert not started
