"""Events: each is counted, and written to the trace when there is one, at the same points by both engines."""

from __future__ import annotations

from typing import Any

from simulator.streams.jit import rule

ROWS_PER_EVENT = 512
"""Room that must be left in the trace before an event: no event writes more rows than this."""


@rule
def note(state: Any, time: float, kind: int, a: float, b: float, c: float, d: float) -> None:
    """Count an event, and write it down when the replication is traced; `kinds.KINDS` says what a, b, c and d are."""
    world = state.world[0]
    world["events"] += 1
    if world["tracing"] == 1:
        row = state.trace[world["traced"]]
        row[0] = time
        row[1] = kind
        row[2] = a
        row[3] = b
        row[4] = c
        row[5] = d
        world["traced"] += 1
