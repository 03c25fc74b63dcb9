"""Change management: how users take the system up, leave it after mistakes, and sometimes come back.

waiting -> onboarded (their site goes live) -> active, first new, then experienced -> reverted, or lost for good.
The hazard of an onboarded user to start is (p_g * campaign + q * champions * mood) * training * friction, as in Bass
(1969), where the mood of a site is the share of its people who are active less a part of the share who went back:
word of mouth that reverted users spoil. After an error that they know of, or a failed ticket, an active user reverts
with probability r_g * (1 - T), less where a habit protects them; a share of those never looks back, which is stronger
than the laboratory evidence and therefore an assumption to vary. Reverted users return with hazard r * (c + mood) *
max(T, T0 / 2). Users also drop out without any error, movers sooner than stayers, and staff turnover replaces people by
newcomers who know nothing of it.
"""

from __future__ import annotations

from typing import Any

from simulator.model.clockwork.time import work_time
from simulator.model.clockwork.tracing import note
from simulator.model.state import events
from simulator.model.state.spending import spend
from simulator.model.state.states import (
    AWAY,
    CHANGE,
    EXPERIENCED,
    GONE,
    NEW,
    NEW_UNTRAINED,
    ONBOARDED,
    OUT,
    UNTRAINED,
    WAITING,
)
from simulator.model.users.habit import habit
from simulator.model.users.movers import pick_leaver, take_place
from simulator.model.users.trust import credit_successes, trust
from simulator.model.users.users import move, pick, pick_of_two
from simulator.streams.jit import rule


@rule
def mood(site: Any, settings: Any) -> float:
    """What colleagues at the site say of the system: the active share of those invited, less a part of the reverted."""
    return float(
        max(0.0, site["active"] - settings["change_programme.spoiling"] * site["away"]) / max(1, site["invited"])
    )


@rule
def onboard(state: Any, s: int, pilot: bool, time: float) -> int:
    """The people of site `s` whose turn it is may use the system from now on; returns how many.

    Those invited to a pilot are trained; so is everybody where no capacity for training is stated.
    """
    site = state.sites[s]
    settings = state.settings[0]
    world = state.world[0]
    onboarded = 0
    for c in range(site["first_cell"], site["first_cell"] + world["segments"]):
        cell = state.cells[c]
        count = cell["pilot_users"] if pilot else cell["users"]
        for number in range(cell["first"], cell["first"] + count):
            user = state.users[number]
            if user["state"] != WAITING:
                continue
            if user["trained"] == 0 and (pilot or settings["change_programme.training"] == 0):
                cell["untrained"] -= 1
                user["trained"] = 1
                spend(state, CHANGE, settings["economics.training_cost_per_user"])
            if settings["users.initially_active"] == 1:
                move(state, number, EXPERIENCED, time)
            else:
                move(state, number, ONBOARDED if user["trained"] == 1 else UNTRAINED, time)
            onboarded += 1
    site["invited"] = site["pilot_users"] if pilot else site["users"]
    return onboarded


@rule
def lapse(state: Any, number: int, time: float, t: float, chance: float, u_revert: float, u_lost: float) -> bool:
    """After a bad experience that left trust `t`: whether an active user goes back to the old way, perhaps for good.

    `chance` is the probability of it where trust is 0, and no habit has grown.
    """
    user = state.users[number]
    settings = state.settings[0]
    if user["state"] > EXPERIENCED:
        return False
    if settings["users.habit"] == 1:
        chance *= 1.0 - habit(user, settings, time)
    if u_revert >= chance * (1.0 - t):
        return False
    leave(state, number, time, u_lost < settings["users.lost_share"], t)
    return True


@rule
def leave(state: Any, number: int, time: float, for_good: bool, t: float) -> None:
    """The user stops using the system; `t` is the trust that is told in the trace."""
    user = state.users[number]
    world = state.world[0]
    if user["ever_reverted"] == 0:
        user["ever_reverted"] = 1
        world["users_reverted"] += 1
    if for_good:
        world["users_lost"] += 1
        move(state, number, GONE, time)
        note(state, time, events.LOST, number, t, 0, 0)
    else:
        move(state, number, AWAY, time)
        note(state, time, events.REVERTED, number, t, 0, 0)


@rule
def start_using(state: Any, c: int, time: float, u_pick: float) -> int:
    """An onboarded user of cell `c` begins to use the system; the trained are likelier to."""
    number = pick_of_two(
        state, c, u_pick, ONBOARDED, UNTRAINED, state.settings[0]["change_programme.untrained_onset_factor"]
    )
    trained = state.users[number]["state"] == ONBOARDED
    move(state, number, NEW if trained else NEW_UNTRAINED, time)
    note(state, time, events.ONSET, number, int(trained), 0, 0)
    return number


@rule
def come_back(state: Any, c: int, time: float, u_pick: float, u_accept: float) -> bool:
    """A reverted user of cell `c` considers to return, and does so with probability max(T, T0 / 2)."""
    number = pick(state, c, AWAY, u_pick)
    user = state.users[number]
    cell = state.cells[c]
    t = trust(user, cell, state.settings[0])
    accepted = u_accept < max(t, 0.5 * cell["initial_trust"])
    if accepted:
        move(state, number, EXPERIENCED, time)
    note(state, time, events.RETURN, number, t, int(accepted), 0)
    return bool(accepted)


@rule
def drop_out(state: Any, c: int, time: float, u_pick: float) -> None:
    """An active user of cell `c` stops without any error: boredom, another job, a reorganisation."""
    number = pick_leaver(state, c, u_pick)
    user = state.users[number]
    site = state.sites[state.cells[c]["site"]]
    credit_successes(user, site, state.settings[0], work_time(site, time))
    note(state, time, events.DROP_OUT, number, 0, 0, 0)
    leave(state, number, time, False, trust(user, state.cells[c], state.settings[0]))


@rule
def learn(state: Any, c: int, time: float, u_pick: float) -> None:
    """A new user of cell `c` has found their way and asks less from now on."""
    number = pick_of_two(state, c, u_pick, NEW, NEW_UNTRAINED, 1.0)
    move(state, number, EXPERIENCED, time)
    note(state, time, events.LEARNED, number, 0, 0, 0)


@rule
def replace(state: Any, c: int, time: float, u_pick: float) -> bool:
    """Somebody of cell `c` leaves the company; whoever comes instead has no experience, and no training either.

    False when the person was not using the system yet, or had not been invited.
    """
    cell = state.cells[c]
    number = cell["first"] + min(cell["users"] - 1, int(u_pick * cell["users"]))
    user = state.users[number]
    was = user["state"]
    note(state, time, events.REPLACED, number, was, 0, 0)
    user["gains"] = 0.0
    user["losses"] = 0.0
    user["ever_reverted"] = 0
    user["joined"] = time
    user["person"] += 1
    if was == WAITING or was == OUT:
        cell["untrained"] += int(was == WAITING and user["trained"] == 1)
        user["trained"] = 0
        take_place(state, number)
        return False
    user["trained"] = state.settings[0][
        "change_programme.ideal"
    ]  # where change management is ideal, everybody is trained
    move(state, number, ONBOARDED if user["trained"] == 1 else UNTRAINED, time)
    take_place(state, number)
    return True
