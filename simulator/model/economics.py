"""Economics: what a week's work is worth, and what it costs, in the currency of the scenario.

Value is that of correct work less what errors cost and what users spend on those that they notice. Costs are people
by tier with paid shifts and overtime, integration stages under way, inference, licences, the platform, and the change
programme. After a stop, licences and platform are still paid for the time that was committed.
"""

from __future__ import annotations

from typing import Any

from simulator.model.kinds import LIVE, PILOT, STOPPED, TIER1, TIER2
from simulator.model.time import WEEK_HOURS
from simulator.streams.jit import rule


@rule
def week_value(state: Any, correct: float, wrong: float) -> float:
    """Value of a week's expected correct and wrong answers, and of the errors that were noticed in it."""
    settings = state.settings[0]
    noticed = state.world[0]["week_noticed"]
    return float(
        correct * settings["value_correct"] - wrong * settings["cost_error"] - noticed * settings["cost_rework"]
    )


@rule
def people_cost(state: Any, t: int) -> float:
    """Cost of a tier in the week: the hours of its shifts, and overtime at its factor."""
    settings = state.settings[0]
    tier = state.tiers[t]
    rate = settings["cost_tier1"] if t == TIER1 else (settings["cost_tier2"] if t == TIER2 else settings["cost_tier3"])
    return float(rate * (tier["week_staffed"] + settings["overtime_factor"] * tier["week_overtime"]))


@rule
def week_cost(state: Any, tasks: float, time: float) -> float:
    """Cost of the week that ends at `time`; the sums of the week must be complete."""
    settings = state.settings[0]
    world = state.world[0]
    cost = world["week_spent"] + tasks * settings["cost_inference"]
    cost += settings["cost_stage"] * world["week_stage_hours"] / WEEK_HOURS
    for t in range(len(state.tiers)):
        cost += people_cost(state, t)
    running = 0
    champions = 0.0
    for s in range(world["sites"]):
        site = state.sites[s]
        if site["stage"] == PILOT or site["stage"] == LIVE:
            running += site["invited"]
            if site["stage"] == LIVE:
                champions += site["users"] * settings["champions"] / 100.0
    cost += champions * settings["cost_champion"]
    committed = world["programme"] != STOPPED or time <= world["stopped_at"] + settings["commitment_hours"]
    if committed:
        licensed = running if world["programme"] != STOPPED else world["licensed"]
        cost += settings["cost_platform"] + settings["cost_licence"] * licensed
    return float(cost)
