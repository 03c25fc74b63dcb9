"""Exact results about people who stop using a system, and about what a model learns from those who correct it.

Times are in weeks and hazards per week. Nothing here is used by the simulator itself; `test_closed_forms_of_users.py`
holds these formulas against numerical integration.
"""

from __future__ import annotations

import math


def mover_stayer_survival(share: float, mover: float, stayer: float, t: float) -> float:
    """Share of those active at 0 who are still so at `t`, where a `share` has the hazard `mover`, others `stayer`.

    Blumen, Kogan and McCarthy (1955), The Industrial Mobility of Labor as a Probability Process.
    """
    return share * math.exp(-mover * t) + (1.0 - share) * math.exp(-stayer * t)


def habit_survival(hazard: float, protection: float, weeks: float, t: float) -> float:
    """Survival under the hazard h (1 - P (1 - exp(-t / w))): exp(-h ((1 - P) t + P w (1 - exp(-t / w)))).

    The curve of habit is that of Lally, van Jaarsveld, Potts and Wardle (2010), European Journal of Social Psychology
    40(6).
    """
    protected = protection * weeks * (1.0 - math.exp(-t / weeks))
    return math.exp(-hazard * ((1.0 - protection) * t + protected))


def mean_left_of_shortcomings(corrections: float, to_halve: float) -> float:
    """E[2^(-N / H)] of a Poisson number N of corrections with that mean: its generating function at 2^(-1 / H)."""
    return math.exp(-corrections * (1.0 - 2.0 ** (-1.0 / to_halve)))
