"""Tasks: what becomes of an average task at a site, and the expected sums that follow.

With u the share of unhandled edge cases, a the familiar accuracy, h and h_u the shares handed over and pi the chance
that an unhandled case is answered right: correct = (1 - u)(1 - h) a + u (1 - h_u) pi, wrong likewise, and the rest is
handed over. While the service is down, or beyond its capacity, tasks get no answer at all. Successes and silent
errors are not simulated one by one: they enter through the integral of their rate (their compensator), exactly, as
rates change only at known instants. What goes on in the minds of users runs at the rate of their judgements instead.
"""

from __future__ import annotations

from typing import Any

from simulator.model.answers.data_quality import familiar_accuracy
from simulator.model.answers.edge_cases import unhandled_share
from simulator.model.answers.outages import answered_share
from simulator.model.clockwork.time import season_day, work_time
from simulator.model.state.states import CLOSED
from simulator.model.users.errors import known_share
from simulator.model.users.judgement import judgements, tasks_per_judgement
from simulator.streams.jit import rule


@rule
def settle(state: Any, s: int, time: float) -> None:
    """Bring the expected sums of site `s` up to `time` at the rates that held until now."""
    site = state.sites[s]
    work = work_time(site, time)
    elapsed = work - site["rate_mark"]
    site["judged_right_base"] += site["judged_right_rate"] * elapsed
    site["loss_base"] += site["loss_rate"] * elapsed
    site["week_correct_base"] += site["correct_rate"] * elapsed
    site["week_wrong_base"] += site["wrong_rate"] * elapsed
    site["rate_mark"] = work
    hours = site["user_hours"] + site["active"] * (work - site["user_mark"])
    site["user_hours"] = 0.0
    site["user_mark"] = work
    site["week_tasks"] += hours * site["task_rate"]
    site["week_correct"] += hours * site["correct_rate"]
    site["week_wrong"] += hours * site["wrong_rate"]


@rule
def touch(state: Any, s: int, time: float) -> None:
    """Something at site `s` is about to change its rates: settle what was, and have the engine renew them."""
    settle(state, s, time)
    state.sites[s]["stale"] = 1


@rule
def season_row(state: Any, s: int) -> int:
    """Row of the season table for the working day that site `s` is in."""
    site = state.sites[s]
    return season_day(state.season_days.shape[0], site["opened"], site["utc_offset_hours"])


@rule
def set_rates(state: Any, s: int) -> None:
    """Set the rates of site `s` per active user and working hour, from its accuracy, season and repaired types."""
    site = state.sites[s]
    settings = state.settings[0]
    day = season_row(state, s)
    volume = 1.0
    for k in range(state.world[0]["seasons"]):
        if state.season_days[day, k] == 1:
            volume *= state.seasons[k]["volume"]
    u = unhandled_share(state, s, day)
    a = familiar_accuracy(site, settings, site["opened"])
    h = settings["ai.hand_over_share"]
    h_u = settings["edge_cases.hand_over_share"]
    pi = settings["edge_cases.right_share"]
    tasks = 0.0 if site["stage"] == CLOSED else site["tasks_per_user_week"] * volume / site["week_hours"]
    site["volume"] = volume
    site["accuracy"] = a
    site["unhandled"] = u
    site["task_rate"] = tasks
    site["answered"] = answered_share(state, s)
    judged = judgements(site, settings, volume, tasks)
    site["tasks_per_judgement"] = tasks_per_judgement(site, settings)
    site["loss_rate"] = judged * (1.0 - site["answered"]) * settings["outages.trust_weight"]
    tasks *= site["answered"]
    judged *= site["answered"]
    right = (1.0 - u) * (1.0 - h) * a + u * (1.0 - h_u) * pi
    site["correct_rate"] = tasks * right
    site["judged_right_rate"] = judged * right
    site["wrong_rate"] = tasks * ((1.0 - u) * (1.0 - h) * (1.0 - a) + u * (1.0 - h_u) * (1.0 - pi))
    site["notice_rate"] = judged * (1.0 - u) * (1.0 - h) * (1.0 - a) * known_share(settings)
    site["encounter_rate"] = judged * u
