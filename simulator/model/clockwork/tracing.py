"""Events: each is counted, and written to the trace when there is one, at the same points by both engines."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulator.model.state.state import TRACE_FIELDS, State
from simulator.streams.jit import rule

TRACE_ROWS = 65_536
"""Rows after which a trace has to be taken."""
ROWS_PER_EVENT = 512


def traced(state: State) -> State:
    """The same state, which writes its events down from now on.

    There is room for one event more: it may be told of everybody who works, of each site and of each stage.
    """
    largest = ROWS_PER_EVENT + len(state.agents) + 4 * len(state.sites) + len(state.stages)
    state = state.replace(trace=np.zeros((TRACE_ROWS + largest, TRACE_FIELDS)))
    state.world["tracing"] = 1
    state.world["traced"] = 0
    return state


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
