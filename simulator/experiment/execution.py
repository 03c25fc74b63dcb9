"""Running replications here, on threads, in processes or on an executor; received in replication order all the same."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import islice
from multiprocessing import get_context
from threading import Event, local
from types import TracebackType
from typing import Literal, NamedTuple

from simulator.experiment.workers import (
    EngineKeeper,
    Outcome,
    ReplicationError,
    VersionsDifferError,
    Work,
    WorkersError,
    answer,
    replicate_in_thread,
    replicate_in_worker,
    start_worker,
)

MOST_JOBS = 1024
SMALLEST_CHUNK = 4
LARGEST_CHUNK = 50
CHUNKS_AHEAD = 4
"""Chunks per worker that are under way or waiting: enough to keep all busy, few enough to end at once."""
TRIES_ALONE = 2
"""How often a replication is tried alone whose worker has died."""

Place = Literal["threads", "processes"]
PLACES: tuple[Place, ...] = ("threads", "processes")
Portion = tuple[Work, range]


def available_cores() -> int:
    """The number of cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        return os.cpu_count() or 1


def portions(work: Work, numbers: Sequence[range], jobs: int, smallest: int = SMALLEST_CHUNK) -> Iterator[Portion]:
    """Work on these replications in chunks: small enough to be shared evenly, large enough to make hand-overs cheap."""
    size = max(smallest, min(LARGEST_CHUNK, sum(map(len, numbers)) // (jobs * 16)))
    for of in numbers:
        for first in range(of.start, of.stop, size):
            yield work, range(first, min(first + size, of.stop))


class Workers:
    """Where replications run; several experiments can share it, one after the other or in one call of `execute`.

    `executor` is any `concurrent.futures.Executor`, which stays the caller's to shut down; else `place` says whether
    `jobs` threads or processes of our own are used. One job on threads is the calling thread.
    """

    def __init__(self, jobs: int, place: Place = "threads", executor: Executor | None = None) -> None:
        self.jobs = jobs
        self.place = place
        self.own = executor is None
        self._pool = executor
        self._stop = Event()
        self._engines = local()

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end(finish=kind is None)

    def execute(self, work: Iterable[Portion]) -> bool:
        """Run all portions and hand every outcome, in order, to the `receive` or `fail` of its work.

        False when interrupted (Ctrl-C): threads then finish the replication in hand, worker processes end at once,
        and what had finished without a gap is still received. `receive` may see a replication twice. A replication
        whose worker dies is tried again alone. `WorkersError` says that no worker can be had any more.
        """
        if self.jobs == 1 and self.own and self.place == "threads":
            return _execute_here(work)
        return _Gathering(self, iter(work)).run()

    def submit(self, work: Work, chunk: range) -> Future[list[Outcome]]:
        """Have a chunk run."""
        if self._pool is None:
            self._pool = self._make_pool()
        if self.own and self.place == "threads":
            return self._pool.submit(replicate_in_thread, chunk, work, self._engines, self._stop)
        return self._pool.submit(replicate_in_worker, chunk, work.packed, work.seed)

    def renew(self) -> None:
        """Replace a broken pool; raises `WorkersError` when that can't be done or helps nothing."""
        if not self.own:
            raise WorkersError("the executor is broken and takes no more work")
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = self._make_pool()
        try:
            self._pool.submit(answer).result()
        except BrokenExecutor as error:
            raise WorkersError(
                "worker processes end before they have done anything (out of memory, or killed; in a script of your "
                'own, call run() below `if __name__ == "__main__":` or pass jobs=1)'
            ) from error

    def end(self, *, finish: bool = True) -> None:
        """End workers of our own: at once, or when the replication in hand is finished for threads or if `finish`."""
        if not self.own or self._pool is None:
            return
        self._stop.set()
        if not finish and isinstance(self._pool, ProcessPoolExecutor):
            for process in list((getattr(self._pool, "_processes", None) or {}).values()):
                process.terminate()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool, self._stop = None, Event()

    def _make_pool(self) -> Executor:
        if self.place == "processes":
            return ProcessPoolExecutor(self.jobs, get_context("spawn"), initializer=start_worker)
        return ThreadPoolExecutor(self.jobs, "replications")


def _execute_here(work: Iterable[Portion]) -> bool:
    engines = EngineKeeper()
    try:
        for of, chunk in work:
            for number in chunk:
                if of.given_up:
                    break
                _deliver(of, number, engines.outcome(of, number))
    except KeyboardInterrupt:
        return False
    return True


class _UnderWay(NamedTuple):
    work: Work
    chunk: range
    future: Future[list[Outcome]]
    pool: int


class _Gathering:
    """Chunks on a pool, a few at a time, and the hand-over of their outcomes in order."""

    def __init__(self, workers: Workers, work: Iterator[Portion]) -> None:
        self.workers = workers
        self.work = work
        self.ahead = workers.jobs * CHUNKS_AHEAD
        self.under_way: deque[_UnderWay] = deque()
        self.pool = 0

    def run(self) -> bool:
        """Hand everything over; False when interrupted."""
        complete = False
        try:
            self._submit(self.ahead)
            while self.under_way:
                _hand_over(self.under_way[0], self._outcomes(self.under_way[0]))
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
        for work, chunk in islice(self.work, number):
            self.under_way.append(_UnderWay(work, chunk, self._future(work, chunk), self.pool))

    def _future(self, work: Work, chunk: range) -> Future[list[Outcome]]:
        try:
            return self.workers.submit(work, chunk)
        except BrokenExecutor as error:  # chunks before this one will tell, and are run again alone
            broken: Future[list[Outcome]] = Future()
            broken.set_exception(error)
            return broken

    def _outcomes(self, of: _UnderWay) -> list[Outcome]:
        """The outcomes of a chunk; if its workers fail, each of its replications is tried alone."""
        try:
            return of.future.result()
        except VersionsDifferError:
            raise
        except Exception as error:
            self._renew(error, of.pool)
        return [self._alone(of.work, number) for number in of.chunk]

    def _alone(self, work: Work, number: int) -> Outcome:
        """A replication while nothing else is given to the workers, so that it is known who is to blame."""
        cause = ""
        for _ in range(TRIES_ALONE):
            pool = self.pool
            try:
                (outcome,) = self.workers.submit(work, range(number, number + 1)).result()
                return outcome
            except VersionsDifferError:
                raise
            except Exception as error:
                cause = f"its worker ended {TRIES_ALONE} times ({type(error).__name__}: {error})"
                self._renew(error, pool)
        return ReplicationError(number, work.seed, cause)

    def _renew(self, error: Exception, pool: int) -> None:
        """Replace the pool if the error says that it is broken, and nobody has replaced it since."""
        if isinstance(error, BrokenExecutor) and pool == self.pool:
            try:
                self.workers.renew()
            except WorkersError as reason:
                raise reason from error
            self.pool += 1

    def _stop(self) -> None:
        """End what is under way, and receive what had finished up to the first gap."""
        for of in self.under_way:
            of.future.cancel()
        self.workers.end(finish=False)
        for of in self.under_way:
            if of.future.cancelled() or not of.future.done() or of.future.exception() is not None:
                return
            _hand_over(of, of.future.result())
            if len(of.future.result()) < len(of.chunk):
                return


def _hand_over(of: _UnderWay, outcomes: list[Outcome]) -> None:
    for number, outcome in zip(of.chunk, outcomes, strict=False):
        _deliver(of.work, number, outcome)


def _deliver(work: Work, number: int, outcome: Outcome) -> None:
    if isinstance(outcome, ReplicationError):
        work.fail(outcome)
    else:
        work.receive(number, outcome)
