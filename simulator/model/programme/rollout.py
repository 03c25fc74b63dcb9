"""The roll-out: funding, dates, go-lives, holds, and the end of a programme that is shelved.

The pilot is the first phase. Its gate, if there is one, is read at its end; the roll-out is funded `funding_delay`
later, and every date of the plan counts from there. A hold shifts all dates that are still to come, and may have data
mended. A programme that is stopped, by a gate or by its sponsor, is wound down site by site: users are withdrawn,
tickets cancelled, and in the end its people sent home.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.model.answers.data_quality import next_shock
from simulator.model.answers.edge_cases import break_sticks
from simulator.model.clockwork.clocks import rewind
from simulator.model.clockwork.time import WEEK_HOURS, first_day_of_use, working_morning
from simulator.model.clockwork.timers import set_timer, stop_timers, timer
from simulator.model.clockwork.tracing import note
from simulator.model.economics.business_case import commit_plan, expect
from simulator.model.economics.licences import buy_licences
from simulator.model.programme.budget import open_budget
from simulator.model.programme.integration import integrated, stop_integration
from simulator.model.programme.learning import learn_from_waves
from simulator.model.programme.sponsor import REVIEW_HOURS
from simulator.model.state import events
from simulator.model.state.columns import PLANNED_COST, PLANNED_VALUE, column_sum
from simulator.model.state.events import (
    BUDGET,
    CAMPAIGN_ENDS,
    CLEANING_DUE,
    CLOCKS,
    DAY,
    DEPLOYED,
    FUNDED,
    GATE,
    GO_LIVE,
    HIRED,
    MOVES_ON,
    OUTAGE,
    REVIEW,
    SHOCK,
    SITE_READ,
    SYSTEM_STARTS,
    TEAM_SHRINKS,
    WITHDRAWN,
)
from simulator.model.state.spending import spend
from simulator.model.state.states import (
    CHANGE,
    CLOSED,
    EXPERIENCED,
    FROM_PILOT,
    LIVE,
    NOT_STARTED,
    ONBOARDED,
    OUT,
    PILOT,
    ROLLING_OUT,
    STOPPED,
    TIER3,
    UNTRAINED,
    WHEN_READY,
)
from simulator.model.support.data_science import open_remediation
from simulator.model.support.staffing import engage, plan_staff, planned_work, send_home
from simulator.model.users.change_management import onboard
from simulator.model.users.tasks import touch
from simulator.model.users.users import move
from simulator.streams.jit import rule


@rule
def fund(state: Any, time: float) -> None:
    """The roll-out is funded: every date of the plan is set."""
    world = state.world[0]
    settings = state.settings[0]
    scale = settings["rollout.time_scale"]
    world["programme"] = ROLLING_OUT
    world["funded_at"] = time
    world["funded_in"] = world["week"]
    expect(state, world["week"] - int(settings["rollout.funding_delay_weeks"]))
    spend(state, CHANGE, settings["economics.documentation_cost"] * settings["support.documentation_quality"])
    spend(state, CHANGE, settings["economics.training_material_cost"])
    note(state, time, FUNDED, world["users"], world["value_per_task"], 0, 0)
    for s in range(world["sites"]):
        site = state.sites[s]
        plan_go_live(state, s, time + site["phase.week"] * WEEK_HOURS * scale)
        site["planned"] = site["go_live"]
    for g in range(1, len(state.gates)):
        date = state.sites[state.gates[g]["phase"]]["go_live"]
        set_timer(state, GATE, g, max(time, date - state.gates[g]["lead_weeks"] * WEEK_HOURS * scale))
    for number in range(len(state.agents)):
        agent = state.agents[number]
        if agent["plan"] < math.inf:
            agent["plan"] = time + agent["plan"] * scale
            engage(state, number, agent["plan"] + agent["delay"])
    if settings["support.planning"] == FROM_PILOT:
        plan_staff(state, world["pilot_tickets"] * world["users"], settings["pilot.handling_factor"], time)
    world["planned_work"] = planned_work(state)
    if settings["data_science_team.moves_on"] == 1:
        set_timer(state, MOVES_ON, 0, time + settings["data_science_team.moves_on.week"] * WEEK_HOURS)
    if settings["rollout.sponsor"] == 1:
        world["patience"] = settings["rollout.sponsor.patience_weeks"]
        set_timer(state, REVIEW, 0, time + REVIEW_HOURS)
    if settings["rollout.budget"] == 1:
        open_budget(state, time)
    for i in range(world["systems"]):
        system = state.systems[i]
        if system["start_week"] >= 0.0 and system["due"] == 0 and system["live"] == 0:
            set_timer(state, SYSTEM_STARTS, i, time + system["start_week"] * WEEK_HOURS * scale)
    if settings["integration.ideal"] == 1:
        world["integrated_at"] = time
    commit_plan(state, time)
    first = int(math.ceil(time / WEEK_HOURS - 1e-9))
    world["case_value"] = column_sum(state, PLANNED_VALUE, first, len(state.weekly))
    world["case_cost"] = column_sum(state, PLANNED_COST, first, len(state.weekly))


@rule
def plan_go_live(state: Any, s: int, date: float) -> None:
    """Set the date of site `s`, and with it that of its data-remediation project."""
    site = state.sites[s]
    site["go_live"] = date
    set_timer(state, GO_LIVE, s, date)
    ahead = state.settings[0]["ai.remediation.weeks_before_go_live"] * WEEK_HOURS
    if ahead >= 0.0 and site["remediations"] == 0:
        set_timer(state, CLEANING_DUE, s, max(state.world[0]["funded_at"], date - ahead))


@rule
def go_live(state: Any, s: int, time: float) -> None:
    """The date of site `s` has come: it starts its pilot, goes live for everybody, or waits for its systems."""
    site = state.sites[s]
    settings = state.settings[0]
    pilot = site["is_pilot"] == 1 and site["stage"] == NOT_STARTED and time < site["go_live"]
    if not pilot and settings["rollout.go_live"] == WHEN_READY and not integrated(state, s):
        site["ready"] = 1
        return
    first = site["stage"] == NOT_STARTED
    if first:
        site["started"] = time
        site["retrained_at"] = time
        if state.families[1 + s]["share"] > 0.0:
            break_sticks(state, 1 + s)
        for i in range(site["first_cell"] * CLOCKS, (site["first_cell"] + state.world[0]["segments"]) * CLOCKS):
            rewind(state.clocks[i], state.key)
        set_timer(state, DAY, s, first_day_of_use(site, time))
        set_timer(state, SHOCK, s, time + next_shock(state, s))
    else:
        touch(state, s, time)
    site["stage"] = PILOT if pilot else LIVE
    onboarded = onboard(state, s, pilot, time)
    buy_licences(settings, site, time)
    if not pilot:
        finish_wave(state, time)
        site["ready"] = 0
        site["live_at"] = time
        learn_from_waves(state, s, time)
        site["carried_since"] = time
        if settings["change_programme.campaign.weeks"] > 0.0:
            begin_campaign(state, s, time)
        if settings["rollout.watch"] == 1:
            set_timer(state, SITE_READ, s, time + settings["rollout.watch.first_weeks"] * WEEK_HOURS)
    note(state, time, GO_LIVE, s, onboarded, int(pilot), int(site["carried_share"] > 0.0))


@rule
def finish_wave(state: Any, time: float) -> None:
    """Another site is live; with the last one the roll-out is over, and the team that builds may shrink to run it."""
    world = state.world[0]
    for s in range(world["sites"]):
        if state.sites[s]["stage"] != LIVE:
            return
    world["rolled_out_at"] = time
    settings = state.settings[0]
    if settings["data_science_team.run_team"] == 1:
        after = settings["data_science_team.run_team.weeks_after_last_go_live"] * WEEK_HOURS
        set_timer(state, TEAM_SHRINKS, 0, time + after)


@rule
def begin_campaign(state: Any, s: int, time: float) -> None:
    """Everybody at site `s`, whose rates are about to be renewed, is asked to start, for the length of a campaign."""
    site = state.sites[s]
    settings = state.settings[0]
    site["onset_factor"] = settings["change_programme.campaign.onset_factor"]
    spend(state, CHANGE, settings["economics.campaign_cost_per_user"] * site["users"])
    set_timer(state, CAMPAIGN_ENDS, s, time + settings["change_programme.campaign.weeks"] * WEEK_HOURS)


@rule
def end_campaign(state: Any, s: int, time: float) -> None:
    """Site `s` hears no more of the campaign."""
    touch(state, s, time)
    state.sites[s]["onset_factor"] = 1.0
    note(state, time, CAMPAIGN_ENDS, s, 0, 0, 0)


@rule
def hold(state: Any, g: int, time: float) -> None:
    """Gate `g` holds the programme: all dates to come are shifted, and some lessons may be learnt."""
    world = state.world[0]
    gate = state.gates[g]
    retry = gate["retry_weeks"] * WEEK_HOURS
    set_timer(state, GATE, g, time + retry)
    if gate["on_hold.remediate"] == 1:
        clean_up(state, time)
    if g == 0:
        return
    for other in range(1, len(state.gates)):
        if other != g and state.gates[other]["passed"] == 0:
            set_timer(state, GATE, other, timer(state, GATE, other) + retry)
    for s in range(world["sites"]):
        if state.sites[s]["stage"] != LIVE and state.sites[s]["go_live"] >= time and state.sites[s]["ready"] == 0:
            plan_go_live(state, s, state.sites[s]["go_live"] + retry)
    for number in range(state.tiers[TIER3]["first_agent"]):
        agent = state.agents[number]
        if time <= agent["plan"] < math.inf:
            agent["plan"] += retry
            engage(state, number, agent["plan"] + agent["delay"])


@rule
def clean_up(state: Any, time: float) -> None:
    """Every site's data are to be mended that were not yet: first where people suffer from them, then ahead of them."""
    for running in (1, 0):
        for s in range(state.world[0]["sites"]):
            if int(state.sites[s]["stage"] == LIVE) == running:
                open_remediation(state, s, time)


@rule
def stop(state: Any, reason: int, time: float) -> None:
    """The programme is stopped, by gate number `reason`, or below 0 by its sponsor: nothing new begins.

    Sites are switched off one after the other, evenly over the time to wind down.
    """
    world = state.world[0]
    settings = state.settings[0]
    world["programme"] = STOPPED
    world["stopped_at"] = time
    world["stopped_at_gate"] = reason
    world["drop_jobs"] = 1
    note(state, time, events.SHELVED, reason, 0, 0, 0)
    for kind in (GATE, FUNDED, REVIEW, BUDGET, GO_LIVE, MOVES_ON, TEAM_SHRINKS, CLEANING_DUE, CAMPAIGN_ENDS):
        stop_timers(state, kind)
    for kind in (DEPLOYED, OUTAGE, HIRED, SITE_READ):
        stop_timers(state, kind)
    stop_integration(state, time)
    running = 0
    for s in range(world["sites"]):
        if state.sites[s]["stage"] != NOT_STARTED:
            running += 1
            world["licensed"] += state.sites[s]["licences"]
            touch(state, s, time)
    off = 0
    for s in range(world["sites"]):
        if state.sites[s]["stage"] != NOT_STARTED:
            off += 1
            date = time + settings["rollout.wind_down_weeks"] * WEEK_HOURS * off / running
            set_timer(state, WITHDRAWN, s, working_morning(settings, date, state.sites[s]["utc_offset_hours"]))


@rule
def withdraw(state: Any, s: int, time: float) -> None:
    """The system is switched off at site `s`: its users are withdrawn, its tickets cancelled."""
    world = state.world[0]
    site = state.sites[s]
    touch(state, s, time)
    if site["stage"] == LIVE and site["carried_share"] > 0.0:
        site["carried_hours"] += time - site["carried_since"]
    site["carried_share"] = 0.0
    withdrawn = 0
    for c in range(site["first_cell"], site["first_cell"] + world["segments"]):
        cell = state.cells[c]
        for number in range(cell["first"], cell["first"] + cell["users"]):
            was = state.users[number]["state"]
            if was <= EXPERIENCED or was == ONBOARDED or was == UNTRAINED:
                withdrawn += int(was <= EXPERIENCED)
                move(state, number, OUT, time)
    site["stage"] = CLOSED
    world["cancel"] = 1
    set_timer(state, SHOCK, s, math.inf)
    set_timer(state, DAY, s, math.inf)
    note(state, time, WITHDRAWN, s, withdrawn, 0, 0)
    for other in range(world["sites"]):
        if timer(state, WITHDRAWN, other) < math.inf:
            return
    world["over_at"] = time
    send_home(state, time)
