"""Integration projects against theory: sums, rework, fat tails, merge bias, shared people, and what sites make of it.

A replication holds many independent systems, each a sample of its own.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from simulator.scenario import Scenario, load
from tests.theory.formulas.closed_forms_of_plans import (
    harmonic,
    makespan,
    mean_multiplier,
    mean_of_largest,
    mean_visits,
)
from tests.theory.simulated import WEEK_HOURS, observe, replicate
from tests.theory.statistics import compare_mean

slow = pytest.mark.slow
MANY = 100
FUNDED = 1.0
"""Week of funding in these scenarios."""


def exponential(mean: float) -> dict[str, Any]:
    return {"exponential": {"mean": mean}}


def lognormal(median: float, p90: float) -> tuple[dict[str, Any], stats.rv_frozen]:
    sigma = math.log(p90 / median) / stats.norm.ppf(0.9)
    return {"lognormal": {"median": median, "p90": p90}}, stats.lognorm(s=sigma, scale=median)


def programme(stages: list[dict[str, Any]], systems: int = MANY, horizon: int = 150, **changes: Any) -> Scenario:
    """So many systems with the same stages; changes of the section `integration`."""
    named = [{"name": f"system-{i}", "stages": stages} for i in range(systems)]
    return load("theory/integration").with_changes(
        {
            "horizon_weeks": horizon,
            "integration.systems": named,
            **{f"integration.{key}": value for key, value in changes.items()},
        }
    )


def live_weeks(name: str, scenario: Scenario, replications: int) -> np.ndarray:
    """Weeks from funding until each system is live, float64[replications, systems]."""
    weeks = observe(name, scenario, replications, lambda state: state.systems["live_at"].copy()) / WEEK_HOURS - FUNDED
    assert np.isfinite(weeks).all(), "a system is not live by the horizon"
    return weeks


ENGINES = [
    pytest.param("compiled", 20, 0.06, id="compiled-fast"),
    pytest.param("compiled", 300, 0.015, marks=slow, id="compiled"),
    pytest.param("reference", 3, 0.15, marks=slow, id="reference"),
]


@pytest.mark.parametrize(("name", "replications", "half_width"), ENGINES)
def test_stages_in_a_row_add_up(name, replications, half_width):
    laws = [lognormal(4, 12), lognormal(5, 15), lognormal(12, 30), lognormal(3, 8)]
    stages = [{"name": f"stage-{i}", "weeks": form} for i, (form, _) in enumerate(laws)]
    weeks = live_weeks(name, programme(stages, horizon=500), replications)
    compare_mean(weeks.ravel(), sum(law.mean() for _, law in laws)).assert_agrees(half_width_limit=half_width)


@pytest.mark.parametrize("rework", [0.25, 0.6])
def test_rework_is_a_geometric_series(rework):
    """A geometric number of exponentials is exponential: the whole law is known, not only its mean."""
    stages = [{"name": "review", "weeks": exponential(2), "rework": rework}]
    weeks = live_weeks("compiled", programme(stages), 400).ravel()
    expected = 2.0 * mean_visits(rework)
    compare_mean(weeks, expected).assert_agrees()
    assert stats.kstest(weeks, stats.expon(scale=expected).cdf).pvalue > 1e-6


def test_reviews_are_repeated_a_geometric_number_of_times():
    stages = [{"name": "review", "weeks": 1, "rework": 0.4}]
    visits = live_weeks("compiled", programme(stages), 200).ravel()
    assert np.allclose(visits, np.round(visits))  # each takes a week
    compare_mean(visits, mean_visits(0.4)).assert_agrees()
    counts = np.bincount(np.minimum(np.round(visits).astype(int), 9), minlength=10)[1:]
    law = stats.geom(0.6)
    expected = len(visits) * np.append(law.pmf(np.arange(1, 9)), law.sf(8))
    assert stats.chisquare(counts, expected).pvalue > 1e-6


@pytest.mark.parametrize(("probability", "cap"), [(0.2, 10.0), (0.5, 4.0), (1.0, 1e6)])
def test_the_fat_tail_multiplies_whole_projects(probability, cap):
    form, law = lognormal(3, 8)
    tail = {"tail.probability": probability, "tail.multiplier": form, "tail.cap": cap}
    halves = [{"name": "first-half", "weeks": 1}, {"name": "second-half", "weeks": 1}]
    scenario = programme(halves, horizon=400, **tail)
    weeks = live_weeks("compiled", scenario, 300).ravel()
    longer = probability * law.sf(1.0)
    assert stats.binomtest(int((weeks > 2.0 + 1e-9).sum()), len(weeks), longer).pvalue > 1e-6
    compare_mean(weeks, 2.0 * mean_multiplier(law, probability, cap)).assert_agrees(half_width_limit=0.015)
    assert weeks.min() >= 2.0 - 1e-9
    assert weeks.max() <= 2.0 * cap + 1e-9


@pytest.mark.parametrize(
    ("name", "stages", "replications", "half_width"),
    [
        pytest.param("compiled", 2, 200, 0.02, id="compiled-2"),
        pytest.param("compiled", 8, 200, 0.01, id="compiled-8"),
        pytest.param("reference", 4, 3, 0.1, id="reference-4"),
    ],
)
def test_parallel_exponential_stages_take_a_harmonic_number(name, stages, replications, half_width):
    side_by_side = [{"name": f"stage-{i}", "weeks": exponential(4), "after": []} for i in range(stages)]
    weeks = live_weeks(name, programme(side_by_side), replications).ravel()
    compare_mean(weeks, 4.0 * harmonic(stages)).assert_agrees(half_width_limit=half_width)
    law = stats.expon(scale=4.0)
    assert stats.kstest(weeks, lambda t: law.cdf(t) ** stages).pvalue > 1e-6


@pytest.mark.parametrize(
    ("replications", "half_width"),
    [pytest.param(200, 0.05, id="fast"), pytest.param(2500, 0.011, marks=slow, id="full")],
)
def test_the_programme_waits_for_the_last_system(replications, half_width):
    """The public measure: a hundred systems of 4 weeks each take 4 * H_100 = 20.7."""
    runs = replicate("compiled", programme([{"name": "stage", "weeks": exponential(4)}]), replications)
    weeks = [one.measures["integrations_live_week"] - one.measures["funded_week"] for one in runs]
    compare_mean(weeks, 4.0 * harmonic(MANY)).assert_agrees(half_width_limit=half_width)


@pytest.mark.parametrize(("second", "third"), [((12, 30), None), ((11, 28), (11, 20))])
def test_merge_bias(second, third):
    """Where paths meet, the mean is that of the latest, above the largest of the means."""
    laws = [lognormal(12, 30), lognormal(*second), *([lognormal(*third)] if third else [])]
    stages = [{"name": f"path-{i}", "weeks": form, "after": []} for i, (form, _) in enumerate(laws)]
    stages.append({"name": "merge", "weeks": 1, "after": [stage["name"] for stage in stages]})
    expected = mean_of_largest(*(law for _, law in laws)) + 1.0
    assert expected > 1.2 * (max(law.mean() for _, law in laws) + 1.0)
    compare_mean(live_weeks("compiled", programme(stages, horizon=500), 300).ravel(), expected).assert_agrees()


def test_systems_wait_for_those_they_build_on():
    """Thirty-three times: two systems side by side, and a third on top of both."""
    stages = [{"name": "stage", "weeks": exponential(4)}]
    systems = []
    for i in range(33):
        systems += [{"name": f"{side}-{i}", "stages": stages} for side in ("left", "right")]
        systems.append({"name": f"top-{i}", "stages": stages, "after": [f"left-{i}", f"right-{i}"]})
    scenario = load("theory/integration").with_changes({"integration.systems": systems, "horizon_weeks": 150})
    tops = live_weeks("compiled", scenario, 500)[:, 2::3]
    compare_mean(tops.ravel(), 4.0 * harmonic(2) + 4.0).assert_agrees()


@pytest.mark.parametrize(
    ("people", "rework", "replications", "half_width"),
    [
        pytest.param(1, 0.0, 300, 0.03, id="one-fast"),
        pytest.param(1, 0.0, 2000, 0.012, marks=slow, id="one"),
        pytest.param(3, 0.0, 2000, 0.012, marks=slow, id="three"),
        pytest.param(20, 0.0, 4000, 0.012, marks=slow, id="enough"),
        pytest.param(1, 0.25, 3000, 0.012, marks=slow, id="one-with-rework"),
    ],
)
@pytest.mark.parametrize("team", ["reviewers", "engineers"])
def test_shared_people_make_a_queue_of_projects(team, people, rework, replications, half_width):
    """Twenty systems that all need somebody for 2 weeks: the sum with one person, sum 1 / (c mu) + H_c / mu with c."""
    stages = [{"name": "stage", "weeks": exponential(2), "team": team, "rework": rework}]
    scenario = programme(stages, 20, 200, **{team: people})
    runs = replicate("compiled", scenario, replications)
    weeks = [one.measures["integrations_live_week"] - one.measures["funded_week"] for one in runs]
    expected = makespan(20, people, 2.0 * mean_visits(rework))
    compare_mean(weeks, expected).assert_agrees(half_width_limit=half_width)


@pytest.mark.parametrize(
    ("replications", "half_width"), [pytest.param(80, 0.06, id="fast"), pytest.param(800, 0.02, marks=slow, id="full")]
)
@pytest.mark.parametrize("go_live", ["when_ready", "on_date"])
def test_sites_wait_for_their_systems_or_carry_data_by_hand(go_live, replications, half_width):
    """With T exponential of mean 4 and a plan in week 3: E[max(T, 3)] = 3 + 4 exp(-3/4), of which by hand the rest."""
    names = [f"plant-{i}" for i in range(50)]
    system = {"stages": [{"name": "stage", "weeks": exponential(4)}]}
    scenario = load("theory/integration").with_changes(
        {
            "horizon_weeks": 100,
            "sites": [{"name": "site", "users": 0}, *({"name": name, "users": 0} for name in names)],
            "integration.systems": [{"name": name, "sites": [name], **system} for name in names],
            "rollout.phases": [{"name": "wave-1", "week": 3, "sites": ["site", *names]}],
            "rollout.go_live": go_live,
        }
    )
    runs = replicate("compiled", scenario, replications)
    live = np.array([one.sites["go_live_week"][1:] for one in runs], dtype=float) - FUNDED
    by_hand = np.array([one.sites["hand_carried_weeks"][1:] for one in runs], dtype=float)
    late = 4.0 * math.exp(-3.0 / 4.0)
    if go_live == "on_date":
        assert (live == 3.0).all()
        compare_mean(by_hand.ravel(), late).assert_agrees(half_width_limit=half_width)
    else:
        assert (by_hand == 0.0).all()
        compare_mean(live.ravel(), 3.0 + late).assert_agrees(half_width_limit=half_width / 2.0)


def test_stage_weeks_cost_what_they_cost():
    """On every path: the cost is the rate times the weeks that all stages were under way."""
    stages = [{"name": "stage", "weeks": exponential(4)}]
    scenario = programme(stages).with_changes(
        {"economics.integration_cost_per_stage_week": 1000.0, "economics.cost_per_hour": dict.fromkeys(
            ("tier1", "tier2", "tier3"), 0.0)}
    )  # fmt: skip
    weeks = live_weeks("compiled", scenario, 10).sum(axis=1)
    costs = [one.measures["programme_cost"] for one in replicate("compiled", scenario, 10)]
    assert costs == pytest.approx(1000.0 * weeks, rel=1e-9)
