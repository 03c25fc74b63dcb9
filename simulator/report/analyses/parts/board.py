"""The seven questions of a board: which analysis answers each, and the one sentence that it answers with."""

from __future__ import annotations

from typing import Final, NamedTuple


class Question(NamedTuple):
    """What a board asks, in its words, and the name of the analysis that answers."""

    words: str
    analysis: str


QUESTIONS: Final = {
    "fund": Question("Shall we fund it?", "decide"),
    "how_long": Question("How long will it take?", "timeline"),
    "support": Question("How many support people does it take?", "staffing"),
    "integration": Question("Which integration comes first?", "timeline"),
    "cost": Question("What does it cost?", "decide"),
    "pays": Question("When does it pay?", "decide"),
    "measure": Question("What should we measure next?", "worth"),
}
"""In the order in which they are asked; answers stand under these names in `board` of an analysis's file."""
