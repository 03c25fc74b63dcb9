"""Which input is worth measuring before one decides, at one look: `scaleup worth` asks of all, and of sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from simulator.analysis.methods.information.net_benefits import MONEY, Stakes
from simulator.analysis.methods.information.perfect import ENOUGH, knowing

if TYPE_CHECKING:
    from simulator.results.result import Result

LOOKED_AT: Final = 10
"""Inputs that are asked: those whose rank moves most with the value of funding."""


@dataclass(frozen=True)
class Measured:
    """What knowing an input before choosing between funding all of it and nothing is worth, mean over all programmes.

    `p_adjusted` allows for all inputs that are uncertain, those that were not asked too (Bonferroni).
    """

    path: str
    worth: float
    p_adjusted: float


def measure_first(result: Result) -> list[Measured]:
    """The inputs that are worth most to know, the most first; empty where nothing is uncertain, or too little known."""
    stakes = Stakes.of({"A": result})
    choice, inputs = stakes.choice(MONEY), stakes.inputs
    if not inputs.paths or choice.size < ENOUGH:
        return []
    steps = choice.steps / choice.steps.sum()
    worth = stakes.given[MONEY][:, 0]
    moves = np.abs(steps @ ((inputs.ranks - 0.5) * (worth - steps @ worth)[:, None]))
    asked = np.argsort(-moves, kind="stable")[:LOOKED_AT]
    found = [(inputs.paths[place], knowing(choice, inputs.ranks[:, [place]])) for place in asked]
    told = [Measured(path, one.value, min(1.0, one.p * len(inputs.paths))) for path, one in found if one.value > 0.0]
    return sorted(told, key=lambda one: (-one.worth, one.path))
