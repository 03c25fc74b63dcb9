"""What becomes of a programme: whether it reaches scale and keeps it, and how much use comes of it.

Scale is *reached* when all success criteria hold for `success.sustained_weeks` in a row after funding, and *kept* when
the programme goes on to the horizon and they hold in every one of its last 13 weeks or, where scale is reached later
than that, in every week from then on.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.measures.weeks import longest_stretch, sum_of_products
from simulator.model.plan.opening import NOT_STOPPED
from simulator.model.plan.plan import Floats, Plan
from simulator.model.state.columns import ACTIVE, ADOPTION, COLUMNS, RESOLUTION
from simulator.model.state.state import State
from simulator.scenario.measure import at_level
from simulator.scenario.vocabulary import ADOPTION_LEVELS, QUARTER_WEEKS, Outcome
from simulator.streams.jit import rule

Value = float | int | bool | str | None
Truths = np.ndarray[Any, np.dtype[np.bool_]]
WEEKS_AT_ADOPTION = {at_level("weeks_at_adoption", level): level for level in ADOPTION_LEVELS}


def outcome(plan: Plan, state: State, inputs: Floats) -> dict[str, Value]:
    """The outcome, and the weeks and truths that go with it."""
    success, world = plan.scenario.success, state.world[0]
    funded, gate = weeks_of(world["funded_at"]), int(world["stopped_at_gate"])
    stopped = gate != NOT_STOPPED
    after_funding = plan.weeks if funded is None else math.ceil(funded)
    criteria = _criteria(plan, state, inputs)
    holds: Truths = np.asarray(criteria.all(axis=0))
    first = first_stretch(holds, success.sustained_weeks, after_funding)
    reached = first >= 0
    weeks_to_scale = first - funded if reached and funded is not None else None
    to_keep = slice(max(first, plan.weeks - QUARTER_WEEKS), plan.weeks)
    kept = reached and not stopped and bool(holds[to_keep].all())
    in_time = weeks_to_scale is not None and weeks_to_scale <= plan.value(success.deadline_weeks, inputs)
    lost_criterion = None
    if reached and not kept and not stopped:
        lost_criterion = success.criteria[int(np.argmin(criteria[:, to_keep].sum(axis=1)))].measure
    return {
        "outcome": _outcome(funded=funded is not None, reached=reached, kept=kept, in_time=in_time, stopped=stopped),
        "funded": funded is not None,
        "reached_scale": reached,
        "success": kept,
        "lost_criterion": lost_criterion,
        "weeks_to_scale": weeks_to_scale,
        "decided_week": weeks_of(world["decided_at"]) if funded is not None else None,
        "funded_week": funded,
        "shelved_week": weeks_of(world["stopped_at"]) if funded is not None else None,
        "stopped_at_gate": _gate_name(plan, gate) if gate >= 0 else None,
        "useful_person_weeks": round(sum_of_products(state, ACTIVE, RESOLUTION)),
        **{
            name: None if funded is None else float(longest_stretch(state, ADOPTION, level, after_funding))
            for name, level in WEEKS_AT_ADOPTION.items()
        },
    }


def weeks_of(hours: float) -> float | None:
    """Hours since kick-off in weeks; None for what never happened."""
    return float(hours) / WEEK_HOURS if hours < math.inf else None


@rule
def first_stretch(holds: Any, length: int, first: int) -> int:
    """Index of the first of `length` true values in a row in `holds`, bool[:], from `first` on; -1 for none."""
    run = 0
    for i in range(first, len(holds)):
        run = run + 1 if holds[i] else 0
        if run == length:
            return i - length + 1
    return -1


def _outcome(*, funded: bool, reached: bool, kept: bool, in_time: bool, stopped: bool) -> Outcome:
    """The outcome by precedence."""
    if not funded:
        return "not_funded"
    if kept:
        return "scaled_on_time" if in_time else "scaled_late"
    if reached:
        return "scaled_then_lost"
    return "shelved" if stopped else "stalled"


def _criteria(plan: Plan, state: State, inputs: Floats) -> Truths:
    """In which weeks each success criterion holds, bool[criteria, weeks]; a null measure fails its criterion."""
    criteria = plan.scenario.success.criteria
    holds = np.zeros((len(criteria), plan.weeks), dtype=bool)
    for row, criterion in zip(holds, criteria, strict=True):
        column = COLUMNS[criterion.measure]
        if criterion.at_least is not None:
            mark_within(state, column, plan.value(criterion.at_least, inputs), math.inf, row)
        elif criterion.at_most is not None:
            mark_within(state, column, -math.inf, plan.value(criterion.at_most, inputs), row)
    return holds


@rule
def mark_within(state: Any, column: int, low: float, high: float, row: Any) -> None:
    """Set in `row`, bool[weeks], whether a weekly column is from `low` to `high`."""
    for week in range(len(row)):
        row[week] = low <= state.weekly[week, column] <= high


def _gate_name(plan: Plan, gate: int) -> str:
    rollout = plan.scenario.rollout
    if rollout is None or gate == 0:
        return rollout.funding_gate.name if rollout is not None and rollout.funding_gate is not None else "funding"
    return rollout.gates[gate - 1].name
