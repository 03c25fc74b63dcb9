"""A staffed queue on SimPy events: people of one tier, on shifts, who serve lines of waiting jobs.

`simpy.Resource` cannot change its capacity, and its choice of the next customer is its own; here agents come and go,
and both the next job and the agent who takes it are chosen by rules of the model.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simpy.events import Event

from simulator.model.data_science import begin_work, first_line, line_of
from simulator.model.kinds import CLASSES, RANK, TIER3, WORKED
from simulator.model.staffing import release_agent, take_agent
from simulator.model.support import change_tier

if TYPE_CHECKING:
    from simulator.engine.reference.programme import Programme

NOBODY = -1


@dataclass
class Request:
    """A job in line: `answer` happens with the agent's number when a piece of work ends, or with NOBODY."""

    job: int
    answer: Event
    patience: Event | None = None

    def answered_by(self, number: int) -> Callable[[Event], None]:
        """What to do when agent `number` ends the work."""

        def tell(_: Event) -> None:
            self.answer.succeed(number)

        return tell


@dataclass
class StaffedQueue:
    """The lines of a tier and the people who serve them."""

    programme: Programme
    tier: int
    lines: dict[int, list[Request]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        numbers = [TIER3 + k for k in range(len(CLASSES))] if self.tier == TIER3 else [self.tier]
        self.lines = {number: [] for number in numbers}

    def serial(self, request: Request) -> int:
        """Order of arrival."""
        return int(self.programme.state.jobs["serial"][request.job])

    def join(self, job: int, patience_ends: float = float("inf"), key: int = 0) -> Event:
        """Put the job in its line in order of arrival, until an instant (hours) at most; returns its answer."""
        env, state = self.programme.env, self.programme.state
        request = Request(job, env.event())
        insort(self.lines[line_of(state, job, self.tier)], request, key=self.serial)
        change_tier(state, self.tier, env.now, 1, 0, 0)
        if patience_ends < float("inf"):
            request.patience = env.at(patience_ends, key)
            request.patience.callbacks.append(lambda _: self.give_up(request))
        return request.answer

    def give_up(self, request: Request) -> None:
        """The user of a waiting request leaves the line."""
        self.lines[line_of(self.programme.state, request.job, self.tier)].remove(request)
        change_tier(self.programme.state, self.tier, self.programme.env.now, -1, 0, 0)
        request.answer.succeed(NOBODY)

    def serve(self) -> None:
        """Free agents take what waits, in the order of the model's rules."""
        env, state = self.programme.env, self.programme.state
        while state.tiers["idle"][self.tier] > 0 and any(self.lines.values()):
            waiting = [len(line) for line in self.lines.values()]
            line = first_line(state, self.tier, *(waiting if self.tier == TIER3 else (waiting[0], 0, 0)))
            request = self.lines[line].pop(0)
            if request.patience is not None:
                env.cancel(request.patience)
            number = take_agent(state, self.tier, env.now)
            ends = env.at(begin_work(state, number, request.job, env.now), WORKED * RANK + number)
            ends.callbacks.append(request.answered_by(number))

    def release(self, number: int) -> None:
        """Agent `number` is free for the next job."""
        release_agent(self.programme.state, number, self.programme.env.now)
        self.serve()
