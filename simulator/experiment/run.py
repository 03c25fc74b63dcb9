"""Running a scenario: an experiment of independent replications."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

from simulator.experiment.progress import ReportProgress
from simulator.experiment.settings import Settings, workers_for
from simulator.results.precision import MOST_REPLICATIONS as MOST_REPLICATIONS_FOR_PRECISION
from simulator.stepping.arguments import REPLICATIONS, SEED, SHARD_SIZE

if TYPE_CHECKING:
    from simulator.results.result import Result
    from simulator.scenario import Scenario
    from simulator.stepping.simulation import Simulation


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
    on_interrupt: str = "raise",
) -> Result:
    """Simulate `replications` independent replications of a scenario (or of the file or shipped name given).

    Replication r is the same whatever `replications` and `jobs` (default: all cores) are, and on both engines. With
    `out`, files are written to `out/<scenario>/`: shards of at most `shard_size` replications as they are finished, and
    tables and a summary at the end. `resume` goes on with the shards that lie there already, also with more
    replications than before; `shard` "2/7" computes the second of seven parts, which `merge` puts together.
    `until_precision`, such as {"success": 0.02, "npv.p90": "5%"}, doubles the replications until the 95% intervals of
    these measures have at most these half-widths, or there are `at_most`; see `result.precisions`.
    `executor` is "threads", "processes" or any `concurrent.futures.Executor`, such as a Dask client's.

    `progress` None shows a bar on a terminal and in notebooks, a function is called with each `Progress`. Ctrl-C raises
    `Interrupted`, a `KeyboardInterrupt` whose `result` is what was finished (None if that is nothing), so that loops
    stop too; `on_interrupt="return"` returns that result instead. A `ResultWarning` and the result itself tell how far
    it came; a second Ctrl-C ends at once. Replications that fail twice are left out: they stand in `result.failures`,
    and a `ResultWarning` tells. Every `every_weeks` each of `analyzers` looks at the `Simulation` and may return a row
    (a dictionary) for `result.analyses`, then each of `interventions` may pull its levers; with several jobs, from
    several threads. `design` says how uncertain inputs are drawn: `random`, each from its own stream, or `sobol`, from
    a sequence that fills their space evenly; not with functions of yours.

    Raises `ScenarioError` for a bad or too large scenario, `OutputError` for a folder that can't be used,
    `ConditioningError` where too few replications are like the observed pilot, `ValueError` for other bad arguments,
    `WorkersError` when the workers are gone, `WriteError` when the disk is full, and `ReplicationError` when all
    replications fail, or one with functions of yours.
    """
    from simulator.experiment.batch import Batch
    from simulator.experiment.interruption import interrupted, known_choice
    from simulator.scenario import Scenario, load
    from simulator.stepping.callbacks import Callbacks

    known_choice(on_interrupt)
    settings = Settings.checked(
        replications,
        seed,
        engine,
        design,
        out=out,
        resume=resume,
        shard=shard,
        until_precision=until_precision,
        at_most=at_most,
        shard_size=shard_size,
        callbacks=Callbacks.of(interventions, analyzers, every_weeks),
    )
    workers = workers_for(engine, jobs, executor, callbacks=bool(settings.callbacks))
    if not isinstance(scenario, Scenario):
        scenario = load(scenario)
    batch = Batch([scenario], settings)
    complete = batch.run(workers, scenario.name, progress)
    result, refused = batch.results.get(scenario.name), batch.refused.get(scenario.name)
    if not complete:
        return interrupted(result, scenario.name, on_interrupt, refused)
    if refused is not None:
        raise refused
    return batch.results[scenario.name]
