"""Standard output and standard error: what may be printed there, and what if nobody takes it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from io import TextIOWrapper
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, ParamSpec

from simulator.scenario.text.characters import visible

if TYPE_CHECKING:
    from rich.console import Console

Arguments = ParamSpec("Arguments")
WIDTH_OF_FILES = 110
CANNOT_WRITE = "cannot write to standard output"


def prepare() -> bool:
    """Make the streams safe to print to; False when standard output is closed, so that nothing could be told."""
    told = sys.stdout is not None
    while True:  # files that are opened later must not get the numbers of streams that are closed
        handle = os.open(os.devnull, os.O_RDWR)
        if handle > 2:
            os.close(handle)
            break
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (as long as the process)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without the letters gets question marks, no traceback
    return told


def escaped(text: object) -> str:
    """A text of which nothing but its lines and tabs could steer a terminal."""
    return "".join(one if one in "\n\t" else visible(one) for one in str(text))


def escaped_name(name: object) -> str:
    """A name of a file, say, on one line."""
    return visible(str(name))


def complain(text: object) -> None:
    """Print a message to standard error, if that can be written."""
    with suppress(OSError):
        print(escaped(text), file=sys.stderr)


class OutputLostError(Exception):
    """What should have been printed can't be written; the message says why."""


@contextmanager
def reader_may_leave() -> Iterator[None]:
    """What is printed within, and later, is dropped when its reader has seen enough, as in `scaleup list | head`.

    Raises `OutputLostError` when it can't be written for another reason.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
    except OSError as error:
        if error.filename is not None:  # a file of ours
            raise
        _drop_output()
        raise OutputLostError(f"{CANNOT_WRITE}: {error.strerror}") from error


def printing(command: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """A command that ends, and has done what it should, when the reader of what it prints leaves."""

    @wraps(command)
    def run(*arguments: Arguments.args, **options: Arguments.kwargs) -> None:
        with reader_may_leave():
            command(*arguments, **options)

    return run


def console() -> Console:
    """Where tables are printed: as wide as the terminal, and wide enough for every column in a file."""
    from rich.console import Console

    class Place(Console):
        def on_broken_pipe(self) -> None:
            raise  # noqa: PLE0704 (called while it is handled: rich would end the program)

    width, height = get_terminal_size()  # both: rich takes a dumb terminal for one of 80 columns otherwise
    return Place(width=width if sys.stdout.isatty() else WIDTH_OF_FILES, height=height, highlight=False)


def _drop_output() -> None:
    with suppress(OSError, ValueError):  # no file behind it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.stdout.flush()
