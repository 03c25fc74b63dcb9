"""Scenarios whose replications are run together: one set of workers, one progress display, one folder."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from simulator.experiment.experiment import Experiment, Stopwatch
from simulator.experiment.progress import Progress, ReportProgress, compile_engine, progress_display
from simulator.experiment.workers import WorkersError
from simulator.results.account import ReplicationError
from simulator.results.conditioning import ConditioningError
from simulator.store.cache_folder import CacheFolder
from simulator.store.files import WriteError, advising
from simulator.store.identity import Identity, gaps
from simulator.store.manifest import read_manifest
from simulator.store.replication_cache import ReplicationCache, changed_since_import
from simulator.store.shards import ResultWarning, ShardFolder, check_folder
from simulator.store.stores import Memory, Store

if TYPE_CHECKING:
    from simulator.experiment.execution import Portion, Workers
    from simulator.experiment.settings import Settings
    from simulator.results.conditioning import First
    from simulator.results.result import Result
    from simulator.scenario import Scenario

MOST_IN_MEMORY = 2**28
"""Bytes of results beyond which experiments without a folder keep them in a temporary one."""


@dataclass(frozen=True)
class Looks:
    """Experiments that go on together, replication by replication, until all of them say enough between them.

    `at` are numbers of replications of each, ascending; the last is the most. At each of them `enough` is asked, with
    what is kept of every experiment, in order. Looks below what an earlier run was asked for are left out.
    """

    at: tuple[int, ...]
    enough: Callable[[Sequence[First]], bool]


class Batch:
    """Experiments one after the other on the same workers, without a pause between them.

    Each is finished, and its tables are written, as soon as its replications are there. `refused` are the scenarios
    that have no result, and why.
    """

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        settings: Settings,
        pilots: Mapping[str, str] | None = None,
        looks: Looks | None = None,
    ) -> None:
        """`pilots` are scenarios by the one before them whose pilot ran, if the observed pilot is not their own.

        With `looks`, which end with the replications of `settings`, all of the experiments stop at one of them.

        Raises `ScenarioError` for too large a scenario, and `OutputError`.
        """
        from simulator.scenario import estimate_work, out_of_reach

        for scenario in scenarios:
            for told in out_of_reach(scenario):
                warnings.warn(f"{scenario.name}: {told}", ResultWarning, stacklevel=5)
        memory = sum(estimate_work(scenario, settings.most).memory_bytes for scenario in scenarios)
        self.temporary: TemporaryDirectory[str] | None = None
        if settings.folder is None and memory > MOST_IN_MEMORY:
            self.temporary = TemporaryDirectory(prefix="scaleup-")
            settings = replace(settings, out=Path(self.temporary.name))
        self.settings = settings
        self.results: dict[str, Result] = {}
        self.refused: dict[str, ReplicationError | ConditioningError] = {}
        self._identities = [
            Identity(scenario, settings.seed, settings.engine, settings.design, settings.callbacks.names)
            for scenario in scenarios
        ]
        for identity in self._identities:
            if settings.folder is not None:
                check_folder(settings.folder, identity, settings.most, settings.part, resume=settings.resume)
        self._looks = looks
        self._stages = () if looks is None else self._looks_ahead(looks)
        self._floor = self._stages[0] if self._stages else settings.replications
        self._open: dict[str, Experiment] = {}
        self._pilots = dict(pilots or {})
        self._ran: dict[str, Experiment] = {}
        self._begun = 0
        self._there_in_ended = 0
        self._asked_for_in_ended = 0
        self._clock = Stopwatch()
        self._cache = CacheFolder(0 if changed_since_import() else settings.cache_bytes)
        self._recalled_in_ended = 0
        self._report: ReportProgress

    def run(self, name: str) -> bool:
        """Run all experiments; False when interrupted: then the results hold what was finished.

        Raises `WorkersError`, `WriteError`, `PrecisionError` for a measure that there is not, and what functions of
        the user's raise.
        """
        workers = self.settings.workers()
        with advising(self._advice()), progress_display(self.settings.progress, name) as self._report, workers:
            if self.simulates:
                compile_engine(self._report)
            try:
                complete = self._execute(workers)
                for experiment in list(self._open.values()):
                    self._finish(experiment, workers.jobs)
            except WorkersError as error:
                raise self._told(error) from error
            finally:
                self._close()
        return complete

    @cached_property
    def simulates(self) -> bool:
        """Whether anything has to be simulated, as far as is known before: else no engine is needed."""
        settings = self.settings
        numbers = settings.part.numbers(settings.replications)
        return bool(settings.targets) or any(
            gaps(ReplicationCache(self._cache, identity, (), fresh=settings.fresh).find([numbers]), numbers)
            for identity in self._identities
        )

    def _execute(self, workers: Workers) -> bool:
        """Stage after stage of all experiments; False when interrupted."""
        complete = workers.execute(self._first_portions(workers.jobs))
        while complete and (left := [experiment for experiment in self._open.values() if not experiment.work.given_up]):
            if self._looks is not None and (len(left) < len(self._identities) or self._looks.enough(_kept_of(left))):
                break
            complete = workers.execute(chain.from_iterable([experiment.portions(workers.jobs) for experiment in left]))
        return complete

    def _first_portions(self, jobs: int) -> Iterator[Portion]:
        """The first stages of all experiments, each begun when its turn comes."""
        from simulator import engine as engines

        for identity in self._identities:
            plan = engines.build(identity.scenario, identity.design)
            if not self._open:
                self._clock.lap()
            experiment = Experiment(
                identity, plan, self._store(identity), self.settings, self._clock, self._cache, self._stages
            )
            name = identity.scenario.name
            if name in self._pilots.values():
                self._ran[name] = experiment
            experiment.pilot = self._ran.get(self._pilots.get(name, ""))
            experiment.advanced = self._tell
            experiment.ended = lambda experiment=experiment: self._finish(experiment, jobs)  # type: ignore[misc]
            self._open[name] = experiment
            self._begun += 1
            yield from experiment.portions(jobs)

    def _looks_ahead(self, looks: Looks) -> tuple[int, ...]:
        """The looks that are still to be taken: where an earlier run was stopped, all go on from its last one."""
        folder = self.settings.folder
        manifests = () if folder is None else [read_manifest(folder / one.scenario.name) for one in self._identities]
        there = max((one.replications_requested for one in manifests if one is not None), default=0)
        return tuple(number for number in looks.at if number >= there)

    def _store(self, identity: Identity) -> Store:
        settings = self.settings
        if settings.folder is None:
            return Memory()
        return ShardFolder.open(
            settings.folder,
            identity,
            settings.most,
            settings.part,
            resume=settings.resume,
            floor=self._floor,
            temporary=self.temporary,
        )

    def _finish(self, experiment: Experiment, jobs: int) -> None:
        """Take the result of an experiment that has ended, or been interrupted."""
        name = experiment.identity.scenario.name
        if experiment.tried:
            try:
                self.results[name] = experiment.finish(jobs)
            except (ReplicationError, ConditioningError) as error:
                self.refused[name] = error
        del self._open[name]
        self._there_in_ended += experiment.done
        self._asked_for_in_ended += len(experiment.numbers)
        self._recalled_in_ended += experiment.recalled
        experiment.store.close()
        experiment.leave()
        self._clock.lap()  # writing is not simulating

    def _close(self) -> None:
        """Keep what came before an error, and let go of folders."""
        with ExitStack() as stack:
            for experiment in self._open.values():
                stack.callback(experiment.store.close)
                stack.callback(experiment.flush)

    def _advice(self) -> str:
        """What to do about a file that can't be written."""
        if self.temporary is not None:
            return "give an output folder with more room (--out, out=... in Python), or set TMPDIR to one"
        if self.settings.callbacks:
            return "mend the cause (is the disk full?), then run it again in another folder"
        return WriteError.advice

    def _told(self, error: WorkersError) -> WorkersError:
        """An error of the workers with how far the batch has come."""
        kept = "" if self.settings.folder is None else "; what was finished is kept: go on with --resume"
        return WorkersError(f"{error}; {self._there():,} of {self._asked_for():,} replications are there{kept}")

    def _there(self) -> int:
        return self._there_in_ended + sum(experiment.done for experiment in self._open.values())

    def _asked_for(self) -> int:
        waiting = len(self._identities) - self._begun
        each = len(self.settings.part.numbers(self._floor))
        return (
            self._asked_for_in_ended
            + sum(len(experiment.numbers) for experiment in self._open.values())
            + waiting * each
        )

    def _tell(self) -> None:
        """Report how far all are, and which is the first that has not ended."""
        scenario = next((name for name, experiment in self._open.items() if not experiment.work.given_up), "")
        place = (self._begun - len(self._open) + 1, len(self._identities))
        recalled = self._recalled_in_ended + sum(experiment.recalled for experiment in self._open.values())
        self._report(Progress("running", self._there(), self._asked_for(), scenario, place, recalled))


def _kept_of(experiments: Sequence[Experiment]) -> list[First]:
    """What is kept of each of these experiments."""
    for experiment in experiments:
        experiment.flush()
    return [experiment.first(experiment.numbers.stop) for experiment in experiments]
