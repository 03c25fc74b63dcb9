"""What it is worth to know something before a choice is made, from replications that are there.

With plans d, benefits b_d in each replication and something S that could be known of it, knowing S is worth

    E[max_d E[b_d | S]] - max_d E[b_d]

(Raiffa and Schlaifer 1961, Applied Statistical Decision Theory). E[b_d | S] is a regression of benefits on S (Strong,
Oakley and Brennan 2014, Medical Decision Making 34, 311-326), so that what is left, the luck of a replication, has no
price. Of each replication the plan is chosen that is expected to be best, and what it then gave is counted, not what
was expected: nothing hangs on the regression being right but how good the choice is.

- *Chosen by all* replications, its own outcome helped to make the choice: worth too much.
- *Chosen by the others* (cross-fitting), knowledge is used as well as so many replications teach it: worth too little,
  as with an endless number the choice would be better.

Near the line where two plans are alike an error e of the difference adds f E[e^2] / 2 to the first and takes as much
from the second, f being the density there; so their mean is told. The interval reaches from the lower end of the one's
to the upper end of the other's, and covers both. Where nothing would change the choice, neither has an error, though a
steeper dependence on S than was found would: so the upper end is at least the upper 2.5% of what expectations say that
knowledge is worth when they are wrong by as much as they are without a tenth of the replications (the jackknife by
groups; Efron 1982, The jackknife, the bootstrap and other resampling plans).

Who knows more can't choose worse: a set is worth no less than its parts, and no more than everything. Where estimates
say otherwise, those that come next to them in least squares and don't are taken instead (isotonic regression; Barlow,
Bartholomew, Bremner and Brunk 1972), none of them below 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import Any, Final

import numpy as np

from simulator.analysis.methods.information.learned import FOLDS, Expected, expected
from simulator.results.statistics import effective_size, holm, t_quantile

Floats = np.ndarray[Any, np.dtype[np.float64]]
Whole = np.ndarray[Any, np.dtype[np.int64]]

ENOUGH: Final = 50.0
"""Fewer effective replications than this teach no choice."""
FEW: Final = 5.0
"""Where the gain comes from fewer replications than this, by Kish's count, it may be one of them: nothing is told."""
MISS: Final = 0.05
ROUNDING: Final = 1e-10
SWEEPS: Final = 20_000
DRAWS: Final = 200
ROOM: Final = 2_000_000
"""Numbers that are held at once."""


@dataclass(frozen=True, eq=False)
class Choice:
    """A choice between options whose `benefits` are float64[replications, options].

    `numbers` are those of the replications, `weights` what they count for (mean 1; None: all the same).
    """

    benefits: Floats
    numbers: Any
    weights: Floats | None = None

    @cached_property
    def steps(self) -> Floats:
        """What replications count for, float64[replications] with mean 1."""
        return np.ones(len(self.benefits)) if self.weights is None else self.weights

    @cached_property
    def means(self) -> Floats:
        """The mean benefit of each option."""
        return np.asarray(self.steps @ self.benefits / self.steps.sum())

    @cached_property
    def today(self) -> int:
        """The option with the highest mean, which is chosen where nothing more is known; the first of equal ones."""
        return int(np.argmax(self.means))

    @cached_property
    def size(self) -> float:
        """The effective number of replications."""
        return effective_size(self.steps)

    @cached_property
    def more(self) -> Floats:
        """What each option gives more than that of today, float64[replications, options]."""
        return self.benefits - self.benefits[:, [self.today]]

    def mean(self, values: Floats) -> tuple[float, float]:
        """A mean over replications, and its standard error (NaN where there are too few)."""
        steps, size = self.steps, self.size
        mean = float(steps @ values / steps.sum())
        if size <= 2.0:
            return mean, math.nan
        error = math.sqrt(float((steps**2) @ (values - mean) ** 2) * size / (size - 1.0)) / float(steps.sum())
        return mean, error

    @property
    def foresight(self) -> float:
        """What it would be worth to foresee luck too: the mean of the best of each replication, less that of today."""
        return self.mean(self.more.max(axis=1))[0]


@dataclass(frozen=True, eq=False)
class Knowing:
    """What it is worth to know something.

    `value` with its 95% interval from `low` to `high`, not below 0. `p` is that of its being worth nothing, by the
    choice that others made, and `p_adjusted` allows for all that was tried. `by_all` and `by_others` are the options
    that are chosen in each replication, int[replications], `gains` what each replication adds to the value as it was
    first estimated, before it was made to agree with others.
    """

    value: float
    low: float
    high: float
    p: float
    by_all: Whole
    by_others: Whole
    gains: Floats
    p_adjusted: float = 1.0

    @property
    def pays(self) -> bool:
        """Whether it is worth something beyond what luck explains, of all that was tried."""
        return self.p_adjusted <= MISS and self.value > 0.0

    def as_dict(self) -> dict[str, float]:
        """The same as JSON types."""
        return {"worth": self.value, "low": self.low, "high": self.high, "p": self.p, "p_adjusted": self.p_adjusted}


def knowing(choice: Choice, ranks: Floats) -> Knowing:
    """What knowing the columns of `ranks` (float64[replications, inputs]) is worth, before it is held to others."""
    found = expected(ranks, choice.more, choice.numbers, choice.weights)
    without = expected(ranks[:, :0], choice.more, choice.numbers, choice.weights)
    return _known(choice, found, without)


def _known(choice: Choice, found: Expected, without: Expected) -> Knowing:
    more, rows = choice.more, np.arange(len(choice.benefits))
    by_all, by_others = _best(found.fitted, choice.today), _best(found.held_out, choice.today)
    high = more[rows, by_all]
    low = more[rows, by_others] - more[rows, _best(without.held_out, choice.today)]
    gains = 0.5 * (high + low)
    (upper, above), (lower, below) = choice.mean(high), choice.mean(low)
    times = t_quantile(choice.size - 1.0) if choice.size > 2.0 else math.nan
    few = t_quantile(max(_counted(choice, low), 2.0) - 1.0)
    value, _ = choice.mean(gains)
    top = max(upper + times * above, _at_most(choice, found))
    return Knowing(value, lower - few * below, top, p_of_gain(choice, low), by_all, by_others, gains)


def _at_most(choice: Choice, found: Expected) -> float:
    """The upper 2.5% of what expectations say it is worth, as they vary when a fold is left out."""
    spread = (found.without - found.without.mean(axis=0)) * math.sqrt((FOLDS - 1.0) / FOLDS)
    draws = np.random.default_rng(0).standard_normal((DRAWS, FOLDS))
    share = choice.steps / choice.steps.sum()
    best, means = np.empty(DRAWS), draws @ (share @ spread) + share @ found.fitted
    by_option = np.ascontiguousarray(spread.transpose(2, 0, 1))
    for some in np.array_split(np.arange(DRAWS), max(1, spread[0].size * DRAWS // ROOM)):
        drawn = [
            draws[some] @ by_option[option] + found.fitted[:, option] if by_option[option].any() else rest
            for option, rest in enumerate(found.fitted.T[:, None])
        ]
        best[some] = reduce(np.maximum, drawn) @ share
    worths = best - means.max(axis=1)
    return float(np.quantile(worths, 0.975))


def _best(means: Floats, today: int) -> Whole:
    """The option with the highest mean in each replication: that of today unless another is higher."""
    return np.where(means.max(axis=1) > means[:, today], means.argmax(axis=1), today)


def p_of_gain(choice: Choice, gains: Floats) -> float:
    """The one-sided p-value of no gain, by Student's t with as many degrees of freedom as gains count."""
    from scipy.special import stdtr

    mean, error = choice.mean(gains)
    counted = _counted(choice, gains)
    if not error > 0.0 or counted < FEW:
        return 1.0
    return float(stdtr(counted - 1.0, -mean / error))


def _counted(choice: Choice, gains: Floats) -> float:
    """How many gains count: 0 wherever the choice stays as it is, so that it is Kish's number of the others."""
    return effective_size((choice.steps * gains) ** 2)


def agreed(found: Sequence[Knowing], parts: Iterable[tuple[int, int]], most: float = math.inf) -> list[Knowing]:
    """The same, made to agree: no place of the first of each pair in `parts` is worth more than the second.

    None is worth less than 0, and no upper end lies above `most`, which no information is worth, but for what the value
    says. Of p-values the first, of what holds all others, is asked first; if it is worth nothing,
    so is the rest. That is adjusted over all of it (Holm 1979), and none is below the first (closed testing; Marcus,
    Peritz and Gabriel 1976, Biometrika 63, 655-660).
    """
    if not found:
        return []
    pairs = list(parts)
    first, *others = [one.p for one in found]
    adjusted = [first, *(max(first, p) for p in holm(others))]
    ends = [
        np.maximum(_isotonic(np.array([getattr(one, name) for one in found]), pairs), 0.0)
        for name in ("value", "low", "high")
    ]
    return [
        replace(one, value=float(value), low=float(low), high=float(max(value, min(high, most))), p_adjusted=p)
        for one, value, low, high, p in zip(found, *ends, adjusted, strict=True)
    ]


def _isotonic(values: Floats, pairs: Sequence[tuple[int, int]]) -> Floats:
    """The nearest numbers, in least squares, of which the first of each pair is no larger than the second.

    Pair by pair, what a pair was moved apart is given back as far as it is not needed (Hildreth 1957, Naval Research
    Logistics Quarterly 4, 79-85), until nothing moves any more.
    """
    found, moved = values.tolist(), [0.0] * len(pairs)
    still = ROUNDING * float(np.abs(values).max(initial=0.0))
    for _ in range(SWEEPS):
        most = 0.0
        for place, (a, b) in enumerate(pairs):
            over = max(0.5 * (found[a] - found[b]), -moved[place])
            if over:
                moved[place] += over
                found[a] -= over
                found[b] += over
                most = max(most, abs(over))
        if most <= still:
            break
    return np.where(np.abs(found) > 1e3 * still, found, 0.0)
