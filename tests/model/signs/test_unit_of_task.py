"""The unit of a task does not decide: work that is cut into k pieces, money likewise, is judged as often as before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulator import engine
from simulator.scenario import Scenario, load
from tests.engine.comparison import traced
from tests.model.rules.test_conservation import BEHAVING
from tests.model.small import document

PER_TASK = (
    *("minutes_saved_per_correct_task", "value_per_correct_task", "cost_per_error", "rework_cost_per_noticed_error"),
    "inference_cost_per_task",
)
JUDGED_PER_WEEK = 5


def scaled(number: Any, factor: float) -> Any:
    """A number of a scenario file, or each number of its distribution, times a factor."""
    if isinstance(number, dict):
        return {key: x if key in {"source", "confidence"} else scaled(x, factor) for key, x in number.items()}
    return number * factor


def split(tree: dict[str, Any], k: int) -> Scenario:
    """A scenario whose tasks are cut into k equal ones, each worth and costing a k-th."""
    for place in (tree["users"], *tree["sites"]):
        if place.get("tasks_per_user_week") is not None:
            place["tasks_per_user_week"] = scaled(place["tasks_per_user_week"], k)
    for name in PER_TASK:
        if tree["economics"].get(name) is not None:
            tree["economics"][name] = scaled(tree["economics"][name], 1.0 / k)
    if tree["ai"].get("capacity_tasks_per_hour") is not None:
        tree["ai"]["capacity_tasks_per_hour"] = scaled(tree["ai"]["capacity_tasks_per_hour"], k)
    return load(tree)


def small_programme(k: int) -> Scenario:
    """The small programme with outages, edge cases and a sponsor, and too little capacity for a full house."""
    ai = {**BEHAVING["ai"], "capacity_tasks_per_hour": 20}
    money = {"value_per_correct_task": 10, "cost_per_error": 5, "rework_cost_per_noticed_error": 8,
             "inference_cost_per_task": 0.1}  # fmt: skip
    return split(document(**{**BEHAVING, "ai": ai, "economics": money, "horizon_weeks": 30}), k)


def typical_programme(k: int) -> Scenario:
    """The typical programme where people judge an answer on each working day."""
    return split(load("typical-programme").with_changes({"users.judged_per_week": JUDGED_PER_WEEK}).resolved(), k)


def assert_alike(one: Any, other: Any, k: int) -> None:
    """The same programme, but for k times as many tasks."""
    assert other.measures["events"] == one.measures["events"]
    assert other.measures["outcome"] == one.measures["outcome"]
    assert other.weekly["adoption"].tobytes() == one.weekly["adoption"].tobytes()
    assert other.weekly["trust_mean"] == pytest.approx(one.weekly["trust_mean"], rel=1e-9, nan_ok=True)
    assert other.weekly["tasks"] == pytest.approx(k * one.weekly["tasks"], rel=1e-9)
    for name in ("npv", "value_delivered", "programme_cost"):
        assert other.measures[name] == pytest.approx(one.measures[name], rel=1e-9)


@pytest.mark.parametrize("name", ["compiled", "reference"])
@pytest.mark.parametrize("k", [5, 10])
def test_no_event_of_the_small_programme_changes(name: str, k: int) -> None:
    rows, one, _ = traced(engine.build(small_programme(1)), name, 0, 1)
    more, other, _ = traced(engine.build(small_programme(k)), name, 0, 1)
    assert len(rows) > 3000
    assert np.array_equal(rows[:, 1:3], more[:, 1:3])  # the kinds, and whom or what they concern
    assert rows[:, 0] == pytest.approx(more[:, 0], rel=1e-12)
    assert_alike(one, other, k)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "replications"), [("compiled", 20), ("reference", 1)])
def test_no_event_of_the_typical_programme_changes(name: str, replications: int) -> None:
    runners = {k: engine.get(name).Engine(engine.build(typical_programme(k))) for k in (1, 5, 10)}
    for number in range(replications):
        one = runners[1].replicate(number, 1)
        for k in (5, 10):
            assert_alike(one, runners[k].replicate(number, 1), k)


def test_where_each_task_is_judged_the_unit_decides() -> None:
    """What the rate of judgements is for: without it, work cut finer drives people away."""
    adoption = []
    for k in (1, 10):
        tree = document(horizon_weeks=30, ai={}, economics=dict.fromkeys(PER_TASK, 1))
        runner = engine.get("compiled").Engine(engine.build(split(tree, k)))
        adoption.append(np.mean([runner.replicate(n, 1).measures["adoption_final"] for n in range(20)]))
    assert adoption[1] < 0.8 * adoption[0]
