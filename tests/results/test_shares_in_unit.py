"""A share lies in [0, 1] exactly, and in its interval, whatever rounding does to sums of weights."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from simulator import run
from simulator.results.paired import Column, estimate, paired
from simulator.results.readings import SAMPLINGS
from simulator.results.statistics import cumulative_incidence, describe, share_of, wilson
from simulator.results.weighting import Weighting
from simulator.scenario.measures import ESTIMATED

CASES = 500


def cases() -> Iterator[tuple[np.random.Generator, np.ndarray[Any, Any]]]:
    """Weights of some replications, some of them nothing, over many orders of magnitude; and draws for more."""
    for case in range(CASES):
        rng = np.random.default_rng(case)
        n = int(rng.integers(1, 60))
        weights = np.exp(rng.normal(0.0, rng.choice([0.1, 1.0, 5.0]), n)) * (rng.random(n) < rng.choice([0.5, 1.0]))
        yield rng, weights


def in_range(values: Iterable[Any]) -> bool:
    return all(value is None or 0.0 <= value <= 1.0 for value in values)


def test_shares_with_their_intervals() -> None:
    for rng, weights in cases():
        for holds in (rng.random(len(weights)) < rng.random(), weights > 0.0, weights == 0.0):
            share = share_of(holds, weights)
            assert in_range((share.share, share.low, share.high))
            assert share.share is None or share.low <= share.share <= share.high


def test_wilson_ends() -> None:
    for rng, _ in cases():
        of = float(np.exp(rng.normal(2.0, 4.0)))
        for count in (0.0, of, of * float(rng.random()), float(np.nextafter(of, 0.0)), 5e-324, of * 2.0**-60):
            share = wilson(count, of)
            assert 0.0 <= share.low <= share.share <= share.high <= 1.0  # type: ignore[operator]


def test_cumulative_shares() -> None:
    """All that count have come by the last week; those that don't count never come."""
    for rng, weights in cases():
        weeks = [float(rng.integers(0, 9)) if weight > 0.0 else None for weight in weights]
        share: list[float] = cumulative_incidence(weeks, 9, weights)["share"]
        assert in_range(share)
        assert share[-1] == float(weights.any())
        assert all(before <= after for before, after in itertools.pairwise(share))


def test_means_and_quantiles_of_shares() -> None:
    for rng, weights in cases():
        values = rng.choice([0.0, 5e-324, 1.0, 1.0 - 2.0**-53, rng.random()], len(weights))
        for of in (weights, None):
            row = describe(values, of)
            assert in_range(value for key, value in row.items() if key not in ("n", "half_width_95", "sd"))
            among = rng.random(len(values)) < 0.9
            mean = Weighting(of).mean(values, among) if among.any() else 0.0
            assert np.isnan(mean) or 0.0 <= mean <= 1.0


def test_differences_of_shares() -> None:
    for rng, weights in cases():
        n = len(weights)
        of = weights if weights.any() else np.ones(n)
        ours, theirs = (Column((rng.random(n) < p).astype(float), of, is_share=True) for p in (0.99, 0.01))
        told = paired(ours, theirs)
        assert all(end is not None and -1.0 <= end <= 1.0 for end in (told.low, told.value, told.high))


def test_intervals_of_means_of_shares() -> None:
    """Student's interval of few replications reaches beyond [0, 1]; what is no share keeps it."""
    result = run("retail-chatbot", replications=2, jobs=1, progress=False)
    row = result.estimate("adoption_final")
    assert row["mean"] - row["half_width_95"] < 0.0  # type: ignore[operator]
    assert row["mean"] + row["half_width_95"] > 1.0  # type: ignore[operator]
    told = estimate(result, "adoption_final")
    assert (told.low, told.value, told.high) == (0.0, row["mean"], 1.0)
    npv, plain = estimate(result, "npv"), result.estimate("npv")
    assert npv.low == plain["mean"] - plain["half_width_95"]  # type: ignore[operator]
    assert not ESTIMATED["accuracy_gap"].in_unit


def test_a_simulated_share_that_rounding_carried_beyond_one_is_one() -> None:
    """The logarithm of what is left would be NaN, and so would all weights and all estimates."""
    simulated = np.array([1.0 + 2.0**-52, 1.0, -(2.0**-60), 0.0])
    beyond, one, below, nothing = SAMPLINGS["accuracy"].log_likelihood(simulated, 0.95, 50.0)
    assert beyond == one
    assert below == nothing
    assert SAMPLINGS["accuracy"].log_likelihood(simulated[:1], 1.0, 50.0)[0] == 0.0
