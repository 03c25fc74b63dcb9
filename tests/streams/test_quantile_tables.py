"""Tabulated quantiles against SciPy, in 100,000 points a form and beyond the ends of what is ever drawn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy import special

from simulator.streams import codes
from simulator.streams.jit import rule
from simulator.streams.quantile_tables import (
    LARGEST_SHAPE,
    LEAST_SERIES,
    LEAST_SHAPE,
    LEAST_STICK,
    STICK_SIZE,
    beta_from,
    gamma_from,
    prepare_sticks,
    quantile_table,
    stick,
)
from simulator.streams.special import beta_quantile

Floats = npt.NDArray[np.float64]


def levels() -> Floats:
    """100,000 levels: most as they are drawn, 5,000 of them far down, and 5,000 far up, as far as 53 bits go."""
    draws = np.random.default_rng(5)
    tails = 10.0 ** -draws.uniform(0, 15.5, (2, 5_000))
    return np.sort(np.concatenate([draws.random(90_000), tails[0], 1.0 - tails[1]]))


LEVELS = levels()


@rule
def all_gamma(table: Floats, u: Floats, out: Floats) -> None:
    for i in range(len(u)):
        out[i] = gamma_from(table, 0, u[i])


@rule
def all_beta(table: Floats, u: Floats, out: Floats) -> None:
    for i in range(len(u)):
        out[i] = beta_from(table, 0, u[i])


@rule
def all_sticks(table: Floats, b: float, u: Floats, out: Floats) -> None:
    for i in range(len(u)):
        out[i] = stick(table, b, u[i])


def exact_beta(a: float, b: float) -> Floats:
    """SciPy's quantiles; from above for high levels, where it loses its way from below."""
    return np.where(LEVELS < 0.5, special.betaincinv(a, b, LEVELS), 1.0 - special.betaincinv(b, a, 1.0 - LEVELS))


def greatest_error(ours: Floats, exact: Floats, among: npt.NDArray[np.bool_] | None = None) -> float:
    """The greatest relative error, where the exact value is one of full precision."""
    normal = (exact > 1e-290) if among is None else (exact > 1e-290) & among
    return float(np.abs(ours[normal] / exact[normal] - 1.0).max())


@pytest.mark.parametrize(
    ("shape", "most"),
    [(0.1, 4e-7), (0.3, 1e-8), (1.0, 1e-12), (1.5, 1e-10), (30.0, 1e-9), (1e5, 1e-9)],
)
def test_gamma(shape: float, most: float) -> None:
    ours = np.empty_like(LEVELS)
    all_gamma(quantile_table(codes.GAMMA, shape, 1.0), LEVELS, ours)
    exact = np.where(LEVELS < 0.5, special.gammaincinv(shape, LEVELS), special.gammainccinv(shape, 1.0 - LEVELS))
    assert greatest_error(ours, exact) < most
    assert (np.diff(ours) >= 0.0).all()


@pytest.mark.parametrize(
    ("a", "b", "most"),
    [
        (0.1, 0.1, 4e-6), (0.2, 130.0, 5e-8), (2.0, 3.0, 1e-9), (1.0, 1.0, 1e-12), (5.0, 0.4, 1e-9), (3.0, 1e5, 1e-9),
    ],
)  # fmt: skip
def test_beta(a: float, b: float, most: float) -> None:
    ours = np.empty_like(LEVELS)
    all_beta(quantile_table(codes.BETA, a, b), LEVELS, ours)
    assert greatest_error(ours, exact_beta(a, b)) < most
    assert (np.diff(ours) >= 0.0).all()
    middle = (LEVELS > 1e-3) & (LEVELS < 0.999)
    mirrored = np.empty_like(LEVELS)
    all_beta(quantile_table(codes.BETA, b, a), 1.0 - LEVELS, mirrored)
    assert np.abs(ours + mirrored - 1.0)[middle].max() < 1e-9


def test_no_table_where_it_would_not_be_good_or_is_not_needed() -> None:
    assert len(quantile_table(codes.GAMMA, LEAST_SHAPE / 2, 1.0)) == 0
    assert len(quantile_table(codes.BETA, 1.0, 2 * LARGEST_SHAPE)) == 0
    assert len(quantile_table(codes.LOGNORMAL, 1.0, 1.0)) == 0


@pytest.mark.parametrize(("a", "most"), [(0.05, 1e-4), (0.1, 2e-5), (0.3, 5e-7), (0.8, 5e-8)])
def test_sticks(a: float, most: float) -> None:
    table = np.zeros(STICK_SIZE)
    prepare_sticks(table, a)
    kept = table.copy()
    prepare_sticks(table, a)
    assert np.array_equal(table, kept)
    ours = np.empty_like(LEVELS)
    for b in (2.0, LEAST_SERIES, 130.0):
        all_sticks(table, b, LEVELS, ours)
        exact = exact_beta(a, b)
        assert greatest_error(ours, exact, LEVELS < 1.0 - 1e-6) < most
        assert greatest_error(ours, exact) < max(most, 3e-5)
        assert (np.diff(ours) >= -1e-7 * ours[1:] - 1e-290).all()


def test_sticks_of_a_shape_without_a_table_are_inverted_one_by_one() -> None:
    table = np.zeros(STICK_SIZE)
    prepare_sticks(table, LEAST_STICK / 5)
    assert [stick(table, 40.0, u) for u in (0.1, 0.6, 0.99)] == [
        beta_quantile(LEAST_STICK / 5, 40.0, u) for u in (0.1, 0.6, 0.99)
    ]


def test_sticks_are_prepared_anew_for_another_shape() -> None:
    table, other = np.zeros(STICK_SIZE), np.zeros(STICK_SIZE)
    prepare_sticks(table, 0.4)
    prepare_sticks(table, 0.7)
    prepare_sticks(other, 0.7)
    assert np.array_equal(table, other)
