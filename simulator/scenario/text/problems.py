"""What can be wrong with a scenario, and how it is told."""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from simulator.scenario.text.characters import first_odd, named, visible

Location = tuple[str | int, ...]
"""A place in a scenario: keys, names of named things, or indexes from 0."""

LISTED: Final = 12
"""Most names that a message spells out."""
MOST_TOLD: Final = 100
"""Most problems that the text of an error tells; it counts the others."""
LONGEST_TEXT: Final = 20_000
"""Most bytes of the text of an error, in UTF-8."""
LONGEST_FILE, LONGEST_PATH, LONGEST_FOUND, LONGEST_ALLOWED, LONGEST_NAME = 400, 300, 600, 1600, 100
"""Most characters of each part of a problem: all of them together fit into the longest text, at 4 bytes each."""
CANDIDATES: Final = 25
"""Most known names that a mistaken one is compared with letter by letter, which takes long."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, what was found, what is allowed, and the nearest known key."""

    path: str
    found: str
    allowed: str
    nearest: str | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None

    @property
    def message(self) -> str:
        """What was found and what is allowed, without the place."""
        parts = [shown(self.found, LONGEST_FOUND)]
        if self.allowed:
            parts.append(shown(self.allowed, LONGEST_ALLOWED))
        if self.nearest is not None:
            parts.append(f'did you mean "{shown(self.nearest, LONGEST_NAME)}"?')
        return "; ".join(parts)

    def __str__(self) -> str:
        file = None if self.file is None else shown(self.file, LONGEST_FILE)
        places = [str(part) for part in (file, self.line, self.column) if part is not None]
        head = [":".join(places)] if places else []
        if self.path:
            head.append(shown(self.path, LONGEST_PATH))
        return ": ".join([*head, self.message])


class ScenarioError(ValueError):
    """A scenario that cannot be used; its text is the complete message, one line for each problem.

    The text tells the first 100 problems, or as many as 20,000 bytes hold, and counts the others; `problems` are all.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: list[Problem] = list(problems)
        super().__init__(told(self.problems))

    def __reduce__(self) -> tuple[type["ScenarioError"], tuple[list[Problem]]]:
        return ScenarioError, (self.problems,)


class ScenarioWarning(UserWarning):
    """Something about a scenario that its author should know, and that does not keep it from being used."""


def told(problems: Sequence[Problem]) -> str:
    """Problems as text: a line each, as many as fit, then the number of the others."""
    lines: list[str] = []
    left = LONGEST_TEXT - len("... and 1,000,000 more problems")
    for problem in problems[:MOST_TOLD]:
        line = str(problem)
        left -= len(line.encode()) + 1
        if left < 0:
            break
        lines.append(line)
    more = len(problems) - len(lines)
    if more:
        lines.append(f"... and {more:,} more problem{'' if more == 1 else 's'}")
    return "\n".join(lines)


def shown(text: str, most: int) -> str:
    """A text as a message shows it: nothing invisible, and no more than so many characters."""
    return cut(visible(cut(text, most)), most)


def cut(text: str, most: int) -> str:
    """A text of at most so many characters: of a longer one its beginning and its end."""
    if len(text) <= most:
        return text
    tail = (most - 3) // 4
    return f"{text[: most - 3 - tail]}...{text[len(text) - tail :]}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem before its place in a file is known; ``at`` is relative to whoever found it."""

    at: Location
    found: str
    allowed: str = ""
    nearest: str | None = None


def rejected(*findings: Finding) -> ValidationError:
    """An error to raise, so that pydantic puts their place in front and goes on collecting others."""
    return ValidationError.from_exception_data(
        "scenario",
        [
            InitErrorDetails(
                type=PydanticCustomError(
                    "finding",
                    "{found}; {allowed}",
                    {"found": finding.found, "allowed": finding.allowed, "nearest": finding.nearest},
                ),
                loc=finding.at,
                input=None,
            )
            for finding in findings
        ],
    )


def nearest(name: object, known: Iterable[str]) -> str | None:
    """The known name closest to a mistaken one, or None where nothing is close."""
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        return None
    written = name.lower()
    candidates = [one for one in known if len(one) <= 3 * len(written) and len(written) <= 3 * len(one)]
    if len(candidates) > CANDIDATES:
        candidates = [*_alike(written, candidates, str.startswith), *_alike(written, candidates, str.endswith)]
    close = difflib.get_close_matches(written, candidates, n=1, cutoff=0.6)
    return close[0] if close else None


class UnknownNameError(KeyError):
    """A name that nothing has; the message says which one may have been meant."""

    def __str__(self) -> str:  # a KeyError would show its message in quotes
        return str(self.args[0])


def unknown(what: str, name: object, known: Iterable[str]) -> UnknownNameError:
    """The error to raise for a name that is none of those known."""
    names = [*known]
    near = nearest(name, names)
    return UnknownNameError(
        f"there is no {what} {name!r}; " + (f"did you mean {near!r}?" if near else f"known: {listed(names)}")
    )


def _alike(written: str, known: list[str], at_end: Callable[[str, str], bool]) -> list[str]:
    """A few of the names that begin, or end, with as much of a mistaken one as any."""
    for size in range(1, len(written)):
        if len(known) <= CANDIDATES:
            break
        part = written[:size] if at_end is str.startswith else written[-size:]
        known = [one for one in known if at_end(one, part)] or known[:CANDIDATES]
    return known[:CANDIDATES]


def listed(names: Iterable[object]) -> str:
    """Names as a short enumeration."""
    texts = [cut(str(name), LONGEST_NAME) for name in names]
    if len(texts) > LISTED:
        texts = [*texts[:LISTED], f"... ({len(texts)} in all)"]
    return ", ".join(texts) if texts else "none"


def describe(value: Any) -> str:
    """A value as a reader of the file would call it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > 200:
        return f"a number of about {value.bit_length() * 3 // 10} digits"  # Python refuses to write very long ones
    if isinstance(value, int | float):
        text = repr(value)
        return f"number {text if len(text) <= 40 else text[:40] + '...'}"
    if isinstance(value, str):
        text = f'text "{value}"' if len(value) <= 60 else f'text "{value[:60]}..."'
        odd = first_odd(value)
        return text if odd is None else f"{text} with {named(value[odd])}"
    if isinstance(value, Mapping):
        return f"a mapping with {listed(value)}" if value else "an empty mapping"
    if isinstance(value, Sequence):
        return f"a list of {len(value)}"
    return f"a {type(value).__name__}"


def dotted(location: Iterable[str | int]) -> str:
    """A location as a dotted path."""
    return ".".join(str(part) for part in location)
