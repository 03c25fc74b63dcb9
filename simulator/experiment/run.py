"""Running a scenario: an experiment of independent replications."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from simulator.experiment.execution import MOST_JOBS, Engine, available_cores, execute
from simulator.experiment.progress import Progress, ReportProgress, progress_display
from simulator.experiment.records import Records, Replication
from simulator.streams.designs import DESIGNS

if TYPE_CHECKING:
    from simulator.experiment.result import Result
    from simulator.experiment.stepping import Simulation
    from simulator.scenario import Scenario

ENGINES = ("compiled", "reference")
REPLICATIONS = 200
SEED = 1
LARGEST_SEED = 2**63 - 1
MOST_REPLICATIONS = 10_000_000


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
) -> Result:
    """Simulate `replications` independent replications of a scenario (or of the file or shipped name given).

    Replication r is the same whatever `replications` and `jobs` (default: all cores) are, and on both engines. With
    `out`, files are written to `out/<scenario>/`. `progress` None shows a bar on a terminal and in notebooks, a
    function is called with each `Progress`. Ctrl-C returns what is finished, or raises `KeyboardInterrupt` when that
    is nothing. Every `every_weeks` each of `analyzers` looks at the `Simulation` and may return a row (a dictionary)
    for `result.analyses`, then each of `interventions` may pull its levers; with several jobs, from several threads.
    `design` says how uncertain inputs are drawn: `random`, each from its own stream, or `sobol`, from a sequence that
    fills their space evenly; not with interventions and analyzers.
    Raises `ScenarioError` for a bad or too large scenario, `ConditioningError` where too few replications are like the
    observed pilot, `ValueError` for other bad arguments, and
    `ReplicationError` for a replication that fails.
    """
    from simulator.experiment.callbacks import Callbacks
    from simulator.experiment.files import prepare_folder, write_result
    from simulator.experiment.result import Result
    from simulator.scenario import Scenario, estimate_work, load

    replications = whole("replications", replications, 1, MOST_REPLICATIONS)
    seed = whole("seed", seed, 0, LARGEST_SEED)
    jobs = available_cores() if jobs is None else whole("jobs", jobs, 1, MOST_JOBS)
    known_engine(engine)
    known_design(design)
    callbacks = Callbacks.of(interventions, analyzers, every_weeks)
    if callbacks and design != "random":
        raise ValueError(f"design is {design!r}; with interventions and analyzers it must be random")
    if callbacks and engine == "reference":
        jobs = 1  # Python functions can't be sent to other processes, and threads would not run side by side
    if not isinstance(scenario, Scenario):
        scenario = load(scenario)
    estimate_work(scenario, replications)
    folder = None if out is None else prepare_folder(out, scenario, seed, replications, callbacks.names, design)

    from simulator import engine as engines

    with progress_display(progress, scenario.name) as report:
        if not engines.compiled_before():
            report(Progress("compiling", 0, replications))
        engines.warm_up()
        plan = engines.build(scenario, design)
        report(Progress("running", 0, replications))
        records = Records(plan.inputs, replications)

        def receive(number: int, replication: Replication) -> None:
            callbacks.receive(number, replication)
            records.put(number, replication)
            report(Progress("running", records.count, replications))

        started = perf_counter()
        make = callbacks.engine(scenario, engine) if callbacks else partial(make_engine, engine, plan)
        processes = engine == "reference" and not callbacks
        execute(make, replications, seed, receive, jobs=jobs, processes=processes)
        wall_seconds = perf_counter() - started
    if records.count == 0:
        raise KeyboardInterrupt
    result = Result(
        scenario, records, seed=seed, engine=engine, jobs=jobs, requested=replications, wall_seconds=wall_seconds
    )
    result.design = design
    _ = result.weighting  # an observed pilot that too few replications are like is refused before anything is written
    result.callbacks, result.analysis_rows = callbacks.names, callbacks.rows(records.count)
    if folder is not None:
        write_result(result, folder)
    return result


def make_engine(name: str, plan: Any) -> Engine:
    """The engine `name` for a plan; can be sent to processes."""
    from simulator import engine as engines

    return engines.get(name).Engine(plan)  # type: ignore[no-any-return]


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
