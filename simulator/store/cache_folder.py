"""The folder in which replications are kept between runs: the user's alone, bounded in bytes, oldest-used goes first.

It lies beside that of compiled code, and is as safe (`streams/cache.py`). Whatever is wrong with it only costs time:
what can't be read is not there, and what can't be written is not kept.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import time
from typing import Final, NamedTuple

from simulator.store.files import OutputError
from simulator.streams.cache import Cache, private_folder

FOLDER: Final = "replications"
MOST_BYTES: Final = 2**30
"""What all files may take, unless something else is said."""
SHARE_OF_DISK: Final = 0.1
"""The part that they may take of what the disk would have free without them."""
LEFT_AFTER_CLEARING: Final = 0.9
"""How much of what is allowed stays when it was too much, so that not each file that is written removes one."""
WRITTEN_BETWEEN_LOOKS: Final = 1 / 16
"""The part of the bytes allowed that is written before what is there is counted again."""
DISK_BLOCK: Final = 4096
"""The least that a file takes on a disk, about."""
KEYS: Final = re.compile(r"[0-9a-f]{40}")


class Kept(NamedTuple):
    """A file in the cache."""

    used: float
    """Seconds since the epoch when it was written, or last read."""
    nbytes: int
    path: Path


class CacheFolder:
    """Files by key and name, of at most `most_bytes` together; 0: nothing is found and nothing kept."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._unseen = most_bytes  # bytes that may have come since files were counted
        self._full = False

    def names(self, key: str) -> list[str]:
        """The names of the files under a key."""
        if not self.most_bytes:
            return []
        try:
            return sorted(path.name for path in private_folder(FOLDER, key).iterdir())
        except OSError:
            return []

    def read(self, key: str, name: str) -> bytes | None:
        """What was written under a name, noted as used now; None unless it is all there and ours."""
        if not self.most_bytes:
            return None
        try:
            folder = private_folder(FOLDER, key)
        except OSError:
            return None
        content = Cache(folder).read(name)
        with suppress(OSError):
            if content is None:
                (folder / name).unlink()  # damaged: it would be looked at again and again
            else:
                os.utime(folder / name)
        return content

    def write(self, key: str, name: str, content: bytes) -> None:
        """Keep `content`; where that can't be done, nothing is kept any more."""
        if self._full or len(content) > self.most_bytes:
            return
        try:
            if self._unseen >= self.most_bytes * WRITTEN_BETWEEN_LOOKS:
                self.trim()
            Cache.put(private_folder(FOLDER, key), name, content)
        except (OSError, OutputError):
            self._full = True
        self._unseen += len(content)

    def trim(self) -> None:
        """Remove what was not used for the longest, if there is too much; raises OSError without a folder."""
        root = private_folder(FOLDER)
        found = sorted(self._all(root))
        taken = sum(kept.nbytes for kept in found)
        allowed = min(self.most_bytes, int((shutil.disk_usage(root).free + taken) * SHARE_OF_DISK))
        if taken > allowed:
            for kept in found:
                if taken <= allowed * LEFT_AFTER_CLEARING:
                    break
                taken -= kept.nbytes
                _remove(kept.path)
        self._unseen = 0

    @staticmethod
    def look() -> tuple[Path, list[Kept]]:
        """The folder and the files in it, oldest-used first; raises OSError where it can't be used."""
        root = private_folder(FOLDER)
        return root, sorted(CacheFolder._all(root))

    @staticmethod
    def clear() -> None:
        """Remove all files; raises OSError where the folder can't be used."""
        for kept in CacheFolder.look()[1]:
            _remove(kept.path)

    @staticmethod
    def _all(root: Path) -> Iterator[Kept]:
        for key in root.iterdir():
            if not KEYS.fullmatch(key.name):
                continue  # none of ours
            with suppress(OSError):  # another process removes it at the same time
                for path in key.iterdir():
                    with suppress(OSError):
                        status = path.lstat()
                        yield Kept(status.st_mtime, max(status.st_size, DISK_BLOCK), path)


def days_since(used: float) -> float:
    """Days since a file was used."""
    return max(0.0, time() - used) / 86_400


def _remove(path: Path) -> None:
    """Remove a file, and its folder when it was the last; another process may be quicker."""
    with suppress(OSError):
        path.unlink()
    with suppress(OSError):
        path.parent.rmdir()
