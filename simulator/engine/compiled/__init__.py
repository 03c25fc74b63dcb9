"""The compiled engine: an event-scheduling kernel in numba, which releases the GIL while it runs.

Read `kernel` for what follows what. `pending` is all that waits: in the `calendar`, which is a heap; on the users'
`clocks`, which play in a tree, their times as integers (`instants`); and in `lines` of jobs. `compiling` is what an
empty cache takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simulator.engine import protocol
from simulator.engine.compiled.kernel import FINISHED, MORE_TICKETS, PAUSED, UNKNOWN_EVENT, advance, follow_up, start
from simulator.engine.compiled.pending import Pending, grow_pending, next_event, pending
from simulator.engine.protocol import EndlessError, UnknownEventError
from simulator.engine.watch import EVENTS_PER_PAUSE, Watch, told_repetition
from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.clockwork.tracing import traced as with_trace
from simulator.model.plan.plan import Floats
from simulator.model.plan.start import begin
from simulator.model.state.memory import Pattern
from simulator.model.state.state import State, grow_tickets


@dataclass
class Run:
    """A replication under way: its state, its calendar, its inputs."""

    state: State
    pending: Pending
    inputs: Floats
    number: int
    seed: int
    watch: Watch


class Engine(protocol.Engine[Run]):
    """Runs replications of a plan, one at a time; use one engine per thread."""

    name = "compiled"
    _empty: Pattern[Pending] | None = None
    _opening: Any = None

    def begin(self, replication: int, seed: int, uniforms: Floats | None = None, traced: bool = False) -> Run:
        """A replication at t = 0; `traced` keeps its events for `trace`."""
        state, inputs = begin(self.plan, replication, seed, uniforms, traced)
        run = Run(state, self._nothing_pending(state), inputs, replication, seed, Watch(self.expected))
        start(run.state, run.pending)
        return run

    def _nothing_pending(self, state: State) -> Pending:
        """An empty calendar and empty lines, as for the last replication where as many people take part."""
        if self._empty is None or self._opening is not self.plan.opening:
            self._opening, self._empty = self.plan.opening, Pattern(pending(state))
        return self._empty.new()

    def advance(self, run: Run, until_weeks: float) -> Iterator[Any]:
        """Process all events up to and including `until_weeks`; yields full pieces of the trace, if there is one."""
        code = PAUSED
        while code != FINISHED:
            code = self._on(run, until_weeks)
            if code == PAUSED:
                self._look(run)
                continue
            world = run.state.world[0]
            if world["traced"] > 0:
                yield run.state.trace[: world["traced"]].copy()
                world["traced"] = 0

    @staticmethod
    def _on(run: Run, until_weeks: float) -> int:
        """Process events until all up to `until_weeks` have been, it is time for a pause, or the trace is full."""
        while True:
            code = int(advance(run.state, run.pending, until_weeks * WEEK_HOURS, EVENTS_PER_PAUSE))
            if code >= UNKNOWN_EVENT:
                raise UnknownEventError(code - UNKNOWN_EVENT)
            if code != MORE_TICKETS:
                return code
            run.state = grow_tickets(run.state)
            run.pending = grow_pending(run.pending, len(run.state.tickets))

    def _look(self, run: Run) -> None:
        """A pause: raises `Stopped`, or `EndlessError` with what repeats."""
        trouble = run.watch.pause(run.state, next_event(run.pending), self.stopping)
        if trouble is None:
            return
        run.state = with_trace(run.state)
        self._on(run, self.plan.weeks)
        rows = run.state.trace[: run.state.world["traced"][0]]
        raise EndlessError(f"{trouble}; {told_repetition(self.plan, run.state, rows)}")

    def refresh(self, run: Run, hours: float) -> None:
        """Between steps, after `run.state` was changed at `hours`: lines, people, rates and calendar follow."""
        run.state.world["timers_moved"] = 1
        follow_up(run.state, run.pending, hours)

    def copy(self, run: Run) -> Run:
        """A replication of its own in the same state."""
        return Run(run.state.copy(), run.pending.copy(), run.inputs, run.number, run.seed, Watch(self.expected))
