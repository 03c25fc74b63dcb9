"""The roll-out on small programmes whose dates and sums can be worked out by hand."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import pytest

from tests.model.small import ALL_DAY, FUNDED_WEEK, OFFICE, Told, gate, small, sponsor

ERP_LIVE = FUNDED_WEEK + 1 + 2 + 5


def until_integrated(phase: str, **more: Any) -> dict[str, Any]:
    """A gate before a phase that holds until the only system is live."""
    return gate(phase, "integrations_live", 1, lag_weeks=0, max_holds=9, **more)


def test_as_planned() -> None:
    told = Told(small())
    assert [told.go_live(site) for site in ("north", "east", "south")] == [8.0, 11.0, 16.0]
    assert told.weeks("funded") == [FUNDED_WEEK]
    assert told.weeks("agent-hired") == [14.0]
    assert told.weeks("system-live") == [ERP_LIVE]
    assert told.measures["integrations_live_week"] == ERP_LIVE


def test_a_hold_shifts_the_dates_of_sites_gates_and_hires() -> None:
    hiring = [{"week": 1, "agents": 1}, {"week": 4, "agents": 1}]
    gates = [until_integrated("first"), gate("second", at_least=0.0)]
    told = Told(small(support={"tiers": {"tier1": {"hiring": hiring}}}, rollout={"gates": gates}))
    assert told.weeks("gate-read", gate="before-first") == [10.0, 12.0, 14.0, 16.0]
    missed = [event for event in told.events if event.kind == "criterion-missed"]
    assert [event.time_hours / 168 for event in missed] == [10.0, 12.0, 14.0]
    expected = {"gate": "before-first", "gate_measure": "integrations_live", "observed": 0, "bound": 1}
    assert all(event.fields == expected for event in missed)
    assert told.weeks("gate-read", decision="hold") == [10.0, 12.0, 14.0]  # and three times two weeks are lost
    assert [told.go_live(site) for site in ("north", "east", "south")] == [8.0, 17.0, 22.0]
    assert told.weeks("gate-read", gate="before-second") == [21.0]
    # the first was looked for from week 8 on, before any hold; the second would have been from week 11 on
    assert told.weeks("agent-hired") == [8.0 + 3.0, 11.0 + 6.0 + 3.0]
    assert told.weeks("system-live") == [ERP_LIVE]  # projects go on


def test_the_funding_gate_holds_and_then_refuses() -> None:
    funding = {"criteria": [{"measure": "accuracy", "at_least": 1.1}], "max_holds": 1, "retry_weeks": 3}
    told = Told(small(rollout={"funding_gate": funding}))
    assert told.weeks("gate-read", decision="hold") == [6.0]
    assert told.weeks("gate-read", decision="stop") == [9.0]
    assert told.measures["outcome"] == "not_funded"
    assert told.measures["funded"] is False
    assert told.measures["success"] is False
    assert told.measures["funded_week"] is None
    assert told.measures["stopped_at_gate"] == "funding"
    assert told.weeks("switched-off") == [12.0]  # the pilot's site, at the end of the time to wind down


def test_a_programme_that_is_never_funded_pays_for_no_help_desk() -> None:
    funding = {"criteria": [{"measure": "accuracy", "at_least": 1.1}], "max_holds": 0}
    prices = {"cost_per_hour": {"tier1": 10, "tier2": 10, "tier3": 0}, "platform_cost_per_week": 0}
    nothing_else = {"licence_per_user_week": 0, "inference_cost_per_task": 0, "training_cost_per_user": 0}
    told = Told(small(rollout={"funding_gate": funding}, economics=prices | nothing_else))
    assert told.measures["outcome"] == "not_funded"
    assert told.weekly["cost"].sum() == 0.0  # desks have worked for others, in the pilot and afterwards


def test_a_funding_gate_that_goes_after_a_hold_shifts_everything() -> None:
    funding = {"criteria": [{"measure": "integrations_live", "at_least": 1}], "max_holds": 5, "retry_weeks": 3}
    stages = [{"name": "build", "weeks": 4, "team": "engineers"}]
    systems = [{"name": "erp", "start_week": -3, "stages": stages}]  # live in week 8
    told = Told(small(integration={"systems": systems}, rollout={"funding_gate": funding}))
    assert told.weeks("system-live") == [8.0]
    assert told.weeks("gate-read", decision="hold") == [6.0]
    assert told.weeks("gate-read", decision="go") == [9.0]
    assert told.measures["funded_week"] == 10.0
    assert [told.go_live(site) for site in ("north", "east", "south")] == [11.0, 14.0, 19.0]


def test_a_stop_switches_sites_off_evenly_and_costs_end_but_for_commitments() -> None:
    told = Told(
        small(
            rollout={"gates": [gate("second", max_holds=0)]},
            economics={"platform_cost_per_week": 100, "licence_per_user_week": 1, "commitment_weeks": 10},
            success={"criteria": [{"measure": "adoption", "at_least": 0.9}]},
        )
    )
    assert told.measures["outcome"] == "shelved"
    assert told.measures["stopped_at_gate"] == "before-second"
    assert told.measures["shelved_week"] == 15.0
    assert told.weeks("switched-off") == [16.5, 18.0]  # two sites over three weeks
    assert told.go_live("south") is None
    active = told.weekly["active_users"]
    assert active[14] > 0
    assert (active[18:] == 0).all()
    assert (told.weekly["tasks"][18:] == 0).all()
    cost = told.weekly["cost"]
    assert cost[19:25].tolist() == [100.0 + 80.0] * 6  # until ten weeks after the stop: platform, licences of 80 users
    assert (cost[25:] == 0).all()
    assert (told.weekly["backlog_tier1"][18:] == 0).all()
    world = told.state.world[0]
    assert world["tickets_opened"] == sum(world[f"tickets_{x}"] for x in ("solved", "abandoned", "cancelled"))
    assert len(cost) == 40  # rows go on


def test_sites_wait_for_their_systems_or_carry_data_by_hand() -> None:
    on_date, ready = Told(small()), Told(small(rollout={"go_live": "when_ready"}))
    assert [on_date.go_live(site) for site in ("north", "east", "south")] == [8.0, 11.0, 16.0]
    assert on_date.sites["hand_carried_weeks"] == [ERP_LIVE - 8.0, ERP_LIVE - 11.0, 0.0]
    assert [ready.go_live(site) for site in ("north", "east", "south")] == [ERP_LIVE, ERP_LIVE, 16.0]
    assert ready.sites["hand_carried_weeks"] == [0.0, 0.0, 0.0]
    only_south = Told(small(rollout={"go_live": "when_ready"}, integration={"systems": one_site("south", 20)}))
    assert [only_south.go_live(site) for site in ("north", "east", "south")] == [8.0, 11.0, FUNDED_WEEK + 20.0]


def one_site(name: str, weeks: float) -> list[dict[str, Any]]:
    """A system of one stage that only one site needs, from funding on."""
    stages = [{"name": "build", "weeks": weeks}]
    return [{"name": "erp", "start_week": 0, "sites": [name], "stages": stages}]


@pytest.mark.parametrize(("retained", "members"), [(0.375, 2), (0.5, 2), (0.0, 0), (1.0, 4)])
def test_a_team_that_moves_on_leaves_exactly_the_retained_share_of_its_capacity(retained: float, members: int) -> None:
    told = Told(
        small(
            horizon_weeks=24,
            ai={  # more than four pieces of work that never end
                "retraining": {"every_weeks": 1, "effort_hours": 1_000_000},
                "remediation": {"weeks_before_go_live": 52, "effort_hours": 1_000_000},
            },
            data_science_team={
                "members": 4, "shifts": [ALL_DAY], "slice_hours": 1,
                "moves_on": {"week": 6, "retained_share": retained},
            },
        )
    )  # fmt: skip
    moved = FUNDED_WEEK + 6
    assert told.weeks("team-moved-on") == [moved]
    assert len(told.weeks("left-the-team")) == 4 - members

    def hours(first: float, last: float) -> float:
        return sum(
            event.fields["hours"]
            for event in told.events
            if event.kind == "work-ended" and str(event.fields["agent"]).startswith("tier3")
            and first * 168 < event.time_hours <= last * 168
        )  # fmt: skip

    before = hours(moved - 3, moved) / 3
    assert before == pytest.approx(4 * 168, abs=3)
    assert hours(moved + 1, 24) / (24 - moved - 1) == pytest.approx(4 * retained * 168, abs=1)


def heads_needed(
    told: Told,
    tier: str,
    tickets_per_user_week: float,
    until: float,
    sites: tuple[str, ...] = ("north", "east", "south"),
    handling: float = 1.0,
) -> int:
    """Heads of a tier: tickets * users * share that gets there * handling / (hours * target occupancy).

    `handling` is the share of a desk's handling time that is planned with.
    """
    support = told.plan.scenario.support
    section = getattr(support.tiers, tier)
    share = 1.0
    if tier == "tier2":
        levels = {"error": support.levels.error, "how-to": support.levels.how_to,
                  "hand-carried": support.levels.hand_carried, "outage": support.levels.outage}  # fmt: skip
        opened = [
            levels[str(event.fields["ticket_kind"])].tier2
            for event in told.events
            if event.kind == "ticket-opened" and event.time_hours < until * 168
        ]
        share = sum(opened) / len(opened)
    users = sum(site.users.value for site in told.plan.scenario.sites if site.name in sites)
    saved = 1 - support.documentation_quality.value * support.documentation_effect.value
    hours = section.handling_minutes.mean / 60 * saved * handling
    return math.ceil(tickets_per_user_week * users * share * hours / (40 * support.target_occupancy.value))


MANY_TICKETS = {"tickets_per_noticed_error": 1.0, "how_to_per_user_week": 8.0, "planning": "from_pilot"}


def test_support_sized_from_the_pilot() -> None:
    told = Told(small(pilot={"logged_share": 0.8}, support=MANY_TICKETS))
    rows = slice(2, 6)  # the last four weeks of the pilot
    opened, active = (told.weekly[name][rows].sum() for name in ("tickets_opened", "active_users"))
    assert told.measures["tickets_per_user_week_pilot"] == pytest.approx(0.8 * opened / active)
    for tier in ("tier1", "tier2"):
        experts = told.plan.scenario.pilot.handling_factor.value
        wanted = heads_needed(told, tier, 0.8 * opened / active, FUNDED_WEEK, handling=experts)
        assert wanted > 1
        hired = [e for e in told.events if e.kind == "agent-hired" and str(e.fields["agent"]).startswith(tier)]
        assert len(hired) == wanted - 1  # one is there from the start
    assert told.weeks("agent-hired", agent="tier1-2") == [FUNDED_WEEK + 3]  # not the planned hire of week 4


def test_a_hold_plans_staff_again_from_the_tickets_observed() -> None:
    held = until_integrated("first", window_weeks=3, on_hold={"restaff": True}, retry_weeks=6)
    told = Told(small(support={**MANY_TICKETS, "planning": "as_stated"}, rollout={"gates": [held]}))
    assert told.weeks("gate-read", decision="hold") == [10.0]
    rows = slice(7, 10)
    rate = told.weekly["tickets_opened"][rows].sum() / (15 + 40 + 40)  # a week with pilot users, then all of north
    wanted = heads_needed(told, "tier1", rate, 10.0, sites=("north", "east"))
    hired = [e for e in told.events if e.kind == "agent-hired" and str(e.fields["agent"]).startswith("tier1")]
    assert wanted > 2
    assert len(hired) == wanted - 1
    # who was planned anyway comes six weeks later than planned, the others after the three weeks that hiring takes
    assert sorted(e.time_hours / 168 for e in hired) == [13.0] * (wanted - 2) + [20.0]


def test_a_hold_before_funding_mends_data_too_and_each_site_only_once() -> None:
    never = {"criteria": [{"measure": "accuracy", "at_least": 1.1}], "retry_weeks": 3, "max_holds": 2}
    held = {**never, "on_hold": {"remediate": True}}
    told = Told(small(ai={"remediation": {"gain": 0.5, "effort_hours": 5}}, rollout={"funding_gate": held}))
    assert told.weeks("gate-read", decision="hold") == [6.0, 9.0]
    opened = [e for e in told.events if e.kind == "job-opened" and e.fields["job_class"] == "remediation"]
    assert [(e.fields["reference"], e.time_hours / 168) for e in opened] == [
        ("north", 6.0), ("east", 6.0), ("south", 6.0)
    ]  # fmt: skip


def test_an_outage_is_told_of_once_by_each_user_and_answered_when_the_service_is_back() -> None:
    nobody = {"outages": {"per_year": 30, "repair_hours": 12, "tickets_per_user_hour": 0.5}}
    told = Told(small(**nobody, support={"call_again_probability": 0, "triage_skill": 0}))
    down, asked, last_back = False, set[str](), -1.0
    counts = Counter[str]()
    of_outage = {e.fields["ticket"] for e in told.events
                 if e.kind == "ticket-opened" and e.fields["ticket_kind"] == "outage"}  # fmt: skip
    for event in told.events:
        if event.kind in {"outage", "service-restored"}:
            down, asked = event.kind == "outage", set()
            last_back = event.time_hours
        elif event.kind == "ticket-opened" and event.fields["ticket"] in of_outage:
            assert down
            assert event.fields["user"] not in asked
            asked.add(str(event.fields["user"]))
            counts["told"] += 1
        elif event.kind == "visit-started" and event.fields["ticket"] in of_outage:
            assert down
            counts["taken up"] += 1
        elif event.kind == "tickets-cancelled":
            assert event.time_hours == last_back
            counts["answered by the service"] += int(event.fields["tickets"])
    assert min(counts.values()) > 20, counts


def test_a_fresh_model_is_not_retrained() -> None:
    gap = {"below_accuracy": 0.999, "every_weeks": None, "least_weeks_between": 5, "deploy_weeks": 1}
    told = Told(small(ai={"retraining": {**gap, "effort_hours": 1}}))
    for site, live in (("north", 0.0), ("east", FUNDED_WEEK + 4), ("south", FUNDED_WEEK + 9)):
        jobs = told.weeks("job-opened", job_class="retraining", reference=site)
        assert jobs
        assert min(jobs) >= live + 5


def test_nobody_begins_or_returns_once_the_programme_is_shelved() -> None:
    told = Told(small(rollout={"sponsor": sponsor(expected_share=1, patience_weeks=1), "wind_down_weeks": 12}))
    (shelved,) = told.weeks("shelved")
    assert any(week < shelved for week in told.weeks("started-using"))
    assert not [week for week in [*told.weeks("started-using"), *told.weeks("came-back")] if week > shelved]
    off = [e for e in told.events if e.kind == "switched-off"]
    assert off
    assert sum(int(e.fields["users_withdrawn"]) for e in off) < told.weekly["active_users"][int(shelved) - 1] + 1


def test_the_sponsor_of_a_plan_that_promised_nothing_loses_patience_with_losses() -> None:
    money = {"value_per_correct_task": 0.01, "rework_cost_per_noticed_error": 50}
    told = Told(small(rollout={"sponsor": sponsor(patience_weeks=9)}, economics=money))
    assert told.weeks("funded") == [FUNDED_WEEK]
    assert told.weeks("shelved", reason="sponsor") == [FUNDED_WEEK + 12]


def test_a_hold_mends_the_data_of_every_site_once_live_ones_first() -> None:
    held = until_integrated("first", on_hold={"remediate": True}, retry_weeks=6)
    told = Told(small(ai={"remediation": {"gain": 0.5, "effort_hours": 20}}, rollout={"gates": [held]}))
    opened = [e for e in told.events if e.kind == "job-opened" and e.fields["job_class"] == "remediation"]
    assert [(e.fields["reference"], e.time_hours) for e in opened] == [
        ("north", 1680.0), ("east", 1680.0), ("south", 1680.0)
    ]  # fmt: skip
    mended = {e.fields["site"]: e.fields["data_quality"] for e in told.events if e.kind == "data-remediated"}
    assert mended == {"north": pytest.approx(0.95), "east": pytest.approx(0.85), "south": pytest.approx(0.75)}
    without = Told(small(rollout={"gates": [until_integrated("first", retry_weeks=6)]}))
    for number in (1, 2):
        assert told.sites["accuracy_scaled"][number] > without.sites["accuracy_scaled"][number]


def test_who_was_cleaned_on_a_hold_is_not_told_to_be_cleaned_again() -> None:
    cleaning = {"weeks_before_go_live": 2, "effort_hours": 8}
    held = gate("first", max_holds=1, on_hold={"remediate": True})
    told = Told(small(ai={"remediation": cleaning}, rollout={"gates": [held]}))
    assert told.weeks("gate-read", decision="hold") == [10.0]
    assert told.weeks("job-opened", job_class="remediation") == [7.0, 9.0, 10.0]
    assert told.weeks("remediation-due", site="south") == []  # the hold saw to it


def test_remediation_is_planned_before_each_go_live() -> None:
    told = Told(small(ai={"remediation": {"effort_hours": 10, "weeks_before_go_live": 3}}))
    assert told.weeks("remediation-due", site="north") == [FUNDED_WEEK]  # not before there is money
    assert told.weeks("remediation-due", site="east") == [8.0]
    assert told.weeks("remediation-due", site="south") == [13.0]


@pytest.mark.parametrize("scale", [0.5, 1.5])
def test_time_scale_scales_dates_and_nothing_else(scale: float) -> None:
    more = {"gates": [gate("second", at_least=0.0)], "time_scale": scale, "sponsor": sponsor()}
    systems = [
        {"name": "early", "start_week": -2, "stages": [{"name": "build", "weeks": 3}]},
        {"name": "late", "start_week": 2, "stages": [{"name": "build", "weeks": 3}]},
    ]
    team = {"moves_on": {"week": 10, "retained_share": 0.5}}
    told = Told(small(rollout=more, integration={"systems": systems}, data_science_team=team))
    dates = [FUNDED_WEEK + scale * week for week in (1, 4, 9)]
    assert [told.go_live(site) for site in ("north", "east", "south")] == dates
    assert told.weeks("gate-read", gate="before-second") == [dates[2] - scale]  # its lead of a week is scaled too
    assert told.weeks("agent-hired") == [FUNDED_WEEK + 4 * scale + 3]
    assert told.weeks("integration-began") == [5.0, FUNDED_WEEK + 2 * scale]
    assert told.weeks("system-live") == [8.0, FUNDED_WEEK + 2 * scale + 3]
    assert told.weeks("team-moved-on") == [FUNDED_WEEK + 10]
    assert told.weeks("sponsor-review")[0] == FUNDED_WEEK + 4


def test_the_sponsor_reads_value_against_the_plan_every_four_weeks() -> None:
    told = Told(small(rollout={"sponsor": sponsor(expected_share=0.9, patience_weeks=5)}))
    money, tasks = told.plan.scenario.economics, told.weekly["tasks"]
    unseen = 1 - told.plan.scenario.users.notice_probability.value
    value = told.weekly["value"] + told.weekly["errors"] * unseen * money.cost_per_error.value
    per_task = value[2:6].sum() / tasks[2:6].sum()
    adoption = told.weekly["active_users"][5] / 15

    def planned(week: float) -> float:
        """Users live by plan, with four weeks to full value, as the pilot used and valued it; its 15 go on."""
        dates = {"north": (25, 8), "east": (40, 11), "south": (30, 16)}
        users = 15 + sum(n * min(1.0, max(0.0, week - date) / 4) for n, date in dates.values())
        return float(users * 15 * adoption * per_task)

    reviews = [event for event in told.events if event.kind == "sponsor-review"]
    patience = 5.0
    for number, event in enumerate(reviews, 1):
        week = int(FUNDED_WEEK) + 4 * number
        assert event.time_hours == 168.0 * week
        seen = value[week - 4 : week].sum() / sum(planned(w) for w in range(week - 3, week + 1))
        assert event.fields["value_share_observed"] == pytest.approx(seen, rel=1e-9)
        patience = patience - 4 * min(1.0, 1 - seen / 0.9) if seen < 0.9 else min(5.0, patience + 4 * 0.5)
        assert event.fields["patience_weeks_left"] == pytest.approx(patience, rel=1e-9)
    assert patience <= 0
    assert told.weeks("shelved", reason="sponsor") == [reviews[-1].time_hours / 168]
    assert told.measures["outcome"] in {"shelved", "scaled_then_lost"}


def test_a_hold_may_teach_the_sponsor_what_to_expect() -> None:
    held = until_integrated("second", window_weeks=4, on_hold={"rebaseline": True}, value_error=0)
    lessons = {"gates": [held], "sponsor": sponsor(patience_weeks=100)}
    systems = [{"name": "erp", "start_week": 0, "stages": [{"name": "build", "weeks": 9}]}]
    told = Told(small(integration={"systems": systems}, rollout=lessons))
    assert told.weeks("gate-read", gate="before-second", decision="hold") == [15.0]
    reading = next(e for e in told.events if e.kind == "gate-read" and e.fields["gate"] == "before-second")
    seen = reading.fields["value_share_observed"]
    assert told.state.world["expectation"][0] == pytest.approx(max(0.25, min(1.0, float(seen))))
    assert told.state.sites["planned"].tolist() == [168.0 * week for week in (8, 11, 18)]


def test_training_has_its_capacity_and_its_order() -> None:
    training = {"users_per_week": 7.5, "weeks_before_go_live": 2}
    told = Told(small(change_programme={"training": training}))
    trained = [e for e in told.events if e.kind == "trained"]
    by_week: dict[float, int] = {}
    for event in trained:
        by_week[event.time_hours] = by_week.get(event.time_hours, 0) + int(event.fields["users_trained"])
    assert set(list(by_week.values())[:-1]) == {7, 8}  # a half is carried to the next week
    assert [e.fields["site"] for e in trained] == sorted(
        (str(e.fields["site"]) for e in trained), key=["north", "east", "south"].index
    )
    assert min(by_week) == 8 * 168  # the end of the first week after funding: nothing is dated before
    taught_by_doing = int((told.state.users["trained"] == 0).sum())
    assert sum(by_week.values()) == 110 - 15 - taught_by_doing  # the pilot's people were trained for it
    assert taught_by_doing < 20
    assert told.state.cells["untrained"].sum() == 0
    untrained = [e.fields["trained"] for e in told.events if e.kind == "started-using"]
    assert set(untrained) == {0, 1}


def test_nobody_waits_for_training_where_no_capacity_is_stated() -> None:
    told = Told(small())
    assert {e.fields["trained"] for e in told.events if e.kind == "started-using"} == {1}


def test_work_of_the_office_is_done_in_office_hours() -> None:
    told = Told(small(data_science_team={"shifts": [OFFICE]}))
    begun = [e.time_hours for e in told.events if e.kind == "visit-started"]
    assert begun
    assert all(8 <= time % 24 < 16 and time % 168 < 120 for time in begun)
