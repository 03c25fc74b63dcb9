"""What runs in a worker: replications, each tried twice, on an engine that is kept for the work in hand."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from threading import Event, local
from typing import Any

from simulator.engine.protocol import Replicating, Stopped, never
from simulator.results.account import ReplicationError
from simulator.store.blocks import Replication
from simulator.store.identity import versions


class WorkersError(RuntimeError):
    """There are no workers, or none that could be used; the message says why."""


class VersionsDifferError(WorkersError):
    """A worker on another machine has other versions, so that its digits could be others."""


Outcome = Replication | ReplicationError
MakeEngine = Callable[[], Replicating]
Packed = tuple[str, bytes, dict[str, str | None]]


def _nothing(_: range) -> None:
    return None


@dataclass(eq=False)
class Work:
    """Replications of one experiment: what makes its engines, its base seed, and who takes what comes out.

    `again`: a replication that fails is tried once more on a new engine. `recall` gives the replications of a chunk
    that need not be simulated, as they are there already. Work that is `given_up` goes on no further.
    """

    make_engine: MakeEngine
    seed: int
    receive: Callable[[int, Replication], None]
    fail: Callable[[ReplicationError], None]
    again: bool = field(default=True, kw_only=True)
    recall: Callable[[range], Sequence[Replication] | None] = field(default=_nothing, kw_only=True)
    given_up: bool = field(default=False, init=False)

    @cached_property
    def packed(self) -> Packed:
        """What makes the engines, for workers without our memory: a name for it, its pickle, our versions."""
        content = pickle.dumps(self.make_engine)
        return sha256(content).hexdigest(), content, versions()


class EngineKeeper:
    """The engine of the work in hand; one for each thread. `stopping` says whether it is to stop."""

    def __init__(self, stopping: Callable[[], bool] = never) -> None:
        self._stopping = stopping
        self._key: object = None
        self._engine: Replicating | None = None

    def outcome(self, work: Work, number: int) -> Outcome:
        """Replication `number`, or how it failed; raises `Stopped`."""
        return self.replicate(work, work.make_engine, number, work.seed, again=work.again)

    def replicate(self, key: object, make_engine: MakeEngine, number: int, seed: int, *, again: bool) -> Outcome:
        """Replication `number` on the engine that is known as `key`, or how it failed; raises `Stopped`."""
        cause = ""
        for _ in range(1 + again):
            engine = self._engine if self._key == key else None
            self._engine = None  # what an error or an interruption leaves behind in it is not known
            try:
                if engine is None:
                    engine = make_engine()
                    engine.stopping = self._stopping
                replication: Replication = engine.replicate(replication=number, seed=seed)
            except Stopped:
                raise
            except (Exception, SystemExit) as error:  # SystemExit: it would end the whole program without a word
                cause = f"{type(error).__name__}: {error}"
            else:
                self._engine, self._key = engine, key
                return replication
        return ReplicationError(number, seed, cause)


def make_engine(name: str, plan: Any) -> Replicating:
    """The engine `name` for a plan; can be sent to processes."""
    from simulator import engine as engines

    return engines.get(name).Engine(plan)


def replicate_in_thread(chunk: range, work: Work, own: local, stop: Event) -> list[Outcome]:
    """Outcomes of `chunk`, fewer when told to stop; the thread keeps its engine in `own`."""
    finished: list[Outcome] = []
    engines = _engines(own, stop.is_set)
    for number in chunk:
        if stop.is_set() or work.given_up:
            break
        try:
            finished.append(engines.outcome(work, number))
        except Stopped:
            break
    return finished


def replicate_in_worker(chunk: range, packed: Packed, seed: int) -> list[Outcome]:
    """Outcomes of `chunk` in a process of its own or on another machine; raises `VersionsDifferError`."""
    key, content, expected = packed
    here = versions()
    differences = [
        f"{name} {here.get(name)} instead of {wanted}" for name, wanted in expected.items() if here.get(name) != wanted
    ]
    if differences:
        raise VersionsDifferError(
            f"a worker has other versions, so that its digits could differ: {'; '.join(differences)}"
        )
    engines = _engines(_own)

    def make_engine() -> Replicating:
        return pickle.loads(content)()  # type: ignore[no-any-return]

    return [engines.replicate(key, make_engine, number, seed, again=True) for number in chunk]


_own = local()


def _engines(own: local, stopping: Callable[[], bool] = never) -> EngineKeeper:
    if not hasattr(own, "engines"):
        own.engines = EngineKeeper(stopping)
    return own.engines  # type: ignore[no-any-return]
