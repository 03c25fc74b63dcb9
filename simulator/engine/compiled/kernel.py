"""The event loop of the compiled engine: time, queues and what follows what; every rule is the model's."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from simulator.engine.compiled.calendar import ABSENT, ENTRY, cancel, schedule
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
from simulator.model.data_science import (
    begin_work,
    end_work,
    first_line,
    line_of,
    open_repair,
    open_retraining,
    redeploy,
    repair_done,
)
from simulator.model.encounters import meet
from simulator.model.kinds import (
    CLASS_REPAIR,
    CLASS_TICKET,
    CLOCKS,
    ERROR,
    FIRST_CLOCK,
    HOW_TO,
    NOT_STARTED,
    ONSET,
    PILOT,
    RANK,
    RETURN,
    SITE,
    TIER3,
)
from simulator.model.memory import Arrays
from simulator.model.staffing import change_shift, hire, release_agent, take_agent
from simulator.model.state import State
from simulator.model.support import (
    arrive,
    ask_question,
    change_tier,
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
from simulator.model.tracing import ROWS_PER_EVENT, note
from simulator.model.week import close_week, open_week
from simulator.streams.jit import kernel_part, rule

DONE, MORE_TICKETS, TRACE_FULL = 0, 1, 2
LINES = 5
NOBODY = -1


class Pending(Arrays):
    """What waits: for its time (the calendar) or for somebody (the lines)."""

    FIELDS: ClassVar = {
        "heap": (ENTRY, 1),
        "place": (np.int64, 1),
        "size": (np.int64, 1),
        "lines": (np.int64, 2),  # [LINES, 2]: first and last job of each line
        "first": (np.int64, 1),  # where the slots of each kind of event begin
        "dues": (np.float64, 1),  # [clocks]: when each clock fires, infinite when not today
        "cell_due": (np.float64, 1),  # [cells]: when the first of a cell's clocks fires
        "cell_process": (np.int64, 1),  # [cells]: and which of them it is
        "site_due": (np.float64, 1),  # [width]: when the first clock of a site fires; width: sites, to a power of two
        "site_key": (np.int64, 1),  # [width]: and its key on the calendar
        "winners": (np.int64, 1),  # [2 * width]: a tree in which the site that fires first wins its way to 1
    }


# Indices into `Pending.first`; slot 0 is the end of the week.
GO_LIVES, DAYS, SHOCKS, DEPLOYMENTS, SHIFTS, AGENTS, TICKETS = range(7)


def _seeded(width: int) -> Any:
    """A tree of winners before anything is due: leaves hold their own numbers, and each node one from below it."""
    tree = np.zeros(2 * width, dtype=np.int64)
    tree[width:] = np.arange(width)
    for node in range(width - 1, 0, -1):
        tree[node] = tree[2 * node]
    return tree


def pending(state: State) -> Pending:
    """Empty calendar and lines with room for every event that `state` can have pending."""
    sites, agents, shifts = len(state.sites), len(state.agents), len(state.shifts)
    counts = [sites, sites, sites, sites, shifts, agents, len(state.tickets)]
    width = 1 << max(0, sites - 1).bit_length()
    first = 1 + np.concatenate([[0], np.cumsum(counts)])
    slots = int(first[-1])
    return Pending(
        heap=np.zeros(slots, ENTRY),
        place=np.full(slots, ABSENT, dtype=np.int64),
        size=np.zeros(1, dtype=np.int64),
        lines=np.full((LINES, 2), NOBODY, dtype=np.int64),
        first=first[:-1].astype(np.int64),
        dues=np.full(len(state.clocks), np.inf),
        cell_due=np.full(len(state.cells), np.inf),
        cell_process=np.zeros(len(state.cells), dtype=np.int64),
        site_due=np.full(width, np.inf),
        site_key=np.zeros(width, dtype=np.int64),
        winners=_seeded(width),
    )


def grow_pending(cal: Pending, tickets: int) -> Pending:
    """The same calendar with room for `tickets` tickets."""
    more = int(cal.first[TICKETS]) + tickets - len(cal.place)
    return cal.replace(
        heap=np.concatenate([cal.heap, np.zeros(more, ENTRY)]),
        place=np.concatenate([cal.place, np.full(more, ABSENT, dtype=np.int64)]),
    )


@kernel_part
def put(cal: Any, family: int, entity: int, time: float, kind: int) -> None:
    """Put the event `kind` of an entity on the calendar; an infinite time takes it off."""
    slot = cal.first[family] + entity
    if time == math.inf:
        cancel(cal.heap, cal.place, cal.size, slot)
    else:
        schedule(cal.heap, cal.place, cal.size, slot, time, kind * RANK + entity)


@rule
def start(state: Any, cal: Any) -> None:
    """Put the first events on the calendar."""
    world = state.world[0]
    schedule(cal.heap, cal.place, cal.size, 0, WEEK_HOURS, kinds.WEEK * RANK)
    for s in range(world["sites"]):
        site = state.sites[s]
        put(cal, GO_LIVES, s, 0.0 if site["is_pilot"] == 1 else site["go_live"], kinds.GO_LIVE)
    for k in range(len(state.shifts)):
        put(cal, SHIFTS, k, 0.0, kinds.SHIFT)
    for t in range(len(state.tiers)):
        tier = state.tiers[t]
        for number in range(tier["first_agent"], tier["first_agent"] + tier["agents"]):
            if state.agents[number]["arrives"] > 0.0:
                put(cal, AGENTS, number, state.agents[number]["arrives"], kinds.HIRED)


@rule
def advance(state: Any, cal: Any, until: float) -> int:
    """Process all events up to and including `until` (hours); stops early, to be resumed, when room runs out."""
    world = state.world[0]
    size = cal.size
    room = len(state.trace) - ROWS_PER_EVENT - len(state.agents) - len(state.sites)
    while True:
        s = cal.winners[1]
        time = cal.site_due[s]
        event = cal.heap[0]
        user_first = size[0] == 0 or time < event["time"]  # at the same instant the heap comes first: lower ranks
        if not user_first:
            time = event["time"]
        if time > until or time == math.inf:
            break
        if world["free_ticket"] < 0:
            return MORE_TICKETS
        if world["tracing"] == 1 and world["traced"] > room:
            return TRACE_FULL
        if user_first:
            fire(state, cal, cal.site_key[s] // RANK, cal.site_key[s] % RANK, time)
        else:
            kind = event["key"] // RANK
            slot = event["slot"]
            event["time"] = -math.inf  # it stays first until it is moved on or, below, taken off
            if kind == kinds.WORKED:
                work_ended(state, cal, slot - cal.first[AGENTS], time)
            elif kind == kinds.GAVE_UP:
                gave_up(state, cal, slot - cal.first[TICKETS], time)
            elif kind == kinds.DAY:
                open_day(state, cal, slot - cal.first[DAYS], time)
            else:
                turn(state, cal, kind, slot, time)
            if cal.place[slot] != ABSENT and cal.heap[cal.place[slot]]["time"] == -math.inf:
                cancel(cal.heap, cal.place, size, slot)
    return DONE


@kernel_part
def turn(state: Any, cal: Any, kind: int, slot: int, time: float) -> None:
    """The rarer events: calendars, go-lives, changes upstream, new models and colleagues."""
    if kind == kinds.WEEK:
        close_week(state, time)
        for s in range(state.world[0]["sites"]):
            if state.sites[s]["stage"] != NOT_STARTED and retraining_due(state, s, time):
                queue_job(state, cal, open_retraining(state, s, time), TIER3, time)
        open_week(state)
        if state.world[0]["week"] < len(state.weekly):
            schedule(cal.heap, cal.place, cal.size, 0, time + WEEK_HOURS, kinds.WEEK * RANK)
    elif kind == kinds.GO_LIVE:
        go_live(state, cal, slot - cal.first[GO_LIVES], time)
    elif kind == kinds.SHIFT:
        k = slot - cal.first[SHIFTS]
        change_shift(state, k, time)
        put(cal, SHIFTS, k, next_change(state.shifts[k], time), kinds.SHIFT)
        serve(state, cal, state.shifts[k]["tier"], time)
    elif kind == kinds.HIRED:
        number = slot - cal.first[AGENTS]
        hire(state, number, time)
        serve(state, cal, state.agents[number]["tier"], time)
    elif kind == kinds.SHOCK:
        s = slot - cal.first[SHOCKS]
        settle(state, s, time)
        loss = shock(state, s)
        note(state, time, kinds.SHOCK, s, loss, 0, 0)
        put(cal, SHOCKS, s, time + next_shock(state, s), kinds.SHOCK)
        renew_rates(state, cal, s, time)
    else:
        s = slot - cal.first[DEPLOYMENTS]
        settle(state, s, time)
        redeploy(state, s, time)
        renew_rates(state, cal, s, time)


# ---- clocks


@kernel_part
def arm(state: Any, cal: Any, i: int) -> None:
    """Note when clock `i` fires; `find_first` and `post` must follow."""
    cal.dues[i] = due(state.clocks[i], state.sites[state.cells[i // CLOCKS]["site"]])


@kernel_part
def find_first(cal: Any, c: int) -> None:
    """Find the clock of cell `c` that fires first; of simultaneous ones that of the lowest kind."""
    best = math.inf
    process = 0
    for k in range(CLOCKS):
        if cal.dues[c * CLOCKS + k] < best:
            best = cal.dues[c * CLOCKS + k]
            process = k
    cal.cell_due[c] = best
    cal.cell_process[c] = process


@kernel_part
def post(state: Any, cal: Any, s: int) -> None:
    """Let the first firing at site `s` play for the next one of all: users' events need no place in the heap.

    Ties go by the calendar's key, kind first, then cell.
    """
    first = state.sites[s]["first_cell"]
    best = math.inf
    chosen = first
    for c in range(first, first + state.world[0]["segments"]):
        time = cal.cell_due[c]
        if time < best or (time == best and cal.cell_process[c] < cal.cell_process[chosen]):
            best = time
            chosen = c
    cal.site_due[s] = best
    cal.site_key[s] = (FIRST_CLOCK + cal.cell_process[chosen]) * RANK + chosen
    i = (len(cal.site_due) + s) >> 1
    while i > 0:
        a = cal.winners[2 * i]
        b = cal.winners[2 * i + 1]
        due_a = cal.site_due[a]
        due_b = cal.site_due[b]
        # `&` and `|`, not `and` and `or`: nobody can guess who wins, so the processor must not try
        a_wins = (due_a < due_b) | ((due_a == due_b) & (cal.site_key[a] < cal.site_key[b]))
        cal.winners[i] = a if a_wins else b
        i >>= 1


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
def open_day(state: Any, cal: Any, s: int, time: float) -> None:
    """A working day begins at site `s`: decay and season step, and clocks that fire today go on the calendar."""
    settle(state, s, time)
    site = state.sites[s]
    if site["opened"] < math.inf:
        site["work_at_opening"] += site["day_hours"]
    site["opened"] = time
    set_rates(state, s)
    note(state, time, kinds.DAY, s, site["accuracy"], site["unhandled"], 0)
    work = site["work_at_opening"]
    for c in range(site["first_cell"], site["first_cell"] + state.world[0]["segments"]):
        for process in range(FIRST_CLOCK, FIRST_CLOCK + CLOCKS):
            i = c * CLOCKS + process - FIRST_CLOCK
            retime(state.clocks[i], work, clock_rate(state, c, process))
            arm(state, cal, i)
        find_first(cal, c)
    post(state, cal, s)
    put(
        cal, DAYS, s, next_opening(time + site["day_hours"], site["offset"], site["days"], site["open_hour"]), kinds.DAY
    )


@kernel_part
def go_live(state: Any, cal: Any, s: int, time: float) -> None:
    """Site `s` starts its pilot, or goes live for everybody."""
    site = state.sites[s]
    first = site["stage"] == NOT_STARTED
    if not first:
        settle(state, s, time)
    start_site(state, s, time)
    if first:
        for i in range(site["first_cell"] * CLOCKS, (site["first_cell"] + state.world[0]["segments"]) * CLOCKS):
            rewind(state.clocks[i], state.key)
        put(cal, DAYS, s, next_opening(time, site["offset"], site["days"], site["open_hour"]), kinds.DAY)
        put(cal, SHOCKS, s, time + next_shock(state, s), kinds.SHOCK)
    else:
        renew_rates(state, cal, s, time)
    if site["stage"] == PILOT:
        put(cal, GO_LIVES, s, site["go_live"], kinds.GO_LIVE)


@kernel_part
def fire(state: Any, cal: Any, kind: int, c: int, time: float) -> None:
    """The clock `kind` of cell `c` fires: something happens to one of the cell's users."""
    i = c * CLOCKS + kind - FIRST_CLOCK
    clock = state.clocks[i]
    v = rewind(clock, state.key)
    arm(state, cal, i)
    changed = True
    if kind == kinds.NOTICED_ERROR:
        number, follows = notice_error(state, c, time, v)
        changed = follows == 1
        if follows == 2:
            join(state, cal, open_ticket(state, number, ERROR, 0, time), TIER3 + 1, time)
    elif kind == kinds.ENCOUNTER:
        w, x = next_pair(clock, state.key, clock["stream"], 0)
        number, follows, f, k = meet(state, c, time, v, w, x)
        changed = follows == 1
        if k >= 0:
            queue_job(state, cal, open_repair(state, f, k, time), TIER3, time)
        if follows == 2:
            join(state, cal, open_ticket(state, number, ERROR, 0, time), TIER3 + 1, time)
    elif kind == kinds.QUESTION:
        number = ask_question(state, c, time, v)
        changed = False
        join(state, cal, open_ticket(state, number, HOW_TO, 0, time), TIER3 + 1, time)
    elif kind == kinds.ONSET:
        start_using(state, c, time, v)
    elif kind == kinds.RETURN:
        w, _ = next_pair(clock, state.key, clock["stream"], 0)
        changed = come_back(state, c, time, v, w)
    elif kind == kinds.DROP_OUT:
        drop_out(state, c, time, v)
    else:
        learn(state, c, time, v)
    if changed:
        retime_user(state, cal, c, time)
    else:
        find_first(cal, c)
        post(state, cal, state.cells[c]["site"])


# ---- lines and the people who serve them


@kernel_part
def append(state: Any, cal: Any, line: int, job: int) -> None:
    """Put the job at the end of a line."""
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
    if tier > TIER3:
        tier = first_tier(state, slot)
    arrive(state, slot, tier, time)
    job = job_of_ticket(state, slot)
    queue_job(state, cal, job, tier, time)
    if state.jobs[job]["started"] == 0:
        until = patience_ends(state, slot)
        if until < math.inf:
            key = kinds.GAVE_UP * RANK + state.tickets[slot]["serial"]
            schedule(cal.heap, cal.place, cal.size, cal.first[TICKETS] + slot, until, key)


@kernel_part
def queue_job(state: Any, cal: Any, job: int, tier: int, time: float) -> None:
    """A job joins its line at a tier, and is served at once where somebody is free."""
    append(state, cal, line_of(state, job, tier), job)
    change_tier(state, tier, time, 1, 0, 0)
    serve(state, cal, tier, time)


@kernel_part
def serve(state: Any, cal: Any, tier: int, time: float) -> None:
    """Free agents of a tier take what waits there."""
    lines = cal.lines
    while state.tiers[tier]["idle"] > 0 and state.tiers[tier]["waiting"] > 0:
        if tier == TIER3:
            line = first_line(
                state, tier, int(lines[2, 0] != NOBODY), int(lines[3, 0] != NOBODY), int(lines[4, 0] != NOBODY)
            )
        else:
            line = first_line(state, tier, 1, 0, 0)
        job = lines[line, 0]
        remove(state, cal, line, job)
        ticket = job - job_of_ticket(state, 0)
        if ticket >= 0:
            cancel(cal.heap, cal.place, cal.size, cal.first[TICKETS] + ticket)
        number = take_agent(state, tier, time)
        put(cal, AGENTS, number, begin_work(state, number, job, time), kinds.WORKED)


@kernel_part
def work_ended(state: Any, cal: Any, number: int, time: float) -> None:
    """An agent ends a piece of work and takes the next; then what follows for the work."""
    finished = end_work(state, number, time)
    job = state.agents[number]["job"]
    tier = state.agents[number]["tier"]
    job_class = state.jobs[job]["job_class"]
    if not finished:
        insert(state, cal, line_of(state, job, tier), job)
        change_tier(state, tier, time, 1, 0, 0)
    release_agent(state, number, time)
    serve(state, cal, tier, time)
    if not finished:
        return
    if job_class == CLASS_TICKET:
        slot = job - job_of_ticket(state, 0)
        onward = next_tier(state, slot)
        if onward < 0:
            c = state.tickets[slot]["cell"]
            if solved(state, slot, time):
                retime_user(state, cal, c, time)
        else:
            note(state, time, kinds.PASSED_ON, state.tickets[slot]["serial"], tier + 1, onward + 1, 0)
            join(state, cal, slot, onward, time)
    elif job_class == CLASS_REPAIR:
        repair_ended(state, cal, job, time)
    else:
        note(state, time, kinds.RETRAINED, job, 0, 0, 0)
        put(cal, DEPLOYMENTS, job, time + state.settings[0]["deploy_hours"], kinds.DEPLOYED)


@kernel_part
def repair_ended(state: Any, cal: Any, job: int, time: float) -> None:
    """A type of edge case is repaired: every site that can meet it changes its rates."""
    for s in range(state.world[0]["sites"]):
        if state.sites[s]["stage"] != NOT_STARTED:
            settle(state, s, time)
    f = repair_done(state, job, time)
    for s in range(state.world[0]["sites"]):
        affected = state.families[f]["kind"] != SITE or state.families[f]["of"] == s
        if affected and state.sites[s]["stage"] != NOT_STARTED:
            renew_rates(state, cal, s, time)


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
