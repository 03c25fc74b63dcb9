"""A trace's rows of numbers, told with names."""

from __future__ import annotations

from typing import Any

from simulator.engine import TraceEvent
from simulator.model.kinds import CLASSES, KINDS, STATE_NAMES, TICKET_KINDS, TIERS
from simulator.model.plan import Plan
from simulator.model.state import State

OUTCOMES = ("right", "wrong", "handed over")


class Story:
    """Names the numbers of one replication's trace."""

    def __init__(self, plan: Plan, state: State) -> None:
        scenario = plan.scenario
        self.sites = [site.name for site in scenario.sites]
        self.segments = [segment.name for segment in scenario.users.segments]
        self.families = ["organisation", *self.sites, *(season.name for season in scenario.seasons)]
        self.users = state.users["cell"].copy(), state.users["number"].copy()
        self.agents = [f"{TIERS[a['tier']]}-{a['number'] + 1}" for a in state.agents]
        tiers = state.shifts["tier"].tolist()
        self.shifts = [f"{TIERS[t]}-shift-{tiers[: k + 1].count(t)}" for k, t in enumerate(tiers)]
        self.types = int(state.world["types"][0])

    def event(self, row: Any) -> TraceEvent:
        """The event of one row: time, kind, four numbers."""
        kind = KINDS[int(row[1])]
        fields = {name: self.value(name, float(x)) for name, x in zip(kind.fields, row[2:], strict=True) if name}
        if kind.name == "job-opened" and fields["job_class"] == "repair":
            number = int(row[3])
            fields["reference"] = f"{self.families[number // self.types]}-{number % self.types}"
        elif kind.name == "job-opened":
            fields["reference"] = self.sites[int(row[3])]
        return TraceEvent(float(row[0]), kind.name, fields)

    def value(self, name: str, x: float) -> str | int | float:
        """One field of an event."""
        if name == "user":
            cell, number = self.users[0][int(x)], self.users[1][int(x)]
            site, segment = divmod(int(cell), len(self.segments))
            return f"{self.sites[site]}/{self.segments[segment]}/{number}"
        names = {
            "site": self.sites,
            "family": self.families,
            "agent": self.agents,
            "shift": self.shifts,
            "ticket_kind": TICKET_KINDS,
            "job_class": CLASSES,
            "outcome": OUTCOMES,
            "state": STATE_NAMES,
        }.get(name)
        if names is not None:
            return names[int(x)]
        return int(x) if x == int(x) else x
