"""What funding is worth, from made-up weeks: what counts since the decision, when it is paid back, what is null."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from simulator import engine
from simulator.model.measures.money import NEVER, SINCE_DECISION, largest_outlay, money, payback
from tests.model.small import made_up, small

PLAN = engine.build(small())


def found(
    net: Any,
    *,
    decided: float | None = 0.0,
    funded: bool = True,
    cost: float = 1.0,
    licences: float = 0.25,
    rate: float = 0.0,
) -> dict[str, Any]:
    """Money of weeks with these net values, at this cost a week; `decided` in weeks from kick-off, None for never."""
    net = np.array(net, dtype=float)
    costs = np.full(len(net), cost)
    state = made_up(PLAN, len(net), {"cost": costs, "value": net + costs, "cost_licences": licences * costs})
    state.world["decided_at"] = math.inf if decided is None else 168.0 * decided
    state.world["funded_at"] = 168.0 if funded and decided is not None else math.inf
    state.world["case_value"], state.world["case_cost"] = 10.0, 6.0
    state.settings["economics.discount_rate_per_year"] = rate
    return money(state)


@pytest.mark.parametrize(
    ("decided", "net", "weeks"),
    [
        (0.0, [-1, 0, 0, 1], 3.0),
        (0.0, [2, 0, 0, -3], None),
        (0.0, [0, 0, 0, 0], 0.0),
        (0.0, [3, -4, 1, 0], 2.0),  # what is covered in between is not covered for good
        (2.0, [-5, -4, 0, 0], 0.0),  # what the pilot cost is sunk
        (2.0, [9, 9, 0, -1], None),  # and what it earned is gone
        (2.0, [9, 9, -1, 1], 1.0),
        (1.5, [9, 9, -1, 1], 1.5),  # weeks that begin from the decision on; the date counts from the decision
        (1.5, [9, -9, 0, 0], 0.5),
        (None, [0, 0, 0, 9], None),
    ],
)
def test_it_is_paid_back_when_value_since_the_decision_covers_cost_since(decided: Any, net: Any, weeks: Any) -> None:
    told = found(net, decided=decided)
    assert told["paid_back"] is (weeks is not None)
    assert told["weeks_to_payback"] == weeks
    since = net[math.ceil(decided) :] if decided is not None else []
    assert told["pays"] is (sum(since) > 0)
    assert told["value_from_funding"] == (None if decided is None else sum(since))


def test_each_week_is_discounted_from_its_end_to_the_decision() -> None:
    told = found([5, -2, 1, 4], decided=1.5, rate=0.3)
    spent, worth = (
        sum(x / 1.3 ** (weeks / 52) for x, weeks in zip(flow, (1.5, 2.5), strict=True)) for flow in ([1, 1], [1, 4])
    )
    assert told["value_from_funding"] == pytest.approx(worth, rel=1e-12)
    assert told["return_on_investment"] == pytest.approx(worth / spent, rel=1e-12)
    npv = sum(x / 1.3 ** ((week + 1) / 52) for week, x in enumerate([5, -2, 1, 4]))
    assert told["npv"] == pytest.approx(npv, rel=1e-12)


def test_outlay_run_rate_and_shares_are_of_the_weeks_since_the_decision() -> None:
    net = [9.0, *[-2.0] * 3, *[1.0] * 13]
    told = found(net, decided=1.0)
    assert told["largest_outlay"] == 6.0
    assert told["run_rate_final"] == 52.0
    assert told["cost_over_licences"] == 4.0
    assert (told["planned_value"], told["planned_cost"]) == (10.0, 6.0)
    assert told["realised_value_share"] == (sum(net[1:]) + 16) / 10.0
    assert found([9.0, *[1.0] * 3], decided=1.0)["largest_outlay"] == 0.0
    assert found([1.0] * 13, decided=0.0)["run_rate_final"] == 52.0
    assert found([1.0] * 13, decided=0.5)["run_rate_final"] is None  # twelve weeks are left
    assert found([0.0], licences=0.0)["cost_over_licences"] is None
    assert found([0.0], cost=0.0)["return_on_investment"] is None


def test_who_decides_at_the_very_end_has_nothing_to_pay_back() -> None:
    told = found([1, 1, 1, 1], decided=3.5)
    assert (told["value_from_funding"], told["largest_outlay"]) == (0.0, 0.0)
    assert told["pays"] is told["paid_back"] is False


@pytest.mark.parametrize("more", [{"decided": None}, {"funded": False}])
def test_where_nothing_is_funded_there_is_nothing_to_be_worth(more: Any) -> None:
    told = found([1, 1, 1, 1], **more)
    assert [told[name] for name in SINCE_DECISION] == [None] * len(SINCE_DECISION)
    assert told["pays"] is told["paid_back"] is False
    assert (told["programme_cost"], told["value_delivered"], told["npv"]) == (4.0, 8.0, 4.0)


@pytest.mark.parametrize("decided", [0.0, None])
def test_nobody_can_say_whether_it_pays_where_nothing_has_a_price(decided: Any) -> None:
    told = found([0, 0, 0, 0], decided=decided, cost=0.0)
    assert told["pays"] is told["paid_back"] is None


@pytest.mark.parametrize("seed", range(10))
def test_the_date_of_payback_is_that_of_a_slow_search(seed: int) -> None:
    net = np.random.default_rng(seed).integers(-3, 4, 30)
    covered = [week for week in range(30) if all(net[: later + 1].sum() >= 0 for later in range(week, 30))]
    state = made_up(PLAN, 30, {"value": net, "cost": 0.0})
    assert payback(state, 0) == (min(covered) if covered else NEVER)
    sums = [net[: week + 1].sum() for week in range(30)]
    assert largest_outlay(state, 0) == max(0, -min(sums))
