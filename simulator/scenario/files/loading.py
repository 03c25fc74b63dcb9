"""Load a scenario from a file, a shipped name, a mapping or an upload."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from simulator.scenario.files.inheritance import Layer, layers, named_shipped
from simulator.scenario.files.overlays import Overlay, assembled
from simulator.scenario.files.shipped import SUITES, shipped_folder, shipped_names, shipped_path
from simulator.scenario.files.suite_file import refuse_suites
from simulator.scenario.files.upload import Upload
from simulator.scenario.scenario import Scenario
from simulator.scenario.text.problems import Problem, ScenarioError, describe, nearest
from simulator.scenario.text.reading import read_file
from simulator.scenario.text.tree import Node, from_python

Named = str | os.PathLike[str] | Upload
"""What can be opened: a path, the name of what is shipped, or an upload."""


class Opened(NamedTuple):
    """What was opened: its tree, where it stands, and what it may name."""

    tree: Node
    folder: Path
    """The folder in which names are looked up first."""
    shown: str
    """How messages call it; empty for a mapping."""
    file: Path | None
    shipped_only: bool

    def layers(self) -> list[Layer]:
        """It and all that it extends; raises ScenarioError."""
        chain = () if self.file is None else (self.file,)
        return layers(self.tree, self.folder, self.shown, chain, shipped_only=self.shipped_only)


def load(source: Named | Mapping[str, Any], overlays: Sequence[Named] = (), *, shipped_only: bool = False) -> Scenario:
    """The scenario of a path, of the name of a shipped scenario, of a mapping or of an upload, under overlays.

    Overlays are paths, shipped names or uploads of scenarios that extend others. What they say themselves is laid over
    the scenario in the order given, and what the overlays that they extend say; not the whole scenario they were
    written for, nor what is there already. Roles that overlays speak of (`role: pilot`) are those of this scenario;
    where nobody is in one, a `ScenarioWarning` says so. Name and description stay. Uploads can extend shipped scenarios
    only; where `shipped_only`, names and mappings reach no other file either. Raises ScenarioError with every problem
    that was found, also for an overlay that changes nothing.
    """
    scenario = opened(source, shipped_only=shipped_only)
    stack = scenario.layers()
    refuse_suites(layer.own for layer in reversed(stack))
    if isinstance(overlays, str | os.PathLike | Upload) or not isinstance(overlays, Sequence):
        allowed = "allowed: a list of paths or of names of shipped scenarios"
        raise ScenarioError([Problem("overlays", f"found {describe(overlays)}", allowed)])
    over = [opened(overlay, shipped_only=shipped_only) for overlay in overlays]
    return Scenario.from_tree(assembled(stack, [Overlay(each.layers(), each.shown) for each in over]))


def opened(source: Named | Mapping[str, Any], *, shipped_only: bool = False) -> Opened:
    """What a path, a shipped name, a mapping or an upload holds; raises ScenarioError."""
    if isinstance(source, Upload):
        return Opened(source.read(), shipped_folder(), source.shown, None, True)
    if isinstance(source, Mapping):
        return Opened(from_python(source), shipped_folder() if shipped_only else Path(), "", None, shipped_only)
    path, shown = named_shipped((), Node(_written(source)), shipped_folder()) if shipped_only else locate(source)
    return Opened(read_file(path, shown), path.parent, shown, path.resolve(), shipped_only)


def locate(source: object) -> tuple[Path, str]:
    """The file of a path or shipped name, and how messages call it; raises ScenarioError where there is none."""
    written = _written(source)
    allowed = "allowed: the path of a scenario file, or the name of a shipped scenario"
    if not written or "\0" in written:
        raise ScenarioError([Problem("", f"found {written!r}", allowed)])
    path = Path(written)
    shipped = shipped_path(written)
    try:
        if shipped is not None and not path.is_file():
            return shipped, os.path.relpath(shipped) if shipped.is_relative_to(Path.cwd()) else str(shipped)
        exists = path.exists() or path.is_symlink()
    except OSError as error:
        problem = Problem("", f"cannot be read ({(error.strerror or str(error)).lower()})", allowed, file=written)
        raise ScenarioError([problem]) from None
    if not exists:
        near = nearest(written, [*shipped_names(), *shipped_names(SUITES)]) or nearest(path.stem, shipped_names())
        known = ", ".join(shipped_names()) or "none"
        raise ScenarioError([Problem("", "does not exist", f"{allowed} ({known})", near, file=written)])
    return path, written


def _written(source: object) -> str:
    """A path or name as text; raises ScenarioError."""
    written: object = os.fspath(source) if isinstance(source, str | os.PathLike) else source
    if not isinstance(written, str):
        allowed = "allowed: a path, the name of a shipped scenario, or a mapping"
        raise ScenarioError([Problem("", f"found {describe(written)}", allowed)])
    return written
