"""A spike: one support tier with shifts, abandonment and a changing arrival rate, on SimPy and on a numba kernel.

It settles four things before the real engines are written: the calendar key, the staffed queue, residual clocks
(Anderson 2007), and rules compiled once and called from both engines.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulator.engine.compiled.calendar import ABSENT, ENTRY, cancel, schedule
from simulator.engine.reference.environment import Calendar
from simulator.streams.jit import rule
from simulator.streams.philox import draw, stream

CALL, SERVED, GAVE_UP, SHIFT = 2, 1, 3, 0  # ranks: at one instant a shift changes first
RANK = 1 << 40
ARRIVALS, TICKETS = stream("arrivals"), stream("ticket", "tier1")
STREAMS = np.array([ARRIVALS, TICKETS])


@rule
def rate(hour):
    """Calls per hour: a busy day, a quiet night."""
    return 9.0 if 8 <= hour % 24 < 18 else 2.0


@rule
def agents(hour):
    """Agents on duty."""
    return 3 if 8 <= hour % 24 < 18 else 0


@rule
def exponential(mean, u):
    return -mean * math.log(u)


@rule
def residual_after(residual, rate_per_hour, elapsed):
    return max(0.0, residual - rate_per_hour * elapsed)


def compiled(seed, horizon):
    n = 4096
    heap, place, size = np.zeros(n, dtype=ENTRY), np.full(n, ABSENT), np.zeros(1, dtype=np.int64)
    trace = np.zeros((100_000, 3))
    count = kernel(heap, place, size, np.array([seed, 0], dtype=np.uint64), STREAMS, horizon, trace, n)
    return trace[:count]


@rule
def kernel(heap, place, size, key, streams, horizon, trace, n):
    """Slots: 0 shift, 1 arrivals, then one per ticket for its service or patience."""
    head = tail = 0  # tickets are numbered; those in [head, tail) may wait, `gone` tells
    calls = busy = on_duty = written = 0
    residual = exponential(1.0, draw(key, streams[0], 0, 0)[0])
    mark = 0.0
    now = 0.0
    schedule(heap, place, size, 0, 0.0, SHIFT * RANK)
    hourly = rate(0)
    schedule(heap, place, size, 1, residual / hourly, CALL * RANK)
    while size[0] > 0 and heap[0]["time"] <= horizon:
        now = heap[0]["time"]
        kind = heap[0]["key"] // RANK
        slot = heap[0]["slot"]
        ticket = slot - 2
        cancel(heap, place, size, slot)
        trace[written, 0] = now
        trace[written, 1] = kind
        trace[written, 2] = ticket if slot > 1 else -1
        written += 1
        if kind == SHIFT:
            hour = round(now)
            on_duty = agents(hour)
            residual = residual_after(residual, hourly, now - mark)
            mark = now
            hourly = rate(hour)
            schedule(heap, place, size, 1, now + residual / hourly, CALL * RANK)
            schedule(heap, place, size, 0, now + 1.0, SHIFT * RANK)
        elif kind == CALL:
            schedule(heap, place, size, 2 + calls, now + exponential(0.7, draw(key, streams[1], calls, 0)[1]),
                     GAVE_UP * RANK + calls)
            calls += 1
            tail += 1
            residual = exponential(1.0, draw(key, streams[0], 0, calls)[0])
            mark = now
            schedule(heap, place, size, 1, now + residual / hourly, CALL * RANK)
        elif kind == SERVED:
            busy -= 1
        while busy < on_duty:
            while head < tail and place[2 + head] == ABSENT:
                head += 1  # this one gave up
            if head == tail:
                break
            cancel(heap, place, size, 2 + head)
            schedule(heap, place, size, 2 + head, now + exponential(0.4, draw(key, streams[1], head, 0)[0]),
                     SERVED * RANK + head)
            busy += 1
            head += 1
    return written


class Reference:
    """The same tier as SimPy processes."""

    def __init__(self, seed, horizon):
        self.env = Calendar()
        self.key = np.array([seed, 0], dtype=np.uint64)
        self.trace, self.waiting, self.busy, self.on_duty = [], [], 0, 0
        self.residual = exponential(1.0, draw(self.key, STREAMS[0], 0, 0)[0])
        self.mark, self.hourly, self.due, self.calls = 0.0, rate(0), None, 0
        self.env.process(self.shifts())
        self.arm()
        while self.env.peek() <= horizon:
            self.env.step()

    def arm(self):
        if self.due is not None and self.due.callbacks is not None:
            self.env.cancel(self.due)
        self.due = self.env.at(self.env.now + self.residual / self.hourly, CALL * RANK)
        self.due.callbacks.append(self.call)

    def shifts(self):
        instant = 0.0
        while True:
            yield self.env.at(instant, SHIFT * RANK)
            self.trace.append((self.env.now, SHIFT, -1))
            hour = round(self.env.now)
            self.on_duty = agents(hour)
            self.residual = residual_after(self.residual, self.hourly, self.env.now - self.mark)
            self.mark, self.hourly = self.env.now, rate(hour)
            self.arm()
            self.serve()
            instant += 1.0

    def call(self, _):
        self.trace.append((self.env.now, CALL, -1))
        number, self.calls = self.calls, self.calls + 1
        self.env.process(self.ticket(number))
        self.residual = exponential(1.0, draw(self.key, STREAMS[0], 0, self.calls)[0])
        self.mark = self.env.now
        self.arm()

    def ticket(self, number):
        patience = exponential(0.7, draw(self.key, STREAMS[1], number, 0)[1])
        gives_up = self.env.at(self.env.now + patience, GAVE_UP * RANK + number)
        turn = self.env.event()
        self.waiting.append((number, turn))
        self.serve()
        first = yield gives_up | turn
        if turn not in first:
            self.trace.append((self.env.now, GAVE_UP, number))
            self.waiting.remove((number, turn))
            return
        self.env.cancel(gives_up)
        service = exponential(0.4, draw(self.key, STREAMS[1], number, 0)[0])
        yield self.env.at(self.env.now + service, SERVED * RANK + number)
        self.trace.append((self.env.now, SERVED, number))
        self.busy -= 1
        self.serve()

    def serve(self):
        while self.busy < self.on_duty and self.waiting:
            self.busy += 1
            self.waiting.pop(0)[1].succeed()


@pytest.mark.parametrize("seed", range(1, 6))
def test_both_engines_tell_the_same_story(seed):
    a = compiled(seed, 400.0)
    b = np.array(Reference(seed, 400.0).trace)
    assert np.array_equal(a, b)
    for kind in (SHIFT, CALL, SERVED, GAVE_UP):
        assert (a[:, 1] == kind).sum() >= 100
