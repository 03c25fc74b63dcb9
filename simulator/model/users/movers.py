"""Movers and stayers: some people tend to leave, and so leave early; who is left are those who stay.

Each person is a mover with probability `share`, for as long as they hold their place (Blumen, Kogan and McCarthy 1955,
The Industrial Mobility of Labor as a Probability Process). Movers and stayers stop using the system with hazards of
their own, so that of those who began together, and never come back, a share

    p exp(-a t) + (1 - p) exp(-b t)

is left at t: a steep beginning, then a plateau. Cells count their active movers, so that the clock of a cell knows its
rate; who leaves is picked by kind first, and then uniformly among those of that kind.
"""

from __future__ import annotations

from typing import Any

from simulator.model.state.states import EXPERIENCED
from simulator.model.users.users import active_in, pick_active
from simulator.streams.jit import rule
from simulator.streams.philox import draw


@rule
def take_place(state: Any, number: int) -> None:
    """Whoever holds the place of user `number` from now on, and is not active yet, is a mover or not."""
    user = state.users[number]
    settings = state.settings[0]
    if settings["users.movers"] == 1:
        u, _, _, _ = draw(state.key, state.cells[user["cell"]]["stream_mover"], user["number"], user["person"])
        user["mover"] = int(u < settings["users.movers.share"])


@rule
def drop_out_weight(active: int, movers: int, settings: Any) -> float:
    """Hazard per week that one of so many active people, `movers` among them, stops without any error."""
    stayers = active - movers
    return float(stayers * settings["users.drop_out_per_week"] + movers * settings["users.movers.drop_out_per_week"])


@rule
def pick_leaver(state: Any, c: int, u: float) -> int:
    """The active user of cell `c` at the uniform `u`, where movers and stayers count by their hazards."""
    movers = state.cells[c]["movers"]
    if movers == 0:
        return pick_active(state, c, u)
    counts = state.counts[c]
    active = active_in(counts)
    of_movers = drop_out_weight(movers, movers, state.settings[0])
    of_stayers = drop_out_weight(active - movers, 0, state.settings[0])
    target = u * (of_movers + of_stayers)
    if target < of_movers or of_stayers <= 0.0:
        return nth_active(state, c, 1, min(movers - 1, int(target / of_movers * movers)))
    stayers = active - movers
    return nth_active(state, c, 0, min(stayers - 1, int((target - of_movers) / of_stayers * stayers)))


@rule
def nth_active(state: Any, c: int, mover: int, n: int) -> int:
    """Active user number `n` (from 0) of cell `c` among its movers (1) or stayers (0); there must be more than `n`."""
    first = state.cells[c]["first"]
    left = n
    number = first
    for roster in range(EXPERIENCED + 1):
        for i in range(state.counts[c, roster]):
            number = state.roster[roster, first + i]
            if state.users[number]["mover"] == mover:
                if left == 0:
                    return int(number)
                left -= 1
    return int(number)
