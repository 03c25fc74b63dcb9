"""95% intervals cover what they estimate 93 to 97 times in 100: over thousands of experiments whose truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from simulator import engine
from simulator.results.conditioning import weights_of
from simulator.results.paired import Column, paired
from simulator.results.readings import SAMPLINGS
from simulator.results.statistics import QUANTILES, describe, effective_size, share_of
from simulator.scenario import load

EXPERIMENTS = 1000
LEAST, MOST = 0.93, 0.97
LAWS = {"gamma": stats.gamma(2), "beta": stats.beta(2, 5)}


def covers(row: dict[str, Any], name: str, truth: float) -> bool:
    return row[f"{name}_low"] <= truth <= row[f"{name}_high"]


@pytest.mark.parametrize("law", ["gamma", pytest.param("beta", marks=pytest.mark.slow)])
def test_means_and_quantiles(law: str) -> None:
    generator = np.random.default_rng(11)
    of = LAWS[law]
    rows = [describe(sample) for sample in of.rvs((EXPERIMENTS, 200), random_state=generator)]
    means = np.mean([abs(row["mean"] - of.mean()) <= row["half_width_95"] for row in rows])
    covered = {name: np.mean([covers(row, name, of.ppf(level)) for row in rows]) for name, level in QUANTILES.items()}
    assert all(LEAST <= share <= MOST for share in (means, *covered.values())), (means, covered)


@pytest.mark.parametrize("size", [20, 60, 1000])
def test_medians_of_few_and_many(size: int) -> None:
    generator = np.random.default_rng(size)
    samples = generator.lognormal(0.0, 1.0, (EXPERIMENTS, size))
    assert LEAST <= np.mean([covers(describe(sample), "p50", 1.0) for sample in samples]) <= MOST


def test_an_end_that_too_few_replications_cannot_tell_is_null() -> None:
    row = describe(range(30))
    assert row["p05_low"] is None
    assert row["p95_high"] is None
    assert row["p05_high"] is not None
    assert row["p50_low"] is not None


@pytest.mark.parametrize("truth", [0.05, 0.3, 0.5, 0.9])
def test_shares(truth: float) -> None:
    generator = np.random.default_rng(17)
    found = [share_of(holds) for holds in generator.random((EXPERIMENTS, 200)) < truth]
    assert LEAST <= np.mean([of.low <= truth <= of.high for of in found]) <= MOST


@pytest.mark.slow
def test_weighted_means_quantiles_and_shares() -> None:
    """Draws from one normal law, weighted to be those of another: the estimates are of the latter."""
    generator = np.random.default_rng(23)
    target, drawn = stats.norm(0.5, 0.8), stats.norm()
    hits: dict[str, list[bool]] = {name: [] for name in ("mean", "share", *QUANTILES)}
    for sample in drawn.rvs((2 * EXPERIMENTS, 500), random_state=generator):
        weights = target.pdf(sample) / drawn.pdf(sample)
        row, share = describe(sample, weights), share_of(sample > 0.8, weights)
        hits["mean"].append(abs(row["mean"] - 0.5) <= row["half_width_95"])
        hits["share"].append(share.low <= target.sf(0.8) <= share.high)
        for name, level in QUANTILES.items():
            hits[name].append(covers(row, name, target.ppf(level)))
    covered = {name: float(np.mean(values)) for name, values in hits.items()}
    assert all(LEAST <= covered[name] <= MOST for name in hits), covered


@pytest.mark.slow
@pytest.mark.parametrize(("right", "tasks"), [(34, 40), (90, 100)])
def test_forecasts_conditioned_on_an_observed_pilot(right: int, tasks: int) -> None:
    """2,000 experiments each of 200 beta accuracies, of which some checked answers leave an effective 118 and 70.

    What is forecast is the accuracy, and two plans that share these weights: of means, and of successes.
    """
    generator = np.random.default_rng(tasks)
    posterior = stats.beta(8 + right, 2 + tasks - right)
    hits: dict[str, list[bool]] = {name: [] for name in ("mean", "share", "means", "shares", *QUANTILES)}
    squares = posterior.moment(2)
    for accuracy in generator.beta(8, 2, (2 * EXPERIMENTS, 200)):
        weights = weights_of(SAMPLINGS["accuracy"].log_likelihood(accuracy, right / tasks, float(tasks)))
        row, share = describe(accuracy, weights), share_of(accuracy > posterior.ppf(0.7), weights)
        hits["mean"].append(abs(row["mean"] - posterior.mean()) <= row["half_width_95"])
        hits["share"].append(share.low <= 0.3 <= share.high)
        for name, level in QUANTILES.items():
            hits[name].append(covers(row, name, posterior.ppf(level)))
        luck, chance = generator.normal(0, 0.1, (2, 200)), generator.random(200)
        columns = [2 * accuracy + luck[0], accuracy + luck[1]]
        ours, theirs = (Column(values, weights, is_share=False) for values in columns)
        more = paired(ours, theirs)
        hits["means"].append(more.low <= posterior.mean() <= more.high)
        ours, theirs = (Column((chance < accuracy**power).astype(float), weights, is_share=True) for power in (1, 2))
        more = paired(ours, theirs)
        hits["shares"].append(more.low <= posterior.mean() - squares <= more.high)
    covered = {name: float(np.mean(values)) for name, values in hits.items()}
    assert all(LEAST <= share <= MOST for share in covered.values()), covered


def test_equal_weights_weigh_nothing() -> None:
    sample = np.random.default_rng(5).normal(size=400)
    plain, weighted = describe(sample), describe(sample, np.full(400, 0.3))
    assert effective_size(np.full(400, 0.3)) == pytest.approx(400)
    for name in ("mean", "half_width_95", "sd", "n"):
        assert weighted[name] == pytest.approx(plain[name], rel=1e-12)
    for name in (*QUANTILES, *(f"{name}_{end}" for name in QUANTILES for end in ("low", "high"))):
        assert weighted[name] == pytest.approx(plain[name], abs=0.05)  # another rule between the same neighbours
    assert share_of(sample > 0, np.full(400, 0.3)).low == pytest.approx(share_of(sample > 0).low)


def test_weights_of_nothing_count_nothing() -> None:
    row = describe([1.0, 2.0, 3.0, 100.0], np.array([1.0, 1.0, 1.0, 0.0]))
    assert (row["mean"], row["n"]) == (2.0, 3)
    assert share_of([True, False], np.zeros(2)).share is None


def test_a_spread_that_only_one_value_has_weight_for_is_null() -> None:
    row = describe([46.0, 48.0, 51.0], np.array([0.01, 1.0, 0.02]))
    assert row["mean"] == pytest.approx(48.04, abs=0.01)
    assert row["sd"] is row["half_width_95"] is None
    assert describe([46.0, 48.0], np.array([1.0, 1.0]))["half_width_95"] == describe([46.0, 48.0])["half_width_95"]


@pytest.mark.slow
def test_experiments_of_the_engine(repository: Path) -> None:
    """A thousand experiments of 25 replications: tickets are Poisson, accuracy is the input as drawn.

    Each replication is a week of a neutral scenario, in which success is 22 tickets or more.
    """
    accuracy = {"p10": 0.7, "p50": 0.8, "p90": 0.95}
    neutral = load(repository / "scenarios" / "theory" / "m-m-c.yaml").with_changes(
        {
            "horizon_weeks": 1,
            "sites.site.users": 40,
            "sites.site.data_quality": 1,
            "users.tasks_per_user_week": 1,
            "ai.reference_accuracy": accuracy,
            "ai.accuracy_floor": 0,
            "support.how_to_per_user_week": 0.5,
            "success.measure_from_week": 0,
            "success.criteria": [{"measure": "tickets_opened", "at_least": 22}],
        }
    )
    of = neutral.ai.reference_accuracy.distribution
    runner = engine.get("compiled").Engine(engine.build(neutral))
    replications = [runner.replicate(number, 20260105).measures for number in range(EXPERIMENTS * 25)]
    hits: dict[str, list[bool]] = {name: [] for name in ("mean", "share", "p50")}
    for first in range(0, len(replications), 25):
        some = replications[first : first + 25]
        tickets = describe(one["tickets_opened"] for one in some)
        scaled = share_of([one["success"] for one in some])
        answers = describe(one["accuracy_scaled"] for one in some)
        hits["mean"].append(abs(tickets["mean"] - 20) <= tickets["half_width_95"])
        hits["share"].append(scaled.low <= stats.poisson(20).sf(21) <= scaled.high)
        hits["p50"].append(covers(answers, "p50", of.quantile(0.5)))
    covered = {name: float(np.mean(values)) for name, values in hits.items()}
    print(covered)
    assert all(LEAST <= share <= MOST for share in covered.values()), covered
