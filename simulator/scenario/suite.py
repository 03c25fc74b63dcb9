"""Suites: scenarios that are run as one batch, each with what was swept in it."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from simulator.scenario.building import build, placed
from simulator.scenario.files.inheritance import named_file, named_shipped, read_layers
from simulator.scenario.files.loading import Named, Opened, locate, opened
from simulator.scenario.files.overlays import Overlay, assembled
from simulator.scenario.files.suite_file import SuiteFile, Varied, is_suite_tree, refuse_suites
from simulator.scenario.scenario import Scenario
from simulator.scenario.text.paths import values_at
from simulator.scenario.text.problems import Finding, Location, Problem, ScenarioError, listed, nearest
from simulator.scenario.text.reading import read_file
from simulator.scenario.text.tree import Node

LONGEST_NAME: Final = 64


@dataclass(frozen=True)
class Member:
    """A scenario of a suite, under its name there, and its swept values by dotted path."""

    scenario: Scenario
    swept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Suite:
    """Scenarios that are run as one batch and compared with one of them, the baseline; frozen and inert.

    They are compared by `measures`, or by the usual ones where it is empty.
    """

    name: str
    description: str
    baseline: str
    members: tuple[Member, ...]
    measures: tuple[str, ...] = ()

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenarios in order."""
        return tuple(member.scenario for member in self.members)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the scenarios in order."""
        return tuple(member.scenario.name for member in self.members)

    def with_changes(self, changes: Mapping[str, Any]) -> "Suite":
        """The suite with other values under dotted paths in each scenario. Raises ScenarioError."""
        swept = sorted({path for member in self.members for path in member.swept} & set(changes))
        if swept:
            raise ScenarioError(
                [Problem(path, f"found a value for what {self.name} sweeps", "allowed: other paths") for path in swept]
            )
        members = tuple(Member(member.scenario.with_changes(changes), member.swept) for member in self.members)
        return replace(self, members=members)


def load_suite(source: Named | Mapping[str, Any], *, shipped_only: bool = False) -> Suite:
    """The suite of a path, of the name of a shipped suite (`suites/remedies`), of a mapping or of an upload.

    Paths in a file are relative to it. Uploads can name shipped scenarios only; where `shipped_only`, names and
    mappings reach no other file either. Raises ScenarioError with every problem that was found.
    """
    return _Reading(opened(source, shipped_only=shipped_only)).suite()


def is_suite(source: Named, *, shipped_only: bool = False) -> bool:
    """Whether a path, shipped name or upload is that of a suite and not of a scenario; raises ScenarioError."""
    return is_suite_tree(opened(source, shipped_only=shipped_only).tree)


def read_suite_file(source: str | os.PathLike[str]) -> SuiteFile:
    """What a suite file says, without its scenarios; raises ScenarioError."""
    return build(SuiteFile, read_file(*locate(source)))


@dataclass(frozen=True)
class _Planned:
    """A scenario of a suite before it is read: where it stands, its name, its changes and where each is written."""

    at: Location
    entry: Varied
    name: str | None
    swept: Mapping[str, Any] = field(default_factory=dict)
    written: Mapping[str, Location] = field(default_factory=dict)


class _Reading:
    """Reads the scenarios of a suite, and collects what is wrong with any of them."""

    def __init__(self, opened: Opened) -> None:
        self.opened, self.tree = opened, opened.tree
        self.file = build(SuiteFile, opened.tree)
        self.problems: list[Problem] = []
        self._loaded: dict[Location, Scenario | None] = {}
        self._too_long: set[Location] = set()
        self._wrong_paths: dict[tuple[Location, str], bool] = {}

    def suite(self) -> Suite:
        """The suite; raises ScenarioError."""
        members: list[Member] = []
        names: dict[str, Location] = {}
        for planned in self._planned():
            base = self._base(planned)
            if base is None:
                continue
            name = planned.name or base.name
            if self._fits(name, planned, names):
                scenario = self._changed(base, name, planned)
                members += [] if scenario is None else [Member(scenario, dict(planned.swept))]
        if not self.problems and self.file.baseline not in (None, *names):
            known = list(names)
            found = f'found "{self.file.baseline}", which is no scenario of this suite'
            self._refuse(("baseline",), found, f"allowed: {listed(known)}", nearest(self.file.baseline, known))
        if self.problems:
            raise ScenarioError(dict.fromkeys(self.problems))
        baseline = self.file.baseline or members[0].scenario.name
        return Suite(self.file.name, self.file.description, baseline, tuple(members), self.file.measures)

    def _planned(self) -> Iterator[_Planned]:
        """The scenarios in order: those that stand alone, then those of sweeps."""
        for i, entry in enumerate(self.file.scenarios):
            yield _Planned(("scenarios", i), entry, entry.name)
        for i, sweep in enumerate(self.file.sweeps):
            at: Location = ("sweeps", i)
            base = self._base(_Planned(at, sweep, None))
            if base is None:
                continue
            for variant in sweep.variants():
                written = {path: (*at, *place) for path, place in variant.written.items()}
                name = f"{sweep.name or base.name}-{variant.name}"
                yield _Planned(at, sweep, name, variant.swept, written)

    def _base(self, planned: _Planned) -> Scenario | None:
        """The scenario with its overlays, but without changes; None where something is wrong with it."""
        if planned.at not in self._loaded:
            try:
                self._loaded[planned.at] = Scenario.from_tree(self._assembled(planned))
            except ScenarioError as error:
                self.problems += error.problems
                self._loaded[planned.at] = None
        return self._loaded[planned.at]

    def _assembled(self, planned: _Planned) -> Node:
        """The tree of a scenario under its overlays; raises ScenarioError."""
        node = self.tree.follow(planned.at)[0]
        named = node.child("scenario") or node
        shipped_only = self.opened.shipped_only
        stack = read_layers(*self._named(named, planned.at), shipped_only=shipped_only)
        refuse_suites(layer.own for layer in reversed(stack))
        overlays = node.child("overlays")
        listed_here = overlays.value if overlays is not None and isinstance(overlays.value, list) else []
        over = []
        for i, overlay in enumerate(listed_here):
            path, shown = self._named(overlay, (*planned.at, "overlays", i))
            over.append(Overlay(read_layers(path, shown, shipped_only=shipped_only), shown))
        return assembled(stack, over)

    def _named(self, node: Node, at: Location) -> tuple[Path, str]:
        if self.opened.shipped_only:
            return named_shipped(at, node, self.opened.folder)
        return named_file(at, node, self.opened.folder, self.opened.shown)

    def _fits(self, name: str, planned: _Planned, names: dict[str, Location]) -> bool:
        """Whether a name can be given; notes it in `names`."""
        if planned.at in self._too_long:
            return False
        if len(name) > LONGEST_NAME:
            self._too_long.add(planned.at)
            found = f"found names of more than {LONGEST_NAME} characters, such as {name}"
            self._refuse(planned.at, found, "allowed: shorter ones; give the sweep a short name, or name its points")
        elif name in names:
            self._refuse(planned.at, f'found name "{name}" again', "allowed: each once; give it a name of its own")
        else:
            names[name] = planned.at
            return True
        return False

    def _changed(self, base: Scenario, name: str, planned: _Planned) -> Scenario | None:
        """The scenario as it is simulated; None where its changes don't fit."""
        written = {path: (*planned.at, "set", path) for path in planned.entry.changes} | dict(planned.written)
        changes: dict[str, Any] = {**planned.entry.changes, **planned.swept}
        if not changes and name == base.name:
            return base
        try:
            return base.with_changes({**changes, "name": name})
        except ScenarioError as error:
            for problem in error.problems:
                path = next((path for path in written if _leads_to(path, problem.path)), None)
                at = planned.at if path is None else written[path]
                if path is not None and isinstance(at[-1], int) and self._leads_nowhere(base, planned.at, path):
                    at = at[:-1]  # it is the path that is wrong, and none of its values
                told = problem.found if path == problem.path else f"{problem.path}: {problem.found}"
                self._refuse(at, told, problem.allowed, problem.nearest)
            return None

    def _leads_nowhere(self, base: Scenario, at: Location, path: str) -> bool:
        """Whether a path of a sweep is wrong for its scenario, whatever its values are."""
        if (at, path) not in self._wrong_paths:
            self._wrong_paths[at, path] = bool(values_at(base.resolved(), path)[1])
        return self._wrong_paths[at, path]

    def _refuse(self, at: Location, found: str, allowed: str, near: str | None = None) -> None:
        self.problems += placed(self.tree, [Finding(at, found, allowed, near)])


def _leads_to(path: str, place: str) -> bool:
    """Whether a place in a scenario is what a path (with ``*`` for names) leads to, or lies below it."""
    parts, names = path.split("."), place.split(".")
    return len(parts) <= len(names) and all(part in ("*", name) for part, name in zip(parts, names, strict=False))
