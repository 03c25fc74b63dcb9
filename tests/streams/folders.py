"""Folders of compiled code: those that are used, and those in which somebody else may have put something."""

from __future__ import annotations

import os
import stat
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.streams.cache import VARIABLE, CacheWarning, open_cache

NAME = f"{'0' * 20}-{'a' * 8}"
NOBODY = 65534
AS_ROOT = os.geteuid() == 0


def usual() -> Path:
    """The folder that is used without a word."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        folder = open_cache(NAME).folder
    assert folder is not None
    return folder


def instead(why: str) -> Path:
    """The private folder that is used, which is told with these words."""
    with pytest.warns(CacheWarning) as told:
        folder = open_cache(NAME).folder
    (message,) = (str(of.message) for of in told)
    assert "\n" not in message
    assert why in message
    assert VARIABLE in message
    assert folder is not None
    assert Path(tempfile.gettempdir()) == folder.parents[2]
    return folder


def private(folder: Path) -> bool:
    """Whether it is the user's alone."""
    status = folder.lstat()
    return status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) == 0o700


def by_the_group(part: Path) -> None:
    part.chmod(0o770)


def by_all(part: Path) -> None:
    part.chmod(0o1777)


def a_link(part: Path) -> None:
    part.rename(part.with_name("elsewhere"))
    part.symlink_to("elsewhere")


def of_somebody_else(part: Path) -> None:
    os.chown(part, NOBODY, NOBODY)


STRANGE: list[tuple[Callable[[Path], None], str]] = [
    (by_the_group, "can be written by others"),
    (by_all, "can be written by others"),
    (a_link, "is a link"),
    *([(of_somebody_else, "belongs to another user")] if AS_ROOT else []),
]
