"""The command `scaleup`."""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with exit code 0 (done), 1 (a run failed) or 2 (bad usage or bad scenario)."""
    from simulator.cli.commands import execute

    raise SystemExit(execute(arguments))
