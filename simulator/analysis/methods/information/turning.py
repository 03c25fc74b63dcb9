"""The reading that would turn a decision: below it, or above, another option is better on the mean than that of today.

A line is drawn through one reading, and all replications beyond it get the other option. The line is where that gains
most (the least empirical loss), its interval by the bootstrap (Efron 1979, Annals of Statistics 7, 1-26). Whether it
gains anything is asked of lines that other folds of the replications drew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np

from simulator.analysis.methods.information.learned import FOLDS, folds
from simulator.analysis.methods.information.perfect import MISS, Choice, p_of_gain
from simulator.results.statistics import holm

Floats = np.ndarray[Any, np.dtype[np.float64]]

RESAMPLES: Final = 200

Side = Literal["below", "above"]


@dataclass(frozen=True)
class Turn:
    """On one `side` of `line` (95% interval `low` to `high`) of a reading the option `to` is better than that of today.

    `share` of the replications lie there, and `gain` is what the rule gains over all, on lines that others drew; `p`
    that of its gaining nothing, `p_adjusted` for all readings that were tried.
    """

    measure: str
    to: int
    side: Side
    line: float
    low: float
    high: float
    share: float
    gain: float
    p: float
    p_adjusted: float = 1.0

    @property
    def told(self) -> bool:
        """Whether it gains something beyond what luck explains."""
        return self.p_adjusted <= MISS

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON types, the option by its place."""
        return {name: value for name, value in vars(self).items() if name != "to"}


def turns(choice: Choice, readings: dict[str, Floats]) -> list[Turn]:
    """For each reading (float64[replications], NaN for none) the line that gains most, if any does."""
    found = [turn for name, values in readings.items() if (turn := _turn(choice, name, values)) is not None]
    adjusted = holm([one.p for one in found])
    return [replace(one, p_adjusted=p) for one, p in zip(found, adjusted, strict=True)]


def _turn(choice: Choice, name: str, values: Floats) -> Turn | None:
    best = _line(choice, values, choice.steps)
    if best is None:
        return None
    to, side, line = best
    fold = folds(choice.numbers)
    gains = np.zeros(len(values))
    for one in range(FOLDS):
        drawn = _line(choice, values, np.where(fold == one, 0.0, choice.steps))
        here = fold == one
        if drawn is not None:
            gains[here] = (choice.more[:, drawn[0]] * _beyond(values, drawn[1], drawn[2]))[here]
    random = np.random.default_rng(0)
    lines = []
    for _ in range(RESAMPLES):
        again = random.multinomial(len(values), np.full(len(values), 1.0 / len(values))) * choice.steps
        drawn = _line(choice, values, again, (to, side))
        if drawn is not None:
            lines.append(drawn[2])
    low, high = np.quantile(lines, (0.025, 0.975)) if lines else (line, line)
    share = choice.mean(_beyond(values, side, line).astype(float))[0]
    gain = choice.mean(gains)[0]
    return Turn(
        name, to, side, line, min(float(low), line), max(float(high), line), share, gain, p_of_gain(choice, gains)
    )


def _beyond(values: Floats, side: Side, line: float) -> Any:
    """bool[replications]: which lie on that side; what has no reading lies below all."""
    known = np.where(np.isnan(values), -np.inf, values)
    return known < line if side == "below" else known > line


def _line(
    choice: Choice, values: Floats, steps: Floats, only: tuple[int, Side] | None = None
) -> tuple[int, Side, float] | None:
    """The option, side and line that gain most by these weights; None where none gains."""
    known = np.where(np.isnan(values), -np.inf, values)
    order = np.argsort(known, kind="stable")
    ordered = known[order]
    ends = np.flatnonzero((ordered[1:] > ordered[:-1]) & np.isfinite(ordered[:-1]))
    if not len(ends):
        return None
    best: tuple[float, int, Side, float] | None = None
    for option in range(choice.benefits.shape[1]):
        if option == choice.today or (only is not None and option != only[0]):
            continue
        sums = np.cumsum((steps * choice.more[:, option])[order])
        sides: tuple[tuple[Side, Floats], ...] = (("below", sums[ends]), ("above", sums[-1] - sums[ends]))
        for side, gains in sides:
            if only is not None and side != only[1]:
                continue
            place = int(np.argmax(gains))
            if gains[place] > 0.0 and (best is None or gains[place] > best[0]):
                line = float(0.5 * (ordered[ends[place]] + ordered[ends[place] + 1]))
                best = float(gains[place]), option, side, line
    return None if best is None else best[1:]
