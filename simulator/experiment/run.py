"""Running a scenario: an experiment of independent replications."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from simulator.experiment.execution import MOST_JOBS, Engine, available_cores, execute
from simulator.experiment.progress import Progress, ReportProgress, progress_display
from simulator.experiment.records import Records, Replication

if TYPE_CHECKING:
    from simulator.experiment.result import Result
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
) -> Result:
    """Simulate `replications` independent replications of a scenario (or of the file or shipped name given).

    Replication r is the same whatever `replications` and `jobs` (default: all cores) are, and on both engines. With
    `out`, files are written to `out/<scenario>/`. `progress` None shows a bar on a terminal and in notebooks, a
    function is called with each `Progress`. Ctrl-C returns what is finished, or raises `KeyboardInterrupt` when that
    is nothing. Raises `ScenarioError` for a bad or too large scenario, `ValueError` for other bad arguments, and
    `ReplicationError` for a replication that fails.
    """
    from simulator.experiment.files import prepare_folder, write_result
    from simulator.experiment.result import Result
    from simulator.scenario import Scenario, estimate_work, load

    replications = _whole("replications", replications, 1, MOST_REPLICATIONS)
    seed = _whole("seed", seed, 0, LARGEST_SEED)
    jobs = available_cores() if jobs is None else _whole("jobs", jobs, 1, MOST_JOBS)
    if engine not in ENGINES:
        raise ValueError(f"engine is {engine!r}; it must be one of {', '.join(ENGINES)}")
    if not isinstance(scenario, Scenario):
        scenario = load(scenario)
    estimate_work(scenario, replications)
    folder = None if out is None else prepare_folder(out, scenario, seed, replications)

    from simulator import engine as engines

    with progress_display(progress, scenario.name) as report:
        if not engines.compiled_before():
            report(Progress("compiling", 0, replications))
        engines.warm_up()
        plan = engines.build(scenario)
        report(Progress("running", 0, replications))
        records = Records(plan.inputs, replications)

        def receive(number: int, replication: Replication) -> None:
            records.put(number, replication)
            report(Progress("running", records.count, replications))

        started = perf_counter()
        make_engine = partial(_make_engine, engine, plan)
        execute(make_engine, replications, seed, receive, jobs=jobs, processes=engine == "reference")
        wall_seconds = perf_counter() - started
    if records.count == 0:
        raise KeyboardInterrupt
    result = Result(
        scenario, records, seed=seed, engine=engine, jobs=jobs, requested=replications, wall_seconds=wall_seconds
    )
    if folder is not None:
        write_result(result, folder)
    return result


def _make_engine(name: str, plan: Any) -> Engine:
    from simulator import engine as engines

    return engines.get(name).Engine(plan)  # type: ignore[no-any-return]


def _whole(name: str, value: Any, low: int, high: int) -> int:
    try:
        whole = value.__index__()
    except (AttributeError, TypeError):
        whole = None
    if whole is None or isinstance(value, bool) or not low <= whole <= high:
        raise ValueError(f"{name} is {value!r}; it must be a whole number from {low:,} to {high:,}")
    return int(whole)
