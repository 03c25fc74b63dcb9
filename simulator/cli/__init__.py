"""The command `scaleup`.

`entry` has the list of commands and what becomes of errors, `commands` the commands themselves. They share `options`,
`sources` (which scenarios are meant), `plans` (or results), `simulating`, `analysing` (questions asked of what was
simulated), `showing`, `output`, `asking` (about an organisation), `signals` and `exit_codes`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

LINEAR_ALGEBRA = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Variables that tell NumPy's linear algebra how many threads to use, which it reads when it is imported."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with exit one of the exit codes that its help tells."""
    # The matrices of the analyses are small: more threads than one save nothing, spin for each other where cores are
    # shared, and give other last digits on other machines.
    for name in LINEAR_ALGEBRA:
        os.environ.setdefault(name, "1")
    from simulator.cli.signals import leave_when_told

    leave_when_told()
    from simulator.cli.entry import execute

    raise SystemExit(execute(arguments))
