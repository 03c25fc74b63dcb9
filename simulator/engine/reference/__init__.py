"""The reference engine: SimPy processes that call the same rules; the one to read, trace and extend in Python.

Read `programme` for what happens and when; `queue` are lines with people who serve them, `environment` orders events.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simulator.engine import protocol
from simulator.engine.protocol import EndlessError
from simulator.engine.reference.programme import Programme
from simulator.engine.watch import Watch, told_repetition
from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.clockwork.tracing import TRACE_ROWS
from simulator.model.clockwork.tracing import traced as with_trace
from simulator.model.plan.plan import Floats
from simulator.model.plan.start import begin
from simulator.model.state.state import State

STEPS_PER_PAUSE = 1 << 12
"""Steps of SimPy between two pauses: some tenth of a second."""
STEPS_TOLD = 10_000
"""Steps that are looked at to tell what repeats."""
FIRST = 0
"""A calendar key before that of any other event."""


@dataclass
class Run:
    """A replication under way."""

    programme: Programme
    inputs: Floats
    number: int
    seed: int
    watch: Watch

    @property
    def state(self) -> State:
        """What the replication is now."""
        return self.programme.state

    @state.setter
    def state(self, state: State) -> None:
        self.programme.state = state


class Engine(protocol.Engine[Run]):
    """Runs replications of a plan, one at a time."""

    name = "reference"

    def begin(self, replication: int, seed: int, uniforms: Floats | None = None, traced: bool = False) -> Run:
        """A replication at t = 0; `traced` keeps its events."""
        state, inputs = begin(self.plan, replication, seed, uniforms, traced)
        return Run(Programme(state), inputs, replication, seed, Watch(self.expected))

    def advance(self, run: Run, until_weeks: float) -> Iterator[Any]:
        """Process all events up to and including `until_weeks`; yields full pieces of the trace, if there is one."""
        env = run.programme.env
        until = until_weeks * WEEK_HOURS
        steps = 0
        while env.peek() <= until:
            if run.state.world["traced"][0] >= TRACE_ROWS:
                yield self._take_trace(run)
            env.step()
            steps += 1
            if steps % STEPS_PER_PAUSE == 0:
                self._look(run)
        if run.state.world["traced"][0] > 0:
            yield self._take_trace(run)

    def _look(self, run: Run) -> None:
        """A pause: raises `Stopped`, or `EndlessError` with what repeats."""
        env = run.programme.env
        trouble = run.watch.pause(run.state, env.peek(), self.stopping)
        if trouble is None:
            return
        run.state = with_trace(run.state)
        for _ in range(STEPS_TOLD):
            if env.peek() < math.inf and run.state.world["traced"][0] < TRACE_ROWS:
                env.step()
        raise EndlessError(f"{trouble}; {told_repetition(self.plan, run.state, self._take_trace(run))}")

    @staticmethod
    def _take_trace(run: Run) -> Any:
        world = run.state.world
        rows = run.state.trace[: world["traced"][0]].copy()
        world["traced"] = 0
        return rows

    def refresh(self, run: Run, hours: float) -> None:
        """Between steps, after `run.state` was changed at `hours`: lines, people, rates and calendar follow."""
        env = run.programme.env
        env.at(hours, FIRST)
        env.step()  # an event that nobody waits for brings the clock here
        run.programme.follow_up()

    def copy(self, run: Run) -> None:
        """Nothing: SimPy's processes are generators, which can't be copied; play the replication again instead."""
