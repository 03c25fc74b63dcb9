"""Judgements, errors that surface, corrections, habit and movers against theory, on both engines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulator.scenario import Scenario, load
from tests.theory.formulas.closed_forms_of_users import (
    habit_survival,
    mean_left_of_shortcomings,
    mover_stayer_survival,
)
from tests.theory.people.test_users_and_types import mean_trust
from tests.theory.simulated import observe, replicate
from tests.theory.statistics import compare_mean

slow = pytest.mark.slow
USERS = 100
TASKS, ACCURACY = 20.0, 0.9
STAY = {"users.return_per_week": 0, "users.drop_out_per_week": 0, "sites.site.users": USERS}


def erring(**changes: Any) -> Scenario:
    """100 users with 20 tasks a week at accuracy 0.9, whose trust stays at 0.6, and changes of users."""
    return load("theory/trust").with_changes(
        {**STAY, "users.trust.frozen": True, **{f"users.{name}": value for name, value in changes.items()}}
    )


def active_at(name: str, scenario: Scenario, replications: int) -> Any:
    """Active users at the end of each week, float64[replications, weeks]."""
    return np.array([one.weekly["active_users"] for one in replicate(name, scenario, replications)])


engines = pytest.mark.parametrize(
    ("name", "replications", "half_width"),
    [
        pytest.param("compiled", 100, 0.03, id="compiled"),
        pytest.param("compiled", 1500, 0.01, marks=slow, id="compiled-long"),
        pytest.param("reference", 20, 0.1, id="reference"),
    ],
)


@engines
def test_movers_leave_first_and_stayers_last(name: str, replications: int, half_width: float) -> None:
    share, mover, stayer = 0.35, 0.06, 0.004
    scenario = load("theory/come-and-go").with_changes(
        {
            **STAY,
            "horizon_weeks": 52,
            "users.drop_out_per_week": stayer,
            "users.movers": {"share": share, "drop_out_per_week": mover},
        }
    )
    active = active_at(name, scenario, replications)
    for week in (4, 13, 26, 52):
        expected = USERS * mover_stayer_survival(share, mover, stayer, week)
        compare_mean(active[:, week - 1], expected).assert_agrees(half_width_limit=half_width)
    # those who are left are movers no more often than they should be: the right kind was picked
    left = observe(name, scenario, min(replications, 300), lambda state: state.cells["movers"].sum())
    compare_mean(left, USERS * share * np.exp(-52 * mover)).assert_agrees(half_width_limit=10.0 * half_width)


@engines
def test_a_habit_protects_more_the_longer_it_lasts(name: str, replications: int, half_width: float) -> None:
    protection, weeks, reversion = 0.6, 3.0, 0.5
    habit = {"weeks": weeks, "protection": protection}
    scenario = erring(habit=habit).with_changes({"horizon_weeks": 16, "users.segments.everybody.reversion": reversion})
    hazard = TASKS * (1.0 - ACCURACY) * 0.5 * reversion * (1.0 - 0.6)
    active = active_at(name, scenario, replications)
    for week in (1, 3, 8):
        expected = USERS * habit_survival(hazard, protection, weeks, week)
        compare_mean(active[:, week - 1], expected).assert_agrees(half_width_limit=2.0 * half_width)


@engines
def test_errors_that_surface_make_people_stop_as_noticed_ones_do(
    name: str, replications: int, half_width: float
) -> None:
    share, reversion = 0.3, 0.2
    scenario = erring(surfacing_share=share).with_changes(
        {"horizon_weeks": 10, "users.segments.everybody.reversion": reversion}
    )
    hazard = TASKS * (1.0 - ACCURACY) * (0.5 + 0.5 * share) * reversion * (1.0 - 0.6)
    active = active_at(name, scenario, replications)
    for week in (2, 5, 10):
        expected = USERS * float(np.exp(-hazard * week))
        compare_mean(active[:, week - 1], expected).assert_agrees(half_width_limit=half_width)


@pytest.mark.parametrize("name", ["compiled", "reference"])
def test_errors_that_surface_cost_damage_and_no_rework(name: str) -> None:
    """Nobody leaves: the value of a week is exact but for the rework on errors that were noticed, Poisson in number."""
    scenario = erring(surfacing_share=0.8).with_changes(
        {
            "horizon_weeks": 8,
            "economics.value_per_correct_task": 1,
            "economics.cost_per_error": 7,
            "economics.rework_cost_per_noticed_error": 3,
            "support.tickets_per_noticed_error": 1,
        }
    )
    runs = replicate(name, scenario, 40)
    value = [one.measures["value_delivered"] for one in runs]
    errors = 8 * USERS * TASKS * (1.0 - ACCURACY)
    expected = 9.0 * errors - 7.0 * 0.5 * errors - 3.0 * 0.5 * errors
    compare_mean(value, expected).assert_agrees()
    # whoever knows of an error may ask about it
    asked = [one.measures["tickets_opened"] for one in runs]
    compare_mean(asked, (0.5 + 0.5 * 0.8) * errors).assert_agrees()


@pytest.mark.parametrize(
    ("name", "changes", "replications"),
    [
        pytest.param("compiled", {}, 40, id="compiled"),
        pytest.param("compiled", {"notice_probability": 0.0}, 40, id="compiled-nobody-notices"),
        pytest.param("compiled", {"judged_per_week": 5.0}, 60, id="compiled-judged"),
        pytest.param("compiled", {"judged_per_week": 40.0, "surfacing_share": 0.0}, 40, id="compiled-judged-often"),
        pytest.param("reference", {"judged_per_week": 10.0}, 10, id="reference"),
    ],
)
def test_trust_settles_where_judgements_and_errors_that_surface_take_it(
    name: str, changes: dict[str, Any], replications: int
) -> None:
    users = {"surfacing_share": 0.4, "trust.surfaced_weight": 5.0, **changes}
    weeks = 60 if name == "compiled" else 20
    scenario = load("theory/trust").with_changes(
        {"horizon_weeks": weeks, **{f"users.{key}": value for key, value in users.items()}}
    )
    trust = np.array([one.weekly["trust_mean"] for one in replicate(name, scenario, replications)])
    for week in (1, 3, weeks):
        compare_mean(trust[:, week - 1], mean_trust(scenario, week)).assert_agrees()


@pytest.mark.parametrize(
    ("name", "replications", "half_width"),
    [
        pytest.param("compiled", 300, 0.01, id="compiled"),
        pytest.param("reference", 20, 0.06, id="reference"),
    ],
)
def test_retraining_learns_from_the_cases_that_users_corrected(name: str, replications: int, half_width: float) -> None:
    """Accuracy is constant until the first deployment, so that corrections up to the end of the work are Poisson.

    The work begins at the end of week 3 and takes 24 hours; what is handed in afterwards waits for the next one.
    """
    report, to_halve, quality = 0.4, 150.0, 0.6
    scenario = erring(judged_per_week=10.0, surfacing_share=0.3).with_changes(
        {
            "horizon_weeks": 5,
            "sites.site.data_quality": quality,
            "ai.data_quality_sensitivity": 0.5,
            "ai.retraining": {
                "every_weeks": 3, "effort_hours": 24, "deploy_weeks": 0.5, "corrections_to_halve": to_halve,
            },
            "edge_cases.report_probability": report,
        }
    )  # fmt: skip
    accuracy = ACCURACY * (1.0 - 0.5 * (1.0 - quality))
    per_week = USERS * 10.0 * (1.0 - accuracy) * (0.5 + 0.5 * 0.3) * report
    seen = observe(
        name,
        scenario,
        replications,
        lambda state: (state.sites["data_quality"][0], state.sites["corrections"][0], state.sites["retrainings"][0]),
    )
    assert (seen[:, 2] == 1).all()
    left = (1.0 - seen[:, 0]) / (1.0 - quality)
    compare_mean(left, mean_left_of_shortcomings(per_week * (3 + 1 / 7), to_halve)).assert_agrees(
        half_width_limit=half_width
    )
    better = ACCURACY * (1.0 - 0.5 * (1.0 - seen[:, 0].mean()))  # from three days and a half later on
    later = per_week * (0.5 + (2 - 1 / 7 - 0.5) * (1.0 - better) / (1.0 - accuracy))
    compare_mean(seen[:, 1], later).assert_agrees(half_width_limit=2.0 * half_width)
