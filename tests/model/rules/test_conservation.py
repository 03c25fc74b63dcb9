"""Nothing gets lost: users, people, tickets, projects and money add up at every event."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from simulator import engine
from simulator.scenario import load
from tests.engine.generated import generated
from tests.model.rules.balance import check, check_totals
from tests.model.rules.bookkeeping import costs, values
from tests.model.signs.test_ideal import VARIED
from tests.model.small import Told, gate, small, sponsor

RICH = {
    **VARIED,
    "outages": {"per_year": 20},
    "ai": {**VARIED["ai"], "remediation": {"weeks_before_go_live": 2, "effort_hours": 30},
           "retraining": {"every_weeks": 8, "effort_hours": 20}},
    "users": {"turnover_per_year": 0.5},
    "support": {"hypercare": {"weeks": 2.5, "share": 0.4}},
    "change_programme": {"training": {"users_per_week": 10, "weeks_before_go_live": 2},
                         "champions": {"per_100_users": 2}, "campaign": {"weeks": 2}, "load": {}},
    "rollout": {"watch": {"first_weeks": 2, "every_weeks": 3, "active_share_below": 1, "accuracy_below": 0.9,
                          "pauses": True, "pause_weeks": 2}},
    "economics": {"platform_cost_per_week": 70, "licence_per_user_week": 3, "outage_cost_per_hour": 11,
                  "remediation_cost_per_site": 500, "overtime_factor": 1.7,
                  "cost_per_checked_answer": 0.1},
}  # fmt: skip
BEHAVING = {
    **RICH,
    "sites": [{**site, "tasks_per_user_week": tasks} for site, tasks in zip(RICH["sites"], (15, 4, 30), strict=True)],
    "ai": {**RICH["ai"], "retraining": {"every_weeks": 5, "effort_hours": 20, "corrections_to_halve": 20}},
    "users": {"turnover_per_year": 0.5, "judged_per_week": 9, "surfacing_share": 0.4,
              "movers": {"share": 0.4, "drop_out_per_week": 0.1}, "habit": {"weeks": 2, "protection": 0.7}},
}  # fmt: skip
STOPPED = {"gates": [gate("second", max_holds=1)], "sponsor": sponsor()}


def after_each_event(plan: Any, replication: int, seed: int, name: str = "compiled") -> int:
    """Check the balance after all events of every instant; returns how many instants there were."""
    runner = engine.get(name).Engine(plan)
    run = runner.begin(replication, seed, traced=True)
    times = np.unique(np.concatenate(list(runner.advance(run, plan.weeks)))[:, 0])
    run = runner.begin(replication, seed)
    check(run.state)
    for time in times:
        list(runner.advance(run, time / 168.0))
        check(run.state)
    return len(times)


@pytest.mark.parametrize("number", [6, 13, 19, 46, 69])
def test_balance_after_every_event_of_generated_scenarios(number: int) -> None:
    assert after_each_event(engine.build(generated(number)), 0, 1) > 50


@pytest.mark.slow
def test_balance_after_every_event_of_more_generated_scenarios() -> None:
    instants = 0
    for number in range(100, 130):
        plan = engine.build(generated(number))
        if sum(site.users.value for site in plan.scenario.sites if site.users.certain) < 150:
            instants += after_each_event(plan, 1, number)
    assert instants > 10_000


@pytest.mark.parametrize(
    ("sections", "rollout"),
    [(RICH, {}), *(pytest.param(*each, marks=pytest.mark.slow) for each in ((RICH, STOPPED), (BEHAVING, {})))],
)
def test_balance_after_every_event_of_the_small_programme(sections: dict[str, Any], rollout: dict[str, Any]) -> None:
    changed = {**sections, "horizon_weeks": 20, "rollout": {**RICH["rollout"], **rollout}}
    assert after_each_event(engine.build(small(**changed)), 0, 1) > 2000


@pytest.mark.slow
@pytest.mark.parametrize("replication", [0, 1, 2])
def test_balance_at_every_hour_or_week_of_the_typical_programme(replication: int) -> None:
    plan = engine.build(load("typical-programme"))
    runner = engine.get("compiled").Engine(plan)
    run = runner.begin(replication, 1)
    for hour in [*range(1, 20 * 168, 17), *range(20 * 168, plan.weeks * 168 + 1, 168)]:
        list(runner.advance(run, hour / 168.0))
        check(run.state)
    weekly = runner.measure(run).weekly
    assert np.cumsum(weekly["cost"]) == pytest.approx(weekly["cost_cumulative"], rel=1e-9)
    assert np.cumsum(weekly["value"]) == pytest.approx(weekly["value_cumulative"], rel=1e-9, abs=1e-6)


@pytest.fixture(scope="module", params=["plain", "rich", "behaving"])
def told(request: pytest.FixtureRequest) -> Told:
    """A programme that runs to the end, with its events."""
    return Told(small(**{"plain": {}, "rich": RICH, "behaving": BEHAVING}[request.param]))


def test_costs_are_those_of_what_happened(told: Told) -> None:
    assert told.weekly["cost"] == pytest.approx(costs(told), rel=1e-9)
    assert (told.weekly["cost"] > 0).all()


def test_value_is_that_of_answers_errors_and_rework(told: Told) -> None:
    assert told.weekly["value"] == pytest.approx(values(told), rel=1e-9, abs=1e-6)


def test_totals_are_sums_of_weeks(told: Told) -> None:
    check_totals(told)


def test_weekly_counts_are_those_of_the_events(told: Told) -> None:
    counts = Counter((e.kind, int(e.time_hours // 168)) for e in told.events)
    for column, kind in (("tickets_opened", "ticket-opened"), ("tickets_abandoned", "gave-up-waiting")):
        assert told.weekly[column].tolist() == [counts[kind, week] for week in range(told.plan.weeks)]
    repaired = np.cumsum([counts["edge-case-repaired", week] for week in range(told.plan.weeks)])
    assert told.weekly["edge_case_types_repaired"].tolist() == repaired.tolist()
    assert told.measures["tickets_opened"] == told.weekly["tickets_opened"].sum() == sum(told.sites["tickets_opened"])
    assert told.measures["events"] == len(told.events)


def test_each_corrected_case_is_learnt_from_once_or_waits_for_the_next_retraining(told: Told) -> None:
    handed_in = Counter(str(event.fields["site"]) for event in told.events if event.kind == "case-corrected")
    learnt: Counter[str] = Counter()
    for event in told.events:
        if event.kind == "model-retrained":
            learnt[str(event.fields["site"])] += int(event.fields["corrections"])
    for name, site in zip(told.sites["site"], told.state.sites, strict=True):
        assert handed_in[name] == learnt[name] + site["corrections"]
    assert (sum(handed_in.values()) > 100) == (told.plan.scenario.users.judged_per_week is not None)


def test_waits_are_those_of_the_events(told: Told) -> None:
    for number, tier in enumerate(("tier1", "tier2", "tier3"), 1):
        waits = [float(e.fields["wait_hours"]) for e in told.events
                 if e.kind == "visit-started" and e.fields["tier"] == number]  # fmt: skip
        given_up = len([e for e in told.events if e.kind == "gave-up-waiting" and e.fields["tier"] == number])
        assert told.measures[f"visits_{tier}"] == len(waits) + given_up
        assert told.measures[f"wait_hours_sum_{tier}"] >= sum(waits) - 1e-6
        if not given_up:
            assert told.measures[f"wait_hours_sum_{tier}"] == pytest.approx(sum(waits))


def test_a_wrong_count_is_found() -> None:
    plan = engine.build(small(horizon_weeks=12))
    runner = engine.get("compiled").Engine(plan)
    for array, field in (
        ("sites", "active"),
        ("tiers", "busy"),
        ("world", "tickets_solved"),
        ("cells", "untrained"),
        ("cells", "movers"),
    ):
        run = runner.begin(0, 1)
        list(runner.advance(run, 12))
        check(run.state)
        getattr(run.state, array)[field][0] += 1
        with pytest.raises(AssertionError):
            check(run.state)
