"""The business case at funding, part by part, against the plan as anybody can read it in the scenario file.

The small programme is funded in week 7 of 40; its sites (40, 40 and 30 users, 15 of the first in the pilot) go live in
weeks 8, 11 and 16; its one system takes 2 and 5 weeks from week 8 on.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulator import engine
from simulator.model.state.columns import COLUMNS
from simulator.scenario.vocabulary import TIERS
from tests.model.small import DOCUMENT, FUNDED_WEEK, Ran, Told, gate, small

WEEKS = np.arange(7, 40)
"""The weeks that begin from funding on."""
LIVE = {8: 40, 11: 40, 16: 30}
"""Users of the sites by planned week."""
ALL = np.select([WEEKS >= 16, WEEKS >= 11, WEEKS >= 8], [110, 80, 40], 15)
"""Users in the plan in each week, those of the pilot among them."""
CHANGE = {"champions": {"per_100_users": 5}, "campaign": {"weeks": 4, "onset_factor": 2}}


FREE = (
    "inference_cost_per_task", "licence_per_user_week", "platform_cost_per_week", "training_cost_per_user",
    "champion_cost_per_week", "campaign_cost_per_user", "integration_cost_per_stage_week",
    "hypercare_cost_per_user_week",
)  # fmt: skip


def prices(**only: Any) -> dict[str, Any]:
    """Everything free but this."""
    free = dict.fromkeys(FREE, 0)
    return free | {"cost_per_hour": dict.fromkeys(TIERS, 0)} | only


def planned(economics: dict[str, Any], name: str = "compiled", **sections: Any) -> Any:
    """Measures of the small programme with these prices."""
    plan = engine.build(small(economics=prices(**economics), **sections))
    return engine.get(name).Engine(plan).replicate(replication=0, seed=1).measures


def dated(amounts: dict[int, float]) -> np.ndarray:
    """Amounts by week, float64[weeks from funding on]."""
    return np.array([amounts.get(int(week), 0.0) for week in WEEKS], dtype=float)


CARED = [
    (first <= WEEKS) & (last > WEEKS) for first, last in ((8, 10), (10, 11), (11, 13), (13, 14), (16, 18), (18, 19))
]
"""Two and a half weeks of hypercare from each go-live: whole ones, and the half."""
STAGES = ((WEEKS >= 8) & (WEEKS < 15)).astype(float)
COSTS = {
    "licences": ({"licence_per_user_week": 3}, 3 * ALL),
    "platform": ({"platform_cost_per_week": 7}, 7 + 0 * ALL),
    "training": ({"training_cost_per_user": 9}, 9 * dated({8: 25, 11: 40, 16: 30})),
    "champions": ({"champion_cost_per_week": 11}, 11 * 0.05 * np.where(WEEKS >= 8, ALL, 0)),
    "campaigns": ({"campaign_cost_per_user": 13}, 13 * dated(LIVE)),
    "documentation": ({"documentation_cost": 1000}, dated({7: 1000 * 0.25})),
    "material": ({"training_material_cost": 500}, dated({7: 500})),
    "office": ({"programme_office_cost_per_week": 17}, 17.0 * (WEEKS < 16)),
    "stages": ({"integration_cost_per_stage_week": 19}, 19 * STAGES),
    "reviewers": ({"cost_per_week": {"reviewers": 23}}, 23 * 3 * STAGES),
    "engineers": ({"cost_per_week": {"engineers": 29}}, 29 * 2 * STAGES),
    "hypercare": ({"hypercare_cost_per_user_week": 31}, 31 * np.select(CARED, (40, 20, 40, 20, 30, 15), 0)),
    "tier1": ({"cost_per_hour": dict.fromkeys(TIERS, 0) | {"tier1": 2}}, 2 * 40.0 * np.where(WEEKS >= 14, 2, 1)),
    "tier2": ({"cost_per_hour": dict.fromkeys(TIERS, 0) | {"tier2": 2}}, 2 * 40.0 + 0 * ALL),
    "tier3": ({"cost_per_hour": dict.fromkeys(TIERS, 0) | {"tier3": 2}}, 2 * 40.0 * 2 + 0 * ALL),
}
BUILT = (
    "training",
    "champions",
    "campaigns",
    "documentation",
    "material",
    "office",
    "stages",
    "reviewers",
    "engineers",
    "hypercare",
)
TEAMS = {
    "integration": {"reviewers": 3, "engineers": 2},
    "support": {"documentation_quality": 0.25, "hypercare": {"weeks": 2.5, "share": 0}},
}


@pytest.mark.parametrize("part", COSTS)
@pytest.mark.parametrize("growth", [0.0, 0.2])
def test_each_part_of_the_cost_is_that_of_the_plan(part: str, growth: float) -> None:
    """What is built grows dearer with the years since funding, to the end of each week; what runs does not."""
    economics, weeks = COSTS[part]
    told = planned(economics | {"build_cost_growth_per_year": growth}, change_programme=CHANGE, **TEAMS)
    dearer = (1 + growth) ** ((WEEKS + 1 - FUNDED_WEEK) / 52) if part in BUILT else 1.0
    assert told["planned_cost"] == pytest.approx((weeks * dearer).sum(), rel=1e-12)


@pytest.mark.parametrize("name", engine.ENGINES)
def test_parts_add_up(name: str) -> None:
    economics: dict[str, Any] = {"cost_per_hour": {}, "cost_per_week": {}}
    for some, _ in COSTS.values():
        for key, value in some.items():
            if isinstance(value, dict):
                economics[key] |= {team: price for team, price in value.items() if price}
            else:
                economics[key] = value
    told = planned(economics, name, change_programme=CHANGE, **TEAMS)
    assert told["planned_cost"] == pytest.approx(sum(weeks.sum() for _, weeks in COSTS.values()), rel=1e-12)


def test_a_plan_that_is_stretched_costs_at_its_later_dates() -> None:
    told = planned({"training_cost_per_user": 1, "licence_per_user_week": 1}, rollout={"time_scale": 2})
    users = np.select([WEEKS >= 25, WEEKS >= 15, WEEKS >= 9], [110, 80, 40], 15)
    assert told["planned_cost"] == pytest.approx(95 + users.sum(), rel=1e-12)
    stages = {"integration_cost_per_stage_week": 1, "build_cost_growth_per_year": 3}
    late = planned(stages, rollout={"time_scale": 2})  # from week 9 on, and work takes as long as it takes
    assert late["planned_cost"] == pytest.approx(sum(4 ** (week / 52) for week in range(3, 10)), rel=1e-12)
    # In week 7 its review is done, and the work of five weeks is still to be.
    early = planned(stages, rollout={"time_scale": 2}, integration={"systems": [DOCUMENT_SYSTEM | {"start_week": -3}]})
    assert early["planned_cost"] == pytest.approx(sum(4 ** (week / 52) for week in range(1, 6)), rel=1e-12)


DOCUMENT_SYSTEM = DOCUMENT["integration"]["systems"][0]


def test_a_stage_is_promised_once_and_at_its_median() -> None:
    """A lognormal of median 4: three in four take longer than 1.2, and half of the visits are done again."""
    stages = [
        {"name": "build", "weeks": {"lognormal": {"median": 4, "p90": 16}}, "rework": 0.5, "team": "engineers"},
        {"name": "check", "weeks": 1.5},
    ]
    systems = [{"name": "erp", "start_week": 1.5, "stages": stages}]
    told = planned({"integration_cost_per_stage_week": 10}, integration={"systems": systems})
    assert told["planned_cost"] == pytest.approx(10 * 5.5, rel=1e-12)
    people = planned({"cost_per_week": {"engineers": 3}}, integration={"systems": systems, "engineers": 2})
    assert people["planned_cost"] == pytest.approx(3 * 2 * 6, rel=1e-12)  # from half of week 8 to the end of week 13


@pytest.mark.parametrize(("members", "after"), [(1, 6.0), (5, 6.0), (1, 60.0)])
def test_the_team_that_runs_is_planned_for_when_it_takes_over(members: int, after: float) -> None:
    """So many weeks after the last planned go-live, in week 16; and no more than there are."""
    hourly = {"cost_per_hour": dict.fromkeys(TIERS, 0) | {"tier3": 1}}
    team = {"run_team": {"members": members, "weeks_after_last_go_live": after}}
    told = planned(hourly, data_science_team=team)
    heads = np.where(16 + after <= WEEKS, min(2, members), 2)
    assert told["planned_cost"] == pytest.approx(40.0 * heads.sum(), rel=1e-12)


# ---- what is held against it


def promised(told: Ran) -> np.ndarray:
    """What the plan that value and cost are held against promises, float64[weeks, 2]: value and cost."""
    return told.state.weekly[:, [COLUMNS["planned_value"], COLUMNS["planned_cost"]]]


def test_the_plan_that_was_funded_stands_while_systems_and_sites_are_late() -> None:
    economics = prices(training_cost_per_user=9, integration_cost_per_stage_week=19, programme_office_cost_per_week=17)
    stages = [{"name": "review", "weeks": 2}, {"name": "build", "weeks": {"lognormal": {"median": 5, "p90": 500}}}]
    late = small(
        economics=economics,
        rollout={"go_live": "when_ready"},
        integration={"systems": [DOCUMENT_SYSTEM | {"stages": stages}]},
    )
    number = next(number for number in range(20) if Ran(late, number).measures["integrations_live_week"] is None)
    usual, slow = Ran(small(economics=economics), number), Ran(late, number)
    assert slow.measures["sites_live"] == 0
    assert (promised(slow) == promised(usual)).all()
    first = int(FUNDED_WEEK)
    assert (promised(slow)[:first] == 0).all()
    assert promised(slow)[first:].sum(axis=0).tolist() == pytest.approx(
        [slow.measures["planned_value"], slow.measures["planned_cost"]], rel=1e-12
    )


@pytest.mark.parametrize("rebaseline", [False, True])
def test_a_hold_may_move_what_is_promised(rebaseline: bool) -> None:
    """The gate before the second wave holds from week 12 to 18, when its system is seen: the site comes in week 22."""
    wait = gate("second", "integrations_live", 1, lead_weeks=4, max_holds=5, on_hold={"rebaseline": rebaseline})
    ran = Ran(small(economics=prices(training_cost_per_user=1), rollout={"gates": [wait]}))
    assert ran.sites["go_live_week"][2] == 22.0
    expected = {8: 25.0, 11: 40.0, 22 if rebaseline else 16: 30.0}
    assert promised(ran)[:, 1].tolist() == [expected.get(week, 0.0) for week in range(40)]


# ---- what the pilot has shown


@pytest.mark.parametrize("ramp", [0, 4])
def test_value_is_that_of_the_pilot_for_every_planned_user(ramp: int) -> None:
    """Adoption, tasks, and value in each task that could be seen, of the pilot's weeks 2 to 5."""
    told = Told(small(rollout={"sponsor": {"ramp_weeks": ramp, "patience_weeks": 1000}}))
    pilot = slice(2, 6)
    seen = (told.weekly["value"] - told.weekly["value_silent_errors"])[pilot].sum()
    per_user = 15 * told.measures["adoption_pilot"] * seen / told.weekly["tasks"][pilot].sum()
    users = np.full(len(WEEKS), 15.0)
    for date, others in ((8, 25), (11, 40), (16, 30)):
        age = WEEKS + 1 - date
        users += others * np.clip(age / ramp if ramp else age > 0, 0.0, 1.0)
    assert told.measures["planned_value"] == pytest.approx((users * per_user).sum(), rel=1e-9)
    value = told.weekly["value"][6:].sum()
    assert told.measures["realised_value_share"] == pytest.approx(value / told.measures["planned_value"], rel=1e-12)


def test_answers_are_computed_for_those_who_will_be_active() -> None:
    told = planned({"inference_cost_per_task": 2})
    assert told["planned_cost"] == pytest.approx(2 * 15 * told["adoption_pilot"] * ALL.sum(), rel=1e-12)


@pytest.mark.parametrize("tier", ["tier1", "tier2"])
@pytest.mark.parametrize(("dedicated", "least"), [(0, 0.0), (0, 15.0), (0, 1000.0), (1, 0.0)])
def test_shared_people_are_planned_by_the_tickets_that_the_pilot_logged(
    tier: str, dedicated: int, least: float
) -> None:
    """Tickets a user and week, times active users, times visits and handling, over the occupancy; by its own levels."""
    economics = prices(cost_per_hour=dict.fromkeys(TIERS, 0) | {tier: 1})
    economics["shared_people"] = {"occupancy": 0.5, "least_hours_per_week": least}
    desk = {"documentation_quality": 0.5, "documentation_effect": 0.3, "tiers": {tier: {"dedicated": dedicated}}}
    told = Told(small(economics=economics, support=desk))
    tickets = told.measures["tickets_per_user_week_pilot"] * told.measures["adoption_pilot"] * ALL
    opened = [e.fields["ticket_kind"] for e in told.events if e.kind == "ticket-opened" and e.time_hours <= 7 * 168.0]
    levels = told.plan.scenario.support.levels
    passed = sum((levels.error if kind == "error" else levels.how_to).tier2 for kind in opened) / len(opened)
    assert {*opened} == {"error", "how-to"}
    hours = tickets * (1.0 if tier == "tier1" else passed) * (40 if tier == "tier1" else 60) / 60 * 0.85
    heads = np.where(WEEKS >= 14, 2, 1) if tier == "tier1" else np.ones(len(WEEKS))
    own = np.minimum(heads, dedicated)
    billed = np.maximum(hours * (heads - own) / heads / 0.5, least)
    paid = own * 40 + np.minimum(billed, (heads - own) * 40)
    assert told.measures["planned_cost"] == pytest.approx(paid.sum(), rel=1e-9)
