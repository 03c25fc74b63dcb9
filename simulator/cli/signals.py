"""Ctrl-C and SIGTERM: at once while nothing has begun, and otherwise so that what is finished is kept.

An exception that comes out of the blue is swallowed, or printed with a traceback, by much of what is called while
modules are imported and files are read. So it comes only where replications run.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from simulator.cli.exit_codes import INTERRUPTED

BOTH = (signal.SIGINT, signal.SIGTERM)
PATIENCE = 2
"""How often Ctrl-C is an exception: the first ends the replications, the second the writing of what is finished."""


def leave_when_told() -> None:
    """From now on Ctrl-C and SIGTERM end the process at once, but for those that are ignored, as in the background."""
    for number in BOTH:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, leave)


def leave(*_: Any) -> None:
    """End the process, and its workers."""
    if "multiprocessing" in sys.modules:
        from multiprocessing import active_children

        for worker in active_children():
            worker.kill()
    with suppress(OSError):
        os.write(2, b"Interrupted.\n")
    os._exit(INTERRUPTED)


@contextmanager
def leaving_when_told() -> Iterator[None]:
    """Within, Ctrl-C and SIGTERM end the process at once."""
    before = {number: signal.getsignal(number) for number in BOTH}
    leave_when_told()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def stopping_when_told() -> Iterator[None]:
    """Within, Ctrl-C, and SIGTERM by which batch systems and clusters end a job, raise `KeyboardInterrupt`.

    What comes after the second time ends the process at once.
    """
    times = 0

    def stop(*_: Any) -> None:
        nonlocal times
        times += 1
        if times > PATIENCE:
            leave()
        raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in BOTH}
    for number, handler in before.items():
        if handler != signal.SIG_IGN:
            signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def came_of_interruption(error: BaseException | None) -> bool:
    """Whether an error was raised while an interruption was being handled: a module half imported, say."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False
