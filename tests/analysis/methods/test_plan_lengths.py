"""Lengths of a plan: which can't be told from the best, what the horizon hides, and how a plan is stretched."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import simulator as sim
from simulator.analysis.methods.schedule.plan_lengths import (
    TIMES,
    Length,
    judge,
    length_of,
    mean_at,
    read_length,
    share_cut_off,
    stretched,
)
from tests.analysis.test_attribute import SMALL


def lengths_of(
    success: Sequence[Any], cut_off: Any = 0.0, room: Sequence[float] | None = None, value: Any = None
) -> list[Length]:
    """Lengths of which each replication's success is known."""
    found = []
    for number, each in enumerate(success):
        n = len(each)
        worth = np.asarray(each, float) if value is None else np.asarray(value[number], float)
        values = {"success": np.asarray(each, float), "value_from_funding": worth}
        cut = np.broadcast_to(np.asarray(cut_off[number] if isinstance(cut_off, list) else cut_off, float), n)
        left = 100.0 if room is None else room[number]
        found.append(Length(TIMES[number], 48 * TIMES[number], left, 21.0, tuple(range(n)), values, np.array(cut)))
    return found


def test_a_best_length_is_named_only_if_it_is_told_apart_from_all_others() -> None:
    random = np.random.default_rng(1)
    luck = random.random(400)
    clear = judge(lengths_of([luck < 0.2, luck < 0.25, luck < 0.6, luck < 0.3]), "success")
    assert clear is not None
    assert (clear.best, clear.top, clear.leading) == (2, 2, (2,))
    near = judge(lengths_of([luck < 0.2, luck < 0.595, luck < 0.6, luck < 0.59]), "success")
    assert near is not None
    assert (near.best, near.leading) == (None, (1, 2, 3))
    one = near.differences[0]
    assert one.told_apart
    assert float(one.together) == pytest.approx(np.mean(luck < 0.2) - np.mean(luck < 0.6))


def test_equal_lengths_are_told_apart_in_at_most_one_of_twenty_experiments() -> None:
    random, wrong = np.random.default_rng(2), 0
    for _ in range(1000):
        common, own = random.normal(size=60), random.normal(size=(6, 60))
        values = np.exp(0.8 * (0.8 * common + 0.6 * own))
        found = judge(lengths_of(values > 1.5, value=values), "value_from_funding")
        assert found is not None
        wrong += len(found.leading) < 6
    assert wrong / 1000 <= 0.065  # 5%, and two standard errors of it


def test_intervals_for_all_pairs_together_hold_together() -> None:
    random, held = np.random.default_rng(3), 0
    for _ in range(1000):
        values = random.normal(size=(3, 40)) + np.array([[0.0], [0.1], [0.3]])
        found = judge(lengths_of(values > 0, value=values), "value_from_funding")
        assert found is not None
        truth = np.array([0.0, 0.1, 0.3])
        held += all(
            one.together.low <= truth[number] - truth[found.top] <= one.together.high
            for number, one in found.differences.items()
        )
    assert held / 1000 >= 0.94


def test_what_the_horizon_cuts_off_is_not_held_against_a_length() -> None:
    luck = np.random.default_rng(4).random(300)
    short, long = luck < 0.6, luck < 0.2
    still_going = (luck >= 0.2) & (luck < 0.65)
    finished = judge(lengths_of([short, long]), "success")
    assert finished is not None
    assert (finished.best, finished.leading, finished.open) == (0, (0,), ())
    cut = judge(lengths_of([short, long], cut_off=[0.0, still_going]), "success")
    assert cut is not None
    assert (cut.best, cut.leading, cut.open) == (None, (0,), (1,))


def test_a_length_without_room_is_not_judged() -> None:
    luck = np.random.default_rng(5).random(300)
    success = [luck < 0.3, luck < 0.6, luck < 0.0]
    assert not lengths_of(success, room=[90.0, 60.0, 20.9])[2].has_room
    found = judge(lengths_of(success, room=[90.0, 60.0, 20.9]), "success")
    assert found is not None
    assert found.best == 1
    assert set(found.differences) == {0}
    assert judge(lengths_of(success, room=[90.0, 0.0, 0.0]), "success") is None


def test_the_same_in_every_length_is_no_difference() -> None:
    same = np.array([True, False, True])
    found = judge(lengths_of([same, same, same]), "success")
    assert found is not None
    assert (found.best, found.leading, found.same) == (None, (0, 1, 2), True)
    for value in ([0.0] * 3, [1.0] * 3):
        alike = judge(lengths_of([value, value]), "success")
        assert alike is not None
        assert alike.leading == (0, 1)
    single = judge(lengths_of([[1.0], [0.0]]), "success")
    assert single is not None
    assert (single.leading, single.same) == ((0, 1), False)


def test_permuting_replications_changes_no_digit() -> None:
    random = np.random.default_rng(6)
    values, weights, order = random.normal(size=(4, 50)), random.uniform(size=50), random.permutation(50)
    for these in (None, weights):
        found = judge(lengths_of(values > 0.5, value=values), "value_from_funding", these)
        mine = None if these is None else these[order]
        moved = judge(lengths_of(values[:, order] > 0.5, value=values[:, order]), "value_from_funding", mine)
        assert found is not None
        assert moved is not None
        assert found == moved


def test_a_plan_is_stretched_from_funding_on() -> None:
    plan = sim.load("typical-programme")
    assert length_of(plan) == 48.0
    assert stretched(plan, 1.0) is plan
    longer = stretched(plan, 1.25)
    assert longer.name == "typical-programme-times-1-25"
    assert length_of(longer) == 60.0
    assert longer.rollout is not None
    assert longer.rollout.time_scale.value == 1.25
    twice = stretched(plan.with_changes({"rollout.time_scale": 0.5}), 2.0)
    assert length_of(twice) == 48.0
    at_once = plan.with_changes({"rollout.phases.*.week": 0})
    assert length_of(at_once) is None
    assert length_of(sim.load("theory/m-m-c")) is None
    observed = plan.with_changes({"pilot.observed": {"active_share": 0.8, "users": 20}})
    changed = stretched(observed, 2.0)
    assert changed.pilot is not None
    assert changed.pilot.observed is None


def test_what_is_kept_of_a_run() -> None:
    result = sim.run(SMALL, replications=30, progress=False)
    frame = result.replications
    one = read_length(result, 1.0)
    assert (one.weeks, one.room, one.needed) == (4.0, 60.0 - 12.0 - 4.0, 4.0 + 13.0)
    assert float(mean_at(one, "success", None)) == frame["success"].mean()
    assert float(mean_at(one, "value_from_funding", None)) == pytest.approx(
        frame["value_from_funding"].fillna(0).mean()
    )
    late = result.scenario.with_changes({"rollout.phases.all.week": 45})
    cut = sim.run(late, replications=30, progress=False)
    kept, runs = read_length(cut, 1.0), cut.replications
    going = runs["funded"] & runs["shelved_week"].isna() & ~runs["success"]
    assert going.any()
    assert kept.cut_off.tolist() == going.astype(float).tolist()  # live in week 57 of 60 at the earliest
    assert share_cut_off(kept, None).share == going.mean()
    assert not kept.has_room
    assert read_length(result, 1.0).at([3, 5]).numbers == (3, 5)
    assert math.isfinite(float(mean_at(kept, "adoption_final", None)))
