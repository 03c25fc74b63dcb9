"""The command `scaleup`.

`entry` has the list of commands and what becomes of errors, `commands` the commands themselves. They share `options`,
`sources` (which scenarios are meant), `plans` (or results), `simulating`, `analysing` (questions asked of what was
simulated), `showing`, `output`, `asking` (about an organisation), `signals` and `exit_codes`.
"""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with exit one of the exit codes that its help tells."""
    from simulator.cli.signals import leave_when_told

    leave_when_told()
    from simulator.cli.entry import execute

    raise SystemExit(execute(arguments))
