"""Asking somebody at a terminal about an organisation."""

from __future__ import annotations

from simulator.cli.exit_codes import BAD
from simulator.cli.output import complain, escaped
from simulator.scenario import ScenarioError
from simulator.scenario.questions import QUESTIONS, AnswerError, Answers, Question, answered


def asked(name: str) -> str:
    """The text of a scenario file, from answers to all questions; leaves with an error where input ends before."""
    answered(name, {"sites": "home 100"})  # a name that is not allowed is told before the first question
    print("Answer as in the examples, with a range where you are not sure. Enter alone is: don't know.\n")
    told: dict[str, str] = {}
    read = Answers()
    wanted = [*QUESTIONS]
    while True:
        for question in wanted:
            told[question.key] = _answer(question, read)
        try:
            return answered(name, told)
        except ScenarioError as error:  # answers that don't go together
            print(escaped(error) + "\n")
            keys = {problem.path for problem in error.problems}
            wanted = [question for question in QUESTIONS if question.key in keys]
            if not wanted:
                raise


def _answer(question: Question, read: Answers) -> str:
    """The answer to one question, asked again until it can be read; what it says joins what was read."""
    print(f"{QUESTIONS.index(question) + 1} of {len(QUESTIONS)}: {question.words}")
    if question.note:
        print(f"   {question.note}")
    while True:
        given = _line(f"   for example {question.example}\n   > ", question)
        try:
            read[question.key] = question.answer(given, read)
        except AnswerError as error:
            print(escaped(f"   {error}"))
            continue
        print()
        return given


def _line(prompt: str, question: Question) -> str:
    try:
        return input(prompt)
    except EOFError:
        print()
        complain(f"the answers end before: {question.words}\nnothing was written")
        raise SystemExit(BAD) from None
