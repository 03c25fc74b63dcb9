"""What a lever does to a scenario."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from simulator.scenario.forms import plain_number
from simulator.scenario.inputs import Stated, numbers
from simulator.scenario.paths import values_at
from simulator.scenario.plan import Lever
from simulator.scenario.problems import Finding
from simulator.scenario.quantity import Quantity

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario

LEVELS: Final = ("p10", "p50", "p90", "min", "mode", "max", "mean", "median", "sd")
FIXED_AT_ZERO: Final = ("lognormal", "exponential", "gamma")
"""Forms that begin at zero, so that they cannot be shifted."""


def lever_changes(scenario: "Scenario", lever: Lever, position: float) -> dict[str, Any]:
    """The changes, for ``with_changes``, that a lever makes at a position.

    ``set`` puts the position in place of the number, ``add`` adds it, ``scale`` multiplies by it; an uncertain number
    is shifted or stretched as a whole and keeps its form. A position is not checked here: ``with_changes`` does.
    """
    return {place.path: moved(place.value, lever.mode, position) for place in places_of(scenario, lever.path)}


def moved(value: Quantity | int | float, mode: str, position: float) -> Any:
    """A number, or the form of an uncertain one, after a lever has moved it."""
    if mode == "set":
        return plain_number(float(position))
    if not isinstance(value, Quantity):
        return plain_number(value + position if mode == "add" else value * position)
    if value.certain:
        result = value.value + position if mode == "add" else value.value * position
        return plain_number(float(round(result)) if value.whole else result)
    return _moved(value.document(), mode, position)


def _moved(form: Any, mode: str, position: float) -> Any:
    if isinstance(form, Mapping):
        return {
            key: _moved(child, mode, position)
            if isinstance(child, Mapping | list) or (key in LEVELS and (mode == "scale" or key != "sd"))
            else child
            for key, child in form.items()
        }
    if isinstance(form, list):
        return [_moved(child, mode, position) for child in form]
    return plain_number(float(form) + position if mode == "add" else float(form) * position)


def places_of(scenario: "Scenario", path: str) -> list[Stated]:
    """The numbers that a path leads to; ``*`` stands for every name."""
    parts = path.split(".")
    return [stated for stated in numbers(scenario) if _matches(parts, stated.path.split("."))]


def _matches(pattern: list[str], path: list[str]) -> bool:
    return len(pattern) == len(path) and all(p in ("*", q) for p, q in zip(pattern, path, strict=True))


def lever_findings(scenario: "Scenario") -> Iterator[Finding]:
    """What is wrong with the levers of a scenario."""
    if not scenario.levers:
        return
    document = scenario.document()
    for i, lever in enumerate(scenario.levers):
        at = ("levers", i, "path")
        values, problems = values_at(document, lever.path)
        if problems:
            problem = problems[0]
            yield Finding(
                at, f'found "{lever.path}": {problem.found.removeprefix("found ")}', problem.allowed, problem.nearest
            )
            continue
        places = [place for place in places_of(scenario, lever.path) if not place.path.startswith("levers.")]
        if not places:
            unset = any(value is None for value in values)
            found = f'found "{lever.path}", which is {"null here" if unset else "no number"}'
            yield Finding(at, found, "allowed: the path of a number")
            continue
        yield from _wrong_ends(lever, i, places)


def _wrong_ends(lever: Lever, i: int, places: list[Stated]) -> Iterator[Finding]:
    for place in places:
        if not isinstance(place.value, Quantity):
            continue
        low, high = place.value.distribution.bounds
        if lever.mode == "set":
            for key, end in (("min", lever.min), ("max", lever.max)):
                if not low <= end <= high:
                    yield Finding(
                        ("levers", i, key), f"found number {end:g}", f"allowed for {place.path}: {low:g} to {high:g}"
                    )
                    return
                if place.value.whole and end != int(end):
                    yield Finding(
                        ("levers", i, key), f"found number {end:g}", f"allowed for {place.path}: whole numbers"
                    )
                    return
        elif lever.mode == "add" and any(place.value.written.startswith(f'{{"{form}"') for form in FIXED_AT_ZERO):
            found = f"found add for {place.path}, which is {place.value}"
            yield Finding(("levers", i, "mode"), found, "allowed: set or scale, as this distribution begins at zero")
            return
