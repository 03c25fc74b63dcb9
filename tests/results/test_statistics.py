import numpy as np
import pytest
from scipy import stats

from simulator.results.statistics import ESTIMATES, cumulative_incidence, describe, wilson


def test_half_width_is_that_of_students_t():
    values = [1.0, 2.0, 4.0, 8.0, 16.0]
    low, high = stats.t.interval(0.95, 4, np.mean(values), stats.sem(values))
    of = describe(values)
    assert of["mean"] == pytest.approx(6.2)
    assert of["half_width_95"] == pytest.approx((high - low) / 2)
    assert of["sd"] == pytest.approx(np.std(values, ddof=1))
    assert of["p50"] == 4.0


def test_nulls_are_left_out_and_counted():
    assert describe([1.0, None, 3.0, float("nan")])["n"] == 2
    assert describe([1.0, None, 3.0])["mean"] == 2.0


def test_nothing_to_estimate_gives_none_not_nan():
    assert describe([None]) == {**dict.fromkeys(ESTIMATES), "n": 0}
    single = describe([5])
    assert (single["mean"], single["half_width_95"], single["sd"], single["n"]) == (5.0, None, None, 1)


@pytest.mark.parametrize(("count", "of"), [(0, 10), (1, 10), (37, 200), (200, 200)])
def test_wilson_agrees_with_scipy(count: int, of: int):
    share = wilson(count, of)
    expected = stats.binomtest(count, of).proportion_ci(0.95, method="wilson")
    assert share.share == count / of
    assert share.low == pytest.approx(expected.low, abs=1e-12)
    assert share.high == pytest.approx(expected.high, abs=1e-12)


def test_wilson_of_nothing_is_null():
    assert wilson(0, 0).as_dict() == {"share": None, "low": None, "high": None}


def test_wilson_covers_the_true_share_as_often_as_it_says():
    generator = np.random.default_rng(5)
    intervals = [wilson(int(count), 60) for count in generator.binomial(60, 0.3, 4000)]
    covered = np.mean([of.low <= 0.3 <= of.high for of in intervals])
    assert 0.93 < covered < 0.97


def test_cumulative_incidence_keeps_the_rest_in_the_denominator():
    curve = cumulative_incidence([2, None, 4.0, 2], last_week=5)
    assert curve == {"week": [0, 1, 2, 3, 4, 5], "share": [0, 0, 0.5, 0.5, 0.75, 0.75]}
