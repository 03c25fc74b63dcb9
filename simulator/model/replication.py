"""One replication before time starts: inputs drawn, memory allocated, users, agents and edge-case types in place."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.model import state as layout
from simulator.model.edge_cases import break_sticks
from simulator.model.kinds import ROSTERS, STATES, TIERS, WAITING
from simulator.model.plan import Floats, Plan, apportion
from simulator.model.state import State, link_free_tickets
from simulator.model.time import WEEK_HOURS
from simulator.scenario.support import DataScienceTeam, StaffedTier
from simulator.streams.jit import rule
from simulator.streams.philox import draw, stream
from simulator.streams.variates import quantile

FIRST_TICKET_SLOTS = 1024


def begin(
    plan: Plan, replication: int, seed: int, uniforms: Floats | None = None, trace_rows: int = 0
) -> tuple[State, Floats]:
    """The state at t = 0 of a replication and its inputs as drawn.

    `trace_rows` > 0 makes the replication write its events into a trace of that many rows.
    """
    inputs = plan.draw_inputs(replication, seed, uniforms)
    records = {name: array.copy() for name, array in plan.records.items()}
    for slot in plan.slots:
        records[slot.array][slot.field][slot.index] = inputs[slot.input] * slot.scale
    scenario = plan.scenario
    key = np.array([seed, replication], dtype=np.uint64)
    _set_dates(plan, records, inputs)
    users = _settle_users(plan, records, inputs)
    agents = _hire(plan, records, inputs, key)
    segments = len(scenario.users.segments)
    cells, families, types = len(records["cells"]), len(records["families"]), scenario.edge_cases.types_per_family
    counts = np.zeros((cells, STATES), dtype=np.int64)
    counts[:, WAITING] = records["cells"]["users"]
    tickets = np.zeros(FIRST_TICKET_SLOTS, layout.TICKET)
    world = np.zeros(1, layout.WORLD)
    world["users"], world["sites"], world["cells"] = len(users), len(scenario.sites), cells
    world["families"], world["types"], world["segments"] = families, types, segments
    world["seasons"], world["tracing"] = len(scenario.seasons), int(trace_rows > 0)
    link_free_tickets(tickets, world, 0)
    state = State(
        settings=records["settings"],
        distributions=records["distributions"],
        tables=records["tables"],
        sites=records["sites"],
        cells=records["cells"],
        clocks=records["clocks"],
        counts=counts,
        users=users,
        roster=np.zeros((ROSTERS, max(1, len(users))), dtype=np.int32),
        families=records["families"],
        types=np.zeros(families * types, layout.TYPE),
        tickets=tickets,
        jobs=np.zeros(len(scenario.sites) + families * types + FIRST_TICKET_SLOTS, layout.JOB),
        tiers=records["tiers"],
        agents=agents,
        shifts=records["shifts"],
        seasons=records["seasons"],
        season_days=records["season_days"],
        waits=np.zeros((len(TIERS), layout.WAIT_BINS), dtype=np.int64),
        world=world,
        key=key,
        weekly=np.full((plan.weeks, len(layout.WEEKLY) + len(layout.HIDDEN_WEEKLY)), np.nan),
        site_weeks=np.zeros((plan.weeks, len(scenario.sites), len(layout.SITE_WEEKS))),
        trace=np.zeros((max(1, trace_rows), layout.TRACE_FIELDS)),
    )
    prepare(state)
    return state, inputs


@rule
def prepare(state: State) -> None:
    """Draw the edge-case types of every family."""
    for f in range(state.world[0]["families"]):
        if state.families[f]["share"] > 0.0:
            break_sticks(state, f)


def _set_dates(plan: Plan, records: dict[str, npt.NDArray[Any]], inputs: Floats) -> None:
    """Funding and go-lives, in hours since kick-off."""
    scenario, settings, sites = plan.scenario, records["settings"], records["sites"]
    if scenario.users.initially_active or scenario.rollout is None:
        return  # everybody is live from the start
    delay = plan.value(scenario.rollout.funding_delay_weeks, inputs) * WEEK_HOURS
    settings["funded_at"] = settings["pilot_hours"] + delay
    names = [site.name for site in scenario.sites]
    for phase in scenario.rollout.phases:
        for name in phase.sites:
            week = plan.value(phase.week, inputs) * WEEK_HOURS
            sites["go_live"][names.index(name)] = settings["funded_at"][0] + week


def _settle_users(plan: Plan, records: dict[str, npt.NDArray[Any]], inputs: Floats) -> npt.NDArray[Any]:
    """Share each site's users out to its cells, and those whom the pilot invites; USER[users]."""
    scenario, sites, cells = plan.scenario, records["sites"], records["cells"]
    segments = scenario.users.segments
    pilot = None if scenario.users.initially_active else scenario.pilot
    for s, site in enumerate(scenario.sites):
        mix = [site.segments.get(x.name, 0.0) if site.segments else x.share for x in segments]
        first = s * len(segments)
        block = cells[first : first + len(segments)]
        block["users"] = apportion(int(sites["users"][s]), mix)
        if pilot is not None and site.name in pilot.sites:
            invited = min(int(plan.value(pilot.users_per_site, inputs)), int(sites["users"][s]))
            wanted = apportion(invited, [pilot.segments.get(x.name, 0.0) for x in segments])
            block["pilot_users"] = np.minimum(wanted, block["users"])
            sites["is_pilot"][s] = 1
            sites["pilot_users"][s] = block["pilot_users"].sum()
    cells["first"] = np.concatenate([[0], np.cumsum(cells["users"])[:-1]])
    users = np.zeros(int(cells["users"].sum()), layout.USER)
    users["cell"] = np.repeat(np.arange(len(cells)), cells["users"])
    users["number"] = np.arange(len(users)) - cells["first"][users["cell"]]
    users["state"] = WAITING
    return users


def _hire(plan: Plan, records: dict[str, npt.NDArray[Any]], inputs: Floats, key: Any) -> npt.NDArray[Any]:
    """All agents of the horizon with tier, shift and first day; those of the data science team come last; AGENT[...].

    A newcomer goes to the shift that is furthest behind its share.
    """
    scenario, tiers, shifts = plan.scenario, records["tiers"], records["shifts"]
    tables = records["tables"]
    funded = float(records["settings"]["funded_at"][0])
    rows: list[tuple[float, int, int, int]] = []
    sections: list[StaffedTier | DataScienceTeam] = [
        scenario.support.tiers.tier1,
        scenario.support.tiers.tier2,
        scenario.data_science_team,
    ]
    for t, section in enumerate(sections):
        heads = section.agents if isinstance(section, StaffedTier) else section.members
        arrivals = [0.0] * int(plan.value(heads, inputs))
        if isinstance(section, StaffedTier):
            d = records["distributions"][layout.HIRING + t]
            parameters = np.array([d[f"p{i}"] for i in range(6)])
            for hiring in section.hiring:
                for _ in range(int(plan.value(hiring.agents, inputs))):
                    u = draw(key, np.array([stream("hiring", TIERS[t])])[0], len(arrivals), 0)[0]
                    weeks = quantile(int(d["code"]), parameters, float(d["low"]), float(d["high"]), tables, u)
                    arrivals.append(funded + (plan.value(hiring.week, inputs) + weeks) * WEEK_HOURS)
        first_shift = int(np.flatnonzero(shifts["tier"] == t)[0])
        shares = [shift.share for shift in section.shifts]
        assigned = [0] * len(shares)
        tiers["first_agent"][t] = len(rows)
        tiers["agents"][t] = len(arrivals)
        for number, arrives in enumerate(arrivals):
            behind = [share * (number + 1) - n for share, n in zip(shares, assigned, strict=True)]
            k = behind.index(max(behind))
            assigned[k] += 1
            rows.append((arrives, t, first_shift + k, number))
    agents = np.zeros(max(1, len(rows)), layout.AGENT)
    for i, (arrives, t, shift, number) in enumerate(rows):
        agents["arrives"][i], agents["tier"][i], agents["shift"][i], agents["number"][i] = arrives, t, shift, number
    return agents
