"""Every check of the project but the slow tests: `python -m tests` (lint, types, layer rules, fast tests).

Arguments go to pytest, as in `python -m tests -k philox`. All checks run even when one fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
MOST_WORKERS = 4


def checks(arguments: list[str]) -> dict[str, list[str]]:
    """Name and command of each check."""
    python = [sys.executable, "-m"]
    lint_imports = str(Path(sysconfig.get_path("scripts")) / "lint-imports")
    workers = ["-n", str(min(os.cpu_count() or 1, MOST_WORKERS)), "--dist", "loadscope"]
    return {
        "lint": [*python, "ruff", "check", "."],
        "types": [*python, "mypy"],
        "layers": [lint_imports, "--no-logo"],
        "fast tests": [*python, "pytest", *workers, *arguments],
    }


def main(arguments: list[str]) -> int:
    """Run the checks and return 0 when all of them passed, 1 otherwise."""
    report = []
    for name, command in checks(arguments).items():
        print(f"\n=== {name} ===", flush=True)
        began = time.monotonic()
        code = subprocess.call(command, cwd=REPOSITORY)
        report.append((name, code, time.monotonic() - began))
    print("\n=== summary ===")
    for name, code, seconds in report:
        print(f"{name:12} {'passed' if code == 0 else 'FAILED':8} {seconds:6.1f} s")
    return int(any(code for _, code, _ in report))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
