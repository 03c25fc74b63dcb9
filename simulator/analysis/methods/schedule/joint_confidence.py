"""How likely several conditions hold together, beside each by itself: enough of each is not enough of all."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from simulator.analysis.methods.schedule.dates import funding_planned
from simulator.results.statistics import Share, effective_size, share_of, wilson
from simulator.stepping.arguments import ArgumentError

if TYPE_CHECKING:
    from simulator.scenario import Scenario

Floats = np.ndarray[Any, np.dtype[np.float64]]
Truths = np.ndarray[Any, np.dtype[np.bool_]]
Way = Literal["at_least", "at_most"]

CONFIDENCE: Final = 0.7
"""Share of all that keep within a limit that is not stated: its P70, as budgets and dates are often set."""
MONTH_WEEKS: Final = 52.0 / 12.0
ROUNDING: Final = 1e-18
"""A variance of a share that is no more than what rounding leaves of none."""


@dataclass(frozen=True)
class Limit:
    """A limit that a value has to keep; `level` None is its own P70, which 70% of all keep."""

    way: Way
    level: float | None = None


@dataclass(frozen=True)
class Wanted:
    """What is asked of the joint confidence: least adoption, most cost so far, by a month since kick-off.

    None for the default of each.
    """

    adoption: float | None = None
    cost: float | None = None
    by_month: int | None = None

    def check(self, scenario: Scenario) -> None:
        """Raises `ArgumentError` for what can't be asked of a scenario."""
        adoption, cost, month = (self._number(name) for name in ("adoption", "cost", "by_month"))
        if adoption is not None and not 0.0 < adoption <= 1.0:
            raise ArgumentError(
                "{adoption} is {found}; it must be a share above 0 and up to 1, such as 0.5", found=self.adoption
            )
        if cost is not None and not 0.0 <= cost < math.inf:
            raise ArgumentError("{cost} is {found}; it must be an amount of money from 0 on", found=self.cost)
        most = math.floor(scenario.horizon_weeks / MONTH_WEEKS + 1e-9)
        if month is not None and not (1 <= month <= most and month == math.floor(month)):
            raise ArgumentError(
                "{by_month} is {found}; it must be a whole month from 1 to {most}, as {name} is simulated for "
                "{weeks} weeks",
                found=self.by_month, most=most, name=scenario.name, weeks=scenario.horizon_weeks,
            )  # fmt: skip

    def _number(self, name: str) -> float | None:
        given: Any = getattr(self, name)
        if given is None or (isinstance(given, int | float) and not isinstance(given, bool)):
            return given
        raise ArgumentError(f"{{{name}}} is {{found}}; it must be a number", found=repr(given))

    def week(self, scenario: Scenario) -> int:
        """The number of whole weeks by the end of the month, one at least; by default those to the deadline."""
        if self.by_month is not None:
            return max(1, math.floor(self.by_month * MONTH_WEEKS + 1e-9))
        deadline = funding_planned(scenario) + scenario.success.deadline_weeks.mean
        return max(1, min(scenario.horizon_weeks, math.floor(deadline + 1e-9)))

    def limits(self, scenario: Scenario) -> dict[str, Limit]:
        """The limits of adoption and cost: as asked for, else what success asks for, else the own P70 of each."""
        asked = [one.at_least for one in scenario.success.criteria if one.measure == "adoption"]
        threshold = next((level.mean for level in asked if level is not None), None)
        return {
            "adoption": Limit("at_least", threshold if self.adoption is None else self.adoption),
            "cost": Limit("at_most", self.cost),
        }


@dataclass(frozen=True)
class Condition:
    """One of the conditions: its limit, whether that is the value's own P70, and the share that keeps within it.

    The share of an own P70 is what it is by choice, and has no interval.
    """

    way: Way
    level: float
    own: bool
    share: Share


@dataclass(frozen=True)
class Joint:
    """The conditions by name, and the share in which all of them hold."""

    conditions: dict[str, Condition]
    all: Share

    @property
    def unrelated(self) -> float:
        """The share in which all would hold if they had nothing to do with each other."""
        return math.prod(one.share.share or 0.0 for one in self.conditions.values())

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON types."""
        conditions = {
            name: {one.way: None if math.isnan(one.level) else one.level, "own_p70": one.own, **one.share.as_dict()}
            for name, one in self.conditions.items()
        }
        return {"conditions": conditions, "all": self.all.as_dict(), "if_unrelated": self.unrelated}


def joint(values: Mapping[str, Floats], limits: Mapping[str, Limit], weights: Floats | None = None) -> Joint:
    """How likely all limits are kept at once, from values of each replication; NaN keeps none.

    `values` and `weights` are float64[replications], of one replication or more. The interval is Wilson's. A limit that
    is an own P70 moves with the values that it is taken from, so that its share does not vary: of the error of the
    joint share that part is taken off (the influence function of an empirical copula; Fermanian, Radulovic and Wegkamp
    2004, Bernoulli 10(5)), its slope by a central difference, and Wilson's interval is that of as many trials as would
    have the same error.
    """
    n = len(next(iter(values.values())))
    steps = np.ones(n) if weights is None else weights
    levels = {
        name: limit.level if limit.level is not None else own_level(values[name], limit.way, CONFIDENCE, steps)
        for name, limit in limits.items()
    }
    holds = {name: kept(values[name], limit.way, levels[name]) for name, limit in limits.items()}
    conditions = {}
    for name, limit in limits.items():
        share = share_of(holds[name], weights)
        own = limit.level is None
        step = float(steps.max()) / math.fsum(steps)
        chosen = own and share.share is not None and share.share < CONFIDENCE + step  # many alike can be more than that
        conditions[name] = Condition(limit.way, levels[name], own, Share(share.share, None, None) if chosen else share)
    together = np.logical_and.reduce([*holds.values()])
    own_limits = [name for name, limit in limits.items() if limit.level is None]
    share = share_of(together, weights)
    if not own_limits or share.share in (None, 0.0, 1.0) or effective_size(steps) < 2.0:
        return Joint(conditions, share)
    size = _worth(together, holds, own_limits, values, limits, steps)
    return Joint(conditions, wilson(share * size, size) if size < math.inf else Share(share.share, share, share))


def kept(values: Floats, way: Way, level: float) -> Truths:
    """Which values keep within a limit, bool[replications]."""
    with np.errstate(invalid="ignore"):
        return np.asarray(values >= level if way == "at_least" else values <= level, dtype=bool)


def own_level(values: Floats, way: Way, confidence: float, weights: Floats) -> float:
    """The strictest of the values within which, as a limit, at least a share of all keep; NaN where none is.

    What is NaN keeps within none.
    """
    counted = ~np.isnan(values) & (weights > 0.0)
    sign = -1.0 if way == "at_least" else 1.0
    found = sign * values[counted]
    order = np.lexsort((weights[counted], found))
    mass = np.cumsum(weights[counted][order])
    place = int(np.searchsorted(mass, confidence * math.fsum(weights) * (1.0 - 1e-12)))
    return float(sign * found[order][place]) if place < len(found) else math.nan


def _worth(
    together: Truths,
    holds: Mapping[str, Truths],
    own: list[str],
    values: Mapping[str, Floats],
    limits: Mapping[str, Limit],
    weights: Floats,
) -> float:
    """The number of trials with stated limits in which the joint share would be as uncertain; infinite for no error."""
    size, total = effective_size(weights), math.fsum(weights)
    width = min(1.0 - CONFIDENCE, 1.0 / math.sqrt(size))
    share = math.fsum(weights[together]) / total
    influence = together - share
    for name in own:
        others = np.logical_and.reduce([np.ones(len(together), dtype=bool), *(holds[x] for x in holds if x != name)])
        way = limits[name].way
        ends = [own_level(values[name], way, CONFIDENCE + step, weights) for step in (width, -width)]
        above, below = (kept(values[name], way, end) if not math.isnan(end) else holds[name] for end in ends)
        moved = math.fsum(weights[above]) - math.fsum(weights[below])
        slope = (math.fsum(weights[others & above]) - math.fsum(weights[others & below])) / moved if moved else 0.0
        mass = math.fsum(weights[holds[name]]) / total
        influence = influence - slope * (holds[name] - mass)
    variance = math.fsum((weights * influence) ** 2) / total**2 * size / (size - 1.0)
    return share * (1.0 - share) / variance if variance > ROUNDING else math.inf
