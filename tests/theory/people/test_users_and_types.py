"""Edge-case types, counts, onsets, comings and goings, and trust against theory, on the neutral scenarios."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import integrate, linalg, stats

from simulator import engine
from simulator.scenario import Scenario, load
from tests.theory.formulas.closed_forms import (
    pitman_yor_mean_new_share,
    pitman_yor_mean_types,
    stick_breaking_mean_remainder,
)
from tests.theory.simulated import SEED, observe, replicate
from tests.theory.statistics import compare_mean, compare_ratio

slow = pytest.mark.slow


# ---- types of edge cases


def poisson_mean(mean_draws: float, of: Callable[[int], float]) -> float:
    """Expected value of a function of a Poisson number of draws."""
    spread = 12.0 * math.sqrt(mean_draws) + 12.0
    n = np.arange(max(0, int(mean_draws - spread)), int(mean_draws + spread) + 1)
    kept = stats.poisson.pmf(n, mean_draws)
    return math.fsum(p * of(int(k)) for k, p in zip(n, kept, strict=True) if p > 0.0)


def mean_types(draws: float, discount: float, concentration: float) -> float:
    """Expected distinct types of a Pitman-Yor process when the number of draws is Poisson."""
    return poisson_mean(draws, lambda n: pitman_yor_mean_types(n, discount, concentration))


def mean_known(draws: float, discount: float, concentration: float) -> float:
    """Expected mass of these types: the draw that follows is of one of them."""
    return 1.0 - poisson_mean(draws, lambda n: pitman_yor_mean_new_share(n, discount, concentration))


def mean_over_tails(types: int, discount: float, concentration: float, of: Callable[[float], float]) -> float:
    """Expected value of a function of the mass R beyond the first `types` sticks, a product of independent betas.

    Given R the tail is a Pitman-Yor process (d, theta + types d) of its own, which gets a Poisson number of the draws.
    R is sampled, with itself, whose mean is known, as control variate.
    """
    rng = np.random.default_rng(1)
    k = np.arange(1, types + 1)
    sticks = (rng.beta(concentration + k * discount, 1.0 - discount) for _ in range(400))
    rests = np.array([math.exp(np.log(rest).sum()) for rest in sticks])
    values = np.array([of(float(rest)) for rest in rests])
    away = rests - stick_breaking_mean_remainder(types, discount, concentration)
    slope = np.cov(values, away)[0, 1] / away.var(ddof=1)
    return float((values - slope * away).mean())


LAWS = [
    pytest.param("compiled", 0.5, 10.0, 1000, 1024, 200, id="compiled-heaps"),
    pytest.param("compiled", 0.0, 5.0, 1000, 512, 1000, marks=slow, id="compiled-dirichlet"),
    pytest.param("compiled", 0.25, 1.0, 300, 512, 2000, marks=slow, id="compiled-few"),
    pytest.param("compiled", 0.8, 2.0, 1000, 256, 1500, marks=slow, id="compiled-cut-off"),
    pytest.param("compiled", 0.5, -0.25, 200, 512, 3000, marks=slow, id="compiled-negative"),
    pytest.param("reference", 0.5, 10.0, 200, 128, 40, id="reference-heaps"),
]


@pytest.mark.parametrize(("name", "discount", "concentration", "tasks", "types", "replications"), LAWS)
def test_types_met_and_the_mass_that_is_known(name, discount, concentration, tasks, types, replications):
    scenario = edge_cases(types, discount=discount, concentration=concentration).with_changes(
        {"users.tasks_per_user_week": tasks / 200.0}
    )
    seen = observe(name, scenario, replications, lambda state: (state.types["seen"].sum(), state.families["known"][0]))
    own = concentration + types * discount
    law = types, discount, concentration
    met = mean_types(tasks, discount, concentration)
    met -= mean_over_tails(*law, lambda rest: mean_types(tasks * rest, discount, own))
    known = mean_known(tasks, discount, concentration)
    known -= mean_over_tails(*law, lambda rest: rest * mean_known(tasks * rest, discount, own))
    limit = 0.05 if name == "compiled" else 0.12
    compare_mean(seen[:, 0], met).assert_agrees(half_width_limit=limit)
    compare_mean(seen[:, 1], known).assert_agrees(half_width_limit=limit)


def edge_cases(types: int, **organisation: float) -> Scenario:
    """Tasks that are all edge cases, with so many types kept apart and changes of their family."""
    return load("theory/edge-case-types").with_changes(
        {
            "edge_cases.types_per_family": types,
            **{f"edge_cases.organisation.{key}": value for key, value in organisation.items()},
        }
    )


def coverage(weights: np.ndarray, draws: float) -> np.ndarray:
    """Expected known mass given the weights, float64[replications, types], after a Poisson number of draws."""
    return np.asarray(-(weights * np.expm1(-draws * weights)).sum(axis=1))


@pytest.mark.parametrize(
    ("name", "development", "types", "replications"),
    [
        pytest.param("compiled", 0.0, 1024, 300, id="compiled-new"),
        pytest.param("compiled", 400.0, 1024, 300, id="compiled-developed"),
        pytest.param("compiled", 400.0, 16, 300, id="compiled-cut-off"),
        pytest.param("reference", 100.0, 64, 20, id="reference"),
    ],
)
def test_the_known_mass_is_that_of_a_poissonised_sample(name, development, types, replications):
    """Week by week, and given the weights: what development or users have drawn is known."""
    scenario = edge_cases(types, development_tasks=development)
    known = np.array([one.weekly["edge_case_mass_known"] for one in replicate(name, scenario, replications)])
    given = weights(scenario, replications)
    for week in (0, 3, 9):
        expected = coverage(given, development + 100.0 * (week + 1))
        limit = 0.01 if name == "compiled" else 0.1
        compare_ratio(known[:, week], expected, 1.0).assert_agrees(half_width_limit=limit)
    assert (np.diff(known, axis=1) >= 0.0).all()  # what is known stays known


def test_the_known_mass_of_several_families_weighs_them_by_everybodys_year():
    """Two sites, one of them twice as varied, and a season of four weeks."""
    scenario = edge_cases(256, share=0.3).with_changes(
        {
            "sites": [{"name": "site", "users": 30}, {"name": "other", "users": 10, "local_variety": 2}],
            "edge_cases.site": {"share": 0.2, "discount": 0.4, "concentration": 5, "development_tasks": 50},
            "edge_cases.season": {"discount": 0.3, "concentration": 3},
            "seasons": [{"name": "peak", "start": "01-19", "end": "02-15", "volume": 2, "edge_case_share": 0.25}],
        }
    )
    known = np.array([one.measures["edge_case_mass_known"] for one in replicate("compiled", scenario, 300)])
    started = observe("compiled", scenario, 300, lambda state: state.types["weight"].copy())
    given = started.reshape(300, 4, 256)
    tasks, peak = 5.0 * np.array([30.0, 10.0]) * (6.0 + 4.0 * 2.0), 5.0 * 40.0 * 4.0 * 2.0
    draws = [0.3 * tasks.sum(), 0.2 * tasks[0], 0.4 * tasks[1], 0.25 * peak]
    shares = np.array([0.3, 0.2 * 30.0 / 40.0, 0.4 * 10.0 / 40.0, 0.25 * 28.0 / 73.0])
    expected = sum(share * coverage(given[:, f], draws[f]) for f, share in enumerate(shares)) / shares.sum()
    compare_ratio(known, expected, 1.0).assert_agrees(half_width_limit=0.012)


def test_the_known_mass_settles_as_more_types_are_kept_apart():
    """On every path: the same draws, of which more are told apart, each step adding less than a third of the last."""
    known = np.array(
        [
            [one.measures["edge_case_mass_known"] for one in replicate("compiled", edge_cases(types), 100)]
            for types in (64, 256, 1024, 4096)
        ]
    )
    steps = np.diff(known, axis=0)
    assert (steps >= -1e-12).all()
    gains = steps.mean(axis=1)
    assert gains[1] < gains[0] / 3.0
    assert gains[2] < gains[1] / 3.0
    assert gains[2] < 0.002
    compare_mean(known[3], mean_known(1000.0, 0.5, 10.0)).assert_agrees(half_width_limit=0.02)


def test_nothing_is_known_or_unknown_where_there_are_no_edge_cases():
    (one,) = replicate("compiled", load("theory/trust"), 1)
    assert one.measures["edge_case_mass_known"] is None
    assert np.isnan(one.weekly["edge_case_mass_known"]).all()


def weights(scenario: Scenario, replications: int) -> np.ndarray:
    """Weights of the organisation's types, float64[replications, types]."""
    runner = engine.get("compiled").Engine(engine.build(scenario))
    types = scenario.edge_cases.types_per_family
    return np.array([runner.begin(n, SEED).state.types["weight"][:types].copy() for n in range(replications)])


@pytest.mark.parametrize(
    ("discount", "concentration"),
    [
        (0.5, 10.0),
        *(pytest.param(*law, marks=slow) for law in ((0.0, 5.0), (0.25, 1.0), (0.8, 0.5), (0.3, -0.2), (0.05, 30.0))),
    ],
)
def test_stick_breaking_weights_follow_the_chinese_restaurant(discount, concentration):
    """The chance that k customers share a table is the expected sum of p^k: (1-d)(2-d).../((1+theta)(2+theta)...)."""
    scenario = load("theory/edge-case-types").with_changes(
        {
            "edge_cases.organisation.discount": discount,
            "edge_cases.organisation.concentration": concentration,
            "edge_cases.types_per_family": 128,
        }
    )
    w = weights(scenario, 1000)
    assert (w >= 0.0).all()
    assert (w.sum(axis=1) <= 1.0 + 1e-12).all()
    k = 128
    for power in (2, 3):
        together = math.prod((i - discount) / (i + concentration) for i in range(1, power))
        # what lies beyond the truncation: E[R^power] times the same chance within the tail
        tail_concentration = concentration + k * discount
        moment = 1.0
        for j in range(1, k + 1):
            a, b = concentration + j * discount, 1.0 - discount
            moment *= math.prod((a + i) / (a + b + i) for i in range(power))
        together -= moment * math.prod((i - discount) / (i + tail_concentration) for i in range(1, power))
        compare_mean((w**power).sum(axis=1), together).assert_agrees(half_width_limit=0.2)
    remainder = stick_breaking_mean_remainder(k, discount, concentration)
    if remainder > 1e-3:
        compare_mean(1.0 - w.sum(axis=1), remainder).assert_agrees(half_width_limit=0.2)
    compare_mean(w[:, 0], (1.0 - discount) / (1.0 + concentration)).assert_agrees(half_width_limit=0.12)


# ---- counts under a changing rate


def errors_per_week(scenario: Scenario) -> np.ndarray:
    """Expected noticed errors of each week, float64[weeks], summed over working days; one site in UTC."""
    users, ai = scenario.users, scenario.ai
    hours = users.working_hours
    days = len(hours.days.numbers)
    daily = scenario.sites[0].users.value * users.tasks_per_user_week.value / days
    monday = scenario.start_date - datetime.timedelta(days=scenario.start_date.weekday())
    season = scenario.seasons[0]
    expected = np.zeros(scenario.horizon_weeks)
    for week in range(scenario.horizon_weeks):
        for day in hours.days.numbers:
            date = monday + datetime.timedelta(days=7 * week + day)
            inside = tuple(season.start) <= (date.month, date.day) <= tuple(season.end)
            age = week + day / 7.0 + hours.start_hour / 168.0  # the site starts on Monday at 0:00; decay steps daily
            accuracy = ai.reference_accuracy.value * 2.0 ** (-age / ai.half_life_weeks.value)
            expected[week] += daily * (season.volume.value if inside else 1.0) * (1.0 - accuracy)
    return expected * users.notice_probability.value


@pytest.mark.parametrize(
    ("name", "weeks", "replications", "half_width"), [("compiled", 30, 200, 0.01), ("reference", 9, 10, 0.05)]
)
def test_counts_are_poisson_under_a_changing_rate(name, weeks, replications, half_width):
    scenario = load("theory/changing-rate").with_changes({"horizon_weeks": weeks})
    expected = errors_per_week(scenario)
    counts = np.array([one.weekly["tickets_opened"] for one in replicate(name, scenario, replications)])
    compare_mean(counts.sum(axis=1), expected.sum()).assert_agrees(half_width_limit=half_width)
    z = (counts.mean(axis=0) - expected) / np.sqrt(expected / replications)
    assert np.abs(z).max() < 4.9
    # sum over weeks and replications of (count - mean)^2 / mean: chi-squared for Poisson counts
    dispersion = np.sum((counts - expected) ** 2 / expected)
    freedom = counts.size
    assert abs(dispersion - freedom) < 4.9 * math.sqrt(2.0 * freedom + np.sum(1.0 / expected) * replications)
    if replications > 100:  # and one week tells nothing of the next
        centred = (counts - expected) / np.sqrt(expected)
        assert abs(np.mean(centred[:, 1:] * centred[:, :-1])) < 4.9 / math.sqrt(centred[:, 1:].size)


def test_each_step_of_the_rate_is_in_its_week():
    """The season is not a blur: the weeks inside have twice the rate of the weeks outside."""
    expected = errors_per_week(load("theory/changing-rate"))
    assert expected[6] > 1.9 * expected[4]
    assert expected[4] < expected[5] < expected[6]


# ---- onsets, comings and goings


def bass_mean(users: int, innovation: float, imitation: float, weeks: np.ndarray) -> np.ndarray:
    """Expected adopters of a pure-birth process with rate (N - j)(p + q j / N) from j = 0, at each time."""
    j = np.arange(users + 1)
    rate = (users - j) * (innovation + imitation * j / users)
    generator = np.diag(-rate) + np.diag(rate[:-1], 1)
    return np.array([(linalg.expm(generator * t)[0] * j).sum() for t in weeks])


@pytest.mark.parametrize(
    ("name", "users", "innovation", "imitation", "hours", "replications"),
    [
        pytest.param("compiled", 50, 0.05, 0.4, (0, 24), 300, id="compiled"),
        pytest.param("compiled", 8, 0.02, 1.5, (0, 24), 3000, marks=slow, id="compiled-few-users"),
        pytest.param("compiled", 200, 0.3, 0.0, (9, 17), 100, id="compiled-office-hours"),
        pytest.param("reference", 50, 0.05, 0.4, (0, 24), 40, id="reference"),
    ],
)
def test_onsets_are_a_finite_bass_diffusion(name, users, innovation, imitation, hours, replications):
    scenario = load("theory/bass").with_changes(
        {
            "sites.site.users": users,
            "users.segments.everybody.onset_per_week": innovation,
            "users.word_of_mouth_per_week": imitation,
            "users.working_hours": {"days": "all", "start_hour": hours[0], "end_hour": hours[1]},
        }
    )
    active = np.array([one.weekly["active_users"] for one in replicate(name, scenario, replications)])
    assert (active[:, :2] == 0.0).all()  # the pilot's week and the wait for funding
    since = np.array([2, 4, 8, 16])  # whole weeks, so that working hours do not matter
    for week, expected in zip(since, bass_mean(users, innovation, imitation, since), strict=True):
        compare_mean(active[:, 1 + week], expected).assert_agrees(half_width_limit=0.2)


def test_bass_is_exponential_without_imitation():
    assert bass_mean(10, 0.3, 0.0, np.array([2.0]))[0] == pytest.approx(10 * (1 - math.exp(-0.6)))


@pytest.mark.parametrize(
    ("name", "users", "leaving", "coming", "base", "replications"),
    [
        pytest.param("compiled", 30, 0.1, 0.5, 0.2, 300, id="compiled"),
        pytest.param("compiled", 10, 0.5, 2.0, 0.05, 1000, marks=slow, id="compiled-busy"),
        pytest.param("reference", 30, 0.1, 0.5, 0.2, 40, id="reference"),
    ],
)
def test_users_come_and_go_as_a_birth_and_death_chain(name, users, leaving, coming, base, replications):
    scenario = load("theory/come-and-go").with_changes(
        {
            "sites.site.users": users,
            "users.drop_out_per_week": leaving,
            "users.return_per_week": coming,
            "users.return_base": base,
        }
    )
    trust = scenario.users.segments[0].initial_trust.value
    j = np.arange(users + 1)
    up = (users - j) * coming * (base + j / users) * trust
    down = j * leaving
    generator = np.diag(-(up + down)) + np.diag(up[:-1], 1) + np.diag(down[1:], -1)
    active = np.array([one.weekly["active_users"] for one in replicate(name, scenario, replications)])
    for week in (1, 4, 12, 26):
        expected = float(linalg.expm(generator * week)[-1] @ j)
        compare_mean(active[:, week - 1], expected).assert_agrees(half_width_limit=0.06)


# ---- trust


def mean_trust(scenario: Scenario, weeks: int) -> float:
    """Expected trust of a user after `weeks` whole weeks, at a constant rate of successes and of errors that are known.

    T = (A + G) / (P + G + L) with G known and L a weighted sum of Poisson counts, so that
    E[1 / (c + L)] is the integral over s of exp(-c s) E[exp(-s L)].
    """
    users, settings = scenario.users, scenario.users.trust
    accuracy = scenario.ai.reference_accuracy.value
    tasks = (users.judged_per_week or users.tasks_per_user_week).value
    keep = (1.0 - settings.forgetting_per_week.value) ** np.arange(1, weeks + 1)
    gained = tasks * accuracy * settings.success_weight.value * keep.sum()
    noticed = tasks * (1.0 - accuracy) * users.notice_probability.value
    surfaced = tasks * (1.0 - accuracy) * (1.0 - users.notice_probability.value) * users.surfacing_share.value
    losses = settings.error_weight.value * keep
    told = settings.surfaced_weight.value * keep
    prior = settings.prior_tasks.value

    def integrand(s: float) -> float:
        known = noticed * float(np.sum(-np.expm1(-s * losses))) + surfaced * float(np.sum(-np.expm1(-s * told)))
        return math.exp(-(prior + gained) * s - known)

    scale = 1.0 / (prior + gained)
    integral, _ = integrate.quad(lambda x: integrand(x * scale), 0.0, 60.0, epsabs=1e-12, limit=200)
    return (users.segments[0].initial_trust.value * prior + gained) * integral * scale


@pytest.mark.parametrize(
    ("name", "changes", "replications"),
    [
        pytest.param("compiled", {}, 40, id="compiled"),
        pytest.param(
            "compiled", {"ai.reference_accuracy": 0.5, "users.notice_probability": 1.0}, 40, id="compiled-bad"
        ),
        pytest.param("compiled", {"users.notice_probability": 0.0}, 10, id="compiled-no-errors"),
        pytest.param("compiled", {"users.trust.forgetting_per_week": 0.0}, 20, id="compiled-nothing-forgotten"),
        pytest.param("reference", {"sites.site.users": 20, "horizon_weeks": 20}, 10, id="reference"),
    ],
)
def test_trust_settles_where_theory_says(name, changes, replications):
    scenario = load("theory/trust").with_changes(changes)
    trust = np.array([one.weekly["trust_mean"] for one in replicate(name, scenario, replications)])
    for weeks in (1, 3, scenario.horizon_weeks):
        expected = mean_trust(scenario, weeks)
        if scenario.users.notice_probability.value == 0.0:
            assert trust[:, weeks - 1] == pytest.approx(expected, rel=1e-9)
        else:
            compare_mean(trust[:, weeks - 1], expected).assert_agrees()
