"""Running a scenario: an experiment of independent replications."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, cast

from simulator.experiment.progress import ReportProgress
from simulator.experiment.settings import ON_INTERRUPT, Settings
from simulator.experiment.together import run_alone
from simulator.scenario import Scenario, load
from simulator.stepping.arguments import AT_MOST, DESIGN, ENGINE, EVERY_WEEKS, REPLICATIONS, SEED, SHARD_SIZE

if TYPE_CHECKING:
    from simulator.results.result import Result
    from simulator.stepping.simulation import Simulation


def run(
    scenario: Scenario | str | os.PathLike[str] | Mapping[str, Any],
    replications: int = REPLICATIONS,
    seed: int = SEED,
    engine: str = ENGINE,
    jobs: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool | ReportProgress | None = None,
    interventions: Iterable[Callable[[Simulation], object]] = (),
    analyzers: Iterable[Callable[[Simulation], Mapping[str, Any] | None]] = (),
    every_weeks: int = EVERY_WEEKS,
    design: str = DESIGN,
    *,
    resume: bool = False,
    shard: str | None = None,
    executor: str | Executor | None = None,
    until_precision: Mapping[str, str | float] | None = None,
    at_most: int = AT_MOST,
    shard_size: int = SHARD_SIZE,
    on_interrupt: str = ON_INTERRUPT[0],
    fresh: bool = False,
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
    a sequence that fills their space evenly; not with functions of yours. Replications that an earlier run has
    simulated come from the cache of the user's; `fresh` simulates all of them anew.

    Raises `ScenarioError` for a bad or too large scenario, `OutputError` for a folder that can't be used,
    `ConditioningError` where too few replications are like the observed pilot, `ValueError` for other bad arguments,
    `WorkersError` when the workers are gone, `WriteError` when the disk is full, and `ReplicationError` when all
    replications fail, or one with functions of yours.
    """
    settings = Settings(
        replications=replications,
        seed=seed,
        engine=engine,
        jobs=jobs,
        out=out,
        progress=progress,
        interventions=interventions,
        analyzers=analyzers,
        every_weeks=every_weeks,
        design=design,
        resume=resume,
        shard=shard,
        executor=executor,
        until_precision=until_precision,
        at_most=at_most,
        shard_size=shard_size,
        on_interrupt=on_interrupt,
        fresh=fresh,
    )
    result = run_alone(scenario if isinstance(scenario, Scenario) else load(scenario), settings)
    return cast("Result", result)
