"""The people whom each line of support needs, by simulating the plan with other numbers of them and the same luck.

A number of heads is enough in a world (replication) and quarter if the line begins its promised share of visits in
time. Recommended is the smallest number found that is enough in at least 80% of the worlds whose programme runs in the
quarter, by weight and without rounding, while one fewer is not. A line is asked with enough people at the other one;
then both together are held against fresh replications, and raised where they do not hold there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from simulator.analysis.frame.one_by_one import one_by_one
from simulator.analysis.methods.desk import NAME, Desk, Truths, enough_people, watched, with_enough, with_heads
from simulator.analysis.methods.duty import Hourly, hourly
from simulator.analysis.methods.erlang import CONFIDENCE, FEW, Floats, Heads, heads, search
from simulator.analysis.stress import FRESH
from simulator.experiment.progress import Progress, ReportProgress
from simulator.results.statistics import Estimate, Share, mean_of, quantile, share_of
from simulator.scenario.vocabulary import STAFFED_TIERS

if TYPE_CHECKING:
    from simulator.experiment.settings import Settings
    from simulator.results.result import Result
    from simulator.scenario import Scenario

Among = Literal["funded", "success"]
AMONG: Final[tuple[Among, ...]] = ("funded", "success")
TRACED: Final = 20
"""Worlds whose events are looked at for the load by hour."""
RAISED_AT_MOST: Final = 5
"""How often a number is raised that does not hold on fresh replications."""
MEASURES: Final = ("success", "value_from_funding", "users_lost", "programme_cost")
LEAST_RUNNING: Final = 0.1
"""Share of the funded programmes that have to run in a quarter for it to be told."""
EXPECTED_PASSES: Final = 28


@dataclass(frozen=True)
class Cell:
    """What a line needs in a quarter since funding (from 0).

    Each among all worlds whose programme runs then, and among those of them that succeed with enough people: `heads` by
    simulation, `erlang` by the formula at what comes, `target` by the formula at target adoption. `planned` are the
    heads in the middle of the plan's own worlds, `meets` the share of these in which the line meets its target.
    """

    quarter: int
    heads: Mapping[Among, Heads]
    erlang: Mapping[Among, Heads]
    target: Mapping[Among, Heads]
    planned: Estimate
    meets: Share

    @property
    def number(self) -> int | None:
        """The heads that are recommended for the quarter."""
        return self.heads["funded"].number


@dataclass(frozen=True)
class Check:
    """The recommended heads of the quarter that needs most, on fresh replications; and one fewer.

    `raised_from` is the number that did not hold there, if it did not; `fewer` is None where nobody is needed.
    """

    quarter: int
    number: int
    holds: Share
    fewer: Share
    raised_from: int | None = None

    @property
    def held(self) -> bool:
        """Whether it is enough in 80% of the fresh worlds."""
        return self.holds.share is not None and self.holds.share >= CONFIDENCE


@dataclass(frozen=True)
class Line:
    """A line of support: its quarters, and the check of the one that needs most; None where no number is enough."""

    tier: str
    cells: tuple[Cell, ...]
    check: Check | None = None

    @property
    def peak(self) -> Cell | None:
        """The quarter that needs most people, of several the one with the least to spare; None where none is told."""
        known = [cell for cell in self.cells if cell.number is not None]
        if not known:
            return None
        return max(known, key=lambda cell: (cell.number, -float(cell.heads["funded"].holds), -cell.quarter))

    @property
    def recommended(self) -> list[int | None]:
        """The heads of each quarter, with what the check on fresh replications adds; None where none is enough."""
        if self.check is None or self.check.raised_from is None:
            return [cell.number for cell in self.cells]
        was, now = self.check.raised_from, self.check.number
        return [now if cell.number == was else cell.number for cell in self.cells]

    @property
    def staircase(self) -> list[int]:
        """The heads with which the plan is simulated: nobody is dismissed; where none is enough, those before."""
        known = [number for number in self.recommended if number is not None]
        lowest = known[0] if known else 0
        found: list[int] = []
        for number in self.recommended:
            found.append(max(found[-1] if found else lowest, lowest if number is None else number))
        return found


@dataclass(frozen=True)
class Asked:
    """All that was simulated: the desk of the plan, that where nobody waits for a person, and what lines need.

    `effect` are measures of all worlds under the plan, with the recommended people, and their paired difference.
    """

    plan: Desk
    enough: Desk
    lines: tuple[Line, ...]
    effect: Mapping[str, tuple[Estimate, Estimate, Estimate]]
    hours: Hourly | None
    refusal: str = ""


class Passes:
    """One progress for many passes over the replications, of which it is not known beforehand how many there are."""

    def __init__(self, report: ReportProgress, replications: int) -> None:
        self._report, self._replications, self._done, self._within = report, replications, 0, 0

    def __call__(self, now: Progress) -> None:
        """Tell how far all of it is; a pass begins where the count falls back."""
        if now.done < self._within:
            self._done += 1
        self._within = now.done
        expected = max(EXPECTED_PASSES, self._done + 2)
        place = (self._done + 1, expected)
        self._report(
            Progress(
                now.stage,
                self._done * self._replications + now.done,
                expected * self._replications,
                now.scenario,
                place,
            )
        )


@dataclass(frozen=True)
class _Kept:
    """What is kept of a result."""

    numbers: tuple[int, ...]
    measures: Mapping[str, Floats]
    weights: Floats | None
    refusal: str

    @classmethod
    def of(cls, result: Result) -> _Kept:
        names = [name for name in MEASURES if result.priced or name in ("success", "users_lost")]
        return cls(
            tuple(int(number) for number in result.records.numbers),
            {name: np.array([float(x or 0.0) for x in result.records.measure(name)]) for name in names},
            result.weighting.weights if result.estimable else None,
            result.refusal,
        )


class Asking:
    """One question: the passes that its answer needs, in order."""

    def __init__(self, plan: Scenario, settings: Settings, report: ReportProgress) -> None:
        self.plan, self.settings, self.report = plan, settings, report
        self.people = enough_people(plan)

    def ask(self, before: Callable[[], None] | None) -> Asked:
        """All of it."""
        (kept,) = one_by_one([self.plan], self.settings, NAME, _Kept.of, self.report, before)
        self.numbers, self.weights = kept.numbers, kept.weights
        own = watched(self.plan, self.numbers, self.settings, self.report, weights=self.weights)
        self.enough = watched(
            with_enough(self.plan), self.numbers, self.settings, self.report, enough=True, weights=self.weights
        )
        self.quarters = self._quarters()
        lines = self._checked([self._line(t, own) for t, _ in enumerate(STAFFED_TIERS)])
        effect = self._effect(kept, lines)
        return Asked(own, self.enough, tuple(lines), effect, self._hours(own, lines), kept.refusal)

    def _quarters(self) -> list[int]:
        """Quarters in which enough of the funded programmes run."""
        funded = self.enough.funded_worlds
        if not funded.any():
            return []
        weights = None if self.weights is None else self.weights[funded]
        runs = ~np.isnan(self.enough.team_hours[funded])
        return [
            quarter
            for quarter in range(self.enough.quarters)
            if float(share_of(runs[:, quarter], weights)) >= LEAST_RUNNING
        ]

    def _chosen(self, desk: Desk, among: Among) -> Truths:
        """The worlds of a desk that are asked: the funded ones, or those of them that succeed with enough people."""
        return desk.funded_worlds if among == "funded" else desk.funded_worlds & (self.enough.success > 0.0)

    def _shares(self, desk: Desk, t: int, misses: Floats | None = None) -> dict[tuple[int, Among], tuple[Share, int]]:
        """In how many worlds a tier meets its target, by quarter and among which, and of how many."""
        met = desk.met(t) if misses is None else misses
        found = {}
        for quarter in self.quarters:
            for among in AMONG:
                known = self._chosen(desk, among) & ~np.isnan(met[:, quarter])
                weights = None if self.weights is None else self.weights[known]
                count = int(known.sum()) if weights is None else int((weights > 0.0).sum())
                found[quarter, among] = share_of(met[known, quarter] > 0.0, weights), count
        return found

    def _line(self, t: int, own: Desk) -> Line:
        """A line by simulation, with enough people at the other one, and by formula."""
        name, enough = STAFFED_TIERS[t], self.enough
        nobody = np.where(np.isnan(enough.visits[:, :, t]), np.nan, (enough.visits[:, :, t] == 0.0).astype(float))
        tried = {0: self._shares(enough, t, nobody)}
        cells = [*tried[0]]
        most = self.people[name]
        tried[most] = self._shares(enough, t)

        def holds(number: int) -> list[bool]:
            if number not in tried:
                people = {other: [most] for other, most in self.people.items()} | {name: [number]}
                others = [other for other in STAFFED_TIERS if other != name]
                scenario = with_heads(self.plan, people, f"{name}-of-{number}", free=others)
                desk = watched(scenario, self.numbers, self.settings, self.report, needs=False)
                tried[number] = self._shares(desk, t)
            return [meets(tried[number][cell][0]) for cell in cells]

        formula = {
            (kind, quarter, among): heads(
                needs[self._chosen(enough, among), quarter, t],
                None if self.weights is None else self.weights[self._chosen(enough, among)],
            )
            for kind, needs in (("erlang", enough.needs), ("target", enough.target_needs))
            for quarter in self.quarters
            for among in AMONG
        }
        first = max((one.number or 0 for (kind, _, _), one in formula.items() if kind == "erlang"), default=0)
        possible = [
            (quarter, among)
            for quarter, among in cells
            if meets(tried[most][quarter, among][0]) and (among == "funded" or tried[most][quarter, among][1] >= FEW)
        ]
        asked = [cells.index(cell) for cell in possible]
        numbers = search(
            lambda number: [holds(number)[place] for place in asked],
            [meets(tried[0][cell][0]) for cell in possible],
            first,
            most,
        )
        found = dict(zip(possible, numbers, strict=True))
        never = self._shares(enough, t, 1.0 - enough.met(t))
        simulated = {}
        for cell in cells:
            number, (_, n) = found.get(cell), tried[most][cell]
            nothing = Share(None, None, None)
            below = nothing if number is None or number < 1 else tried[number - 1][cell][0]
            holds_ = nothing if number is None else tried[number][cell][0]
            simulated[cell] = Heads(number, holds_, below, never[cell][0], n)
        shares = self._shares(own, t)
        return Line(
            name,
            tuple(
                Cell(
                    quarter,
                    {among: simulated[quarter, among] for among in AMONG},
                    {among: formula["erlang", quarter, among] for among in AMONG},
                    {among: formula["target", quarter, among] for among in AMONG},
                    quantile(own.heads[:, quarter, t].tolist(), 0.5, self.weights),
                    shares[quarter, "funded"][0],
                )
                for quarter in self.quarters
            ),
        )

    def _checked(self, lines: Sequence[Line]) -> list[Line]:
        """The heads of each line's peak held against fresh replications, both lines together; raised if they fail."""
        peaks = {line.tier: line.peak for line in lines}
        numbers = {name: peak.number or 0 for name, peak in peaks.items() if peak is not None}
        if not any(numbers.values()):
            return [*lines]
        fresh = replace(self.settings, seed=self.settings.seed + FRESH, out=None)
        weights = None
        if self.weights is not None:
            (kept,) = one_by_one([self.plan], fresh, NAME, _Kept.of, self.report)
            which, weights = kept.numbers, kept.weights
        else:
            which = tuple(range(self.settings.replications))

        def shares(heads_: Mapping[str, int]) -> dict[str, Share]:
            people = {str(name): [heads_.get(name, self.people[name])] for name in STAFFED_TIERS}
            others = [name for name in STAFFED_TIERS if name not in heads_]
            scenario = with_heads(self.plan, people, "fresh", free=others)
            desk = watched(scenario, which, fresh, self.report, needs=False)
            told: dict[str, Share] = {}
            for t, name in enumerate(STAFFED_TIERS):
                peak = peaks[name]
                if peak is not None:
                    met = desk.met(t)[:, peak.quarter]
                    known = ~np.isnan(met)
                    told[name] = share_of(met[known] > 0.0, None if weights is None else weights[known])
            return told

        started = dict(numbers)
        holds, lower = shares(numbers), dict[str, Share]()
        for _ in range(RAISED_AT_MOST):
            short = [name for name, share in holds.items() if not meets(share) and share.share is not None]
            if not short:
                break
            lower |= {name: holds[name] for name in short}
            numbers |= {name: numbers[name] + 1 for name in short}
            holds = shares(numbers)
        for name, number in numbers.items():
            if number == started[name] and number > 0:
                lower[name] = shares(numbers | {name: number - 1})[name]
        nothing = Share(None, None, None)
        found = []
        for line in lines:
            peak = peaks[line.tier]
            if peak is None:
                found.append(line)
                continue
            was, now = started[line.tier], numbers[line.tier]
            check = Check(
                peak.quarter, now, holds[line.tier], lower.get(line.tier, nothing), None if was == now else was
            )
            found.append(replace(line, check=check))
        return found

    def _effect(self, kept: _Kept, lines: Sequence[Line]) -> dict[str, tuple[Estimate, Estimate, Estimate]]:
        """What the recommended people change, in all worlds, funded or not."""
        people = {line.tier: line.staircase for line in lines if line.peak is not None}
        if not any(any(numbers) for numbers in people.values()):
            return {}
        if self.plan.support.planning == "from_pilot":  # those who are not told stay as the plan has them in the middle
            planned = {line.tier: [math.ceil(cell.planned.value or 0.0) for cell in line.cells] for line in lines}
            people = planned | people
        scenario = with_heads(self.plan, people, "recommended-heads")
        (other,) = one_by_one([scenario], self.settings, NAME, _Kept.of, self.report)
        shared = sorted(set(kept.numbers) & set(other.numbers))
        ours, theirs = np.isin(other.numbers, shared), np.isin(kept.numbers, shared)
        weights = None if kept.weights is None else kept.weights[theirs]
        return {
            name: (
                mean_of(values[theirs], weights),
                mean_of(other.measures[name][ours], weights),
                mean_of(other.measures[name][ours] - values[theirs], weights),
            )
            for name, values in kept.measures.items()
        }

    def _hours(self, own: Desk, lines: Sequence[Line]) -> Hourly | None:
        """The load by hour of the plan, in the quarter in which the first line needs most."""
        peak = lines[0].peak
        weights = np.ones(len(own.numbers)) if own.weights is None else own.weights
        if peak is None or not peak.number:
            return None
        there = own.funded_worlds & (weights > 0.0) & ~np.isnan(own.team_hours[:, peak.quarter])
        which = [number for number, chosen in zip(own.numbers, there, strict=True) if chosen][:TRACED]
        return hourly(self.plan, which, peak.quarter, self.settings, self.report) if which else None


def meets(share: Share) -> bool:
    """Whether something holds in at least 80% of the worlds, exactly."""
    return share.share is not None and share.share >= CONFIDENCE
