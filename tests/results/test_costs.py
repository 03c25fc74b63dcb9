"""Money by category: nothing is left over, and what counts are the funded ones from their decision on."""

from __future__ import annotations

import math

import numpy as np
import pytest

import simulator as sim
from simulator.results.costs import YEAR_WEEKS
from simulator.results.weighting import Weighting
from simulator.scenario.vocabulary import COST_CATEGORIES, VALUE_CATEGORIES
from tests.model.small import small
from tests.report.organisation import WEEKS, programme, result_of

KEPT, SHELVED, REFUSED = programme("scaled_on_time"), programme("shelved", end=44), programme("not_funded", end=16)


def test_rows_are_the_categories_and_columns_the_years_of_the_horizon():
    frame = result_of([KEPT]).costs()
    assert [*frame.loc["cost"].index] == [*COST_CATEGORIES]
    assert [*frame.loc["value"].index] == [*VALUE_CATEGORIES]
    assert [*frame.columns] == ["since_decision", "share_of_cost", "year_1", "year_2"]


def test_means_are_over_the_funded_and_since_their_decision_in_week_16():
    frame = result_of([KEPT, SHELVED, REFUSED]).costs()
    assert frame.loc[("cost", "licences"), "since_decision"] == pytest.approx(750 * (44 + 28) / 2)
    assert frame.loc[("cost", "support"), "share_of_cost"] == pytest.approx(0.25)
    assert frame.loc[("cost", "licences"), "year_1"] == pytest.approx(750 * (52 + 44) / 2)
    assert frame.loc[("cost", "licences"), "year_2"] == pytest.approx(750 * (WEEKS - 52) / 2)
    earned = (4 * 500 + 40 * 2000 + 28 * 100) / 2
    assert frame.loc[("value", "right_answers"), "since_decision"] == pytest.approx(earned)
    assert frame.loc[("value", "right_answers"), "share_of_cost"] == pytest.approx(earned / (1000 * (44 + 28) / 2))
    assert (frame.loc["cost"].drop(["licences", "support"])[["since_decision", "year_1"]] == 0).all(axis=None)


def test_replications_count_by_their_weights():
    result = result_of([KEPT, SHELVED, REFUSED])
    result.weighting = Weighting(np.array([2.4, 0.6, 0.0]))
    assert result.costs().loc[("cost", "licences"), "since_decision"] == pytest.approx(750 * (0.8 * 44 + 0.2 * 28))
    result.weighting = Weighting(np.array([0.0, 0.0, 3.0]))
    assert result.costs().isna().all(axis=None)


def test_where_nothing_is_funded_or_costs_anything_nothing_is_told():
    assert result_of([REFUSED] * 2).costs().isna().all(axis=None)
    free = result_of([programme("stalled", prices=0)]).costs()
    assert free["share_of_cost"].isna().all()
    assert (free.drop(columns="share_of_cost") == 0).all(axis=None)


def test_rows_add_up_to_all_that_a_programme_costs_and_is_worth():
    """Years to the totals from kick-off; since the decision, discounted at nothing, to the value of funding."""
    scenario = small(horizon_weeks=60, economics={"discount_rate_per_year": 0, "licence_per_user_week": 5})
    result = sim.run(scenario, replications=5, jobs=1, progress=False)
    sums = result.costs().groupby("flow").sum()
    years = sums.filter(like="year_").sum(axis=1)
    for flow, measure in (("cost", "programme_cost"), ("value", "value_delivered")):
        assert years[flow] == pytest.approx(result.estimate(measure)["mean"], rel=1e-12)
    since = sums["since_decision"]
    assert since["value"] - since["cost"] == pytest.approx(result.estimate("value_from_funding")["mean"], rel=1e-9)
    assert sums.loc["cost", "share_of_cost"] == pytest.approx(1.0)
    for flow in ("cost", "value"):
        rows = result.records.week_rows(flow)
        assert since[flow] == pytest.approx(rows[:, 6:].sum(axis=1).mean(), rel=1e-12)  # a pilot of six weeks
        assert sums.loc[flow, "year_1"] == pytest.approx(rows[:, :YEAR_WEEKS].sum(axis=1).mean(), rel=1e-12)


def test_users_in_place_are_decided_on_at_kick_off():
    result = sim.run(sim.load("theory/economics").with_changes({"horizon_weeks": 20}), 2, jobs=1, progress=False)
    frame = result.costs()
    assert frame["since_decision"].sum() == pytest.approx(frame["year_1"].sum())
    assert not math.isnan(frame["since_decision"].sum())
