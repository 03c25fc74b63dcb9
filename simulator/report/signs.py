"""Why programmes fail or lose scale: the success criteria that they miss, and signs of the essay's five killers.

A sign is something that can be seen in a replication's output, such as data carried by hand for most of the time. It
shows where to look; what a mechanism costs is known only from runs with and without it.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from simulator.report.words import written
from simulator.results.statistics import Z_95
from simulator.scenario.measure import MONEY, SHARE, Unit
from simulator.scenario.measures import WEEKLY
from simulator.scenario.vocabulary import Outcome

if TYPE_CHECKING:
    from simulator.results.result import Result

ACCURACY_LOST = 0.1
"""Accuracy at all sites this far below the pilot's reading counts as a sign."""

RECENT_WEEKS = 8
"""Weeks over which accuracy and service are averaged for a sign."""

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Weeks = np.ndarray[Any, np.dtype[np.int64]]
Truths = np.ndarray[Any, np.dtype[np.bool_]]


class Sign(NamedTuple):
    """A sign of a killer: what is seen, and in which share of the funded failures and of the successes.

    `killer` is what it is a sign of, in plain words; `successes` is None where there are none.
    """

    seen: str
    killer: str
    failures: float
    successes: float | None


def funded_failures(result: Result) -> Truths:
    """bool[replications]: funded, and never at scale, or no longer."""
    return result.funded & ~_true(result, "success")


def never_scaled(result: Result) -> Truths:
    """bool[replications]: funded, and never at scale."""
    return result.funded & ~_true(result, "reached_scale")


def stops(result: Result, outcome: Outcome = "shelved") -> dict[str | None, Truths]:
    """Which replications of an outcome were stopped, bool[replications], by the gate that did; None is the sponsor."""
    records = result.records
    gates, outcomes, shelved = (records.measure(name) for name in ("stopped_at_gate", "outcome", "shelved_week"))
    found: dict[str | None, Truths] = {}
    for index, (gate, name, week) in enumerate(zip(gates, outcomes, shelved, strict=True)):
        if name == outcome and week is not None:
            who = None if gate is None else str(gate)
            found.setdefault(who, np.zeros(records.count, dtype=bool))[index] = True
    return found


def criteria_lost(result: Result) -> dict[str, Truths]:
    """Which replications lost scale without being stopped, bool[replications], by the measure that failed most."""
    found: dict[str, Truths] = {}
    for index, name in enumerate(result.records.measure("lost_criterion")):
        if name is not None:
            found.setdefault(str(name), np.zeros(result.replications_done, dtype=bool))[index] = True
    return found


def asked_of(result: Result, measure: str) -> str:
    """What the success criteria ask of a weekly measure, in words; its name alone where there are several bounds."""
    words = WEEKLY[measure].words.lower()
    criteria = [criterion for criterion in result.scenario.success.criteria if criterion.measure == measure]
    level = (criteria[0].at_least or criteria[0].at_most) if len(criteria) == 1 else None
    if level is None:
        return words
    side = "at or below" if criteria[0].at_least is None else "at or above"
    return f"{words} {side} {_bound(level.mean, WEEKLY[measure].unit, result.scenario.economics.currency)}"


def adoption_asked(result: Result) -> float | None:
    """The mean of the least adoption that the success criteria ask for; None where they ask for none."""
    criteria = [each for each in result.scenario.success.criteria if each.measure == "adoption"]
    levels = [each.at_least.mean for each in criteria if each.at_least is not None]
    return max(levels, default=None)


def criteria_missed(result: Result) -> dict[str, float]:
    """For each success criterion, in words, the share of those never at scale in which it never held for long enough.

    Each criterion is looked at alone. Only weeks after funding count, as for success.
    """
    records = result.records
    success = result.scenario.success
    failed = never_scaled(result)
    if not failed.any():
        return {}
    funded = np.array([week or 0.0 for week in records.measure("funded_week")], dtype=float)
    in_plan = np.arange(records.weeks) >= np.ceil(funded)[:, None]
    missed: dict[str, float] = {}
    for index, criterion in enumerate(success.criteria):
        if criterion.measure not in records.weekly:
            continue
        rows = records.week_rows(criterion.measure)
        at_least = criterion.at_least is not None
        quantity = criterion.at_least if at_least else criterion.at_most
        level = _level(result, f"success.criteria.{index}.{'at_least' if at_least else 'at_most'}", quantity)
        with np.errstate(invalid="ignore"):
            holds = rows >= level[:, None] if at_least else rows <= level[:, None]
        long_enough = _longest_stretch(holds & in_plan) >= success.sustained_weeks
        measure = WEEKLY[criterion.measure]
        bound = _bound(float(np.mean(level)), measure.unit, result.scenario.economics.currency)
        missed[f"{measure.words.lower()} never stays {'at or above' if at_least else 'at or below'} {bound}"] = (
            result.weighting.mean(~long_enough, failed)
        )
    return missed


def signs(result: Result) -> list[Sign]:
    """Signs of the killers among the funded failures, the most telling first.

    Failures are looked at in their last weeks, and successes at the same ages since funding: young programmes differ
    from old ones whatever becomes of them. Telling is a sign that is commoner among failures than among successes;
    signs of which that can't be said at 95% (two-sample test of shares) come last. Measures that a result lacks give
    no sign.
    """
    failed = funded_failures(result)
    scaled = _true(result, "success")
    if not failed.any():
        return []
    read = _Read(result)
    own = _shown(read, _ends(result))
    peers = [0.0] * len(own)
    if scaled.any():
        starts = np.ceil(_numbers(result, "funded_week", 0.0)).astype(np.int64)
        ages = _ends(result) - starts
        for age in np.unique(ages[failed]):
            weight = result.weighting.mass(failed & (ages == age)) / result.weighting.mass(failed)
            for index, (_, _, shown) in enumerate(_shown(read, starts + age)):
                peers[index] += result.weighting.mean(shown, scaled) * weight
    found = [
        Sign(seen, killer, result.weighting.mean(shown, failed), peer if scaled.any() else None)
        for (seen, killer, shown), peer in zip(own, peers, strict=True)
    ]
    sizes = result.weighting.size(failed), result.weighting.size(scaled)
    return sorted(found, key=lambda sign: (telling(sign, *sizes), _lead(sign)), reverse=True)


def telling(sign: Sign, failures: float, successes: float) -> bool:
    """Whether a sign is commoner among that many failures than among that many successes, at 95%."""
    if sign.successes is None or failures == 0 or successes == 0:
        return False
    pooled = (sign.failures * failures + sign.successes * successes) / (failures + successes)
    error = math.sqrt(pooled * (1.0 - pooled) * (1.0 / failures + 1.0 / successes))
    return sign.failures - sign.successes > Z_95 * error


def usual(sign: Sign) -> bool:
    """Whether most successes show a sign too: it may be commoner among failures, but sets nobody apart."""
    return sign.successes is not None and sign.successes > 0.5


def _lead(sign: Sign) -> float:
    return sign.failures - (sign.successes or 0.0)


class _Read:
    """The weeks and sites that signs are seen in, each measure read from its file once: it is looked at at each age."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self._weeks: dict[str, Numbers] = {}

    def weeks(self, name: str) -> Numbers:
        """A weekly measure, float64[replications, weeks]."""
        if name not in self._weeks:
            self._weeks[name] = self.result.records.week_rows(name)
        return self._weeks[name]

    @cached_property
    def live_and_carried(self) -> tuple[Numbers, Numbers]:
        """Week of going live, and weeks of data carried by hand, float64[replications, sites]; NaN is null."""
        live, carried = (
            np.array([[math.nan if x is None else x for x in row] for row in self.result.records.sites[name]], float)
            for name in ("go_live_week", "hand_carried_weeks")
        )
        return live, carried


def _shown(read: _Read, ends: Weeks) -> list[tuple[str, str, Truths]]:
    """What each sign is, what it is a sign of, and the replications that show it just before week `ends`."""
    result, records = read.result, read.result.records
    rows: list[tuple[str, str, Truths]] = []
    with np.errstate(invalid="ignore"):  # null measures show nothing
        if "accuracy_pilot" in records.measures and "accuracy" in records.weekly:
            lost = _numbers(result, "accuracy_pilot") - _recent(read, "accuracy", ends)
            words = f"answers were {100 * ACCURACY_LOST:.0f} points or more less accurate than in the pilot"
            rows.append((words, "data quality and edge cases", lost >= ACCURACY_LOST))
        if {"users_onboarded", "users_reverted", "users_lost", "active_users"} <= records.weekly.keys():
            last = np.clip(ends, 1, records.weeks) - 1
            active, waiting, away, lost_for_good = (
                read.weeks(name)[np.arange(records.count), last]
                for name in ("active_users", "users_onboarded", "users_reverted", "users_lost")
            )
            gone = away + lost_for_good
            rows.append(("more people had gone back than used it", "change management", gone > active))
            invited = active + waiting + gone
            rows.append(("most of those invited had not begun", "change management", waiting > 0.5 * invited))
        if {"hand_carried_weeks", "go_live_week"} <= records.sites.keys():
            carried, live = _hand_carried(read, ends)
            words = "sites had carried data by hand for most of their time"
            rows.append((words, "integration", (live > 0.0) & (carried > 0.5 * live)))
        if "sla_met_share" in records.weekly:
            target = result.scenario.support.tiers.tier1.target_share.mean
            in_time = _recent(read, "sla_met_share", ends)
            words = f"fewer than {100 * target:.0f}% of tickets were started in time"
            rows.append((words, "support", in_time < target))
    return rows


def _true(result: Result, measure: str) -> Truths:
    return np.array([bool(value) for value in result.records.measure(measure)], dtype=bool)


def _numbers(result: Result, measure: str, null: float = math.nan) -> Numbers:
    return np.array([null if value is None else value for value in result.records.measure(measure)], dtype=float)


def _ends(result: Result) -> Weeks:
    """Week in which each programme was shelved, or the end of the horizon."""
    records = result.records
    shelved = records.measures.get("shelved_week", [None] * records.count)
    return np.array(
        [records.weeks if week is None else math.floor(float(week)) for week in shelved[: records.count]],
        dtype=np.int64,
    )


def _recent(read: _Read, measure: str, ends: Weeks) -> Numbers:
    """Mean of a weekly measure over the `RECENT_WEEKS` before week `ends` in which it is not null."""
    rows = read.weeks(measure)
    weeks = np.arange(rows.shape[1])
    counted = (weeks < ends[:, None]) & (weeks >= ends[:, None] - RECENT_WEEKS) & ~np.isnan(rows)
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(counted, rows, 0.0).sum(axis=1) / counted.sum(axis=1))


def _hand_carried(read: _Read, ends: Weeks) -> tuple[Numbers, Numbers]:
    """Site-weeks in which data were carried by hand, and site-weeks live, both until week `ends`."""
    starts, carried = read.live_and_carried
    live = np.nan_to_num(np.clip(ends[:, None] - starts[: len(ends)], 0.0, None))
    return np.minimum(live, np.nan_to_num(carried[: len(ends)])).sum(axis=1), live.sum(axis=1)


def _bound(level: float, unit: Unit, currency: str) -> str:
    if unit == MONEY:
        return written(level, MONEY, currency=currency)
    return f"{100 * level:.3g}%" if unit == SHARE else f"{level:.3g}"


def _level(result: Result, path: str, quantity: Any) -> Numbers:
    """The level of a criterion in each replication, as drawn when it is uncertain."""
    count = result.records.count
    if path in result.records.input_paths:
        return result.records.inputs[:count, result.records.input_paths.index(path)]
    return np.full(count, quantity.mean)


def _longest_stretch(holds: Truths) -> Weeks:
    """Longest number of weeks in a row that are true, for each row of bool[replications, weeks]."""
    longest = np.zeros(holds.shape[0], dtype=np.int64)
    current = np.zeros_like(longest)
    for week in range(holds.shape[1]):
        current = np.where(holds[:, week], current + 1, 0)
        longest = np.maximum(longest, current)
    return longest
