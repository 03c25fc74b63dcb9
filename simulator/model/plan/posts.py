"""Posts before time starts: everybody who may work in support within the horizon, with tier and shift.

First those of tier 1, then tier 2, then the data science team; in each tier those who are there, then planned hires,
then posts that nobody has planned yet.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.clockwork.variate import variate
from simulator.model.plan.plan import Floats, Plan
from simulator.streams.jit import rule
from simulator.streams.philox import draw

SPARE_AGENTS = 16
"""Posts of each staffed tier beyond those of the plan, for whoever decides to hire during a replication."""
SPARE_PER_USER = 0.02
"""Posts of each staffed tier, per user, where a plan is made during a replication."""


def count_posts(plan: Plan, inputs: Floats, users: int) -> tuple[int, ...]:
    """The posts of each tier in a replication with these inputs and so many users."""
    scenario = plan.scenario
    gates = scenario.rollout.gates if scenario.rollout is not None else ()
    replanned = scenario.support.planning == "from_pilot" or any(gate.on_hold.restaff for gate in gates)
    posts = []
    for tier in (scenario.support.tiers.tier1, scenario.support.tiers.tier2):
        planned = int(plan.value(tier.agents, inputs))
        if scenario.support.planning == "as_stated":
            planned += sum(int(plan.value(hiring.agents, inputs)) for hiring in tier.hiring)
        posts.append(planned + max(SPARE_AGENTS, planned) + int(SPARE_PER_USER * users) * replanned)
    return *posts, int(plan.value(scenario.data_science_team.members, inputs))


@rule
def fill_posts(state: Any) -> None:
    """Give every post of the tiers its shift, employ those who are there, and draw when planned hires begin."""
    first = 0
    for t in range(len(state.tiers)):
        tier = state.tiers[t]
        tier["first_agent"] = first
        tier["ever"] = tier["heads"]
        for number in range(tier["agents"]):
            agent = state.agents[first + number]
            agent["tier"] = t
            agent["number"] = number
            agent["stream"] = tier["stream_agents"]
            agent["shift"] = next_shift(state, t, number)
            agent["employed"] = int(number < tier["heads"])
            agent["arrives"] = 0.0 if number < tier["heads"] else math.inf
            agent["plan"] = math.inf
            agent["resigned"] = math.inf
        first += tier["agents"]
        plan_hires(state, t)


@rule
def next_shift(state: Any, t: int, number: int) -> int:
    """The shift of number `number` (from 0) of tier `t`: whoever comes goes where most are missing."""
    chosen = -1
    most = -math.inf
    for k in range(len(state.shifts)):
        shift = state.shifts[k]
        behind = shift["share"] * (number + 1) - shift["posts"]
        if shift["tier"] == t and behind > most:
            chosen = k
            most = behind
    state.shifts[chosen]["posts"] += 1
    return chosen


@rule
def plan_hires(state: Any, t: int) -> None:
    """The planned hires of tier `t`, in their order: when each is decided on, and how long it takes from there."""
    tier = state.tiers[t]
    number = tier["heads"]
    for h in range(len(state.hires)):
        hire = state.hires[h]
        if hire["tier"] != t:
            continue
        for _ in range(hire["agents"]):
            agent = state.agents[tier["first_agent"] + number]
            u, _, _, _ = draw(state.key, agent["stream"], number, 0)
            agent["plan"] = hire["week"] * WEEK_HOURS
            agent["delay"] = variate(state, tier["hiring_weeks"], u) * WEEK_HOURS
            number += 1
