"""Positions of a planner's sliders, and the changes by dotted path that they stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.scenario import Scenario
    from simulator.scenario.sections.lever import Lever


def rest(scenario: Scenario, lever: Lever) -> float:
    """The position at which a lever changes nothing: the present mean for `set`, 0 for `add`, 1 for `scale`.

    A present mean is rounded to the lever's steps and kept within its ends.
    """
    if lever.mode == "set":
        means = present(scenario, lever)
        start = sum(means) / len(means) if means else lever.min
    else:
        start = 0.0 if lever.mode == "add" else 1.0
    steps = round((start - lever.min) / lever.step)
    return float(_tidy(min(max(lever.min + steps * lever.step, lever.min), lever.max)))


def present(scenario: Scenario, lever: Lever) -> list[float]:
    """The present numbers (means of uncertain ones) at the places that a lever moves."""
    from simulator.scenario.checks.levers import places_of

    values = [place.value for place in places_of(scenario, lever.path)]
    return [float(value) if isinstance(value, int | float) else value.mean for value in values]


def changes(scenario: Scenario, lever: Lever, position: float) -> dict[str, Any]:
    """What to hand to `scenario.with_changes`; nothing for a lever at rest, so that what is uncertain stays so."""
    from simulator.scenario import lever_changes

    if position == rest(scenario, lever):
        return {}
    moved = {path: _tidy(value) for path, value in lever_changes(scenario, lever, _tidy(position)).items()}
    values = list(moved.values())
    return {lever.path: values[0]} if values and all(value == values[0] for value in values) else moved


def _tidy(value: Any) -> Any:
    """Numbers to ten digits, whole ones as integers, so that a command line reads well; the rest as it is."""
    if isinstance(value, dict):
        return {key: _tidy(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_tidy(inner) for inner in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    rounded = float(f"{value:.10g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded
