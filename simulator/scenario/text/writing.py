"""A resolved scenario as YAML text."""

import copy
import io
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ruamel.yaml import YAML

SCHEMA_LINE = "# yaml-language-server: $schema=scenario.schema.json\n"
"""The line by which editors find the schema."""
LEGEND: Final = "# A number has its source beside it, or is assumed.\n"
ASSUMED: Final = "  # assumed"
MARK: Final = "__ASSUMED__"
"""Stands behind a key on the way to the comment; no name has capitals."""
MARKED: Final = re.compile(rf"^([ -]*[^\s:]+){MARK}:(.*)$", re.MULTILINE)


def to_yaml(document: Mapping[str, Any], assumed: Iterable[tuple[str | int, ...]] = ()) -> str:
    """The text of a scenario file; what stands at the places that are `assumed` is told so in a comment."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.width = 120
    stream = io.StringIO()
    places = [*assumed]
    yaml.dump(_marked(document, places) if places else document, stream)
    text = MARKED.sub(lambda found: f"{found[1]}:{found[2]}{ASSUMED}", stream.getvalue())
    return SCHEMA_LINE + (LEGEND if places else "") + text


def _marked(document: Mapping[str, Any], places: Iterable[tuple[str | int, ...]]) -> dict[str, Any]:
    """A copy in which the keys at these places end in the mark."""
    marked: dict[str, Any] = copy.deepcopy(dict(document))
    keys: dict[int, tuple[dict[str, Any], set[str]]] = {}
    for *path, key in places:
        inner: Any = marked
        for part in path:
            inner = inner[part]
        keys.setdefault(id(inner), (inner, set()))[1].add(str(key))
    for inner, names in keys.values():
        renamed = {f"{name}{MARK}" if name in names else name: value for name, value in inner.items()}
        inner.clear()
        inner.update(renamed)
    return marked
