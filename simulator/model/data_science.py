"""The data science team: one finite pool for tier-3 tickets, retraining and repairs; it ties the killers into a loop.

Work is done in slices that are not preempted; after each slice a member takes the first class in the scenario's
order of priorities that has work, first in first out.
"""

from __future__ import annotations

from typing import Any

from simulator.model import kinds
from simulator.model.data_quality import deployed, retraining_hours, variate
from simulator.model.edge_cases import repaired
from simulator.model.kinds import CLASS_REPAIR, CLASS_RETRAINING, CLASS_TICKET, TIER3
from simulator.model.state import REPAIR_EFFORT
from simulator.model.support import count_wait, handling_hours, stamp_job
from simulator.model.tracing import note
from simulator.streams.jit import rule
from simulator.streams.philox import draw

DONE = 1e-9
"""Hours of work below which a job is finished: rounding, not effort."""


@rule
def open_retraining(state: Any, s: int, time: float) -> int:
    """Site `s` is to be retrained: the job."""
    job = state.jobs[s]
    job["job_class"] = CLASS_RETRAINING
    job["hours"] = retraining_hours(state, s)
    stamp_job(state, job)
    note(state, time, kinds.JOB, CLASS_RETRAINING, s, job["hours"], 0)
    return s


@rule
def open_repair(state: Any, f: int, k: int, time: float) -> int:
    """Type `k` of family `f` is to be repaired: the job."""
    world = state.world[0]
    number = world["sites"] + f * world["types"] + k
    job = state.jobs[number]
    u, _, _, _ = draw(state.key, state.families[f]["stream_repair"], 0, k)
    job["job_class"] = CLASS_REPAIR
    job["hours"] = variate(state, REPAIR_EFFORT, u)
    world["repairs_open"] += 1
    stamp_job(state, job)
    note(state, time, kinds.JOB, CLASS_REPAIR, number - world["sites"], job["hours"], 0)
    return int(number)


@rule
def line_of(state: Any, job_number: int, tier: int) -> int:
    """The line in which a job waits at `tier`: 0 and 1 for tiers 1 and 2, then one per class of the team's work."""
    if tier != TIER3:
        return tier
    return int(TIER3 + state.jobs[job_number]["job_class"])


@rule
def first_line(state: Any, tier: int, tickets: int, retraining: int, repairs: int) -> int:
    """The line that a free member serves next, given how many wait in each class; -1 when nobody waits."""
    if tier != TIER3:
        return tier if tickets > 0 else -1
    settings = state.settings[0]
    for rank in range(3):
        job_class = (
            settings["priority_0"] if rank == 0 else (settings["priority_1"] if rank == 1 else settings["priority_2"])
        )
        waiting = tickets if job_class == CLASS_TICKET else (retraining if job_class == CLASS_RETRAINING else repairs)
        if waiting > 0:
            return int(TIER3 + job_class)
    return -1


@rule
def productivity(state: Any, agent: Any, time: float) -> float:
    """Output of `agent` (an AGENT record) as a share of an experienced one's; it grows linearly after arrival."""
    tier = state.tiers[agent["tier"]]
    age = time - agent["arrives"]
    if agent["arrives"] <= 0.0 or age >= tier["ramp_hours"]:
        return 1.0
    return float(tier["starting_productivity"] + (1.0 - tier["starting_productivity"]) * age / tier["ramp_hours"])


@rule
def begin_work(state: Any, agent_number: int, job_number: int, time: float) -> float:
    """The agent takes the job, or a slice of it: the instant at which that is done."""
    agent = state.agents[agent_number]
    job = state.jobs[job_number]
    agent["job"] = job_number
    tier = agent["tier"]
    if job["job_class"] == CLASS_TICKET and job["started"] == 0:
        world = state.world[0]
        slot = job_number - world["sites"] - world["families"] * world["types"]
        ticket = state.tickets[slot]
        job["started"] = 1
        job["hours"] = handling_hours(state, slot)
        waited = time - ticket["queued"]
        count_wait(state, tier, ticket["queued"], waited, True)
        note(state, time, kinds.VISIT, ticket["serial"], tier + 1, waited, agent_number)
    hours = job["hours"]
    if tier == TIER3:
        hours = min(hours, state.settings[0]["slice_hours"])
    agent["hours"] = hours
    return float(time + hours / productivity(state, agent, time))


@rule
def end_work(state: Any, agent_number: int, time: float) -> bool:
    """The agent's slice ends; True when the job is finished."""
    agent = state.agents[agent_number]
    job = state.jobs[agent["job"]]
    job["hours"] -= agent["hours"]
    finished = job["hours"] <= DONE
    note(state, time, kinds.WORKED, agent_number, agent["hours"], int(finished), 0)
    return bool(finished)


@rule
def repair_done(state: Any, job_number: int, time: float) -> int:
    """A repair is finished; returns its family, whose encounters become rarer."""
    world = state.world[0]
    index = job_number - world["sites"]
    f = index // world["types"]
    k = index % world["types"]
    world["repairs_open"] -= 1
    repaired(state, f, k)
    note(state, time, kinds.REPAIRED, f, k, state.families[f]["handled"], 0)
    return int(f)


@rule
def redeploy(state: Any, s: int, time: float) -> None:
    """The retrained model of site `s` goes live."""
    deployed(state.sites[s], time)
    note(state, time, kinds.DEPLOYED, s, 0, 0, 0)
