"""How the fields of a scenario's sections become fields of records: each under its dotted path, in its own unit.

A field is derived from the section's class, so that a number, truth or choice that is added to a section can be read by
rules as `settings["its.path"]`. What null means, and how long a change acts, is declared at the field (`Use`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import numpy as np

from simulator.scenario import Quantity
from simulator.scenario.numbers.quantity import Certain, Uncertain
from simulator.scenario.numbers.section import Section, Use

USED = Use()
"""What the model makes of a field that declares nothing."""


@dataclass(frozen=True)
class Setting:
    """A field of a record that is one of a section.

    A truth is 0 or 1, a choice the place of a name in its list, an optional section 1 where there is one; of what is
    drawn every time it is the row of `State.distributions`, -1 where there is none.
    """

    path: str
    attributes: tuple[str, ...]
    format: str
    """NumPy's: "f8" or "i8"."""
    use: Use
    shape: tuple[int, ...] = ()
    """Empty but for a vector: the list that its section, or its choice of names, is."""
    choices: tuple[str, ...] = ()
    drawn: bool = False
    unless: tuple[str, ...] = ()
    """Paths of truths: where one holds, the field counts as absent."""

    def value(self, source: Any) -> Any:
        """What `source`, a section, has for the field; None where it, or its section, is missing."""
        for name in self.attributes:
            source = getattr(source, name, None)
        return source

    def numbers(self, value: Any) -> Iterator[tuple[tuple[int, ...], Quantity | float]]:
        """The value of what is not drawn every time as numbers, each with its place in the vector."""
        if value is None:
            for place in np.ndindex(self.shape):
                yield place, self.use.absent
        elif isinstance(value, Section) and self.shape:
            for i, (_, child) in enumerate(value.fields()):
                for place, number in self.numbers(child):
                    yield (i, *place), number
        elif isinstance(value, tuple):
            for i, child in enumerate(value):
                yield (i,), self.choices.index(child)
        elif self.choices:
            yield (), self.choices.index(value)
        else:
            yield (), 1 if isinstance(value, Section) else value


def settings_of(section: type[Section], name: str = "") -> Iterator[Setting]:
    """The fields of a section as fields of a record, in declared order, those of sections within it included.

    They are told below a `name`, if one is given. Texts, dates and lists of sections are none; nor is what is declared
    to be `elsewhere`.
    """
    yield from _within(section, Setting(name, (name,) if name else (), "i8", USED))


def place_of(section: type[Section], field: str, name: str) -> int:
    """The number of a choice: the place of `name` in the list of a field."""
    return get_args(section.model_fields[field].annotation).index(name)


def _within(section: type[Section], above: Setting) -> Iterator[Setting]:
    for name, field in section.model_fields.items():
        use = next((mark for mark in field.metadata if isinstance(mark, Use)), USED)
        if use.elsewhere is not None:
            continue
        key = field.alias or name
        here = Setting(
            f"{above.path}.{key}" if above.path else key,
            (*above.attributes, name),
            "i8",
            use,
            unless=(*above.unless, use.unless) if use.unless else above.unless,
        )
        kind, optional = _kind(field.annotation, field.metadata)
        if isinstance(kind, type) and issubclass(kind, Section):
            if kind.vector:
                yield replace(here, format="f8", shape=_shape(kind))
                continue
            if optional:
                yield here
            yield from _within(kind, here)
        elif isinstance(kind, Uncertain):
            whole = kind.whole or kind.every_time
            yield replace(here, format="i8" if whole else "f8", drawn=kind.every_time)
        elif isinstance(kind, Certain):
            yield replace(here, format="i8" if kind.whole else "f8")
        elif kind is bool:
            yield here
        elif get_origin(kind) is Literal:
            yield replace(here, choices=get_args(kind))
        elif get_origin(kind) is tuple and get_origin(get_args(kind)[0]) is Literal:
            choices = get_args(get_args(kind)[0])
            yield replace(here, shape=(len(choices),), choices=choices)


def _kind(annotation: Any, metadata: list[Any]) -> tuple[Any, bool]:
    """What a field holds: a class, a Literal, a tuple of these, or the annotation of a number; and whether null too."""
    if get_origin(annotation) in (Union, UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
        return (_kind(kinds[0], [])[0] if len(kinds) == 1 else None), True
    if get_origin(annotation) is Annotated:
        annotation, *metadata = get_args(annotation)
    number = next((mark for mark in metadata if isinstance(mark, Uncertain | Certain)), None)
    return number or annotation, False


def _shape(section: type[Section]) -> tuple[int, ...]:
    """Shape of a section whose fields are all alike."""
    first, _ = _kind(next(iter(section.model_fields.values())).annotation, [])
    inner = _shape(first) if isinstance(first, type) and issubclass(first, Section) else ()
    return (len(section.model_fields), *inner)
