"""The closed forms against published numbers and against results that follow by another way."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.theory.formulas.closed_forms import (
    Station,
    erlang_a,
    erlang_b,
    erlang_c,
    mean_distinct_types,
    mean_distinct_types_poisson,
    mg1_mean_wait,
    mmc_mean_wait,
    mmc_share_served_within,
    pitman_yor_mean_new_share,
    pitman_yor_mean_types,
    stick_breaking_mean_remainder,
    tandem_mean_waits,
)

SECONDS = 3600.0


def near(expected, digits):
    """`expected` as printed, to half a unit of its last digit."""
    return pytest.approx(expected, abs=0.5 * 10.0**-digits)


@pytest.mark.parametrize(
    ("calls_per_hour", "handling_seconds", "agents", "wait_probability", "within_20_seconds", "mean_wait_seconds"),
    [
        pytest.param(200.0, 180.0, 14, 0.1741, 0.8884, 7.84, id="documentation of the R package ErlangC"),
        pytest.param(1000.0, 120.0, 40, 0.1907, 0.9372, 3.43, id="documentation of the package call-center-tools"),
    ],
)
def test_erlang_c_matches_published_call_centres(
    calls_per_hour, handling_seconds, agents, wait_probability, within_20_seconds, mean_wait_seconds
):
    service_rate = SECONDS / handling_seconds
    assert erlang_c(calls_per_hour / service_rate, agents) == near(wait_probability, 4)
    assert mmc_share_served_within(calls_per_hour, service_rate, agents, 20 / SECONDS) == near(within_20_seconds, 4)
    assert mmc_mean_wait(calls_per_hour, service_rate, agents) * SECONDS == near(mean_wait_seconds, 2)


def test_one_server_waits_as_the_textbook_says():
    assert erlang_c(0.8, 1) == pytest.approx(0.8)
    assert mmc_mean_wait(0.8, 1.0, 1) == pytest.approx(0.8 / 0.2)


@pytest.mark.parametrize("load", [3.0, 3.5, -0.1, math.nan])
def test_a_load_without_steady_state_is_refused(load):
    with pytest.raises(ValueError, match="offered load"):
        erlang_c(load, 3)


def test_erlang_a_matches_the_published_comparison_with_erlang_c():
    """50 agents, 48 calls a minute of one minute each, mean patience two minutes (Garnett, Mandelbaum, Reiman 2002)."""
    result = erlang_a(arrival_rate=48.0, service_rate=1.0, servers=50, patience_rate=0.5)
    assert result.abandonment_probability == near(0.031, 3)
    assert result.mean_wait * 60.0 == near(3.7, 1)
    assert result.mean_queue == near(3.0, 0)
    assert result.utilisation == near(0.93, 2)
    assert mmc_mean_wait(48.0, 1.0, 50) * 60.0 == near(20.8, 1)


@given(offered_load=st.floats(0.1, 60.0), servers=st.integers(1, 60))
def test_erlang_a_with_patience_as_long_as_service_is_an_infinite_server_queue(offered_load, servers):
    """When theta = mu each customer leaves at rate mu wherever they are: the number present is Poisson."""
    result = erlang_a(offered_load, 1.0, servers, 1.0)
    counts = range(400)
    poisson = [math.exp(n * math.log(offered_load) - offered_load - math.lgamma(n + 1)) for n in counts]
    queue = math.fsum(max(n - servers, 0) * p for n, p in zip(counts, poisson, strict=True))
    assert result.mean_queue == pytest.approx(queue, rel=1e-9, abs=1e-12)


@given(load=st.floats(0.05, 0.95), servers=st.integers(1, 20))
def test_erlang_a_lies_between_erlang_b_and_erlang_c(load, servers):
    offered_load = load * servers
    patient = erlang_a(offered_load, 1.0, servers, 1e-9)
    assert patient.mean_wait == pytest.approx(mmc_mean_wait(offered_load, 1.0, servers), rel=1e-4)
    hurried = erlang_a(offered_load, 1.0, servers, 1e9)
    assert hurried.abandonment_probability == pytest.approx(erlang_b(offered_load, servers), rel=1e-6)


def test_erlang_a_loses_what_it_does_not_serve():
    overloaded = erlang_a(arrival_rate=90.0, service_rate=1.0, servers=50, patience_rate=0.3)
    served = overloaded.utilisation * 50 * 1.0
    assert 90.0 * (1.0 - overloaded.abandonment_probability) == pytest.approx(served, rel=1e-12)


def test_pollaczek_khinchine_reduces_to_its_two_textbook_cases():
    exponential = mg1_mean_wait(0.7, service_mean=1.0, service_sd=1.0)
    constant = mg1_mean_wait(0.7, service_mean=1.0, service_sd=0.0)
    assert exponential == pytest.approx(mmc_mean_wait(0.7, 1.0, 1))
    assert constant == pytest.approx(exponential / 2.0)


def test_a_tandem_thins_between_its_stations():
    waits = tandem_mean_waits(10.0, [Station(4.0, 3, forwarded_share=0.25), Station(1.0, 3)])
    assert waits == pytest.approx([mmc_mean_wait(10.0, 4.0, 3), mmc_mean_wait(2.5, 1.0, 3)])


@pytest.mark.parametrize(("discount", "concentration"), [(0.0, 19.233), (0.25, 12.2157), (0.73001, 1.0)])
def test_pitman_yor_matches_published_priors_with_25_expected_types_in_50(discount, concentration):
    """Lijoi, Mena and Prünster (2007), "Controlling the reinforcement in Bayesian non-parametric mixture models"."""
    assert pitman_yor_mean_types(50, discount, concentration) == pytest.approx(25.0, abs=1e-3)


@given(draws=st.integers(0, 300), discount=st.floats(0.01, 0.95), concentration=st.floats(0.05, 50.0))
def test_pitman_yor_mean_follows_from_its_prediction_rule(draws, discount, concentration):
    """E[K] grows by (theta + d E[K]) / (theta + n) at the draw after the n-th: linear in K, so exact in the mean."""
    types = 0.0
    for n in range(draws):
        types += (concentration + discount * types) / (concentration + n)
    assert pitman_yor_mean_types(draws, discount, concentration) == pytest.approx(types, rel=1e-9)
    assert pitman_yor_mean_new_share(draws, discount, concentration) == pytest.approx(
        pitman_yor_mean_types(draws + 1, discount, concentration) - types, rel=1e-6
    )


def test_a_vanishing_discount_is_the_dirichlet_process():
    assert pitman_yor_mean_types(100, 1e-7, 5.0) == pytest.approx(pitman_yor_mean_types(100, 0.0, 5.0), rel=1e-5)


def test_distinct_types_match_the_mean_over_stick_breaking_weights():
    """The law by weights and the law by seating are one: averaged over weights, the first gives the second."""
    discount, concentration, draws, types = 0.4, 6.0, 40, 400
    rng = np.random.default_rng(1)
    k = np.arange(1, types + 1)
    counts, remainders = [], []
    for _ in range(2000):
        v = rng.beta(1.0 - discount, concentration + k * discount)
        weights = v * np.concatenate(([1.0], np.cumprod(1.0 - v)[:-1]))
        counts.append(mean_distinct_types(weights, draws))
        remainders.append(1.0 - weights.sum())
    standard_error = np.std(counts, ddof=1) / math.sqrt(len(counts))
    exact = pitman_yor_mean_types(draws, discount, concentration)
    assert abs(np.mean(counts) - exact) < 4.9 * standard_error + draws * np.mean(remainders)
    assert standard_error < 0.01 * exact
    assert np.mean(remainders) == pytest.approx(stick_breaking_mean_remainder(types, discount, concentration), rel=0.05)


def test_distinct_types_of_equal_weights_is_the_birthday_count():
    """23 people have 22.3 distinct birthdays on average: 365 (1 - (364/365)^23)."""
    assert mean_distinct_types(np.full(365, 1 / 365), 23) == pytest.approx(365 * (1 - (364 / 365) ** 23))
    assert mean_distinct_types([1.0], 5) == 1.0


def test_what_truncation_leaves_over_is_always_new():
    assert mean_distinct_types([0.5], 10) == pytest.approx(1 - 0.5**10 + 5.0)
    assert mean_distinct_types_poisson([0.5], 10.0) == pytest.approx(1 - math.exp(-5.0) + 5.0)
