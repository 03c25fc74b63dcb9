"""The data science team: one finite pool for everything that only it can do; it ties the killers into a loop.

Tier-3 tickets, outages, data carried by hand, retraining, remediation of data, repairs of edge cases: work is done in
slices that are not preempted and end with the shift (an outage is worked through); after each slice a member takes
the first class in the scenario's order of priorities that has work, first in first out. Members leave and are replaced
(see `staffing`).
"""

from __future__ import annotations

import math
from typing import Any

from simulator.model.answers.data_quality import deployed, remediated, remediation_hours, retrained, retraining_hours
from simulator.model.answers.edge_cases import repaired
from simulator.model.answers.outages import next_outage
from simulator.model.clockwork.time import WEEK_HOURS, working_morning
from simulator.model.clockwork.timers import set_timer, timer
from simulator.model.clockwork.tracing import note
from simulator.model.clockwork.variate import variate
from simulator.model.state import events
from simulator.model.state.events import CALLED_OUT, CLEANING_DUE, DEPLOYED, OUTAGE
from simulator.model.state.spending import spend
from simulator.model.state.states import (
    CLASS_HAND_CARRIED,
    CLASS_OUTAGE,
    CLASS_REMEDIATION,
    CLASS_REPAIR,
    CLASS_RETRAINING,
    LIVE,
    NOT_STARTED,
    OUTAGE_LINE,
    OUTAGES,
    PILOT,
    QUALITY,
    SITE,
    STOPPED,
    TIER3,
)
from simulator.model.support.lines import change_tier, stamp_job
from simulator.model.users.tasks import touch
from simulator.streams.jit import rule
from simulator.streams.philox import draw

TRY_AGAIN = 1.0
"""Hours after which the team is called again when nobody could take up an outage."""


@rule
def come_up(state: Any, number: int, job_class: int, hours: float, reference: int, time: float) -> None:
    """A job of the team comes up; an engine puts it in its line after the event."""
    job = state.jobs[number]
    job["job_class"] = job_class
    job["hours"] = hours
    stamp_job(state, job)
    state.fresh[state.world[0]["fresh"]] = number
    state.world[0]["fresh"] += 1
    note(state, time, events.JOB, job_class, reference, hours, 0)


@rule
def open_retraining(state: Any, s: int, time: float) -> None:
    """Site `s` is to be retrained."""
    come_up(state, s, CLASS_RETRAINING, retraining_hours(state, s), s, time)


@rule
def open_remediation(state: Any, s: int, time: float) -> None:
    """The data of site `s` are to be mended; it is done once."""
    world = state.world[0]
    if state.settings[0]["ai.remediation"] == 0 or state.sites[s]["remediations"] > 0 or world["programme"] == STOPPED:
        return
    set_timer(state, CLEANING_DUE, s, math.inf)
    spend(state, QUALITY, state.settings[0]["economics.remediation_cost_per_site"])
    come_up(state, world["sites"] + s, CLASS_REMEDIATION, remediation_hours(state, s), s, time)


@rule
def open_carrying(state: Any, time: float) -> None:
    """A week's data are to be carried by hand at each site that lacks systems, unless last week's still are."""
    world = state.world[0]
    hours = state.settings[0]["integration.hand_carried.work_hours_per_site_week"]
    if hours <= 0.0 or world["programme"] == STOPPED:
        return
    for s in range(world["sites"]):
        site = state.sites[s]
        left = site["carried_share"]
        if left > 0.0 and site["carrying"] == 0 and (site["stage"] == PILOT or site["stage"] == LIVE):
            site["carrying"] = 1
            come_up(state, 2 * world["sites"] + s, CLASS_HAND_CARRIED, hours * left * site["learning_factor"], s, time)


@rule
def open_repair(state: Any, f: int, k: int, time: float) -> None:
    """Type `k` of family `f` is to be repaired, unless the programme has ended."""
    world = state.world[0]
    if world["programme"] == STOPPED:
        return
    types = state.settings[0]["edge_cases.types_per_family"]
    number = world["first_repair"] + f * types + k
    u, _, _, _ = draw(state.key, state.families[f]["stream_repair"], 0, k)
    world["repairs_open"] += 1
    hours = variate(state, state.settings[0]["edge_cases.repair_effort_hours"], u)
    come_up(state, number, CLASS_REPAIR, hours, f * types + k, time)


@rule
def begin_outage(state: Any, time: float) -> None:
    """The service is down for everybody until the team has repaired it."""
    world = state.world[0]
    _, u, _, _ = draw(state.key, world["stream_outage"], 0, world["outages"])
    note(state, time, OUTAGE, world["outages"], 0, 0, 0)
    world["outages"] += 1
    world["outage"] = 1
    world["outage_began"] = time
    for s in range(world["sites"]):
        if state.sites[s]["stage"] != NOT_STARTED:
            touch(state, s, time)
    hours = variate(state, state.settings[0]["outages.repair_hours"], u)
    come_up(state, world["first_outage"], CLASS_OUTAGE, hours, world["outages"] - 1, time)


@rule
def arm_on_call(state: Any, time: float) -> None:
    """While an outage waits and nobody of the team is at work, whoever is on call will take it up."""
    if state.queues[OUTAGE_LINE] == 0 or state.tiers[TIER3]["on_duty"] > 0:
        return
    reaction = state.settings[0]["data_science_team.on_call_hours"]
    if timer(state, CALLED_OUT, 0) == math.inf and reaction < math.inf:
        set_timer(state, CALLED_OUT, 0, time + reaction)


@rule
def end_outage(state: Any, time: float) -> None:
    """The service is back."""
    world = state.world[0]
    world["outage"] = 0
    lasted = time - world["outage_began"]
    world["outage_ended"] = time
    world["cancel"] = 1  # who waits for an answer about it has it
    invited = 0
    for s in range(world["sites"]):
        if state.sites[s]["stage"] == PILOT or state.sites[s]["stage"] == LIVE:
            invited += state.sites[s]["invited"]
    cost = lasted * state.settings[0]["economics.outage_cost_per_hour"]
    spend(state, OUTAGES, cost * invited / max(1, world["users"]))
    note(state, time, events.SERVICE_BACK, world["outages"] - 1, lasted, 0, 0)
    for s in range(world["sites"]):
        if state.sites[s]["stage"] != NOT_STARTED:
            touch(state, s, time)
    set_timer(state, CALLED_OUT, 0, math.inf)
    set_timer(state, OUTAGE, 0, next_outage(state, time))


@rule
def called_out(state: Any, time: float) -> int:
    """Who is on call takes up the outage, if nobody has yet: the member's number, or -1 when all are busy or gone."""
    tier = state.tiers[TIER3]
    if state.queues[OUTAGE_LINE] == 0:
        return -1
    for number in range(tier["first_agent"], tier["first_agent"] + tier["agents"]):
        agent = state.agents[number]
        if agent["employed"] == 1 and agent["busy"] == 0:
            if agent["present"] == 1:
                agent["idle"] = 0
                tier["idle"] -= 1
            else:
                agent["on_call"] = 1
            agent["busy"] = 1
            change_tier(state, TIER3, time, -1, 1, 0)
            tier["late"] += agent["on_call"]
            note(state, time, CALLED_OUT, number, 0, 0, 0)
            return int(number)
    set_timer(state, CALLED_OUT, 0, time + TRY_AGAIN)
    return -1


# ---- lines


@rule
def job_done(state: Any, job_number: int, time: float) -> None:
    """What follows when a job of the team other than a ticket is finished."""
    world = state.world[0]
    job_class = state.jobs[job_number]["job_class"]
    if job_class == CLASS_REPAIR:
        repair_done(state, job_number - world["first_repair"], time)
    elif job_class == CLASS_RETRAINING:
        note(state, time, events.RETRAINED, job_number, retrained(state.sites[job_number]), 0, 0)
        date = time + state.settings[0]["ai.retraining.deploy_weeks"] * WEEK_HOURS
        offset = state.sites[job_number]["utc_offset_hours"]
        set_timer(state, DEPLOYED, job_number, working_morning(state.settings[0], date, offset))
    elif job_class == CLASS_REMEDIATION:
        s = job_number - world["sites"]
        if state.sites[s]["stage"] != NOT_STARTED:
            touch(state, s, time)
        remediated(state.sites[s], state.settings[0])
        note(state, time, events.REMEDIATED, s, state.sites[s]["data_quality"], 0, 0)
    elif job_class == CLASS_HAND_CARRIED:
        state.sites[job_number - 2 * world["sites"]]["carrying"] = 0
    elif job_class == CLASS_OUTAGE:
        end_outage(state, time)
    else:
        world["unknown"] += 1


@rule
def repair_done(state: Any, index: int, time: float) -> None:
    """A type of edge case is repaired: it is met no more, at every site that can meet it."""
    world = state.world[0]
    types = state.settings[0]["edge_cases.types_per_family"]
    f = index // types
    k = index % types
    family = state.families[f]
    everywhere = family["kind"] != SITE or state.settings[0]["edge_cases.ideal"] == 1
    for s in range(world["sites"]):
        if (everywhere or family["of"] == s) and state.sites[s]["stage"] != NOT_STARTED:
            touch(state, s, time)
    world["repairs_open"] -= 1
    repaired(state, f, k)
    note(state, time, events.REPAIRED, f, k, family["handled"], 0)


@rule
def redeploy(state: Any, s: int, time: float) -> None:
    """The retrained model of site `s` goes live."""
    touch(state, s, time)
    deployed(state.sites[s], state.settings[0], time)
    note(state, time, DEPLOYED, s, 0, 0, 0)
