"""One replication before time starts: inputs drawn, users, agents and edge-case types in place, first timers set."""

from __future__ import annotations

from typing import Any

from simulator.model.answers.edge_cases import break_sticks
from simulator.model.answers.outages import next_outage
from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.clockwork.timers import set_timer
from simulator.model.clockwork.tracing import traced
from simulator.model.clockwork.variate import variate
from simulator.model.plan.opening import opening_of
from simulator.model.plan.places import settle_users
from simulator.model.plan.plan import Floats, Plan
from simulator.model.plan.posts import count_posts, fill_posts
from simulator.model.programme.integration import share_left
from simulator.model.state import events, states
from simulator.model.state.state import State
from simulator.model.state.states import ENGINEERS, REVIEWERS, TIER1, TIER2, TIER3
from simulator.model.support.staffing import plan_departure
from simulator.streams.jit import rule


def begin(
    plan: Plan, replication: int, seed: int, uniforms: Floats | None = None, trace: bool = False
) -> tuple[State, Floats]:
    """The state at t = 0 of a replication and its inputs as drawn.

    `trace` makes the replication write its events down.
    """
    inputs = plan.draw_inputs(replication, seed, uniforms)
    users = sum(int(plan.value(site.users, inputs)) for site in plan.scenario.sites)
    state = opening_of(plan, users, count_posts(plan, inputs, users)).state(inputs)
    state.key[0], state.key[1] = seed, replication
    prepare(state)
    return (traced(state) if trace else state), inputs


@rule
def prepare(state: Any) -> None:
    """From inputs in their slots to a programme at kick-off."""
    world = state.world[0]
    settings = state.settings[0]
    world["free"][REVIEWERS] = settings["integration.reviewers"]
    world["free"][ENGINEERS] = settings["integration.engineers"]
    saved = settings["support.documentation_effect"] * settings["support.documentation_quality"]
    state.tiers[TIER1]["mean_hours"] *= 1.0 - saved
    state.tiers[TIER2]["mean_hours"] *= 1.0 - saved
    make_ideal(state)
    settle_users(state)
    fill_posts(state)
    draw_types(state)
    set_first_timers(state)


@rule
def make_ideal(state: Any) -> None:
    """Let the pilot's conditions hold where a mechanism is switched off."""
    world = state.world[0]
    settings = state.settings[0]
    if settings["ai.data_quality.ideal"] == 1:
        total = 0.0
        pilots = 0
        for s in range(world["sites"]):
            if state.sites[s]["is_pilot"] == 1:
                total += state.sites[s]["data_quality"]
                pilots += 1
        for s in range(world["sites"] if pilots > 0 else 0):
            state.sites[s]["data_quality"] = total / pilots
    if settings["integration.ideal"] == 1:
        for i in range(world["systems"]):
            state.systems[i]["live"] = 1
        world["systems_live"] = world["systems"]


@rule
def draw_types(state: Any) -> None:
    """Draw the edge-case types of every family but those of sites, which are drawn when a site starts."""
    for f in range(state.world[0]["families"]):
        family = state.families[f]
        family["open_mass"] = 1.0
        everywhere = family["kind"] != states.SITE or state.settings[0]["edge_cases.ideal"] == 1
        if family["share"] > 0.0 and everywhere:
            break_sticks(state, f)


@rule
def set_first_timers(state: Any) -> None:
    """Set the first date of everything that does not wait for something else."""
    world = state.world[0]
    settings = state.settings[0]
    set_timer(state, events.WEEK, 0, WEEK_HOURS)
    for k in range(len(state.shifts)):
        set_timer(state, events.SHIFT, k, 0.0)
    tier = state.tiers[TIER3]
    for number in range(tier["first_agent"], tier["first_agent"] + tier["agents"]):
        plan_departure(state, number, 0.0)
    in_place = settings["users.initially_active"] == 1 or settings["users.initially_onboarded"] == 1
    for s in range(world["sites"]):
        if in_place:
            state.sites[s]["go_live"] = 0.0
            state.sites[s]["planned"] = 0.0
        if in_place or state.sites[s]["is_pilot"] == 1:
            set_timer(state, events.GO_LIVE, s, 0.0)
        state.sites[s]["carried_share"] = share_left(state, s)
    for k in range(len(state.stages)):
        state.stages[k]["median_weeks"] = variate(state, state.stages[k]["weeks"], 0.5)
    set_timer(state, events.OUTAGE, 0, next_outage(state, 0.0))
    if in_place:
        world["programme"] = states.ROLLING_OUT
        world["funded_at"] = 0.0
        world["decided_at"] = 0.0
    else:
        set_timer(state, events.GATE, 0, settings["pilot.weeks"] * WEEK_HOURS)
    funded = settings["pilot.weeks"] * WEEK_HOURS + settings["rollout.funding_delay_weeks"] * WEEK_HOURS
    for i in range(world["systems"]):
        start = 0.0 if in_place else funded + state.systems[i]["start_week"] * WEEK_HOURS
        if (in_place or state.systems[i]["start_week"] < 0.0) and state.systems[i]["live"] == 0:
            state.systems[i]["due"] = -1  # its date is set: funding does not move it
            set_timer(state, events.SYSTEM_STARTS, i, max(0.0, start))
