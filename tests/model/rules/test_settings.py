"""Every number of a scenario has one name in the model: its path in the scenario file."""

from __future__ import annotations

import math
from typing import Any, ClassVar, get_args, get_origin

import numpy as np
import pytest
from pydantic import Field

from simulator import engine
from simulator.model.measures.measures import measure
from simulator.model.plan.start import begin
from simulator.model.programme.gates import reading
from simulator.model.programme.programme import turn
from simulator.model.state.events import CALLED_OUT
from simulator.model.state.memory import Arrays
from simulator.model.state.records import ACTS, SETTINGS, SETTINGS_OF
from simulator.model.state.settings import settings_of
from simulator.model.state.state import State
from simulator.model.state.states import CLASS_REPAIR, NO_TEAM
from simulator.model.support.data_science import job_done
from simulator.scenario import Scenario
from simulator.scenario.numbers.number_kinds import HoursEachTime, Share, WholeWeeks
from simulator.scenario.numbers.section import Section, Use, needed, stated
from simulator.scenario.sections.ai import Season, TaskFamily
from simulator.scenario.sections.integration import Stage, System
from simulator.scenario.sections.people import Segment, Site
from simulator.scenario.sections.rollout import Gate, GateCriterion
from simulator.scenario.sections.support import Hiring, Levels, StaffedTier, Support, TierShares
from simulator.scenario.text.tree import from_python
from simulator.scenario.vocabulary import TICKET_KINDS, TIERS
from simulator.streams.jit import rule
from tests.model.small import small

LISTS = {
    "description", "sources", "start_date", "sites", "seasons", "correlations", "levers", "name",  # of the scenario
    "pilot.sites", "pilot.segments", "users.segments", "integration.systems", "data_science_team.shifts",
    "rollout.phases", "rollout.gates", "economics.currency", "success.criteria",
}  # fmt: skip
"""Texts, dates and lists, which are no numbers."""


def fields(section: type[Section], above: str = "") -> dict[str, Use]:
    """Every field of a section and of those within it that is not a section itself, by path."""
    found: dict[str, Use] = {}
    for name, field in section.model_fields.items():
        path = f"{above}{field.alias or name}"
        use = next((mark for mark in field.metadata if isinstance(mark, Use)), Use())
        kinds = [field.annotation, *(get_args(field.annotation) if get_origin(field.annotation) is not tuple else ())]
        sections = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Section)]
        if not sections or use.elsewhere or sections[0].vector:
            found[path] = use
        else:
            found |= fields(sections[0], f"{path}.")
    return found


def test_every_number_is_in_the_settings_or_says_where_else_it_is() -> None:
    everywhere = fields(Scenario)
    names = set(SETTINGS.names or ())
    missing = {path for path, use in everywhere.items() if path not in names and use.elsewhere is None}
    assert missing == LISTS
    assert {path for path, use in everywhere.items() if use.elsewhere is not None} == {
        "horizon_weeks", "pilot.users_per_site", "pilot.observed", "users.tasks_per_user_week", "users.working_hours",
        "edge_cases.organisation", "edge_cases.site", "edge_cases.season", "support.tiers",
        "data_science_team.members", "data_science_team.dedicated", "data_science_team.hiring_weeks",
        "data_science_team.ramp_up_weeks", "data_science_team.starting_productivity", "rollout.funding_gate",
        "success.sustained_weeks", "success.deadline_weeks", "success.measure_window",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("array", "section", "lists", "elsewhere"),
    [
        ("sites", Site, "name segments", "working_hours"),
        ("cells", Segment, "name", "share"),
        ("families", TaskFamily, "", ""),
        ("seasons", Season, "name start end", "edge_case_share"),
        ("tiers", StaffedTier, "shifts hiring", "agents utc_offset_hours"),
        ("hires", Hiring, "", ""),
        ("systems", System, "name sites after stages", ""),
        ("stages", Stage, "name after", ""),
        ("gates", Gate, "name criteria phase", ""),
        ("criteria", GateCriterion, "", ""),
    ],
)
def test_so_are_the_numbers_of_what_there_are_several_of(
    array: str, section: type[Section], lists: str, elsewhere: str
) -> None:
    found = fields(section)
    names = set(State.FIELDS[array][0].names)
    assert {path for path, use in found.items() if use.elsewhere is not None} == set(elsewhere.split())
    missing = {path for path, use in found.items() if use.elsewhere is None and path not in SETTINGS_OF[array]}
    assert missing == set(lists.split())
    assert set(SETTINGS_OF[array]) <= names


def test_numbers_stand_under_their_path_as_they_were_written() -> None:
    scenario = small(
        ai={"half_life_weeks": None, "retraining": None, "remediation": {"weeks_before_go_live": None}},
        support={"triage_skill": 0.625, "levels": {"how-to": {"tier1": 0.5, "tier2": 0.25, "tier3": 0.25}}},
        data_science_team={"notice_weeks": 3},
        rollout={"go_live": "when_ready"},
        economics={"cost_per_hour": {"tier1": 1, "tier2": 2, "tier3": 3}},
        outages=None,
    )
    settings = begin(engine.build(scenario), 0, 1)[0].settings[0]
    assert settings["support.triage_skill"] == 0.625
    assert settings["data_science_team.notice_weeks"] == 3
    assert settings["support.levels"][TICKET_KINDS.index("how-to")].tolist() == [0.5, 0.25, 0.25]
    assert settings["economics.cost_per_hour"].tolist() == [1, 2, 3]
    assert settings["rollout.go_live"] == 1
    assert settings["ai.half_life_weeks"] == math.inf
    assert (settings["ai.retraining"], settings["ai.retraining.every_weeks"]) == (0, 0)
    assert settings["ai.retraining.effort_hours"] == -1
    assert (settings["ai.remediation"], settings["ai.remediation.weeks_before_go_live"]) == (1, -1)
    assert (settings["outages"], settings["outages.trust_weight"]) == (0, 1)


def test_an_uncertain_number_is_drawn_into_its_place_in_a_vector() -> None:
    uniform = {"uniform": {"min": 20, "max": 30}}
    plan = engine.build(small(economics={"cost_per_hour": {"tier2": uniform}}))
    state, inputs = begin(plan, 0, 1)
    assert plan.inputs == ["economics.cost_per_hour.tier2"]
    assert state.settings["economics.cost_per_hour"][0, TIERS.index("tier2")] == inputs[0]


def test_what_is_switched_off_does_not_count() -> None:
    shocks = {"per_site_year": 9}
    ideal = small(ai={"data_quality": {"ideal": True}, "half_life_weeks": 5, "shocks": shocks})
    settings = begin(engine.build(ideal), 0, 1)[0].settings[0]
    assert (settings["ai.shocks"], settings["ai.shocks.per_site_year"]) == (0, 0)
    assert settings["ai.half_life_weeks"] == math.inf


def test_lists_of_names_and_vectors_of_the_model_are_the_same() -> None:
    assert [field.alias or name for name, field in Levels.model_fields.items()] == list(TICKET_KINDS)
    assert list(TierShares.model_fields) == list(TIERS)
    assert next(setting for setting in settings_of(Stage) if setting.path == "team").use.absent == NO_TEAM


# ---- a field that is added


class MoreSupport(Support):
    """Support with another number, which nobody else knows of."""

    new_share: Share = stated(0.25, "A share.", acts="start")
    new_weeks: WholeWeeks | None = stated(None, "A number of weeks.", absent=7.0)
    new_hours: HoursEachTime = stated(2, "Drawn each time.")


class MoreScenario(Scenario):
    """A scenario with it."""

    support: MoreSupport = Field(default_factory=MoreSupport)
    extra: TierShares | None = stated(None, "A section that may be missing.", absent=0.5)


ADDED = np.dtype([*((x.path, x.format, x.shape) for x in settings_of(MoreScenario)), ("pilot_site", "i8")], align=True)


class MoreState(Arrays):
    """A state that holds its settings."""

    FIELDS: ClassVar = {"settings": (ADDED, 1)}


@rule
def read_what_is_new(state: Any) -> float:
    """A rule that reads new fields by their paths."""
    settings = state.settings[0]
    return float(settings["support.new_share"] * settings["support.new_weeks"] + settings["extra"][1])


def test_a_field_that_is_added_to_a_section_reaches_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.model.state.records.SETTINGS", ADDED)
    monkeypatch.setitem(SETTINGS_OF, "settings", {x.path: x for x in settings_of(MoreScenario)})
    given = small().resolved()
    given["support"]["new_share"] = {"uniform": {"min": 0.25, "max": 0.5}}
    extra = {"tier1": 0.25, "tier2": 0.75, "tier3": 0}
    plan = engine.build(MoreScenario.from_tree(from_python(given | {"extra": extra})))
    assert plan.inputs == ["support.new_share"]
    records, draws = plan.records, plan.draw_inputs(0, 1)
    assert records["settings"]["support.new_hours"][0] >= 0
    (slot,) = plan.slots
    records[slot.array][slot.field][slot.index] = draws[slot.input]
    assert read_what_is_new(MoreState(settings=records["settings"])) == draws[0] * 7 + 0.75


# ---- kinds that no rule knows


def test_a_kind_that_is_forgotten_is_noticed() -> None:
    plan = engine.build(small())
    state, inputs = begin(plan, 0, 1)
    state.world["week"] = 5
    gate = state.gates[0]
    assert math.isnan(reading(state, gate, 99, 0.5, 0.5))
    assert state.world["unknown"][0] == 1
    turn(state, CALLED_OUT, 0, 0.0)  # which engines see to
    state.jobs["job_class"][0] = CLASS_REPAIR + 1
    job_done(state, 0, 0.0)
    assert state.world["unknown"][0] == 3
    with pytest.raises(RuntimeError, match="3 events or jobs of a kind that no rule knows"):
        measure(plan, state, inputs, 0, 1)


def test_liveness_is_declared_at_fields() -> None:
    assert ACTS["settings"]["rollout.funding_delay_weeks"] == "until_decided"
    assert ACTS["sites"]["data_quality"] == "always"
    assert ACTS["sites"]["phase.week"] == "until_funded"
    assert ACTS["families"]["discount"] == "start"
    assert ACTS["families"]["tail"] == "follows"
    assert "live_at" not in ACTS["sites"]


def test_a_declaration_leaves_the_field_as_it_was() -> None:
    field = needed("A number.", acts="start", absent=2.0, elsewhere="measures")
    assert field.metadata == [Use("start", 2.0, "", "measures")]
    assert field.json_schema_extra is None
