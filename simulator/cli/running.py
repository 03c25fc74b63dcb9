"""`scaleup run`."""

from __future__ import annotations

import json
import signal
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from simulator.cli.options import (
    AsJson,
    AtMost,
    Engine,
    EngineName,
    ExecutorName,
    ExecutorOption,
    Jobs,
    Out,
    Replications,
    Resume,
    Scenarios,
    Scheduler,
    Seed,
    Set,
    Shard,
    UntilPrecision,
)
from simulator.experiment.changes import read_changes
from simulator.experiment.precision import MOST_REPLICATIONS as MOST_FOR_PRECISION
from simulator.experiment.run import REPLICATIONS, SEED

if TYPE_CHECKING:
    from simulator.experiment.result import Result
    from simulator.scenario import Scenario

WIDTH_OF_FILES = 110


def run(
    scenarios: Scenarios,
    replications: Replications = REPLICATIONS,
    seed: Seed = SEED,
    engine: Engine = EngineName.compiled,
    jobs: Jobs = None,
    changes: Set = None,
    out: Out = None,
    resume: Resume = False,
    shard: Shard = None,
    executor: ExecutorOption = None,
    scheduler: Scheduler = None,
    until_precision: UntilPrecision = None,
    at_most: AtMost = MOST_FOR_PRECISION,
    as_json: AsJson = False,
) -> None:
    """Simulate scenarios and tell how likely each is to reach scale.

    The same seed gives the same digits, whatever the number of jobs; more replications leave the earlier ones as they
    were. With --out, a run that was stopped, or killed, goes on with --resume.
    """
    from simulator.experiment.manifest import WHOLE, Identity, Part
    from simulator.experiment.run import run as run_scenario
    from simulator.experiment.shards import check_folder

    if out is None and (resume or shard is not None):
        raise typer.BadParameter(f"{'--resume' if resume else '--shard'} needs --out, the folder of the shards")
    targets = read_precisions(until_precision or [])
    if targets and at_most < replications:
        raise typer.BadParameter(f"--at-most {at_most} is below --replications {replications}, the least")
    if targets and shard is not None:
        raise typer.BadParameter("--until-precision needs all replications in one place; leave --shard out")
    loaded = load_all(scenarios, changes or [])
    refuse_duplicates(loaded)
    if out is not None:
        part = WHOLE if shard is None else Part.read(shard)
        for scenario in loaded:
            identity = Identity(scenario, seed, engine.value)
            check_folder(out, identity, at_most if targets else replications, part, resume=resume)
    results: list[Result] = []
    with workplace(executor, scheduler) as where, stopping_when_told():
        for scenario in loaded:
            try:
                result = run_scenario(
                    scenario,
                    replications,
                    seed,
                    engine.value,
                    jobs,
                    out,
                    resume=resume,
                    shard=shard,
                    executor=where,
                    until_precision=targets,
                    at_most=at_most,
                )
            except KeyboardInterrupt:
                print(f"Interrupted before a replication of {scenario.name} was finished.", file=sys.stderr)
                raise typer.Exit(1) from None
            results.append(result)
            if not as_json:
                show([result], out, first=len(results) == 1)
            for of in result.precisions:
                print(of, file=sys.stderr if as_json else sys.stdout)
            if result.interrupted:
                how = "" if out is None else "; go on with --resume"
                print(f"Interrupted: what was finished is kept{how}.", file=sys.stderr)
                break
    if as_json:
        show(results, out, as_json=True)
    if any(result.interrupted or result.failures for result in results):
        raise typer.Exit(1)


def read_precisions(assignments: Iterable[str]) -> dict[str, str]:
    """Targets of --until-precision by measure; a bad one is refused as an option."""
    from simulator.experiment.precision import PrecisionError, Target

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


@contextmanager
def stopping_when_told() -> Iterator[None]:
    """Let SIGTERM, by which batch systems and clusters end a job, act as Ctrl-C does: what is finished is kept."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def show(results: Sequence[Result], out: Path | None, *, as_json: bool = False, first: bool = True) -> None:
    """Print results: for a planner, or as a JSON list of summaries."""
    if as_json:
        json.dump([result.as_dict() for result in results], sys.stdout, indent=2, allow_nan=False, ensure_ascii=False)
        print()
        return
    for result in results:
        tell(result, first=first)
        first = False
        if out is not None:
            print(f"Written to {out / result.scenario.name}")


def load_all(sources: Sequence[str], assignments: Iterable[str] = ()) -> list[Scenario]:
    """All scenarios with the changes made; raises one `ScenarioError` with the problems of all of them."""
    from simulator.scenario import Problem, ScenarioError, load

    changes = read_changes(assignments)
    loaded: list[Scenario] = []
    problems: list[Problem] = []
    for source in sources:
        try:
            scenario = load(source)
        except ScenarioError as error:
            problems += error.problems
            continue
        try:
            loaded.append(scenario.with_changes(changes) if changes else scenario)
        except ScenarioError as error:
            problems += [
                Problem(problem.path, problem.found, problem.allowed, problem.nearest, file=f"--set ({scenario.name})")
                for problem in error.problems
            ]
    if problems:
        raise ScenarioError(problems)
    return loaded


def refuse_duplicates(scenarios: Sequence[Scenario]) -> None:
    """Raise `ScenarioError` when two scenarios share a name: their results would share a folder."""
    from simulator.scenario import Problem, ScenarioError

    twice = [name for name, count in Counter(scenario.name for scenario in scenarios).items() if count > 1]
    if twice:
        raise ScenarioError(
            [Problem("name", f'found "{name}" more than once', "allowed: each scenario name once") for name in twice]
        )


def tell(result: Result, *, first: bool) -> None:
    """Print a result for a planner."""
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else WIDTH_OF_FILES, highlight=False)
    if not first:
        console.print()
    console.print(result)
