"""What can be learned before a choice: single inputs, and sets that are measured together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from simulator.analysis.methods.given_data.inputs import Inputs
from simulator.scenario.text.problems import listed, nearest
from simulator.stepping.arguments import ArgumentError

Kind = Literal["everything", "section", "everywhere", "correlated", "asked", "one"]
LISTS: Final = ("sites",)
"""Lists of named things of which the same number is learned together."""


@dataclass(frozen=True)
class Bundle:
    """Inputs that are learned together, by their places; `name` is a path, or a pattern of paths."""

    name: str
    kind: Kind
    places: tuple[int, ...]


def bundles(inputs: Inputs, asked: Sequence[str] = ()) -> list[Bundle]:
    """Everything, the sets, and each input; no set twice. `asked` are patterns, joined by commas.

    Raises `ArgumentError` for a pattern that no input matches.
    """
    if not inputs.paths:
        return []
    every = tuple(range(len(inputs.paths)))
    found = [Bundle("everything", "everything", every)]
    found += [Bundle(one, "asked", _asked(inputs, one)) for one in asked]
    found += list(_sets(inputs))
    kept: dict[tuple[int, ...], Bundle] = {}
    for bundle in found:
        if len(bundle.places) > 1 or bundle.kind in ("everything", "asked"):
            kept.setdefault(bundle.places, bundle)
    singles = [Bundle(path, "one", (place,)) for place, path in enumerate(inputs.paths)]
    return [*kept.values(), *(one for one in singles if one.places not in kept)]


def parts(found: Sequence[Bundle]) -> list[tuple[int, int]]:
    """Pairs of places in `found`, the first of which is learned wherever the second is."""
    sets = [frozenset(one.places) for one in found]
    several = [place for place, one in enumerate(sets) if len(one) > 1]
    return [(part, whole) for whole in several for part, one in enumerate(sets) if one < sets[whole]]


def matches(pattern: str, path: str) -> bool:
    """Whether a path lies at or below a pattern of names joined by dots, `*` standing for any one name."""
    wanted, names = pattern.split("."), path.split(".")
    return len(wanted) <= len(names) and all(one in ("*", name) for one, name in zip(wanted, names, strict=False))


def _asked(inputs: Inputs, patterns: str) -> tuple[int, ...]:
    """The places of all inputs that one of several patterns matches."""
    found: set[int] = set()
    for pattern in (one.strip() for one in patterns.split(",")):
        here = {place for place, path in enumerate(inputs.paths) if matches(pattern, path)}
        if not here:
            same = [path for path in inputs.unseen if matches(pattern, path)]
            near = nearest(pattern, inputs.paths)
            why = (
                f"{listed(same)}: the same in all replications"
                if same
                else f"did you mean {near!r}?"
                if near
                else f"uncertain are {listed(inputs.paths)}"
            )
            raise ArgumentError(
                "{together} names {found}, which is no uncertain input; {why}", found=repr(pattern), why=why
            )
        found |= here
    return tuple(sorted(found))


def _sets(inputs: Inputs) -> Iterator[Bundle]:
    """Sections of a scenario, the same number everywhere, and inputs that are correlated."""
    sections: dict[str, list[int]] = {}
    everywhere: dict[str, list[int]] = {}
    for place, path in enumerate(inputs.paths):
        section, *names = path.split(".")
        sections.setdefault(section, []).append(place)
        if section in LISTS and len(names) > 1:
            everywhere.setdefault(".".join([section, "*", *names[1:]]), []).append(place)
    yield from (Bundle(name, "section", tuple(places)) for name, places in sections.items())
    yield from (Bundle(name, "everywhere", tuple(places)) for name, places in everywhere.items())
    for group in inputs.groups:
        if len(group) > 1:
            yield Bundle(", ".join(inputs.paths[place] for place in group), "correlated", group)
