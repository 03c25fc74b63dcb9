"""Who is where: each user's state, and a roster of every cell's members by state from which one is picked uniformly.

A cell is the users of one segment at one site. Rosters make a pick and a move cost the same however many they are.
"""

from __future__ import annotations

from typing import Any

from simulator.model.clockwork.clocks import halves, next_pair
from simulator.model.clockwork.time import work_time
from simulator.model.state.states import AWAY, EXPERIENCED, GONE, NEW, NEW_UNTRAINED, ROSTERS, UNTRAINED, WAITING
from simulator.model.users.trust import judged_right_per_user, unanswered_per_user
from simulator.streams.jit import inlined, rule


@rule
def active_in(counts: Any) -> int:
    """Active users of a cell; `counts` is its row of `State.counts`."""
    return int(counts[NEW_UNTRAINED] + counts[NEW] + counts[EXPERIENCED])


@rule
def untrained(user: Any) -> bool:
    """Whether a training would still help the user: neither trained nor taught by experience."""
    state = user["state"]
    return bool((state == WAITING and user["trained"] == 0) or state == UNTRAINED or state == NEW_UNTRAINED)


@rule
def move(state: Any, number: int, to: int, time: float) -> None:
    """Take user `number` (index into `State.users`) from its state to the state `to`."""
    user = state.users[number]
    c = user["cell"]
    cell = state.cells[c]
    site = state.sites[cell["site"]]
    counts = state.counts[c]
    origin = user["state"]
    if origin < ROSTERS:  # the last of the roster takes the place that falls free
        roster = state.roster[origin]
        last = roster[cell["first"] + counts[origin] - 1]
        roster[cell["first"] + user["place"]] = last
        state.users[last]["place"] = user["place"]
    cell["untrained"] -= int(untrained(user))
    counts[origin] -= 1
    if to < ROSTERS:
        state.roster[to, cell["first"] + counts[to]] = number
        user["place"] = counts[to]
    counts[to] += 1
    user["state"] = to
    cell["untrained"] += int(untrained(user))
    site["away"] += int(to == AWAY or to == GONE) - int(origin == AWAY or origin == GONE)
    change = int(to <= EXPERIENCED) - int(origin <= EXPERIENCED)
    if change != 0:
        work = work_time(site, time)
        site["user_hours"] += site["active"] * (work - site["user_mark"])
        site["user_mark"] = work
        site["active"] += change
        cell["movers"] += change * user["mover"]
        if change > 0:
            user["active_since"] = time
            user["mark"] = judged_right_per_user(site, work)
            user["loss_mark"] = unanswered_per_user(site, work)


@rule
def pick(state: Any, c: int, roster: int, u: float) -> int:
    """The user of cell `c` at the uniform `u` of the roster; the roster must not be empty."""
    count = state.counts[c, roster]
    return int(state.roster[roster, state.cells[c]["first"] + min(count - 1, int(u * count))])


@rule
def pick_active(state: Any, c: int, u: float) -> int:
    """The active user of cell `c` at the uniform `u`, new or experienced."""
    counts = state.counts[c]
    total = active_in(counts)
    i = min(total - 1, int(u * total))
    first = state.cells[c]["first"]
    for roster in range(EXPERIENCED):
        if i < counts[roster]:
            return int(state.roster[roster, first + i])
        i -= counts[roster]
    return int(state.roster[EXPERIENCED, first + i])


@rule
def pick_of_two(state: Any, c: int, u: float, a: int, b: int, weight: float) -> int:
    """The user of cell `c` at the uniform `u` of rosters `a` and `b`, where a member of `b` counts `weight` times.

    One of them must hold somebody who counts.
    """
    in_a = state.counts[c, a]
    in_b = state.counts[c, b] * weight
    target = u * (in_a + in_b)
    if target < in_a or in_b <= 0.0:
        return pick(state, c, a, target / in_a)
    return pick(state, c, b, (target - in_a) / in_b)


@inlined
def next_draw(state: Any, number: int) -> tuple[float, float]:
    """The next two uniforms of the user's own stream."""
    user = state.users[number]
    return next_pair(user, state.key, state.cells[user["cell"]]["stream_user"], user["number"])


@rule
def next_four(state: Any, number: int) -> tuple[float, float, float, float]:
    """The next four uniforms of the user's own stream for choices, in steps of 2**-26: the halves of `next_draw`'s."""
    u, v = next_draw(state, number)
    a, b = halves(u)
    c, d = halves(v)
    return a, b, c, d
