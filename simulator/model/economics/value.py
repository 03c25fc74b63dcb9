"""Value: what a week's right answers are worth, and what errors take from it.

A right answer saves working time, of which a share becomes value: worth = minutes / 60 * wage * realised share, unless
its worth is stated itself. That is gross; what errors cost is counted once, beside it: one that is noticed is reworked,
a silent one does its damage. Who reads the value sees no more of that damage than checks reveal.
"""

from __future__ import annotations

from typing import Any

from simulator.model.state.columns import VALUE_PARTS
from simulator.model.state.states import NOTICED_ERRORS, RIGHT_ANSWERS, SILENT_ERRORS
from simulator.streams.jit import rule


@rule
def worth_of_answer(settings: Any) -> float:
    """Value of a right answer, before what errors cost."""
    if settings["economics.value_per_correct_task"] >= 0.0:
        return float(settings["economics.value_per_correct_task"])
    hours = settings["economics.minutes_saved_per_correct_task"] / 60.0
    return float(hours * settings["economics.wage_per_hour"] * settings["economics.realised_share"])


@rule
def week_value(state: Any, row: Any, correct: float, wrong: float) -> tuple[float, float]:
    """Value of a week's expected correct and wrong answers, and how much of it can be seen; its parts go to `row`."""
    settings = state.settings[0]
    damage = wrong * (1.0 - settings["users.notice_probability"]) * settings["economics.cost_per_error"]
    rework = state.world[0]["week_noticed_tasks"] * settings["economics.rework_cost_per_noticed_error"]
    gross = correct * worth_of_answer(settings)
    row[VALUE_PARTS + RIGHT_ANSWERS] = gross
    row[VALUE_PARTS + NOTICED_ERRORS] = 0.0 - rework
    row[VALUE_PARTS + SILENT_ERRORS] = 0.0 - damage
    return float(gross - rework - damage), float(gross - rework - damage * settings["rollout.silent_errors_seen"])
