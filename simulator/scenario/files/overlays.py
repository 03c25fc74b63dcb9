"""Layers laid over each other, and overlays over a scenario: from files to one tree."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from simulator.scenario.building import build
from simulator.scenario.files.addressing import Addressed, completed, first_mark, speaks_of_roles
from simulator.scenario.files.inheritance import Layer, merge, with_whole_lists
from simulator.scenario.files.relative import is_relative
from simulator.scenario.numbers.per_case import PER_CASE, TASKS
from simulator.scenario.scenario import Scenario
from simulator.scenario.text.problems import Problem, ScenarioError, ScenarioWarning, dotted
from simulator.scenario.text.tree import Node, from_python


class Overlay(NamedTuple):
    """What is laid over a scenario: its layers, and how messages call its file."""

    layers: list[Layer]
    shown: str

    @property
    def called(self) -> str:
        """Its name."""
        name = self.layers[-1].own.child("name")
        return name.value if name is not None and isinstance(name.value, str) else Path(self.shown).stem or "overlay"


def assembled(layers: list[Layer], overlays: Sequence[Overlay] = ()) -> Node:
    """The tree of a scenario's layers, the first one lowest, under overlays.

    The whole scenario that an overlay was written for is left out, as this one takes its place; so are the names and
    descriptions of overlays, and what is among the layers already. What an overlay says of roles in which nobody is
    here is told in a `ScenarioWarning`. Raises ScenarioError, also for an overlay that changes nothing at all.
    """
    tree = layers[0].own
    _refuse_relative(layers[0])
    problems: list[Problem] = []
    for layer in layers[1:]:
        tree = _over(tree, layer, problems)[0]
    if problems:
        raise ScenarioError(problems)
    there = {layer.file for layer in layers if layer.file is not None}
    for overlay in overlays:
        if not overlay.layers[-1].extends:
            allowed = "allowed: overlays, which say what they extend"
            raise ScenarioError([Problem("extends", "missing", allowed, file=overlay.shown)])
        new = [_unnamed(layer) for layer in overlay.layers if layer.extends and layer.file not in there]
        tree = _laid_over(tree, new, overlay)
        there |= {layer.file for layer in new if layer.file is not None}
    return tree


def _over(tree: Node, layer: Layer, problems: list[Problem]) -> tuple[Node, list[str]]:
    """A tree with a layer over it, and where the layer found nothing to change; raises ScenarioError, or notes why."""
    if layer.extends:
        own = with_whole_lists(layer.own, (), problems)
    else:
        own = layer.own
        _refuse_relative(layer)
    missing: list[str] = []
    if speaks_of_roles(own):
        if problems:
            raise ScenarioError(problems)  # nobody can tell who is in a role of a scenario that is wrong
        scenario = build(Scenario, tree)
        addressed = Addressed(own, scenario)
        own, missing = addressed.tree, addressed.missing
        document = scenario.document()
        tree = completed(tree, own, document)
        if _moves_cases(layer.own):  # more of the same cases, not the same work cut into more of them
            worth = {"economics": {name: document["economics"][name] for name in PER_CASE}}
            tree = merge(from_python(worth), tree, (), problems)
    return merge(tree, own, (), problems), missing


def _laid_over(tree: Node, layers: list[Layer], overlay: Overlay) -> Node:
    """A scenario's tree with the layers of an overlay; warns of what finds nobody, and refuses what changes nothing."""
    missing: list[str] = []
    problems: list[Problem] = []
    over = tree
    for layer in layers:
        over, found_nothing = _over(over, layer, problems)
        missing += [told for told in found_nothing if told not in missing]
    if problems:
        raise ScenarioError(problems)
    before = build(Scenario, tree)
    called = overlay.called
    if not layers or before.document() == build(Scenario, over).document():
        reason = "it is part of the scenario already" if not layers else "what it says is so already"
        if missing:
            reason = f"there is nothing to change at {', '.join(missing)}"
        found = f"found overlay {called}, which changes nothing in {before.name}: {reason}"
        mark = tree.child("name") or tree
        raise ScenarioError([Problem("", found, "allowed: overlays that change something", None, *mark.mark)])
    if missing:
        told = f"{called} over {before.name}: nothing to change at {', '.join(missing)}"
        warnings.warn(told, ScenarioWarning, stacklevel=4)
    return over


def _moves_cases(own: Node) -> bool:
    """Whether a layer states the tasks of users relative to what they are."""
    users = own.child("users")
    tasks = None if users is None else users.child(TASKS)
    return tasks is not None and is_relative(tasks.plain())


def _refuse_relative(layer: Layer) -> None:
    """Raise ScenarioError where a file that extends nothing speaks of what it would be laid over."""
    if speaks_of_roles(layer.own):
        at, word, mark = first_mark(layer.own)
        allowed = "allowed: only in a file that extends another"
        raise ScenarioError([Problem(dotted((*at, word)), f"found {word}", allowed, None, *mark)])


def _unnamed(layer: Layer) -> Layer:
    """A layer that leaves a scenario its name and description."""
    assert isinstance(layer.own.value, dict)
    rest = {key: node for key, node in layer.own.value.items() if key not in ("name", "description")}
    return layer._replace(own=Node(rest, layer.own.mark, layer.own.keys))
