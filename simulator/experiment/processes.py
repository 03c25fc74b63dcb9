"""Worker processes of our own, each with a pipe to itself: one that dies takes along what it had in hand, no more.

`concurrent.futures.ProcessPoolExecutor` shares two pipes and their locks among its workers: one that is killed while it
writes a result leaves all others, and whoever waits for them, waiting for ever.
"""

from __future__ import annotations

import signal
from multiprocessing import get_context
from threading import Event, Lock, get_ident
from typing import TYPE_CHECKING, Any

from simulator.experiment.workers import Outcome, Work, WorkersError, replicate_in_worker

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

CANNOT_START = (
    "worker processes end before they have done anything (out of memory, or killed; in a script of your own, call "
    'run() below `if __name__ == "__main__":` or pass jobs=1)'
)
SECONDS_TO_END = 5.0


class WorkerDiedError(RuntimeError):
    """A worker process ended while it had something in hand; the message says how."""


class WorkerProcess:
    """A process that runs chunks, one at a time; `wait_until_ready` before the first."""

    def __init__(self) -> None:
        """Raises `WorkersError` when it can't be started."""
        context = get_context("spawn")
        self._connection, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there,), daemon=True)
        try:
            self._process.start()
        except (AssertionError, RuntimeError, OSError) as error:  # in a worker that runs an unguarded script, say
            raise WorkersError(CANNOT_START) from error
        there.close()  # so that the pipe ends when the process does

    def wait_until_ready(self) -> None:
        """Wait until it runs; raises `WorkersError` when it doesn't."""
        try:
            self._connection.recv()
        except (EOFError, OSError) as error:
            raise WorkersError(CANNOT_START) from error

    def replicate(self, work: Work, chunk: range) -> list[Outcome]:
        """Outcomes of `chunk`; raises `WorkerDiedError` when the process ends, and what is raised there."""
        try:
            self._connection.send((chunk, work.packed, work.seed))
            answer: list[Outcome] | Exception = self._connection.recv()
        except (EOFError, OSError) as error:
            raise WorkerDiedError(self._how_it_ended()) from error
        if isinstance(answer, Exception):
            raise answer
        return answer

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def end(self) -> None:
        """Let it end, as it has nothing in hand."""
        self._connection.close()
        self._process.join(SECONDS_TO_END)
        self._process.kill()
        self._process.join()

    def _how_it_ended(self) -> str:
        self._process.join(SECONDS_TO_END)
        code = self._process.exitcode
        if code is None:
            return "it answers no more"
        return f"ended by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


class ProcessKeeper:
    """A worker process for each thread that asks, kept for its next chunk and replaced when it has died."""

    def __init__(self, stop: Event) -> None:
        self._stop = stop
        self._lock = Lock()
        self._of_thread: dict[int, WorkerProcess] = {}

    def replicate(self, chunk: range, work: Work) -> list[Outcome]:
        """Outcomes of `chunk`, none when told to stop; raises `WorkerDiedError` and `WorkersError`."""
        if work.given_up:
            return []
        process = self._of_thread.get(get_ident())
        try:
            if process is None:
                with self._lock:  # after `kill` nothing may start any more
                    if self._stop.is_set():
                        return []
                    process = self._of_thread[get_ident()] = WorkerProcess()
                process.wait_until_ready()
            return process.replicate(work, chunk)
        except (WorkerDiedError, WorkersError):
            if self._stop.is_set():
                return []
            if get_ident() in self._of_thread:
                self._of_thread.pop(get_ident()).end()
            raise

    def kill(self) -> None:
        """End all processes at once; the threads that wait for them go on."""
        with self._lock:
            for process in self._of_thread.values():
                process.kill()

    def end(self) -> None:
        """Let all processes end, when no thread waits for them any more."""
        for process in self._of_thread.values():
            process.end()
        self._of_thread.clear()


def shield_processes() -> None:
    """Have processes that this thread starts not see Ctrl-C, which is for this one: from their first moment on."""
    if hasattr(signal, "pthread_sigmask"):
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()  # what starts it lets Ctrl-C through again
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _serve(connection: Connection[Any, Any]) -> None:
    """What a worker process does until nobody is at the other end of its pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        connection.send(True)
        while True:
            chunk, packed, seed = connection.recv()
            try:
                answer: list[Outcome] | Exception = replicate_in_worker(chunk, packed, seed)
            except Exception as error:
                answer = error
            _send(connection, answer)
    except (EOFError, OSError):
        return


def _send(connection: Connection[Any, Any], answer: list[Outcome] | Exception) -> None:
    try:
        connection.send(answer)
    except OSError:
        raise
    except Exception as error:  # it can't be pickled
        connection.send(RuntimeError(f"what it gave can't be sent: {type(error).__name__}: {error}"))
