"""What pairs of replications say of a difference, by bounds that hold at every look: one may stop whenever one likes.

An interval of a fixed size leaves out the truth with probability 0.05 *at that size*; whoever looks again and again,
and stops when it leaves out 0, is misled far more often. A confidence sequence leaves it out with that probability
*ever*.

**Shares and truths** (`Betting`), whose differences d lie in [-1, 1] in every pair: bounds by betting (Waudby-Smith and
Ramdas 2024, Journal of the Royal Statistical Society B 86, 1-27). Whoever stakes a share c of the fortune on each 1 + d
being above 1 + m has

    the mean over c of  prod_i (1 - c + c (1 + d_i) / (1 + m))

times the first fortune. If the mean of d is m, or less, then no stake makes it grow on the mean, and by Ville's
inequality (1939) it ever reaches 1 / a with probability a at most. The lower bound is the m at which it stands there;
the upper one is the same of -d, and each has a = 0.025. Nothing is assumed of the differences, nor of their number.

**Other measures** (`Normal`), which have no ends: Robbins' normal mixture (1970, Annals of Mathematical Statistics 41,
1397-1409) with the variance as it is found, an asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy and
Ramdas 2024, Annals of Statistics 52, 2613-2640). It holds as the number of pairs grows, and not where few pairs carry
the difference. So there is no bound before there are `LEAST_PAIRS`, and before the spread is that of `LEAST_CARRYING`
of them: the effective number of squares, (sum e^2)^2 / sum e^4, which is n over the kurtosis. A rare pair of great
difference that has not been met yet nobody can see: no bound can hold for every law that has no ends (Bahadur and
Savage 1956, Annals of Mathematical Statistics 27, 1115-1122).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Protocol

import numpy as np

from simulator.results.paired import Column
from simulator.scenario.measures import ESTIMATED

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Outcome = Literal["clear", "smaller", "undecided"]

MISS = 0.05
"""The probability with which the truth is ever left out."""
FIRST_LOOK = 100
STEPS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
"""Looks within a power of ten: each takes a fifth to a third more replications than the one before."""
STAKES: Numbers = np.geomspace(0.005, 0.995, 40)
"""Shares of a fortune that are staked, all with the same weight: the best one is the mean over the variance, about."""
LEAST_PAIRS = 500
LEAST_CARRYING = 50
"""Before there are so many pairs, and so many that carry the spread, a normal mixture says nothing."""
TUNED_TO = 1000
"""Pairs at which the normal mixture is about as narrow as it can be."""
POWER = 0.9
MOST_TIMES = 1e6
"""How many times as many pairs it may take for it to make sense to say so."""


def looks(most: int) -> tuple[int, ...]:
    """Numbers of replications to look at, ascending, the last of them the most."""
    found = []
    ten = float(FIRST_LOOK)
    while ten < most:
        found += [number for step in STEPS if (number := round(step * ten)) < most]
        ten *= 10.0
    return (*found, most)


class Evidence(Protocol):
    """What pairs say of a difference: their number, its mean and standard deviation, and a bound."""

    @property
    def n(self) -> int:
        """Pairs that it comes from."""

    @property
    def difference(self) -> float:
        """Its mean."""

    @property
    def spread(self) -> float:
        """The standard deviation of what a pair says."""

    def interval(self, times: float = 1.0) -> tuple[float, float] | None:
        """The ends that hold at every look; None where there are too few pairs.

        `times` as many pairs of the same kind have `interval(times)`.
        """

    def above(self, mean: float, times: float = 1.0) -> bool:
        """Whether the interval lies above a mean."""

    def below(self, mean: float, times: float = 1.0) -> bool:
        """Whether the interval lies below a mean."""


@dataclass(frozen=True)
class Betting:
    """Differences in [-1, 1]: `values` as they occur, ascending, and how often each does, float64[values]."""

    values: Numbers
    counts: Numbers

    @classmethod
    def of(cls, differences: Numbers) -> Betting:
        """The evidence of differences, one for each pair; their order says nothing."""
        values, counts = np.unique(differences, return_counts=True)
        return cls(values, counts.astype(float))

    @property
    def n(self) -> int:
        """Pairs."""
        return int(self.counts.sum())

    @property
    def difference(self) -> float:
        """The mean of the differences."""
        return math.fsum(self.values * self.counts) / self.n

    @property
    def spread(self) -> float:
        """Their standard deviation."""
        return math.sqrt(math.fsum((self.values - self.difference) ** 2 * self.counts) / self.n)

    def interval(self, times: float = 1.0) -> tuple[float, float]:
        """The ends of what the mean may be."""
        return self._lower(times), -self._mirrored._lower(times)

    def above(self, mean: float, times: float = 1.0) -> bool:
        """Whether who bets that the mean is above this one is rich enough."""
        return self._fortune(mean, times) >= math.log(2.0 / MISS)

    def below(self, mean: float, times: float = 1.0) -> bool:
        """Whether who bets that the mean is below this one is rich enough."""
        return self._mirrored.above(-mean, times)

    @property
    def _mirrored(self) -> Betting:
        """The evidence of a less b."""
        return Betting(-self.values[::-1], self.counts[::-1])

    def _lower(self, times: float) -> float:
        """The mean below which the fortune is above 1 / a: it falls in the mean that is bet against."""
        low, high = -1.0, 1.0
        while high - low > 1e-9:
            middle = (low + high) / 2.0
            low, high = (middle, high) if self.above(middle, times) else (low, middle)
        return low

    def _fortune(self, mean: float, times: float) -> float:
        """The logarithm of the fortune of who bets that the mean is above this one."""
        gains = (self.values - mean) / (1.0 + mean)  # of (1 + d) / (1 + mean) over 1
        logs = times * (self.counts @ np.log1p(np.outer(gains, STAKES)))
        top = float(logs.max())
        return top + math.log(float(np.exp(logs - top).mean()))


@dataclass(frozen=True)
class Normal:
    """A difference of two means, and what each pair adds to its error, float64[pairs], 0 on the mean."""

    difference: float
    errors: Numbers

    @property
    def n(self) -> int:
        """Pairs."""
        return len(self.errors)

    @cached_property
    def spread(self) -> float:
        """The standard deviation of what a pair adds."""
        return math.sqrt(math.fsum(self.errors**2) / max(1, self.n - 1))

    @cached_property
    def carrying(self) -> float:
        """How many pairs carry the spread; 0 where there is none."""
        scaled = self.errors / self.spread if self.spread > 0.0 else self.errors  # squares of money are large
        fourth = math.fsum(scaled**4)
        return math.fsum(scaled**2) ** 2 / fourth if fourth > 0.0 else 0.0

    def interval(self, times: float = 1.0) -> tuple[float, float] | None:
        """The ends of what the difference may be; None where there are too few pairs."""
        if times * self.n < LEAST_PAIRS or times * self.carrying < LEAST_CARRYING:
            return None
        tail = -2.0 * math.log(MISS)
        n, mixed = times * self.n, (tail + math.log(tail + 1.0)) / TUNED_TO
        reach = math.sqrt(2.0 * (n * mixed + 1.0) / mixed * math.log(math.sqrt(n * mixed + 1.0) / MISS)) / n
        return self.difference - reach * self.spread, self.difference + reach * self.spread

    def above(self, mean: float, times: float = 1.0) -> bool:
        """Whether there is an interval, and it lies above a mean."""
        ends = self.interval(times)
        return ends is not None and ends[0] > mean

    def below(self, mean: float, times: float = 1.0) -> bool:
        """Whether there is an interval, and it lies below a mean."""
        ends = self.interval(times)
        return ends is not None and ends[1] < mean


def is_bounded(measure: str) -> bool:
    """Whether the differences of a measure lie in [-1, 1] in every pair: of shares and truths that are never null."""
    found = ESTIMATED[measure]
    return found.in_unit and not found.among and (bool(found.counts) or not found.null_when)


def evidence(measure: str, ours: Column, theirs: Column) -> Evidence | None:
    """What pairs say of our mean less theirs; None where one of the two has none. All pairs count the same."""
    difference = ours.mean - theirs.mean
    if math.isnan(difference):
        return None
    if is_bounded(measure):
        return Betting.of(ours.values - theirs.values)
    return Normal(difference, ours.influence - theirs.influence)


def outcome(found: Evidence | None, matters: float, times: float = 1.0) -> Outcome:
    """Whether a difference is clear, or clearly smaller than one that matters; the former where it is both."""
    if found is None:
        return "undecided"
    if found.above(0.0, times) or found.below(0.0, times):
        return "clear"
    return "smaller" if found.above(-matters, times) and found.below(matters, times) else "undecided"


def pairs_needed(found: Evidence | None, matters: float) -> int | None:
    """About how many pairs it takes to decide, if all that come are like those that are there; None if none will do."""
    if found is None:
        return None
    high = 1.0
    while outcome(found, matters, high) == "undecided":
        high *= 2.0
        if high > MOST_TIMES:
            return None
    low = high / 2.0
    while high / low > 1.01:
        middle = math.sqrt(low * high)
        low, high = (middle, high) if outcome(found, matters, middle) == "undecided" else (low, middle)
    return math.ceil(found.n * high)


def fixed_size(spread: float, matters: float) -> int:
    """Pairs of a test at 5%, two-sided, that finds a difference that matters with probability 0.9, looked at once."""
    from statistics import NormalDist

    reach = NormalDist().inv_cdf(1.0 - MISS / 2.0) + NormalDist().inv_cdf(POWER)
    return math.ceil((reach * spread / matters) ** 2)
