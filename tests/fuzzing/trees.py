"""Mutations of scenarios as trees: dicts, lists and scalars; most of them leave most of a scenario in order."""

from __future__ import annotations

import copy
import datetime
import math
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

Place = tuple[Any, Any]
"""A container and the key or index of something in it."""

VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 0.5, 1e-9, 5e-324, 0.9999999999999999, 1e3, 1e6, 1e15, 1e16, 1e300, -0.0, 7, 52,
    520, "", " ", "x", "all", "mon-fri", "end", "2026-01-05", "07-01", "EUR", "plant-1", "a.b", "*", "\u00a0",
    "\u202e", "x" * 70, [], [1], {}, {"value": 1}, {"name": "x"}, {"remove": True}, {"p10": 1, "p50": 2, "p90": 3},
    [[]], {"": {}}, "null", "7",
)  # fmt: skip
FOREIGN: tuple[Any, ...] = (
    math.nan, math.inf, -math.inf, 10**400, -(10**5000), b"bytes", {1, 2}, object(), {1: 2}, {None: 1}, "\ud800",
    "\x1b[31m", datetime.date(2026, 1, 5), datetime.time(3), (1, 2), range(3), 1j, "x" * 100_000, ["x"] * 3000,
    {"\ud800": 1}, {"\x1b": 1},
)  # fmt: skip
"""What only Python can hand over."""
FACTORS = (0.0, 0.01, 0.1, 0.5, 0.9, 1.1, 2.0, 10.0, 100.0, 1e4, -1.0)


def places(tree: Any) -> Iterator[Place]:
    """Every place below the top."""
    keys = list(tree) if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    for key in keys:
        yield tree, key
        yield from places(tree[key])


def mutated_tree(rng: Random, tree: Any, *, foreign: bool = False) -> Any:
    """A copy with some places changed."""
    tree = copy.deepcopy(tree)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        if found := list(places(tree)):
            rng.choice(CHANGES)(rng, *rng.choice(found))
    found = list(places(tree))
    if foreign and found:
        of, key = rng.choice(found)
        of[key] = rng.choice(FOREIGN)
    return tree


def moved_numbers(rng: Random, tree: Any) -> Any:
    """A copy in which a few numbers are others, and a switch may be turned: often a scenario that can be simulated."""
    tree = copy.deepcopy(tree)
    found = [(of, key) for of, key in places(tree) if type(of[key]) in (int, float, bool)]
    for of, key in rng.sample(found, min(len(found), rng.choice((1, 1, 2, 3)))):
        if isinstance(of[key], bool):
            of[key] = not of[key]
        elif type(of[key]) in (int, float):
            of[key] = scaled(rng, of[key])
    return tree


def scaled(rng: Random, number: float) -> Any:
    """A number that is larger or smaller, or uncertain about where it was."""
    how = rng.randrange(8)
    if how < 5:
        moved = number * rng.choice(FACTORS)
        return int(moved) if moved == int(moved) else moved
    if how == 5:
        return rng.choice((0, 1, 0.5, 1e-9, 0.9999999999999999, 1e5, 1e6))
    size = abs(number) or 1.0
    return rng.choice(
        (
            {"p10": size * 0.5, "p50": size * 0.7, "p90": size * rng.choice((0.71, 0.95, 1.2, 30))},
            {"lognormal": {"median": size, "p90": size * rng.choice((1.0001, 2, 1e4))}},
            {"triangular": {"min": 0, "mode": size * rng.random(), "max": size}},
            {"pert": {"min": 0, "mode": size * rng.random(), "max": size}},
            {"uniform": {"min": size * 0.3, "max": size}},
            {"beta": {"mean": 0.5, "sd": rng.choice((1e-6, 0.1, 0.49))}},
            {"gamma": {"mean": size, "sd": size * rng.choice((1e-3, 1, 20))}},
            {"exponential": {"mean": size}},
            {"empirical": [size * rng.random() for _ in range(rng.choice((1, 2, 40)))]},
            {"value": number, "source": "somebody", "confidence": "low"},
        )
    )


def grafted(rng: Random, tree: Any, other: Any) -> Any:
    """A copy in which something stands that is taken from another tree: at its own key, or anywhere."""
    tree = copy.deepcopy(tree)
    ours, theirs = list(places(tree)), list(places(other))
    if not ours or not theirs:
        return tree
    for _ in range(rng.choice((1, 1, 2, 4))):
        of, key = rng.choice(theirs)
        same = [place for place in ours if place[1] == key and isinstance(key, str)]
        into, at = rng.choice(same or ours)
        if (at in into) if isinstance(into, dict) else (at < len(into)):
            into[at] = copy.deepcopy(of[key])
    return tree


def _replace(rng: Random, of: Any, key: Any) -> None:
    of[key] = copy.deepcopy(rng.choice(VALUES))


def _delete(rng: Random, of: Any, key: Any) -> None:
    del of[key]


def _double(rng: Random, of: Any, key: Any) -> None:
    if isinstance(of, list):
        of[key:key] = [copy.deepcopy(of[key]) for _ in range(rng.choice((1, 1, 1, 30)))]
    else:
        of[f"{key}-2"] = copy.deepcopy(of[key])


def _rename(rng: Random, of: Any, key: Any) -> None:
    if isinstance(of, dict):
        name = rng.choice(
            (key[:-1], key + "s", key.upper(), key + "\u200b", f"{key}:1", "name", "value", "p10", "", "x.y")
        )
        of[name] = of.pop(key)


def _swap(rng: Random, of: Any, key: Any) -> None:
    other = rng.choice(list(of) if isinstance(of, dict) else range(len(of)))
    of[key], of[other] = of[other], of[key]


def _wrap(rng: Random, of: Any, key: Any) -> None:
    of[key] = rng.choice(([of[key]], {"value": of[key]}, {"x": of[key]}, str(of[key])))


def _empty(rng: Random, of: Any, key: Any) -> None:
    of[key] = type(of[key])() if isinstance(of[key], dict | list | str) else None


def _scale(rng: Random, of: Any, key: Any) -> None:
    if type(of[key]) in (int, float):
        of[key] = scaled(rng, of[key])


CHANGES: tuple[Callable[[Random, Any, Any], None], ...] = (
    _replace, _delete, _double, _rename, _swap, _wrap, _empty, _scale, _scale,
)  # fmt: skip
