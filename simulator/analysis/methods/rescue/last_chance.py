"""The last chance of a failed world: the last day on which something still saves it, and what its gates showed.

The world is simulated again and stopped every `EVERY` weeks from its funding on. On up to `MOST` of these days, evenly
over its life, each late remedy is tried on a branch of it, with the same past and, as far as the remedy leaves things
as they were, the same luck; a day *saves* where the branch succeeds. The days after the last that saves are tried too,
up to the next of those, from the latest back to the first that saves. So what is found is exact where a remedy that
saves on a day would also have saved on days before it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from simulator.analysis.methods.gating.dashboard import is_green
from simulator.analysis.methods.rescue.late_remedies import LATE_REMEDIES, LUCK, LateRemedy
from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.state.states import STOPPED

if TYPE_CHECKING:
    from simulator.stepping.simulation import Simulation

EVERY: Final = 4
"""Weeks between two days on which the last chance may have been."""
MOST: Final = 6
"""On how many of these days all is tried, whatever is found; more would take long where programmes run for years."""
NEVER: Final = -1
"""The week of a rescue that no day brings."""


@dataclass(frozen=True)
class World:
    """A failed world: what saves it and when, and what its gates would have shown.

    Days are weeks from funding, 0, `EVERY`, 2 * `EVERY` and so on; `green` has one entry for each on which it still
    ran: what the gates would have shown, None without gates. `saved` are the days that save it, by remedy and for other
    luck, among those on which all is tried. `last` is the last day on which any listed remedy saves it, or
    `NEVER`, and `by` those that do. `possible` are the remedies for which there was anything to do. `gains` has what
    one on day 0 adds to the value of funding; `ended` is the week from funding in which it was stopped, None where it
    ran to the horizon.
    """

    number: int
    green: tuple[bool | None, ...]
    saved: Mapping[str, tuple[int, ...]]
    last: int
    by: tuple[str, ...]
    possible: tuple[str, ...]
    gains: Mapping[str, float]
    ended: float | None

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> World:
        """One as `as_dict` has told it."""
        saved = {name: tuple(days) for name, days in stored["saved"].items()}
        lists = {name: tuple(stored[name]) for name in ("green", "by", "possible")}
        return cls(**{**stored, "saved": saved, **lists})

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON types."""
        saved = {name: list(days) for name, days in self.saved.items()}
        lists = {name: list(getattr(self, name)) for name in ("green", "by", "possible")}
        return {**vars(self), "saved": saved, "gains": dict(self.gains), **lists}

    @property
    def red(self) -> int | None:
        """The first day on which the gates would not have been green; None where they were to the end."""
        return next((EVERY * i for i, green in enumerate(self.green) if green is False), None)


@dataclass(frozen=True)
class Failure:
    """A programme that fails: weeks from kick-off of its funding, and of its stop or the horizon; value of funding."""

    funded_week: float
    stopped_week: float
    value: float


def step(weeks: float) -> int:
    """How many days of a life of so many weeks lie between two on which all is tried."""
    return max(1, math.ceil(math.ceil(weeks / EVERY) / MOST))


def look_at(simulation: Simulation, failures: Mapping[int, Failure]) -> World:
    """A world that fails, from its funding on: what saves it and when, and what its gates would show."""
    number = simulation.replication
    failure = failures[number]
    first = math.ceil(failure.funded_week)
    apart = EVERY * step(failure.stopped_week - first)
    green: list[bool | None] = []
    saved: dict[str, list[int]] = {remedy.name: [] for remedy in (*LATE_REMEDIES, LUCK)}
    gains: dict[str, float] = {}
    possible: set[str] = set()
    last = NEVER
    by: tuple[str, ...] = ()
    later: list[tuple[int, Simulation]] = []  # days after the last that saves it, up to the next that was tried
    for week in range(first, simulation.weeks, EVERY):
        simulation.advance(week)
        if simulation.state.world["programme"][0] == STOPPED:
            break
        day = week - first
        green.append(is_green(simulation.state))
        if day % apart:
            if last != NEVER and day < last + apart:
                later.append((day, simulation.branch()))
            continue
        tried = {remedy.name: _worth(simulation, remedy, told=day == 0) for remedy in (*LATE_REMEDIES, LUCK)}
        worth = {name: found for name, found in tried.items() if found is not None}
        possible.update(worth)
        for name, (saves, gained) in worth.items():
            if saves:
                saved[name].append(day)
            if gained is not None:
                gains[name] = gained - failure.value
        savers = _savers({name: saves for name, (saves, _) in worth.items()})
        if savers:
            last, by, later = day, savers, []
    for day, there in reversed(later):
        tried = {remedy.name: _worth(there, remedy) for remedy in LATE_REMEDIES}
        savers = _savers({name: found is not None and found[0] for name, found in tried.items()})
        if savers:
            last, by = day, savers
            break
    simulation.advance(simulation.weeks)
    stopped = float(simulation.state.world["stopped_at"][0])
    ended = None if math.isinf(stopped) else stopped / WEEK_HOURS - failure.funded_week
    days = {name: tuple(x) for name, x in saved.items()}
    names = tuple(name for name in days if name in possible)
    return World(number, tuple(green), days, last, by, names, gains, ended)


def _savers(saves: Mapping[str, bool]) -> tuple[str, ...]:
    """The listed remedies that save."""
    return tuple(name for name, saved in saves.items() if saved and name != LUCK.name)


def _worth(simulation: Simulation, remedy: LateRemedy, *, told: bool = False) -> tuple[bool, float | None] | None:
    """Whether a remedy saves a world now, and its value of funding then, where that is `told`; None: nothing to do."""
    branch = simulation.branch()
    if not remedy.do(branch):
        return None
    branch.advance(branch.weeks)
    if branch.state.world["programme"][0] == STOPPED and not told:
        return False, None  # its measures, which take as long as a year of it, say nothing else
    measures = branch.finish().measures
    worth = measures["value_from_funding"]
    return bool(measures["success"]), float(worth) if told and worth is not None else None
