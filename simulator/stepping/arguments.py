"""Arguments of a run: their names, defaults and limits, and what is said of those that do not fit."""

from __future__ import annotations

from typing import Any

from simulator.scenario.vocabulary import ENGINES
from simulator.streams.designs import DESIGNS

REPLICATIONS = 200
SEED = 1
SHARD_SIZE = 250
LARGEST_SHARD = 10_000


def known_engine(name: str) -> str:
    """The name of an engine; raises `ValueError` for any other."""
    if name not in ENGINES:
        raise ValueError(f"engine is {name!r}; it must be one of {', '.join(ENGINES)}")
    return name


def known_design(name: str) -> str:
    """The name of a design; raises `ValueError` for any other."""
    if name not in DESIGNS:
        raise ValueError(f"design is {name!r}; it must be one of {', '.join(DESIGNS)}")
    return name


def whole(name: str, value: Any, low: int, high: int) -> int:
    """`value` as an int from `low` to `high`; raises `ValueError` naming the argument."""
    try:
        number = value.__index__()
    except (AttributeError, TypeError):
        number = None
    if number is None or isinstance(value, bool) or not low <= number <= high:
        raise ValueError(f"{name} is {value!r}; it must be a whole number from {low:,} to {high:,}")
    return int(number)
