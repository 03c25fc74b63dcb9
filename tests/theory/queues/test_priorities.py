"""The data science team's priorities against theory: not preemptive, whatever the classes are made of.

Two classes of its work can be made Poisson: tickets, and repairs of edge cases where types are rare and many. Those
are held against Cobham. Outages come one at a time, hence from a finite source: the chain of states is solved instead.
Data carried by hand, retraining and remediation come by the calendar; no closed form is known for them.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulator.scenario import Scenario, load
from tests.theory.formulas.closed_forms import (
    cobham_mean_waits,
    machine_and_tickets,
    mmc_priority_mean_waits,
    sliced_mean_wait,
    stick_breaking_mean_remainder,
)
from tests.theory.simulated import WEEK_HOURS, Queue, replicate
from tests.theory.statistics import Comparison, compare_mean, compare_ratio

slow = pytest.mark.slow
TICKETS_FIRST = ["ticket", "repair", "outage", "hand-carried", "retraining", "remediation"]
REPAIRS_FIRST = ["repair", "ticket", "outage", "hand-carried", "retraining", "remediation"]
OUTAGES_FIRST = ["outage", "ticket", "hand-carried", "retraining", "remediation", "repair"]
OUTAGES_LAST = [*OUTAGES_FIRST[1:], "outage"]


def ticket_rate(scenario: Scenario) -> float:
    """Questions per hour of all sites."""
    users = math.fsum(site.users.value for site in scenario.sites)
    return users * scenario.support.how_to_per_user_week.value / WEEK_HOURS


def repair_rates(scenario: Scenario) -> np.ndarray:
    """Expected repair jobs per hour in each measured week: what is met first.

    A type of weight p is met first at the rate r p exp(-r p t); to the second order that is r E[sum p] - r^2 t E[sum
    p^2], and over a few per cent of all types more is not needed.
    """
    family = scenario.edge_cases.site
    types, theta = scenario.edge_cases.types_per_family, family.concentration.value
    mass = 1.0 - stick_breaking_mean_remainder(types, 0.0, theta)
    squares = (1.0 - (theta / (theta + 2.0)) ** types) / (1.0 + theta)  # E[V^2] (1 - s^K) / (1 - s), s = E[(1 - V)^2]
    met = scenario.users.tasks_per_user_week.value / WEEK_HOURS
    middle = (np.arange(scenario.success.measure_from_week, scenario.horizon_weeks) + 0.5) * WEEK_HOURS
    return len(scenario.sites) * (met * mass - met**2 * squares * middle)


def show(comparisons: dict[str, Comparison], half_width: float) -> None:
    for name, comparison in comparisons.items():
        print(f"{name:12} {comparison}")
    for comparison in comparisons.values():
        comparison.assert_agrees(half_width_limit=half_width)


def compare_classes(
    scenario: Scenario, name: str, replications: int, expected: list[tuple[float, float]], load_: float
) -> dict[str, Comparison]:
    """Mean wait of tickets, and mean number of repairs in line, beside (wait of tickets, wait of repairs) by week."""
    runs = replicate(name, scenario, replications)
    queue = Queue.at("tier3", scenario, runs)
    rate, repairs = ticket_rate(scenario), repair_rates(scenario)
    controls = [queue.visits - rate * queue.hours, queue.utilisation - load_]
    tickets = [wait for wait, _ in expected]
    in_line = rate * np.mean(tickets) + np.mean(
        [jobs * wait for jobs, (_, wait) in zip(repairs, expected, strict=True)]
    )
    return {
        "tickets": compare_mean(queue.visits / queue.hours, rate),
        "utilisation": compare_mean(queue.utilisation, load_),
        "wait": compare_ratio(queue.wait_sum, queue.visits, float(np.mean(tickets)), controls),
        "line": compare_ratio(queue.queue_mean, np.ones(len(runs)), float(in_line), controls),
    }


def by_week(scenario: Scenario, tickets_first: bool, servers: int, second: float) -> list[tuple[float, float]]:
    """Waits of tickets and repairs by Cobham, week by week as repairs become a little rarer."""
    rate, mean = ticket_rate(scenario), scenario.support.tiers.tier3.handling_minutes.mean / 60.0
    effort = scenario.edge_cases.repair_effort_hours.mean
    waits = []
    for repairs in repair_rates(scenario):
        classes = [(rate, mean, 2.0 * mean**2), (float(repairs), effort, second)]
        if not tickets_first:
            classes.reverse()
        if servers == 1:
            pair = cobham_mean_waits(*zip(*classes, strict=True))
        else:
            assert effort == mean
            pair = mmc_priority_mean_waits([x[0] for x in classes], 1.0 / mean, servers)
        waits.append((pair[0], pair[1]) if tickets_first else (pair[1], pair[0]))
    return waits


def utilisation(scenario: Scenario, servers: int) -> float:
    mean = scenario.support.tiers.tier3.handling_minutes.mean / 60.0
    repairs = float(repair_rates(scenario).mean()) * scenario.edge_cases.repair_effort_hours.mean
    return (ticket_rate(scenario) * mean + repairs) / servers


@pytest.mark.parametrize(
    ("tickets_first", "effort", "replications", "half_width"),
    [
        pytest.param(True, "exponential", 20, 0.06, id="tickets-first-fast"),
        pytest.param(True, "exponential", 300, 0.015, marks=slow, id="tickets-first"),
        pytest.param(False, "exponential", 400, 0.015, marks=slow, id="repairs-first"),
        pytest.param(True, "constant", 240, 0.015, marks=slow, id="tickets-first-constant-repairs"),
    ],
)
def test_two_poisson_classes_wait_as_cobham_says(tickets_first, effort, replications, half_width):
    hours = 0.6
    scenario = load("theory/priorities").with_changes(
        {
            "data_science_team.priorities": TICKETS_FIRST if tickets_first else REPAIRS_FIRST,
            "edge_cases.repair_effort_hours": {"exponential": {"mean": hours}} if effort == "exponential" else hours,
        }
    )
    expected = by_week(scenario, tickets_first, 1, hours**2 * (2.0 if effort == "exponential" else 1.0))
    show(compare_classes(scenario, "compiled", replications, expected, utilisation(scenario, 1)), half_width)


@pytest.mark.parametrize(
    "tickets_first", [pytest.param(True, id="tickets-first"), pytest.param(False, id="repairs-first")]
)
@slow
def test_several_members_share_two_classes(tickets_first):
    """M/M/2 with two classes of the same mean of 1 hour: a load of 0.75."""
    scenario = load("theory/priorities").with_changes(
        {
            "data_science_team.priorities": TICKETS_FIRST if tickets_first else REPAIRS_FIRST,
            "data_science_team.members": 2,
            "edge_cases.repair_effort_hours": {"exponential": {"mean": 1.0}},
            "support.tiers.tier3.handling_minutes": {"exponential": {"mean": 60.0}},
        }
    )
    expected = by_week(scenario, tickets_first, 2, 2.0)
    show(compare_classes(scenario, "compiled", 400, expected, utilisation(scenario, 2)), 0.018)


@pytest.mark.parametrize("slice_hours", [0.2, pytest.param(2.0, marks=slow)])
def test_slices_bound_what_tickets_wait_for_repairs(slice_hours):
    """Repairs of 2 hours in slices: a ticket waits for the slice in hand at most, half of one on average."""
    scenario = load("theory/priorities").with_changes(
        {
            "data_science_team.priorities": TICKETS_FIRST,
            "data_science_team.slice_hours": slice_hours,
            "edge_cases.repair_effort_hours": 2.0,
            "users.tasks_per_user_week": 13.236,
            "support.tiers.tier3.handling_minutes": 0.1 * 60.0,
            "support.how_to_per_user_week": 16.8,
        }
    )
    rate, handling = ticket_rate(scenario), 0.1
    repairs = float(repair_rates(scenario).mean()) * 2.0
    runs = replicate("compiled", scenario, 60)
    queue = Queue.at("tier3", scenario, runs)
    expected = sliced_mean_wait(rate, handling, handling**2, repairs, slice_hours)
    load_ = rate * handling + repairs
    controls = [queue.visits - rate * queue.hours, queue.utilisation - load_]
    show(
        {
            "utilisation": compare_mean(queue.utilisation, load_),
            "wait": compare_ratio(queue.wait_sum, queue.visits, expected, controls),
        },
        0.02,
    )


@pytest.mark.parametrize(
    ("name", "outages_first", "weeks", "replications", "half_width"),
    [
        pytest.param("compiled", True, 100, 20, 0.05, id="compiled-outages-first-fast"),
        pytest.param("compiled", True, 500, 60, 0.01, marks=slow, id="compiled-outages-first"),
        pytest.param("compiled", False, 500, 60, 0.01, marks=slow, id="compiled-outages-last"),
        pytest.param("reference", True, 10, 24, 0.15, marks=slow, id="reference-outages-first"),
    ],
)
def test_outages_and_tickets_share_one_member(name, outages_first, weeks, replications, half_width):
    """The machine repairman with tickets beside: waits of tickets, and the share of time that the service is down."""
    up, repair, handling = 8.0, 2.0, 0.5
    scenario = load("theory/outages").with_changes(
        {
            "horizon_weeks": 2 + weeks,
            "success.measure_from_week": 2,
            "success.measure_window": {"from_week": 2, "to_week": 1 + weeks},
            "outages.per_year": 52.0 * WEEK_HOURS / up,
            "outages.repair_hours": {"exponential": {"mean": repair}},
            "support.how_to_per_user_week": 1.0,
            "support.levels.how-to": {"tier1": 0.0, "tier2": 0.0, "tier3": 1.0},
            "support.tiers.tier1.agents": 20,  # nobody waits there
            "support.tiers.tier1.handling_minutes": 1,
            "support.tiers.tier3.handling_minutes": {"exponential": {"mean": 60.0 * handling}},
            "support.tiers.tier3.patience_hours": None,
            "data_science_team.priorities": OUTAGES_FIRST if outages_first else OUTAGES_LAST,
        }
    )
    rate = ticket_rate(scenario)
    theory = machine_and_tickets(rate, 1.0 / handling, 1.0 / up, 1.0 / repair, outages_first)
    runs = replicate(name, scenario, replications)
    queue = Queue.at("tier3", scenario, runs)
    down = np.array([1.0 - 2.0 * one.measures["resolution_scaled"] for one in runs])
    controls = [queue.visits - rate * queue.hours]
    show(
        {
            "wait": compare_ratio(queue.wait_sum, queue.visits, theory.mean_wait, controls),
            "down": compare_mean(down, theory.down_share),
        },
        half_width,
    )
