"""Quantiles against SciPy, and Philox against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from simulator.streams import codes
from simulator.streams.philox import draw, philox, stream
from simulator.streams.special import beta_quantile, gamma_quantile, log_gamma, normal_quantile
from simulator.streams.variates import quantile

LEVELS = np.unique([*(10.0 ** -np.arange(1, 7)), *np.linspace(0.02, 0.98, 24), *(1 - 10.0 ** -np.arange(2, 7))])
NONE = np.zeros(1)


def test_philox_gives_the_words_of_numpy():
    key = np.array([2**63 + 5, 17], dtype=np.uint64)
    for counter in ([1, 0, 0, 0], [1, 2, 2**64 - 1, 0], [9, 2**40, 123456789, 7]):
        ours = philox(*key, *np.array(counter, dtype=np.uint64))
        before = np.array([counter[0] - 1, *counter[1:]], dtype=np.uint64)  # NumPy counts up, then makes a block
        theirs = np.random.Philox(key=key, counter=before).random_raw(4)
        assert [int(w) for w in ours] == [int(w) for w in theirs]


def test_streams_are_uniform_and_unrelated():
    key = np.array([1, 0], dtype=np.uint64)
    names = [stream("user", "plant-1"), stream("user", "plant-2"), stream("ticket", "plant-1")]
    samples = np.array([[draw(key, name, 3, i) for i in range(4000)] for name in np.array(names)])
    for column in samples.reshape(3, -1):
        assert stats.kstest(column, "uniform").pvalue > 1e-4
    assert np.abs(np.corrcoef(samples.reshape(3, -1))[np.triu_indices(3, 1)]).max() < 0.04
    assert len({*map(int, names)}) == 3


def test_normal():
    ours = [normal_quantile(u) for u in LEVELS]
    np.testing.assert_allclose(ours, special.ndtri(LEVELS), rtol=1e-13, atol=1e-15)


def test_log_gamma():
    x = np.array([1e-3, 0.1, 0.5, 1.0, 1.7, 2.0, 7.9, 8.0, 33.3, 1e4, 1e7])
    np.testing.assert_allclose([log_gamma(v) for v in x], special.gammaln(x), rtol=3e-14, atol=3e-14)


@pytest.mark.parametrize("shape", [0.05, 0.3, 0.9, 1.0, 1.5, 4.0, 30.0, 900.0])
def test_gamma(shape):
    ours = [gamma_quantile(shape, u) for u in LEVELS]
    np.testing.assert_allclose(ours, special.gammaincinv(shape, LEVELS), rtol=1e-9, atol=1e-290)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (0.5, 10.5),
        (0.2, 130.0),
        (0.9, 2.0),
        (0.55, 400.0),
        (2.0, 3.0),
        (30.0, 4.0),
        (0.3, 0.3),
        (1.0, 1.0),
        (5.0, 0.4),
        (150.0, 150.0),
    ],
)
def test_beta(a, b):
    ours = [beta_quantile(a, b, u) for u in LEVELS]
    np.testing.assert_allclose(ours, special.betaincinv(a, b, LEVELS), rtol=1e-8, atol=1e-290)


@pytest.mark.parametrize(("code", "parameters", "oracle"), [
    (codes.UNIFORM, (2, 5), stats.uniform(2, 3)),
    (codes.TRIANGULAR, (1, 2, 5), stats.triang(0.25, 1, 4)),
    (codes.EXPONENTIAL, (3,), stats.expon(scale=3)),
    (codes.LOGNORMAL, (0.3, 0.8), stats.lognorm(0.8, scale=np.exp(0.3))),
    (codes.GAMMA, (2.5, 1.5), stats.gamma(2.5, scale=1.5)),
    (codes.BETA, (2, 3, -1, 4), stats.beta(2, 3, loc=-1, scale=5)),
])  # fmt: skip
def test_families(code, parameters, oracle):
    padded = np.zeros(6)
    padded[: len(parameters)] = parameters
    ours = np.array([quantile(code, padded, -np.inf, np.inf, NONE, u) for u in LEVELS])
    np.testing.assert_allclose(ours, oracle.ppf(LEVELS), rtol=1e-9)
    assert (np.diff([quantile(code, padded, -np.inf, np.inf, NONE, u) for u in LEVELS]) > 0).all()


def test_empirical_gives_each_value_its_share():
    values = np.array([0.0, 1.0, 4.0, 9.0])
    drawn = [quantile(codes.EMPIRICAL, np.array([1, 3, 0, 0, 0, 0.0]), 0, 99, values, u) for u in (0.1, 0.4, 0.9999999)]
    assert drawn == [1.0, 4.0, 9.0]
