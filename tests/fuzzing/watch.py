"""Runs cases in a process of their own, which names each before it begins: so a crash or a hang has a name too."""

from __future__ import annotations

import faulthandler
import json
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.fuzzing.cases import Case, case
from tests.fuzzing.oracle import check
from tests.fuzzing.shrinking import shrunk

LONGEST_CASE = 300
"""Seconds after which a case counts as one that never ends; it takes a fraction of one."""
MEMORY = 12_000_000_000
MANY = 1_000_000_000


@dataclass
class Report:
    """What came of some cases."""

    ran: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[int, str]] = field(default_factory=list)


def watch(
    seed: int,
    first: int = 0,
    cases: int = MANY,
    seconds: float = 0.0,
    keep: Path | None = None,
    child: Sequence[str] = (sys.executable, "-m", "tests.fuzzing", "--child"),
) -> Report:
    """Run cases, as many as are asked for or as seconds allow, in processes; a new one after each that died."""
    report = Report()
    until = time.monotonic() + seconds if seconds else 0.0
    at, last = first, first + cases
    while at < last and not (until and time.monotonic() > until):
        at = _watch_process(child, seed, at, last, until, report, keep)
    return report


def _watch_process(
    child: Sequence[str], seed: int, first: int, last: int, until: float, report: Report, keep: Path | None
) -> int:
    """Run cases in one process until it dies or is done; the number of the next case."""
    left = max(1.0, until - time.monotonic()) if until else 0.0
    command = [*child, f"--seed={seed}", f"--first={first}", f"--cases={last - first}", f"--seconds={left}"]
    command += [f"--keep={keep}"] if keep else []
    number, phase = first, "start"
    with tempfile.TemporaryFile("w+") as errors:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                said = json.loads(line)
                number, phase = said["case"], said.get("phase", phase)
                if "ended" in said:
                    report.ran += 1
                    report.ended[said["ended"]] += 1
                    number += 1
                if "fault" in said:
                    report.faults.append((said["case"], said["fault"]))
        if process.returncode == 0:
            return last if not until else number
        errors.seek(0)
        report.faults.append((number, f"died in {phase} ({process.returncode}):\n{errors.read()[-6000:]}"))
    if keep is not None:
        kept(case(seed, number), keep / f"{seed}-{number}", report.faults[-1][1])
    return number + 1


def run_cases(seed: int, first: int, cases: int, seconds: float, keep: Path | None) -> None:
    """What the process does: run cases, and say on standard output how each begins, goes on and ends."""
    limit = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, limit))
    until = time.monotonic() + seconds if seconds else 0.0
    for number in range(first, first + cases):
        if until and time.monotonic() > until:
            return
        faulthandler.dump_traceback_later(LONGEST_CASE, exit=True)
        fault = None
        made = Case("none")
        try:
            made = case(seed, number)
            ended = run_case(made, partial(_phase, number))
        except Exception as error:
            ended, fault = "fault", traceback.format_exc()
            if keep is not None:
                kept(shrunk(made, error), keep / f"{seed}-{number}", fault)
        _say(case=number, ended=ended, **({} if fault is None else {"fault": fault}))
    faulthandler.cancel_dump_traceback_later()


def run_case(made: Case, phase: Callable[[str], object] = lambda _: None) -> str:
    """Run one case in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return check(made, Path(folder), phase)


def kept(made: Case, folder: Path, fault: str) -> None:
    """Write a case and its fault to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in made.files.items():
        (folder / name).write_bytes(content)
    told = [f"kind: {made.kind}", f"source: {made.source}", *(f"--overlay {name}" for name in made.overlays)]
    told += [f"--set {one!r}" for one in made.sets]
    if made.tree is not None:
        text = f"tree = {written(made.tree)}\nchanges = {written(made.changes)}\nsuite = {made.suite}\n"
        (folder / "mapping.py").write_text(text, encoding="utf-8", errors="backslashreplace")
    (folder / "fault.txt").write_text("\n".join([*told, "", fault]), encoding="utf-8", errors="backslashreplace")


def written(tree: Any) -> str:
    """A tree from Python as text, as far as Python can write it."""
    try:
        return repr(tree)[:100_000]
    except ValueError as error:  # integers of thousands of digits
        return f"not written: {error}"


def _phase(number: int, phase: str) -> None:
    _say(case=number, phase=phase)


def _say(**said: Any) -> None:
    print(json.dumps(said), flush=True)
