"""The command `scaleup`."""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with exit one of the exit codes that its help tells."""
    from simulator.cli.signals import leave_when_told

    leave_when_told()
    from simulator.cli.commands import execute

    raise SystemExit(execute(arguments))
