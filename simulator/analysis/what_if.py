"""One decision in one world: the same past and the same luck, with it and without, and where the two part.

What one world shows is an anecdote: it makes a mechanism visible, and says nothing about how likely anything is.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from simulator.analysis.frame.answers import Answer
from simulator.analysis.methods.rescue.late_remedies import LATE_REMEDIES, LateRemedy
from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.state.states import STOPPED
from simulator.scenario import Scenario, load
from simulator.stepping.arguments import ENGINE, SEED, ArgumentError, known
from simulator.stepping.simulation import Simulation, simulate

if TYPE_CHECKING:
    import pandas as pd

    from simulator.engine import TraceEvent
    from simulator.model.measures.measures import Replication

NAME: Final = "what_if"
TOLD: Final = (
    "outcome",
    "success",
    "weeks_to_scale",
    "shelved_week",
    "adoption_final",
    "users_lost",
    "tickets_abandoned",
    "sla_met_share",
    "programme_cost",
    "value_from_funding",
)
"""Measures that are told of the end: success, people and money."""


@dataclass(frozen=True)
class Parting:
    """Where two futures part: the first event that only one has, or both at other times; None where one has no more."""

    without: TraceEvent | None
    with_it: TraceEvent | None

    @property
    def week(self) -> float:
        """When, in weeks from kick-off."""
        return min(event.time_hours for event in (self.without, self.with_it) if event is not None) / WEEK_HOURS


class WhatIf(Answer):
    """A remedy in one world in one week (from funding), and the same world without it."""

    name: ClassVar[str] = NAME

    def __init__(
        self,
        scenario: Scenario,
        replication: int,
        seed: int,
        week: int,
        remedy: LateRemedy,
        funded_week: float,
        ends: tuple[Replication, Replication] | None,
        parting: Parting | None,
    ) -> None:
        self.scenario, self.replication, self.seed, self.week, self.remedy = scenario, replication, seed, week, remedy
        self.funded_week, self.ends, self.parting = funded_week, ends, parting

    @property
    def possible(self) -> bool:
        """Whether there was anything to do."""
        return self.ends is not None

    @property
    def frame(self) -> pd.DataFrame:
        """A row per measure: without the remedy and with it."""
        import pandas as pd

        if self.ends is None:
            return pd.DataFrame({"without": [], "with_it": []})
        ends = dict(zip(("without", "with_it"), self.ends, strict=True))
        columns = {column: [end.measures[name] for name in TOLD] for column, end in ends.items()}
        return pd.DataFrame(columns, index=list(TOLD), dtype=object)

    def as_dict(self) -> dict[str, Any]:
        """The content of `what_if.json`."""
        ends = None
        if self.ends is not None:
            ends = {name: [_plain(end.measures[name]) for end in self.ends] for name in TOLD}
        parting = None
        if self.parting is not None:
            told = {"without": self.parting.without, "with_it": self.parting.with_it}
            parting = {"week": self.parting.week} | {
                name: None
                if event is None
                else {"kind": event.kind, **{field: _plain(value) for field, value in event.fields.items()}}
                for name, event in told.items()
            }
        return {
            "scenario": self.scenario.name,
            "scenario_hash": self.scenario.hash,
            "replication": self.replication,
            "seed": self.seed,
            "funded_week": self.funded_week,
            "week_from_funding": self.week,
            "remedy": self.remedy.name,
            "possible": self.possible,
            "first_difference": parting,
            "ends": ends,
            **self.spoken(),
        }


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def what_if(
    scenario: Scenario | str | os.PathLike[str] | Mapping[str, Any],
    replication: int,
    week: int,
    remedy: str,
    seed: int = SEED,
    engine: str = ENGINE,
) -> WhatIf:
    """What a late remedy would have changed in one replication, had it been used so many weeks after funding.

    Remedies are those of `rescue`, by name. Raises `ScenarioError`, and `ArgumentError` (a `ValueError`) for a remedy
    that there isn't, a replication that is not funded, and a week in which it had ended.
    """
    chosen = {one.name: one for one in LATE_REMEDIES}
    known("remedy", remedy, list(chosen))
    if week < 0:
        raise ArgumentError("{week} is {found}; it must be a whole number of weeks from funding", found=repr(week))
    plan = scenario if isinstance(scenario, Scenario) else load(scenario)
    without = simulate(plan, replication, seed, engine, traced=True)
    funded = _funded(without.branch())
    if funded is None:
        raise ArgumentError("{replication} {found} is not funded: nothing can be done after funding", found=replication)
    day = math.ceil(funded) + week
    if day >= without.weeks:
        raise ArgumentError(
            "{week} is {found}, but replication {number} is funded in week {funded:.0f} and ends in week {end}",
            found=week, number=replication, funded=funded, end=without.weeks,
        )  # fmt: skip
    without.advance(day)
    if without.state.world["programme"][0] == STOPPED:
        stopped = float(without.state.world["stopped_at"][0]) / WEEK_HOURS - funded
        raise ArgumentError(
            "{week} is {found}, but replication {number} was stopped {stopped:.0f} weeks after funding",
            found=week, number=replication, stopped=stopped,
        )  # fmt: skip
    past = len(without.rows)
    with_it = without.branch()
    if not chosen[remedy].do(with_it):
        return WhatIf(plan, replication, seed, week, chosen[remedy], funded, None, None)
    ends = without.finish(), with_it.finish()
    parting = _parting(without, with_it, past)
    return WhatIf(plan, replication, seed, week, chosen[remedy], funded, ends, parting)


def _funded(simulation: Simulation) -> float | None:
    """The week of funding, from kick-off; None where it never is."""
    simulation.advance(simulation.weeks)
    hours = float(simulation.state.world["funded_at"][0])
    return None if math.isinf(hours) else hours / WEEK_HOURS


def _parting(without: Simulation, with_it: Simulation, past: int) -> Parting | None:
    """The first event after a common past in which two futures differ; None where they don't."""
    rows, others = without.rows[past:], with_it.rows[past:]
    both = min(len(rows), len(others))
    same = ((rows[:both] == others[:both]) | (np.isnan(rows[:both]) & np.isnan(others[:both]))).all(axis=1)
    first = both if same.all() else int(np.argmin(same))
    if first == len(rows) == len(others):
        return None
    return Parting(
        without.event(rows[first]) if first < len(rows) else None,
        with_it.event(others[first]) if first < len(others) else None,
    )
