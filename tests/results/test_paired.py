"""Paired differences: the paired t interval and that of Bonett and Price where they apply, and measured coverage."""

import math

import numpy as np
import pytest
from scipy import stats

from simulator.results.paired import Column, paired


def column(values, weights=None, *, is_share=False) -> Column:
    values = np.asarray(values, dtype=float)
    return Column(values, np.ones(len(values)) if weights is None else np.asarray(weights, dtype=float), is_share)


def test_numbers_have_the_paired_t_interval():
    generator = np.random.default_rng(1)
    a = generator.normal(3, 1, 30)
    b = a + generator.normal(0.5, 0.2, 30)
    found = paired(column(b), column(a))
    expected = stats.ttest_rel(b, a).confidence_interval(0.95)
    assert found.value == pytest.approx(np.mean(b - a))
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.n == 30


def test_shares_have_the_interval_of_bonett_and_price():
    """The formula as published, for 8 pairs with success in the first only, 2 in the second only, of 40."""
    a = [1] * 8 + [0] * 2 + [1] * 10 + [0] * 20
    b = [0] * 8 + [1] * 2 + [1] * 10 + [0] * 20
    found = paired(column(a, is_share=True), column(b, is_share=True))
    p12, p21 = 9 / 42, 3 / 42
    reach = 1.959964 * math.sqrt((p12 + p21 - (p12 - p21) ** 2) / 42)
    assert found.value == pytest.approx(6 / 40)
    assert (found.low, found.high) == pytest.approx((p12 - p21 - reach, p12 - p21 + reach), abs=1e-6)


def test_no_difference_among_few_is_no_certainty():
    same = column([1] * 5 + [0] * 15, is_share=True)
    found = paired(same, same)
    assert found.value == 0.0
    assert found.low < -0.05
    assert found.high > 0.05
    assert not found.clear


def test_replications_that_do_not_count_are_left_out():
    a, b = column([5, 7, 0, 9], [1, 1, 0, 1]), column([4, 0, 0, 8], [1, 0, 0, 1])
    found = paired(a, b)
    assert found.value == pytest.approx(7 - 6)
    assert found.n == 3
    assert paired(a, column([0, 0, 0, 0], [0, 0, 0, 0])).value is None


def covered(truth: float, pairs) -> float:
    found = [paired(*of) for of in pairs]
    return float(np.mean([of.low <= truth <= of.high for of in found]))


@pytest.mark.parametrize("n", [30, 200])
def test_intervals_cover_as_often_as_they_say(n):
    """1,500 experiments each: means of what is null at times, and success given funding."""
    generator = np.random.default_rng(n)
    common = generator.normal(0, 1, (1500, n))
    noise = generator.normal(0, 0.5, (2, 1500, n))
    there = generator.uniform(size=(2, 1500, n)) < 0.7
    nulls = (
        (column(x + e + 1, here), column(x + f, also))
        for x, e, f, here, also in zip(common, *noise, *there, strict=True)
    )
    assert 0.93 < covered(1.0, nulls) < 0.97
    funded = common > -1.0
    success = [(common + part > level) & funded for part, level in zip(noise, (0.3, 0.8), strict=True)]
    chance = [
        stats.multivariate_normal.cdf([1.0, -level], [0, 0], [[1, 1], [1, 1.25]], allow_singular=True)
        / stats.norm.cdf(1.0)
        for level in (0.3, 0.8)
    ]
    shares = (
        (column(a, f, is_share=True), column(b, f, is_share=True)) for a, b, f in zip(*success, funded, strict=True)
    )
    assert 0.93 < covered(chance[0] - chance[1], shares) < 0.97


@pytest.mark.parametrize("n", [70, 200])
def test_weighted_intervals_cover_as_often_as_they_say(n):
    """1,500 experiments each, from the least effective sample (50) that an observed pilot may leave."""
    generator = np.random.default_rng(n)
    common = generator.normal(0, 1, (1500, n))
    noise = generator.normal(0, 0.5, (2, 1500, n))
    weights = np.exp(0.5 * common)  # a normal variable weighted so has its mean moved by a half
    weighted = ((column(x + e, w), column(x + f)) for x, e, f, w in zip(common, *noise, weights, strict=True))
    assert 0.93 < covered(0.5, weighted) < 0.97
