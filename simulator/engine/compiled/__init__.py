"""The compiled engine: an event-scheduling kernel in numba, which releases the GIL while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simulator.engine.compiled.kernel import (
    MORE_TICKETS,
    TRACE_FULL,
    Pending,
    advance,
    follow_up,
    grow_pending,
    pending,
    start,
)
from simulator.model.measures import Replication, measure
from simulator.model.plan import Floats, Plan
from simulator.model.replication import begin
from simulator.model.state import State, grow_tickets
from simulator.model.time import WEEK_HOURS

TRACE_ROWS = 65_536


@dataclass
class Run:
    """A replication under way: its state, its calendar, its inputs."""

    state: State
    pending: Pending
    inputs: Floats
    number: int
    seed: int


class Engine:
    """Runs replications of a plan, one at a time; use one engine per thread."""

    name = "compiled"

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def begin(self, replication: int, seed: int, uniforms: Floats | None = None, traced: bool = False) -> Run:
        """A replication at t = 0; `traced` keeps its events for `trace`."""
        state, inputs = begin(self.plan, replication, seed, uniforms, TRACE_ROWS if traced else 0)
        run = Run(state, pending(state), inputs, replication, seed)
        start(run.state, run.pending)
        return run

    def advance(self, run: Run, until_weeks: float) -> Iterator[Any]:
        """Process all events up to and including `until_weeks`; yields full pieces of the trace, if there is one."""
        while True:
            code = advance(run.state, run.pending, until_weeks * WEEK_HOURS)
            if code == MORE_TICKETS:
                run.state = grow_tickets(run.state)
                run.pending = grow_pending(run.pending, len(run.state.tickets))
                continue
            world = run.state.world[0]
            if world["traced"] > 0:
                yield run.state.trace[: world["traced"]].copy()
                world["traced"] = 0
            if code != TRACE_FULL:
                return

    def refresh(self, run: Run, hours: float) -> None:
        """Between steps, after `run.state` was changed at `hours`: lines, people, rates and calendar follow."""
        run.state.world["timers_moved"] = 1
        follow_up(run.state, run.pending, hours)

    def copy(self, run: Run) -> Run:
        """A replication of its own in the same state."""
        return Run(run.state.copy(), run.pending.copy(), run.inputs, run.number, run.seed)

    def replicate(self, replication: int, seed: int, uniforms: Floats | None = None) -> Replication:
        """One replication from start to horizon."""
        run = self.begin(replication, seed, uniforms)
        for _ in self.advance(run, self.plan.weeks):
            pass
        return self.measure(run)

    def measure(self, run: Run) -> Replication:
        """The output measures of a replication at its horizon."""
        return measure(self.plan, run.state, run.inputs, run.number, run.seed)
