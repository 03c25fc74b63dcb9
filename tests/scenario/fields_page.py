"""The page of all fields of a scenario file: `python -m tests.scenario.fields_page` writes `docs/fields.md`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from simulator.scenario.numbers.section import Section, Use, plain
from simulator.scenario.scenario import Scenario
from tests.validation.page import DOCS, table

PAGE = DOCS / "fields.md"
HEAD = """\
# The fields of a scenario file

Every field under its dotted path, as `--set`, levers, sweeps and correlations name it (`*` stands for each name of a
list), and as the rules of the model read it. `python -m tests.scenario.fields_page` writes this page from the sections
in `simulator/scenario/sections/`; `scaleup schema` has the ranges, for editors. A field without a default is needed
where its section is. The last column tells of numbers that act for a while only: until when a change of a replication
that is [under way](stepping.md) makes a difference.

"""
ACTS: dict[str, str] = {
    "always": "",
    "until_funded": "until funding",
    "until_decided": "until the decision to fund",
    "start": "at the start",
}


class Entry(NamedTuple):
    """A field: where it stands, what it is, what it is unless stated, and until when a change of it acts."""

    path: str
    meaning: str
    default: str
    acts: str


def entries(section: type[Section] = Scenario, above: str = "") -> Iterator[Entry]:
    """The fields of a section and of those in it, in declared order."""
    for name, field in section.model_fields.items():
        path = f"{above}{field.alias or name}"
        inner, several = section_in(field.annotation)
        use = next((mark for mark in field.metadata if isinstance(mark, Use)), Use())
        yield Entry(path, (field.description or "").rstrip("."), default(field), ACTS[use.acts])
        if inner is not None:
            yield from entries(inner, f"{path}.*." if several else f"{path}.")


def section_in(annotation: Any) -> tuple[type[Section] | None, bool]:
    """The section that a field holds, and whether it holds a list of them."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation, False
    if get_origin(annotation) in (Union, UnionType, Annotated, tuple):
        for kind in get_args(annotation):
            inner, several = section_in(kind)
            if inner is not None:
                return inner, several or get_origin(annotation) is tuple
    return None, False


def default(field: FieldInfo) -> str:
    """What a field is unless stated, as a file writes it; a section may be what its fields are."""
    if field.is_required():
        return "needed"
    if field.default_factory is not None:
        return "as below"
    return f"`{json.dumps(field.default, ensure_ascii=False, default=plain)}`"


def page() -> str:
    """The page, in Markdown."""
    rows = [(f"`{entry.path}`", *entry[1:]) for entry in entries()]
    return HEAD + table(("path", "what it is", "unless stated", "a change acts"), rows)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
