"""What Ctrl-C leaves of a run: an exception that stops loops, and carries what was finished."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from simulator.store.shards import ResultWarning

if TYPE_CHECKING:
    from simulator.results.result import Result
    from simulator.results.suite_result import SuiteResult


class Interrupted(KeyboardInterrupt):
    """A run was interrupted (Ctrl-C): `result` is what was finished, None where that is nothing.

    It is a `KeyboardInterrupt`, so that a loop over scenarios stops, and `except Exception` lets it through.
    """

    def __init__(self, told: str, result: Result | SuiteResult | None = None) -> None:
        super().__init__(told)
        self.result = result


def interrupted(
    result: Result | SuiteResult | None, name: str, on_interrupt: str, refused: Exception | None = None
) -> Result | SuiteResult:
    """Warn that a run was interrupted, and raise `Interrupted` or return `result`.

    `refused` is why what was finished has no result, if that is so.
    """
    if result is None:
        told = (
            "before a replication was finished" if refused is None else f"and what was finished says nothing: {refused}"
        )
        raise Interrupted(f"{name}: interrupted {told}") from refused
    told = f"{name}: interrupted: {result.replications_done:,} of {result.requested:,} replications are there"
    try:
        warnings.warn(f"{told}; estimates speak of those", ResultWarning, stacklevel=4)
    finally:  # also where warnings are errors
        if on_interrupt == "raise":
            raise Interrupted(
                f"{told}: they are the `result` of this exception (except sim.Interrupted as stop: stop.result; "
                "where nobody caught it: sys.last_value.result)",
                result,
            )
    return result
