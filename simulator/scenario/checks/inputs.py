"""The numbers of a scenario with their paths."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from simulator.scenario.numbers.forms import Range
from simulator.scenario.numbers.mix import Mix
from simulator.scenario.numbers.quantity import Certain, Note, Quantity
from simulator.scenario.numbers.section import Section

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario

ANY: Final = Range(-math.inf, math.inf)
SHARES: Final = Range(0.0, 1.0)


class Stated(NamedTuple):
    """A number of a scenario: a Quantity, or a plain int or float, with what stands beside it and what is allowed.

    `words` says what the field is that holds it.
    """

    path: str
    value: Quantity | int | float
    note: Note
    allowed: Range
    whole: bool = False
    unit: str = ""
    words: str = ""


def numbers(scenario: "Scenario") -> Iterator[Stated]:
    """Every number of a scenario in declared order."""
    yield from _numbers(scenario, "")


def uncertain_inputs(scenario: "Scenario") -> list[tuple[str, Quantity]]:
    """The uncertain quantities that are drawn once per replication, with their paths, in declared order."""
    return [
        (path, value)
        for path, value, *_ in numbers(scenario)
        if isinstance(value, Quantity) and not value.certain and not value.every_time
    ]


def _numbers(
    value: Any, path: str, note: Note | None = None, kind: Certain | None = None, words: str = ""
) -> Iterator[Stated]:
    if isinstance(value, Quantity):
        yield Stated(path, value, value.note, value.allowed, value.whole, value.unit, words)
    elif isinstance(value, bool | str):
        return
    elif isinstance(value, int | float):
        allowed, whole, unit = (kind.allowed, kind.whole, kind.unit) if kind else (ANY, False, "")
        yield Stated(path, value, note or Note(), allowed, whole, unit, words)
    elif isinstance(value, Section):
        for key, child in value.fields():
            inner = value.words(key)
            yield from _numbers(
                child, f"{path}.{key}" if path else key, value.note(key), value.certain_kind(key), inner
            )
    elif isinstance(value, Mix):
        for name, share in value.items():
            yield Stated(f"{path}.{name}", share, value.note(name), SHARES, unit="share", words=words)
    elif type(value) is tuple:
        for i, child in enumerate(value):
            yield from _numbers(child, f"{path}.{getattr(child, 'name', i)}", words=words)
