"""Running a scenario: an experiment of independent replications."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from contextlib import ExitStack
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from simulator.experiment.execution import MOST_JOBS, PLACES, Workers, available_cores
from simulator.experiment.manifest import WHOLE, Identity, Part
from simulator.experiment.precision import MOST_REPLICATIONS as MOST_REPLICATIONS_FOR_PRECISION
from simulator.experiment.precision import PrecisionError, read_targets, stages
from simulator.experiment.progress import Progress, ReportProgress, progress_display
from simulator.experiment.workers import WorkersError
from simulator.streams.designs import DESIGNS

if TYPE_CHECKING:
    from simulator.experiment.experiment import Store
    from simulator.experiment.precision import Precision
    from simulator.experiment.result import Result
    from simulator.experiment.stepping import Simulation
    from simulator.scenario import Scenario

ENGINES = ("compiled", "reference")
REPLICATIONS = 200
SEED = 1
LARGEST_SEED = 2**63 - 1
MOST_REPLICATIONS = 10_000_000
SHARD_SIZE = 250
LARGEST_SHARD = 10_000
MOST_IN_MEMORY = 2**28
"""Bytes of results beyond which an experiment without a folder keeps them in a temporary one."""


def run(
    scenario: Scenario | str | os.PathLike[str] | Mapping[str, Any],
    replications: int = REPLICATIONS,
    seed: int = SEED,
    engine: str = "compiled",
    jobs: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool | ReportProgress | None = None,
    interventions: Iterable[Callable[[Simulation], object]] = (),
    analyzers: Iterable[Callable[[Simulation], Mapping[str, Any] | None]] = (),
    every_weeks: int = 1,
    design: str = "random",
    *,
    resume: bool = False,
    shard: str | None = None,
    executor: str | Executor | None = None,
    until_precision: Mapping[str, str | float] | None = None,
    at_most: int = MOST_REPLICATIONS_FOR_PRECISION,
    shard_size: int = SHARD_SIZE,
) -> Result:
    """Simulate `replications` independent replications of a scenario (or of the file or shipped name given).

    Replication r is the same whatever `replications` and `jobs` (default: all cores) are, and on both engines. With
    `out`, files are written to `out/<scenario>/`: shards of at most `shard_size` replications as they are finished, and
    tables and a summary at the end. `resume` goes on with the shards that lie there already, also with more
    replications than before; `shard` "2/7" computes the second of seven parts, which `merge` puts together.
    `until_precision`, such as {"success": 0.02, "npv.p90": "5%"}, doubles the replications until the 95% intervals of
    these measures have at most these half-widths, or there are `at_most`; see `result.precisions`.
    `executor` is "threads", "processes" or any `concurrent.futures.Executor`, such as a Dask client's.

    `progress` None shows a bar on a terminal and in notebooks, a function is called with each `Progress`. Ctrl-C
    returns what is finished, or raises `KeyboardInterrupt` when that is nothing. Replications that fail twice are left
    out: they stand in `result.failures`, and a `ResultWarning` tells. Every `every_weeks` each of `analyzers` looks at
    the `Simulation` and may return a row (a dictionary) for `result.analyses`, then each of `interventions` may pull
    its levers; with several jobs, from several threads. `design` says how uncertain inputs are drawn: `random`, each
    from its own stream, or `sobol`, from a sequence that fills their space evenly; not with functions of yours.

    Raises `ScenarioError` for a bad or too large scenario, `OutputError` for a folder that can't be used,
    `ConditioningError` where too few replications are like the observed pilot, `ValueError` for other bad arguments,
    `WorkersError` when the workers are gone, `WriteError` when the disk is full, and `ReplicationError` when all
    replications fail, or one with functions of yours.
    """
    from simulator.experiment.callbacks import Callbacks
    from simulator.experiment.experiment import Experiment, Memory
    from simulator.experiment.shards import ShardFolder
    from simulator.scenario import Scenario, estimate_work, load

    replications = whole("replications", replications, 1, MOST_REPLICATIONS)
    seed = whole("seed", seed, 0, LARGEST_SEED)
    shard_size = whole("shard_size", shard_size, 1, LARGEST_SHARD)
    known_engine(engine)
    known_design(design)
    callbacks = Callbacks.of(interventions, analyzers, every_weeks)
    if callbacks and design != "random":
        raise ValueError(f"design is {design!r}; with interventions and analyzers it must be random")
    workers = workers_for(engine, jobs, executor, callbacks=bool(callbacks))
    part = WHOLE if shard is None else Part.read(shard)
    if out is None and (resume or part != WHOLE):
        raise ValueError(f"{'resume' if resume else 'shard'} needs out, the folder of the shards")
    if callbacks and (resume or part != WHOLE):
        raise ValueError("a run with functions of yours can't be resumed or shared out")
    if not isinstance(scenario, Scenario):
        scenario = load(scenario)
    targets = read_targets(until_precision or {})
    if targets and part != WHOLE:
        raise ValueError("until_precision needs all replications in one place; leave shard out")
    if targets and scenario.pilot is not None and scenario.pilot.observed is not None:
        raise PrecisionError(f"{scenario.name} has pilot.observed, for which --until-precision is not built yet")
    floor, most = replications, whole("at_most", at_most, replications, MOST_REPLICATIONS) if targets else replications
    work = estimate_work(scenario, most)
    if not part.numbers(replications):
        raise ValueError(f"shard {part} of {replications} replications is empty; choose fewer shards")
    identity = Identity(scenario, seed, engine, design, callbacks.names)

    from simulator import engine as engines

    with ExitStack() as stack:
        store: Store = Memory()
        temporary = None
        if out is None and work.memory_bytes > MOST_IN_MEMORY:
            temporary = TemporaryDirectory(prefix="scaleup-")
            out = temporary.name
        if out is not None:
            store = stack.enter_context(ShardFolder.open(out, identity, most, part, resume=resume, floor=floor))
        report = stack.enter_context(progress_display(progress, scenario.name))
        if not engines.compiled_before():
            report(Progress("compiling", 0, len(part.numbers(floor))))
        engines.warm_up()
        stack.enter_context(workers)
        experiment = Experiment(identity, engines.build(scenario, design), store, callbacks, shard_size=shard_size)
        experiment.report = lambda done: report(Progress("running", done, len(experiment.numbers)))
        precisions: list[Precision] = []
        for total in stages(floor, most, at_least=store.requested):
            store.requested = total
            try:
                complete = workers.execute(experiment.portions(part.numbers(total), workers.jobs))
            except WorkersError as error:
                kept = "" if out is None else "; what was finished is kept: go on with --resume"
                told = f"{experiment.done:,} of {len(experiment.numbers):,} replications are there"
                raise WorkersError(f"{error}; {told}{kept}") from error
            finally:
                experiment.flush()
            precisions = experiment.precisions(targets)
            if not complete or (targets and all(of.met for of in precisions)):
                break
        result = experiment.finish(workers.jobs)
        result.precisions = tuple(precisions)
        result.temporary = temporary
    return result


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


def known_engine(name: str) -> str:
    """The name of an engine; raises `ValueError` for any other."""
    if name not in ENGINES:
        raise ValueError(f"engine is {name!r}; it must be one of {', '.join(ENGINES)}")
    return name


def known_design(name: str) -> str:
    """The name of a design; raises `ValueError` for any other."""
    if name not in DESIGNS:
        raise ValueError(f"design is {name!r}; it must be one of {', '.join(DESIGNS)}")
    return name


def whole(name: str, value: Any, low: int, high: int) -> int:
    """`value` as an int from `low` to `high`; raises `ValueError` naming the argument."""
    try:
        number = value.__index__()
    except (AttributeError, TypeError):
        number = None
    if number is None or isinstance(value, bool) or not low <= number <= high:
        raise ValueError(f"{name} is {value!r}; it must be a whole number from {low:,} to {high:,}")
    return int(number)
