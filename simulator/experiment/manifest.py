"""What a result was computed from, and of which replications it is a part."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from simulator.experiment.files import OutputError, shown

if TYPE_CHECKING:
    from simulator.experiment.manifest_file import Manifest
    from simulator.scenario import Scenario

FORMAT = 3
VERSIONS = ("scaleup-simulator", "numpy", "numba", "llvmlite", "scipy", "simpy", "pyarrow", "pydantic")
DESIGN = "random"
MOST_CHANGES_TOLD = 3


@dataclass(frozen=True)
class Part:
    """Shard `index` of `of` of an experiment: one of `of` machines computes it; counted from 1."""

    index: int
    of: int

    @classmethod
    def read(cls, text: str) -> Part:
        """A part written as i/N; raises `ValueError`."""
        index, slash, of = text.partition("/")
        if not (slash and index.isdecimal() and of.isdecimal() and 1 <= int(index) <= int(of)):
            raise ValueError(f"shard is {text!r}; it must be i/N with i from 1 to N, such as 2/7")
        return cls(int(index), int(of))

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
    design: str = DESIGN
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

    def differences(self, manifest: Manifest) -> list[str]:
        """What sets the experiment of a manifest apart from this one, in words; versions and engine left out."""
        told = []
        if manifest.scenario_hash != self.scenario.hash:
            told.append("the scenario: " + (_changes(manifest.scenario, self.scenario.resolved()) or "its hash"))
        told += differences(manifest.described(), self.described(), ("seed", "design"))
        names = shown(", ".join(manifest.callbacks)), ", ".join(self.callbacks)
        if any(names):
            told.append(f"Python functions {names[0] or 'none'}, now {names[1] or 'none'}")
        return told

    def differences_in_making(self, manifest: Manifest) -> list[str]:
        """Differences of engine and versions, in words: they may change digits or bytes."""
        return differences(manifest.described(), self.described(), ("engine",)) + differences(
            manifest.versions, versions(), tuple(versions())
        )


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
    return [of for of in missing if of]


def written_ranges(ranges: Sequence[range]) -> str:
    """Ranges of replications for a reader: "0-249, 251"."""
    return ", ".join(str(of.start) if len(of) == 1 else f"{of.start}-{of.stop - 1}" for of in ranges)


def differences(before: Mapping[str, Any], now: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """What differs of these entries, in words."""
    return [
        f"{name} {shown(before.get(name))}, now {shown(now.get(name))}"
        for name in names
        if before.get(name) != now.get(name)
    ]


def _changes(before: Any, now: Any) -> str:
    """The first differences between two resolved scenarios, by path."""
    changes = list(_walk("", before, now))
    told = "; ".join(changes[:MOST_CHANGES_TOLD])
    more = len(changes) - MOST_CHANGES_TOLD
    return shown(told) + (f"; and {more} more" if more > 0 else "")


def _walk(path: str, before: Any, now: Any) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        pairs = [(str(key), before.get(key), now.get(key)) for key in dict.fromkeys([*before, *now])]
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        pairs = [
            (of.get("name", str(index)) if isinstance(of, dict) else str(index), of, other)
            for index, (of, other) in enumerate(zip(before, now, strict=True))
        ]
    else:
        if before != now:
            yield f"{path} {_short(before)}, now {_short(now)}"
        return
    for name, of, other in pairs:
        yield from _walk(f"{path}.{name}" if path else name, of, other)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
