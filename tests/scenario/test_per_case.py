"""What is believed of a case goes by how many cases there are: the same work can be cut into more of them."""

from __future__ import annotations

from typing import Any

import pytest

import simulator as sim
from simulator.scenario import Scenario, load
from simulator.scenario.numbers.per_case import PER_CASE
from simulator.scenario.numbers.priors import prior
from tests.scenario.test_priors import SHORT

BELIEVED = {"p10": 4, "p50": 5.5, "p90": 7.5}


def plan(tasks: Any = None, **economics: Any) -> Scenario:
    return load({**SHORT, "users": {} if tasks is None else {"tasks_per_user_week": tasks}, "economics": economics})


def hours(scenario: Scenario) -> float:
    """Hours a week that right answers save where all cases are answered right, in the middle."""
    minutes = scenario.resolved()["economics"]["minutes_saved_per_correct_task"]["p50"]
    tasks = scenario.resolved()["users"]["tasks_per_user_week"]
    return float(minutes * (tasks["p50"] if isinstance(tasks, dict) else tasks) / 60.0)


@pytest.mark.parametrize(
    "tasks", [5, 25, 50, 200, {"p10": 18, "p50": 25, "p90": 35}, {"p10": 1, "p50": 2, "p90": 4, "source": "us"}]
)
def test_hours_at_stake_do_not_hang_on_how_work_is_cut(tasks: Any) -> None:
    assert hours(plan(tasks)) == pytest.approx(hours(plan()), rel=0.01)


@pytest.mark.parametrize("name", PER_CASE)
def test_each_is_divided_by_as_much_as_there_are_more(name: str) -> None:
    belief, found = prior(f"economics.{name}"), plan(55).resolved()["economics"][name]
    assert found == {key: value if key == "source" or key == "confidence" else pytest.approx(value / 10)
                     for key, value in belief.items()}  # fmt: skip


@pytest.mark.parametrize("tasks", [None, 5.5, BELIEVED, {**BELIEVED, "source": "counted"}, 0])
def test_at_the_tasks_believed_and_at_none_they_are_as_believed(tasks: Any) -> None:
    found = plan(tasks).resolved()["economics"]
    assert all(found[name] == plan().resolved()["economics"][name] == dict(prior(f"economics.{name}"))
               for name in PER_CASE)  # fmt: skip


def test_what_is_stated_stays() -> None:
    economics = plan(55, cost_per_error=7).economics
    assert economics.cost_per_error.value == 7
    assert economics.rework_cost_per_noticed_error.document() == {"p10": 0.2, "p50": 0.5, "p90": 1}


def test_a_change_of_one_number_changes_one_number() -> None:
    before = sim.load("typical-programme")
    after = before.with_changes({"users.tasks_per_user_week": 55})
    assert after.economics == before.economics


def test_an_overlay_with_times_more_means_more_of_the_same(tmp_path: Any) -> None:
    over = tmp_path / "more.yaml"
    over.write_text("name: more\nextends: typical-programme\nusers: {tasks_per_user_week: {times: 2}}\n")
    for tasks in (None, 25):
        before = plan(tasks)
        users = {} if tasks is None else {"tasks_per_user_week": tasks}
        after = load({**SHORT, "users": users}, overlays=[over])
        assert after.economics.document() == before.economics.document()
        assert after.users.tasks_per_user_week.mean == pytest.approx(
            2 * before.users.tasks_per_user_week.mean, rel=0.02
        )


@pytest.mark.parametrize("tasks", ["many", {"p10": 3}, None, True, -1, {"lognormal": {"median": 0, "p90": 1}}])
def test_tasks_that_cannot_be_read_are_told_as_such(tasks: Any) -> None:
    with pytest.raises(sim.ScenarioError) as caught:
        load({**SHORT, "users": {"tasks_per_user_week": tasks}})
    assert {problem.path.split(".")[0] for problem in caught.value.problems} == {"users"}
