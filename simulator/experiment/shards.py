"""The folder of a result: immutable shards under a manifest while it is computed, final tables when it ends."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.experiment.files import OutputError, checksum, json_bytes, lock, make_folder, replace
from simulator.experiment.manifest import (
    WHOLE,
    Identity,
    Part,
    read_manifest,
    refuse_callbacks,
    scenario_bytes,
    write_manifest,
)
from simulator.experiment.tables import read_column, read_tables, write_block, write_tables

if TYPE_CHECKING:
    import pyarrow as pa

    from simulator.experiment.blocks import Value
    from simulator.experiment.records import Records
    from simulator.experiment.result import Result

SHARDS = "shards"
SUMMARY = "summary.json"
ASIDE = "damaged-"


class ResultWarning(UserWarning):
    """Something about a result that its reader has to know, though work went on."""


def check_folder(
    out: str | os.PathLike[str], identity: Identity, replications: int, part: Part = WHOLE, *, resume: bool = False
) -> Path:
    """Make `out/<scenario>/` and see that this experiment can be written, or gone on with, there.

    Raises `OutputError` when it can't, or when that would mix or lose results.
    """
    folder = Path(out) / identity.scenario.name
    make_folder(folder)
    manifest = read_manifest(folder)
    if manifest is None:
        return folder
    differences = identity.differences(manifest)
    before = manifest["replications_requested"]
    if manifest.get("shard", str(WHOLE)) != str(part):
        differences.append(f"shard {manifest.get('shard', 'none')}, now {'none' if part == WHOLE else part}")
    if before > replications or (part != WHOLE and before != replications):
        differences.append(f"{before:,} replications, now {replications:,}")
    if resume:
        differences += identity.differences_in_making(manifest)
    if differences:
        raise OutputError(
            f"{folder} holds another result ({'; '.join(differences)}); choose another folder or delete that one"
        )
    if resume:
        refuse_callbacks(manifest, "resume")
    elif manifest["shards"] and unfinished(manifest):
        raise OutputError(
            f"{folder} holds {manifest['replications']:,} of {before:,} replications of a run that did not end; "
            "add --resume to go on with it (resume=True in Python), or delete the folder to start again"
        )
    return folder


class ShardFolder:
    """A folder that one run is in charge of, and the shards in it.

    Each shard holds replications without a gap, and is a file that is written once. What it holds and its checksum
    stand in the manifest; a file that doesn't is no shard.
    """

    def __init__(self, folder: Path, described: Mapping[str, Any], scenario: Mapping[str, Any]) -> None:
        self.folder = folder
        self.shards: dict[str, dict[str, Any]] = {}
        self.failed: list[dict[str, Any]] = []
        self.tables: dict[str, Any] = {}
        self.part = Part.read(described.get("shard", str(WHOLE)))
        self.requested = 0
        self.wall_seconds = 0.0
        self.jobs = 1
        self._described = dict(described)
        self._scenario = dict(scenario)
        self._scenario_bytes = scenario_bytes(scenario)
        self._lock = lock(folder)

    @classmethod
    def open(
        cls,
        out: str | os.PathLike[str],
        identity: Identity,
        replications: int,
        part: Part = WHOLE,
        *,
        resume: bool = False,
        floor: int | None = None,
    ) -> ShardFolder:
        """The folder `out/<scenario>/`, with the sound shards of an earlier run if `resume`, else without shards.

        `floor` is the number of replications that is certain, if `replications` are the most. Damaged shards are set
        aside, and a `ResultWarning` says so. Raises `OutputError`.
        """
        folder = check_folder(out, identity, replications, part, resume=resume)
        described = identity.described() | ({} if part == WHOLE else {"shard": str(part)})
        store = cls(folder, described, identity.scenario.resolved())
        try:
            make_folder(folder / SHARDS)
            manifest = read_manifest(folder)
            if resume and manifest is not None:
                store._take_over(manifest)
            store.requested = max(store.requested, replications if floor is None else floor)
            store._write_manifest()
            store._clear()
        except BaseException:
            store.close()
            raise
        return store

    def __enter__(self) -> ShardFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let other runs take charge."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def ranges(self) -> list[range]:
        """The replications that each shard holds, in order."""
        return [range(of["first"], of["last"] + 1) for of in self._in_order()]

    @property
    def paths(self) -> list[Path]:
        """The files of the shards in replication order."""
        return [self.folder / SHARDS / of["file"] for of in self._in_order()]

    @property
    def count(self) -> int:
        """The number of replications in shards."""
        return sum(map(len, self.ranges))

    def keep(self, block: pa.Table) -> None:
        """Write a block as a shard; raises `WriteError`."""
        numbers = block.column("replication")
        first, last = numbers[0].as_py(), numbers[-1].as_py()
        path = self._path(first, last)
        replace(path, lambda file: write_block(block, file))
        self._enter(first, last, path)

    def take(self, shard: Path, entry: Mapping[str, Any]) -> None:
        """Copy a shard of another folder, which has this entry in the manifest there; raises `WriteError`."""
        path = self._path(entry["first"], entry["last"])
        replace(path, lambda file: file.write(shard.read_bytes()))
        self.shards[path.name] = dict(entry)
        problem = damage(path, entry)
        if problem is not None:
            raise OutputError(f"{shard} has changed while it was copied ({problem})")
        self._write_manifest()

    def measure(self, name: str) -> list[Value]:
        """One output measure of all replications in shards, in order."""
        return [value for path in self.paths for value in read_column(path, name)]

    def records(self) -> Records:
        """Write the final tables, and the records that read them; raises `WriteError`."""
        self.tables = write_tables(self.folder, self.paths)
        return read_tables(self.folder, self.paths)

    def conclude(self, result: Result) -> None:
        """Write the summary and the manifest of a result whose tables are written; raises `WriteError`.

        A part whose replications say too little alone has no summary.
        """
        self.jobs = result.jobs
        if result.estimable or self.part == WHOLE:
            summary = json_bytes(result.as_dict())
            replace(self.folder / SUMMARY, lambda file: file.write(summary))
        else:
            (self.folder / SUMMARY).unlink(missing_ok=True)
        self._write_manifest()

    def give_up(self) -> None:
        """Write down what has failed, where nothing succeeded; raises `WriteError`."""
        self._write_manifest()

    def manifest(self) -> dict[str, Any]:
        """The manifest as things stand."""
        content = self._described | {
            "replications": self.count,
            "replications_requested": self.requested,
            "failed": self.failed,
            "wall_seconds": round(self.wall_seconds, 3),
            "jobs": self.jobs,
            "shards": {of["file"]: self.shards[of["file"]] for of in self._in_order()},
        }
        if self.tables:
            content["tables"] = self.tables
        return content | {"scenario": self._scenario}

    def _path(self, first: int, last: int) -> Path:
        return self.folder / SHARDS / f"{first:08d}-{last:08d}.parquet"

    def _in_order(self) -> list[dict[str, Any]]:
        return sorted(({"file": name} | of for name, of in self.shards.items()), key=lambda of: of["first"])

    def _enter(self, first: int, last: int, path: Path) -> None:
        self.shards[path.name] = {"first": first, "last": last, "sha256": checksum(path)}
        self._write_manifest()

    def _take_over(self, manifest: Mapping[str, Any]) -> None:
        """Go on with what an earlier run has left."""
        self.requested = int(manifest["replications_requested"])
        self.wall_seconds = float(manifest.get("wall_seconds", 0.0))
        damaged = []
        for name, of in manifest["shards"].items():
            problem = damage(self.folder / SHARDS / name, of)
            if problem is None:
                self.shards[name] = of
            else:
                damaged.append(f"{name} ({problem})")
                set_aside(self.folder / SHARDS / name)
        if damaged:
            warnings.warn(
                f"{self.folder}: {len(damaged)} damaged shard{'s' if len(damaged) > 1 else ''} set aside, and computed "
                f"again: {', '.join(damaged)}",
                ResultWarning,
                stacklevel=2,
            )

    def _clear(self) -> None:
        """Remove what is no shard: files of a run that was killed, or of a result that is computed anew."""
        shards = self.folder / SHARDS
        left = [path for path in shards.glob("*.parquet") if path.name not in self.shards]
        left += [*shards.glob(".*.parquet.*"), *self.folder.glob(".*.parquet.*"), *self.folder.glob(".*.json.*")]
        for path in left:
            if not path.name.startswith(ASIDE):
                path.unlink()

    def _write_manifest(self) -> None:
        write_manifest(self.folder, self.manifest(), self._scenario_bytes)


def unfinished(manifest: Mapping[str, Any]) -> bool:
    """Whether a run was stopped before all its replications had been tried, or before its tables were written."""
    part = Part.read(manifest.get("shard", str(WHOLE)))
    tried = manifest["replications"] + len(manifest["failed"])
    return "tables" not in manifest or tried < len(part.numbers(manifest["replications_requested"]))


def damage(path: Path, entry: Mapping[str, Any]) -> str | None:
    """What is wrong with a shard, in words; None when it is as the manifest says."""
    if not path.is_file():
        return "missing"
    return None if checksum(path) == entry["sha256"] else "wrong checksum"


def set_aside(path: Path) -> None:
    """Rename a damaged shard, so that it can be looked at; an earlier one of its name is replaced."""
    if path.is_file():
        path.replace(path.with_name(ASIDE + path.name))


def shard_paths(folder: Path, manifest: Mapping[str, Any]) -> list[Path]:
    """The files of the shards in replication order."""
    shards = sorted(manifest["shards"].items(), key=lambda item: int(item[1]["first"]))
    return [folder / SHARDS / name for name, _ in shards]


def damaged_shards(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    """The damaged shards of a folder, in words."""
    return _damaged({folder / SHARDS / name: of for name, of in manifest["shards"].items()})


def damaged_tables(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    """The damaged final tables of a folder, in words."""
    return _damaged({folder / name: of for name, of in manifest["tables"].items()})


def _damaged(entries: Mapping[Path, Mapping[str, Any]]) -> list[str]:
    problems = ((path, damage(path, of)) for path, of in entries.items())
    return [f"{path} ({problem})" for path, problem in problems if problem is not None]
