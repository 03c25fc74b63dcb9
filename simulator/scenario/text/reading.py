"""From the text of a YAML 1.2 file to a tree with places.

ruamel.yaml parses; scalars are resolved here, by the core schema of YAML 1.2 (section 10.3.2): ``1e-3`` is 0.001,
``010`` is 10, ``no`` is text. Anchors, aliases, tags, merge keys and duplicate keys are refused before anything is
built.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from simulator.scenario.text.characters import FORBIDDEN, first_odd, named, spaced, spelling
from simulator.scenario.text.diagnosis import cause, forbidden, unreadable
from simulator.scenario.text.problems import Problem, ScenarioError, dotted
from simulator.scenario.text.tree import DEEPEST, Mark, Node, Scalar

LARGEST_FILE: Final = 1_000_000
"""Most bytes of a scenario file."""
MOST_VALUES: Final = 50_000
"""Most keys, list items and values of a file: parsing takes about a second for 5,000."""
LONGEST_NUMBER: Final = 60

NULL: Final = re.compile(r"~|null|Null|NULL|")
TRUE: Final = re.compile(r"true|True|TRUE")
FALSE: Final = re.compile(r"false|False|FALSE")
INTEGER: Final = re.compile(r"[-+]?[0-9]+")
OCTAL: Final = re.compile(r"0o[0-7]+")
HEXADECIMAL: Final = re.compile(r"0x[0-9a-fA-F]+")
FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
NOT_FINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def read_file(path: Path, shown: str) -> Node:
    """The tree of a file, called ``shown`` in messages; raises ScenarioError."""

    def refused(found: str, allowed: str) -> ScenarioError:
        return ScenarioError([Problem("", found, allowed, file=shown)])

    try:
        if path.is_dir():
            raise refused("found a directory", "allowed: a scenario file (YAML)")
        if path.exists() and not path.is_file():
            raise refused("found something that is no regular file", "allowed: a scenario file (YAML)")
        with path.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except ScenarioError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise refused(f"cannot be read ({reason.lower()})", "allowed: a readable scenario file (YAML)") from None
    return read_content(content, shown)


def read_content(content: bytes, shown: str) -> Node:
    """The tree of the content of a file, called ``shown`` in messages; raises ScenarioError."""
    if len(content) > LARGEST_FILE:
        allowed = f"allowed: at most {LARGEST_FILE} bytes"
        raise ScenarioError([Problem("", "found more than 1 MB", allowed, file=shown)])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        found = f"found byte 0x{content[error.start]:02x}, which is no UTF-8"
        problem = Problem("", found, "allowed: a file in UTF-8", file=shown, line=line, column=column)
        raise ScenarioError([problem]) from None
    return read_text(text, shown)


@lru_cache(maxsize=8)  # whoever looks at several scenarios that extend the same one reads that one once
def read_text(text: str, file: str) -> Node:
    """The tree of a YAML text; raises ScenarioError with every problem that was found."""
    if wrong := forbidden(text, file):
        raise ScenarioError(wrong)
    reader = _Reader(file)
    try:
        node = reader.document(_events(text))
    except MarkedYAMLError as error:
        # The reader's own problems come first in the file, and may be the cause.
        place = error.problem_mark or error.context_mark
        syntax = None if reader.problems or place is None else cause(text, place.line, place.column, file)
        syntax = syntax or Problem("", _syntax(error), "allowed: YAML 1.2", None, *reader.mark(place))
        raise ScenarioError([*reader.problems, syntax]) from None
    except (_GaveUpError, RecursionError):
        raise ScenarioError([*reader.problems, unreadable(text, file)]) from None
    if node is not None:
        # Names are known only now.
        reader.problems = [replace(p, path=node.path(tuple(p.path.split(".")))) for p in reader.problems]
    if node is None and not reader.problems:
        reader.problems.append(Problem("", "found an empty file", "allowed: a scenario (a mapping)", file=file))
    if node is None or reader.problems:
        raise ScenarioError(reader.problems)
    if not isinstance(node.value, dict):
        reader.problems.append(
            Problem("", "found no mapping", "allowed: a scenario: a mapping that begins with name", None, *node.mark)
        )
        raise ScenarioError(reader.problems)
    return node


def _syntax(error: MarkedYAMLError) -> str:
    parts = [part for part in (error.context, error.problem) if part]
    told = " ".join(" ".join(parts).split()).replace("hexdecimal", "hexadecimal")
    return f"found no valid YAML: {told}".replace(r"'\x00'", "the end of the text")  # as files hold no such character


class _StopReadingError(Exception):
    """Something is beyond a limit, and told: reading stops."""


class _GaveUpError(Exception):
    """The parser gave up without saying where."""


def _events(text: str) -> Iterator[Any]:
    """The events of a YAML text. Raises MarkedYAMLError, and _GaveUpError for whatever else the parser raises."""
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError:
        raise
    except Exception as error:  # failed assertions and overflows among them
        raise _GaveUpError from error


class _Reader:
    """Builds the tree from parser events and collects what is refused."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.values = 0
        self.anchored = False

    def mark(self, mark: Any) -> Mark:
        return Mark(self.file, mark.line + 1, mark.column + 1) if mark is not None else Mark(self.file)

    def refuse(self, mark: Any, at: tuple[str, ...], found: str, allowed: str) -> None:
        self.problems.append(Problem(dotted(at), found, allowed, None, *self.mark(mark)))

    def refuse_anchor(self, mark: Any, at: tuple[str, ...], found: str) -> None:
        """Only the first anchor or alias is told: those that follow are the same mistake, and can be very many."""
        if not self.anchored:
            self.anchored = True
            self.refuse(mark, at, found, "allowed: neither anchors nor aliases")

    def document(self, events: Iterator[Any]) -> Node | None:
        """The first document; a second one is refused."""
        root: Node | None = None
        documents = 0
        try:
            for event in events:
                if isinstance(event, DocumentStartEvent):
                    documents += 1
                    if event.version not in (None, (1, 2)) or event.tags:
                        self.refuse(event.start_mark, (), "found a directive", "allowed: YAML 1.2 without directives")
                    if documents > 1:
                        self.refuse(event.start_mark, (), "found a second document", "allowed: one document in a file")
                        break
                    root = self.node(next(events), events, ())
        except _StopReadingError:
            return None
        return root

    def node(self, event: Any, events: Iterator[Any], at: tuple[str, ...]) -> Node:
        """The node that begins with an event."""
        self.values += 1
        if self.values > MOST_VALUES:
            self.refuse(event.start_mark, at[:1], f"found more than {MOST_VALUES} values", "allowed: fewer")
            raise _StopReadingError
        if isinstance(event, AliasEvent):
            self.refuse_anchor(event.start_mark, at, f"found the alias *{event.anchor}")
            return Node(None, self.mark(event.start_mark))
        if event.anchor is not None:
            self.refuse_anchor(event.start_mark, at, f"found the anchor &{event.anchor}")
        if event.tag is not None:
            self.refuse(event.start_mark, at, f"found the tag {event.tag}", "allowed: no tags")
        if len(at) > DEEPEST:
            self.refuse(event.start_mark, (*at[:5], "..."), f"found more than {DEEPEST} levels", f"allowed: {DEEPEST}")
            raise _StopReadingError
        if isinstance(event, MappingStartEvent):
            return self.mapping(event, events, at)
        if isinstance(event, SequenceStartEvent):
            children: list[Node] = []
            for child in events:
                if isinstance(child, SequenceEndEvent):
                    break
                children.append(self.node(child, events, (*at, str(len(children)))))
            return Node(children, self.mark(event.start_mark))
        value = self.scalar(event, at)
        return Node(value, self.mark(event.start_mark), written=None if isinstance(value, str) else event.value)

    def mapping(self, start: Any, events: Iterator[Any], at: tuple[str, ...]) -> Node:
        node = Node({}, self.mark(start.start_mark))
        assert isinstance(node.value, dict)
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            key = self.key(event, events, at)
            mark = self.mark(event.start_mark)
            child = self.node(next(events), events, (*at, key))
            if key == "<<":
                self.refuse(event.start_mark, at, "found a merge key <<", "allowed: extends instead")
            elif key in node.value:
                first = node.keys[key].line
                found = f"found the key again (first in line {first})"
                self.refuse(event.start_mark, (*at, key), found, "allowed: each key once")
            else:
                node.value[key] = child
                node.keys[key] = mark
        return node

    def key(self, event: Any, events: Iterator[Any], at: tuple[str, ...]) -> str:
        """Keys are text, whatever they look like."""
        if isinstance(event, ScalarEvent) and event.anchor is None and event.tag is None:
            self.explain(event, at)
            return str(event.value)
        if isinstance(event, ScalarEvent | AliasEvent):
            found = "found an anchor, alias or tag at a key"
        else:
            found = "found a list or mapping as a key"
            self.node(event, events, (*at, "?"))
        self.refuse(event.start_mark, at, found, "allowed: keys that are plain text")
        return str(getattr(event, "value", "?"))

    def explain(self, event: Any, at: tuple[str, ...]) -> None:
        """Refuse keys that hold what no key can, and that look as if they were others."""
        key: str = event.value
        odd = first_odd(key)
        if odd is not None:
            found = f'found the key "{key}" with {named(key[odd])}'
            self.refuse(event.start_mark, at, found, f'allowed: plain characters: "{spelling(key)}"')
        elif event.style is None and (mended := spaced(key)):
            self.refuse(event.start_mark, at, f'found "{key}"', f"allowed: a space after the colon: {mended}")

    def scalar(self, event: Any, at: tuple[str, ...]) -> Scalar:
        """A scalar by the core schema; quoted ones are text."""
        text: str = event.value
        if event.style is not None:
            if character := FORBIDDEN.search(text):  # by an escape
                self.refuse(event.start_mark, at, f"found text with {named(character[0])}", "allowed: text without it")
                return None
            return text
        if NULL.fullmatch(text):
            return None
        if TRUE.fullmatch(text):
            return True
        if FALSE.fullmatch(text):
            return False
        if NOT_FINITE.fullmatch(text):
            self.refuse(event.start_mark, at, f"found {text}", "allowed: finite numbers")
            return None
        looks = next((r for r in (INTEGER, OCTAL, HEXADECIMAL, FLOAT) if r.fullmatch(text)), None)
        if looks is None:
            return text
        if len(text) > LONGEST_NUMBER:
            self.refuse(event.start_mark, at, f"found a number of {len(text)} characters", f"allowed: {LONGEST_NUMBER}")
            return None
        if looks is FLOAT:
            value = float(text)
            if value in (float("inf"), float("-inf")):
                self.refuse(event.start_mark, at, f"found {text}", "allowed: finite numbers")
                return None
            return value
        return int(text, {INTEGER: 10, OCTAL: 8, HEXADECIMAL: 16}[looks])
