"""The programme as SimPy processes: weeks, sites, clocks of users, shifts, tickets, and the data science team's jobs.

Read this file for what happens and in which order; read `simulator.model` for every rule that it calls.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

from simpy.events import Event

from simulator.engine.reference.environment import Calendar
from simulator.engine.reference.queue import NOBODY, StaffedQueue
from simulator.model import kinds
from simulator.model.change_management import (
    clock_rate,
    come_back,
    drop_out,
    learn,
    notice_error,
    start_site,
    start_using,
)
from simulator.model.clocks import due, next_pair, retime, rewind
from simulator.model.data_quality import next_shock, retraining_due, shock
from simulator.model.data_science import end_work, open_repair, open_retraining, redeploy, repair_done
from simulator.model.encounters import meet
from simulator.model.kinds import (
    CLOCKS,
    ERROR,
    FIRST_CLOCK,
    HOW_TO,
    NOT_STARTED,
    ONSET,
    PILOT,
    RANK,
    RETURN,
    TIER3,
    TIERS,
)
from simulator.model.staffing import change_shift, hire
from simulator.model.state import State, grow_tickets
from simulator.model.support import (
    arrive,
    ask_question,
    first_tier,
    give_up,
    job_of_ticket,
    next_tier,
    open_ticket,
    patience_ends,
    solved,
)
from simulator.model.tasks import set_rates, settle
from simulator.model.time import WEEK_HOURS, next_change, next_opening, work_time
from simulator.model.tracing import note
from simulator.model.week import close_week, open_week

Steps = Generator[Event, Any, None]


class Programme:
    """One replication of the reference engine."""

    def __init__(self, state: State) -> None:
        self.env = Calendar()
        self.state = state
        self.segments = int(state.world["segments"][0])
        self.tiers = [StaffedQueue(self, tier) for tier in range(len(TIERS))]
        self.alarms: dict[int, Event] = {}
        self.firings: dict[int, Event] = {}
        self.env.process(self.weeks())
        for s in range(len(state.sites)):
            self.env.process(self.site(s))
        for k in range(len(state.shifts)):
            self.env.process(self.shift(k))
        for tier in state.tiers:
            for number in range(tier["first_agent"], tier["first_agent"] + tier["agents"]):
                if state.agents["arrives"][number] > 0.0:
                    self.env.process(self.hiring(number))

    def at(self, time: float, kind: int, entity: int = 0) -> Event:
        """The event `kind` of an entity, put on the calendar."""
        return self.env.at(time, kind * RANK + entity)

    def cells(self, s: int) -> range:
        """The cells of site `s`."""
        first = int(self.state.sites["first_cell"][s])
        return range(first, first + self.segments)

    # ---- the calendar of the programme

    def weeks(self) -> Steps:
        """Weeks end; sites whose model has aged ask for retraining."""
        for week in range(1, len(self.state.weekly) + 1):
            yield self.at(week * WEEK_HOURS, kinds.WEEK)
            close_week(self.state, self.env.now)
            for s in range(len(self.state.sites)):
                if self.state.sites["stage"][s] != NOT_STARTED and retraining_due(self.state, s, self.env.now):
                    self.env.process(self.retraining(s))
            open_week(self.state)

    def shift(self, k: int) -> Steps:
        """A shift goes on and off duty."""
        instant = 0.0
        while instant < math.inf:
            yield self.at(instant, kinds.SHIFT, k)
            change_shift(self.state, k, self.env.now)
            self.tiers[self.state.shifts["tier"][k]].serve()
            instant = next_change(self.state.shifts[k], self.env.now)

    def hiring(self, number: int) -> Steps:
        """Somebody has the first day of work."""
        yield self.at(self.state.agents["arrives"][number], kinds.HIRED, number)
        hire(self.state, number, self.env.now)
        self.tiers[self.state.agents["tier"][number]].serve()

    def site(self, s: int) -> Steps:
        """A site starts, as a pilot or for everybody; a pilot site goes live for everybody later."""
        site = self.state.sites[s]
        yield self.at(0.0 if site["is_pilot"] else site["go_live"], kinds.GO_LIVE, s)
        start_site(self.state, s, self.env.now)
        for c in self.cells(s):
            for process in range(FIRST_CLOCK, FIRST_CLOCK + CLOCKS):
                i = c * CLOCKS + process - FIRST_CLOCK
                rewind(self.state.clocks[i], self.state.key)
                self.env.process(self.clock(c, process, i))
        self.env.process(self.days(s))
        self.env.process(self.shocks(s))
        if site["stage"] == PILOT:
            yield self.at(site["go_live"], kinds.GO_LIVE, s)
            settle(self.state, s, self.env.now)
            start_site(self.state, s, self.env.now)
            self.renew_rates(s)

    def days(self, s: int) -> Steps:
        """Working days of a site: decay and season step, and the clocks run on."""
        site = self.state.sites[s]
        opening = next_opening(self.env.now, site["offset"], site["days"], site["open_hour"])
        while True:
            yield self.at(opening, kinds.DAY, s)
            settle(self.state, s, self.env.now)
            if site["opened"] < math.inf:
                site["work_at_opening"] += site["day_hours"]
            site["opened"] = self.env.now
            set_rates(self.state, s)
            note(self.state, self.env.now, kinds.DAY, s, site["accuracy"], site["unhandled"], 0)
            for c in self.cells(s):
                for process in range(FIRST_CLOCK, FIRST_CLOCK + CLOCKS):
                    i = c * CLOCKS + process - FIRST_CLOCK
                    retime(self.state.clocks[i], site["work_at_opening"], clock_rate(self.state, c, process))
                    self.arm(c, process, i)
            after = self.env.now + site["day_hours"]
            opening = next_opening(after, site["offset"], site["days"], site["open_hour"])

    def shocks(self, s: int) -> Steps:
        """Changes upstream cost the site accuracy until it is retrained."""
        while True:
            instant = self.env.now + next_shock(self.state, s)
            if instant == math.inf:
                return
            yield self.at(instant, kinds.SHOCK, s)
            settle(self.state, s, self.env.now)
            note(self.state, self.env.now, kinds.SHOCK, s, shock(self.state, s), 0, 0)
            self.renew_rates(s)

    # ---- clocks of the users

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

    def retime(self, c: int, process: int, work: float) -> None:
        """Bring a clock to its present rate."""
        i = c * CLOCKS + process - FIRST_CLOCK
        if retime(self.state.clocks[i], work, clock_rate(self.state, c, process)):
            self.arm(c, process, i)

    def retime_user(self, c: int) -> None:
        """After a user of cell `c` changed state: that cell's clocks, and those of the site that look at its users."""
        s = self.state.cells["site"][c]
        work = work_time(self.state.sites[s], self.env.now)
        for other in self.cells(s):
            for process in range(FIRST_CLOCK, FIRST_CLOCK + CLOCKS):
                if other == c or process in (ONSET, RETURN):
                    self.retime(other, process, work)

    def renew_rates(self, s: int) -> None:
        """After a change in what the system does at site `s`, which must be settled up to now."""
        if self.state.sites["opened"][s] == math.inf:
            return
        set_rates(self.state, s)
        work = work_time(self.state.sites[s], self.env.now)
        for c in self.cells(s):
            for process in range(FIRST_CLOCK, FIRST_CLOCK + CLOCKS):
                self.retime(c, process, work)

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
        if process == kinds.NOTICED_ERROR:
            number, follows = notice_error(state, c, now, u_pick)
        elif process == kinds.ENCOUNTER:
            u_type, u_outcome = next_pair(clock, state.key, clock["stream"], 0)
            number, follows, f, k = meet(state, c, now, u_pick, u_type, u_outcome)
            if k >= 0:
                self.env.process(self.repair(f, k))
        elif process == kinds.QUESTION:
            self.env.process(self.ticket(ask_question(state, c, now, u_pick), HOW_TO))
            return False
        elif process == kinds.RETURN:
            u_accept, _ = next_pair(clock, state.key, clock["stream"], 0)
            return bool(come_back(state, c, now, u_pick, u_accept))
        else:
            {kinds.ONSET: start_using, kinds.DROP_OUT: drop_out, kinds.LEARNED: learn}[process](state, c, now, u_pick)
            return True
        if follows == 2:
            self.env.process(self.ticket(number, ERROR))
        return bool(follows == 1)

    # ---- support

    def ticket(self, number: int, ticket_kind: int, level: int = 0) -> Steps:
        """A ticket of user `number` goes from tier to tier until it is solved or given up."""
        if self.state.world["free_ticket"][0] < 0:
            self.state = grow_tickets(self.state)
        slot = open_ticket(self.state, number, ticket_kind, level, self.env.now)
        cell, level = int(self.state.tickets["cell"][slot]), int(self.state.tickets["level"][slot])
        job = job_of_ticket(self.state, slot)
        tier = first_tier(self.state, slot)
        while tier >= 0:
            arrive(self.state, slot, tier, self.env.now)
            key = kinds.GAVE_UP * RANK + int(self.state.tickets["serial"][slot])
            answer = self.tiers[tier].join(job, patience_ends(self.state, slot), key)
            self.tiers[tier].serve()
            agent = yield answer
            if agent == NOBODY:
                follows = give_up(self.state, slot, self.env.now)
                if follows == 1:
                    self.retime_user(cell)
                elif follows == 2:
                    self.env.process(self.ticket(number, ticket_kind, level))
                return
            yield from self.finish(job, tier, agent)
            onward = next_tier(self.state, slot)
            if onward >= 0:
                serial = self.state.tickets["serial"][slot]
                note(self.state, self.env.now, kinds.PASSED_ON, serial, tier + 1, onward + 1, 0)
            tier = onward
        if solved(self.state, slot, self.env.now):
            self.retime_user(cell)

    def finish(self, job: int, tier: int, agent: int) -> Steps:
        """After a first piece of work: slice by slice until the job is done; then the agent is free."""
        while not end_work(self.state, agent, self.env.now):
            answer = self.tiers[tier].join(job)
            self.tiers[tier].release(agent)
            agent = yield answer
        self.tiers[tier].release(agent)

    # ---- the data science team's other work

    def work(self, job: int) -> Steps:
        """A job of the data science team from its line to its end."""
        answer = self.tiers[TIER3].join(job)
        self.tiers[TIER3].serve()
        agent = yield answer
        yield from self.finish(job, TIER3, agent)

    def repair(self, f: int, k: int) -> Steps:
        """A type of edge case is repaired; every site that can meet it changes its rates."""
        job = open_repair(self.state, f, k, self.env.now)
        yield from self.work(job)
        sites = [s for s in range(len(self.state.sites)) if self.state.sites["stage"][s] != NOT_STARTED]
        for s in sites:
            settle(self.state, s, self.env.now)
        repair_done(self.state, job, self.env.now)
        family = self.state.families[f]
        for s in sites:
            if family["kind"] != kinds.SITE or family["of"] == s:
                self.renew_rates(s)

    def retraining(self, s: int) -> Steps:
        """A site's model is retrained, and goes live some weeks later."""
        job = open_retraining(self.state, s, self.env.now)
        yield from self.work(job)
        note(self.state, self.env.now, kinds.RETRAINED, s, 0, 0, 0)
        yield self.at(self.env.now + self.state.settings["deploy_hours"][0], kinds.DEPLOYED, s)
        settle(self.state, s, self.env.now)
        redeploy(self.state, s, self.env.now)
        self.renew_rates(s)
