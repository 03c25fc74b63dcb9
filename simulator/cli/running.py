"""`scaleup run`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulator.cli.options import Design, DesignName, Engine, EngineName, Jobs, Out, Replications, Scenarios, Seed, Set
from simulator.experiment.changes import read_changes
from simulator.experiment.run import REPLICATIONS, SEED

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from simulator.experiment.result import Result
    from simulator.scenario import Scenario

WIDTH_OF_FILES = 110
REPEATS = 2


def run(
    scenarios: Scenarios,
    replications: Replications = REPLICATIONS,
    seed: Seed = SEED,
    engine: Engine = EngineName.compiled,
    jobs: Jobs = None,
    changes: Set = None,
    out: Out = None,
    design: Design = DesignName.random,
    variance: Annotated[
        bool,
        typer.Option(
            "--variance",
            help="Simulate each replication once more, with the same inputs and other luck, and tell how much of the "
            "variance is ignorance of the inputs and how much is chance.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list of summaries and nothing else.")] = False,
) -> None:
    """Simulate scenarios and tell how likely each is to reach scale.

    The same seed gives the same digits, whatever the number of jobs; more replications leave the earlier ones as they
    were.
    """
    from simulator.experiment.files import prepare_folder
    from simulator.experiment.run import run as run_scenario
    from simulator.experiment.variance import LEAST_DRAWS

    loaded = load_all(scenarios, changes or [])
    refuse_duplicates(loaded)
    if variance and replications < LEAST_DRAWS:
        raise typer.BadParameter(f"needs {LEAST_DRAWS} replications or more", param_hint="--variance")
    for scenario in loaded if variance else []:
        if scenario.pilot is not None and scenario.pilot.observed is not None:
            raise typer.BadParameter(f"not for {scenario.name}, which has pilot.observed", param_hint="--variance")
    if out is not None:
        for scenario in loaded:
            prepare_folder(out, scenario, seed, replications, design=design.value)
    results: list[Result] = []
    parts: list[dict[str, Any]] = []
    interrupted = False
    for scenario in loaded:
        try:
            result = run_scenario(scenario, replications, seed, engine.value, jobs, out, design=design.value)
        except KeyboardInterrupt:
            print(f"Interrupted before a replication of {scenario.name} was finished.", file=sys.stderr)
            interrupted = True
            break
        results.append(result)
        if not as_json:
            tell(result, first=len(results) == 1)
            if out is not None:
                print(f"Written to {out / scenario.name}")
        if variance and not result.interrupted:
            parts.append(tell_variance(result, out, silent=as_json))
        if result.interrupted:
            print("Interrupted: what was finished is kept.", file=sys.stderr)
            interrupted = True
            break
    if as_json:
        told = [result.as_dict() for result in results]
        for summary, of in zip(told, parts, strict=False):
            summary["variance"] = of
        json.dump(told, sys.stdout, indent=2, allow_nan=False, ensure_ascii=False)
        print()
    if interrupted:
        raise typer.Exit(1)


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


def tell_variance(result: Result, out: Path | None, *, silent: bool) -> dict[str, Any]:
    """Repeat the replications of a result, print what is ignorance and what is chance, and return it as JSON types.

    With `out` it is written to `out/<scenario>/variance.json`.
    """
    from simulator.experiment.files import write_json
    from simulator.experiment.variance import as_dict
    from simulator.report.tables import VarianceTable

    frame = result.variance(REPEATS)
    content = as_dict(result, frame, REPEATS)
    if out is not None:
        write_json(out / result.scenario.name / "variance.json", content)
    if not silent:
        console().print(VarianceTable(result, frame, REPEATS))
    return content


def console() -> Console:
    """Where results are printed: as wide as the terminal, and wide enough for every column in a file."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else WIDTH_OF_FILES, highlight=False)


def tell(result: Result, *, first: bool) -> None:
    """Print a result for a planner."""
    place = console()
    if not first:
        place.print()
    place.print(result)
