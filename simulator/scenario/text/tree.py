"""A scenario as it was written: nested nodes that know their place in a file."""

import datetime
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from simulator.scenario.text.characters import FORBIDDEN, named
from simulator.scenario.text.problems import Location, Problem, ScenarioError, cut, describe, dotted

DEEPEST: Final = 50
"""Most levels of nesting."""

NAME: Final = r"[a-z0-9-]+"
NAME_WORDS: Final = "a name of a-z, 0-9 and hyphens"

Scalar = str | int | float | bool | None


class Mark(NamedTuple):
    """A place in a file; lines and columns count from 1."""

    file: str | None = None
    line: int | None = None
    column: int | None = None


NOWHERE: Final = Mark()


@dataclass(slots=True)
class Node:
    """A mapping, list or scalar with its place; ``keys`` are the places of a mapping's keys.

    ``written`` is how a scalar other than text stands in the file: ``007`` for 7, nothing at all for null. A list
    that is ``whole`` takes the place of all that it is laid over.
    """

    value: "dict[str, Node] | list[Node] | Scalar"
    mark: Mark = NOWHERE
    keys: dict[str, Mark] = field(default_factory=dict)
    written: str | None = None
    whole: bool = False
    _things: "dict[str, list[Node]] | None" = None

    def plain(self) -> Any:
        """The node as dicts, tuples and scalars."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return tuple(child.plain() for child in self.value)
        return self.value

    def described(self) -> str:
        """The node as a reader of the file would call it, in the spelling of the file."""
        if self.written is None:
            return describe(self.value)
        if self.value is None:
            return "null" if self.written else "null, as nothing is written there"
        return self.written if isinstance(self.value, bool) else f"number {cut(self.written, 40)}"

    def text_wanted(self, *, name: bool) -> str:
        """What is allowed where a text is wanted, or a name, and this stands; quotes, where they would mend it."""
        wanted = NAME_WORDS if name else "text"
        if isinstance(self.value, dict | list | str) or self.written == "" or (self.value is None and not name):
            return f"allowed: {wanted}"
        written = self.written or describe(self.value).removeprefix("number ")
        mends = not name or re.fullmatch(NAME, written)
        return f'allowed: {wanted}, in quotes: "{written}"' if mends else f"allowed: {wanted}"

    def things(self) -> "dict[str, list[Node]]":
        """The named things of a list by name; a list is complete when it is first asked."""
        if self._things is None:
            self._things = {}
            for node in self.value if isinstance(self.value, list) else ():
                if node.name is not None:
                    self._things.setdefault(node.name, []).append(node)
        return self._things

    @property
    def name(self) -> str | None:
        """The name of a named thing, or None."""
        if isinstance(self.value, dict) and "name" in self.value:
            name = self.value["name"].value
            return name if isinstance(name, str) else None
        return None

    def child(self, part: str | int) -> "Node | None":
        """The child under a key, an index or, in a list of named things, a name."""
        if isinstance(self.value, dict):
            return self.value.get(str(part))
        if isinstance(self.value, list):
            if isinstance(part, str):
                things = self.things().get(part, [])
                if things or not re.fullmatch(r"[0-9]{1,9}", part):
                    return things[0] if things else None
            index = int(part)
            return self.value[index] if 0 <= index < len(self.value) else None
        return None

    def follow(self, location: Location) -> "tuple[Node, Mark, list[str]]":
        """The deepest existing node on the way, the place to point at, and the names of the way as far as it goes."""
        node, mark, names = self, self.mark, []
        for part in location:
            child = node.child(part)
            if child is None:
                break
            names.append(_name_of(node, part, child))
            mark = node.keys.get(str(part), child.mark) if isinstance(child.value, dict | list) else child.mark
            node = child
        return node, mark, names

    def path(self, location: Location) -> str:
        """A location as a dotted path with names."""
        names = self.follow(location)[2]
        return dotted([*names, *location[len(names) :]])


def _name_of(parent: Node, part: str | int, child: Node) -> str:
    if isinstance(parent.value, list) and child.name and len(parent.things()[child.name]) == 1:
        return child.name
    return str(part)


def from_python(value: Any, at: tuple[str, ...] = ()) -> Node:
    """A tree from nested Python values; raises ScenarioError for what a scenario file could not hold."""

    def problem(found: str, allowed: str) -> ScenarioError:
        return ScenarioError([Problem(dotted(at), found, allowed)])

    if len(at) > DEEPEST:
        raise ScenarioError([Problem(dotted(at[:5]) + "...", f"found more than {DEEPEST} levels", "")])
    if hasattr(value, "document"):
        value = value.document()
    if isinstance(value, Mapping):
        children: dict[str, Node] = {}
        for key, child in value.items():
            if not isinstance(key, str):
                raise problem(f"found {describe(key)} as a key", "allowed: keys that are text")
            if character := FORBIDDEN.search(key):
                raise problem(f'found the key "{key}" with {named(character[0])}', "allowed: keys without it")
            children[key] = from_python(child, (*at, key))
        return Node(children)
    if isinstance(value, list | tuple):
        return Node([from_python(child, (*at, str(i))) for i, child in enumerate(value)])
    if isinstance(value, datetime.date):
        return Node(value.isoformat())
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()  # a NumPy scalar
    if isinstance(value, str) and (character := FORBIDDEN.search(value)):
        raise problem(f"found text with {named(character[0])}", "allowed: text without it")
    if isinstance(value, int) and value.bit_length() > 200:  # as in files, which may hold 60 characters of a number
        raise problem(f"found {describe(value)}", "allowed: 60")
    if isinstance(value, float) and not math.isfinite(value):
        raise problem(f"found {describe(value)}", "allowed: a finite number")
    if value is None or isinstance(value, str | bool | int | float):
        return Node(value)
    raise problem(f"found {describe(value)}", "allowed: mappings, lists, numbers, text, true, false and null")
