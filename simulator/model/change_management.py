"""Change management: how users take the system up, leave it after mistakes, and sometimes come back.

waiting -> onboarded (their site goes live) -> active, first new, then experienced -> reverted, or lost for good.
The hazard of an onboarded user to start is (p_g + q * active share of the site), as in Bass (1969); after a noticed
error or a failed ticket an active user reverts with probability r_g * (1 - T); a share of those never looks back,
which is stronger than the laboratory evidence and therefore an assumption to vary. Reverted users return with hazard
r * (c + active share) * max(T, T0 / 2). Users also drop out without any error.
"""

from __future__ import annotations

from typing import Any

from simulator.model import kinds
from simulator.model.kinds import AWAY, EXPERIENCED, GONE, LIVE, NEW, ONBOARDED, PILOT, WAITING
from simulator.model.time import WEEK_HOURS, work_time
from simulator.model.tracing import note
from simulator.model.trust import credit, credit_successes, trust
from simulator.model.users import active_in, move, next_draw, pick, pick_active
from simulator.streams.jit import rule


@rule
def start_site(state: Any, s: int, time: float) -> None:
    """Site `s` starts, as a pilot or for everybody: those whose turn it is are onboarded."""
    site = state.sites[s]
    pilot = site["is_pilot"] == 1 and site["stage"] == kinds.NOT_STARTED and time < site["go_live"]
    if site["stage"] == kinds.NOT_STARTED:
        site["started"] = time
        site["retrained_at"] = time
    site["stage"] = PILOT if pilot else LIVE
    onboarded = 0
    for c in range(site["first_cell"], site["first_cell"] + state.world[0]["segments"]):
        cell = state.cells[c]
        count = cell["pilot_users"] if pilot else cell["users"]
        for number in range(cell["first"], cell["first"] + count):
            if state.users[number]["state"] == WAITING:
                move(state, number, EXPERIENCED if state.settings[0]["initially_active"] == 1 else ONBOARDED, time)
                onboarded += 1
    site["invited"] = site["pilot_users"] if pilot else site["users"]
    note(state, time, kinds.GO_LIVE, s, onboarded, int(pilot), 0)


@rule
def lapse(state: Any, number: int, time: float, t: float, chance: float, u_revert: float, u_lost: float) -> bool:
    """After a bad experience that left trust `t`: whether an active user goes back to the old way, perhaps for good.

    `chance` is the probability of it where trust is 0.
    """
    if state.users[number]["state"] > EXPERIENCED or u_revert >= chance * (1.0 - t):
        return False
    leave(state, number, time, u_lost < state.settings[0]["lost_share"], t)
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
        note(state, time, kinds.LOST, number, t, 0, 0)
    else:
        move(state, number, AWAY, time)
        note(state, time, kinds.REVERTED, number, t, 0, 0)


@rule
def suffer_error(state: Any, number: int, time: float, u_revert: float, u_second: float) -> int:
    """The user notices an error: 0 carries on, 1 stops using the system, 2 opens a ticket."""
    settings = state.settings[0]
    user = state.users[number]
    cell = state.cells[user["cell"]]
    credit_successes(user, state.sites[cell["site"]], settings, work_time(state.sites[cell["site"]], time))
    credit(user, settings, 0.0, settings["error_weight"])
    t = trust(user, cell, settings)
    note(state, time, kinds.NOTICED_ERROR, number, t, 0, 0)
    if lapse(state, number, time, t, cell["reversion"], u_revert, u_second):
        return 1
    return 2 if u_second < settings["tickets_per_error"] else 0


@rule
def notice_error(state: Any, c: int, time: float, u_pick: float) -> tuple[int, int]:
    """An active user of cell `c` notices an error on a familiar task: (user, what follows as in `suffer_error`)."""
    number = pick_active(state, c, u_pick)
    u_revert, u_second = next_draw(state, number)
    return number, suffer_error(state, number, time, u_revert, u_second)


@rule
def start_using(state: Any, c: int, time: float, u_pick: float) -> int:
    """An onboarded user of cell `c` begins to use the system."""
    number = pick(state, c, ONBOARDED, u_pick)
    move(state, number, NEW, time)
    note(state, time, kinds.ONSET, number, 0, 0, 0)
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
    note(state, time, kinds.RETURN, number, t, int(accepted), 0)
    return bool(accepted)


@rule
def drop_out(state: Any, c: int, time: float, u_pick: float) -> None:
    """An active user of cell `c` stops without any error: boredom, another job, a reorganisation."""
    number = pick_active(state, c, u_pick)
    user = state.users[number]
    site = state.sites[state.cells[c]["site"]]
    credit_successes(user, site, state.settings[0], work_time(site, time))
    note(state, time, kinds.DROP_OUT, number, 0, 0, 0)
    leave(state, number, time, False, trust(user, state.cells[c], state.settings[0]))


@rule
def learn(state: Any, c: int, time: float, u_pick: float) -> None:
    """A new user of cell `c` has found their way and asks less from now on."""
    number = pick(state, c, NEW, u_pick)
    move(state, number, EXPERIENCED, time)
    note(state, time, kinds.LEARNED, number, 0, 0, 0)


@rule
def clock_rate(state: Any, c: int, process: int) -> float:
    """Rate per working hour of the clock `process` (a kind from NOTICED_ERROR to LEARNED) of cell `c`."""
    settings = state.settings[0]
    counts = state.counts[c]
    site = state.sites[state.cells[c]["site"]]
    week = site["week_hours"]
    if process == kinds.NOTICED_ERROR:
        return float(active_in(counts) * site["notice_rate"])
    if process == kinds.ENCOUNTER:
        return float(active_in(counts) * site["encounter_rate"])
    if process == kinds.QUESTION:
        asked = counts[NEW] * settings["how_to_new"] + active_in(counts) * settings["how_to_base"]
        return float(asked * (1.0 - settings["documentation_effect"] * settings["documentation_quality"]) / week)
    if process == kinds.DROP_OUT:
        return float(active_in(counts) * settings["drop_out"] / week)
    if process == kinds.LEARNED:
        return float(counts[NEW] * WEEK_HOURS / (settings["learning_hours"] * week))
    active_share = site["active"] / max(1, site["invited"])
    if process == kinds.ONSET:
        return float(counts[ONBOARDED] * (state.cells[c]["onset"] + settings["word_of_mouth"] * active_share) / week)
    return float(counts[AWAY] * settings["return_rate"] * (settings["return_base"] + active_share) / week)
