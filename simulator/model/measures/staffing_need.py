"""How far support was underestimated: the people that the busiest weeks needed, over those that were planned.

Need is the smallest headcount of tiers 1 and 2 whose service level Erlang's C formula meets (Erlang 1917; Gans, Koole
and Mandelbaum 2003, Manufacturing and Service Operations Management 5(2)): P(W > t) = C(n, a) * exp(-(n - a) * t / h)
with n agents at work, offered load a and mean handling time h, at the arrivals per staffed hour of the replication's
busiest four weeks, repeated calls and bounces included. It is a lower bound where poor support had already driven
users away.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from simulator.model.plan.calendars import week_mask
from simulator.model.plan.plan import Floats, Plan
from simulator.model.state.state import State
from simulator.scenario.sections.calendar import Daily
from simulator.scenario.vocabulary import TIERS

BUSY_WEEKS = 4
MOST_AGENTS = 100_000


def erlang_c(agents: int, load: float) -> float:
    """Probability that a customer of M/M/n waits, at offered load `load` (Erlangs); 1 where load >= agents."""
    if load <= 0.0:
        return 0.0
    if load >= agents:
        return 1.0
    blocked = 1.0  # Erlang B by its recursion over servers
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked / (1.0 - load / agents * (1.0 - blocked))


def agents_needed(load: float, handling: float, target: float, share: float) -> int:
    """The smallest number at work that starts `share` of visits within `target` hours; `handling` in hours."""
    if load <= 0.0:
        return 0
    agents = max(1, math.ceil(load))
    blocked = 1.0
    for n in range(1, agents):
        blocked = load * blocked / (n + load * blocked)
    while agents < MOST_AGENTS:
        blocked = load * blocked / (agents + load * blocked)
        if load < agents:
            waits = blocked / (1.0 - load / agents * (1.0 - blocked))
            if waits * math.exp(-(agents - load) * target / handling) <= 1.0 - share:
                return agents
        agents += 1
    return agents


def staffed_hours(shifts: Sequence[Daily]) -> float:
    """Hours of a week in which somebody of a tier is at work."""
    return float(np.array([week_mask(shift) for shift in shifts]).any(axis=0).sum())


def heads_needed(
    arrivals: float, handling: float, target: float, share: float, staffed: float, head_hours: float
) -> int:
    """The people on the pay-roll of a tier so that enough of them are at work (`agents_needed`) in its staffed hours.

    `arrivals` in each of the `staffed` hours of a week; each of the people works `head_hours` of a week.
    """
    return math.ceil(agents_needed(arrivals * handling, handling, target, share) * staffed / head_hours - 1e-9)


def support_underestimate(plan: Plan, state: State, weekly: dict[str, Floats]) -> float | None:
    """Heads needed over heads planned in tiers 1 and 2; None where there was neither work nor anybody planned."""
    arrived = np.nan_to_num(weekly["arrived_tier1"])
    if len(arrived) < BUSY_WEEKS or arrived.sum() <= 0.0:
        return None
    sums = np.convolve(arrived, np.ones(BUSY_WEEKS), "valid")
    first = int(sums.argmax())
    rows = slice(first, first + BUSY_WEEKS)
    tiers = plan.scenario.support.tiers
    needed = planned = 0.0
    for t, section in enumerate((tiers.tier1, tiers.tier2)):
        name, record = TIERS[t], state.tiers[t]
        staffed = staffed_hours(section.shifts)
        arrivals = float(weekly[f"arrived_{name}"][rows].sum()) / (BUSY_WEEKS * staffed)
        handling = handling_hours(record, weekly, name, rows)
        target, share = float(record["target_hours"]), float(record["target_share"])
        needed += heads_needed(arrivals, handling, target, share, staffed, float(record["head_hours"]))
        planned += float(weekly[f"heads_{name}"][rows].mean())
    return needed / planned if planned > 0.0 else None


def support_workload(state: State, weekly: dict[str, Floats]) -> float | None:
    """Hours of work that tiers 1 and 2 have a week where everybody uses the system as planned, over those planned.

    What an active user gave them to do in a week since funding, times all users at the pilot's adoption; None where it
    was not funded, nobody was active or no work was planned.
    """
    world = state.world[0]
    rows = slice(int(world["funded_in"]), None)
    active = float(np.nan_to_num(weekly["active_users"][rows]).sum())
    if not math.isfinite(float(world["funded_at"])) or active <= 0.0 or world["planned_work"] <= 0.0:
        return None
    hours = 0.0
    for t, name in enumerate(TIERS[:2]):
        hours += float(weekly[f"arrived_{name}"][rows].sum()) * handling_hours(state.tiers[t], weekly, name, rows)
    planned_active = float(world["users"]) * float(world["pilot_adoption"])
    return hours / active * planned_active / float(world["planned_work"])


def handling_hours(record: Any, weekly: dict[str, Floats], name: str, rows: slice) -> float:
    """Mean hours of work of a visit that was served in the weeks `rows`, or as stated where none was."""
    busy = float(weekly[f"busy_hours_{name}"][rows].sum())
    served = float(weekly[f"served_{name}"][rows].sum())
    return busy / served if busy > 0.0 and served > 0.0 else float(record["mean_hours"])
