"""Outages, and a service that has too little capacity: tasks that get no answer.

Outages come as a Poisson process at any hour, also at night. One lasts until the data science team has repaired it: a
member at work takes it up next, or, where nobody is at work, whoever is on call after a reaction time; without
anybody on call it waits for the morning. Meanwhile users lose trust with each task, and open tickets.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.model.clockwork.time import YEAR_HOURS
from simulator.model.state.states import NOT_STARTED, STOPPED
from simulator.streams.jit import rule
from simulator.streams.philox import draw


@rule
def answered_share(state: Any, s: int) -> float:
    """Share of the tasks of site `s` that the service can answer now: none in an outage, else what capacity allows.

    Demand is that of all sites at work at this hour; it is looked at whenever the site's rates are renewed, at the
    latest when its working day begins.
    """
    if state.world[0]["outage"] == 1:
        return 0.0
    capacity = state.settings[0]["ai.capacity_tasks_per_hour"]
    if capacity == math.inf:
        return 1.0
    now = state.sites[s]["opened"]
    demand = 0.0
    for other in range(state.world[0]["sites"]):
        site = state.sites[other]
        if site["stage"] != NOT_STARTED and site["opened"] <= now < site["opened"] + site["day_hours"]:
            demand += site["active"] * site["task_rate"]
    return 1.0 if demand <= capacity else float(capacity / demand)


@rule
def next_outage(state: Any, time: float) -> float:
    """When the next outage begins (hours); infinite without any."""
    rate = state.settings[0]["outages.per_year"] * (1.0 / YEAR_HOURS)
    world = state.world[0]
    if rate <= 0.0 or world["programme"] == STOPPED:
        return math.inf
    u, _, _, _ = draw(state.key, world["stream_outage"], 0, world["outages"])
    return float(time - math.log(1.0 - u) / rate)
