"""A staffed queue on SimPy events: people of one tier, on shifts, who serve lines of waiting jobs.

`simpy.Resource` cannot change its capacity, and its choice of the next customer is its own; here agents come and go,
and both the next job and the agent who takes it are chosen by rules of the model.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, field

from simpy.events import Event

from simulator.engine.reference.environment import Calendar
from simulator.model.state.events import RANK, WORKED
from simulator.model.state.state import State
from simulator.model.state.states import TEAM_LINES, TIER3
from simulator.model.support.lines import change_tier, first_line, line_of
from simulator.model.support.staffing import release_agent, take_agent
from simulator.model.support.support import cancel_ticket, job_of_ticket
from simulator.model.support.work import begin_work, dropped
from simulator.scenario.vocabulary import JOBS

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
    """The lines of a tier and the people who serve them; `present` gives the state, which is another when it grows."""

    env: Calendar
    present: Callable[[], State]
    tier: int
    lines: dict[int, list[Request]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        numbers = [TEAM_LINES + k for k in range(len(JOBS))] if self.tier == TIER3 else [self.tier]
        self.lines = {number: [] for number in numbers}

    @property
    def state(self) -> State:
        """The state as it is."""
        return self.present()

    def serial(self, request: Request) -> int:
        """Order of arrival."""
        return int(self.state.jobs["serial"][request.job])

    def line(self, job: int) -> int:
        """The number of the line in which a job waits here."""
        return int(line_of(self.state, job, self.tier))

    def join(self, job: int) -> Request:
        """Put the job in its line in order of arrival."""
        env, state = self.env, self.state
        request = Request(job, env.event())
        line = self.line(job)
        insort(self.lines[line], request, key=self.serial)
        state.queues[line] += 1
        change_tier(state, self.tier, env.now, 1, 0, 0)
        return request

    def wait_until(self, request: Request, instant: float, key: int) -> None:
        """The user of a request in line waits until an instant (hours) at most."""
        if instant < float("inf"):
            request.patience = self.env.at(instant, key)
            request.patience.callbacks.append(lambda _: self.give_up(request))

    def leave(self, request: Request) -> None:
        """Take a request out of its line."""
        line = self.line(request.job)
        self.lines[line].remove(request)
        self.state.queues[line] -= 1
        if request.patience is not None:
            self.env.cancel(request.patience)

    def give_up(self, request: Request) -> None:
        """The user of a waiting request leaves the line."""
        request.patience = None
        self.leave(request)
        change_tier(self.state, self.tier, self.env.now, -1, 0, 0)
        request.answer.succeed(NOBODY)

    def serve(self) -> None:
        """Free agents take what waits, in the order of the model's rules."""
        env, state = self.env, self.state
        while state.tiers["idle"][self.tier] > 0 and any(self.lines.values()):
            request = self.lines[first_line(state, self.tier)][0]
            self.leave(request)
            self.work(take_agent(state, self.tier, env.now), request)

    def work(self, number: int, request: Request) -> None:
        """Agent `number` begins a piece of work on the request."""
        env = self.env
        ends = env.at(begin_work(self.state, number, request.job, env.now), WORKED * RANK + number)
        ends.callbacks.append(request.answered_by(number))

    def release(self, number: int) -> None:
        """Agent `number` is free for the next job."""
        release_agent(self.state, number, self.env.now)
        self.serve()

    def drop(self) -> int:
        """Waiting work that nobody wants any more leaves its line; returns how many tickets."""
        state, tickets = self.state, 0
        for request in [request for line in self.lines.values() for request in line]:
            if not dropped(state, request.job):
                continue
            self.leave(request)
            change_tier(state, self.tier, self.env.now, -1, 0, 0)
            slot = request.job - job_of_ticket(state, 0)
            if slot >= 0:
                cancel_ticket(state, slot)
                tickets += 1
        return tickets
