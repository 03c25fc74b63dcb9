"""An experiment in the making: what runs its replications, and where they are kept until all are there."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from heapq import merge
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.experiment.execution import SMALLEST_CHUNK, Portion, portions
from simulator.experiment.workers import MakeEngine, Work, make_engine
from simulator.results.account import Account, ReplicationError
from simulator.results.conditioning import Conditioning, ConditioningError, First, Plan, conditioning, under
from simulator.results.precision import Precision, precision, stages
from simulator.results.result import Result
from simulator.store.blocks import Blocks, Replication
from simulator.store.identity import WHOLE, Identity, Part, gaps, written_ranges
from simulator.store.replication_cache import Recalled, ReplicationCache
from simulator.store.shards import ResultWarning

if TYPE_CHECKING:
    from simulator.experiment.settings import Settings
    from simulator.store.cache_folder import CacheFolder
    from simulator.store.stores import Store

HOPELESS = 20
"""Failures without a single success after which an experiment is given up."""
MOST_FAILURES_TOLD = 5


class Stopwatch:
    """Time since the last lap; experiments that share workers share one, so that each is charged with its own time."""

    def __init__(self) -> None:
        self._began = perf_counter()

    def lap(self) -> float:
        """Seconds since the last lap."""
        now = perf_counter()
        seconds, self._began = now - self._began, now
        return seconds


class Experiment:
    """Replications of one scenario on one engine, from the first that is missing to the result.

    They are asked for in stages: one, or as many as it takes until targets are met, or a batch has seen enough.
    Several experiments can share workers: chain what their `portions` yield. `advanced` is called when replications
    have come, `ended` when no more stages are needed.
    """

    def __init__(
        self,
        identity: Identity,
        plan: Any,
        store: Store,
        settings: Settings,
        clock: Stopwatch,
        folder: CacheFolder,
        looks: Sequence[int] = (),
    ) -> None:
        """`folder` is where replications are kept for other runs.

        `looks` are the stages that end where somebody else says, the last of them the replications of `settings`.
        """
        self.identity = identity
        self.store = store
        self.settings = settings
        self.clock = clock
        self.failures: list[ReplicationError] = []
        self.precisions: list[Precision] = []
        self.numbers = settings.part.numbers(looks[0] if looks else settings.replications)
        self.pilot: Experiment | None = None  # the plan whose pilot ran, where the observed pilot is not this one's
        self.over = False
        self.advanced: Callable[[], None] = _silent
        self.ended: Callable[[], None] = _silent
        self._stages = iter(looks) if looks else stages(settings.replications, settings.most, at_least=store.requested)
        self._last: int | None = None  # the number that a stage ends with
        self._blocks = Blocks(plan.inputs, settings.shard_size, store.keep)
        self.cache = ReplicationCache(folder, identity, plan.inputs, fresh=settings.fresh)
        self.recalled = 0  # replications that came from the cache
        self._kept = 0
        self._exhausted = False  # whether more replications would have no weight, as the pilot that ran has no more
        self._rows: dict[int, list[dict[str, Any]]] = {}  # what analyzers have returned, by replication
        callbacks = settings.callbacks
        make: MakeEngine = partial(make_engine, identity.engine, plan)
        if callbacks:
            make = callbacks.engine(identity.scenario, identity.engine)
        self.work = Work(make, identity.seed, self._receive, self._fail, again=not callbacks)
        self.work.recall = self.cache.recall

    def portions(self, jobs: int) -> Iterator[Portion]:
        """The work that the next stage still lacks, in chunks for `jobs` workers."""
        self.flush()
        self.store.requested = next(self._stages)
        self.numbers = self.settings.part.numbers(self.store.requested)
        missing = gaps(self.store.ranges, self.numbers)
        self._kept = len(self.numbers) - sum(map(len, missing)) - self._blocks.count
        self._last = missing[-1][-1] if missing else None
        smallest = 1 if self.identity.engine == "reference" else SMALLEST_CHUNK  # one replication takes seconds there
        self.advanced()
        there = self.cache.find(missing)
        lacking = [numbers for gap in missing for numbers in gaps(there, gap)]
        simulated = portions(self.work, lacking, jobs, smallest)
        recalled = ((self.work, numbers) for numbers in there)
        for portion in merge(simulated, recalled, key=lambda portion: portion[1].start):
            if self.work.given_up:
                return
            yield portion
        if not missing:
            self._conclude_stage()

    @property
    def done(self) -> int:
        """The number of replications that are there, those of an earlier run included."""
        return self._kept + self._blocks.count

    @property
    def tried(self) -> bool:
        """Whether there is anything to tell of: replications or failures."""
        self.flush()
        return bool(self.store.ranges or self.failures)

    def flush(self) -> None:
        """Have everything that has been received kept; raises `WriteError`."""
        self._blocks.flush()
        self.cache.flush()

    def estimate_precision(self) -> None:
        """See how precisely targets are known from what is there; raises `PrecisionError`.

        Nothing is known while too few replications are like the observed pilot.
        """
        self.flush()
        if not self.settings.targets:
            return
        first = self.first(self.numbers.stop)
        found = self._conditioning(first)
        weights = np.zeros(first.count) if found.refusal else found.weighting.weights
        self.precisions = [
            precision(target, first.measure, len(self.numbers), weights) for target in self.settings.targets
        ]

    def first(self, stop: int) -> First:
        """What is kept of the replications before `stop`."""
        there = [np.arange(numbers.start, numbers.stop) for numbers in self.store.ranges] or [np.arange(0)]
        numbers = np.concatenate(there)
        return First(self.store, numbers[numbers < stop])

    def _conditioning(self, first: First) -> Conditioning:
        """What an observed pilot does to these replications; notes where no more can be known of a plan without it."""
        scenario = self.identity.scenario
        if self.pilot is None:
            return conditioning(scenario, first)
        if not self.pilot.over:
            self.pilot.flush()
        ran = Plan(self.pilot.identity.scenario, self.pilot.first(self.pilot.numbers.stop))
        found = under(Plan(scenario, first), ran, conditioning(ran.scenario, ran.records))
        self._exhausted = bool(found.another) and self.pilot.over
        return found

    def finish(self, jobs: int) -> Result:
        """The result of what is there; a `ResultWarning` names replications that failed.

        Raises the first failure if nothing succeeded, `WriteError`, and `ConditioningError` where the observed pilot
        can't be used; what is written is then unweighted. A part of an experiment alone may be too few to use it; a
        `ResultWarning` says so.
        """
        self.flush()
        if self.work.given_up or not self.store.ranges:
            self.store.give_up()
            raise self.failures[0]
        records = self.store.records()
        account = Account(
            seed=self.identity.seed,
            engine=self.identity.engine,
            design=self.identity.design,
            callbacks=self.identity.callbacks,
            jobs=jobs,
            requested=len(self.numbers),
            wall_seconds=self.store.wall_seconds,
            failures=tuple(self.failures),
            precisions=tuple(self.precisions),
            recalled=self.recalled,
        )
        rows = [row for number in records.numbers.tolist() for row in self._rows.get(number, ())]
        result = Result(self.identity.scenario, records, account, analysis_rows=rows)
        whole, name = self.settings.part == WHOLE, self.identity.scenario.name
        keep(self.store, result, whole=whole)
        if self.failures:
            told = told_failures(self.failures, len(self.numbers))
            warnings.warn(f"{name}: {told}", ResultWarning, stacklevel=3)
        if not result.estimable:
            if whole:
                raise ConditioningError(result.refusal, result.unweighted)
            warnings.warn(told_thin(name, self.settings.part), ResultWarning, stacklevel=3)
        return result

    def leave(self) -> None:
        """Nobody is told any more: who listens, and what they hold, must not stay until cycles are collected."""
        self.advanced = self.ended = _silent
        self.over = True

    def _receive(self, number: int, replication: Replication) -> None:
        if self.settings.callbacks:
            self._rows[number] = getattr(replication, "rows", [])
        seconds, before = self.clock.lap(), self._blocks.count
        self._blocks.put(number, replication)
        if isinstance(replication, Recalled):
            seconds = replication.seconds
            self.recalled += self._blocks.count - before  # none, if it has come twice
        else:
            self.cache.put(number, replication, seconds)
        self.store.wall_seconds += seconds
        self.advanced()
        if number == self._last:
            self._conclude_stage()

    def _fail(self, failure: ReplicationError) -> None:
        if self.settings.callbacks:
            raise failure  # a mistake in a function of the user's, who is waiting to hear of it
        if all(known.replication != failure.replication for known in self.failures):
            self.failures.append(failure)
        self.store.failed = [failure.as_dict() for failure in self.failures]
        if not self.done and len(self.failures) >= HOPELESS:
            self.work.given_up = True
        if failure.replication == self._last:
            self._conclude_stage()

    def _conclude_stage(self) -> None:
        self.estimate_precision()
        met = bool(self.precisions) and all(target.met for target in self.precisions)
        if met or self._exhausted or self.store.requested == self.settings.most:
            self.ended()


def keep(store: Store, result: Result, *, whole: bool) -> None:
    """Write what a result says in short; where the observed pilot can't be used, unweighted, and nothing of a part."""
    if result.estimable:
        store.conclude(result.jobs, result.as_dict)
    else:
        store.conclude(result.jobs, result.unweighted.as_dict if whole else None)


def told_failures(failures: Sequence[ReplicationError], asked_for: int) -> str:
    """What failed, for a reader."""
    told = "\n".join(str(failure) for failure in failures[:MOST_FAILURES_TOLD])
    if len(failures) > MOST_FAILURES_TOLD:
        more = [range(failure.replication, failure.replication + 1) for failure in failures[MOST_FAILURES_TOLD:]]
        told += f"\n{len(more)} more failed: replications {written_ranges(more[: 10 * MOST_FAILURES_TOLD])}"
    return f"{told}\n{len(failures)} of {asked_for:,} replications are missing; estimates speak of the others"


def told_thin(name: str, part: Part) -> str:
    """That a part can't speak alone, for a reader."""
    return (
        f"shard {part} of {name} is there; too few of its replications are like the observed pilot for estimates of "
        "its own: they come with scaleup merge"
    )


def _silent() -> None:
    return None
