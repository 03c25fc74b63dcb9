"""Shards as files: their names, what they say of themselves, and what can be wrong with one.

A shard tells in its Parquet metadata which experiment it is of, so that one that was renamed, or put into the folder of
another experiment, is known for what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from simulator.store.files import (
    OutputError,
    checksum,
    entries,
    kind,
    open_file,
    refuse_others,
    rename,
    shown,
    temporaries,
)
from simulator.store.identity import differences
from simulator.store.manifest import FINAL_TABLES, MANIFEST, Manifest, Shard, TableEntry
from simulator.store.tables import read_stamp

SHARDS = "shards"
SUMMARY = "summary.json"
OWN = (MANIFEST, SUMMARY, "variance.json", *FINAL_TABLES)
"""Names of our files in the folder of a result."""
SHARD = re.compile(r"\d{8}-\d{8}\.parquet")
WRITTEN = "|".join(map(re.escape, OWN))
ASIDE = "damaged-"
MISSING = "missing"


def shards_in(folder: Path) -> list[Path]:
    """The files with names of shards that lie in the folder of a result, in order."""
    return sorted(path for path in entries(folder / SHARDS) if SHARD.fullmatch(path.name))


def temporaries_in(folder: Path) -> list[Path]:
    """What a process that was killed has left of files that it was writing."""
    return [*temporaries(folder, WRITTEN), *temporaries(folder / SHARDS, SHARD.pattern)]


def refuse_strange_places(folder: Path) -> None:
    """Raises `OutputError` where a link, folder or pipe has the name of one of our files in the folder of a result."""
    refuse_others(folder / SHARDS, "a folder")
    for path in (*(folder / name for name in OWN), *shards_in(folder)):
        refuse_others(path)


def damage(path: Path, shard: Shard, described: Mapping[str, Any]) -> str | None:
    """What is wrong with a shard, in words; None when it is as its manifest says, and of that experiment.

    `of` describes the experiment. Raises `OutputError` when it can't be read, as it may well be sound then.
    """
    try:
        if checksum(path) != shard.sha256:
            return "wrong checksum"
    except FileNotFoundError:
        return MISSING
    return foreign(path, described)


def foreign(path: Path, described: Mapping[str, Any]) -> str | None:
    """What makes a file no shard of the replications in its name, or one of another experiment than `of`, in words."""
    first, last = map(int, path.stem.split("-"))
    return _foreign(path, stamp(described, first, last), "shard")


def stamp(described: Mapping[str, Any], first: int, last: int) -> dict[str, Any]:
    """What a shard with these replications says of itself; `of` describes the experiment."""
    return {"first": first, "last": last} | dict(described)


def set_aside(path: Path) -> None:
    """Rename a file that is no shard or damaged, so that it can be looked at; raises `WriteError`."""
    name, number = ASIDE + path.name, 1
    while kind(path.with_name(name)) is not None:
        number += 1
        name = f"{ASIDE}{number}-{path.name}"
    rename(path, name)


def damaged_shards(folder: Path, manifest: Manifest) -> list[str]:
    """The damaged shards of a folder, in words."""
    described = manifest.described()
    return _told(
        (folder / SHARDS / name, damage(folder / SHARDS / name, shard, described)) for name, shard in manifest.in_order
    )


def foreign_shards(folder: Path, manifest: Manifest) -> list[str]:
    """Those shards that are there and of other experiments, in words."""
    described = manifest.described()
    return _told((path, foreign(path, described)) for path in shard_paths(folder, manifest) if _is_there(path))


def shard_paths(folder: Path, manifest: Manifest) -> list[Path]:
    """The files of the shards in replication order."""
    return [folder / SHARDS / name for name, _ in manifest.in_order]


def table_stamp(described: Mapping[str, Any]) -> dict[str, Any]:
    """What a final table says of itself: the same for all engines and versions that give the same digits."""
    names = ("format", "name", "scenario_hash", "seed", "design", "callbacks")
    return {name: described[name] for name in names if name in described}


def damaged_tables(folder: Path, manifest: Manifest) -> list[str]:
    """The damaged or foreign final tables of a folder, in words."""
    told = [(folder / name, _damage_of_table(folder / name, table)) for name, table in (manifest.tables or {}).items()]
    wanted = table_stamp(manifest.described())
    told += [(path, _foreign(path, wanted, "table")) for path, problem in told if problem is None]
    return _told(told)


def _damage_of_table(path: Path, table: TableEntry) -> str | None:
    try:
        return None if checksum(path) == table.sha256 else "wrong checksum"
    except FileNotFoundError:
        return MISSING


def _foreign(path: Path, wanted: dict[str, Any], what: str) -> str | None:
    try:
        found = read_stamp(path)
    except OutputError:
        found = None
    if found is None:
        return f"no {what}"
    told = differences(_flat(found), _flat(wanted), tuple(_flat(wanted | found)))
    return f"of another experiment: {'; '.join(told)}" if told else None


def _is_there(path: Path) -> bool:
    try:
        with open_file(path):
            return True
    except FileNotFoundError:
        return False


def _told(problems: Iterable[tuple[Path, str | None]]) -> list[str]:
    return [f"{shown(path)} ({problem})" for path, problem in problems if problem is not None]


def _flat(found: Mapping[str, Any]) -> dict[str, Any]:
    versions = found.get("versions")
    return {name: entry for name, entry in found.items() if name != "versions"} | (
        versions if isinstance(versions, dict) else {}
    )
