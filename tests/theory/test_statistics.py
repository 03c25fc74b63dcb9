"""The comparison with theory rejects what is wrong, accepts what is right, and refuses to judge on too little."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.theory.statistics import compare_mean, compare_ratio


def test_the_ratio_of_sums_is_not_the_mean_of_ratios():
    comparison = compare_ratio([1.0, 9.0] * 5, [1.0, 3.0] * 5, expected=2.5)
    assert comparison.estimate == pytest.approx(2.5)
    assert comparison.z == pytest.approx(0.0)


def test_z_is_standard_normal_when_theory_is_right():
    """Replications of random size whose values have mean 2 each: the z of many experiments has mean 0 and sd 1."""
    rng = np.random.default_rng(7)
    z = []
    for _ in range(2000):
        sizes = rng.poisson(50, size=40) + 1
        sums = rng.gamma(2.0 * sizes, 1.0)
        z.append(compare_ratio(sums, sizes, expected=2.0).z)
    assert abs(np.mean(z)) < 4.9 / math.sqrt(len(z))
    assert np.std(z) == pytest.approx(1.0, abs=0.08)


def test_the_standard_error_agrees_with_the_jackknife():
    rng = np.random.default_rng(3)
    y = rng.poisson(200, size=100).astype(float)
    x = rng.gamma(0.5 * y, 1.0)
    leave_one_out = (x.sum() - x) / (y.sum() - y)
    jackknife = math.sqrt(99 / 100 * np.sum((leave_one_out - leave_one_out.mean()) ** 2))
    assert compare_ratio(x, y, expected=0.5).standard_error == pytest.approx(jackknife, rel=0.02)


def test_a_control_of_known_mean_narrows_the_interval_and_not_more_than_it_may():
    rng = np.random.default_rng(11)
    z, narrowed = [], []
    for _ in range(2000):
        luck = rng.normal(0.0, 1.0, size=40)
        values = 5.0 + luck + rng.normal(0.0, 0.5, size=40)
        plain, controlled = compare_mean(values, 5.0), compare_ratio(values, np.ones(40), 5.0, [luck])
        z.append(controlled.z)
        narrowed.append(controlled.standard_error / plain.standard_error)
    assert np.mean(narrowed) == pytest.approx(math.sqrt(0.25 / 1.25), rel=0.05)
    assert abs(np.mean(z)) < 4.9 / math.sqrt(len(z))
    assert np.std(z) == pytest.approx(1.0, abs=0.08)


def test_a_wrong_theory_is_rejected():
    rng = np.random.default_rng(5)
    with pytest.raises(AssertionError, match="disagrees"):
        compare_mean(rng.normal(1.0, 0.05, size=400), expected=1.02).assert_agrees()


def test_an_imprecise_estimate_proves_nothing():
    rng = np.random.default_rng(5)
    with pytest.raises(AssertionError, match="imprecise"):
        compare_mean(rng.normal(1.0, 0.5, size=40), expected=1.0).assert_agrees()


def test_a_constant_output_agrees_only_when_exact():
    compare_mean(np.full(10, 3.0), expected=3.0).assert_agrees()
    assert compare_mean(np.full(10, 3.0), expected=2.9).z == math.inf


@pytest.mark.parametrize(
    ("numerators", "denominators", "message"),
    [
        ([1.0] * 9, [1.0] * 9, "at least 10"),
        ([1.0] * 10, [1.0] * 11, "two series"),
        ([math.nan] * 10, [1.0] * 10, "finite"),
        ([1.0] * 10, [0.0] * 10, "positive sum"),
    ],
)
def test_too_little_or_broken_input_is_refused(numerators, denominators, message):
    with pytest.raises(ValueError, match=message):
        compare_ratio(numerators, denominators, expected=1.0)
