"""When things happen: competing risks of known hazards, dates with their confidence, and the plan's own dates."""

from __future__ import annotations

import datetime
import math

import numpy as np
import pytest
from scipy import stats

import simulator as sim
from simulator.analysis.methods.schedule.dates import (
    confident,
    date_of,
    funding_planned,
    incidence,
    middle_of,
    milestones,
    share_by,
    systems_planned,
)
from tests.analysis.test_attribute import SMALL
from tests.theory.statistics import compare_mean

SCALED, SHELVED = 0.02, 0.03


def competing(random: np.random.Generator, n: int) -> np.ndarray:
    """Weeks to scale under constant hazards a week of both, infinite where shelving comes first."""
    scaled, shelved = random.exponential(1.0 / SCALED, n), random.exponential(1.0 / SHELVED, n)
    return np.where(scaled < shelved, scaled, math.inf)


def test_constant_hazards_of_scaling_and_shelving() -> None:
    """By week 52: .02 / .05 (1 - exp(-.05 * 52)) = .3703; leaving the shelved out would say .6465."""
    weeks = competing(np.random.default_rng(1), 100_000)
    expected = SCALED / (SCALED + SHELVED) * -math.expm1(-(SCALED + SHELVED) * 52.0)
    assert expected == pytest.approx(0.3703, abs=5e-5)
    assert -math.expm1(-SCALED * 52.0) == pytest.approx(0.6465, abs=5e-5)
    compare_mean(weeks <= 52.0, expected).assert_agrees()
    assert incidence(weeks, 52)[52].share == share_by(weeks, 52.0).share == np.mean(weeks <= 52.0)


def test_an_incidence_is_that_of_the_result() -> None:
    result = sim.run(SMALL, replications=20, progress=False)
    told = sim.timeline(result.scenario, replications=20, lengths=False, progress=False)
    theirs = result.scaled_by_week
    assert [share.share for share in told.incidence("scaled")] == theirs["share"]
    assert [share.share for share in told.incidence("kept")] == theirs["share_kept"]


def test_intervals_of_an_incidence_cover() -> None:
    random, covered = np.random.default_rng(2), 0
    truth = SCALED / (SCALED + SHELVED) * -math.expm1(-(SCALED + SHELVED) * 30.0)
    for _ in range(2000):
        share = share_by(competing(random, 200), 30.0)
        assert share.low is not None
        assert share.high is not None
        covered += share.low <= truth <= share.high
    assert 0.93 <= covered / 2000 <= 0.97


def test_the_interval_of_a_date_covers() -> None:
    """Of 80% of all, of whom 10% never get there: its quantile is where the others are at 8/9."""
    random, covered = np.random.default_rng(3), 0
    truth = stats.lognorm(s=0.5, scale=60.0).ppf(8.0 / 9.0)
    for _ in range(2000):
        weeks = np.where(random.random(200) < 0.9, random.lognormal(math.log(60.0), 0.5, 200), math.inf)
        one = confident(weeks, 0.8)
        covered += (one.low or 0.0) <= truth <= (math.inf if one.high is None else one.high)
    assert 0.93 <= covered / 2000 <= 0.97


def test_the_first_week_by_which_so_many_are_there() -> None:
    weeks = np.array([10.0, 20.0, 30.0, 40.0, math.inf])
    found = confident(weeks, 0.8)
    assert (found.week, found.high, found.reached.share) == (40.0, None, 0.8)  # four of five are 80%
    assert confident(weeks, 0.81).week is None
    assert confident(weeks, 0.6).week == 30.0
    assert confident(np.full(3, math.inf), 0.8).week is None
    assert confident(np.full(3, math.inf), 0.8).reached.share == 0.0
    assert confident(np.array([7.0]), 0.8).week == 7.0


def test_many_replications_make_a_date_sure() -> None:
    weeks = np.repeat([10.0, 20.0, 30.0, math.inf], [300, 600, 50, 50])
    found = confident(weeks, 0.8)
    assert (found.low, found.week, found.high) == (20.0, 20.0, 20.0)


def test_weights_count_like_replications_and_permuting_changes_no_digit() -> None:
    random = np.random.default_rng(4)
    weeks = np.where(random.random(60) < 0.9, np.round(random.exponential(40.0, 60)), math.inf)
    weights = random.integers(1, 4, 60).astype(float)
    repeated = np.repeat(weeks, weights.astype(int))
    assert confident(weeks, 0.8, weights).week == confident(repeated, 0.8).week
    order = random.permutation(60)
    for these in (None, weights):
        mine = None if these is None else these[order]
        assert confident(weeks[order], 0.8, mine) == confident(weeks, 0.8, these)
        assert incidence(weeks[order], 90, mine) == incidence(weeks, 90, these)
        there, moved = (np.where(np.isfinite(x), x, np.nan) for x in (weeks, weeks[order]))
        assert middle_of(moved, 0.9, mine).as_dict() == middle_of(there, 0.9, these).as_dict()


def test_dates_of_the_plan() -> None:
    scenario = sim.load(SMALL).with_changes({"start_date": "2026-01-07", "rollout.time_scale": 2})
    assert funding_planned(scenario) == 8.0 + scenario.rollout.funding_delay_weeks.mean == 12.0
    assert date_of(scenario, 0.0) == datetime.date(2026, 1, 5)  # Monday of its week
    assert date_of(scenario, 12.0) == datetime.date(2026, 3, 30)
    assert date_of(scenario, 12.5) == datetime.date(2026, 4, 2)


def test_systems_as_planned_are_the_longest_path_of_medians() -> None:
    stage = {"weeks": {"lognormal": {"median": 4, "p90": 12}}}
    systems = [
        {"name": "a", "start_week": -6, "stages": [{"name": "x", **stage}, {"name": "y", "weeks": 3}]},
        {"name": "b", "start_week": 5, "after": ["a"], "stages": [{"name": "x", "weeks": 2}]},
        {"name": "c", "stages": [{"name": "x", "weeks": 9}, {"name": "y", **stage, "after": []},
                                 {"name": "z", "weeks": 1, "after": ["x", "y"]}]},
    ]  # fmt: skip
    scenario = sim.load(SMALL).with_changes({"integration.systems": systems, "rollout.time_scale": 2})
    # a: 12 - 6 + 7 = 13; b: from 12 + 2 * 5 = 22; c: 12 + 9 + 1 = 22
    assert systems_planned(scenario) == pytest.approx(24.0)
    assert systems_planned(scenario.with_changes({"rollout.time_scale": 1})) == pytest.approx(22.0)
    assert systems_planned(scenario.with_changes({"integration.systems": []})) is None


def test_milestones_are_read_from_the_run() -> None:
    result = sim.run(SMALL, replications=20, progress=False)
    found = {(one.kind, one.name): one for one in milestones(result)}
    frame, sites = result.replications, result.sites
    last = sites.groupby("replication")["go_live_week"].apply(lambda weeks: weeks.max(skipna=False))
    assert [one.kind for one in milestones(result)] == [
        "kick-off", "pilot", "decision", "funding", "phase", "site", "site", "systems", "scale", "kept",
    ]  # fmt: skip
    assert found["pilot", "end of the pilot"].spread["p90"].value == found["decision", "decision"].planned == 8.0
    phase = found["phase", "all"]
    assert phase.planned == 16.0
    assert phase.arrive.share == last.notna().mean()
    assert phase.spread["p50"].value == pytest.approx(last.median())
    home = sites[sites["site"] == "home"]["go_live_week"]
    assert found["site", "home"].spread["p90"].value == pytest.approx(home.quantile(0.9))
    systems = found["systems", "all systems"]
    assert systems.arrive.share == frame["integrations_live_week"].notna().mean()
    assert systems.spread["p10"].value == pytest.approx(frame["integrations_live_week"].quantile(0.1))
    scaled = frame["funded_week"] + frame["weeks_to_scale"]
    scale = found["scale", "scale"]
    assert scale.arrive.share == scaled.notna().mean()
    assert scale.planned == 12.0 + 78.0
    assert scale.in_time is not None
    assert scale.in_time.share == (scaled <= 90.0).mean()
    assert found["kept", "scale, and kept"].arrive.share == frame["success"].mean()
    assert found["funding", "funding"].arrive.share == frame["funded"].mean()
