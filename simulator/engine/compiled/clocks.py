"""The users' clocks in the compiled engine: which fires first, in a tree of winners beside the calendar."""

from __future__ import annotations

import math
from typing import Any

from simulator.engine.compiled.instants import earlier, instant
from simulator.model.clockwork.clocks import due, retime
from simulator.model.clockwork.time import work_time
from simulator.model.programme.rates import clock_rate
from simulator.model.state.events import CLOCKS, FIRST_CLOCK, RANK, SITE_WIDE
from simulator.model.users.tasks import set_rates
from simulator.streams.jit import kernel_part


@kernel_part
def arm(state: Any, cal: Any, i: int) -> None:
    """Note when clock `i` fires; `find_first` and `post` must follow."""
    cal.dues[i] = instant(due(state.clocks[i], state.sites[state.cells[i // CLOCKS]["site"]]))


@kernel_part
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


@kernel_part
def retime_cell(state: Any, cal: Any, c: int, work: float, everything: bool) -> None:
    """Bring the clocks of cell `c` to their present rates: all of them, or those that depend on the site's others."""
    for process in range(FIRST_CLOCK, FIRST_CLOCK + CLOCKS):
        if everything or process in SITE_WIDE:
            i = c * CLOCKS + process - FIRST_CLOCK
            if retime(state.clocks[i], work, clock_rate(state, c, process)):
                arm(state, cal, i)
    find_first(cal, c)


@kernel_part
def retime_user(state: Any, cal: Any, c: int, time: float) -> None:
    """After a user of cell `c` changed state."""
    site = state.sites[state.cells[c]["site"]]
    work = work_time(site, time)
    for other in range(site["first_cell"], site["first_cell"] + state.world[0]["segments"]):
        retime_cell(state, cal, other, work, other == c)
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
        retime_cell(state, cal, c, work, True)
    post(state, cal, s)


@kernel_part
def open_clocks(state: Any, cal: Any, s: int, time: float) -> None:
    """A working day begins at site `s`: clocks take up their present rates, and those that fire today are noted."""
    site = state.sites[s]
    work = work_time(site, time)
    for c in range(site["first_cell"], site["first_cell"] + state.world[0]["segments"]):
        for process in range(FIRST_CLOCK, FIRST_CLOCK + CLOCKS):
            i = c * CLOCKS + process - FIRST_CLOCK
            retime(state.clocks[i], work, clock_rate(state, c, process))
            arm(state, cal, i)
        find_first(cal, c)
    post(state, cal, s)
