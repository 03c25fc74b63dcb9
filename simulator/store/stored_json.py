"""JSON files of results as they are read again: bounded, strict, and refused with one clear error."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from simulator.store.files import LONGEST_MANIFEST, OutputError, read_file, reason, shown

LONGEST_SHOWN = 60
M = TypeVar("M", bound="Fields")


class Fields(BaseModel):
    """The fields of a mapping: each of exactly its type, and no others."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


def read_json(path: Path) -> dict[str, Any] | None:
    """The mapping in a JSON file, None where there is no file; raises `OutputError` for anything else."""
    try:
        content = read_file(path, LONGEST_MANIFEST)
    except FileNotFoundError:
        return None
    try:
        found = from_json(content, allow_inf_nan=False)
    except ValueError as error:
        raise unusable(path, f"it is no JSON ({reason(error)})") from error
    if not isinstance(found, dict):
        raise unusable(path, f"it is {described(found)} instead of a mapping")
    return found


def validated(model: type[M], found: dict[str, Any], path: Path) -> M:
    """The content of the file at `path` by its fields; raises `OutputError` that names the first that doesn't fit."""
    try:
        return model.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
    field = shown(".".join(str(key) for key in first["loc"]))
    message = re.sub("^(Value error, |[A-Z][a-z]+ (?=should ))", "", shown(first["msg"]))
    if first["type"] == "missing":
        raise unusable(path, f"{field} is missing")
    if first["type"] == "extra_forbidden":
        raise unusable(path, f"{field} is unknown")
    if not field:
        raise unusable(path, message)
    raise unusable(path, f"{field} is {described(first['input'])}; it {message}")


def unusable(path: Path, problem: str) -> OutputError:
    """The error to raise for a file that can't be used."""
    return OutputError(
        f"{shown(path)} can't be used: {problem}; put the file back as it was written, or choose another folder"
    )


def described(value: Any) -> str:
    """A value of a JSON file, on one line and short."""
    if isinstance(value, dict | list):
        return f"a {'mapping' if isinstance(value, dict) else 'list'} of {len(value)}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = shown(repr(value))
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "..."
