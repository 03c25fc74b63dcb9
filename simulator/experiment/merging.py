"""Putting together the parts of experiments that were shared out over machines, and reading results from folders."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.experiment.conditioning import ConditioningError, weighting
from simulator.experiment.files import OutputError
from simulator.experiment.manifest import MANIFEST, WHOLE, Identity, Part, gaps, read_manifest, written_ranges
from simulator.experiment.records import Records
from simulator.experiment.result import Result
from simulator.experiment.shards import (
    SHARDS,
    ResultWarning,
    ShardFolder,
    damaged_shards,
    damaged_tables,
    shard_paths,
)
from simulator.experiment.suite_result import SuiteResult, check_suite_folder, read_suite_json
from simulator.experiment.tables import read_tables
from simulator.experiment.workers import ReplicationError
from simulator.scenario import Member, Suite, load

Manifest = Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """A folder with one part of an experiment."""

    folder: Path
    manifest: Manifest

    @property
    def part(self) -> Part:
        """Which part it is."""
        return Part.read(self.manifest.get("shard", str(WHOLE)))

    @property
    def missing(self) -> list[range]:
        """The replications of the part that have not been tried yet."""
        tried = [range(of["first"], of["last"] + 1) for of in self.manifest["shards"].values()]
        tried += [range(of["replication"], of["replication"] + 1) for of in self.manifest["failed"]]
        numbers = self.part.numbers(self.manifest["replications_requested"])
        return gaps(sorted(tried, key=lambda of: of.start), numbers)


def read_result(folder: str | os.PathLike[str]) -> Result:
    """The result in `DIR/<scenario>/`; its long tables stay on the disk until they are asked for.

    Raises `OutputError` when there is none, or when it is unfinished or damaged.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    if manifest is None:
        raise OutputError(f"{folder} holds no result (no {MANIFEST}); give the folder DIR/<scenario> of a run")
    if "tables" not in manifest:
        raise OutputError(f"the result in {folder} is unfinished; go on with --resume")
    damaged = damaged_tables(folder, manifest)
    if damaged:
        raise OutputError(f"damaged: {', '.join(damaged)}; run again with --resume, which writes tables anew")
    return _result(manifest, read_tables(folder, shard_paths(folder, manifest)))


@dataclass(frozen=True)
class Merged:
    """What parts have given: results, why a scenario has none, and the suite of which all of them are, if so."""

    results: list[Result]
    refused: dict[str, Exception]
    suite: SuiteResult | None


def merge(sources: Iterable[str | os.PathLike[str]], out: str | os.PathLike[str]) -> list[Result]:
    """Put the shards of experiments together in `out/<scenario>/`, one result for each scenario.

    `sources` are the folders that were given as `out` to runs with `shard`, or `<scenario>` folders in them; of the
    parts of a suite its table is made too. Raises `OutputError` and writes nothing when a part is missing, doubled,
    unfinished, damaged, or of another experiment. A scenario all of whose replications have failed
    (`ReplicationError`), or with an observed pilot that too few of all parts are like (`ConditioningError`; shards are
    kept), leaves the others alone: a `ResultWarning` tells, and it is raised only when there are no others.
    """
    merged = merge_all(sources, out)
    if not merged.results:
        raise next(iter(merged.refused.values()))
    for name, error in merged.refused.items():
        warnings.warn(f"{name} has no result: {error}", ResultWarning, stacklevel=2)
    return merged.results


def merge_all(sources: Iterable[str | os.PathLike[str]], out: str | os.PathLike[str]) -> Merged:
    """As `merge`, telling of scenarios without a result instead of raising."""
    folders = [Path(source) for source in sources]
    found = _found(folders)
    problems = [problem for parts in found.values() for problem in _problems(parts)]
    if problems:
        raise OutputError("can't merge:\n" + "\n".join(f"- {problem}" for problem in problems))
    told = _suite_told(folders, found)
    if told is not None:
        check_suite_folder(out, told["suite"])
    results: dict[str, Result] = {}
    refused: dict[str, Exception] = {}
    for name, parts in found.items():
        try:
            results[name] = _merged(parts, out)
        except (ReplicationError, ConditioningError) as error:
            refused[name] = error
    if told is None or not results:
        return Merged(list(results.values()), refused, None)
    scenarios = {name: load(parts[0].manifest["scenario"]) for name, parts in found.items()}
    members = tuple(Member(scenarios[name], swept) for name, swept in told["members"].items() if name in found)
    suite = Suite(told["suite"], told["description"], told["baseline"], members, tuple(told["measures"]))
    result = SuiteResult(suite, results, refused)
    result.write(out)
    return Merged(list(result.results.values()), refused, result)


def _suite_told(folders: Sequence[Path], found: Iterable[str]) -> dict[str, Any] | None:
    """What `suite.json` tells of the suite whose parts these folders hold; None where they are not all of one."""
    told = [read_suite_json(folder) for folder in folders]
    first = told[0]
    if first is None or any(of is None or _definition(of) != _definition(first) for of in told):
        return None
    return first if set(found) <= set(first["members"]) else None


def _definition(told: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(told[key] for key in ("suite", "baseline", "members", "measures"))


def _found(sources: Iterable[str | os.PathLike[str]]) -> dict[str, list[Source]]:
    """The parts in these folders by scenario."""
    found: dict[str, list[Source]] = {}
    for source in map(Path, sources):
        places = [source / MANIFEST] if (source / MANIFEST).exists() else sorted(source.glob(f"*/{MANIFEST}"))
        folders = [place.parent for place in places]
        if not folders:
            raise OutputError(f"{source} holds no result (no {MANIFEST} in it or one folder below)")
        for folder in folders:
            manifest = read_manifest(folder) or {}
            found.setdefault(manifest["name"], []).append(Source(folder, manifest))
    return found


def _problems(parts: Sequence[Source]) -> list[str]:
    """Why these parts of one scenario can't be merged, in words."""
    first = parts[0]
    identity = _identity(first.manifest)
    problems: list[str] = []
    for part in parts:
        differences = identity.differences(part.manifest)
        differences += [f"here {of}" for of in identity.differences_in_making(part.manifest)]
        for name, before, now in (
            ("replications", first.manifest["replications_requested"], part.manifest["replications_requested"]),
            ("number of shards", first.part.of, part.part.of),
        ):
            if before != now:
                differences.append(f"{name} {now:,} instead of {before:,}")
        if differences:
            problems.append(f"{part.folder} is of another experiment than {first.folder} ({'; '.join(differences)})")
    if problems:
        return problems
    total, of = first.manifest["replications_requested"], first.part.of
    hopeless = _hopeless(parts)
    for index in range(1, of + 1):
        wanted = Part(index, of)
        folders = [str(source.folder) for source in parts if source.part == wanted]
        if not folders:
            numbers = written_ranges([wanted.numbers(total)])
            problems.append(f"shard {wanted} of {identity.scenario.name} is missing (replications {numbers})")
        elif len(folders) > 1:
            problems.append(f"shard {wanted} is there more than once: {', '.join(folders)}")
    for source in parts:
        if source.missing and not hopeless:
            problems.append(
                f"shard {source.part} in {source.folder} is unfinished: replications {written_ranges(source.missing)} "
                "are missing; run it again with --resume"
            )
        damaged = damaged_shards(source.folder, source.manifest)
        if damaged:
            problems.append(f"shard {source.part} is damaged: {', '.join(damaged)}; run it again with --resume")
    return problems


def _hopeless(parts: Sequence[Source]) -> bool:
    """Whether every part was given up, as all that was tried of it has failed."""
    return all(source.manifest["failed"] and not source.manifest["shards"] for source in parts)


def _merged(parts: Sequence[Source], out: str | os.PathLike[str]) -> Result:
    """The result of all parts, written; raises `ReplicationError` and `ConditioningError` where there is none."""
    first = parts[0].manifest
    if _hopeless(parts):
        raise ReplicationError(**first["failed"][0])
    identity = _identity(first)
    target = Path(out) / identity.scenario.name
    for source in parts:
        if target.exists() and target.samefile(source.folder):
            raise OutputError(f"{target} is one of the folders to merge; give another one to --out")
    with ShardFolder.open(out, identity, first["replications_requested"]) as store:
        for source in parts:
            for name, of in source.manifest["shards"].items():
                store.take(source.folder / SHARDS / name, of)
            store.failed += source.manifest["failed"]
            store.wall_seconds += source.manifest["wall_seconds"]
        weighting(identity.scenario, store)  # before tables are written, as in a single run
        result = _result(store.manifest(), store.records())
        store.conclude(result)
    return result


def _identity(manifest: Manifest) -> Identity:
    return Identity(
        load(manifest["scenario"]),
        manifest["seed"],
        manifest["engine"],
        manifest["design"],
        tuple(manifest.get("callbacks", ())),
    )


def _result(manifest: Manifest, records: Records) -> Result:
    identity = _identity(manifest)
    part = Part.read(manifest.get("shard", str(WHOLE)))
    result = Result(
        identity.scenario,
        records,
        seed=identity.seed,
        engine=identity.engine,
        jobs=manifest.get("jobs", 1),
        requested=len(part.numbers(manifest["replications_requested"])),
        wall_seconds=manifest["wall_seconds"],
    )
    result.design, result.callbacks = identity.design, identity.callbacks
    result.failures = tuple(ReplicationError(**of) for of in manifest["failed"])
    return result
