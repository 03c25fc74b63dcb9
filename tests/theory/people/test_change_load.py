"""Change load against theory: willingness, onset under it, and systems that people have to bear for a year."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulator import engine
from simulator.model.plan.start import begin
from simulator.model.users.change_load import willingness
from simulator.scenario import load
from tests.theory.formulas.closed_forms_of_plans import bass_rates, birth_distribution
from tests.theory.simulated import replicate
from tests.theory.statistics import compare_mean

slow = pytest.mark.slow


def willing(changes: float, lost: float) -> float:
    """Share of their willingness that people keep with so many changes a year."""
    return max(0.0, 1.0 - lost * max(0.0, changes - 2.0))


@pytest.mark.parametrize(
    ("other", "lost", "expected"),
    [(0, 0.052, 1.0), (1, 0.052, 1.0), (9, 0.052, 0.43 / 0.74), (3, 0.1, 0.8), (11, 0.1, 0.0), (500, 0.1, 0.0)],
)
def test_willingness_falls_linearly_with_the_changes_of_a_year(other, lost, expected):
    load_ = {"other_changes_per_year": other, "willingness_lost_per_change": lost}
    state, _ = begin(engine.build(load("theory/bass-onboarded").with_changes({"change_programme.load": load_})), 0, 1)
    assert willingness(state.sites[0], state.settings[0]) == pytest.approx(expected, abs=4e-3)
    state.sites["recent_systems"] = 2
    assert willingness(state.sites[0], state.settings[0]) == pytest.approx(willing(other + 3, lost), abs=1e-12)


@pytest.mark.parametrize("engine_name", ["compiled", "reference"])
def test_without_change_load_nothing_is_lost(engine_name):
    """Nor with a load that takes nothing away: bit by bit."""
    scenario = load("theory/bass-onboarded")
    stated = scenario.with_changes({"change_programme.load": {"willingness_lost_per_change": 0}})
    plain, none = (replicate(engine_name, x, 3) for x in (scenario, stated))
    assert [one.measures for one in plain] == [one.measures for one in none]


@pytest.mark.parametrize(
    ("name", "replications", "half_width"),
    [
        pytest.param("compiled", 400, 0.05, id="compiled"),
        pytest.param("compiled", 10_000, 0.01, marks=slow, id="compiled-long"),
        pytest.param("reference", 20, 0.2, id="reference"),
    ],
)
def test_adoption_under_load_is_a_slower_birth_process(name, replications, half_width):
    """Own initiative and word of mouth are both multiplied: 8 changes and the system, 0.05 each beyond two."""
    users, innovation, imitation, factor = 50, 0.05, 0.4, willing(8 + 1, 0.05)
    scenario = load("theory/bass-onboarded").with_changes(
        {
            "horizon_weeks": 12,
            "sites.site.users": users,
            "change_programme.load": {"other_changes_per_year": 8, "willingness_lost_per_change": 0.05},
        }
    )
    active = np.array([one.weekly["active_users"] for one in replicate(name, scenario, replications)])
    rates = bass_rates(users, factor * innovation, factor * imitation)
    for week in (4, 8, 12):
        expected = float(birth_distribution(rates, float(week)) @ np.arange(users + 1))
        compare_mean(active[:, week - 1], expected).assert_agrees(half_width_limit=half_width)


def under_load(weeks: float) -> float:
    """Share of people who have started after so many weeks, with the systems of `test_systems_that_go_live_...`."""
    steps = ((1, 5, 0), (5, 9, 1), (9, 57, 2), (57, 61, 1), (61, 1e9, 0))
    hazard = sum(willing(3 + 1 + n, 0.1) * 0.02 * max(0.0, min(weeks, last) - first) for first, last, n in steps)
    return -math.expm1(-hazard)


@pytest.mark.parametrize(
    ("name", "replications", "half_width"),
    [
        pytest.param("compiled", 150, 0.03, id="compiled"),
        pytest.param("compiled", 1500, 0.01, marks=slow, id="compiled-long"),
        pytest.param("reference", 12, 0.1, id="reference"),
    ],
)
def test_systems_that_go_live_are_borne_for_a_year(name, replications, half_width):
    """Live in week 1, with systems in weeks 5 and 9; a third one is none of the site's business."""
    others = {"name": "elsewhere", "users": 0}
    systems = [
        {"name": f"system-{i}", "start_week": 0, "sites": [site], "stages": [{"name": "build", "weeks": weeks}]}
        for i, (site, weeks) in enumerate((("site", 4), ("site", 8), ("elsewhere", 6)))
    ]
    scenario = load("theory/integration").with_changes(
        {
            "horizon_weeks": 70,
            "sites": [{"name": "site", "users": 100}, others],
            "users.segments.everybody.onset_per_week": 0.02,
            "integration.systems": systems,
            "rollout.phases.wave-1.sites": ["site", "elsewhere"],
            "change_programme.load": {"other_changes_per_year": 3, "willingness_lost_per_change": 0.1},
        }
    )
    active = np.array([one.weekly["active_users"] for one in replicate(name, scenario, replications)])
    for week in (5, 9, 30, 57, 61, 70):
        limit = half_width * (4.0 if week < 30 else 1.0)  # few have started
        compare_mean(active[:, week - 1] / 100, under_load(week)).assert_agrees(half_width_limit=limit)
