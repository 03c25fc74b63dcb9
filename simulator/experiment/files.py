"""Writing files that are complete or absent, whatever happens in between, and folders of which one run is in charge."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO


class OutputError(ValueError):
    """A folder for results that can't be used; the message says why and what to do."""


class WriteError(OSError):
    """A file that couldn't be written: a full disk, a missing right; the message says what to do."""

    def __str__(self) -> str:
        return (
            f"cannot write {self.filename}: {self.strerror}; what was finished before is kept: "
            "mend the cause (is the disk full?), then go on with --resume"
        )


def replace(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a file beside `path`, and put it in the place of `path` once it lies on the disk as a whole.

    Raises `WriteError`, and then leaves `path` as it was.
    """
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)
        Path(temporary).replace(path)
        sync_folder(path.parent)
    except BaseException as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise WriteError(error.errno, error.strerror or str(error), str(path)) from error
        raise


def sync_folder(folder: Path) -> None:
    """Have the names in a folder lie on the disk."""
    if os.name != "posix":  # elsewhere folders can't be opened
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder that can be written; raises `OutputError` when that can't be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise OutputError(f"cannot write results to {folder}: {reason}") from error


def lock(folder: Path) -> int | None:
    """Take charge of a folder until the handle that is returned is closed or the process ends, however it ends.

    Raises `OutputError` when another run is in charge. None where the system has no such locks.
    """
    try:
        import fcntl
    except ImportError:
        return None
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise OutputError(f"another run is writing to {folder}; wait for its end, or choose another folder") from error
    except OSError:  # a file system without locks
        os.close(handle)
        return None
    return handle


def checksum(path: Path) -> str:
    """SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, content: Any) -> None:
    """Put `content` at `path` as JSON, as a whole; raises `WriteError`."""
    replace(path, lambda file: file.write(json_bytes(content)))


def json_bytes(content: Any) -> bytes:
    """`content` as JSON text; NaN and infinities raise `ValueError`."""
    return (json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False) + "\n").encode()
