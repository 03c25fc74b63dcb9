"""The folder of a result: immutable shards under a manifest while it is computed, final tables when it ends."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.store.files import (
    OutputError,
    checksum,
    json_bytes,
    kind,
    lock,
    make_folder,
    reason,
    refuse_others,
    remove,
    replace,
    several,
    shown,
)
from simulator.store.identity import WHOLE, Identity, Part, refuse_callbacks
from simulator.store.manifest import (
    FINAL_TABLES,
    LONGEST_CAUSE,
    MANIFEST,
    Manifest,
    Shard,
    read_manifest,
    scenario_bytes,
    shard_name,
    write_manifest,
)
from simulator.store.shard_files import (
    MISSING,
    SHARDS,
    SUMMARY,
    damage,
    foreign,
    refuse_strange_places,
    set_aside,
    shards_in,
    stamp,
    table_stamp,
    temporaries_in,
)
from simulator.store.tables import read_column, read_tables, write_block, write_tables

if TYPE_CHECKING:
    import pyarrow as pa

    from simulator.store.blocks import Value
    from simulator.store.records import Records

Copies = Mapping[str, Shard]


class ResultWarning(UserWarning):
    """Something about a result that its reader has to know, though work went on."""


def check_folder(
    out: str | os.PathLike[str], identity: Identity, replications: int, part: Part = WHOLE, *, resume: bool = False
) -> None:
    """Make `out/<scenario>/` and see that this experiment can be written, or gone on with, there.

    Raises `OutputError` when it can't, or when that would mix or lose results.
    """
    _usable(_made(out, identity), identity, replications, part, resume=resume)


class ShardFolder:
    """A folder that one run is in charge of, and the shards in it.

    Each shard holds replications without a gap, and is a file that is written once. What it holds and its checksum
    stand in the manifest; a file that doesn't is no shard.
    """

    def __init__(self, folder: Path, identity: Identity, part: Part, temporary: object = None) -> None:
        self.folder = folder
        self.temporary = temporary
        self.shards: dict[str, Shard] = {}
        self.failed: list[dict[str, Any]] = []
        self.tables: dict[str, Any] = {}
        self.part = part
        self.requested = 0
        self.wall_seconds = 0.0
        self.jobs = 1
        self._described = identity.described()
        self._scenario = identity.scenario.resolved()
        self._scenario_bytes = scenario_bytes(self._scenario)
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
        copies: Copies | None = None,
        temporary: object = None,
    ) -> ShardFolder:
        """The folder `out/<scenario>/`, with the sound shards of an earlier run if `resume`, else without shards.

        `floor` is the number of replications that is certain, if `replications` are the most. A merge gives the
        `copies` that it makes: where an earlier one has got stuck it goes on. `temporary` is what removes the folder
        when the records that it gives are gone. Damaged shards are set aside, and a
        `ResultWarning` says so. Raises `OutputError` and `WriteError`.
        """
        folder = _made(out, identity)
        store = cls(folder, identity, part, temporary)
        try:
            manifest = _usable(folder, identity, replications, part, resume=resume, copies=copies)
            make_folder(folder / SHARDS)
            if manifest is not None and (resume or (copies is not None and _copied(manifest, copies))):
                store._take_over(manifest)
            store.requested = max(store.requested, replications if floor is None else floor)
            store._clear(manifest)
            store._write_manifest()
        except BaseException:
            store.close()
            raise
        return store

    def __enter__(self) -> ShardFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let other runs take charge; a temporary folder is that of the records alone from now on."""
        self.temporary = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def ranges(self) -> list[range]:
        """The replications that each shard holds, in order."""
        return [shard.numbers for shard in self._in_order()]

    @property
    def paths(self) -> list[Path]:
        """The files of the shards in replication order."""
        return [self.folder / SHARDS / shard.name for shard in self._in_order()]

    @property
    def count(self) -> int:
        """The number of replications in shards."""
        return sum(map(len, self.ranges))

    def keep(self, block: pa.Table) -> None:
        """Write a block as a shard; raises `WriteError`."""
        numbers = block.column("replication")
        first, last = numbers[0].as_py(), numbers[-1].as_py()
        path = self.folder / SHARDS / shard_name(first, last)
        replace(path, lambda file: write_block(block, file, stamp(self._described, first, last)))
        self.shards[path.name] = Shard(first=first, last=last, sha256=checksum(path))
        self._write_manifest()

    def take(self, source: Path, shard: Shard) -> None:
        """Copy a shard of another folder, unless it is here already; raises `OutputError` and `WriteError`."""
        if self.shards.get(shard.name) == shard:
            return
        try:
            content = source.read_bytes()
        except OSError as error:
            raise OutputError(f"cannot read {shown(source)}: {reason(error)}") from error
        if sha256(content).hexdigest() != shard.sha256:
            raise OutputError(f"{shown(source)} has changed while it was copied (wrong checksum)")
        replace(self.folder / SHARDS / shard.name, lambda file: file.write(content))
        self.shards[shard.name] = shard
        self._write_manifest()

    def measure(self, name: str) -> list[Value]:
        """One output measure of all replications in shards, in order."""
        return [value for path in self.paths for value in read_column(path, name)]

    def records(self) -> Records:
        """Write the final tables, and the records that read them; raises `WriteError`."""
        self.tables = write_tables(self.folder, self.paths, table_stamp(self._described))
        return read_tables(self.folder, self.paths, self.temporary)

    def conclude(self, jobs: int, summary: Callable[[], dict[str, Any]] | None) -> None:
        """Write summary and manifest, where the tables are written; raises `WriteError`.

        A part whose replications say too little alone has no summary.
        """
        self.jobs = jobs
        if summary is not None:
            content = json_bytes(summary())
            replace(self.folder / SUMMARY, lambda file: file.write(content))
        else:
            remove(self.folder / SUMMARY)
        self._write_manifest()

    def give_up(self) -> None:
        """Write down what has failed, where nothing succeeded; raises `WriteError`."""
        self._write_manifest()

    def manifest(self) -> dict[str, Any]:
        """The manifest as things stand."""
        content = self._described | ({} if self.part == WHOLE else {"shard": str(self.part)})
        content |= {
            "replications": self.count,
            "replications_requested": self.requested,
            "failed": [failure | {"cause": _writable(failure["cause"])} for failure in self.failed],
            "wall_seconds": round(self.wall_seconds, 3),
            "jobs": self.jobs,
            "shards": {shard.name: vars(shard) for shard in self._in_order()},
        }
        if self.tables:
            content["tables"] = self.tables
        return content | {"scenario": self._scenario}

    def _in_order(self) -> list[Shard]:
        return sorted(self.shards.values(), key=lambda shard: shard.first)

    def _take_over(self, manifest: Manifest) -> None:
        """Go on with what an earlier run has left."""
        self.requested = manifest.replications_requested
        self.wall_seconds = manifest.wall_seconds
        damaged = []
        for name, shard in manifest.in_order:
            path = self.folder / SHARDS / name
            problem = damage(path, shard, self._described)
            if problem is None:
                self.shards[name] = shard
            else:
                damaged.append(f"{name} ({problem})")
                if problem != MISSING:
                    set_aside(path)
        if damaged:
            _warn(
                f"{shown(self.folder)}: {len(damaged)} damaged shard{'s' if len(damaged) > 1 else ''} set aside, and "
                f"computed again: {several(damaged)}"
            )

    def _clear(self, manifest: Manifest | None) -> None:
        """Remove what a run that was killed has left, and the shards of a result that is computed anew.

        A file that isn't in the manifest and is no shard of this experiment comes from elsewhere, and is set aside.
        """
        known = manifest.shards if manifest is not None else {}
        for path in shards_in(self.folder):
            if path.name in self.shards:
                continue
            if path.name in known or foreign(path, self._described) is None:
                remove(path)
            else:
                set_aside(path)
                _warn(f"{shown(path)} is no shard of this experiment, and was set aside")
        for path in temporaries_in(self.folder):
            remove(path)

    def _write_manifest(self) -> None:
        write_manifest(self.folder, self.manifest(), self._scenario_bytes)


def _made(out: str | os.PathLike[str], identity: Identity) -> Path:
    """The folder of a result, which is made; raises `OutputError` where it can't be, or is a link."""
    folder = Path(out) / identity.scenario.name
    refuse_others(folder, "a folder")
    make_folder(folder)
    return folder


def _usable(
    folder: Path,
    identity: Identity,
    replications: int,
    part: Part,
    *,
    resume: bool,
    copies: Copies | None = None,
) -> Manifest | None:
    """The manifest of a folder in which this experiment can be written, or gone on with; raises `OutputError`."""
    refuse_strange_places(folder)
    manifest = read_manifest(folder)
    _refuse_unlisted(folder, manifest)
    if manifest is None:
        return None
    differences = manifest.differences_from(identity)
    before = manifest.replications_requested
    if manifest.part != part:
        named = [f"{'none' if one == WHOLE else one}" for one in (manifest.part, part)]
        differences.append(f"shard {named[0]}, now {named[1]}")
    if before > replications or (part != WHOLE and before != replications):
        differences.append(f"{before:,} replications, now {replications:,}")
    if resume:
        differences += manifest.differences_in_making(identity)
    if differences:
        raise OutputError(
            f"{shown(folder)} holds another result ({'; '.join(differences)}); choose another folder or delete that one"
        )
    if resume:
        refuse_callbacks(manifest.described(), "resume")
    elif manifest.shards and manifest.unfinished and (copies is None or not _copied(manifest, copies)):
        again = "add --resume to go on with it (resume=True in Python), or "
        if copies is not None:
            again = "go on with it by scaleup run --resume, or "
        if manifest.callbacks:
            again = ""
        raise OutputError(
            f"{shown(folder)} holds {manifest.replications:,} of {before:,} replications of a run that did not end; "
            f"{again}delete the folder to start again"
        )
    return manifest


def _refuse_unlisted(folder: Path, manifest: Manifest | None) -> None:
    """Raises `OutputError` where there is more that no manifest lists than a run that is killed can leave.

    That is one shard, written and not yet listed; and nothing before the first manifest.
    """
    known = {} if manifest is None else manifest.shards
    found = [path.name for path in shards_in(folder) if path.name not in known]
    if manifest is None:
        found += [name for name in (*FINAL_TABLES, SUMMARY) if kind(folder / name) is not None]
    if len(found) > (0 if manifest is None else 1):
        unlisted = f"no {MANIFEST} lists" if manifest is None else f"its {MANIFEST} does not list"
        raise OutputError(
            f"{shown(folder)} holds results that {unlisted} ({several(found)}); put the {MANIFEST} back that "
            "belongs to them, move them away, or choose another folder"
        )


def _copied(manifest: Manifest, copies: Copies) -> bool:
    """Whether all shards of a manifest are copies that a merge makes."""
    return all(copies.get(name) == shard for name, shard in manifest.shards.items())


def _writable(cause: str) -> str:
    return cause[:LONGEST_CAUSE].encode(errors="backslashreplace").decode()


def _warn(message: str) -> None:
    warnings.warn(message, ResultWarning, stacklevel=4)
