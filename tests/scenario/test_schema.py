"""The committed JSON Schema is the generated one, and agrees with the loader."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from simulator.scenario import load, numbers, shipped_folder, shipped_names, template
from simulator.scenario.schema import FILE, json_schema, schema_text, write
from tests.scenario.conftest import MINIMAL
from tests.scenario.fields_page import PAGE, entries, page
from tests.scenario.text.malformed import ADDED

OVERLAYS = Path(__file__).parent / "overlays"


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def plain(text: str) -> Any:
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(text), default=str))


def test_committed_schema_has_not_drifted(repository: Path, tmp_path: Path) -> None:
    committed = (repository / "scenarios" / FILE).read_text(encoding="utf-8")
    assert committed == schema_text(), "run: python -m simulator.scenario.schema"
    assert write(tmp_path)[0].read_text(encoding="utf-8") == committed


def test_the_page_of_fields_has_not_drifted() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.scenario.fields_page"


def test_a_field_is_found_by_its_path_in_the_schema_and_on_the_page() -> None:
    """Where a section stands in one place only; a tier's fields stand in two."""
    told = {entry.path for entry in entries()}
    found = set(re.findall(r'"\$comment": "([^"]*)"', schema_text())) - {
        f"{entry.path}.*.remove" for entry in entries()
    }
    assert {"support.triage_skill", "sites.*.data_quality", "rollout.sponsor.patience_weeks"} <= found <= told
    assert len(found) > 250
    assert {stated.path for stated in numbers(load("retail-chatbot"))} >= {"support.triage_skill"}


def test_schema_accepts_what_loads(validator: Draft202012Validator) -> None:
    for text in (MINIMAL, template("x"), load(plain(MINIMAL)).to_yaml()):
        assert [error.message for error in validator.iter_errors(plain(text))] == []
    overlay = {"extends": "x", "sites": [{"name": "a", "remove": True}, {"name": "b", "data_quality": 0.3}]}
    assert validator.is_valid(overlay)
    assert validator.is_valid(overlay | {"extends": ["x", "y.yaml"]})
    overlays = (*shipped_folder().glob("*.yaml"), *OVERLAYS.glob("*/*.yaml"))
    assert len(overlays) > 30
    for path in overlays:
        assert [error.message for error in validator.iter_errors(plain(path.read_text()))] == [], path
    for wrong in ({"replace": [{"name": "a"}], "x": 3}, {"replace": 3}, [{"role": "pilots"}], [{"users": 3}]):
        assert not validator.is_valid({"extends": "x", "sites": wrong}), wrong
    assert validator.is_valid({"extends": "x", "sites": {"replace": [{"name": "a", "users": {"times": 2, "plus": 1}}]}})
    for wrong in ([], ["x", "x"], [3], 3):
        assert not validator.is_valid(overlay | {"extends": wrong})


@pytest.mark.parametrize(
    "name",
    ["unknown-section", "unknown-key", "text-for-number", "share-above-one", "negative-staff", "form-key", "shift-day"],
)
def test_schema_refuses_what_does_not_load(name: str, validator: Draft202012Validator) -> None:
    assert not validator.is_valid(plain(MINIMAL + ADDED[name][0]))


def test_every_field_is_described() -> None:
    schema = json_schema()
    bare = [
        f"{name}.{key}"
        for name, body in {"": schema, **schema["$defs"]}.items()
        for key, field in body.get("properties", {}).items()
        if "description" not in field and "$ref" not in field
    ]
    assert bare == []
    assert "$uncertain" not in schema_text()
    assert "$certain" not in schema_text()


def test_shipped_scenarios_load_and_name_their_schema() -> None:
    folder = shipped_folder()
    for name in (*shipped_names(), *shipped_names("theory")):
        first = (folder / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[0]
        assert first == f"# yaml-language-server: $schema={'../' * name.count('/')}{FILE}", name
        load(name)
