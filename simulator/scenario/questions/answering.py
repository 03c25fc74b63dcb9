"""From answers to a scenario that was checked, or to what is wrong with an answer."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from simulator.scenario.files.loading import load
from simulator.scenario.files.shipped import NAME
from simulator.scenario.questions.places import LONGEST_NAME
from simulator.scenario.questions.plan import flow, plan_file
from simulator.scenario.questions.questions import QUESTIONS, Answers
from simulator.scenario.questions.values import AnswerError, Number
from simulator.scenario.text.problems import Problem, ScenarioError, describe, listed, nearest
from simulator.scenario.text.reading import read_file, read_text
from simulator.scenario.text.tree import Node, from_python

ANSWERS_HEADER: Final = """\
# Answers to the questions of scaleup new, for: scaleup new my-plan.yaml --answers this-file.yaml
# A number, a range such as 600-700 (eight of ten cases lie in it, its middle is the median), or nothing where nobody
# knows. Delete the # in front of an example, and put your own in its place.
"""


def answered(name: str, given: Mapping[str, Any] | Node) -> str:
    """The text of the scenario file of these answers, by question; it validates. Raises ScenarioError.

    Questions that are left out, or answered by null or "don't know", get priors and assumptions, which the file marks.
    """
    tree = given if isinstance(given, Node) else from_python(given)
    if not NAME.fullmatch(name) or "/" in name or len(name) > LONGEST_NAME:
        raise ScenarioError([Problem("name", f"found {describe(name)}", "allowed: a name of a-z, 0-9 and hyphens")])
    answers = read_answers(tree)
    text = plan_file(name, answers)
    try:
        load({**plain_tree(text)})
    except ScenarioError as error:
        raise ScenarioError(_of_questions(tree, error.problems)) from None
    return text


def plain_tree(text: str) -> dict[str, Any]:
    """A scenario file as nested mappings, lists and scalars."""
    found: dict[str, Any] = read_text(text, "answers").plain()
    return found


def read_answers(tree: Node) -> Answers:
    """What the answers say; raises ScenarioError with every problem, at its place."""
    known = [question.key for question in QUESTIONS]
    given = tree.plain()
    if not isinstance(given, Mapping):
        raise ScenarioError([Problem("", f"found {describe(given)}", f"allowed: a mapping with {listed(known)}")])
    problems = [
        _placed(tree, key, f'unknown question "{key}"', f"allowed: {', '.join(known)}", nearest(key, known))
        for key in given
        if key not in known
    ]
    answers = Answers()
    for question in QUESTIONS:
        try:
            answers[question.key] = question.answer(given.get(question.key), answers)
        except AnswerError as error:
            problems.append(_placed(tree, question.key, error.found, error.allowed))
            answers[question.key] = None
            if question.required:
                break  # the others speak of it
    if not problems:
        problems = [_placed(tree, key, found, allowed) for key, found, allowed in _contradictions(answers)]
    if problems:
        raise ScenarioError(problems)
    return answers


def _contradictions(answers: Answers) -> Iterable[tuple[str, str, str]]:
    """Answers that don't go together: question, what was found, what is allowed."""
    saved, minutes = answers["saved"], answers["minutes"]
    if saved is not None and minutes is not None and saved.middle > minutes.middle:
        found = f"found {saved.middle:g} minutes saved of a case that takes {minutes.middle:g}"
        yield "saved", found, "allowed: no more minutes than a case takes"
    currencies: dict[str, str] = {}
    for key in ("wage", "licence", "platform"):
        number: Number | None = answers[key]
        if number is not None and number.currency:
            currencies[key] = number.currency
    if len(set(currencies.values())) > 1:
        last = [*currencies][-1]
        yield last, f"found {listed(dict.fromkeys(currencies.values()))}", "allowed: one currency for all money"


def _placed(tree: Node, key: str, found: str, allowed: str, near: str | None = None) -> Problem:
    """A problem with the answer to a question, where its file has it."""
    there = isinstance(tree.value, dict) and key in tree.value
    file, line, column = tree.keys.get(key, tree.mark) if there and key in tree.keys else tree.mark
    return Problem(key, found, allowed, near, file, line, column)


def _of_questions(tree: Node, problems: Iterable[Problem]) -> list[Problem]:
    """Problems of the scenario as problems of the answers that it was made of."""
    placed = []
    for problem in problems:
        key = next((question.key for question in QUESTIONS if _decides(question.decides, problem.path)), "")
        placed.append(_placed(tree, key, f"{problem.path}: {problem.found}", problem.allowed, problem.nearest))
    return list(dict.fromkeys(placed))


def _decides(paths: Iterable[str], path: str) -> bool:
    """Whether a path lies at or below one of others, in which * stands for any name."""
    parts = path.split(".")
    return any(
        len(parts) >= len(wanted) and all(w in ("*", part) for w, part in zip(wanted, parts, strict=False))
        for wanted in (each.split(".") for each in paths)
    )


def blank_answers() -> str:
    """The text of a file with all questions, to fill in."""
    lines = [ANSWERS_HEADER]
    for question in QUESTIONS:
        lines += [f"# {told}" for told in (question.words, question.note) if told]
        lines.append(f"# {question.key}: {flow(question.example) if ': ' in question.example else question.example}\n")
    return "\n".join(lines)


def answers_file(path: Path) -> Node:
    """The tree of a file of answers; raises ScenarioError."""
    return read_file(path, str(path))
