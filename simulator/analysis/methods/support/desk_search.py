"""The people whom each line of support needs, by simulating the plan with other numbers of them and the same luck.

A number of heads is enough in a world (replication) and quarter if the line begins its promised share of visits in
time. Recommended is the smallest number found that is enough in at least 80% of the worlds whose programme runs in the
quarter, by weight and without rounding, while one fewer is not. A line is asked with enough people at the other one.

The quarter that needs most is chosen among many, of which luck makes one stand out: there the number is settled over
twice as many worlds. Then both lines together are held against fresh replications, and raised where they do not hold.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from simulator.analysis.frame.one_by_one import one_by_one
from simulator.analysis.frame.runs import FRESH
from simulator.analysis.methods.support.desk import NAME, Desk, Truths, enough_people, watched, with_enough, with_heads
from simulator.analysis.methods.support.duty import Hourly, hourly
from simulator.analysis.methods.support.erlang import FEW, Floats, heads, search
from simulator.analysis.methods.support.lines import AMONG, Among, Cell, Check, Heads, Line, meets
from simulator.experiment.progress import Progress, ReportProgress
from simulator.results.statistics import Estimate, Share, mean_of, quantile, share_of
from simulator.scenario.vocabulary import STAFFED_TIERS

if TYPE_CHECKING:
    from simulator.experiment.settings import Settings
    from simulator.results.result import Result
    from simulator.scenario import Scenario

TRACED: Final = 20
"""Worlds whose events are looked at for the load by hour."""
RAISED_AT_MOST: Final = 5
"""How often a number is raised that does not hold on fresh replications."""
MEASURES: Final = ("success", "value_from_funding", "users_lost", "programme_cost")
LEAST_RUNNING: Final = 0.1
"""Share of the funded programmes that have to run in a quarter for it to be told."""
EXPECTED_PASSES: Final = 36
TIMES: Final = 2
"""How many times the people of the highest quarter are asked for at most where only those that succeed count."""
NOTHING: Final = Share(None, None, None)


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


class Worlds:
    """Replications of one seed, and in which of them a line with so many people meets its target."""

    def __init__(
        self, plan: Scenario, numbers: Sequence[int], settings: Settings, report: ReportProgress, weights: Floats | None
    ) -> None:
        self.plan, self.numbers, self.settings, self.report, self.weights = plan, numbers, settings, report, weights
        self.people = enough_people(plan)
        self.enough = watched(with_enough(plan), numbers, settings, report, enough=True, weights=weights)
        self._met: dict[tuple[int, int], Floats] = {}

    def chosen(self, among: Among) -> Truths:
        """The worlds that are funded with enough people, or of these those that succeed."""
        return self.enough.funded_worlds if among == "funded" else self.enough.success > 0.0

    def met(self, t: int, number: int) -> Floats:
        """1 where the line meets its target with so many people, else 0, float64[replications, quarters]; NaN: stopped.

        The other line has enough people. Nobody is enough where nobody comes.
        """
        name, visits = STAFFED_TIERS[t], self.enough.visits[:, :, t]
        if number == 0:
            return np.where(np.isnan(visits), np.nan, (visits == 0.0).astype(float))
        if number == self.people[name]:
            return self.enough.met(t)
        if (t, number) not in self._met:
            people = {other: [most] for other, most in self.people.items()} | {name: [number]}
            others = [other for other in STAFFED_TIERS if other != name]
            scenario = with_heads(self.plan, people, f"{name}-of-{number}", free=others)
            self._met[t, number] = watched(scenario, self.numbers, self.settings, self.report, needs=False).met(t)
        return self._met[t, number]


def enough_in(every: Sequence[Worlds], t: int, number: int, quarter: int, among: Among) -> tuple[Share, int]:
    """The share of worlds in which a line with so many people meets its target in a quarter, and of how many."""
    met = np.concatenate([worlds.met(t, number)[:, quarter] for worlds in every])
    known = np.concatenate([worlds.chosen(among) for worlds in every]) & ~np.isnan(met)
    if all(worlds.weights is None for worlds in every):
        return share_of(met[known] > 0.0), int(known.sum())
    weights = np.concatenate(
        [np.ones(len(worlds.numbers)) if worlds.weights is None else worlds.weights for worlds in every]
    )
    return share_of(met[known] > 0.0, weights[known]), int((weights[known] > 0.0).sum())


class Asking:
    """One question: the passes over the replications that its answer needs, in order."""

    def __init__(self, plan: Scenario, settings: Settings, report: ReportProgress) -> None:
        self.plan, self.settings, self.report = plan, settings, report

    def ask(self, before: Callable[[], None] | None) -> Asked:
        """All of it."""
        (kept,) = one_by_one([self.plan], self.settings, NAME, _Kept.of, self.report, before)
        plan = watched(self.plan, kept.numbers, self.settings, self.report, weights=kept.weights)
        own = Worlds(self.plan, kept.numbers, self.settings, self.report, kept.weights)
        lines = self.checked(self.lines(own, plan))
        return Asked(plan, own.enough, tuple(lines), self._effect(kept, lines), self._hours(plan, lines), kept.refusal)

    def lines(self, own: Worlds, plan: Desk) -> list[Line]:
        """What each line needs; `plan` is the desk of the plan itself in the same worlds."""
        quarters = quarters_told(own)
        second: list[Worlds] = []

        def both() -> list[Worlds]:
            if not second:
                second.append(self._fresh(1))
            return [own, *second]

        return [_line(t, own, both, plan, quarters) for t, _ in enumerate(STAFFED_TIERS)]

    def _fresh(self, times: int) -> Worlds:
        """As many replications of another seed."""
        return Worlds(self.plan, *self._drawn(times))

    def _drawn(self, times: int) -> tuple[Sequence[int], Settings, ReportProgress, Floats | None]:
        """Replications of another seed, and their weights if an observed pilot gives any."""
        settings = replace(self.settings, seed=self.settings.seed + times * FRESH, out=None)
        if self.plan.pilot is None or self.plan.pilot.observed is None:
            return range(settings.replications), settings, self.report, None
        (kept,) = one_by_one([self.plan], settings, NAME, _Kept.of, self.report)
        return kept.numbers, settings, self.report, kept.weights

    def checked(self, lines: Sequence[Line]) -> list[Line]:
        """The heads of each line's peak held against fresh replications, both lines together; raised if they fail."""
        peaks = {line.tier: line.peak for line in lines}
        started = {name: peak.number or 0 for name, peak in peaks.items() if peak is not None}
        if not any(started.values()):
            return [*lines]
        drawn, settings, report, weights = self._drawn(2)
        enough = enough_people(self.plan)

        def shares(numbers: Mapping[str, int]) -> dict[str, Share]:
            others = [name for name in STAFFED_TIERS if name not in numbers]
            people = {str(name): [numbers.get(name, enough[name])] for name in STAFFED_TIERS}
            desk = watched(with_heads(self.plan, people, "fresh", free=others), drawn, settings, report, needs=False)
            told: dict[str, Share] = {}
            for t, name in enumerate(STAFFED_TIERS):
                peak = peaks[name]
                if peak is not None:
                    met = desk.met(t)[:, peak.quarter]
                    known = ~np.isnan(met)
                    told[name] = share_of(met[known] > 0.0, None if weights is None else weights[known])
            return told

        numbers = dict(started)
        holds, fewer = shares(numbers), dict[str, Share]()
        for _ in range(RAISED_AT_MOST):
            short = [name for name in numbers if holds[name].share is not None and not meets(holds[name])]
            if not short:
                break
            fewer |= {name: holds[name] for name in short}
            numbers |= {name: numbers[name] + 1 for name in short}
            holds = shares(numbers)
        for name, number in numbers.items():
            if number == started[name] and number > 0:
                fewer[name] = shares(numbers | {name: number - 1})[name]
        found = []
        for line in lines:
            peak = peaks[line.tier]
            if peak is None:
                found.append(line)
                continue
            was, now = started[line.tier], numbers[line.tier]
            raised = None if was == now else was
            check = Check(peak.quarter, now, holds[line.tier], fewer.get(line.tier, NOTHING), raised)
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

    def _hours(self, plan: Desk, lines: Sequence[Line]) -> Hourly | None:
        """The load by hour of the plan, in the quarter in which the first line needs most."""
        peak = lines[0].peak
        weights = np.ones(len(plan.numbers)) if plan.weights is None else plan.weights
        if peak is None or not peak.number:
            return None
        there = plan.funded_worlds & (weights > 0.0) & ~np.isnan(plan.team_hours[:, peak.quarter])
        which = [number for number, chosen in zip(plan.numbers, there, strict=True) if chosen][:TRACED]
        return hourly(self.plan, which, peak.quarter, self.settings, self.report) if which else None


def quarters_told(own: Worlds) -> list[int]:
    """Quarters in which enough of the funded programmes run."""
    funded = own.enough.funded_worlds
    if not funded.any():
        return []
    weights = None if own.weights is None else own.weights[funded]
    runs = ~np.isnan(own.enough.team_hours[funded])
    quarters = range(own.enough.quarters)
    return [quarter for quarter in quarters if float(share_of(runs[:, quarter], weights)) >= LEAST_RUNNING]


def _line(t: int, own: Worlds, both: Callable[[], list[Worlds]], plan: Desk, quarters: Sequence[int]) -> Line:
    """A line by simulation, with enough people at the other one, and by formula."""
    most, desk = own.people[STAFFED_TIERS[t]], own.enough
    formula = {
        (kind, quarter, among): heads(
            needs[own.chosen(among), quarter, t], None if own.weights is None else own.weights[own.chosen(among)]
        )
        for kind, needs in (("erlang", desk.needs), ("target", desk.target_needs))
        for quarter in quarters
        for among in AMONG
    }
    first = max((one.number or 0 for (kind, _, _), one in formula.items() if kind == "erlang"), default=0)
    simulated = _simulated(t, [own], [(quarter, "funded") for quarter in quarters], first, most)
    highest = max((one.number or 0 for one in simulated.values()), default=0)
    where_it_succeeds: list[tuple[int, Among]] = [(quarter, "success") for quarter in quarters]
    limit = min(most, max(1, TIMES * highest))
    simulated |= _simulated(t, [own], where_it_succeeds, max(1, highest), most, limit)
    settled: set[int] = set()
    while True:
        known = {quarter: simulated[quarter, "funded"].number or 0 for quarter in quarters}
        peak = max(known.values(), default=0)
        tops: list[tuple[int, Among]] = [
            (quarter, "funded") for quarter, number in known.items() if number == peak > 0 and quarter not in settled
        ]
        if not tops:
            break
        simulated |= _simulated(t, both(), tops, peak, most)
        settled |= {quarter for quarter, _ in tops}
    met = plan.met(t)

    def succeeding(quarter: int) -> tuple[Share, int]:
        number = simulated[quarter, "funded"].number
        every = both() if quarter in settled else [own]
        return (NOTHING, 0) if number is None else enough_in(every, t, number, quarter, "success")

    return Line(
        STAFFED_TIERS[t],
        tuple(
            Cell(
                quarter,
                {among: simulated[quarter, among] for among in AMONG},
                {among: formula["erlang", quarter, among] for among in AMONG},
                {among: formula["target", quarter, among] for among in AMONG},
                quantile(plan.heads[:, quarter, t].tolist(), 0.5, own.weights),
                _known_share(met[:, quarter], own.weights),
                succeeding(quarter),
            )
            for quarter in quarters
        ),
    )


def _known_share(met: Floats, weights: Floats | None) -> Share:
    known = ~np.isnan(met)
    return share_of(met[known] > 0.0, None if weights is None else weights[known])


def _simulated(
    t: int, every: Sequence[Worlds], cells: Sequence[tuple[int, Among]], first: int, most: int, limit: int = 0
) -> dict[tuple[int, Among], Heads]:
    """The smallest number of people found for each quarter, among which worlds, searched by simulation.

    Nobody is asked for more than `limit`, unless it is 0: where that is not enough, but `most` are, that is told.
    """

    def share(number: int, cell: tuple[int, Among]) -> tuple[Share, int]:
        return enough_in(every, t, number, *cell)

    possible = [
        cell for cell in cells if meets(share(most, cell)[0]) and (cell[1] == "funded" or share(most, cell)[1] >= FEW)
    ]
    numbers = search(
        lambda number: [meets(share(number, cell)[0]) for cell in possible],
        [meets(share(0, cell)[0]) for cell in possible],
        first,
        limit or most,
    )
    found = dict(zip(possible, numbers, strict=True))
    told = {}
    for cell in cells:
        number, (enough, n) = found.get(cell), share(most, cell)
        holds = NOTHING if number is None else share(number, cell)[0]
        fewer = NOTHING if number is None or number < 1 else share(number - 1, cell)[0]
        more = limit if limit and number is None and cell in found else None
        told[cell] = Heads(number, holds, fewer, opposite(enough), n, more)
    return told


def opposite(share: Share) -> Share:
    """The share of worlds in which something does not hold."""
    if share.share is None or share.low is None or share.high is None:
        return NOTHING
    return Share(1.0 - share.share, 1.0 - share.high, 1.0 - share.low)
