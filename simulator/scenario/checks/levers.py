"""What a lever does to a scenario."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from simulator.scenario.checks.inputs import Stated, numbers
from simulator.scenario.numbers.forms import FORMS, Range, plain_number
from simulator.scenario.numbers.quantity import Quantity, noted
from simulator.scenario.sections.lever import Lever
from simulator.scenario.text.paths import values_at
from simulator.scenario.text.problems import Finding

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario

LEVELS: Final = ("mean", "p10", "median", "p50", "p90")
"""Keys of forms that stand for values strictly within the field's bounds, in increasing order."""
FIXED_AT_ZERO: Final = tuple(name for name, form in FORMS.items() if form.from_zero)
"""Forms that begin at zero, so that they cannot be shifted."""


def lever_changes(scenario: "Scenario", lever: Lever, position: float) -> dict[str, Any]:
    """The changes, for ``with_changes``, that a lever makes at a position.

    ``set`` puts the position in place of the number, ``add`` adds it, ``scale`` multiplies by it; an uncertain number
    is shifted or stretched as a whole and keeps its form. What ``add`` and ``scale`` would carry past a bound of the
    field stops there. The position of ``set`` is not checked here: ``with_changes`` does.
    """
    return {place.path: moved(place, lever.mode, position) for place in places_of(scenario, lever.path)}


def moved(place: Stated, mode: str, position: float) -> Any:
    """A number, or the form of an uncertain one, after a lever has moved it."""
    if mode == "set":
        return plain_number(float(position))
    value = place.value
    bounds = Bounds.of(place.allowed)
    if not isinstance(value, Quantity):
        result = value + position if mode == "add" else value * position
        return bounds.clip(float(round(result)) if place.whole else result)
    if value.certain:
        result = value.value + position if mode == "add" else value.value * position
        return bounds.clip(float(round(result)) if value.whole else result)
    if mode == "scale" and position == 0.0:
        return bounds.clip(0.0)
    return noted(_moved(json.loads(value.written), mode, position, bounds), value.note)


class Bounds(NamedTuple):
    """The ends within which a lever keeps a number: those that are allowed, or just inside open ones."""

    low: float
    high: float

    @classmethod
    def of(cls, allowed: Range) -> "Bounds":
        """The ends of a range."""
        low, high = allowed.low, allowed.high
        return cls(low + _gap(low) if allowed.low_open else low, high - _gap(high) if allowed.high_open else high)

    def clip(self, x: float) -> int | float:
        """The nearest number within the ends."""
        return plain_number(min(max(x, self.low), self.high))

    def ordered(self, levels: list[float]) -> list[float]:
        """Increasing levels, kept strictly within the ends and apart, so that they still make a distribution."""
        result = []
        for i, x in enumerate(levels):
            low = self.low + (i + 1) * _gap(self.low)
            high = self.high - (len(levels) - i) * _gap(self.high)
            result.append(min(max(x, low), high))
        return result


def _gap(end: float) -> float:
    """A distance from an end of a field that makes no difference, but survives rounding to ten digits."""
    return 0.0 if math.isinf(end) else 1e-6 * max(1.0, abs(end))


def _moved(form: Mapping[str, Any], mode: str, position: float, bounds: Bounds) -> Any:
    """An uncertain number's form, moved, and kept within the bounds of its field."""
    head = next(iter(form))
    if head == "empirical":
        return {head: [bounds.clip(x + position if mode == "add" else x * position) for x in form[head]]}
    if isinstance(form[head], Mapping):
        inner = _moved_levels(head, form[head], mode, position, bounds)
        return {head: inner} if isinstance(inner, dict) else inner
    return _moved_levels("p10", form, mode, position, bounds)


def _moved_levels(name: str, form: Mapping[str, float], mode: str, position: float, bounds: Bounds) -> Any:
    """The numbers of a form; a single number where nothing is left between its ends."""
    given = {"min": 0.0, "max": 1.0, **form} if name == "beta" else form
    new = {
        key: float(x) * position if mode == "scale" else float(x) + (position if key != "sd" else 0.0)
        for key, x in given.items()
    }
    new |= {key: float(bounds.clip(new[key])) for key in ("min", "mode", "max") if key in new}
    within = Bounds(new.get("min", bounds.low), new.get("max", bounds.high))
    if within.high - within.low <= 8.0 * _gap(within.high):
        return plain_number(within.low)
    levels = [key for key in LEVELS if key in new]
    new |= dict(zip(levels, within.ordered([new[key] for key in levels]), strict=True))
    if name == "beta":
        largest = math.sqrt((new["mean"] - within.low) * (within.high - new["mean"]))
        new["sd"] = min(new["sd"], 0.99 * largest)
    return {key: plain_number(x) for key, x in new.items()}


def places_of(scenario: "Scenario", path: str) -> list[Stated]:
    """The numbers that a path leads to; ``*`` stands for every name."""
    return _places_among(numbers(scenario), path)


def _places_among(stated: Iterable[Stated], path: str) -> list[Stated]:
    parts = path.split(".")
    return [place for place in stated if _matches(parts, place.path.split("."))]


def _matches(pattern: list[str], path: list[str]) -> bool:
    return len(pattern) == len(path) and all(p in ("*", q) for p, q in zip(pattern, path, strict=True))


def lever_findings(scenario: "Scenario") -> Iterator[Finding]:
    """What is wrong with the levers of a scenario."""
    if not scenario.levers:
        return
    document = scenario.document()
    stated = list(numbers(scenario))
    for i, lever in enumerate(scenario.levers):
        at = ("levers", i, "path")
        values, problems = values_at(document, lever.path)
        if problems:
            problem = problems[0]
            yield Finding(
                at, f'found "{lever.path}": {problem.found.removeprefix("found ")}', problem.allowed, problem.nearest
            )
            continue
        places = [place for place in _places_among(stated, lever.path) if not place.path.startswith("levers.")]
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
        low, high = place.allowed.low, place.allowed.high
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
