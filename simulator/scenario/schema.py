"""The JSON Schemas of scenario and suite files, for editors; ``python -m simulator.scenario.schema`` writes both.

That of scenarios describes the forms of a file and the range of each number. A scenario that extends another one may
leave out anything but ``extends``, so that below the top level only names are required, and may speak of roles and of
relative numbers, so that these are allowed everywhere; ``validate`` checks everything.
"""

import json
from pathlib import Path
from typing import Any, Final

from simulator.scenario.files.addressing import KEPT, NAMED_IN, NOT_AT, SAME_PEOPLE
from simulator.scenario.files.inheritance import REPLACE
from simulator.scenario.files.relative import RELATIVE
from simulator.scenario.files.roles import ALL, ROLES
from simulator.scenario.files.shipped import shipped_folder
from simulator.scenario.files.suite_file import SuiteFile
from simulator.scenario.numbers.forms import FORMS, LARGEST_EMPIRICAL, PERCENTILES, Form
from simulator.scenario.numbers.quantity import CONFIDENCES
from simulator.scenario.scenario import Scenario

FILE: Final = "scenario.schema.json"
SUITE_FILE: Final = "suite.schema.json"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
BESIDE: Final = {
    "source": {"type": ["string", "null"], "description": "Where the number comes from."},
    "confidence": {"enum": [*CONFIDENCES, None], "description": "How far the number can be trusted."},
}
BESIDE_FIELDS: Final = ("role", "remove", "if_there")
"""Keys of an extending file that are no fields of a scenario."""
RELATIVE_NUMBER: Final = {"$ref": "#/$defs/relative"}


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a scenario file."""
    generated = Scenario.model_json_schema(by_alias=True)
    definitions = {name: _section(_expanded(body)) for name, body in generated.pop("$defs").items()}
    root = _expanded(generated)
    _name(root, "", definitions)
    for field in (field for body in definitions.values() for field in body.get("properties", {}).values()):
        if not field.get("$comment"):
            field.pop("$comment", None)
    for owner, body in [("", root), *definitions.items()]:
        for key, field in body.get("properties", {}).items():
            _in_an_overlay(key, field, owner)
    required = root.pop("required")
    properties = {
        "extends": {
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True},
            ],
            "description": "Scenario that this one changes: a path relative to this file, or a shipped name. Or a list "
            "of them, which are laid over each other in this order.",
        },
        **root.pop("properties"),
    }
    return {
        "$schema": DIALECT,
        "title": "Scenario of scaleup-simulator",
        "description": root["description"],
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "anyOf": [{"required": ["extends"]}, {"required": required}],
        "$defs": {**dict(sorted(definitions.items())), **_number_definitions()},
    }


def suite_json_schema() -> dict[str, Any]:
    """The JSON Schema of a suite file."""
    root = _expanded(SuiteFile.model_json_schema(by_alias=True))
    definitions = root.pop("$defs")
    root["properties"]["scenarios"]["items"] = {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Entry"}]}
    definitions["Sweep"]["oneOf"] = [{"required": ["grid"]}, {"required": ["points"]}]
    return {
        "$schema": DIALECT,
        "title": "Suite of scaleup-simulator",
        **root,
        "anyOf": [{"required": ["scenarios"]}, {"required": ["sweeps"]}],
        "$defs": definitions,
    }


def schema_text(*, suite: bool = False) -> str:
    """The JSON Schema as the text of its file."""
    return json.dumps(suite_json_schema() if suite else json_schema(), indent=2, ensure_ascii=False) + "\n"


def write(folder: Path | None = None) -> list[Path]:
    """Write the schemas beside the shipped scenarios, or into another folder."""
    paths = [(folder or shipped_folder()) / name for name in (FILE, SUITE_FILE)]
    for path in paths:
        path.write_text(schema_text(suite=path.name == SUITE_FILE), encoding="utf-8")
    return paths


def _name(section: dict[str, Any], path: str, definitions: dict[str, Any]) -> None:
    """Write the dotted path of each field of a section beside it; fields of sections that are used twice have none."""
    for key, field in section.get("properties", {}).items():
        if key in BESIDE_FIELDS:
            continue
        own = f"{path}.{key}" if path else key
        for kind in (field, *field.get("anyOf", ())):
            several = "items" in kind
            name = (kind["items"] if several else kind).get("$ref", "").rpartition("/")[2]
            if name in definitions:
                _name(definitions[name], f"{own}.*" if several else own, definitions)
        field["$comment"] = own if field.get("$comment", own) == own else ""


def _section(body: dict[str, Any]) -> dict[str, Any]:
    """A section as an extending file may write it: in part, or, where it is named, to be removed."""
    if_there = {
        "anyOf": [{"const": True}, {"type": "string"}],
        "description": "Only where the extended scenario has this section, or what stands at a path.",
    }
    body["properties"] = {**body.get("properties", {}), "if_there": if_there}
    if "name" in body.pop("required", ()):
        roles = sorted({ALL, *(role for roles in ROLES.values() for role in roles)})
        role = {"enum": roles, "description": "Everybody in this role in the extended scenario, instead of a name."}
        remove = {"const": True, "description": "Deletes what the extended scenario has under this name."}
        body["properties"] |= {"role": role, "remove": remove}
        body["anyOf"] = [{"required": ["name"]}, {"required": ["role"]}]
    return body


def _in_an_overlay(key: str, field: dict[str, Any], owner: str) -> None:
    """Allow, beside a list or a mix, what an extending file may write in its place."""
    kinds = field.get("anyOf", [field])
    several = next((kind for kind in kinds if kind.get("type") == "array"), None)
    mix = next((kind for kind in kinds if isinstance(kind.get("additionalProperties"), dict)), None)
    others = []
    if several is not None:
        others.append(
            _only(REPLACE, {k: v for k, v in several.items() if k not in ("description", "default", "$comment")})
        )
    if key in NAMED_IN and owner and (owner, key) != ("Users", "segments"):
        role = {"enum": [ALL, *ROLES[NAMED_IN[key]]]}
        others.append({**_only("role", role), "properties": {"role": role, "named": {"type": "array"}}})
    if key == "segments":
        share = {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"const": KEPT}]}
        by_role = {"type": "object", "additionalProperties": False}
        by_role["properties"] = dict.fromkeys(ROLES["users", "segments"], share)
        others.append({**_only("by_role", by_role), "properties": {"by_role": by_role, "if_there": {"const": True}}})
    if key == "criteria" and several is not None:
        others.append(_only("add", {"type": "array", "items": several["items"]}))
    if key == "shifts":
        others.append(_only(NOT_AT, {"type": "integer", "minimum": 0, "maximum": 23}))
    if others and "anyOf" in field:
        field["anyOf"] = [*field["anyOf"], *others]
    elif others:
        kind = several or mix or {}
        beside: dict[str, Any] = {k: field[k] for k in ("description", "default", "$comment") if k in field}
        own = {k: v for k, v in kind.items() if k not in beside}
        field.clear()
        field |= {**beside, "anyOf": [own, *others]}


def _only(key: str, value: dict[str, Any]) -> dict[str, Any]:
    """A mapping with one key."""
    return {"type": "object", "additionalProperties": False, "required": [key], "properties": {key: value}}


def _expanded(node: Any) -> Any:
    """A generated schema with the markers of numbers spelled out, and without generated titles."""
    if isinstance(node, list):
        return [_expanded(child) for child in node]
    if not isinstance(node, dict):
        return node
    result = {
        key: _expanded(child)
        for key, child in node.items()
        if not (key == "title" and isinstance(child, str)) and key not in ("$uncertain", "$certain")
    }
    for marker, expand in (("$uncertain", _uncertain), ("$certain", _certain)):
        if marker in node:
            result = {**expand(*node[marker]), **result}
            unit, note = node[marker][0], _range_text(*node[marker][1:5])
            text = str(result.get("description", "")).rstrip(".")
            result["description"] = f"{text}. Allowed: {note}" if text else f"{unit}, {note}"
    if "anyOf" in result and "description" in result:
        alternatives = result["anyOf"]
        if isinstance(alternatives, list) and {"type": "null"} in alternatives:
            ranges = [a["description"] for a in alternatives if "description" in a]
            if ranges:
                result["description"] = f"{result['description'].rstrip('.')}. Allowed: {ranges[0]}"
    return result


def _range_text(low: float | None, high: float | None, low_open: bool, high_open: bool) -> str:
    start = "" if low is None else f"{'above' if low_open else 'from'} {low}"
    end = "" if high is None else f"{'below' if high_open else 'to'} {high}"
    return " ".join(part for part in (start, end) if part) or "any number"


def _number(low: float | None, high: float | None, low_open: bool, high_open: bool, whole: bool) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer" if whole else "number"}
    if low is not None:
        schema["exclusiveMinimum" if low_open else "minimum"] = low
    if high is not None:
        schema["exclusiveMaximum" if high_open else "maximum"] = high
    return schema


def _with_note(number: dict[str, Any], key: str) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [key],
        "properties": {key: number, **{name: {"$ref": f"#/$defs/{name}"} for name in BESIDE}},
    }


def _certain(unit: str, *limits: Any) -> dict[str, Any]:
    number = _number(*limits)
    return {"anyOf": [number, _with_note(number, "value"), RELATIVE_NUMBER]}


def _uncertain(unit: str, *limits: Any) -> dict[str, Any]:
    number = _number(*limits[:5])
    return {"anyOf": [number, _with_note(number, "value"), {"$ref": "#/$defs/distribution"}, RELATIVE_NUMBER]}


def _number_definitions() -> dict[str, Any]:
    """Definitions of the distributions and of what stands beside a number."""
    number = {"type": "number"}
    beside = {name: {"$ref": f"#/$defs/{name}"} for name in BESIDE}

    def form(body: Form) -> dict[str, Any]:
        return {
            "type": "object",
            "additionalProperties": False,
            "required": list(body.needs),
            "properties": dict.fromkeys((*body.needs, *body.optional), number),
        }

    percentiles = form(PERCENTILES)
    percentiles["properties"] = {**percentiles["properties"], **beside}
    percentiles["description"] = "Percentiles that are met exactly, as an expert answers."
    kinds = [percentiles]
    for name, body in FORMS.items():
        kind = _with_note(form(body), name)
        kind["description"] = (body.build.__doc__ or "").strip()
        kinds.append(kind)
    values = {"type": "array", "items": number, "minItems": 1, "maxItems": LARGEST_EMPIRICAL}
    kinds.append({**_with_note(values, "empirical"), "description": "Values that are equally likely."})
    kinds.append({**_with_note(number, "constant"), "description": "A certain number."})
    limit: dict[str, Any] = {"anyOf": [number, {"$ref": "#/$defs/distribution"}]}
    phases = list(ROLES["rollout", "phases"])
    relative: dict[str, tuple[str, dict[str, Any]]] = {
        "date_of_phase": ("The planned date of the phase in this role, in place of the number.", {"enum": phases}),
        "times": ("The number is multiplied by this.", number),
        "plus": ("This is added: a number, or three percentiles.", limit),
        "at_least_per_1000_users": ("The number, or so many for 1,000 users of all sites where that is more.", number),
        "at_least": ("The number, or this where it is more, or where none is stated.", limit),
        "at_most": ("The number, or this where it is less, or where none is stated.", limit),
        SAME_PEOPLE: ("As many people as before in all, over the pilot's sites.", {"const": True}),
    }
    assert set(RELATIVE) < set(relative)
    relatively = {
        "type": "object",
        "description": "A number relative to that of the extended scenario.",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": {key: {"description": words, **kind} for key, (words, kind) in relative.items()},
    }
    return {"distribution": {"description": "An uncertain number.", "anyOf": kinds}, "relative": relatively, **BESIDE}


if __name__ == "__main__":
    write()
