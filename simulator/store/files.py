"""Files that are complete or absent, whatever happens in between, and folders of which one run is in charge."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO

from simulator.scenario.text.characters import visible

MOST_FILES_TOLD = 12
LONGEST_MANIFEST = 2**27
"""Bytes of a JSON file beyond which it is none of ours: a million shards need less."""
KINDS = {
    stat.S_IFLNK: "a link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFREG: "a file",
}


class OutputError(ValueError):
    """A folder for results that can't be used; the message says why and what to do."""


class WriteError(OSError):
    """A file that couldn't be written: a full disk, a missing right; the message says what to do."""

    advice = "what was finished before is kept: mend the cause (is the disk full?), then go on with --resume"

    def __str__(self) -> str:
        return f"cannot write {shown(self.filename)}: {self.strerror}; {self.advice}"


@contextmanager
def advising(advice: str) -> Iterator[None]:
    """Have a `WriteError` in the block say what to do where that is not --resume."""
    try:
        yield
    except WriteError as error:
        error.advice = advice
        raise


def shown(name: object) -> str:
    """A name as it can be printed: what is no printable character is escaped."""
    return visible(str(name))


def several(files: Sequence[str]) -> str:
    """Files as an enumeration, each whole; of many the first ones."""
    rest = f", ... ({len(files)} in all)" if len(files) > MOST_FILES_TOLD else ""
    return ", ".join(files[:MOST_FILES_TOLD]) + rest


def reason(error: Exception) -> str:
    """Why a file can't be used, in words."""
    return error.strerror if isinstance(error, OSError) and error.strerror else shown(error)


def replace(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a file beside `path`, and put it in the place of `path` once it lies on the disk as a whole.

    Raises `WriteError`, and then leaves `path` as it was, or new as a whole where only its folder could not be synced.
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
            with suppress(OSError):  # the next run removes it
                Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _write_error(path, error) from error
        raise


def remove(path: Path) -> None:
    """Remove a file, if it is there; raises `WriteError`."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _write_error(path, error) from error


def rename(path: Path, name: str) -> None:
    """Give a file another name in its folder; raises `WriteError`."""
    try:
        path.replace(path.with_name(name))
    except OSError as error:
        raise _write_error(path, error) from error


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
    """Make a folder that can be written, and have it lie on the disk with all above it that are new.

    Raises `OutputError` when that can't be.
    """
    try:
        missing = [folder]
        while not missing[-1].exists():
            missing.append(missing[-1].parent)
        for new in reversed(missing[:-1]):
            new.mkdir(exist_ok=True)
            sync_folder(new.parent)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, ValueError) as error:
        raise OutputError(f"cannot write results to {shown(folder)}: {reason(error)}") from error


def lock(folder: Path) -> int | None:
    """Take charge of a folder until the handle that is returned is closed or the process ends, however it ends.

    Raises `OutputError` when another run is in charge. None where the system has no such locks.
    """
    try:
        import fcntl
    except ImportError:
        return None
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise OutputError(f"cannot write results to {shown(folder)}: {reason(error)}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise OutputError(
            f"another run is writing to {shown(folder)}; wait for its end, or choose another folder"
        ) from error
    except OSError:  # a file system without locks
        os.close(handle)
        return None
    return handle


def kind(path: Path) -> str | None:
    """What lies at `path`, links not followed: "a file", "a link", "a folder", ...; None for nothing.

    Raises `OutputError` when that can't be seen.
    """
    try:
        return KINDS.get(stat.S_IFMT(os.lstat(path).st_mode), "something else")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise OutputError(f"cannot read {shown(path)}: {reason(error)}") from error


def entries(folder: Path) -> list[Path]:
    """What lies in a folder, nothing where there is none; raises `OutputError` when that can't be seen."""
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise OutputError(f"cannot read {shown(folder)}: {reason(error)}") from error


def temporaries(folder: Path, names: str) -> list[Path]:
    """What a process that was killed has left in a folder of files that it was writing, if `names` matches theirs."""
    pattern = re.compile(rf"\.({names})\.[a-z0-9_]{{8}}")
    return [path for path in entries(folder) if pattern.fullmatch(path.name) and kind(path) == "a file"]


def refuse_others(path: Path, wanted: str = "a file") -> None:
    """Raises `OutputError` where something else than `wanted` is in a place of ours, which must not be written over."""
    found = kind(path)
    if found not in (None, wanted):
        raise OutputError(
            f"{shown(path)} is {found} where {wanted} of ours belongs; nothing is removed or written through it: "
            "move it away, or choose another folder"
        )


def read_file(path: Path, longest: int) -> bytes:
    """The bytes of a file; raises `FileNotFoundError`, and `OutputError` where it can't be read, or is longer."""
    with open_file(path) as file:
        try:
            if os.fstat(file.fileno()).st_size <= longest:
                return file.read(longest)
        except OSError as error:
            raise OutputError(f"cannot read {shown(path)}: {reason(error)}") from error
    raise OutputError(f"{shown(path)} has more than {longest:,} bytes, and so is no file of ours")


def checksum(path: Path) -> str:
    """SHA-256 of a file in hexadecimal; raises what `read_file` raises."""
    with open_file(path) as file:
        try:
            return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise OutputError(f"cannot read {shown(path)}: {reason(error)}") from error


@contextmanager
def open_file(path: Path) -> Iterator[BufferedReader]:
    """A file to read; raises `FileNotFoundError`, and `OutputError` for what is no file (a pipe could be endless)."""
    try:
        file = open(path, "rb", opener=_open_at_once)  # noqa: SIM115
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise OutputError(f"cannot read {shown(path)}: {reason(error)}") from error
    with file:
        found = stat.S_IFMT(os.fstat(file.fileno()).st_mode)
        if found != stat.S_IFREG:
            raise OutputError(f"cannot read {shown(path)}: it is {KINDS.get(found, 'something else')}")
        yield file


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # a pipe would wait for a writer


def write_json(path: Path, content: Any) -> None:
    """Put `content` at `path` as JSON, as a whole; raises `WriteError`."""
    replace(path, lambda file: file.write(json_bytes(content)))


def json_bytes(content: Any) -> bytes:
    """`content` as JSON text; NaN and infinities raise `ValueError`."""
    return (json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False) + "\n").encode()


def _write_error(path: Path, error: OSError) -> WriteError:
    return WriteError(error.errno, error.strerror or str(error), str(path))
