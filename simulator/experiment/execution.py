"""Running replications here, on threads, in processes or on an executor; received in replication order all the same."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor, wait
from threading import Event, local
from types import TracebackType
from typing import NamedTuple

from simulator.experiment.executors import SECONDS_BETWEEN_LOOKS, Watcher, watcher_of
from simulator.experiment.processes import ProcessKeeper, shield_processes
from simulator.experiment.workers import (
    EngineKeeper,
    Outcome,
    Work,
    WorkersError,
    replicate_in_thread,
    replicate_in_worker,
)
from simulator.results.account import ReplicationError
from simulator.stepping.arguments import Place

SMALLEST_CHUNK = 4
LARGEST_CHUNK = 50
CHUNKS_AHEAD = 4
"""Chunks per worker that are under way or waiting: enough to keep all busy, few enough to end at once."""
TRIES_ALONE = 2
"""How often a replication is tried alone whose worker has died."""
DROPPED = "the executor has dropped what it was given"

Portion = tuple[Work, range]


def portions(work: Work, numbers: Sequence[range], jobs: int, smallest: int = SMALLEST_CHUNK) -> Iterator[Portion]:
    """Work on these replications in chunks: small enough to be shared evenly, large enough to make hand-overs cheap."""
    size = max(smallest, min(LARGEST_CHUNK, sum(map(len, numbers)) // (jobs * 16)))
    for consecutive in numbers:
        for first in range(consecutive.start, consecutive.stop, size):
            yield work, range(first, min(first + size, consecutive.stop))


class Workers:
    """Where replications run; several experiments can share it, one after the other or in one call of `execute`.

    `executor` is any `concurrent.futures.Executor`, which stays the caller's to shut down; else `place` says whether
    `jobs` threads or processes of our own are used. One job on threads is the calling thread.
    """

    def __init__(self, jobs: int, place: Place = "threads", executor: Executor | None = None) -> None:
        self.jobs = jobs
        self.place = place
        self.executor = executor
        self._watcher: Watcher | None = None if executor is None else watcher_of(executor)
        self._threads: ThreadPoolExecutor | None = None
        self._stop = Event()
        self._engines = local()
        self._processes = ProcessKeeper(self._stop)

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end(finish=kind is None)

    def execute(self, work: Iterable[Portion]) -> bool:
        """Run all portions and hand every outcome, in order, to the `receive` or `fail` of its work.

        False when interrupted (Ctrl-C): threads then leave the replication in hand at its next pause, worker processes
        end at once, and what had finished without a gap is still received. `receive` may see a replication twice. A
        replication whose worker dies is tried again alone. `WorkersError` says that no worker can be had any more.
        """
        if self.jobs == 1 and self.executor is None and self.place == "threads":
            return _execute_here(work)
        return _Gathering(self, iter(work)).run()

    def submit(self, work: Work, chunk: range) -> Future[list[Outcome]]:
        """Have a chunk run."""
        if self.executor is not None:
            packed = work.packed
            try:
                return self.executor.submit(replicate_in_worker, chunk, packed, work.seed)
            except Exception as error:  # to be told when its turn comes: what was submitted before may still end well
                refused: Future[list[Outcome]] = Future()
                refused.set_exception(error if isinstance(error, BrokenExecutor) else _refusal(error))
                return refused
        if self._threads is None:  # each thread has an engine, or a process, of its own
            self._threads = ThreadPoolExecutor(self.jobs, "replications", shield_processes)
        if self.place == "processes":
            return self._threads.submit(self._processes.replicate, chunk, work)
        return self._threads.submit(replicate_in_thread, chunk, work, self._engines, self._stop)

    def wait(self, futures: Sequence[Future[list[Outcome]]]) -> None:
        """Wait for all of these; raises `WorkersError` when they will never be done."""
        pause = None if self._watcher is None else SECONDS_BETWEEN_LOOKS
        while wait(futures, timeout=pause).not_done:
            if self._watcher is not None:
                self._watcher.look()

    def outcomes(self, future: Future[list[Outcome]]) -> list[Outcome]:
        """What a chunk has given, waited for; raises `WorkersError` when nobody will ever give it."""
        self.wait([future])
        try:
            return future.result()
        except CancelledError as error:
            dropped = DROPPED if self._watcher is None else self._watcher.dropped
            raise WorkersError(dropped) from error
        except BrokenExecutor as error:
            raise WorkersError("the executor is broken and takes no more work") from error

    def end(self, *, finish: bool = True) -> None:
        """End workers of our own: at once, or when what they have in hand is finished if `finish`."""
        if self._threads is None:
            return
        self._stop.set()
        if not finish:
            self._processes.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._processes.end()
        self._threads, self._stop = None, Event()


def _execute_here(work: Iterable[Portion]) -> bool:
    engines = EngineKeeper()
    try:
        for task, chunk in work:
            there = task.recall(chunk)
            if there is not None:
                _hand_over(task, chunk, there)
                continue
            for number in chunk:
                if task.given_up:
                    break
                _deliver(task, number, engines.outcome(task, number))
    except KeyboardInterrupt:
        return False
    return True


class _UnderWay(NamedTuple):
    work: Work
    chunk: range
    future: Future[list[Outcome]]


class _Gathering:
    """Chunks on workers, a few at a time, and the hand-over of their outcomes in order."""

    def __init__(self, workers: Workers, work: Iterator[Portion]) -> None:
        self.workers = workers
        self.work = work
        self.ahead = workers.jobs * CHUNKS_AHEAD
        self.under_way: deque[_UnderWay] = deque()

    def run(self) -> bool:
        """Hand everything over; False when interrupted."""
        complete = False
        try:
            self._submit(self.ahead)
            while self.under_way:
                first = self.under_way[0]
                _hand_over(first.work, first.chunk, self._outcomes(first))
                self.under_way.popleft()
                self._submit(1)
            complete = True
        except KeyboardInterrupt:
            pass
        finally:
            if not complete:
                self._stop()
        return complete

    def _submit(self, number: int) -> None:
        """Have `number` more chunks run; what is there already waits behind those under way, if there are any."""
        for work, chunk in self.work:
            there = work.recall(chunk)
            if there is not None and not self.under_way:
                _hand_over(work, chunk, there)
                continue
            future = self.workers.submit(work, chunk) if there is None else _done(there)
            self.under_way.append(_UnderWay(work, chunk, future))
            number -= 1
            if not number:
                return

    def _outcomes(self, entry: _UnderWay) -> list[Outcome]:
        """The outcomes of a chunk; if its worker fails, each of its replications is tried alone."""
        try:
            return self.workers.outcomes(entry.future)
        except WorkersError:
            raise
        except Exception:
            self.workers.wait([other.future for other in self.under_way])
        return [self._alone(entry.work, number) for number in entry.chunk]

    def _alone(self, work: Work, number: int) -> Outcome:
        """A replication while the workers have nothing else in hand, so that it is known who is to blame."""
        cause = ""
        for _ in range(TRIES_ALONE):
            try:
                (outcome,) = self.workers.outcomes(self.workers.submit(work, range(number, number + 1)))
                return outcome
            except WorkersError:
                raise
            except Exception as error:
                cause = f"its worker failed {TRIES_ALONE} times ({_told(error)})"
        return ReplicationError(number, work.seed, cause)

    def _stop(self) -> None:
        """End what is under way, and receive what had finished up to the first gap."""
        for entry in self.under_way:
            entry.future.cancel()
        self.workers.end(finish=False)
        for entry in self.under_way:
            if entry.future.cancelled() or not entry.future.done() or entry.future.exception() is not None:
                return
            _hand_over(entry.work, entry.chunk, entry.future.result())
            if len(entry.future.result()) < len(entry.chunk):
                return


def _hand_over(work: Work, chunk: range, outcomes: Sequence[Outcome]) -> None:
    for number, outcome in zip(chunk, outcomes, strict=False):
        _deliver(work, number, outcome)


def _done(outcomes: Sequence[Outcome]) -> Future[list[Outcome]]:
    """What a chunk has given that nobody has to run."""
    future: Future[list[Outcome]] = Future()
    future.set_result(list(outcomes))
    return future


def _refusal(error: Exception) -> WorkersError:
    return WorkersError(f"the executor takes no more work ({_told(error)})")


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _deliver(work: Work, number: int, outcome: Outcome) -> None:
    if isinstance(outcome, ReplicationError):
        work.fail(outcome)
    else:
        work.receive(number, outcome)
