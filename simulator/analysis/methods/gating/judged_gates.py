"""One gate judged: each of its decisions held against the same replication with the gate off, and other rules tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from simulator.analysis.methods.gating.decisions import (
    GO,
    NOT_READ,
    STOP,
    Apart,
    Counts,
    Decisions,
    Floats,
    Kind,
    Looks,
    Missed,
    Part,
    Rule,
    Truths,
    as_dict,
    best_of,
    change_of_share,
    kinds,
    missed,
    parts,
    thresholds,
)
from simulator.analysis.methods.gating.gate_paths import LOOKS
from simulator.results.statistics import Estimate, Share, mean_of, share_of

if TYPE_CHECKING:
    from simulator.scenario.sections.rollout import GateReading

Truth = Literal["success", "value"]
TRUTHS: Final[tuple[Truth, ...]] = ("success", "value")
"""What makes a go right: that the programme succeeds, or that funding is worth more than it costs."""
THRESHOLDS: Final = 7
"""Thresholds that are tried beside that of the plan, and no gate at all."""


@dataclass(frozen=True)
class Tried:
    """A gate under other bounds or holds: `label` is the threshold or the number of holds, None for no gate.

    Shares of all replications, and means; of each replication its `end`, whether it `succeeds`, and its `worth`, which
    is to be as large as possible, float64[replications].
    """

    label: float | None
    planned: bool
    goes: Share
    stops: Share
    false_go: Share
    false_stop: Share
    success: Estimate
    npv: Estimate | None
    end: Counts
    succeeds: Floats
    worth: Floats

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON types."""
        names = ("goes", "stops", "false_go", "false_stop", "success", "npv")
        return {"label": self.label, "planned": self.planned, **{name: as_dict(getattr(self, name)) for name in names}}


@dataclass(frozen=True)
class Curve:
    """A gate over the thresholds of one criterion, the lax ones first and no gate before them, and which is best."""

    criterion: int
    tried: tuple[Tried, ...]
    apart: Apart


class Gate:
    """A gate and what it decided in each replication.

    `phase` is that which it lets through, None for the funding gate; `criteria` are measures and sides (`at_least`,
    `at_most`). `retry_weeks` is the length of a hold in each replication, float64[replications].
    """

    def __init__(
        self,
        gate: GateReading,
        looks: Looks,
        rule: Rule,
        retry_weeks: Floats,
        *,
        weights: Floats | None = None,
        truth: Truth = "success",
        priced: bool = True,
    ) -> None:
        self.name = gate.name
        self.phase: str | None = getattr(gate, "phase", None)
        self.criteria = tuple(
            (criterion.measure, "at_least" if criterion.at_least is not None else "at_most")
            for criterion in gate.criteria
        )
        self.looks, self.rule, self.retry_weeks = looks, rule, retry_weeks
        self.weights, self.truth, self.priced = weights, truth, priced

    # ---- each replication

    @cached_property
    def decided(self) -> Decisions:
        """What it decided."""
        return self.looks.decisions(self.rule)

    def planned(self, measure: str) -> Floats:
        """A measure with the gate, float64[replications]."""
        return self.looks.outcome(measure, self.decided)

    def off(self, measure: str) -> Floats:
        """A measure with the gate off, float64[replications]."""
        return self.looks.off(measure)

    def brings(self, measure: str) -> Floats:
        """What the gate brings: a measure with it less that without it, float64[replications]."""
        return self.planned(measure) - self.off(measure)

    @cached_property
    def good(self) -> Truths:
        """Whether a replication is good with the gate off, bool[replications]."""
        return self._good(self.off)

    @cached_property
    def kinds(self) -> dict[Kind, Truths]:
        """Which replications are of each kind of decision."""
        return kinds(self.decided.end, self.good)

    @cached_property
    def rescued(self) -> Truths:
        """Held, then let through and good, which it would not be with the gate off, bool[replications]."""
        return self.went_after_a_hold & self._good(self.planned) & ~self.good

    @cached_property
    def spoiled(self) -> Truths:
        """Held, then let through and not good, which it would be with the gate off, bool[replications]."""
        return self.went_after_a_hold & ~self._good(self.planned) & self.good

    @property
    def was_held(self) -> Truths:
        """Held at least once, bool[replications]."""
        found: Truths = self.decided.holds > 0
        return found

    @property
    def went_after_a_hold(self) -> Truths:
        """Let through, but not at its first reading, bool[replications]."""
        found: Truths = (self.decided.end == GO) & self.was_held
        return found

    def _good(self, of: Callable[[str], Floats]) -> Truths:
        good: Truths = of("success" if self.truth == "success" else "value_from_funding") > 0.0
        return good

    # ---- all of them

    def share(self, holds: Truths, among: Truths | None = None) -> Share:
        """The share of the replications (`among` some) in which something holds."""
        chosen = np.ones(len(holds), bool) if among is None else among
        return share_of(holds[chosen], None if self.weights is None else self.weights[chosen])

    def mean(self, values: Floats, among: Truths | None = None) -> Estimate:
        """The mean over the replications, or `among` some."""
        chosen = np.ones(len(values), bool) if among is None else among
        return mean_of(values[chosen], None if self.weights is None else self.weights[chosen])

    def change(self, measure: str) -> Estimate:
        """What the gate brings of a measure, on the mean."""
        if measure == "success":
            return change_of_share(self.planned(measure), self.off(measure), self.weights)
        return self.mean(self.brings(measure))

    @cached_property
    def parts(self) -> dict[Kind, Part]:
        """Shares of the kinds of decisions, and what the gate brings in each, in net present value from kick-off."""
        return parts(self.kinds, self.brings("npv") if self.priced else None, self.weights)

    @property
    def never_read(self) -> bool:
        """Whether no replication that counts gets as far as its reading."""
        return not self.share(~self.kinds["not_read"]).share

    @property
    def changes_nothing(self) -> bool:
        """Whether it lets through all that count at their first reading, so that they are the same without it."""
        unchanged = self.kinds["not_read"] | ((self.decided.end == GO) & ~self.was_held)
        return self.share(unchanged).share == 1.0

    @property
    def weeks_held(self) -> Floats:
        """For how long it held, float64[replications]: up to its last reading, or to that which never came."""
        found: Floats = self.decided.holds * self.retry_weeks
        return found

    @cached_property
    def missed(self) -> list[Missed]:
        """The criteria by how often they were missed when it did not let through, most often first."""
        return missed(self.looks, self.rule, self.weights)

    # ---- what it might be

    @property
    def criterion(self) -> int:
        """The criterion that matters most: that which was missed most often, the first where none was."""
        return self.missed[0].criterion if self.missed else 0

    def tried(self, label: float | None, rule: Rule | None, *, planned: bool = False) -> Tried:
        """The gate under another rule; None for no gate."""
        if rule is None:
            end = np.where(self.looks.looked[:, 0], GO, NOT_READ)
            success, npv = self.off("success"), self.off("npv")
        else:
            decided = self.looks.decisions(rule)
            end, success, npv = decided.end, *(self.looks.outcome(name, decided) for name in ("success", "npv"))
        of = kinds(end, self.good)
        return Tried(
            label,
            planned,
            self.share(end == GO),
            self.share(end == STOP),
            self.share(of["false_go"]),
            self.share(of["false_stop"]),
            self.mean(success),
            self.mean(npv) if self.priced else None,
            end,
            success,
            npv if self.priced else success,
        )

    def curve(self, criterion: int) -> Curve | None:
        """Over the thresholds of a criterion, the others as planned; None where there is nothing of it to see."""
        bounds = self.rule.bounds(criterion)
        planned = float(np.median(bounds))
        first = self.looks.readings[:, 0, criterion]
        levels = thresholds(first[np.isfinite(first)], planned, THRESHOLDS)
        if len(levels) < 2:
            return None
        strict_last = levels if self.rule.asks_for_more(criterion) else levels[::-1]
        found = [self.tried(None, None)]
        for level in strict_last:
            rule = self.rule if level == planned else self.rule.at(criterion, level)
            found.append(self.tried(level, rule, planned=level == planned))
        place = next(place for place, one in enumerate(found) if one.planned)
        apart = best_of([one.worth for one in found], self.weights, shares=not self.priced, preferred=place)
        return Curve(criterion, tuple(found), apart)

    def by_holds(self) -> list[Tried]:
        """The gate with other numbers of holds."""
        return [
            self.tried(float(holds), replace(self.rule, max_holds=holds), planned=holds == self.rule.max_holds)
            for holds in sorted({*LOOKS, self.rule.max_holds})
        ]
