"""Hypercare: for some weeks after a site's go-live, people walk the floor and answer tickets on the spot.

A ticket that a user of the site opens in this time is answered at once with probability `share`, so that tickets reach
the first tier at (1 - share) of their rate (thinning: Kingman 1993, Poisson Processes, section 5.1). It is opened and
solved at the same instant, which is a fast fix, and visits no tier. Only tickets about an outage wait for the service.
Floor-walkers are paid for each user of the site and week, and go when the programme is stopped.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.clockwork.tracing import note
from simulator.model.state import events
from simulator.model.state.states import LIVE, NO_SERVICE, NO_TIER, STOPPED
from simulator.model.support.support import solved
from simulator.streams.jit import rule
from simulator.streams.philox import draw


@rule
def in_hypercare(state: Any, s: int, time: float) -> bool:
    """Whether somebody walks the floor of site `s`."""
    site = state.sites[s]
    if site["stage"] != LIVE or state.world[0]["programme"] == STOPPED:
        return False
    return bool(time < site["live_at"] + state.settings[0]["support.hypercare.weeks"] * WEEK_HOURS)


@rule
def answer_on_the_spot(state: Any, slot: int, time: float) -> bool:
    """Whether a floor-walker answers the ticket that was just opened, which is then solved."""
    ticket = state.tickets[slot]
    cell = state.cells[ticket["cell"]]
    if ticket["kind"] == NO_SERVICE or not in_hypercare(state, cell["site"], time):
        return False
    u, _, _, _ = draw(state.key, cell["stream_hypercare"], ticket["number"], 0)
    if u >= state.settings[0]["support.hypercare.share"]:
        return False
    ticket["tier"] = NO_TIER
    note(state, time, events.ANSWERED, ticket["serial"], 0, 0, 0)
    solved(state, slot, time)
    return True


@rule
def hypercare_cost(state: Any, time: float) -> float:
    """What floor-walkers cost in the week that ends at `time`, for the hours that they were there."""
    settings = state.settings[0]
    lasts = settings["support.hypercare.weeks"] * WEEK_HOURS
    until = min(time, state.world[0]["stopped_at"])
    cost = 0.0
    for s in range(state.world[0]["sites"]):
        site = state.sites[s]
        if site["live_at"] == math.inf:
            continue
        hours = min(until, site["live_at"] + lasts) - max(site["live_at"], time - WEEK_HOURS)
        cost += settings["economics.hypercare_cost_per_user_week"] * site["users"] * max(0.0, hours) / WEEK_HOURS
    return float(cost)
