"""Training: a capacity of so many users a week, which begins some weeks before each site goes live.

Sites are trained in the order of their dates, volunteers of a site before its others; whoever is still untrained when
their site is live is trained afterwards with what capacity is left. A site that was found wanting comes before all
others, until everybody there is trained. A week's capacity can't be saved up.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.clockwork.tracing import note
from simulator.model.state import events
from simulator.model.state.spending import spend
from simulator.model.state.states import CHANGE, CLOSED, NEW, ONBOARDED, STOPPED, UNTRAINED, WAITING
from simulator.model.users.tasks import touch
from simulator.model.users.users import move, untrained
from simulator.streams.jit import rule


@rule
def train(state: Any, time: float) -> None:
    """A week's training, at its end."""
    world = state.world[0]
    settings = state.settings[0]
    if settings["change_programme.training"] == 0 or world["programme"] == STOPPED:
        return
    world["training_left"] += settings["change_programme.training.users_per_week"]
    places = int(math.floor(world["training_left"] + 1e-9))
    world["training_left"] = max(0.0, world["training_left"] - places)
    for s in range(world["sites"]):
        if places > 0 and state.sites[s]["trained_next"] == 1:
            trained = train_site(state, s, places, time)
            state.sites[s]["trained_next"] = int(trained == places)
            places -= trained
    ahead = settings["change_programme.training.weeks_before_go_live"] * WEEK_HOURS * settings["rollout.time_scale"]
    last = -1.0
    number = -1
    while places > 0:  # the site that is next by (date, number)
        chosen = -1
        for s in range(world["sites"]):
            date = state.sites[s]["go_live"]
            if date < last or (date == last and s <= number):
                continue
            if chosen < 0 or date < state.sites[chosen]["go_live"]:
                chosen = s
        if chosen < 0 or state.sites[chosen]["go_live"] - ahead > time:
            return
        last = state.sites[chosen]["go_live"]
        number = chosen
        if state.sites[chosen]["stage"] != CLOSED:
            places -= train_site(state, chosen, places, time)


@rule
def train_site(state: Any, s: int, places: int, time: float) -> int:
    """Train at most `places` people of site `s`; returns how many."""
    world = state.world[0]
    site = state.sites[s]
    trained = 0
    for c in range(site["first_cell"], site["first_cell"] + world["segments"]):
        cell = state.cells[c]
        number = cell["first"]
        while cell["untrained"] > 0 and trained < places:
            user = state.users[number]
            if untrained(user):
                learn_from_trainer(state, number, time)
                trained += 1
            number += 1
    if trained > 0:
        spend(state, CHANGE, trained * state.settings[0]["economics.training_cost_per_user"])
        touch(state, s, time)
        note(state, time, events.TRAINED, s, trained, 0, 0)
    return trained


@rule
def learn_from_trainer(state: Any, number: int, time: float) -> None:
    """One person is trained, before or after the first task."""
    user = state.users[number]
    was = user["state"]
    if was == WAITING:
        state.cells[user["cell"]]["untrained"] -= 1
        user["trained"] = 1
        return
    user["trained"] = 1
    move(state, number, ONBOARDED if was == UNTRAINED else NEW, time)
