"""Closed forms of users against numerical integration and sums."""

from __future__ import annotations

import itertools
import math

import pytest
from scipy import integrate, stats

from tests.theory.formulas.closed_forms_of_users import (
    habit_survival,
    mean_left_of_shortcomings,
    mover_stayer_survival,
)


@pytest.mark.parametrize("t", [0.0, 1.0, 13.0, 52.0])
def test_survival_is_that_of_the_hazard_integrated(t: float) -> None:
    hazard, protection, weeks = 0.2, 0.6, 3.0
    total, _ = integrate.quad(lambda x: hazard * (1.0 - protection * (1.0 - math.exp(-x / weeks))), 0.0, t)
    assert habit_survival(hazard, protection, weeks, t) == pytest.approx(math.exp(-total))
    assert habit_survival(hazard, 0.0, weeks, t) == pytest.approx(math.exp(-hazard * t))


def test_movers_go_first_and_stayers_are_left() -> None:
    quarters = [mover_stayer_survival(0.35, 0.06, 0.004, t) for t in (0, 13, 26, 39, 52)]
    falls = [a - b for a, b in itertools.pairwise(quarters)]
    assert falls == sorted(falls, reverse=True)
    assert mover_stayer_survival(0.35, 0.06, 0.004, 1000.0) == pytest.approx(0.65 * math.exp(-4.0))


@pytest.mark.parametrize(("mean", "to_halve"), [(3.0, 2.0), (50.0, 100.0)])
def test_the_mean_over_a_poisson_number(mean: float, to_halve: float) -> None:
    summed = math.fsum(stats.poisson.pmf(n, mean) * 2.0 ** (-n / to_halve) for n in range(400))
    assert mean_left_of_shortcomings(mean, to_halve) == pytest.approx(summed)
