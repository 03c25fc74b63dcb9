"""The reading that would turn a decision: below it, or above, another option is better on the mean than that of today.

A line is drawn through one reading, and all replications beyond it get the other option. It is drawn where that gains
most by what is expected given the reading, a smooth curve (`learned`): through outcomes themselves the best line hangs
on few of them, and has no interval by resampling (Abrevaya and Huang 2005, Econometrica 73, 1175-1204). Its interval is
that of lines drawn by curves that vary as they do without a tenth of the replications (jackknife by groups). Whether
the line gains anything is asked of outcomes beyond lines that other folds drew.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np

from simulator.analysis.methods.given_data.inputs import ranks_of
from simulator.analysis.methods.information.learned import FOLDS, expected
from simulator.analysis.methods.information.perfect import MISS, Choice, p_of_gain
from simulator.results.statistics import Z_95, holm, t_quantile

Floats = np.ndarray[Any, np.dtype[np.float64]]

DRAWS: Final = 200
WIDER: Final = t_quantile(FOLDS - 1.0) / Z_95
"""How much wider an interval is whose error is known from so few groups."""

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
    known = np.where(np.isnan(values), -np.inf, values)
    found = expected(ranks_of(known, choice.weights)[:, None], choice.more, choice.numbers, choice.weights)
    best = _line(choice, known, found.fitted)
    if best is None:
        return None
    to, side, line = best
    gains = np.zeros(len(known))
    for fold in range(FOLDS):
        drawn = _line(choice, known, found.without[fold])
        if drawn is not None:
            here = found.fold == fold
            gains[here] = (choice.more[:, drawn[0]] * _beyond(known, drawn[1], drawn[2]))[here]
    spread = WIDER * (found.without - found.without.mean(axis=0)) * math.sqrt((FOLDS - 1.0) / FOLDS)
    lines = []
    for draw in np.random.default_rng(0).standard_normal((DRAWS, FOLDS)):
        drawn = _line(choice, known, found.fitted + np.tensordot(draw, spread, axes=1), (to, side))
        if drawn is not None:
            lines.append(drawn[2])
    low, high = np.quantile(lines, (0.025, 0.975)) if lines else (line, line)
    share = choice.mean(_beyond(known, side, line).astype(float))[0]
    ends = min(float(low), line), max(float(high), line)
    return Turn(name, to, side, line, *ends, share, choice.mean(gains)[0], p_of_gain(choice, gains))


def _beyond(known: Floats, side: Side, line: float) -> Any:
    """bool[replications]: which lie on that side; what has no reading (minus infinity) lies below all."""
    return known < line if side == "below" else known > line


def _line(
    choice: Choice, known: Floats, more: Floats, only: tuple[int, Side] | None = None
) -> tuple[int, Side, float] | None:
    """The option, side and line that gain most where options give so much `more`; None where none gains."""
    order = np.argsort(known, kind="stable")
    ordered = known[order]
    ends = np.flatnonzero((ordered[1:] > ordered[:-1]) & np.isfinite(ordered[:-1]))
    if not len(ends):
        return None
    best: tuple[float, int, Side, float] | None = None
    for option in range(more.shape[1]):
        if option == choice.today or (only is not None and option != only[0]):
            continue
        sums = np.cumsum((choice.steps * more[:, option])[order])
        sides: tuple[tuple[Side, Floats], ...] = (("below", sums[ends]), ("above", sums[-1] - sums[ends]))
        for side, gains in sides:
            if only is not None and side != only[1]:
                continue
            place = int(np.argmax(gains))
            if gains[place] > 0.0 and (best is None or gains[place] > best[0]):
                line = float(0.5 * (ordered[ends[place]] + ordered[ends[place] + 1]))
                best = float(gains[place]), option, side, line
    return None if best is None else best[1:]
