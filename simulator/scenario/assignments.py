"""`--set path=value`: reading it, and writing it so that a shell hands back the same value."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from typing import Any


def read_changes(assignments: Iterable[str]) -> dict[str, Any]:
    """Changes by dotted path; values are YAML 1.2 as in scenario files. Raises `ScenarioError` naming what is wrong."""
    from simulator.scenario.text.problems import Problem, ScenarioError

    changes: dict[str, Any] = {}
    problems: list[Problem] = []
    for assignment in assignments:
        path, equals, text = assignment.partition("=")
        path = path.strip()
        if not equals or not path:
            problems.append(Problem("", f'found "{assignment}"', "allowed: path=value", file="--set"))
        elif path in changes:
            problems.append(Problem(path, "found the path again", "allowed: each path once", file="--set"))
        else:
            try:
                changes[path] = _value(text)
            except ScenarioError as error:
                problems += [
                    Problem(path, problem.found, problem.allowed, problem.nearest, file="--set")
                    for problem in error.problems
                ]
    if problems:
        raise ScenarioError(problems)
    return changes


def written(changes: Mapping[str, Any]) -> list[str]:
    """`--set` options, quoted for a shell; numbers keep every digit."""
    return [part for path, value in changes.items() for part in ("--set", shlex.quote(f"{path}={json.dumps(value)}"))]


def _value(text: str) -> Any:
    from simulator.scenario.text.problems import Problem, ScenarioError
    from simulator.scenario.text.reading import read_text

    document = read_text(f"value: {text}", "--set").plain()
    if list(document) != ["value"]:
        raise ScenarioError([Problem("", "found several values", "allowed: one value")])
    return document["value"]
