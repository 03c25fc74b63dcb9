"""`scaleup new`: asking at a terminal, from a file of answers, and the questions alone."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

import simulator as sim
from simulator.scenario.questions import QUESTIONS

Scaleup = Callable[..., tuple[int, str, str]]
INSURER = Path(__file__).resolve().parents[1] / "scenario" / "questions" / "answers" / "insurer.yaml"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have lines typed at the terminal."""

    def type_(*lines: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return type_


def test_asked_at_a_terminal(scaleup: Scaleup, typed: Callable[..., None], tmp_path: Path) -> None:
    typed("Sorts mail", "home 300, far 500-800", "far 60%", *[""] * (len(QUESTIONS) - 3))
    code, out, err = scaleup("new", tmp_path / "my_plan.yaml", "--ask")
    assert (code, err) == (0, "")
    assert all(question.words in out and question.example in out for question in QUESTIONS)
    scenario = sim.load(tmp_path / "my_plan.yaml")
    assert (scenario.name, scenario.description) == ("my-plan", "Sorts mail")
    assert scenario.site("far").data_quality.value == 0.6


def test_what_cannot_be_read_is_asked_again(scaleup: Scaleup, typed: Callable[..., None], tmp_path: Path) -> None:
    typed("", "", "home", "home 300", "88", "88%", *[""] * (len(QUESTIONS) - 3))
    code, out, _ = scaleup("new", tmp_path / "plan.yaml", "--ask")
    assert code == 0
    assert "found no answer" in out
    assert "is 88% meant?" in out
    assert sim.load(tmp_path / "plan.yaml").site("home").data_quality.value == 0.88


def test_answers_that_contradict_each_other_are_asked_again(
    scaleup: Scaleup, typed: Callable[..., None], tmp_path: Path
) -> None:
    answers = {question.key: "" for question in QUESTIONS} | {"sites": "home 300", "minutes": "10", "saved": "20"}
    typed(*answers.values(), "5")
    code, out, _ = scaleup("new", tmp_path / "plan.yaml", "--ask")
    assert code == 0
    assert "20 minutes saved of a case that takes 10" in out
    assert sim.load(tmp_path / "plan.yaml").economics.minutes_saved_per_correct_task.value == 5


def test_input_that_ends_before_the_questions_leaves_nothing(
    scaleup: Scaleup, typed: Callable[..., None], tmp_path: Path
) -> None:
    typed("Sorts mail", "home 300")
    code, _, err = scaleup("new", tmp_path / "plan.yaml", "--ask")
    assert code == 2
    assert "the answers end before: How much of the data" in err
    assert not (tmp_path / "plan.yaml").exists()


def test_from_a_file_of_answers_to_a_validated_plan(scaleup: Scaleup, tmp_path: Path) -> None:
    plan = tmp_path / "claims.yaml"
    assert scaleup("new", plan, "--answers", INSURER)[0] == 0
    code, out, _ = scaleup("validate", plan)
    assert code == 0
    assert "9 sites, 4,500 users" in out
    assert "of the 16 kinds of numbers that move the answer most, 5 are its own" in out
    assert "platform" in out.partition("To be found out: ")[2]
    assert "licences" not in out


def test_answers_that_cannot_be_used_write_nothing(scaleup: Scaleup, tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("sites: home 300\nwage: 5 cows\n")
    code, _, err = scaleup("new", tmp_path / "plan.yaml", "--answers", answers)
    assert code == 2
    assert f"{answers}:2:1: wage: found" in err
    assert not (tmp_path / "plan.yaml").exists()
    assert scaleup("new", tmp_path / "plan.yaml", "--answers", tmp_path / "none.yaml")[0] == 2


def test_the_questions_alone(scaleup: Scaleup, tmp_path: Path) -> None:
    code, out, _ = scaleup("new", tmp_path / "answers.yaml", "--questions")
    assert code == 0
    assert "--answers" in out
    assert all(f"# {question.key}: " in (tmp_path / "answers.yaml").read_text() for question in QUESTIONS)


def test_one_way_at_a_time_and_never_over_a_file(scaleup: Scaleup, typed: Callable[..., None], tmp_path: Path) -> None:
    typed()
    plan = tmp_path / "plan.yaml"
    assert scaleup("new", plan, "--ask", "--answers", INSURER)[0] == 2
    assert scaleup("new", plan, "--ask", "--questions")[0] == 2
    plan.write_text("mine")
    code, _, err = scaleup("new", plan, "--ask")
    assert (code, plan.read_text()) == (2, "mine")
    assert "left alone" in err  # told before anything is asked
    assert scaleup("new", tmp_path / "Über.yaml", "--ask")[0] == 2
