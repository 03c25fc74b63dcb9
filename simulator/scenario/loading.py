"""Load a scenario from a file, a shipped name or a mapping."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from simulator.scenario.inheritance import layers, merged, put_over, read_layers
from simulator.scenario.problems import Problem, ScenarioError, describe, nearest
from simulator.scenario.scenario import Scenario
from simulator.scenario.shipped import SUITES, shipped_names, shipped_path
from simulator.scenario.suite_file import refuse_suites
from simulator.scenario.tree import from_python


def load(
    source: str | os.PathLike[str] | Mapping[str, Any], overlays: Sequence[str | os.PathLike[str]] = ()
) -> Scenario:
    """The scenario of a path, of the name of a shipped scenario, or of a mapping, with overlays laid over it.

    Overlays are paths or shipped names of scenarios that extend others. What they say themselves is laid over the
    scenario in the order given, and what the overlays that they extend say; not the whole scenario they were written
    for, nor what is there already. Name and description stay. Raises ScenarioError with every problem that was found.
    """
    if isinstance(source, Mapping):
        stack = layers(from_python(source), Path())
    else:
        stack = read_layers(*locate(source))
    refuse_suites(layer.own for layer in reversed(stack))
    if isinstance(overlays, str | os.PathLike) or not isinstance(overlays, Sequence):
        allowed = "allowed: a list of paths or of names of shipped scenarios"
        raise ScenarioError([Problem("overlays", f"found {describe(overlays)}", allowed)])
    for overlay in overlays:
        path, shown = locate(overlay)
        stack = put_over(stack, read_layers(path, shown), shown)
    return Scenario.from_tree(merged(stack))


def locate(source: object) -> tuple[Path, str]:
    """The file of a path or shipped name, and how messages call it; raises ScenarioError where there is none."""
    if not isinstance(source, str | os.PathLike):
        allowed = "allowed: a path, the name of a shipped scenario, or a mapping"
        raise ScenarioError([Problem("", f"found {describe(source)}", allowed)])
    written: object = os.fspath(source)
    allowed = "allowed: the path of a scenario file, or the name of a shipped scenario"
    if not isinstance(written, str) or not written or "\0" in written:
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
