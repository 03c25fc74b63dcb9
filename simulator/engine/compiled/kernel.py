"""The event loop of the compiled engine: time, queues and what follows what; every rule is the model's."""

from __future__ import annotations

import math
from typing import Any

from simulator.engine.compiled.calendar import ABSENT, cancel, schedule
from simulator.engine.compiled.clocks import arm, find_first, open_clocks, post, renew_rates, retime_user
from simulator.engine.compiled.instants import time_of
from simulator.engine.compiled.lines import NOBODY, append, insert, remove
from simulator.engine.compiled.pending import AGENTS, TICKETS
from simulator.model.clockwork.clocks import next_pair, rewind
from simulator.model.clockwork.tracing import TRACE_ROWS, note
from simulator.model.programme.programme import turn
from simulator.model.state import events
from simulator.model.state.events import CLOCKS, FIRST_CLOCK, RANK, TIMED
from simulator.model.state.states import ASKS, CLASS_TICKET, ERROR, LINES, STOPS_USING, TEAM_LINES, TIER3
from simulator.model.support.data_science import arm_on_call, called_out, job_done, open_repair
from simulator.model.support.hypercare import answer_on_the_spot
from simulator.model.support.lines import change_tier, first_line, line_of
from simulator.model.support.staffing import release_agent, take_agent
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
from simulator.model.support.work import begin_work, dropped, end_work
from simulator.model.users.change_management import come_back, drop_out, learn, replace, start_using
from simulator.model.users.encounters import meet
from simulator.model.users.errors import notice_error
from simulator.scenario.vocabulary import TIERS
from simulator.streams.jit import inlined, kernel_part, rule

FINISHED, PAUSED, MORE_TICKETS, TRACE_FULL, UNKNOWN_EVENT = 0, 1, 2, 3, 4
"""What `advance` returns; from `UNKNOWN_EVENT` on, that and the kind of an event that nothing answers."""


# ---- the calendar


@kernel_part
def post_timer(state: Any, cal: Any, i: int) -> None:
    """Bring the calendar in step with timer `i`."""
    timer = state.timers[i]
    time = timer["due"]
    cal.posted[i] = time
    if time == math.inf:
        cancel(cal.heap, cal.place, cal.size, i)
    else:
        schedule(cal.heap, cal.place, cal.size, i, time, timer["kind"] * RANK + timer["entity"])


@rule
def start(state: Any, cal: Any) -> None:
    """Put the first events on the calendar."""
    for i in range(len(state.timers)):
        post_timer(state, cal, i)


@rule
def advance(state: Any, cal: Any, until: float, most: int) -> int:
    """Process all events up to and including `until` (hours), as far as they are not more than `most`.

    Stops early, to be resumed, after so many, and when room runs out; returns why it stops.
    """
    world = state.world[0]
    size = cal.size
    done = 0
    while True:
        time = time_of(cal.node_due[1])
        event = cal.heap[0]
        user_first = size[0] == 0 or time < event["time"]  # at the same instant the heap comes first: lower ranks
        if not user_first:
            time = event["time"]
        if time > until or time == math.inf:
            break
        if done == most:
            return PAUSED
        done += 1
        if world["free_ticket"] < 0:
            return MORE_TICKETS
        if world["traced"] >= TRACE_ROWS:
            return TRACE_FULL
        if user_first:
            key = cal.node_key[1]
            kind = key // RANK
            if not fire(state, cal, kind, key % RANK, time):
                return int(UNKNOWN_EVENT + kind)
        else:
            kind = event["key"] // RANK
            slot = event["slot"]
            event["time"] = -math.inf  # it stays first until it is moved on or, below, taken off
            if kind == events.WORKED:
                work_ended(state, cal, slot - cal.first[AGENTS], time)
            elif kind == events.GAVE_UP:
                gave_up(state, cal, slot - cal.first[TICKETS], time)
            elif kind == events.ANSWERED:
                answered(state, cal, slot - cal.first[TICKETS], time)
            elif kind < TIMED:
                timed(state, cal, kind, slot, time)
            else:
                return int(UNKNOWN_EVENT + kind)
            if cal.place[slot] != ABSENT and cal.heap[cal.place[slot]]["time"] == -math.inf:
                cancel(cal.heap, cal.place, size, slot)
    return FINISHED


@kernel_part
def timed(state: Any, cal: Any, kind: int, slot: int, time: float) -> None:
    """The timer in `slot` is due."""
    entity = state.timers[slot]["entity"]
    cal.posted[slot] = math.inf
    if kind == events.CALLED_OUT:
        state.timers[slot]["due"] = math.inf
        call_out(state, cal, time)
    else:
        turn(state, kind, entity, time)
    if kind == events.DAY:
        open_clocks(state, cal, entity, time)
    elif kind == events.SHIFT:
        serve(state, cal, state.shifts[entity]["tier"], time)
        if state.world[0]["outage"] == 1:
            follow_up(state, cal, time)
    else:
        follow_up(state, cal, time)
    if cal.posted[slot] != state.timers[slot]["due"]:
        post_timer(state, cal, slot)


@rule
def follow_up(state: Any, cal: Any, time: float) -> None:
    """After a rarer event: lines, people, rates and calendar follow what the rules have changed."""
    world = state.world[0]
    if world["drop_jobs"] == 1 or world["cancel"] == 1:
        drop(state, cal, time)
    for i in range(world["fresh"]):
        append(state, cal, line_of(state, state.fresh[i], TIER3), state.fresh[i])
        change_tier(state, TIER3, time, 1, 0, 0)
    world["fresh"] = 0
    for t in range(len(TIERS)):
        serve(state, cal, t, time)
    arm_on_call(state, time)
    for s in range(world["sites"]):
        if state.sites[s]["stale"] == 1:
            state.sites[s]["stale"] = 0
            renew_rates(state, cal, s, time)
    if world["timers_moved"] == 1:
        world["timers_moved"] = 0
        for i in range(len(state.timers)):
            if state.timers[i]["due"] != cal.posted[i]:
                post_timer(state, cal, i)


# ---- clocks


@kernel_part
def fire(state: Any, cal: Any, kind: int, c: int, time: float) -> bool:
    """The clock `kind` of cell `c` fires: something happens to one of the cell's users; False for no such kind."""
    i = c * CLOCKS + kind - FIRST_CLOCK
    clock = state.clocks[i]
    v = rewind(clock, state.key)
    arm(state, cal, c, i)
    changed = True
    if kind == events.NOTICED_ERROR:
        number, follows = notice_error(state, c, time, v)
        changed = follows == STOPS_USING
        if follows == ASKS:
            ask(state, cal, number, ERROR, 0, time)
    elif kind == events.ENCOUNTER:
        w, x = next_pair(clock, state.key, clock["stream"], 0)
        number, follows, f, k = meet(state, c, time, v, w, x)
        changed = follows == STOPS_USING
        if k >= 0:
            open_repair(state, f, k, time)
            follow_up(state, cal, time)
        if follows == ASKS:
            ask(state, cal, number, ERROR, 0, time)
    elif kind == events.QUESTION:
        number, ticket_kind = ask_question(state, c, time, v)
        changed = False
        if number >= 0:
            ask(state, cal, number, ticket_kind, 0, time)
    elif kind == events.ONSET:
        start_using(state, c, time, v)
    elif kind == events.RETURN:
        w, _ = next_pair(clock, state.key, clock["stream"], 0)
        changed = come_back(state, c, time, v, w)
    elif kind == events.DROP_OUT:
        drop_out(state, c, time, v)
    elif kind == events.LEARNED:
        learn(state, c, time, v)
    elif kind == events.REPLACED:
        changed = replace(state, c, time, v)
    else:
        return False
    if changed:
        retime_user(state, cal, c, time)
    else:
        find_first(cal, c)
        post(state, cal, state.cells[c]["site"])
    return True


# ---- lines and the people who serve them


@kernel_part
def ask(state: Any, cal: Any, number: int, ticket_kind: int, level: int, time: float) -> None:
    """A user opens a ticket, which joins a line; with ideal support, or a floor-walker, it is answered at once."""
    slot = open_ticket(state, number, ticket_kind, level, time)
    if state.settings[0]["support.ideal"] == 1:
        at = answer_at_once(state, slot, time)
        key = events.ANSWERED * RANK + state.tickets[slot]["serial"]
        schedule(cal.heap, cal.place, cal.size, cal.first[TICKETS] + slot, at, key)
    elif not answer_on_the_spot(state, slot, time):
        join(state, cal, slot, first_tier(state, slot), time)


@kernel_part
def join(state: Any, cal: Any, slot: int, tier: int, time: float) -> None:
    """A ticket joins the line of a tier, until its user's patience ends."""
    arrive(state, slot, tier, time)
    job = job_of_ticket(state, slot)
    append(state, cal, line_of(state, job, tier), job)
    change_tier(state, tier, time, 1, 0, 0)
    serve(state, cal, tier, time)
    if state.jobs[job]["started"] == 0:
        until = patience_ends(state, slot)
        if until < math.inf:
            key = events.GAVE_UP * RANK + state.tickets[slot]["serial"]
            schedule(cal.heap, cal.place, cal.size, cal.first[TICKETS] + slot, until, key)


@inlined
def serve(state: Any, cal: Any, tier: int, time: float) -> None:
    """Free agents of a tier take what waits there."""
    while state.tiers[tier]["idle"] > 0 and state.tiers[tier]["waiting"] > 0:
        line = first_line(state, tier)
        job = cal.lines[line, 0]
        remove(state, cal, line, job)
        ticket = job - job_of_ticket(state, 0)
        if ticket >= 0:
            cancel(cal.heap, cal.place, cal.size, cal.first[TICKETS] + ticket)
        work(state, cal, take_agent(state, tier, time), job, time)


@kernel_part
def work(state: Any, cal: Any, number: int, job: int, time: float) -> None:
    """An agent begins a piece of work."""
    until = begin_work(state, number, job, time)
    schedule(cal.heap, cal.place, cal.size, cal.first[AGENTS] + number, until, events.WORKED * RANK + number)


@kernel_part
def call_out(state: Any, cal: Any, time: float) -> None:
    """Whoever is on call takes up the outage that waits."""
    number = called_out(state, time)
    if number >= 0:
        job = state.world[0]["first_outage"]
        remove(state, cal, line_of(state, job, TIER3), job)
        work(state, cal, number, job, time)


@kernel_part
def work_ended(state: Any, cal: Any, number: int, time: float) -> None:
    """An agent ends a piece of work and takes the next; then what follows for the work."""
    finished = end_work(state, number, time)
    job = state.agents[number]["job"]
    tier = state.agents[number]["tier"]
    unwanted = dropped(state, job)
    if not finished and not unwanted:
        insert(state, cal, line_of(state, job, tier), job)
        change_tier(state, tier, time, 1, 0, 0)
    leaving = state.agents[number]["leaving"] == 1
    release_agent(state, number, time)
    serve(state, cal, tier, time)
    ticket = state.jobs[job]["job_class"] == CLASS_TICKET
    if unwanted and ticket:
        cancel_ticket(state, job - job_of_ticket(state, 0))
    elif finished and not unwanted and ticket:
        ticket_worked(state, cal, job - job_of_ticket(state, 0), tier, time)
    elif finished and not unwanted:
        job_done(state, job, time)
        follow_up(state, cal, time)
    if leaving or (not finished and state.world[0]["outage"] == 1):
        follow_up(state, cal, time)


@kernel_part
def ticket_worked(state: Any, cal: Any, slot: int, tier: int, time: float) -> None:
    """A visit is finished: the ticket is solved, or passed on."""
    onward = next_tier(state, slot)
    if onward >= 0:
        note(state, time, events.PASSED_ON, state.tickets[slot]["serial"], tier + 1, onward + 1, 0)
        join(state, cal, slot, onward, time)
        return
    c = state.tickets[slot]["cell"]
    if solved(state, slot, time):
        retime_user(state, cal, c, time)


@kernel_part
def answered(state: Any, cal: Any, slot: int, time: float) -> None:
    """Ideal support has an answer."""
    note(state, time, events.ANSWERED, state.tickets[slot]["serial"], 0, 0, 0)
    c = state.tickets[slot]["cell"]
    if solved(state, slot, time):
        retime_user(state, cal, c, time)


@kernel_part
def gave_up(state: Any, cal: Any, slot: int, time: float) -> None:
    """A user runs out of patience in a line."""
    ticket = state.tickets[slot]
    tier = ticket["tier"]
    number = ticket["user"]
    ticket_kind = ticket["kind"]
    level = ticket["level"]
    c = ticket["cell"]
    job = job_of_ticket(state, slot)
    remove(state, cal, line_of(state, job, tier), job)
    change_tier(state, tier, time, -1, 0, 0)
    follows = give_up(state, slot, time)
    if follows == STOPS_USING:
        retime_user(state, cal, c, time)
    elif follows == ASKS:
        ask(state, cal, number, ticket_kind, level, time)


@kernel_part
def drop(state: Any, cal: Any, time: float) -> None:
    """Waiting work that nobody wants any more leaves its line."""
    state.world[0]["drop_jobs"] = 0
    state.world[0]["cancel"] = 0
    cancelled = 0
    for line in range(LINES):
        tier = min(line, TEAM_LINES)
        job = cal.lines[line, 0]
        while job != NOBODY:
            following = state.jobs[job]["next"]
            if dropped(state, job):
                remove(state, cal, line, job)
                change_tier(state, tier, time, -1, 0, 0)
                slot = job - job_of_ticket(state, 0)
                if slot >= 0:
                    cancel(cal.heap, cal.place, cal.size, cal.first[TICKETS] + slot)
                    cancel_ticket(state, slot)
                    cancelled += 1
            job = following
    if cancelled > 0:
        note(state, time, events.CANCELLED, cancelled, 0, 0, 0)
