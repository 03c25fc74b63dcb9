"""Decisions against theory: what gates see, how long a sponsor is patient, how many agents a service level needs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from simulator.model.measures.staffing_need import agents_needed
from simulator.model.programme.gates import binomial_quantile
from simulator.model.state.columns import COLUMNS
from simulator.scenario import load
from tests.model.small import FUNDED_WEEK, Ran, small
from tests.theory.formulas.closed_forms import erlang_c as exact_erlang_c
from tests.theory.formulas.closed_forms import mmc_share_served_within
from tests.theory.simulated import observe, replicate
from tests.theory.statistics import compare_mean, compare_ratio

slow = pytest.mark.slow


# ---- what a gate sees


@pytest.mark.parametrize("n", [1, 2, 7, 50, 200, 1000, 5000])
@pytest.mark.parametrize("p", [0.0, 1e-6, 0.01, 0.3, 0.5, 0.61, 0.94, 0.999, 1.0])
def test_samples_are_binomial_quantiles(n, p):
    for u in (np.arange(199) + 0.5) / 199.0:
        assert binomial_quantile(n, p, float(u)) == int(max(0.0, stats.binom.ppf(u, n, p))), (n, p, u)
    for u in (1e-12, 1e-6, 1.0 - 1e-6, 1.0 - 1e-9):
        assert binomial_quantile(n, p, u) == int(max(0.0, stats.binom.ppf(u, n, p))), (n, p, u)


@pytest.mark.parametrize(
    ("name", "accuracy", "level", "sample", "replications", "half_width"),
    [
        pytest.param("compiled", 0.88, 0.9, 200, 300, 0.15, id="compiled-false-pass"),
        pytest.param("compiled", 0.88, 0.9, 200, 6000, 0.03, marks=slow, id="compiled-false-pass-long"),
        pytest.param("compiled", 0.92, 0.9, 200, 3000, 0.015, marks=slow, id="compiled-true-pass"),
        pytest.param("compiled", 0.88, 0.9, 50, 4000, 0.03, marks=slow, id="compiled-small-sample"),
        pytest.param("reference", 0.88, 0.9, 50, 20, 0.5, id="reference"),
    ],
)
def test_a_gate_passes_as_often_as_a_binomial_tail(name, accuracy, level, sample, replications, half_width):
    """Readings until the first pass: passes over readings, whose difference from p is a martingale stopped."""
    scenario = load("theory/decisions").with_changes(
        {
            "horizon_weeks": 30,
            "ai.reference_accuracy": accuracy,
            "rollout.funding_gate.qa_tasks": sample,
            "rollout.sponsor": None,
        }
    )
    gates = observe(name, scenario, replications, lambda state: (state.gates["passed"][0], state.gates["readings"][0]))
    least = math.ceil(level * sample - 1e-9)
    expected = float(stats.binom.sf(least - 1, sample, accuracy))
    compare_ratio(gates[:, 0], gates[:, 1], expected).assert_agrees(half_width_limit=half_width)
    assert gates[:, 1].max() <= 21


@pytest.mark.parametrize(("holds", "replications"), [(0, 3000), (2, 3000)])
@slow
def test_holds_give_further_chances(holds, replications):
    scenario = load("theory/decisions").with_changes(
        {"rollout.funding_gate.max_holds": holds, "rollout.sponsor": None, "horizon_weeks": 30}
    )
    runs = replicate("compiled", scenario, replications)
    once = float(stats.binom.sf(179, 200, 0.88))
    expected = 1.0 - (1.0 - once) ** (holds + 1)
    compare_mean([one.measures["funded"] for one in runs], expected).assert_agrees(half_width_limit=0.07)
    for one in runs:
        funded = one.measures["funded"]
        assert one.measures["outcome"] != "not_funded" if funded else one.measures["outcome"] == "not_funded"
        assert funded or one.measures["stopped_at_gate"] == "funding"


# ---- what a reading of a site sees


@pytest.mark.parametrize(
    ("name", "sample", "replications", "half_width"),
    [
        pytest.param("compiled", 200, 60, 0.03, id="compiled"),
        pytest.param("compiled", 200, 700, 0.01, marks=slow, id="compiled-long"),
        pytest.param("compiled", 50, 700, 0.01, marks=slow, id="compiled-small-sample"),
        pytest.param("reference", 200, 12, 0.1, id="reference"),
    ],
)
def test_a_site_is_retrained_as_often_as_a_binomial_tail(name, sample, replications, half_width):
    """Every week its answers, right with 0.88, are read; retraining takes no time and changes nothing."""
    scenario = load("theory/decisions").with_changes(
        {
            "horizon_weeks": 60,
            "integration.hand_carried.extra_errors": 0,
            "rollout.funding_gate": None,
            "rollout.sponsor": None,
            "ai.retraining": {"every_weeks": None, "effort_hours": 0, "deploy_weeks": 0},
            "rollout.watch": {"first_weeks": 1, "every_weeks": 1, "qa_tasks": sample, "accuracy_below": 0.9,
                              "active_share_below": None, "actions_per_site": 100},
        }
    )  # fmt: skip
    seen = observe(name, scenario, replications, lambda state: (state.sites["actions"][0], state.sites["readings"][0]))
    assert (seen[:, 1] == 52).all()  # in weeks 9 to 60: funded, and live, in week 8
    expected = float(stats.binom.cdf(math.ceil(0.9 * sample) - 1, sample, 0.88))
    compare_ratio(seen[:, 0], seen[:, 1], expected).assert_agrees(half_width_limit=half_width)


# ---- how long a sponsor is patient


@pytest.mark.parametrize("name", ["compiled", "reference"])
@pytest.mark.parametrize(("share", "drop"), [(0.0, 4.0), (0.125, 3.0), (0.25, 2.0)])
def test_a_sponsor_without_value_shelves_the_programme_when_patience_is_spent(name, share, drop):
    """Value at `share` of plan where half is expected: 4 (1 - share / 0.5) weeks of patience a review, on each path."""
    scenario = load("theory/decisions").with_changes(
        {"rollout.funding_gate": None, "integration.hand_carried.extra_errors": 1.0 - share, "horizon_weeks": 260}
    )
    runs = replicate(name, scenario, 200 if name == "compiled" else 5)
    for one in runs:
        (patience,) = one.inputs
        reviews = math.ceil(patience / drop - 1e-9)
        assert one.measures["funded_week"] == 8.0
        assert one.measures["shelved_week"] - one.measures["funded_week"] == 4.0 * reviews
        assert one.measures["outcome"] == "shelved"
    if name == "compiled":  # and patience is what was asked for
        law = stats.lognorm(s=math.log(2.0) / stats.norm.ppf(0.9), scale=10.0)
        assert stats.kstest([one.inputs[0] for one in runs], law.cdf).pvalue > 1e-6


@pytest.mark.parametrize("share", [0.5, 0.75, 1.0])
def test_a_sponsor_who_sees_enough_is_patient_for_ever(share):
    scenario = load("theory/decisions").with_changes(
        {"rollout.funding_gate": None, "integration.hand_carried.extra_errors": 1.0 - share, "horizon_weeks": 260,
         "rollout.sponsor.expected_share": 0.499}
    )  # fmt: skip
    for one in replicate("compiled", scenario, 20):
        assert one.measures["shelved_week"] is None


# ---- how many agents a service level needs


@pytest.mark.parametrize(
    ("calls_per_hour", "handling_seconds", "agents", "waits", "within"),
    [
        pytest.param(200.0, 180.0, 14, 0.1741, 0.8884, id="documentation of the R package ErlangC"),
        pytest.param(1000.0, 120.0, 40, 0.1907, 0.9372, id="documentation of the package call-center-tools"),
    ],
)
def test_staffing_matches_published_call_centres(calls_per_hour, handling_seconds, agents, waits, within):
    load_ = calls_per_hour * handling_seconds / 3600.0
    handling, target = handling_seconds / 3600.0, 20.0 / 3600.0
    assert exact_erlang_c(load_, agents) == pytest.approx(waits, abs=0.5e-4)
    assert agents_needed(load_, handling, target, within - 0.5e-4) == agents
    assert agents_needed(load_, handling, target, within + 0.5e-4) == agents + 1


@pytest.mark.parametrize("load_", [0.01, 0.5, 1.0, 3.0, 9.7, 40.0, 250.0, 999.5])
@pytest.mark.parametrize("share", [0.5, 0.8, 0.95, 0.999])
def test_the_smallest_number_of_agents_that_meets_a_service_level(load_, share):
    handling, target = 0.25, 0.1
    needed = agents_needed(load_, handling, target, share)
    rate = load_ / handling

    def reached(agents: int) -> float:
        return mmc_share_served_within(rate, 1.0 / handling, agents, target) if agents > load_ else 0.0

    assert reached(needed) >= share - 1e-12
    assert reached(needed - 1) < share


@pytest.mark.parametrize(("logged", "handling"), [(1.0, 1.0), (1 / 3, 1.0), (0.5, 0.6)])
def test_a_help_desk_has_so_many_times_the_work_that_its_pilot_told(logged, handling):
    """Users alike in pilot and roll-out: planned work is the real one times the logged share and the pilot's pace."""
    scenario = load("theory/decisions").with_changes(
        {
            "horizon_weeks": 40,
            "sites.site.users": 1000,
            "pilot.users_per_site": 1000,
            "pilot.logged_share": logged,
            "pilot.handling_factor": handling,
            "users.tasks_per_user_week": 0,
            "support.how_to_per_user_week": 2,
            "support.planning": "from_pilot",
            "support.tiers.tier1.agents": 100,
            "rollout.funding_gate": None,
            "rollout.sponsor": None,
        }
    )
    factors = [one.measures["support_workload_factor"] for one in replicate("compiled", scenario, 16)]
    compare_mean(factors, 1.0 / (logged * handling)).assert_agrees(half_width_limit=0.02)


def test_planned_people_are_planned_to_work_at_the_target_occupancy() -> None:
    """One in tier 1, another to come, and one in tier 2, forty hours each; what an active user asks for."""
    ran = Ran(small(support={"target_occupancy": 0.7}))
    assert ran.state.world["planned_work"][0] == pytest.approx(3 * 40 * 0.7)
    first = int(FUNDED_WEEK)
    hours = 0.0
    for tier in ("tier1", "tier2"):
        arrived, served, busy = (
            ran.state.weekly[first:, COLUMNS[f"{what}_{tier}"]].sum() for what in ("arrived", "served", "busy_hours")
        )
        hours += arrived * busy / served
    active = ran.weekly["active_users"][first:].sum()
    expected = hours / active * 110 * ran.measures["adoption_pilot"] / (3 * 40 * 0.7)
    assert ran.measures["support_workload_factor"] == pytest.approx(expected, rel=1e-12)
