"""What waits in the compiled engine: for its time (the calendar, the users' clocks) or for somebody (the lines)."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from simulator.engine.compiled.calendar import ABSENT, ENTRY
from simulator.engine.compiled.instants import NEVER
from simulator.engine.compiled.lines import NOBODY
from simulator.model.state.memory import Arrays
from simulator.model.state.state import State
from simulator.model.state.states import LINES


class Pending(Arrays):
    """What waits: for its time (the calendar) or for somebody (the lines)."""

    FIELDS: ClassVar = {
        "heap": (ENTRY, 1),
        "place": (np.int64, 1),
        "size": (np.int64, 1),
        "posted": (np.float64, 1),  # [timers]: when the calendar has each timer
        "lines": (np.int64, 2),  # [LINES, 2]: first and last job of each line
        "first": (np.int64, 1),  # where the slots of agents and of tickets begin; those of timers come first
        "dues": (np.int64, 1),  # [clocks]: the instant at which each clock fires, `NEVER` when not today
        "cell_due": (np.int64, 1),  # [cells]: that of the first of a cell's clocks
        "cell_key": (np.int64, 1),  # [cells]: and its key
        "node_due": (np.int64, 1),  # [2 * width]: a tree in which the first of all wins its way to 1; sites are leaves
        "node_key": (np.int64, 1),  # [2 * width]: key of the winner at each node; width: sites, to a power of two
    }


# Indices into `Pending.first`.
AGENTS, TICKETS = 0, 1


def pending(state: State) -> Pending:
    """Empty calendar and lines with room for every event that `state` can have pending."""
    agents = len(state.timers)
    tickets = agents + len(state.agents)
    slots = tickets + len(state.tickets)
    width = 1 << max(0, len(state.sites) - 1).bit_length()
    return Pending(
        heap=np.zeros(slots, ENTRY),
        place=np.full(slots, ABSENT, dtype=np.int64),
        size=np.zeros(1, dtype=np.int64),
        posted=np.full(len(state.timers), np.inf),
        lines=np.full((LINES, 2), NOBODY, dtype=np.int64),
        first=np.array([agents, tickets], dtype=np.int64),
        dues=np.full(len(state.clocks), NEVER),
        cell_due=np.full(len(state.cells), NEVER),
        cell_key=np.zeros(len(state.cells), dtype=np.int64),
        node_due=np.full(2 * width, NEVER),
        node_key=np.zeros(2 * width, dtype=np.int64),
    )


def grow_pending(cal: Pending, tickets: int) -> Pending:
    """The same calendar with room for `tickets` tickets."""
    more = int(cal.first[TICKETS]) + tickets - len(cal.place)
    return cal.replace(
        heap=np.concatenate([cal.heap, np.zeros(more, ENTRY)]),
        place=np.concatenate([cal.place, np.full(more, ABSENT, dtype=np.int64)]),
    )


def next_event(cal: Pending) -> float:
    """When the next event is due (hours); infinite when there is none."""
    due = float(cal.node_due[1:2].view(np.float64)[0])
    return min(due, float(cal.heap["time"][0])) if cal.size[0] > 0 else due
