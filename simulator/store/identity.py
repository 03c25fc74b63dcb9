"""What a result was computed from, and of which replications it is a part."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from simulator.store.files import OutputError, shown
from simulator.streams.designs import DESIGNS

if TYPE_CHECKING:
    from simulator.scenario import Scenario

FORMAT = 3
VERSIONS = ("scaleup-simulator", "numpy", "numba", "llvmlite", "scipy", "simpy", "pyarrow", "pydantic")
MOST_JOBS = 1024
LARGEST_SEED = 2**63 - 1
MOST_REPLICATIONS = 10_000_000


@dataclass(frozen=True)
class Part:
    """Shard `index` of `of` of an experiment: one of `of` machines computes it; counted from 1."""

    index: int
    of: int

    @classmethod
    def read(cls, text: str) -> Part:
        """A part written as i/N; raises `ValueError`."""
        index, slash, parts = text.partition("/")
        if not (slash and index.isdecimal() and parts.isdecimal() and 1 <= int(index) <= int(parts)):
            raise ValueError(f"shard is {text!r}; it must be i/N with i from 1 to N, such as 2/7")
        return cls(int(index), int(parts))

    def numbers(self, replications: int) -> range:
        """The replications of this part."""
        return range(replications * (self.index - 1) // self.of, replications * self.index // self.of)

    def __str__(self) -> str:
        return f"{self.index}/{self.of}"


WHOLE = Part(1, 1)


@dataclass(frozen=True)
class Identity:
    """What a replication is computed from; results that differ in it are never mixed."""

    scenario: Scenario
    seed: int
    engine: str
    design: str = DESIGNS[0]
    callbacks: tuple[str, ...] = ()

    def described(self) -> dict[str, Any]:
        """The part of the manifest that says what the result was computed from."""
        return {
            "format": FORMAT,
            "name": self.scenario.name,
            "scenario_hash": self.scenario.hash,
            "seed": self.seed,
            "engine": self.engine,
            "design": self.design,
            "versions": versions(),
        } | ({"callbacks": list(self.callbacks)} if self.callbacks else {})


@cache
def versions() -> dict[str, str | None]:
    """What computes: versions of the packages, Python, machine, and a hash of the simulation's own code."""
    from simulator.streams.jit import source_hash

    return {name: _version(name) for name in VERSIONS} | {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "simulation code": source_hash(),
    }


def refuse_callbacks(manifest: Mapping[str, Any], what: str) -> None:
    """Raises `OutputError` when Python functions took part in a result, so that `what` (a verb) can't be done to it."""
    names = manifest.get("callbacks", ())
    if names:
        raise OutputError(
            f"can't {what} this result: the Python functions {shown(', '.join(names))} took part in it, "
            "and no manifest can hold those; run it again in Python"
        )


def gaps(kept: Sequence[range], numbers: range) -> list[range]:
    """Ranges of `numbers` that `kept` (ascending, apart from each other) leaves out."""
    missing: list[range] = []
    first = numbers.start
    for have in kept:
        if have.start > first:
            missing.append(range(first, min(have.start, numbers.stop)))
        first = max(first, have.stop)
    if first < numbers.stop:
        missing.append(range(first, numbers.stop))
    return [numbers for numbers in missing if numbers]


def written_ranges(ranges: Sequence[range]) -> str:
    """Ranges of replications for a reader: "0-249, 251"."""
    return ", ".join(
        str(numbers.start) if len(numbers) == 1 else f"{numbers.start}-{numbers.stop - 1}" for numbers in ranges
    )


def differences(before: Mapping[str, Any], now: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """What differs of these entries, in words."""
    return [
        f"{name} {shown(before.get(name))}, now {shown(now.get(name))}"
        for name in names
        if before.get(name) != now.get(name)
    ]


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
