"""Every duration at its least, every probability, rate and count at both ends: what a file may say comes to an end."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from simulator import engine
from simulator.scenario import Quantity, Scenario, ScenarioError, estimate_work, load
from simulator.scenario.checks.inputs import Stated, numbers
from tests.engine.comparison import first_difference
from tests.model.small import Ran, document, gate, sponsor
from tests.model.test_extremes import sensible

TIMES = ("weeks", "hours", "minutes")
OPEN = 1e-9
"""As near to an end that does not belong to the range as makes no difference."""
WHOLE = {
    "horizon_weeks": 26,
    "ai": {
        "capacity_tasks_per_hour": 500,
        "shocks": {"per_site_year": 4},
        "retraining": {"every_weeks": 8, "below_accuracy": 0.7},
        "remediation": {"weeks_before_go_live": 2},
    },
    "edge_cases": {
        "organisation": {"share": 0.05}, "site": {"share": 0.05}, "season": {"concentration": 5},
        "types_per_family": 32, "report_threshold": 1,
    },
    "seasons": [{"name": "spring", "start": "03-01", "end": "05-15", "volume": 1.5, "edge_case_share": 0.1}],
    "outages": {"per_year": 20},
    "change_programme": {"training": {"users_per_week": 40}, "champions": {}, "campaign": {}, "load": {}},
    "data_science_team": {
        "attrition_per_year": 2, "on_call_hours": 2, "moves_on": {"week": 15, "retained_share": 0.5}, "notice_weeks": 2,
        "run_team": {"members": 1, "weeks_after_last_go_live": 1}, "dedicated": 1,
    },
    "integration": {"tail": {"probability": 0.3}},
    "rollout": {
        "funding_gate": gate("home", at_least=0.1, on_hold={"remediate": True, "restaff": True}) | {"name": "funding"},
        "gates": [gate("second", at_least=0.9, max_holds=1)],
        "sponsor": sponsor(value_error=0.3),
        "budget": {"tranche_weeks": 6, "hurdle": 0.1, "escalation_share": 0.5},
        "watch": {"first_weeks": 1, "every_weeks": 2, "pauses": True},
    },
    "economics": {"licence_per_user_week": 2, "licence_renewal_weeks": 4, "build_cost_growth_per_year": 0.2},
}  # fmt: skip


@cache
def whole() -> Scenario:
    """The small programme with every optional part of a scenario in it."""
    tree = document(**WHOLE)
    del tree["rollout"]["funding_gate"]["phase"], tree["rollout"]["funding_gate"]["lead_weeks"]
    for tier in ("tier1", "tier2"):
        tree["support"]["tiers"][tier] |= {"longest_visit_hours": 8, "dedicated": 1}
    tree["support"]["tiers"]["tier3"]["patience_hours"] = 50
    tree["integration"]["systems"][0]["stages"][0]["rework"] = 0.3
    return load(tree)


def ends(of: Stated) -> Iterator[float]:
    """The values of an input to try: a duration's least, both ends of anything else that has them."""
    low, high = of.allowed.low, of.allowed.high
    if isinstance(of.value, Quantity) and of.value.unit in TIMES:
        yield low + OPEN if of.allowed.low_open else low
    elif not math.isinf(low):
        yield low + OPEN if of.allowed.low_open else low
        yield high - OPEN if of.allowed.high_open and high <= 1.0 else high


ENDS = {
    f"{of.path}={value:g}": (of.path, value)
    for of in numbers(whole())
    if isinstance(of.value, Quantity)
    for value in ends(of)
}


def test_every_kind_of_input_is_among_them() -> None:
    units = {of.value.unit for of in numbers(whole()) if isinstance(of.value, Quantity)}
    assert {*TIMES, "share", "per week", "per year", "per hour", "tasks", "people", "factor"} <= units
    assert sum(end.endswith("=0") for end in ENDS) > 80
    assert len(ENDS) > 200
    assert LONG in ENDS


REFUSED = {
    *(f"sites.{site}.local_variety=1e+06" for site in ("north", "east", "south")),
    *(f"edge_cases.{family}.share=1" for family in ("organisation", "site")), "seasons.spring.edge_case_share=1",
    *(f"edge_cases.{family}.concentration=-1" for family in ("organisation", "site", "season")),
    "integration.reviewers=0", "integration.engineers=0",
    "support.tiers.tier1.agents=10000", "support.tiers.tier1.hiring.0.agents=10000",
    "support.how_to_per_user_week=1e+06", "outages.tickets_per_user_hour=1e+06",
}  # fmt: skip
"""Ends that don't fit what stands beside them, or are more work than anybody should wait for."""


LONG = "support.how_to_per_new_user_week=1e+06"
"""It takes as long as all others together."""


@pytest.mark.parametrize("end", [pytest.param(end, marks=pytest.mark.slow if end == LONG else ()) for end in ENDS])
def test_an_input_at_an_end_comes_to_an_end(end: str) -> None:
    path, value = ENDS[end]
    if end in REFUSED:
        with pytest.raises(ScenarioError, match="allowed"):
            Ran(whole().with_changes({path: value}))
    else:
        sensible(Ran(whole().with_changes({path: value})))


TOGETHER: dict[str, dict[str, Any]] = {
    "stages without length, done again and again": {
        "integration.systems.erp.stages.*.weeks": 0, "integration.systems.erp.stages.*.rework": 0.999,
    },
    "nobody waits, and all call again": {
        "support.tiers.tier1.patience_hours": 0, "support.tiers.tier2.patience_hours": 0,
        "support.tiers.tier3.patience_hours": 0, "support.call_again_probability": 0.999,
        "support.failure_reversion": 0,
    },
    "a team of which everybody leaves, and is back": {
        "working_days": False, "data_science_team.attrition_per_year": 10_000, "data_science_team.notice_weeks": 0,
        "data_science_team.hiring_weeks": 0, "data_science_team.slice_hours": 0.1,
    },
    "changes and outages all day": {"ai.shocks.per_site_year": 10_000, "outages.per_year": 10_000,
                                    "outages.repair_hours": 0},
    "gates that hold for no time": {"rollout.gates.*.retry_weeks": OPEN, "rollout.gates.*.max_holds": 20,
                                    "rollout.funding_gate.retry_weeks": OPEN, "rollout.funding_gate.max_holds": 20},
    "in and out": {"users.drop_out_per_week": 1000, "users.return_per_week": 1000, "users.lost_share": 0,
                   "users.return_base": 1},
}  # fmt: skip


@pytest.mark.parametrize("ends_together", TOGETHER)
def test_ends_that_feed_each_other_come_to_an_end(ends_together: str) -> None:
    scenario = whole().with_changes({**TOGETHER[ends_together], "horizon_weeks": 16})
    ran = Ran(scenario)
    sensible(ran)
    expected = estimate_work(scenario, 1).events
    assert ran.measures["events"] < 3 * expected


@pytest.mark.slow
@pytest.mark.parametrize("ends_together", TOGETHER)
def test_both_engines_come_to_the_same_end(ends_together: str) -> None:
    scenario = whole().with_changes({**TOGETHER[ends_together], "horizon_weeks": 12})
    assert first_difference(engine.build(scenario), 0, 1) is None


@pytest.mark.parametrize(
    ("changes", "most"),
    [({"sites.*.users": 3000}, 2.0), ({"edge_cases.types_per_family": 4096}, 2.0), ({"horizon_weeks": 520}, 4.0),
     ({"support.tiers.tier1.agents": 9000, "data_science_team.members": 9000}, 2.0)],
)  # fmt: skip
def test_memory_is_about_what_is_estimated(changes: dict[str, Any], most: float) -> None:
    scenario = whole().with_changes(changes)
    run = engine.get("compiled").Engine(engine.build(scenario)).begin(0, 1)
    held = sum(getattr(arrays, name).nbytes for arrays in (run.state, run.pending) for name in arrays.FIELDS)
    estimated = estimate_work(scenario, 1).memory_bytes
    assert held / most < estimated < held * most
