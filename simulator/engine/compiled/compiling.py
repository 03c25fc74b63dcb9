"""Compiling into an empty cache: the event loop here and, at the same time, much of what it calls in a process beside.

numba and LLVM compile one function at a time in a process, but processes share the cache: each finds there what the
other was through with. Without the process beside all is compiled here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from numba.core import types

from simulator.engine.compiled import Engine
from simulator.engine.compiled.kernel import advance
from simulator.engine.compiled.pending import Pending
from simulator.model.plan.layout import build
from simulator.model.programme.programme import turn
from simulator.model.state.state import State
from simulator.scenario import load
from simulator.streams.cores import available_cores
from simulator.streams.jit import PACKAGE, compiled_code, compiling

BESIDE = "from simulator.engine.compiled.compiling import compile_beside; compile_beside()"
LONGEST_WAIT = 30.0
"""Seconds for which the process beside is waited for once the rest is done; it has usually ended long before."""


def compile_in_two(tell: Callable[[int], None] | None = None) -> None:
    """Compile all, the event loop here, and beside what it comes to late, or not at all; `tell` hears percents."""
    with compiling(tell):
        with process_beside(BESIDE):
            advance.for_python.compile((State._numba_type_, Pending._numba_type_, types.float64, types.int64))  # type: ignore[attr-defined]
        small_engine().replicate(0, 1)  # with what was compiled beside, or is compiled now


def compile_beside() -> None:
    """Compile what timers do, to which the event loop comes half-way; then what begins and measures a replication."""
    with compiling():
        turn.for_rules.compile((State._numba_type_, types.int64, types.int64, types.float64))  # type: ignore[attr-defined]
        engine = small_engine()
        run = engine.begin(0, 1)
        run.state.weekly[:] = 0.0  # weeks without events, as there is nothing yet that could fill them
        engine.measure(run)


def small_engine() -> Engine:
    """With a plan of a few weeks."""
    scenario = load(
        {
            "name": "warm-up",
            "horizon_weeks": 2,
            "start_date": "2026-01-05",
            "sites": [{"name": "site", "users": 2}],
            "users": {"initially_active": True},
            "success": {"sustained_weeks": 1},
        }
    )
    return Engine(build(scenario))


@contextmanager
def process_beside(program: str) -> Iterator[None]:
    """Within, a process runs a program on these sources; it is waited for, but not longer than of any use.

    There is none where it would share a core, as processes that compile at the same time do some of the work twice;
    where what it compiles could not be read here; and where it is not known how to start Python. What it has to say is
    not shown: whatever it fails at is done here, and told here.
    """
    is_python = Path(sys.executable or "").stem.lower().startswith("python")
    if available_cores() < 2 or compiled_code().folder is None or not is_python:
        yield
        return
    paths = [str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", program],  # -P: files in the present folder are no modules
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        )
    except OSError:  # no more processes, or no memory for one
        yield
        return
    with process:
        try:
            yield
            process.wait(LONGEST_WAIT)
        except subprocess.TimeoutExpired:
            pass
        finally:
            process.kill()
