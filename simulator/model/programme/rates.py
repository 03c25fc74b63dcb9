"""How often something happens to the users of a cell: the rates of its clocks, per working hour."""

from __future__ import annotations

from typing import Any

from simulator.model.clockwork.time import WEEK_HOURS, YEAR_HOURS
from simulator.model.state.states import AWAY, CLOSED, LIVE, NEW, NEW_UNTRAINED, ONBOARDED, STOPPED, UNTRAINED
from simulator.model.support.support import question_rate
from simulator.model.users.change_load import willingness
from simulator.model.users.change_management import mood
from simulator.model.users.movers import drop_out_weight
from simulator.model.users.users import active_in
from simulator.streams.jit import inlined


@inlined
def clock_rates(state: Any, c: int) -> tuple[float, float, float, float, float, float, float, float]:
    """Rates per working hour of the clocks of cell `c`, from NOTICED_ERROR to REPLACED."""
    settings = state.settings[0]
    counts = state.counts[c]
    cell = state.cells[c]
    site = state.sites[cell["site"]]
    week = site["week_hours"]
    active = active_in(counts)
    onset, back = rates_of_beginning(state, c)
    drop_out = drop_out_weight(active, cell["movers"], settings) / week
    learning = settings["users.learning_weeks"] * WEEK_HOURS
    learned = (counts[NEW] + counts[NEW_UNTRAINED]) * WEEK_HOURS / (learning * week)
    people = 0 if site["stage"] == CLOSED else cell["users"]
    replaced = people * settings["users.turnover_per_year"] * WEEK_HOURS / (YEAR_HOURS * week)
    return (
        active * site["notice_rate"], active * site["encounter_rate"], question_rate(state, c),
        onset, back, drop_out, learned, replaced,
    )  # fmt: skip


@inlined
def rates_of_beginning(state: Any, c: int) -> tuple[float, float]:
    """Rates of ONSET and RETURN in cell `c`, which look at all users of the site, and not only at those of the cell."""
    if state.world[0]["programme"] == STOPPED:  # nobody begins, or comes back, to what will be switched off
        return 0.0, 0.0
    settings = state.settings[0]
    counts = state.counts[c]
    cell = state.cells[c]
    site = state.sites[cell["site"]]
    week = site["week_hours"]
    willing = counts[ONBOARDED] + settings["change_programme.untrained_onset_factor"] * counts[UNTRAINED]
    seen = mood(site, settings)
    gain = settings["change_programme.champions.word_of_mouth_gain"]
    champions = settings["change_programme.champions.per_100_users"]
    word_of_mouth = settings["users.word_of_mouth_per_week"] * (1.0 + gain * champions)
    hazard = cell["onset_per_week"] * site["onset_factor"] + word_of_mouth * seen
    if site["stage"] == LIVE:
        hazard *= 1.0 - settings["integration.hand_carried.friction"] * site["carried_share"]
    hazard *= willingness(site, settings)
    pull = settings["users.return_base"] + seen
    return willing * hazard / week, counts[AWAY] * settings["users.return_per_week"] * pull / week
