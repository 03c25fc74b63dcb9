"""Learning curves against theory: what stages take, and what sites of later waves ask and carry by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from simulator import engine
from simulator.model.programme.learning import learning_factor
from simulator.scenario import Scenario, load
from tests.theory.simulated import WEEK_HOURS, observe, replicate
from tests.theory.statistics import compare_mean

slow = pytest.mark.slow
RATE = 0.2
FUNDED = 1.0
"""Week of funding in these scenarios."""
AT_ONCE = 1e6
"""Hazard of onset with which everybody starts within a minute."""


def curve(n: int, rate: float = RATE) -> float:
    """Wright's learning curve."""
    return float(max(1, n) ** math.log2(1.0 - rate))


def test_each_doubling_saves_the_same_share() -> None:
    factors = [learning_factor(RATE, n) for n in (0, 1, 2, 4, 8, 1024)]
    assert factors == pytest.approx([1.0, 1.0, 0.8, 0.64, 0.512, 0.8**10], rel=1e-12)
    assert learning_factor(RATE, 3) == pytest.approx(0.8 ** math.log2(3), rel=1e-12)
    assert [learning_factor(0.0, n) for n in (0, 1, 2, 3, 1000)] == [1.0] * 5


# ---- stages of integrations


def projects(weeks: Any, systems: int, **changes: Any) -> Scenario:
    """So many projects of one stage each, for one engineer."""
    stages = [{"name": "stage", "weeks": weeks, "team": "engineers"}]
    return load("theory/integration").with_changes(
        {
            "horizon_weeks": 200,
            "rollout.learning_rate": RATE,
            "integration.engineers": 1,
            "integration.systems": [{"name": f"system-{i}", "stages": stages} for i in range(systems)],
            **changes,
        }
    )


@pytest.mark.parametrize("name", engine.ENGINES)
def test_a_stage_takes_less_the_more_systems_are_live(name: str) -> None:
    (live,) = observe(name, projects(4, 12), 1, lambda state: state.systems["live_at"].copy())
    expected = np.cumsum([4.0 * curve(n) for n in range(12)])
    assert live / WEEK_HOURS - FUNDED == pytest.approx(expected, rel=1e-9)


def test_stages_side_by_side_learn_nothing_from_each_other() -> None:
    (live,) = observe(
        "compiled", projects(4, 6, **{"integration.engineers": 3}), 1, lambda state: state.systems["live_at"].copy()
    )
    second = 4.0 + 4.0 * np.array([curve(1), curve(2), curve(3)])  # each begins as one of the first three goes live
    assert live / WEEK_HOURS - FUNDED == pytest.approx([4.0, 4.0, 4.0, *second], rel=1e-9)


@pytest.mark.parametrize(
    ("name", "replications", "half_width"),
    [
        pytest.param("compiled", 300, 0.04, id="compiled-fast"),
        pytest.param("compiled", 4000, 0.01, marks=slow, id="compiled"),
        pytest.param("reference", 30, 0.15, id="reference"),
    ],
)
def test_exponential_stages_in_a_row_add_up_to_a_learning_curve(
    name: str, replications: int, half_width: float
) -> None:
    """The sum of 4 max(1, n)^b over the systems that are live, n = 0, 1, ..., 15."""
    runs = replicate(name, projects({"exponential": {"mean": 4}}, 16), replications)
    weeks = [one.measures["integrations_live_week"] - FUNDED for one in runs]
    expected = 4.0 * sum(curve(n) for n in range(16))
    assert expected < 0.65 * 4.0 * 16
    compare_mean(weeks, expected).assert_agrees(half_width_limit=half_width)


# ---- sites of later waves

PHASES = [
    ("home", 0, ["site", "annex"]),
    ("one", 2, ["a"]),
    ("two", 4, ["b", "c"]),
    ("three", 4, ["d"]),
    ("four", 6, ["e"]),
]
FINISHED = {"site": 0, "annex": 0, "a": 2, "b": 3, "c": 3, "d": 3, "e": 5}
"""Waves finished before each site goes live: the pilot's site is one, and the annex, the rest of its phase, another."""


def waves(users: int, **changes: Any) -> Scenario:
    """Sites that go live in five phases for so many people each; nobody ever knows the way around."""
    return load("theory/integration").with_changes(
        {
            "horizon_weeks": 14,
            "sites": [{"name": name, "users": users} for name in FINISHED],
            "users.segments.everybody.onset_per_week": AT_ONCE,
            "users.learning_weeks": 10_000,
            "support.tiers.tier1.agents": 200,
            "support.how_to_per_new_user_week": 0,
            "integration.systems": [],
            "rollout.learning_rate": RATE,
            "rollout.phases": [{"name": name, "week": week, "sites": sites} for name, week, sites in PHASES],
            **changes,
        }
    )


def never(**more: Any) -> dict[str, Any]:
    """A system that is not live by the horizon."""
    return {"name": "system", "stages": [{"name": "stage", "weeks": 100}], **more}


def factors(name: str, scenario: Scenario) -> dict[str, float]:
    """What each site has learned."""
    (found,) = observe(name, scenario, 1, lambda state: state.sites["learning_factor"].copy())
    return dict(zip(FINISHED, found.tolist(), strict=True))


@pytest.mark.parametrize("name", engine.ENGINES)
def test_a_site_starts_with_the_lessons_of_the_waves_before_it(name: str) -> None:
    expected = {site: curve(n) for site, n in FINISHED.items()}
    assert factors(name, waves(1)) == pytest.approx(expected, rel=1e-12)
    assert set(factors(name, waves(1, **{"rollout.learning_rate": 0})).values()) == {1.0}


@pytest.mark.parametrize("name", engine.ENGINES)
def test_a_wave_teaches_nobody_until_the_last_of_its_sites_is_live(name: str) -> None:
    late = {"rollout.go_live": "when_ready", "integration.systems": [never(sites=["c"])]}
    found = factors(name, waves(1, **late))
    assert found["e"] == pytest.approx(curve(4), rel=1e-12)  # without the second wave
    assert found["c"] == 1.0  # it is not live
    late["integration.systems"] = [{"name": "system", "sites": ["c"], "stages": [{"name": "stage", "weeks": 8}]}]
    found = factors(name, waves(1, **late))
    assert found["c"] == pytest.approx(curve(5), rel=1e-12)  # all others were
    assert found["e"] == pytest.approx(curve(4), rel=1e-12)


def of_sites(runs: list[Any]) -> np.ndarray:
    """Tickets of each site, float64[replications, sites]."""
    return np.array([one.sites["tickets_opened"] for one in runs], dtype=float)


LIVE_WEEKS = np.array([13.0 - next(week for _, week, sites in PHASES if site in sites) for site in FINISHED])
SITES = [
    pytest.param("compiled", 100, 40, 0.03, id="compiled-fast"),
    pytest.param("compiled", 100, 500, 0.01, marks=slow, id="compiled"),
    pytest.param("reference", 10, 10, 0.2, id="reference"),
]


@pytest.mark.parametrize(("name", "users", "replications", "half_width"), SITES)
@pytest.mark.parametrize("what", ["how-to", "hand-carried"])
def test_tickets_of_sites_fall_along_the_curve(
    what: str, name: str, users: int, replications: int, half_width: float
) -> None:
    """Poisson with mean N tau factor a week, from the go-live on."""
    per_week = 1.5
    changes: dict[str, Any] = {"support.how_to_per_new_user_week": per_week}
    if what == "hand-carried":
        changes = {"integration.hand_carried.tickets_per_user_week": per_week, "integration.systems": [never()]}
    tickets = of_sites(replicate(name, waves(users, **changes), replications))
    for s, n in enumerate(FINISHED.values()):
        expected = users * per_week * curve(n) * LIVE_WEEKS[s]
        compare_mean(tickets[:, s], expected).assert_agrees(half_width_limit=half_width)


def test_questions_of_those_who_know_their_way_do_not_fall() -> None:
    per_week = 1.5
    tickets = of_sites(replicate("compiled", waves(100, **{"support.how_to_per_user_week": per_week}), 40))
    for s in range(len(FINISHED)):
        compare_mean(tickets[:, s], 100 * per_week * LIVE_WEEKS[s]).assert_agrees(half_width_limit=0.03)


@pytest.mark.parametrize("name", engine.ENGINES)
def test_work_for_hand_carried_data_falls_along_the_curve(name: str) -> None:
    hours = 5.0
    changes = {"integration.hand_carried.work_hours_per_site_week": hours, "integration.systems": [never()]}
    (one,) = replicate(name, waves(0, **changes), 1)
    busy = one.weekly["utilisation_tier3"] * 168.0
    go_live = 14.0 - LIVE_WEEKS
    for week in range(3, 14):
        # At the instant at which a week ends and a site goes live, the week's work comes up first; the pilot's site has
        # some from its pilot on.
        live = [site for site, since in zip(FINISHED, go_live, strict=True) if since < week]
        assert busy[week] == pytest.approx(hours * sum(curve(FINISHED[site]) for site in live))


def test_friction_and_errors_are_as_they_were() -> None:
    changes = {
        "integration.hand_carried.extra_errors": 0.3, "integration.systems": [never()], "users.tasks_per_user_week": 5,
    }  # fmt: skip
    learning, without = (
        replicate("compiled", waves(5, **changes, **{"rollout.learning_rate": rate}), 1)[0] for rate in (RATE, 0.0)
    )
    assert learning.weekly["accuracy"].tobytes() == without.weekly["accuracy"].tobytes()
    assert learning.weekly["active_users"].tobytes() == without.weekly["active_users"].tobytes()
