"""Dotted paths with names: ``sites.plant-1.data_quality``, where ``*`` stands for every name."""

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.scenario.text.problems import Problem, ScenarioError, describe, listed, nearest
from simulator.scenario.text.tree import DEEPEST, from_python


def changed(document: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a resolved scenario with other values under paths; raises ScenarioError for paths that lead nowhere.

    Raises it too for values that no scenario file could hold; what else is wrong with them is not looked at here.
    """
    if not isinstance(changes, Mapping):
        raise ScenarioError([Problem("", f"found {describe(changes)}", "allowed: a mapping from paths to values")])
    result: dict[str, Any] = _copied(document)
    problems: list[Problem] = []
    for path, value in changes.items():
        try:
            from_python(value, _parts(path))
        except ScenarioError as error:  # before another path leads into it
            problems += error.problems
            continue
        found = 0
        for parent, key in places(result, path, problems):
            parent[key] = _copied(value)
            found += 1
        if not found and not problems:
            problems.append(Problem(path, "found nothing that * could stand for", "allowed: the path of something"))
    if problems:
        raise ScenarioError(problems)
    return result


def _parts(path: object) -> tuple[str, ...]:
    """The parts of a path; none of what is no path, which is told where it is followed."""
    return tuple(path.split(".")) if isinstance(path, str) else ()


def _copied(value: Any, depth: int = 0) -> Any:
    """Dicts and lists copied, as far down as a scenario can be; what else there is stays itself."""
    if depth <= DEEPEST and isinstance(value, Mapping):
        return {key: _copied(child, depth + 1) for key, child in value.items()}
    if depth <= DEEPEST and isinstance(value, list | tuple):
        return [_copied(child, depth + 1) for child in value]
    return value


def places(document: Any, path: object, problems: list[Problem]) -> Iterator[tuple[Any, Any]]:
    """The containers and keys that a path leads to; a problem is noted where it leads nowhere."""
    if not isinstance(path, str) or not path or "" in path.split("."):
        at = path if isinstance(path, str) else ""
        problems.append(Problem(at, f"found {describe(path)} as a path", "allowed: names joined by dots"))
        return
    yield from _places(document, path.split("."), path, problems)


def _places(node: Any, parts: list[str], path: str, problems: list[Problem]) -> Iterator[tuple[Any, Any]]:
    part, rest = parts[0], parts[1:]
    if part == "*":
        if not isinstance(node, dict | list):
            problems.append(Problem(path, f"found {describe(node)} where * should stand for names", "allowed: a list"))
            return
        keys: list[Any] = list(node) if isinstance(node, dict) else list(range(len(node)))
    else:
        key = _key(node, part, last=not rest)
        if key is None:
            names = names_in(node)
            problems.append(
                Problem(path, f'found no "{part}"', f"allowed: {_choice(node, names)}", nearest(part, names))
            )
            return
        keys = [key]
    for key in keys:
        if rest:
            yield from _places(node[key], rest, path, problems)
        else:
            yield node, key


def _choice(node: Any, names: list[str]) -> str:
    if names:
        return listed(names) if len(names) > 30 else ", ".join(names)
    return (
        "nothing below, as the section is not set: set the whole section" if node is None else "nothing below a number"
    )


def names_in(node: Any) -> list[str]:
    """Names that can follow in a path."""
    if isinstance(node, dict):
        return list(node)
    if isinstance(node, list):
        return [_name(item, i) for i, item in enumerate(node)]
    return []


def _name(item: Any, i: int) -> str:
    return item["name"] if isinstance(item, dict) and isinstance(item.get("name"), str) else str(i)


def _key(node: Any, part: str, last: bool) -> Any:
    if isinstance(node, dict):
        # A new last key is left to the schema, which knows what is allowed there.
        return part if part in node or (last and not {"value", "p10"} & set(node)) else None
    if isinstance(node, list):
        names = names_in(node)
        return names.index(part) if part in names else None
    return None


def values_at(document: Any, path: str) -> tuple[list[Any], list[Problem]]:
    """The values that a path leads to, and what is wrong with it."""
    problems: list[Problem] = []
    found = []
    for parent, key in places(document, path, problems):
        if isinstance(parent, dict) and key not in parent:
            names = names_in(parent)
            problems.append(
                Problem(path, f'found no "{key}"', f"allowed: {_choice(parent, names)}", nearest(key, names))
            )
        else:
            found.append(parent[key])
    return found, problems
