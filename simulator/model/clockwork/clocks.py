"""Clocks: the tasks of a cell's users as superposed Poisson processes under changing rates.

Each clock keeps a unit-rate exponential residual that is used up at the current rate and carried over when the rate
changes (random time change; the modified next reaction method, Anderson 2007, J. Chem. Phys. 127, 214107). This is
exact, and keeps two scenarios coupled under common random numbers. Clocks run in working hours of their site.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.streams.jit import inlined, rule
from simulator.streams.philox import draw

HALF = 2.0**26


@inlined
def next_pair(owner: Any, key: Any, stream: Any, number: int) -> tuple[float, float]:
    """The next two uniforms of an owner (a CLOCK or USER record) from its stream; a position holds two pairs."""
    position = owner["draws"]
    owner["draws"] = position + 1
    if position & 1:
        return owner["spare_0"], owner["spare_1"]
    a, b, c, d = draw(key, stream, number, position >> 1)
    owner["spare_0"] = c
    owner["spare_1"] = d
    return a, b


@rule
def halves(u: float) -> tuple[float, float]:
    """Two independent uniforms in (0, 1) from one of 53 bits: its first 26 bits, and the rest."""
    scaled = u * HALF
    first = math.floor(scaled)
    return (first + 0.5) / HALF, scaled - first


@inlined
def rewind(clock: Any, key: Any) -> float:
    """Draw the clock's next residual, from the instant on at which it fires (or starts).

    The uniform that is returned picks the user of the firing that has just happened.
    """
    if clock["rate"] > 0.0:
        clock["mark"] = clock["fires"]
    u, v = next_pair(clock, key, clock["stream"], 0)
    clock["residual"] = -math.log(1.0 - u)
    clock["fires"] = clock["mark"] + clock["residual"] / clock["rate"] if clock["rate"] > 0.0 else math.inf
    return v


@rule
def retime(clock: Any, work: float, rate: float) -> bool:
    """Set the clock's rate (per working hour) from working hour `work` on; False when it already had that rate."""
    if rate == clock["rate"]:
        return False
    clock["residual"] = max(0.0, clock["residual"] - clock["rate"] * (work - clock["mark"]))
    clock["mark"] = work
    clock["rate"] = rate
    clock["fires"] = work + clock["residual"] / rate if rate > 0.0 else math.inf
    return True


@rule
def due(clock: Any, site: Any) -> float:
    """Time (hours) at which the clock fires, infinite when that is not within the site's current working day."""
    ahead = clock["fires"] - site["work_at_opening"]
    if ahead >= site["day_hours"]:
        return math.inf
    return float(site["opened"] + max(0.0, ahead))
