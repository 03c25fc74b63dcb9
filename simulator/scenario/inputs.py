"""The numbers of a scenario with their paths."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from simulator.scenario.mix import Mix
from simulator.scenario.quantity import Note, Quantity

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario
from simulator.scenario.section import Section


class Stated(NamedTuple):
    """A number of a scenario: a Quantity, or a plain int or float, with what stands beside it."""

    path: str
    value: Quantity | int | float
    note: Note


def numbers(scenario: "Scenario") -> Iterator[Stated]:
    """Every number of a scenario in declared order."""
    yield from _numbers(scenario, "")


def uncertain_inputs(scenario: "Scenario") -> list[tuple[str, Quantity]]:
    """The uncertain quantities that are drawn once per replication, with their paths, in declared order."""
    return [
        (path, value)
        for path, value, _ in numbers(scenario)
        if isinstance(value, Quantity) and not value.certain and not value.every_time
    ]


def _numbers(value: Any, path: str, note: Note | None = None) -> Iterator[Stated]:
    if isinstance(value, Quantity):
        yield Stated(path, value, value.note)
    elif isinstance(value, bool | str):
        return
    elif isinstance(value, int | float):
        yield Stated(path, value, note or Note())
    elif isinstance(value, Section):
        for key, child in value.fields():
            yield from _numbers(child, f"{path}.{key}" if path else key, value.note(key))
    elif isinstance(value, Mix):
        for name, share in value.items():
            yield Stated(f"{path}.{name}", share, value.note(name))
    elif type(value) is tuple:
        for i, child in enumerate(value):
            yield from _numbers(child, f"{path}.{getattr(child, 'name', i)}")
