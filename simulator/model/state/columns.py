"""Weekly columns: the number of each in `State.weekly`, and their sums over weeks.

Of a measure that there is for each tier the number is that of tier 1; those of the other tiers follow. So it is with
the categories of cost and value.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.scenario.measures import WEEKLY
from simulator.scenario.vocabulary import COST_CATEGORIES, STAFFED_TIERS, VALUE_CATEGORIES
from simulator.streams.jit import rule

HIDDEN_WEEKLY = [
    *("correct", "visits_in_target", "visits_ended", "invited", "planned_value", "planned_cost", "seen_value"),
    *(f"{what}_{tier}" for what in ("arrived", "served", "busy_hours", "heads") for tier in STAFFED_TIERS),
]
# Columns of `State.site_weeks`: sums over the week of a site's tasks, and per-user sums that count nobody.
SITE_WEEKS = ["tasks", "correct", "wrong", "correct_per_user", "wrong_per_user"]
WAIT_BINS = 1024
WAIT_LOWEST_HOURS = 1e-4
WAIT_BIN_LOG = 0.02
"""Histogram of waits: bin 0 up to 1e-4 hours, then bins that grow by 2 per cent."""
COLUMNS = {name: i for i, name in enumerate([*WEEKLY, *HIDDEN_WEEKLY])}
"""Column of each weekly measure in `State.weekly`."""

ABANDONED = COLUMNS["tickets_abandoned"]
ACCURACY = COLUMNS["accuracy"]
ACTIVE = COLUMNS["active_users"]
ADOPTION = COLUMNS["adoption"]
ARRIVED = COLUMNS["arrived_tier1"]
BACKLOG = COLUMNS["backlog_tier1"]
BUSY = COLUMNS["busy_hours_tier1"]
CORRECT = COLUMNS["correct"]
COST = COLUMNS["cost"]
COST_PARTS = COLUMNS[f"cost_{COST_CATEGORIES[0]}"]
COST_SUM = COLUMNS["cost_cumulative"]
ENDED = COLUMNS["visits_ended"]
HEADS = COLUMNS["heads_tier1"]
INTEGRATIONS = COLUMNS["integrations_live"]
INVITED = COLUMNS["invited"]
IN_TARGET = COLUMNS["visits_in_target"]
NET_RATE = COLUMNS["net_run_rate"]
NET_SUM = COLUMNS["net_cumulative"]
KNOWN = COLUMNS["edge_case_mass_known"]
OPENED = COLUMNS["tickets_opened"]
PLANNED_COST = COLUMNS["planned_cost"]
PLANNED_VALUE = COLUMNS["planned_value"]
SEEN_VALUE = COLUMNS["seen_value"]
REPAIRED = COLUMNS["edge_case_types_repaired"]
REPAIRS = COLUMNS["ds_backlog_repairs"]
RESOLUTION = COLUMNS["resolution"]
SERVED = COLUMNS["served_tier1"]
SERVICE_LEVEL = COLUMNS["sla_met_share"]
SITES_LIVE = COLUMNS["sites_live"]
TASKS = COLUMNS["tasks"]
TRUST = COLUMNS["trust_mean"]
USERS_LOST = COLUMNS["users_lost"]
USERS_ONBOARDED = COLUMNS["users_onboarded"]
USERS_REVERTED = COLUMNS["users_reverted"]
UTILISATION = COLUMNS["utilisation_tier1"]
VALUE = COLUMNS["value"]
VALUE_PARTS = COLUMNS[f"value_{VALUE_CATEGORIES[0]}"]
VALUE_SUM = COLUMNS["value_cumulative"]
WAIT = COLUMNS["wait_hours_mean_tier1"]
WRONG = COLUMNS["errors"]


@rule
def column_sum(state: Any, column: int, first: int, last: int) -> float:
    """Sum of a weekly column over the rows from `first` to before `last`; null values count as 0."""
    total = 0.0
    for week in range(max(0, first), last):
        value = state.weekly[week, column]
        if not math.isnan(value):
            total += value
    return total
