"""The money since the decision to fund, week by week: what was spent before is sunk, whoever decides today."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.results.statistics import Estimate, effective_size, mean_of, quantile, t_quantile

if TYPE_CHECKING:
    from simulator.results.result import Result

Floats = np.ndarray[Any, np.dtype[np.float64]]
Truths = np.ndarray[Any, np.dtype[np.bool_]]

QUARTER_WEEKS: Final = 13
YEAR_WEEKS: Final = 52.0
TENTH: Final = 0.1
ENDS: Final = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
LEAST_IN_TAIL: Final = 10.0
"""Fewer effective replications than this in the worst tenth have no interval that could be trusted."""


@dataclass(frozen=True, eq=False)
class FromToday:
    """Flows of the funded replications from the decision on, 0 before it.

    `cost` and `value` are float64[funded, weeks], undiscounted, by weeks since kick-off; `first` the first week that
    counts and `decided` the moment of the decision, weeks since kick-off, both float64[funded]; `rate` is the discount
    rate per year. `weights` are what the funded count for, None where all count the same.
    """

    cost: Floats
    value: Floats
    first: Floats
    decided: Floats
    rate: float
    weights: Floats | None

    @classmethod
    def of(cls, result: Result) -> FromToday:
        """The money of the funded replications of a result."""
        records, funded = result.records, result.funded
        decided: Any = np.array([math.nan if week is None else week for week in records.measure("decided_week")])[
            funded
        ]
        first = np.ceil(decided)
        cost, value = (since(records.week_rows(name)[funded], first) for name in ("cost", "value"))
        rate = result.scenario.economics.discount_rate_per_year
        return cls(cost, value, first, decided, rate, result.weighting.of(funded))

    def since(self, flow: Floats) -> Floats:
        """A weekly measure of the funded, float64[funded, weeks], 0 before the decision."""
        return since(flow, self.first)

    @property
    def net(self) -> Floats:
        """Value less cost of each week, float64[funded, weeks]."""
        return self.value - self.cost

    @cached_property
    def discounts(self) -> Floats:
        """What a flow of each week is worth at the decision, float64[funded, weeks]: discounted from the week's end."""
        ends = np.arange(1, self.cost.shape[1] + 1) - self.decided[:, None]
        return np.asarray(np.exp(-np.log1p(self.rate) * ends / YEAR_WEEKS))

    @cached_property
    def worth(self) -> Floats:
        """The net present value at the decision, float64[funded]: the measure `value_from_funding`."""
        return np.asarray((self.net * self.discounts).sum(axis=1))

    def quarters(self) -> list[Mapping[str, Estimate]]:
        """Cash of each quarter since kick-off: means of cost, value, net and net so far, and its worst and best tenth.

        The last quarter may be a short one.
        """
        flows = {"cost": self.cost, "value": self.value, "net": self.net}
        so_far = np.cumsum(self.net, axis=1)
        found: list[Mapping[str, Estimate]] = []
        for start in range(0, self.cost.shape[1], QUARTER_WEEKS):
            sums = {name: flow[:, start : start + QUARTER_WEEKS].sum(axis=1) for name, flow in flows.items()}
            end = so_far[:, min(start + QUARTER_WEEKS, self.cost.shape[1]) - 1]
            found.append(
                {name: mean_of(each, self.weights) for name, each in sums.items()}
                | {"net_so_far": mean_of(end, self.weights)}
                | {f"net_so_far_{name}": quantile(end, level, self.weights) for name, level in ENDS.items()}
            )
        return found

    def run_rate(self, name: str) -> Estimate:
        """Cost or value of the last 13 weeks, for a whole year; of those decided on at least that long ago."""
        flow = {"cost": self.cost, "value": self.value}[name]
        last = flow[:, -QUARTER_WEEKS:].sum(axis=1) * YEAR_WEEKS / QUARTER_WEEKS
        long_ago = flow.shape[1] - self.first >= QUARTER_WEEKS
        return mean_of(np.where(long_ago, last, np.nan), self.weights)


def since(flow: Floats, first: Floats) -> Floats:
    """A weekly measure, float64[replications, weeks], 0 in the weeks before the `first` of each."""
    return np.where(np.arange(flow.shape[1]) >= first[:, None], flow, 0.0)


def worst_tenth(values: Floats, weights: Floats | None = None) -> Estimate:
    """The mean of the worst tenth of values, float64[n] (expected shortfall), with its 95% interval.

    The value at the edge counts as far as it belongs to the tenth (Acerbi and Tasche 2002, Journal of Banking and
    Finance 26, 1487-1503). Its error follows from the influence function, (min(x - q, 0)) / 0.1 + q - mean, with q the
    quantile at a tenth. None of fewer than ten values; no interval with fewer than ten in the tenth.
    """
    steps = np.ones(len(values)) if weights is None else weights
    counted = steps > 0.0
    sample, steps = values[counted], steps[counted]
    size = effective_size(steps)
    if size * TENTH < 1.0:
        return Estimate(None, None, None, len(sample))
    order = np.argsort(sample, kind="stable")
    mass = np.cumsum(steps[order]) / steps.sum()
    inside = np.clip(TENTH - (mass - steps[order] / steps.sum()), 0.0, steps[order] / steps.sum())
    mean = float(inside @ sample[order]) / TENTH
    if size * TENTH < LEAST_IN_TAIL:
        return Estimate(mean, None, None, len(sample))
    edge = float(sample[order][np.flatnonzero(inside > 0.0)[-1]])
    influence = np.minimum(sample - edge, 0.0) / TENTH + edge - mean
    error = math.sqrt(float(np.sum((steps * influence) ** 2)) * size / (size - 1.0)) / steps.sum()
    reach = t_quantile(size * TENTH - 1.0) * error
    return Estimate(mean, mean - reach, mean + reach, len(sample))
