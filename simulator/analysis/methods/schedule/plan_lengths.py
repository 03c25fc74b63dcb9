"""How long a plan should be: the same plan stretched and compressed, and which lengths can't be told from the best.

All lengths meet the same luck. By each measure every pair is compared (paired differences, p-values adjusted by Holm's
method over all pairs), as the best of several is always partly the luckiest. A length is *ruled out* where some other
is told apart as better than it.

The horizon is no part of a plan: a programme that is still on its way when it comes has not failed by its length. A
length whose last go-live is planned so late that success could not show any more leaves *no room*, and is not judged;
and success is held against another length only if it stays worse when all programmes that the horizon *cuts off* are
counted as successes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.analysis.methods.schedule.dates import column, funding_planned
from simulator.results.paired import Column, Contrast, contrast
from simulator.results.statistics import Estimate, Share, holm, mean_of, share_of
from simulator.scenario.vocabulary import QUARTER_WEEKS

if TYPE_CHECKING:
    from simulator.results.result import Result
    from simulator.scenario import Scenario

Floats = np.ndarray[Any, np.dtype[np.float64]]

TIMES: Final = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
"""What the length of the plan is multiplied by."""
MEASURES: Final = ("success", "value_from_funding", "adoption_final")
MISS: Final = 0.05
LONGEST_NAME: Final = 44
PATH: Final = "rollout.time_scale"


def length_of(scenario: Scenario) -> float | None:
    """Weeks from funding to the last planned go-live; None where there is nothing to stretch."""
    rollout = scenario.rollout
    if rollout is None or scenario.users.in_place:
        return None
    return max(phase.week.mean for phase in rollout.phases) * rollout.time_scale.mean or None


def stretched(plan: Scenario, times: float) -> Scenario:
    """The plan with all its dates from funding on multiplied; the plan itself for 1.

    Where the time scale is uncertain the others have multiples of its mean. Under an observed pilot they are without
    it: weights are those of the plan, whose pilot ran.
    """
    if times == 1.0 or plan.rollout is None:
        return plan
    name = f"{plan.name[:LONGEST_NAME]}-times-{times:g}".replace(".", "-")
    changes: dict[str, Any] = {"name": name, PATH: times * plan.rollout.time_scale.mean}
    if plan.pilot is not None and plan.pilot.observed is not None:
        changes["pilot.observed"] = None
    return plan.with_changes(changes)


@dataclass(frozen=True)
class Length:
    """A plan of one length, and what became of it.

    `weeks` is its length, from funding to the last planned go-live, `room` the weeks that are then left to the
    horizon, `needed` those that success takes to show. `values` has float64[replications] by measure, 0 where a
    programme is not funded; `cut_off` is 1 where the horizon cuts a programme off.
    """

    times: float
    weeks: float
    room: float
    needed: float
    numbers: tuple[int, ...]
    values: Mapping[str, Floats]
    cut_off: Floats

    @property
    def has_room(self) -> bool:
        """Whether success could show after its last planned go-live."""
        return self.room >= self.needed

    def at(self, numbers: Sequence[int]) -> Length:
        """The same for some of its replications."""
        here = np.isin(self.numbers, numbers)
        values = {name: each[here] for name, each in self.values.items()}
        return Length(
            self.times, self.weeks, self.room, self.needed, tuple(numbers), values, self.cut_off[here]
        )  # fmt: skip


def read_length(result: Result, times: float) -> Length:
    """What is kept of a result."""
    scenario, records = result.scenario, result.records
    weeks, horizon = length_of(scenario) or 0.0, float(scenario.horizon_weeks)
    needed = float(scenario.success.sustained_weeks + QUARTER_WEEKS)
    names = [name for name in MEASURES if name != "value_from_funding" or result.priced]
    values = {name: np.nan_to_num(column(records.measure(name))) for name in names}
    live = np.array([column(row) for row in records.sites["go_live_week"]]).reshape(records.count, -1).max(axis=1)
    going = result.funded & np.isnan(column(records.measure("shelved_week"))) & (values["success"] == 0.0)
    with np.errstate(invalid="ignore"):
        cut_off = going & ~(live <= horizon - needed)
    numbers = tuple(int(number) for number in records.numbers)
    room = horizon - funding_planned(scenario) - weeks
    return Length(times, weeks, room, needed, numbers, values, cut_off.astype(float))


@dataclass(frozen=True)
class Pair:
    """One length less another by a measure; p is adjusted over all pairs."""

    contrast: Contrast
    p: float | None
    pairs: int

    @property
    def told_apart(self) -> bool:
        """Whether it is more than luck explains."""
        return self.p is not None and self.p <= MISS

    @property
    def together(self) -> Estimate:
        """The difference with an interval that holds for all pairs together with 95% (Bonferroni)."""
        return self.contrast.interval(MISS / self.pairs)


@dataclass(frozen=True)
class Judged:
    """Which of the lengths are best by one measure, by number.

    `top` has the highest mean (of equal ones that nearest to the plan), `leading` are those that none is told apart as
    better than, `open` those that only the horizon may have held back. `differences` are those of each judged length
    less the top one.
    """

    top: int
    leading: tuple[int, ...]
    open: tuple[int, ...]
    differences: Mapping[int, Pair]
    same: bool = False
    """Whether all are the same in every replication."""

    @property
    def best(self) -> int | None:
        """The length that is told apart from all others that are judged; None where none is."""
        alone = len(self.leading) == 1 and not self.open and len(self.differences) > 0
        return self.top if alone and all(one.told_apart for one in self.differences.values()) else None


def judge(lengths: Sequence[Length], measure: str, weights: Floats | None = None) -> Judged | None:
    """Which lengths are best by a measure, higher being better; None where fewer than two have room.

    All have the same replications; `weights` are float64[replications].
    """
    judged = [number for number, one in enumerate(lengths) if one.has_room]
    if len(judged) < 2:
        return None
    steps = np.ones(len(lengths[0].numbers)) if weights is None else weights
    is_share = measure == "success"
    columns = {number: Column(lengths[number].values[measure], steps, is_share) for number in judged}
    pairs = _pairs(columns, columns)
    means = {number: columns[number].mean for number in judged}
    top = max(judged, key=lambda number: (means[number], -abs(math.log(lengths[number].times)), -number))
    worse = {first for (first, second), one in pairs.items() if one.told_apart and one.contrast.middle < 0.0}
    opened: list[int] = []
    if is_share:
        hopeful = {number: Column(np.maximum(columns[number].values, lengths[number].cut_off), steps, True)
                   for number in judged}  # fmt: skip
        still = {first for (first, second), one in _pairs(hopeful, columns).items()
                 if one.told_apart and one.contrast.middle < 0.0}  # fmt: skip
        opened = [number for number in judged if number in worse and number not in still]
    leading = tuple(number for number in judged if number not in worse)
    same = all(np.array_equal(columns[number].values, columns[top].values) for number in judged)
    return Judged(top, leading, tuple(opened), {number: pairs[number, top] for number in judged if number != top}, same)


def _pairs(ours: Mapping[int, Column], theirs: Mapping[int, Column]) -> dict[tuple[int, int], Pair]:
    """Each of ours less each other one of theirs, with p-values adjusted over the number of pairs."""
    places = list(combinations(theirs, 2))
    found: dict[tuple[int, int], Pair] = {}
    for each in (places, [(second, first) for first, second in places]):
        contrasts = [contrast(ours[first], theirs[second]) for first, second in each]
        known = [one.p for one in contrasts]
        adjusted = holm([1.0 if p is None else p for p in known])
        for place, one, p, raw in zip(each, contrasts, adjusted, known, strict=True):
            found[place] = Pair(one, None if raw is None else p, len(places))
    return found


def share_cut_off(length: Length, weights: Floats | None) -> Share:
    """The share of all programmes that the horizon cuts off."""
    return share_of(length.cut_off > 0.0, weights)


def mean_at(length: Length, measure: str, weights: Floats | None) -> Estimate:
    """The mean of a measure over all programmes; of success the share, with Wilson's interval."""
    values = length.values[measure]
    if measure != "success":
        return mean_of(values, weights)
    share = share_of(values > 0.0, weights)
    return Estimate(share.share, share.low, share.high, len(values))
