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
from simulator.model.plan.opening import NOT_STOPPED
from simulator.model.plan.plan import Floats, Plan
from simulator.model.state.state import State
from simulator.scenario.measure import at_level
from simulator.scenario.vocabulary import ADOPTION_LEVELS, QUARTER_WEEKS, Outcome

Value = float | int | bool | str | None
Truths = np.ndarray[Any, np.dtype[np.bool_]]


def outcome(plan: Plan, state: State, inputs: Floats, weekly: dict[str, Floats]) -> dict[str, Value]:
    """The outcome, and the weeks and truths that go with it."""
    success, world = plan.scenario.success, state.world[0]
    funded, gate = weeks_of(world["funded_at"]), int(world["stopped_at_gate"])
    stopped = gate != NOT_STOPPED
    criteria = _criteria(plan, inputs, weekly)
    holds: Truths = np.asarray(criteria.all(axis=0))
    after_funding = plan.weeks if funded is None else math.ceil(funded)
    holds[:after_funding] = False
    first = first_stretch(holds, success.sustained_weeks)
    weeks_to_scale = None if first is None or funded is None else first - funded
    to_keep = slice(plan.weeks if first is None else max(first, plan.weeks - QUARTER_WEEKS), plan.weeks)
    kept = weeks_to_scale is not None and not stopped and bool(holds[to_keep].all())
    in_time = weeks_to_scale is not None and weeks_to_scale <= plan.value(success.deadline_weeks, inputs)
    lost_criterion = None
    if weeks_to_scale is not None and not kept and not stopped:
        lost_criterion = success.criteria[int(np.argmin(criteria[:, to_keep].sum(axis=1)))].measure
    adoption = weekly["adoption"][after_funding:]
    return {
        "outcome": _outcome(
            funded=funded is not None, reached=first is not None, kept=kept, in_time=in_time, stopped=stopped
        ),
        "funded": funded is not None,
        "reached_scale": first is not None,
        "success": kept,
        "lost_criterion": lost_criterion,
        "weeks_to_scale": weeks_to_scale,
        "decided_week": weeks_of(world["decided_at"]) if funded is not None else None,
        "funded_week": funded,
        "shelved_week": weeks_of(world["stopped_at"]) if funded is not None else None,
        "stopped_at_gate": _gate_name(plan, gate) if gate >= 0 else None,
        "useful_person_weeks": round(float(np.nansum(weekly["active_users"] * weekly["resolution"]))),
        **{
            at_level("weeks_at_adoption", level): None if funded is None else float(longest_stretch(adoption >= level))
            for level in ADOPTION_LEVELS
        },
    }


def weeks_of(hours: float) -> float | None:
    """Hours since kick-off in weeks; None for what never happened."""
    return float(hours) / WEEK_HOURS if hours < math.inf else None


def first_stretch(holds: Truths, length: int) -> int | None:
    """Index of the first of `length` true values in a row."""
    run = 0
    for i, value in enumerate(holds.tolist()):
        run = run + 1 if value else 0
        if run == length:
            return i - length + 1
    return None


def longest_stretch(holds: Truths) -> int:
    """The most true values in a row."""
    longest = run = 0
    for value in holds.tolist():
        run = run + 1 if value else 0
        longest = max(longest, run)
    return longest


def _outcome(*, funded: bool, reached: bool, kept: bool, in_time: bool, stopped: bool) -> Outcome:
    """The outcome by precedence."""
    if not funded:
        return "not_funded"
    if kept:
        return "scaled_on_time" if in_time else "scaled_late"
    if reached:
        return "scaled_then_lost"
    return "shelved" if stopped else "stalled"


def _criteria(plan: Plan, inputs: Floats, weekly: dict[str, Floats]) -> Truths:
    """In which weeks each success criterion holds, bool[criteria, weeks]; a null measure fails its criterion."""
    holds = np.zeros((len(plan.scenario.success.criteria), plan.weeks), dtype=bool)
    with np.errstate(invalid="ignore"):
        for i, criterion in enumerate(plan.scenario.success.criteria):
            column = weekly[criterion.measure]
            if criterion.at_least is not None:
                holds[i] = column >= plan.value(criterion.at_least, inputs)
            elif criterion.at_most is not None:
                holds[i] = column <= plan.value(criterion.at_most, inputs)
    return holds


def _gate_name(plan: Plan, gate: int) -> str:
    rollout = plan.scenario.rollout
    if rollout is None or gate == 0:
        return rollout.funding_gate.name if rollout is not None and rollout.funding_gate is not None else "funding"
    return rollout.gates[gate - 1].name
