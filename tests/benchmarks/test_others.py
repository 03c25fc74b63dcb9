"""The benchmark beside other simulators still runs, and all of them still simulate the same networks."""

from __future__ import annotations

import math

import pytest

from tests.benchmarks.networks import NETWORKS, WARM_UP_WEEKS, WEEK_HOURS, Network, Tier
from tests.benchmarks.others import SIMULATORS, measure, report, with_engine
from tests.theory.statistics import Z_LIMIT

SMALL = (
    Network("one-tier", 1.0, (Tier(1.0, 2, 1.0),)),
    Network("three-tiers", 1.0, (Tier(1.0, 2, 1.0), Tier(0.5, 1, 1.0), Tier(0.25, 1, 2.0))),
)
"""Loads of a half and few customers, so that two weeks of each are quick."""


@pytest.mark.parametrize("network", SMALL, ids=lambda network: network.name)
def test_all_simulators_agree_with_erlang_c(network):
    results = measure(network, dict.fromkeys(SIMULATORS, 2), 10)
    table = report(network, results)
    print(table)
    assert len(table.splitlines()) == 2 + len(SIMULATORS)
    for name, result in results.items():
        assert result.visits > 1000, name
        assert all(nanoseconds > 0.0 for nanoseconds in result.nanoseconds_per_visit), name
        for tier, wait in enumerate(result.waits, start=1):
            assert abs(wait.z) < Z_LIMIT, f"{name}, tier {tier}: {wait}"


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_customers_keep_coming_to_our_engine_for_years(network):
    """Nothing of the model but its queues is at work: nobody leaves, and no agent."""
    weeks = 104
    visits = with_engine("compiled")(network, weeks)(1).visits
    for tier, found in zip(network.tiers, visits, strict=True):
        expected = network.arrivals_per_hour * tier.share * WEEK_HOURS * (weeks - WARM_UP_WEEKS)
        assert abs(found - expected) < Z_LIMIT * math.sqrt(expected)
