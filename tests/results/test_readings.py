"""Readings of a pilot held against what was predicted: closed forms, and how often right scenarios are told wrong."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from scipy import stats

import simulator as sim
from simulator.results.readings import REFUSED, SAMPLINGS, WARNED, checks, movers, tail_probability
from simulator.scenario.sections.observed import Observed
from tests.model.small import DOCUMENT

EXPERIMENTS = 2000
Z_LIMIT = 4.9


def grid(of: Any, count: int = 20_000) -> np.ndarray:
    """Simulated pilots that are spread over a law without chance."""
    return of.ppf((np.arange(count) + 0.5) / count)


@pytest.mark.parametrize("correct", [14, 20, 31, 36, 40])
def test_the_tail_of_an_accuracy_is_that_of_the_beta_binomial(correct: int) -> None:
    exact = stats.betabinom(40, 12, 3)
    expected = min(1.0, 2 * min(exact.cdf(correct), exact.sf(correct - 1)))
    found = tail_probability(SAMPLINGS["accuracy"], grid(stats.beta(12, 3)), correct / 40, 40.0)
    assert found == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("tickets", [0, 2, 9, 30])
def test_the_tail_of_tickets_is_that_of_the_negative_binomial(tickets: int) -> None:
    """Poisson counts whose mean is gamma; half a ticket, which is added to it, is taken away here."""
    exact = stats.nbinom(4, 1 / (1 + 50 * 0.05))
    expected = min(1.0, 2 * min(exact.cdf(tickets), exact.sf(tickets - 1)))
    rates = grid(stats.gamma(4, scale=0.05)) - 0.5 / 50
    found = tail_probability(SAMPLINGS["tickets_per_user_week"], rates, tickets / 50, 50.0)
    assert found == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("active", [0, 5, 11, 12])
def test_the_tail_of_an_active_share_is_that_of_the_binomial(active: int) -> None:
    chance = (0.75 * 12 + 0.5) / 13
    exact = stats.binom(12, chance)
    expected = min(1.0, 2 * min(exact.cdf(active), exact.sf(active - 1)))
    found = tail_probability(SAMPLINGS["active_share"], np.full(7, 0.75), active / 12, 12.0)
    assert found == pytest.approx(expected)


def test_between_whole_numbers_the_tail_goes_on() -> None:
    """63.7 of 70 were right: people tell shares that are rounded."""
    simulated = np.full(3, 0.8)
    of = {count: tail_probability(SAMPLINGS["accuracy"], simulated, count / 70, 70.0) for count in (63, 63.7, 64)}
    assert of[63] > of[63.7] > of[64] > 0.0


def counted(reading: str, pilot: np.ndarray, size: int, generator: np.random.Generator) -> np.ndarray:
    """What samples of real pilots show."""
    if reading == "tickets_per_user_week":
        return generator.poisson(pilot * size + 0.5) / size
    chance = pilot if reading == "accuracy" else (pilot * size + 0.5) / (size + 1)
    return generator.binomial(size, chance) / size


@pytest.mark.parametrize("reading", list(SAMPLINGS))
@pytest.mark.parametrize("size", [30, 3000])
def test_a_right_scenario_is_seldom_told_to_be_wrong(reading: str, size: int) -> None:
    """2,000 constructed experiments: 200 simulated pilots, and a real one from the same law.

    A tail probability of at most a has at most the probability a, and 2 / 201 beyond all simulated ones. Of many counts
    it is evenly spread, so that it is no lower bound either.
    """
    generator = np.random.default_rng([size, *map(ord, reading)])
    draw = {"accuracy": (8, 2), "active_share": (6, 4)}
    pilots = generator.gamma(4, 0.05, (EXPERIMENTS, 201))
    if reading in draw:
        pilots = generator.beta(*draw[reading], (EXPERIMENTS, 201))
    seen = counted(reading, pilots[:, 0], size, generator)
    found = np.array(
        [tail_probability(SAMPLINGS[reading], of[1:], real, size) for of, real in zip(pilots, seen, strict=True)]
    )
    for level in (REFUSED, WARNED, 0.05, 0.2, 0.5, 0.8):
        most = min(1.0, level + 2 / 201)
        told = float(np.mean(found <= level))
        assert told < most + Z_LIMIT * np.sqrt(most * (1 - most) / EXPERIMENTS), (level, told)
        if size == 3000 and level >= 0.05:
            assert told > level - 0.02 - Z_LIMIT * np.sqrt(level * (1 - level) / EXPERIMENTS), (level, told)


def test_a_wrong_scenario_is_told_to_be_wrong() -> None:
    """2,000 constructed experiments: real pilots read 0.5 where those that were simulated read about 0.9."""
    generator = np.random.default_rng(3)
    simulated = generator.beta(90, 10, (EXPERIMENTS, 200))
    seen = generator.binomial(40, 0.5, EXPERIMENTS) / 40
    found = [tail_probability(SAMPLINGS["accuracy"], of, real, 40.0) for of, real in zip(simulated, seen, strict=True)]
    assert np.mean(np.array(found) < REFUSED) > 0.95


def test_pilots_without_a_reading_predict_none() -> None:
    observed = Observed(accuracy=0.8, tasks=50)
    some = [0.8, None, 0.75, None, 0.9]
    (of,) = checks(observed, {"accuracy_pilot": some})
    (all_there,) = checks(observed, {"accuracy_pilot": [value for value in some if value is not None]})
    assert of == all_there
    assert of.pilots == 3
    (none,) = checks(observed, {"accuracy_pilot": [None, None]})
    assert none.refused
    assert none.told == "accuracy was observed as 0.8, but no simulated pilot has such a reading"
    assert none.as_dict()["simulated_p05"] is None


def test_inputs_that_move_a_reading_are_named_and_no_others() -> None:
    generator = np.random.default_rng(5)
    inputs = {f"input-{index}": generator.normal(size=300) for index in range(30)} | {"fixed": np.ones(300)}
    reading = 2 * inputs["input-7"] - inputs["input-3"] + 0.5 * generator.normal(size=300)
    reading[::10] = np.nan
    (first, strong), (second, weak) = movers(reading, inputs)
    assert (first, second) == ("input-7", "input-3")
    assert strong == pytest.approx(stats.spearmanr(inputs["input-7"], reading, nan_policy="omit").statistic)
    assert weak < 0.0
    assert movers(np.full(300, np.nan), inputs) == movers(np.ones(300), inputs) == ()


def test_equally_bad_replications_are_refused() -> None:
    """Every simulated pilot reads 0.9, so that 0.5 of 40 answers leaves all weights equal."""
    certain = sim.load(DOCUMENT).with_changes({"ai.reference_accuracy": 0.9, "sites.*.data_quality": 1})
    for accuracy, what in ((0.5, "refused"), (0.725, "a surprise"), (0.9, "expected")):
        scenario = certain.with_changes({"pilot.observed": {"accuracy": accuracy, "tasks": 40}})
        if what == "refused":
            with pytest.raises(sim.ConditioningError, match=r"explains it: accuracy was observed as 0\.5") as told:
                sim.run(scenario, 60, jobs=1, progress=False)
            assert "tail probability less than 0.0001 (needed: 0.001 or more)" in str(told.value)
            assert len(told.value.result.replications) == 60
            continue
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            result = sim.run(scenario, 60, jobs=1, progress=False)
        assert result.effective_sample_size > 50
        tail = result.as_dict()["pilot_readings"]["accuracy"]["tail_probability"]
        assert (tail < WARNED) == (what == "a surprise")
        lines = [str(one.message) for one in warned if issubclass(one.category, sim.ResultWarning)]
        surprise = f"accuracy was observed as {accuracy:g}, where 90% of 60 simulated pilots lie from 0."
        assert (what == "a surprise") == any(surprise in line for line in lines)
        assert (what == "a surprise") == (surprise in result._repr_html_())
        assert f"before it was known: accuracy {tail:.2g}" in result._repr_html_()
