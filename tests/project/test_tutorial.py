"""The tutorial, followed to the letter: its files, its commands, and what they print."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text()
ANSWERS = ROOT / "tests" / "scenario" / "questions" / "answers" / "insurer.yaml"
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", TUTORIAL, flags=re.DOTALL)


def uncommented(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


def test_its_answers_are_those_that_other_tests_know() -> None:
    (answers,) = [text for kind, text in BLOCKS if text.startswith("# answers.yaml")]
    assert uncommented(answers) == uncommented(ANSWERS.read_text())


def numbers(line: str) -> list[float]:
    return [float(number.replace(",", "")) for number in NUMBER.findall(line)]


def said(line: str, lines: list[str]) -> bool:
    """Whether one of these lines has the same words, and numbers that another machine's libraries may give."""
    words = line.split()
    pattern = re.compile(r"\s+".join(NUMBER.sub(lambda _: r"(\d[\d,]*(?:\.\d+)?)", _escaped(word)) for word in words))
    wanted = numbers(line)
    for printed in lines:
        if found := pattern.search(printed):
            told = [float(number.replace(",", "")) for number in found.groups()]
            if all(abs(f - w) <= 0.1 * abs(w) + 0.2 for f, w in zip(told, wanted, strict=True)):
                return True
    return False


def _escaped(word: str) -> str:
    """A word as a pattern, its numbers as they are."""
    return re.sub(r"[^\w,.%]", lambda sign: re.escape(sign[0]), word)


@pytest.mark.slow
def test_followed_to_the_letter(tmp_path: Path) -> None:
    printed: list[str] = []
    for kind, text in BLOCKS:
        if kind == "yaml":
            (tmp_path / text.splitlines()[0].removeprefix("# ")).write_text(text)
        elif kind == "sh":
            printed = []
            for command in text.splitlines():
                program, *arguments = command.split()
                assert program == "scaleup"
                call = [sys.executable, "-m", "simulator.cli", *arguments]
                done = subprocess.run(call, capture_output=True, text=True, cwd=tmp_path, check=False)
                assert done.returncode == 0, done.stderr
                printed += done.stdout.splitlines()
        elif kind == "text":
            assert [line for line in text.splitlines() if not said(line, printed)] == []
