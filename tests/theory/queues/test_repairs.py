"""Repairs of edge cases against theory: which types were reported often enough, and how much they cover."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from simulator.scenario import load
from tests.theory.formulas.closed_forms import pitman_yor_mean_new_share
from tests.theory.formulas.closed_forms_of_plans import pitman_yor_mean_types_met
from tests.theory.simulated import replicate
from tests.theory.statistics import compare_mean

slow = pytest.mark.slow


def repaired_at_once(discount: float, concentration: float, threshold: int, report: float, types: int):
    """Every encounter is handed over, reported with a probability, and repaired in no time when it was often enough."""
    return load("theory/edge-case-types").with_changes(
        {
            "edge_cases.organisation.discount": discount,
            "edge_cases.organisation.concentration": concentration,
            "edge_cases.types_per_family": types,
            "edge_cases.hand_over_share": 1.0,
            "edge_cases.report_probability": report,
            "edge_cases.report_threshold": threshold,
            "edge_cases.repair_effort_hours": 0.0,
        }
    )


@pytest.mark.parametrize(
    ("name", "discount", "concentration", "threshold", "report", "replications", "half_width"),
    [
        pytest.param("compiled", 0.0, 20.0, 3, 1.0, 200, 0.02, id="compiled"),
        pytest.param("compiled", 0.0, 20.0, 5, 0.4, 600, 0.012, marks=slow, id="compiled-reports-with-a-chance"),
        pytest.param("compiled", 0.5, 10.0, 5, 1.0, 1000, 0.012, marks=slow, id="compiled-heaps"),
        pytest.param("compiled", 0.3, 5.0, 2, 0.5, 1500, 0.012, marks=slow, id="compiled-two"),
        pytest.param("reference", 0.0, 20.0, 3, 1.0, 20, 0.1, id="reference"),
    ],
)
def test_types_reported_often_enough_are_repaired(
    name, discount, concentration, threshold, report, replications, half_width
):
    """Types that are repaired are met no more, but they have been met often enough: the count is that of Pitman-Yor."""
    types = 1024 if name == "compiled" else 256
    scenario = repaired_at_once(discount, concentration, threshold, report, types)
    repaired = np.array([one.weekly["edge_case_types_repaired"] for one in replicate(name, scenario, replications)])
    for week in (2, 10):
        expected = pitman_yor_mean_types_met(report * 100.0 * week, threshold, discount, concentration)
        limit = half_width * (3.0 if week == 2 else 1.0)
        compare_mean(repaired[:, week - 1], expected).assert_agrees(half_width_limit=limit)


@pytest.mark.parametrize(("discount", "concentration"), [(0.0, 20.0), (0.25, 5.0)])
def test_the_mass_that_is_handled_is_one_minus_the_chance_of_something_new(discount, concentration):
    """At a threshold of one: 1 - (theta + d E[K_n]) / (theta + n), over a Poisson number of encounters."""
    scenario = repaired_at_once(discount, concentration, 1, 1.0, 4096)
    handled = [one.measures["edge_case_mass_handled"] for one in replicate("compiled", scenario, 150)]
    n = np.arange(800, 1201)
    share = [pitman_yor_mean_new_share(int(k), discount, concentration) for k in n]
    expected = 1.0 - float(np.dot(stats.poisson.pmf(n, 1000.0), share) / stats.poisson.pmf(n, 1000.0).sum())
    compare_mean(handled, expected).assert_agrees()
    compare_mean(1.0 - np.array(handled), 1.0 - expected).assert_agrees(half_width_limit=0.06)
