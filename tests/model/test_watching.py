"""Readings of live sites that trigger action, on a small programme: when, what is seen and done, and what it costs."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from tests.model.small import FUNDED_WEEK, Ran, Told, gate, small, sponsor

LIVE = {"north": 8.0, "east": 11.0, "south": 16.0}
USERS = {"north": 40, "east": 40, "south": 30}
FREE = {
    "cost_per_hour": {"tier1": 0, "tier2": 0, "tier3": 0}, "integration_cost_per_stage_week": 0,
    "training_cost_per_user": 0, "campaign_cost_per_user": 0, "inference_cost_per_task": 0,
}  # fmt: skip
NO_RETRAINING: dict[str, Any] = {"every_weeks": None, "effort_hours": 2, "deploy_weeks": 0}


def watch(**more: Any) -> dict[str, Any]:
    """Somebody who begins after two weeks, looks every three, and finds nothing wanting."""
    nothing = {"active_share_below": None, "accuracy_below": None}
    return {"first_weeks": 2, "every_weeks": 3, "qa_tasks": 50, "actions_per_site": 2, **nothing, **more}


def watched(rollout: dict[str, Any] | None = None, told: type[Ran] = Told, **sections: Any) -> Any:
    """The small programme with readings."""
    return told(small(rollout=rollout or {"watch": watch()}, **sections))


def actions(told: Told, site: str) -> list[tuple[float, str, int]]:
    """(week, what was done, actions left) at a site."""
    return [
        (event.time_hours / 168, str(event.fields["action"]), int(event.fields["actions_left"]))
        for event in told.events
        if event.kind == "action-taken" and event.fields["site"] == site
    ]


# ---- when, and what is seen


def test_each_live_site_is_read_in_turn_from_its_own_go_live_on() -> None:
    told = watched()
    for site, live in LIVE.items():
        assert told.weeks("site-read", site=site) == np.arange(live + 2, 40.1, 3).tolist()
    assert told.state.sites["readings"].tolist() == [11, 10, 8]


def test_a_stop_is_the_end_of_it() -> None:
    told = watched({"watch": watch(every_weeks=1), "gates": [gate("second", max_holds=0)]})
    assert told.weeks("shelved") == [15.0]
    assert told.weeks("site-read", site="north") == [10.0, 11.0, 12.0, 13.0, 14.0]  # that of week 15 comes too late
    assert told.weeks("site-read", site="east") == [13.0, 14.0]


def test_the_active_share_is_exact_and_accuracy_that_of_the_week_before() -> None:
    """Everybody who began or came back less everybody who left; answers are right for sure here."""
    sure = {"reference_accuracy": 1, "data_quality_sensitivity": 0, "half_life_weeks": None}
    told = watched({"watch": watch(first_weeks=0.5, every_weeks=0.75)}, ai=sure, integration={"systems": []},
                   users={"drop_out_per_week": 0.2})  # fmt: skip
    active = dict.fromkeys(USERS, 0)
    readings = dict.fromkeys(USERS, 0)
    came = 0
    for event in told.events:
        fields = event.fields
        site = str(fields.get("user", "")).split("/")[0]
        if event.kind == "started-using" or (event.kind == "came-back" and fields["accepted"]):
            active[site] += 1
            came += event.kind == "came-back"
        elif event.kind in {"reverted", "lost-for-good"}:
            active[site] -= 1
        elif event.kind == "site-read":
            site = str(fields["site"])
            assert fields["active_share_observed"] == active[site] / USERS[site]
            passed = event.time_hours / 168 // 1 - LIVE[site]
            assert fields["accuracy_observed"] == (1 if passed >= 1 else "nothing")
            readings[site] += 1
    assert min(readings.values()) > 30
    assert came > 10


def test_who_only_looks_changes_nothing_and_pays_for_what_is_checked() -> None:
    plain, told = watched({"watch": None}), watched(economics={"cost_per_checked_answer": 4})
    counts = [[e for e in x.events if e.kind != "site-read"] for x in (plain, told)]
    assert counts[0] == counts[1]
    assert not plain.weeks("site-read")
    read = np.bincount([int(week) for week in told.weeks("site-read") if week < 40], minlength=40)
    assert told.weekly["cost_quality"] == pytest.approx(50 * 4 * read)
    assert told.weekly["cost"] - plain.weekly["cost"] == pytest.approx(50 * 4 * read)
    for name in ("active_users", "accuracy", "value", "tickets_opened"):
        assert plain.weekly[name].tobytes() == told.weekly[name].tobytes()


# ---- too few people are active


def test_people_are_asked_again_as_often_as_there_is_a_budget_for() -> None:
    campaign = {"campaign": {"weeks": 2, "onset_factor": 3}}
    price = {**FREE, "campaign_cost_per_user": 10}
    told = watched({"watch": watch(active_share_below=1)}, change_programme=campaign, economics=price)
    again = "people are asked again"
    for site, live in LIVE.items():
        first, second = live + 2, live + 5
        assert actions(told, site) == [(first, again, 1), (second, again, 0)]
        assert told.weeks("campaign-ended", site=site) == [
            first + 2,
            second + 2,
        ]  # the first is not over when it begins
    assert told.weekly["cost_change"].sum() == 3 * 10 * sum(USERS.values())
    began = sum(np.bincount([int(live + x) for live in LIVE.values()], [10.0 * n for n in USERS.values()], 40)
                for x in (0, 2, 5))  # fmt: skip
    assert told.weekly["cost_change"] == pytest.approx(began)
    assert (told.state.sites["onset_factor"] == 1).all()


@pytest.mark.parametrize(("budget", "acted"), [(0, 0), (1, 1), (100, 11)])
def test_a_budget_of_actions(budget: int, acted: int) -> None:
    told = watched({"watch": watch(active_share_below=1, actions_per_site=budget)},
                   change_programme={"campaign": {"weeks": 2}})  # fmt: skip
    assert len(actions(told, "north")) == acted
    assert len(told.weeks("site-read", site="north")) == 11


def test_campaigns_in_answer_bring_people_in() -> None:
    """Paired: those who had not begun are asked three times as urgently for a while."""
    slow = {"segments": [{"name": "all", "share": 1, "initial_trust": 0.9, "onset_per_week": 0.03, "reversion": 0}]}
    only = {"users": slow | {"word_of_mouth_per_week": 0}, "pilot": {"segments": {"all": 1.0}}}
    campaign = {"campaign": {"weeks": 2, "onset_factor": 6}}
    run = partial(watched, told=Ran, change_programme=campaign, **only)
    more = run({"watch": watch(active_share_below=0.9, actions_per_site=9)})
    fewer = run({"watch": watch()})
    assert more.weekly["active_users"][-1] > 1.2 * fewer.weekly["active_users"][-1]


def test_the_untrained_of_a_site_that_was_found_wanting_are_trained_next() -> None:
    """In the south nobody starts; its date is the last, and places are short."""
    sites = [
        {"name": "north", "users": 60, "data_quality": 0.9}, {"name": "east", "users": 60, "data_quality": 0.7},
        {"name": "south", "users": 30, "data_quality": 0.5, "segments": {"volunteers": 0.0, "sceptics": 1.0}},
    ]  # fmt: skip
    segments = [
        {"name": "volunteers", "share": 0.4, "initial_trust": 0.75, "onset_per_week": 0.6, "reversion": 0},
        {"name": "sceptics", "share": 0.6, "initial_trust": 0.45, "onset_per_week": 0, "reversion": 0},
    ]
    scarce = {"training": {"users_per_week": 4, "weeks_before_go_live": 0}}
    people = {"segments": segments, "word_of_mouth_per_week": 0, "drop_out_per_week": 0}
    told = watched({"watch": watch(active_share_below=0.05)}, change_programme=scarce, sites=sites, users=people)
    assert actions(told, "south") == [(18.0, "people are asked again", 1), (21.0, "people are asked again", 0)]
    assert not actions(told, "north")
    assert not actions(told, "east")
    places = [(e.time_hours / 168, e.fields["site"], e.fields["users_trained"]) for e in told.events
              if e.kind == "trained"]  # fmt: skip
    # read at the end of week 18, after that week's training; 30 people take four weeks less two places
    own = [(week, number) for week, site, number in places if site == "south"]
    assert own == [*((float(week), 4) for week in range(19, 26)), (26.0, 2)]
    assert {site for week, site, _ in places if week <= 18} == {"north"}
    assert {site for week, site, _ in places if 19 <= week < 26} == {"south"}
    assert {site for week, site, _ in places if week >= 26} >= {"south", "east"}
    assert (told.state.sites["trained_next"] == 0).all()


def test_nothing_can_be_done_where_nothing_is_stated() -> None:
    told = watched({"watch": watch(active_share_below=1, accuracy_below=1)})
    assert told.weeks("site-read")
    assert not told.weeks("action-taken")
    assert not told.state.sites["actions"].any()


# ---- too many answers are wrong


def test_data_are_cleaned_once_and_then_models_are_retrained() -> None:
    told = watched({"watch": watch(accuracy_below=1, actions_per_site=3)},
                   ai={"remediation": {"gain": 0.5, "effort_hours": 5}, "retraining": NO_RETRAINING})  # fmt: skip
    cleaned, taught = "the data are to be cleaned", "the model is to be retrained"
    for site, live in LIVE.items():
        assert actions(told, site) == [(live + 2, cleaned, 2), (live + 5, taught, 1), (live + 8, taught, 0)]
        assert told.weeks("job-opened", job_class="remediation", reference=site) == [live + 2]
        assert told.weeks("job-opened", job_class="retraining", reference=site) == [live + 5, live + 8]
        assert len(told.weeks("model-deployed", site=site)) == 2
    plain = watched({"watch": None})
    for mended, left in zip(told.sites["accuracy_scaled"], plain.sites["accuracy_scaled"], strict=True):
        assert mended > left


def test_what_is_done_anyway_is_no_action() -> None:
    """The data were cleaned before go-live, and the first retraining is never done."""
    told = watched({"watch": watch(accuracy_below=1, actions_per_site=3)},
                   ai={"remediation": {"effort_hours": 5, "weeks_before_go_live": 1},
                       "retraining": NO_RETRAINING | {"effort_hours": 1_000_000}})  # fmt: skip
    for site, live in LIVE.items():
        assert actions(told, site) == [(live + 2, "the model is to be retrained", 2)]


def test_both_are_one_action() -> None:
    told = watched({"watch": watch(accuracy_below=1, active_share_below=1)},
                   ai={"remediation": {"effort_hours": 5}, "retraining": NO_RETRAINING},
                   change_programme={"campaign": {"weeks": 1}})  # fmt: skip
    assert actions(told, "east") == [
        (13.0, "people are asked again, and the data are to be cleaned", 1),
        (16.0, "people are asked again, and the model is to be retrained", 0),
    ]


# ---- the next phase


def put_off(told: Told) -> list[tuple[float, str, int, int]]:
    """(week, phase, sites below, live sites)."""
    return [
        (e.time_hours / 168, str(e.fields["phase"]), int(e.fields["sites_below"]), int(e.fields["sites_live"]))
        for e in told.events
        if e.kind == "phase-put-off"
    ]


def test_each_phase_is_put_off_once_with_its_gate() -> None:
    pausing = watch(first_weeks=0, every_weeks=1, active_share_below=1, pauses=True, pause_weeks=4)
    told = watched({"watch": pausing, "gates": [gate("first", at_least=0.0)]})
    assert put_off(told) == [(8.0, "first", 1, 1), (15.0, "second", 2, 2)]
    assert [told.go_live(site) for site in LIVE] == [8.0, 15.0, 20.0]
    assert told.weeks("gate-read", gate="before-first") == [FUNDED_WEEK + 4 - 1 + 4]


def test_a_gate_that_was_passed_is_not_read_again() -> None:
    pausing = watch(first_weeks=2, every_weeks=1, active_share_below=1, pauses=True, pause_weeks=4)
    told = watched({"watch": pausing, "gates": [gate("first", at_least=0.0)]})
    assert told.weeks("gate-read", gate="before-first") == [10.0]
    assert put_off(told)[0] == (10.0, "first", 1, 1)
    assert told.go_live("east") == 15.0


def test_half_of_the_live_sites_are_not_enough() -> None:
    """The north is below when it is read, the east is not read before the last date has come."""
    pausing = watch(first_weeks=4, active_share_below=1, pauses=True, every_weeks=1)
    told = watched({"watch": pausing})
    assert put_off(told) == [(15.0, "second", 2, 2)]  # in weeks 12 to 14 it was one of two
    assert [told.go_live(site) for site in LIVE] == [8.0, 11.0, 24.0]


def test_who_does_not_pause_or_finds_nothing_wanting_puts_nothing_off() -> None:
    for more in ({"active_share_below": 1}, {"pauses": True}):
        told = watched({"watch": watch(every_weeks=1, **more)})
        assert put_off(told) == []
        assert {site: told.go_live(site) for site in LIVE} == LIVE


def test_sites_that_wait_for_their_systems_are_not_put_off() -> None:
    """The east's date has passed, it waits for week 15; the south is next."""
    pausing = watch(first_weeks=0.5, every_weeks=4, active_share_below=1, pauses=True, pause_weeks=4)
    system = {"name": "erp", "start_week": 1, "sites": ["east"], "stages": [{"name": "build", "weeks": 7}]}
    told = watched({"watch": pausing | {"first_weeks": 4}, "go_live": "when_ready"}, integration={"systems": [system]})
    assert put_off(told) == [(12.0, "second", 1, 1)]
    assert [told.go_live(site) for site in LIVE] == [8.0, 15.0, 20.0]


def test_the_sponsor_goes_on_counting_from_the_plan() -> None:
    pausing = watch(first_weeks=0, every_weeks=1, active_share_below=1, pauses=True, pause_weeks=4)
    told = watched({"watch": pausing, "sponsor": sponsor(patience_weeks=500)})
    assert told.state.sites["planned"].tolist() == [168.0 * week for week in LIVE.values()]
