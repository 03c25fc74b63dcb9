"""What a site carries by hand while k of its n systems are live, against closed forms, and the order that saves most.

With weights w, L = sum of w over the systems that are not live / sum of all: accuracy is a (1 - e L), an active user
opens tau L tickets a week, an onboarded one starts with hazard p (1 - f L), and h L hours of work come up a week.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from simulator import engine
from simulator.scenario import Scenario, load
from tests.theory.simulated import observe, replicate
from tests.theory.statistics import compare_mean

slow = pytest.mark.slow
WEIGHTS = (1.0, 5.0, 2.0)
LIVE_WEEKS = (2, 4, 7)
"""When each system is live, in weeks from funding, at which the site goes live and all projects begin."""
FUNDED = 1
WEEKS = 10
"""Weeks from funding to the horizon."""
SHARE_LEFT = [
    sum(w for w, live in zip(WEIGHTS, LIVE_WEEKS, strict=True) if live > week) / sum(WEIGHTS) for week in range(WEEKS)
]
"""L in each week from funding."""
AT_ONCE = 1e6
"""Hazard of onset with which everybody starts within a minute."""
ERRORS, TICKETS, FRICTION = 0.2, 3.0, 0.6


def systems(weights: Any = WEIGHTS, weeks: Any = LIVE_WEEKS) -> list[dict[str, Any]]:
    """Systems that take so many weeks each, with nobody shared."""
    return [
        {"name": f"system-{i}", "share": weight, "stages": [{"name": "stage", "weeks": length}]}
        for i, (weight, length) in enumerate(zip(weights, weeks, strict=True))
    ]


def live(users: int, **changes: Any) -> Scenario:
    """A site that goes live for so many people at funding, with data carried by hand until its systems are live."""
    hand_carried = {
        "extra_errors": ERRORS, "tickets_per_user_week": TICKETS, "friction": FRICTION, "work_hours_per_site_week": 0,
    }  # fmt: skip
    return load("theory/integration").with_changes(
        {
            "horizon_weeks": FUNDED + WEEKS,
            "sites.site.users": users,
            "users.tasks_per_user_week": 10,
            "users.segments.everybody.onset_per_week": AT_ONCE,
            "support.tiers.tier1.agents": 60,
            "integration.systems": systems(),
            **{f"integration.hand_carried.{key}": value for key, value in hand_carried.items()},
            **changes,
        }
    )


@pytest.mark.parametrize("name", engine.ENGINES)
def test_accuracy_of_a_site_with_some_of_its_systems_live(name: str) -> None:
    one, without = (replicate(name, scenario, 1)[0] for scenario in (live(5), live(5, **{"integration.systems": []})))
    best = without.weekly["accuracy"][FUNDED:]
    expected = [accuracy * (1.0 - ERRORS * left) for accuracy, left in zip(best, SHARE_LEFT, strict=True)]
    assert one.weekly["accuracy"][FUNDED:] == pytest.approx(expected, rel=1e-12)
    assert SHARE_LEFT == [1.0, 1.0, 0.875, 0.875, 0.25, 0.25, 0.25, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("name", "users", "replications", "half_width"),
    [
        pytest.param("compiled", 168, 60, 0.02, id="compiled-fast"),
        pytest.param("compiled", 168, 400, 0.01, marks=slow, id="compiled"),
        pytest.param("reference", 40, 12, 0.1, id="reference"),
    ],
)
def test_tickets_about_hand_carried_data(name: str, users: int, replications: int, half_width: float) -> None:
    runs = replicate(name, live(users), replications)
    opened = np.array([one.weekly["tickets_opened"][FUNDED:] for one in runs])
    for week, left in enumerate(SHARE_LEFT):
        if left == 0.0:
            assert (opened[:, week] == 0).all()
        else:
            limit = half_width / math.sqrt(min(1.0, left))
            compare_mean(opened[:, week], users * TICKETS * left).assert_agrees(half_width_limit=limit)


@pytest.mark.parametrize(
    ("name", "people", "replications", "half_width"),
    [
        pytest.param("compiled", 1000, 60, 0.02, id="compiled-fast"),
        pytest.param("compiled", 1000, 400, 0.01, marks=slow, id="compiled"),
        pytest.param("reference", 100, 30, 0.1, id="reference"),
    ],
)
def test_onset_at_a_site_with_some_of_its_systems_live(
    name: str, people: int, replications: int, half_width: float
) -> None:
    """Without word of mouth each of N people has started by t with 1 - exp(-p * integral of (1 - f L))."""
    hazard = 0.15
    scenario = live(
        people,
        **{
            "users.segments.everybody.onset_per_week": hazard,
            "integration.hand_carried.tickets_per_user_week": 0,
        },
    )
    active = np.array([one.weekly["active_users"][FUNDED:] for one in replicate(name, scenario, replications)])
    used = np.cumsum([hazard * (1.0 - FRICTION * left) for left in SHARE_LEFT])
    for week in (3, 6, 9):
        expected = people * -math.expm1(-used[week])
        compare_mean(active[:, week], expected).assert_agrees(half_width_limit=half_width)


@pytest.mark.parametrize("name", engine.ENGINES)
def test_work_for_hand_carried_data(name: str) -> None:
    """Each week's work comes up at its beginning, as much as is carried then: the team is busy for so long."""
    hours = 8.0
    weeks = [length - 0.5 for length in LIVE_WEEKS]
    scenario = live(
        1,
        **{
            "integration.systems": systems(weeks=weeks),
            "integration.hand_carried.tickets_per_user_week": 0,
            "integration.hand_carried.work_hours_per_site_week": hours,
        },
    )
    (one,) = replicate(name, scenario, 1)
    busy = one.weekly["utilisation_tier3"][FUNDED:] * 168.0
    assert busy == pytest.approx([hours * left for left in SHARE_LEFT])


@pytest.mark.parametrize("name", engine.ENGINES)
def test_one_more_system_live_never_lowers_accuracy_or_raises_tickets(name: str) -> None:
    """On every path: the same clocks run slower."""
    replications = 10 if name == "compiled" else 2
    lives = [(99, 99, 99), (0, 99, 99), (0, 99, 0), (0, 0, 0)]
    runs = [replicate(name, live(30, **{"integration.systems": systems(weeks=weeks)}), replications) for weeks in lives]
    for fewer, more in pairwise(runs):
        for a, b in zip(fewer, more, strict=True):
            assert (b.weekly["accuracy"] > a.weekly["accuracy"])[FUNDED:].all()
            assert (np.cumsum(b.weekly["tickets_opened"]) <= np.cumsum(a.weekly["tickets_opened"])).all()
            assert b.measures["tickets_opened"] < a.measures["tickets_opened"]


@pytest.mark.parametrize("name", engine.ENGINES)
def test_integrating_the_heaviest_first_saves_more(name: str) -> None:
    """One engineer, three projects of three weeks: what comes last is carried longest."""
    weights = {"heavy": 6.0, "middle": 3.0, "light": 1.0}
    replications = 10 if name == "compiled" else 2

    def opened(order: list[str]) -> np.ndarray:
        named = [
            {"name": system, "share": weights[system], "start_week": 0.1 * order.index(system),
             "stages": [{"name": "stage", "weeks": 3, "team": "engineers"}]}
            for system in weights
        ]  # fmt: skip
        scenario = live(40, **{"integration.systems": named, "integration.engineers": 1})
        return np.array([one.measures["tickets_opened"] for one in replicate(name, scenario, replications)])

    heaviest_first, lightest_first = opened(["heavy", "middle", "light"]), opened(["light", "middle", "heavy"])
    assert (heaviest_first < lightest_first).all()
    if name == "compiled":
        # L for 3 weeks each: 1, 0.4, 0.1 and 1, 0.9, 0.6
        expected = 40 * TICKETS * 3.0 * (2.5 - 1.5)
        compare_mean(lightest_first - heaviest_first, expected).assert_agrees(half_width_limit=0.1)


def test_equal_systems_count_alike_and_one_counts_for_all() -> None:
    def left(weights: tuple[float, ...], done: int) -> float:
        weeks = [0 if i < done else 99 for i in range(len(weights))]
        scenario = live(1, **{"integration.systems": systems(weights, weeks)})
        return float(observe("compiled", scenario, 1, lambda state: state.sites["carried_share"][0])[0])

    assert [left((1.0, 1.0, 1.0, 1.0), done) for done in range(5)] == [1.0, 0.75, 0.5, 0.25, 0.0]
    assert [left((7.3,), done) for done in (0, 1)] == [1.0, 0.0]
    assert [left((0.3, 0.3, 0.4), done) for done in (0, 3)] == [1.0, 0.0]
