"""Running replications on threads or processes, received in replication order whatever the number of jobs."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import islice
from multiprocessing import get_context
from signal import SIG_IGN, SIGINT, signal
from threading import Event, local
from typing import Protocol

from simulator.experiment.records import Replication

MOST_JOBS = 1024
SMALLEST_THREAD_CHUNK = 4
LARGEST_CHUNK = 50
CHUNKS_AHEAD = 4
"""Chunks per worker that are under way or waiting: enough to keep all busy, few enough to end at once."""


class Engine(Protocol):
    """Runs replications of one plan, one at a time, with state of its own."""

    def replicate(self, replication: int, seed: int) -> Replication:
        """Run one replication."""


class ReplicationError(RuntimeError):
    """A replication that failed; `replication` (number) and `seed` let it be run alone."""

    def __init__(self, replication: int, seed: int, cause: str) -> None:
        super().__init__(replication, seed, cause)
        self.replication = replication
        self.seed = seed
        self.cause = cause

    def __str__(self) -> str:
        return f"replication {self.replication} with seed {self.seed} failed: {self.cause}"


MakeEngine = Callable[[], Engine]
Receive = Callable[[int, Replication], None]


def available_cores() -> int:
    """The number of cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        return os.cpu_count() or 1


def execute(
    make_engine: MakeEngine, replications: int, seed: int, receive: Receive, *, jobs: int, processes: bool = False
) -> bool:
    """Run replications 0..`replications`-1 and hand each with its number, in order, to `receive`.

    False when interrupted (Ctrl-C): threads then finish the replication in hand, worker processes end at once, and
    what had finished without a gap is still received. `receive` may see a replication twice. A replication that
    fails raises `ReplicationError`.
    """
    if jobs == 1:
        return _execute_here(make_engine, replications, seed, receive)
    size = 1 if processes else _thread_chunk(replications, jobs)
    chunks = [range(first, min(first + size, replications)) for first in range(0, replications, size)]
    workers = min(jobs, len(chunks))
    ahead = workers * CHUNKS_AHEAD
    if processes:
        pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_start_worker, initargs=(make_engine,))
        return _Gathering(pool, chunks, partial(_replicate_in_worker, seed=seed), receive, ahead=ahead).run()
    stop = Event()
    task = partial(_replicate_in_thread, seed=seed, make_engine=make_engine, own=local(), stop=stop)
    return _Gathering(ThreadPoolExecutor(workers, "replications"), chunks, task, receive, ahead=ahead, stop=stop).run()


def _execute_here(make_engine: MakeEngine, replications: int, seed: int, receive: Receive) -> bool:
    try:
        engine = make_engine()
        for number in range(replications):
            receive(number, _replicate(engine, number, seed))
    except KeyboardInterrupt:
        return False
    return True


def _thread_chunk(replications: int, jobs: int) -> int:
    """Chunks small enough to share the work evenly, large enough to make the cost of a hand-over vanish."""
    return max(SMALLEST_THREAD_CHUNK, min(LARGEST_CHUNK, replications // (jobs * 16)))


class _Gathering:
    """Chunks of work on a pool, a few at a time, and the hand-over of their results in order."""

    def __init__(
        self,
        pool: Executor,
        chunks: list[range],
        task: Callable[[range], list[Replication]],
        receive: Receive,
        *,
        ahead: int,
        stop: Event | None = None,
    ) -> None:
        self.pool = pool
        self.chunks = iter(chunks)
        self.task = task
        self.receive = receive
        self.ahead = ahead
        self.stop = stop
        self.under_way: deque[tuple[range, Future[list[Replication]]]] = deque()

    def run(self) -> bool:
        """Hand everything over; False when interrupted."""
        complete = False
        try:
            self._submit(self.ahead)
            while self.under_way:
                chunk, future = self.under_way[0]
                self._hand_over(chunk, future.result())
                self.under_way.popleft()
                self._submit(1)
            complete = True
        except KeyboardInterrupt:
            pass
        except BrokenProcessPool as error:
            raise RuntimeError(
                "a worker process ended before its work was done (out of memory, or killed; in a script of your own, "
                'call run() below `if __name__ == "__main__":` or pass jobs=1)'
            ) from error
        finally:
            self._end(complete=complete)
        if not complete:
            self._hand_over_finished()
        return complete

    def _submit(self, number: int) -> None:
        for chunk in islice(self.chunks, number):
            self.under_way.append((chunk, self.pool.submit(self.task, chunk)))

    def _hand_over(self, chunk: range, finished: list[Replication]) -> None:
        for number, replication in zip(chunk, finished, strict=False):
            self.receive(number, replication)

    def _hand_over_finished(self) -> None:
        """Receive what had finished, up to the first gap."""
        for chunk, future in self.under_way:
            if future.cancelled() or not future.done() or future.exception() is not None:
                return
            self._hand_over(chunk, future.result())
            if len(future.result()) < len(chunk):
                return

    def _end(self, *, complete: bool) -> None:
        if self.stop is not None:
            self.stop.set()
        if not complete and isinstance(self.pool, ProcessPoolExecutor):
            for process in list((getattr(self.pool, "_processes", None) or {}).values()):
                process.terminate()
        self.pool.shutdown(wait=True, cancel_futures=True)


def _replicate(engine: Engine, number: int, seed: int) -> Replication:
    try:
        return engine.replicate(replication=number, seed=seed)
    except Exception as error:
        raise ReplicationError(number, seed, f"{type(error).__name__}: {error}") from error


def _replicate_in_thread(
    chunk: range, *, seed: int, make_engine: MakeEngine, own: local, stop: Event
) -> list[Replication]:
    """Replications of `chunk`, fewer when told to stop; the thread keeps its engine in `own`."""
    finished: list[Replication] = []
    for number in chunk:
        if stop.is_set():
            break
        if not hasattr(own, "engine"):
            own.engine = make_engine()
        finished.append(_replicate(own.engine, number, seed))
    return finished


_worker_engine: list[Engine] = []


def _start_worker(make_engine: MakeEngine) -> None:
    signal(SIGINT, SIG_IGN)  # Ctrl-C is for the parent, which ends its workers
    _worker_engine[:] = [make_engine()]


def _replicate_in_worker(chunk: range, *, seed: int) -> list[Replication]:
    return [_replicate(_worker_engine[0], number, seed) for number in chunk]
