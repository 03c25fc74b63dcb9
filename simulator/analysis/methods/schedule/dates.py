"""When things happen: how many have got somewhere by which week, with how much confidence, and when it was planned.

What ends otherwise (shelved, stopped at a gate, not funded) is a *competing risk*: it never gets there, and stays among
those that are counted. So the share by a week is the cumulative incidence (Kalbfleisch and Prentice 1980, The
Statistical Analysis of Failure Time Data, section 7.2), which a survival curve of those that are left would overstate.
Nothing is censored: what has not happened by the horizon is counted as not happened.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from simulator.results.statistics import Estimate, Share, quantile, share_of, wilson

if TYPE_CHECKING:
    from simulator.results.result import Result
    from simulator.scenario import Scenario

Floats = np.ndarray[Any, np.dtype[np.float64]]
Truths = np.ndarray[Any, np.dtype[np.bool_]]
Kind = Literal["kick-off", "pilot", "decision", "funding", "phase", "site", "systems", "scale", "kept"]

LEVELS = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


def share_by(weeks: Floats, week: float, weights: Floats | None = None) -> Share:
    """The share of replications in which something has happened by a week; infinite where it never does.

    `weeks` and `weights` are float64[replications].
    """
    if weights is not None:
        return share_of(weeks <= week, weights)
    return wilson(int(np.count_nonzero(weeks <= week)), len(weeks))


def incidence(weeks: Floats, last_week: int, weights: Floats | None = None) -> tuple[Share, ...]:
    """`share_by` of each week from 0 to the last."""
    return tuple(share_by(weeks, week, weights) for week in range(last_week + 1))


@dataclass(frozen=True)
class Confident:
    """The first week by which at least a share `level` of all has got somewhere; None where none is.

    Its 95% interval `low` to `high` are the first weeks at which the interval of the share by then reaches up to the
    level, and leaves what is below it; None where there is no such week. `reached` is the share in the end.
    """

    level: float
    week: float | None
    low: float | None
    high: float | None
    reached: Share


def confident(weeks: Floats, level: float, weights: Floats | None = None) -> Confident:
    """The week by which a share of all has got there, from the week of each replication, infinite for never."""
    reached = share_by(weeks, math.inf if not len(weeks) else np.finfo(float).max, weights)
    counted = weeks if weights is None else weeks[weights > 0.0]
    ends: dict[str, float] = {}
    for week in np.unique(counted[np.isfinite(counted)]).tolist():
        by_then = share_by(weeks, week, weights)
        for end in ("share", "low", "high"):
            found = getattr(by_then, end)
            if found is not None and found >= level:
                ends.setdefault(end, week)
    return Confident(level, ends.get("share"), ends.get("high"), ends.get("low"), reached)


def middle_of(values: Floats, level: float, weights: Floats | None = None) -> Estimate:
    """A quantile of values that are there, with its interval; in one order, so that permuting changes no digit."""
    there = ~np.isnan(values)
    if weights is None:
        return quantile(values[there], level)
    order = np.lexsort((weights[there], values[there]))
    return quantile(values[there][order], level, weights[there][order])


@dataclass(frozen=True, eq=False)
class Milestone:
    """Something that is to happen once: when it is planned, and when it happens in each replication (NaN: never).

    Weeks count from kick-off. `planned` is None where the plan has no date for it.
    """

    kind: Kind
    name: str
    planned: float | None
    weeks: Floats
    weights: Floats | None = None

    @cached_property
    def arrive(self) -> Share:
        """The share of all replications that get there by the horizon."""
        return share_by(np.where(np.isnan(self.weeks), math.inf, self.weeks), np.finfo(float).max, self.weights)

    @cached_property
    def in_time(self) -> Share | None:
        """The share of all that get there by the date of the plan; None where it has none."""
        if self.planned is None:
            return None
        # a plan's date and a simulated one that are the same may differ by rounding
        return share_by(np.where(np.isnan(self.weeks), math.inf, self.weeks), self.planned + 1e-6, self.weights)

    @cached_property
    def spread(self) -> dict[str, Estimate]:
        """The weeks that 10%, 50% and 90% of those that get there need; without a value where none does."""
        return {name: middle_of(self.weeks, level, self.weights) for name, level in LEVELS.items()}

    @property
    def late(self) -> float | None:
        """Weeks by which the middle one of those that get there is behind the plan."""
        middle = self.spread["p50"].value
        return None if middle is None or self.planned is None else middle - self.planned


def monday_of(scenario: Scenario) -> datetime.date:
    """The first day that is simulated: Monday of the week of kick-off."""
    return scenario.start_date - datetime.timedelta(days=scenario.start_date.weekday())


def date_of(scenario: Scenario, week: float) -> datetime.date:
    """The day on which so many weeks since kick-off are over."""
    return monday_of(scenario) + datetime.timedelta(days=math.floor(7.0 * week + 1e-6))


def funding_planned(scenario: Scenario) -> float:
    """Weeks from kick-off to funding as planned; 0 where users are in place."""
    if scenario.pilot is None or scenario.rollout is None or scenario.users.in_place:
        return 0.0
    return scenario.pilot.weeks + scenario.rollout.funding_delay_weeks.mean


def systems_planned(scenario: Scenario) -> float | None:
    """Weeks from kick-off until all systems are live if every stage takes its median once and nobody waits for people.

    Systems begin at their dates, once those that they build on are live. None without systems.
    """
    from simulator.scenario.checks.prerequisites import stage_prerequisites

    funded, live = funding_planned(scenario), dict[str, float]()
    scale = 1.0 if scenario.rollout is None else scenario.rollout.time_scale.mean
    waiting = list(scenario.integration.systems)
    if scenario.integration.ideal or not waiting:
        return funded if waiting else None
    while waiting:
        system = next(one for one in waiting if all(name in live for name in one.after))
        waiting.remove(system)
        start = system.start_week.mean
        date = max(0.0, funded + start * (scale if start >= 0.0 else 1.0))
        begun, before = max([date, *(live[name] for name in system.after)]), stage_prerequisites(system)
        ends: dict[str, float] = {}
        left = list(system.stages)
        while left:
            stage = next(one for one in left if all(name in ends for name in before[one.name]))
            left.remove(stage)
            start_of_it = max([begun, *(ends[name] for name in before[stage.name])])
            ends[stage.name] = start_of_it + stage.weeks.distribution.quantile(0.5)
        live[system.name] = max(ends.values())
    return max(live.values())


def milestones(result: Result) -> list[Milestone]:
    """The milestones of a programme in the order of its plan, from kick-off to scale; after each phase its sites.

    Kick-off and the end of the pilot are what they are planned to be.
    """
    scenario, weights = result.scenario, result.weighting.weights
    rollout, records, funded = scenario.rollout, result.records, funding_planned(scenario)
    found: list[Milestone] = []

    def add(kind: Kind, name: str, planned: float | None, weeks: Floats) -> None:
        found.append(Milestone(kind, name, planned, weeks, weights))

    add("kick-off", "kick-off", 0.0, np.zeros(records.count))
    if scenario.pilot is not None and not scenario.users.in_place and rollout is not None:
        add(
            "pilot",
            "end of the pilot",
            float(scenario.pilot.weeks),
            np.full(records.count, float(scenario.pilot.weeks)),
        )
        add("decision", "decision", float(scenario.pilot.weeks), column(records.measure("decided_week")))
        add("funding", "funding", funded, column(records.measure("funded_week")))
    sites = [str(site.name) for site in scenario.sites]
    live = np.array([column(row) for row in records.sites["go_live_week"]]).reshape(records.count, len(sites))
    if rollout is not None and not scenario.users.in_place:
        for phase in rollout.phases:
            planned = funded + phase.week.mean * rollout.time_scale.mean
            columns = [sites.index(name) for name in phase.sites]
            add("phase", phase.name, planned, live[:, columns].max(axis=1))  # NaN where one of them never is
            for place in columns:
                add("site", sites[place], planned, live[:, place])
    if scenario.integration.systems and not scenario.integration.ideal:
        add("systems", "all systems", systems_planned(scenario), column(records.measure("integrations_live_week")))
    reached = column(records.measure("weeks_to_scale")) + column(records.measure("funded_week"))
    deadline = funded + scenario.success.deadline_weeks.mean
    add("scale", "scale", deadline, reached)
    kept = np.array([bool(value) for value in records.measure("success")], dtype=bool)
    add("kept", "scale, and kept", deadline, np.where(kept, reached, np.nan))
    return found


def column(values: Sequence[Any]) -> Floats:
    """Values as float64, NaN for None."""
    return np.array([math.nan if value is None else value for value in values], dtype=float)
