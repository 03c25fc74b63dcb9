"""Pay: the hours that people of support and of the data science team cost.

A tier's `dedicated` people are paid for all hours of their shifts. The rest also work for others: they are paid for
the hours in which they have work in hand, over an occupancy, at least for a stated minimum, at most for their shifts.
Both parts of a tier have the same share in its work. Overtime comes on top.
"""

from __future__ import annotations

from typing import Any

from simulator.streams.jit import rule


@rule
def paid_hours(settings: Any, tier: Any) -> float:
    """Hours that a tier is paid for in the week that ends, without overtime."""
    staffed = tier["week_staffed"]
    heads = tier["heads"]
    if heads <= tier["dedicated"]:
        return float(staffed)
    own = tier["dedicated"] / heads
    worked = max(0.0, tier["week_busy"] - tier["week_overtime"])
    billed = (1.0 - own) * worked / settings["economics.shared_people.occupancy"]
    billed = max(billed, settings["economics.shared_people.least_hours_per_week"])
    return float(own * staffed + min(billed, (1.0 - own) * staffed))


@rule
def people_cost(state: Any, t: int) -> float:
    """Cost of a tier in the week that ends: its paid hours, and overtime at its factor."""
    settings = state.settings[0]
    tier = state.tiers[t]
    overtime = settings["economics.overtime_factor"] * tier["week_overtime"]
    return float(settings["economics.cost_per_hour"][t] * (paid_hours(settings, tier) + overtime))
