"""`manifest.json`: its fields, how they hang together, reading and writing it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, StringConstraints, field_validator, model_validator

from simulator.scenario import ScenarioError, load
from simulator.scenario.vocabulary import EngineName
from simulator.store.files import OutputError, json_bytes, replace, shown
from simulator.store.identity import (
    FORMAT,
    LARGEST_SEED,
    MOST_JOBS,
    MOST_REPLICATIONS,
    WHOLE,
    Identity,
    Part,
    differences,
    versions,
)
from simulator.store.stored_json import Fields, described, read_json, unusable, validated
from simulator.streams.designs import DesignName

MANIFEST = "manifest.json"
TABLE_FILES = Literal["replications.parquet", "weekly.parquet", "sites.parquet"]
FINAL_TABLES: tuple[str, ...] = get_args(TABLE_FILES)
LONGEST_CAUSE = 2000
"""Characters of the cause of a failure that a manifest holds."""
MOST_CHANGES_TOLD = 3

Number = Annotated[int, Field(ge=0, lt=MOST_REPLICATIONS)]
Count = Annotated[int, Field(ge=0, le=MOST_REPLICATIONS)]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[str, StringConstraints(max_length=10_000)]


def shard_name(first: int, last: int) -> str:
    """The name of the file of a shard."""
    return f"{first:08d}-{last:08d}.parquet"


class Shard(Fields):
    """What a shard holds, and its checksum."""

    first: Number
    last: Number
    sha256: Hash

    @property
    def numbers(self) -> range:
        """The replications in it."""
        return range(self.first, self.last + 1)

    @property
    def name(self) -> str:
        """The name of its file."""
        return shard_name(self.first, self.last)


class TableEntry(Fields):
    """A final table: its rows and its checksum."""

    rows: Annotated[int, Field(ge=0, lt=2**63)]
    sha256: Hash


class Failure(Fields):
    """A replication that failed, as `ReplicationError` tells it."""

    replication: Number
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)]
    cause: str


class Manifest(Fields):
    """What a result was computed from, which shards hold it, and what of it is missing."""

    format: Literal[3]
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$", max_length=64)]
    scenario_hash: Hash
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)]
    engine: EngineName
    design: DesignName
    versions: dict[Text, Text | None]
    callbacks: list[Text] = Field(default_factory=list)
    shard: str = str(WHOLE)
    replications: Count
    replications_requested: Count
    failed: list[Failure]
    wall_seconds: Annotated[float, Field(ge=0.0, le=1e12)]
    jobs: Annotated[int, Field(ge=1, le=MOST_JOBS)]
    shards: dict[str, Shard]
    tables: dict[TABLE_FILES, TableEntry] | None = None
    scenario: dict[str, Any]

    @field_validator("shard")
    @classmethod
    def _is_a_part(cls, text: str) -> str:
        try:
            parts = Part.read(text).of
        except ValueError:
            parts = MOST_REPLICATIONS + 1
        if parts > MOST_REPLICATIONS:
            raise ValueError("must be i/N with i from 1 to N, such as 2/7")
        return text

    @field_validator("tables")
    @classmethod
    def _are_all(cls, tables: dict[Any, TableEntry] | None) -> dict[Any, TableEntry] | None:
        if tables is not None and len(tables) < len(FINAL_TABLES):
            raise ValueError(f"must be {', '.join(FINAL_TABLES)}")
        return tables

    @model_validator(mode="after")
    def _hangs_together(self) -> Manifest:
        numbers = self.numbers
        after = numbers.start
        for name, shard in self.in_order:
            if name != shard.name:
                raise ValueError(f"the shard {described(name)} holds {shard.first} to {shard.last}: {shard.name}")
            if shard.last < shard.first or shard.first < after or shard.last >= numbers.stop:
                raise ValueError(f"the shard {name} overlaps another, or is not of replications {_told(numbers)}")
            after = shard.last + 1
        if self.replications != sum(len(shard.numbers) for shard in self.shards.values()):
            raise ValueError(f"replications is {self.replications}, and the shards hold another number")
        if any(failure.replication not in numbers for failure in self.failed):
            raise ValueError(f"failed names another replication than {_told(numbers)}")
        return self

    @property
    def part(self) -> Part:
        """The part of an experiment that it is about."""
        return Part.read(self.shard)

    @property
    def numbers(self) -> range:
        """The replications that were asked for."""
        return self.part.numbers(self.replications_requested)

    @cached_property
    def in_order(self) -> list[tuple[str, Shard]]:
        """The shards in replication order, by name."""
        return sorted(self.shards.items(), key=lambda item: item[1].first)

    @property
    def unfinished(self) -> bool:
        """Whether a run was stopped before all its replications had been tried, or before its tables were written."""
        return self.tables is None or self.replications + len(self.failed) < len(self.numbers)

    def described(self) -> dict[str, Any]:
        """What the result was computed from, as `Identity.described` tells it."""
        names = ("format", "name", "scenario_hash", "seed", "engine", "design", "versions")
        return {name: getattr(self, name) for name in names} | ({"callbacks": self.callbacks} if self.callbacks else {})

    def differences_from(self, identity: Identity) -> list[str]:
        """What sets another experiment apart from this one, in words; versions and engine left out."""
        told = []
        if self.scenario_hash != identity.scenario.hash:
            told.append("the scenario: " + (_changes(self.scenario, identity.scenario.resolved()) or "its hash"))
        told += differences(self.described(), identity.described(), ("seed", "design"))
        names = shown(", ".join(self.callbacks)), ", ".join(identity.callbacks)
        if any(names):
            told.append(f"Python functions {names[0] or 'none'}, now {names[1] or 'none'}")
        return told

    def differences_in_making(self, identity: Identity) -> list[str]:
        """Differences of engine and versions, in words: they may change digits or bytes."""
        return differences(self.described(), identity.described(), ("engine",)) + differences(
            self.versions, versions(), tuple(versions())
        )

    def identity(self, path: Path) -> Identity:
        """What the result was computed from, with its scenario; raises `OutputError` that names the file at `path`."""
        try:
            scenario = load(self.scenario)
        except ScenarioError as error:
            first = shown(str(error).partition("\n")[0])
            raise unusable(path, f"its scenario is none ({first})") from error
        if (scenario.hash, scenario.name) != (self.scenario_hash, self.name):
            raise unusable(path, "name and scenario_hash are not those of its scenario")
        return Identity(scenario, self.seed, self.engine, self.design, tuple(self.callbacks))


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
            (old.get("name", str(index)) if isinstance(old, dict) else str(index), old, other)
            for index, (old, other) in enumerate(zip(before, now, strict=True))
        ]
    else:
        if before != now:
            yield f"{path} {_short(before)}, now {_short(now)}"
        return
    for name, old, other in pairs:
        yield from _walk(f"{path}.{name}" if path else name, old, other)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def _told(numbers: range) -> str:
    return f"{numbers.start} to {numbers.stop - 1}"


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest in a folder, None where there is none; raises `OutputError` when it can't be used."""
    path = folder / MANIFEST
    found = read_json(path)
    if found is None:
        return None
    stated = found.get("format")
    if type(stated) is int and 1 <= stated != FORMAT:
        raise OutputError(
            f"{shown(path)} has format {described(stated)}, and this version of scaleup-simulator reads {FORMAT} only: "
            "compute the result again in another folder, or use the version that wrote it"
        )
    return validated(Manifest, found, path)


def write_manifest(folder: Path, manifest: Mapping[str, Any], scenario: bytes) -> None:
    """Put the manifest into its folder as a whole, with `scenario_bytes` of its scenario; raises `WriteError`."""
    others = {name: value for name, value in manifest.items() if name != "scenario"}
    head = json_bytes(others).removesuffix(b"\n}\n")
    replace(folder / MANIFEST, lambda file: file.write(head + b',\n  "scenario": ' + scenario + b"\n}\n"))


def scenario_bytes(scenario: Mapping[str, Any]) -> bytes:
    """A scenario as it stands in a manifest: most of its bytes, and the same in each that a run writes."""
    return json_bytes(scenario).rstrip().replace(b"\n", b"\n  ")
