"""A resolved scenario as YAML text."""

import io
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML

SCHEMA_LINE = "# yaml-language-server: $schema=scenario.schema.json\n"
"""The line by which editors find the schema."""


def to_yaml(document: Mapping[str, Any]) -> str:
    """The text of a scenario file."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.width = 120
    stream = io.StringIO()
    yaml.dump(document, stream)
    return SCHEMA_LINE + stream.getvalue()
