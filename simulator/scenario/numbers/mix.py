"""A mix: names with shares that add up to 1."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from simulator.scenario.numbers.forms import FormError, number, plain_number
from simulator.scenario.numbers.quantity import NO_NOTE, Note, noted, take_note
from simulator.scenario.text.problems import Finding, describe, rejected

TOLERANCE: Final = 1e-6
"""By how much shares may miss 1, so that thirds can be written with six decimals."""


class Mix(Mapping[str, float]):
    """Frozen mapping from names to certain shares in [0, 1] that add up to 1."""

    __slots__ = ("_notes", "_shares")

    def __init__(self, shares: Mapping[str, float], notes: Mapping[str, Note] | None = None) -> None:
        self._shares = dict(shares)
        self._notes = dict(notes or {})

    def __getitem__(self, name: str) -> float:
        return self._shares[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._shares)

    def __len__(self) -> int:
        return len(self._shares)

    def __repr__(self) -> str:
        return f"Mix({self._shares!r})"

    def __hash__(self) -> int:
        return hash(tuple(self._shares.items()))

    def note(self, name: str) -> Note:
        """Source and confidence beside a share."""
        return self._notes.get(name, NO_NOTE)

    def document(self) -> dict[str, Any]:
        """The mix as a scenario file writes it."""
        return {name: noted(plain_number(share), self.note(name)) for name, share in self._shares.items()}

    @classmethod
    def read(cls, given: Any) -> "Mix":
        """Read a mapping of names to shares."""
        if isinstance(given, Mix):
            return given
        if not isinstance(given, Mapping) or not given:
            raise rejected(Finding((), f"found {describe(given)}", "allowed: a mapping of names to shares"))
        shares: dict[str, float] = {}
        notes: dict[str, Note] = {}
        findings: list[Finding] = []
        for name, value in given.items():
            form = value
            if isinstance(value, Mapping):
                rest, note, wrong = take_note(value)
                findings.extend(Finding((name, *f.at), f.found, f.allowed, f.nearest) for f in wrong)
                form = rest["value"] if set(rest) == {"value"} else rest
                if note != NO_NOTE:
                    notes[name] = note
            try:
                share = number(form)
                if not 0.0 <= share <= 1.0:
                    findings.append(Finding((name,), f"found number {share:.15g}", "allowed: from 0 to 1"))
                shares[name] = share
            except FormError:
                findings.append(Finding((name,), f"found {describe(form)}", "allowed: a certain share, from 0 to 1"))
        if not findings:
            findings.extend(adds_up(shares))
        if findings:
            raise rejected(*findings)
        return cls(shares, notes)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.read)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "object", "additionalProperties": {"$certain": ["share", 0, 1, False, False, False]}}


def adds_up(shares: Mapping[str, float]) -> list[Finding]:
    """A finding where shares miss 1."""
    total = math.fsum(shares.values())
    if abs(total - 1.0) <= TOLERANCE:
        return []
    written = " + ".join(f"{share:g}" for share in shares.values())
    return [Finding((), f"found shares {written} = {total:.6g}", "allowed: shares that add up to 1")]
