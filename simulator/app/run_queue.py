"""Whose turn it is: so many runs at the same time, the others in the order in which they came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Final

LOOKS_EVERY_SECONDS: Final = 0.5
"""How often those who wait are told how they stand, which is also when they can be called off."""


class BusyError(RuntimeError):
    """So many runs wait already that no more are taken; the message says how many."""


class RunQueue:
    """Room for `places` runs at the same time and `most_waiting` that wait; safe to use from several threads."""

    def __init__(self, places: int, most_waiting: int) -> None:
        self.places = places
        self.most_waiting = most_waiting
        self._line: list[object] = []  # in order of arrival; the first `places` of them run
        self._changed = Condition()

    @property
    def running(self) -> int:
        """How many run."""
        with self._changed:
            return min(self.places, len(self._line))

    @contextmanager
    def turn(self, tell: Callable[[int], object]) -> Iterator[int]:
        """Wait for a turn and have it; yields how many run, this one included.

        While waiting, `tell` is called about twice a second with the number of runs that come first, those that run
        included. What it raises ends the waiting. Raises `BusyError`.
        """
        ticket = object()
        with self._changed:
            if len(self._line) >= self.places + self.most_waiting:
                raise BusyError(f"{self.most_waiting} runs wait already")
            self._line.append(ticket)
        try:
            while (before := self._before(ticket)) >= self.places:
                tell(before)
                with self._changed:
                    self._changed.wait_for(lambda: self._before(ticket) < self.places, LOOKS_EVERY_SECONDS)
            yield self.running
        finally:
            with self._changed:
                self._line.remove(ticket)
                self._changed.notify_all()

    def _before(self, ticket: object) -> int:
        """How many come before a ticket."""
        with self._changed:
            return self._line.index(ticket)
