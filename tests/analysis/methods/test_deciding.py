"""Funding from today: against what the model measures, closed forms of options, and stops that were simulated."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from scipy import stats

import simulator as sim
from simulator.analysis.methods.deciding.from_today import FromToday, worst_tenth
from simulator.analysis.methods.deciding.frontier import frontier
from simulator.analysis.methods.deciding.next_gate import (
    QA_TASKS,
    VALUE_ERROR,
    Review,
    _stopping,
    expected_gain,
    next_review,
)
from simulator.results.statistics import mean_of
from simulator.scenario.sections.rollout import Gate
from tests.analysis.test_attribute import SMALL

SEEN_AS = {"qa_tasks": QA_TASKS, "value_error": VALUE_ERROR}


@pytest.fixture(scope="module")
def small() -> sim.Result:
    return sim.run(sim.load(SMALL), replications=12, progress=False)


def test_the_worth_from_today_is_the_measure(small: sim.Result) -> None:
    money = FromToday.of(small)
    measured = [value for value in small.records.measure("value_from_funding") if value is not None]
    assert money.worth == pytest.approx(measured, rel=1e-12)
    assert sum(float(quarter["net"]) for quarter in money.quarters()) == pytest.approx(money.net.sum(axis=1).mean())
    assert money.quarters()[-1]["net_so_far"].value == pytest.approx(money.net.sum(axis=1).mean())
    rate = money.run_rate("value").value, money.run_rate("cost").value
    assert rate[0] - rate[1] == pytest.approx(small.estimate("run_rate_final")["mean"])


def test_nothing_before_the_decision_counts(small: sim.Result) -> None:
    money = FromToday.of(small)
    before = np.arange(money.cost.shape[1]) < money.decided[:, None]
    assert before.any()
    assert not money.cost[before].any()
    assert small.records.week_rows("cost")[small.funded][before].any()


def test_the_worst_tenth_of_a_normal_and_its_coverage() -> None:
    """The mean of the worst tenth of a standard normal is -phi(z) / 0.1, with z its quantile at a tenth."""
    truth = -stats.norm.pdf(stats.norm.ppf(0.1)) / 0.1
    big = worst_tenth(np.random.default_rng(1).normal(size=200_000))
    assert abs(big.value - truth) < 4.9 * (big.value - big.low) / 1.96
    assert big.value - big.low < 0.01
    covered = 0
    for seed in range(1_000):
        rng = np.random.default_rng(seed)
        x, weights = rng.normal(size=600), rng.uniform(0.2, 1.8, 600)
        found = worst_tenth(x, weights if seed % 2 else None)
        covered += found.low <= truth <= found.high
    assert 0.92 <= covered / 1_000 <= 0.98


def test_the_worst_tenth_takes_as_much_of_the_edge_as_belongs_to_it() -> None:
    assert worst_tenth(np.arange(15.0)).value == pytest.approx((1.0 * 0.0 + 0.5 * 1.0) / 1.5)
    assert worst_tenth(np.arange(9.0)).value is None
    few = worst_tenth(np.arange(50.0))
    assert few.value == pytest.approx(2.0)
    assert few.low is None
    weighted = worst_tenth(np.array([3.0, 1.0, 2.0] + [9.0] * 17), np.array([0.0, 1.0, 1.0] + [1.0] * 17))
    assert weighted.value == pytest.approx((1.0 * 1.0 + 0.9 * 2.0) / 1.9)


@pytest.mark.parametrize("seed", range(3))
def test_no_point_of_a_frontier_can_be_bettered(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 40
    adoption, cost, weights = rng.uniform(size=n), rng.uniform(size=n), rng.uniform(0.5, 1.5, n)
    adoption[:5] = np.nan
    for confidence in (0.3, 0.6):
        points = frontier(adoption, cost, confidence, weights)
        assert points
        for point in points:
            assert weights[(adoption >= point.adoption) & (cost <= point.cost)].sum() >= confidence * weights.sum()
        better = [
            (a, c)
            for (a, c), point in product(product(adoption[5:], cost), points)
            if c <= point.cost
            and a > point.adoption
            and weights[(adoption >= a) & (cost <= c)].sum() >= confidence * weights.sum()
        ]
        assert better == []
    assert frontier(adoption, cost, 0.95, weights) == ()
    assert frontier(np.zeros(n), cost, 0.5) == ()


def test_what_stopping_is_worth_where_the_future_is_seen_and_where_it_is_not() -> None:
    """Of a gain ~ N(mu, 1): the worth of stopping where it is below 0 is E[max(-g, 0)] if it is seen, else 0."""
    mu, n = 0.3, 20_000
    rng = np.random.default_rng(2)
    gain, noise = rng.normal(mu, 1.0, n), rng.normal(size=n)
    for seen, correlation in (([gain], 1.0), ([gain + noise], math.sqrt(0.5)), ([noise], 0.0)):
        stop = expected_gain(gain, [*seen, rng.normal(size=n)]) < 0.0
        worth = np.where(stop, -gain, 0.0)
        # The expectation given what is seen is N(mu, correlation); Black and Scholes' formula for a normal value.
        d = mu / correlation if correlation else math.inf
        truth = correlation * stats.norm.pdf(d) - mu * stats.norm.cdf(-d) if correlation else 0.0
        error = worth.std() / math.sqrt(n)
        assert abs(worth.mean() - truth) < 4.9 * error + 1e-12
        assert error < 0.01


def test_luck_stops_nobody() -> None:
    """What is seen tells nothing: a rule that every replication learned from itself would be worth something."""
    worths = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        gain = rng.normal(0.0, 1.0, 60)
        stop = expected_gain(gain, [rng.normal(size=60) for _ in range(6)]) < 0.0
        worths.append(float(np.where(stop, -gain, 0.0).mean()))
    assert np.mean(worths) < 4.9 * np.std(worths) / math.sqrt(300)
    assert np.std(worths) / math.sqrt(300) < 0.01


@pytest.mark.slow
@pytest.mark.parametrize("mu", [-0.5, 0.0, 0.3])
def test_intervals_of_the_worth_of_stopping_cover_it_and_it_is_rather_told_too_low(mu: float) -> None:
    spread = math.sqrt(0.5)
    truth = spread * stats.norm.pdf(mu / spread) - mu * stats.norm.cdf(-mu / spread)
    found = []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        gain = rng.normal(mu, 1.0, 400)
        seen = [gain + rng.normal(size=400), *(rng.normal(size=400) for _ in range(8))]
        found.append(mean_of(np.where(expected_gain(gain, seen) < 0.0, -gain, 0.0)))
    assert 0.9 <= np.mean([one.low <= truth <= one.high for one in found]) <= 0.98
    mean, error = np.mean(found), np.std(found) / math.sqrt(400)
    assert error < 0.01
    assert 0.95 * truth - 4.9 * error < mean < truth + 4.9 * error


def test_the_next_gate_is_the_first_by_date_and_half_a_year_without_one() -> None:
    plan = sim.load("typical-programme")
    assert next_review(plan) == Review("home-works", 16.0)
    assert next_review(plan.with_changes({"rollout.time_scale": 2})) == Review("home-works", 32.0)
    assert next_review(sim.load("retail-chatbot")) == Review("", 26.0)
    gates = {field: Gate.model_fields[field].get_default(call_default_factory=True) for field in SEEN_AS}
    assert {field: float(str(default)) for field, default in gates.items()} == SEEN_AS


@pytest.mark.slow
@pytest.mark.parametrize(("gate", "weeks"), [("home-works", 16.0), ("europe-works", 31.0)])
def test_a_stop_costs_what_stops_that_are_simulated_cost(gate: str, weeks: float) -> None:
    """The same plan with a gate that nothing passes: the worth of a stop is told within 2% of what is spent."""
    plan = sim.load("typical-programme")
    place = next(index for index, one in enumerate(plan.rollout.gates) if one.name == gate)
    criteria = {
        f"rollout.gates.{gate}.criteria.{index}.at_least": 0.9999
        for index in range(len(plan.rollout.gates[place].criteria))
    }
    never = plan.with_changes(
        {f"rollout.gates.{gate}.max_holds": 0, f"rollout.gates.{gate}.combine": "all", **criteria}
    )
    here, there = (sim.run(one, replications=120, progress=False) for one in (plan, never))
    money = FromToday.of(here)
    funded_week = np.array([value for value in here.records.measure("funded_week") if value is not None])
    week = np.floor(funded_week + weeks + 1e-9).astype(int)
    before = np.arange(money.cost.shape[1]) < week[:, None]
    told = np.where(before, money.net * money.discounts, 0.0).sum(axis=1) + _stopping(here, money, week)
    simulated = np.array([value for value in there.records.measure("value_from_funding") if value is not None])
    stopped = np.array([str(name) == gate for name in np.array(there.records.measure("stopped_at_gate"))[there.funded]])
    spends = (
        np.where(before, one.records.week_rows("cost")[one.funded] * money.discounts, 0.0).sum(axis=1)
        for one in (here, there)
    )
    held = np.isclose(*spends)
    compared = stopped & held  # an earlier gate may hold: then this one is read later than planned
    assert np.count_nonzero(compared) > 40
    spent = -np.where(before, money.net * money.discounts, 0.0).sum(axis=1)[compared].mean()
    assert abs((told - simulated)[compared].mean()) < 0.02 * spent
