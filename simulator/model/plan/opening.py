"""What replications of a plan have in common before anything is drawn: laid out once, and copied for each of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.model.plan.plan import Floats, Plan
from simulator.model.state import events, states
from simulator.model.state.columns import COLUMNS, SITE_WEEKS, WAIT_BINS
from simulator.model.state.memory import Pattern
from simulator.model.state.records import AGENT, JOB, TICKET, TIMER, TYPE, USER, WORLD
from simulator.model.state.state import TRACE_FIELDS, State, link_free_tickets
from simulator.scenario.vocabulary import TIERS
from simulator.streams.philox import stream
from simulator.streams.quantile_tables import STICK_SIZE

FIRST_TICKET_SLOTS = 1024
NOT_STOPPED = -2
"""`world.stopped_at_gate` while nobody has stopped the programme; -1 is the sponsor."""


class Opening:
    """What replications with so many users, and so many posts in each tier, begin with."""

    def __init__(self, plan: Plan, users: int, posts: tuple[int, ...]) -> None:
        self.people = users, posts
        self.pattern = Pattern(_before_draws(plan, users, posts))
        self.slots = {kind: self._slots(plan, kind) for kind in (np.float64, np.int64)}

    def state(self, inputs: Floats) -> State:
        """The state of a replication, with its inputs, float64[inputs], in their slots."""
        state = self.pattern.new()
        for kind, (words, which) in self.slots.items():
            state.memory.view(kind)[words] = inputs[which]
        return state

    def _slots(self, plan: Plan, kind: type[np.generic]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The slots of this kind of number: which words of a state's memory, and the input of each."""
        words, inputs = [], []
        for slot in plan.slots:
            numbers = plan.records[slot.array][slot.field]
            if numbers.dtype == kind:
                offset = plan.records[slot.array].dtype.fields[slot.field][1]  # type: ignore[index]
                within = sum(i * stride for i, stride in zip(slot.index, numbers.strides, strict=True))
                words.append((self.pattern.places[slot.array] + offset + within) // numbers.itemsize)
                inputs.append(slot.input)
        return np.array(words, dtype=np.int64), np.array(inputs, dtype=np.int64)


def opening_of(plan: Plan, users: int, posts: tuple[int, ...]) -> Opening:
    """The opening of a plan; that of the last replication, where this one has as many people."""
    if plan.opening is None or plan.opening.people != (users, posts):
        plan.opening = Opening(plan, users, posts)
    return plan.opening  # type: ignore[no-any-return]


def _before_draws(plan: Plan, users: int, posts: tuple[int, ...]) -> State:
    """The state with the plan's records, and room for everybody and everything."""
    scenario, records = plan.scenario, plan.records
    sites, cells, families = len(scenario.sites), len(records["cells"]), len(records["families"])
    types = families * scenario.edge_cases.types_per_family
    tickets, world, tiers = np.zeros(FIRST_TICKET_SLOTS, TICKET), np.zeros(1, WORLD), records["tiers"].copy()
    for name, value in (
        ("users", users), ("sites", sites), ("cells", cells), ("families", families),
        ("segments", len(scenario.users.segments)), ("seasons", len(scenario.seasons)),
        ("systems", len(records["systems"])), ("funded_at", math.inf), ("stopped_at", math.inf),
        ("over_at", math.inf), ("integrated_at", math.inf), ("expectation", 1.0),
        ("decided_at", math.inf), ("rolled_out_at", math.inf), ("stopped_at_gate", NOT_STOPPED),
        ("first_outage", 3 * sites), ("first_repair", 3 * sites + 1), ("first_ticket", 3 * sites + 1 + types),
        ("stream_outage", stream("outage")), ("stream_sponsor", stream("sponsor")),
        ("stream_budget", stream("budget")),
    ):  # fmt: skip
        world[name] = value
    tiers["agents"] = posts
    link_free_tickets(tickets, world, 0)
    timers, first_timer = _timers(plan, sum(posts))
    return State(
        **{name: array for name, array in records.items() if name != "tiers"},
        tiers=tiers,
        counts=np.zeros((cells, states.STATES), dtype=np.int64),
        users=np.zeros(users, USER),
        roster=np.zeros((states.ROSTERS, max(1, users)), dtype=np.int32),
        types=np.zeros(types, TYPE),
        open_until=np.zeros(types),
        tickets=tickets,
        jobs=np.zeros(3 * sites + 1 + types + FIRST_TICKET_SLOTS, JOB),
        queues=np.zeros(states.LINES, dtype=np.int64),
        fresh=np.zeros(3 * sites + 2, dtype=np.int64),
        agents=np.zeros(sum(posts), AGENT),
        timers=timers,
        first_timer=first_timer,
        waits=np.zeros((len(TIERS), WAIT_BINS), dtype=np.int64),
        world=world,
        key=np.zeros(2, dtype=np.uint64),
        sticks=np.zeros(STICK_SIZE),
        weekly=np.full((plan.weeks, len(COLUMNS)), np.nan),
        site_weeks=np.zeros((plan.weeks, sites, len(SITE_WEEKS))),
        trace=np.zeros((1, TRACE_FIELDS)),
    )


def _timers(plan: Plan, agents: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """TIMER[...] with nothing due, and where the timers of each kind begin."""
    records = plan.records
    sizes: dict[events.Each | None, int] = {
        "programme": 1, "gate": len(records["gates"]), "shift": len(records["shifts"]), "agent": agents,
        "system": len(records["systems"]), "stage": len(records["stages"]), "site": len(records["sites"]),
    }  # fmt: skip
    counts = [sizes[kind.each] for kind in events.KINDS[: events.TIMED]]
    timers = np.zeros(sum(counts), TIMER)
    timers["due"] = math.inf
    timers["kind"] = np.repeat(np.arange(events.TIMED), counts)
    timers["entity"] = np.concatenate([np.arange(count) for count in counts])
    return timers, np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
