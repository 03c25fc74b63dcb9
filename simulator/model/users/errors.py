"""Errors that a user knows of: those that they notice, and those that come to light later, through others.

Of the errors that their user does not notice, `surfacing_share` surface: a colleague, a customer or an audit tells of
them. Such an error weighs `trust.surfaced_weight`, may make its user stop, ask or report just as a noticed one, and
costs its damage, not rework. It counts at the instant of the error, for a Poisson process whose points are displaced by
independent delays keeps its rate (Kingman 1993, Poisson Processes, section 5.5). So of all errors a share

    known = notice_probability + (1 - notice_probability) * surfacing_share

become known. A user who knows of an error on a familiar task corrects the case and hands it in with
`edge_cases.report_probability`, as users can't tell what is an edge case; retraining learns from such cases (see
`data_quality`).
"""

from __future__ import annotations

import math
from typing import Any

from simulator.model.answers.data_quality import correct_case
from simulator.model.clockwork.time import work_time
from simulator.model.clockwork.tracing import note
from simulator.model.state import events
from simulator.model.state.states import ASKS, CARRIES_ON, STOPS_USING
from simulator.model.users.change_management import lapse
from simulator.model.users.trust import credit, credit_successes, trust
from simulator.model.users.users import next_four, pick_active
from simulator.streams.jit import inlined, rule


@rule
def known_share(settings: Any) -> float:
    """Share of errors that their user comes to know of."""
    noticed = settings["users.notice_probability"]
    return float(noticed + (1.0 - noticed) * settings["users.surfacing_share"])


@inlined
def suffer_error(state: Any, number: int, time: float, surfaced: bool, u_revert: float, u_second: float) -> int:
    """The user notices an error, or is told of it, and carries on, stops using the system or asks support."""
    settings = state.settings[0]
    user = state.users[number]
    cell = state.cells[user["cell"]]
    site = state.sites[cell["site"]]
    credit_successes(user, site, settings, work_time(site, time))
    if surfaced:
        credit(user, settings, 0.0, settings["users.trust.surfaced_weight"])
    else:
        state.world[0]["week_noticed_tasks"] += site["tasks_per_judgement"]
        credit(user, settings, 0.0, settings["users.trust.error_weight"])
    t = trust(user, cell, settings)
    note(state, time, events.SURFACED if surfaced else events.NOTICED_ERROR, number, t, 0, 0)
    if lapse(state, number, time, t, cell["reversion"], u_revert, u_second):
        return STOPS_USING
    return ASKS if u_second < settings["support.tickets_per_noticed_error"] else CARRIES_ON


@rule
def notice_error(state: Any, c: int, time: float, u_pick: float) -> tuple[int, int]:
    """An active user of cell `c` comes to know of an error on a familiar task: (user, what follows: `suffer_error`)."""
    settings = state.settings[0]
    number = pick_active(state, c, u_pick)
    surfacing = settings["users.surfacing_share"] > 0.0
    learning = settings["ai.retraining.corrections_to_halve"] < math.inf
    u_notice, u_report, u_revert, u_second = next_four(state, number)
    surfaced = surfacing and u_notice * known_share(settings) >= settings["users.notice_probability"]
    handed_in = learning and u_report < settings["edge_cases.report_probability"]
    follows = suffer_error(state, number, time, surfaced, u_revert, u_second)
    if handed_in:
        s = state.cells[c]["site"]
        note(state, time, events.CORRECTED, number, s, correct_case(state.sites[s]), 0)
    return number, follows
