"""The benchmark of common random numbers still runs, and its ratios are those of variances that are known."""

from __future__ import annotations

import numpy as np

import simulator as sim
from tests.benchmarks.pairing import decision, pairing, pairs_needed, variance_ratio
from tests.experiment.small import SMALL


def test_the_ratio_of_variances_is_that_of_correlated_normals():
    generator = np.random.default_rng(7)
    common, first, second, other = generator.normal(size=(4, 4000))
    found = variance_ratio(2.0 * other + first - (2.0 * common + second), first - second)
    assert found.low < 10.0 / 2.0 < found.high
    assert found.high - found.low < 1.0
    assert str(variance_ratio(first, np.zeros(4000))) == "no pair differs"


def test_a_share_of_one_half_needs_9604_for_a_point():
    assert pairs_needed(0.25, 0.01) == 9604


def test_tables_of_a_small_programme():
    scenario, other = sim.load(SMALL), sim.load(SMALL | {"name": "trained"}).with_changes({"ai.hand_over_share": 0.4})
    table = pairing(scenario, {"nothing": {}, "shares": {"ai.hand_over_share": 0.3}}, 12)
    assert len(table) == 2 + 2 * 3
    assert all("no pair differs" in row for row in table if row.startswith("| nothing"))
    assert any("no pair differs" not in row for row in table if row.startswith("| shares"))
    told = decision([scenario, other], 0.01, 100, 1)
    assert "after 100 pairs" in told[0]
    assert len(told) == 4 + 4
