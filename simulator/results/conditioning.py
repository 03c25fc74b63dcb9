"""Conditioning on the observed pilot: replications weighted by the likelihood of what the real pilot showed.

A replication stands for a programme whose simulated pilot has an accuracy, an active share and a rate of tickets. What
was observed counts as a sample from such a pilot:

    correct answers ~ binomial(tasks, accuracy)      active users ~ binomial(users, active share)
    logged tickets ~ Poisson(user-weeks * tickets per user and week)

and the weight of a replication is the likelihood of that sample (importance sampling with the scenario as proposal;
Owen 2013, Monte Carlo theory, methods and examples, chapter 9). Active people and tickets of a simulated pilot are
counts themselves: half a person and half a ticket are added, so that a simulated pilot in which nobody stopped does not
rule out a real one in which somebody did. Taking exact counts for a sample is conditioning with a tolerance as wide as
the sampling error (Wilkinson 2013, Statistical Applications in Genetics and Molecular Biology 12, 129-141): exact for
readings that are samples, and wider than need be for those that are not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from simulator.results.statistics import effective_size
from simulator.results.weighting import Weighting

if TYPE_CHECKING:
    from simulator.scenario import Scenario
    from simulator.store.blocks import Value

LEAST_EFFECTIVE = 50.0
"""Fewer effective replications than this tell too little."""

Numbers = np.ndarray[Any, np.dtype[np.float64]]


class Readings(Protocol):
    """Replications by output measure: `Records`, or what is stored before they are laid out."""

    @property
    def count(self) -> int:
        """The number of replications."""

    def measure(self, name: str) -> list[Value]:
        """One output measure of every replication."""


@dataclass(frozen=True)
class First:
    """The first `count` of these replications."""

    readings: Readings
    count: int

    def measure(self, name: str) -> list[Value]:
        """One output measure of every replication."""
        return self.readings.measure(name)[: self.count]


class ConditioningError(ValueError):
    """An observed pilot that too few replications are like; the message says what to do."""


def _accuracy(simulated: Numbers, observed: float, tasks: float) -> Numbers:
    return _binomial(simulated, observed, tasks)


def _active_share(simulated: Numbers, observed: float, users: float) -> Numbers:
    return _binomial((simulated * users + 0.5) / (users + 1.0), observed, users)


def _tickets(simulated: Numbers, observed: float, user_weeks: float) -> Numbers:
    from scipy.special import xlogy

    expected = simulated * user_weeks + 0.5
    return np.asarray(xlogy(observed * user_weeks, expected) - expected)


def _binomial(chance: Numbers, share: float, trials: float) -> Numbers:
    from scipy.special import xlog1py, xlogy

    chance = np.clip(chance, 0.0, 1.0)  # sums of weights may have missed an end by rounding
    return np.asarray(trials * (xlogy(share, chance) + xlog1py(1.0 - share, -chance)))


READINGS: dict[str, tuple[str, str, Callable[[Numbers, float, float], Numbers]]] = {
    "accuracy": ("accuracy_pilot", "tasks", _accuracy),
    "active_share": ("adoption_pilot", "users", _active_share),
    "tickets_per_user_week": ("tickets_per_user_week_pilot", "user_weeks", _tickets),
}
"""Each reading: the simulated measure, the size of the sample, and its log-likelihood but for a constant."""


def weighting(scenario: Scenario, records: Readings) -> Weighting:
    """What each replication counts for; raises `ConditioningError` where too few are like the observed pilot."""
    if scenario.pilot is None or scenario.pilot.observed is None:
        return Weighting()
    logs = log_likelihoods(scenario, {measure: records.measure(measure) for measure, *_ in READINGS.values()})
    highest = logs.max(initial=-math.inf)
    weights = np.exp(logs - highest) if highest > -math.inf else np.zeros(len(logs))
    size = effective_size(weights)
    if size < LEAST_EFFECTIVE:
        raise ConditioningError(_advice(scenario, records, size))
    return Weighting(weights * (len(weights) / math.fsum(weights)))


def log_likelihoods(scenario: Scenario, measures: dict[str, list[Any]]) -> Numbers:
    """The log-likelihood of the observed pilot in each replication, float64[replications], but for a constant.

    `measures` are the simulated readings. A pilot without the reading, as nobody used the system, has minus infinity.
    """
    assert scenario.pilot is not None
    observed = scenario.pilot.observed
    total = np.zeros(len(next(iter(measures.values()))))
    for reading, (measure, size, log_likelihood) in READINGS.items():
        seen = getattr(observed, reading)
        if seen is not None:
            simulated = np.array([math.nan if x is None else x for x in measures[measure]], dtype=float)
            found = log_likelihood(simulated, float(seen), float(getattr(observed, size)))
            total += np.where(np.isnan(simulated), -math.inf, found)
    return total


def _advice(scenario: Scenario, records: Readings, size: float) -> str:
    """Why an observed pilot can't be used, and what would help."""
    assert scenario.pilot is not None
    observed, n = scenario.pilot.observed, records.count
    found = f"found readings that leave an effective sample of {size:.1f} of {n:,} replications"
    told = [f"pilot.observed: {found}; needed: {LEAST_EFFECTIVE:g} or more"]
    if size > 2.0:
        wanted = 1.2 * n * LEAST_EFFECTIVE / size
        digits = 10 ** (math.floor(math.log10(wanted)) - 1)
        told.append(f"simulate about {math.ceil(wanted / digits) * digits:,} replications")
    else:
        told.append("more replications will hardly help")
    for reading, (measure, *_) in READINGS.items():
        seen = getattr(observed, reading)
        values = [float(value) for value in records.measure(measure) if value is not None]
        if seen is not None and values:
            low, high = np.quantile(values, (0.05, 0.95))
            if not low <= seen <= high:
                told.append(
                    f"{reading} was observed as {seen:.3g}, but 90% of the simulated pilots lie from {low:.3g} to "
                    f"{high:.3g}: check the reading, or move or widen the inputs that it depends on"
                )
    return "; ".join(told)
