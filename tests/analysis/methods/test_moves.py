"""What a move brings for its money: Fieller's interval against its definition, and where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.analysis.methods.moves import fieller
from simulator.results.statistics import t_quantile


def test_the_ends_are_ratios_that_a_t_test_just_does_not_refuse() -> None:
    rng = np.random.default_rng(3)
    cost = rng.normal(5.0, 4.0, 40)
    gain = 0.5 * cost + rng.normal(1.0, 3.0, 40)
    found = fieller(gain, cost, np.ones(40))
    assert found is not None
    assert found.value == pytest.approx(gain.mean() / cost.mean())
    for end in (found.low, found.high):
        assert end is not None
        left = gain - end * cost
        assert abs(left.mean()) / (left.std(ddof=1) / np.sqrt(40)) == pytest.approx(t_quantile(39))


def test_it_has_no_ends_where_the_cost_may_be_nothing() -> None:
    cost = np.array([1.0, -1.0, 2.0, -1.5, 0.2])
    assert fieller(cost + 1.0, cost, np.ones(5)) is None
    assert fieller(np.ones(1), np.ones(1), np.ones(1)) is None
    one = fieller(np.full(5, 2.0), np.full(5, 4.0), np.ones(5))
    assert one is not None
    assert (one.low, one.value, one.high) == pytest.approx((0.5, 0.5, 0.5))


def test_weights_are_replications() -> None:
    rng = np.random.default_rng(4)
    cost, gain = rng.normal(5.0, 1.0, 30), rng.normal(1.0, 1.0, 30)
    weights = np.repeat([1.5, 0.0], [20, 10])
    ours, theirs = fieller(gain, cost, weights), fieller(gain[:20], cost[:20], np.ones(20))
    assert ours is not None
    assert theirs is not None
    assert (ours.low, ours.value, ours.high) == pytest.approx((theirs.low, theirs.value, theirs.high))


@pytest.mark.slow
def test_the_interval_holds_the_ratio_in_95_of_100_experiments() -> None:
    held = []
    for seed in range(2000):
        rng = np.random.default_rng(seed)
        cost = rng.gamma(2.0, 1.0, 100)
        found = fieller(0.3 * cost + rng.normal(0.2, 1.0, 100), cost, np.ones(100))
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        held.append(found.low <= 0.4 <= found.high)
    assert abs(np.mean(held) - 0.95) < 4.9 * np.sqrt(0.95 * 0.05 / 2000)
