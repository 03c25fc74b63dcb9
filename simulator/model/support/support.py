"""Support: tickets, the tiers that work them, and what slow or failed answers do to users.

Tier 1 triages with limited skill. A ticket that it sends too low is looked at there for a share of a handling time and
bounces back to tier 1, which then knows better; one that it sends too high is solved there, by dearer people. What is
not done within the longest visit of tier 1 or 2 is passed on as too hard for it. Tier 3 is the data science team.
Whoever waits past their patience gives up, trusts less, perhaps reverts, perhaps calls again. During the pilot the data
scientists answer directly.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.model.clockwork.time import work_time
from simulator.model.clockwork.tracing import note
from simulator.model.clockwork.variate import variate
from simulator.model.state import events, states
from simulator.model.state.states import (
    ASKS,
    CARRIED,
    CARRIES_ON,
    CLOSED,
    EXPERIENCED,
    HOW_TO,
    LIVE,
    NEW,
    NEW_UNTRAINED,
    NO_SERVICE,
    PILOT,
    STOPS_USING,
    TIER1,
    TIER2,
    TIER3,
)
from simulator.model.support.lines import count_wait, stamp_job
from simulator.model.users.change_management import lapse
from simulator.model.users.trust import credit, credit_successes, trust
from simulator.model.users.users import active_in, next_draw, pick_active, pick_of_two
from simulator.streams.jit import inlined, rule
from simulator.streams.philox import draw

WORK_LEFT = 1e-9
"""Hours of work below which a job is finished: rounding, not effort."""
VISITS = 1 << 32
"""More than the tickets that one user can open: tickets are numbered user * VISITS + n in their stream."""


@rule
def job_of_ticket(state: Any, slot: int) -> int:
    """The job (index into `State.jobs`) that is the ticket in `slot`."""
    return int(state.world[0]["first_ticket"] + slot)


@rule
def open_ticket(state: Any, number: int, ticket_kind: int, level: int, time: float) -> int:
    """User `number` opens a ticket; `level` 1 to 3 says who can truly solve it, 0 draws that. Returns its slot.

    What is random about its first visit is drawn along.
    """
    world = state.world[0]
    settings = state.settings[0]
    slot = world["free_ticket"]
    ticket = state.tickets[slot]
    world["free_ticket"] = ticket["next"]
    user = state.users[number]
    cell = state.cells[user["cell"]]
    site = state.sites[cell["site"]]
    ticket["user"] = number
    ticket["cell"] = user["cell"]
    ticket["serial"] = world["tickets_opened"]
    ticket["kind"] = ticket_kind
    ticket["opened"] = time
    ticket["visits"] = 0
    ticket["number"] = user["number"] * VISITS + user["tickets"]
    ticket["in_pilot"] = int(site["stage"] == PILOT or settings["support.ideal"] == 1)
    user["tickets"] += 1
    site["tickets"] += 1
    world["tickets_opened"] += 1
    world["week_opened"] += 1
    world["opened"][ticket_kind] += 1
    u, v, w, x = draw(state.key, cell["stream_ticket"], ticket["number"], 0)
    ticket["level"] = level_needed(settings, ticket_kind, u) if level == 0 else level
    ticket["u_handling"] = v
    ticket["u_triage"] = w
    ticket["u_patience"] = x
    note(state, time, events.TICKET, ticket["serial"], number, ticket_kind, ticket["level"])
    return int(slot)


@rule
def level_needed(settings: Any, ticket_kind: int, u: float) -> int:
    """At the uniform `u`: level 1 to 3 of who can truly solve a ticket of this kind."""
    levels = settings["support.levels"]
    first = levels[ticket_kind, TIER1]
    second = levels[ticket_kind, TIER2]
    return 1 if u < first else (2 if u < first + second else 3)


@rule
def question_weights(state: Any, c: int) -> tuple[float, float, float, float]:
    """Rates per working hour at which cell `c` turns to support other than for an error.

    How-to questions of the new (the untrained ask more), and of all active users; trouble with data that are carried
    by hand; and while the service is down. Good documentation saves how-to questions; lessons of earlier waves save
    the new some, and tickets about hand-carried data.
    """
    settings = state.settings[0]
    counts = state.counts[c]
    site = state.sites[state.cells[c]["site"]]
    active = active_in(counts)
    saved = 1.0 - settings["support.documentation_effect"] * settings["support.documentation_quality"]
    asking = counts[NEW] + settings["change_programme.untrained_question_factor"] * counts[NEW_UNTRAINED]
    by_new = (
        asking * settings["support.how_to_per_new_user_week"] * saved * site["learning_factor"] / site["week_hours"]
    )
    by_all = active * settings["support.how_to_per_user_week"] * saved / site["week_hours"]
    carried = 0.0
    if site["stage"] == LIVE:
        tickets = settings["integration.hand_carried.tickets_per_user_week"] * site["carried_share"]
        carried = active * tickets * site["learning_factor"] / site["week_hours"]
    without = active * settings["outages.tickets_per_user_hour"] * (1.0 - site["answered"])
    return by_new, by_all, carried, without


@rule
def question_rate(state: Any, c: int) -> float:
    """Rate per working hour at which cell `c` turns to support other than for an error."""
    by_new, by_all, carried, without = question_weights(state, c)
    return float(by_new + by_all + carried + without)


@rule
def ask_question(state: Any, c: int, time: float, u_pick: float) -> tuple[int, int]:
    """An active user of cell `c` turns to support: (user, kind of the ticket).

    The user is -1 where it is somebody who has told of this outage already: nobody does so twice.
    """
    by_new, by_all, carried, without = question_weights(state, c)
    target = u_pick * (by_new + by_all + carried + without)
    ticket_kind = HOW_TO
    if target < by_new:
        untrained = state.settings[0]["change_programme.untrained_question_factor"]
        number = pick_of_two(state, c, target / by_new, NEW, NEW_UNTRAINED, untrained)
    elif target < by_new + by_all:
        number = pick_active(state, c, (target - by_new) / by_all)
    elif target < by_new + by_all + carried or without <= 0.0:
        number = pick_active(state, c, (target - by_new - by_all) / carried)
        ticket_kind = CARRIED
    else:
        number = pick_active(state, c, (target - by_new - by_all - carried) / without)
        ticket_kind = NO_SERVICE
    if ticket_kind == NO_SERVICE and state.world[0]["outage"] == 1:
        if state.users[number]["outage_reported"] == state.world[0]["outages"]:
            return -1, ticket_kind
        state.users[number]["outage_reported"] = state.world[0]["outages"]
    note(state, time, events.QUESTION, number, ticket_kind, 0, 0)
    return number, ticket_kind


@rule
def service_back(state: Any, slot: int) -> bool:
    """Whether the ticket is about an outage that has ended since."""
    ticket = state.tickets[slot]
    world = state.world[0]
    if ticket["kind"] != NO_SERVICE or world["outage"] == 1:
        return False
    return bool(world["outage_began"] <= ticket["opened"] <= world["outage_ended"])


@rule
def close_ticket(state: Any, slot: int) -> None:
    """The slot is free for another ticket."""
    state.tickets[slot]["next"] = state.world[0]["free_ticket"]
    state.world[0]["free_ticket"] = slot


@rule
def first_tier(state: Any, slot: int) -> int:
    """Where a new ticket goes: to tier 1, or straight to the data science team during the pilot."""
    return TIER3 if state.tickets[slot]["in_pilot"] == 1 else TIER1


@inlined
def arrive(state: Any, slot: int, tier: int, time: float) -> None:
    """The ticket comes to the line of `tier`; what is random about a second visit and further ones is drawn."""
    ticket = state.tickets[slot]
    ticket["visits"] += 1
    ticket["tier"] = tier
    ticket["queued"] = time
    if ticket["visits"] > 1:
        stream = state.cells[ticket["cell"]]["stream_ticket"]
        u, v, w, _ = draw(state.key, stream, ticket["number"], ticket["visits"] - 1)
        ticket["u_handling"] = u
        ticket["u_triage"] = v
        ticket["u_patience"] = w
    state.tiers[tier]["week_arrived"] += 1
    job = state.jobs[job_of_ticket(state, slot)]
    job["job_class"] = states.CLASS_TICKET
    job["started"] = 0
    stamp_job(state, job)


@rule
def patience_ends(state: Any, slot: int) -> float:
    """The instant until which the user of a waiting ticket is willing to wait in this line; infinite for ever."""
    ticket = state.tickets[slot]
    patience = state.tiers[ticket["tier"]]["patience_hours"]
    if patience < 0:  # no distribution
        return math.inf
    return float(ticket["queued"] + variate(state, patience, ticket["u_patience"]))


@inlined
def handling_hours(state: Any, slot: int) -> float:
    """Hours of work that this visit of the ticket takes a fully productive agent."""
    ticket = state.tickets[slot]
    settings = state.settings[0]
    tier = ticket["tier"]
    hours = variate(state, state.tiers[tier]["handling_minutes"], ticket["u_handling"]) / 60.0
    hours *= 1.0 - settings["support.documentation_effect"] * settings["support.documentation_quality"]
    if ticket["in_pilot"] == 1:
        return float(hours * settings["pilot.handling_factor"])
    if tier != TIER1 and tier < ticket["level"] - 1:
        return float(hours * settings["support.bounce_handling_share"])
    return float(hours)


@rule
def next_tier(state: Any, slot: int) -> int:
    """After a visit: the tier that the ticket goes to, or -1 when it is solved.

    What tier 1 or 2 could not do within its longest visit is for those above.
    """
    ticket = state.tickets[slot]
    tier = ticket["tier"]
    level = ticket["level"]
    if ticket["in_pilot"] == 1 or service_back(state, slot):
        return -1
    too_hard = state.jobs[job_of_ticket(state, slot)]["hours"] > WORK_LEFT
    if tier != TIER1:
        if too_hard:
            return int(tier + 1)
        return -1 if tier >= level - 1 else TIER1
    right = ticket["visits"] > 1 or ticket["u_triage"] < state.settings[0]["support.triage_skill"]
    if level == 1:
        return -1 if right and not too_hard else TIER2
    if level == 2:
        return TIER2 if right else TIER3
    return TIER3 if right else TIER2


@inlined
def feel(state: Any, number: int, time: float, gain: float, loss: float) -> float:
    """An experience with support enters the user's trust, which is returned."""
    user = state.users[number]
    site = state.sites[state.cells[user["cell"]]["site"]]
    credit_successes(user, site, state.settings[0], work_time(site, time))
    credit(user, state.settings[0], gain, loss)
    return trust(user, state.cells[user["cell"]], state.settings[0])


@rule
def solved(state: Any, slot: int, time: float) -> bool:
    """The ticket is solved: a fast fix repairs trust, a late one costs it; True when the user stops for it."""
    ticket = state.tickets[slot]
    settings = state.settings[0]
    number = ticket["user"]
    elapsed = time - ticket["opened"]
    state.world[0]["tickets_solved"] += 1
    successor = ticket["opened"] < state.users[number]["joined"]
    note(state, time, events.SOLVED, ticket["serial"], ticket["tier"] + 1, elapsed, 0)
    close_ticket(state, slot)
    if successor:  # who asked has left the company
        return False
    if elapsed <= settings["support.fast_fix_hours"]:
        feel(state, number, time, settings["users.trust.fix_weight"], 0.0)
        return False
    if elapsed <= settings["support.late_hours"]:
        return False
    t = feel(state, number, time, 0.0, settings["users.trust.late_weight"])
    u, v = next_draw(state, number)
    return lapse(state, number, time, t, settings["support.failure_reversion"], u, v)


@rule
def give_up(state: Any, slot: int, time: float) -> int:
    """The user stops waiting, and carries on, stops using the system or asks again."""
    ticket = state.tickets[slot]
    settings = state.settings[0]
    number = ticket["user"]
    count_wait(state, ticket["tier"], ticket["queued"], time - ticket["queued"], False)
    state.world[0]["tickets_abandoned"] += 1
    state.world[0]["week_abandoned"] += 1
    note(state, time, events.GAVE_UP, ticket["serial"], ticket["tier"] + 1, 0, 0)
    successor = ticket["opened"] < state.users[number]["joined"]
    close_ticket(state, slot)
    if successor:
        return CARRIES_ON
    t = feel(state, number, time, 0.0, settings["users.trust.late_weight"])
    u, v = next_draw(state, number)
    if lapse(state, number, time, t, settings["support.failure_reversion"], u, v):
        return STOPS_USING
    again = state.users[number]["state"] <= EXPERIENCED and v < settings["support.call_again_probability"]
    return ASKS if again else CARRIES_ON


@rule
def answer_at_once(state: Any, slot: int, time: float) -> float:
    """Ideal support: an expert takes the ticket without delay; the instant at which it is solved."""
    arrive(state, slot, TIER3, time)
    count_wait(state, TIER3, time, 0.0, True)
    return time + handling_hours(state, slot)


@rule
def cancelled(state: Any, slot: int) -> bool:
    """Whether nobody wants the answer any more: the service is back, or was switched off at the user's site."""
    closed = state.sites[state.cells[state.tickets[slot]["cell"]]["site"]]["stage"] == CLOSED
    return bool(closed or service_back(state, slot))


@rule
def cancel_ticket(state: Any, slot: int) -> None:
    """Close a ticket that nobody wants answered."""
    state.world[0]["tickets_cancelled"] += 1
    close_ticket(state, slot)
