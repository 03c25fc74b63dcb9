"""The business case: what the plan promises, in value and in cost, for each week until the horizon.

Both are optimistic, as plans are. *Value*: the pilot's users, and those of each site from its planned date on over a
ramp, use the system as much, and with as much value in each task, as the pilot did. *Cost*: a licence for each of them,
the heads that are there or planned, every stage of integration once and at its median length, without rework or waiting
for people, training and hypercare from the planned date on, and a roll-out that ends on its last planned date.

What is promised of each week is written down when the roll-out is funded, and again where a hold moves its dates: that
is what value and cost are held against. What is still to come is promised anew whenever somebody asks.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.clockwork.timers import timer
from simulator.model.economics.costs import dearer
from simulator.model.state.columns import (
    ACTIVE,
    INVITED,
    OPENED,
    PLANNED_COST,
    PLANNED_VALUE,
    SEEN_VALUE,
    TASKS,
    column_sum,
)
from simulator.model.state.events import HIRED
from simulator.model.state.states import DONE, ENGINEERS, LIVE, REVIEWERS, TIER3
from simulator.model.support.staffing import tier_load
from simulator.streams.jit import rule


@rule
def expect(state: Any, last: int) -> None:
    """What the pilot, when it is read at the end of week `last`, leads everybody to expect of each user and task."""
    world = state.world[0]
    settings = state.settings[0]
    first = last - settings["pilot.measure_weeks"]
    tasks = column_sum(state, TASKS, first, last)
    active = column_sum(state, ACTIVE, first, last)
    invited = state.weekly[last - 1, INVITED] if 0 < last <= len(state.weekly) else 0.0
    world["pilot_value"] = column_sum(state, SEEN_VALUE, first, last)
    world["value_per_task"] = world["pilot_value"] / tasks if tasks > 0.0 else 0.0
    world["pilot_adoption"] = state.weekly[last - 1, ACTIVE] / invited if invited > 0.0 else 0.0
    logged = settings["pilot.logged_share"] * column_sum(state, OPENED, first, last)
    world["pilot_tickets"] = logged / active if active > 0.0 else 0.0


@rule
def funding_date(state: Any, time: float) -> float:
    """When the roll-out was funded, or would be if that were decided at `time`."""
    if state.world[0]["funded_at"] < math.inf:
        return float(state.world[0]["funded_at"])
    return float(time + state.settings[0]["rollout.funding_delay_weeks"] * WEEK_HOURS)


@rule
def planned_date(state: Any, s: int, time: float) -> float:
    """When the plan, as it is at `time`, has site `s` live; where its date has passed unused, next week."""
    site = state.sites[s]
    if state.world[0]["funded_at"] < math.inf:
        if site["stage"] == LIVE:
            return float(site["live_at"])
        return float(site["planned"] if site["planned"] >= time else math.ceil(time / WEEK_HOURS) * WEEK_HOURS)
    weeks = site["phase.week"] * state.settings[0]["rollout.time_scale"]
    return float(funding_date(state, time) + weeks * WEEK_HOURS)


@rule
def planned_end(state: Any, time: float) -> float:
    """The last planned go-live."""
    last = 0.0
    for s in range(state.world[0]["sites"]):
        last = max(last, planned_date(state, s, time))
    return last


@rule
def planned_users(state: Any, s: int, time: float, end: float, ramp: float) -> float:
    """Users that the plan, as it is at `time`, has at site `s` by `end`; after `ramp` (hours) they are all there."""
    site = state.sites[s]
    users = float(site["pilot_users"])
    age = end - planned_date(state, s, time)
    if age > 0.0:
        users += (site["users"] - site["pilot_users"]) * (1.0 if ramp <= 0.0 else min(1.0, age / ramp))
    return users


@rule
def planned_value(state: Any, time: float, end: float) -> float:
    """Value that the plan, as it is at `time`, expects of the week that ends at `end`."""
    world = state.world[0]
    settings = state.settings[0]
    ramp = settings["rollout.sponsor.ramp_weeks"]
    if settings["rollout.budget"] == 1:
        ramp = settings["rollout.budget.ramp_weeks"]
    expected = 0.0
    for s in range(world["sites"]):
        users = planned_users(state, s, time, end, ramp * WEEK_HOURS)
        expected += users * state.sites[s]["tasks_per_user_week"]
    return float(expected * world["pilot_adoption"] * max(0.0, world["value_per_task"]))


@rule
def planned_cost(state: Any, time: float, end: float) -> float:
    """Cost that the plan, as it is at `time`, expects of the week that ends at `end`."""
    world = state.world[0]
    settings = state.settings[0]
    begin = end - WEEK_HOURS
    users = 0.0
    tasks = 0.0
    built = 0.0
    for s in range(world["sites"]):
        site = state.sites[s]
        own = planned_users(state, s, time, end, 0.0)
        users += own
        tasks += own * site["tasks_per_user_week"] * world["pilot_adoption"]
        date = planned_date(state, s, time)
        if date < end:
            champions = site["users"] * settings["change_programme.champions.per_100_users"] / 100.0
            built += champions * settings["economics.champion_cost_per_week"]
        if begin <= date < end:
            built += (site["users"] - site["pilot_users"]) * settings["economics.training_cost_per_user"]
            if settings["change_programme.campaign.weeks"] > 0.0:
                built += site["users"] * settings["economics.campaign_cost_per_user"]
        cared = min(end, date + settings["support.hypercare.weeks"] * WEEK_HOURS) - max(begin, date)
        if cared > 0.0:
            price = settings["economics.hypercare_cost_per_user_week"]
            built += price * site["users"] * cared / WEEK_HOURS
    funded = funding_date(state, time)
    last = planned_end(state, time)
    if begin <= funded < end:
        built += settings["economics.documentation_cost"] * settings["support.documentation_quality"]
        built += settings["economics.training_material_cost"]
    if funded < end <= last:
        built += settings["economics.programme_office_cost_per_week"]
    built += planned_integration(state, time, end)
    running = settings["economics.platform_cost_per_week"] + tasks * settings["economics.inference_cost_per_task"]
    running += users * settings["economics.licence_per_user_week"]
    tickets = world["pilot_tickets"] * users * world["pilot_adoption"]
    for t in range(len(state.tiers)):
        if t == TIER3 or end > funded:
            running += settings["economics.cost_per_hour"][t] * planned_hours(state, t, tickets, time, end, last)
    return float(running + built * dearer(state, end))


@rule
def planned_integration(state: Any, time: float, end: float) -> float:
    """Cost of integration that the plan, as it is at `time`, expects of the week that ends at `end`.

    What is done is done; every other stage takes its median, one after the other, from the system's date on.
    """
    settings = state.settings[0]
    cost = 0.0
    under_way = 0
    for i in range(state.world[0]["systems"]):
        system = state.systems[i]
        if system["live"] == 1:
            continue
        weeks = system["start_week"]
        if weeks >= 0.0:
            weeks *= settings["rollout.time_scale"]
        begin = max(time, funding_date(state, time) + weeks * WEEK_HOURS)
        left = 0.0
        for k in range(system["first_stage"], system["first_stage"] + system["stages"]):
            if state.stages[k]["status"] != DONE:
                left += state.stages[k]["median_weeks"] * WEEK_HOURS
        hours = min(end, begin + left) - max(end - WEEK_HOURS, begin)
        if hours > 0.0:
            under_way += 1
            cost += settings["economics.integration_cost_per_stage_week"] * hours / WEEK_HOURS
    if under_way > 0:
        cost += settings["economics.cost_per_week"][REVIEWERS] * settings["integration.reviewers"]
        cost += settings["economics.cost_per_week"][ENGINEERS] * settings["integration.engineers"]
    return cost


@rule
def planned_hours(state: Any, t: int, tickets: float, time: float, end: float, last: float) -> float:
    """Paid hours of a tier in the week that ends at `end`, with so many `tickets`, and the last go-live at `last`.

    Dedicated people work all their hours; the others what these tickets take, over their occupancy.
    """
    tier = state.tiers[t]
    settings = state.settings[0]
    heads = 0.0
    for number in range(tier["first_agent"], tier["first_agent"] + tier["agents"]):
        agent = state.agents[number]
        heads += int(agent["employed"] == 1 or timer(state, HIRED, number) < end)
        if agent["employed"] == 0 and state.world[0]["funded_at"] == math.inf and agent["plan"] < math.inf:
            hired = funding_date(state, time) + agent["plan"] * settings["rollout.time_scale"]
            heads += int(hired + agent["delay"] < end)
    if t == TIER3:
        after = settings["data_science_team.run_team.weeks_after_last_go_live"] * WEEK_HOURS
        if settings["data_science_team.run_team"] == 1 and end > last + after:
            heads = min(heads, float(settings["data_science_team.run_team.members"]))
        return float(heads * tier["head_hours"])
    own = min(heads, float(tier["dedicated"]))
    shared = (heads - own) * tier["head_hours"]
    work = tickets * tier_load(state, t) * tier["mean_hours"] * (heads - own) / heads if heads > 0.0 else 0.0
    billed = max(
        work / settings["economics.shared_people.occupancy"],
        settings["economics.shared_people.least_hours_per_week"],
    )
    return float(own * tier["head_hours"] + min(shared, billed))


@rule
def commit_plan(state: Any, time: float) -> None:
    """Write down what the plan, as it is at `time`, promises of this week and of every one until the horizon."""
    for week in range(state.world[0]["week"], len(state.weekly)):
        end = (week + 1) * WEEK_HOURS
        state.weekly[week, PLANNED_VALUE] = planned_value(state, time, end)
        state.weekly[week, PLANNED_COST] = planned_cost(state, time, end)


@rule
def plan_ahead(state: Any, time: float) -> tuple[float, float]:
    """(value, cost) that the plan, as it is at `time`, promises of the weeks from then to the horizon."""
    value = 0.0
    cost = 0.0
    for week in range(int(math.ceil(time / WEEK_HOURS - 1e-9)), len(state.weekly)):
        end = (week + 1) * WEEK_HOURS
        value += planned_value(state, time, end)
        cost += planned_cost(state, time, end)
    return value, cost
