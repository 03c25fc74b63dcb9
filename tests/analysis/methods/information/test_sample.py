"""Pilots and what they teach: known answers, the laws of readings, prices, and the line that turns a choice."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from simulator.analysis.methods.given_data.inputs import ranks_of
from simulator.analysis.methods.information.perfect import Choice, knowing
from simulator.analysis.methods.information.turning import turns
from simulator.results.readings import SAMPLINGS

TRUTH = {1: 0.0592, 4: 0.1996, 16: 0.3223}
"""Of n readings of p2 with an error of 4, where the choice is between p1 - p2 and 0 (conjugate normal)."""


def studied(n, readings, seed, luck=0.0):
    generator = np.random.default_rng(seed)
    p1, p2 = 1.0 + generator.standard_normal(n), 2.0 * generator.standard_normal(n)
    seen = p2 + 4.0 / np.sqrt(readings) * generator.standard_normal(n)
    y = p1 - p2 + luck * generator.standard_normal(n)
    return Choice(np.column_stack([y, np.zeros(n)]), np.arange(n)), seen


def by_likelihood(choice, seen, means, error):
    """The same the other way: each reading's posterior mean by weighting the replications (without itself)."""
    weights = np.exp(-0.5 * ((seen[:, None] - means[None, :]) / error) ** 2)
    np.fill_diagonal(weights, 0.0)
    expected = weights @ choice.benefits / weights.sum(axis=1, keepdims=True)
    return expected.max(axis=1).mean() - choice.means.max()


@pytest.mark.parametrize("luck", [0.0, 5.0])
@pytest.mark.parametrize("readings", TRUTH)
def test_known_answers_of_sample_information(readings, luck):
    choice, seen = studied(20_000, readings, 1, luck)
    found = knowing(choice, ranks_of(seen)[:, None])
    assert found.low < TRUTH[readings] < found.high
    assert found.high - found.low < (0.07 if luck == 0.0 else 0.16)


@pytest.mark.slow
@pytest.mark.parametrize("readings", TRUTH)
def test_known_answers_of_sample_information_within_two_percent(readings):
    values = []
    for seed in range(8):
        choice, seen = studied(100_000, readings, seed)
        values.append(knowing(choice, ranks_of(seen)[:, None]).value)
    error = np.std(values, ddof=1) / np.sqrt(len(values))
    assert abs(np.mean(values) - TRUTH[readings]) < max(0.02 * TRUTH[readings], 4.9 * error)
    assert error < 0.025 * TRUTH[readings]


def test_regression_and_weighting_agree():
    """Two estimators of the same from the same 3,000 rows."""
    generator = np.random.default_rng(7)
    p1, p2 = 1.0 + generator.standard_normal(3_000), 2.0 * generator.standard_normal(3_000)
    seen = p2 + generator.standard_normal(3_000)
    choice = Choice(np.column_stack([p1 - p2, np.zeros(3_000)]), np.arange(3_000))
    regressed = knowing(choice, ranks_of(seen)[:, None]).value
    weighted = by_likelihood(choice, seen, p2, 1.0)
    assert regressed == pytest.approx(weighted, abs=0.015)
    assert weighted == pytest.approx(TRUTH[16], abs=0.05)


@pytest.mark.parametrize(
    ("name", "law", "size"),
    [
        ("accuracy", lambda x, n: stats.binom(n, x), 200.0),
        ("active_share", lambda x, n: stats.binom(n, (x * n + 0.5) / (n + 1.0)), 60.0),
        ("tickets_per_user_week", lambda x, n: stats.poisson(x * n + 0.5), 300.0),
    ],
)
def test_readings_are_drawn_by_the_laws_of_an_observed_pilot(name, law, size):
    places = np.random.default_rng(1).random(2_000)
    simulated = np.tile([0.0, 0.03, 0.5, 0.9, 1.0], 400)
    found = SAMPLINGS[name].read_at(simulated, np.full(2_000, size), places)
    expected = np.array([law(x, size).ppf(u) / size for x, u in zip(simulated, places, strict=True)])
    np.testing.assert_allclose(found, np.maximum(expected, 0.0), atol=1e-12)


def test_nobody_to_ask_logs_no_tickets():
    read_at = SAMPLINGS["tickets_per_user_week"].read_at
    assert read_at(np.array([0.1]), np.array([0.0]), np.array([0.9])).tolist() == [0.0]


@pytest.mark.parametrize(("sign", "side"), [(1.0, "below"), (-1.0, "above")])
def test_the_line_that_turns_a_choice(sign, side):
    """Benefit is 5 (r - 0.4) and luck: not funding is better on the side of 0.4 where it is below 0."""
    generator = np.random.default_rng(3)
    reading = generator.random(2_000)
    benefit = sign * 5.0 * (reading - 0.4) + generator.standard_normal(2_000) + (0.0 if sign > 0 else 1.5)
    choice = Choice(np.column_stack([benefit, np.zeros(2_000)]), np.arange(2_000))
    line = 0.4 if sign > 0 else 0.7
    noise = generator.random(2_000)
    found, *others = turns(choice, {"accuracy_pilot": reading, "adoption_pilot": noise})
    assert (found.side, found.to, found.told) == (side, 1, True)
    assert found.low < line < found.high
    assert found.high - found.low < 0.15
    truth = np.mean(np.maximum(-(sign * 5.0 * (reading - 0.4) + (0.0 if sign > 0 else 1.5)), 0.0))
    assert found.gain == pytest.approx(truth, abs=0.12)
    assert not any(other.told for other in others)


def test_no_line_where_nothing_would_be_gained():
    choice = Choice(np.column_stack([np.ones(100), np.zeros(100)]), np.arange(100))
    assert turns(choice, {"accuracy_pilot": np.linspace(0.0, 1.0, 100), "adoption_pilot": np.full(100, np.nan)}) == []
