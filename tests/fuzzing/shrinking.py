"""A smaller case with the same fault: lines are left out, more at a time first (delta debugging, Zeller 1999)."""

from __future__ import annotations

import tempfile
import traceback
from dataclasses import replace
from pathlib import Path

from tests.fuzzing.cases import Case
from tests.fuzzing.oracle import check

MOST_TRIALS = 150


def shrunk(case: Case, error: Exception) -> Case:
    """The case with as few lines in its files as still give a fault of the same kind at the same place."""
    wanted, trials = _where(error), 0
    for name in case.files:
        lines = case.files[name].split(b"\n")
        size = max(1, len(lines) // 2)
        while trials < MOST_TRIALS:
            at = 0
            while at < len(lines) and trials < MOST_TRIALS:
                fewer = lines[:at] + lines[at + size :]
                tried = replace(case, files={**case.files, name: b"\n".join(fewer)})
                trials += 1
                if _fault(tried) == wanted:
                    lines, case = fewer, tried
                else:
                    at += size
            if size == 1:
                break
            size //= 2
    return case


def _fault(case: Case) -> tuple[str, int] | None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            check(case, Path(folder))
        except Exception as error:
            return _where(error)
    return None


def _where(error: Exception) -> tuple[str, int]:
    """The kind of an error, and the line of the code that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    return type(error).__name__, frames[-1].lineno or 0 if frames else 0
