"""Which stages make the last system late: each replication's critical chain, followed back from its last system live.

A stage begins at once when nothing holds it up any more, and what held it up last is what it waited for: the end of a
stage before it, of a system that its own builds on, of its own last visit (rework), or of a stage whose people it
needed; a system may also have waited for its date, where the chain begins. So the stages of a chain follow each other
without a gap, and the chain's working time is the time from its beginning to the last system live. Where several
things end at the same instant, each is a tie, and they share equally what lies before.

A stage's *criticality* is its share of the working time of the chain, averaged over replications (that of an activity
of a network is the probability that it lies on the longest path: Dodin and Elmaghraby 1985, Management Science 31(2)).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from simulator.analysis.frame.replays import replays
from simulator.analysis.frame.runs import stopped_before
from simulator.model.state.events import STAGE_ENDED, STAGE_STARTED, SYSTEM_LIVE, SYSTEM_STARTS
from simulator.model.state.states import STOPPED, UNDER_WAY
from simulator.results.statistics import Estimate, Share, mean_of, share_of
from simulator.scenario.checks.prerequisites import stage_prerequisites
from simulator.scenario.vocabulary import TEAMS

if TYPE_CHECKING:
    from simulator.experiment.progress import ReportProgress
    from simulator.experiment.settings import Settings
    from simulator.results.result import Result
    from simulator.scenario import Scenario
    from simulator.stepping.simulation import Simulation

Floats = np.ndarray[Any, np.dtype[np.float64]]
Shares = dict[int, float]
"""Visits of stages, by number, and what each has of something that they share; together 1, or empty."""

KINDS: Final = (SYSTEM_STARTS, STAGE_STARTED, STAGE_ENDED, SYSTEM_LIVE)
"""The events that are read."""
TIE: Final = 1e-6
"""Instants (hours) that are no further apart are one."""
NOBODY: Final = -1
STEP_WEEKS: Final = 13


@dataclass(frozen=True)
class Network:
    """Systems and their stages, all by number.

    Of each stage: its system, the stages before it, and its team (`NOBODY` for none); of each system: those that it
    builds on.
    """

    systems: tuple[str, ...]
    stages: tuple[str, ...]
    system: tuple[int, ...]
    before: tuple[tuple[int, ...], ...]
    team: tuple[int, ...]
    builds_on: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, scenario: Scenario) -> Network:
        """That of a scenario, numbered as in its traces; a stage is called `<system>/<stage>`."""
        systems = scenario.integration.systems
        names = [one.name for one in systems]
        stages: list[str] = []
        system: list[int] = []
        before: list[tuple[int, ...]] = []
        team: list[int] = []
        for number, one in enumerate(systems):
            first, earlier = len(stages), stage_prerequisites(one)
            order = [stage.name for stage in one.stages]
            for stage in one.stages:
                stages.append(f"{one.name}/{stage.name}")
                system.append(number)
                before.append(tuple(first + order.index(name) for name in earlier[stage.name]))
                team.append(NOBODY if stage.team is None else TEAMS.index(stage.team))
        builds_on = tuple(tuple(names.index(name) for name in one.after) for one in systems)
        return cls(tuple(names), tuple(stages), tuple(system), tuple(before), tuple(team), builds_on)


@dataclass(frozen=True)
class Chain:
    """The critical chain of a replication.

    `work` has the hours of each stage on it, `share` what they are of all of them, `last` the share that each stage has
    in the last date; float64[stages].
    """

    work: Floats
    share: Floats
    last: Floats


@dataclass
class _Visit:
    """A time that a stage is worked on, from `start` to `end` (hours), and what its beginning waited for."""

    stage: int
    start: float
    waited_for: Shares
    end: float = math.inf


class _Team:
    """People of a team: who is free, and what has happened since the instant in hand began."""

    def __init__(self, people: int) -> None:
        self.free = people
        self.instant = -math.inf
        self.free_before = people
        self.begun = 0
        self.released: list[int] = []

    def at(self, time: float) -> None:
        """Come to an instant."""
        if time > self.instant + TIE:
            self.instant, self.free_before, self.begun, self.released = time, self.free, 0, []


class Tracing:
    """Follows the events of one replication, and knows of everything that begins what it waited for."""

    def __init__(self, network: Network, people: Sequence[int]) -> None:
        """`people` are those of each team at kick-off."""
        self.network = network
        self.teams = [_Team(int(count)) for count in people]
        self.visits: list[_Visit] = []
        self.latest: dict[int, int] = {}
        self.begun: dict[int, tuple[float, Shares]] = {}
        self.live: dict[int, tuple[float, Shares]] = {}

    def read(self, rows: Any) -> None:
        """Take events in the order of the trace: float64[events, 6], as `Simulation.rows`; others than these pass."""
        for time, kind, first, *_ in rows[np.isin(rows[:, 1], KINDS)].tolist():
            if kind == SYSTEM_STARTS:
                self._begin_system(int(first), time)
            elif kind == STAGE_STARTED:
                self._begin_stage(int(first), time)
            elif kind == STAGE_ENDED:
                self._end_stage(int(first), time)
            else:
                mine = [stage for stage, of in enumerate(self.network.system) if of == int(first)]
                self.live[int(first)] = time, self._latest_of(mine)[1]

    def _begin_system(self, system: int, time: float) -> None:
        due = [self.live[other][1] for other in self.network.builds_on[system] if self.live[other][0] >= time - TIE]
        self.begun[system] = time, _together(due)

    def _begin_stage(self, stage: int, time: float) -> None:
        """A stage waited for its turn, and, where that came earlier or with nobody free, for people as well."""
        ready, waited_for = self._ready(stage)
        if self.network.team[stage] != NOBODY:
            team = self.teams[self.network.team[stage]]
            team.at(time)
            late = time > ready + TIE
            own = sum(visit in team.released for visit in waited_for)  # people whom its own turn has freed
            if team.released and (late or team.begun >= team.free_before + own):
                holders = dict.fromkeys(team.released)
                waited_for = _evenly(holders if late else {**dict.fromkeys(waited_for), **holders})
            team.free -= 1
            team.begun += 1
        self.latest[stage] = len(self.visits)
        self.visits.append(_Visit(stage, time, waited_for))

    def _ready(self, stage: int) -> tuple[float, Shares]:
        """When the turn of a stage had come, and with the end of what."""
        if stage in self.latest:
            return self.visits[self.latest[stage]].end, {self.latest[stage]: 1.0}
        if self.network.before[stage]:
            return self._latest_of(self.network.before[stage])
        return self.begun[self.network.system[stage]]

    def _latest_of(self, stages: Sequence[int]) -> tuple[float, Shares]:
        """When the last of some stages that are done ended, and which of their visits did."""
        visits = [self.latest[stage] for stage in stages]
        end = max(self.visits[visit].end for visit in visits)
        ties = [visit for visit in visits if self.visits[visit].end >= end - TIE]
        earlier = {visit for one in ties for visit in self.visits[one].waited_for}  # of one that takes no time
        return end, _evenly([visit for visit in ties if visit not in earlier])

    def _end_stage(self, stage: int, time: float) -> None:
        visit = self.latest[stage]
        self.visits[visit].end = time
        if self.network.team[stage] != NOBODY:
            team = self.teams[self.network.team[stage]]
            team.at(time)
            team.free += 1
            team.released.append(visit)

    @property
    def missing(self) -> tuple[int, ...]:
        """Systems that are not live."""
        return tuple(number for number in range(len(self.network.systems)) if number not in self.live)

    def chain(self) -> Chain | None:
        """The critical chain back from the last system live; None where not all of them are live."""
        if not self.network.systems or self.missing:
            return None
        end = max(time for time, _ in self.live.values())
        parts = _together([shares for time, shares in self.live.values() if time >= end - TIE])
        stages = len(self.network.stages)
        work, held, last = np.zeros(stages), np.zeros(stages), np.zeros(stages)
        for visit, part in parts.items():
            last[self.visits[visit].stage] += part
        for number in range(len(self.visits) - 1, -1, -1):  # what a visit waited for has begun before it
            part = parts.get(number, 0.0)
            if part > 0.0:
                visit_ = self.visits[number]
                work[visit_.stage] += part * (visit_.end - visit_.start)
                held[visit_.stage] += part
                for earlier, of_it in visit_.waited_for.items():
                    parts[earlier] = parts.get(earlier, 0.0) + part * of_it
        shared = work if work.any() else held  # stages that take no time share by their number
        return Chain(work, shared / math.fsum(shared), last)


def _evenly(visits: Mapping[int, Any] | Sequence[int]) -> Shares:
    return {visit: 1.0 / len(visits) for visit in visits}


def _together(parts: Sequence[Shares]) -> Shares:
    """Several shares with the same part of the whole for each."""
    found: Shares = {}
    for shares in parts:
        for visit, part in shares.items():
            found[visit] = found.get(visit, 0.0) + part / len(parts)
    return found


def chain(network: Network, people: Sequence[int], rows: Any) -> Chain | None:
    """The critical chain of a replication from its events (`Tracing.read`); None where not all systems are live."""
    found = Tracing(network, people)
    found.read(rows)
    return found.chain()


@dataclass(frozen=True)
class Critical:
    """How critical a stage, or a system, is: its share of the chain, and how often it sets the last date."""

    share: Estimate
    last: Estimate


def criticality(
    network: Network, chains: Sequence[Chain], weights: Floats | None = None
) -> tuple[dict[str, Critical], dict[str, Critical]]:
    """Means over replications by system and by stage, the most critical first; weights are float64[replications].

    Of the systems, and of the stages, the shares add up to 1, and so do those in the last date. Empty without chains.
    """
    if not chains:
        return {}, {}
    share, last = (np.array([getattr(one, name) for one in chains]) for name in ("share", "last"))
    member = np.array(network.system)[None, :] == np.arange(len(network.systems))[:, None]
    found = []
    for names, of in ((network.systems, member), (network.stages, np.eye(len(network.stages), dtype=bool))):
        each = {
            name: Critical(*(_mean(x[:, mine].sum(axis=1), weights, alone=len(names) == 1) for x in (share, last)))
            for name, mine in zip(names, of, strict=True)
        }
        found.append(dict(sorted(each.items(), key=lambda pair: -float(pair[1].share))))
    return found[0], found[1]


def _mean(values: Floats, weights: Floats | None, *, alone: bool) -> Estimate:
    """The mean of shares; its interval ends where shares do, and is Wilson's where each is all or nothing.

    What is alone has all of it, of which there is nothing to estimate.
    """
    one = mean_of(values, weights)
    if alone:
        return Estimate(one.value, None, None, one.n)
    whole = np.round(values, 12)
    if np.isin(whole, (0.0, 1.0)).all():
        share = share_of(whole == 1.0, weights)
        return Estimate(one.value, share.low, share.high, one.n)
    if one.low is None or one.high is None:
        return one
    return Estimate(one.value, max(0.0, one.low), min(1.0, one.high), one.n)


@dataclass(frozen=True)
class Seen:
    """What is seen of the systems of a replication: its critical chain, if all are live, else which of them are not.

    `stopped` is whether the programme was stopped, or never funded.
    """

    chain: Chain | None
    missing: tuple[int, ...]
    stopped: bool


@dataclass(frozen=True, eq=False)
class Chains:
    """The critical chains of the replications in which all systems are live, and what is missing in the others.

    `weights` are those of the replications, in the order of `seen`.
    """

    network: Network
    seen: tuple[Seen, ...]
    weights: Floats | None = None

    @cached_property
    def _means(self) -> tuple[dict[str, Critical], dict[str, Critical]]:
        here = [place for place, one in enumerate(self.seen) if one.chain is not None and self._counts(place)]
        weights = None if self.weights is None else self.weights[here]
        return criticality(self.network, [chain for x in here if (chain := self.seen[x].chain) is not None], weights)

    def _counts(self, place: int) -> bool:
        return self.weights is None or bool(self.weights[place] > 0.0)

    def lead(self, what: Literal["share", "last"]) -> Estimate:
        """By how much the system with the most of the chain (or of the last date) is ahead of the next (paired)."""
        order = sorted(self.systems, key=lambda name: -float(getattr(self.systems[name], what)))
        if len(order) < 2:
            return Estimate(None, None, None, 0)
        here = [place for place, one in enumerate(self.seen) if one.chain is not None]
        rows = np.array([getattr(chain, what) for x in here if (chain := self.seen[x].chain) is not None])
        of = np.array(self.network.system)
        first, second = (rows[:, of == self.network.systems.index(name)].sum(axis=1) for name in order[:2])
        return mean_of(first - second, None if self.weights is None else self.weights[here])

    @property
    def systems(self) -> dict[str, Critical]:
        """How critical each system is, the most critical first; empty where never all are live."""
        return self._means[0]

    @property
    def stages(self) -> dict[str, Critical]:
        """The same of each stage."""
        return self._means[1]

    def _share(self, holds: Sequence[bool]) -> Share:
        return share_of(np.array(holds, dtype=bool), self.weights)

    @cached_property
    def all_live(self) -> Share:
        """The share of all replications in which all systems are live by the horizon."""
        return self._share([one.chain is not None for one in self.seen])

    @cached_property
    def ended_before(self) -> Share:
        """The share in which they are not, and the programme was stopped, or never funded."""
        return self._share([one.chain is None and one.stopped for one in self.seen])

    @cached_property
    def missing(self) -> dict[str, Share]:
        """Systems that are not live by the horizon, by the share of all replications, the most frequent first."""
        found = {
            name: self._share([number in one.missing for one in self.seen])
            for number, name in enumerate(self.network.systems)
        }
        return dict(sorted(found.items(), key=lambda pair: -(pair[1].share or 0.0)))


def chains_of(result: Result, settings: Settings, report: ReportProgress) -> Chains:
    """What is seen of the systems when the replications are looked at again."""
    network, numbers = Network.of(result.scenario), [int(number) for number in result.records.numbers]
    seen, complete = replays(partial(_see, network), result.scenario, numbers, settings, report, traced=True)
    if not complete:
        raise stopped_before(result.scenario.name, "all had been looked at again", settings)
    weights = None if result.refusal else result.weighting.weights
    return Chains(network, tuple(seen[number] for number in numbers), weights)


def _see(network: Network, simulation: Simulation) -> Seen:
    """What is seen of one replication, which goes on until all systems are live, or nobody works on them any more."""
    stages, free = simulation.state.stages, simulation.state.world["free"][0]
    busy = stages["team"][stages["status"] == UNDER_WAY]  # on what begins at kick-off
    followed = Tracing(network, [int(free[team]) + int((busy == team).sum()) for team in range(len(TEAMS))])
    while not simulation.finished:
        simulation.advance(min(simulation.week + STEP_WEEKS, simulation.weeks))
        world = simulation.state.world[0]
        if world["systems_live"] == len(network.systems) or world["programme"] == STOPPED:
            break
    followed.read(simulation.rows)
    world = simulation.state.world[0]
    ended = bool(world["programme"] == STOPPED) or math.isinf(world["funded_at"])
    return Seen(followed.chain(), followed.missing, ended)
