"""What of a scenario can change while a replication runs, and how the running state takes it over.

The changed scenario is laid out anew. Where its state at t = 0 differs from that of the scenario in force, the running
state takes the new numbers, provided that rules go on reading them, as is declared at each field (`ACTS`); a change of
anything else is refused. Waits of Poisson processes that are under way go on at their new rates (`waits`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from simulator.model.clockwork.time import work_time
from simulator.model.clockwork.timers import set_timer
from simulator.model.plan.plan import Plan
from simulator.model.plan.waits import PROCESSES, Waits, retime_waits
from simulator.model.programme.integration import staff_stages
from simulator.model.state.events import GO_LIVE
from simulator.model.state.records import ACTS, FOLLOWS
from simulator.model.state.state import State
from simulator.model.state.states import EXPERIENCED, IN_PILOT, NOT_STARTED, SITE, STOPPED, WHEN_READY
from simulator.model.support.staffing import change_shift
from simulator.model.users.trust import CREDITED_BY, credit_successes
from simulator.scenario.vocabulary import TEAMS

WHOLE_ARRAYS = frozenset({"tables", "sticks", "season_days", "duty", "types", "open_until"})
RATE_TIMERS = tuple(process.timer for process in PROCESSES)

# Why the others are refused; the first that holds is told.
REASONS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"weekly"}), "the horizon is settled at the start"),
    (frozenset({"site_weeks"}), "which sites there are is settled at the start"),
    (frozenset({"users", "roster", "counts", "cells"}), "who the users are is settled at the start"),
    (
        frozenset({"agents", "hires"}),
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
    """Whether a field that is read after the start is filled from another input than before, be its value the same."""

    def filled(plan: Plan) -> dict[tuple[str, tuple[int, ...], str], str]:
        return {
            (x.array, x.index, x.field): plan.quantities[x.input].written
            for x in plan.slots
            if ACTS.get(x.array, {}).get(x.field, "start") != "start"
        }

    return filled(before) != filled(after)


def refusal(state: State, before: State, after: State) -> str:
    """Why `state`, which began as `before`, can't go on as if it had begun as `after`; empty when it can."""
    refused = []
    in_pilot = state.world["programme"][0] == IN_PILOT
    for array, field, _ in differences(before, after):
        if array in WHOLE_ARRAYS:
            same_size = getattr(before, array).shape == getattr(after, array).shape
            if array != "tables" and not same_size:
                refused.append(array)
            continue
        acts = ACTS.get(array, {}).get(field, "start")
        if acts == "start":
            if array == "settings":
                return AT_START
            refused.append(array)
        elif acts == "until_funded" and not in_pilot:
            return FUNDED
        elif acts == "until_decided" and not (in_pilot and state.gates["passed"][0] == 0):
            return DECIDED
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
    for team, name in enumerate(TEAMS):
        fewer = int(before.world["free"][0, team] - after.world["free"][0, team])
        free = int(state.world["free"][0, team])
        if fewer > free:
            return f"{fewer} {name} can't leave now, as only {free} are free"
    return ""


def take_over(state: State, before: State, after: State, time: float, waits: Waits) -> State:
    """Let `state` go on from `time` (hours) with the numbers of `after`; returns it, or what takes its place.

    Sites must have been settled up to now; the engine must follow up. `waits` keeps what is needed to take up again
    the waits whose rate falls to 0.
    """
    found = [x for x in differences(before, after) if ACTS.get(x.array, {}).get(x.field) != FOLLOWS]
    if any(x.array == "settings" and x.field in CREDITED_BY for x in found):
        _credit_everybody(state, time)
    waited = state.settings["rollout.go_live"][0] == WHEN_READY
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
    retime_waits(state, before, after, time, waits)
    if state.world["programme"][0] != STOPPED:
        state.world["free"] += after.world["free"] - before.world["free"]
        staff_stages(state, time)
        if waited and state.settings["rollout.go_live"][0] != WHEN_READY:
            for s in np.flatnonzero(state.sites["ready"]).tolist():
                set_timer(state, GO_LIVE, s, time)
    return state


def _credit_everybody(state: State, time: float) -> None:
    """Put on the account of every active user what came so far: it counted as it then did."""
    for number in np.flatnonzero(state.users["state"] <= EXPERIENCED).tolist():
        site = state.sites[state.cells["site"][state.users["cell"][number]]]
        if site["stage"] != NOT_STARTED:
            credit_successes(state.users[number], site, state.settings[0], work_time(site, time))
