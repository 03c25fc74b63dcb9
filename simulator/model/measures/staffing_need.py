"""How far support was underestimated: the people that the busiest weeks needed, over those that were planned.

Need is the smallest headcount of tiers 1 and 2 whose service level Erlang's C formula meets (Erlang 1917; Gans, Koole
and Mandelbaum 2003, Manufacturing and Service Operations Management 5(2)): P(W > t) = C(n, a) * exp(-(n - a) * t / h)
with n agents at work, offered load a and mean handling time h, at the arrivals per staffed hour of the replication's
busiest four weeks, repeated calls and bounces included. It is a lower bound where poor support had already driven
users away.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.model.measures.weeks import busiest_weeks
from simulator.model.state.columns import ACTIVE, ARRIVED, BUSY, HEADS, SERVED, column_sum
from simulator.model.state.states import TIER3
from simulator.streams.jit import rule

BUSY_WEEKS = 4
MOST_AGENTS = 100_000


@rule
def erlang_c(blocked: float, agents: int, load: float) -> float:
    """Probability that a customer of M/M/n waits, at an offered load (Erlangs) below n; `blocked` is Erlang B."""
    return blocked / (1.0 - load / agents * (1.0 - blocked))


@rule
def agents_needed(load: float, handling: float, target: float, share: float) -> int:
    """The smallest number at work that starts `share` of visits within `target` hours; `handling` in hours."""
    if load <= 0.0:
        return 0
    agents = max(1, math.ceil(load))
    blocked = 1.0  # Erlang B by its recursion over servers
    for n in range(1, agents):
        blocked = load * blocked / (n + load * blocked)
    while agents < MOST_AGENTS:
        blocked = load * blocked / (agents + load * blocked)
        if load < agents:
            waits = erlang_c(blocked, agents, load)
            if waits * math.exp(-(agents - load) * target / handling) <= 1.0 - share:
                return agents
        agents += 1
    return agents


@rule
def heads_needed(
    arrivals: float, handling: float, target: float, share: float, staffed: float, head_hours: float
) -> int:
    """The people on the pay-roll of a tier so that enough of them are at work (`agents_needed`) in its staffed hours.

    `arrivals` in each of the `staffed` hours of a week; each of the people works `head_hours` of a week.
    """
    return math.ceil(agents_needed(arrivals * handling, handling, target, share) * staffed / head_hours - 1e-9)


@rule
def support_underestimate(state: Any) -> float:
    """Heads needed over heads planned in tiers 1 and 2; NaN where there was neither work nor anybody planned."""
    first = busiest_weeks(state, BUSY_WEEKS)
    last = first + BUSY_WEEKS
    needed = planned = 0.0
    for t in range(TIER3):
        tier = state.tiers[t]
        staffed = tier["staffed_hours"]
        arrivals = column_sum(state, ARRIVED + t, first, last) / (BUSY_WEEKS * staffed)
        handling = handling_hours(state, t, first, last)
        needed += heads_needed(
            arrivals, handling, tier["target_hours"], tier["target_share"], staffed, tier["head_hours"]
        )
        planned += column_sum(state, HEADS + t, first, last) / BUSY_WEEKS
    return needed / planned if first >= 0 and planned > 0.0 else math.nan


@rule
def support_workload(state: Any) -> float:
    """Hours of work that tiers 1 and 2 have a week where everybody uses the system as planned, over those planned.

    What an active user gave them to do in a week since funding, times all users at the pilot's adoption; NaN where it
    was not funded, nobody was active or no work was planned.
    """
    world = state.world[0]
    first = world["funded_in"]
    last = len(state.weekly)
    active = column_sum(state, ACTIVE, first, last)
    if world["funded_at"] == math.inf or active <= 0.0 or world["planned_work"] <= 0.0:
        return math.nan
    hours = 0.0
    for t in range(TIER3):
        hours += column_sum(state, ARRIVED + t, first, last) * handling_hours(state, t, first, last)
    return float(hours / active * (world["users"] * world["pilot_adoption"]) / world["planned_work"])


@rule
def handling_hours(state: Any, t: int, first: int, last: int) -> float:
    """Mean hours of work of a visit to tier `t` that was served in these weeks, or as stated where none was."""
    busy = column_sum(state, BUSY + t, first, last)
    served = column_sum(state, SERVED + t, first, last)
    return float(busy / served if busy > 0.0 and served > 0.0 else state.tiers[t]["mean_hours"])
