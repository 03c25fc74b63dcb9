"""The dashboard of a programme: what its gates would see, were they read on any day and without sampling luck."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from simulator.model.programme.gates import reading
from simulator.model.state.states import ANY

if TYPE_CHECKING:
    from simulator.model.state.state import State

MIDDLE: Final = 0.5
"""The draw of a sample, and of an error, in the middle."""


def next_gate(state: State) -> int | None:
    """The first gate with criteria that has not been passed, else the last that has; None where there is none."""
    gates = [g for g in range(len(state.gates)) if state.gates["criteria"][g] > 0]
    return next((g for g in gates if state.gates["passed"][g] == 0), gates[-1] if gates else None)


def is_green(state: State) -> bool | None:
    """Whether the criteria of that gate hold by what it would see now; None where there is no gate to read."""
    number = next_gate(state)
    if number is None:
        return None
    gate: Any = state.gates[number]
    first = int(gate["first_criterion"])
    criteria = state.criteria[first : first + int(gate["criteria"])]
    met = [
        bool(one["at_least"] <= reading(state, gate, int(one["measure"]), MIDDLE, MIDDLE) <= one["at_most"])
        for one in criteria
    ]
    return any(met) if gate["combine"] == ANY else all(met)
