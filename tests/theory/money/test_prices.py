"""What people, licences and time cost, against closed forms, and what funding is worth, worked out again."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from simulator.scenario import load
from tests.model.small import Ran, Told, gate, small
from tests.theory.money.test_money import NO_PAY, TASKS, USERS
from tests.theory.simulated import replicate
from tests.theory.statistics import compare_mean

slow = pytest.mark.slow
FREE = {"users.tasks_per_user_week": 0, "economics.training_cost_per_user": 0, "economics.inference_cost_per_task": 0}


# ---- value


@pytest.mark.parametrize("name", ["compiled", "reference"])
def test_a_right_answer_is_worth_the_time_that_it_saves(name):
    """Minutes / 60 * wage * realised share, unless its worth is stated itself."""
    time = {"minutes_saved_per_correct_task": 9, "wage_per_hour": 50, "realised_share": 0.4}
    changes = {**NO_PAY, "horizon_weeks": 4, **{f"economics.{key}": value for key, value in time.items()}}
    (stated,) = replicate(name, load("theory/economics").with_changes(changes), 1)
    changes["economics.value_per_correct_task"] = None
    (saved,) = replicate(name, load("theory/economics").with_changes(changes), 1)
    assert stated.weekly["value"] == pytest.approx([USERS * TASKS * 20.0] * 4, rel=1e-12)
    assert saved.weekly["value"] == pytest.approx([USERS * TASKS * 9 / 60 * 50 * 0.4] * 4, rel=1e-12)
    assert (saved.weekly["value"] == saved.weekly["value_right_answers"]).all()


@pytest.mark.parametrize("noticed", [0.0, 1.0])
def test_an_error_costs_its_damage_or_its_rework_and_never_both(noticed):
    changes = {
        **NO_PAY,
        "ai.reference_accuracy": 0.8,
        "users.notice_probability": noticed,
        "economics.value_per_correct_task": 0,
        "economics.cost_per_error": 30,
        "economics.rework_cost_per_noticed_error": 7,
        "horizon_weeks": 400,
    }
    runs = replicate("compiled", load("theory/economics").with_changes(changes), 4)
    per_error = 30.0 if noticed == 0.0 else 7.0
    of, other = ("silent", "noticed") if noticed == 0.0 else ("noticed", "silent")
    for one in runs:
        assert (one.weekly[f"value_{of}_errors"] == one.weekly["value"]).all()
        assert not one.weekly[f"value_{other}_errors"].any()
    losses = np.array([one.weekly["value"].reshape(-1, 10).mean(axis=1) for one in runs]).ravel()
    if noticed == 0.0:
        assert losses == pytest.approx(-USERS * TASKS * 0.2 * per_error, rel=1e-9)
    else:
        compare_mean(losses, -USERS * TASKS * 0.2 * per_error).assert_agrees()


# ---- people


def paid_a_week(one, tier: str = "support"):
    """Mean cost of a category over the weeks of a replication."""
    return one.weekly[f"cost_{tier}"][4:].mean()


@pytest.mark.parametrize(("dedicated", "replications"), [(0, 24), (1, 24), (2, 24)])
def test_shared_people_are_paid_for_their_work_over_an_occupancy(dedicated, replications):
    """Of n heads d are dedicated: rate * (168 d + (1 - d / n) * lambda E[S] / occupancy), far below their shifts."""
    changes = {
        **FREE,
        "horizon_weeks": 208,
        "support.how_to_per_user_week": 2,
        "support.tiers.tier1.dedicated": dedicated,
        "support.tiers.tier2.agents": 0,
        "economics.shared_people.occupancy": 0.8,
        "economics.cost_per_hour.tier1": 50.0,
    }
    runs = replicate("compiled", load("theory/m-m-c").with_changes(changes), replications)
    work = 168 * 2 * 14.4 / 60
    expected = 50.0 * (168 * dedicated + (1 - dedicated / 3) * work / 0.8)
    compare_mean([paid_a_week(one) for one in runs], expected).assert_agrees()


@pytest.mark.parametrize("name", ["compiled", "reference"])
@pytest.mark.parametrize(("least", "expected"), [(0.0, 0.0), (25.0, 25.0), (1e6, 3 * 168.0)])
def test_shared_people_without_work_are_paid_their_minimum_and_at_most_their_shifts(name, least, expected):
    changes = {
        **FREE,
        "horizon_weeks": 6,
        "support.how_to_per_user_week": 0,
        "support.tiers.tier1.dedicated": 0,
        "support.tiers.tier2.agents": 0,
        "economics.shared_people.least_hours_per_week": least,
        "economics.cost_per_hour.tier1": 10.0,
    }
    (one,) = replicate(name, load("theory/m-m-c").with_changes(changes), 1)
    assert one.weekly["cost_support"] == pytest.approx([10.0 * expected] * 6, rel=1e-12)


@pytest.mark.parametrize("after", [0.0, 3.0, 5.5])
def test_the_team_that_builds_shrinks_after_the_last_go_live(after):
    """Users in place are live at once: so many weeks later one of four members stays."""
    changes = {
        **FREE,
        "horizon_weeks": 12,
        "data_science_team.members": 4,
        "data_science_team.run_team": {"members": 1, "weeks_after_last_go_live": after},
        "economics.cost_per_hour.tier3": 10.0,
    }
    (one,) = replicate("compiled", load("theory/m-m-c").with_changes(changes), 1)
    hours = [168 * (4 * min(1.0, max(0.0, after - w)) + 1 * (1 - min(1.0, max(0.0, after - w)))) for w in range(12)]
    assert one.weekly["cost_data_science"] == pytest.approx(10.0 * np.array(hours), rel=1e-12)


# ---- licences


@pytest.mark.parametrize("term", [None, 3, 4.5, 13])
def test_licences_are_trued_down_when_they_are_renewed_and_up_when_they_are_needed(term):
    """From the published numbers of active users alone; all 110 people are live in week 16, each site by itself."""
    scenario = small(
        users={"drop_out_per_week": 0.1, "return_per_week": 0},
        economics={"licence_per_user_week": 1, "licence_renewal_weeks": term, "licence_reserve": 0.25},
    )
    ran = Ran(scenario)
    first_term = min(5, math.floor(term or 5))
    assert ran.weekly["cost_licences"][:first_term] == pytest.approx([15.0] * first_term)  # the pilot's
    if term is None:
        assert ran.weekly["cost_licences"][16:] == pytest.approx(110.0)
    else:
        last = ran.weekly["cost_licences"][-1]
        active = ran.weekly["active_users"]
        assert (ran.weekly["cost_licences"] >= active).all()
        assert active[-1] <= last < 110.0
        settled = ran.weekly["cost_licences"][30:]
        assert settled.min() < settled.max()


@pytest.mark.parametrize("name", ["compiled", "reference"])
@pytest.mark.parametrize(("term", "reserve"), [(4.0, 0.0), (4.5, 0.25), (7.0, 1.0)])
def test_a_constant_number_of_users_is_renewed_with_its_reserve(name, term, reserve):
    """20 of 168 people start at once and nobody else: 168 licences in the first term, then 20 and the reserve."""
    segments = [
        {"name": "few", "share": 20 / 168, "initial_trust": 0.6, "onset_per_week": 1e6, "reversion": 0},
        {"name": "others", "share": 148 / 168, "initial_trust": 0.6, "onset_per_week": 0, "reversion": 0},
    ]
    changes = {
        **FREE, **NO_PAY,
        "horizon_weeks": 20,
        "users.initially_active": False,
        "users.initially_onboarded": True,
        "users.segments": segments,
        "economics.licence_per_user_week": 1,
        "economics.licence_renewal_weeks": term,
        "economics.licence_reserve": reserve,
    }  # fmt: skip
    (one,) = replicate(name, load("theory/economics").with_changes(changes), 1)
    renewed = math.ceil(20 * (1 + reserve) - 1e-9)
    expected = [168.0 if week + 1 <= term else renewed for week in range(20)]
    assert one.weekly["cost_licences"] == pytest.approx(expected, rel=1e-12)


# ---- time


@pytest.mark.parametrize("growth", [0.0, 0.15, 1.0])
def test_what_is_built_later_is_dearer(growth):
    """(1 + g)^(years since funding), at the end of each week."""
    prices = {"programme_office_cost_per_week": 100, "integration_cost_per_stage_week": 0, "training_cost_per_user": 0}
    ran = Told(small(economics=prices | {"build_cost_growth_per_year": growth}))
    office = ran.weekly["cost_management"]
    last = round(ran.go_live("south") or 0)
    expected = [100 * (1 + growth) ** ((w + 1 - 7) / 52) if 7 <= w < last else 0.0 for w in range(40)]
    assert office == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("quality", [0.0, 0.25, 1.0])
def test_documentation_and_training_material_are_paid_at_funding(quality):
    """What is written in proportion to its quality, in week 7."""
    usual = {"training_cost_per_user": 0, "documentation_cost": 1000, "training_material_cost": 50}
    ran = Ran(small(economics=usual, support={"documentation_quality": quality}))
    expected = [1000 * quality + 50 if week == 7 else 0.0 for week in range(40)]
    assert ran.weekly["cost_change"] == pytest.approx(expected, rel=1e-12)


def test_those_who_integrate_are_paid_from_the_first_beginning_to_the_last_end():
    """Two projects with a gap between them: from week 8 to 10, and from week 13 to 16, so from week 8 to 16."""
    stages = [{"name": "build", "weeks": 2}], [{"name": "build", "weeks": 3}]
    starts = {"first": 1, "second": 6}
    systems = [
        {"name": name, "start_week": start, "stages": of}
        for (name, start), of in zip(starts.items(), stages, strict=True)
    ]
    free = {"integration_cost_per_stage_week": 0, "cost_per_week": {"reviewers": 5, "engineers": 7}}
    ran = Ran(small(economics=free, integration={"systems": systems, "reviewers": 2, "engineers": 3}))
    assert ran.measures["integrations_live_week"] == 16.0
    expected = [5 * 2 + 7 * 3 if 8 <= week < 16 else 0.0 for week in range(40)]
    assert ran.weekly["cost_integration"] == pytest.approx(expected, rel=1e-12)
    stop = {"gates": [gate("second", max_holds=0, lead_weeks=4)]}  # read in week 12: nothing is under way, or goes on
    stopped = Ran(small(economics=free, rollout=stop, integration={"systems": systems, "reviewers": 2, "engineers": 3}))
    assert stopped.measures["shelved_week"] == 12.0
    assert stopped.weekly["cost_integration"] == pytest.approx(expected[:12] + [0.0] * 28, rel=1e-12)


def test_answers_that_somebody_checks_are_paid_when_they_are_read():
    """Forty for each reading of the gate."""
    holds = gate("second", max_holds=3, qa_tasks=40)
    price = {"cost_per_checked_answer": 2}
    told = Told(small(economics=price, rollout={"gates": [holds]}, ai={"retraining": None}))
    reads = Counter(
        math.ceil(week) - 1 if week % 1 else int(week) for week in told.weeks("gate-read", gate="before-second")
    )
    assert sum(reads.values()) == 4
    assert told.weekly["cost_quality"] == pytest.approx([80.0 * reads[week] for week in range(40)], rel=1e-12)


def test_so_are_those_that_tell_whether_to_retrain():
    """Thirty for each site that has worked, at the end of each of its weeks, which is the beginning of the next."""
    retraining = {"every_weeks": None, "below_accuracy": 0.01, "least_weeks_between": 0, "qa_tasks": 30}
    ran = Ran(small(economics={"cost_per_checked_answer": 2}, ai={"retraining": retraining}))
    sites = [int(week >= 1) + int(week >= 12) + int(week >= 17) for week in range(40)]
    assert ran.weekly["cost_quality"] == pytest.approx(60.0 * np.array(sites), rel=1e-12)


# ---- what funding is worth


@pytest.mark.parametrize("value", [4.0, 12.0, 40.0])
def test_the_worth_of_funding_is_that_of_the_weeks_since_the_decision(value):
    """Six weeks of pilot are sunk; the roll-out is funded a week after the decision."""
    ran = Ran(small(economics={"value_per_correct_task": value, "licence_per_user_week": 3}))
    net = (ran.weekly["value"] - ran.weekly["cost"])[6:]
    spent = sum(cost / 1.08 ** ((w + 1) / 52) for w, cost in enumerate(ran.weekly["cost"][6:]))
    worth = sum(x / 1.08 ** ((w + 1) / 52) for w, x in enumerate(net))
    measures = ran.measures
    assert measures["value_from_funding"] == pytest.approx(worth)
    assert measures["pays"] == (worth > 0)
    assert measures["return_on_investment"] == pytest.approx(worth / spent)
    so_far = np.cumsum(net)
    assert measures["largest_outlay"] == pytest.approx(max(0.0, -so_far.min()))
    assert measures["run_rate_final"] == pytest.approx(net[-13:].sum() * 4)
    assert measures["paid_back"] == (so_far[-1] >= 0)
    date = measures["weeks_to_payback"]
    assert (date is None) == (so_far[-1] < 0)
    if date is not None:
        assert (so_far[int(date) :] >= 0).all()
        assert date == 0 or so_far[int(date) - 1] < 0
    cost, licences = (ran.weekly[column][6:].sum() for column in ("cost", "cost_licences"))
    assert measures["cost_over_licences"] == pytest.approx(cost / licences)


def test_where_nothing_is_funded_there_is_nothing_to_be_worth():
    stops = {"name": "funding", "criteria": [{"measure": "accuracy", "at_least": 1.1}], "max_holds": 0}
    measures = Ran(small(rollout={"funding_gate": stops})).measures
    for name in ("value_from_funding", "return_on_investment", "largest_outlay", "run_rate_final", "planned_value"):
        assert measures[name] is None
    assert measures["pays"] is measures["paid_back"] is False
