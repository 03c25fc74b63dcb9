"""The event loop of the compiled engine: time, queues and what follows what; every rule is the model's."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from simulator.engine.compiled.calendar import ABSENT, ENTRY, cancel, schedule
from simulator.model.clockwork.clocks import due, next_pair, retime, rewind
from simulator.model.clockwork.time import work_time
from simulator.model.clockwork.tracing import TRACE_ROWS, note
from simulator.model.programme.programme import turn
from simulator.model.programme.rates import clock_rate
from simulator.model.state import events
from simulator.model.state.events import CLOCKS, FIRST_CLOCK, ONSET, RANK, RETURN
from simulator.model.state.memory import Arrays
from simulator.model.state.state import State
from simulator.model.state.states import CLASS_TICKET, ERROR, LINES, TIER3
from simulator.model.support.data_science import arm_on_call, called_out, job_done, open_repair
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
from simulator.model.users.change_management import come_back, drop_out, learn, notice_error, replace, start_using
from simulator.model.users.encounters import meet
from simulator.model.users.tasks import set_rates
from simulator.scenario.vocabulary import TIERS
from simulator.streams.jit import kernel_part, rule

FINISHED, PAUSED, MORE_TICKETS, TRACE_FULL = 0, 1, 2, 3
NOBODY = -1


class Pending(Arrays):
    """What waits: for its time (the calendar) or for somebody (the lines)."""

    FIELDS: ClassVar = {
        "heap": (ENTRY, 1),
        "place": (np.int64, 1),
        "size": (np.int64, 1),
        "posted": (np.float64, 1),  # [timers]: when the calendar has each timer
        "lines": (np.int64, 2),  # [LINES, 2]: first and last job of each line
        "first": (np.int64, 1),  # where the slots of agents and of tickets begin; those of timers come first
        "dues": (np.float64, 1),  # [clocks]: when each clock fires, infinite when not today
        "cell_due": (np.float64, 1),  # [cells]: when the first of a cell's clocks fires
        "cell_process": (np.int64, 1),  # [cells]: and which of them it is
        "site_key": (np.int64, 1),  # [width]: key of the first clock of a site; width: sites, to a power of two
        "winners": (np.int64, 1),  # [2 * width]: a tree in which the site that fires first wins its way to 1
        "node_due": (np.float64, 1),  # [2 * width]: when the winner at each node fires
    }


# Indices into `Pending.first`.
AGENTS, TICKETS = 0, 1


def _seeded(width: int) -> Any:
    """A tree of winners before anything is due: leaves hold their own numbers, and each node one from below it."""
    tree = np.zeros(2 * width, dtype=np.int64)
    tree[width:] = np.arange(width)
    for node in range(width - 1, 0, -1):
        tree[node] = tree[2 * node]
    return tree


def pending(state: State) -> Pending:
    """Empty calendar and lines with room for every event that `state` can have pending."""
    agents = len(state.timers)
    tickets = agents + len(state.agents)
    slots = tickets + len(state.tickets)
    width = 1 << max(0, len(state.sites) - 1).bit_length()
    return Pending(
        heap=np.zeros(slots, ENTRY),
        place=np.full(slots, ABSENT, dtype=np.int64),
        size=np.zeros(1, dtype=np.int64),
        posted=np.full(len(state.timers), np.inf),
        lines=np.full((LINES, 2), NOBODY, dtype=np.int64),
        first=np.array([agents, tickets], dtype=np.int64),
        dues=np.full(len(state.clocks), np.inf),
        cell_due=np.full(len(state.cells), np.inf),
        cell_process=np.zeros(len(state.cells), dtype=np.int64),
        site_key=np.zeros(width, dtype=np.int64),
        winners=_seeded(width),
        node_due=np.full(2 * width, np.inf),
    )


def grow_pending(cal: Pending, tickets: int) -> Pending:
    """The same calendar with room for `tickets` tickets."""
    more = int(cal.first[TICKETS]) + tickets - len(cal.place)
    return cal.replace(
        heap=np.concatenate([cal.heap, np.zeros(more, ENTRY)]),
        place=np.concatenate([cal.place, np.full(more, ABSENT, dtype=np.int64)]),
    )


def next_event(cal: Pending) -> float:
    """When the next event is due (hours); infinite when there is none."""
    due = float(cal.node_due[1])
    return min(due, float(cal.heap["time"][0])) if cal.size[0] > 0 else due


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

    Stops early, to be resumed, after so many, and when room runs out.
    """
    world = state.world[0]
    size = cal.size
    done = 0
    while True:
        s = cal.winners[1]
        time = cal.node_due[1]
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
            fire(state, cal, cal.site_key[s] // RANK, cal.site_key[s] % RANK, time)
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
            else:
                timed(state, cal, kind, slot, time)
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
def arm(state: Any, cal: Any, i: int) -> None:
    """Note when clock `i` fires; `find_first` and `post` must follow."""
    cal.dues[i] = due(state.clocks[i], state.sites[state.cells[i // CLOCKS]["site"]])


@kernel_part
def find_first(cal: Any, c: int) -> None:
    """Find the clock of cell `c` that fires first; of simultaneous ones that of the lowest kind."""
    best = cal.dues[c * CLOCKS]
    process = 0
    for k in range(1, CLOCKS):
        time = cal.dues[c * CLOCKS + k]
        process = k if time < best else process
        best = min(best, time)
    cal.cell_due[c] = best
    cal.cell_process[c] = process


@kernel_part
def post(state: Any, cal: Any, s: int) -> None:
    """Let the first firing at site `s` play for the next one of all: users' events need no place in the heap.

    Ties go by the calendar's key, kind first, then cell. Comparisons are joined by `&` and `|`, not `and` and `or`:
    nobody can guess who wins, so the processor must not try.
    """
    first = state.sites[s]["first_cell"]
    due_first = cal.cell_due[first]
    kind = cal.cell_process[first]
    cell = first
    for c in range(first + 1, first + state.world[0]["segments"]):
        time = cal.cell_due[c]
        process = cal.cell_process[c]
        earlier = (time < due_first) | ((time == due_first) & (process < kind))
        due_first = time if earlier else due_first
        kind = process if earlier else kind
        cell = c if earlier else cell
    key = (FIRST_CLOCK + kind) * RANK + cell
    cal.site_key[s] = key
    i = len(cal.site_key) + s
    cal.node_due[i] = due_first
    winner = s
    while i > 1:  # the winner so far plays against whoever won on the other side
        rival = cal.winners[i ^ 1]
        rival_key = cal.site_key[rival]
        time = cal.node_due[i ^ 1]
        earlier = (time < due_first) | ((time == due_first) & (rival_key < key))
        due_first = time if earlier else due_first
        winner = rival if earlier else winner
        key = rival_key if earlier else key
        i >>= 1
        cal.node_due[i] = due_first
        cal.winners[i] = winner


@kernel_part
def retime_cell(state: Any, cal: Any, c: int, work: float, everything: bool) -> None:
    """Bring the clocks of cell `c` to their present rates: all of them, or those that depend on the site's others."""
    for process in range(FIRST_CLOCK, FIRST_CLOCK + CLOCKS):
        if everything or process == ONSET or process == RETURN:
            i = c * CLOCKS + process - FIRST_CLOCK
            if retime(state.clocks[i], work, clock_rate(state, c, process)):
                arm(state, cal, i)
    find_first(cal, c)


@kernel_part
def retime_user(state: Any, cal: Any, c: int, time: float) -> None:
    """After a user of cell `c` changed state."""
    site = state.sites[state.cells[c]["site"]]
    work = work_time(site, time)
    for other in range(site["first_cell"], site["first_cell"] + state.world[0]["segments"]):
        retime_cell(state, cal, other, work, other == c)
    post(state, cal, state.cells[c]["site"])


@kernel_part
def renew_rates(state: Any, cal: Any, s: int, time: float) -> None:
    """After a change in what the system does at site `s`, which must be settled up to `time`."""
    if state.sites[s]["opened"] == math.inf:
        return
    set_rates(state, s)
    work = work_time(state.sites[s], time)
    first = state.sites[s]["first_cell"]
    for c in range(first, first + state.world[0]["segments"]):
        retime_cell(state, cal, c, work, True)
    post(state, cal, s)


@kernel_part
def open_clocks(state: Any, cal: Any, s: int, time: float) -> None:
    """A working day begins at site `s`: clocks take up their present rates, and those that fire today are noted."""
    site = state.sites[s]
    work = work_time(site, time)
    for c in range(site["first_cell"], site["first_cell"] + state.world[0]["segments"]):
        for process in range(FIRST_CLOCK, FIRST_CLOCK + CLOCKS):
            i = c * CLOCKS + process - FIRST_CLOCK
            retime(state.clocks[i], work, clock_rate(state, c, process))
            arm(state, cal, i)
        find_first(cal, c)
    post(state, cal, s)


@kernel_part
def fire(state: Any, cal: Any, kind: int, c: int, time: float) -> None:
    """The clock `kind` of cell `c` fires: something happens to one of the cell's users."""
    i = c * CLOCKS + kind - FIRST_CLOCK
    clock = state.clocks[i]
    v = rewind(clock, state.key)
    arm(state, cal, i)
    changed = True
    if kind == events.NOTICED_ERROR:
        number, follows = notice_error(state, c, time, v)
        changed = follows == 1
        if follows == 2:
            join(state, cal, open_ticket(state, number, ERROR, 0, time), TIER3 + 1, time)
    elif kind == events.ENCOUNTER:
        w, x = next_pair(clock, state.key, clock["stream"], 0)
        number, follows, f, k = meet(state, c, time, v, w, x)
        changed = follows == 1
        if k >= 0:
            open_repair(state, f, k, time)
            follow_up(state, cal, time)
        if follows == 2:
            join(state, cal, open_ticket(state, number, ERROR, 0, time), TIER3 + 1, time)
    elif kind == events.QUESTION:
        number, ticket_kind = ask_question(state, c, time, v)
        changed = False
        if number >= 0:
            join(state, cal, open_ticket(state, number, ticket_kind, 0, time), TIER3 + 1, time)
    elif kind == events.ONSET:
        start_using(state, c, time, v)
    elif kind == events.RETURN:
        w, _ = next_pair(clock, state.key, clock["stream"], 0)
        changed = come_back(state, c, time, v, w)
    elif kind == events.DROP_OUT:
        drop_out(state, c, time, v)
    elif kind == events.LEARNED:
        learn(state, c, time, v)
    else:
        changed = replace(state, c, time, v)
    if changed:
        retime_user(state, cal, c, time)
    else:
        find_first(cal, c)
        post(state, cal, state.cells[c]["site"])


# ---- lines and the people who serve them


@kernel_part
def append(state: Any, cal: Any, line: int, job: int) -> None:
    """Put the job at the end of a line."""
    state.queues[line] += 1
    last = cal.lines[line, 1]
    state.jobs[job]["previous"] = last
    state.jobs[job]["next"] = NOBODY
    if last == NOBODY:
        cal.lines[line, 0] = job
    else:
        state.jobs[last]["next"] = job
    cal.lines[line, 1] = job


@kernel_part
def insert(state: Any, cal: Any, line: int, job: int) -> None:
    """Put a job that was here before back in its place by order of arrival."""
    after = cal.lines[line, 0]
    while after != NOBODY and state.jobs[after]["serial"] < state.jobs[job]["serial"]:
        after = state.jobs[after]["next"]
    if after == NOBODY:
        append(state, cal, line, job)
        return
    state.queues[line] += 1
    before = state.jobs[after]["previous"]
    state.jobs[job]["previous"] = before
    state.jobs[job]["next"] = after
    state.jobs[after]["previous"] = job
    if before == NOBODY:
        cal.lines[line, 0] = job
    else:
        state.jobs[before]["next"] = job


@kernel_part
def remove(state: Any, cal: Any, line: int, job: int) -> None:
    """Take the job out of a line."""
    state.queues[line] -= 1
    before = state.jobs[job]["previous"]
    after = state.jobs[job]["next"]
    if before == NOBODY:
        cal.lines[line, 0] = after
    else:
        state.jobs[before]["next"] = after
    if after == NOBODY:
        cal.lines[line, 1] = before
    else:
        state.jobs[after]["previous"] = before


@kernel_part
def join(state: Any, cal: Any, slot: int, tier: int, time: float) -> None:
    """A ticket joins the line of a tier (TIER3 + 1: where a new one goes), until its user's patience ends."""
    serial = state.tickets[slot]["serial"]
    if tier > TIER3:
        if state.settings[0]["support.ideal"] == 1:
            at = answer_at_once(state, slot, time)
            schedule(cal.heap, cal.place, cal.size, cal.first[TICKETS] + slot, at, events.ANSWERED * RANK + serial)
            return
        tier = first_tier(state, slot)
    arrive(state, slot, tier, time)
    job = job_of_ticket(state, slot)
    append(state, cal, line_of(state, job, tier), job)
    change_tier(state, tier, time, 1, 0, 0)
    serve(state, cal, tier, time)
    if state.jobs[job]["started"] == 0:
        until = patience_ends(state, slot)
        if until < math.inf:
            schedule(cal.heap, cal.place, cal.size, cal.first[TICKETS] + slot, until, events.GAVE_UP * RANK + serial)


@kernel_part
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
    if follows == 1:
        retime_user(state, cal, c, time)
    elif follows == 2:
        join(state, cal, open_ticket(state, number, ticket_kind, level, time), TIER3 + 1, time)


@kernel_part
def drop(state: Any, cal: Any, time: float) -> None:
    """Waiting work that nobody wants any more leaves its line."""
    state.world[0]["drop_jobs"] = 0
    state.world[0]["cancel"] = 0
    cancelled = 0
    for line in range(LINES):
        tier = min(line, TIER3)
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
