"""Habit: who has used the system for long without a break is less likely to give it up for an error.

    share of protection = protection * (1 - exp(-t / weeks)),   t since the user began, or came back

Automaticity grows with repetition on an asymptotic curve (Lally, van Jaarsveld, Potts and Wardle 2010, European Journal
of Social Psychology 40(6)): with a median of 66 days to 95% of the asymptote, so in about 66 / ln 20 days, or three
weeks, to 63%. How much a habit protects was not measured there.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.model.clockwork.time import WEEK_HOURS
from simulator.streams.jit import rule


@rule
def habit(user: Any, settings: Any, time: float) -> float:
    """Share by which the habit of an active `user` lowers the chance to revert at `time`."""
    weeks = (time - user["active_since"]) / WEEK_HOURS
    return float(settings["users.habit.protection"] * (1.0 - math.exp(-weeks / settings["users.habit.weeks"])))
