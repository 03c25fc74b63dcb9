"""A trace's rows of numbers, told with names."""

from __future__ import annotations

import math
from typing import Any

from simulator.engine.protocol import TraceEvent
from simulator.model.plan.plan import Plan
from simulator.model.programme.programme import BUDGET_ENDED, SPONSOR
from simulator.model.state.events import KINDS
from simulator.model.state.state import State
from simulator.model.state.states import ACTIONS, BUDGET_DECISIONS, CLASS_REPAIR, DECISIONS
from simulator.scenario.vocabulary import GATE_MEASURES, JOBS, TICKET_KINDS, TIERS, USER_STATES

ENDED_BY = {SPONSOR: "sponsor", BUDGET_ENDED: "budget"}
"""Who ends a programme when it is not a gate."""
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
        self.types = int(state.settings["edge_cases.types_per_family"][0])
        self.systems = [system.name for system in scenario.integration.systems]
        self.stages = [f"{x.name}/{stage.name}" for x in scenario.integration.systems for stage in x.stages]
        rollout = scenario.rollout
        self.phases = [phase.name for phase in rollout.phases] if rollout is not None else []
        readings = (rollout.funding_gate, *rollout.gates) if rollout is not None else (None,)
        self.gates = ["funding" if gate is None else gate.name for gate in readings]
        self.value_gates = {
            gate.name
            for gate in readings
            if gate is not None
            and (gate.on_hold.rebaseline or any(criterion.measure == "value_share" for criterion in gate.criteria))
        }

    def event(self, row: Any) -> TraceEvent:
        """The event of one row: time, kind, four numbers."""
        kind = KINDS[int(row[1])]
        fields = {name: self.value(name, float(x)) for name, x in zip(kind.fields, row[2:], strict=True) if name}
        if kind.name == "job-opened":
            fields["reference"] = self.reference(int(row[2]), int(row[3]))
        elif kind.name == "gate-read" and fields["gate"] not in self.value_gates:
            del fields["value_share_observed"]
        elif kind.name == "shelved":
            fields["reason"] = self.gates[int(row[2])] if row[2] >= 0 else ENDED_BY[int(row[2])]
        return TraceEvent(float(row[0]), kind.name, fields)

    def reference(self, job_class: int, number: int) -> str:
        """What a job is about: a type of edge case, an outage, or a site."""
        if job_class == CLASS_REPAIR:
            return f"{self.families[number // self.types]}-{number % self.types}"
        return str(number) if JOBS[job_class] == "outage" else self.sites[number]

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
            "job_class": JOBS,
            "outcome": OUTCOMES,
            "state": USER_STATES,
            "system": self.systems,
            "stage": self.stages,
            "gate": self.gates,
            "phase": self.phases,
            "action": ACTIONS,
            "decision": DECISIONS,
            "gate_measure": GATE_MEASURES,
            "budget_decision": BUDGET_DECISIONS,
        }.get(name)
        if names is not None:
            return names[int(x)]
        if math.isnan(x):
            return "nothing"
        return int(x) if x == int(x) else x
