"""Running a suite: its scenarios as one batch, compared with each other."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, cast

from simulator.experiment.progress import ReportProgress
from simulator.experiment.settings import ON_INTERRUPT, Settings
from simulator.experiment.together import run_alone
from simulator.scenario import Suite, load_suite
from simulator.stepping.arguments import AT_MOST, DESIGN, ENGINE, REPLICATIONS, SEED, SHARD_SIZE

if TYPE_CHECKING:
    from simulator.results.suite_result import SuiteResult


def run_suite(
    suite: Suite | str | os.PathLike[str] | Mapping[str, Any],
    replications: int = REPLICATIONS,
    seed: int = SEED,
    engine: str = ENGINE,
    jobs: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool | ReportProgress | None = None,
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
) -> SuiteResult:
    """Simulate the scenarios of a suite (or of the file or shipped name given) as one batch, and compare them.

    Arguments are those of `run`, and Ctrl-C acts as there. All scenarios have the same seed and the same replications,
    so that their differences are not luck (common random numbers); they share the workers, and each is written to
    `out/<scenario>/` as soon as it is finished, then `out/suite.json` and `out/suite.csv`. A scenario all of whose
    replications fail, or with an observed pilot that too few replications are like, leaves the others alone: it stands
    in `refused`.

    Raises what `run` raises: what has been refused only when that is all of the suite.
    """
    settings = Settings(
        replications=replications,
        seed=seed,
        engine=engine,
        jobs=jobs,
        out=out,
        progress=progress,
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
    result = run_alone(suite if isinstance(suite, Suite) else load_suite(suite), settings)
    return cast("SuiteResult", result)
