"""Arguments of a run: their defaults and limits, and what is said of those that do not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

from simulator.scenario.vocabulary import ENGINES
from simulator.store.identity import LARGEST_SEED, MOST_JOBS, MOST_REPLICATIONS
from simulator.streams.designs import DESIGNS

Place = Literal["threads", "processes"]
PLACES: Final[tuple[Place, ...]] = get_args(Place)
"""Where replications can run, if on no executor of the user's."""

REPLICATIONS: Final = 200
SEED: Final = 1
ENGINE: Final = ENGINES[0]
DESIGN: Final = DESIGNS[0]
SHARD_SIZE: Final = 250
AT_MOST: Final = 100_000
EVERY_WEEKS: Final = 1
REPEATS: Final = 2
"""How often each draw of the inputs is simulated to tell ignorance from chance."""

LIMITS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "replications": (1, MOST_REPLICATIONS),
        "replication": (0, MOST_REPLICATIONS),
        "seed": (0, LARGEST_SEED),
        "jobs": (1, MOST_JOBS),
        "at_most": (1, MOST_REPLICATIONS),
        "shard_size": (1, 10_000),
        "every_weeks": (1, 10_000),
        "agents": (1, 1_000_000),
        "repeats": (2, 1000),
    }
)
"""Least and largest value of each whole number."""


class ArgumentError(ValueError):
    """An argument that doesn't fit, or doesn't go with another.

    In `template` the names of arguments stand in braces, and those of `values`, so that a command line can tell the
    same of its options.
    """

    def __init__(self, template: str, **values: object) -> None:
        self._template = template
        self._values = values
        super().__init__(template.format_map(_Words(values)))

    def of_options(self) -> str:
        """The same about options of a command line: --shard-size for shard_size."""
        return self._template.format_map(_Words(self._values, option))


class _Words(dict[str, object]):
    """Values by name; what is none of them is the name of an argument."""

    def __init__(self, values: Mapping[str, object], written: Any = str) -> None:
        super().__init__(values)
        self._written = written

    def __missing__(self, name: str) -> str:
        return str(self._written(name))


def option(name: str) -> str:
    """The option of a command line that gives an argument."""
    return "--" + name.replace("_", "-")


def known(name: str, value: str, choices: Sequence[str]) -> str:
    """`value`, which is one of `choices`; raises `ArgumentError` naming the argument."""
    if value not in choices:
        raise ArgumentError(
            f"{{{name}}} is {{found}}; it must be one of {{choices}}", found=repr(value), choices=", ".join(choices)
        )
    return value


def whole(name: str, value: Any) -> int:
    """`value` as an int within `LIMITS`; raises `ArgumentError` naming the argument."""
    low, high = LIMITS[name]
    try:
        number = value.__index__()
    except (AttributeError, TypeError):
        number = None
    if number is None or isinstance(value, bool) or not low <= number <= high:
        raise ArgumentError(
            f"{{{name}}} is {{found}}; it must be a whole number from {low:,} to {high:,}", found=repr(value)
        )
    return int(number)
