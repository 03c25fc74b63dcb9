"""What a programme is worth in the end: from kick-off, and, as what is spent by then is sunk, from the decision on."""

from __future__ import annotations

import math
from typing import Any

from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.state.columns import COST, COST_PARTS, VALUE, column_sum
from simulator.model.state.state import State
from simulator.model.state.states import LICENCES
from simulator.streams.jit import rule

YEAR_WEEKS = 52.0
QUARTER = 13
NEVER = -1


def money(state: State) -> dict[str, float | bool | None]:
    """Measures of the weekly flows, in the scenario's currency.

    A week's flow is discounted from its end, at the rate r per year: net present value = sum of (value - cost) /
    (1 + r)^(t / 52), t in weeks from kick-off, or from the decision to fund, over the weeks that begin from then on. A
    date of being paid back is the first from which on, to the horizon, all value so far covers all cost so far. Where
    nothing costs or is worth anything, nobody can say whether it pays.
    """
    weeks = len(state.weekly)
    priced = state.weekly[:, VALUE].any() or state.weekly[:, COST].any()
    unpriced: dict[str, float | bool | None] = {} if priced else {"pays": None, "paid_back": None}
    rate = float(state.settings["economics.discount_rate_per_year"][0])
    decided_at, funded_at = float(state.world["decided_at"][0]), float(state.world["funded_at"][0])
    kicked_off = payback(state, 0)
    return {
        "programme_cost": column_sum(state, COST, 0, weeks),
        "value_delivered": column_sum(state, VALUE, 0, weeks),
        "npv": discounted(state, VALUE, rate, 0, 0.0) - discounted(state, COST, rate, 0, 0.0),
        "payback_week": None if kicked_off == NEVER else float(kicked_off),
        **since_decision(state, rate, decided_at / WEEK_HOURS, funded_at < math.inf),
        **unpriced,
    }


def since_decision(state: State, rate: float, decided: float, funded: bool) -> dict[str, float | bool | None]:
    """What funding was worth, from the decision in week `decided` on; null where there was no funding."""
    if not funded:
        return dict.fromkeys(SINCE_DECISION) | {"pays": False, "paid_back": False}
    weeks, first = len(state.weekly), math.ceil(decided)
    offset = first - decided
    spent, earned = discounted(state, COST, rate, first, offset), discounted(state, VALUE, rate, first, offset)
    cost, value = column_sum(state, COST, first, weeks), column_sum(state, VALUE, first, weeks)
    licences = column_sum(state, COST_PARTS + LICENCES, first, weeks)
    quarter = column_sum(state, VALUE, weeks - QUARTER, weeks) - column_sum(state, COST, weeks - QUARTER, weeks)
    date = payback(state, first)
    promised, to_cost = float(state.world["case_value"][0]), float(state.world["case_cost"][0])
    return {
        "planned_value": promised,
        "planned_cost": to_cost,
        "realised_value_share": value / promised if promised > 0.0 else None,
        "value_from_funding": earned - spent,
        "pays": earned > spent,
        "paid_back": date != NEVER,
        "weeks_to_payback": None if date == NEVER else date + offset,
        "return_on_investment": (earned - spent) / spent if spent > 0.0 else None,
        "largest_outlay": largest_outlay(state, first),
        "run_rate_final": quarter * YEAR_WEEKS / QUARTER if weeks - first >= QUARTER else None,
        "cost_over_licences": cost / licences if licences > 0.0 else None,
    }


SINCE_DECISION = (
    *("value_from_funding", "weeks_to_payback", "return_on_investment", "largest_outlay"),
    *("run_rate_final", "cost_over_licences", "planned_value", "planned_cost", "realised_value_share"),
)


@rule
def discounted(state: Any, column: int, rate: float, first: int, offset: float) -> float:
    """Present value of a weekly flow from row `first` on, which begins `offset` weeks after the date of valuation."""
    per_week = math.log(1.0 + rate) / YEAR_WEEKS
    total = 0.0
    for week in range(first, len(state.weekly)):
        total += state.weekly[week, column] * math.exp(-per_week * (week + 1 - first + offset))
    return float(total)


@rule
def payback(state: Any, first: int) -> int:
    """Weeks from row `first` on until value covers cost so far, and does to the end; `NEVER` where it doesn't."""
    net = 0.0
    short = 0
    for week in range(first, len(state.weekly)):
        net += state.weekly[week, VALUE] - state.weekly[week, COST]
        if net < 0.0:
            short = week + 1 - first
    return short if first + short < len(state.weekly) else NEVER


@rule
def largest_outlay(state: Any, first: int) -> float:
    """The most by which, from row `first` on, cost so far exceeds value so far."""
    net = 0.0
    outlay = 0.0
    for week in range(first, len(state.weekly)):
        net += state.weekly[week, VALUE] - state.weekly[week, COST]
        outlay = max(outlay, -net)
    return float(outlay)
