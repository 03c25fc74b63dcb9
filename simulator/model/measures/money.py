"""What a programme is worth in the end: cost, value, net present value, payback."""

from __future__ import annotations

from typing import Any

import numpy as np

YEAR_WEEKS = 52.0


def money(value: Any, cost: Any, rate: float) -> dict[str, float | None]:
    """Totals of the weekly flows `value` and `cost`, float64[weeks], in the scenario's currency.

    A week's flow is discounted from its end: npv = sum of (value - cost) / (1 + rate)^((week + 1) / 52), with `rate`
    per year. `payback_week` is the first week from whose end on all value so far covers all cost so far, to the end.
    """
    net = value - cost
    weeks = np.arange(1, len(net) + 1)
    covered = np.cumsum(net) >= 0.0
    short = np.flatnonzero(~covered)
    payback: float | None = None
    if len(net) and covered[-1]:
        payback = float(short[-1] + 1) if len(short) else 0.0
    return {
        "programme_cost": float(cost.sum()),
        "value_delivered": float(value.sum()),
        "npv": float((net * np.exp(-np.log1p(rate) * weeks / YEAR_WEEKS)).sum()),
        "payback_week": payback,
    }
