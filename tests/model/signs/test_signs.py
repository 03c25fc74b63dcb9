"""Signs of behaviour under common random numbers: what more of something does to people in the typical programme.

What is asserted is the mean of paired differences and its 95% interval.
"""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import numpy as np
import pytest

import simulator as sim
from simulator import engine
from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.state.events import LOST, ONSET, REVERTED
from simulator.scenario import Scenario, load
from tests.engine.comparison import traced
from tests.model.signs.test_directions import interval
from tests.model.signs.test_unit_of_task import scaled

pytestmark = pytest.mark.slow

REPLICATIONS = 150
FEWER = 50
TO_THE_END = {"rollout.budget": None, "rollout.gates": [], "rollout.funding_gate": None, "levers": []}
"""Nobody stops a programme, so that adoption and accuracy are read at the same time in each."""
NOTICED, UNNOTICED = 0.7, 0.2


@cache
def behaving() -> Scenario:
    """The typical programme, which nobody stops."""
    return load("typical-programme").with_changes(TO_THE_END)


@cache
def replications(number: int, *changes: tuple[str, Any]) -> Any:
    """Replications of it with changes, seed 1."""
    scenario = behaving().with_changes({path: dict(x) if isinstance(x, tuple) else x for path, x in changes})
    return sim.run(scenario, replications=number, seed=1, progress=False).replications


def differences(measure: str, more: Any, less: Any) -> Any:
    """Of one measure by replication, where both have it."""
    return (more[measure].astype(float) - less[measure].astype(float)).dropna().to_numpy()


def noticing(number: int, changes: dict[str, Any]) -> tuple[Any, Any]:
    """Replications in which most errors are noticed, and in which few are; nobody stops a programme."""
    found = [
        sim.run(
            behaving().with_changes({**changes, "users.notice_probability": share}),
            replications=number, seed=1, progress=False,
        ).replications
        for share in (NOTICED, UNNOTICED)
    ]  # fmt: skip
    return found[0], found[1]


def test_errors_that_are_noticed_teach() -> None:
    more, less = noticing(FEWER, {})
    untaught, neither = noticing(FEWER, {"ai.retraining.corrections_to_halve": None})
    assert interval(differences("accuracy_scaled_all_sites", more, untaught))[0] > 0
    taught = differences("adoption_final", more, less)
    assert interval(taught - differences("adoption_final", untaught, neither))[0] > 0  # less is lost


def test_blindness_is_no_remedy_where_silent_errors_come_to_light() -> None:
    """An error found out by others weighs twice: where all are found out, it is better to notice them."""
    more, less = noticing(FEWER, {"users.surfacing_share": 1})
    assert interval(differences("adoption_final", more, less))[0] > 0


def test_using_it_more_drives_nobody_away_and_is_worth_more() -> None:
    tree = behaving().resolved()
    twice = {
        "users.tasks_per_user_week": scaled(tree["users"]["tasks_per_user_week"], 2),
        "ai.capacity_tasks_per_hour": scaled(tree["ai"]["capacity_tasks_per_hour"], 2),
    }
    for site in tree["sites"]:
        if site.get("tasks_per_user_week") is not None:
            twice[f"sites.{site['name']}.tasks_per_user_week"] = scaled(site["tasks_per_user_week"], 2)
    once = replications(REPLICATIONS)
    more = sim.run(behaving().with_changes(twice), replications=REPLICATIONS, seed=1, progress=False).replications
    assert differences("adoption_final", more, once) == pytest.approx(0.0, abs=1e-12)
    value = differences("value_delivered", more, once)
    assert value == pytest.approx(once["value_delivered"].to_numpy(), rel=1e-9)
    assert interval(value)[0] > 0


@pytest.mark.parametrize(
    ("change", "raised"),
    [
        (("sites.*.data_quality", 0.92), ("accuracy_scaled_all_sites", "adoption_final", "value_from_funding")),
        (("integration.systems.*.start_week", -16), ("adoption_peak",)),
        (("support.target_occupancy", 0.1), ("adoption_final", "sla_met_share")),
    ],
    ids=["better data", "systems earlier", "seven times the heads"],
)
def test_what_helps_helps_people(change: tuple[str, Any], raised: tuple[str, ...]) -> None:
    helped, usual = replications(FEWER, change), replications(REPLICATIONS).head(FEWER)
    for measure in raised:
        assert interval(differences(measure, helped, usual))[0] > 0, measure


def test_a_longer_ramp_of_training_hurts_nobody() -> None:
    ramp = ("change_programme.training.weeks_before_go_live", 12)
    longer, usual = replications(FEWER, ramp), replications(REPLICATIONS).head(FEWER)
    assert interval(differences("adoption_final", longer, usual))[1] > 0


def stopped_by_quarter(scenario: Scenario, number: int) -> Any:
    """Of those who began a year or more before the horizon: the share that first stopped in each quarter since."""
    plan = engine.build(scenario)
    weeks: list[float] = []
    for replication in range(number):
        time, kind, user = traced(plan, "compiled", replication, 1)[0][:, :3].T
        began, stopped = (
            first_times(user, time, kind == ONSET),
            first_times(user, time, np.isin(kind, [REVERTED, LOST])),
        )
        last = (plan.weeks - 52) * WEEK_HOURS
        weeks += [(stopped.get(u, np.inf) - start) / WEEK_HOURS for u, start in began.items() if start <= last]
    return np.histogram(weeks, bins=[0, 13, 26, 39, 52])[0] / len(weeks)


def first_times(user: Any, time: Any, which: Any) -> dict[float, float]:
    """When each user is first among some events, which are in the order of time."""
    users, first = np.unique(user[which], return_index=True)
    return dict(zip(users.tolist(), time[which][first].tolist(), strict=True))


def test_who_tends_to_leave_leaves_early() -> None:
    """Without gates and sponsor most people are lost in the first quarter after they began, and ever fewer later."""
    quarters = stopped_by_quarter(behaving(), 10)
    assert list(quarters) == sorted(quarters, reverse=True)
    assert quarters[0] > 1.5 * quarters[1]
    mean = 0.35 * 0.06 + 0.65 * 0.004
    alike = {"users.movers": None, "users.drop_out_per_week": mean}
    same = stopped_by_quarter(behaving().with_changes(alike), 10)
    ratios = [before / after for before, after in itertools.pairwise(quarters)]
    assert ratios[0] > same[0] / same[1]  # steeper than where everybody is alike
