"""Costs: what a week of the programme costs, by category.

People by tier (the help desk works for others until, and unless, there is funding), those who integrate systems from
the first project's beginning to the last's end and what a stage costs beside, inference, licences, the platform, the
change programme, checked answers, remediation, outages, and the programme office, from funding until every site is
live. What is built grows dearer with each year since funding: (1 + growth)^years. After a stop, licences and platform
are still paid for the time that was committed.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.model.clockwork.time import WEEK_HOURS, YEAR_HOURS
from simulator.model.economics.licences import true_up
from simulator.model.economics.pay import people_cost
from simulator.model.state.columns import COST_PARTS
from simulator.model.state.spending import spend
from simulator.model.state.states import (
    CHANGE,
    DATA_SCIENCE,
    ENGINEERS,
    INTEGRATION,
    LICENCES,
    LIVE,
    MANAGEMENT,
    PILOT,
    PLATFORM,
    REVIEWERS,
    STOPPED,
    SUPPORT,
    TIER3,
)
from simulator.scenario.vocabulary import COST_CATEGORIES
from simulator.streams.jit import rule


@rule
def dearer(state: Any, time: float) -> float:
    """Factor of the cost of what is built at `time`: it grows with each year since funding."""
    growth = state.settings[0]["economics.build_cost_growth_per_year"]
    years = (time - state.world[0]["funded_at"]) / YEAR_HOURS
    if growth <= 0.0 or not years > 0.0 or years == math.inf:
        return 1.0
    return math.exp(math.log1p(growth) * years)


@rule
def integrating(state: Any) -> bool:
    """Whether projects of integration have begun, and are neither all done nor stopped."""
    world = state.world[0]
    if world["programme"] == STOPPED or world["systems_live"] == world["systems"]:
        return False
    begun = 0
    for i in range(world["systems"]):
        begun += state.systems[i]["begun"]
    return bool(begun > 0)


@rule
def week_cost(state: Any, row: Any, tasks: float, time: float) -> float:
    """Cost of the week that ends at `time`, whose sums must be complete; its parts go to `row`."""
    settings = state.settings[0]
    world = state.world[0]
    spend(state, PLATFORM, tasks * settings["economics.inference_cost_per_task"])
    stage_weeks = world["week_stage_hours"] / WEEK_HOURS
    spend(state, INTEGRATION, settings["economics.integration_cost_per_stage_week"] * stage_weeks)
    if integrating(state):
        for team in (REVIEWERS, ENGINEERS):
            people = settings["integration.reviewers"] if team == REVIEWERS else settings["integration.engineers"]
            spend(state, INTEGRATION, settings["economics.cost_per_week"][team] * people)
    for t in range(len(state.tiers)):
        if t == TIER3:
            spend(state, DATA_SCIENCE, people_cost(state, t))
        elif world["funded_at"] < math.inf:
            spend(state, SUPPORT, people_cost(state, t))
    licensed = 0.0
    champions = 0.0
    for s in range(world["sites"]):
        site = state.sites[s]
        if site["stage"] == PILOT or site["stage"] == LIVE:
            true_up(settings, site, time)
            licensed += site["licences"]
            if site["stage"] == LIVE:
                champions += site["users"] * settings["change_programme.champions.per_100_users"] / 100.0
    spend(state, CHANGE, champions * settings["economics.champion_cost_per_week"])
    if world["programme"] != STOPPED and world["funded_at"] < time <= world["rolled_out_at"]:
        spend(state, MANAGEMENT, settings["economics.programme_office_cost_per_week"])
    commitment = settings["economics.commitment_weeks"] * WEEK_HOURS
    if world["programme"] != STOPPED or time <= world["stopped_at"] + commitment:
        if world["programme"] == STOPPED:
            licensed = world["licensed"]
        spend(state, PLATFORM, settings["economics.platform_cost_per_week"])
        spend(state, LICENCES, settings["economics.licence_per_user_week"] * licensed)
    factor = dearer(state, time)
    total = 0.0
    for category in range(len(COST_CATEGORIES)):
        cost = world["week_spent"][category]
        if category == INTEGRATION or category == CHANGE or category == MANAGEMENT:
            cost *= factor
        row[COST_PARTS + category] = cost
        total += cost
        world["week_spent"][category] = 0.0
    world["week_stage_hours"] = 0.0
    return total
