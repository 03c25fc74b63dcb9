"""Programmes at the edge: each runs on both engines alike; its measures are sensible, and null where nothing is."""

from __future__ import annotations

import math
from typing import Any

import pytest

from simulator import engine
from simulator.model.measures import measures
from simulator.model.programme import week
from tests.engine.comparison import first_difference
from tests.model.rules.balance import check
from tests.model.small import ALL_DAY, FUNDED_WEEK, Ran, Told, document, gate, small, sponsor

SHARES = ("adoption", "accuracy", "resolution", "sla_met_share", "trust_mean", "edge_case_mass_known")
NOBODY = [{"name": name, "users": 0, "data_quality": 0.7} for name in ("north", "east", "south")]
ONE_SITE = {
    "sites": [{"name": "north", "users": 40}],
    "rollout": {"phases": [{"name": "all", "week": 1, "sites": ["north"]}]},
}
AT_ONCE = {
    "rollout": {"funding_delay_weeks": 0, "phases": [{"name": "all", "week": 0, "sites": ["north", "east", "south"]}]},
    "integration": {"systems": [{"name": "erp", "start_week": 0, "stages": [{"name": "build", "weeks": 0}]}]},
}
ZERO_STAGES = [
    {"name": "one", "start_week": 0, "stages": [{"name": "a", "weeks": 0, "team": "reviewers"},
                                                {"name": "b", "weeks": 0, "team": "reviewers"}]},
    {"name": "two", "start_week": 0, "after": ["one"], "stages": [{"name": "a", "weeks": 0, "team": "reviewers"}]},
]  # fmt: skip
NO_STAFF = {"agents": 0, "hiring": []}
LATE = {"horizon_weeks": 12, "pilot": {"weeks": 12}}
ERRORLESS = {
    "ai": {"reference_accuracy": 1, "data_quality_sensitivity": 0, "half_life_weeks": None},
    "integration": {"hand_carried": {"extra_errors": 0}},
}

EXTREMES: dict[str, dict[str, Any]] = {
    "nobody at a site": {"sites": [{"name": "north", "users": 40}, {"name": "east", "users": 0},
                                   {"name": "south", "users": 30}]},
    "nobody at all": {"sites": NOBODY},
    "nobody in the pilot": {"pilot": {"users_per_site": 0}},
    "no tasks": {"users": {"tasks_per_user_week": 0}},
    "no errors": ERRORLESS,
    "nobody in support": {"support": {"tiers": {"tier1": NO_STAFF, "tier2": NO_STAFF}}},
    "no data scientists": {"data_science_team": {"members": 0}, "ai": {"retraining": {"every_weeks": 4}}},
    "nobody works": {"support": {"tiers": {"tier1": NO_STAFF, "tier2": NO_STAFF}}, "data_science_team": {"members": 0},
                     "outages": {"per_year": 50}},
    "one site": ONE_SITE,
    "everything at once": AT_ONCE,
    "nobody is ever trained": {"change_programme": {"training": {"users_per_week": 0}, "untrained_onset_factor": 0}},
    "stages without length": {"integration": {"reviewers": 1, "systems": ZERO_STAGES}},
    "a sponsor without patience": {"rollout": {"sponsor": sponsor(expected_share=1, patience_weeks=1e-6)}},
    "a horizon of one week": {"horizon_weeks": 1, "pilot": {"weeks": 1, "measure_weeks": 1},
                              "success": {"sustained_weeks": 1}},
    "a pilot as long as the horizon": LATE,
    "no service at all": {"ai": {"capacity_tasks_per_hour": 1e-9}},
    "all edge cases": {"edge_cases": {"organisation": {"share": 1, "discount": 0.9, "development_tasks": 0}}},
    "switched off at once": {"rollout": {"wind_down_weeks": 0, "gates": [gate("first", max_holds=0)]}},
    "a plan of no length": {"rollout": {"time_scale": 1e-6}},
    "nobody ever judges": {"users": {"judged_per_week": 1e-6, "tasks_per_user_week": 1000}},
    "judgements without tasks": {"users": {"judged_per_week": 5, "tasks_per_user_week": 0}},
    "all errors come from others": {"users": {"notice_probability": 0, "surfacing_share": 1},
                                    "ai": {"retraining": {"every_weeks": 2, "corrections_to_halve": 1e-3}}},
    "all are movers who stay": {"users": {"movers": {"share": 1, "drop_out_per_week": 0}, "drop_out_per_week": 1}},
    "all are stayers": {"users": {"movers": {"share": 0, "drop_out_per_week": 9}, "turnover_per_year": 9}},
    "habits at once": {"users": {"habit": {"weeks": 1e-9, "protection": 1}}},
    "everybody leaves": {"users": {"turnover_per_year": 52}, "data_science_team": {"attrition_per_year": 52}},
}  # fmt: skip


def sensible(told: Ran) -> None:
    """Finite numbers or nulls, shares within [0, 1], and everything in balance."""
    check(told.state)
    for name, value in told.measures.items():
        assert not isinstance(value, float) or math.isfinite(value), f"{name} is {value}"
    for name, column in told.weekly.items():
        assert len(column) == told.plan.weeks
        assert not (abs(column) == math.inf).any(), name
        if name in SHARES:
            assert all(math.isnan(x) or 0 <= x <= 1 for x in column), name
        elif not name.startswith(("wait", "util", "value", "net", "cost_cumulative")):
            assert not (column < 0).any(), name
            assert not any(math.isnan(x) for x in column), name
    for values in told.sites.values():
        assert not any(isinstance(value, float) and not math.isfinite(value) for value in values)


@pytest.mark.parametrize("name", EXTREMES)
def test_it_runs_and_its_measures_are_sensible(name: str) -> None:
    sensible(Told(small(**EXTREMES[name])))


@pytest.mark.slow
@pytest.mark.parametrize("name", EXTREMES)
def test_both_engines_agree_at_the_edge(name: str) -> None:
    assert first_difference(engine.build(small(**EXTREMES[name])), 0, 2) is None


def test_nobody_at_all() -> None:
    told = Told(small(**EXTREMES["nobody at all"]))
    for name in ("adoption_peak", "adoption_final", "accuracy_pilot", "accuracy_scaled", "adoption_pilot",
                 "tickets_per_user_week_pilot", "wait_hours_mean_tier1", "sla_met_share", "edge_case_mass_handled",
                 "support_underestimate_factor", "support_workload_factor"):  # fmt: skip
        assert told.measures[name] is None, name
    assert told.measures["tickets_opened"] == 0
    assert told.measures["value_delivered"] == 0
    assert told.measures["outcome"] == "stalled"
    assert told.sites["adoption_final"] == [None, None, None]


def test_no_errors() -> None:
    told = Told(small(**ERRORLESS))
    assert told.measures["accuracy_scaled"] == told.measures["accuracy_pilot"] == 1.0
    assert told.weekly["errors"].sum() == 0
    assert not told.weeks("error-noticed")


def test_nobody_in_support() -> None:
    told = Told(small(**EXTREMES["nobody in support"]))
    assert told.measures["utilisation_peak_tier1"] is None
    assert told.measures["support_underestimate_factor"] is None  # nobody was planned
    assert told.measures["tickets_abandoned"] > 0
    visits = {event.fields["tier"] for event in told.events if event.kind == "visit-started"}
    assert visits == {3}  # the pilot's
    assert told.measures["wait_hours_mean_tier1"] > 0


def test_no_data_scientists() -> None:
    told = Told(small(**EXTREMES["no data scientists"]))
    assert told.measures["utilisation_peak_tier3"] is None
    assert not told.weeks("model-deployed")
    assert len(told.weeks("job-opened", job_class="retraining")) == 3  # one a site, and it stays open
    assert told.weekly["backlog_tier3"][-1] > 0


def test_everything_at_once() -> None:
    told = Told(small(**AT_ONCE))
    assert told.measures["funded_week"] == told.measures["integrations_live_week"] == 6.0
    assert told.sites["go_live_week"] == [6.0, 6.0, 6.0]
    assert told.sites["hand_carried_weeks"] == [0.0, 0.0, 0.0]


def test_stages_without_length() -> None:
    told = Told(small(**EXTREMES["stages without length"]))
    assert told.weeks("stage-began") == told.weeks("stage-ended") == [FUNDED_WEEK] * 3
    assert told.weeks("system-live") == [FUNDED_WEEK] * 2


def test_nobody_is_ever_trained_and_the_untrained_never_start() -> None:
    told = Told(small(**EXTREMES["nobody is ever trained"]))
    assert not told.weeks("trained")
    assert told.measures["adoption_peak"] <= 15 / 110  # the pilot's people


def test_a_sponsor_without_patience() -> None:
    told = Told(small(**EXTREMES["a sponsor without patience"]))
    assert told.measures["shelved_week"] in {FUNDED_WEEK + 4, FUNDED_WEEK + 8}
    assert told.measures["outcome"] in {"shelved", "scaled_then_lost"}


def test_a_horizon_of_one_week() -> None:
    told = Told(small(**EXTREMES["a horizon of one week"]))
    assert told.measures["outcome"] == "not_funded"
    assert all(len(column) == 1 for column in told.weekly.values())
    assert told.measures["adoption_pilot"] is not None
    assert told.measures["accuracy_scaled"] is None


def test_a_pilot_as_long_as_the_horizon() -> None:
    told = Told(small(**LATE))
    assert told.measures["accuracy_pilot"] is not None
    assert told.measures["funded_week"] is None
    assert told.measures["outcome"] == "not_funded"
    assert told.sites["go_live_week"] == [None, None, None]


def test_no_service_at_all() -> None:
    told = Told(small(**EXTREMES["no service at all"]))
    assert told.weekly["tasks"].sum() > 0
    assert told.measures["resolution_pilot"] == pytest.approx(0, abs=1e-6)
    # capacity is looked at anew each day: the first users of a site have their first day
    assert told.weekly["errors"].sum() < 1e-4 * told.weekly["tasks"].sum()


# ---- two in the morning

DAY = {"days": "all", "start_hour": 8, "end_hour": 16, "share": 1.0}


def outages(on_call: float | None, **team: Any) -> list[tuple[float, float]]:
    """(begin, hours down) of the outages of a year and a half in which each takes two hours of work."""
    told = Told(
        small(
            horizon_weeks=80,
            sites=[{"name": name, "users": 1} for name in ("north", "east", "south")],
            outages={"per_year": 40, "repair_hours": 2},
            integration={"hand_carried": {"work_hours_per_site_week": 0}},
            data_science_team={"members": 1, "shifts": [DAY], "on_call_hours": on_call, **team},
            support={"tickets_per_noticed_error": 0, "how_to_per_new_user_week": 0, "how_to_per_user_week": 0},
        )
    )
    sensible(told)
    begins = [event.time_hours for event in told.events if event.kind == "outage"]
    lasted = [float(event.fields["hours"]) for event in told.events if event.kind == "service-restored"]
    return list(zip(begins, lasted, strict=False))


def test_an_outage_at_two_in_the_morning_waits_for_the_day() -> None:
    night = [(begin % 24, hours) for begin, hours in outages(None) if begin % 24 < 8]
    assert len(night) > 10
    for hour, hours in night:
        assert hours == pytest.approx(8 - hour + 2)


def test_an_outage_at_two_in_the_morning_is_repaired_by_whoever_is_on_call() -> None:
    night = [(begin % 24, hours) for begin, hours in outages(1.5) if begin % 24 < 6]
    assert len(night) > 7
    assert all(hours == pytest.approx(1.5 + 2) for _, hours in night)


def test_an_outage_at_day_or_round_the_clock_is_taken_up_at_once() -> None:
    day = [hours for begin, hours in outages(None) if 8 <= begin % 24 < 16]
    assert len(day) > 10
    assert all(hours == pytest.approx(2) for hours in day)
    assert all(hours == pytest.approx(2) for _, hours in outages(None, shifts=[ALL_DAY]))


def test_the_document_is_not_changed_by_its_use() -> None:
    assert document(**EXTREMES["one site"])["sites"] != document()["sites"]
    assert len(document()["sites"]) == 3


def test_no_share_leaves_its_range_by_rounding() -> None:
    """Sums of many parts miss their whole by a bit or two, on either side."""
    beyond = math.nextafter(1.0, 2.0)
    assert measures.share(beyond, 1.0) == week.share(beyond, 1.0) == 1.0
    assert measures.share(-1e-17, 1.0) == week.share(-1e-17, 1.0) == 0.0
    assert week.ratio(3.0, 2.0) == 1.5  # a desk that works overtime is used by more than its hours


@pytest.mark.parametrize("number", range(40))
def test_the_mass_that_is_handled_is_a_share_whatever_the_sticks(number: int) -> None:
    """Where nothing is handled yet, the weights of all types add up to 1 but for rounding."""
    told = Ran(small(edge_cases={"organisation": {"share": 0.1, "discount": 0.2, "concentration": 3,
                                                  "development_tasks": 0}}, horizon_weeks=8), number)  # fmt: skip
    assert told.state.families["handled"].min() >= 0.0
    assert 0.0 <= told.measures["edge_case_mass_handled"] <= 1.0
