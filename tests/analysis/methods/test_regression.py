"""Regression on polynomials of ranks: against closed forms, least squares, and fits that leave one out."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.analysis.methods.given_data.inputs import ranks_of
from simulator.analysis.methods.given_data.regression import legendre, regress


def test_legendre_polynomials_are_orthonormal_on_ranks() -> None:
    nodes, steps = np.polynomial.legendre.leggauss(32)
    found = legendre(0.5 * (nodes + 1.0), 12)
    assert np.allclose(found.T @ (found * (0.5 * steps)[:, None]), np.eye(12), atol=1e-12)
    assert np.allclose((0.5 * steps) @ found, 0.0, atol=1e-13)


def test_ranks_lie_in_the_middle_of_what_is_equal_and_go_by_weight() -> None:
    assert ranks_of(np.array([3.0, 1.0, 1.0, 9.0])) == pytest.approx([0.625, 0.25, 0.25, 0.875])
    weighted = ranks_of(np.array([5.0, 7.0, 6.0]), np.array([2.0, 0.5, 0.5]))
    assert weighted == pytest.approx([1 / 3, 1 - 0.5 / 6, 0.75])
    assert np.average(weighted, weights=[2.0, 0.5, 0.5]) == pytest.approx(0.5)


@pytest.mark.parametrize("terms", [3, 40], ids=["few terms", "more terms than replications"])
@pytest.mark.parametrize("weighted", [False, True])
def test_what_is_left_out_is_what_a_fit_without_it_expects(terms: int, weighted: bool) -> None:
    rng = np.random.default_rng(5)
    design, noise = rng.normal(size=(25, terms)), rng.normal(size=25)
    y = design[:, 0] + noise
    weights = rng.uniform(0.2, 1.8, 25) if weighted else np.ones(25)
    weights /= weights.mean()
    found = regress(y, design, weights=weights if weighted else None)
    # The penalty that was chosen is found again from the freedom that it leaves.
    centred = design - np.average(design, axis=0, weights=weights)
    sizes = np.linalg.svd(np.sqrt(weights)[:, None] * centred, compute_uv=False) ** 2
    penalties = 10.0 ** np.arange(-8.0, 5.01, 0.5) * 25
    freedoms = [1.0 + float(np.sum(sizes / (sizes + penalty))) for penalty in penalties]
    penalty = penalties[int(np.argmin(np.abs(np.array(freedoms) - found.freedom)))]
    for left in (0, 7, 24):
        kept = np.arange(25) != left
        full = np.column_stack([np.ones(25), design - np.average(design, axis=0, weights=weights)])
        cost = np.diag([0.0, *([penalty] * terms)])
        gram = full[kept].T @ (full[kept] * weights[kept, None]) + cost
        without = np.linalg.solve(gram, full[kept].T @ (weights[kept] * y[kept]))
        assert found.left_out[left] == pytest.approx(float(full[left] @ without), abs=1e-6)


def test_noise_is_smoothed_away_and_what_is_left_is_unbiased() -> None:
    shares = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        u, y = rng.uniform(size=300), rng.normal(size=300)
        found = regress(y, legendre(u, 8), np.arange(1.0, 9.0) ** 4)
        shares.append(found.residual)
    mean, error = np.mean(shares), np.std(shares) / np.sqrt(200)
    assert abs(mean - 1.0) < 4.9 * error + 0.005
    assert error < 0.01


def test_without_inputs_it_is_the_mean() -> None:
    found = regress(np.array([1.0, 2.0, 6.0]), np.empty((3, 0)))
    assert found.fitted == pytest.approx([3.0, 3.0, 3.0])
    assert found.left_out == pytest.approx([4.0, 3.5, 1.5])
    assert found.residual == pytest.approx(7.0)
