"""Executors beyond this machine, by name. Each is an extra, imported when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

SECONDS_TO_ANSWER = 10


class ExecutorError(ValueError):
    """An executor that can't be had; the message says why and what to do."""


@contextmanager
def dask(scheduler: str) -> Iterator[Executor]:
    """A Dask cluster, by the address of its scheduler (`tcp://host:8786`); raises `ExecutorError`.

    The number of its threads is `_max_workers`, as in the executors of the standard library.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ExecutorError("dask is not installed; install it with: pip install 'scaleup-simulator[dask]'") from error
    try:
        client = Client(scheduler, timeout=SECONDS_TO_ANSWER)
    except (OSError, ValueError, TypeError) as error:
        raise ExecutorError(
            f"no Dask scheduler answers at {scheduler} ({type(error).__name__}: {error}); "
            "give the address that the scheduler prints, as in tcp://192.0.2.1:8786"
        ) from error
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise ExecutorError(
                f"the Dask scheduler at {scheduler} has no workers; start some (dask worker {scheduler})"
            )
        executor = client.get_executor(pure=False)  # a replication that is tried again has to run again
        executor._max_workers = threads
        yield executor
