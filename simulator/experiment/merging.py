"""Putting together the parts of experiments that were shared out over machines, and reading results from folders."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.experiment.experiment import keep
from simulator.results.account import Account, ReplicationError
from simulator.results.conditioning import ConditioningError
from simulator.results.result import Result
from simulator.results.suite_result import SuiteResult, ToldSuite, check_suite_folder, read_suite_json
from simulator.scenario import Member, Suite
from simulator.store.files import OutputError, advising, reason, several, shown
from simulator.store.identity import Identity, Part, gaps, written_ranges
from simulator.store.manifest import MANIFEST, Manifest, read_manifest
from simulator.store.records import Records
from simulator.store.shard_files import damaged_shards, damaged_tables, foreign_shards, shard_paths
from simulator.store.shards import ResultWarning, ShardFolder
from simulator.store.tables import read_tables

MOST_TOLD = 12
"""Problems of one kind that are told one by one."""


@dataclass(frozen=True)
class Source:
    """A folder with one part of an experiment."""

    folder: Path
    manifest: Manifest
    identity: Identity

    @property
    def missing(self) -> list[range]:
        """The replications of the part that have not been tried yet."""
        tried = [shard.numbers for shard in self.manifest.shards.values()]
        tried += [range(failure.replication, failure.replication + 1) for failure in self.manifest.failed]
        return gaps(sorted(tried, key=lambda numbers: numbers.start), self.manifest.numbers)


def read_result(folder: str | os.PathLike[str]) -> Result:
    """The result in `DIR/<scenario>/`; its long tables stay on the disk until they are asked for.

    Raises `OutputError` when there is none, or when it is unfinished or damaged.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    if manifest is None:
        raise OutputError(f"{shown(folder)} holds no result (no {MANIFEST}); give the folder DIR/<scenario> of a run")
    identity = manifest.identity(folder / MANIFEST)
    if manifest.tables is None:
        raise OutputError(f"the result in {shown(folder)} is unfinished; go on with --resume")
    damaged = damaged_tables(folder, manifest)
    if damaged:
        raise OutputError(f"damaged: {several(damaged)}; run again with --resume, which writes tables anew")
    foreign = foreign_shards(folder, manifest)
    if foreign:
        raise OutputError(f"damaged: {several(foreign)}; run again with --resume, which computes them anew")
    records = read_tables(folder, shard_paths(folder, manifest))
    if records.count != manifest.replications:
        raise OutputError(
            f"{shown(folder)} has tables of {records.count:,} replications, and {MANIFEST} says "
            f"{manifest.replications:,}; run again with --resume, which writes tables anew"
        )
    return _result(identity, manifest, records)


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
    with advising("parts are left as they are: mend the cause (is the disk full?), then merge again"):
        return _merge_all([Path(source) for source in sources], Path(out))


def _merge_all(folders: Sequence[Path], out: Path) -> Merged:
    if not folders:
        raise OutputError("there is nothing to merge; give the folders of the parts")
    found = _found(folders)
    problems = [problem for parts in found.values() for problem in _problems(parts)]
    if problems:
        raise OutputError("can't merge:\n" + "\n".join(f"- {problem}" for problem in problems))
    told = _suite_told(folders, found)
    if told is not None:
        check_suite_folder(out, told.suite)
    for parts in found.values():
        _refuse_sources(parts, out)
    results: dict[str, Result] = {}
    refused: dict[str, Exception] = {}
    for name, parts in found.items():
        try:
            results[name] = _merged(parts, out)
        except (ReplicationError, ConditioningError) as error:
            refused[name] = error
    if told is None or not results:
        return Merged(list(results.values()), refused, None)
    scenarios = {name: parts[0].identity.scenario for name, parts in found.items()}
    members = tuple(Member(scenarios[name], swept) for name, swept in told.members.items() if name in found)
    suite = Suite(told.suite, told.description, told.baseline, members, tuple(told.measures))
    result = SuiteResult(suite, results, refused)
    result.write(out)
    return Merged(list(result.results.values()), refused, result)


def _suite_told(folders: Sequence[Path], found: Iterable[str]) -> ToldSuite | None:
    """What `suite.json` tells of the suite whose parts these folders hold; None where they are not all of one."""
    told = [read_suite_json(folder) for folder in folders]
    first = told[0]
    if first is None or any(other is None or other.definition != first.definition for other in told):
        return None
    return first if set(found) <= set(first.members) else None


def _found(sources: Iterable[Path]) -> dict[str, list[Source]]:
    """The parts in these folders by scenario."""
    found: dict[str, list[Source]] = {}
    for source in sources:
        try:
            places = [source / MANIFEST] if (source / MANIFEST).exists() else sorted(source.glob(f"*/{MANIFEST}"))
        except (OSError, ValueError) as error:
            raise OutputError(f"cannot read {shown(source)}: {reason(error)}") from error
        parts = [(place.parent, read_manifest(place.parent)) for place in places]
        if not parts:
            raise OutputError(f"{shown(source)} holds no result (no {MANIFEST} in it or one folder below)")
        for folder, manifest in parts:
            if manifest is None:
                raise OutputError(f"{shown(folder)} holds no result: {MANIFEST} in it leads nowhere")
            identity = manifest.identity(folder / MANIFEST)
            found.setdefault(manifest.name, []).append(Source(folder, manifest, identity))
    return found


def _problems(parts: Sequence[Source]) -> list[str]:
    """Why these parts of one scenario can't be merged, in words."""
    first = parts[0]
    problems: list[str] = []
    for part in parts:
        differences = part.manifest.differences_from(first.identity)
        differences += [f"here {difference}" for difference in part.manifest.differences_in_making(first.identity)]
        for name, before, now in (
            ("replications", first.manifest.replications_requested, part.manifest.replications_requested),
            ("number of shards", first.manifest.part.of, part.manifest.part.of),
        ):
            if before != now:
                differences.append(f"{name} {now:,} instead of {before:,}")
        if differences:
            problems.append(
                f"{shown(part.folder)} is of another experiment than {shown(first.folder)} ({'; '.join(differences)})"
            )
    if problems:
        return problems
    problems = _missing_and_doubled(parts)
    hopeless = _hopeless(parts)
    for source in parts:
        if source.missing and not hopeless:
            problems.append(
                f"shard {source.manifest.part} in {shown(source.folder)} is unfinished: replications "
                f"{written_ranges(source.missing)} are missing; run it again with --resume"
            )
        damaged = damaged_shards(source.folder, source.manifest)
        if damaged:
            problems.append(f"shard {source.manifest.part} is damaged: {several(damaged)}; run it again with --resume")
    return problems


def _missing_and_doubled(parts: Sequence[Source]) -> list[str]:
    """Parts that are not there, or more than once, in words."""
    first = parts[0].manifest
    folders: dict[int, list[str]] = {}
    for source in parts:
        folders.setdefault(source.manifest.part.index, []).append(shown(source.folder))
    in_all = first.part.of
    missing = [index for index in range(1, min(in_all, len(folders) + MOST_TOLD) + 1) if index not in folders]
    missing = missing[:MOST_TOLD]
    told = []
    for index in sorted({*missing, *folders}):
        if index in missing:
            numbers = written_ranges([Part(index, in_all).numbers(first.replications_requested)])
            told.append(f"shard {Part(index, in_all)} of {first.name} is missing (replications {numbers})")
        elif len(folders[index]) > 1:
            told.append(f"shard {Part(index, in_all)} is there more than once: {', '.join(folders[index])}")
    more = in_all - len(folders) - len(missing)
    return [*told, f"and {more:,} more shards are missing"] if more else told


def _hopeless(parts: Sequence[Source]) -> bool:
    """Whether every part was given up, as all that was tried of it has failed."""
    return all(source.manifest.failed and not source.manifest.shards for source in parts)


def _refuse_sources(parts: Sequence[Source], out: Path) -> None:
    """Raises `OutputError` where what would be written to is what is merged, under whatever name."""
    target = out / parts[0].manifest.name
    place = target.resolve()
    for source in parts:
        for path in (source.folder, *shard_paths(source.folder, source.manifest)):
            if path.resolve().is_relative_to(place):
                raise OutputError(f"{shown(target)} is one of the folders to merge; give another one to --out")


def _merged(parts: Sequence[Source], out: Path) -> Result:
    """The result of all parts, written; raises `ReplicationError` and `ConditioningError` where there is none."""
    first, identity = parts[0].manifest, parts[0].identity
    if _hopeless(parts):
        raise ReplicationError(**vars(first.failed[0]))
    copies = {name: shard for source in parts for name, shard in source.manifest.in_order}
    with ShardFolder.open(out, identity, first.replications_requested, copies=copies) as store:
        for source in parts:
            for path in shard_paths(source.folder, source.manifest):
                store.take(path, copies[path.name])
        store.failed = [vars(failure) for source in parts for failure in source.manifest.failed]
        store.wall_seconds = sum(source.manifest.wall_seconds for source in parts)
        records = store.records()
        result = _result(identity, Manifest.model_validate(store.manifest()), records)
        keep(store, result, whole=True)
    if not result.estimable:
        raise ConditioningError(result.refusal, result.unweighted)
    return result


def _result(identity: Identity, manifest: Manifest, records: Records) -> Result:
    account = Account(
        seed=identity.seed,
        engine=identity.engine,
        design=identity.design,
        callbacks=identity.callbacks,
        jobs=manifest.jobs,
        requested=len(manifest.numbers),
        wall_seconds=manifest.wall_seconds,
        failures=tuple(ReplicationError(**vars(failure)) for failure in manifest.failed),
    )
    return Result(identity.scenario, records, account)
