"""``extends``: a scenario that says only what differs from others.

Files are laid over each other one by one: what a file extends comes before it, in the order in which it names them, and
each file once, however many others extend it. Mappings merge deeply; lists of named things merge by ``name``, and
``remove: true`` deletes one; ``{replace: [...]}`` in place of a list replaces it whole, as other lists do anyway. What
stands for one thing replaces it whole: a number with its distribution and source, and a mix whose shares add up to 1.
"""

import os
from pathlib import Path
from typing import Final, NamedTuple

from simulator.scenario.files.shipped import SUITES, shipped_folder, shipped_names, shipped_path
from simulator.scenario.numbers.forms import HEADS
from simulator.scenario.text.problems import Location, Problem, ScenarioError, dotted, listed, nearest
from simulator.scenario.text.reading import read_file
from simulator.scenario.text.tree import NOWHERE, Mark, Node

MOST_FILES: Final = 20
"""Most files that extend each other."""
MIXES: Final = ("segments",)
"""Keys of mappings from names to shares."""
REPLACE: Final = "replace"
"""The key under which a list stands that replaces the one that it is laid over."""


class Layer(NamedTuple):
    """What one file says by itself."""

    file: Path | None
    """The file, resolved; None for a mapping or upload that stands in none."""
    own: Node
    """Its tree, without ``extends``."""
    extends: bool
    """Whether it extends others, so that it need not be complete."""


def read_layers(path: Path, shown: str, *, shipped_only: bool = False) -> list[Layer]:
    """A file and all that it extends, in the order in which they are laid over each other; raises ScenarioError."""
    return layers(read_file(path, shown), path.parent, shown, (path.resolve(),), shipped_only=shipped_only)


def layers(
    tree: Node, folder: Path, shown: str = "", chain: tuple[Path, ...] = (), *, shipped_only: bool = False
) -> list[Layer]:
    """The layers of a tree that stands in ``folder``; ``shown`` is how messages call its file, empty for none.

    ``chain`` are the files from the first one down to this. Where ``shipped_only``, nothing but shipped scenarios can
    be extended. Raises ScenarioError.
    """
    found: list[Layer] = []
    _collect(tree, folder, shown, chain, found, shipped_only)
    return found


def _collect(
    tree: Node, folder: Path, shown: str, chain: tuple[Path, ...], found: list[Layer], shipped_only: bool
) -> None:
    """Append the layers that a tree extends and are not there yet, then its own."""
    bases = _named_bases(tree)
    seen: set[Path] = set()
    for at, base in bases:
        path, name = named_shipped(at, base, folder) if shipped_only else named_file(at, base, folder, shown)
        file = path.resolve()
        if file in chain:
            raise _refused(at, base, f'found "{base.value}", which leads back here', "allowed: extends without a cycle")
        if file in seen:
            raise _refused(at, base, f'found "{base.value}" again', "allowed: each file once")
        seen.add(file)
        if any(layer.file == file for layer in found):
            continue
        if len(found) + len(chain) >= MOST_FILES:
            raise _refused(at, base, f"found more than {MOST_FILES} files that extend each other", "allowed: fewer")
        _collect(read_file(path, name), path.parent, name, (*chain, file), found, shipped_only)
    if isinstance(tree.value, dict) and "extends" in tree.value:
        own = {key: node for key, node in tree.value.items() if key != "extends"}
        tree = Node(own, tree.mark, tree.keys)
    found.append(Layer(chain[-1] if chain else None, tree, bool(bases)))


def _named_bases(tree: Node) -> list[tuple[Location, Node]]:
    """What a tree extends: where each is written, and as what."""
    extends = tree.value.get("extends") if isinstance(tree.value, dict) else None
    if extends is None or extends.value is None:
        return []
    if isinstance(extends.value, list) and extends.value:
        return [(("extends", i), base) for i, base in enumerate(extends.value)]
    return [(("extends",), extends)]


def _refused(at: Location, node: Node, found: str, allowed: str, near: str | None = None) -> ScenarioError:
    return ScenarioError([Problem(dotted(at), found, allowed, near, *node.mark)])


def named_file(at: Location, base: Node, folder: Path, shown: str) -> tuple[Path, str]:
    """The scenario file that a node of a file in `folder` names, and how messages call it; raises ScenarioError."""
    allowed = "allowed: the path of a scenario file, relative to this one, or the name of a shipped scenario"
    written = base.value
    if not isinstance(written, str) or not written.strip() or "\0" in written:
        many = "; or a list of these" if len(at) == 1 else ""
        raise _refused(at, base, f"found {base.described()}", allowed + many)
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
    raise _refused(at, base, f'found "{written}", which does not exist', allowed, near)


def named_shipped(at: Location, base: Node, folder: Path) -> tuple[Path, str]:
    """The shipped scenario that a node names, and its name; raises ScenarioError for everything else.

    ``folder`` is the shipped folder, or the one in it in which the naming scenario stands. Shipped files call each
    other by file names, so these count too: ``retail-chatbot.yaml``. Nothing outside the shipped folder is looked at.
    """
    written = base.value
    if isinstance(written, str):
        name = written.removesuffix(".yaml")
        inside = folder.relative_to(shipped_folder()).as_posix()
        for candidate in (name if inside == "." else f"{inside}/{name}", name):
            path = shipped_path(candidate)
            if path is not None:
                return path, candidate
    many = "; or a list of these" if len(at) == 1 and not isinstance(written, str) else ""
    known = shipped_names()
    allowed = f"allowed: the name of a shipped scenario ({', '.join(known)}){many}"
    near = nearest(written, [*known, *shipped_names(SUITES)]) if isinstance(written, str) else None
    raise _refused(at, base, f"found {base.described()}", allowed, near)


def merge(base: Node, over: Node, at: Location, problems: list[Problem]) -> Node:
    """A node of an extending file laid over the node that it extends."""
    if over.whole:
        return over
    if isinstance(base.value, dict) and isinstance(over.value, dict):
        if _is_whole(base) or _is_whole(over) or (at and at[-1] in MIXES):
            return over
        merged = dict(base.value)
        for key, node in over.value.items():
            merged[key] = merge(base.value[key], node, (*at, key), problems) if key in base.value else node
            if key not in base.value:
                _nothing_to_remove(node, (*at, key), problems)
        return Node(merged, over.mark, {**base.keys, **over.keys})
    if isinstance(base.value, list) and isinstance(over.value, list) and over.value:
        if base.value and _is_named(base) and (misnamed := _misnamed(over.value)):
            for i, name in misnamed:
                problems.append(
                    _problem((*at, i, "name"), f"found {name.described()}", name.text_wanted(name=True), name.mark)
                )
            return base  # nobody can tell what the thing is to be laid over
        if _is_named(over) and _is_named(base):
            return _merge_named(base, over, at, problems)
        if _is_named(over):
            _nothing_to_remove(over, at, problems)
    return over


def with_whole_lists(node: Node, at: Location, problems: list[Problem]) -> Node:
    """A layer in which each ``{replace: [...]}`` is a list that takes the place of all that it is laid over."""
    if isinstance(node.value, list):
        return Node(
            [with_whole_lists(child, (*at, child.name or i), problems) for i, child in enumerate(node.value)], node.mark
        )
    if not isinstance(node.value, dict) or (at and at[-1] in MIXES and REPLACE not in node.value):
        return node
    if REPLACE not in node.value or (at and at[-1] in MIXES and not isinstance(node.value[REPLACE].value, list)):
        children = {key: with_whole_lists(child, (*at, key), problems) for key, child in node.value.items()}
        return Node(children, node.mark, node.keys)
    things, mark = node.value[REPLACE], node.keys.get(REPLACE, node.mark)
    if len(node.value) > 1:
        others = listed(key for key in node.value if key != REPLACE)
        problems.append(_problem((*at, REPLACE), f"found replace beside {others}", "allowed: replace alone", mark))
    if not isinstance(things.value, list):
        problems.append(
            _problem((*at, REPLACE), f"found {things.described()}", "allowed: the list that takes its place", mark)
        )
        return node
    _nothing_to_remove(things, at, problems)
    for i, thing in enumerate(things.value):
        if isinstance(thing.value, dict) and "role" in thing.value:
            allowed = "allowed: names, as it takes the place of all that could be in a role"
            problems.append(_problem((*at, i, "role"), "found role", allowed, thing.keys.get("role", thing.mark)))
    return Node(things.value, things.mark, whole=True)


def _is_whole(node: Node) -> bool:
    """Whether a mapping stands for one number."""
    return isinstance(node.value, dict) and any(head in node.value for head in HEADS)


def _is_named(node: Node) -> bool:
    return isinstance(node.value, list) and all(child.name is not None for child in node.value)


def _misnamed(things: list[Node]) -> list[tuple[int, Node]]:
    """The names that are no text, such as numbers, and whose they are."""
    named = (
        (i, thing.value["name"])
        for i, thing in enumerate(things)
        if isinstance(thing.value, dict) and "name" in thing.value
    )
    return [(i, name) for i, name in named if not isinstance(name.value, str)]


def _merge_named(base: Node, over: Node, at: Location, problems: list[Problem]) -> Node:
    assert isinstance(base.value, list)
    assert isinstance(over.value, list)
    merged: dict[str, Node] = {str(node.name): node for node in base.value}
    if len(merged) < len(base.value):
        return Node(
            [*base.value, *over.value], over.mark, whole=base.whole
        )  # the schema refuses the name that stands twice
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
    return Node(list(merged.values()), over.mark, whole=base.whole)


def _removes(node: Node, at: Location, problems: list[Problem]) -> bool:
    """Whether a named thing is to be deleted."""
    if not isinstance(node.value, dict) or "remove" not in node.value:
        return False
    value, mark = node.value["remove"], node.keys.get("remove", NOWHERE)
    if value.value is not True:
        problems.append(_problem((*at, "remove"), f"found {value.described()}", "allowed: true", mark))
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
