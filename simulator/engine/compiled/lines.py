"""The lines of the compiled engine: each is a doubly linked list of jobs, through fields of the jobs themselves.

`State.jobs` hold who is before and behind (`previous`, `next`), `Pending.lines` the first and last job of each line.
"""

from __future__ import annotations

from typing import Any

from simulator.streams.jit import kernel_part

NOBODY = -1


@kernel_part
def append(state: Any, cal: Any, line: int, job: int) -> None:
    """Put the job at the end of a line."""
    state.queues[line] += 1
    last = cal.lines[line, 1]
    state.jobs[job]["previous"] = last
    state.jobs[job]["next"] = NOBODY
    if last == NOBODY:
        cal.lines[line, 0] = job
    else:
        state.jobs[last]["next"] = job
    cal.lines[line, 1] = job


@kernel_part
def insert(state: Any, cal: Any, line: int, job: int) -> None:
    """Put a job that was here before back in its place by order of arrival."""
    after = cal.lines[line, 0]
    while after != NOBODY and state.jobs[after]["serial"] < state.jobs[job]["serial"]:
        after = state.jobs[after]["next"]
    if after == NOBODY:
        append(state, cal, line, job)
        return
    state.queues[line] += 1
    before = state.jobs[after]["previous"]
    state.jobs[job]["previous"] = before
    state.jobs[job]["next"] = after
    state.jobs[after]["previous"] = job
    if before == NOBODY:
        cal.lines[line, 0] = job
    else:
        state.jobs[before]["next"] = job


@kernel_part
def remove(state: Any, cal: Any, line: int, job: int) -> None:
    """Take the job out of a line."""
    state.queues[line] -= 1
    before = state.jobs[job]["previous"]
    after = state.jobs[job]["next"]
    if before == NOBODY:
        cal.lines[line, 0] = after
    else:
        state.jobs[before]["next"] = after
    if after == NOBODY:
        cal.lines[line, 1] = before
    else:
        state.jobs[after]["previous"] = before
