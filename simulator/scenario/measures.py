"""Names of the weekly output measures, which success criteria refer to."""

from typing import Final

TIERS: Final = ("tier1", "tier2", "tier3")

WEEKLY: Final = (
    "adoption",
    "active_users",
    "users_onboarded",
    "users_reverted",
    "users_lost",
    "trust_mean",
    "accuracy",
    "resolution",
    "tasks",
    "errors",
    "edge_case_types_seen",
    "edge_case_types_repaired",
    "tickets_opened",
    "tickets_abandoned",
    "sla_met_share",
    *(f"backlog_{tier}" for tier in TIERS),
    *(f"utilisation_{tier}" for tier in TIERS),
    *(f"wait_hours_mean_{tier}" for tier in TIERS),
    "ds_backlog_repairs",
    "integrations_live",
    "sites_live",
    "cost",
    "value",
    "cost_cumulative",
    "value_cumulative",
)
"""Measures of each week, in the order of the weekly table."""
