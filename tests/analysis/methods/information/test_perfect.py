"""The worth of knowing: known answers, with and without luck; what must be so of any; bias and coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, stats

from simulator.analysis.methods.given_data.inputs import ranks_of
from simulator.analysis.methods.information.learned import FOLDS, expected, folds
from simulator.analysis.methods.information.perfect import Choice, Knowing, _isotonic, agreed, knowing

EVERYTHING, FIRST, SECOND = [0, 1], [0], [1]
DIFFERENCE = {(0, 1): 0.4798, (0,): 0.0833, (1,): 0.3956}
"""Worth of both, of p1 and of p2, where the choice is between p1 - p2 and 0, p1 ~ N(1, 1) and p2 ~ N(0, 2)."""
SUM = {(0, 1): 0.8921, (0,): 0.3989, (1,): 0.7979}
"""The same where it is between p1 + p2 and 0, p1 ~ N(0, 1)."""


def drawn(n, seed, luck=0.0, together=False):
    generator = np.random.default_rng(seed)
    p1, p2 = generator.standard_normal(n), 2.0 * generator.standard_normal(n)
    y = (p1 + p2 if together else 1.0 + p1 - p2) + luck * generator.standard_normal(n)
    return choice_of(y), np.column_stack([ranks_of(p1), ranks_of(p2)])


def choice_of(*benefits, weights=None, numbers=None):
    n = len(benefits[0])
    given = np.column_stack([*benefits, np.zeros(n)])
    return Choice(given, np.arange(n) if numbers is None else numbers, weights)


def unit_loss(mean, sd):
    """E[max(X, 0)] - max(E X, 0) for a normal X (Raiffa and Schlaifer 1961)."""
    ratio = abs(mean) / sd
    return sd * (stats.norm.pdf(ratio) - ratio * stats.norm.sf(ratio))


def test_the_known_answers_are_those_of_the_unit_normal_loss():
    assert [round(unit_loss(1, sd), 4) for sd in (math.sqrt(5), 1, 2)] == [*DIFFERENCE.values()]
    assert [round(unit_loss(0, sd), 4) for sd in (math.sqrt(5), 1, 2)] == [*SUM.values()]


@pytest.mark.parametrize("luck", [0.0, 5.0])
@pytest.mark.parametrize(("together", "truth"), [(False, DIFFERENCE), (True, SUM)])
def test_known_answers(luck, together, truth):
    choice, ranks = drawn(20_000, 3, luck, together)
    for places, worth in truth.items():
        found = knowing(choice, ranks[:, list(places)])
        error = math.sqrt(choice.mean((found.gains - found.value) ** 2)[0] / len(ranks))
        assert abs(found.value - worth) < 4.9 * error + 0.002
        assert error < 0.02 if luck == 0.0 else error < 0.045
        assert found.low < worth < found.high
        assert found.high - found.low < (0.06 if luck == 0.0 else 0.16)
        assert found.p < 1e-4


@pytest.mark.slow
@pytest.mark.parametrize(("together", "truth", "samples"), [(False, DIFFERENCE, 12), (True, SUM, 4)])
def test_known_answers_within_one_percent(together, truth, samples):
    """So many samples of 10^5 rows: of one alone, the sampling error is 3% of the smallest answer already."""
    for places, worth in truth.items():
        values = []
        for seed in range(samples):
            choice, ranks = drawn(100_000, seed, 0.0, together)
            values.append(knowing(choice, ranks[:, list(places)]).value)
        error = np.std(values, ddof=1) / math.sqrt(len(values))
        assert abs(np.mean(values) - worth) < max(0.01 * worth, 4.9 * error)
        assert error < 0.01 * worth


def test_luck_has_no_price():
    generator = np.random.default_rng(5)
    y = 0.2 + generator.standard_normal(2_000)
    nothing = knowing(choice_of(y), np.zeros((2_000, 0)))
    assert nothing.low <= 0.0 <= nothing.high
    assert nothing.value == 0.0
    assert choice_of(y).foresight > 0.25
    assert nothing.p == 1.0


@pytest.mark.parametrize("mean", [0.0, 0.05, 0.3])
def test_a_noise_input_is_worth_nothing(mean):
    """Twelve inputs that do nothing: hardly any experiment calls one worth measuring, though plans be alike."""
    called = above = 0
    for seed in range(10):
        generator = np.random.default_rng(seed)
        choice = choice_of(mean + generator.standard_normal(600))
        ranks = generator.random((600, 12))
        found = agreed([knowing(choice, ranks), *(knowing(choice, ranks[:, [k]]) for k in range(12))], chain(12))
        called += any(one.pays for one in found)
        above += sum(one.low > 0.0 for one in found[1:])
        assert all(one.value < 0.05 for one in found[1:])
    assert called <= 3  # a binomial of 10 and 5% exceeds it once in a thousand
    assert above <= 6  # of 120, where one in forty is allowed; a Poisson variable with mean 3 exceeds it in 3 of 100


def chain(inputs):
    return [(place + 1, 0) for place in range(inputs)]


@pytest.mark.parametrize("seed", range(6))
def test_isotonic_is_the_nearest_that_agrees(seed):
    generator = np.random.default_rng(seed)
    values, pairs = generator.standard_normal(7), [(1, 0), (2, 0), (3, 1), (4, 1), (4, 2), (5, 2), (6, 0)]
    found = _isotonic(values, pairs)
    assert all(found[a] <= found[b] + 1e-9 for a, b in pairs)
    assert (_isotonic(values - generator.random(7), pairs) <= found + 1e-9).all()  # less is never more
    within = [{"type": "ineq", "fun": lambda x, a=a, b=b: x[b] - x[a]} for a, b in pairs]
    other = optimize.minimize(lambda x: ((x - values) ** 2).sum(), values * 0.0, constraints=within, tol=1e-12)
    np.testing.assert_allclose(found, other.x, atol=1e-5)
    np.testing.assert_allclose(_isotonic(1e6 * values, pairs), 1e6 * found, atol=1e-3)


def test_who_knows_more_does_not_choose_worse():
    choice, ranks = drawn(300, 9, luck=5.0)
    ranks = np.column_stack([ranks, np.random.default_rng(1).random((300, 4))])
    sets = [[0, 1, 2, 3, 4, 5], [0, 1, 2], [2, 3], *([k] for k in range(6))]
    pairs = [(a, b) for a, one in enumerate(sets) for b, other in enumerate(sets) if set(one) < set(other)]
    found = agreed([knowing(choice, ranks[:, one]) for one in sets], pairs)
    for a, b in pairs:
        for end in ("value", "low", "high"):
            assert getattr(found[a], end) <= getattr(found[b], end) + 1e-9
    assert all(0.0 <= one.low <= one.value <= one.high for one in found)
    assert all(one.p_adjusted >= found[0].p for one in found)


def test_the_order_of_replications_does_not_matter():
    choice, ranks = drawn(400, 2, luck=1.0)
    before = knowing(choice, ranks)
    order = np.random.default_rng(1).permutation(400)
    after = knowing(Choice(choice.benefits[order], np.arange(400)[order]), ranks[order])
    assert after.value == pytest.approx(before.value, rel=1e-9)
    assert (after.by_others == before.by_others[order]).all()


def test_what_weighs_nothing_does_not_count():
    choice, ranks = drawn(500, 4, luck=1.0)
    kept = np.random.default_rng(3).random(500) < 0.7
    weights = np.where(kept, 500 / kept.sum(), 0.0)
    with_zeros = knowing(Choice(choice.benefits, choice.numbers, weights), ranks)
    without = knowing(Choice(choice.benefits[kept], choice.numbers[kept]), ranks[kept])
    for end in ("value", "low", "high"):
        assert getattr(with_zeros, end) == pytest.approx(getattr(without, end), rel=0.02)
    assert (with_zeros.by_all[kept] == without.by_all).mean() > 0.99


def test_weights_price_the_programmes_that_they_stand_for():
    """p1 - p2 under weights that make p1 ~ N(2, 1) of N(1, 1): worth of p2 is then that of mean 2."""
    generator = np.random.default_rng(8)
    p1, p2 = 1.0 + generator.standard_normal(20_000), 2.0 * generator.standard_normal(20_000)
    weights = np.exp(p1 - 1.5)
    weights /= weights.mean()
    found = knowing(choice_of(p1 - p2, weights=weights), ranks_of(p2, weights)[:, None])
    truth = unit_loss(2.0, 2.0)
    assert found.low < truth < found.high
    assert found.high - found.low < 0.2 * truth + 0.03


def test_folds_are_spread_evenly_and_hang_on_numbers_alone():
    found = folds(np.arange(20_000))
    counts = np.bincount(found, minlength=FOLDS)
    assert np.abs(counts - 2_000).max() < 4.9 * math.sqrt(2_000)
    assert (folds(np.arange(100, 200)) == folds(np.arange(300))[100:200]).all()
    # Numbers of one remainder, whose Sobol' points lie together, are in all folds.
    assert len(set(folds(np.arange(0, 640, 16)).tolist())) > 7


def test_what_others_expect_owes_nothing_to_a_replication_itself():
    generator = np.random.default_rng(6)
    ranks, y = generator.random((200, 3)), generator.standard_normal((200, 1))
    before = expected(ranks, y, np.arange(200)).held_out
    changed = y.copy()
    changed[17] += 0.5
    after = expected(ranks, changed, np.arange(200)).held_out
    assert after[17] == pytest.approx(before[17], abs=1e-6)
    assert abs(after - before).max() > 1e-4


def test_many_inputs_and_products_are_found():
    """A product of two among forty inputs: nothing of it is seen alone, unless products are tried."""
    generator = np.random.default_rng(2)
    ranks = generator.random((2_000, 40))
    first, second = (2.0 * ranks[:, k] for k in (3, 11))
    y = first * second - 1.0
    found = expected(ranks, (y + generator.standard_normal(2_000))[:, None], np.arange(2_000)).held_out[:, 0]
    left = np.mean((found - y) ** 2)
    assert left < 0.06 * np.var(y)


# ---- Brennan, Kharroubi, O'Hagan and Chilcott 2007: two treatments, nineteen normal numbers, sums of products

MEANS = [1000, 0.1, 5.2, 400, 0.7, 0.3, 3.0, 0.25, -0.1, 0.5, 1500, 0.08, 6.1, 0.8, 0.3, 3.0, 0.2, -0.1, 0.5]
SDS = [1, 0.02, 1.0, 200, 0.1, 0.1, 0.5, 0.1, 0.02, 0.2, 1, 0.02, 1.0, 0.1, 0.05, 1.0, 0.05, 0.02, 0.2]


def treatments(x):
    """Net benefit of two treatments at 10,000 a quality-adjusted year (Medical Decision Making 27, 448-470)."""
    t = [None, *x.T]
    first = 10_000 * (t[5] * t[6] * t[7] + t[8] * t[9] * t[10]) - (t[1] + t[2] * t[3] * t[4])
    second = 10_000 * (t[14] * t[15] * t[16] + t[17] * t[18] * t[19]) - (t[11] + t[12] * t[13] * t[4])
    return np.column_stack([first, second])


@pytest.mark.parametrize(("numbers", "slopes"), [((5, 14), (9_000, 9_000)), ((7, 16), (2_100, 2_400))])
def test_a_published_decision_model(numbers, slopes):
    """Pairs in which the expected difference is linear have a closed form; 6,000 runs of the model come near it."""
    generator = np.random.default_rng(1)
    x = np.array(MEANS) + np.array(SDS) * generator.standard_normal((6_000, 19))
    choice = Choice(treatments(x), np.arange(6_000))
    mean = float(np.diff(treatments(np.array([MEANS], dtype=float)))[0, 0])
    places = [number - 1 for number in numbers]
    truth = unit_loss(mean, math.hypot(*(slope * SDS[k] for slope, k in zip(slopes, places, strict=True))))
    found = knowing(choice, np.column_stack([ranks_of(x[:, k]) for k in places]))
    assert found.low < truth < found.high
    assert found.high - found.low < 0.45 * truth
    whole = knowing(choice, np.column_stack([ranks_of(column) for column in x.T]))
    assert whole.low < choice.foresight < whole.high  # nothing but inputs: all of it can be known
    assert whole.value > 0.93 * choice.foresight


# ---- bias and coverage


@pytest.mark.slow
@pytest.mark.parametrize(("n", "luck", "most"), [(200, 0.0, 0.02), (200, 5.0, 0.06), (1_000, 5.0, 0.02)])
def test_bias_and_coverage(n, luck, most):
    """200 experiments each: means near the truth, intervals that cover it, also where it is near 0."""
    truth, experiments = [*DIFFERENCE.values()], 200
    found = []
    for seed in range(experiments):
        choice, ranks = drawn(n, seed, luck)
        found.append(agreed([knowing(choice, ranks[:, list(one)]) for one in DIFFERENCE], [(1, 0), (2, 0)]))
    for place, worth in enumerate(truth):
        values = np.array([one[place].value for one in found])
        error = values.std(ddof=1) / math.sqrt(experiments)
        assert abs(values.mean() - worth) < most + 3.0 * error
        covered = np.mean([one[place].low <= worth <= one[place].high for one in found])
        assert covered > 0.95 - 4.9 * math.sqrt(0.95 * 0.05 / experiments)


@pytest.mark.slow
@pytest.mark.parametrize(("n", "luck", "mean"), [(300, 2.0, -1.0), (1_000, 2.0, 0.0), (1_000, 3.0, -1.5)])
def test_bias_and_coverage_with_many_inputs(n, luck, mean):
    """Forty inputs, five of which matter, and luck that is larger than all of them: 30 experiments each."""
    slopes, experiments = np.array([1.0, 0.8, 0.6, 0.4, 0.2]), 30
    truth = unit_loss(mean, math.sqrt(slopes @ slopes))
    values, covered = [], 0
    for seed in range(experiments):
        generator = np.random.default_rng(seed)
        ranks = generator.random((n, 40))
        y = mean + stats.norm.ppf(ranks[:, :5]) @ slopes + luck * generator.standard_normal(n)
        found = knowing(choice_of(y), ranks)
        values.append(found.value)
        covered += found.low <= truth <= found.high
    error = np.std(values, ddof=1) / math.sqrt(experiments)
    assert abs(np.mean(values) - truth) < 0.03 + 3.0 * error
    assert error < 0.02
    assert covered >= 24  # a binomial of 30 and 95% is below that once in five thousand


def test_a_gain_of_few_replications_is_not_told():
    rare = np.zeros(1_000)
    rare[:3] = 1_000.0
    choice = choice_of(np.where(rare > 0.0, 1_000.0, -1.0) - 5.0)
    found = knowing(choice, ranks_of(rare)[:, None])
    assert found.p == 1.0
    assert not agreed([found], [])[0].pays


def test_a_knowing_tells_plain_numbers():
    one = Knowing(1.0, 0.5, 2.0, 0.01, np.zeros(1, int), np.zeros(1, int), np.zeros(1), 0.02)
    assert one.as_dict() == {"worth": 1.0, "low": 0.5, "high": 2.0, "p": 0.01, "p_adjusted": 0.02}
    assert one.pays
