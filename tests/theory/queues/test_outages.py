"""Outages against theory: how often, how long, and who is there to end them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulator import engine
from simulator.scenario import Scenario, load
from tests.theory.formulas.closed_forms_of_plans import availability, availability_over, failures_until, mean_over_week
from tests.theory.simulated import SEED, WEEK_HOURS, observe, replicate
from tests.theory.statistics import compare_mean

slow = pytest.mark.slow
OFFICE = [{"days": "mon-fri", "start_hour": 8, "end_hour": 16, "share": 1.0}]


def up_share(run) -> float:
    """Share of time in which the service was up: half of the answers are right, all else has none."""
    return 2.0 * float((run.weekly["resolution"] * run.weekly["tasks"]).sum() / run.weekly["tasks"].sum())


@pytest.mark.parametrize(
    ("name", "up", "repair", "weeks", "replications"),
    [
        pytest.param("compiled", 100.0, 2.0, 104, 100, id="compiled"),
        pytest.param("compiled", 10.0, 10.0, 104, 60, id="compiled-half-down"),
        pytest.param("reference", 10.0, 2.0, 8, 20, id="reference"),
    ],
)
def test_the_service_is_up_as_failures_and_repairs_allow(name, up, repair, weeks, replications):
    scenario = load("theory/outages").with_changes(
        {
            "horizon_weeks": weeks,
            "outages.per_year": 52.0 * WEEK_HOURS / up,
            "outages.repair_hours": {"exponential": {"mean": repair}},
        }
    )
    hours = weeks * WEEK_HOURS
    runs = replicate(name, scenario, replications)
    expected = availability_over(up, repair, hours)
    assert abs(expected - availability(up, repair)) < 0.01
    limit = 0.01 if name == "compiled" else 0.04
    compare_mean([up_share(run) for run in runs], expected).assert_agrees(half_width_limit=limit)
    down = [1.0 - up_share(run) for run in runs]
    compare_mean(down, 1.0 - expected).assert_agrees(half_width_limit=0.03 if name == "compiled" else 0.15)


@pytest.mark.parametrize(("up", "repair"), [(100.0, 0.0), (100.0, 30.0), (20.0, 60.0)])
def test_failures_come_while_the_service_is_up(up, repair):
    """With no repair time a Poisson count, else the renewal function of exponential up times and constant repairs."""
    scenario = load("theory/outages").with_changes(
        {
            "users.tasks_per_user_week": 0,
            "outages.per_year": 52.0 * WEEK_HOURS / up,
            "outages.repair_hours": repair,
        }
    )
    counts = observe("compiled", scenario, 400, lambda state: int(state.world["outages"][0]))
    hours = scenario.horizon_weeks * WEEK_HOURS
    expected = failures_until(up, repair, hours)
    compare_mean(counts, expected).assert_agrees()
    if repair == 0.0:
        assert expected == pytest.approx(hours / up)
        dispersion = float(np.sum((counts - expected) ** 2) / expected)
        assert abs(dispersion - len(counts)) < 4.9 * math.sqrt(len(counts) * (2.0 + 1.0 / expected))


def until_somebody_comes(hour: float, on_call: float) -> float:
    """Hours from `hour` of the week until somebody is in the office (Monday to Friday, 8 to 16), or is called out."""
    day, clock = divmod(hour % WEEK_HOURS, 24.0)
    if day < 5 and 8.0 <= clock < 16.0:
        return 0.0
    ahead = 8.0 - clock if day < 5 and clock < 8.0 else 32.0 - clock
    tomorrow = day if ahead <= 8.0 and clock < 8.0 else day + 1
    while tomorrow % 7 >= 5:
        ahead += 24.0
        tomorrow += 1
    return min(ahead, on_call)


def scenario_of_office_hours(on_call: float | None, repair: float) -> Scenario:
    return load("theory/outages").with_changes(
        {
            "horizon_weeks": 520,
            "sites.site.users": 0,
            "outages.per_year": 10,
            "outages.repair_hours": repair,
            "data_science_team.shifts": OFFICE,
            "data_science_team.on_call_hours": on_call,
        }
    )


@pytest.mark.parametrize(
    ("name", "on_call", "replications", "half_width"),
    [
        pytest.param("compiled", 2.0, 20, 0.02, id="compiled-on-call"),
        pytest.param("compiled", None, 20, 0.05, id="compiled-nobody-on-call"),
        pytest.param("compiled", 2.0, 100, 0.01, marks=slow, id="compiled-on-call-long"),
        pytest.param("compiled", None, 240, 0.015, marks=slow, id="compiled-nobody-on-call-long"),
        pytest.param("reference", 2.0, 2, 0.08, id="reference-on-call"),
    ],
)
def test_an_outage_waits_for_the_morning_or_for_who_is_on_call(name, on_call, replications, half_width):
    """Each outage lasts as its hour says; and on average as the mean over the hours of the week."""
    repair, reaction = 1.0, math.inf if on_call is None else on_call
    plan = engine.build(scenario_of_office_hours(on_call, repair))
    lasted = []
    for n in range(replications):
        began = math.nan
        for event in engine.trace(plan, n, SEED, name):
            if event.kind == "outage":
                began = event.time_hours
            elif event.kind == "service-restored":
                hours = event.fields["hours"]
                assert hours == pytest.approx(event.time_hours - began, abs=1e-6)
                assert hours == pytest.approx(until_somebody_comes(began, reaction) + repair, abs=1e-6)
                lasted.append(hours)
    assert len(lasted) > 50 * replications
    expected = mean_over_week(lambda hour: until_somebody_comes(hour, reaction)) + repair
    compare_mean(lasted, expected).assert_agrees(half_width_limit=half_width)


def test_office_hours_are_as_they_are():
    for hour, wait in ((0, 8), (7.5, 0.5), (8, 0), (15.9, 0), (16, 16), (4 * 24 + 16, 64), (6 * 24 + 23, 9)):
        assert until_somebody_comes(hour, math.inf) == pytest.approx(wait)
        assert until_somebody_comes(hour, 2.0) == pytest.approx(min(wait, 2.0))
