"""Conditioning on the observed pilot: replications weighted by the likelihood of what the real pilot showed.

The weight of a replication is the likelihood of the readings in its simulated pilot (`readings` says how they come
about): importance sampling with the scenario as proposal (Owen 2013, Monte Carlo theory, methods and examples,
chapter 9).

A pilot that has run is fixed. Replication r of two plans has the same inputs and the same luck, so that plans with the
same readings share the weights of the plan whose pilot ran: what was learned of a replication does not depend on what
is done afterwards. A plan that changes the pilot itself has no likelihood of its own: the readings are not from such a
pilot. It speaks of an intervention in the programmes that the real pilot is like (Pearl 2009, Causality, section 7.1:
abduction from what was seen, then action).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from simulator.results.readings import MEASURES, REFUSED, Check, as_numbers, checks, given, movers
from simulator.results.statistics import effective_size
from simulator.results.weighting import Weighting

if TYPE_CHECKING:
    from simulator.scenario import Scenario
    from simulator.scenario.sections.observed import Observed
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


class Numbered(Readings, Protocol):
    """Replications with their numbers, int[replications]."""

    @property
    def numbers(self) -> Any:
        """Which replications they are."""


@runtime_checkable
class Drawn(Readings, Protocol):
    """Replications with the inputs that were drawn: `Records`."""

    input_paths: tuple[str, ...]

    @property
    def inputs(self) -> Numbers:
        """Uncertain inputs as drawn, float64[replications, inputs]."""


@dataclass(frozen=True)
class First:
    """The first of these replications: those with the `numbers`."""

    readings: Readings
    numbers: Any

    @property
    def count(self) -> int:
        """The number of replications."""
        return len(self.numbers)

    def measure(self, name: str) -> list[Value]:
        """One output measure of every replication."""
        return self.readings.measure(name)[: self.count]


class ConditioningError(ValueError):
    """An observed pilot on which the replications can't be conditioned; the message says why, and what to do.

    `result` holds the replications as they are, all counting the same; None where nobody asked for a result.
    """

    def __init__(self, told: str, result: Any = None) -> None:
        super().__init__(told)
        self.result = result


@dataclass(frozen=True)
class Conditioning:
    """What an observed pilot does to replications: what they count for, how its readings lie, or why it can't be used.

    `checks` are empty without an observed pilot. Where there is a `refusal`, all count the same. `of` is the scenario
    whose simulated pilot the readings were held against, if it is another one, and `another` says how this plan's
    pilot is not that one; both may be empty.
    """

    weighting: Weighting = field(default_factory=Weighting)
    checks: tuple[Check, ...] = ()
    refusal: str = ""
    of: str = ""
    another: str = ""

    @property
    def told(self) -> list[str]:
        """What a reader has to know about readings that are a surprise, and about a pilot that did not happen."""
        surprises = [] if self.refusal else [f"{one.told}; {one.advice}" for one in self.checks if one.surprising]
        return [*surprises, *([self.another] if self.another else [])]

    def as_dict(self) -> dict[str, Any]:
        """What `summary.json` tells of the observed pilot; empty where there is none."""
        told = {
            "not_conditioned": self.refusal,
            "pilot_readings": {one.reading: one.as_dict() for one in self.checks},
            "pilot_did_not_happen": self.another,
        }
        return {name: found for name, found in told.items() if found}


NOTHING = Conditioning()
"""That of a scenario without an observed pilot."""


def observed_in(scenario: Scenario) -> Observed | None:
    """The observed pilot of a scenario."""
    return None if scenario.pilot is None else scenario.pilot.observed


def conditioning(scenario: Scenario, records: Readings) -> Conditioning:
    """What the observed pilot of a scenario does to its replications, with their own simulated pilots."""
    observed = observed_in(scenario)
    if observed is None:
        return NOTHING
    measures = {name: records.measure(name) for name in MEASURES}
    return _conditioning(observed, measures, log_likelihoods(scenario, measures), records)


def log_likelihoods(scenario: Scenario, measures: Mapping[str, Sequence[Any]]) -> Numbers:
    """The log-likelihood of the observed pilot in each replication, float64[replications], but for a constant.

    `measures` are the simulated readings. A pilot without the reading, as nobody used the system, has minus infinity.
    """
    observed = observed_in(scenario)
    assert observed is not None
    total = np.zeros(len(next(iter(measures.values()))))
    for sampling, seen, size in given(observed).values():
        simulated = as_numbers(measures[sampling.measure])
        found = sampling.log_likelihood(simulated, seen, size)
        total += np.where(np.isnan(simulated), -math.inf, found)
    return total


def weights_of(logs: Numbers) -> Numbers:
    """Weights from log-likelihoods of any shape, with mean 1; all 0 where nothing has a likelihood."""
    highest = logs.max(initial=-math.inf)
    if highest == -math.inf:
        return np.zeros(logs.shape)
    weights = np.exp(logs - highest)
    return np.asarray(weights * (weights.size / math.fsum(weights.ravel())))


def _conditioning(
    observed: Observed, measures: Mapping[str, Sequence[Any]], logs: Numbers, records: Readings
) -> Conditioning:
    """That of replications with these simulated readings and log-likelihoods."""
    weights = weights_of(logs)
    size = effective_size(weights)
    found = checks(observed, measures)
    thin = size < LEAST_EFFECTIVE
    if thin or any(one.surprising for one in found):
        found = tuple(replace(one, inputs=_movers(observed, one, measures, records)) for one in found)
    if thin or any(one.refused for one in found):
        return Conditioning(checks=found, refusal=_refusal(found, len(weights), size))
    return Conditioning(Weighting(weights), found)


def _movers(
    observed: Observed, check: Check, measures: Mapping[str, Sequence[Any]], records: Readings
) -> tuple[tuple[str, float], ...]:
    """The inputs that a reading depends on, where they are known."""
    if not isinstance(records, Drawn) or not records.input_paths:
        return ()
    simulated = as_numbers(measures[given(observed)[check.reading][0].measure])
    return movers(simulated, dict(zip(records.input_paths, records.inputs.T, strict=True)))


def _refusal(found: Sequence[Check], n: int, size: float) -> str:
    """Why an observed pilot can't be used, and what would help."""
    unlike = [one for one in found if one.refused]
    if unlike:
        told = [f"pilot.observed: no pilot of this scenario explains it: {'; '.join(one.told for one in unlike)}"]
        told[0] += f" (needed: {REFUSED:g} or more)"
    else:
        left = f"found readings that leave an effective sample of {size:.1f} of {n:,} replications"
        told = [f"pilot.observed: {left}; needed: {LEAST_EFFECTIVE:g} or more"]
        if size > 2.0:
            wanted = 1.2 * n * LEAST_EFFECTIVE / size
            digits = 10 ** (math.floor(math.log10(wanted)) - 1)
            told.append(f"simulate about {math.ceil(wanted / digits) * digits:,} replications")
        else:
            told.append("more replications will hardly help")
        told += [one.told for one in found if one.beyond]
    unlike = unlike or [one for one in found if one.beyond] or list(found)
    return "; ".join([*told, *(one.advice for one in unlike)])


# ---- plans that share a pilot


@dataclass(frozen=True)
class Plan:
    """A plan of a suite: its scenario, and the replications that were simulated of it."""

    scenario: Scenario
    records: Numbered

    @cached_property
    def measures(self) -> dict[str, list[Any]]:
        """The simulated readings."""
        return {name: self.records.measure(name) for name in MEASURES}

    @cached_property
    def logs(self) -> Numbers:
        """The log-likelihoods of the readings in its own simulated pilots."""
        return log_likelihoods(self.scenario, self.measures)


def shared(plans: Mapping[str, Plan], baseline: str) -> dict[str, Conditioning]:
    """What observed pilots do to the plans of a suite by name: plans with the same readings share one weighting.

    It is that of the simulated pilot of the baseline, or of the first plan with these readings where the baseline has
    others.
    """
    pilots = pilots_of([plan.scenario for plan in plans.values()], baseline)
    own = {name: conditioning(plan.scenario, plan.records) for name, plan in plans.items() if name not in pilots}
    return own | {name: under(plans[name], plans[pilot], own[pilot]) for name, pilot in pilots.items()}


def pilots_of(scenarios: Sequence[Scenario], baseline: str) -> dict[str, str]:
    """Plans of a suite by the plan whose pilot ran, as `shared` takes it; without those that it is itself."""
    ran: list[tuple[Observed, str]] = []
    found = {}
    for scenario in sorted(scenarios, key=lambda one: one.name != baseline):
        observed = observed_in(scenario)
        first = next((name for readings, name in ran if readings == observed), None)
        if first is not None:
            found[scenario.name] = first
        elif observed is not None:
            ran.append((observed, scenario.name))
    return found


def under(plan: Plan, pilot: Plan, known: Conditioning) -> Conditioning:
    """What the readings do to a plan when it was the pilot of another plan that ran, of which that much is `known`.

    Replications that only this plan has (of others, some may have failed, or precision asked for fewer) have their own
    likelihood where its pilot is the same; where it is not, nothing is known of them, and they count for nothing.
    """
    _, here, there = np.intersect1d(plan.records.numbers, pilot.records.numbers, return_indices=True)
    theirs = {name: as_numbers(values)[there] for name, values in pilot.measures.items()}
    ours = {name: as_numbers(values)[here] for name, values in plan.measures.items()}
    of, another = pilot.scenario.name, told_another(plan.scenario, f"that of {pilot.scenario.name}", ours, theirs)
    logs = plan.logs.copy()
    if another:
        logs[:] = -math.inf
    logs[here] = pilot.logs[there]
    if known.refusal:
        return replace(known, of=of, another=another)
    weights = weights_of(logs)
    size = effective_size(weights)
    if size < LEAST_EFFECTIVE:
        return replace(known, weighting=Weighting(), refusal=_refusal(known.checks, len(logs), size), of=of)
    counted = f"{another}; they count for what the real pilot taught of each" if another else ""
    return replace(known, weighting=Weighting(weights), of=of, another=counted)


def told_another(changed: Scenario, than: str, ours: Mapping[str, Numbers], theirs: Mapping[str, Numbers]) -> str:
    """That a plan's pilot is not the one that ran, in words; empty where it is.

    `ours` and `theirs` are the simulated readings of the same replications by measure, float64, NaN for null.
    """
    observed = observed_in(changed)
    assert observed is not None
    same = [np.equal(ours[name], theirs[name]) | (np.isnan(ours[name]) & np.isnan(theirs[name])) for name in MEASURES]
    unlike = ~np.logical_and.reduce(same)
    if not unlike.any():
        return ""
    told = []
    for reading, (sampling, *_) in given(observed).items():
        both = ~np.isnan(ours[sampling.measure]) & ~np.isnan(theirs[sampling.measure])
        if both.any():
            here, there = (f"{of[sampling.measure][both].mean():.3g}" for of in (ours, theirs))
            told += [f"{reading} {here} instead of {there} on average"] if here != there else []
    means = f": {', '.join(told)}" if told else ""
    return (
        f"{changed.name} speaks of a pilot that did not happen: it changes the pilot itself, which reads otherwise "
        f"than {than} in {np.count_nonzero(unlike):,} of {len(unlike):,} replications{means}"
    )
