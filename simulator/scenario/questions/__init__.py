"""Some fifteen questions in plain language, and the scenario file that their answers make.

`questions` asks, `values` and `places` read answers, `plan` writes the file, `answering` leads from one to the other.
"""

from simulator.scenario.questions.answering import answered, answers_file, blank_answers, read_answers
from simulator.scenario.questions.questions import QUESTIONS, Answers, Question
from simulator.scenario.questions.values import AnswerError

__all__ = [
    "QUESTIONS",
    "AnswerError",
    "Answers",
    "Question",
    "answered",
    "answers_file",
    "blank_answers",
    "read_answers",
]
