"""The closed forms of projects, chains, renewal and money against published numbers, or by another way."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from tests.theory.formulas.closed_forms import (
    cobham_mean_waits,
    machine_and_tickets,
    mg1_mean_wait,
    mmc_mean_wait,
    mmc_priority_mean_waits,
    pitman_yor_mean_types,
    sliced_mean_wait,
)
from tests.theory.formulas.closed_forms_of_plans import (
    annuity,
    availability,
    availability_over,
    bass_rates,
    birth_distribution,
    birth_time,
    failures_until,
    harmonic,
    makespan,
    markov_shares,
    mean_multiplier,
    mean_of_largest,
    mean_over_week,
    pitman_yor_mean_types_met,
)


def test_priorities_share_out_the_same_work():
    """Kleinrock's conservation law: the sum of load times wait does not depend on the order of the classes."""
    rates, means, moments = [0.3, 0.2, 0.1], [1.0, 0.5, 2.0], [2.0, 0.3, 7.0]
    loads = [rate * mean for rate, mean in zip(rates, means, strict=True)]
    forward = cobham_mean_waits(rates, means, moments)
    backward = cobham_mean_waits(rates[::-1], means[::-1], moments[::-1])[::-1]
    work = [sum(load * wait for load, wait in zip(loads, waits, strict=True)) for waits in (forward, backward)]
    assert work[0] == pytest.approx(work[1])
    residual = 0.5 * sum(rate * moment for rate, moment in zip(rates, moments, strict=True))
    assert work[0] == pytest.approx(sum(loads) * residual / (1.0 - sum(loads)))


def test_one_class_is_a_queue_without_priorities():
    assert cobham_mean_waits([0.7], [1.0], [1.0 + 0.5**2]) == pytest.approx([mg1_mean_wait(0.7, 1.0, 0.5)])
    assert mmc_priority_mean_waits([8.0], 4.0, 3) == pytest.approx([mmc_mean_wait(8.0, 4.0, 3)])
    both = mmc_priority_mean_waits([5.0, 3.0], 4.0, 3)
    assert (5.0 * both[0] + 3.0 * both[1]) / 8.0 == pytest.approx(mmc_mean_wait(8.0, 4.0, 3))
    single = cobham_mean_waits([0.3, 0.4], [1.0, 1.0], [2.0, 2.0])
    assert mmc_priority_mean_waits([0.3, 0.4], 1.0, 1) == pytest.approx(single)


def test_a_slice_as_long_as_the_work_is_no_slice():
    first, _ = cobham_mean_waits([0.5, 0.2], [0.4, 2.0], [0.4**2, 2.0**2])
    assert sliced_mean_wait(0.5, 0.4, 0.4**2, 0.4, 2.0) == pytest.approx(first)


def test_too_much_work_is_refused():
    with pytest.raises(ValueError, match="load"):
        cobham_mean_waits([0.5, 0.6], [1.0, 1.0], [1.0, 1.0])


def test_a_machine_and_tickets_reduce_to_what_is_known():
    rare = machine_and_tickets(0.7, 1.0, 1e-9, 1.0, repairs_first=True)
    assert rare.mean_wait == pytest.approx(mmc_mean_wait(0.7, 1.0, 1), rel=1e-6)
    alone = machine_and_tickets(1e-9, 1.0, 0.5, 2.0, repairs_first=True)
    assert alone.down_share == pytest.approx(1.0 - availability(2.0, 0.5), rel=1e-6)
    first, last = (machine_and_tickets(0.5, 1.0, 0.1, 0.5, order) for order in (True, False))
    assert first.mean_wait > last.mean_wait
    assert first.down_share < last.down_share


def test_harmonic_numbers_and_makespans():
    assert harmonic(4) == pytest.approx(25.0 / 12.0)
    assert makespan(20, 1, 2.0) == pytest.approx(40.0)  # one after the other
    assert makespan(5, 9, 2.0) == pytest.approx(2.0 * harmonic(5))
    assert makespan(5, 5, 2.0) == pytest.approx(2.0 * harmonic(5))
    assert makespan(3, 2, 1.0) == pytest.approx(0.5 + 0.5 + 1.0)


def test_the_mean_of_the_largest():
    assert mean_of_largest(*[stats.expon(scale=3.0)] * 4) == pytest.approx(3.0 * harmonic(4))
    assert mean_of_largest(stats.uniform(0, 1), stats.uniform(0, 1)) == pytest.approx(2.0 / 3.0, rel=1e-6)
    law = stats.lognorm(s=0.7)  # of two alike: 2 m Phi(s / sqrt 2)
    assert mean_of_largest(law, law) == pytest.approx(2.0 * law.mean() * stats.norm.cdf(0.7 / math.sqrt(2.0)))


def test_the_mean_multiplier():
    assert mean_multiplier(stats.uniform(0.5, 1.0), 1.0, 2.0) == pytest.approx(0.5 + 0.5 * 1.25)
    assert mean_multiplier(stats.uniform(2.0, 2.0), 0.5, 3.0) == pytest.approx(0.5 + 0.5 * (0.5 * 2.5 + 0.5 * 3.0))
    law = stats.lognorm(s=0.7, scale=3.0)  # without a cap: E[max(1, X)] = P(X < 1) + E[X; X > 1]
    z = math.log(3.0) / 0.7
    whole = stats.norm.cdf(-z) + law.mean() * stats.norm.cdf(z + 0.7)
    assert mean_multiplier(law, 1.0, 1e6) == pytest.approx(whole, rel=1e-6)


def test_a_birth_process_without_imitation_is_binomial():
    rates = bass_rates(10, 0.3, 0.0)
    law = birth_distribution(rates, 2.0)
    assert law == pytest.approx(stats.binom.pmf(np.arange(11), 10, -math.expm1(-0.6)))
    mean, variance = birth_time(rates, 10)
    assert mean == pytest.approx(harmonic(10) / 0.3)
    assert variance == pytest.approx(sum(1.0 / (0.3 * k) ** 2 for k in range(1, 11)))
    # by time t the k-th has come as often as k or more have
    late = birth_distribution(bass_rates(6, 0.1, 0.9), 400.0)
    assert late[-1] == pytest.approx(1.0)


def test_alternating_renewal():
    assert availability(3.0, 1.0) == 0.75
    assert markov_shares([[0, 1 / 3.0], [1.0, 0]], 0, 500.0) == pytest.approx([0.75, 0.25])
    steps = (np.arange(4000) + 0.5) * 5.0 / 4000.0
    mean = np.mean([markov_shares([[0, 1 / 3.0], [1.0, 0]], 0, t)[0] for t in steps[::40]])
    assert availability_over(3.0, 1.0, 5.0) == pytest.approx(mean, rel=2e-3)
    assert failures_until(2.0, 0.0, 100.0) == pytest.approx(50.0)
    assert failures_until(2.0, 3.0, 1e4) / 1e4 == pytest.approx(1.0 / 5.0, rel=1e-3)
    assert mean_over_week(lambda hour: hour) == pytest.approx(84.0)


@pytest.mark.parametrize(("discount", "concentration"), [(0.0, 5.0), (0.5, 10.0), (0.3, -0.1), (0.8, 2.0)])
def test_types_met_once_are_the_distinct_types(discount, concentration):
    n = np.arange(100, 320)
    distinct = [pitman_yor_mean_types(int(k), discount, concentration) for k in n]
    expected = float(np.dot(stats.poisson.pmf(n, 200.0), distinct))
    assert pitman_yor_mean_types_met(200.0, 1, discount, concentration) == pytest.approx(expected, rel=1e-5)


def test_all_draws_belong_to_a_type():
    """Summed over thresholds, types met at least so often count each draw once."""
    total = math.fsum(pitman_yor_mean_types_met(30.0, times, 0.2, 3.0) for times in range(1, 80))
    assert total == pytest.approx(30.0, rel=1e-5)


def test_an_annuity_is_the_sum_of_its_payments():
    weeks = np.arange(1, 105)
    assert annuity(3.0, 104, 0.08) == pytest.approx(float(np.sum(3.0 * 1.08 ** (-weeks / 52.0))))
    assert annuity(3.0, 104, 0.0) == 312.0
    assert annuity(1.0, 52 * 400, 0.1) == pytest.approx(1.0 / (1.1 ** (1 / 52) - 1.0))  # a perpetuity
