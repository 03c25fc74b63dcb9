"""How often something happens to the users of a cell: the rates of its clocks, per working hour."""

from __future__ import annotations

import math
from typing import Any

from simulator.model.clockwork.time import WEEK_HOURS, YEAR_HOURS
from simulator.model.state import events
from simulator.model.state.states import AWAY, CLOSED, LIVE, NEW, NEW_UNTRAINED, ONBOARDED, STOPPED, UNTRAINED
from simulator.model.support.support import question_rate
from simulator.model.users.change_load import willingness
from simulator.model.users.change_management import mood
from simulator.model.users.movers import drop_out_weight
from simulator.model.users.users import active_in
from simulator.streams.jit import rule


@rule
def clock_rate(state: Any, c: int, process: int) -> float:
    """Rate per working hour of the clock `process` (from NOTICED_ERROR to REPLACED) of cell `c`; else NaN."""
    settings = state.settings[0]
    counts = state.counts[c]
    cell = state.cells[c]
    site = state.sites[cell["site"]]
    week = site["week_hours"]
    if process == events.NOTICED_ERROR:
        return float(active_in(counts) * site["notice_rate"])
    if process == events.ENCOUNTER:
        return float(active_in(counts) * site["encounter_rate"])
    if process == events.QUESTION:
        return question_rate(state, c)
    if process == events.DROP_OUT:
        return float(drop_out_weight(active_in(counts), cell["movers"], settings) / week)
    if process == events.LEARNED:
        learning = settings["users.learning_weeks"] * WEEK_HOURS
        return float((counts[NEW] + counts[NEW_UNTRAINED]) * WEEK_HOURS / (learning * week))
    if process == events.REPLACED:
        people = 0 if site["stage"] == CLOSED else cell["users"]
        return float(people * settings["users.turnover_per_year"] * WEEK_HOURS / (YEAR_HOURS * week))
    if state.world[0]["programme"] == STOPPED:  # nobody begins, or comes back, to what will be switched off
        return 0.0
    if process == events.ONSET:
        willing = counts[ONBOARDED] + settings["change_programme.untrained_onset_factor"] * counts[UNTRAINED]
        gain = settings["change_programme.champions.word_of_mouth_gain"]
        champions = settings["change_programme.champions.per_100_users"]
        word_of_mouth = settings["users.word_of_mouth_per_week"] * (1.0 + gain * champions)
        hazard = cell["onset_per_week"] * site["onset_factor"] + word_of_mouth * mood(site, settings)
        if site["stage"] == LIVE:
            hazard *= 1.0 - settings["integration.hand_carried.friction"] * site["carried_share"]
        hazard *= willingness(site, settings)
        return float(willing * hazard / week)
    if process == events.RETURN:
        pull = settings["users.return_base"] + mood(site, settings)
        return float(counts[AWAY] * settings["users.return_per_week"] * pull / week)
    state.world[0]["unknown"] += 1
    return math.nan
