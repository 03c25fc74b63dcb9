"""Users before time starts: whole people for every share of a site, those whom the pilot invites among them."""

from __future__ import annotations

import math
from typing import Any

from simulator.model.state.states import WAITING
from simulator.model.users.movers import take_place
from simulator.streams.jit import rule

ROUNDING = 1e-9
"""What a product of a whole number and a share may miss a whole number by."""


@rule
def settle_users(state: Any) -> None:
    """Share each site's users out to its cells, and those whom the pilot invites; then everybody has a place."""
    world = state.world[0]
    segments = world["segments"]
    for s in range(world["sites"]):
        site = state.sites[s]
        first = site["first_cell"]
        if site["is_pilot"] == 1:
            apportion(state, first, segments, min(site["pilot_users"], site["users"]), True)
        for c in range(first, first + segments):  # nobody where there is no pilot
            state.cells[c]["pilot_users"] = state.counts[c, WAITING]
        apportion(state, first, segments, site["users"], False)
        site["pilot_users"] = 0
        for c in range(first, first + segments):
            cell = state.cells[c]
            cell["users"] = state.counts[c, WAITING]
            cell["pilot_users"] = min(cell["pilot_users"], cell["users"])
            site["pilot_users"] += cell["pilot_users"]
    number = 0
    for c in range(world["cells"]):
        cell = state.cells[c]
        cell["first"] = number
        cell["untrained"] = cell["users"]
        for i in range(cell["users"]):
            user = state.users[number]
            user["cell"] = c
            user["number"] = i
            user["state"] = WAITING
            take_place(state, number)
            number += 1


@rule
def apportion(state: Any, first: int, cells: int, total: int, pilot: bool) -> None:
    """Split `total` in whole numbers by the mix of so many cells, or by the pilot's, into those who wait there.

    By largest remainders, the first of equals first (Hamilton's method: Balinski and Young 1982, Fair Representation).
    """
    left = total
    for c in range(first, first + cells):
        whole = int(math.floor(wanted(state, c, total, pilot) + ROUNDING))
        state.counts[c, WAITING] = whole
        left -= whole
    for _ in range(min(left, cells)):
        most = first
        for c in range(first + 1, first + cells):
            lacking = wanted(state, c, total, pilot) - state.counts[c, WAITING]
            if lacking > wanted(state, most, total, pilot) - state.counts[most, WAITING]:
                most = c
        state.counts[most, WAITING] += 1


@rule
def wanted(state: Any, c: int, total: int, pilot: bool) -> float:
    """Share of cell `c` in so many people, or in so many of the pilot's; no whole number."""
    cell = state.cells[c]
    return float(total * (cell["pilot_mix"] if pilot else cell["mix"]))
