"""The folder in which compiled code is kept between runs, and the files in it.

Compiled code is unpickled and run, so whoever can put a file there runs code as the user. A folder is therefore used
only if nobody but the user (and root) can put anything there or in its place: each part that is made here is a real
folder of the user's that nobody else can write, and on the way to it nobody else can rename one. Files are checked
alike, and by a checksum: LLVM ends the process over a damaged one. Where no such folder can be had, one is made anew
for this process and its children; a disk that takes no more only costs the next start its compilation.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import stat
import sys
import time
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

VARIABLE = "SCALEUP_CACHE_DIR"
OF_PARENT = "SCALEUP_CACHE_OF_PARENT"
"""Set for child processes once the user was told that the usual folder is of no use: what is used instead, or ""."""
OURS = "scaleup-simulator"
REFRESHED_SECONDS = 86_400
KEPT_SECONDS = 60 * 86_400
"""How long a cache stays that no start has used; each use is noted, at most once in `REFRESHED_SECONDS`."""
CACHES, PRIVATE = re.compile(r"[0-9a-f]{20}-[0-9a-f]{8}"), re.compile(rf"{OURS}-[a-z0-9_]{{8}}")
NO_LINK, NO_WAIT, BINARY = (getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))


class CacheWarning(UserWarning):
    """Compiled code is not kept for the next start; the message says why."""


class UnusableError(OSError):
    """A folder that is none, or in which or in whose place somebody else could put code; the message says why."""


@dataclass
class Cache:
    """Files of compiled code in a folder, which may be missing: then nothing is found and nothing kept."""

    folder: Path | None
    _full: bool = field(default=False, init=False)

    def read(self, name: str) -> bytes | None:
        """What was written under `name`; None unless it is all there and ours."""
        if self.folder is None:
            return None
        try:
            content = _content(self.folder / name)
        except OSError:
            return None
        payload = content[sha256().digest_size :]
        return payload if content == _checksum(name, payload) + payload else None

    def write(self, name: str, payload: bytes) -> None:
        """Keep `payload` under `name`; the first time that this fails is told, and the last that it is tried."""
        if self.folder is None or self._full:
            return
        try:
            self.put(self.folder, name, payload)
        except OSError as error:
            self._full = True
            if OF_PARENT not in os.environ:
                os.environ[OF_PARENT] = ""
                _tell(f"{self.folder}: {error.strerror}", "what is missing there")

    @staticmethod
    def put(folder: Path, name: str, payload: bytes) -> None:
        """Put `payload` under `name` into a folder, as a whole; raises OSError."""
        part = folder / f"{name}.{uuid4().hex}.part"
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o600), "wb") as file:
                file.write(_checksum(name, payload) + payload)
            part.replace(folder / name)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise

    def holds(self, pattern: str) -> bool:
        """Whether a whole file of ours with such a name is there."""
        return self.folder is not None and any(self.read(path.name) is not None for path in self.folder.glob(pattern))


def open_cache(name: str) -> Cache:
    """The cache called `name`: in the usual folder, or else in one for this process and its children, which is told."""
    try:
        folder = _folder(_usual_place(), name)
    except OSError as error:
        return Cache(_instead(name, error))
    with suppress(OSError):  # it can only be read
        if time.time() - folder.stat().st_mtime > REFRESHED_SECONDS:
            os.utime(folder)
        _remove_old(folder.parent, CACHES)
    return Cache(folder)


def private_folder(*names: str) -> Path:
    """A folder of ours in the usual place, below which only the user can write; raises OSError unless it is that."""
    folder = _folder(_usual_place(), names[0])
    for name in names[1:]:
        folder /= name
        _make(folder)
        _check_ours(folder)
    return folder


def _usual_place() -> Path:
    """Where the user wants caches to lie; raises OSError where that is not known."""
    named = os.environ.get(VARIABLE)
    xdg = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not named and xdg.is_absolute():  # a relative one is to be ignored, says its specification
        return xdg
    place = Path(named or "~/.cache")
    if place.parts[0].startswith("~"):
        try:
            home = Path(place.parts[0]).expanduser()
        except RuntimeError as error:
            whose = place.parts[0].removeprefix("~")
            raise UnusableError(f"no home folder is known{whose and f' of {whose}'}") from error
        if not home.is_absolute():
            raise UnusableError(f"the home folder {home} is not an absolute path")
        place = home.joinpath(*place.parts[1:])
    return place.absolute()


def _folder(place: Path, name: str) -> Path:
    """The folder of the cache `name` below `place`, made when missing; raises OSError unless it is safe and of use."""
    for part in (*reversed(place.parents), place):
        _make(part)
        _check_way(part)
    folder = place / OURS / name
    for part in (folder.parent, folder):
        _make(part)
        _check_ours(part)
    if not os.access(folder, os.W_OK) and not any(folder.iterdir()):
        raise UnusableError(f"{folder} can't be written")
    return folder


def _make(part: Path) -> None:
    if part.is_dir():
        return
    try:
        part.mkdir(mode=0o700, exist_ok=True)  # another process may be quicker
    except FileExistsError as error:
        raise UnusableError(f"{part} is not a folder") from error


def _check_ours(part: Path) -> None:
    """Raise `UnusableError` unless `part` is a real folder of the user's that nobody else can write."""
    status = part.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise UnusableError(f"{part} is a link")
    if found := _strange(status):
        raise UnusableError(f"{part} {found}")


def _check_way(part: Path) -> None:
    """Raise `UnusableError` if somebody else can put another folder in the place of one in `part`.

    A sticky folder is fine: there nobody but its owner, who is looked at too, can rename what another has made.
    """
    if sys.platform == "win32":
        return
    status = part.lstat()
    if status.st_uid not in (0, os.geteuid()):
        raise UnusableError(f"{part} belongs to another user")
    if stat.S_ISLNK(status.st_mode):
        target = part.parent / part.readlink()
        for folder in (*reversed(target.parents), target):
            _check_way(folder)
    elif not status.st_mode & stat.S_ISVTX and (
        status.st_mode & stat.S_IWOTH or (status.st_mode & stat.S_IWGRP and not _only_member(status.st_gid))
    ):
        raise UnusableError(f"{part} can be written by others")


def _strange(status: os.stat_result) -> str:
    """Why a file or folder is not the user's alone; empty if it is."""
    if sys.platform == "win32":  # no such bits; home and temporary folder are the user's there
        return ""
    if status.st_uid != os.geteuid():
        return "belongs to another user"
    return "can be written by others" if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) else ""


def _only_member(group: int) -> bool:
    """Whether `group` is the one that many systems make for each user, who is alone in it."""
    import grp
    import pwd

    try:
        user, found = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(group)
    except KeyError:
        return False
    return found.gr_name == user and set(found.gr_mem) <= {user}


def _content(path: Path) -> bytes:
    """What a file of the user's holds; raises OSError for a link, and for all else that is not one."""
    descriptor = os.open(path, os.O_RDONLY | NO_LINK | NO_WAIT | BINARY)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or _strange(status):
            raise UnusableError(path)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(descriptor)


def _checksum(name: str, payload: bytes) -> bytes:
    """Of content and name, so that a file under another's name is found out too."""
    return sha256(name.encode() + b"\0" + payload).digest()


def _instead(name: str, why: OSError) -> Path | None:
    """A folder for this process and its children, or that of the parent; None where there is no place for one."""
    of_parent = os.environ.get(OF_PARENT)
    if of_parent:
        try:
            _check_ours(Path(of_parent))
            return _folder(Path(of_parent), name)
        except OSError:
            pass  # it is gone, or not the parent's
    try:
        place = mkdtemp(prefix=f"{OURS}-")
        atexit.register(_remove, place, os.getpid())
        _remove_old(Path(place).parent, PRIVATE)
        folder = _folder(Path(place), name)
    except OSError:
        place, folder = "", None
    os.environ[OF_PARENT] = place
    if of_parent is None:
        _tell(f"{why.filename}: {why.strerror}" if why.filename else str(why), "the engine")
    return folder


def _tell(why: str, what: str) -> None:
    shown = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in why)
    warnings.warn(
        f"compiled code is not kept ({shown}), so that each start compiles {what} anew; to mend it, set {VARIABLE} to "
        "a folder that you alone can write",
        CacheWarning,
        stacklevel=2,
    )


def _remove(place: str, process: int) -> None:
    """Remove a folder at the end of the process that made it, not at that of one forked from it."""
    if os.getpid() == process:
        shutil.rmtree(place, ignore_errors=True)


def _remove_old(parent: Path, names: re.Pattern[str]) -> None:
    """Remove folders of the user's with such names that have not been used for `KEPT_SECONDS`, as far as that works."""
    for path in parent.iterdir():
        try:
            if names.fullmatch(path.name) and time.time() - path.lstat().st_mtime > KEPT_SECONDS:
                _check_ours(path)
                shutil.rmtree(path, ignore_errors=True)  # follows no links
        except OSError:
            continue
