"""Timers: when the rarer things happen next. Rules set them; an engine keeps its calendar in step with them.

Each entity of a timed kind (a week's end, a gate, a site's go-live, an agent's first day, a stage of an integration,
...) has one timer; a rule that moves or stops something moves its timer, and need not know what a calendar is.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.streams.jit import rule


@rule
def set_timer(state: Any, kind: int, entity: int, time: float) -> None:
    """The event `kind` of the entity happens at `time` (hours); infinite for never."""
    state.timers[state.first_timer[kind] + entity]["due"] = time
    state.world[0]["timers_moved"] = 1


@rule
def timer(state: Any, kind: int, entity: int) -> float:
    """When the event `kind` of the entity happens (hours)."""
    return float(state.timers[state.first_timer[kind] + entity]["due"])


@rule
def stop_timers(state: Any, kind: int) -> None:
    """Nothing of this kind happens any more."""
    for i in range(state.first_timer[kind], state.first_timer[kind + 1]):
        state.timers[i]["due"] = math.inf
    state.world[0]["timers_moved"] = 1
