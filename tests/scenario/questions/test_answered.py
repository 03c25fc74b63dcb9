"""From answers to a scenario file that validates, and says of each number whose it is."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import simulator as sim
from simulator.scenario import Scenario, ScenarioError, load, still_priors
from simulator.scenario.numbers.priors import prior
from simulator.scenario.questions import QUESTIONS, answered, answers_file, blank_answers
from simulator.scenario.questions.places import Hours
from simulator.scenario.questions.plan import ASSUMED_SYSTEMS, flow, shifts_of
from simulator.scenario.text.reading import read_text

INSURER = Path(__file__).parent / "answers" / "insurer.yaml"
SHORTEST = {"sites": "home 300, far 500-800"}


def scenario_of(answers: dict[str, Any]) -> Scenario:
    return load(dict(read_text(answered("mine", answers), "mine").plain()))


def plain(value: Any) -> Any:
    """A frozen prior in the lists and mappings of a document, without its source."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items() if key not in ("source", "confidence")}
    return value


def test_the_insurer_says_what_it_said() -> None:
    scenario = scenario_of(dict(answers_file(INSURER).plain()))
    assert [site.name for site in scenario.sites][:3] == ["cologne", "hamburg", "munich"]
    assert sum(site.users.mean for site in scenario.sites) == 4500
    assert scenario.site("cologne").data_quality.value == 0.88
    assert scenario.site("bremen").data_quality.document() == {"p10": 0.4, "p50": 0.575, "p90": 0.75}
    assert {site.utc_offset_hours for site in scenario.sites} == {1}
    assert scenario.users.tasks_per_user_week.document() == {"p10": 18, "p50": 26.5, "p90": 35}
    pilot = scenario.pilot
    assert pilot is not None
    assert pilot.observed is not None
    assert (pilot.weeks, pilot.sites, pilot.users_per_site.value, dict(pilot.segments)) == (
        12, ("cologne",), 70, {"volunteers": 1},
    )  # fmt: skip
    assert pilot.observed.document() == {
        "accuracy": 0.91, "tasks": 400, "active_share": 0.82, "users": 70,
        "tickets_per_user_week": pytest.approx(28 / 460, abs=1e-5), "user_weeks": 460,
    }  # fmt: skip
    assert [(system.name, system.after) for system in scenario.integration.systems][2:] == [
        ("document-store", ("claims-core",)), ("fraud-scoring", ("claims-core",)),
    ]  # fmt: skip
    assert scenario.rollout is not None
    assert [(phase.week.value, len(phase.sites)) for phase in scenario.rollout.phases] == [(4, 2), (22, 3), (35, 4)]
    assert scenario.economics.licence_per_user_week.value == 6  # 26 a month
    assert scenario.economics.wage_per_hour.value == 45
    assert (scenario.support.planning, scenario.support.tiers.tier1.agents.value) == ("as_stated", 6)
    assert scenario.success.deadline_weeks.value == 78
    assert str(scenario.start_date) == "2026-06-01"


def test_whoever_knows_nothing_but_people_gets_priors_and_assumptions() -> None:
    text = answered("mine", SHORTEST)
    scenario = scenario_of(SHORTEST)
    assert scenario.site("home").data_quality.document() == plain(prior("sites.data_quality"))
    assert scenario.users.tasks_per_user_week.document() == plain(prior("users.tasks_per_user_week"))
    believed = plain(prior("economics.minutes_saved_per_correct_task"))
    assert plain(scenario.resolved()["economics"]["minutes_saved_per_correct_task"]) == believed
    assert [system.name for system in scenario.integration.systems] == [system.name for system in ASSUMED_SYSTEMS]
    assert scenario.support.planning == "from_pilot"
    assert text.count("# yours") == 2  # people of two sites
    assert {telling.path for telling in still_priors(scenario)} >= {
        "economics.wage_per_hour", "economics.minutes_saved_per_correct_task", "users.tasks_per_user_week",
        "sites.*.data_quality", "economics.platform_cost_per_week",
    }  # fmt: skip


@pytest.mark.parametrize("answers", [dict(answers_file(INSURER).plain()), SHORTEST])
def test_each_number_is_marked(answers: dict[str, Any]) -> None:
    text = answered("mine", answers).partition("levers:")[0]
    unmarked = [line for line in text.splitlines() if re.search(r"[:{] ?-?\d", line.split("#")[0]) and "#" not in line]
    allowed = ("criteria: [", "{name: before-wave-2", "share: ", "sustained_weeks: 8")  # parts of what is marked above
    assert [line for line in unmarked if not any(part in line for part in allowed)] == []
    marks = {re.split(r"[:;]", line.rpartition("# ")[2])[0] for line in text.splitlines()[8:] if "  # " in line}
    assert {"yours", "prior", "assumed"} <= marks


def minutes(**answers: Any) -> Any:
    found = scenario_of({**SHORTEST, **answers}).resolved()["economics"]["minutes_saved_per_correct_task"]
    return plain(found)


def test_minutes_saved() -> None:
    assert minutes(saved="3-10") == {"p10": 3, "p50": 6.5, "p90": 10}
    assert minutes(minutes=30) == {"p10": 3, "p50": 6, "p90": 12}  # a tenth to four tenths of what it takes
    assert minutes(cases=25) == {"p10": 5.5, "p50": 11, "p90": 17.6}  # as many hours a week as elsewhere
    assert minutes(cases=25, saved=4) == 4


@pytest.mark.parametrize(
    ("answers", "key", "words"),
    [
        ({"sites": "home 300", "plan": "1: hom"}, "plan", 'did you mean "home"'),
        ({"sites": "home 300", "saved": 40, "minutes": 30}, "saved", "40 minutes saved of a case that takes 30"),
        ({"sites": "home 300", "wage": "40 EUR", "licence": "30 USD"}, "licence", "one currency"),
        ({"sites": "home 300", "data": 88}, "data", "is 88% meant"),
        ({"sites": "home 300", "system": "erp"}, "system", 'did you mean "systems"'),
        ({"sites": "home 300, home 200"}, "sites", "twice"),
        ({}, "sites", "found no answer"),
        ({"sites": "home 300", "systems": "a after b, b after a"}, "systems", "integration.systems"),
        ({"sites": "home 3000000"}, "sites", "sites.home.users"),
        ({"sites": "home 300", "wage": {"p10": 3}}, "wage", "missing"),
        ({"sites": "home 300", "goal": "half"}, "goal", "50% within 18 months"),
        ({"sites": "home 300", "showed": "500 of 400 answers right"}, "showed", "no more than all"),
        ({"sites": "home 300", "pilot": "away, 3 weeks"}, "pilot", "which is no site"),
        ({"sites": "home 300", "hours": "mon-fri 8-18 utc+15"}, "hours", "UTC+14"),
        ({"sites": "home 300", "support": "two"}, "support", "6 and 3"),
    ],
)
def test_an_answer_that_cannot_be_used_is_told_at_its_question(answers: dict[str, Any], key: str, words: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        answered("mine", answers)
    assert [problem.path for problem in caught.value.problems] == [key] * len(caught.value.problems)
    assert words in str(caught.value)


def test_problems_name_the_place_in_the_file_of_answers(tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("sites: home 300\ncases: many\nwage: 5 cows\n")
    with pytest.raises(ScenarioError) as caught:
        answered("mine", answers_file(file))
    assert [(p.path, p.line) for p in caught.value.problems] == [("cases", 2), ("wage", 3)]
    assert all(problem.file == str(file) for problem in caught.value.problems)


@pytest.mark.parametrize("name", ["Über", "a/b", "x" * 65, ""])
def test_a_name_that_is_none(name: str) -> None:
    with pytest.raises(ScenarioError):
        answered(name, SHORTEST)


def test_the_examples_are_answers_that_go_together() -> None:
    text = blank_answers()
    examples = re.sub(r"^# (\w+: )", r"\1", text, flags=re.MULTILINE)
    given = dict(read_text(examples, "blank").plain())
    assert [*given] == [question.key for question in QUESTIONS]
    assert {key: given[key] for key in given} == {
        question.key: int(question.example) if question.example.isdigit() else question.example
        for question in QUESTIONS
    }
    scenario_of(given)


def test_a_blank_file_asks_for_the_one_answer_that_is_needed(tmp_path: Path) -> None:
    file = tmp_path / "blank.yaml"
    file.write_text(blank_answers())
    with pytest.raises(ScenarioError):
        answered("mine", answers_file(file))


@pytest.mark.parametrize(
    "hours", [Hours(start=s, end=e) for s, e in ((8, 18), (0, 24), (9, 17), (6, 22), (7, 8), (22, 6), (18, 4))]
)
def test_shifts_cover_the_hours(hours: Hours) -> None:
    shifts = shifts_of(hours)
    lasting = [(shift["start_hour"], (shift["end_hour"] - shift["start_hour"]) % 24 or 24) for shift in shifts]
    covered = {(start + hour) % 24 for start, length in lasting for hour in range(length)}
    length = (hours.end - hours.start) % 24 or 24
    assert covered == {(hours.start + hour) % 24 for hour in range(length)}
    assert sum(shift["share"] for shift in shifts) == pytest.approx(1)
    assert all(length <= 9 for _, length in lasting)


def test_text_that_would_mean_something_else_is_quoted() -> None:
    for text in ("no", "null", "007", "a: b", 'say "x"', "back\\slash", "x # y", "- x", ""):
        assert read_text(f"key: {flow(text)}", "").plain() == {"key": text}


WORDS = st.text(alphabet="abcdefghijklmnopqrstuvwxyz ÄÖü0123456789-,;:%.?#'\"{}[]&*!|>\n\t", max_size=30)
NUMBERS = st.one_of(st.integers(-5, 10**7), st.floats(allow_nan=False, allow_infinity=False))
ANYTHING = st.one_of(WORDS, NUMBERS, st.booleans(), st.none(), st.lists(st.one_of(WORDS, NUMBERS), max_size=4),
                     st.dictionaries(WORDS, st.one_of(WORDS, NUMBERS), max_size=3))  # fmt: skip


@given(answers=st.dictionaries(st.sampled_from([question.key for question in QUESTIONS]), ANYTHING))
@settings(max_examples=300, deadline=None)
def test_whatever_is_answered_ends_in_a_scenario_or_in_a_word_on_why_not(answers: dict[str, Any]) -> None:
    for sites in ({}, SHORTEST):
        with suppress(ScenarioError):
            text = answered("mine", {**answers, **sites})
            assert sim.load(dict(read_text(text, "").plain())).name == "mine"


EXAMPLES = st.fixed_dictionaries(
    {"sites": st.just("cologne 900, hamburg 600-700, munich 300")},
    optional={question.key: st.just(question.example) for question in QUESTIONS if question.key != "sites"},
)


@given(answers=EXAMPLES)
@settings(max_examples=60, deadline=None)
def test_any_of_the_examples_can_be_left_out(answers: dict[str, Any]) -> None:
    assert sim.load(dict(read_text(answered("mine", answers), "").plain())).hash
