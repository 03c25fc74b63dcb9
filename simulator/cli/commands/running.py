"""`scaleup run`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulator.cli.exit_codes import FAILED
from simulator.cli.options import (
    AsJson,
    AtMost,
    Design,
    DesignName,
    Engine,
    EngineName,
    ExecutorName,
    ExecutorOption,
    Jobs,
    Out,
    Overlays,
    Replications,
    Resume,
    ScenariosOrSuites,
    Scheduler,
    Seed,
    Set,
    Shard,
    UntilPrecision,
)
from simulator.cli.output import complain, console, escaped, escaped_name, reader_may_leave
from simulator.cli.signals import leaving_when_told, stopping_when_told
from simulator.cli.sources import load_all, refuse_duplicates, scenarios_in
from simulator.experiment.progress import COMPILING
from simulator.results.precision import MOST_REPLICATIONS as MOST_FOR_PRECISION
from simulator.stepping.arguments import REPLICATIONS, SEED, SHARD_SIZE

if TYPE_CHECKING:
    from simulator.results.result import Result
    from simulator.results.suite_result import SuiteResult
    from simulator.scenario import Scenario

REPEATS = 2


def run(
    scenarios: ScenariosOrSuites,
    replications: Replications = REPLICATIONS,
    seed: Seed = SEED,
    engine: Engine = EngineName.compiled,
    jobs: Jobs = None,
    changes: Set = None,
    overlays: Overlays = None,
    out: Out = None,
    resume: Resume = False,
    shard: Shard = None,
    executor: ExecutorOption = None,
    scheduler: Scheduler = None,
    until_precision: UntilPrecision = None,
    at_most: AtMost = MOST_FOR_PRECISION,
    design: Design = DesignName.random,
    variance: Annotated[
        bool,
        typer.Option(
            "--variance",
            help="Simulate each replication once more, with the same inputs and other luck, and tell how much of the "
            "variance is ignorance of the inputs and how much is chance.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Simulate scenarios, or suites of them, as one batch, and tell how likely each is to reach scale.

    The same seed gives the same digits, whatever the number of jobs; more replications leave the earlier ones as they
    were. With --out, a run that was stopped, or killed, goes on with --resume.
    """
    from simulator.experiment.settings import Settings, workers_for
    from simulator.experiment.suite import run_together
    from simulator.scenario import Suite
    from simulator.stepping.callbacks import Callbacks

    if out is None and (resume or shard is not None):
        raise typer.BadParameter(f"{'--resume' if resume else '--shard'} needs --out, the folder of the shards")
    targets = read_precisions(until_precision or [])
    if targets and at_most < replications:
        raise typer.BadParameter(f"--at-most {at_most} is below --replications {replications}, the least")
    if targets and shard is not None:
        raise typer.BadParameter("--until-precision needs all replications in one place; leave --shard out")
    loaded = load_all(scenarios, changes or [], overlays or [])
    refuse_duplicates(scenarios_in(loaded))
    if variance:
        refuse_variance(scenarios_in(loaded), replications)
    if out is not None and sum(isinstance(of, Suite) for of in loaded) > 1:
        raise typer.BadParameter("give each suite a folder, and a command, of its own", param_hint="--out")
    try:
        settings = Settings.checked(
            replications,
            seed,
            engine.value,
            design.value,
            out=out,
            resume=resume,
            shard=shard,
            until_precision=targets,
            at_most=at_most,
            shard_size=SHARD_SIZE,
            callbacks=Callbacks.of((), (), 1),
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    parts: dict[str, dict[str, Any]] = {}
    with workplace(executor, scheduler) as where, stopping_when_told():
        try:
            together = run_together(loaded, settings, workers_for(engine.value, jobs, where), None, compile_engine)
        except KeyboardInterrupt:  # the second, or where no replications are run
            tell_kept(out)
            raise
        if not together.results and not together.interrupted and together.refused:
            raise next(iter(together.refused.values()))
        stopped = together.interrupted
        for first, result in enumerate(together.results):
            if not as_json:
                with reader_may_leave():
                    show([result], out, first=first == 0)
            if variance and not stopped:
                stopped = not tell_variances(every_result(result), out, parts, silent=as_json)
            lines = told_precisions(result, named=len(scenarios_in(loaded)) > 1)
            tell_lines(lines, to_errors=as_json)
    if as_json and together.results:
        with reader_may_leave():
            show(together.results, out, as_json=True, parts=parts)
    tell_refused(together.alone_refused)
    if together.interrupted:
        told = {of.scenario.name for result in together.results for of in every_result(result)} | set(together.refused)
        if not told:
            complain("No replication was finished.")
            raise KeyboardInterrupt
        tell_interrupted([of.name for of in scenarios_in(loaded) if of.name not in told], out)
    if stopped or not together.complete:
        raise typer.Exit(FAILED)


def compile_engine() -> None:
    """Have the engine compiled before replications run; an interruption, which it would swallow, ends it at once."""
    from simulator import engine as engines

    with leaving_when_told():
        if not engines.compiled_before():
            complain(f"{COMPILING} ...")
        engines.warm_up()


def every_result(result: Result | SuiteResult) -> list[Result]:
    """The results of scenarios that a result is or holds."""
    from simulator.results.result import Result

    return [result] if isinstance(result, Result) else list(result.results.values())


def tell_refused(refused: Mapping[str, Exception]) -> None:
    """Print why scenarios have no result, others having one."""
    for name, error in refused.items():
        complain(f"{name} has no result: {error}")


def tell_kept(out: Path | None) -> None:
    """Print what an interruption leaves that lets nothing be finished."""
    if out is not None:
        complain("What the shards hold is kept: go on with --resume.")


def tell_lines(lines: Iterable[str], *, to_errors: bool) -> None:
    """Print lines to standard output, or to standard error."""
    with reader_may_leave():
        for line in lines:
            if to_errors:
                complain(line)
            else:
                print(escaped(line))


def tell_interrupted(not_begun: Sequence[str], out: Path | None) -> None:
    """Print what an interruption has left."""
    waiting = f"; not begun: {', '.join(not_begun)}" if not_begun else ""
    how = "" if out is None else "; go on with --resume"
    complain(f"Interrupted: what was finished is kept{waiting}{how}.")


def told_precisions(result: Result | SuiteResult, *, named: bool) -> list[str]:
    """How targets of precision stand, a line each, with the name of the scenario if `named`."""
    return [
        f"{of.scenario.name}: {precision}" if named else str(precision)
        for of in every_result(result)
        for precision in of.precisions
    ]


def refuse_variance(scenarios: Iterable[Scenario], replications: int) -> None:
    """Raise `typer.BadParameter` where no parts of the variance can be told."""
    from simulator.analysis.variance import LEAST_DRAWS

    if replications < LEAST_DRAWS:
        raise typer.BadParameter(f"needs {LEAST_DRAWS} replications or more", param_hint="--variance")
    for of in scenarios:
        if of.pilot is not None and of.pilot.observed is not None:
            raise typer.BadParameter(f"not for {of.name}, which has pilot.observed", param_hint="--variance")


def read_precisions(assignments: Iterable[str]) -> dict[str, str]:
    """Targets of --until-precision by measure; a bad one is refused as an option."""
    from simulator.results.precision import PrecisionError, Target

    targets: dict[str, str] = {}
    for assignment in assignments:
        name, _, width = assignment.partition("=")
        try:
            Target.read(name, width)
        except PrecisionError as error:
            raise typer.BadParameter(str(error)) from error
        targets[name.strip()] = width
    return targets


@contextmanager
def workplace(executor: ExecutorName | None, scheduler: str | None) -> Iterator[str | Executor | None]:
    """What the library takes as `executor`; raises `typer.BadParameter` for options that don't go together."""
    from simulator.experiment import executors

    if (executor == ExecutorName.dask) != (scheduler is not None):
        raise typer.BadParameter("--executor dask and --scheduler ADDRESS go together")
    if scheduler is None:
        yield None if executor is None else executor.value
    else:
        with executors.dask(scheduler) as cluster:
            yield cluster


def show(
    results: Sequence[Result | SuiteResult],
    out: Path | None,
    *,
    as_json: bool = False,
    first: bool = True,
    parts: Mapping[str, dict[str, Any]] = MappingProxyType({}),
) -> None:
    """Print results: for a planner, or as a JSON list of summaries, with the parts of their variance if given."""
    from simulator.results.result import Result
    from simulator.results.suite_result import JSON, TABLE

    if as_json:
        told: list[dict[str, Any]] = []
        for result in results:
            if not isinstance(result, Result):
                told += result.summaries()
            elif result.estimable:
                told.append(result.as_dict())
        for summary in told:
            if summary["scenario"] in parts:
                summary["variance"] = parts[summary["scenario"]]
        json.dump(told, sys.stdout, indent=2, allow_nan=False, ensure_ascii=False)
        print()
        return
    for result in results:
        if isinstance(result, Result) and not result.estimable:
            continue  # a warning has told that this part has no estimates of its own
        tell(result, first=first)
        first = False
        if out is not None and isinstance(result, Result):
            print(f"Written to {escaped_name(out / result.scenario.name)}")
        elif out is not None:
            print(f"Written to {escaped_name(out)}: {TABLE}, {JSON}, and a folder for each scenario")


def tell_variances(
    results: Sequence[Result], out: Path | None, parts: dict[str, dict[str, Any]], *, silent: bool
) -> bool:
    """Tell what is ignorance and what is chance in each result, and put it into `parts`; False when interrupted."""
    for of in results:
        try:
            with reader_may_leave():
                parts[of.scenario.name] = tell_variance(of, out, silent=silent)
        except KeyboardInterrupt:
            complain(f"Interrupted: what of the variance of {of.scenario.name} is chance is not told.")
            return False
    return True


def tell_variance(result: Any, out: Path | None, *, silent: bool) -> dict[str, Any]:
    """Repeat the replications of a result, print what is ignorance and what is chance, and return it as JSON types.

    With `out` it is written to `out/<scenario>/variance.json`.
    """
    from simulator.analysis.variance import as_dict
    from simulator.report.tables import VarianceTable
    from simulator.store.files import write_json

    frame = result.variance(REPEATS)
    content = as_dict(result, frame, REPEATS)
    if out is not None:
        write_json(out / result.scenario.name / "variance.json", content)
    if not silent:
        console().print(VarianceTable(result, frame, REPEATS))
    return content


def tell(result: Result | SuiteResult, *, first: bool) -> None:
    """Print a result for a planner."""
    place = console()
    if not first:
        place.print()
    place.print(result)
