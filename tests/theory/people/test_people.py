"""People who come and go, against theory: onset as a pure-birth process, staff turnover, posts of the team."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from scipy import stats

from simulator import engine
from simulator.scenario import load
from tests.theory.formulas.closed_forms_of_plans import (
    availability,
    availability_over,
    bass_rates,
    birth_distribution,
    birth_time,
    markov_shares,
)
from tests.theory.simulated import SEED, WEEK_HOURS, observe, replicate
from tests.theory.statistics import Z_LIMIT, compare_mean

slow = pytest.mark.slow
LOGNORMAL = stats.lognorm(s=math.log(2.0) / stats.norm.ppf(0.9), scale=12.0)


# ---- onset


@pytest.mark.parametrize(
    ("name", "users", "innovation", "imitation", "replications", "half_width"),
    [
        pytest.param("compiled", 50, 0.05, 0.4, 300, 0.05, id="compiled"),
        pytest.param("compiled", 5, 0.1, 1.0, 500, 0.08, marks=slow, id="compiled-few"),
        pytest.param("compiled", 50, 0.05, 0.4, 3000, 0.015, marks=slow, id="compiled-long"),
        pytest.param("reference", 20, 0.1, 0.5, 60, 0.25, marks=slow, id="reference"),
    ],
)
def test_the_kth_adopter_comes_when_a_pure_birth_process_says(
    name, users, innovation, imitation, replications, half_width
):
    """The first, the middle and the last onset: mean and variance of sums of independent exponentials."""
    scenario = load("theory/bass-onboarded").with_changes(
        {
            "horizon_weeks": 60 if innovation < 0.1 else 100,
            "sites.site.users": users,
            "users.segments.everybody.onset_per_week": innovation,
            "users.word_of_mouth_per_week": imitation,
        }
    )
    plan = engine.build(scenario)
    times = np.array(
        [
            [event.time_hours for event in engine.trace(plan, n, SEED, name) if event.kind == "started-using"]
            for n in range(replications)
        ]
    )
    assert times.shape == (replications, users)
    rates = bass_rates(users, innovation, imitation)
    for k in (1, (users + 1) // 2, users):
        mean, variance = birth_time(rates, k)
        weeks = times[:, k - 1] / WEEK_HOURS
        limit = max(half_width, 2.2 * math.sqrt(variance / replications) / mean)  # the first one's spread is its mean
        error = math.sqrt(variance / replications)  # known, where few skewed times would tell too little of it
        assert abs(weeks.mean() - mean) < Z_LIMIT * error
        compare_mean(weeks, mean).assert_agrees(z_limit=math.inf, half_width_limit=limit)
        if replications >= 300:
            compare_mean((weeks - mean) ** 2, variance).assert_agrees(half_width_limit=0.4)


@pytest.mark.parametrize("replications", [1000, pytest.param(8000, marks=slow)])
@pytest.mark.parametrize(("users", "innovation", "imitation"), [(50, 0.05, 0.4), (6, 0.02, 1.5)])
def test_the_number_of_adopters_has_the_law_of_the_birth_process(users, innovation, imitation, replications):
    """Not only its mean: the whole distribution after 2, 4 and 8 weeks, by the matrix exponential."""
    scenario = load("theory/bass-onboarded").with_changes(
        {
            "horizon_weeks": 8,
            "sites.site.users": users,
            "users.segments.everybody.onset_per_week": innovation,
            "users.word_of_mouth_per_week": imitation,
        }
    )
    active = np.array([one.weekly["active_users"] for one in replicate("compiled", scenario, replications)])
    for week in (2, 4, 8):
        law = birth_distribution(bass_rates(users, innovation, imitation), float(week))
        counts = np.bincount(active[:, week - 1].astype(int), minlength=users + 1)
        # neighbouring numbers are put together until ten are expected
        edges, mass = [0], 0.0
        for k, share in enumerate(law):
            mass += share * replications
            if mass >= 10.0:
                edges.append(k + 1)
                mass = 0.0
        edges[-1] = users + 1
        expected = replications * np.add.reduceat(law, edges[:-1])
        found = np.add.reduceat(counts, edges[:-1])
        assert len(expected) >= 4
        assert stats.chisquare(found, expected * found.sum() / expected.sum()).pvalue > 1e-6, f"week {week}"


# ---- staff turnover


def turnover_shares(weeks: float, hazard: float, onset: float, learning: float) -> np.ndarray:
    """Shares of the experienced, of the untrained who have not begun, and of those who learn by doing."""
    return markov_shares([[0, hazard, 0], [0, 0, onset], [learning, hazard, 0]], 0, weeks)


@pytest.mark.parametrize(
    ("name", "per_year", "replications", "half_width"),
    [
        pytest.param("compiled", 2.0, 100, 0.04, id="compiled"),
        pytest.param("compiled", 2.0, 1500, 0.012, marks=slow, id="compiled-long"),
        pytest.param("compiled", 12.0, 600, 0.012, marks=slow, id="compiled-busy"),
        pytest.param("reference", 2.0, 20, 0.1, marks=slow, id="reference"),
    ],
)
def test_turnover_leaves_a_share_untrained(name, per_year, replications, half_width):
    scenario = load("theory/turnover").with_changes({"users.turnover_per_year": per_year})
    hazard, onset, learning = per_year / 52.0, 0.5 * 0.2, 1.0 / 5.0
    runs = replicate(name, scenario, replications)
    for week in (4, 13, 52):
        experienced, idle, learner = 100.0 * turnover_shares(week, hazard, onset, learning)
        waiting = [one.weekly["users_onboarded"][week - 1] for one in runs]
        active = [one.weekly["active_users"][week - 1] for one in runs]
        compare_mean(waiting, idle).assert_agrees(half_width_limit=2.0 * half_width)
        compare_mean(active, experienced + learner).assert_agrees(half_width_limit=half_width)
    untrained = observe(name, scenario, min(replications, 300), lambda state: state.cells["untrained"].sum())
    _, idle, learner = 100.0 * turnover_shares(52.0, hazard, onset, learning)
    compare_mean(untrained, idle + learner).assert_agrees(half_width_limit=4.0 * half_width)


def test_turnover_shares_settle_where_flows_balance():
    hazard, onset, learning = 0.04, 0.1, 0.2
    _, idle, learner = turnover_shares(2000.0, hazard, onset, learning)
    assert idle == pytest.approx(hazard / (hazard + onset))
    assert learner == pytest.approx(onset * idle / (learning + hazard))


@slow
def test_replacements_are_poisson_counts():
    scenario = load("theory/turnover")
    plan = engine.build(scenario)
    weeks = np.array(
        [
            [
                Counter(
                    int(event.time_hours // (13 * WEEK_HOURS))
                    for event in engine.trace(plan, n, SEED)
                    if event.kind == "replaced"
                )[quarter]
                for quarter in range(4)
            ]
            for n in range(150)
        ]
    )
    expected = 100 * 2.0 * 13.0 / 52.0  # of each quarter, whoever is there
    compare_mean(weeks.ravel(), expected).assert_agrees(half_width_limit=0.015)
    dispersion, freedom = float(np.sum((weeks - expected) ** 2) / expected), weeks.size
    assert abs(dispersion - freedom) < 4.9 * math.sqrt(freedom * (2.0 + 1.0 / expected))


# ---- posts of the data science team


@pytest.mark.parametrize(
    ("name", "replications", "half_width"),
    [
        pytest.param("compiled", 20, 0.01, id="compiled"),
        pytest.param("reference", 10, 0.03, id="reference"),
    ],
)
def test_posts_are_filled_as_an_alternating_renewal_process(name, replications, half_width):
    weeks = 520 if name == "compiled" else 104
    scenario = load("theory/attrition").with_changes({"horizon_weeks": weeks})
    runs = replicate(name, scenario, replications)
    filled = [one.measures["programme_cost"] / (50.0 * weeks * WEEK_HOURS) for one in runs]
    compare_mean(filled, availability_over(52.0, 13.0, weeks)).assert_agrees(half_width_limit=half_width)


@pytest.mark.parametrize(("hiring", "mean"), [({"lognormal": {"median": 12, "p90": 24}}, LOGNORMAL.mean()), (26, 26.0)])
def test_the_share_of_filled_posts_settles_whatever_the_hiring_times(hiring, mean):
    scenario = load("theory/attrition").with_changes({"data_science_team.hiring_weeks": hiring})
    runs = replicate("compiled", scenario, 60)
    filled = [one.weekly["cost"][260:].mean() / (50.0 * WEEK_HOURS) for one in runs]
    compare_mean(filled, availability(52.0, mean)).assert_agrees()
