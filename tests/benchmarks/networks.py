"""The networks of queues that simulators are timed on: what they are, as a scenario of ours, and what is counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.neutral import neutral
from tests.theory.formulas.closed_forms import mmc_mean_wait

WEEK_HOURS = 168
WARM_UP_WEEKS = 1
"""The networks start empty: who comes in the first week is served but not measured; they forget within hours."""
ROUND_THE_CLOCK = [{"days": "all", "start_hour": 0, "end_hour": 24, "share": 1.0}]


@dataclass(frozen=True)
class Tier:
    """A station of M/M/c type, to which `share` of all customers come."""

    share: float
    servers: int
    handling_hours: float


@dataclass(frozen=True)
class Network:
    """Customers come to tier 1 as a Poisson process; some go on to tier 2, others to tier 3, and the rest leaves.

    A tree of queues without feedback, so each tier is an M/M/c of its own (Burke 1956, Jackson 1957).
    """

    name: str
    arrivals_per_hour: float
    tiers: tuple[Tier, ...]

    def route(self, u: float) -> tuple[int, ...]:
        """Indices of the tiers that a customer passes, by a uniform number."""
        for onward in range(1, len(self.tiers)):
            if u < self.tiers[onward].share:
                return (0, onward)
            u -= self.tiers[onward].share
        return (0,)

    def wait_hours(self) -> list[float]:
        """Mean wait at each tier, by Erlang C."""
        return [
            mmc_mean_wait(self.arrivals_per_hour * tier.share, 1.0 / tier.handling_hours, tier.servers)
            for tier in self.tiers
        ]


NETWORKS = (
    Network("m-m-3", 10.0, (Tier(1.0, 3, 0.24),)),  # load 0.8
    Network("three-tiers", 10.0, (Tier(1.0, 3, 0.24), Tier(0.4, 2, 0.375), Tier(0.2, 2, 0.7))),  # 0.8, 0.75, 0.7
)


@dataclass
class Tally:
    """What one replication counted after the warm-up, by tier: customers served and their summed waits."""

    tiers: int
    visits: list[int] = field(init=False)
    wait_hours_sum: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.visits = [0] * self.tiers
        self.wait_hours_sum = [0.0] * self.tiers

    def serve(self, tier: int, arrived: float, now: float) -> None:
        """A customer who came to the tier at `arrived` (hours) is served from `now` on."""
        if arrived >= WARM_UP_WEEKS * WEEK_HOURS:
            self.visits[tier] += 1
            self.wait_hours_sum[tier] += now - arrived


def scenario_of(network: Network, weeks: int) -> dict[str, Any]:
    """The network as a scenario; see `scenarios/theory/m-m-c.yaml` for what makes it neutral."""
    shares = [tier.share for tier in network.tiers] + [0.0] * (3 - len(network.tiers))
    tiers = [*network.tiers, *[Tier(0.0, 1, 1.0)] * (3 - len(network.tiers))]
    handling = [{"exponential": {"mean": 60.0 * tier.handling_hours}} for tier in tiers]
    document = {
        "name": network.name,
        "horizon_weeks": weeks,
        "start_date": "2026-01-05",
        "sites": [{"name": "site", "users": WEEK_HOURS}],
        "users": {
            "initially_active": True,
            "tasks_per_user_week": 0,
            "working_hours": {"days": "all", "start_hour": 0, "end_hour": 24},
            "segments": [
                {"name": "everybody", "share": 1.0, "initial_trust": 0.6, "onset_per_week": 0, "reversion": 0}
            ],
            "word_of_mouth_per_week": 0,
            "return_per_week": 0,
            "drop_out_per_week": 0,
            "notice_probability": 0,
            "trust": {"frozen": True},
        },
        "ai": {"half_life_weeks": None},
        "support": {
            "documentation_quality": 0,
            "documentation_effect": 0,
            "tickets_per_noticed_error": 0,
            "how_to_per_new_user_week": 0,
            "how_to_per_user_week": network.arrivals_per_hour,  # as many users as a week has hours
            "levels": {"how-to": {"tier1": 1.0 - shares[1] - shares[2], "tier2": shares[1], "tier3": shares[2]}},
            "triage_skill": 1,
            "failure_reversion": 0,
            "call_again_probability": 0,
            "tiers": {
                "tier1": {
                    "agents": tiers[0].servers,
                    "shifts": ROUND_THE_CLOCK,
                    "handling_minutes": handling[0],
                    "patience_hours": None,
                },
                "tier2": {
                    "agents": tiers[1].servers,
                    "shifts": ROUND_THE_CLOCK,
                    "handling_minutes": handling[1],
                    "patience_hours": None,
                },
                "tier3": {"handling_minutes": handling[2], "patience_hours": None},
            },
        },
        "data_science_team": {
            "members": tiers[2].servers,
            "shifts": ROUND_THE_CLOCK,
            "slice_hours": 1000,
        },
        "success": {"sustained_weeks": 1, "measure_from_week": WARM_UP_WEEKS},
    }
    return neutral(document)
