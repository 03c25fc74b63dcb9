"""Distributions: percentiles met exactly, and moments against scipy and numerical integration."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import integrate, stats

from simulator import run
from simulator.scenario import Quantity, load, numbers
from simulator.scenario.numbers.distribution import Distribution
from simulator.scenario.numbers.forms import FORMS, FormError, Range, distribution
from simulator.scenario.numbers.percentiles import FEASIBLE, fit, from_z, kind_of
from simulator.streams import codes

ANY = Range(-math.inf, math.inf)
POSITIVE = Range(0.0, 1e6, natural_low=0.0)
SHARE = Range(0.0, 1.0, natural_low=0.0, natural_high=1.0)


def quantile(code: int, p: tuple[float, ...], u: float) -> float:
    """Quantile of METALOG and TWO_PIECE as the codes define it."""
    if code == codes.METALOG:
        z = p[0] + (p[1] + p[2] * (u - 0.5)) * math.log(u / (1.0 - u))
    else:
        assert code == codes.TWO_PIECE
        x = NormalDist().inv_cdf(u)
        z = p[0] + (p[1] if x < 0.0 else p[2]) * x
    return from_z(z, int(p[3]), p[4], p[5])


def read(form: Any, allowed: Range = POSITIVE) -> Distribution:
    return distribution(form, allowed)[0]


BOUNDS = [(-math.inf, math.inf), (0.0, math.inf), (-math.inf, 100.0), (0.0, 100.0)]


@pytest.mark.parametrize(("low", "high"), BOUNDS)
@given(st.floats(0.01, 99.9), st.floats(0.01, 99.9), st.floats(0.01, 99.9))
def test_percentiles_are_met_exactly_and_the_quantile_increases(
    low: float, high: float, a: float, b: float, c: float
) -> None:
    p10, p50, p90 = sorted((a, b, c))
    assume(p50 - p10 > 1e-6 and p90 - p50 > 1e-6)
    code, p = fit(p10, p50, p90, low, high)
    for u, x in ((0.1, p10), (0.5, p50), (0.9, p90)):
        assert quantile(code, p, u) == pytest.approx(x, rel=1e-9, abs=1e-9)
    grid = [1e-6, 1e-4, 0.01, *np.linspace(0.02, 0.98, 49), 0.99, 0.9999, 1 - 1e-6]
    values = [quantile(code, p, float(u)) for u in grid]
    assert all(x <= y for x, y in itertools.pairwise(values))
    assert low <= values[0]
    assert values[-1] <= high


def test_infeasible_and_fat_tailed_metalogs_are_replaced() -> None:
    assert fit(2, 4, 9, 0, math.inf)[0] == codes.METALOG
    assert fit(10, 11, 90, -math.inf, math.inf)[0] == codes.TWO_PIECE
    assert fit(1, 10, 100, 0, math.inf)[0] == codes.TWO_PIECE
    assert fit(0.1, 0.5, 0.9, 0, 1)[0] == codes.METALOG


def test_the_limit_of_feasibility() -> None:
    y = np.linspace(1e-4, 1 - 1e-4, 200_001)
    worst = np.min(y - 0.5 + y * (1 - y) * np.log(y / (1 - y)))
    assert FEASIBLE < -1.0 / worst < FEASIBLE + 2e-4


@pytest.mark.parametrize(
    ("triple", "bounds"),
    [
        ((2, 4, 9), (-math.inf, math.inf)),
        ((2, 4, 9), (0, math.inf)),
        ((2, 4, 9), (-math.inf, 10)),
        ((2, 4, 9), (0, 10)),
        ((0.02, 0.3, 0.97), (0, 1)),
        ((10, 11, 90), (-math.inf, math.inf)),
        ((1, 10, 100), (0, math.inf)),
        ((-90, 5, 9), (-math.inf, 10)),
        ((0.1, 0.101, 0.9), (0, 1)),
    ],
)
def test_moments_of_percentile_forms(triple: tuple[float, ...], bounds: tuple[float, float]) -> None:
    code, p = fit(*triple, *bounds)
    made = Distribution(code, p)

    def moment(k: int) -> float:
        # Integrated over the logistic or normal variate w of u; the pieces join at the median.
        def integrand(w: float) -> float:
            if code == codes.METALOG:
                z = p[0] + (p[1] + p[2] * (1.0 / (1.0 + math.exp(-w)) - 0.5)) * w
                density = math.exp(-abs(w)) / (1.0 + math.exp(-abs(w))) ** 2
            else:
                z = p[0] + (p[1] if w < 0.0 else p[2]) * w
                density = math.exp(-0.5 * w * w) / math.sqrt(2.0 * math.pi)
            return from_z(z, int(p[3]), p[4], p[5]) ** k * density

        ends = (-600, -60, -20, -5, 0, 5, 20, 60, 600) if code == codes.METALOG else (-38, -10, -3, 0, 3, 10, 38)
        return sum(integrate.quad(integrand, a, b, epsrel=1e-11, limit=200)[0] for a, b in itertools.pairwise(ends))

    mean = moment(1)
    sd = math.sqrt(moment(2) - mean**2)
    assert made.mean() == pytest.approx(mean, rel=1e-8)
    assert made.sd() == pytest.approx(sd, rel=1e-7)


ORACLES: list[tuple[dict[str, Any], Any]] = [
    ({"uniform": {"min": 2, "max": 5}}, stats.uniform(2, 3)),
    ({"triangular": {"min": 2, "mode": 3, "max": 7}}, stats.triang(0.2, 2, 5)),
    ({"exponential": {"mean": 4}}, stats.expon(scale=4)),
    ({"lognormal": {"median": 3, "p90": 8}}, stats.lognorm(math.log(8 / 3) / 1.2815515655446004, scale=3)),
    ({"gamma": {"mean": 6, "sd": 2}}, stats.gamma(9, scale=2 / 3)),
    ({"pert": {"min": 2, "mode": 3, "max": 7}}, stats.beta(1.8, 4.2, 2, 5)),
    ({"beta": {"mean": 3, "sd": 0.5, "min": 1, "max": 6}}, None),
]


def test_every_form_has_an_oracle() -> None:
    assert {name for form, _ in ORACLES for name in form} == set(FORMS)


def test_a_code_that_no_quantile_is_written_for_gives_no_number() -> None:
    assert math.isnan(Distribution(max(codes.NAMES) + 1, (1.0,)).quantile(0.5))


@pytest.mark.parametrize(("form", "oracle"), ORACLES)
def test_moments_against_scipy(form: dict[str, Any], oracle: Any) -> None:
    made = read(form)
    mean, sd = (oracle.mean(), oracle.std()) if oracle is not None else (3.0, 0.5)
    assert made.mean() == pytest.approx(mean, rel=1e-9)
    assert made.sd() == pytest.approx(sd, rel=1e-9)


@pytest.mark.parametrize(
    ("form", "oracle"),
    [
        ({"exponential": {"mean": 0.6}}, stats.expon(scale=0.6)),
        ({"lognormal": {"median": 0.3, "p90": 0.9}}, stats.lognorm(math.log(3) / 1.2815515655446004, scale=0.3)),
        ({"gamma": {"mean": 0.5, "sd": 0.5}}, stats.gamma(1, scale=0.5)),
    ],
)
def test_moments_know_of_the_clipping(form: dict[str, Any], oracle: Any) -> None:
    made = read(form, SHARE)
    assert made.bounds == (0.0, 1.0)
    beyond = oracle.sf(1.0)
    first = oracle.expect(lambda x: x, ub=1.0) + beyond
    second = oracle.expect(lambda x: x * x, ub=1.0) + beyond
    assert made.mean() == pytest.approx(first, rel=1e-4)
    assert made.sd() == pytest.approx(math.sqrt(second - first**2), rel=1e-3)


@pytest.mark.parametrize(
    "form",
    [
        {"p10": 1e-9, "p50": 1e-6, "p90": 1e5},
        {"p10": 10, "p50": 1000, "p90": 9e5},
        {"lognormal": {"median": 1e-9, "p90": 1e5}},
    ],
)
def test_moments_of_wide_distributions_stay_within_the_limit(form: dict[str, Any]) -> None:
    made = read(form)
    u = (np.arange(20_000) + 0.5) / 20_000
    x = np.array([made.quantile(float(v)) for v in u])
    assert x.max() == 1e6
    assert made.mean() == pytest.approx(x.mean(), rel=2e-3)
    assert made.sd() == pytest.approx(x.std(), rel=2e-3)


@pytest.mark.parametrize("low", [1e-10, 1e-17, 1e-40, 1e-300])
def test_moments_of_a_lower_half_without_end(low: float) -> None:
    """Its logarithms lie so far out that the two factors of the closed form are too large and too small for floats."""
    made = read({"p10": low, "p50": 1, "p90": 2})
    u = (np.arange(200_000) + 0.5) / 200_000
    x = np.array([made.quantile(float(v)) for v in u])
    assert made.mean() == pytest.approx(x.mean(), rel=1e-4)
    assert made.sd() == pytest.approx(x.std(), rel=1e-3)


def test_moments_beyond_all_numbers_are_finite() -> None:
    for form in ({"p10": 0.5, "p50": 1, "p90": 1e15, "min": 0}, {"p10": -1e15, "p50": -1, "p90": -1e-300, "max": 0}):
        made = read(form, ANY)
        assert math.isfinite(made.mean())
        assert math.isfinite(made.sd())


def test_empirical_and_constant() -> None:
    made = read({"empirical": [3, 1, 2]})
    assert made.values == (1.0, 2.0, 3.0)
    assert made.parameters == (0.0, 3.0, 0.0, 0.0, 0.0, 0.0)
    assert made.mean() == 2.0
    assert made.sd() == pytest.approx(np.std([1, 2, 3]))
    assert (read(3).mean(), read({"constant": 3}).sd(), read({"value": 3}).support()) == (3.0, 0.0, (3.0, 3.0))


@pytest.mark.parametrize("form", [form for form, _ in ORACLES] + [{"p10": 2, "p50": 4, "p90": 9}])
def test_canonical_forms_read_back_the_same(form: dict[str, Any]) -> None:
    made, canonical = distribution(form, POSITIVE)
    assert distribution(canonical, POSITIVE) == (made, canonical)


def test_lognormal_meets_median_and_p90() -> None:
    p = read({"lognormal": {"median": 3, "p90": 8}}).parameters
    made = stats.lognorm(p[1], scale=math.exp(p[0]))
    assert made.ppf([0.5, 0.9]) == pytest.approx([3.0, 8.0])


@pytest.mark.parametrize(
    "form",
    [
        *(form for form, _ in ORACLES),
        {"p10": 2, "p50": 4, "p90": 9},
        {"p10": 1, "p50": 10, "p90": 100},
        {"p10": 1, "p50": 2, "p90": 8, "max": 9},
        {"empirical": [3, 1, 2]},
        {"constant": 3},
    ],
)
def test_compiled_quantile_agrees_with_the_moments(form: dict[str, Any]) -> None:
    made = read(form)
    u = (np.arange(20_000) + 0.5) / 20_000
    x = np.array([made.quantile(float(v)) for v in u])
    assert np.all(np.diff(x) >= 0.0)
    assert x.mean() == pytest.approx(made.mean(), rel=5e-3)
    assert x.std() == pytest.approx(made.sd(), rel=0.15, abs=1e-12)
    if "p10" in form:
        for share in (10, 50, 90):
            assert made.quantile(share / 100) == pytest.approx(form[f"p{share}"], rel=1e-9)


def test_kinds_and_ranges() -> None:
    assert [kind_of(low, high) for low, high in BOUNDS] == [0, 1, 2, 3]
    assert str(Range(0, 1, high_open=True)) == "from 0 to below 1"
    assert str(ANY) == "any number"
    check: Callable[[float], bool] = Range(0, 1, low_open=True).allows
    assert not check(0.0)
    assert check(1.0)


def test_form_errors_carry_every_finding() -> None:
    with pytest.raises(FormError) as raised:
        read({"uniform": {"min": "x", "mx": 3}})
    assert len(raised.value.findings) == 2


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("users.learning_weeks", {"gamma": {"mean": 4, "sd": 80}}),
        ("users.learning_weeks", {"p10": 1e-300, "p50": 1e-290, "p90": 1e-200}),
        ("rollout.time_scale", {"lognormal": {"median": 1e-300, "p90": 1}}),
        ("users.trust.prior_tasks", {"exponential": {"mean": 1e-20}}),
        ("users.segments.volunteers.initial_trust", {"beta": {"mean": 0.5, "sd": 0.4999}}),
    ],
)
def test_no_draw_lies_on_an_end_that_the_field_leaves_out(path: str, form: dict[str, Any]) -> None:
    """Draws near such an end are so many that rounding would put some on it, where a rate is infinite."""
    scenario = load("retail-chatbot").with_changes({path: form})
    (stated,) = (one for one in numbers(scenario) if one.path == path)
    assert isinstance(stated.value, Quantity)
    for u in (1e-300, 1e-17, 1e-6, 0.1, 0.5, 0.9, 1.0 - 2.0**-53):
        assert stated.allowed.allows(stated.value.distribution.quantile(u))


@pytest.mark.slow
def test_a_run_ends_whatever_is_drawn_of_times_above_zero() -> None:
    """The first replications would draw 0 weeks of learning, and never end."""
    changes = {"users.learning_weeks": {"gamma": {"mean": 4, "sd": 80}}, "horizon_weeks": 40}
    result = run(load("theory/changing-rate").with_changes(changes), replications=4, jobs=1, progress=False)
    assert min(result.records.measure("events")) > 0  # type: ignore[type-var,operator]
