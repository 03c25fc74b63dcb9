"""Effects of inputs from replications that are there: against closed forms, and how often intervals hold the truth."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest

from simulator.analysis.methods.given_data.bases import Bases
from simulator.analysis.methods.given_data.components import Spread
from simulator.analysis.methods.given_data.effects import Effects, effects
from simulator.analysis.methods.given_data.fifths import fifths_of
from simulator.analysis.methods.given_data.inputs import Inputs, ranks_of
from simulator.results.statistics import share_of

Floats = Any


def found(y: Floats, x: Floats, groups: Any = (), weights: Floats | None = None) -> Effects:
    """Effects of the columns of x, those of `groups` drawn together."""
    steps = np.ones(len(y)) if weights is None else weights
    tied = {place for group in groups for place in group}
    alone = [(place,) for place in range(x.shape[1]) if place not in tied]
    ranks = np.column_stack([ranks_of(column, weights) for column in x.T])
    return effects(Spread(y, steps), Bases(ranks, steps), [*groups, *alone])


def shares(of: Effects, what: str = "shapley") -> list[float]:
    return [float(of.share(part)) for part in getattr(of, what)]


def ishigami(seed: int, n: int = 2**14) -> tuple[Floats, Floats]:
    x = np.random.default_rng(seed).uniform(-np.pi, np.pi, (n, 3))
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]), x


def linear(covariance: Floats, coefficients: Floats) -> tuple[Floats, Floats]:
    """Shapley effects and first-order indices of a sum of normal inputs, as variances, from its definition."""
    d = len(coefficients)

    def explained(chosen: tuple[int, ...]) -> float:
        if not chosen:
            return 0.0
        across = (covariance @ coefficients)[list(chosen)]
        return float(across @ np.linalg.solve(covariance[np.ix_(chosen, chosen)], across))

    total = np.zeros(d)
    orders = list(permutations(range(d)))
    for order in orders:
        for k, place in enumerate(order):
            total[place] += (explained(order[: k + 1]) - explained(order[:k])) / len(orders)
    return total, np.array([explained((place,)) for place in range(d)])


def additive(seed: int, n: int, inputs: int, true: Floats, chance: float) -> tuple[Floats, Floats]:
    """A sum of uniform inputs of which the first carry known variances, and normal noise."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-np.sqrt(3.0), np.sqrt(3.0), (n, inputs))
    y = x[:, : len(true)] @ np.sqrt(true) + np.sqrt(chance) * rng.normal(size=n)
    return y, x


# ---- closed forms


@pytest.mark.parametrize(
    "seed", [11, pytest.param(12, marks=pytest.mark.slow), pytest.param(13, marks=pytest.mark.slow)]
)
def test_ishigami(seed: int) -> None:
    """First-order indices and Shapley effects in closed form (a = 7, b = 0.1), each within 0.01."""
    of = found(*ishigami(seed))
    assert shares(of, "first") == pytest.approx([0.3139, 0.4424, 0.0], abs=0.01)
    assert shares(of) == pytest.approx([0.4357, 0.4424, 0.1218], abs=0.01)
    assert of.p_pairs[0, 2] < 1e-9
    assert max(of.pairs, key=lambda pair: of.pairs[pair].value) == (0, 2)
    assert set(of.drivers) == {0, 1, 2}
    assert float(of.share(of.unexplained)) == pytest.approx(0.0, abs=0.015)


def test_two_correlated_normals() -> None:
    """Owen and Prieur (2017), section 4: correlation 0.5, coefficients 1, standard deviations 1 and 2."""
    covariance = np.array([[1.0, 1.0], [1.0, 4.0]])
    for seed in (1, 2):
        x = np.random.default_rng(seed).multivariate_normal([0.0, 0.0], covariance, 2**14)
        of = found(x.sum(axis=1), x, [(0, 1)])
        assert shares(of) == pytest.approx([0.3393, 0.6607], abs=0.01)
        assert shares(of, "first") == pytest.approx([4.0 / 7.0, 25.0 / 28.0], abs=0.015)
    expected, _ = linear(covariance, np.ones(2))
    assert expected / 7.0 == pytest.approx([0.3393, 0.6607], abs=1e-4)


@pytest.mark.parametrize(
    "members", [pytest.param(3, id="by subsets"), pytest.param(7, id="by orders", marks=pytest.mark.slow)]
)
def test_a_group_in_which_one_input_does_nothing_by_itself(members: int) -> None:
    """The others of the group tell of it: its Shapley effect is not 0. Noise and an input beside are told apart."""
    covariance = np.full((members, members), 0.6) + 0.4 * np.eye(members)
    coefficients = np.zeros(members)
    coefficients[:2] = 1.0, 0.7
    expected, first = linear(covariance, coefficients)
    whole = 2.0 * expected.sum()
    rng = np.random.default_rng(3)
    x = np.column_stack([rng.multivariate_normal(np.zeros(members), covariance, 8000), rng.normal(size=(8000, 3))])
    y = (
        x[:, :members] @ coefficients
        + np.sqrt(0.1 * whole) * x[:, members]
        + np.sqrt(0.4 * whole) * rng.normal(size=8000)
    )
    of = found(y, x, [tuple(range(members))])
    assert shares(of) == pytest.approx([*(expected / whole), 0.1, 0.0, 0.0], abs=0.02)
    assert shares(of, "first")[:members] == pytest.approx(first / whole, abs=0.03)
    assert float(of.share(of.unexplained)) == pytest.approx(0.4, abs=0.03)
    assert sum(shares(of)) + float(of.share(of.unexplained)) == pytest.approx(1.0, abs=1e-12)


def test_shares_pairs_and_chance_add_up_and_chance_is_found() -> None:
    true = np.array([0.2, 0.1, 0.05])
    y, x = additive(5, 4000, 30, true, 0.5)
    y = y + np.sqrt(0.15) * x[:, 0] * x[:, 1]
    of = found(y, x)
    rest, together = of.share(of.unexplained), of.share(of.together)
    first = sum(shares(of, "first"))
    assert first + float(together) + float(rest) == pytest.approx(1.0, abs=1e-12)
    assert sum(shares(of)) == pytest.approx(first + float(together), abs=1e-12)
    for estimate, expected in ((rest, 0.5), (together, 0.15), (of.share(of.shapley[0]), 0.275)):
        assert estimate.low is not None
        assert estimate.high is not None
        half = (estimate.high - estimate.low) / 2.0
        assert half < 0.04
        assert abs(float(estimate) - expected) < 4.9 * half / 1.96
    assert of.drivers == (0, 1, 2)


def test_inputs_of_few_values_and_rough_measures() -> None:
    rng = np.random.default_rng(8)
    x = np.column_stack([rng.integers(0, 2, 5000), rng.integers(0, 4, 5000), rng.uniform(size=5000), np.ones(5000)])
    jump = (x[:, 2] > 0.8).astype(float)
    y = x[:, 0] + x[:, 1] ** 2 / 4.0 + jump + rng.normal(size=5000)
    parts = np.array([0.25, np.var(np.arange(4) ** 2 / 4.0), 0.16])
    of = found(y, x)
    assert shares(of) == pytest.approx([*(parts / (parts.sum() + 1.0)), 0.0], abs=0.03)


# ---- weights


def test_weights_are_what_drawing_so_would_have_been() -> None:
    """Drawn evenly and weighted by a density, or drawn from it: the same effects."""
    rng = np.random.default_rng(4)
    x = rng.uniform(size=(40000, 4))
    weights = 2.0 * x[:, 0]
    y = 3.0 * x[:, 0] ** 2 + x[:, 1] + 0.5 * rng.normal(size=40000)
    first, second = 9.0 * (1.0 / 3.0 - 0.25), 1.0 / 12.0  # under the density 2 x, E x^4 = 1 / 3 and E x^2 = 1 / 2
    whole = first + second + 0.25
    of = found(y, x, weights=weights / weights.mean())
    assert shares(of) == pytest.approx([first / whole, second / whole, 0.0, 0.0], abs=0.015)
    drawn = x.copy()
    drawn[:, 0] = np.sqrt(drawn[:, 0])
    twin = found(3.0 * drawn[:, 0] ** 2 + drawn[:, 1] + (y - 3.0 * x[:, 0] ** 2 - x[:, 1]), drawn)
    assert shares(twin) == pytest.approx(shares(of), abs=0.02)
    doubled = found(np.repeat(y[:300], 2), np.repeat(x[:300], 2, axis=0))
    halved = found(y[:300], x[:300])
    half = halved.share(halved.shapley[0]), doubled.share(doubled.shapley[0])
    assert half[1].high is not None
    assert half[0].high is not None
    assert float(half[1]) == pytest.approx(float(half[0]), abs=0.02)


def test_replications_of_no_weight_say_nothing() -> None:
    y, x = additive(6, 900, 4, np.array([0.4]), 0.6)
    weights = np.where(np.arange(900) < 600, 1.5, 0.0)
    with_them = found(y, x, weights=weights)
    without = found(y[:600], x[:600])
    for ours, theirs in zip(with_them.shapley, without.shapley, strict=True):
        a, b = with_them.share(ours), without.share(theirs)
        assert (a.value, a.low, a.high) == pytest.approx((b.value, b.low, b.high), abs=2e-3)


def test_what_is_weighted_or_chosen_ties_inputs_together() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(3000, 5))
    ranks = np.column_stack([ranks_of(column) for column in x.T])
    inputs = Inputs(tuple("abcde"), x, ranks, (), tuple((place,) for place in range(5)))
    assert inputs.among(slice(None)).groups == inputs.groups
    weights = np.exp(-((x[:, 0] + x[:, 1] - 1.0) ** 2))
    assert inputs.among(slice(None), weights / weights.mean()).groups == ((0, 1), (2,), (3,), (4,))
    chosen = x[:, 2] + x[:, 4] > 0.5
    assert inputs.among(chosen).groups == ((0,), (1,), (2, 4), (3,))


# ---- corners


def test_nothing_is_made_of_what_does_not_vary() -> None:
    of = found(np.full(50, 3.0), np.random.default_rng(1).uniform(size=(50, 2)))
    assert of.drivers == ()
    assert of.share(of.shapley[0]).value is None


def test_fifths_are_means_where_an_input_is_low_and_high() -> None:
    values = np.arange(100.0)
    y = values / 10.0
    one = fifths_of(y, values, ranks_of(values), np.ones(100), is_share=False)
    assert (one.low, one.high, one.up_to, one.from_) == (0.95, 8.95, 19.0, 80.0)
    assert float(one.difference) == pytest.approx(8.0)
    two = np.repeat([0.0, 1.0], 50)
    both = fifths_of(two, two, ranks_of(two), np.ones(100), is_share=True)
    assert (both.low, both.high) == (0.0, 1.0)
    assert both.difference.clear
    weights = np.where(values < 10, 9.0, 1.0)  # half of what counts
    heavy = fifths_of(y, values, ranks_of(values, weights), weights, is_share=False)
    assert heavy.up_to == 3.0


# ---- how often it is right


def test_hardly_ever_is_noise_called_a_driver() -> None:
    """Over experiments without any effect, normal and with a far tail: at most one in twenty, but for luck."""
    wrong = []
    for seed in range(80):
        rng = np.random.default_rng([7, seed])
        x, noise = rng.uniform(size=(150, 25)), rng.normal(size=150)
        wrong.append(bool(found(np.exp(2.0 * noise) if seed % 2 else noise, x).drivers))
    assert np.mean(wrong) < 0.05 + 4.9 * np.sqrt(0.05 * 0.95 / 80)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["normal", "far tail", "rare success"])
def test_noise_is_called_a_driver_in_one_of_twenty_experiments_at_most(kind: str) -> None:
    wrong = []
    for seed in range(300):
        rng = np.random.default_rng([8, seed])
        x, noise = rng.uniform(size=(200, 40)), rng.normal(size=200)
        y = {"normal": noise, "far tail": np.exp(2.0 * noise), "rare success": (noise > 1.5) * 1.0}[kind]
        wrong.append(bool(found(y, x).drivers))
    told = share_of(wrong)
    assert told.low is not None
    assert told.low <= 0.05
    assert np.mean(wrong) < 0.09


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n", "inputs", "experiments"), [(300, 12, 400), (2000, 30, 60)], ids=["few", "many replications"]
)
def test_intervals_hold_the_truth_in_95_of_100_experiments(n: int, inputs: int, experiments: int) -> None:
    """Strong, middling, weak and no effects, a pair, chance; noise inputs are at 0, where the interval ends."""
    true, chance, pair = np.array([0.25, 0.1, 0.04, 0.01]), 0.5, 0.1
    shapley = np.concatenate([true + np.array([pair / 2, pair / 2, 0, 0]), np.zeros(inputs - 4)])
    held, rest, estimates = [], [], []
    for seed in range(experiments):
        y, x = additive(seed, n, inputs, true, chance)
        of = found(y + np.sqrt(pair) * x[:, 0] * x[:, 1], x)
        told = [of.share(part) for part in of.shapley]
        held.append([one.low <= value <= one.high for one, value in zip(told, shapley, strict=True)])  # type: ignore[operator]
        estimates.append([float(one) for one in told])
        left = of.share(of.unexplained)
        rest.append(left.low <= chance <= left.high)  # type: ignore[operator]
    covered = np.mean(held, axis=0)
    luck = 4.9 * np.sqrt(0.95 * 0.05 / experiments)
    assert (covered[:4] > 0.94 - luck).all()
    assert abs(covered[:4].mean() - 0.95) < 0.03
    assert covered[4:].mean() > 0.95
    assert np.mean(rest) > 0.93 - luck
    bias, error = np.mean(estimates, axis=0) - shapley, np.std(estimates, axis=0) / np.sqrt(experiments)
    assert (abs(bias) < 4.9 * error + 0.004).all()
    assert error.max() < 0.005
