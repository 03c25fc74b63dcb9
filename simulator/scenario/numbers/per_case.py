"""Priors of a case, for those whose cases are smaller or larger than those of the reference class.

Minutes and money of a case are believed for people who have as many cases a week as the prior of tasks says. The same
work can be cut into more cases, which are smaller then: where a scenario states its own tasks, such priors are divided
by as much as it has more of them, so that the hours a week that are at stake stay those that were measured.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

from simulator.scenario.numbers.forms import FormError, Range, distribution
from simulator.scenario.numbers.priors import prior

TASKS: Final = "tasks_per_user_week"
PER_CASE: Final = (
    "minutes_saved_per_correct_task",
    "cost_per_error",
    "rework_cost_per_noticed_error",
    "inference_cost_per_task",
    "cost_per_checked_answer",
)
"""Fields of `economics` whose prior is that of a case."""
DIGITS: Final = 3
"""Significant digits of a scaled prior."""
NOTES: Final = ("source", "confidence")
ANY: Final = Range(0.0, math.inf, natural_low=0.0)


def scaled(tasks: Any) -> dict[str, Any]:
    """Fields of `economics` with their priors at so many tasks a week, a number in any form; empty where these fit.

    Also empty where the tasks are none, or can't be read.
    """
    cases, believed = middle(tasks), middle(prior(f"users.{TASKS}"))
    if cases is None or believed is None or cases <= 0.0 or cases == believed:
        return {}
    return {name: times(prior(f"economics.{name}"), believed / cases) for name in PER_CASE}


def middle(form: Any) -> float | None:
    """The middle of three percentiles, of other forms the mean; None for what is no number."""
    if isinstance(form, Mapping):
        form = {key: value for key, value in form.items() if key not in NOTES}
    try:
        mean = distribution(form, ANY)[0].mean()
    except FormError:
        return None
    return float(form["p50"]) if isinstance(form, Mapping) and "p50" in form else mean


def times(form: Any, factor: float, digits: int = DIGITS) -> Any:
    """A number in any form times a factor, with what stands beside it: all that forms are made of is in its unit."""
    if isinstance(form, Mapping):
        return {key: value if key in NOTES else times(value, factor, digits) for key, value in form.items()}
    if isinstance(form, list | tuple):
        return [times(value, factor, digits) for value in form]
    return float(f"{form * factor:.{digits}g}")
