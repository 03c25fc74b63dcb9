"""How uncertain inputs are drawn: the Sobol' design, ranks that go together, and what neither may change."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.stats import qmc

import simulator as sim
from simulator import engine
from simulator.model.plan.inputs import LEAST_UNIFORM
from simulator.scenario import Scenario, out_of_reach, tied_inputs
from simulator.scenario.checks.correlations import triangular_factor
from simulator.scenario.numbers import ranks
from simulator.store.shards import ResultWarning
from tests.model.small import DOCUMENT

UNCERTAIN = {
    "ai.reference_accuracy": {"p10": 0.8, "p50": 0.9, "p90": 0.97},
    "users.notice_probability": {"uniform": {"min": 0.2, "max": 0.8}},
    "users.trust.error_weight": {"lognormal": {"median": 2, "p90": 5}},
    "users.tasks_per_user_week": {"p10": 10, "p50": 15, "p90": 30},
    "support.triage_skill": {"p10": 0.5, "p50": 0.7, "p90": 0.9},
}
TRUST = "users.trust.error_weight"
NOTICE = "users.notice_probability"
ACCURACY = "ai.reference_accuracy"


def scenario(*correlations: tuple[list[str], float], **changes: Any) -> Scenario:
    """The small programme with five uncertain inputs and correlations between them."""
    declared = [{"inputs": paths, "rank_correlation": rank} for paths, rank in correlations]
    return sim.load(DOCUMENT).with_changes({**UNCERTAIN, **changes, "correlations": declared})


def drawn(scenario: Scenario, replications: int, design: str = "random") -> dict[str, np.ndarray]:
    plan = engine.build(scenario, design)
    rows = np.array([plan.draw_inputs(number, 7) for number in range(replications)])
    return dict(zip(plan.inputs, rows.T, strict=True))


def test_sobol_points_are_those_of_scipy_one_after_the_other() -> None:
    plan = engine.build(scenario(), "sobol")
    with pytest.warns(UserWarning, match="power of 2"):
        expected = qmc.Sobol(5, rng=np.random.default_rng(7)).random(3000)
    for number in (2999, 0, 1023, 1024, 1):  # in any order: a point depends on its number alone
        np.testing.assert_allclose(plan.uniforms(number, 7), expected[number], atol=2**-30, rtol=0)


def test_each_input_of_a_sobol_design_meets_every_part_of_its_range_once() -> None:
    plan = engine.build(scenario(), "sobol")
    points = np.array([plan.uniforms(number, 3) for number in range(256)])
    for column in points.T:
        assert sorted(np.floor(256 * column)) == list(range(256))


def test_a_longer_sobol_run_begins_with_the_shorter_one_and_has_the_noise_of_the_random_one() -> None:
    run = {"seed": 3, "jobs": 1, "progress": False}
    short, long, random = (
        sim.run(scenario(), count, design=design, **run)
        for count, design in ((5, "sobol"), (9, "sobol"), (5, "random"))
    )
    assert long.replications.head(5).equals(short.replications)
    assert not short.replications.equals(random.replications)
    reference = sim.run(scenario(), 2, design="sobol", engine="reference", **run)
    assert reference.replications.equals(short.replications.head(2))


def test_a_sobol_design_knows_a_mean_better() -> None:
    exact = scenario().users.trust.error_weight.mean
    errors = {}
    for design in ("random", "sobol"):
        plan = engine.build(scenario(), design)
        means = [
            np.mean([plan.draw_inputs(i, seed)[plan.inputs.index(TRUST)] for i in range(128)]) for seed in range(40)
        ]
        errors[design] = np.sqrt(np.mean((np.array(means) - exact) ** 2))
    assert errors["sobol"] < 0.2 * errors["random"]


@pytest.mark.parametrize("design", ["random", "sobol"])
@pytest.mark.parametrize("rank", [-0.9, 0.3, 0.8])
def test_ranks_are_correlated_as_declared(rank: float, design: str) -> None:
    values = drawn(scenario(([NOTICE, TRUST], rank)), 2048, design)
    found = stats.spearmanr(values[NOTICE], values[TRUST]).statistic
    assert abs(np.arctanh(found) - np.arctanh(rank)) < 4.9 * 1.1 / np.sqrt(2048)  # Fisher's z; Fieller et al. 1957
    assert stats.kstest(values[NOTICE], stats.uniform(0.2, 0.6).cdf).pvalue > 1e-6


@pytest.mark.parametrize("design", ["random", "sobol"])
def test_a_correlation_changes_only_the_inputs_that_it_names(design: str) -> None:
    free, tied = (drawn(of, 50, design) for of in (scenario(), scenario(([TRUST, ACCURACY], 0.6))))
    changed = {path for path in free if not np.array_equal(free[path], tied[path])}
    assert changed == {ACCURACY}  # the later one in declared order: the first keeps its own draws
    more = drawn(scenario(([TRUST, ACCURACY], 0.6), ([NOTICE, "support.triage_skill"], -0.5)), 50, design)
    assert {path for path in tied if not np.array_equal(tied[path], more[path])} == {"support.triage_skill"}


def test_setting_one_input_to_a_number_leaves_those_it_went_with() -> None:
    correlation = [NOTICE, TRUST, ACCURACY], 0.5
    free, fixed = drawn(scenario(correlation), 50), drawn(scenario(correlation, **{NOTICE: 0.4}), 50)
    assert NOTICE not in fixed
    assert all(np.array_equal(fixed[path], free[path]) for path in fixed)


# ---- counts and two-point inputs

MEMBERS, AGENTS, PRIOR = "data_science_team.members", "support.tiers.tier1.agents", "users.trust.prior_tasks"
FEW: dict[str, Any] = {
    MEMBERS: {"uniform": {"min": 1, "max": 4}},
    AGENTS: {"p10": 2, "p50": 4, "p90": 9},
    ACCURACY: {"empirical": [0.7, 0.7, 0.7, 0.95]},
    PRIOR: {"empirical": [5, 10, 20, 40]},
}


@pytest.mark.parametrize(("low", "high"), [(1, 4), (0, 1), (3, 9), (99, 102)])
@pytest.mark.parametrize("design", ["random", "sobol"])
def test_each_value_of_a_uniform_count_is_equally_likely(low: int, high: int, design: str) -> None:
    values = drawn(scenario(**{MEMBERS: {"uniform": {"min": low, "max": high}}}), 4096, design)[MEMBERS]
    found, counts = np.unique(values, return_counts=True)
    assert found.tolist() == list(range(low, high + 1))
    if design == "sobol":
        assert np.ptp(counts) <= 3
    else:
        assert stats.chisquare(counts).pvalue > 1e-6


def test_a_uniform_count_never_leaves_its_ends() -> None:
    plan = engine.build(scenario(**{MEMBERS: {"uniform": {"min": 101, "max": 103}}}))
    ends = np.array([[LEAST_UNIFORM] * len(plan.inputs), [1.0 - LEAST_UNIFORM] * len(plan.inputs)])
    drawn_at_ends = [plan.draw_inputs(0, 1, row)[plan.inputs.index(MEMBERS)] for row in ends]
    assert drawn_at_ends == [101, 103]


@pytest.mark.parametrize("rank", [-0.7, 0.4, 0.8])
@pytest.mark.parametrize("pair", [(MEMBERS, AGENTS), (MEMBERS, TRUST), (AGENTS, TRUST), (MEMBERS, PRIOR)])
def test_the_ranks_of_counts_are_correlated_as_declared(pair: tuple[str, str], rank: float) -> None:
    """By SciPy's own correlation of mean ranks."""
    of = scenario((list(pair), rank), **FEW)
    assert out_of_reach(of) == []
    values = drawn(of, 2048, "sobol")
    found = stats.spearmanr(values[pair[0]], values[pair[1]]).statistic
    assert found == pytest.approx(rank, abs=0.03)


@pytest.mark.parametrize("rank", [0.9, -0.9])
def test_what_cannot_be_reached_is_said_and_comes_as_near_as_it_can(rank: float) -> None:
    """Three of four values below, one above: with a continuous input at most the square root of 3 p (1 - p)."""
    of = scenario(([ACCURACY, TRUST], rank), **FEW)
    most = np.copysign(np.sqrt(3 * 0.25 * 0.75), rank)
    (told,) = out_of_reach(of)
    assert f"a correlation of {most:.2f} instead of {rank:g}" in told
    values = drawn(of, 4096, "sobol")
    assert stats.spearmanr(values[ACCURACY], values[TRUST]).statistic == pytest.approx(most, abs=0.01)
    with pytest.warns(ResultWarning, match=f"small: the ranks of {ACCURACY} and {TRUST}"):
        sim.run(of, 2, jobs=1, progress=False)


def test_ranks_of_two_points_by_their_closed_forms() -> None:
    """Two fair coins: 2 / pi asin(rho) (Sheppard 1899); comonotone ones: as near as their chances."""
    fair, rare = ranks.Ranks(((0.0, 0.5),), 1.0, 0.25), two_points(0.9)
    for rho in (-0.99, -0.3, 0.5, 0.999):
        assert ranks.rank_correlation(rho, fair, fair) == pytest.approx(2 / np.pi * np.arcsin(rho), abs=1e-9)
        assert ranks.rank_correlation(rho, ranks.CONTINUOUS, ranks.CONTINUOUS) == pytest.approx(
            6 / np.pi * np.arcsin(rho / 2), abs=1e-12
        )
    together = (0.5 - 0.9 * 0.5) / np.sqrt(0.9 * 0.1 * 0.25)
    assert ranks.rank_correlation(1.0, rare, fair) == pytest.approx(together, abs=1e-5)
    assert ranks.rank_correlation(1.0, rare, rare) == pytest.approx(1.0, abs=1e-5)
    for rank in (-0.2, 0.25):
        rho = ranks.normal_correlation(rank, rare, fair)
        assert ranks.rank_correlation(rho, rare, fair) == pytest.approx(rank, abs=1e-8)


def two_points(below: float) -> ranks.Ranks:
    """The ranks of an input that takes the lower of two values with the chance `below`."""
    return ranks.Ranks(((stats.norm.ppf(below), 0.5),), 1.0, np.sqrt((1 - below**3 - (1 - below) ** 3) / 12))


def test_counts_of_many_values_count_as_continuous() -> None:
    of = scenario(**{MEMBERS: {"uniform": {"min": 1, "max": 90}}, AGENTS: 7})
    assert ranks.ranks_of(of.data_science_team.members) == ranks.CONTINUOUS
    assert ranks.ranks_of(of.support.tiers.tier1.agents) == ranks.CONTINUOUS


def test_a_group_holds_every_pair_and_a_star_every_site() -> None:
    sites = {f"sites.{name}.data_quality": {"p10": 0.5, "p50": 0.7, "p90": 0.9} for name in ("north", "east", "south")}
    (tied,) = tied_inputs(scenario((["sites.*.data_quality"], 0.7), **sites))
    assert tied.paths == tuple(sites)
    values = drawn(scenario((["sites.*.data_quality"], 0.7), **sites), 3000)
    found = stats.spearmanr(np.column_stack([values[path] for path in sites])).statistic
    np.testing.assert_allclose(found[np.triu_indices(3, 1)], 0.7, atol=4.9 * 0.6 / np.sqrt(3000))


def test_inputs_may_go_together_exactly() -> None:
    values = drawn(scenario(([NOTICE, TRUST, ACCURACY], 1.0)), 200)
    ranks = [stats.rankdata(values[path]) for path in (NOTICE, TRUST, ACCURACY)]
    assert np.array_equal(ranks[0], ranks[1])
    assert np.array_equal(ranks[0], ranks[2])


def test_the_factor_is_that_of_cholesky_and_none_where_there_is_none() -> None:
    generator = np.random.default_rng(3)
    root = generator.normal(size=(6, 6))
    matrix = root @ root.T
    np.testing.assert_allclose(triangular_factor(matrix.tolist()), np.linalg.cholesky(matrix), atol=1e-12)
    singular = np.outer([1, 2, 3], [1, 2, 3]).astype(float)
    np.testing.assert_allclose(np.array(triangular_factor(singular.tolist())) @ np.array([1.0, 0, 0]), [1, 2, 3])
    assert triangular_factor([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]]) is None
    assert triangular_factor([[0.0, 1.0], [1.0, 1.0]]) is None


def test_correlations_that_cannot_hold_together_name_the_fewest_inputs_and_a_way_out() -> None:
    wrong = [([ACCURACY, NOTICE], 0.9), ([ACCURACY, TRUST], 0.9), ([NOTICE, TRUST], -0.9)]
    harmless = [(["support.triage_skill", TRUST], 0.2)]
    with pytest.raises(sim.ScenarioError) as raised:
        scenario(*wrong, *harmless)
    (problem,) = raised.value.problems
    assert problem.path == "correlations"
    assert problem.found.endswith(f"of {NOTICE}, {TRUST}, {ACCURACY}")
    times = float(problem.allowed.split("; ")[1].split(" times")[0])
    assert 0 < times < 1
    scenario(*((paths, times * rank) for paths, rank in wrong + harmless))
