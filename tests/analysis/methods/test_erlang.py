"""Need by Erlang's formula and over many worlds: known queues, boundaries that rounding hides, searches, coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulator.analysis.methods.support.erlang import Hours, busiest, enough, heads, need, search, smallest
from simulator.analysis.methods.support.lines import meets
from simulator.model.measures.staffing_need import agents_needed
from simulator.results.statistics import quantile, share_of
from tests.theory.formulas.closed_forms import erlang_c, mmc_share_served_within

ROUND_THE_CLOCK = Hours(target_hours=0.25, target_share=0.8, staffed=168.0, head_hours=42.0)


@pytest.mark.parametrize("arrivals", [1.0, 10.0, 37.0, 120.0])
@pytest.mark.parametrize("handling", [0.05, 0.24, 1.5])
def test_need_is_the_smallest_number_at_work_that_meets_the_closed_form(arrivals: float, handling: float) -> None:
    hours = Hours(0.25, 0.8, 168.0, 168.0)
    found = int(need(168.0 * arrivals, handling, hours))

    def level(servers: int) -> float:
        stable = servers > arrivals * handling
        return mmc_share_served_within(arrivals, 1.0 / handling, servers, 0.25) if stable else 0.0

    assert level(found) >= 0.8
    assert level(found - 1) < 0.8


def test_heads_are_those_who_fill_the_hours() -> None:
    """Ten an hour at 14.4 minutes need four at work; of people who work a quarter of the hours that is sixteen."""
    assert need(1680.0, 0.24, ROUND_THE_CLOCK) == 16.0
    assert need(0.0, 0.24, ROUND_THE_CLOCK) == 0.0
    assert math.isnan(need(math.nan, 0.24, ROUND_THE_CLOCK))


def test_an_inverse_at_the_boundary_that_rounds_to_80_per_cent_but_is_below() -> None:
    """The load at which three agents start 79.96% in time: that prints as 80.0%, and four are needed."""
    handling, target = 0.24, 0.25

    def level(load: float) -> float:
        return 1.0 - erlang_c(load, 3) * math.exp(-(3.0 - load) * target / handling)

    low, high = 1.0, 2.9
    for _ in range(200):
        middle = (low + high) / 2.0
        low, high = (middle, high) if level(middle) > 0.7996 else (low, middle)
    assert f"{100 * level(high):.1f}" == "80.0"
    assert level(high) < 0.8
    assert agents_needed(high, handling, target, 0.8) == 4
    assert agents_needed(high, handling, target, 0.7995) == 3


def test_worlds_at_the_boundary_that_rounds_to_80_per_cent_but_is_below() -> None:
    needs = np.repeat([3.0, 4.0], [1999, 501])  # 79.96%
    found = heads(needs)
    assert (found.number, found.holds.share, found.n) == (4, 1.0, 2500)
    assert found.fewer.share == 0.7996
    assert not meets(share_of(needs <= 3.0))
    assert heads(np.repeat([3.0, 4.0], [2000, 500])).number == 3
    for n in range(1, 400):  # exactly 80% is enough, whatever dividing makes of it
        assert heads(np.repeat([3.0, 4.0], [4 * n, n])).number == 3


def test_weights_decide_and_worlds_without_weight_or_need_do_not_count() -> None:
    needs, weights = np.array([2.0, 5.0, 9.0, np.nan, 1.0]), np.array([3.0, 1.0, 1.0, 50.0, 0.0])
    assert heads(needs, weights).number == 5
    assert heads(needs, weights).n == 3
    assert heads(needs, weights).fewer.share == pytest.approx(0.6)
    order = np.random.default_rng(1).permutation(5)
    assert heads(needs[order], weights[order]).as_dict() == heads(needs, weights).as_dict()
    assert smallest(np.array([]), None) is None


def test_many_worlds_are_soon_told_and_the_share_is_exact() -> None:
    random = np.random.default_rng(3)
    needs, weights = random.gamma(2.0, 3.0, 20_000), random.gamma(0.5, 2.0, 20_000)
    found = smallest(needs, weights)
    assert found is not None
    assert float(weights[needs <= found].sum() / weights.sum()) >= 0.8
    assert float(weights[needs < found].sum() / weights.sum()) < 0.8


def test_where_no_number_is_enough_that_is_told() -> None:
    needs = np.array([2.0, 3.0, math.inf, math.inf])
    found = heads(needs)
    assert found.number is None
    assert found.never.share == 0.5
    assert found.as_dict()["heads"] is None
    mostly = heads(np.array([2.0, 3.0, 4.0, 4.0, math.inf]))
    assert (mostly.number, mostly.never.share) == (4, 0.2)


def test_what_comes_while_nobody_is_at_work_asks_more_of_the_rest_or_too_much() -> None:
    """A tenth waits for the line to open: 80% of all are 88.9% of the rest; of a quarter that waits none is left."""
    hours = Hours(0.25, 0.8, 168.0, 168.0)
    assert need(1680.0, 0.24, hours, 0.9) == agents_needed(2.4, 0.24, 0.25, 0.8 / 0.9)
    assert need(1680.0, 0.24, hours, 0.9) >= need(1680.0, 0.24, hours)
    assert need(1680.0, 0.24, hours, 0.75) == math.inf
    assert need(1680.0, 0.24, hours, 0.0) == math.inf
    assert need(1680.0, 0.24, Hours(0.25, 0.0, 168.0, 168.0), 0.0) == 0.0


def test_the_busiest_four_weeks() -> None:
    work = np.array([1.0, 1, 9, 9, 9, 9, 1, 5, 1, 1, 1, 1, 1])
    assert busiest(work) == (9.0, slice(2, 6))
    users = np.array([1.0, 1, 9, 9, 9, 9, 1, 1, 1, 1, 1, 1, 1])
    rate, when = busiest(work, users)
    assert (rate, when.stop - when.start) == (2.0, 4)
    assert math.isnan(busiest(work, np.zeros(13))[0])
    assert busiest(np.array([4.0, 2.0])) == (3.0, slice(0, 2))


@pytest.mark.parametrize("first", [1, 3, 40])
def test_search_finds_what_each_cell_needs_with_few_questions(first: int) -> None:
    truth = [0, 1, 7, 7, 23, 60, 61]
    asked: list[int] = []

    def holds(number: int) -> list[bool]:
        asked.append(number)
        return [number >= one for one in truth]

    found = search(holds, [one == 0 for one in truth], first, 60)
    assert found == [0, 1, 7, 7, 23, 60, None]
    assert len(asked) == len(set(asked)) <= 24
    assert max(asked) <= 60


def test_search_ends_where_luck_makes_more_people_worse() -> None:
    found = search(lambda number: [number in (3, 4, 6, 9), number >= 5], [False, False], 4, 10)
    assert found == [3, 5]


def test_intervals_cover_the_truth() -> None:
    """1,000 experiments of 200 worlds: the share in which four are enough, and the need in the middle."""
    random = np.random.default_rng(7)
    chances = np.array([0.1, 0.25, 0.28, 0.2, 0.17])  # of needing 1 to 5: four are enough in 83%
    shares = middles = 0
    for _ in range(1000):
        needs = random.choice([1.0, 2.0, 3.0, 4.0, 5.0], size=200, p=chances)
        one = enough(needs, 4)
        shares += one.low is not None and one.high is not None and one.low <= 0.83 <= one.high
        factor = np.exp(random.normal(1.0, 0.6, 200))
        middle = quantile(factor, 0.5)
        middles += middle.low is not None and middle.high is not None and middle.low <= math.e <= middle.high
    assert 930 <= shares <= 970
    assert 930 <= middles <= 970
