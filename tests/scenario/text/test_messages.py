"""Messages are short, whatever is wrong, and hold nothing that does not show or steers a terminal."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.cli.entry import execute
from simulator.scenario import Problem, ScenarioError, load, load_suite
from simulator.scenario.assignments import read_changes
from simulator.scenario.text.problems import nearest
from tests.scenario.conftest import MINIMAL

STEERING = "a\x1b[31mb\x07\x9b\u202ec\u2066\u2028\u2029\x85\u200b\u00a0\ufeff\udc80\n\r\td"
LONG = "x" * 1_000_000


def refusal(call: Callable[[], Any]) -> str:
    """The text of the error, which is short and visible."""
    with pytest.raises(ScenarioError) as raised:
        call()
    text = str(raised.value)
    assert len(text.encode()) <= 20_000
    lines = text.split("\n")
    assert len(lines) <= 101
    assert all(line.isprintable() for line in lines)
    return text


def test_a_hundred_problems_then_a_count() -> None:
    problems = [Problem(f"a.{i}", "found 1", "allowed: 2") for i in range(1234)]
    lines = str(ScenarioError(problems)).split("\n")
    assert lines[:100] == [str(problem) for problem in problems[:100]]
    assert lines[100:] == ["... and 1,134 more problems"]
    assert str(ScenarioError(problems[:101])).endswith("\n... and 1 more problem")
    assert len(str(ScenarioError(problems[:100])).split("\n")) == 100
    assert ScenarioError(problems).problems == problems
    assert str(pickle.loads(pickle.dumps(ScenarioError(problems)))) == str(ScenarioError(problems))


def test_at_most_twenty_thousand_bytes_then_a_count() -> None:
    for letter in ("x", "\u4e2d", "\U0001f600", "\u202e", "\udc80"):
        problem = Problem(letter * 5000, letter * 5000, letter * 5000, letter * 5000, letter * 5000, 1, 1)
        text = str(ScenarioError([problem] * 300))
        assert 5_000 < len(text.encode()) <= 20_000
        told = len(text.split("\n")) - 1
        assert 1 <= told < 100
        assert text.endswith(f"\n... and {300 - told} more problems")


def test_every_part_of_a_problem_is_escaped() -> None:
    problem = Problem(STEERING, STEERING, STEERING, STEERING, STEERING, 1, 1)
    assert str(problem).isprintable()
    assert problem.message.isprintable()
    assert str(problem).count(r"a\x1b[31mb\x07\x9b\u202ec\u2066\u2028\u2029\x85\u200b\xa0\ufeff\x80\n\r\td") == 5


@pytest.mark.parametrize("odd", ["\x1b[31m", "\u202e", "\u2028", "\x9b", "\u00a0", "\n", "\udc80"])
def test_what_a_user_hands_over_is_escaped(odd: str, minimal: dict[str, Any], tmp_path: Path) -> None:
    assert "\\" in refusal(lambda: load(f"fi{odd}le"))
    assert "\\" in refusal(lambda: load("retail-chatbot", [f"over{odd}lay"]))
    assert "\\" in refusal(lambda: load_suite(f"sui{odd}te"))
    assert "\\" in refusal(lambda: load(minimal | {f"ke{odd}y": 1}))
    refusal(lambda: load(minimal | {"name": f"na{odd}me"}))
    refusal(lambda: load(minimal | {"extends": f"ba{odd}se"}))
    refusal(lambda: load(minimal | {"sites": [{"name": "a", "users": f"ma{odd}ny"}]}))
    refusal(lambda: load_suite({"name": "s", "scenarios": [f"on{odd}e"]}))
    refusal(lambda: read_changes([f"no{odd}thing"]))
    refusal(lambda: load("retail-chatbot").with_changes({f"use{odd}rs.x": 1}))
    refusal(lambda: load("retail-chatbot").with_changes(read_changes([f"users.learning_weeks=a{odd}b: c"])))
    refusal(lambda: load("retail-chatbot").with_changes({"levers": [{"path": f"us{odd}ers"}]}))


@pytest.mark.parametrize(
    "change",
    [
        {"name": LONG},
        {"extends": LONG},
        {LONG: 1},
        {LONG: LONG, "start_date": LONG},
        {"pilot": {"sites": [LONG] * 200}},
        {"pilot": {"sites": [f"{LONG}-{i}" for i in range(12)]}},
        {"users": {f"{i}" * 5000: 1 for i in range(300)}},
        {"ai": {"accuracy_floor": {LONG: 1, "source": LONG, "confidence": LONG}}},
        {"users": {"tasks_per_user_week": {"empirical": ["x"] * 9_000}}},
        {"users": {"tasks_per_user_week": 10**5000}},
        {"correlations": [{"inputs": [LONG[:200]] * 300, "rank_correlation": 0.1}]},
        {"success": {"criteria": [{"measure": LONG, "at_least": 1}] * 300}},
        {"sites": [{"name": "a" * 60 + f"-{i}", "users": 1} for i in range(900)]},
        {"levers": [{"path": "a" * 200, "label": "a", "min": 0, "max": 1, "step": 1}] * 100},
    ],
    ids=range(14),
)
def test_messages_are_short_whatever_is_wrong(change: dict[str, Any], minimal: dict[str, Any]) -> None:
    refusal(lambda: load(minimal | change))


def test_messages_of_files_suites_and_changes_are_short(write: Callable[..., Path]) -> None:
    refusal(lambda: load(write(MINIMAL.replace("demo", LONG[:900_000]))))
    refusal(lambda: load(write(f"name: demo\n? [{LONG[:900_000]}]\n: 3\n")))
    refusal(lambda: load(write(MINIMAL + "".join(f"k{i}: 1\n" for i in range(4000)))))
    refusal(lambda: load(write(MINIMAL + "name: again\n" * 2000)))
    refusal(lambda: load(LONG))
    refusal(lambda: load_suite({"name": "s", "scenarios": [f"{LONG}-{i}" for i in range(400)]}))
    refusal(lambda: load_suite({"name": "s", "measures": [f"{LONG[:5000]}-{i}" for i in range(400)]}))
    refusal(lambda: read_changes([LONG] * 200))
    refusal(lambda: read_changes([f"{LONG}=1", f"{LONG}=1", f"a={LONG}: {LONG}"]))


def test_a_name_that_is_no_text_is_told_alone(write: Callable[..., Path]) -> None:
    """What is laid over nothing would be missing much else."""
    text = "name: over\nextends: retail-chatbot\nsites:\n"
    text += "  - {name: contact-centre, data_quality: 0.8}\n  - {name: 12, users: 5}\n"
    told = refusal(lambda: load(write(text)))
    assert told.count("\n") == 0
    assert 'sites.1.name: found number 12; allowed: a name of a-z, 0-9 and hyphens, in quotes: "12"' in told


def test_commands_escape_what_they_print(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fine = tmp_path / "fi\x1b[31mne.yaml"
    fine.write_text(MINIMAL)
    suite = tmp_path / "sui\u202ete.yaml"
    suite.write_text("name: s\nscenarios: [retail-chatbot]\n")
    assert execute(["validate", str(fine)]) == 0
    assert execute(["validate", str(tmp_path / "no\x1b[31mne.yaml")]) == 2
    assert execute(["validate", str(suite), "--overlay", "support-early"]) == 2
    assert execute(["run", str(fine), "--replications", "1", "--out", "/dev/null/\x1b[31m"]) == 2
    streams = capsys.readouterr()
    assert all(one.isprintable() or one == "\n" for one in streams.out + streams.err)
    assert r"fi\x1b[31mne.yaml: fine" in streams.out


@pytest.mark.parametrize(
    "odd", [float("nan"), float("inf"), 10**400, 10**5000, (x for x in "ab"), object(), {1: 2}], ids=range(7)
)
def test_what_only_python_can_hand_over(odd: Any, minimal: dict[str, Any]) -> None:
    scenario = load(minimal)
    for call in (
        lambda: load(minimal | {"ai": {"accuracy_floor": odd}}),
        lambda: load(minimal | {"description": odd}),
        lambda: scenario.with_changes({"ai.accuracy_floor": odd}),
        lambda: scenario.with_changes({"users": {"learning_weeks": [odd]}}),
        lambda: scenario.with_changes({odd: 1} if odd.__hash__ else odd),  # type: ignore[dict-item]
        lambda: load_suite({"name": "s", "sweeps": [{"scenario": "retail-chatbot", "grid": {"horizon_weeks": [odd]}}]}),
        lambda: load_suite(
            {"name": "s", "sweeps": [{"scenario": "retail-chatbot", "grid": {"a": {"from": 0, "to": odd, "step": 1}}}]}
        ),
        lambda: load_suite({"name": "s", "scenarios": [odd]}),
    ):
        assert "found" in refusal(call)


def test_counts_of_any_size_are_told() -> None:
    grid = {f"users.x{i}": [1, 2, 3, 4] for i in range(9000)}
    told = refusal(lambda: load_suite({"name": "s", "sweeps": [{"scenario": "retail-chatbot", "grid": grid}]}))
    assert "found more than 1,000,000 scenarios in all; allowed: at most 500" in told
    steps = {"from": 0, "to": 1, "step": 1e-300}
    told = refusal(lambda: load_suite({"name": "s", "sweeps": [{"scenario": "retail-chatbot", "grid": {"a": steps}}]}))
    assert "found more than 1,000,000 values; allowed: at most 500" in told


def test_a_suite_is_no_scenario(write: Callable[..., Path]) -> None:
    assert "found a suite of scenarios" in refusal(lambda: load(write("name: x\nextends: suites/remedies\n")))
    assert "found a suite of scenarios" in refusal(lambda: load_suite({"name": "s", "scenarios": ["suites/remedies"]}))


def test_changes_leave_what_they_were_given_alone(minimal: dict[str, Any]) -> None:
    site = {"name": "plant-1", "users": 5}
    changed = load(minimal).with_changes({"sites": [site, {"name": "plant-2", "users": 7}], "sites.plant-1.users": 6})
    assert changed.site("plant-1").users.value == 6
    assert site == {"name": "plant-1", "users": 5}


def test_the_nearest_of_many_names_is_found() -> None:
    known = [f"site-{i:03d}" for i in range(1000)]
    for mistaken, meant in (("site_500", "site-500"), ("sit-123", "site-123"), ("ite-345", "site-345"), ("xyz", None)):
        assert nearest(mistaken, known) == meant


def test_what_a_change_puts_there_is_checked_before_another_leads_into_it(minimal: dict[str, Any]) -> None:
    scenario = load(minimal)
    for odd in ({1: 2}, {None: {}}, [{"name": "a", 3: 4}]):
        told = refusal(lambda odd=odd: scenario.with_changes({"users": odd, "users.learning_weeks": 3}))
        assert "as a key; allowed: keys that are text" in told
