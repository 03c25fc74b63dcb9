"""Running scenarios and suites together, as one batch."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from simulator.experiment.progress import ReportProgress
from simulator.experiment.settings import Settings, workers_for
from simulator.results.precision import MOST_REPLICATIONS as MOST_REPLICATIONS_FOR_PRECISION
from simulator.results.suite_result import SuiteResult, check_suite_folder
from simulator.scenario import Suite, load_suite
from simulator.stepping.arguments import REPLICATIONS, SEED, SHARD_SIZE

if TYPE_CHECKING:
    from simulator.experiment.execution import Workers
    from simulator.results.result import Result
    from simulator.scenario import Scenario


def run_suite(
    suite: Suite | str | os.PathLike[str] | Mapping[str, Any],
    replications: int = REPLICATIONS,
    seed: int = SEED,
    engine: str = "compiled",
    jobs: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool | ReportProgress | None = None,
    design: str = "random",
    *,
    resume: bool = False,
    shard: str | None = None,
    executor: str | Executor | None = None,
    until_precision: Mapping[str, str | float] | None = None,
    at_most: int = MOST_REPLICATIONS_FOR_PRECISION,
    shard_size: int = SHARD_SIZE,
    on_interrupt: str = "raise",
) -> SuiteResult:
    """Simulate the scenarios of a suite (or of the file or shipped name given) as one batch, and compare them.

    Arguments are those of `run`, and Ctrl-C acts as there. All scenarios have the same seed and the same replications,
    so that their differences are not luck (common random numbers); they share the workers, and each is written to
    `out/<scenario>/` as soon as it is finished, then `out/suite.json` and `out/suite.csv`. A scenario all of whose
    replications fail, or with an observed pilot that too few replications are like, leaves the others alone: it stands
    in `refused`.

    Raises what `run` raises: what has been refused only when that is all of the suite.
    """
    from simulator.experiment.interruption import interrupted, known_choice
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
        callbacks=Callbacks.of((), (), 1),
    )
    workers = workers_for(engine, jobs, executor)
    if not isinstance(suite, Suite):
        suite = load_suite(suite)
    together = run_together([suite], settings, workers, progress)
    result = cast("SuiteResult | None", next(iter(together.results), None))
    refused = next(iter(together.refused.values()), None)
    if together.interrupted:
        return interrupted(result, suite.name, on_interrupt, refused)
    if result is None and refused is not None:
        raise refused
    return cast("SuiteResult", result)


@dataclass(frozen=True)
class Together:
    """What scenarios and suites that were run as one batch have given.

    `results` are in the order of what was run, without those that have none: `refused` says why by scenario, and an
    interruption leaves out what had not begun.
    """

    results: list[Result | SuiteResult]
    refused: dict[str, Exception]
    interrupted: bool

    @property
    def alone_refused(self) -> dict[str, Exception]:
        """Those of `refused` of which no suite in `results` tells."""
        told = {name for of in self.results if isinstance(of, SuiteResult) for name in of.refused}
        return {name: error for name, error in self.refused.items() if name not in told}

    @property
    def complete(self) -> bool:
        """Whether every replication of every scenario is there."""
        return not self.interrupted and not self.refused and all(of.complete for of in self.results)


def run_together(
    sources: Sequence[Scenario | Suite],
    settings: Settings,
    workers: Workers,
    progress: bool | ReportProgress | None,
    checked: Callable[[], None] | None = None,
) -> Together:
    """Simulate scenarios and suites, no name twice among them, as one batch; raises what `run` raises.

    `checked` is called when sizes and folders have been found fit, before anything is computed.
    """
    from simulator.experiment.batch import Batch

    suites = [of for of in sources if isinstance(of, Suite)]
    for suite in suites:
        if settings.out is not None:
            check_suite_folder(settings.out, suite.name)
    scenarios = [scenario for of in sources for scenario in (of.scenarios if isinstance(of, Suite) else (of,))]
    batch = Batch(scenarios, settings)
    if checked is not None:
        checked()
    complete = batch.run(workers, sources[0].name if len(sources) == 1 else "scenario", progress)
    results: list[Result | SuiteResult] = []
    for of in sources:
        if not isinstance(of, Suite):
            results += [batch.results[of.name]] if of.name in batch.results else []
            continue
        refused = {name: error for name, error in batch.refused.items() if name in of.names}
        result = SuiteResult(of, batch.results, refused)
        if result.results:
            results.append(result)
            if settings.out is not None:
                result.write(settings.out)
    return Together(results, dict(batch.refused), interrupted=not complete)
