"""Working days: people begin on Mondays, and what they hand over comes in the morning, Monday to Friday."""

from __future__ import annotations

from typing import Any

import pytest

from simulator import engine
from simulator.scenario import load
from tests.engine.comparison import first_difference
from tests.model.small import ALL_DAY, FUNDED_WEEK, Ran, Told, gate, small

WEEK, MORNING = 168.0, 8.0


def working(**sections: Any) -> Told:
    """The small programme, whose people keep working days."""
    return Told(small(working_days=True, **sections))


def hours(told: Told, kind: str, **fields: Any) -> list[float]:
    """When events of a kind happened, in hours from kick-off."""
    return [
        event.time_hours
        for event in told.events
        if event.kind == kind and all(event.fields[name] == value for name, value in fields.items())
    ]


def one_system(weeks: float) -> dict[str, Any]:
    """A system of one stage, from funding (a Monday) on, that the north needs."""
    stages = [{"name": "build", "weeks": weeks}]
    return {"systems": [{"name": "erp", "start_week": 0, "sites": ["north"], "stages": stages}]}


@pytest.mark.parametrize(
    ("weeks", "offset", "ends"),
    [
        (0, 0, 8.0),  # on Monday itself
        (1 / 7, 0, 24 + 8.0),  # at Tuesday's midnight: eight hours later
        (34 / WEEK, 0, 48 + 8.0),  # on Tuesday at ten: the next day
        (104 / WEEK, 0, 104.0),  # on Friday at eight
        (105 / WEEK, 0, WEEK + 8.0),  # an hour later: after the weekend
        (34 / WEEK, 5.75, 48 + 2.25),  # in the office's time
        (34 / WEEK, -11, 24 + 19.0),
    ],
)
def test_a_stage_ends_on_a_working_morning(weeks: float, offset: float, ends: float) -> None:
    told = working(integration=one_system(weeks), data_science_team={"utc_offset_hours": offset})
    assert hours(told, "stage-ended") == pytest.approx([FUNDED_WEEK * WEEK + ends])


@pytest.mark.parametrize(("offset", "later"), [(0, 0.0), (1, 23.0), (-6, 6.0)])
def test_a_site_that_waited_for_its_systems_goes_live_in_its_own_morning(offset: float, later: float) -> None:
    north = {"name": "north", "users": 40, "data_quality": 0.9, "utc_offset_hours": offset}
    others = [{"name": "east", "users": 40}, {"name": "south", "users": 30}]
    told = working(integration=one_system(20), rollout={"go_live": "when_ready"}, sites=[north, *others])
    live = (FUNDED_WEEK + 20) * WEEK + MORNING
    assert hours(told, "system-live") == [live]
    assert told.go_live("north") == pytest.approx((live + later) / WEEK)
    assert told.go_live("east") == FUNDED_WEEK + 4  # a date of the plan is what it says


def test_retrained_models_are_deployed_and_sites_switched_off_in_the_morning() -> None:
    told = working(
        ai={"retraining": {"every_weeks": 4, "effort_hours": 5, "deploy_weeks": {"uniform": {"min": 0, "max": 2}}}},
        data_science_team={"shifts": [ALL_DAY]},
        rollout={"gates": [gate("second", max_holds=0)], "wind_down_weeks": 2.9},
    )
    deployed, off = hours(told, "model-deployed"), hours(told, "switched-off")
    assert len(deployed) >= 3
    assert len(off) == 2
    assert all(time % 24 == MORNING and time % WEEK < 5 * 24 for time in deployed + off)
    for site in ("north", "east"):
        made, used = hours(told, "model-retrained", site=site), hours(told, "model-deployed", site=site)
        takes = float(told.state.settings["ai.retraining.deploy_weeks"][0]) * WEEK
        assert all(takes <= late - early < takes + 72 for early, late in zip(made, used, strict=False))


def test_first_days_are_mondays_also_when_hires_are_held() -> None:
    hiring = [{"week": 2.9, "agents": 1}, {"week": 3.1, "agents": 1}]
    told = working(
        support={"tiers": {"tier1": {"hiring": hiring, "hiring_weeks": 0.5, "utc_offset_hours": 1}}},
        rollout={"gates": [gate("first", "integrations_live", 1, lag_weeks=0, max_holds=9)]},
    )
    assert told.weeks("gate-read", decision="hold") == [10.0, 12.0, 14.0]  # the first is looked for already
    decided = [FUNDED_WEEK + 2.9 + 0.5, FUNDED_WEEK + 3.1 + 6 + 0.5]
    mondays = [int(week) + 1 + (MORNING - 1) / WEEK for week in decided]
    assert told.weeks("agent-hired") == pytest.approx(mondays)
    assert [e.fields["replacement"] for e in told.events if e.kind == "agent-hired"] == [0, 0]


@pytest.mark.parametrize(("notice", "hiring"), [(3, 1), (3, 8), (0, 2)])
def test_who_resigns_works_out_the_notice_while_somebody_else_is_looked_for(notice: float, hiring: float) -> None:
    told = working(
        ai={"retraining": {"every_weeks": 1, "effort_hours": 200}},  # always something in hand
        data_science_team={
            "members": 4, "attrition_per_year": 6, "notice_weeks": notice, "hiring_weeks": hiring, "slice_hours": 2,
            "starting_productivity": 1,
        },
    )  # fmt: skip
    lives = in_notice = 0
    for place in range(1, 5):
        name = {"agent": f"tier3-{place}"}
        resigned, gone, new = (hours(told, kind, **name) for kind in ("resigned", "left-the-team", "agent-hired"))
        works = hours(told, "work-ended", **name)
        for k, (said, left) in enumerate(zip(resigned, gone, strict=False)):
            assert said % 24 == MORNING
            assert said % WEEK < 5 * 24
            assert said + notice * WEEK <= left <= said + notice * WEEK + 2  # the slice in hand
            in_notice += any(said < time <= left for time in works)
            if k < len(new):
                free = max(left, said + hiring * WEEK)
                assert new[k] % WEEK == MORNING
                assert 0 <= new[k] - free < WEEK
                assert not any(left < time < new[k] for time in works)
                lives += 1
    assert lives >= 8
    assert not notice or 2 * in_notice > lives  # a single job in hand keeps only one of four busy
    assert {e.fields["replacement"] for e in told.events if e.kind == "agent-hired" and "tier3" in str(e.fields)} == {1}


def test_nobody_sits_on_a_ticket_for_longer_than_the_longest_visit() -> None:
    """Ten hours of work each, which tiers 1 and 2 give up after one and two: only the data scientists answer."""
    desk = {"handling_minutes": 600, "patience_hours": None, "shifts": [ALL_DAY], "agents": 8, "hiring": []}
    told = Told(
        small(
            support={
                "how_to_per_user_week": 0.3,
                "documentation_quality": 0,
                "triage_skill": 0.7,
                "tiers": {
                    "tier1": {**desk, "longest_visit_hours": 1}, "tier2": {**desk, "longest_visit_hours": 2},
                },
            },
            data_science_team={"members": 20, "shifts": [ALL_DAY]},
        )
    )  # fmt: skip
    begun: dict[str, float] = {}
    level: dict[int, int] = {}
    worked: dict[str, list[float]] = {"tier1": [], "tier2": []}
    passed: set[tuple[int, int, int]] = set()
    for event in told.events:
        fields = event.fields
        if event.kind == "ticket-opened":
            level[int(fields["ticket"])] = int(fields["level"])
        elif event.kind == "visit-started":
            begun[str(fields["agent"])] = event.time_hours
        elif event.kind == "work-ended" and str(fields["agent"])[:5] in worked:
            assert fields["finished"] == 0
            worked[str(fields["agent"])[:5]].append(event.time_hours - begun[str(fields["agent"])])
        elif event.kind == "ticket-passed-on":
            passed.add((level[int(fields["ticket"])], int(fields["from_tier"]), int(fields["to_tier"])))
        elif event.kind == "ticket-solved":
            assert fields["tier"] == 3
    assert len(worked["tier1"]) > 100
    assert worked["tier1"] == pytest.approx([1.0] * len(worked["tier1"]))
    assert worked["tier2"] == pytest.approx([2.0] * len(worked["tier2"]))
    # tier 1 goes by its triage, but keeps nothing; what tier 2 gives up goes up and never back
    assert passed == {(1, 1, 2), (2, 1, 2), (2, 1, 3), (3, 1, 2), (3, 1, 3), *((level, 2, 3) for level in (1, 2, 3))}


def test_a_slow_newcomer_too_passes_a_ticket_on_after_the_longest_visit() -> None:
    desk = {"handling_minutes": 60, "agents": 0, "hiring": [{"week": 0, "agents": 2}], "hiring_weeks": 0}
    slow = {**desk, "ramp_up_weeks": 10, "starting_productivity": 0.25, "longest_visit_hours": 1.5}
    told = Told(small(support={"documentation_quality": 0, "tiers": {"tier1": slow}}))
    begun: dict[str, float] = {}
    lasted: list[tuple[float, bool]] = []
    for event in told.events:
        agent = str(event.fields.get("agent", ""))
        if event.kind == "visit-started":
            begun[agent] = event.time_hours
        elif event.kind == "work-ended" and agent.startswith("tier1"):
            lasted.append((event.time_hours - begun[agent], event.fields["finished"] == 1))
    done = [time for time, finished in lasted if finished]
    given_up = [time for time, finished in lasted if not finished]
    assert len(given_up) > 10
    assert given_up == pytest.approx([1.5] * len(given_up))
    assert len(done) > 10
    assert all(1.0 - 1e-9 <= time <= 1.5 + 1e-9 for time in done)


def test_where_durations_are_elapsed_time_nothing_is_put_off() -> None:
    told = Told(small(integration=one_system(0.3), support={"tiers": {"tier1": {"hiring_weeks": 3.3}}}))
    assert told.weeks("stage-ended") == pytest.approx([FUNDED_WEEK + 0.3])
    assert told.weeks("agent-hired") == pytest.approx([FUNDED_WEEK + 4 + 3.3])


OFFICE_DAY = {"days": "mon-fri", "start_hour": 9, "end_hour": 17}
QUIET = {
    "horizon_weeks": 4, "success.measure_from_week": 0, "users.tasks_per_user_week": 40,
    "users.working_hours": OFFICE_DAY, "support.tiers.tier1.agents": 60,
}  # fmt: skip


@pytest.mark.parametrize("offset", [quarter / 4 for quarter in range(-48, 57, 3)])
def test_the_day_that_is_under_way_at_kick_off_counts(offset: float) -> None:
    """Kick-off is Monday 00:00 UTC, which is Monday's noon twelve hours further east: no week lacks an hour."""
    told = Ran(load("theory/m-m-c").with_changes(QUIET | {"sites.site.utc_offset_hours": offset}))
    assert told.weekly["tasks"] == pytest.approx([168 * 40] * 4)


@pytest.mark.parametrize("offset", [-12, -6.5, 0, 0.25, 5.5, 14])
@pytest.mark.parametrize(("days", "start", "end"), [("all", 22, 6), (["sun"], 22, 6), (["sun", "wed"], 20, 19)])
def test_night_work_that_is_under_way_at_kick_off_counts(days: Any, start: int, end: int, offset: float) -> None:
    """Where it began on Sunday evening, some of the first week's hours are those after midnight."""
    nights = {"days": days, "start_hour": start, "end_hour": end}
    scenario = load("theory/m-m-c").with_changes(
        QUIET | {"users.working_hours": nights, "sites.site.utc_offset_hours": offset}
    )
    assert Ran(scenario).weekly["tasks"] == pytest.approx([168 * 40] * 4)


def test_night_work_goes_on_past_midnight() -> None:
    nights = {"days": ["sun", "wed"], "start_hour": 22, "end_hour": 6}
    scenario = load("theory/m-m-c").with_changes(QUIET | {"users.working_hours": nights})
    told = Told(scenario)
    assert hours(told, "working-day") == [0, *(WEEK * week + day for week in range(4) for day in (70, 166))]
    asked = [time % WEEK for time in hours(told, "question-asked")]
    parts = [sum(first < time < last for time in asked) for first, last in ((0, 6), (70, 78), (166, 168))]
    assert sum(parts) == len(asked) > 5000
    assert [part / len(asked) for part in parts] == pytest.approx([6 / 16, 8 / 16, 2 / 16], abs=0.02)
    assert first_difference(engine.build(scenario), 0, 1) is None


def test_clocks_fire_in_what_is_left_of_that_day() -> None:
    """168 people ask ten questions a week in 40 hours; of Monday five hours are left, from 00:00 to 05:00 UTC."""
    scenario = load("theory/m-m-c").with_changes(QUIET | {"sites.site.utc_offset_hours": 12, "horizon_weeks": 1})
    times = [
        event.time_hours
        for replication in range(20)
        for event in Told(scenario, replication).events
        if event.kind == "question-asked" and event.time_hours < 24
    ]
    before, after = [x for x in times if x < 5], [x for x in times if x >= 21]
    assert len(before) + len(after) == len(times)
    assert len(before) == pytest.approx(20 * 1680 * 5 / 40, rel=0.05)
    assert len(after) == pytest.approx(20 * 1680 * 3 / 40, rel=0.05)
    assert first_difference(engine.build(scenario), 0, 1) is None


def test_who_goes_live_in_the_middle_of_a_day_begins_the_next_morning() -> None:
    told = working(pilot={"weeks": 6}, rollout={"funding_delay_weeks": 1 + 10 / WEEK})
    live = told.go_live("east") * WEEK
    assert live % 24 == pytest.approx(10)
    assert min(of for of in hours(told, "working-day", site="east")) == pytest.approx(live + 22)
