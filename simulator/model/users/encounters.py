"""An active user meets an edge case that is not handled: what the system does, and what the user makes of it."""

from __future__ import annotations

from typing import Any

from simulator.model.answers.edge_cases import outcome, pick_type, report, see
from simulator.model.clockwork.tracing import note
from simulator.model.state import events
from simulator.model.state.states import CARRIES_ON, HANDED_OVER, WRONG
from simulator.model.users.errors import known_share, suffer_error
from simulator.model.users.tasks import season_row
from simulator.model.users.users import next_four, pick_active
from simulator.streams.jit import rule


@rule
def meet(state: Any, c: int, time: float, u_pick: float, u_type: float, u_outcome: float) -> tuple[int, int, int, int]:
    """(user, what follows as in `suffer_error`, family, type); type is -1 unless it now becomes a repair job."""
    settings = state.settings[0]
    s = state.cells[c]["site"]
    number = pick_active(state, c, u_pick)
    f, k = pick_type(state, s, season_row(state, s), u_type)
    see(state, f, k)
    result = outcome(settings, u_outcome)
    note(state, time, events.ENCOUNTER, number, f, k, result)
    follows = CARRIES_ON
    if result != HANDED_OVER and result != WRONG:
        return number, follows, f, -1
    u_notice, u_report, u_revert, u_second = next_four(state, number)
    known = result == HANDED_OVER or u_notice < known_share(settings)
    if result == WRONG and known:
        surfaced = u_notice >= settings["users.notice_probability"]
        follows = suffer_error(state, number, time, surfaced, u_revert, u_second)
    if known and u_report < settings["edge_cases.report_probability"]:
        becomes_job = report(state, f, k)
        if k >= 0:
            reports = state.types[f * settings["edge_cases.types_per_family"] + k]["reports"]
            note(state, time, events.REPORTED, f, k, reports, 0)
        if becomes_job:
            return number, follows, f, k
    return number, follows, f, -1
