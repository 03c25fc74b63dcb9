"""What gates decide, and whether that was right: pure functions of readings, bounds and what came of each decision.

A gate that does not pass holds, and is read again; after its last hold it stops the programme. Whatever its bounds are,
up to its last reading a programme has then only ever been held by it, so that one path, on which it holds at every
reading, has the readings under any bounds, and there are only so many ways on from there: it goes at the first reading,
or at the second, ..., or stops at one. With the outcomes of these (`Looks`) any bounds and any number of holds are
judged exactly, with the same luck, and without simulating again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from simulator.results.paired import Column, contrast
from simulator.results.statistics import Estimate, Share, holm, mean_of, share_of

Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]

Kind = Literal["right_go", "false_go", "right_stop", "false_stop", "held", "not_read"]
KINDS: Final[tuple[Kind, ...]] = ("right_go", "false_go", "right_stop", "false_stop", "held", "not_read")
"""What a gate's decision in a replication was: `held` where it held, and was not read again before all was over."""
GO, STOP, HELD, NOT_READ = range(4)
MISS: Final = 0.05
"""The probability of calling two thresholds different that are not."""


@dataclass(frozen=True)
class Rule:
    """When a gate lets a programme through: `low` and `high` are the bounds of each criterion, float64[replications,
    criteria]; `any_of` them, or all, must be met; it stops at the first reading after `max_holds` holds.
    """

    low: Floats
    high: Floats
    any_of: bool
    max_holds: int

    def within(self, readings: Floats) -> Truths:
        """Which criteria are met at each reading, bool[replications, looks, criteria]; what can't be seen fails."""
        with np.errstate(invalid="ignore"):
            found: Truths = (self.low[:, None, :] <= readings) & (readings <= self.high[:, None, :])
        return found

    def at(self, criterion: int, threshold: float) -> Rule:
        """The same with another threshold for one criterion, on the side on which it has one."""
        low, high = self.low.copy(), self.high.copy()
        (low if self.asks_for_more(criterion) else high)[:, criterion] = threshold
        return replace(self, low=low, high=high)

    def asks_for_more(self, criterion: int) -> bool:
        """Whether a criterion is met by what is at least so much."""
        return bool(np.isfinite(self.low[:, criterion]).any())

    def bounds(self, criterion: int) -> Floats:
        """The threshold of a criterion in each replication, float64[replications]."""
        found: Floats = (self.low if self.asks_for_more(criterion) else self.high)[:, criterion]
        return found


@dataclass(frozen=True)
class Decisions:
    """How it ended in each replication (`GO`, `STOP`, `HELD`, `NOT_READ`), and after how many holds; int64 arrays."""

    end: Counts
    holds: Counts


def decide(met: Truths, looked: Truths, max_holds: int) -> Decisions:
    """The first reading that is met lets it through; that after the last hold stops it; bool[replications, looks].

    `looked` says which readings there are if it holds at all of them: those of a replication come first.
    """
    n, looks = met.shape
    end, holds = np.full(n, HELD), np.zeros(n, np.int64)
    open_ = np.ones(n, bool)
    for look in range(min(looks, max_holds + 1)):
        over = open_ & ~looked[:, look]
        end[over], holds[over] = (NOT_READ if look == 0 else HELD), look
        open_ &= ~over
        passed = open_ & met[:, look]
        end[passed], holds[passed] = GO, look
        open_ &= ~passed
        if look == max_holds:
            end[open_], holds[open_] = STOP, look
            open_[:] = False
    holds[open_] = looks
    return Decisions(end, holds)


def kinds(end: Counts, truth: Truths) -> dict[Kind, Truths]:
    """Which kind of decision each replication has; `truth`: whether it would be good with the gate off."""
    return {
        "right_go": (end == GO) & truth,
        "false_go": (end == GO) & ~truth,
        "right_stop": (end == STOP) & ~truth,
        "false_stop": (end == STOP) & truth,
        "held": end == HELD,
        "not_read": end == NOT_READ,
    }


@dataclass(frozen=True)
class Looks:
    """A gate's readings, as long as it holds, and what comes of each way on.

    `readings` is float64[replications, looks, criteria] and `looked` bool[replications, looks]. `go` and `stop` have by
    measure what comes of going, and of stopping, at each look, float64[replications, looks], NaN where that was not
    simulated; `rest` what comes of it where it is not read (again), float64[replications].
    """

    readings: Floats
    looked: Truths
    go: Mapping[str, Floats]
    stop: Mapping[str, Floats]
    rest: Mapping[str, Floats]

    def decisions(self, rule: Rule) -> Decisions:
        """What a rule decides."""
        within = rule.within(self.readings)
        met: Truths = np.asarray(within.any(axis=2) if rule.any_of else within.all(axis=2))
        return decide(met, self.looked, rule.max_holds)

    def outcome(self, measure: str, decided: Decisions) -> Floats:
        """A measure of each replication after these decisions."""
        rows = np.arange(len(decided.end))
        look = np.minimum(decided.holds, self.looked.shape[1] - 1)
        found: Floats = np.select(
            [decided.end == GO, decided.end == STOP],
            [self.go[measure][rows, look], self.stop[measure][rows, look]],
            self.rest[measure],
        )
        return found

    def off(self, measure: str) -> Floats:
        """A measure of each replication with the gate off: it lets through at its first reading, whatever it sees."""
        found: Floats = np.where(self.looked[:, 0], self.go[measure][:, 0], self.rest[measure])
        return found


@dataclass(frozen=True)
class Missed:
    """How often a criterion was missed, of the readings that did not let the programme through."""

    criterion: int
    share: Share


def missed(looks: Looks, rule: Rule, weights: Floats | None = None) -> list[Missed]:
    """The criteria by how often they were missed, most often first; empty where every reading let it through.

    Replications count by `weights`, each of their readings alike; the intervals take readings for independent.
    """
    decided, within = looks.decisions(rule), rule.within(looks.readings)
    last = np.where(decided.end == GO, decided.holds, decided.holds + (decided.end == STOP))
    failed = np.arange(looks.looked.shape[1])[None, :] < last[:, None]
    if not failed.any():
        return []
    each = None if weights is None else np.broadcast_to(weights[:, None], failed.shape)[failed]
    if each is not None and not each.any():
        return []
    found = [
        Missed(criterion, share_of(~within[:, :, criterion][failed], each)) for criterion in range(within.shape[2])
    ]
    return sorted(found, key=lambda one: (-float(one.share), one.criterion))


@dataclass(frozen=True)
class Part:
    """What falls to one kind of decision: its share, and the money that the gate brings there.

    `brings` is that over all replications, so that kinds add up; `each` on the mean of those of this kind.
    """

    share: Share
    brings: Estimate | None
    each: Estimate | None


def parts(of: Mapping[Kind, Truths], brings: Floats | None, weights: Floats | None = None) -> dict[Kind, Part]:
    """Shares of the kinds and what the gate brings in each, `brings` being with the gate less without it."""
    found: dict[Kind, Part] = {}
    for kind, holds in of.items():
        if brings is None:
            found[kind] = Part(share_of(holds, weights), None, None)
            continue
        here = None if weights is None else weights[holds]
        found[kind] = Part(
            share_of(holds, weights), mean_of(np.where(holds, brings, 0.0), weights), mean_of(brings[holds], here)
        )
    return found


def difference_of_shares(ours: Share, theirs: Share) -> Estimate:
    """How much larger one share is than another, of other replications; the interval from those of both.

    Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.
    """
    if ours.share is None or theirs.share is None:
        return Estimate(None, None, None, 0)
    value = ours.share - theirs.share
    if None in (ours.low, ours.high, theirs.low, theirs.high):
        return Estimate(value, None, None, 0)
    (low, high), (least, most) = ((float(one.low or 0.0), float(one.high or 0.0)) for one in (ours, theirs))
    below = math.hypot(ours.share - low, most - theirs.share)
    above = math.hypot(high - ours.share, theirs.share - least)
    return Estimate(value, value - below, value + above, 0)


def change_of_share(ours: Any, theirs: Any, weights: Floats | None = None) -> Estimate:
    """How much more often something holds one way than another, in the same replications (0 or 1 in each).

    The interval is that of Bonett and Price (2012), which has a width where no replication differs, or all do.
    """
    steps = np.ones(len(ours)) if weights is None else weights
    columns = [Column(np.asarray(one, float), steps, is_share=True) for one in (ours, theirs)]
    if not (columns[0].values != columns[1].values)[steps > 0.0].any():
        return Estimate(0.0, 0.0, 0.0, int(np.count_nonzero(steps)))
    return contrast(*columns).interval()


@dataclass(frozen=True)
class Apart:
    """Which of several is best by its mean, and which can't be told from it.

    `best` is None where none can be told from the best; `alike` are the places of those that can't, itself among them.
    """

    leading: int
    alike: tuple[int, ...]
    best: int | None


def best_of(
    values: Sequence[Floats], weights: Floats | None = None, *, shares: bool = False, preferred: int = 0
) -> Apart:
    """The best of several outcomes of the same replications, told from the others beyond luck.

    p-values of all pairs (paired t; of `shares` the interval of Bonett and Price) are adjusted by Holm's method, as any
    of them might have been the best. Of those that are alike to the last digit `preferred` leads, else the first.
    """
    steps = np.ones(len(values[0])) if weights is None else weights
    columns = [Column(one, steps, shares) for one in values]
    means = [column.mean for column in columns]
    leading = max(range(len(values)), key=lambda place: (means[place], place == preferred, -place))
    pairs = list(combinations(range(len(values)), 2))
    same = {pair: np.array_equal(values[pair[0]], values[pair[1]]) for pair in pairs}
    tested = [pair for pair in pairs if not same[pair]]
    p = [contrast(columns[first], columns[second]).p for first, second in tested]
    adjusted = dict(zip(tested, holm([1.0 if one is None else one for one in p]), strict=True))
    alike = tuple(
        place
        for place in range(len(values))
        if place == leading or adjusted.get((min(place, leading), max(place, leading)), 1.0) > MISS
    )
    return Apart(leading, alike, leading if len(alike) < len(values) else None)


def thresholds(first: Floats, planned: float, most: int) -> list[float]:
    """Thresholds from low to high over the range of the first readings, float64[replications], the planned one too.

    Rounded to three digits; none but the planned one where there is nothing to see.
    """
    seen = first[np.isfinite(first)]
    levels = np.linspace(0.05, 0.95, most)
    found = {float(f"{value:.3g}") for value in np.quantile(seen, levels)} if len(seen) else set()
    return sorted(found | {planned})


def as_dict(one: Any) -> dict[str, Any] | None:
    """An estimate as JSON types; None stays."""
    return None if one is None else one.as_dict()
