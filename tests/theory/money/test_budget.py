"""The budget against closed forms: its calendar, the belief that it rests on, and what the plan promises."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from simulator.scenario import load
from tests.model.small import Told, gate
from tests.theory.simulated import observe, replicate
from tests.theory.statistics import compare_mean

USERS, TASKS, VALUE, ACCURACY = 20, 5.0, 2.0, 0.88
PILOT = 8
BUDGET = {"tranche_weeks": 26, "ramp_weeks": 0, "value_error": 0, "escalation_share": 0, "escalation_tranches": 2}


def constant(share: float, cost_per_week: float, weeks: int = 208, **budget):
    """After funding in week 8, value at `share` of the plan's for ever, at a constant cost; nobody else is paid."""
    free = {f"economics.cost_per_hour.{tier}": 0 for tier in ("tier1", "tier2", "tier3")}
    return load("theory/decisions").with_changes(
        {
            **free,
            "horizon_weeks": weeks,
            "rollout.funding_gate": None,
            "rollout.sponsor": None,
            "rollout.budget": BUDGET | budget,
            "integration.hand_carried.extra_errors": 1.0 - share,
            "economics.platform_cost_per_week": cost_per_week,
            "economics.inference_cost_per_task": 0,
            "economics.training_cost_per_user": 0,
            "economics.integration_cost_per_stage_week": 0,
        }
    )


PLANNED = USERS * TASKS * ACCURACY * VALUE
"""Value of a week as the pilot had it: everybody active."""


def test_the_plan_promises_what_the_pilot_showed() -> None:
    """All have started in the pilot."""
    (one,) = replicate("compiled", constant(0.3, 10.0), 1)
    assert one.measures["planned_value"] == pytest.approx(200 * PLANNED, rel=1e-3)
    assert one.measures["planned_cost"] == pytest.approx(200 * 10.0)
    assert one.measures["realised_value_share"] == pytest.approx(0.3, rel=0.01)


def test_the_phase_of_the_budget_calendar_is_uniform() -> None:
    """With no value the plan's own forecast ends the programme at the first date: u * 26 weeks after funding."""
    runs = replicate("compiled", constant(0.0, 1e6), 400)
    weeks = [one.measures["shelved_week"] - PILOT for one in runs]
    assert stats.kstest(np.array(weeks) / 26.0, "uniform").pvalue > 1e-6
    compare_mean(weeks, 13.0).assert_agrees(half_width_limit=0.06)


@pytest.mark.parametrize("name", ["compiled", "reference"])
@pytest.mark.parametrize("share", [0.2, 0.5])
def test_belief_is_all_that_was_seen_over_all_that_was_planned(name, share):
    """After t whole weeks: (4 + s t) / (4 + t), the pilot's four measured weeks counting as seen and planned.

    Forward value = belief * P * (weeks left), forward cost = C * (weeks left): it ends at the first date on which
    belief < C / P.
    """
    threshold = 0.55
    scenario = constant(share, threshold * PLANNED)
    for one in replicate(name, scenario, 30 if name == "compiled" else 4):
        end = one.measures["shelved_week"]
        dates = None if end is None else end - PILOT
        # The belief crosses the threshold after t = 4 (1 - threshold) / (threshold - share) weeks.
        crossing = 4.0 * (1.0 - threshold) / (threshold - share)
        assert dates is not None
        assert math.floor(dates) >= crossing - 0.2
        assert math.floor(dates) <= crossing + 26 + 0.2


def test_a_programme_that_is_worth_its_cost_is_renewed_for_ever() -> None:
    for one in replicate("compiled", constant(0.5, 0.45 * PLANNED), 20):
        assert one.measures["shelved_week"] is None
    for one in replicate("compiled", constant(0.5, 0.45 * PLANNED, hurdle=0.5), 20):
        assert one.measures["shelved_week"] is not None


@pytest.mark.parametrize("tranches", [1, 3])
def test_who_escalates_grants_so_many_tranches_more(tranches) -> None:
    """With nothing seen the first date would end it: an organisation that escalates ends so many tranches later."""
    plain = replicate("compiled", constant(0.0, 1e6), 60)
    never = replicate("compiled", constant(0.0, 1e6, escalation_share=0.0, escalation_tranches=tranches), 60)
    always = replicate("compiled", constant(0.0, 1e6, escalation_share=1.0, escalation_tranches=tranches), 60)
    for one, other, late in zip(plain, never, always, strict=True):
        assert other.measures["shelved_week"] == one.measures["shelved_week"]
        assert late.measures["shelved_week"] == pytest.approx(one.measures["shelved_week"] + 26 * tranches)


def test_as_many_escalate_as_are_said_to() -> None:
    """By week 40 the first date has come, and one tranche more is not over."""
    scenario = constant(0.0, 1e6, weeks=40, escalation_share=0.35)
    going_on = observe("compiled", scenario, 2000, lambda state: int(state.world["stopped_at"][0] == math.inf))
    compare_mean(going_on, 0.35).assert_agrees(half_width_limit=0.07)


def test_reasons_are_told_in_numbers() -> None:
    told = Told(constant(0.2, 0.55 * PLANNED))
    *renewed, ended = [event for event in told.events if event.kind == "budget-decision"]
    assert all(event.fields["budget_decision"] == "renewed" for event in renewed)
    assert ended.fields["budget_decision"] == "not renewed"
    weeks = math.floor(ended.time_hours / 168)
    left = 208 - math.ceil(ended.time_hours / 168 - 1e-9)
    t = weeks - PILOT
    seen, cost = 0.55 * PLANNED * t, 0.55 * PLANNED * left
    assert float(ended.fields["spent"]) == pytest.approx(seen, rel=1e-9)
    assert float(ended.fields["forward_cost"]) == pytest.approx(cost, rel=1e-9)
    belief = (4 + 0.2 * t) / (4 + t)
    assert float(ended.fields["forward_value"]) == pytest.approx(belief * PLANNED * left, rel=0.01)
    (shelved,) = [event for event in told.events if event.kind == "shelved"]
    assert shelved.fields["reason"] == "budget"
    assert shelved.time_hours == ended.time_hours


@pytest.mark.parametrize("more", [0.0, 0.25, 2.0])
def test_what_was_overrun_so_far_is_expected_to_go_on(more) -> None:
    """Answers that tell whether to retrain stand in no plan: each week costs (1 + more) times what was planned."""
    cost = 0.1 * PLANNED
    checks = {"every_weeks": None, "below_accuracy": 0.01, "least_weeks_between": 0, "qa_tasks": 1000}
    scenario = constant(0.5, cost).with_changes({"ai.retraining": checks})
    told = Told(scenario.with_changes({"economics.cost_per_checked_answer": more * cost / 1000}))
    dates = [event for event in told.events if event.kind == "budget-decision"]
    assert len(dates) >= 7
    for event in dates:
        left = 208 - math.ceil(event.time_hours / 168 - 1e-9)
        spent = math.floor(event.time_hours / 168) - PILOT
        assert float(event.fields["spent"]) == pytest.approx(spent * cost * (1 + more), rel=1e-9)
        overrun = 1 + more if spent else 1.0
        assert float(event.fields["forward_cost"]) == pytest.approx(left * cost * overrun, rel=1e-9)


def test_a_roll_out_that_drags_on_overruns_the_plan_that_was_funded() -> None:
    """Its office was planned for eight weeks, until the second site's date, and goes on as the site is not ready.

    What is to come is planned anew: the second site's training, now, and no office beyond it.
    """
    sites = [
        {"name": "site", "users": 20, "data_quality": 1},
        {"name": "other", "users": 10, "data_quality": 1},
    ]
    system = {"name": "erp", "sites": ["other"], "stages": [{"name": "stage", "weeks": 1000}]}
    phases = [{"name": "first", "week": 0, "sites": ["site"]}, {"name": "second", "week": 8, "sites": ["other"]}]
    office, training = 0.01 * PLANNED, 0.02 * PLANNED
    told = Told(
        constant(1.0, 0.0).with_changes(
            {
                "sites": sites,
                "rollout.phases": phases,
                "rollout.go_live": "when_ready",
                "integration.systems": [system],
                "economics.programme_office_cost_per_week": office,
                "economics.training_cost_per_user": training / 10,
            }
        )
    )
    dates = [event for event in told.events if event.kind == "budget-decision"]
    late = [event for event in dates if event.time_hours / 168 - PILOT >= 9]
    assert len(late) >= 7
    for event in late:
        gone = math.floor(event.time_hours / 168) - PILOT
        assert float(event.fields["spent"]) == pytest.approx(gone * office, rel=1e-9)
        overrun = max(1.0, gone * office / (8 * office + training))
        assert float(event.fields["forward_cost"]) == pytest.approx(training * overrun, rel=1e-9)


def test_what_costs_less_than_planned_is_not_expected_to_stay_cheap() -> None:
    """Most people leave, so that far fewer licences are paid than planned; the rest is planned at full price."""
    scenario = constant(0.5, 10.0).with_changes({"economics.licence_per_user_week": 3})
    told = Told(scenario.with_changes({"economics.licence_renewal_weeks": 1, "users.drop_out_per_week": 5}))
    first, *_ = [event for event in told.events if event.kind == "budget-decision"]
    left = 208 - math.ceil(first.time_hours / 168 - 1e-9)
    assert float(first.fields["spent"]) < (math.floor(first.time_hours / 168) - PILOT) * 70.0
    assert float(first.fields["forward_cost"]) == pytest.approx(left * 70.0, rel=1e-9)


def test_what_is_seen_is_read_with_a_lognormal_error() -> None:
    """At the first date, t weeks in: belief = (4 + s t e^(sigma Z)) / (4 + t), Z standard normal."""
    sigma, share = 0.4, 0.5
    scenario = constant(share, 0.01 * PLANNED, weeks=60, value_error=sigma)
    errors = []
    for replication in range(200):
        told = Told(scenario, replication)
        first = next(event for event in told.events if event.kind == "budget-decision")
        t = math.floor(first.time_hours / 168) - PILOT
        left = 60 - math.ceil(first.time_hours / 168 - 1e-9)
        belief = float(first.fields["forward_value"]) / (PLANNED * left)
        if t > 0:
            errors.append(math.log((belief * (4 + t) - 4) / (share * t)) / sigma)
    assert len(errors) > 180
    assert stats.kstest(errors, "norm").pvalue > 1e-6
    compare_mean(np.square(errors), 1.0).assert_agrees(half_width_limit=0.3)


@pytest.mark.parametrize(("cost", "funded"), [(0.9, True), (1.1, False)])
def test_the_funding_gate_reads_the_business_case(cost, funded) -> None:
    reads = {"name": "funding", "criteria": [{"measure": "business_case", "at_least": 1}], "max_holds": 0}
    scenario = constant(0.5, cost * PLANNED).with_changes({"rollout.funding_gate": reads})
    (one,) = replicate("compiled", scenario, 1)
    assert one.measures["funded"] is funded


@pytest.mark.parametrize(
    ("criterion", "passes"),
    [
        ({"measure": "cost_share", "at_most": 1.01}, True),
        ({"measure": "cost_share", "at_most": 0.99}, False),
        ({"measure": "net_value", "at_least": -1e9}, True),
        ({"measure": "net_value", "at_least": 0}, False),
    ],
)
def test_later_gates_read_cost_and_net_value_to_date(criterion, passes) -> None:
    """Everything costs as planned here, and earns less than it costs."""
    reads = gate("wave-1") | {"criteria": [criterion], "max_holds": 0, "lead_weeks": 0, "value_error": 0}
    scenario = constant(0.2, 1.2 * PLANNED, weeks=60).with_changes(
        {"rollout.gates": [reads], "rollout.phases.wave-1.week": 20, "rollout.budget": None}
    )
    (one,) = replicate("compiled", scenario, 1)
    assert (one.measures["stopped_at_gate"] is None) == passes
