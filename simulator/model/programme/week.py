"""The end of a week: what is recorded, and what fades."""

from __future__ import annotations

import math
from typing import Any

from simulator.model.answers.data_quality import retraining_due
from simulator.model.answers.edge_cases import mass_known
from simulator.model.clockwork.time import WEEK_HOURS, work_time
from simulator.model.clockwork.timers import set_timer
from simulator.model.clockwork.tracing import note
from simulator.model.economics.costs import week_cost
from simulator.model.economics.value import week_value
from simulator.model.programme.integration import count_stages
from simulator.model.state.columns import (
    ABANDONED,
    ACCURACY,
    ACTIVE,
    ADOPTION,
    ARRIVED,
    BACKLOG,
    BUSY,
    CORRECT,
    COST,
    COST_SUM,
    ENDED,
    HEADS,
    IN_TARGET,
    INTEGRATIONS,
    INVITED,
    KNOWN,
    NET_RATE,
    NET_SUM,
    OPENED,
    PLANNED_COST,
    PLANNED_VALUE,
    REPAIRED,
    REPAIRS,
    RESOLUTION,
    SEEN_VALUE,
    SERVED,
    SERVICE_LEVEL,
    SITES_LIVE,
    TASKS,
    TRUST,
    USERS_LOST,
    USERS_ONBOARDED,
    USERS_REVERTED,
    UTILISATION,
    VALUE,
    VALUE_SUM,
    WAIT,
    WRONG,
    column_sum,
)
from simulator.model.state.events import WEEK
from simulator.model.state.spending import spend
from simulator.model.state.states import (
    AWAY,
    CHANGE,
    EXPERIENCED,
    GONE,
    LIVE,
    NOT_STARTED,
    ONBOARDED,
    PILOT,
    ROLLING_OUT,
    STOPPED,
    TIER3,
    UNTRAINED,
)
from simulator.model.support.data_science import open_carrying, open_retraining
from simulator.model.support.hypercare import hypercare_cost
from simulator.model.support.lines import change_tier
from simulator.model.users.change_load import count_changes
from simulator.model.users.tasks import settle
from simulator.model.users.training import train
from simulator.model.users.trust import credit_successes, forget, trust
from simulator.model.users.users import active_in
from simulator.scenario.vocabulary import QUARTER_WEEKS, TIERS
from simulator.streams.jit import rule


@rule
def ratio(part: float, whole: float) -> float:
    """part / whole, null (NaN) where there is nothing to divide by."""
    return part / whole if whole > 0.0 else math.nan


@rule
def share(part: float, whole: float) -> float:
    """The ratio of a part to its whole; rounding takes it neither below 0 nor above 1."""
    return max(0.0, min(1.0, ratio(part, whole))) if whole > 0.0 else math.nan


@rule
def close_week(state: Any, time: float) -> None:
    """Record the week that ends at `time` in `State.weekly` and `State.site_weeks`."""
    world = state.world[0]
    week = world["week"]
    row = state.weekly[week]
    tasks = correct = wrong = 0.0
    live = invited = 0
    for s in range(world["sites"]):
        site = state.sites[s]
        if site["stage"] == NOT_STARTED:
            continue
        settle(state, s, time)
        live += int(site["stage"] == LIVE)
        if site["stage"] == LIVE or site["stage"] == PILOT:
            invited += site["invited"]
        tasks += site["week_tasks"]
        correct += site["week_correct"]
        wrong += site["week_wrong"]
        record = state.site_weeks[week, s]
        record[0] = site["week_tasks"]
        record[1] = site["week_correct"]
        record[2] = site["week_wrong"]
        record[3] = site["week_correct_base"]
        record[4] = site["week_wrong_base"]
        site["week_tasks"] = 0.0
        site["week_correct"] = 0.0
        site["week_wrong"] = 0.0
    active = sweep_users(state, row, time)
    count_stages(state, time, 0)
    for t in range(len(TIERS)):
        change_tier(state, t, time, 0, 0, 0)
    spend(state, CHANGE, hypercare_cost(state, time))
    cost = week_cost(state, row, tasks, time)
    value, seen = week_value(state, row, correct, wrong)
    in_target = ended = 0
    backlog = 0
    for t in range(len(TIERS)):
        tier = state.tiers[t]
        if t < TIER3:
            row[ARRIVED + t] = tier["week_arrived"]
            row[SERVED + t] = tier["week_served"]
            row[BUSY + t] = tier["week_busy"]
            row[HEADS + t] = tier["heads"]
        tier["week_arrived"] = 0
        tier["week_served"] = 0
        tier["week_overtime"] = 0.0
        in_target += tier["week_in_target"]
        ended += tier["week_ended"]
        backlog += tier["waiting"]
        row[BACKLOG + t] = tier["waiting"]
        row[UTILISATION + t] = ratio(tier["week_busy"], tier["week_staffed"])
        row[WAIT + t] = ratio(tier["week_wait_sum"], tier["week_ended"])
        tier["week_in_target"] = 0
        tier["week_ended"] = 0
        tier["week_wait_sum"] = 0.0
        tier["week_busy"] = 0.0
        tier["week_staffed"] = 0.0
    row[ADOPTION] = share(active, world["users"])
    row[ACCURACY] = share(correct, correct + wrong)
    row[RESOLUTION] = share(correct, tasks)
    row[TASKS] = tasks
    row[WRONG] = wrong
    row[CORRECT] = correct
    row[KNOWN] = mass_known(state)
    row[REPAIRED] = world["types_repaired"]
    row[OPENED] = world["week_opened"]
    row[ABANDONED] = world["week_abandoned"]
    row[SERVICE_LEVEL] = share(in_target, ended)
    row[IN_TARGET] = in_target
    row[ENDED] = ended
    row[REPAIRS] = world["repairs_open"] if world["programme"] != STOPPED else 0
    row[SITES_LIVE] = live
    row[INVITED] = invited
    row[INTEGRATIONS] = world["systems_live"]
    row[VALUE] = value
    row[SEEN_VALUE] = seen
    row[COST] = cost
    if world["programme"] != ROLLING_OUT:
        row[PLANNED_VALUE] = row[PLANNED_COST] = 0.0
    row[VALUE_SUM] = value + (state.weekly[week - 1, VALUE_SUM] if week > 0 else 0.0)
    row[COST_SUM] = cost + (state.weekly[week - 1, COST_SUM] if week > 0 else 0.0)
    row[NET_SUM] = row[VALUE_SUM] - row[COST_SUM]
    quarter = week + 1 - QUARTER_WEEKS
    row[NET_RATE] = column_sum(state, VALUE, quarter, week + 1) - column_sum(state, COST, quarter, week + 1)
    world["week_opened"] = 0
    world["week_abandoned"] = 0
    world["week_noticed_tasks"] = 0.0
    world["week"] = week + 1
    note(state, time, WEEK, week, active, row[TRUST], backlog)


@rule
def sweep_users(state: Any, row: Any, time: float) -> int:
    """Bring every user's trust up to date, let a week be forgotten, and record the users; returns the active ones."""
    settings = state.settings[0]
    active = onboarded = away = gone = 0
    trusted = 0.0
    for c in range(state.world[0]["cells"]):
        cell = state.cells[c]
        site = state.sites[cell["site"]]
        onboarded += state.counts[c, ONBOARDED] + state.counts[c, UNTRAINED]
        away += state.counts[c, AWAY]
        gone += state.counts[c, GONE]
        active += active_in(state.counts[c])
        work = work_time(site, time)
        for roster in range(EXPERIENCED + 1):
            for i in range(cell["first"], cell["first"] + state.counts[c, roster]):
                user = state.users[state.roster[roster, i]]
                credit_successes(user, site, settings, work)
                forget(user, settings)
                trusted += trust(user, cell, settings)
        for i in range(cell["first"], cell["first"] + state.counts[c, AWAY]):
            forget(state.users[state.roster[AWAY, i]], settings)
    row[ACTIVE] = active
    row[USERS_ONBOARDED] = onboarded
    row[USERS_REVERTED] = away
    row[USERS_LOST] = gone
    row[TRUST] = share(trusted, active)
    return active


@rule
def open_week(state: Any, time: float) -> None:
    """The next week begins: people are trained, data carried by hand, and models that have aged retrained."""
    world = state.world[0]
    train(state, time)
    open_carrying(state, time)
    count_changes(state, time)
    for s in range(world["sites"]):
        site = state.sites[s]
        if site["stage"] != NOT_STARTED and world["programme"] != STOPPED and retraining_due(state, s, time):
            open_retraining(state, s, time)
        site["week_correct_base"] = 0.0
        site["week_wrong_base"] = 0.0
    if world["week"] < len(state.weekly):
        set_timer(state, WEEK, 0, time + WEEK_HOURS)
