"""Staffing: who is at work, who is free, who is hired, who leaves, and how many are planned."""

from __future__ import annotations

import math
from typing import Any

from simulator.model.clockwork.time import WEEK_HOURS, YEAR_HOURS, duty, first_day, next_change, working_morning
from simulator.model.clockwork.timers import set_timer, stop_timers, timer
from simulator.model.clockwork.tracing import note
from simulator.model.clockwork.variate import variate
from simulator.model.state import events
from simulator.model.state.events import HIRED, LEAVES, SHIFT
from simulator.model.state.states import FROM_PILOT, STOPPED, TIER1, TIER2, TIER3
from simulator.model.support.lines import change_tier
from simulator.scenario.vocabulary import TICKET_KINDS
from simulator.streams.jit import rule
from simulator.streams.philox import draw


@rule
def come_or_go(state: Any, number: int, working: bool, time: float) -> None:
    """Agent `number` begins or ends a shift; one who is busy finishes the work in hand first (overtime)."""
    agent = state.agents[number]
    if working == (agent["present"] == 1):
        return
    tier = agent["tier"]
    agent["present"] = int(working)
    change_tier(state, tier, time, 0, 0, 1 if working else -1)
    if agent["busy"] == 1:
        state.tiers[tier]["late"] += -1 if working else 1
    else:
        agent["idle"] = int(working)
        state.tiers[tier]["idle"] += 1 if working else -1


@rule
def change_shift(state: Any, k: int, time: float) -> None:
    """Shift `k` goes on or off duty at `time`, with all its people who are employed."""
    shift = state.shifts[k]
    working = duty(shift, state.duty[k], time) > 0
    shift["working"] = int(working)
    tier = state.tiers[shift["tier"]]
    for number in range(tier["first_agent"], tier["first_agent"] + tier["ever"]):
        if state.agents[number]["shift"] == k and state.agents[number]["employed"] == 1:
            come_or_go(state, number, working, time)
    note(state, time, events.SHIFT, k, tier["on_duty"], 0, 0)
    set_timer(state, SHIFT, k, next_change(shift, state.duty[k], time))


@rule
def take_agent(state: Any, tier_number: int, time: float) -> int:
    """The free agent of a tier who takes the next piece of work: the one who has been there longest."""
    tier = state.tiers[tier_number]
    number = tier["first_agent"]
    while state.agents[number]["idle"] == 0:
        number += 1
    state.agents[number]["idle"] = 0
    state.agents[number]["busy"] = 1
    tier["idle"] -= 1
    change_tier(state, tier_number, time, -1, 1, 0)
    return int(number)


@rule
def release_agent(state: Any, number: int, time: float) -> None:
    """Agent `number` has finished a piece of work, and is free unless the shift is over; or leaves for good."""
    agent = state.agents[number]
    tier = agent["tier"]
    agent["busy"] = 0
    agent["on_call"] = 0
    change_tier(state, tier, time, 0, -1, 0)
    if agent["present"] == 1:
        agent["idle"] = 1
        state.tiers[tier]["idle"] += 1
    else:
        state.tiers[tier]["late"] -= 1
    if agent["leaving"] == 1:
        depart(state, number, time)


# ---- who is hired and who leaves


@rule
def engage(state: Any, number: int, time: float) -> None:
    """Somebody is found for post `number` who begins on the first Monday from `time` on."""
    offset = state.shifts[state.agents[number]["shift"]]["utc_offset_hours"]
    set_timer(state, HIRED, number, first_day(state.settings[0], time, offset))


@rule
def hire(state: Any, number: int, time: float) -> None:
    """Agent `number` has the first day of work; a member of the data science team will leave again some day."""
    agent = state.agents[number]
    agent["arrives"] = time
    agent["employed"] = 1
    tier = state.tiers[agent["tier"]]
    tier["heads"] += 1
    tier["ever"] = max(tier["ever"], agent["number"] + 1)
    note(state, time, events.HIRED, number, int(agent["posts"] > 0), 0, 0)
    come_or_go(state, number, state.shifts[agent["shift"]]["working"] == 1, time)
    if agent["tier"] == TIER3:
        plan_departure(state, number, time)


@rule
def plan_departure(state: Any, number: int, time: float) -> None:
    """Draw when a member of the data science team resigns, from the day of arrival on."""
    agent = state.agents[number]
    rate = state.settings[0]["data_science_team.attrition_per_year"] / YEAR_HOURS
    agent["posts"] += 1
    if rate > 0.0:
        u, _, _, _ = draw(state.key, agent["stream"], agent["number"], agent["posts"])
        set_timer(state, LEAVES, number, time - math.log(1.0 - u) / rate)


@rule
def resign(state: Any, number: int, time: float) -> None:
    """A member of the data science team who has another job says so in the morning, and goes when the notice is over.

    From the resignation on somebody else is looked for; the last slice in hand is finished.
    """
    agent = state.agents[number]
    settings = state.settings[0]
    offset = state.shifts[agent["shift"]]["utc_offset_hours"]
    if agent["resigned"] == math.inf:
        agent["resigned"] = working_morning(settings, time, offset)
    last = agent["resigned"]
    if time == agent["resigned"]:
        note(state, time, events.LEAVES, number, 0, 0, 0)
        last = working_morning(settings, time + settings["data_science_team.notice_weeks"] * WEEK_HOURS, offset)
    if last > time:
        set_timer(state, LEAVES, number, last)
    else:
        dismiss(state, number, time)


@rule
def dismiss(state: Any, number: int, time: float) -> None:
    """Agent `number` stops working here, now or after the work in hand."""
    agent = state.agents[number]
    if agent["busy"] == 1:
        agent["leaving"] = 1
    else:
        depart(state, number, time)


@rule
def depart(state: Any, number: int, time: float) -> None:
    """Agent `number` is gone; a replacement comes when a member of the data science team had resigned."""
    agent = state.agents[number]
    come_or_go(state, number, False, time)
    agent["employed"] = 0
    agent["leaving"] = 0
    tier = agent["tier"]
    state.tiers[tier]["heads"] -= 1
    note(state, time, events.LEFT, number, 0, 0, 0)
    wanted = agent["number"] < kept_members(state, time) and state.world[0]["programme"] != STOPPED
    if wanted and agent["resigned"] < math.inf:
        _, u, _, _ = draw(state.key, agent["stream"], agent["number"], agent["posts"])
        weeks = variate(state, state.tiers[TIER3]["hiring_weeks"], u)
        engage(state, number, max(time, agent["resigned"] + weeks * WEEK_HOURS))
    agent["resigned"] = math.inf


@rule
def kept_members(state: Any, time: float) -> int:
    """Posts of the data science team: fewer once it has moved on to another project, or only runs the system."""
    settings = state.settings[0]
    posts = int(state.tiers[TIER3]["agents"])
    if state.world[0]["shrunk"] == 1:
        posts = min(posts, int(settings["data_science_team.run_team.members"]))
    if time < state.world[0]["funded_at"] + settings["data_science_team.moves_on.week"] * WEEK_HOURS:
        return posts
    retained = state.tiers[TIER3]["agents"] * settings["data_science_team.moves_on.retained_share"]
    return min(posts, int(math.ceil(retained - 1e-9)))


@rule
def move_on(state: Any, time: float) -> None:
    """The data science team moves on to another project: a share of its capacity stays.

    As many members stay as are needed for it; if that is not a whole number, they all stay for part of their time.
    """
    settings = state.settings[0]
    tier = state.tiers[TIER3]
    kept = int(math.ceil(tier["agents"] * settings["data_science_team.moves_on.retained_share"] - 1e-9))
    tier["pace"] = tier["agents"] * settings["data_science_team.moves_on.retained_share"] / kept if kept > 0 else 1.0
    note(state, time, events.MOVES_ON, give_up_posts(state, time), 0, 0, 0)


@rule
def shrink(state: Any, time: float) -> None:
    """The system is built: as many members stay as it takes to run it."""
    state.world[0]["shrunk"] = 1
    note(state, time, events.TEAM_SHRINKS, give_up_posts(state, time), 0, 0, 0)


@rule
def give_up_posts(state: Any, time: float) -> int:
    """Posts of the data science team that are not kept fall away; returns how many people go."""
    tier = state.tiers[TIER3]
    left = 0
    for number in range(tier["first_agent"] + kept_members(state, time), tier["first_agent"] + tier["agents"]):
        set_timer(state, HIRED, number, math.inf)
        set_timer(state, LEAVES, number, math.inf)
        if state.agents[number]["employed"] == 1 and state.agents[number]["leaving"] == 0:
            dismiss(state, number, time)
            left += 1
    return left


@rule
def send_home(state: Any, time: float) -> None:
    """The programme is over: nobody works for it any more, nobody is hired, and no shift begins."""
    stop_timers(state, SHIFT)
    for number in range(len(state.agents)):
        set_timer(state, HIRED, number, math.inf)
        set_timer(state, LEAVES, number, math.inf)
        if state.agents[number]["employed"] == 1 and state.agents[number]["leaving"] == 0:
            dismiss(state, number, time)


# ---- how many are planned


@rule
def tier_load(state: Any, tier: int) -> float:
    """Share of tickets that visit a staffed tier, by the kinds of ticket opened so far."""
    if tier == TIER1:
        return 1.0
    world = state.world[0]
    settings = state.settings[0]
    opened = 0
    passed = 0.0
    for kind in range(len(TICKET_KINDS)):
        opened += world["opened"][kind]
        passed += world["opened"][kind] * settings["support.levels"][kind, TIER2]
    return float(passed / opened) if opened > 0 else 0.0


@rule
def planned_work(state: Any) -> float:
    """Hours of work a week that the plan has for tiers 1 and 2.

    Planned from the pilot: what the tickets that its active users logged take for everybody, as `plan_staff` has it;
    otherwise what the planned people do at the target occupancy.
    """
    world = state.world[0]
    settings = state.settings[0]
    hours = 0.0
    for t in range(TIER3):
        tier = state.tiers[t]
        if settings["support.planning"] == FROM_PILOT:
            tickets = world["pilot_tickets"] * world["users"]
            hours += tickets * tier_load(state, t) * settings["pilot.handling_factor"] * tier["mean_hours"]
        else:
            heads = 0
            for number in range(tier["first_agent"], tier["first_agent"] + tier["agents"]):
                agent = state.agents[number]
                heads += int(agent["employed"] == 1 or timer(state, HIRED, number) < math.inf)
            hours += heads * tier["head_hours"] * settings["support.target_occupancy"]
    return float(hours)


@rule
def plan_staff(state: Any, tickets: float, handling: float, time: float) -> None:
    """Hire for tiers 1 and 2 what so many `tickets` (per week) need, at a share `handling` of the tiers' own times.

    heads = tickets * handling / (hours * target occupancy); whoever is there or on the way counts.
    """
    settings = state.settings[0]
    for t in range(TIER3):
        tier = state.tiers[t]
        volume = tickets * tier_load(state, t)
        busy = tier["head_hours"] * settings["support.target_occupancy"]  # hours a week of one of them
        heads = int(math.ceil(volume * handling * tier["mean_hours"] / busy))
        there = 0
        for number in range(tier["first_agent"], tier["first_agent"] + tier["agents"]):
            there += int(state.agents[number]["employed"] == 1 or timer(state, HIRED, number) < math.inf)
        add_agents(state, t, heads - there, time)


@rule
def add_agents(state: Any, t: int, more: int, time: float) -> int:
    """Begin to hire `more` agents for a staffed tier, as far as there are posts; returns how many."""
    tier = state.tiers[t]
    added = 0
    for number in range(tier["first_agent"], tier["first_agent"] + tier["agents"]):
        if added >= more:
            break
        agent = state.agents[number]
        if agent["employed"] == 0 and agent["plan"] == math.inf and timer(state, HIRED, number) == math.inf:
            u, _, _, _ = draw(state.key, agent["stream"], agent["number"], 0)
            engage(state, number, time + variate(state, tier["hiring_weeks"], u) * WEEK_HOURS)
            added += 1
    return added
