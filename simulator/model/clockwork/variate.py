"""One random number of a distribution of the scenario."""

from __future__ import annotations

from typing import Any

from simulator.streams.jit import inlined
from simulator.streams.variates import quantile_of


@inlined
def variate(state: Any, which: int, u: float) -> float:
    """Quantile at `u` of distribution `which` of the scenario, in its own unit."""
    d = state.distributions[which]
    return quantile_of(
        d["code"], d["p0"], d["p1"], d["p2"], d["p3"], d["p4"], d["p5"], d["low"], d["high"], state.tables, u
    )
