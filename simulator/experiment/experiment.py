"""An experiment in the making: what runs its replications, and where they are kept until all are there."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from simulator.experiment.blocks import Blocks, Replication, Value
from simulator.experiment.conditioning import weighting
from simulator.experiment.execution import SMALLEST_CHUNK, Portion, portions
from simulator.experiment.manifest import Identity, gaps, written_ranges
from simulator.experiment.precision import Precision, Target, precision
from simulator.experiment.records import Records
from simulator.experiment.result import Result
from simulator.experiment.shards import ResultWarning
from simulator.experiment.workers import Engine, ReplicationError, Work, make_engine

if TYPE_CHECKING:
    import pyarrow as pa

    from simulator.experiment.callbacks import Callbacks

HOPELESS = 20
"""Failures without a single success after which an experiment is given up."""
MOST_FAILURES_TOLD = 5


class Store(Protocol):
    """Where the blocks of an experiment are kept: in memory, or as shards in a folder."""

    requested: int
    wall_seconds: float
    failed: list[dict[str, Any]]

    @property
    def ranges(self) -> list[range]:
        """The replications that are kept, in order."""

    def keep(self, block: pa.Table) -> None:
        """Keep a block; one of the same replications is replaced."""

    @property
    def count(self) -> int:
        """The number of replications that are kept."""

    def measure(self, name: str) -> list[Value]:
        """One output measure of all replications that are kept, in order."""

    def records(self) -> Records:
        """All that is kept."""

    def conclude(self, result: Result) -> None:
        """Take note that this is the result."""


class Memory:
    """Blocks in memory."""

    def __init__(self) -> None:
        self.requested = 0
        self.wall_seconds = 0.0
        self.failed: list[dict[str, Any]] = []
        self._blocks: dict[int, pa.Table] = {}

    @property
    def ranges(self) -> list[range]:
        """The replications that are kept, in order."""
        return [range(first, first + block.num_rows) for first, block in sorted(self._blocks.items())]

    @property
    def count(self) -> int:
        """The number of replications that are kept."""
        return sum(map(len, self.ranges))

    def keep(self, block: pa.Table) -> None:
        """Keep a block; one of the same replications is replaced."""
        self._blocks[block.column("replication")[0].as_py()] = block

    def measure(self, name: str) -> list[Value]:
        """One output measure of all replications that are kept, in order."""
        return [value for _, block in sorted(self._blocks.items()) for value in block.column(name).to_pylist()]

    def records(self) -> Records:
        """All that is kept."""
        return Records.in_memory([block for _, block in sorted(self._blocks.items())])

    def conclude(self, result: Result) -> None:
        """There is nothing to write."""


class Experiment:
    """Replications of one scenario on one engine, from the first that is missing to the result.

    Several experiments can share workers: chain what their `portions` yield.
    """

    def __init__(self, identity: Identity, plan: Any, store: Store, callbacks: Callbacks, *, shard_size: int) -> None:
        self.identity = identity
        self.store = store
        self.callbacks = callbacks
        self.failures: list[ReplicationError] = []
        self.numbers = range(0)
        self._blocks = Blocks(plan.inputs, shard_size, store.keep)
        self._kept = 0
        self._clock = perf_counter()
        self.report: Callable[[int], None] = _silent  # called with the number of replications that are there
        make: Callable[[], Engine] = partial(make_engine, identity.engine, plan)
        if callbacks:
            make = callbacks.engine(identity.scenario, identity.engine)
        self.work = Work(make, identity.seed, self._receive, self._fail, again=not callbacks)

    def portions(self, numbers: range, jobs: int) -> Iterator[Portion]:
        """The work that `numbers` still lack, in chunks for `jobs` workers."""
        self.flush()
        self.numbers = numbers
        missing = gaps(self.store.ranges, numbers)
        self._kept = len(numbers) - sum(map(len, missing)) - self._blocks.count
        smallest = 1 if self.identity.engine == "reference" else SMALLEST_CHUNK  # one replication takes seconds there
        self.report(self.done)
        self._clock = perf_counter()
        yield from portions(self.work, missing, jobs, smallest)

    @property
    def done(self) -> int:
        """The number of replications that are there, those of an earlier run included."""
        return self._kept + self._blocks.count

    def flush(self) -> None:
        """Have everything that has been received kept; raises `WriteError`."""
        self._blocks.flush()

    def precisions(self, targets: Sequence[Target]) -> list[Precision]:
        """How precisely targets are known from what is there; raises `PrecisionError`."""
        self.flush()
        there = np.concatenate([np.arange(of.start, of.stop) for of in self.store.ranges] or [np.arange(0)])
        wanted = int(np.count_nonzero(there < self.numbers.stop))

        def column(name: str) -> list[Value]:
            return self.store.measure(name)[:wanted]

        return [precision(target, column, len(self.numbers)) for target in targets]

    def finish(self, jobs: int) -> Result:
        """The result of what is there; a `ResultWarning` names replications that failed.

        Raises the first failure if nothing succeeded, `KeyboardInterrupt` if nothing was finished, and `WriteError`.
        """
        self.flush()
        if not self.store.ranges:
            raise self.failures[0] if self.failures else KeyboardInterrupt
        weighting(self.identity.scenario, self.store)  # refuses an observed pilot that too few replications are like
        records = self.store.records()
        result = Result(
            self.identity.scenario,
            records,
            seed=self.identity.seed,
            engine=self.identity.engine,
            jobs=jobs,
            requested=len(self.numbers),
            wall_seconds=self.store.wall_seconds,
        )
        result.design = self.identity.design
        result.failures = tuple(self.failures)
        result.callbacks = self.callbacks.names
        result.analysis_rows = self.callbacks.rows(records.numbers.tolist())
        self.store.conclude(result)
        if self.failures:
            warnings.warn(told_failures(self.failures, len(self.numbers)), ResultWarning, stacklevel=3)
        return result

    def _receive(self, number: int, replication: Replication) -> None:
        self.callbacks.receive(number, replication)
        now = perf_counter()
        self.store.wall_seconds += now - self._clock
        self._clock = now
        self._blocks.put(number, replication)
        self.report(self.done)

    def _fail(self, failure: ReplicationError) -> None:
        if self.callbacks:
            raise failure  # a mistake in a function of the user's, who is waiting to hear of it
        if all(of.replication != failure.replication for of in self.failures):
            self.failures.append(failure)
        self.store.failed = [of.as_dict() for of in self.failures]
        if not self.done and len(self.failures) >= HOPELESS:
            raise self.failures[0]


def told_failures(failures: Sequence[ReplicationError], of: int) -> str:
    """What failed, for a reader."""
    told = "\n".join(str(failure) for failure in failures[:MOST_FAILURES_TOLD])
    if len(failures) > MOST_FAILURES_TOLD:
        more = [range(failure.replication, failure.replication + 1) for failure in failures[MOST_FAILURES_TOLD:]]
        told += f"\n{len(more)} more failed: replications {written_ranges(more[: 10 * MOST_FAILURES_TOLD])}"
    return f"{told}\n{len(failures)} of {of:,} replications are missing; estimates speak of the others"


def _silent(_: int) -> None:
    return None
