"""The most memory that a process has held, for tests and benchmarks that bound it."""

from __future__ import annotations

import re
from pathlib import Path


def peak_mebibytes() -> float:
    """Peak resident memory of this process since it began to run its program, in MiB (Linux only).

    Not `getrusage`: its `ru_maxrss` is handed on through fork and exec, so that a child started by a large process
    reports the peak of its parent.
    """
    told = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert told, "the kernel does not tell VmHWM"
    return int(told[1]) / 1024
