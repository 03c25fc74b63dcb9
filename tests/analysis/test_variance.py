"""Ignorance or chance: what part of the variance the inputs explain, where it is known."""

from __future__ import annotations

import dataclasses
import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import simulator as sim
from simulator import engine
from simulator.analysis.variance import COLUMNS, Repeat, Sums, decompose, repeat_number, repeated, share_of_inputs
from simulator.experiment.execution import Workers
from simulator.experiment.workers import make_engine
from simulator.results.conditioning import First, conditioning, weights_of
from simulator.results.statistics import t_quantile
from tests.experiment.small import SMALL
from tests.model.test_inputs import NOTICE, TRUST, scenario

EXPERIMENTS = 1000


class Synthetic:
    """An engine whose output is the sum of a normal that its inputs give and one that its streams give."""

    plan = SimpleNamespace(
        uniforms=lambda replication, seed: np.random.default_rng([seed, replication, 0]).normal(size=1)
    )

    def replicate(self, replication: int, seed: int, uniforms: Any = None) -> Any:
        inputs = self.plan.uniforms(replication, seed) if uniforms is None else uniforms
        noise = np.random.default_rng([seed, replication, 1]).normal()
        total = float(2.0 * inputs[0] + noise)
        return SimpleNamespace(measures={"sum": total, "large": total > 1.0, "noise": noise, "input": inputs[0]})


@pytest.mark.parametrize("repeats", [2, 3])
def test_the_share_of_a_sum_is_found(repeats: int) -> None:
    draws = 2000
    measures = [Synthetic().replicate(number, 5).measures for number in range(draws)]
    first = {name: [row[name] for row in measures] for name in measures[0]}
    found = repeated(Synthetic, first, 5, repeats, workers=Workers(1))
    assert (found["input"] == found["input"][:, :1]).all()
    assert len(np.unique(found["noise"])) == draws * repeats
    share = share_of_inputs(found["sum"])
    half_width = (share.high - share.low) / 2
    assert half_width < 0.02
    assert abs(share.share - 0.8) < 4.9 * half_width / t_quantile(draws - 1)
    nothing = share_of_inputs(found["noise"])
    assert nothing.share < 4.9 * nothing.high / 2 / t_quantile(draws - 1)
    assert nothing.high < 0.1
    assert share_of_inputs(found["input"]).share == 1.0


def nested(kind: str, share: float, draws: int, generator: np.random.Generator) -> np.ndarray:
    """Outputs of two repeats each, of whose variance the inputs explain `share`."""
    if kind == "normal":
        inputs = generator.normal(size=(draws, 1)) * np.sqrt(share)
        return inputs + generator.normal(size=(draws, 2)) * np.sqrt(1 - share)
    concentration = 1 / share - 1
    chances = generator.beta(0.3 * concentration, 0.7 * concentration, (draws, 1))
    return (generator.random((draws, 2)) < chances).astype(float)


@pytest.mark.parametrize("kind", ["normal", "success or not"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_the_interval_covers_as_often_as_it_says(kind: str, share: float) -> None:
    generator = np.random.default_rng(29)
    found = [share_of_inputs(nested(kind, share, 300, generator)) for _ in range(EXPERIMENTS)]
    told = [of for of in found if of.low is not None]
    assert len(told) > 0.9 * EXPERIMENTS
    assert 0.93 <= np.mean([of.low <= share <= of.high for of in told]) <= 0.97


def test_no_interval_where_a_few_draws_decide() -> None:
    values = np.random.default_rng(3).normal(size=(200, 2)) * 1e-3
    values[0] = 50.0
    of = share_of_inputs(values)
    assert of.share > 0.99
    assert (of.low, of.high) == (None, None)
    assert share_of_inputs(np.ones((20, 2))).share is None


def test_tickets_of_an_uncertain_rate(repository: Path) -> None:
    """Poisson tickets whose mean is uniform from 12 to 36: variance 48 by the rate, 24 by chance."""
    neutral = sim.load(repository / "scenarios" / "theory" / "m-m-c.yaml").with_changes(
        {
            "horizon_weeks": 1,
            "sites.site.users": 40,
            "support.how_to_per_user_week": {"uniform": {"min": 0.3, "max": 0.9}},
            "success.measure_from_week": 0,
        }
    )
    result = sim.run(neutral, replications=400, seed=3, progress=False, jobs=1)
    frame = result.variance(progress=False)
    assert list(frame.columns) == list(COLUMNS)
    inputs, low, high, sd_inputs, sd_chance, n = frame.loc["tickets_opened"]
    assert n == 400
    assert high - low < 0.15
    assert abs(inputs - 2 / 3) < 4.9 * (high - low) / 2 / t_quantile(399)
    assert sd_inputs == pytest.approx(np.sqrt(48), rel=0.1)
    assert sd_chance == pytest.approx(np.sqrt(24), rel=0.1)


@pytest.mark.parametrize("design", ["random", "sobol"])
def test_a_repeat_has_the_inputs_of_its_replication_and_other_luck(design: str) -> None:
    tied = scenario(([NOTICE, TRUST], 0.7), **{NOTICE: 0.4})  # also the normal of a member that was set to a number
    plan = engine.build(tied, design)
    usual = engine.get("compiled").Engine(plan)
    for number in (0, 3):
        runs = [usual.replicate(number, 1)]
        runs += [Repeat(lambda: make_engine("compiled", plan), repeat).replicate(number, 1) for repeat in (1, 2)]
        assert all(np.array_equal(run.inputs, runs[0].inputs) for run in runs)
        assert len({run.events for run in runs}) == 3
    assert repeat_number(7, 0) == 7
    again = engine.get("reference").Engine(plan).replicate(repeat_number(3, 2), 1, plan.uniforms(3, 1))
    assert again.measures == runs[2].measures


def test_repeats_are_the_same_wherever_they_run() -> None:
    result = sim.run(SMALL, replications=12, seed=3, jobs=2, progress=False)
    here = result.variance(progress=False)
    pd.testing.assert_frame_equal(here, result.variance(progress=False, executor="processes"))
    with ProcessPoolExecutor(2) as pool:
        pd.testing.assert_frame_equal(here, result.variance(progress=False, executor=pool))
    content = decompose(result, progress=False).as_dict()
    assert list(content) == [
        "scenario", "scenario_hash", "seed", "design", "replications", "repeats", "measures",
    ]  # fmt: skip
    assert (content["seed"], content["replications"], content["repeats"]) == (3, 12, 2)
    assert content["measures"]["npv"]["inputs"] == here.loc["npv", "inputs"]
    json.dumps(content, allow_nan=False)


def test_what_cannot_be_repeated_is_refused(stand_in_engine: None) -> None:
    from tests.experiment.stand_in import SCENARIO

    result = sim.run(SCENARIO, replications=12, seed=3, jobs=1)
    assert result.variance(progress=False).loc["users_lost", "n"] == 12
    with pytest.raises(ValueError, match="repeats is 1; it must be a whole number from 2"):
        result.variance(1)
    with pytest.raises(ValueError, match="5 replications are too few"):
        sim.run(SCENARIO, replications=5, jobs=1).variance()
    account = dataclasses.replace(result.account, callbacks=("hire_more",))
    with pytest.raises(ValueError, match="hire_more took part"):
        sim.Result(result.scenario, result.records, account).variance()


# ---- under an observed pilot

READING, PILOT_LUCK, READ_FROM = 1.0, 0.3, 0.5


def observed(lasts: float, draws: int, repeats: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Outputs and weights: a standard normal input, a pilot that reads it with luck, and a sample of that pilot.

    The output is the input, chance of variance 1, and so much of the pilot's luck as `lasts`.
    """
    inputs = generator.normal(size=(draws, 1))
    luck = PILOT_LUCK * generator.normal(size=(draws, repeats))
    values = inputs + lasts * luck + generator.normal(size=(draws, repeats))
    return values, weights_of(-((READING - inputs - luck) ** 2) / (2 * READ_FROM**2))


def exact_share(lasts: float) -> float:
    """By the normal posterior of input and luck, given the sample."""
    luck, sample = PILOT_LUCK**2, READ_FROM**2
    inputs = (1 - lasts * luck / (luck + sample)) ** 2 * (1 - 1 / (1 + luck + sample))
    return inputs / (inputs + lasts**2 * luck * sample / (luck + sample) + 1)


@pytest.mark.parametrize("repeats", [2, 4])
@pytest.mark.parametrize("lasts", [0.0, 1.0])
def test_under_an_observed_pilot_the_interval_covers_as_often_as_it_says(repeats: int, lasts: float) -> None:
    generator = np.random.default_rng(7)
    found = [share_of_inputs(*observed(lasts, 400, repeats, generator)) for _ in range(EXPERIMENTS)]
    told = [of for of in found if of.low is not None]
    truth = exact_share(lasts)
    assert len(told) > 0.9 * EXPERIMENTS
    assert np.mean([of.share for of in found]) == pytest.approx(truth, abs=0.01)
    assert 0.93 <= np.mean([of.low <= truth <= of.high for of in told]) <= 0.97
    # Control: without the weights the answer is that of programmes that nothing is known about, 1 of 2 and more.
    assert share_of_inputs(observed(lasts, 40_000, repeats, generator)[0]).share > 0.4


def test_equal_weights_leave_the_analysis_as_it_was() -> None:
    """The textbook's formulas, written out; and what has no weight is left out."""
    values = nested("normal", 0.5, 80, np.random.default_rng(31))
    within = values.var(axis=1, ddof=1).mean()
    ratio = 2 * values.mean(axis=1).var(ddof=1) / within
    plain = share_of_inputs(values)
    assert plain.share == pytest.approx((ratio - 1) / (ratio + 1))
    without_weight = np.vstack([np.ones_like(values), [[0.0, 0.0]]])
    alike = share_of_inputs(values, np.full(values.shape, 0.3))
    for told in (alike, share_of_inputs(np.vstack([values, [[9.0, -9.0]]]), without_weight)):
        assert told.share == pytest.approx(plain.share)
        assert (told.low, told.high) == pytest.approx((plain.low, plain.high), abs=2e-3)
    sums = Sums.of(values)
    assert (sums.chance, sums.inputs) == pytest.approx((within, within * (ratio - 1) / 2))


def test_without_each_draw_the_sums_are_those_of_the_others() -> None:
    values, weights = observed(1.0, 12, 3, np.random.default_rng(1))
    others = Sums.of(values, weights, without_each=True)
    for draw in range(12):
        rest = Sums.of(np.delete(values, draw, axis=0), np.delete(weights, draw, axis=0))
        for name, whole in vars(others).items():
            assert whole[draw] == pytest.approx(vars(rest)[name]), name


def test_an_observed_pilot_weights_the_repeats_by_their_own_pilots() -> None:
    from tests.results.test_conditioning import FEW
    from tests.results.test_conditioning import scenario as with_pilot

    run = {"replications": 100, "seed": 3, "jobs": 1, "progress": False}
    seen, freely = sim.run(with_pilot(**FEW), **run), sim.run(with_pilot(), **run)
    found = decompose(seen, progress=False)
    assert found.as_dict()["effective_sample_size"] == seen.effective_sample_size
    assert "effective_sample_size" not in decompose(freely, progress=False).as_dict()
    weighted, plain = found.frame, freely.variance(progress=False)
    assert weighted.loc["accuracy_pilot", "sd_inputs"] < plain.loc["accuracy_pilot", "sd_inputs"]
    assert (weighted.loc["accuracy_pilot", "n"], plain.loc["accuracy_pilot", "n"]) == (100, 100)
    with pytest.raises(sim.ConditioningError, match="of 40 replications; needed: 50 or more"):
        sim.run(with_pilot(), **run | {"replications": 40}).under(
            conditioning(with_pilot(**FEW), First(seen.records, range(40)))
        ).variance(progress=False)
