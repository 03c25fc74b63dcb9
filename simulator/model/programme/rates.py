"""How often something happens to the users of a cell: the rates of its clocks, per working hour."""

from __future__ import annotations

from typing import Any

from simulator.model.clockwork.time import WEEK_HOURS, YEAR_HOURS
from simulator.model.state import events
from simulator.model.state.states import AWAY, CLOSED, LIVE, NEW, NEW_UNTRAINED, ONBOARDED, STOPPED, UNTRAINED
from simulator.model.support.support import question_weights
from simulator.model.users.change_management import mood
from simulator.model.users.users import active_in
from simulator.streams.jit import rule


@rule
def clock_rate(state: Any, c: int, process: int) -> float:
    """Rate per working hour of the clock `process` (a kind from NOTICED_ERROR to REPLACED) of cell `c`."""
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
        by_new, by_all, carried, without = question_weights(state, c)
        return float(by_new + by_all + carried + without)
    if process == events.DROP_OUT:
        return float(active_in(counts) * settings["drop_out"] / week)
    if process == events.LEARNED:
        return float((counts[NEW] + counts[NEW_UNTRAINED]) * WEEK_HOURS / (settings["learning_hours"] * week))
    if process == events.REPLACED:
        people = 0 if site["stage"] == CLOSED else cell["users"]
        return float(people * settings["turnover"] * WEEK_HOURS / (YEAR_HOURS * week))
    if state.world[0]["programme"] == STOPPED:  # nobody begins, or comes back, to what will be switched off
        return 0.0
    if process == events.ONSET:
        willing = counts[ONBOARDED] + settings["untrained_onset"] * counts[UNTRAINED]
        told = settings["word_of_mouth"] * (1.0 + settings["champion_gain"] * settings["champions"])
        hazard = cell["onset"] * site["onset_factor"] + told * mood(site, settings)
        if site["carried"] == 1 and site["stage"] == LIVE:
            hazard *= 1.0 - settings["friction"]
        return float(willing * hazard / week)
    return float(counts[AWAY] * settings["return_rate"] * (settings["return_base"] + mood(site, settings)) / week)
