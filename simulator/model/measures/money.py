"""What a programme is worth in the end: from kick-off, and, as what is spent by then is sunk, from the decision on."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.state.state import State

YEAR_WEEKS = 52.0
QUARTER = 13


def money(state: State, weekly: dict[str, Any]) -> dict[str, float | bool | None]:
    """Measures of the weekly flows, in the scenario's currency.

    A week's flow is discounted from its end, at the rate r per year: net present value = sum of (value - cost) /
    (1 + r)^(t / 52), t in weeks from kick-off, or from the decision to fund, over the weeks that begin from then on. A
    date of being paid back is the first from which on, to the horizon, all value so far covers all cost so far. Where
    nothing costs or is worth anything, nobody can say whether it pays.
    """
    value, cost = weekly["value"], weekly["cost"]
    unpriced: dict[str, float | bool | None] = {} if cost.any() or value.any() else {"pays": None, "paid_back": None}
    rate = float(state.settings["economics.discount_rate_per_year"][0])
    kicked_off = payback(value - cost)
    decided_at, funded_at = float(state.world["decided_at"][0]), float(state.world["funded_at"][0])
    return {
        "programme_cost": float(cost.sum()),
        "value_delivered": float(value.sum()),
        "npv": discounted(value - cost, rate, 0.0),
        "payback_week": kicked_off,
        **since_decision(state, weekly, rate, decided_at / WEEK_HOURS, funded_at < math.inf),
        **unpriced,
    }


def since_decision(
    state: State, weekly: dict[str, Any], rate: float, decided: float, funded: bool
) -> dict[str, float | bool | None]:
    """What funding was worth, from the decision in week `decided` on; null where there was no funding."""
    if not funded:
        return dict.fromkeys(SINCE_DECISION) | {"pays": False, "paid_back": False}
    first = math.ceil(decided)
    value, cost = weekly["value"][first:], weekly["cost"][first:]
    offset = first - decided
    spent, earned = discounted(cost, rate, offset), discounted(value, rate, offset)
    net = np.cumsum(value - cost)
    date = payback(value - cost)
    licences = float(weekly["cost_licences"][first:].sum())
    promised, to_cost = float(state.world["case_value"][0]), float(state.world["case_cost"][0])
    return {
        "planned_value": promised,
        "planned_cost": to_cost,
        "realised_value_share": float(value.sum()) / promised if promised > 0.0 else None,
        "value_from_funding": earned - spent,
        "pays": earned > spent,
        "paid_back": date is not None,
        "weeks_to_payback": None if date is None else date + offset,
        "return_on_investment": (earned - spent) / spent if spent > 0.0 else None,
        "largest_outlay": float(max(0.0, -net.min())) if len(net) else 0.0,
        "run_rate_final": float((value - cost)[-QUARTER:].sum()) * YEAR_WEEKS / QUARTER
        if len(net) >= QUARTER
        else None,
        "cost_over_licences": float(cost.sum()) / licences if licences > 0.0 else None,
    }


SINCE_DECISION = (
    *("value_from_funding", "weeks_to_payback", "return_on_investment", "largest_outlay"),
    *("run_rate_final", "cost_over_licences", "planned_value", "planned_cost", "realised_value_share"),
)


def discounted(flow: Any, rate: float, offset: float) -> float:
    """Present value of a flow, float64[weeks], whose first week begins `offset` weeks after the date of valuation."""
    weeks = np.arange(1, len(flow) + 1) + offset
    return float((flow * np.exp(-np.log1p(rate) * weeks / YEAR_WEEKS)).sum())


def payback(net: Any) -> float | None:
    """The first week from whose end on all flows so far, float64[weeks], sum to 0 or more, to the end; None if none."""
    covered = np.cumsum(net) >= 0.0
    if not len(net) or not covered[-1]:
        return None
    short = np.flatnonzero(~covered)
    return float(short[-1] + 1) if len(short) else 0.0
