"""The ledger of a scenario: each number with its source, or as an assumption."""

import json
from typing import TYPE_CHECKING, NamedTuple

from simulator.scenario.checks.inputs import numbers
from simulator.scenario.numbers.quantity import Confidence, Quantity

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario


class Entry(NamedTuple):
    """A number of a scenario in the ledger."""

    path: str
    value: str
    """The number, or the form of its distribution, as a scenario file writes it."""
    unit: str
    source: str | None
    confidence: Confidence | None

    @property
    def assumption(self) -> bool:
        """Whether the number stands without a source."""
        return self.source is None or self.confidence == "assumption"


def assumptions(scenario: "Scenario") -> list[Entry]:
    """Every number with source and confidence, in declared order; without a source its confidence is ``assumption``.

    Levers are left out: they say what can be moved, not what is believed.
    """
    entries = []
    for path, value, note, *_ in numbers(scenario):
        if path.startswith("levers."):
            continue
        text = value.written if isinstance(value, Quantity) else json.dumps(value)
        unit = value.unit if isinstance(value, Quantity) else ""
        confidence: Confidence | None = note.confidence if note.source is not None else "assumption"
        entries.append(Entry(path, text, unit, note.source, confidence))
    return entries
