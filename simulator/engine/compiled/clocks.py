"""The users' clocks in the compiled engine: which fires first, in a tree of winners beside the calendar."""

from __future__ import annotations

import math
from typing import Any

from simulator.model.clockwork.clocks import due, retime
from simulator.model.clockwork.time import work_time
from simulator.model.programme.rates import clock_rate
from simulator.model.state.events import CLOCKS, FIRST_CLOCK, RANK, SITE_WIDE
from simulator.model.users.tasks import set_rates
from simulator.streams.jit import kernel_part


@kernel_part
def arm(state: Any, cal: Any, i: int) -> None:
    """Note when clock `i` fires; `find_first` and `post` must follow."""
    cal.dues[i] = due(state.clocks[i], state.sites[state.cells[i // CLOCKS]["site"]])


@kernel_part
def find_first(cal: Any, c: int) -> None:
    """Find the clock of cell `c` that fires first; of simultaneous ones that of the lowest kind."""
    best = cal.dues[c * CLOCKS]
    process = 0
    for k in range(1, CLOCKS):
        time = cal.dues[c * CLOCKS + k]
        process = k if time < best else process
        best = min(best, time)
    cal.cell_due[c] = best
    cal.cell_process[c] = process


@kernel_part
def post(state: Any, cal: Any, s: int) -> None:
    """Let the first firing at site `s` play for the next one of all: users' events need no place in the heap.

    Ties go by the calendar's key, kind first, then cell. Comparisons are joined by `&` and `|`, not `and` and `or`:
    nobody can guess who wins, so the processor must not try.
    """
    first = state.sites[s]["first_cell"]
    due_first = cal.cell_due[first]
    kind = cal.cell_process[first]
    cell = first
    for c in range(first + 1, first + state.world[0]["segments"]):
        time = cal.cell_due[c]
        process = cal.cell_process[c]
        earlier = (time < due_first) | ((time == due_first) & (process < kind))
        due_first = time if earlier else due_first
        kind = process if earlier else kind
        cell = c if earlier else cell
    key = (FIRST_CLOCK + kind) * RANK + cell
    cal.site_key[s] = key
    i = len(cal.site_key) + s
    cal.node_due[i] = due_first
    winner = s
    while i > 1:  # the winner so far plays against whoever won on the other side
        rival = cal.winners[i ^ 1]
        rival_key = cal.site_key[rival]
        time = cal.node_due[i ^ 1]
        earlier = (time < due_first) | ((time == due_first) & (rival_key < key))
        due_first = time if earlier else due_first
        winner = rival if earlier else winner
        key = rival_key if earlier else key
        i >>= 1
        cal.node_due[i] = due_first
        cal.winners[i] = winner


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
