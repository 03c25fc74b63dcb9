"""What can be wrong with a scenario, and how it is told."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

Location = tuple[str | int, ...]
"""A place in a scenario: keys, names of named things, or indexes from 0."""

LISTED = 12
"""Most names that a message spells out."""


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
        parts = [self.found, self.allowed] if self.allowed else [self.found]
        if self.nearest is not None:
            parts.append(f'did you mean "{self.nearest}"?')
        return "; ".join(parts)

    def __str__(self) -> str:
        places = [str(part) for part in (self.file, self.line, self.column) if part is not None]
        head = [":".join(places)] if places else []
        if self.path:
            head.append(self.path)
        return ": ".join([*head, self.message])


class ScenarioError(ValueError):
    """A scenario that cannot be used; its text is the complete message, one line for each problem."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: list[Problem] = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type["ScenarioError"], tuple[list[Problem]]]:
        return ScenarioError, (self.problems,)


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
    if not isinstance(name, str):
        return None
    close = difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.6)
    return close[0] if close else None


def listed(names: Iterable[object]) -> str:
    """Names as a short enumeration."""
    texts = [str(name) for name in names]
    if len(texts) > LISTED:
        texts = [*texts[:LISTED], f"... ({len(texts)} in all)"]
    return ", ".join(texts) if texts else "none"


def describe(value: Any) -> str:
    """A value as a reader of the file would call it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        text = repr(value)
        return f"number {text if len(text) <= 40 else text[:40] + '...'}"
    if isinstance(value, str):
        return f'text "{value}"' if len(value) <= 60 else f'text "{value[:60]}..."'
    if isinstance(value, Mapping):
        return f"a mapping with {listed(value)}" if value else "an empty mapping"
    if isinstance(value, Sequence):
        return f"a list of {len(value)}"
    return f"a {type(value).__name__}"


def dotted(location: Iterable[str | int]) -> str:
    """A location as a dotted path."""
    return ".".join(str(part) for part in location)
