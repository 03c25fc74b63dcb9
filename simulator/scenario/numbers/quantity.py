"""Numbers of a scenario: uncertain quantities, certain numbers, and the sources beside them."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from simulator.scenario.numbers.distribution import Distribution
from simulator.scenario.numbers.forms import FormError, Range, distribution, number, plain_number
from simulator.scenario.text.problems import Finding, describe, nearest, rejected
from simulator.streams import codes

Confidence = Literal["high", "medium", "low", "assumption"]
CONFIDENCES: Final = ("high", "medium", "low", "assumption")


class Note(NamedTuple):
    """What stands beside a number: where it comes from and how far it can be trusted."""

    source: str | None = None
    confidence: Confidence | None = None

    def document(self) -> dict[str, str]:
        """The keys of the note that are set."""
        return {key: value for key, value in self._asdict().items() if value is not None}


NO_NOTE: Final = Note()


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of a scenario, certain or uncertain, with its source.

    ``whole``: draws are rounded to whole numbers. ``every_time``: drawn anew at each use within a replication
    (durations, service times, losses) instead of once per replication.
    """

    distribution: Distribution
    unit: str
    whole: bool
    every_time: bool
    source: str | None
    confidence: Confidence | None
    written: str
    """The form as canonical JSON, without source and confidence."""
    allowed: Range
    """The values that the field allows."""

    @property
    def certain(self) -> bool:
        """Whether every draw is the same number."""
        return self.distribution.code == codes.CONSTANT

    @property
    def value(self) -> float:
        """The number; raises ValueError where it is uncertain."""
        if not self.certain:
            raise ValueError(f"uncertain quantity {self.written} has no single value; use .mean or .distribution")
        return self.distribution.parameters[0]

    @property
    def mean(self) -> float:
        """Mean of the distribution."""
        return self.distribution.mean()

    @property
    def low(self) -> float:
        """Smallest value that can be drawn."""
        return self.distribution.support()[0]

    @property
    def high(self) -> float:
        """Largest value that can be drawn."""
        return self.distribution.support()[1]

    @property
    def note(self) -> Note:
        """Source and confidence."""
        return Note(self.source, self.confidence)

    def document(self) -> Any:
        """The quantity as a scenario file writes it: a number or a mapping."""
        form = json.loads(self.written)
        return noted(form, self.note)

    def __str__(self) -> str:
        return self.written


def noted(form: Any, note: Note) -> Any:
    """A form with its source and confidence beside it."""
    if note == NO_NOTE:
        return form
    return {**(form if isinstance(form, dict) else {"value": form}), **note.document()}


def take_note(given: Mapping[str, Any]) -> tuple[dict[str, Any], Note, list[Finding]]:
    """Split a mapping into the form and the note beside it, with what is wrong with the note."""
    form = {key: value for key, value in given.items() if key not in ("source", "confidence")}
    findings: list[Finding] = []
    source, confidence = given.get("source"), given.get("confidence")
    if source is not None and not (isinstance(source, str) and source.strip()):
        findings.append(Finding(("source",), f"found {describe(source)}", "allowed: text"))
    if confidence is not None and confidence not in CONFIDENCES:
        allowed = f"allowed: {', '.join(CONFIDENCES)}"
        near = nearest(confidence, CONFIDENCES)
        findings.append(Finding(("confidence",), f"found {describe(confidence)}", allowed, near))
    return form, Note(source, confidence), findings


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Annotation of a field that holds a Quantity: its unit and what it allows."""

    unit: str
    allowed: Range
    whole: bool = False
    every_time: bool = False

    def read(self, given: Any) -> Quantity:
        """Read any form of a number."""
        if isinstance(given, Quantity):
            given = given.document()
        note = NO_NOTE
        findings: list[Finding] = []
        form = given
        if isinstance(given, Mapping):
            form, note, findings = take_note(given)
        try:
            built, canonical = distribution(form, self.allowed)
            certain = built.code == codes.CONSTANT
            if self.whole and certain and built.parameters[0] != math.floor(built.parameters[0]):
                at = () if not isinstance(form, Mapping) else (next(iter(form)),)
                findings.append(Finding(at, f"found number {built.parameters[0]:.15g}", "allowed: a whole number"))
        except FormError as error:
            findings.extend(error.findings)
        if findings:
            raise rejected(*findings)
        text = json.dumps(canonical, separators=(", ", ": "))
        return Quantity(built, self.unit, self.whole, self.every_time, note.source, note.confidence, text, self.allowed)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"$uncertain": [self.unit, *ends(self.allowed), self.whole, self.every_time]}


@dataclass(frozen=True, slots=True)
class Refused:
    """A number that is already known to be wrong, on its way to where errors are collected."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Certain:
    """Annotation of a field that holds a plain int or float: its unit and what it allows."""

    unit: str
    allowed: Range
    whole: bool = False

    def read(self, given: Any) -> int | float:
        """Read a certain number."""
        if isinstance(given, Refused):
            raise rejected(*given.findings)
        try:
            x = number(given)
        except FormError as error:
            raise rejected(*error.findings) from None
        if self.whole and x != math.floor(x):
            raise rejected(Finding((), f"found {describe(given)}", f"allowed: a whole number {self.allowed}"))
        if not self.allowed.allows(x):
            raise rejected(Finding((), f"found {describe(given)}", f"allowed: {self.allowed}"))
        return int(x) if self.whole else x

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"$certain": [self.unit, *ends(self.allowed), self.whole]}


def ends(allowed: Range) -> list[float | bool | None]:
    """The ends of a range for the JSON Schema: low, high, low open, high open."""
    low, high = (None if math.isinf(x) else plain_number(x) for x in (allowed.low, allowed.high))
    return [low, high, allowed.low_open, allowed.high_open]
