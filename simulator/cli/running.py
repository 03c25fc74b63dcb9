"""`scaleup run`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.options import Engine, EngineName, Jobs, Out, Replications, Scenarios, Seed, Set
from simulator.experiment.changes import read_changes
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
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list of summaries and nothing else.")] = False,
) -> None:
    """Simulate scenarios and tell how likely each is to reach scale.

    The same seed gives the same digits, whatever the number of jobs; more replications leave the earlier ones as they
    were.
    """
    from simulator.experiment.manifest import Identity
    from simulator.experiment.run import run as run_scenario
    from simulator.experiment.shards import check_folder

    loaded = load_all(scenarios, changes or [])
    refuse_duplicates(loaded)
    if out is not None:
        for scenario in loaded:
            check_folder(out, Identity(scenario, seed, engine.value), replications)
    results: list[Result] = []
    interrupted = False
    for scenario in loaded:
        try:
            result = run_scenario(scenario, replications, seed, engine.value, jobs, out)
        except KeyboardInterrupt:
            print(f"Interrupted before a replication of {scenario.name} was finished.", file=sys.stderr)
            interrupted = True
            break
        results.append(result)
        if not as_json:
            tell(result, first=len(results) == 1)
            if out is not None:
                print(f"Written to {out / scenario.name}")
        if result.interrupted:
            print("Interrupted: what was finished is kept.", file=sys.stderr)
            interrupted = True
            break
    if as_json:
        json.dump([result.as_dict() for result in results], sys.stdout, indent=2, allow_nan=False, ensure_ascii=False)
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


def tell(result: Result, *, first: bool) -> None:
    """Print a result for a planner."""
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else WIDTH_OF_FILES, highlight=False)
    if not first:
        console.print()
    console.print(result)
