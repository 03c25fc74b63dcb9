"""What breaks first: signs of a programme, week by week, held against the same replication of the plan.

A sign *breaks* in a replication in the first of `SUSTAINED` weeks in a row in which it is beyond its limit under the
stress and not beyond it under the plan, in the same week with the same luck. So what was broken anyway is not laid at
the stress's door, and where nothing is changed nothing breaks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from simulator.results.statistics import Estimate, Share, quantile, share_of

Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]

SUSTAINED: Final = 4
"""Weeks in a row beyond a limit."""
BUSY: Final = 0.95
"""Utilisation from which people have no time left."""
SERVED: Final = 0.8
"""Share of visits that should be started in time."""
FALL: Final = 0.1
"""By how much a share has to be below that of the plan."""


@dataclass(frozen=True)
class Sign:
    """A weekly measure and what is too much: above a limit, below one, or so far below the plan."""

    name: str
    column: str
    kind: Literal["resource", "measure"]
    beyond: Literal["above", "below", "fall"]
    limit: float

    def broken(self, stressed: Floats, plan: Floats) -> Truths:
        """Where it is beyond its limit under the stress and not under the plan, bool[replications, weeks]."""
        with np.errstate(invalid="ignore"):
            if self.beyond == "fall":
                return stressed < plan - self.limit
            if self.beyond == "above":
                return (stressed >= self.limit) & ~(plan >= self.limit)
            return (stressed < self.limit) & ~(plan < self.limit)


SIGNS: Final = (
    Sign("first_line", "utilisation_tier1", "resource", "above", BUSY),
    Sign("specialists", "utilisation_tier2", "resource", "above", BUSY),
    Sign("data_science", "utilisation_tier3", "resource", "above", BUSY),
    Sign("service", "sla_met_share", "measure", "below", SERVED),
    Sign("accuracy", "accuracy", "measure", "fall", FALL),
    Sign("answers", "resolution", "measure", "fall", FALL),
    Sign("adoption", "adoption", "measure", "fall", FALL),
    Sign("money", "net_run_rate", "measure", "below", 0.0),
)
"""The people whom a programme needs, then what they and the system do for it."""


def first_weeks(broken: Truths) -> Floats:
    """The first week of `SUSTAINED` in a row that are broken, float64[replications]; NaN where there is none."""
    weeks = broken.shape[1]
    if weeks < SUSTAINED:
        return np.full(len(broken), np.nan)
    windows: Any = np.lib.stride_tricks.sliding_window_view(broken, SUSTAINED, axis=1)
    runs = windows.all(axis=2)
    return np.where(runs.any(axis=1), runs.argmax(axis=1).astype(float), np.nan)


@dataclass(frozen=True)
class Broken:
    """How often a sign breaks, in which week in the middle, and how often it is the first, alone or with others."""

    share: Share
    week: Estimate
    first: Share


class Breaks:
    """What breaks in each replication: `weeks` by sign, float64[replications], NaN where it holds."""

    def __init__(self, weeks: Mapping[str, Floats], weights: Floats | None = None) -> None:
        self.weeks, self.weights = dict(weeks), weights
        every = np.array([*self.weeks.values()])
        with np.errstate(all="ignore"):
            self._first = np.where(np.isnan(every).all(axis=0), np.nan, np.fmin.reduce(every, axis=0))

    @classmethod
    def between(
        cls, stressed: Mapping[str, Floats], plan: Mapping[str, Floats], weights: Floats | None = None
    ) -> Breaks:
        """What breaks under a stress that holds under the plan; weekly columns as float64[replications, weeks]."""
        return cls(
            {
                sign.name: first_weeks(sign.broken(stressed[sign.column], plan[sign.column]))
                for sign in SIGNS
                if sign.column in stressed and sign.column in plan
            },
            weights,
        )

    @property
    def any(self) -> Share:
        """The share of replications in which anything breaks."""
        return self._share(~np.isnan(self._first))

    @property
    def week(self) -> Estimate:
        """The week in which the first sign breaks, in the middle of those in which any does."""
        return quantile(self._first.tolist(), 0.5, self.weights)

    def of(self, sign: str) -> Broken:
        """What is told of a sign."""
        weeks = self.weeks[sign]
        first = ~np.isnan(weeks) & (weeks == self._first)
        return Broken(self._share(~np.isnan(weeks)), quantile(weeks.tolist(), 0.5, self.weights), self._share(first))

    def firsts(self) -> dict[tuple[str, ...], float]:
        """Shares of the replications in which anything breaks, by what is first; ties are joint."""
        weights = np.ones(len(self._first)) if self.weights is None else self.weights
        carried: dict[tuple[str, ...], list[float]] = {}
        for place in np.flatnonzero(~np.isnan(self._first) & (weights > 0.0)):
            joint = tuple(name for name, weeks in self.weeks.items() if weeks[place] == self._first[place])
            carried.setdefault(joint, []).append(float(weights[place]))
        sums = {joint: math.fsum(parts) for joint, parts in carried.items()}
        whole = math.fsum(sums.values())
        return {joint: part / whole for joint, part in sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))}

    def _share(self, holds: Truths) -> Share:
        return share_of(holds, self.weights)


def columns() -> Sequence[str]:
    """The weekly columns that signs are read from."""
    return tuple(sign.column for sign in SIGNS)


def as_rows(result: Any) -> dict[str, Floats]:
    """The weekly columns of a result, float64[replications, weeks]."""
    return {name: result.records.week_rows(name) for name in columns()}
