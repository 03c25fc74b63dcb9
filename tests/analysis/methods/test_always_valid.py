"""Bounds that hold at every look: what they are by hand, and how often they err over constructed experiments."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from simulator.analysis.methods import always_valid
from simulator.analysis.methods.always_valid import (
    LEAST_CARRYING,
    LEAST_PAIRS,
    STAKES,
    Betting,
    Normal,
    evidence,
    fixed_size,
    is_bounded,
    looks,
    outcome,
    pairs_needed,
)
from simulator.results.paired import Column

EXPERIMENTS = 1000
MATTERS = 0.04


def column(values):
    return Column(np.asarray(values, dtype=float), np.ones(len(values)), is_share=False)


def ternary(more, less, ties):
    """Differences of truths: so often 1, -1 and 0."""
    return Betting.of(np.repeat([1.0, -1.0, 0.0], [more, less, ties]))


def test_looks_are_fixed_and_never_far_apart():
    assert looks(1000) == (100, 125, 150, 200, 250, 300, 400, 500, 600, 800, 1000)
    assert looks(30) == (30,)
    assert looks(1100) == (*looks(1000), 1100)
    many = looks(10_000)
    assert all(1.0 < after / before <= 4 / 3 for before, after in pairwise(many))
    assert set(looks(700)[:-1]) < set(many)  # a greater most takes the same looks


def test_the_ends_are_where_the_fortune_is_forty_times_the_first():
    """By the definition, stake by stake and pair by pair."""
    differences = np.array([1.0, 0.0, 0.5, -1.0, 1.0, 1.0, 0.0, 0.25] * 9)
    low, high = Betting.of(differences).interval()
    for end, sign in ((low, 1.0), (-high, -1.0)):
        fortunes = [
            math.prod(1.0 - stake + stake * (1.0 + sign * each) / (1.0 + end) for each in differences)
            for stake in STAKES
        ]
        assert np.mean(fortunes) == pytest.approx(40.0, rel=1e-5)
    assert -1.0 < low < differences.mean() < high < 1.0


def test_against_no_difference_it_is_a_test_of_the_pairs_that_differ():
    """Ties say nothing of whether there is one, and all of how large it can be."""
    few, many = ternary(30, 8, 0), ternary(30, 8, 5000)
    assert (few.interval()[0] > 0.0) == (many.interval()[0] > 0.0)
    assert many.interval()[1] < 0.02 < few.interval()[1]


def test_order_says_nothing_and_turning_plans_turns_the_ends():
    generator = np.random.default_rng(1)
    differences = generator.uniform(-1.0, 1.0, 200).round(2)
    low, high = Betting.of(differences).interval()
    assert Betting.of(generator.permutation(differences)).interval() == (low, high)
    assert Betting.of(-differences).interval() == pytest.approx((-high, -low), abs=1e-8)
    ours, theirs = column(generator.normal(size=900)), column(generator.normal(size=900))
    turned = evidence("npv", theirs, ours).interval()
    assert evidence("npv", ours, theirs).interval() == pytest.approx((-turned[1], -turned[0]))


def test_so_many_times_as_many_pairs_are_those_pairs_again():
    generator = np.random.default_rng(2)
    values = generator.choice([-1.0, 0.0, 1.0], 300, p=[0.1, 0.7, 0.2])
    assert Betting.of(values).interval(3.0) == pytest.approx(Betting.of(np.tile(values, 3)).interval(), abs=1e-8)
    errors = generator.normal(size=600)
    errors -= errors.mean()
    again = Normal(0.1, np.tile(errors, 3)).interval()
    assert Normal(0.1, errors).interval(3.0) == pytest.approx(again, abs=1e-4)


def test_without_ends_there_is_no_bound_before_enough_pairs_carry_the_difference():
    generator = np.random.default_rng(3)
    errors = generator.normal(size=LEAST_PAIRS)
    assert Normal(0.0, errors).interval() is not None
    assert Normal(0.0, errors[:-1]).interval() is None
    rare = np.zeros(4000)
    rare[: LEAST_CARRYING - 1] = 1.0
    assert Normal(0.0, rare).interval() is None
    rare[: LEAST_CARRYING + 1] = 1.0
    assert Normal(0.0, 1e12 * rare).interval() is not None
    assert Normal(0.0, np.zeros(4000)).interval() is None
    assert outcome(Normal(0.0, np.zeros(4000)), 1.0) == "undecided"
    assert pairs_needed(Normal(0.0, np.zeros(4000)), 1.0) is None


def test_the_normal_mixture_is_that_of_its_source():
    """Equation of Waudby-Smith et al. (2024) with rho squared as they tune it, at 1,000 pairs."""
    errors = np.tile([1.0, -1.0], 1000)
    low, high = Normal(5.0, errors).interval()
    alpha, n = 0.05, 2000
    rho2 = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / 1000
    reach = math.sqrt(2 * (n * rho2 + 1) / (n**2 * rho2) * math.log(math.sqrt(n * rho2 + 1) / alpha))
    assert (low, high) == pytest.approx((5.0 - reach, 5.0 + reach), rel=1e-3)


def test_measures_that_are_never_null_have_ends():
    assert [name for name in ("success", "funded_share", "npv", "success_probability") if is_bounded(name)] == [
        "success",
        "funded_share",
    ]


def test_outcomes():
    assert outcome(ternary(60, 5, 135), 0.02) == "clear"
    assert outcome(ternary(5, 60, 135), 0.02) == "clear"
    assert outcome(ternary(5, 5, 1990), 0.02) == "smaller"
    assert outcome(ternary(5, 5, 190), 0.02) == "undecided"
    assert outcome(None, 0.02) == "undecided"


@pytest.mark.parametrize("found", [ternary(12, 8, 180), ternary(3, 3, 94), ternary(0, 0, 50)])
def test_what_it_takes_is_what_decides(found):
    needed = pairs_needed(found, 0.02)
    assert needed > found.n
    assert outcome(found, 0.02, needed / found.n) != "undecided"
    assert outcome(found, 0.02, 0.97 * needed / found.n) == "undecided"


def test_a_fixed_size_finds_what_matters_nine_times_in_ten():
    n = fixed_size(0.3, 0.02)
    error = 0.3 / math.sqrt(n)
    assert stats.norm.sf(1.96 - 0.02 / error) == pytest.approx(0.9, abs=0.001)


def decided(differences, matters, most, make):
    """The outcome of an experiment, the number of pairs, and whether b was seen higher."""
    for n in looks(most):
        found = make(differences[:n])
        if (told := outcome(found, matters)) != "undecided":
            return told, n, found.difference > 0.0
    return "undecided", most, False


def counts(draw, matters, most, make, experiments=EXPERIMENTS, seed=11):
    """How often each outcome, a clear difference by who is higher."""
    generator = np.random.default_rng(seed)
    found = dict.fromkeys(("higher", "lower", "smaller", "undecided"), 0)
    for _ in range(experiments):
        told, _, higher = decided(draw(generator, most), matters, most, make)
        found[told if told != "clear" else "higher" if higher else "lower"] += 1
    return found


def truths(more, less):
    def draw(generator, n):
        return generator.choice([-1.0, 0.0, 1.0], n, p=[less, 1.0 - more - less, more])

    return draw


def money(differences):
    return Normal(float(differences.mean()), differences - differences.mean())


def losses_and_few_gains(mean):
    """A fifth of the pairs lose 1, one in fifty gains 10, in the others nothing differs: zero on the mean, shifted."""

    def draw(generator, n):
        u = generator.random(n)
        skewed = np.where(u < 0.2, -1.0, np.where(u < 0.22, 10.0, 0.0))
        return skewed + np.where(generator.random(n) < 0.25, 4.0 * mean, 0.0)

    return draw


def test_few_looks_err_seldom_where_peeking_at_usual_intervals_errs_often():
    """A small part of the slow test, against what it guards against."""
    generator = np.random.default_rng(5)
    peeking = wrong = 0
    for _ in range(60):
        differences = truths(0.1, 0.1)(generator, 1000)
        wrong += decided(differences, 0.01, 1000, Betting.of)[0] != "undecided"
        errors = [differences[:n].std() / math.sqrt(n) for n in looks(1000)]
        peeking += any(abs(differences[:n].mean()) > 1.96 * error for n, error in zip(looks(1000), errors, strict=True))
    assert wrong <= 3
    assert peeking >= 9


@pytest.mark.slow
@pytest.mark.parametrize("differ", [0.02, 0.23])
def test_truths_without_a_difference_are_seldom_told_apart(differ):
    """2% or 23% of the pairs differ."""
    found = counts(truths(differ / 2, differ / 2), MATTERS, 2000, Betting.of)
    assert found["higher"] + found["lower"] <= 0.05 * EXPERIMENTS, found
    assert found["smaller"] > (0.9 if differ < 0.1 else 0.2) * EXPERIMENTS, found


@pytest.mark.slow
@pytest.mark.parametrize(("more", "less"), [(MATTERS, 0.0), (0.13, 0.09), (0.0, MATTERS)])
def test_truths_with_a_difference_that_just_matters_are_seldom_called_smaller(more, less):
    found = counts(truths(more, less), MATTERS, 2000, Betting.of)
    right, wrong = ("higher", "lower") if more > less else ("lower", "higher")
    assert found["smaller"] + found[wrong] <= 0.05 * EXPERIMENTS, found
    assert found[right] > 0.4 * EXPERIMENTS, found


@pytest.mark.slow
@pytest.mark.parametrize("truth", [0.0, 0.15, -0.15])
def test_skewed_money_that_differs_in_a_fifth_of_the_pairs_errs_seldom(truth):
    """No difference, and one that just matters either way."""
    found = counts(losses_and_few_gains(truth), 0.15, 6000, money)
    false = ("higher", "lower") if not truth else ("smaller", "lower" if truth > 0.0 else "higher")
    assert sum(found[name] for name in false) <= 0.05 * EXPERIMENTS, found
    assert found["undecided"] < 0.7 * EXPERIMENTS, found


def test_the_seldom_of_these_tests_is_that_of_the_bounds():
    assert always_valid.MISS == 0.05
