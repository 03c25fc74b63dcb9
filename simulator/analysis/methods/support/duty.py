"""Load by hour of the week: when users ask, who is there, and which visits begin late; from events of a few worlds."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from simulator.analysis.frame.replays import replays
from simulator.analysis.frame.runs import stopped_before
from simulator.analysis.methods.support.desk import NAME, quarter_rows
from simulator.analysis.methods.support.erlang import Floats
from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.state.events import GAVE_UP, SHIFT, TICKET, VISIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.experiment.progress import ReportProgress
    from simulator.experiment.settings import Settings
    from simulator.scenario import Scenario
    from simulator.stepping.simulation import Simulation

HOURS: Final = 168
FIRST_LINE: Final = 1


@dataclass(frozen=True)
class Hourly:
    """By hour of a week of the first line's local time, from Monday 00:00, float64[168]; means over `worlds`.

    A week has so many tickets `opened`, people `on_duty`, `visits` that began to wait, and of these `late` ones.
    `opened_alone` and `late_alone` are those for which nobody was there when they came.
    """

    opened: Floats
    on_duty: Floats
    visits: Floats
    late: Floats
    opened_alone: Floats
    late_alone: Floats
    quarter: int
    utc_offset_hours: float
    worlds: int

    @property
    def share_opened_alone(self) -> float | None:
        """The share of tickets that are opened while nobody is there; None where none is opened."""
        return _part(self.opened_alone, self.opened)

    @property
    def share_late_alone(self) -> float | None:
        """Of the visits that began late, the share that had come while nobody was there; None where none is late."""
        return _part(self.late_alone, self.late)

    @property
    def share_late(self) -> float | None:
        """The share of visits that began late; None where nobody came."""
        return _part(self.late, self.visits)


def _part(some: Floats, every: Floats) -> float | None:
    whole = math.fsum(every)
    return math.fsum(some) / whole if whole > 0.0 else None


@dataclass(frozen=True)
class WatchHours:
    """How one replication is looked at: six arrays of a week's hours, of one quarter; None where it has none."""

    quarter: int
    offset: float

    def __call__(self, simulation: Simulation) -> Floats | None:
        """Run a replication to the end of the quarter, and count."""
        simulation.advance(simulation.weeks)
        state = simulation.state
        funded = float(state.world["funded_at"][0]) / WEEK_HOURS
        rows = quarter_rows(funded, self.quarter, simulation.weeks) if math.isfinite(funded) else None
        if rows is None:
            return None
        first, last = rows.start * WEEK_HOURS, rows.stop * WEEK_HOURS
        events = simulation.rows
        target = float(state.tiers["target_hours"][0])
        shifts = np.flatnonzero(state.shifts["tier"] == 0)
        found: Floats = by_hour(events, first, last, self.offset, target, shifts) / (rows.stop - rows.start)
        return found


def by_hour(events: Floats, first: float, last: float, offset: float, target: float, shifts: Iterable[int]) -> Floats:
    """What `Hourly` holds, in its order, as sums over the hours from `first` to before `last`, float64[6, 168].

    `events` are rows of a trace (`Simulation.rows`), `shifts` the numbers of the line's. A visit counts in the hour in
    which it began to wait; one whose user gave up is late.
    """
    time, kind = events[:, 0], events[:, 1]
    turns = events[(kind == SHIFT) & np.isin(events[:, 2], [*shifts])]

    def there(instants: Floats) -> Floats:
        place = np.searchsorted(turns[:, 0], instants, side="right") - 1
        return np.where(place >= 0, turns[np.maximum(place, 0), 3], 0.0) if len(turns) else np.zeros(len(instants))

    def counted(instants: Floats, *, alone: bool = False) -> Floats:
        inside = instants[(instants >= first) & (instants < last)]
        if alone:
            inside = inside[there(inside) <= 0.0]
        return np.bincount(_hour(inside, offset), minlength=HOURS).astype(float)

    opened = time[kind == TICKET]
    begun = events[(kind == VISIT) & (events[:, 3] == FIRST_LINE)]
    gone = _joined(events, events[(kind == GAVE_UP) & (events[:, 3] == FIRST_LINE)])
    visits = np.concatenate([begun[:, 0] - begun[:, 4], gone])
    late = np.concatenate([(begun[:, 0] - begun[:, 4])[begun[:, 4] > target], gone])
    grid = np.arange(first, last) + 0.5
    on_duty = np.bincount(_hour(grid, offset), weights=there(grid), minlength=HOURS)
    return np.array(
        [
            counted(opened),
            on_duty,
            counted(visits),
            counted(late),
            counted(opened, alone=True),
            counted(late, alone=True),
        ]
    )


def _joined(events: Floats, left: Floats) -> Floats:
    """When tickets whose user gave up at the first line had been opened: the trace tells no other beginning."""
    opened = events[events[:, 1] == TICKET]
    when = dict(zip(opened[:, 2].tolist(), opened[:, 0].tolist(), strict=True))
    return np.array([when.get(ticket, time) for time, ticket in left[:, [0, 2]].tolist()])


def _hour(instants: Floats, offset: float) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return (np.floor(instants + offset) % HOURS).astype(np.int64)


def hourly(
    plan: Scenario, numbers: Sequence[int], quarter: int, settings: Settings, report: ReportProgress
) -> Hourly | None:
    """The load of a quarter (from 0) in some replications; None where none of them has it. Raises as `watched`."""
    offset = float(plan.support.tiers.tier1.utc_offset_hours)
    seen, complete = replays(WatchHours(quarter, offset), plan, numbers, settings, report, traced=True)
    if not complete:
        raise stopped_before(NAME, "all of it was simulated", settings)
    found = [one for _, one in sorted(seen.items()) if one is not None]
    if not found:
        return None
    opened, on_duty, visits, late, opened_alone, late_alone = np.mean(np.array(found), axis=0)
    return Hourly(opened, on_duty, visits, late, opened_alone, late_alone, quarter, offset, len(found))
