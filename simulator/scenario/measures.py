"""Names of the output measures, and their types: what success criteria, suites and targets of precision refer to."""

from typing import Final

from simulator.scenario.vocabulary import TIERS

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

NUMBERS: Final = (
    "funded", "success", "sustained", "weeks_to_scale", "funded_week", "shelved_week",
    "adoption_peak", "adoption_final", "adoption_pilot",
    "accuracy_pilot", "accuracy_scaled", "accuracy_scaled_all_sites", "accuracy_gap",
    "resolution_pilot", "resolution_scaled",
    "edge_case_types_seen", "edge_case_types_repaired", "edge_case_mass_handled",
    "users_reverted", "users_lost",
    "tickets_per_user_week_pilot", "tickets_opened", "tickets_abandoned", "tickets_per_week_peak",
    "sla_met_share", "support_underestimate_factor",
    *(f"{name}_{tier}" for name in (
        "visits", "wait_hours_sum", "wait_hours_mean", "wait_hours_p90", "queue_mean", "utilisation_peak",
    ) for tier in TIERS),
    "integrations_live_week", "sites_live", "programme_cost", "value_delivered", "npv", "payback_week", "events",
)  # fmt: skip
"""Measures of a replication that are numbers, or true or false."""

TEXTS: Final = ("outcome", "stopped_at_gate")
"""Measures of a replication that are words."""

TRUTHS: Final = ("funded", "success", "sustained")
"""Measures of a replication that are true or false."""

COUNTS: Final = (
    "edge_case_types_seen", "edge_case_types_repaired", "users_reverted", "users_lost",
    "tickets_opened", "tickets_abandoned", "tickets_per_week_peak",
    *(f"visits_{tier}" for tier in TIERS),
    "sites_live", "events",
)  # fmt: skip
"""Measures of a replication or of a site in it that are whole numbers; all others of `NUMBERS` are real ones."""

SHARES: Final = ("success_probability", "funded_share")
"""Shares of all replications: success given funding, and funding."""

ESTIMATED: Final = (*SHARES, *NUMBERS)
"""All that can be estimated with an interval."""
