"""The shipped scenarios, and what those that extend others change."""

from __future__ import annotations

import warnings
from functools import lru_cache

from simulator.scenario import Scenario, load

CASES = ("retail-chatbot", "manufacturing-12-plants")
TYPICAL = "typical-programme"
RETAIL, ALL_FIVE = "retail-chatbot", "all-five-remedies"
REMEDIES = {
    "representative-pilot": {"pilot", "ai", "rollout"},
    "integration-day-one": {"integration"},
    "support-early": {"pilot", "change_programme", "support", "data_science_team", "economics"},
    "measure-what-matters": {"ai", "edge_cases", "rollout", "economics"},
    "explicit-gates": {"rollout"},
}
"""What the essay says that works, and the sections in which each differs from the typical programme."""
CHANGES: dict[str, tuple[str, set[str]]] = {
    "change-management": (TYPICAL, {"pilot", "sites", "rollout", "levers"}),
    "integration-later": (TYPICAL, {"integration"}),
    "support-from-pilot": (TYPICAL, {"rollout", "levers"}),
    "stress-ten-times-the-volume": (TYPICAL, {"sites", "users"}),
    "stress-least-engaged-users": (TYPICAL, {"sites", "users"}),
    "stress-nobody-at-2am": (TYPICAL, {"outages", "support"}),
    "stress-team-moves-on": (TYPICAL, {"data_science_team"}),
    "stress-value-unseen": (TYPICAL, {"ai", "rollout"}),
    "compressed-6-months": (TYPICAL, {"rollout"}),
    "phased-24-months": (ALL_FIVE, {"rollout"}),
    "retail-pilot-in-peak": (RETAIL, {"start_date", "horizon_weeks", "pilot", "success"}),
    ALL_FIVE: (TYPICAL, set().union(*REMEDIES.values())),
}
OVERLAYS = {name: (TYPICAL, sections) for name, sections in REMEDIES.items()} | CHANGES
"""Files that extend others: the one to compare them with, and the sections in which they differ from it."""


@lru_cache
def loaded(name: str) -> Scenario:
    """A shipped scenario, which must load without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return load(name)
