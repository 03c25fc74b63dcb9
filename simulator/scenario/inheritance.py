"""``extends``: a scenario that says only what differs from another one.

Mappings merge deeply; lists of named things merge by ``name``, and ``remove: true`` deletes one; other lists replace.
What stands for one thing replaces it whole: a number with its distribution and source, and a mix whose shares add up
to 1.
"""

import os
from pathlib import Path
from typing import Final

from simulator.scenario.forms import HEADS
from simulator.scenario.problems import Location, Problem, ScenarioError, describe, dotted, listed, nearest
from simulator.scenario.reading import read_file
from simulator.scenario.shipped import shipped_names, shipped_path
from simulator.scenario.tree import NOWHERE, Mark, Node

LONGEST_CHAIN: Final = 20
"""Most files that extend each other."""
MIXES: Final = ("segments",)
"""Keys of mappings from names to shares."""


def read_extended(path: Path, shown: str) -> Node:
    """The tree of a file with all that it extends; raises ScenarioError."""
    return extended(read_file(path, shown), path.parent, shown, (path.resolve(),))


def extended(tree: Node, folder: Path, shown: str, chain: tuple[Path, ...]) -> Node:
    """A tree merged over the scenario that it extends; ``shown`` is how messages call its file, empty for none."""
    if not isinstance(tree.value, dict) or "extends" not in tree.value:
        return tree
    rest = {key: node for key, node in tree.value.items() if key != "extends"}
    above = Node(rest, tree.mark, tree.keys)
    extends = tree.value["extends"]
    if extends.value is None:
        return above
    path, name = _base(extends, folder, shown)
    if path.resolve() in chain:
        raise _refused(extends, f'found "{extends.value}", which leads back here', "allowed: extends without a cycle")
    if len(chain) >= LONGEST_CHAIN:
        raise _refused(extends, f"found more than {LONGEST_CHAIN} files that extend each other", "allowed: fewer")
    base = extended(read_file(path, name), path.parent, name, (*chain, path.resolve()))
    problems: list[Problem] = []
    merged = merge(base, above, (), problems)
    if problems:
        raise ScenarioError(problems)
    return merged


def _refused(node: Node, found: str, allowed: str, near: str | None = None) -> ScenarioError:
    return ScenarioError([Problem("extends", found, allowed, near, *node.mark)])


def _base(extends: Node, folder: Path, shown: str) -> tuple[Path, str]:
    """The file that is extended, and how messages call it."""
    allowed = "allowed: the path of a scenario file, relative to this one, or the name of a shipped scenario"
    written = extends.value
    if not isinstance(written, str) or not written.strip() or "\0" in written:
        raise _refused(extends, f"found {describe(extends.plain())}", allowed)
    path = folder / written
    try:
        exists = path.exists()
    except OSError:
        exists = False
    if exists and not (path.is_dir() and shipped_path(written)):
        return path, os.path.normpath(Path(shown).parent / written)
    shipped = shipped_path(written)
    if shipped is not None:
        return shipped, str(shipped)
    near = nearest(written, [*shipped_names(), *(file.name for file in folder.glob("*.yaml"))])
    raise _refused(extends, f'found "{written}", which does not exist', allowed, near)


def merge(base: Node, over: Node, at: Location, problems: list[Problem]) -> Node:
    """A node of an extending file laid over the node that it extends."""
    if isinstance(base.value, dict) and isinstance(over.value, dict):
        if _is_whole(base) or _is_whole(over) or (at and at[-1] in MIXES):
            return over
        merged = dict(base.value)
        for key, node in over.value.items():
            merged[key] = merge(base.value[key], node, (*at, key), problems) if key in base.value else node
            if key not in base.value:
                _nothing_to_remove(node, (*at, key), problems)
        return Node(merged, over.mark, {**base.keys, **over.keys})
    if isinstance(base.value, list) and isinstance(over.value, list) and over.value and _is_named(over):
        if _is_named(base):
            return _merge_named(base, over, at, problems)
        _nothing_to_remove(over, at, problems)
    return over


def _is_whole(node: Node) -> bool:
    """Whether a mapping stands for one number."""
    return isinstance(node.value, dict) and any(head in node.value for head in HEADS)


def _is_named(node: Node) -> bool:
    return isinstance(node.value, list) and all(child.name is not None for child in node.value)


def _merge_named(base: Node, over: Node, at: Location, problems: list[Problem]) -> Node:
    assert isinstance(base.value, list)
    assert isinstance(over.value, list)
    merged: dict[str, Node] = {str(node.name): node for node in base.value}
    if len(merged) < len(base.value):
        return Node([*base.value, *over.value], over.mark)  # the schema refuses the name that stands twice
    seen: set[str] = set()
    for node in over.value:
        name = str(node.name)
        place = (*at, name)
        if name in seen:
            problems.append(
                Problem(dotted(place), f'found name "{name}" again', "allowed: each name once", None, *node.mark)
            )
        seen.add(name)
        if _removes(node, place, problems):
            if name not in merged:
                found = f'found remove of "{name}", which is not there'
                allowed = f"allowed: {listed(merged)}"
                problems.append(Problem(dotted(place), found, allowed, nearest(name, merged), *node.mark))
            merged.pop(name, None)
        else:
            merged[name] = merge(merged[name], node, place, problems) if name in merged else node
    return Node(list(merged.values()), over.mark)


def _removes(node: Node, at: Location, problems: list[Problem]) -> bool:
    """Whether a named thing is to be deleted."""
    if not isinstance(node.value, dict) or "remove" not in node.value:
        return False
    value, mark = node.value["remove"], node.keys.get("remove", NOWHERE)
    if value.value is not True:
        problems.append(_problem((*at, "remove"), f"found {describe(value.plain())}", "allowed: true", mark))
    elif len(node.value) > 2:
        others = listed(key for key in node.value if key not in ("name", "remove"))
        problems.append(
            _problem((*at, "remove"), f"found remove beside {others}", "allowed: only name beside it", mark)
        )
    return True


def _nothing_to_remove(node: Node, at: Location, problems: list[Problem]) -> None:
    """Note removals from lists that the extended scenario does not have."""
    if isinstance(node.value, list):
        for child in node.value:
            if isinstance(child.value, dict) and "remove" in child.value:
                place = (*at, str(child.name))
                problems.append(_problem(place, "found remove", "allowed: only of what is extended", child.mark))


def _problem(at: Location, found: str, allowed: str, mark: Mark) -> Problem:
    return Problem(dotted(at), found, allowed, None, *mark)
