"""Runs that an analysis needs: simulated as one batch, or taken from where an earlier command left them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from simulator.experiment.interruption import Interrupted
from simulator.experiment.merging import read_result
from simulator.results.conditioning import ConditioningError
from simulator.store.files import OutputError, entries, kind, shown
from simulator.store.identity import WHOLE, Identity, versions
from simulator.store.manifest import MANIFEST, Manifest, read_manifest

if TYPE_CHECKING:
    from simulator.experiment.batch import Looks
    from simulator.experiment.settings import Settings
    from simulator.results.result import Result
    from simulator.scenario import Scenario


FRESH: Final = 1_000_003
"""How far the seed of fresh replications, or of other luck, is from that of the others."""


def stopped_before(
    name: str, what: str, settings: Settings, kept: str = "what was finished is kept, and the same call goes on with it"
) -> Interrupted:
    """What to raise where an interruption of the analysis `name` came before `what`; `kept` is what a folder holds."""
    told = f"{name}: interrupted before {what}"
    return Interrupted(told if settings.folder is None else f"{told}; {kept}")


@dataclass(frozen=True)
class Runs:
    """Results by name of the scenario; `refused` says why others have none, `reused` which were not simulated again.

    An interruption leaves out what had not begun.
    """

    results: dict[str, Result]
    refused: dict[str, Exception] = field(default_factory=dict)
    reused: tuple[str, ...] = ()
    interrupted: bool = False


def runs(
    scenarios: Sequence[Scenario],
    settings: Settings,
    name: str,
    before: Callable[[], None] | None = None,
    looks: Looks | None = None,
) -> Runs:
    """The results of scenarios, no name twice among them, for the analysis `name`.

    With a folder (`settings.folder`) what lies there of the same scenario, seed and replications is used as it is, and
    what is unfinished, or of fewer replications, is gone on with. `before` is called when the rest has been found fit
    to be run, before anything is computed, if anything has to be. With `looks` all of them stop together, at one of
    these. Results that an observed pilot can't be used for are there, unweighted.

    Raises what `run` raises, but for what has been refused.
    """
    from simulator.experiment.batch import Batch

    found = {scenario.name: None if looks else kept(scenario, settings) for scenario in scenarios}
    there = {key: result for key, result in found.items() if result is not None}
    missing = [scenario for scenario in scenarios if scenario.name not in there]
    if not missing:
        return Runs(there, reused=tuple(there))
    batch = Batch(missing, replace(settings, resume=settings.folder is not None), looks=looks)
    if before is not None and batch.simulates:
        before()
    complete = batch.run(missing[0].name if len(missing) == 1 else name)
    unweighted = {
        key: error.result
        for key, error in batch.refused.items()
        if isinstance(error, ConditioningError) and error.result is not None
    }
    given = there | batch.results | unweighted
    return Runs(
        {scenario.name: given[scenario.name] for scenario in scenarios if scenario.name in given},
        {key: error for key, error in batch.refused.items() if key not in unweighted},
        tuple(there),
        not complete,
    )


def kept(scenario: Scenario, settings: Settings) -> Result | None:
    """The result of just this experiment that lies in the folder; None where it is not whole, or another's, or none."""
    if settings.folder is None:
        return None
    folder = settings.folder / scenario.name
    manifest = read_manifest(folder)
    if manifest is None or not is_whole(manifest) or manifest.failed:
        return None
    identity = Identity(scenario, settings.seed, settings.engine, settings.design)
    if manifest.replications_requested != settings.replications or manifest.differences_from(identity):
        return None
    if manifest.differences_in_making(identity):
        return None
    try:
        return read_result(folder)
    except OutputError:  # damaged: going on mends it
        return None


def is_whole(manifest: Manifest) -> bool:
    """Whether all replications of an experiment have been tried, in one place."""
    return manifest.part == WHOLE and not manifest.unfinished


def result_folder(source: str | Path) -> Path | None:
    """The folder of a result that a command line names, itself or by the only result in it; None where it names none.

    The name of a shipped scenario is not that of a folder. Raises `OutputError` for a folder without a result, or with
    several.
    """
    from simulator.scenario import shipped_path

    path = Path(source)
    if shipped_path(str(source)) is not None or kind_of(path) != "a folder":
        return None
    if kind(path / MANIFEST) is not None:
        return path
    below = [each for each in sorted(entries(path)) if kind(each / MANIFEST) is not None]
    if len(below) == 1:
        return below[0]
    if below:
        raise OutputError(f"{shown(path)} holds several results; name those you mean: {', '.join(map(shown, below))}")
    raise OutputError(f"{shown(path)} holds no result (no {MANIFEST} in it or one folder below)")


def kind_of(path: Path) -> str | None:
    """What lies at a path, links followed: a result may lie behind one, as only what is written must not."""
    try:
        return "a folder" if path.is_dir() else "something else" if path.exists() else None
    except (OSError, ValueError):
        return None


@dataclass(frozen=True)
class Stored:
    """A result that an earlier command left in a folder, and the versions that computed it."""

    folder: Path
    result: Result
    versions: Mapping[str, str | None]

    @classmethod
    def read(cls, folder: Path) -> Stored:
        """The result in a folder; raises `OutputError` where there is none, or it is a part, unfinished or damaged."""
        manifest = read_manifest(folder)
        if manifest is None:
            raise OutputError(f"{shown(folder)} holds no result (no {MANIFEST})")
        if manifest.part != WHOLE:
            raise OutputError(f"{shown(folder)} holds part {manifest.part} alone; put all together with scaleup merge")
        return cls(folder, read_result(folder), manifest.versions)


def refuse_other_versions(found: Sequence[Stored], *, beside_new: bool) -> None:
    """Raises `OutputError` where results come from different versions, whose digits may differ.

    Those of this process are among them if something is simulated `beside_new`.
    """
    if not found:
        return
    than, theirs = ("what would be simulated beside it", versions()) if beside_new else ("", found[0].versions)
    for one in found:
        changed = [name for name, version in theirs.items() if one.versions.get(name) != version]
        if changed:
            other = than or f"{shown(found[0].folder)} was"
            raise OutputError(
                f"{shown(one.folder)} was computed by other versions than {other} ({', '.join(changed)}): run both "
                "again in one place"
            )
