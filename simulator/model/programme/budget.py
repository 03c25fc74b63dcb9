"""The budget: money comes in tranches, and another one only while what is still to come is worth more than it costs.

The budget calendar is the organisation's: its first date after funding lies anywhere within a tranche (uniform), the
others follow tranche by tranche. The sponsor believes in a share of the plan's value: all that was seen so far over all
that was planned, the pilot's reading counting as seen and planned alike, so that it weighs as much as it is large (the
mean of a Gamma belief about a Poisson rate, after Raiffa and Schlaifer 1961, Applied Statistical Decision Theory). What
is seen comes with a lognormal error. At each date: forward value = belief * planned value to come, forward cost =
planned cost to come, times the overrun so far where there is one; the tranche is granted if the value is at least
(1 + hurdle) * cost. Some organisations escalate their commitment and grant a few tranches nevertheless (30-40% of
projects: Keil, Mann and Rai 2000, MIS Quarterly 24(4)). Otherwise the programme ends, quietly: its budget is not
renewed.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.model.clockwork.time import WEEK_HOURS, working_morning
from simulator.model.clockwork.timers import set_timer
from simulator.model.clockwork.tracing import note
from simulator.model.economics.business_case import plan_ahead
from simulator.model.state.columns import COST, PLANNED_COST, PLANNED_VALUE, SEEN_VALUE, column_sum
from simulator.model.state.events import BUDGET
from simulator.model.state.states import BUDGET_ENDS, ESCALATED, RENEWED
from simulator.streams.jit import rule
from simulator.streams.philox import draw
from simulator.streams.special import normal_quantile


@rule
def open_budget(state: Any, time: float) -> None:
    """The roll-out is funded: the first date of the budget calendar, and the belief that the pilot has left."""
    world = state.world[0]
    settings = state.settings[0]
    u, v, _, _ = draw(state.key, world["stream_budget"], 0, 0)
    world["believed"] = max(0.0, world["pilot_value"])
    world["promised"] = max(0.0, world["pilot_value"])
    world["read_until"] = world["week"]
    world["escalations"] = settings["rollout.budget.escalation_tranches"]
    if v >= settings["rollout.budget.escalation_share"]:
        world["escalations"] = 0
    next_date(state, time + u * settings["rollout.budget.tranche_weeks"] * WEEK_HOURS)


@rule
def next_date(state: Any, time: float) -> None:
    """The budget is decided next on the working morning from `time` on."""
    settings = state.settings[0]
    offset = settings["data_science_team.utc_offset_hours"]
    set_timer(state, BUDGET, 0, working_morning(settings, time, offset))


@rule
def update_belief(state: Any, error: float) -> float:
    """What has been seen since the last date enters the sponsor's belief, times an error; returns the belief."""
    world = state.world[0]
    first = world["read_until"]
    last = world["week"]
    world["believed"] += max(0.0, column_sum(state, SEEN_VALUE, first, last)) * error
    world["promised"] += column_sum(state, PLANNED_VALUE, first, last)
    world["read_until"] = last
    return float(world["believed"] / world["promised"]) if world["promised"] > 0.0 else 0.0


@rule
def overrun(state: Any) -> float:
    """Cost since funding over what was planned of the same weeks, at least 1."""
    world = state.world[0]
    planned = column_sum(state, PLANNED_COST, world["funded_in"], world["week"])
    if planned <= 0.0:
        return 1.0
    return float(max(1.0, column_sum(state, COST, world["funded_in"], world["week"]) / planned))


@rule
def decide_budget(state: Any, time: float) -> bool:
    """A date of the budget calendar; True when the budget is not renewed."""
    world = state.world[0]
    settings = state.settings[0]
    world["budgets"] += 1
    u, _, _, _ = draw(state.key, world["stream_budget"], 0, world["budgets"])
    belief = update_belief(state, math.exp(settings["rollout.budget.value_error"] * normal_quantile(u)))
    value, cost = plan_ahead(state, time)
    value *= belief
    cost *= overrun(state)
    decision = RENEWED
    if value < (1.0 + settings["rollout.budget.hurdle"]) * cost:
        decision = ESCALATED if world["escalations"] > 0 else BUDGET_ENDS
        world["escalations"] -= int(decision == ESCALATED)
    spent = column_sum(state, COST, world["funded_in"], world["week"])
    note(state, time, BUDGET, spent, value, cost, decision)
    next_date(state, time + settings["rollout.budget.tranche_weeks"] * WEEK_HOURS)
    return bool(decision == BUDGET_ENDS)
