"""A SimPy environment whose calendar is ordered by (time, rank of the kind, entity, serial).

SimPy breaks ties by order of insertion, which depends on how a process happens to be written. Here an event of the
model is put on the calendar with its own key, so that two engines meet simultaneous events in the same order.
Events that SimPy schedules itself (a process that starts, `succeed`) come first, in order of insertion.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

import simpy
from simpy.core import EmptySchedule
from simpy.events import Event

IMMEDIATE = -1


class Calendar(simpy.Environment):
    """The clock, in hours, and the keyed calendar of one replication."""

    def __init__(self) -> None:
        super().__init__(0.0)
        self.entries: list[tuple[float, int, int, Event]] = []
        self.serial = 0

    def schedule(self, event: Event, priority: Any = 1, delay: float = 0) -> None:
        """SimPy's own hook: everything it schedules comes before the keyed events of the same instant."""
        self.serial += 1
        heappush(self.entries, (self._now + delay, IMMEDIATE, self.serial, event))

    def at(self, time: float, key: int) -> Event:
        """An event that happens at `time` (hours) in the order of `key`; drop it with `cancel`."""
        event = Event(self)
        event._ok = True
        event._value = None
        self.serial += 1
        heappush(self.entries, (time, key, self.serial, event))
        return event

    @staticmethod
    def cancel(event: Event) -> None:
        """Take `event` off the calendar: nobody who waits for it is ever called."""
        event.callbacks = None  # type: ignore[assignment]

    def peek(self) -> float:
        """Time of the next live event in hours; infinite when there is none."""
        entries = self.entries
        while entries and entries[0][3].processed:
            heappop(entries)
        return entries[0][0] if entries else float("inf")

    def step(self) -> None:
        """Process the next live event."""
        if self.peek() == float("inf"):
            raise EmptySchedule
        self._now, _, _, event = heappop(self.entries)
        callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
        for callback in callbacks:
            callback(event)
        if not event._ok and not event.defused:
            raise event._value
