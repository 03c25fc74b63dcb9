"""Work in hand, at every tier: who takes how much of a job, how fast it goes, and when it ends."""

from __future__ import annotations

import math
from typing import Any

from simulator.model.clockwork.time import WEEK_HOURS, duty
from simulator.model.clockwork.tracing import note
from simulator.model.state import events
from simulator.model.state.states import (
    CLASS_OUTAGE,
    CLASS_TICKET,
    STOPPED,
    TIER3,
)
from simulator.model.support.lines import count_wait
from simulator.model.support.support import WORK_LEFT, cancelled, handling_hours
from simulator.streams.jit import rule

LEAST_SLICE = 0.25
"""Hours that somebody still begins to work on something before the shift ends."""


@rule
def dropped(state: Any, job_number: int) -> bool:
    """Whether nobody wants the job done any more, as its site or the programme has ended."""
    job_class = state.jobs[job_number]["job_class"]
    if job_class == CLASS_TICKET:
        return cancelled(state, job_number - state.world[0]["first_ticket"])
    return bool(job_class != CLASS_OUTAGE and state.world[0]["programme"] == STOPPED)


@rule
def productivity(state: Any, agent: Any, time: float) -> float:
    """Output of `agent` (an AGENT record) as a share of an experienced one's; it grows linearly after arrival."""
    tier = state.tiers[agent["tier"]]
    age = time - agent["arrives"]
    ramp = tier["ramp_up_weeks"] * WEEK_HOURS
    if agent["arrives"] <= 0.0 or age >= ramp:
        return float(tier["pace"])
    share = tier["starting_productivity"] + (1.0 - tier["starting_productivity"]) * age / ramp
    return float(tier["pace"] * share)


@rule
def begin_work(state: Any, agent_number: int, job_number: int, time: float) -> float:
    """The agent takes the job, or a slice of it: the instant at which that is done."""
    agent = state.agents[agent_number]
    job = state.jobs[job_number]
    agent["job"] = job_number
    tier = agent["tier"]
    if job["job_class"] == CLASS_TICKET and job["started"] == 0:
        slot = job_number - state.world[0]["first_ticket"]
        ticket = state.tickets[slot]
        job["started"] = 1
        job["hours"] = handling_hours(state, slot)
        waited = time - ticket["queued"]
        count_wait(state, tier, ticket["queued"], waited, True)
        note(state, time, events.VISIT, ticket["serial"], tier + 1, waited, agent_number)
    hours = job["hours"]
    pace = productivity(state, agent, time)
    if tier != TIER3:
        hours = min(hours, state.tiers[tier]["longest_visit_hours"] * pace)
    elif job["job_class"] != CLASS_OUTAGE:
        most = state.settings[0]["data_science_team.slice_hours"]
        hours = min(hours, most, max(LEAST_SLICE, shift_left(state, agent, time)) * pace)
    agent["hours"] = hours
    return float(time + hours / pace)


@rule
def shift_left(state: Any, agent: Any, time: float) -> float:
    """Hours until the shift of `agent` (an AGENT record), who is at work, ends."""
    shift = state.shifts[agent["shift"]]
    local = time + shift["utc_offset_hours"]
    return float(duty(shift, state.duty[agent["shift"]], time) - (local - math.floor(local)))


@rule
def end_work(state: Any, agent_number: int, time: float) -> bool:
    """The agent's slice ends; True when the job is finished, or has had its one visit to tier 1 or 2."""
    agent = state.agents[agent_number]
    job = state.jobs[agent["job"]]
    job["hours"] -= agent["hours"]
    finished = job["hours"] <= WORK_LEFT
    note(state, time, events.WORKED, agent_number, agent["hours"], int(finished), 0)
    return bool(finished or agent["tier"] != TIER3)
