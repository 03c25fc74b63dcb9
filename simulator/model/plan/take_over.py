"""What of a scenario can change while a replication runs, and how the running state takes it over.

The changed scenario is laid out anew. Where its state at t = 0 differs from that of the scenario in force, the running
state takes the new numbers, provided that rules go on reading them; a change of anything else is refused. Waits of
Poisson processes (upstream changes, outages, resignations) that are under way keep what is left of their unit-rate
exponential and use it up at the new rate, as users' clocks do (random time change).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from simulator.model.answers.data_quality import next_shock
from simulator.model.answers.outages import next_outage
from simulator.model.clockwork.time import YEAR_HOURS, work_time
from simulator.model.clockwork.timers import set_timer, timer
from simulator.model.plan.plan import Plan
from simulator.model.programme.integration import staff_stages
from simulator.model.state.events import GO_LIVE, LEAVES, OUTAGE, SHOCK
from simulator.model.state.state import State
from simulator.model.state.states import EXPERIENCED, IN_PILOT, LIVE, NOT_STARTED, PILOT, SITE, STOPPED, TIER3
from simulator.model.support.staffing import change_shift
from simulator.model.users.trust import credit_successes
from simulator.streams.philox import draw

Waits = dict[tuple[int, int, int], float]
"""Unit-rate exponentials of waits whose rate is 0 for now, by kind, entity and draw."""

# Settings that act at the start, or when the result is read; all others act from the change on.
FIXED_SETTINGS = frozenset(
    """initially_active initially_onboarded data_ideal edge_cases_ideal support_ideal integration_ideal plan_from_pilot
    pilot_site pilot_weeks pilot_measure pilot_hours measure_from discount_rate""".split()
)
# What is read when the roll-out is funded, to set its dates.
UNTIL_FUNDED = {
    "settings": frozenset("time_scale remediation_ahead moves_on retained has_sponsor patience logged_share".split()),
    "sites": frozenset({"plan_offset"}),
    "systems": frozenset({"start"}),
    "gates": frozenset({"lead"}),
}
UNTIL_DECIDED = {"settings": frozenset({"funding_delay"})}
# Fields of the other records that rules go on reading.
LIVE_FIELDS = {
    "sites": frozenset("quality variety tasks_per_week".split()),
    "cells": frozenset("onset reversion initial_trust".split()),
    "families": frozenset({"share"}),
    "tiers": frozenset(
        "target target_share longest ramp_hours starting_productivity mean_hours head_hours has_patience".split()
    ),
    "shifts": frozenset({"offset"}),
    "seasons": frozenset({"volume"}),
    "stages": frozenset({"rework"}),
    "gates": frozenset("qa_tasks value_error retry all window lag max_holds rebaseline remediate restaff".split()),
    "criteria": frozenset("level measure at_least".split()),
    "distributions": frozenset("p0 p1 p2 p3 p4 p5 low high code whole".split()),
}
# What follows from other fields, and is seen to below or is the same whatever its size.
FOLLOWS = {
    "families": frozenset("open_mass handled tail".split()),
    "world": frozenset("free_reviewers free_engineers".split()),
}
WHOLE_ARRAYS = frozenset({"tables", "season_days", "duty", "types", "open_until"})
RATE_TIMERS = (OUTAGE, LEAVES)
TEAMS = ("reviewers", "engineers")

# Why the others are refused; the first that holds is told.
REASONS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"weekly"}), "the horizon is settled at the start"),
    (frozenset({"site_weeks"}), "which sites there are is settled at the start"),
    (frozenset({"users", "roster", "counts", "cells"}), "who the users are is settled at the start"),
    (
        frozenset({"agents"}),
        "who works here, and when planned hires come, is settled at the start; simulation.hire(tier, agents) adds more",
    ),
    (frozenset({"timers"}), "its date is set at the start"),
)
AT_START = "it acts at the start of a replication only, or not while it runs"
FUNDED = "its dates were set when the roll-out was funded"
DECIDED = "the decision to fund has been taken"


class LeverError(ValueError):
    """A lever that can't be pulled at this point of a replication; the message names it and says why."""


class Difference(NamedTuple):
    """Records of an array that differ between two states, in one field; no field: the array as a whole."""

    array: str
    field: str
    where: Any


def differences(before: State, after: State) -> Iterator[Difference]:
    """Where two states at t = 0 differ, but for timers that run at a rate."""
    for name in State.FIELDS:
        old, new = getattr(before, name), getattr(after, name)
        if old.shape != new.shape:
            yield Difference(name, "", None)
        elif name == "timers":
            where = (old["due"] != new["due"]) & ~np.isin(old["kind"], RATE_TIMERS)
            if where.any():
                yield Difference(name, "due", where)
        elif old.dtype.names is None:
            if not np.array_equal(old, new, equal_nan=old.dtype.kind == "f"):
                yield Difference(name, "", None)
        else:
            for field in old.dtype.names:
                where = old[field] != new[field]
                if where.any():
                    yield Difference(name, field, where)


def read_by_rules(before: Plan, after: Plan) -> bool:
    """Whether a field of the state is filled from another input than before, be its value the same or not."""

    def filled(plan: Plan) -> dict[tuple[str, int, str], tuple[str, float]]:
        return {(x.array, x.index, x.field): (plan.quantities[x.input].written, x.scale) for x in plan.slots}

    return filled(before) != filled(after)


def refusal(state: State, before: State, after: State) -> str:
    """Why `state`, which began as `before`, can't go on as if it had begun as `after`; empty when it can."""
    refused = []
    for array, field, _ in differences(before, after):
        if array in WHOLE_ARRAYS:
            same_size = getattr(before, array).shape == getattr(after, array).shape
            if array != "tables" and not same_size:
                refused.append(array)
        elif field in UNTIL_FUNDED.get(array, ()):
            if state.world["programme"][0] != IN_PILOT:
                return FUNDED
        elif field in UNTIL_DECIDED.get(array, ()):
            if state.world["programme"][0] != IN_PILOT or state.gates["passed"][0] == 1:
                return DECIDED
        elif array == "settings":
            if field in FIXED_SETTINGS:
                return AT_START
        elif field not in LIVE_FIELDS.get(array, ()) and field not in FOLLOWS.get(array, ()):
            refused.append(array)
    for arrays, reason in REASONS:
        if arrays.intersection(refused):
            return reason
    if refused:
        return AT_START
    return _edge_cases_missing(state, after) or _people_at_work(state, before, after)


def _edge_cases_missing(state: State, after: State) -> str:
    """Types of edge cases are drawn where there are any: those of a site when it starts, others at kick-off."""
    families = state.families
    drawn = state.types["weight"].reshape(len(families), -1).sum(axis=1) > 0.0
    started = np.ones(len(families), dtype=bool)
    own = families["kind"] == SITE
    started[own] = state.sites["stage"][families["of"][own]] != NOT_STARTED
    missing = bool(((after.families["share"] > 0.0) & started & ~drawn).any())
    return "there were no such edge cases when their types were drawn" if missing else ""


def _people_at_work(state: State, before: State, after: State) -> str:
    for team in TEAMS:
        fewer = int(before.world[f"free_{team}"][0] - after.world[f"free_{team}"][0])
        if fewer > state.world[f"free_{team}"][0]:
            return f"{fewer} {team} can't leave now, as only {int(state.world[f'free_{team}'][0])} are free"
    return ""


def take_over(state: State, before: State, after: State, time: float, waits: Waits) -> State:
    """Let `state` go on from `time` (hours) with the numbers of `after`; returns it, or what takes its place.

    Sites must have been settled up to now; the engine must follow up. `waits` keeps what is needed to take up again
    the waits whose rate falls to 0.
    """
    found = [x for x in differences(before, after) if x.array not in FOLLOWS or x.field not in FOLLOWS[x.array]]
    if any(x.array == "settings" and x.field in ("success_weight", "frozen") for x in found):
        _credit_everybody(state, time)
    was_ready = int(state.settings["when_ready"][0])
    shifts: set[int] = set()
    for array, field, where in found:
        if array == "tables":
            state = state.replace(tables=after.tables.copy())
        elif array == "season_days":
            state.season_days[:] = after.season_days
        elif array == "duty":
            state.duty[:] = after.duty
            shifts.update(np.flatnonzero((before.duty != after.duty).any(axis=1)).tolist())
        elif field and array != "types":
            getattr(state, array)[field][where] = getattr(after, array)[field][where]
            if array == "shifts":
                shifts.update(np.flatnonzero(where).tolist())
    for k in sorted(shifts):
        change_shift(state, k, time)
    _retime_waits(state, before, after, time, waits)
    if state.world["programme"][0] != STOPPED:
        for team in TEAMS:
            state.world[f"free_{team}"] += after.world[f"free_{team}"] - before.world[f"free_{team}"]
        staff_stages(state, time)
        if was_ready and not state.settings["when_ready"][0]:
            for s in np.flatnonzero(state.sites["ready"]).tolist():
                set_timer(state, GO_LIVE, s, time)
    return state


def _credit_everybody(state: State, time: float) -> None:
    """Put on the account of every active user what came so far: it counted as it then did."""
    for number in np.flatnonzero(state.users["state"] <= EXPERIENCED).tolist():
        site = state.sites[state.cells["site"][state.users["cell"][number]]]
        if site["stage"] != NOT_STARTED:
            credit_successes(state.users[number], site, state.settings[0], work_time(site, time))


def _retime_waits(state: State, before: State, after: State, time: float, waits: Waits) -> None:
    """Let waits of Poisson processes go on at their new rates."""
    old, new = before.settings[0], after.settings[0]
    if old["shock_rate"] != new["shock_rate"]:
        for s in np.flatnonzero(np.isin(state.sites["stage"], (PILOT, LIVE))).tolist():
            wait = (SHOCK, s, int(state.sites["shocks"][s]))
            fresh = next_shock(state, s) * float(new["shock_rate"])
            _retime(state, wait, float(old["shock_rate"]), float(new["shock_rate"]), fresh, time, waits)
    world = state.world[0]
    if old["outage_rate"] != new["outage_rate"] and world["outage"] == 0 and world["programme"] != STOPPED:
        wait = (OUTAGE, 0, int(world["outages"]))
        fresh = (next_outage(state, 0.0)) * float(new["outage_rate"])
        _retime(state, wait, float(old["outage_rate"]), float(new["outage_rate"]), fresh, time, waits)
    if old["attrition"] != new["attrition"]:
        first, posts = int(state.tiers["first_agent"][TIER3]), int(state.tiers["agents"][TIER3])
        for number in range(first, first + posts):
            agent = state.agents[number]
            if agent["employed"] == 1 and agent["leaving"] == 0 and agent["resigned"] == math.inf:
                wait = (LEAVES, number, int(agent["posts"]))
                fresh = -math.log(1.0 - draw(state.key, agent["stream"], agent["number"], agent["posts"])[0])
                rates = float(old["attrition"]) / YEAR_HOURS, float(new["attrition"]) / YEAR_HOURS
                _retime(state, wait, *rates, fresh, time, waits)


def _retime(
    state: State, wait: tuple[int, int, int], old: float, new: float, fresh: float, time: float, waits: Waits
) -> None:
    """Use up at the rate `new` (per hour) what is left of a wait at the rate `old`; `fresh`: where none had begun."""
    kind, entity, _ = wait
    left = (timer(state, kind, entity) - time) * old if old > 0.0 else waits.pop(wait, fresh)
    if new > 0.0:
        set_timer(state, kind, entity, time + left / new)
    else:
        waits[wait] = left
        set_timer(state, kind, entity, math.inf)
