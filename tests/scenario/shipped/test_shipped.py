"""The shipped scenarios: sized like real programmes, honest about their numbers, and every mechanism at work."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from pathlib import Path

import pytest

from simulator import engine
from simulator.model.state.events import KINDS
from simulator.scenario import Scenario, estimate_work, load, shipped_names, shipped_path
from simulator.scenario.checks.inputs import numbers
from simulator.scenario.checks.ledger import assumptions
from simulator.scenario.checks.levers import lever_changes
from simulator.scenario.numbers.priors import prior
from simulator.scenario.numbers.quantity import Quantity
from simulator.scenario.text.writing import SCHEMA_LINE
from tests.scenario.shipped.library import CASES, OVERLAYS, TYPICAL, loaded

LINES = dict.fromkeys(CASES, (150, 220)) | {TYPICAL: (150, 470)} | dict.fromkeys(OVERLAYS, (12, 60))
MOST_EVENTS = 300_000

# Of what the typical programme holds of people, technique, systems and money, single numbers are allowed for what is
# decided (heads, dates, thresholds, mixes), for units of measure, and for the usual stages of a system.
BELIEFS = ("users.", "ai.", "edge_cases.", "seasons.", "outages.", "change_programme.", "integration.", "economics.")
DECIDED = re.compile(
    r"users\.(working_hours\..*|segments\..*\.share|trust\.success_weight)"
    r"|ai\.(capacity_tasks_per_hour|retraining\.(every_weeks|below_accuracy|qa_tasks|least_weeks_between))"
    r"|edge_cases\.(report_threshold|types_per_family)"
    r"|seasons\.summer\.edge_case_share"
    r"|change_programme\.(training\..*|champions\.per_100_users|campaign\.weeks)"
    r"|integration\.(reviewers|engineers|tail\.cap|systems\..*\.(start_week|rework|share))"
    r"|economics\.(discount_rate_per_year|licence_(renewal_weeks|reserve)|shared_people\.least_hours_per_week)"
)


@pytest.fixture(scope="module", params=[*CASES, TYPICAL, *OVERLAYS])
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return loaded(request.param)


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> Scenario:
    return loaded(request.param)


@pytest.fixture(scope="module", params=[*CASES, TYPICAL])
def story(request: pytest.FixtureRequest) -> Scenario:
    return loaded(request.param)


@pytest.fixture(scope="module")
def typical() -> Scenario:
    return loaded(TYPICAL)


def test_these_are_all() -> None:
    assert set(shipped_names()) == {*CASES, TYPICAL, *OVERLAYS}


@pytest.mark.parametrize("document", ["README.md", "docs/scenarios.md"])
def test_documents_list_all(repository: Path, document: str) -> None:
    text = (repository / document).read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    named = {name for row in rows for name in re.findall(r"`([a-z0-9-]+)`", row)}
    assert set(shipped_names()) <= named


def users(scenario: Scenario) -> float:
    return sum(site.users.mean for site in scenario.sites)


def test_size_of_a_real_programme(scenario: Scenario) -> None:
    assert users(scenario) >= 2000
    assert scenario.horizon_weeks >= 104
    for site in scenario.sites:
        tasks = site.tasks_per_user_week or scenario.users.tasks_per_user_week
        assert tasks.mean >= 5


def test_description_counts_the_users(story: Scenario) -> None:
    assert f"{users(story):,.0f} " in story.description


def offsets(scenario: Scenario) -> set[float]:
    return {site.utc_offset_hours for site in scenario.sites}


def test_description_counts_the_time_zones() -> None:
    words = {5: "five", 6: "six", 7: "seven", 8: "eight"}
    for name in ("manufacturing-12-plants", TYPICAL):
        scenario = load(name)
        assert f"{words[len(offsets(scenario))]} time zones" in scenario.description


def test_twelve_plants_and_the_pilot_has_the_best_data() -> None:
    scenario = load("manufacturing-12-plants")
    assert len(scenario.sites) == 12
    assert scenario.pilot is not None
    best = max(scenario.sites, key=lambda site: site.data_quality.mean)
    assert scenario.pilot.sites == (best.name,)
    assert len(offsets(scenario)) >= 4


def test_the_cases_are_companies_to_which_everything_can_happen(case: Scenario) -> None:
    assert case.rollout is not None
    assert case.rollout.sponsor is None
    assert case.rollout.funding_gate is None
    assert not case.rollout.gates
    assert case.integration.systems
    assert case.integration.hand_carried.extra_errors.mean > 0
    assert case.integration.tail.probability.mean > 0
    assert case.data_science_team.attrition_per_year.mean > 0
    assert case.users.turnover_per_year.mean > 0
    assert case.rollout.learning_rate.mean > 0
    assert None not in (case.outages, case.users.movers, case.users.habit, case.change_programme.load, case.ai.shocks)


def test_retail_renews_its_budget_and_the_plants_are_one_investment() -> None:
    retail, plants = loaded(CASES[0]).rollout, loaded(CASES[1]).rollout
    assert retail is not None
    assert plants is not None
    assert retail.budget is not None
    budget = retail.budget.document()
    assert {name: budget[name] for name in prior("rollout.budget")} == prior("rollout.budget")
    assert plants.budget is None


def test_the_typical_programme_is_an_ordinary_one(typical: Scenario) -> None:
    assert users(typical) >= 3000
    assert typical.horizon_weeks == 208
    assert len(typical.sites) == 12
    assert len(offsets(typical)) >= 4
    assert any(site.working_hours and site.working_hours.end_hour == 24 for site in typical.sites)
    assert len(typical.integration.systems) == 9
    assert any(system.after for system in typical.integration.systems)
    assert any(system.sites for system in typical.integration.systems)
    assert typical.integration.tail.probability.mean == pytest.approx(0.17, abs=0.02)
    assert typical.data_science_team.on_call_hours is None
    assert typical.support.planning == "from_pilot"
    assert typical.economics.currency == "EUR"


def test_the_typical_plan_goes_everywhere_within_a_year(typical: Scenario) -> None:
    pilot, rollout = typical.pilot, typical.rollout
    assert pilot is not None
    assert rollout is not None
    assert dict(pilot.segments.items()) == {"volunteers": 1.0}
    best = max(typical.sites, key=lambda site: site.data_quality.mean)
    assert pilot.sites == (best.name,)
    assert pilot.users_per_site.value <= best.users.value * dict(best.segments.items())["volunteers"]
    assert len(rollout.phases) == 4
    assert 36 <= max(phase.week.mean for phase in rollout.phases) <= 52
    assert rollout.go_live == "on_date"
    assert rollout.funding_gate is not None
    assert [gate.phase for gate in rollout.gates] == [phase.name for phase in rollout.phases[1:]]
    assert {criterion.measure for gate in rollout.gates for criterion in gate.criteria} == {"accuracy"}
    assert not any(gate.on_hold.rebaseline or gate.on_hold.remediate or gate.on_hold.restaff for gate in rollout.gates)
    assert min(system.start_week.mean for system in typical.integration.systems) == 0


def test_no_number_of_the_sponsor_says_when_the_typical_programme_is_shelved(typical: Scenario) -> None:
    """Six months after funding is what has to come out, so nothing about patience or dates may say 20-32 weeks."""
    assert typical.rollout is not None
    for path, value, *_ in numbers(typical):
        if path.startswith("rollout.") and path.endswith(("weeks", ".week")):
            levels = [value.low, value.mean, value.high] if isinstance(value, Quantity) else [value]
            levels += [float(x) for x in re.findall(r"[\d.]+", value.written)] if isinstance(value, Quantity) else []
            assert not [x for x in levels if 20 <= x <= 32], path


def test_first_line_names_the_schema(scenario: Scenario) -> None:
    path = shipped_path(scenario.name)
    assert path is not None
    text = path.read_text(encoding="utf-8")
    assert text.startswith(SCHEMA_LINE)
    least, most = LINES[scenario.name]
    assert least <= len(text.splitlines()) <= most


def test_every_number_has_a_listed_source_or_is_an_assumption(scenario: Scenario) -> None:
    entries = assumptions(scenario)
    sourced = [entry for entry in entries if not entry.assumption]
    assert len(sourced) >= 4
    of_priors = {entry.source for entry in assumptions(loaded(TYPICAL))}  # listed there, as the test of it asks
    for entry in sourced if scenario.name == TYPICAL else [entry for entry in sourced if entry.source not in of_priors]:
        assert entry.confidence in ("high", "medium", "low"), entry
        author = str(entry.source).split(" (")[0].split(",")[0]
        assert any(listed.startswith(author) for listed in scenario.sources), entry
    assert all(entry.confidence == "assumption" for entry in entries if entry.assumption)
    assert not [entry for entry in sourced if "essay" in str(entry.source)]


SWITCHED_OFF = {"economics.hypercare_cost_per_user_week"}
"""Numbers of a mechanism that is neutral where a scenario says nothing of it: no beliefs."""


def test_every_belief_of_the_typical_programme_has_a_source_or_a_range(typical: Scenario) -> None:
    bare = [
        path
        for path, value, note, *_ in numbers(typical)
        if path.startswith(BELIEFS)
        and not (isinstance(value, Quantity) and not value.certain)
        and note.source is None
        and not DECIDED.fullmatch(path)
    ]
    assert set(bare) <= SWITCHED_OFF


def test_assumptions_of_the_typical_programme_are_wide(typical: Scenario) -> None:
    for path, value, note, *_ in numbers(typical):
        if path.startswith(BELIEFS) and isinstance(value, Quantity) and not value.certain and note.source is None:
            low, high = value.distribution.quantile(0.1), value.distribution.quantile(0.9)
            widest = max(high / low, (1.0 - low) / (1.0 - high) if high < 1.0 else 0.0)
            assert widest >= 1.3, path


@pytest.mark.parametrize("name", [*CASES, TYPICAL, *(name for name in OVERLAYS if "levers" in OVERLAYS[name][1])])
def test_each_lever_can_be_moved_from_end_to_end(name: str) -> None:
    scenario = loaded(name)
    assert 8 <= len(scenario.levers) <= 14
    assert len({lever.label for lever in scenario.levers}) == len(scenario.levers)
    for lever in scenario.levers:
        ends = []
        for position in (lever.min, lever.max):
            changes = lever_changes(scenario, lever, position)
            assert changes, lever.path
            ends.append(scenario.with_changes(changes).resolved())
        assert ends[0] != ends[1], lever.path


def test_each_lever_moves_something(story: Scenario) -> None:
    scenario = story
    compiled = engine.get("compiled")
    runner = compiled.Engine(engine.build(scenario))
    funded = next(number for number in range(20) if runner.replicate(number, 1).measures["funded"])
    for lever in scenario.levers:
        ends = []
        for position in (lever.min, lever.max):
            changes = lever_changes(scenario, lever, position)
            plan = engine.build(scenario.with_changes(changes))
            ends.append(compiled.Engine(plan).replicate(funded, 1).measures)
        assert ends[0] != ends[1], lever.path


def test_each_kind_of_event_occurs_somewhere() -> None:
    optional = {"called-out", "team-moved-on", "sponsor-review"}  # options that no plan here takes
    missing = {kind.name for kind in KINDS} - optional
    for name, replications in ((CASES[0], 1), (CASES[1], 1), ("all-five-remedies", 12), (TYPICAL, 12)):
        plan = engine.build(load(name))
        for replication in range(replications):
            if missing:
                missing -= Counter(event.kind for event in engine.trace(plan, replication, 1)).keys()
    assert missing == set()


@pytest.mark.parametrize("name", [TYPICAL, "phased-24-months", "stress-ten-times-the-volume"])
def test_the_work_that_is_told_knows_of_programmes_that_end_early(name: str) -> None:
    scenario = load(name)
    run = engine.get("compiled").Engine(engine.build(scenario))
    events = [run.replicate(number, 1).events for number in range(24)]
    work = estimate_work(scenario, 1)
    assert 0.4 < work.likely * work.events / (sum(events) / len(events)) < 2.5


def test_the_pilot_flatters_and_nothing_is_certain(case: Scenario) -> None:
    run = engine.get("compiled").Engine(engine.build(case))
    replications = [run.replicate(number, 1) for number in range(40)]
    means = {
        name: statistics.fmean(float(r.measures[name]) for r in replications if r.measures[name] is not None)
        for name in (
            "success",
            "adoption_pilot",
            "adoption_final",
            "accuracy_gap",
            "resolution_pilot",
            "resolution_scaled",
            "users_lost",
            "tickets_abandoned",
            "edge_case_types_repaired",
            "events",
        )
    }
    assert 0 < means["success"] < 1
    assert means["adoption_final"] < means["adoption_pilot"]
    assert means["accuracy_gap"] > 0.1
    assert means["resolution_scaled"] < means["resolution_pilot"] - 0.1
    assert means["users_lost"] > 10
    assert means["tickets_abandoned"] > 100
    assert means["edge_case_types_repaired"] > 20  # of the retailer's, most are stopped within two years
    assert 100_000 < means["events"] < MOST_EVENTS
    assert 0.5 < estimate_work(case, 1).events / means["events"] < 2.0
