"""Executors beyond this machine, by name, and a watch over those that don't tell when they have died.

Each is an extra, imported when it is asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any

from simulator.experiment.workers import WorkersError

LOGGING = ("asyncio", "distributed", "tornado")
SECONDS_TO_ANSWER = 10
SECONDS_BETWEEN_LOOKS = 5.0
SECONDS_OF_SILENCE = 30
"""How long a scheduler may take to answer that has answered before: it may be busy."""
SECONDS_WITHOUT_WORKERS = 60
"""How long a cluster may be without workers: they are started again within seconds, if anybody does it."""


class ExecutorError(ValueError):
    """An executor that can't be had; the message says why and what to do."""


class Watcher:
    """A watch over a Dask cluster, whose work waits for ever when nobody is there to do it."""

    dropped = "the connection to the Dask scheduler is lost, or what it was given was cancelled there"

    def __init__(self, client: Any) -> None:
        self._client = client
        self._last_seen = monotonic()

    def look(self) -> None:
        """See that scheduler and workers are there; raises `WorkersError`."""
        try:
            threads = self._client.nthreads(callback_timeout=SECONDS_OF_SILENCE)
        except Exception as error:  # it has many ways to say so
            raise WorkersError(f"the Dask scheduler answers no more ({type(error).__name__})") from error
        if threads:
            self._last_seen = monotonic()
        elif monotonic() - self._last_seen >= SECONDS_WITHOUT_WORKERS:
            raise WorkersError(f"the Dask cluster has had no workers for {SECONDS_WITHOUT_WORKERS} seconds")


def watcher_of(executor: Executor) -> Watcher | None:
    """The watch that an executor needs; None for those that tell themselves when they have died."""
    client = getattr(executor, "_client", None)
    return Watcher(client) if client is not None and type(client).__module__.startswith("distributed.") else None


@contextmanager
def dask(scheduler: str) -> Iterator[Executor]:
    """A Dask cluster, by the address of its scheduler (`tcp://host:8786`); raises `ExecutorError`.

    The number of its threads is `_max_workers`, as in the executors of the standard library.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ExecutorError("dask is not installed; install it with: pip install 'scaleup-simulator[dask]'") from error
    for name in ["asyncio", "tornado", *logging.root.manager.loggerDict]:
        if name.partition(".")[0] in LOGGING:  # what they log, with tracebacks, is raised here in one sentence
            logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(scheduler, timeout=SECONDS_TO_ANSWER)
    except (OSError, ValueError, TypeError) as error:
        raise ExecutorError(
            f"no Dask scheduler answers at {scheduler} ({type(error).__name__}: {error}); "
            "give the address that the scheduler prints, as in tcp://192.0.2.1:8786"
        ) from error
    try:
        threads = sum(client.nthreads().values())
        if not threads:
            raise ExecutorError(
                f"the Dask scheduler at {scheduler} has no workers; start some (dask worker {scheduler})"
            )
        executor = client.get_executor(pure=False)  # a replication that is tried again has to run again
        executor._max_workers = threads
        yield executor
    finally:
        with suppress(Exception):  # a scheduler that is gone is no news by now
            client.close(timeout=SECONDS_TO_ANSWER)
