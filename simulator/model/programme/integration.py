"""Integration: each system is a project of stages, with people who are shared and few.

A system begins at its date, once the systems that it builds on are live. Now and then a whole project turns out to be
a "black swan", whose stages take much longer (one in six: Flyvbjerg and Budzier 2011, Harvard Business Review
89(9)): its capped multiplier is drawn once. A stage begins when those before it are done and somebody of its team
(reviewers, engineers) is free, first come first served; its duration is drawn from a fat-tailed distribution. When it
ends it may have to be done again, as security reviews are. A system is live when all its stages are done. A site whose
systems are not all live waits, or carries its data by hand: of the friction, errors, tickets and work that this costs
there is left

    sum of w over the systems that it needs and that are not live / sum of w over those that it needs

with w the `share` of a system, equal by default.
"""

from __future__ import annotations

from typing import Any

from simulator.model.clockwork.time import WEEK_HOURS, working_morning
from simulator.model.clockwork.timers import set_timer, stop_timers
from simulator.model.clockwork.tracing import note
from simulator.model.clockwork.variate import variate
from simulator.model.programme.learning import learning_factor
from simulator.model.state import events
from simulator.model.state.events import GO_LIVE, STAGE_ENDED, SYSTEM_STARTS
from simulator.model.state.states import DONE, IDLE, IN_LINE, LIVE, NO_TEAM, NOT_STARTED, UNDER_WAY
from simulator.model.users.change_load import count_changes
from simulator.model.users.tasks import touch
from simulator.streams.jit import rule
from simulator.streams.philox import draw


@rule
def system_due(state: Any, i: int, time: float) -> None:
    """The date of system `i` has come."""
    state.systems[i]["due"] = 1
    begin_if_ready(state, i, time)
    staff_stages(state, time)


@rule
def begin_if_ready(state: Any, i: int, time: float) -> None:
    """Begin the system when its date has come and the systems that it builds on are live."""
    system = state.systems[i]
    if system["due"] != 1 or system["begun"] == 1:
        return
    for other in range(state.world[0]["systems"]):
        if state.system_after[i, other] == 1 and state.systems[other]["live"] == 0:
            return
    system["begun"] = 1
    settings = state.settings[0]
    u, v, _, _ = draw(state.key, system["stream"], 0, 0)
    if u < settings["integration.tail.probability"]:
        multiplier = variate(state, settings["integration.tail.multiplier"], v)
        system["stretch"] = max(1.0, min(settings["integration.tail.cap"], multiplier))
    note(state, time, SYSTEM_STARTS, i, system["stretch"], 0, 0)
    line_up_stages(state, i)


@rule
def line_up_stages(state: Any, i: int) -> None:
    """Stages of system `i` whose predecessors are done wait for their team."""
    system = state.systems[i]
    world = state.world[0]
    first = system["first_stage"]
    for k in range(first, first + system["stages"]):
        stage = state.stages[k]
        if stage["status"] != IDLE:
            continue
        free = True
        for j in range(system["stages"]):
            if (stage["after"] >> j) & 1 and state.stages[first + j]["status"] != DONE:
                free = False
        if free:
            stage["status"] = IN_LINE
            stage["serial"] = world["serial"]
            world["serial"] += 1


@rule
def staff_stages(state: Any, time: float) -> None:
    """Stages in line begin, in the order in which they came, as far as their teams have people free."""
    world = state.world[0]
    while True:
        chosen = -1
        for k in range(len(state.stages)):
            stage = state.stages[k]
            if stage["status"] != IN_LINE:
                continue
            if stage["team"] != NO_TEAM and world["free"][stage["team"]] == 0:
                continue
            if chosen < 0 or stage["serial"] < state.stages[chosen]["serial"]:
                chosen = k
        if chosen < 0:
            return
        begin_stage(state, chosen, time)


@rule
def begin_stage(state: Any, k: int, time: float) -> None:
    """Stage `k` begins (again); its duration is drawn by its visit."""
    stage = state.stages[k]
    count_stages(state, time, 1)
    free_team(state, stage["team"], -1)
    stage["status"] = UNDER_WAY
    stage["visits"] += 1
    u, _, _, _ = draw(state.key, stage["stream"], 0, stage["visits"])
    weeks = variate(state, stage["weeks"], u) * state.systems[stage["system"]]["stretch"]
    settings = state.settings[0]
    weeks *= learning_factor(settings["rollout.learning_rate"], state.world[0]["systems_live"])
    note(state, time, events.STAGE_STARTED, k, stage["visits"], weeks, 0)
    offset = settings["data_science_team.utc_offset_hours"]
    set_timer(state, STAGE_ENDED, k, working_morning(settings, time + weeks * WEEK_HOURS, offset))


@rule
def count_stages(state: Any, time: float, change: int) -> None:
    """Change the number of stages under way, after adding up their weeks until `time`."""
    world = state.world[0]
    world["week_stage_hours"] += world["stages_under_way"] * (time - world["stage_mark"])
    world["stage_mark"] = time
    world["stages_under_way"] += change


@rule
def free_team(state: Any, team: int, people: int) -> None:
    """Give people back to a team, or take them (less than 0)."""
    if team != NO_TEAM:
        state.world[0]["free"][team] += people


@rule
def end_stage(state: Any, k: int, time: float) -> None:
    """Stage `k` ends, or has to be done again; what waited for it, or for its people, goes on."""
    stage = state.stages[k]
    world = state.world[0]
    count_stages(state, time, -1)
    free_team(state, stage["team"], 1)
    _, _, _, u = draw(state.key, stage["stream"], 0, stage["visits"])
    again = u < stage["rework"]
    note(state, time, STAGE_ENDED, k, int(again), 0, 0)
    if again:
        stage["status"] = IN_LINE
        stage["serial"] = world["serial"]
        world["serial"] += 1
    else:
        stage["status"] = DONE
        i = stage["system"]
        line_up_stages(state, i)
        system = state.systems[i]
        finished = True
        for j in range(system["first_stage"], system["first_stage"] + system["stages"]):
            finished = finished and state.stages[j]["status"] == DONE
        if finished:
            system_live(state, i, time)
    staff_stages(state, time)


@rule
def system_live(state: Any, i: int, time: float) -> None:
    """System `i` is live: others begin that waited for it, and sites stop carrying its data by hand."""
    world = state.world[0]
    system = state.systems[i]
    system["live"] = 1
    system["live_at"] = time
    world["systems_live"] += 1
    if world["systems_live"] == world["systems"]:
        world["integrated_at"] = time
    note(state, time, events.SYSTEM_LIVE, i, 0, 0, 0)
    for other in range(world["systems"]):
        if state.system_after[other, i] == 1:
            begin_if_ready(state, other, time)
    for s in range(world["sites"]):
        if state.site_needs[s, i] == 1:
            carry_less(state, s, time)
    count_changes(state, time)


@rule
def integrated(state: Any, s: int) -> bool:
    """Whether all systems that site `s` needs are live."""
    for i in range(state.world[0]["systems"]):
        if state.site_needs[s, i] == 1 and state.systems[i]["live"] == 0:
            return False
    return True


@rule
def share_left(state: Any, s: int) -> float:
    """Share of the data of site `s` that people carry by hand: that of the systems that it needs and that are not live.

    It is exactly 1 while none of them is live, and 0 once all are.
    """
    missing = needed = 0.0
    for i in range(state.world[0]["systems"]):
        if state.site_needs[s, i] == 1:
            needed += state.systems[i]["share"]
            if state.systems[i]["live"] == 0:
                missing += state.systems[i]["share"]
    return float(missing / needed) if missing > 0.0 else 0.0


@rule
def carry_less(state: Any, s: int, time: float) -> None:
    """A system that site `s` needs is live: less is carried by hand; a site that waited for the last one goes live."""
    site = state.sites[s]
    if site["stage"] != NOT_STARTED:
        touch(state, s, time)
    site["carried_share"] = share_left(state, s)
    if not integrated(state, s):
        return
    if site["stage"] == LIVE:
        site["carried_hours"] += time - site["carried_since"]
    if site["ready"] == 1:
        set_timer(state, GO_LIVE, s, working_morning(state.settings[0], time, site["utc_offset_hours"]))


@rule
def stop_integration(state: Any, time: float) -> None:
    """The programme has ended: nobody goes on with the projects."""
    count_stages(state, time, -state.world[0]["stages_under_way"])
    stop_timers(state, SYSTEM_STARTS)
    stop_timers(state, STAGE_ENDED)
