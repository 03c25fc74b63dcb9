"""What is at stake in a choice between plans: money, success and people of each, replication by replication.

Today is the day on which funding is decided: what was spent before is sunk, so that "don't fund" is worth nothing, and
a plan its value of funding. A replication in which a plan's own gate refuses it is worth nothing either, as nothing is
spent or earned from then on; nor does it succeed, and nobody uses what is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.analysis.methods.given_data.inputs import Inputs, inputs_of_plans
from simulator.analysis.methods.information.perfect import Choice
from simulator.results.readings import MEASURES, as_numbers
from simulator.results.statistics import Estimate, mean_of
from simulator.stepping.arguments import ArgumentError

if TYPE_CHECKING:
    from simulator.results.result import Result

Floats = np.ndarray[Any, np.dtype[np.float64]]
Whole = np.ndarray[Any, np.dtype[np.int64]]

MONEY, SUCCESS, PEOPLE = "value_from_funding", "success", "adoption_final"
NOT_FUNDED: Final = -1
"""The place of not funding anything."""


@dataclass(frozen=True, eq=False)
class Stakes:
    """What plans give in the replications `numbers` that all of them have.

    `results` are those of the plans by letter. By measure, `given` has float64[replications, plans], 0 where a plan is
    not funded. `weights` are those of the first plan's observed pilot, None where all replications count the same.
    """

    results: Mapping[str, Result]
    numbers: Whole
    weights: Floats | None
    given: Mapping[str, Floats]

    @classmethod
    def of(cls, results: Mapping[str, Result]) -> Stakes:
        """What is at stake between results by letter; raises `ArgumentError` where money is in several currencies."""
        first, *_ = plans = list(results.values())
        priced = any(result.priced for result in plans)
        currencies = dict.fromkeys(result.scenario.economics.currency for result in plans)
        if priced and len(currencies) > 1:
            raise ArgumentError(
                "the plans are priced in {found}; state all of them in one currency", found=" and ".join(currencies)
            )
        numbers = plans[0].records.numbers
        for result in plans[1:]:
            numbers = np.intersect1d(numbers, result.records.numbers)
        numbers = np.sort(numbers)
        weights = first.weighting.weights
        if weights is not None:
            weights = weights[_rows(first, numbers)]
            weights = weights * len(weights) / weights.sum() if weights.any() else weights
        given = {}
        for measure in (MONEY, SUCCESS, PEOPLE):
            known = all(measure in result.records.measures for result in plans)
            if known and (measure != MONEY or priced):
                given[measure] = np.column_stack([_given(result, measure, numbers) for result in plans])
        return cls(results, np.asarray(numbers, dtype=np.int64), weights, given)

    @property
    def labels(self) -> tuple[str, ...]:
        """The letters of the plans."""
        return tuple(self.results)

    @property
    def first(self) -> Result:
        """The result of the first plan."""
        return next(iter(self.results.values()))

    @property
    def currency(self) -> str:
        """What money is counted in."""
        return self.first.scenario.economics.currency

    @cached_property
    def inputs(self) -> Inputs:
        """The uncertain inputs of all plans."""
        return inputs_of_plans(list(self.results.values()), self.numbers, self.weights)

    def choice(self, measure: str) -> Choice:
        """The choice between the plans by a measure; by money one may also not fund any, which is the last option."""
        given = self.given[measure]
        if measure == MONEY:
            given = np.column_stack([given, np.zeros(len(given))])
        return Choice(given, self.numbers, self.weights)

    def mean(self, measure: str, plan: int) -> Estimate:
        """The mean of a measure of a plan, unfunded replications counting 0; 0 for `NOT_FUNDED`."""
        if plan in (NOT_FUNDED, len(self.labels)):
            return Estimate(0.0, 0.0, 0.0, len(self.numbers))
        return mean_of(self.given[measure][:, plan], self.weights)

    def followed(self, measure: str, chosen: Whole) -> float:
        """The mean of a measure where the plan is chosen anew in each replication, int[replications]."""
        given = np.column_stack([self.given[measure], np.zeros(len(self.numbers))])
        return self.choice(SUCCESS).mean(given[np.arange(len(given)), chosen])[0]

    def readings(self, result: Result) -> dict[str, Floats]:
        """The simulated readings of a plan's pilot by measure, float64[replications], NaN for none."""
        there = result.records.measures
        rows = _rows(result, self.numbers)
        return {name: as_numbers(result.records.measure(name))[rows] for name in MEASURES if name in there}

    def by_week(self, name: str, first: int, last: int) -> Floats:
        """A weekly measure of the first plan from week `first` to before `last`, float64[replications, weeks]."""
        return self.first.records.week_rows(name)[_rows(self.first, self.numbers), first:last]


def _rows(result: Result, numbers: Any) -> Whole:
    """Where replications stand in a result."""
    order = np.argsort(result.records.numbers, kind="stable")
    return np.asarray(order[np.searchsorted(result.records.numbers[order], numbers)], dtype=np.int64)


def _given(result: Result, measure: str, numbers: Any) -> Floats:
    found = as_numbers(result.records.measure(measure))[_rows(result, numbers)]
    funded = result.funded[_rows(result, numbers)]
    return np.where(funded & ~np.isnan(found), found, 0.0)
