"""The reference engine: SimPy processes that call the same rules; the one to read, trace and extend in Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simulator.engine.reference.programme import Programme
from simulator.model.measures import Replication, measure
from simulator.model.plan import Floats, Plan
from simulator.model.replication import begin
from simulator.model.state import State
from simulator.model.time import WEEK_HOURS
from simulator.model.tracing import ROWS_PER_EVENT

TRACE_ROWS = 65_536
FIRST = 0
"""A calendar key before that of any other event."""


@dataclass
class Run:
    """A replication under way."""

    programme: Programme
    inputs: Floats
    number: int
    seed: int

    @property
    def state(self) -> State:
        """What the replication is now."""
        return self.programme.state

    @state.setter
    def state(self, state: State) -> None:
        self.programme.state = state


class Engine:
    """Runs replications of a plan, one at a time."""

    name = "reference"

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def begin(self, replication: int, seed: int, uniforms: Floats | None = None, traced: bool = False) -> Run:
        """A replication at t = 0; `traced` keeps its events."""
        state, inputs = begin(self.plan, replication, seed, uniforms, TRACE_ROWS if traced else 0)
        return Run(Programme(state), inputs, replication, seed)

    def advance(self, run: Run, until_weeks: float) -> Iterator[Any]:
        """Process all events up to and including `until_weeks`; yields full pieces of the trace, if there is one."""
        env = run.programme.env
        until = until_weeks * WEEK_HOURS
        state = run.state
        room = len(state.trace) - ROWS_PER_EVENT - len(state.agents) - 4 * len(state.sites) - len(state.stages)
        while env.peek() <= until:
            if run.state.world["traced"][0] > room:
                yield self._take_trace(run)
            env.step()
        if run.state.world["traced"][0] > 0:
            yield self._take_trace(run)

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

    def replicate(self, replication: int, seed: int, uniforms: Floats | None = None) -> Replication:
        """One replication from start to horizon."""
        run = self.begin(replication, seed, uniforms)
        for _ in self.advance(run, self.plan.weeks):
            pass
        return self.measure(run)

    def measure(self, run: Run) -> Replication:
        """The output measures of a replication at its horizon."""
        return measure(self.plan, run.state, run.inputs, run.number, run.seed)
