"""Money against theory, exactly: annuities, payback, paid hours, overtime."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulator.scenario import load
from tests.theory.formulas.closed_forms_of_plans import annuity
from tests.theory.simulated import replicate
from tests.theory.statistics import compare_mean

TIERS = ("tier1", "tier2", "tier3")
USERS, TASKS = 168, 5.0
NO_PAY = {f"economics.{key}": 0.0 for key in ("licence_per_user_week", "platform_cost_per_week")} | {
    f"economics.cost_per_hour.{tier}": 0.0 for tier in TIERS
}


@pytest.mark.parametrize("name", ["compiled", "reference"])
@pytest.mark.parametrize("rate", [0.0, 0.08, 0.5])
@pytest.mark.parametrize("weeks", [1, 52, 156])
def test_a_constant_stream_is_worth_an_annuity(name, rate, weeks):
    if name == "reference" and weeks > 52:
        weeks = 60
    scenario = load("theory/economics").with_changes({"horizon_weeks": weeks, "economics.discount_rate_per_year": rate})
    (one,) = replicate(name, scenario, 1)
    value = USERS * TASKS * 20.0
    people = 168.0 * (3 * 10.0 + 2 * 5.0 + 1 * 20.0)
    cost = people + USERS * (TASKS * 0.5 + 3.0) + 1000.0
    outlay = USERS * 400.0
    assert one.weekly["value"] == pytest.approx([value] * weeks, rel=1e-12)
    assert one.weekly["cost"] == pytest.approx([cost + outlay] + [cost] * (weeks - 1), rel=1e-12)
    assert one.measures["value_delivered"] == pytest.approx(weeks * value, rel=1e-12)
    assert one.measures["programme_cost"] == pytest.approx(weeks * cost + outlay, rel=1e-12)
    npv = annuity(value - cost, weeks, rate) - annuity(outlay, 1, rate)
    assert one.measures["npv"] == pytest.approx(npv, rel=1e-11, abs=1e-6)
    assert one.weekly["cost_cumulative"][-1] == pytest.approx(one.measures["programme_cost"], rel=1e-12)
    assert one.weekly["value_cumulative"][-1] == pytest.approx(one.measures["value_delivered"], rel=1e-12)
    passed = np.arange(1, weeks + 1)
    assert one.weekly["net_cumulative"] == pytest.approx(passed * (value - cost) - outlay, rel=1e-12)
    quarter = np.minimum(passed, 13) * (value - cost) - np.where(passed <= 13, outlay, 0.0)  # gone after a quarter
    assert one.weekly["net_run_rate"] == pytest.approx(quarter, rel=1e-12)
    assert one.measures["paid_back"] is bool(weeks * (value - cost) >= outlay)


@pytest.mark.parametrize("outlay", [0.0, 100.0, 800.0, 1234.5])
def test_the_outlay_is_paid_back_after_as_many_weeks_as_it_takes(outlay):
    """An outlay I and a net value n a week: covered at the end of week ceil(I / n), the first of which is week 0."""
    scenario = load("theory/economics").with_changes({**NO_PAY, "economics.training_cost_per_user": outlay})
    (one,) = replicate("compiled", scenario, 1)
    net = USERS * TASKS * (20.0 - 0.5)
    assert one.measures["payback_week"] == max(0, math.ceil(USERS * outlay / net) - 1)


def test_what_is_never_earned_is_never_paid_back():
    scenario = load("theory/economics").with_changes({**NO_PAY, "economics.training_cost_per_user": 1e6})
    (one,) = replicate("compiled", scenario, 1)
    assert one.measures["payback_week"] is None


@pytest.mark.parametrize("name", ["compiled", "reference"])
@pytest.mark.parametrize(
    ("shifts", "hours"),
    [
        ([("all", 0, 24, 1.0)], 8 * 168),
        ([("mon-fri", 9, 17, 1.0)], 8 * 40),
        ([("mon-fri", 8, 16, 0.75), ("all", 22, 6, 0.25)], 6 * 40 + 2 * 56),
        ([("sat-sun", 20, 4, 0.5), ("mon", 6, 7, 0.5)], 4 * 16 + 4 * 1),
    ],
)
@pytest.mark.parametrize("tier", TIERS)
def test_shifts_cost_their_hours(name, shifts, hours, tier):
    """Nothing to do, so no overtime: people times paid hours times the rate; shifts past Sunday go on on Monday."""
    named = [dict(zip(("days", "start_hour", "end_hour", "share"), shift, strict=True)) for shift in shifts]
    where = "data_science_team" if tier == "tier3" else f"support.tiers.{tier}"
    heads = "members" if tier == "tier3" else "agents"
    scenario = load("theory/economics").with_changes(
        {
            **NO_PAY,
            "horizon_weeks": 6,
            "users.tasks_per_user_week": 0,
            "economics.training_cost_per_user": 0,
            f"economics.cost_per_hour.{tier}": 10.0,
            f"{where}.{heads}": 8,
            f"{where}.shifts": named,
        }
    )
    (one,) = replicate(name, scenario, 1)
    assert one.weekly["cost"] == pytest.approx([10.0 * hours] * 6, rel=1e-12)


def test_overtime_is_paid_at_its_factor():
    """Enough agents for 10 questions an hour of 2 hours each, in office hours: who starts u < h before the end of the
    shift stays h - u longer, lambda h^2 / 2 hours a day."""
    hours = {"days": "mon-fri", "start_hour": 8, "end_hour": 16}
    scenario = load("theory/economics").with_changes(
        {
            **NO_PAY,
            "horizon_weeks": 52,
            "users.tasks_per_user_week": 0,
            "users.working_hours": hours,
            "economics.training_cost_per_user": 0,
            "economics.cost_per_hour.tier1": 10.0,
            "economics.overtime_factor": 1.5,
            "support.how_to_per_user_week": 10.0 * 40.0 / USERS,
            "support.tiers.tier1.agents": 80,
            "support.tiers.tier1.handling_minutes": 120,
            "support.tiers.tier1.shifts": [{**hours, "share": 1.0}],
        }
    )
    runs = replicate("compiled", scenario, 60)
    overtime = [one.weekly["cost"].mean() / 10.0 - 80 * 40.0 for one in runs]
    compare_mean(overtime, 1.5 * 5 * 10.0 * 2.0**2 / 2.0).assert_agrees()
