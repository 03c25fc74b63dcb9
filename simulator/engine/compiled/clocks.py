"""The users' clocks in the compiled engine: which fires first, in a tree of winners beside the calendar."""

from __future__ import annotations

import math
from typing import Any

from simulator.engine.compiled.instants import earlier, instant
from simulator.model.clockwork.clocks import due, retime
from simulator.model.clockwork.time import work_time
from simulator.model.programme.rates import clock_rates, rates_of_beginning
from simulator.model.state.events import (
    CLOCKS,
    DROP_OUT,
    ENCOUNTER,
    FIRST_CLOCK,
    LEARNED,
    NOTICED_ERROR,
    ONSET,
    QUESTION,
    RANK,
    REPLACED,
    RETURN,
)
from simulator.model.users.tasks import set_rates
from simulator.streams.jit import inlined, kernel_part


@kernel_part
def arm(state: Any, cal: Any, c: int, i: int) -> None:
    """Note when clock `i`, of cell `c`, fires; `find_first` and `post` must follow."""
    cal.dues[i] = instant(due(state.clocks[i], state.sites[state.cells[c]["site"]]))


@inlined
def find_first(cal: Any, c: int) -> None:
    """Find the clock of cell `c` that fires first; of simultaneous ones that of the lowest kind."""
    best = cal.dues[c * CLOCKS]
    process = 0
    for k in range(1, CLOCKS):
        due = cal.dues[c * CLOCKS + k]
        process = k if due < best else process
        best = min(best, due)
    cal.cell_due[c] = best
    cal.cell_key[c] = (FIRST_CLOCK + process) * RANK + c


@kernel_part
def post(state: Any, cal: Any, s: int) -> None:
    """Let the first firing at site `s` play for the next one of all: users' events need no place in the heap.

    Ties go by the calendar's key, kind first, then cell. Nobody can guess who wins, so there is nothing to branch on.
    """
    first = state.sites[s]["first_cell"]
    due = cal.cell_due[first]
    key = cal.cell_key[first]
    for c in range(first + 1, first + state.world[0]["segments"]):
        rival_due = cal.cell_due[c]
        rival_key = cal.cell_key[c]
        wins = earlier(rival_due, rival_key, due, key)
        due = rival_due if wins else due
        key = rival_key if wins else key
    i = (len(cal.node_due) >> 1) + s
    cal.node_due[i] = due
    cal.node_key[i] = key
    while i > 1:  # the winner so far plays against whoever won on the other side
        rival_due = cal.node_due[i ^ 1]
        rival_key = cal.node_key[i ^ 1]
        wins = earlier(rival_due, rival_key, due, key)
        due = rival_due if wins else due
        key = rival_key if wins else key
        i >>= 1
        cal.node_due[i] = due
        cal.node_key[i] = key


@inlined
def retime_clock(state: Any, cal: Any, c: int, kind: int, work: float, rate: float) -> None:
    """Bring a clock of cell `c` to its present rate."""
    i = c * CLOCKS + kind - FIRST_CLOCK
    if retime(state.clocks[i], work, rate):
        arm(state, cal, c, i)


@kernel_part
def retime_cell(state: Any, cal: Any, c: int, work: float) -> None:
    """Bring all clocks of cell `c` to their present rates."""
    noticed, met, asked, onset, back, dropped, learned, replaced = clock_rates(state, c)
    retime_clock(state, cal, c, NOTICED_ERROR, work, noticed)
    retime_clock(state, cal, c, ENCOUNTER, work, met)
    retime_clock(state, cal, c, QUESTION, work, asked)
    retime_clock(state, cal, c, ONSET, work, onset)
    retime_clock(state, cal, c, RETURN, work, back)
    retime_clock(state, cal, c, DROP_OUT, work, dropped)
    retime_clock(state, cal, c, LEARNED, work, learned)
    retime_clock(state, cal, c, REPLACED, work, replaced)
    find_first(cal, c)


@kernel_part
def retime_beginnings(state: Any, cal: Any, c: int, work: float) -> None:
    """Bring those clocks of cell `c` to their present rates that depend on the site's other users."""
    onset, back = rates_of_beginning(state, c)
    retime_clock(state, cal, c, ONSET, work, onset)
    retime_clock(state, cal, c, RETURN, work, back)
    find_first(cal, c)


@kernel_part
def retime_user(state: Any, cal: Any, c: int, time: float) -> None:
    """After a user of cell `c` changed state."""
    site = state.sites[state.cells[c]["site"]]
    work = work_time(site, time)
    for other in range(site["first_cell"], site["first_cell"] + state.world[0]["segments"]):
        if other == c:
            retime_cell(state, cal, c, work)
        else:
            retime_beginnings(state, cal, other, work)
    post(state, cal, state.cells[c]["site"])


@kernel_part
def renew_rates(state: Any, cal: Any, s: int, time: float) -> None:
    """After a change in what the system does at site `s`, which must be settled up to `time`."""
    if state.sites[s]["opened"] == math.inf:
        return
    set_rates(state, s)
    work = work_time(state.sites[s], time)
    first = state.sites[s]["first_cell"]
    for c in range(first, first + state.world[0]["segments"]):
        retime_cell(state, cal, c, work)
    post(state, cal, s)


@kernel_part
def open_cell(state: Any, cal: Any, c: int, work: float) -> None:
    """The clocks of cell `c` take up their present rates, and those that fire today are noted."""
    noticed, met, asked, onset, back, dropped, learned, replaced = clock_rates(state, c)
    open_clock(state, cal, c, NOTICED_ERROR, work, noticed)
    open_clock(state, cal, c, ENCOUNTER, work, met)
    open_clock(state, cal, c, QUESTION, work, asked)
    open_clock(state, cal, c, ONSET, work, onset)
    open_clock(state, cal, c, RETURN, work, back)
    open_clock(state, cal, c, DROP_OUT, work, dropped)
    open_clock(state, cal, c, LEARNED, work, learned)
    open_clock(state, cal, c, REPLACED, work, replaced)
    find_first(cal, c)


@kernel_part
def open_clock(state: Any, cal: Any, c: int, kind: int, work: float, rate: float) -> None:
    """A clock of cell `c` takes up its present rate."""
    i = c * CLOCKS + kind - FIRST_CLOCK
    retime(state.clocks[i], work, rate)
    arm(state, cal, c, i)


@kernel_part
def open_clocks(state: Any, cal: Any, s: int, time: float) -> None:
    """A working day begins at site `s`: clocks take up their present rates, and those that fire today are noted."""
    site = state.sites[s]
    work = work_time(site, time)
    for c in range(site["first_cell"], site["first_cell"] + state.world[0]["segments"]):
        open_cell(state, cal, c, work)
    post(state, cal, s)
