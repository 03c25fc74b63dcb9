"""How the replications of one scenario or of many are run: arguments, their defaults and limits, and the checks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.experiment.execution import PLACES, Workers, available_cores
from simulator.results.precision import Target, read_targets
from simulator.stepping.arguments import LARGEST_SHARD, known_design, known_engine, whole
from simulator.store.files import OutputError
from simulator.store.identity import LARGEST_SEED, MOST_JOBS, MOST_REPLICATIONS, WHOLE, Part

if TYPE_CHECKING:
    from simulator.stepping.callbacks import Callbacks


@dataclass(frozen=True)
class Settings:
    """What replications are run with: `replications`, or up to `most` where there are `targets` of precision."""

    replications: int
    most: int
    seed: int
    engine: str
    design: str
    part: Part
    targets: tuple[Target, ...]
    out: Path | None
    resume: bool
    shard_size: int
    callbacks: Callbacks

    @classmethod
    def checked(
        cls,
        replications: Any,
        seed: Any,
        engine: str,
        design: str,
        *,
        out: str | os.PathLike[str] | None,
        resume: bool,
        shard: str | None,
        until_precision: Mapping[str, str | float] | None,
        at_most: Any,
        shard_size: Any,
        callbacks: Callbacks,
    ) -> Settings:
        """The arguments of `run`; raises `ValueError` for what doesn't fit, `OutputError` and `PrecisionError`."""
        replications = whole("replications", replications, 1, MOST_REPLICATIONS)
        seed = whole("seed", seed, 0, LARGEST_SEED)
        shard_size = whole("shard_size", shard_size, 1, LARGEST_SHARD)
        known_engine(engine)
        known_design(design)
        part = WHOLE if shard is None else Part.read(shard)
        if callbacks and design != "random":
            raise ValueError(f"design is {design!r}; with interventions and analyzers it must be random")
        if out is None and (resume or part != WHOLE):
            raise ValueError(f"{'resume' if resume else 'shard'} needs out, the folder of the shards")
        if callbacks and (resume or part != WHOLE):
            raise ValueError("a run with functions of yours can't be resumed or shared out")
        targets = tuple(read_targets(until_precision or {}))
        if targets and part != WHOLE:
            raise ValueError("until_precision needs all replications in one place; leave shard out")
        most = whole("at_most", at_most, replications, MOST_REPLICATIONS) if targets else replications
        if part.of > replications:  # for all parts alike, so that no machine computes what can't be merged
            raise ValueError(
                f"shard {part} is one of {part.of:,} parts, but there are {replications:,} replications: some parts "
                f"would be empty; choose i/N with N at most {replications:,}, and start as many runs"
            )
        folder = None if out is None else output_folder(out)
        return cls(replications, most, seed, engine, design, part, targets, folder, resume, shard_size, callbacks)


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


def workers_for(engine: str, jobs: Any, executor: Any, *, callbacks: bool = False) -> Workers:
    """The workers of a run; raises `ValueError` for arguments that don't fit."""
    if not (executor is None or executor in PLACES or isinstance(executor, Executor)):
        raise ValueError(
            f"executor is {executor!r}; it must be {', '.join(map(repr, PLACES))} or a concurrent.futures.Executor"
        )
    if callbacks and executor not in (None, "threads"):
        raise ValueError("functions of yours run on threads of this process; leave executor out")
    if isinstance(executor, Executor):
        known = getattr(executor, "_max_workers", None)
        default = known if isinstance(known, int) else available_cores()
        return Workers(default if jobs is None else whole("jobs", jobs, 1, MOST_JOBS), executor=executor)
    jobs = available_cores() if jobs is None else whole("jobs", jobs, 1, MOST_JOBS)
    if engine == "reference" and executor is None and not callbacks and jobs > 1:
        return Workers(jobs, "processes")  # threads would not run side by side
    return Workers(1 if engine == "reference" and callbacks else jobs, executor or "threads")
