"""One replication before time starts: inputs drawn, memory allocated, users, agents and edge-case types in place."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.model.answers.edge_cases import break_sticks
from simulator.model.answers.outages import next_outage
from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.clockwork.timers import set_timer
from simulator.model.clockwork.tracing import traced
from simulator.model.clockwork.variate import variate
from simulator.model.plan.plan import Floats, Plan, apportion
from simulator.model.programme.integration import share_left
from simulator.model.state import events, states
from simulator.model.state.columns import COLUMNS, SITE_WEEKS, WAIT_BINS
from simulator.model.state.memory import aligned_zeros
from simulator.model.state.records import AGENT, JOB, TICKET, TIMER, TYPE, USER, WORLD
from simulator.model.state.state import TRACE_FIELDS, State, link_free_tickets
from simulator.model.state.states import ROSTERS, STATES, TIER3, WAITING
from simulator.model.support.staffing import plan_departure
from simulator.model.users.movers import take_place
from simulator.scenario.sections.support import DataScienceTeam, StaffedTier
from simulator.scenario.vocabulary import TEAMS, TIERS
from simulator.streams.jit import rule
from simulator.streams.philox import draw, stream
from simulator.streams.quantile_tables import STICK_SIZE
from simulator.streams.variates import quantile

FIRST_TICKET_SLOTS = 1024
SPARE_AGENTS = 16
"""Posts of each staffed tier beyond those of the plan, for whoever decides to hire during a replication."""
SPARE_PER_USER = 0.02
"""Posts of each staffed tier, per user, where a plan is made during a replication."""


def begin(
    plan: Plan, replication: int, seed: int, uniforms: Floats | None = None, trace: bool = False
) -> tuple[State, Floats]:
    """The state at t = 0 of a replication and its inputs as drawn.

    `trace` makes the replication write its events down.
    """
    inputs = plan.draw_inputs(replication, seed, uniforms)
    records = {name: array.copy() for name, array in plan.records.items()}
    clocks = aligned_zeros(len(records["clocks"]), records["clocks"].dtype)
    clocks[:] = records["clocks"]
    records["clocks"] = clocks
    for slot in plan.slots:
        records[slot.array][slot.field][slot.index] = inputs[slot.input]
    scenario = plan.scenario
    key = np.array([seed, replication], dtype=np.uint64)
    users = _settle_users(plan, records, inputs)
    agents = _hire(plan, records, inputs, key)
    sites, cells, families = len(scenario.sites), len(records["cells"]), len(records["families"])
    types, systems = scenario.edge_cases.types_per_family, len(records["systems"])
    counts = np.zeros((cells, STATES), dtype=np.int64)
    counts[:, WAITING] = records["cells"]["users"]
    tickets = np.zeros(FIRST_TICKET_SLOTS, TICKET)
    settings = records["settings"][0]
    world = np.zeros(1, WORLD)
    for name, value in (
        ("users", len(users)), ("sites", sites), ("cells", cells), ("families", families),
        ("segments", len(scenario.users.segments)), ("seasons", len(scenario.seasons)), ("systems", systems),
        ("free", [settings[f"integration.{team}"] for team in TEAMS]), ("funded_at", math.inf),
        ("stopped_at", math.inf), ("over_at", math.inf), ("integrated_at", math.inf), ("expectation", 1.0),
        ("decided_at", math.inf), ("rolled_out_at", math.inf),
        ("stopped_at_gate", NOT_STOPPED),
        ("first_outage", 3 * sites), ("first_repair", 3 * sites + 1),
        ("first_ticket", 3 * sites + 1 + families * types),
        ("stream_outage", stream("outage")), ("stream_sponsor", stream("sponsor")),
        ("stream_budget", stream("budget")),
    ):  # fmt: skip
        world[name] = value
    link_free_tickets(tickets, world, 0)
    timers, first_timer = _timers(sites, len(records["shifts"]), len(agents), records)
    state = State(
        settings=records["settings"],
        distributions=records["distributions"],
        tables=records["tables"],
        sticks=np.zeros(STICK_SIZE),
        sites=records["sites"],
        waves=records["waves"],
        cells=records["cells"],
        clocks=records["clocks"],
        counts=counts,
        users=users,
        roster=np.zeros((ROSTERS, max(1, len(users))), dtype=np.int32),
        families=records["families"],
        types=np.zeros(families * types, TYPE),
        open_until=np.zeros(families * types),
        tickets=tickets,
        jobs=np.zeros(3 * sites + 1 + families * types + FIRST_TICKET_SLOTS, JOB),
        queues=np.zeros(states.LINES, dtype=np.int64),
        fresh=np.zeros(3 * sites + 2, dtype=np.int64),
        tiers=records["tiers"],
        agents=agents,
        shifts=records["shifts"],
        duty=records["duty"],
        seasons=records["seasons"],
        season_days=records["season_days"],
        systems=records["systems"],
        stages=records["stages"],
        system_after=records["system_after"],
        site_needs=records["site_needs"],
        gates=records["gates"],
        criteria=records["criteria"],
        timers=timers,
        first_timer=first_timer,
        waits=np.zeros((len(TIERS), WAIT_BINS), dtype=np.int64),
        world=world,
        key=key,
        weekly=np.full((plan.weeks, len(COLUMNS)), np.nan),
        site_weeks=np.zeros((plan.weeks, sites, len(SITE_WEEKS))),
        trace=np.zeros((1, TRACE_FIELDS)),
    )
    state = traced(state) if trace else state
    _make_ideal(plan, state)
    prepare(state)
    return state, inputs


NOT_STOPPED = -2
"""`world.stopped_at_gate` while nobody has stopped the programme; -1 is the sponsor."""


def _timers(sites: int, shifts: int, agents: int, records: dict[str, npt.NDArray[Any]]) -> tuple[Any, Any]:
    """TIMER[...] with nothing due, and where the timers of each kind begin."""
    sizes: dict[events.Each | None, int] = {
        "programme": 1, "gate": len(records["gates"]), "shift": shifts, "agent": agents,
        "system": len(records["systems"]), "stage": len(records["stages"]), "site": sites,
    }  # fmt: skip
    counts = [sizes[kind.each] for kind in events.KINDS[: events.TIMED]]
    timers = np.zeros(sum(counts), TIMER)
    timers["due"] = math.inf
    timers["kind"] = np.repeat(np.arange(events.TIMED), counts)
    timers["entity"] = np.concatenate([np.arange(count) for count in counts])
    return timers, np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


@rule
def prepare(state: State) -> None:
    """Draw the edge-case types of every family, and set the first timers."""
    world = state.world[0]
    settings = state.settings[0]
    for f in range(world["families"]):
        family = state.families[f]
        family["open_mass"] = 1.0
        if family["share"] > 0.0 and (family["kind"] != states.SITE or settings["edge_cases.ideal"] == 1):
            break_sticks(state, f)  # those of a site when it starts
    for number in range(len(state.users)):
        take_place(state, number)
    set_timer(state, events.WEEK, 0, WEEK_HOURS)
    for k in range(len(state.shifts)):
        set_timer(state, events.SHIFT, k, 0.0)
    tier = state.tiers[TIER3]
    for number in range(tier["first_agent"], tier["first_agent"] + tier["agents"]):
        plan_departure(state, number, 0.0)
    in_place = settings["users.initially_active"] == 1 or settings["users.initially_onboarded"] == 1
    for s in range(world["sites"]):
        if in_place:
            state.sites[s]["go_live"] = 0.0
            state.sites[s]["planned"] = 0.0
        if in_place or state.sites[s]["is_pilot"] == 1:
            set_timer(state, events.GO_LIVE, s, 0.0)
        state.sites[s]["carried_share"] = share_left(state, s)
    for k in range(len(state.stages)):
        state.stages[k]["median_weeks"] = variate(state, state.stages[k]["weeks"], 0.5)
    set_timer(state, events.OUTAGE, 0, next_outage(state, 0.0))
    if in_place:
        world["programme"] = states.ROLLING_OUT
        world["funded_at"] = 0.0
        world["decided_at"] = 0.0
    else:
        set_timer(state, events.GATE, 0, settings["pilot.weeks"] * WEEK_HOURS)
    funded = settings["pilot.weeks"] * WEEK_HOURS + settings["rollout.funding_delay_weeks"] * WEEK_HOURS
    for i in range(world["systems"]):
        start = 0.0 if in_place else funded + state.systems[i]["start_week"] * WEEK_HOURS
        if (in_place or state.systems[i]["start_week"] < 0.0) and state.systems[i]["live"] == 0:
            state.systems[i]["due"] = -1  # its date is set: funding does not move it
            set_timer(state, events.SYSTEM_STARTS, i, max(0.0, start))


def _make_ideal(plan: Plan, state: State) -> None:
    """Let the pilot's conditions hold where a mechanism is switched off."""
    scenario = plan.scenario
    if scenario.pilot is not None and scenario.ai.data_quality.ideal:
        pilots = state.sites["is_pilot"] == 1
        state.sites["data_quality"] = state.sites["data_quality"][pilots].mean()
    if scenario.integration.ideal:
        state.systems["live"] = 1
        state.world["systems_live"] = len(state.systems)


def _settle_users(plan: Plan, records: dict[str, npt.NDArray[Any]], inputs: Floats) -> npt.NDArray[Any]:
    """Share each site's users out to its cells, and those whom the pilot invites; USER[users]."""
    scenario, sites, cells = plan.scenario, records["sites"], records["cells"]
    segments = scenario.users.segments
    pilot = None if scenario.users.in_place else scenario.pilot
    for s, site in enumerate(scenario.sites):
        own = pilot.segments if pilot is not None and scenario.change_programme.ideal else site.segments
        mix = [own.get(x.name, 0.0) if own else x.share for x in segments]
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
    users = aligned_zeros(int(cells["users"].sum()), USER)
    users["cell"] = np.repeat(np.arange(len(cells)), cells["users"])
    users["number"] = np.arange(len(users)) - cells["first"][users["cell"]]
    users["state"] = WAITING
    cells["untrained"] = cells["users"]
    return users


def _hire(plan: Plan, records: dict[str, npt.NDArray[Any]], inputs: Floats, key: Any) -> npt.NDArray[Any]:
    """Everybody who may work here within the horizon, with tier and shift; AGENT[...].

    First those of tier 1, then tier 2, then the data science team; in each tier those who are there, then planned
    hires, then posts that nobody has planned yet. A newcomer goes to the shift that is furthest behind its share.
    """
    scenario, tiers, shifts = plan.scenario, records["tiers"], records["shifts"]
    settings, tables = records["settings"][0], records["tables"]
    gates = scenario.rollout.gates if scenario.rollout is not None else ()
    replanned = scenario.support.planning == "from_pilot" or any(gate.on_hold.restaff for gate in gates)
    saved = 1.0 - float(settings["support.documentation_effect"] * settings["support.documentation_quality"])
    posts: list[npt.NDArray[Any]] = []
    sections: list[StaffedTier | DataScienceTeam] = [
        scenario.support.tiers.tier1,
        scenario.support.tiers.tier2,
        scenario.data_science_team,
    ]
    for t, section in enumerate(sections):
        heads = int(plan.value(section.agents if isinstance(section, StaffedTier) else section.members, inputs))
        hires: list[float] = []
        spare = 0
        if isinstance(section, StaffedTier):
            tiers["mean_hours"][t] *= saved
            if scenario.support.planning == "as_stated":
                for hiring in section.hiring:
                    week = plan.value(hiring.week, inputs)
                    hires += [week * WEEK_HOURS] * int(plan.value(hiring.agents, inputs))
            spare = (
                max(SPARE_AGENTS, heads + len(hires))
                + int(SPARE_PER_USER * float(records["sites"]["users"].sum())) * replanned
            )
        agents = np.zeros(heads + len(hires) + spare, AGENT)
        agents["tier"], agents["number"] = t, np.arange(len(agents))
        agents["stream"] = stream("hiring" if isinstance(section, StaffedTier) else "member", TIERS[t])
        agents["shift"] = np.flatnonzero(shifts["tier"] == t)[0] + _shifts_in_turn(
            tuple(shift.share for shift in section.shifts), len(agents)
        )
        agents["employed"][:heads] = 1
        agents["arrives"][heads:] = agents["plan"] = agents["resigned"] = math.inf
        d = records["distributions"][tiers["hiring_weeks"][t]]
        parameters = np.array([d[f"p{i}"] for i in range(6)])
        for number, week in enumerate(hires, heads):
            u = draw(key, agents["stream"][number], number, 0)[0]
            delay = quantile(int(d["code"]), parameters, float(d["low"]), float(d["high"]), tables, u)
            agents["plan"][number], agents["delay"][number] = week, delay * WEEK_HOURS
        tiers["first_agent"][t] = sum(len(others) for others in posts)
        tiers["agents"][t], tiers["ever"][t], tiers["heads"][t] = len(agents), heads, heads
        posts.append(agents)
    return np.concatenate([*posts, np.zeros(int(not any(map(len, posts))), AGENT)])


@cache
def _shifts_in_turn(shares: tuple[float, ...], people: int) -> npt.NDArray[np.int64]:
    """The shift of each of a number of people, int64[people]: whoever comes goes where people are most behind."""
    shifts = np.zeros(people, dtype=np.int64)
    assigned = np.zeros(len(shares))
    for number in range(people):
        shifts[number] = int(np.argmax(np.array(shares) * (number + 1) - assigned))
        assigned[shifts[number]] += 1
    return shifts
