"""How the replications of one scenario or of many are run: the arguments, checked one by one and together."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.experiment.execution import Workers
from simulator.experiment.progress import ReportProgress
from simulator.results.precision import Target, read_targets
from simulator.scenario.vocabulary import ENGINES
from simulator.stepping.arguments import (
    AT_MOST,
    DESIGN,
    ENGINE,
    EVERY_WEEKS,
    PLACES,
    REPLICATIONS,
    SEED,
    SHARD_SIZE,
    ArgumentError,
    known,
    whole,
)
from simulator.stepping.callbacks import Callbacks, functions
from simulator.store.cache_folder import MOST_BYTES
from simulator.store.files import OutputError
from simulator.store.identity import WHOLE, Part
from simulator.streams.cores import available_cores
from simulator.streams.designs import DESIGNS

if TYPE_CHECKING:
    from simulator.stepping.simulation import Simulation

ON_INTERRUPT = ("raise", "return")
CACHE_BYTES = "SCALEUP_RESULTS_CACHE_BYTES"
"""The variable of the environment that bounds what is kept of replications between runs; 0: nothing is."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The arguments of `run`, with its names and defaults, as checked; that one says what they mean.

    From them follow the `folder` of `out`, the `part` that `shard` names, the `targets` of `until_precision`, the
    `most` replications that there can be, and `callbacks`, the functions of the user's; `cache_bytes` is what kept
    replications may take, from the environment.

    Raises `ArgumentError` (a `ValueError`) for what doesn't fit, `OutputError` for a folder that nothing can be written
    to, and `PrecisionError`.
    """

    replications: int = REPLICATIONS
    seed: int = SEED
    engine: str = ENGINE
    jobs: int | None = None
    out: str | os.PathLike[str] | None = None
    progress: bool | ReportProgress | None = None
    interventions: Iterable[Callable[[Simulation], object]] = ()
    analyzers: Iterable[Callable[[Simulation], Mapping[str, Any] | None]] = ()
    every_weeks: int = EVERY_WEEKS
    design: str = DESIGN
    resume: bool = False
    shard: str | None = None
    executor: str | Executor | None = None
    until_precision: Mapping[str, str | float] | None = None
    at_most: int = AT_MOST
    shard_size: int = SHARD_SIZE
    on_interrupt: str = ON_INTERRUPT[0]
    fresh: bool = False

    folder: Path | None = field(init=False)
    part: Part = field(init=False)
    targets: tuple[Target, ...] = field(init=False)
    most: int = field(init=False)
    callbacks: Callbacks = field(init=False)
    cache_bytes: int = field(init=False)

    def __post_init__(self) -> None:
        self._check_each()
        self._check_together()

    def _check_each(self) -> None:
        for name in ("replications", "seed", "shard_size", "every_weeks"):
            self._put(name, whole(name, getattr(self, name)))
        for name in ("interventions", "analyzers"):
            self._put(name, functions(name, getattr(self, name)))
        for name, choices in (("engine", ENGINES), ("design", DESIGNS), ("on_interrupt", ON_INTERRUPT)):
            known(name, getattr(self, name), choices)
        if self.jobs is not None:
            self._put("jobs", whole("jobs", self.jobs))
        check_executor(self.executor)
        self._put("part", WHOLE if self.shard is None else Part.read(self.shard))
        self._put("targets", tuple(read_targets(self.until_precision or {})))
        self._put("most", whole("at_most", self.at_most) if self.targets else self.replications)
        self._put("folder", None if self.out is None else output_folder(self.out))
        self._put("callbacks", Callbacks(tuple(self.interventions), tuple(self.analyzers), self.every_weeks))
        self._put("cache_bytes", most_cache_bytes())

    def _check_together(self) -> None:
        in_parts = self.part != WHOLE
        if self.callbacks and self.design != "random":
            raise ArgumentError(
                "{design} is {found}; with {interventions} and {analyzers} it must be random", found=repr(self.design)
            )
        if self.out is None and (self.resume or in_parts):
            raise ArgumentError(f"{{{'resume' if self.resume else 'shard'}}} needs {{out}}, the folder of the shards")
        if self.callbacks and (self.resume or in_parts):
            raise ArgumentError("a run with functions of yours can't be resumed or shared out")
        if self.callbacks and self.executor not in (None, "threads"):
            raise ArgumentError("functions of yours run on threads of this process; leave {executor} out")
        if self.targets and in_parts:
            raise ArgumentError("{until_precision} needs all replications in one place; leave {shard} out")
        if self.most < self.replications:
            raise ArgumentError(f"{{at_most}} {self.most} is below {{replications}} {self.replications}, the least")
        if self.part.of > self.replications:  # for all parts alike, so that no machine computes what can't be merged
            raise ArgumentError(
                f"shard {self.part} is one of {self.part.of:,} parts, but there are {self.replications:,} "
                f"replications: some parts would be empty; choose i/N with N at most {self.replications:,}, and start "
                "as many runs"
            )

    def workers(self) -> Workers:
        """The workers that this is run on."""
        return workers_for(self.engine, self.jobs, self.executor, callbacks=bool(self.callbacks))

    def _put(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)


def most_cache_bytes() -> int:
    """What kept replications may take on the disk; raises `ArgumentError` where the environment says no number."""
    stated = os.environ.get(CACHE_BYTES, "").strip()
    if not stated:
        return MOST_BYTES
    if not (stated.isascii() and stated.isdecimal()):
        raise ArgumentError(
            "the variable {variable} is {found}; it must be a whole number of bytes, 0 for none",
            variable=CACHE_BYTES,
            found=repr(stated),
        )
    return min(int(stated), sys.maxsize)


def output_folder(out: str | os.PathLike[str]) -> Path:
    """A folder for results; raises `OutputError` for a name that tables can't be written below."""
    name = os.fspath(out)
    if not name:
        raise OutputError("the folder for results has an empty name; write . for the folder that you are in")
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise OutputError(f"cannot write results to {name}: its name is not UTF-8, which tables need") from error
    if "\0" in name:
        raise OutputError("cannot write results to a folder with a null byte in its name")
    return Path(name)


def check_executor(executor: Any) -> None:
    """Raises `ArgumentError` for what can't run replications."""
    if not (executor is None or executor in PLACES or isinstance(executor, Executor)):
        raise ArgumentError(
            "{executor} is {found}; it must be {places} or a concurrent.futures.Executor",
            found=repr(executor),
            places=", ".join(map(repr, PLACES)),
        )


def workers_for(engine: str, jobs: int | None, executor: Any, *, callbacks: bool = False) -> Workers:
    """Workers for an engine where `executor` says; `jobs` None is as many as there are cores or workers."""
    if isinstance(executor, Executor):
        known_number = getattr(executor, "_max_workers", None)
        default = known_number if isinstance(known_number, int) else available_cores()
        return Workers(default if jobs is None else jobs, executor=executor)
    jobs = available_cores() if jobs is None else jobs
    if engine == "reference" and executor is None and not callbacks and jobs > 1:
        return Workers(jobs, "processes")  # threads would not run side by side
    return Workers(1 if engine == "reference" and callbacks else jobs, executor or "threads")
