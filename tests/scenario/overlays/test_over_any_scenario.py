"""The remedies and stresses by role: over the typical programme as they were by name, and over any other scenario."""

from __future__ import annotations

import pytest

from simulator import engine
from simulator.scenario import Scenario, ScenarioError, load
from tests.scenario.overlays.library import BASES, HERE, TEN, derived, done, laid, layers

NOTHING_TO_CHANGE = {
    "manufacturing-12-plants": {"explicit-gates"},
    "retail-chatbot": {"explicit-gates"},
    "retail-pilot-in-peak": {"explicit-gates"},
    "change-management": {"explicit-gates"},
    "support-from-pilot": {"explicit-gates"},
}
"""Overlays for which some scenarios have nothing."""


@pytest.mark.parametrize("name", TEN)
def test_over_the_typical_programme_a_role_is_who_was_named_before(name: str) -> None:
    by_role, by_name = load(name).resolved(), load(HERE / "by_name" / f"{name}.yaml").resolved()
    assert {key for key in by_role if by_role[key] != by_name[key]} == {"description"}


def files(name: str) -> set[str]:
    return {layer.file.stem for layer in layers(name) if layer.file is not None}


def check(base: str, name: str) -> Scenario | None:
    """The scenario under an overlay, or None where it is refused as it should be: in one line that says why."""
    over, warned = laid(base, name)
    assert len(warned) <= 1
    assert all("\n" not in told and "nothing to change at" in told for told in warned)
    refused = name in files(base) | NOTHING_TO_CHANGE.get(base, set())
    assert isinstance(over, ScenarioError) == refused, over
    if isinstance(over, Scenario):
        return over
    assert len(over.problems) == 1
    told = str(over)
    assert f"found overlay {name}, which changes nothing in {base}: " in told
    assert f"{base}.yaml:" in told
    assert ("part of the scenario already" in told) == (name in files(base))
    assert ("rollout.gates (role all)" in told) == (name not in files(base))
    return None


@pytest.mark.parametrize("base", BASES)
def test_all_ten_are_laid_over_it_and_run(base: str) -> None:
    compiled = engine.get("compiled")
    for name in TEN:
        over = check(base, name)
        if over is not None:
            measures = compiled.Engine(engine.build(over)).replicate(0, 1).measures
            assert measures["events"] > 0, name


@pytest.mark.parametrize("base", derived())
def test_all_ten_are_laid_over_what_changes_another(base: str) -> None:
    assert [name for name in TEN if check(base, name) is not None]


@pytest.mark.slow
@pytest.mark.parametrize("base", derived())
def test_all_ten_run_over_what_changes_another(base: str) -> None:
    compiled = engine.get("compiled")
    for name in TEN:
        over = check(base, name)
        if over is not None:
            assert compiled.Engine(engine.build(over)).replicate(0, 1).measures["events"] > 0


def test_remedies_of_the_insurer_are_those_of_its_own_organisation() -> None:
    pilot = done("insurer", "representative-pilot").pilot
    assert pilot is not None
    assert pilot.sites == ("cologne", "hanover", "bremen")  # the best data, middling ones, the worst
    assert (pilot.users_per_site.value, dict(pilot.segments)) == (
        23,
        {"volunteers": 0.1, "mainstream": 0.6, "sceptics": 0.3},
    )
    systems = done("insurer", "integration-day-one").integration.systems
    assert [(system.name, system.start_week.value) for system in systems] == [
        ("policy-admin", -12),
        ("claims-core", -20),  # the others wait for it
        ("document-store", -10),
        ("fraud-scoring", -8),
    ]
    supported = done("insurer", "support-early")
    tiers, training = supported.support.tiers, supported.change_programme.training
    assert (tiers.tier1.agents.value, tiers.tier2.agents.value) == (20, 12)  # 4.5 and 2.7 for each of 4.5 thousand
    assert training is not None
    assert (training.users_per_week.value, training.weeks_before_go_live.value) == (150, 12)
    for name, (gate,) in {
        name: rollout.gates
        for name in ("measure-what-matters", "explicit-gates")
        if (rollout := done("insurer", name).rollout)
    }.items():
        assert (gate.name, gate.phase) == ("before-wave-2", "wave-2")
        assert [(c.measure, c.at_least.value) for c in gate.criteria if c.at_least] == [
            ("accuracy", 0.8),
            ("active_share", 0.4),
        ]
        assert (gate.qa_tasks.value, gate.max_holds) == ((300, 2) if name == "measure-what-matters" else (200, 3))


def test_stresses_of_the_insurer_are_those_of_its_own_organisation() -> None:
    volume = done("insurer", "stress-ten-times-the-volume").users.tasks_per_user_week
    assert volume.document() == {"p10": 180, "p50": 250, "p90": 350}
    people = done("insurer", "stress-least-engaged-users")
    assert {s.name: s.share for s in people.users.segments} == {"volunteers": 0.02, "mainstream": 0.28, "sceptics": 0.7}
    assert (
        people.users.segments[0].onset_per_week.mean
        == load(HERE / "organisations" / "insurer.yaml").users.segments[0].onset_per_week.mean
    )  # of what the file leaves out, nothing but the share is changed
    assert dict(people.site("cologne").segments or {}) == {"volunteers": 0.1, "mainstream": 0.2, "sceptics": 0.7}
    assert people.site("bremen").segments is None
    moved = done("insurer", "stress-team-moves-on").data_science_team.moves_on
    assert moved is not None
    assert moved.week.value == 24  # four weeks after the second of three waves
    night = done("on-typical", "stress-nobody-at-2am")
    assert night.outages is not None
    assert night.outages.per_year.value == 9
    assert [shift.share for shift in night.support.tiers.tier1.shifts] == [1]  # there was no shift at night
    rollout = done("insurer", "stress-value-unseen").rollout
    assert rollout is not None
    assert rollout.sponsor is not None
    assert (rollout.gates[0].qa_tasks.value, rollout.gates[0].lag_weeks, rollout.sponsor.value_error.value) == (
        25,
        8,
        1,
    )
    assert rollout.budget is None
    assert rollout.funding_gate is None


def test_what_finds_nobody_is_told_in_one_line() -> None:
    _, warned = laid("insurer", "measure-what-matters")
    assert warned == ["measure-what-matters over insurer: nothing to change at rollout.funding_gate, rollout.budget"]
    _, warned = laid("retail-chatbot", "integration-day-one")
    assert warned == [
        "integration-day-one over retail-chatbot: nothing to change at integration.systems (role not-foundation)"
    ]
    assert laid("typical-programme", "support-early")[1] == []
    for name in ("explicit-gates", "integration-day-one", "stress-team-moves-on", "stress-value-unseen"):
        over, _ = laid("theory/m-m-c", name)  # neither pilot, phases nor systems
        assert isinstance(over, ScenarioError)
        assert len(over.problems) == 1
        assert f"{name}, which changes nothing in m-m-c: there is nothing to change at" in str(over)


def test_an_organisation_of_ones_own_takes_the_place_of_the_typical_one() -> None:
    scenario, typical = load(HERE / "organisations" / "insurer-on-typical.yaml"), load("typical-programme")
    assert len(scenario.sites) == 9
    assert [system.name for system in scenario.integration.systems][:2] == ["single-sign-on", "claims-core"]
    assert scenario.rollout is not None
    assert ([gate.name for gate in scenario.rollout.gates], len(scenario.rollout.phases)) == (["wave-1-works"], 4)
    assert scenario.users.segments == typical.users.segments
    assert scenario.integration.systems[3].start_week.value == 4
