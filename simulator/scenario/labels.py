"""Plain words and units of output measures, and the order in which people read them."""

from __future__ import annotations

from dataclasses import dataclass

SHARE = "share"
WEEKS = "weeks"
HOURS = "hours"
COUNT = "count"
RATE = "rate"
MONEY = "money"


@dataclass(frozen=True)
class Label:
    """Plain words for a measure, and its unit: share, weeks, hours, count, rate or money.

    Money is in the currency of the scenario.
    """

    words: str
    unit: str


TIERS = {"tier1": "tier 1", "tier2": "tier 2", "tier3": "data science"}
LABELS = {
    "success": Label("Reached scale", SHARE),
    "funded": Label("Funded", SHARE),
    "sustained": Label("Still at scale at the end", SHARE),
    "weeks_to_scale": Label("Weeks from funding to scale", WEEKS),
    "funded_week": Label("Week of funding, from kick-off", WEEKS),
    "shelved_week": Label("Week of shelving, from kick-off", WEEKS),
    "stopped_at_gate": Label("Stopped at gate", COUNT),
    "integrations_live_week": Label("Week when all systems are live", WEEKS),
    "payback_week": Label("Week when paid back", WEEKS),
    "programme_cost": Label("Cost of the programme", MONEY),
    "value_delivered": Label("Value delivered", MONEY),
    "npv": Label("Net present value", MONEY),
    "cost": Label("Cost of a week", MONEY),
    "value": Label("Value of a week", MONEY),
    "cost_cumulative": Label("Cost so far", MONEY),
    "value_cumulative": Label("Value so far", MONEY),
    "go_live_week": Label("Week of going live", WEEKS),
    "hand_carried_weeks": Label("Weeks of data carried by hand", WEEKS),
    "adoption": Label("Adoption", SHARE),
    "adoption_pilot": Label("Adoption in the pilot", SHARE),
    "adoption_peak": Label("Adoption at its peak", SHARE),
    "adoption_final": Label("Adoption at the end", SHARE),
    "accuracy": Label("Accuracy", SHARE),
    "accuracy_pilot": Label("Accuracy in the pilot", SHARE),
    "accuracy_scaled": Label("Accuracy at scale, of work done", SHARE),
    "accuracy_scaled_all_sites": Label("Accuracy at scale, all sites", SHARE),
    "accuracy_gap": Label("Accuracy lost since the pilot", SHARE),
    "resolution": Label("Resolution", SHARE),
    "resolution_pilot": Label("Resolution in the pilot", SHARE),
    "resolution_scaled": Label("Resolution at scale", SHARE),
    "edge_case_types_seen": Label("Kinds of edge case met", COUNT),
    "edge_case_types_repaired": Label("Kinds of edge case repaired", COUNT),
    "edge_case_mass_handled": Label("Share of edge cases handled", SHARE),
    "tickets_per_user_week_pilot": Label("Tickets a user and week, pilot", RATE),
    "users_reverted": Label("Users who ever went back", COUNT),
    "users_lost": Label("Users lost for good", COUNT),
    "active_users": Label("Active users", COUNT),
    "users_onboarded": Label("Users onboarded", COUNT),
    "trust_mean": Label("Mean trust", SHARE),
    "tasks": Label("Tasks", COUNT),
    "errors": Label("Wrong answers", COUNT),
    "tickets_opened": Label("Tickets opened", COUNT),
    "tickets_abandoned": Label("Tickets abandoned", COUNT),
    "tickets_per_week_peak": Label("Tickets in the busiest week", COUNT),
    "sla_met_share": Label("Tickets started in target time", SHARE),
    "support_underestimate_factor": Label("Support needed over planned", RATE),
    "sites_live": Label("Sites live", COUNT),
    "integrations_live": Label("Systems live", COUNT),
    "ds_backlog_repairs": Label("Repairs waiting", COUNT),
    "events": Label("Simulated events", COUNT),
}
TIER_LABELS = {
    "visits": Label("Visits", COUNT),
    "backlog": Label("Tickets waiting", COUNT),
    "utilisation": Label("Utilisation", SHARE),
    "utilisation_peak": Label("Peak utilisation", SHARE),
    "queue_mean": Label("Mean queue", RATE),
    "wait_hours_sum": Label("Sum of waits (hours)", HOURS),
    "wait_hours_mean": Label("Mean wait (hours)", HOURS),
    "wait_hours_p90": Label("90th percentile of waits (hours)", HOURS),
}
MAIN_GROUPS = (
    ("weeks_to_scale", "shelved_week", "integrations_live_week"),
    ("programme_cost", "value_delivered", "npv", "payback_week"),
    ("adoption_pilot", "adoption_peak", "adoption_final", "users_reverted", "users_lost"),
    (
        "accuracy_pilot",
        "accuracy_scaled",
        "accuracy_scaled_all_sites",
        "resolution_pilot",
        "resolution_scaled",
        "edge_case_types_seen",
        "edge_case_types_repaired",
    ),
    (
        "support_underestimate_factor",
        "sla_met_share",
        "tickets_per_user_week_pilot",
        "tickets_opened",
        "tickets_per_week_peak",
        "tickets_abandoned",
        "wait_hours_mean_tier1",
        "wait_hours_mean_tier2",
        "wait_hours_mean_tier3",
        "utilisation_peak_tier1",
        "utilisation_peak_tier2",
    ),
)
"""The measures that people read first, in groups: when, money, people, answers, support."""


def label(measure: str) -> Label:
    """Plain words and unit of an output measure; a measure without words of its own is spelt out."""
    known = LABELS.get(measure)
    if known is not None:
        return known
    stem, _, tier = measure.rpartition("_")
    if stem in TIER_LABELS:
        of = TIER_LABELS[stem]
        return Label(f"{of.words}, {TIERS.get(tier, tier)}", of.unit)
    return Label(measure.replace("_", " ").capitalize(), RATE)


def in_unit(measure: str) -> bool:
    """Whether a measure lies in [0, 1]: a share, but no difference of two, and none of hours that overtime adds to."""
    return label(measure).unit == SHARE and not measure.startswith(("accuracy_gap", "utilisation"))
