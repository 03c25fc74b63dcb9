"""Scenario files in which every number is certain, and nothing happens that they don't ask for."""

from __future__ import annotations

from typing import Any

SEGMENTS = [
    {"name": "volunteers", "share": 0.1, "initial_trust": 0.75, "onset_per_week": 0.30, "reversion": 0.4},
    {"name": "mainstream", "share": 0.6, "initial_trust": 0.6, "onset_per_week": 0.10, "reversion": 0.6},
    {"name": "sceptics", "share": 0.3, "initial_trust": 0.4, "onset_per_week": 0.03, "reversion": 0.9},
]
TYPES = {"discount": 0.5, "concentration": 10, "development_tasks": 300}
CERTAIN: dict[str, dict[str, Any]] = {
    "pilot": {"curation": 0.7, "handling_factor": 0.6, "logged_share": 0.4},
    "users.movers": {"share": 0.3, "drop_out_per_week": 0.05},
    "users.habit": {"weeks": 3, "protection": 0.5},
    "ai.shocks": {"per_site_year": 0.5, "accuracy_loss": {"beta": {"mean": 0.05, "sd": 0.03}}},
    "ai.retraining": {
        "every_weeks": 26, "below_accuracy": None, "least_weeks_between": 8, "effort_hours": 40, "deploy_weeks": 2,
        "corrections_to_halve": None,
    },
    "ai.remediation": {"gain": 0.5, "effort_hours": {"lognormal": {"median": 160, "p90": 400}}},
    "edge_cases.organisation": TYPES,
    "edge_cases.site": TYPES,
    "edge_cases.season": {"discount": 0.5, "concentration": 10},
    "outages": {
        "per_year": 4, "repair_hours": {"lognormal": {"median": 3, "p90": 10}}, "trust_weight": 1,
        "tickets_per_user_hour": 0.02,
    },
    "change_programme.champions": {"word_of_mouth_gain": 0.5},
    "change_programme.campaign": {"onset_factor": 2},
    "change_programme.load": {"other_changes_per_year": 2, "willingness_lost_per_change": 0.052},
    "rollout": {"learning_rate": 0, "budget": None},
    "rollout.budget": {"tranche_weeks": 26, "value_error": 0.2, "escalation_share": 0, "escalation_tranches": 2},
}  # fmt: skip
"""What is said of sections that a file has, but not in full: numbers that would be uncertain otherwise."""


def neutral(document: dict[str, Any]) -> dict[str, Any]:
    """`document` over the shipped base of this name, and with what a base without an organisation can't say."""
    told = certain({"extends": "bases/neutral", **document})
    told["sites"] = [{"data_quality": 0.9, **site} for site in document["sites"]]
    told["users"] = {"segments": SEGMENTS, **told.get("users", {})}
    return told


def certain(tree: dict[str, Any]) -> dict[str, Any]:
    """`tree` with what `CERTAIN` says of its sections."""
    for path, numbers in CERTAIN.items():
        *outer, last = path.split(".")
        section: Any = tree
        for name in outer:
            section = section.get(name) if isinstance(section, dict) else None
        if isinstance(section, dict) and isinstance(section.get(last), dict):
            section[last] = {**numbers, **section[last]}
    return tree
