"""Waits of Poisson processes whose rate changes under way.

What is left of the unit-rate exponential of a wait is used up at the new rate, as users' clocks do (random time
change). A mechanism whose events come at a rate of the scenario has a row in `PROCESSES`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from simulator.model.answers.data_quality import next_shock
from simulator.model.answers.outages import next_outage
from simulator.model.clockwork.time import YEAR_HOURS
from simulator.model.clockwork.timers import set_timer, timer
from simulator.model.state.events import LEAVES, OUTAGE, SHOCK
from simulator.model.state.state import State
from simulator.model.state.states import LIVE, PILOT, STOPPED, TIER3
from simulator.streams.philox import draw

Waits = dict[tuple[int, int, int], float]
"""Unit-rate exponentials of waits whose rate is 0 for now, by kind, entity and draw."""
Waiting = Iterator[tuple[int, int, float]]
"""Who waits: the entity, which of its waits it is, and the exponential where the wait had not begun."""


class Process(NamedTuple):
    """A mechanism whose events come as a Poisson process."""

    rate: str
    """Path of the setting."""
    timer: int
    per_hour: Callable[[float], float]
    waiting: Callable[[State, float], Waiting]
    """Who waits, from the state and the new rate per hour."""


def _sites(state: State, rate: float) -> Waiting:
    for s in np.flatnonzero(np.isin(state.sites["stage"], (PILOT, LIVE))).tolist():
        yield s, int(state.sites["shocks"][s]), next_shock(state, s) * rate


def _service(state: State, rate: float) -> Waiting:
    world = state.world[0]
    if world["outage"] == 0 and world["programme"] != STOPPED:
        yield 0, int(world["outages"]), next_outage(state, 0.0) * rate


def _members(state: State, rate: float) -> Waiting:
    first, posts = int(state.tiers["first_agent"][TIER3]), int(state.tiers["agents"][TIER3])
    for number in range(first, first + posts):
        agent = state.agents[number]
        if agent["employed"] == 1 and agent["leaving"] == 0 and agent["resigned"] == math.inf:
            u = draw(state.key, agent["stream"], agent["number"], agent["posts"])[0]
            yield number, int(agent["posts"]), -math.log(1.0 - u)


PROCESSES = (
    Process("ai.shocks.per_site_year", SHOCK, lambda rate: rate * (1.0 / YEAR_HOURS), _sites),
    Process("outages.per_year", OUTAGE, lambda rate: rate * (1.0 / YEAR_HOURS), _service),
    Process("data_science_team.attrition_per_year", LEAVES, lambda rate: rate / YEAR_HOURS, _members),
)


def retime_waits(state: State, before: State, after: State, time: float, waits: Waits) -> None:
    """Let waits that are under way at `time` (hours) go on at their new rates.

    `state` has the new numbers already. Waits whose rate is 0 from now on are put in `waits`, and taken from there.
    """
    for process in PROCESSES:
        old, new = (process.per_hour(float(side.settings[process.rate][0])) for side in (before, after))
        if old == new:
            continue
        for entity, number, fresh in process.waiting(state, new):
            wait = (process.timer, entity, number)
            left = (timer(state, process.timer, entity) - time) * old if old > 0.0 else waits.pop(wait, fresh)
            if new > 0.0:
                set_timer(state, process.timer, entity, time + left / new)
            else:
                waits[wait] = left
                set_timer(state, process.timer, entity, math.inf)
