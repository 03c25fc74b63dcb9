"""Scenarios and suites as a command line names them: read, changed, and each name once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import typer

from simulator.scenario.assignments import read_changes

if TYPE_CHECKING:
    from simulator.scenario import Problem, Scenario, ScenarioError, Suite


def load_all(
    sources: Sequence[str], assignments: Iterable[str] = (), overlays: Sequence[str] = ()
) -> list[Scenario | Suite]:
    """All scenarios and suites with the changes made; raises one `ScenarioError` with the problems of all of them."""
    from simulator.scenario import ScenarioError

    changes = read_changes(assignments)
    loaded: list[Scenario | Suite] = []
    problems: list[Problem] = []
    for source in sources:
        try:
            found = load_one(source, overlays)
        except ScenarioError as error:
            problems += error.problems
            continue
        try:
            loaded.append(found.with_changes(changes) if changes else found)
        except ScenarioError as error:
            problems += _problems_of_set(error, found.name)
    if problems:
        raise ScenarioError(dict.fromkeys(problems))
    return loaded


def unchanged(sources: Sequence[str], assignments: Iterable[str], overlays: Sequence[str]) -> list[Scenario | Suite]:
    """The scenarios and suites as they are without changes and overlays; empty where there are none.

    Also empty where one of them is nothing without its overlays.
    """
    from simulator.scenario import ScenarioError

    if not (overlays or list(assignments)):
        return []
    try:
        return [load_one(source) for source in sources]
    except ScenarioError:
        return []


def load_one(source: str, overlays: Sequence[str] = ()) -> Scenario | Suite:
    """The scenario, with overlays, or the suite of a path or shipped name; raises `ScenarioError`."""
    from simulator.scenario import is_suite, load, load_suite
    from simulator.scenario.text.characters import visible

    if not is_suite(source):
        return load(source, overlays)
    if overlays:
        raise typer.BadParameter(
            f"{visible(source)} is a suite; its file says which overlays it has", param_hint="--overlay"
        )
    return load_suite(source)


def scenarios_in(loaded: Iterable[Scenario | Suite]) -> list[Scenario]:
    """The scenarios, those of suites included."""
    from simulator.scenario import Suite

    return [
        scenario for source in loaded for scenario in (source.scenarios if isinstance(source, Suite) else (source,))
    ]


def refuse_duplicates(scenarios: Sequence[Scenario]) -> None:
    """Raise `ScenarioError` when two scenarios share a name: their results would share a folder."""
    from simulator.scenario import Problem, ScenarioError

    twice = [name for name, count in Counter(scenario.name for scenario in scenarios).items() if count > 1]
    if twice:
        raise ScenarioError(
            [Problem("name", f'found "{name}" more than once', "allowed: each scenario name once") for name in twice]
        )


def _problems_of_set(error: ScenarioError, name: str) -> list[Problem]:
    from simulator.scenario import Problem

    return [
        Problem(problem.path, problem.found, problem.allowed, problem.nearest, file=f"--set ({name})")
        for problem in error.problems
    ]
