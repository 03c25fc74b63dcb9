"""A small programme for the real engines: a replication takes milliseconds."""

from typing import Any

from tests.neutral import neutral

SMALL: dict[str, Any] = neutral(
    {
        "name": "small",
        "horizon_weeks": 30,
        "start_date": "2026-01-05",
        "sites": [{"name": "office", "users": 60}, {"name": "shop", "users": {"p10": 20, "p50": 30, "p90": 50}}],
        "pilot": {"weeks": 4, "measure_weeks": 4, "sites": ["office"], "users_per_site": 20},
        "rollout": {"funding_delay_weeks": 2, "phases": [{"name": "all", "week": 0, "sites": ["office", "shop"]}]},
        "edge_cases": {"organisation": {"share": 0.08}},
    }
)
