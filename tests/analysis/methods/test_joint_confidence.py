"""Joint confidence: normals whose joint probability is known, and what can be asked of a scenario."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import simulator as sim
from simulator.analysis.methods.schedule.joint_confidence import Limit, Wanted, joint, own_level
from simulator.results.statistics import share_of
from simulator.stepping.arguments import ArgumentError
from tests.analysis.test_attribute import SMALL
from tests.theory.statistics import compare_mean

OWN = {"cost": Limit("at_most"), "weeks": Limit("at_most")}
P70 = float(stats.norm.ppf(0.7))


def truth(correlation: float) -> float:
    return float(stats.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]]).cdf([P70, P70]))


def normals(random: np.random.Generator, n: int, correlation: float) -> dict[str, np.ndarray]:
    x = random.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], n)
    return {"cost": x[:, 0], "weeks": x[:, 1]}


def test_two_normals_within_their_own_p70() -> None:
    assert truth(0.5) == pytest.approx(0.5568, abs=5e-5)
    values = normals(np.random.default_rng(1), 400_000, 0.5)
    found = joint(values, OWN)
    assert [one.share.share for one in found.conditions.values()] == pytest.approx([0.7, 0.7], abs=1e-5)
    assert found.unrelated == pytest.approx(0.49, abs=1e-5)
    together = (values["cost"] <= found.conditions["cost"].level) & (values["weeks"] <= found.conditions["weeks"].level)
    compare_mean(together, truth(0.5)).assert_agrees()
    assert found.all.share == np.mean(together)


@pytest.mark.parametrize("correlation", [-0.5, *(pytest.param(each, marks=pytest.mark.slow) for each in (0.0, 0.5))])
def test_intervals_cover(correlation: float) -> None:
    """With own limits, which move with the sample, and with limits that are stated."""
    random, covered = np.random.default_rng(2), np.zeros(2)
    stated = {name: Limit("at_most", P70) for name in OWN}
    for _ in range(1500):
        values = normals(random, 200, correlation)
        for place, limits in enumerate((OWN, stated)):
            share = joint(values, limits).all
            assert share.low is not None
            assert share.high is not None
            covered[place] += share.low <= truth(correlation) <= share.high
    assert ((covered / 1500 >= 0.93) & (covered / 1500 <= 0.97)).all(), covered / 1500


def test_intervals_cover_where_one_limit_is_seldom_kept() -> None:
    """Adoption of which 15% have enough, against a cost within its own P70 that goes with it."""
    random, covered = np.random.default_rng(8), 0
    level = float(stats.norm.isf(0.15))
    true = 0.7 - float(stats.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]]).cdf([P70, level]))
    limits = {"cost": Limit("at_most"), "weeks": Limit("at_least", level)}
    for _ in range(1500):
        share = joint(normals(random, 200, 0.5), limits).all
        covered += (share.low or 0.0) <= true <= (share.high or 1.0)
    assert 0.93 <= covered / 1500 <= 0.97


def test_what_goes_together_and_what_excludes_each_other() -> None:
    x = np.arange(100.0)
    same = joint({"cost": x, "weeks": x}, OWN)
    assert (same.all.share, same.all.low, same.all.high) == pytest.approx((0.7, 0.7, 0.7))
    assert same.conditions["cost"].share.low is None  # it is 70% by choice
    opposed = joint({"cost": x, "weeks": -x}, OWN)
    assert opposed.all.share == pytest.approx(0.4)
    never = joint({"cost": x, "weeks": x}, {"cost": Limit("at_most", 10.0), "weeks": Limit("at_least", 90.0)})
    assert never.all.share == 0.0
    assert never.all.high is not None
    assert never.all.high > 0.0
    own = joint({"cost": x, "weeks": x}, {"cost": Limit("at_most"), "weeks": Limit("at_least", 90.0)})
    assert (own.all.share, own.all.low) == (0.0, 0.0)
    assert own.all.high == never.all.high
    alike = joint({"cost": np.ones(5), "weeks": np.ones(5)}, OWN)  # that all are the same is no choice
    assert alike.all.share == alike.conditions["cost"].share.share == 1.0
    assert alike.all.low == alike.conditions["cost"].share.low == share_of([True] * 5).low


def test_own_levels_are_kept_by_as_many_as_they_say() -> None:
    random = np.random.default_rng(3)
    for values in (random.normal(size=37), np.round(random.normal(size=50), 1), np.repeat([0.0, 1.0], [40, 60])):
        even = np.ones(len(values))
        at_most, at_least = own_level(values, "at_most", 0.7, even), own_level(values, "at_least", 0.7, even)
        assert np.mean(values <= at_most) >= 0.7 > np.mean(values < at_most)
        assert np.mean(values >= at_least) >= 0.7 > np.mean(values > at_least)
    assert own_level(np.array([1.0, math.nan, math.nan]), "at_most", 0.7, np.ones(3)) is not None
    assert math.isnan(own_level(np.array([1.0, math.nan, math.nan]), "at_most", 0.7, np.ones(3)))


def test_weights_count_like_replications_and_permuting_changes_no_digit() -> None:
    random = np.random.default_rng(4)
    values = normals(random, 80, 0.3)
    weights = random.integers(1, 4, 80).astype(float)
    repeated = {name: np.repeat(x, weights.astype(int)) for name, x in values.items()}
    limits = {"cost": Limit("at_most"), "weeks": Limit("at_most", 0.5)}
    assert joint(values, limits, weights).all.share == pytest.approx(joint(repeated, limits).all.share)
    order = random.permutation(80)
    moved = {name: x[order] for name, x in values.items()}
    for these in (None, random.uniform(size=80)):
        mine = None if these is None else these[order]
        assert joint(moved, limits, mine).as_dict() == joint(values, limits, these).as_dict()


def test_one_replication_says_next_to_nothing() -> None:
    found = joint({"cost": np.array([3.0]), "weeks": np.array([5.0])}, OWN)
    assert found.all.as_dict() == share_of([True]).as_dict()


def test_defaults_are_what_success_asks_for_and_the_deadline() -> None:
    scenario = sim.load(SMALL)
    assert Wanted().limits(scenario)["adoption"].level == 0.3
    assert Wanted().limits(scenario)["cost"].level is None
    assert Wanted().week(scenario) == 60  # the deadline, week 90, is beyond the horizon
    assert Wanted().week(scenario.with_changes({"success.deadline_weeks": 40})) == 52
    assert Wanted(by_month=12).week(scenario) == 52
    assert Wanted(by_month=1).week(scenario) == 4
    assert Wanted(0.4, 5e5).limits(scenario) == {"adoption": Limit("at_least", 0.4), "cost": Limit("at_most", 5e5)}
    other = scenario.with_changes({"success.criteria": [{"measure": "accuracy", "at_least": 0.8}]})
    assert Wanted().limits(other)["adoption"].level is None


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"adoption": 50}, "adoption is 50; it must be a share above 0 and up to 1, such as 0.5"),
        ({"adoption": 0}, "adoption is 0; it must be a share"),
        ({"adoption": math.nan}, "it must be a share"),
        ({"adoption": "half"}, "adoption is 'half'; it must be a number"),
        ({"cost": -1}, "cost is -1; it must be an amount"),
        ({"cost": math.inf}, "it must be an amount"),
        ({"by_month": 14}, "by_month is 14; it must be a whole month from 1 to 13, as small is simulated for 60 weeks"),
        ({"by_month": 0}, "whole month from 1 to 13"),
        ({"by_month": 1.5}, "whole month from 1 to 13"),
        ({"by_month": True}, "by_month is True; it must be a number"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_runs(wanted: dict, words: str) -> None:
    with pytest.raises(ArgumentError) as refused:
        sim.timeline(SMALL, progress=lambda _: pytest.fail("it ran"), **wanted)
    assert words in str(refused.value)
