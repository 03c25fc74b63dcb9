"""Each way that a replication can go on from a gate, simulated from there: what `decisions` judges.

The replication is walked as planned up to just before a gate's first reading. From there one branch is held at every
reading, whatever is seen: it shows what the gate sees at each. Before each reading further branches go through, or are
stopped. Levers that do this change what a gate decides, and nothing else: the readings are made and paid as ever, and
no digit moves up to the decision.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.analysis.methods.gating.decisions import Floats, Looks, Rule
from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.programme.gates import SEES_INTEGRATIONS
from simulator.model.state.events import FUNDED, GATE, MISSED
from simulator.model.state.states import ANY

if TYPE_CHECKING:
    from simulator.model.measures.measures import Replication
    from simulator.model.state.state import State
    from simulator.stepping.simulation import Simulation

MEASURES: Final = ("success", "npv", "value_from_funding", "adoption_final")
LOOKS: Final = (0, 1, 2, 4)
"""Numbers of holds that are tried beside that of the plan."""
MOMENT: Final = 1e-9
"""Less than a millisecond, in weeks: as near as a replication is brought to a reading before it is made."""
NO_END: Final = 1_000_000

Outcome = Mapping[str, float]


@dataclass(frozen=True)
class Path:
    """What one replication shows of a gate.

    Its bounds, float64[criteria], and the length of a hold as drawn; by look its readings, float64[criteria], and the
    outcomes of going and of stopping there, where they were simulated; what comes of it if it is not read (again), NaN
    where it is read to the last look.
    """

    low: Floats
    high: Floats
    retry_weeks: float
    readings: tuple[Floats, ...]
    go: Mapping[int, Outcome]
    stop: Mapping[int, Outcome]
    rest: Outcome


def paths(simulation: Simulation, any_of: Mapping[int, bool], *, every: bool) -> dict[int, Path]:
    """The paths of a replication, which is at its kick-off and traced, by the number of its gate (0: funding).

    `any_of` names the gates and says whether one criterion is enough. `every`: also what is needed for other
    thresholds, and other numbers of holds.
    """
    simulation.pull(partial(_tracing, on=False), quietly=True)
    waiting = set(any_of)
    drawn = {g: _drawn(simulation.state, g) for g in any_of}
    found: dict[int, Path] = {}
    while waiting:
        before = over_next_reading(simulation, waiting)
        if before is None:
            break
        for g in sorted(g for g in waiting if simulation.state.gates["readings"][g] > 0):
            waiting.discard(g)
            found[g] = _from(before, g, drawn[g], any_of=any_of[g], every=every)
    planned = outcome(simulation.finish())
    never_read = {g: Path(*drawn[g], (), {}, {}, planned) for g in waiting}
    return {g: (found | never_read)[g] for g in any_of}


def over_next_reading(simulation: Simulation, gates: set[int]) -> Simulation | None:
    """Advance over the next reading of any of the gates; the replication as it was before, None where there is none."""
    while not simulation.finished:
        due = _next(simulation.state, gates)
        if due == math.inf:
            return None
        if due - MOMENT > simulation.week:
            simulation.advance(min(simulation.weeks, due - MOMENT))
            continue
        before = simulation.branch()
        made = simulation.state.gates["readings"].copy()
        simulation.pull(partial(_tracing, on=True), quietly=True)
        simulation.advance(min(simulation.weeks, max(simulation.week, due + MOMENT)))
        if not simulation.finished:
            simulation.pull(partial(_tracing, on=False), quietly=True)
        if any(simulation.state.gates["readings"][g] > made[g] for g in gates):
            return before
    return None


def _next(state: State, gates: set[int]) -> float:
    """When something happens that may be, or may bring, a reading of one of the gates (weeks); infinite: never.

    The gates after funding get their dates when it is funded, which gate 0 decides, whether it has criteria or not.
    """
    first = state.first_timer
    dates = state.timers["due"]
    found = [dates[first[GATE] + g] for g in {0, *gates}] + [dates[first[FUNDED]]]
    return float(min(found)) / WEEK_HOURS


def _from(before: Simulation, g: int, drawn: tuple[Floats, Floats, float], *, any_of: bool, every: bool) -> Path:
    """The path from just before the first reading of gate `g`, whose bounds and length of a hold were drawn."""
    max_holds = int(before.state.gates["max_holds"][g])
    low, high, _ = drawn
    rest: Outcome = dict.fromkeys(MEASURES, math.nan)
    held = before.branch()
    held.pull(partial(_never, g=g, holds=NO_END), quietly=True)
    readings: list[Floats] = []
    go: dict[int, Outcome] = {}
    stop: dict[int, Outcome] = {}
    passed = False
    for look in range(1 + (max(max_holds, *LOOKS) if every else max_holds)):
        here = over_next_reading(held, {g})
        if here is None:
            rest = outcome(held.finish())
            break
        seen = _seen(held, g, len(low))
        readings.append(seen)
        with np.errstate(invalid="ignore"):
            met = (low <= seen) & (seen <= high)
        passes = not passed and bool(met.any() if any_of else met.all())
        if look == 0 or passes or (every and look <= max_holds):
            go[look] = _ended(here, partial(_always, g=g))
        passed = passed or passes
        if (look == max_holds and (every or not passed)) or (every and look in LOOKS and not passed):
            stop[look] = _ended(here, partial(_never, g=g, holds=0))
        if passed and (not every or look >= max_holds):
            break
    return Path(*drawn, tuple(readings), go, stop, rest)


def _ended(before: Simulation, lever: Any) -> Outcome:
    """What comes of a branch."""
    branch = before.branch()
    branch.pull(lever, quietly=True)
    return outcome(branch.finish())


def outcome(replication: Replication) -> Outcome:
    """The measures that gates are judged by; what is null, as it is not funded, is nothing."""
    read = replication.measures
    return {name: float(read.get(name) or 0.0) for name in MEASURES}


def _drawn(state: State, g: int) -> tuple[Floats, Floats, float]:
    """The bounds of a gate's criteria, and the length of a hold."""
    rows = _criteria(state, g)
    return rows["at_least"].astype(float), rows["at_most"].astype(float), float(state.gates["retry_weeks"][g])


def _criteria(state: State, g: int) -> Any:
    gate = state.gates[g]
    return state.criteria[gate["first_criterion"] : gate["first_criterion"] + gate["criteria"]]


def _seen(simulation: Simulation, g: int, criteria: int) -> Floats:
    """What a gate that has just missed all of its criteria saw of each."""
    rows = simulation.rows
    found: Floats = rows[(rows[:, 1] == MISSED) & (rows[:, 2] == g), 4][-criteria:]
    return found


def _tracing(state: State, _: float, *, on: bool) -> None:
    state.world["tracing"] = int(on)


def _never(state: State, _: float, *, g: int, holds: int) -> None:
    """The gate is not met, whatever it sees, and holds so many times."""
    rows = _criteria(state, g)
    rows["at_least"], rows["at_most"] = math.inf, -math.inf
    state.gates["max_holds"][g] = holds


def _always(state: State, _: float, *, g: int) -> None:
    """The gate is met, whatever it sees: one criterion is enough, on what can always be seen."""
    rows = _criteria(state, g)
    rows["measure"][0], rows["at_least"][0], rows["at_most"][0] = SEES_INTEGRATIONS, -math.inf, math.inf
    state.gates["combine"][g] = ANY
    state.gates["lag_weeks"][g] = 0.0


def together(found: Sequence[Path], any_of: bool, max_holds: int) -> tuple[Looks, Rule]:
    """The paths of all replications at one gate as arrays, and the gate's rule."""
    looks = max(1, *(len(path.readings) for path in found))
    criteria = len(found[0].low)
    readings = np.full((len(found), looks, criteria), np.nan)
    looked = np.zeros((len(found), looks), bool)
    go, stop = ({name: np.full((len(found), looks), np.nan) for name in MEASURES} for _ in range(2))
    for row, path in enumerate(found):
        for look, seen in enumerate(path.readings):
            readings[row, look], looked[row, look] = seen, True
        for into, by_look in ((go, path.go), (stop, path.stop)):
            for look, came in by_look.items():
                for name in MEASURES:
                    into[name][row, look] = came[name]
    rest = {name: np.array([path.rest[name] for path in found]) for name in MEASURES}
    low, high = (np.array([getattr(path, end) for path in found]) for end in ("low", "high"))
    return Looks(readings, looked, go, stop, rest), Rule(low, high, any_of, max_holds)
