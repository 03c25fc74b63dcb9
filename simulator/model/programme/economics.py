"""Economics: what a week's work is worth, and what it costs, in the currency of the scenario.

Value is that of correct work less what errors cost: one that is noticed is reworked, a silent one does its damage. Who
reads the value sees no more of that damage than checks reveal. Costs are people by tier with paid shifts and overtime
(the help desk works for others until, and unless, there is funding), integration stages under way, inference,
licences, the platform, and the change programme. After a stop, licences and platform are still paid for the time that
was committed.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.state.states import LIVE, PILOT, STOPPED, TIER3
from simulator.streams.jit import rule


@rule
def week_value(state: Any, correct: float, wrong: float) -> tuple[float, float]:
    """Value of a week's expected correct and wrong answers, and how much value can be seen.

    Errors that were noticed cost rework; silent ones, of which the expected number counts, cost their damage, whether
    they come to light later or not.
    """
    settings = state.settings[0]
    damage = wrong * (1.0 - settings["users.notice_probability"]) * settings["economics.cost_per_error"]
    rework = state.world[0]["week_noticed_tasks"] * settings["economics.rework_cost_per_noticed_error"]
    sound = correct * settings["economics.value_per_correct_task"] - rework
    return float(sound - damage), float(sound - damage * settings["rollout.silent_errors_seen"])


@rule
def people_cost(state: Any, t: int) -> float:
    """Cost of a tier in the week: the hours of its shifts, and overtime at its factor."""
    settings = state.settings[0]
    tier = state.tiers[t]
    rate = settings["economics.cost_per_hour"][t]
    return float(rate * (tier["week_staffed"] + settings["economics.overtime_factor"] * tier["week_overtime"]))


@rule
def week_cost(state: Any, tasks: float, time: float) -> float:
    """Cost of the week that ends at `time`; the sums of the week must be complete."""
    settings = state.settings[0]
    world = state.world[0]
    cost = world["week_spent"] + tasks * settings["economics.inference_cost_per_task"]
    cost += settings["economics.integration_cost_per_stage_week"] * world["week_stage_hours"] / WEEK_HOURS
    for t in range(len(state.tiers)):
        if t == TIER3 or world["funded_at"] < math.inf:
            cost += people_cost(state, t)
    running = 0
    champions = 0.0
    for s in range(world["sites"]):
        site = state.sites[s]
        if site["stage"] == PILOT or site["stage"] == LIVE:
            running += site["invited"]
            if site["stage"] == LIVE:
                champions += site["users"] * settings["change_programme.champions.per_100_users"] / 100.0
    cost += champions * settings["economics.champion_cost_per_week"]
    commitment = settings["economics.commitment_weeks"] * WEEK_HOURS
    if world["programme"] != STOPPED or time <= world["stopped_at"] + commitment:
        licensed = running if world["programme"] != STOPPED else world["licensed"]
        cost += settings["economics.platform_cost_per_week"] + settings["economics.licence_per_user_week"] * licensed
    return float(cost)
