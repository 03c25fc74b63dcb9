"""The readings of an observed pilot: how likely simulated pilots make them, and whether a scenario expects any such.

A replication stands for a programme whose simulated pilot has an accuracy, an active share and a rate of tickets. What
was observed counts as a sample from such a pilot:

    correct answers ~ binomial(tasks, accuracy)      active users ~ binomial(users, active share)
    logged tickets ~ Poisson(user-weeks * tickets per user and week)

Active people and tickets of a simulated pilot are counts themselves: half a person and half a ticket are added, so that
a simulated pilot in which nobody stopped does not rule out a real one in which somebody did. Taking exact counts for a
sample is conditioning with a tolerance as wide as the sampling error (Wilkinson 2013, Statistical Applications in
Genetics and Molecular Biology 12, 129-141): exact for readings that are samples, and wider than need be for those that
are not.

Weights compare replications with each other only: readings that all of them explain equally badly leave them equal. So
each reading is held against what the scenario predicted before it was known (Box 1980, Journal of the Royal Statistical
Society A 143, 383-430): with y what was counted, and Y what would be counted in a pilot of the scenario,

    tail probability = min(1, 2 min(P(Y <= y), P(Y >= y)))

where either is the mean over the simulated pilots of its binomial or Poisson probability, so that no further chance is
added; both count y itself. It is at most a with a probability of at most a where the scenario is right, but for the
error of the mean: of N simulated pilots the real one may lie beyond all others in 2 of N + 1 cases.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from simulator.scenario.sections.observed import Observed

WARNED = 0.02
"""A reading with a lower tail probability is told to be a surprise: 1 in 50 right scenarios has it."""
REFUSED = 0.001
"""A reading with a lower tail probability is not explained by the scenario: no weights make up for that."""
LEAST_CORRELATED = 3.3
"""An input is told to move a reading from this many standard errors of the rank correlation: 1 in 1,000 by chance."""
MOST_INPUTS = 3

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Tails = tuple[Numbers, Numbers]
Chances = Callable[[Numbers, Any], Numbers]


@dataclass(frozen=True)
class Sampling:
    """How a reading comes about: the simulated measure, the field that holds the size of the sample, and its law.

    Of simulated values, the observed one and the size: the log-likelihood but for a constant, and the probabilities of
    counting as little and as much as was counted; float64 beside the simulated values. Of simulated values, sizes and
    uniform numbers in (0, 1), all alike: the readings that have these places in their law.
    """

    measure: str
    size: str
    log_likelihood: Callable[[Numbers, float, float], Numbers]
    tails: Callable[[Numbers, float, float], Tails]
    read_at: Callable[[Numbers, Numbers, Numbers], Numbers]


def _alike(simulated: Numbers, size: float | Numbers) -> Numbers:
    """Chances as they are."""
    return np.clip(simulated, 0.0, 1.0)  # sums of weights may have missed an end by rounding


def _half_added(simulated: Numbers, size: float | Numbers) -> Numbers:
    """Chances with half a person more on either side."""
    return np.clip((simulated * size + 0.5) / (size + 1.0), 0.0, 1.0)


def _binomial(chances: Chances) -> Callable[[Numbers, float, float], Numbers]:
    def log_likelihood(simulated: Numbers, share: float, trials: float) -> Numbers:
        from scipy.special import xlog1py, xlogy

        chance = chances(simulated, trials)
        return np.asarray(trials * (xlogy(share, chance) + xlog1py(1.0 - share, -chance)))

    return log_likelihood


def _binomial_tails(chances: Chances) -> Callable[[Numbers, float, float], Tails]:
    """Tails of the binomial by the incomplete beta function, which goes on smoothly between whole numbers."""

    def tails(simulated: Numbers, share: float, trials: float) -> Tails:
        from scipy.special import betainc

        chance, seen = chances(simulated, trials), _counted(share * trials)
        below = np.ones_like(chance) if seen >= trials else 1.0 - betainc(seen + 1.0, trials - seen, chance)
        above = np.ones_like(chance) if seen <= 0.0 else betainc(seen, trials - seen + 1.0, chance)
        return np.asarray(below), np.asarray(above)

    return tails


def _binomial_read(chances: Chances) -> Callable[[Numbers, Numbers, Numbers], Numbers]:
    """Shares at places of the binomial law, by the inverse of its distribution."""

    def read_at(simulated: Numbers, trials: Numbers, places: Numbers) -> Numbers:
        from scipy.special import bdtr, bdtrik

        chance = chances(simulated, trials)
        sure = (chance <= 0.0) | (chance >= 1.0)
        inner = np.where(sure, 0.5, chance)
        count = np.ceil(bdtrik(places, trials, inner))
        fewer = np.maximum(count - 1.0, 0.0)
        count = np.where(bdtr(fewer, trials.astype(np.int64), inner) >= places, fewer, count)
        return np.asarray(np.where(sure, chance, count / trials))

    return read_at


def _tickets_read(simulated: Numbers, user_weeks: Numbers, places: Numbers) -> Numbers:
    """Rates at places of the Poisson law, by the inverse of its distribution; 0 where there is nobody to ask."""
    from scipy.special import pdtr, pdtrik

    expected = simulated * user_weeks + 0.5
    count = np.ceil(pdtrik(places, expected))
    fewer = np.maximum(count - 1.0, 0.0)
    count = np.where(pdtr(fewer, expected) >= places, fewer, count)
    return np.asarray(np.where(user_weeks > 0.0, count / np.where(user_weeks > 0.0, user_weeks, 1.0), 0.0))


def _tickets(simulated: Numbers, observed: float, user_weeks: float) -> Numbers:
    from scipy.special import xlogy

    expected = simulated * user_weeks + 0.5
    return np.asarray(xlogy(observed * user_weeks, expected) - expected)


def _ticket_tails(simulated: Numbers, observed: float, user_weeks: float) -> Tails:
    """Tails of the Poisson law by the incomplete gamma functions."""
    from scipy.special import gammainc, gammaincc

    expected, seen = simulated * user_weeks + 0.5, _counted(observed * user_weeks)
    above = np.ones_like(expected) if seen <= 0.0 else gammainc(seen, expected)
    return np.asarray(gammaincc(seen + 1.0, expected)), np.asarray(above)


def _counted(number: float) -> float:
    """A count that was told as a share, without what rounding added."""
    whole = round(number)
    return float(whole) if math.isclose(number, whole, rel_tol=1e-9, abs_tol=1e-9) else number


SAMPLINGS: dict[str, Sampling] = {
    "accuracy": Sampling("accuracy_pilot", "tasks", _binomial(_alike), _binomial_tails(_alike), _binomial_read(_alike)),
    "active_share": Sampling(
        "adoption_pilot", "users", _binomial(_half_added), _binomial_tails(_half_added), _binomial_read(_half_added)
    ),
    "tickets_per_user_week": Sampling(
        "tickets_per_user_week_pilot", "user_weeks", _tickets, _ticket_tails, _tickets_read
    ),
}
"""The readings by their names in `pilot.observed`."""

MEASURES = tuple(sampling.measure for sampling in SAMPLINGS.values())
"""The simulated readings."""


@dataclass(frozen=True)
class Check:
    """How one reading lies among what the scenario predicted.

    `tail` is its tail probability by `pilots` simulated pilots that have such a reading, 90% of which lie from `low` to
    `high` (NaN where there are none). `inputs` are the uncertain inputs that move the simulated reading most, with
    their rank correlations.
    """

    reading: str
    observed: float
    size: float
    tail: float
    pilots: int
    low: float
    high: float
    inputs: tuple[tuple[str, float], ...] = ()

    @property
    def refused(self) -> bool:
        """Whether the scenario does not explain it."""
        return self.tail < REFUSED

    @property
    def surprising(self) -> bool:
        """Whether it is told to be a surprise."""
        return self.tail < WARNED

    @property
    def beyond(self) -> bool:
        """Whether it lies outside of what 90% of the simulated pilots show."""
        return not self.low <= self.observed <= self.high

    @property
    def told_tail(self) -> str:
        """The tail probability in words."""
        return "less than 0.0001" if self.tail < 1e-4 else f"{self.tail:.2g}"

    @property
    def told(self) -> str:
        """How the reading lies among the simulated ones, in words."""
        if not self.pilots:
            return f"{self.reading} was observed as {self.observed:.3g}, but no simulated pilot has such a reading"
        return (
            f"{self.reading} was observed as {self.observed:.3g}, where 90% of {self.pilots:,} simulated pilots lie "
            f"from {self.low:.3g} to {self.high:.3g}: tail probability {self.told_tail}"
        )

    @property
    def advice(self) -> str:
        """What to look at where the reading is not as the scenario expects."""
        if not self.inputs:
            return f"check {self.reading}, or move or widen the inputs that it depends on"
        named = ", ".join(f"{path} (rank correlation {rho:+.2f})" for path, rho in self.inputs)
        return f"check {self.reading}, or move or widen what it depends on most: {named}"

    def as_dict(self) -> dict[str, Any]:
        """The check as `summary.json` holds it."""
        return {
            "observed": self.observed,
            "size": self.size,
            "tail_probability": self.tail,
            "simulated_pilots": self.pilots,
            "simulated_p05": None if math.isnan(self.low) else self.low,
            "simulated_p95": None if math.isnan(self.high) else self.high,
        }


def given(observed: Observed) -> dict[str, tuple[Sampling, float, float]]:
    """The readings that were given: how each comes about, its value and its size."""
    return {
        name: (sampling, float(getattr(observed, name)), float(getattr(observed, sampling.size)))
        for name, sampling in SAMPLINGS.items()
        if getattr(observed, name) is not None
    }


def checks(observed: Observed, measures: Mapping[str, Sequence[Any]]) -> tuple[Check, ...]:
    """How each reading that was given lies among the simulated ones, which are lists by measure, None for null.

    Pilots without such a reading, as nobody used the system, predict none and are left out.
    """
    found = []
    for reading, (sampling, seen, size) in given(observed).items():
        simulated = as_numbers(measures[sampling.measure])
        simulated = simulated[~np.isnan(simulated)]
        tail, low, high = 0.0, math.nan, math.nan
        if len(simulated):
            tail = tail_probability(sampling, simulated, seen, size)
            low, high = (float(end) for end in np.quantile(simulated, (0.05, 0.95)))
        found.append(Check(reading, seen, size, tail, len(simulated), low, high))
    return tuple(found)


def tail_probability(sampling: Sampling, simulated: Numbers, seen: float, size: float) -> float:
    """How probable a reading at least as far out is in pilots of the scenario; see above."""
    below, above = sampling.tails(simulated, seen, size)
    return min(1.0, 2.0 * min(math.fsum(below), math.fsum(above)) / len(simulated))


def as_numbers(values: Sequence[Any]) -> Numbers:
    """Values as float64, NaN for None."""
    return np.array([math.nan if value is None else value for value in values], dtype=float)


def movers(simulated: Numbers, inputs: Mapping[str, Numbers]) -> tuple[tuple[str, float], ...]:
    """The inputs that move a simulated reading most, with Spearman's rank correlations, the strongest first.

    None whose correlation chance would explain: its standard error without any is 1 / sqrt(n - 1) (Kendall 1948, Rank
    correlation methods, chapter 5).
    """
    known = ~np.isnan(simulated)
    if np.count_nonzero(known) < 3:
        return ()
    from scipy.stats import rankdata

    ranks = rankdata(simulated[known])
    found = []
    for path, drawn in inputs.items():
        own = rankdata(drawn[known])
        if np.ptp(own) > 0.0 and np.ptp(ranks) > 0.0:
            rho = float(np.corrcoef(ranks, own)[0, 1])
            if abs(rho) * math.sqrt(len(ranks) - 1) >= LEAST_CORRELATED:
                found.append((path, rho))
    return tuple(sorted(found, key=lambda one: (-abs(one[1]), one[0]))[:MOST_INPUTS])
