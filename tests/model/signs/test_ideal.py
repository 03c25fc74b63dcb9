"""What each killer is like when it is switched off: the pilot's conditions hold everywhere, always."""

from __future__ import annotations

from typing import Any

import pytest

from tests.model.small import FUNDED_WEEK, Told, small

VARIED = {
    "ai": {"half_life_weeks": 20, "shocks": {"per_site_year": 10, "accuracy_loss": 0.2}},
    "edge_cases": {
        "types_per_family": 16, "report_threshold": 2, "repair_effort_hours": 20,
        "organisation": {"share": 0.1, "discount": 0.5}, "season": {},
        "site": {"share": 0.1, "discount": 0.5, "development_tasks": 50},
    },
    "sites": [
        {"name": "north", "users": 40, "data_quality": 0.9, "local_variety": 0.5},
        {"name": "east", "users": 40, "data_quality": 0.7, "local_variety": 1.5},
        {"name": "south", "users": 30, "data_quality": 0.5, "local_variety": 2},
    ],
    "seasons": [{"name": "spring", "start": "03-15", "end": "05-15", "edge_case_share": 0.2, "volume": 1}],
}  # fmt: skip


def told_of(**sections: Any) -> Told:
    """The small programme with edge cases, seasons, decay and shocks, and some changes."""
    tree = {name: dict(part) if isinstance(part, dict) else part for name, part in VARIED.items()}
    for name, part in sections.items():
        tree[name] = {**tree[name], **part} if isinstance(tree.get(name), dict) else part
    return Told(small(**tree))


def days(told: Told) -> list[tuple[str, float, float]]:
    """(site, accuracy, share of unhandled edge cases) of each working day."""
    return [
        (str(e.fields["site"]), float(e.fields["accuracy"]), float(e.fields["unhandled_share"]))
        for e in told.events
        if e.kind == "working-day"
    ]


def test_ideal_data_quality_is_the_curated_pilots_everywhere_without_decay_or_shocks() -> None:
    ideal = told_of(ai={"data_quality": {"ideal": True}}, integration={"systems": []})
    ai = ideal.plan.scenario.ai
    expected = ai.reference_accuracy.value * (1 - ai.data_quality_sensitivity.value * (1 - 0.9) * (1 - 0.7))
    assert {site for site, _, _ in days(ideal)} == {"north", "east", "south"}
    assert all(accuracy == pytest.approx(expected, abs=1e-12) for _, accuracy, _ in days(ideal))
    assert not ideal.weeks("upstream-change")
    usual = told_of(integration={"systems": []})
    assert usual.weeks("upstream-change")
    assert min(accuracy for _, accuracy, _ in days(usual)) < 0.8 * expected


def test_ideal_edge_cases_are_the_pilots_types_and_share_everywhere() -> None:
    ideal, usual = told_of(edge_cases={"ideal": True}), told_of()
    met = {told: {str(e.fields["family"]) for e in told.events if e.kind == "edge-case-met"} for told in (ideal, usual)}
    assert met[ideal] == {"organisation", "north"}
    assert met[usual] == {"organisation", "north", "east", "south", "spring"}
    shares = {site: [x for name, _, x in days(ideal) if name == site] for site in ("north", "east", "south")}
    last = {site: values[-1] for site, values in shares.items()}
    assert last["east"] == last["south"] == last["north"]
    assert max(shares["east"] + shares["south"]) <= max(shares["north"])
    by_day: dict[float, set[float]] = {}
    for event in ideal.events:
        if event.kind == "working-day":
            by_day.setdefault(event.time_hours, set()).add(float(event.fields["unhandled_share"]))
    assert all(len(values) == 1 for values in by_day.values())


def test_ideal_change_management_has_the_pilots_people_trained_everywhere() -> None:
    training = {"training": {"users_per_week": 1, "weeks_before_go_live": 0}}
    ideal, usual = (told_of(change_programme={**training, "ideal": x}) for x in (True, False))
    assert ideal.plan.scenario.change_programme.training is not None
    starters = [e.fields for e in ideal.events if e.kind == "started-using"]
    assert {str(fields["user"]).split("/")[1] for fields in starters} == {"volunteers"}
    assert {fields["trained"] for fields in starters} == {1}
    assert not ideal.weeks("trained")
    assert ideal.state.cells["users"].tolist() == [40, 0, 40, 0, 30, 0]
    starters = [e.fields for e in usual.events if e.kind == "started-using"]
    assert {str(fields["user"]).split("/")[1] for fields in starters} == {"volunteers", "sceptics"}
    assert {fields["trained"] for fields in starters} == {0, 1}


def test_newcomers_are_trained_too_where_change_management_is_ideal() -> None:
    ideal = told_of(change_programme={"ideal": True}, users={"turnover_per_year": 2, "learning_weeks": 8})
    assert len(ideal.weeks("replaced")) > 50
    assert {e.fields["trained"] for e in ideal.events if e.kind == "started-using"} == {1}


def test_ideal_integration_is_live_on_plan() -> None:
    ideal = told_of(integration={"ideal": True}, rollout={"go_live": "when_ready"})
    assert [ideal.go_live(site) for site in ("north", "east", "south")] == [8.0, 11.0, 16.0]
    assert ideal.sites["hand_carried_weeks"] == [0.0, 0.0, 0.0]
    assert ideal.measures["integrations_live_week"] == FUNDED_WEEK
    assert not ideal.weeks("stage-began")
    assert not [e for e in ideal.events if e.kind == "ticket-opened" and e.fields["ticket_kind"] == "hand-carried"]
    assert not [e for e in ideal.events if e.kind == "job-opened" and e.fields["job_class"] == "hand-carried"]
    assert ideal.weekly["integrations_live"].tolist() == [1.0] * 40


def test_ideal_support_answers_at_once_as_in_the_pilot() -> None:
    ideal = told_of(support={"ideal": True})
    assert ideal.measures["tickets_opened"] > 50
    assert ideal.measures["tickets_abandoned"] == 0
    assert ideal.measures["wait_hours_sum_tier3"] == 0.0
    assert ideal.measures["sla_met_share"] == 1.0
    assert ideal.measures["visits_tier1"] == ideal.measures["visits_tier2"] == 0
    assert not ideal.weeks("visit-started")
    assert not ideal.weeks("ticket-passed-on")
    for tier in ("tier1", "tier2"):  # the backlog of tier 3 is the team's other work
        assert (ideal.weekly[f"backlog_{tier}"] == 0).all()
    elapsed = [float(e.fields["elapsed_hours"]) for e in ideal.events if e.kind == "ticket-solved"]
    support = ideal.plan.scenario.support
    factor = ideal.plan.scenario.pilot.handling_factor.value  # the pilot's, for an expert's 90 minutes
    saved = 1 - support.documentation_quality.value * support.documentation_effect.value
    mean = 1.5 * factor * saved
    assert sum(elapsed) / len(elapsed) == pytest.approx(mean, rel=4 / len(elapsed) ** 0.5)


@pytest.mark.parametrize("killer", ["ai.data_quality", "edge_cases", "change_programme", "integration", "support"])
def test_switching_a_killer_off_leaves_the_pilots_dates_and_the_team(killer: str) -> None:
    usual = told_of()
    path = f"{killer}.ideal"
    ideal = Told(usual.plan.scenario.with_changes({path: True}))
    assert ideal.measures["funded_week"] == usual.measures["funded_week"]
    assert ideal.sites["go_live_week"] == usual.sites["go_live_week"]
    assert len(ideal.state.agents) == len(usual.state.agents)
    assert ideal.measures["events"] != usual.measures["events"]
