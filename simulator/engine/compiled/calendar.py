"""The event calendar of the compiled engine: an indexed binary heap ordered by (time, key).

Every possible event has a slot (a clock, an agent's service, a waiting ticket's patience, ...), and a slot is
pending at most once, so an event can be moved or cancelled in place and none is ever stale. `key` breaks ties: it
holds the rank of the event's kind, then the number of its entity (see `simulator.model.state.states`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from simulator.streams.jit import inlined, kernel_part

ENTRY = np.dtype([("time", np.float64), ("key", np.int64), ("slot", np.int64)])
ABSENT = -1


@kernel_part
def _before(a: Any, time: float, key: int) -> bool:
    """Whether entry `a` comes before (time, key)."""
    return bool(a["time"] < time or (a["time"] == time and a["key"] < key))


@kernel_part
def _put(heap: Any, place: Any, i: int, time: float, key: int, slot: int) -> None:
    heap[i]["time"] = time
    heap[i]["key"] = key
    heap[i]["slot"] = slot
    place[slot] = i


@kernel_part
def _rise(heap: Any, place: Any, i: int, time: float, key: int, slot: int) -> None:
    """Move the hole at `i` towards the root until (time, key) fits, and put the entry there."""
    while i > 0:
        parent = (i - 1) >> 1
        above = heap[parent]
        if _before(above, time, key):
            break
        _put(heap, place, i, above["time"], above["key"], above["slot"])
        i = parent
    _put(heap, place, i, time, key, slot)


@kernel_part
def _sink(heap: Any, place: Any, size: int, i: int, time: float, key: int, slot: int) -> None:
    """Move the hole at `i` towards the leaves until (time, key) fits, and put the entry there."""
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        other = child + 1
        if other < size and _before(heap[other], heap[child]["time"], heap[child]["key"]):
            child = other
        below = heap[child]
        if not _before(below, time, key):
            break
        _put(heap, place, i, below["time"], below["key"], below["slot"])
        i = child
    _put(heap, place, i, time, key, slot)


@inlined
def schedule(heap: Any, place: Any, size: Any, slot: int, time: float, key: int) -> None:
    """Set the event of `slot` to (time, key), whether it was pending or not.

    `heap` is ENTRY[capacity], `place` int64[slots], `size` int64[1] the number of pending events.
    """
    i = place[slot]
    if i == ABSENT:
        i = size[0]
        size[0] = i + 1
        _rise(heap, place, i, time, key, slot)
    elif _before(heap[i], time, key):
        _sink(heap, place, size[0], i, time, key, slot)
    else:
        _rise(heap, place, i, time, key, slot)


@inlined
def cancel(heap: Any, place: Any, size: Any, slot: int) -> None:
    """Take the event of `slot` off the calendar; nothing happens when it is not pending."""
    i = place[slot]
    if i == ABSENT:
        return
    place[slot] = ABSENT
    last = size[0] - 1
    size[0] = last
    if i == last:
        return
    moved = heap[last]
    time = moved["time"]
    key = moved["key"]
    other = moved["slot"]
    if i > 0 and not _before(heap[(i - 1) >> 1], time, key):
        _rise(heap, place, i, time, key, other)
    else:
        _sink(heap, place, last, i, time, key, other)
