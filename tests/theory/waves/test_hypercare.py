"""Hypercare against theory: floor-walkers thin the tickets that reach the desk, for so long and at such a price."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulator import engine
from simulator.engine.story import Story
from simulator.scenario import Scenario, load
from tests.model.small import FUNDED_WEEK, Told, gate, small
from tests.theory.formulas.closed_forms import mmc_mean_wait
from tests.theory.simulated import SEED, Queue, observe, replicate
from tests.theory.statistics import compare_mean, compare_ratio

slow = pytest.mark.slow
SHARE = 0.4


def walked(weeks: float, share: float = SHARE, scenario: str = "theory/m-m-c", **changes: Any) -> Scenario:
    """A site in hypercare for so many weeks."""
    return load(scenario).with_changes({"support.hypercare": {"weeks": weeks, "share": share}, **changes})


@pytest.mark.parametrize(
    ("name", "servers", "weeks", "replications", "half_width"),
    [
        pytest.param("compiled", 2, 100, 20, 0.05, id="compiled-fast"),
        pytest.param("compiled", 2, 400, 40, 0.01, marks=slow, id="compiled"),
        pytest.param("reference", 1, 5, 30, 0.2, id="reference"),
    ],
)
def test_the_desk_is_a_queue_at_the_rate_that_is_left(
    name: str, servers: int, weeks: int, replications: int, half_width: float
) -> None:
    """A thinned Poisson process is one: M/M/c at (1 - share) of the arrivals."""
    rate, occupied = 10.0 * (1.0 - SHARE), 0.8
    scenario = walked(
        1000.0,
        **{
            "support.tiers.tier1.agents": servers,
            "support.tiers.tier1.handling_minutes": {"exponential": {"mean": 60.0 * occupied * servers / rate}},
            "horizon_weeks": 2 + weeks,
            "success.measure_from_week": 2,
        },
    )
    runs = replicate(name, scenario, replications)
    queue = Queue.at("tier1", scenario, runs)
    wait = mmc_mean_wait(rate, rate / (occupied * servers), servers)
    for comparison in queue.compare(rate, wait, occupied).values():
        comparison.assert_agrees(half_width_limit=half_width)
    opened = [one.measures["tickets_opened"] / ((2 + weeks) * 168.0) for one in runs]
    compare_mean(opened, 10.0).assert_agrees(half_width_limit=half_width)


@pytest.mark.parametrize(
    ("name", "users", "replications", "half_width"),
    [
        pytest.param("compiled", 168, 100, 0.01, id="compiled"),
        pytest.param("reference", 40, 15, 0.05, id="reference"),
    ],
)
def test_it_lasts_so_many_weeks_from_the_go_live(name: str, users: int, replications: int, half_width: float) -> None:
    scenario = walked(3.0, horizon_weeks=6, **{"sites.site.users": users, "success.measure_from_week": 0})
    column = "arrived_tier1"
    arrived = observe(name, scenario, replications, lambda state: hidden(state, column))
    opened = np.array([one.weekly["tickets_opened"] for one in replicate(name, scenario, replications)])
    assert (arrived[:, 3:] == opened[:, 3:]).all()
    compare_ratio(
        arrived[:, :3].sum(axis=1), opened[:, :3].sum(axis=1), 1.0 - SHARE
    ).assert_agrees(half_width_limit=half_width)  # fmt: skip


def hidden(state: Any, column: str) -> Any:
    """A weekly column that is no output measure."""
    from simulator.model.state.columns import COLUMNS

    return state.weekly[:, COLUMNS[column]].copy()


def test_none_and_all_are_answered_at_the_ends() -> None:
    """With share 0 not a bit changes but the cost; with share 1 the desk sees nobody."""
    changes = {"horizon_weeks": 10, "sites.site.users": 20}
    scenarios = load("theory/m-m-c").with_changes(changes), walked(100, 0.0, **changes), walked(100, 1.0, **changes)
    usual, nobody, everybody = (replicate("compiled", scenario, 1)[0] for scenario in scenarios)
    paid = {"cost", "cost_change", "cost_cumulative", "net_cumulative", "net_run_rate"}
    assert all(nobody.weekly[x].tobytes() == usual.weekly[x].tobytes() for x in usual.weekly.keys() - paid)
    for column in ("cost", "cost_change"):
        assert nobody.weekly[column] == pytest.approx(usual.weekly[column] + 20 * 15)
    assert nobody.weekly["net_cumulative"] == pytest.approx(usual.weekly["net_cumulative"] - 300 * np.arange(1, 11))
    assert everybody.measures["tickets_opened"] == usual.measures["tickets_opened"]
    assert everybody.measures["visits_tier1"] == 0
    assert usual.measures["visits_tier1"] > 0


@pytest.mark.parametrize("name", engine.ENGINES)
def test_an_answer_on_the_spot_is_a_fast_fix(name: str) -> None:
    """With trust that nothing else moves, F answers make it (T0 n0 + F w) / (n0 + F w)."""
    scenario = walked(
        5.0, 1.0, horizon_weeks=5, **{
            "sites.site.users": 1, "users.trust.frozen": False, "users.trust.forgetting_per_week": 0,
            "users.trust.prior_tasks": 20, "users.trust.fix_weight": 2, "support.fast_fix_hours": 0,
            "success.measure_from_week": 0,
        }
    )  # fmt: skip
    (one,) = replicate(name, scenario, 1)
    gained = 2.0 * np.cumsum(one.weekly["tickets_opened"])
    assert gained[-1] > 50
    assert one.weekly["trust_mean"] == pytest.approx((0.6 * 20 + gained) / (20 + gained))


@pytest.mark.parametrize("name", engine.ENGINES)
def test_tickets_about_outages_wait_for_the_service(name: str) -> None:
    scenario = walked(
        100.0, 1.0, "theory/outages", horizon_weeks=8, **{
            "sites.site.users": 40, "outages.tickets_per_user_hour": 0.05, "support.how_to_per_user_week": 1,
        }
    )  # fmt: skip
    plan = engine.build(scenario)
    runner = engine.get(name).Engine(plan)
    run = runner.begin(0, SEED, traced=True)
    rows = [row for piece in runner.advance(run, plan.weeks) for row in piece]
    story = Story(plan, run.state)
    told = [story.event(row) for row in rows]
    opened = {e.fields["ticket"]: e.fields["ticket_kind"] for e in told if e.kind == "ticket-opened"}
    at_once = {e.fields["ticket"] for e in told if e.kind == "answered-at-once"}
    assert {opened[ticket] for ticket in at_once} == {"how-to"}
    assert len(at_once) == sum(kind == "how-to" for kind in opened.values()) > 100
    assert sum(kind == "outage" for kind in opened.values()) > 10


def test_floor_walkers_are_paid_by_user_and_week_until_they_go() -> None:
    """For 2.5 weeks at each site; and no longer than the programme."""
    care = {"weeks": 2.5, "share": 0.0}
    free = {"hypercare_cost_per_user_week": 0}
    usual, walking = Told(small(support={"hypercare": care}, economics=free)), Told(small(support={"hypercare": care}))
    extra = walking.weekly["cost"] - usual.weekly["cost"]
    expected = np.zeros(40)
    for go_live, users in ((8, 40), (11, 40), (16, 30)):
        expected[go_live : go_live + 3] += 15.0 * users * np.array([1.0, 1.0, 0.5])
    assert FUNDED_WEEK == 7.0
    assert extra == pytest.approx(expected, abs=1e-6)
    stop = {"gates": [gate("second", max_holds=0, lead_weeks=4.25)]}  # read in week 11.75
    stopped = [Told(small(support={"hypercare": care}, rollout=stop, economics=x)) for x in ({}, free)]
    assert stopped[0].measures["shelved_week"] == 11.75
    extra = stopped[0].weekly["cost"] - stopped[1].weekly["cost"]
    assert extra.sum() == pytest.approx(15.0 * 40 * (2.5 + 0.75))
