"""What is believed where a file says nothing: held once, for whoever leaves it out, and ruled out by who says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import simulator as sim
from simulator.scenario import ScenarioError, load, template, uncertain_inputs
from simulator.scenario.numbers.forms import FORMS
from simulator.scenario.numbers.priors import prior, priors
from simulator.scenario.numbers.section import Section, Use

SHORT: dict[str, Any] = {
    "name": "short",
    "horizon_weeks": 104,
    "start_date": "2026-01-05",
    "sites": [{"name": "home", "users": 300}, {"name": "away", "users": 200}],
    "pilot": {"sites": ["home"]},
    "rollout": {"phases": [{"name": "all", "week": 4, "sites": ["home", "away"]}]},
}
"""As short as a file can be."""


def sections(of: type[Section] = Section) -> Iterator[type[Section]]:
    """Every kind of section."""
    for each in of.__subclasses__():
        yield each
        yield from sections(each)


def believed() -> dict[str, list[str]]:
    """Sections by the priors that their fields take."""
    found: dict[str, list[str]] = {}
    for section in sections():
        if section.__module__.startswith("simulator."):
            for name, field in section.model_fields.items():
                if any(isinstance(use, Use) and use.believed for use in field.metadata):
                    path = ".".join(filter(None, (section.beliefs, field.alias or name)))
                    found.setdefault(path, []).append(section.__name__)
    return found


def leaves(tree: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Numbers of the file of priors by path."""
    if isinstance(tree, dict) and not set(tree) & {"p10", "value", *FORMS}:
        for key, value in tree.items():
            yield from leaves(value, f"{at}.{key}" if at else key)
    elif isinstance(tree, tuple):
        for thing in tree:
            yield from leaves({k: v for k, v in thing.items() if k != "name"}, f"{at}.{thing['name']}")
    else:
        yield at, tree


def test_every_prior_is_taken_by_a_field() -> None:
    taken = believed()
    assert len(taken) > 110
    for path, _ in leaves(priors()):
        steps = path.split(".")
        assert any(".".join(steps[:k]) in taken for k in range(1, len(steps) + 1)), path


def test_a_prior_is_a_range_or_has_a_source() -> None:
    """But for thresholds and dates of the reference class that nobody draws."""
    certain = {
        path for path, value in leaves(priors())
        if not isinstance(value, dict) or ("value" in value and "source" not in value)
    }  # fmt: skip
    assert certain == {
        "ai.retraining.every_weeks", "ai.retraining.below_accuracy", "ai.retraining.least_weeks_between",
        "integration.tail.cap", "economics.licence_renewal_weeks", "rollout.budget.tranche_weeks",
        "rollout.budget.escalation_tranches", "seasons.year-end.start", "seasons.year-end.end",
        "seasons.summer.start", "seasons.summer.end", "support.late_hours",
        "support.levels.error.tier1", "support.levels.error.tier2", "support.levels.error.tier3",
        "support.levels.how-to.tier2", "support.levels.how-to.tier3",
        *(f"users.segments.{name}.share" for name in ("volunteers", "mainstream", "sceptics")),
    }  # fmt: skip


def test_what_a_file_leaves_out_is_what_the_reference_class_believes() -> None:
    left_out, reference = load(SHORT).resolved(), load("typical-programme").resolved()
    for name in ("edge_cases", "seasons", "outages"):
        assert left_out[name] == reference[name], name
    for section, names in {
        "users": ["segments", "movers", "habit", "trust", "notice_probability", "turnover_per_year", "lost_share"],
        "ai": ["reference_accuracy", "half_life_weeks", "shocks", "retraining", "remediation"],
        "integration": ["tail", "hand_carried"],
        "change_programme": ["load", "spoiling", "untrained_onset_factor"],
        "data_science_team": ["attrition_per_year", "notice_weeks", "hiring_weeks"],
        "rollout": ["budget", "learning_rate"],
        "economics": ["minutes_saved_per_correct_task", "wage_per_hour", "platform_cost_per_week", "cost_per_hour"],
    }.items():
        for name in names:
            assert left_out[section][name] == reference[section][name], f"{section}.{name}"
    assert left_out["users"]["habit"]["weeks"]["source"].startswith("Lally")


def test_the_reference_class_states_no_prior_again() -> None:
    """But for lists of names, that who extends it may want to change one of."""
    path = Path(sim.__file__).parents[1] / "scenarios" / "typical-programme.yaml"
    stated: Any = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    stated["support"] |= stated["support"]["tiers"]
    del stated["users"]["segments"], stated["seasons"], stated["sites"]
    for at, _ in leaves(priors()):
        found: Any = stated
        for step in at.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        assert found is None, at


@pytest.mark.parametrize("name", ["manufacturing-12-plants", "retail-chatbot"])
def test_the_cases_state_what_differs_from_the_priors_alone(name: str) -> None:
    """They extended the neutral base of theory, and repeated what is believed of anybody."""
    path = Path(sim.__file__).parents[1] / "scenarios" / f"{name}.yaml"
    stated: Any = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    assert "extends" not in stated
    stated["support"] |= stated["support"]["tiers"]
    for at, believed_value in leaves(priors()):
        found: Any = stated
        for step in at.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        assert found is None or found != believed_value, at


def test_a_part_of_a_section_leaves_the_rest_of_it_to_the_priors() -> None:
    scenario = load({**SHORT, "outages": {"per_year": 1}, "users": {"habit": {"weeks": 2}}})
    assert scenario.outages is not None
    assert scenario.users.habit is not None
    assert scenario.outages.per_year.value == 1
    assert scenario.outages.document()["repair_hours"] == prior("outages.repair_hours")
    assert scenario.users.habit.document()["protection"] == prior("users.habit.protection")


@pytest.mark.parametrize("family", ["organisation", "site"])
def test_a_family_of_edge_cases_with_a_share_of_its_own_keeps_what_is_believed_of_it(family: str) -> None:
    """That of a site took what is believed of the organisation's."""
    found: Any = load({**SHORT, "edge_cases": {family: {"share": 0.2}}}).resolved()["edge_cases"][family]
    assert {**found, "share": None} == {**prior(f"edge_cases.{family}"), "share": None}


@pytest.mark.parametrize(
    "path", ["outages", "users.movers", "users.habit", "ai.shocks", "ai.retraining", "change_programme.load",
             "edge_cases.site", "rollout.budget"]
)  # fmt: skip
def test_null_rules_it_out(path: str) -> None:
    found: Any = load(SHORT).with_changes({path: None})
    for step in path.split("."):
        found = getattr(found, step)
    assert found is None


def test_nobody_is_told_off_for_what_a_file_leaves_out() -> None:
    """A default gives way to what stands beside it; where it cannot, the message speaks of what is missing."""
    scenario = load({**SHORT, "pilot": {"sites": ["home"], "weeks": {"value": 4, "source": "the plan"}}})
    assert scenario.pilot is not None
    assert scenario.pilot.measure_weeks == 4
    without = load({**SHORT, "edge_cases": {"season": None}})
    assert [season.name for season in without.seasons] == ["year-end", "summer"]
    assert [season.edge_case_share.mean for season in without.seasons] == [0, 0]
    assert without.seasons[0].volume == load(SHORT).seasons[0].volume
    peak = {"name": "peak", "start": "11-01", "end": "12-24", "edge_case_share": 0.1}
    with pytest.raises(ScenarioError, match=r"seasons\.peak\.edge_case_share: found 0\.1 without edge_cases"):
        load({**SHORT, "edge_cases": {"season": None}, "seasons": [peak]})
    clerks = {"users": {"segments": [{"name": "clerks", "share": 1}]}}
    with pytest.raises(ScenarioError, match=r"pilot\.segments: missing; needed: who is invited, .* a mix of clerks"):
        load({**SHORT, **clerks})
    assert load({**SHORT, **clerks, "pilot": {"sites": ["home"], "segments": {"clerks": 1}}}).pilot is not None


def renewed(document: dict[str, Any]) -> bool:
    """Whether somebody renews budgets."""
    rollout = load(document).rollout
    assert rollout is not None
    return rollout.budget is not None


def test_nobody_renews_budgets_where_a_sponsor_pays_or_nothing_is_funded() -> None:
    rollout = SHORT["rollout"]
    assert renewed(SHORT)
    assert not renewed({**SHORT, "rollout": {**rollout, "sponsor": {}}})
    assert renewed({**SHORT, "rollout": {**rollout, "sponsor": None}})
    there = {**SHORT, "pilot": None, "users": {"initially_active": True}}
    assert not renewed(there)
    with pytest.raises(ScenarioError, match="found budget beside"):
        load({**there, "rollout": {**rollout, "budget": {}}})


def test_a_neutral_file_is_certain() -> None:
    """All but the times that are drawn at each use."""
    sites = [{"name": "home", "users": 300, "data_quality": 0.9}]
    segment = {"name": "all", "share": 1, "initial_trust": 0.5, "onset_per_week": 1, "reversion": 0}
    users = {"initially_active": True, "segments": [segment]}
    told = {**SHORT, "extends": "bases/neutral", "sites": sites, "pilot": None, "rollout": None, "users": users}
    assert uncertain_inputs(load(told)) == []
    assert len(uncertain_inputs(load(SHORT))) > 90


def test_a_new_file_is_credible_as_it_is(tmp_path: Path) -> None:
    """It was not: nobody succeeded, adoption came to 4% at its best, and pilots were unlike any that is known."""
    mine = tmp_path / "mine.yaml"
    mine.write_text(template("mine"), encoding="utf-8")
    result = sim.run(sim.load(mine), replications=120, seed=1, progress=False)
    assert 0.05 < float(result.success_probability) < 0.4
    assert 0.68 < result.replications["adoption_pilot"].mean() < 0.9
    assert 0.8 < result.replications["accuracy_pilot"].mean() < 0.95
    assert 0.2 < result.replications["adoption_peak"].mean() < 0.6
