"""The programme as SimPy processes: timers, clocks of users, tickets, and the data science team's jobs.

Read this file for what happens and in which order; read `simulator.model` for every rule that it calls.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable
from typing import Any

from simpy.events import Event

from simulator.engine.protocol import UnknownEventError
from simulator.engine.reference.environment import Calendar
from simulator.engine.reference.queue import NOBODY, Request, StaffedQueue
from simulator.model.clockwork.clocks import due, next_pair, retime, rewind
from simulator.model.clockwork.time import work_time
from simulator.model.clockwork.tracing import note
from simulator.model.programme.programme import turn
from simulator.model.programme.rates import clock_rates
from simulator.model.state import events
from simulator.model.state.events import CLOCKS, FIRST_CLOCK, RANK, SITE_WIDE
from simulator.model.state.state import State, grow_tickets
from simulator.model.state.states import ASKS, ERROR, STOPS_USING, TIER3
from simulator.model.support.data_science import arm_on_call, called_out, job_done, open_repair
from simulator.model.support.hypercare import answer_on_the_spot
from simulator.model.support.support import (
    answer_at_once,
    arrive,
    ask_question,
    cancel_ticket,
    first_tier,
    give_up,
    job_of_ticket,
    next_tier,
    open_ticket,
    patience_ends,
    solved,
)
from simulator.model.support.work import dropped, end_work
from simulator.model.users.change_management import come_back, drop_out, learn, replace, start_using
from simulator.model.users.encounters import meet
from simulator.model.users.errors import notice_error
from simulator.model.users.tasks import set_rates
from simulator.scenario.vocabulary import TIERS

Steps = Generator[Event, Any, None]

ALWAYS: dict[int, Callable[[State, int, float, float], Any]] = {
    events.ONSET: start_using,
    events.DROP_OUT: drop_out,
    events.LEARNED: learn,
}
"""What changes the state of a user whoever it is."""
ALL_CLOCKS = range(FIRST_CLOCK, FIRST_CLOCK + CLOCKS)


class Programme:
    """One replication of the reference engine."""

    def __init__(self, state: State) -> None:
        self.env = Calendar()
        self.state = state
        self.segments = int(state.world["segments"][0])
        self.tiers = [StaffedQueue(self.env, lambda: self.state, tier) for tier in range(len(TIERS))]
        self.posted = [math.inf] * len(state.timers)
        self.dates: dict[int, Event] = {}  # when the calendar has each timer
        self.calls: dict[int, Event] = {}  # what the process of each timer waits for
        self.alarms: dict[int, Event] = {}  # when the calendar has each clock of users
        self.firings: dict[int, Event] = {}  # what the process of each clock waits for
        for i in range(len(state.timers)):
            self.env.process(self.timer(i))
        for c in range(len(state.cells)):
            for process in ALL_CLOCKS:
                self.env.process(self.clock(c, process, c * CLOCKS + process - FIRST_CLOCK))
        self.keep_time()

    # ---- timers: the calendar of the programme

    def timer(self, i: int) -> Steps:
        """A timer: each time it is due something of its kind happens, which may set it again."""
        kind, entity = int(self.state.timers["kind"][i]), int(self.state.timers["entity"][i])
        while True:
            self.calls[i] = self.env.event()
            yield self.calls[i]
            self.posted[i] = math.inf
            if kind == events.CALLED_OUT:
                self.state.timers["due"][i] = math.inf
                self.call_out()
            else:
                turn(self.state, kind, entity, self.env.now)
            if kind == events.DAY:
                self.open_clocks(entity)
            elif kind == events.SHIFT:
                self.tiers[self.state.shifts["tier"][entity]].serve()
                if self.state.world["outage"][0]:
                    self.follow_up()
            else:
                self.follow_up()
            self.post(i)

    def post(self, i: int) -> None:
        """Bring the calendar in step with timer `i`."""
        timer = self.state.timers[i]
        if timer["due"] == self.posted[i]:
            return
        self.posted[i] = float(timer["due"])
        if i in self.dates:
            self.env.cancel(self.dates.pop(i))
        if self.posted[i] < math.inf:
            self.dates[i] = self.at(self.posted[i], int(timer["kind"]), int(timer["entity"]))
            self.dates[i].callbacks.append(lambda _: self.call(i))

    def call(self, i: int) -> None:
        """Timer `i` is due."""
        del self.dates[i]
        self.calls[i].succeed()

    def keep_time(self) -> None:
        """Bring the calendar in step with all timers."""
        for i in range(len(self.state.timers)):
            self.post(i)

    def at(self, time: float, kind: int, entity: int) -> Event:
        """The event `kind` of an entity, put on the calendar."""
        return self.env.at(time, kind * RANK + entity)

    def follow_up(self) -> None:
        """After a rarer event: lines, people, rates and calendar follow what the rules have changed."""
        world = self.state.world[0]
        if world["drop_jobs"] or world["cancel"]:
            world["drop_jobs"] = world["cancel"] = 0
            cancelled = sum(queue.drop() for queue in self.tiers)
            if cancelled:
                note(self.state, self.env.now, events.CANCELLED, cancelled, 0, 0, 0)
        for job in self.state.fresh[: world["fresh"]].tolist():
            self.env.process(self.work(self.tiers[TIER3].join(job)))
        world["fresh"] = 0
        for queue in self.tiers:
            queue.serve()
        arm_on_call(self.state, self.env.now)
        for s in range(len(self.state.sites)):
            if self.state.sites["stale"][s]:
                self.state.sites["stale"][s] = 0
                self.renew_rates(s)
        self.keep_time()

    # ---- clocks of the users

    def cells(self, s: int) -> range:
        """The cells of site `s`."""
        first = int(self.state.sites["first_cell"][s])
        return range(first, first + self.segments)

    def arm(self, c: int, process: int, i: int) -> None:
        """Set the alarm of clock `i` to when it fires today, if it does."""
        if i in self.alarms:
            self.env.cancel(self.alarms.pop(i))
        instant = due(self.state.clocks[i], self.state.sites[self.state.cells["site"][c]])
        if instant < math.inf:
            self.alarms[i] = self.at(instant, process, c)
            self.alarms[i].callbacks.append(lambda _: self.ring(i))

    def ring(self, i: int) -> None:
        """The alarm of clock `i` goes off."""
        self.firings[i].succeed()

    def retime(self, c: int, work: float, processes: Iterable[int]) -> None:
        """Bring clocks of cell `c` to their present rates."""
        rates = clock_rates(self.state, c)
        for process in processes:
            i = c * CLOCKS + process - FIRST_CLOCK
            if retime(self.state.clocks[i], work, rates[process - FIRST_CLOCK]):
                self.arm(c, process, i)

    def retime_user(self, c: int) -> None:
        """After a user of cell `c` changed state: that cell's clocks, and those of the site that look at its users."""
        s = self.state.cells["site"][c]
        work = work_time(self.state.sites[s], self.env.now)
        for other in self.cells(s):
            self.retime(other, work, ALL_CLOCKS if other == c else SITE_WIDE)

    def renew_rates(self, s: int) -> None:
        """After a change in what the system does at site `s`, which must be settled up to now."""
        if self.state.sites["opened"][s] == math.inf:
            return
        set_rates(self.state, s)
        work = work_time(self.state.sites[s], self.env.now)
        for c in self.cells(s):
            self.retime(c, work, ALL_CLOCKS)

    def open_clocks(self, s: int) -> None:
        """A working day begins at site `s`: clocks take up their present rates, and those that fire today are set."""
        work = work_time(self.state.sites[s], self.env.now)
        for c in self.cells(s):
            rates = clock_rates(self.state, c)
            for process in ALL_CLOCKS:
                i = c * CLOCKS + process - FIRST_CLOCK
                retime(self.state.clocks[i], work, rates[process - FIRST_CLOCK])
                self.arm(c, process, i)

    def clock(self, c: int, process: int, i: int) -> Steps:
        """One process of a cell's users: each firing is one of them to whom something happens."""
        while True:
            self.firings[i] = self.env.event()
            yield self.firings[i]
            self.alarms.pop(i)
            u_pick = rewind(self.state.clocks[i], self.state.key)
            self.arm(c, process, i)
            if self.happens(c, process, i, u_pick):
                self.retime_user(c)

    def happens(self, c: int, process: int, i: int, u_pick: float) -> bool:
        """What a firing of clock `i` does, by its kind; True when a user changed state."""
        state, now = self.state, self.env.now
        clock = state.clocks[i]
        if process == events.NOTICED_ERROR:
            number, follows = notice_error(state, c, now, u_pick)
        elif process == events.ENCOUNTER:
            u_type, u_outcome = next_pair(clock, state.key, clock["stream"], 0)
            number, follows, f, k = meet(state, c, now, u_pick, u_type, u_outcome)
            if k >= 0:
                open_repair(state, f, k, now)
                self.follow_up()
        elif process == events.QUESTION:
            number, ticket_kind = ask_question(state, c, now, u_pick)
            if number >= 0:
                self.env.process(self.ticket(number, ticket_kind))
            return False
        elif process == events.RETURN:
            u_accept, _ = next_pair(clock, state.key, clock["stream"], 0)
            return bool(come_back(state, c, now, u_pick, u_accept))
        elif process == events.REPLACED:
            return bool(replace(state, c, now, u_pick))
        elif process in ALWAYS:
            ALWAYS[process](state, c, now, u_pick)
            return True
        else:
            raise UnknownEventError(process)
        if follows == ASKS:
            self.env.process(self.ticket(number, ERROR))
        return bool(follows == STOPS_USING)

    # ---- support

    def ticket(self, number: int, ticket_kind: int, level: int = 0) -> Steps:
        """A ticket of user `number` goes from tier to tier until it is solved, given up or cancelled."""
        if self.state.world["free_ticket"][0] < 0:
            self.state = grow_tickets(self.state)
        slot = open_ticket(self.state, number, ticket_kind, level, self.env.now)
        cell, level = int(self.state.tickets["cell"][slot]), int(self.state.tickets["level"][slot])
        serial = int(self.state.tickets["serial"][slot])
        tier = first_tier(self.state, slot)
        if self.state.settings["support.ideal"][0]:
            yield self.at(answer_at_once(self.state, slot, self.env.now), events.ANSWERED, serial)
            note(self.state, self.env.now, events.ANSWERED, serial, 0, 0, 0)
            tier = NOBODY
        elif answer_on_the_spot(self.state, slot, self.env.now):
            return
        while tier >= 0:
            arrive(self.state, slot, tier, self.env.now)
            request = self.tiers[tier].join(job_of_ticket(self.state, slot))
            self.tiers[tier].serve()
            if not self.state.jobs["started"][request.job]:
                self.tiers[tier].wait_until(request, patience_ends(self.state, slot), events.GAVE_UP * RANK + serial)
            agent = yield request.answer
            if agent == NOBODY:
                follows = give_up(self.state, slot, self.env.now)
                if follows == STOPS_USING:
                    self.retime_user(cell)
                elif follows == ASKS:
                    self.env.process(self.ticket(number, ticket_kind, level))
                return
            yield from self.finish(request.job, tier, agent)
            if dropped(self.state, request.job):
                cancel_ticket(self.state, slot)
                return
            onward = next_tier(self.state, slot)
            if onward >= 0:
                note(self.state, self.env.now, events.PASSED_ON, serial, tier + 1, onward + 1, 0)
            tier = onward
        if solved(self.state, slot, self.env.now):
            self.retime_user(cell)

    def finish(self, job: int, tier: int, agent: int) -> Steps:
        """After a first piece of work: slice by slice until the job is done or dropped; then the agent is free."""
        while True:
            finished = end_work(self.state, agent, self.env.now)
            over = finished or dropped(self.state, job)
            leaving = self.state.agents["leaving"][agent]
            request = None if over else self.tiers[tier].join(job)
            self.tiers[tier].release(agent)
            if leaving or (not finished and self.state.world["outage"][0]):
                self.follow_up()
            if request is None:
                return
            agent = yield request.answer

    # ---- the data science team's other work

    def work(self, request: Request) -> Steps:
        """A job of the data science team from its line to its end, and what follows from it."""
        agent = yield request.answer
        yield from self.finish(request.job, TIER3, agent)
        if not dropped(self.state, request.job):
            job_done(self.state, request.job, self.env.now)
            self.follow_up()

    def call_out(self) -> None:
        """Whoever is on call takes up the outage that waits."""
        agent = called_out(self.state, self.env.now)
        if agent >= 0:
            queue = self.tiers[TIER3]
            job = int(self.state.world["first_outage"][0])
            request = queue.lines[queue.line(job)][0]
            queue.leave(request)
            queue.work(agent, request)
