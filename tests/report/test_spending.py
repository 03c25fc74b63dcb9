"""The figure of money by category: areas that add up to the cost of each week, and steps of its value."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest

from simulator.report.spending import SMOOTHED_WEEKS
from simulator.report.style import COST_COLOURS, INK
from simulator.results.weighting import Weighting
from simulator.scenario.vocabulary import COST_CATEGORIES, COST_WORDS
from tests.report.organisation import WEEKS, programme, result_of

MIXED = [programme("scaled_on_time")] * 3 + [programme("shelved", end=42)]
LABELS = ["licences of users", "help desk, tiers 1 and 2"]


def tops(axes):
    """Upper edges of the areas at the steps' beginnings, from the lowest area to the highest."""
    found = []
    for area in axes.collections:
        (path,) = area.get_paths()
        points = path.vertices
        found.append({week: points[points[:, 0] == week, 1].max() for week in range(0, WEEKS, SMOOTHED_WEEKS)})
    return found


def test_every_category_of_cost_has_words_and_a_colour_of_its_own():
    assert {*COST_COLOURS} == {*COST_WORDS} == {*COST_CATEGORIES}
    assert len({*COST_COLOURS.values()}) == len(COST_CATEGORIES)
    assert INK not in COST_COLOURS.values()  # the value is drawn in it


def test_areas_add_up_to_the_mean_cost_of_a_week():
    result = result_of(MIXED)
    axes = result.plot.costs()
    assert [area.get_label() for area in axes.collections] == LABELS  # what costs nothing is left out
    lowest, highest = tops(axes)
    rows = result.records.week_rows("cost").mean(axis=0)
    for week, top in highest.items():
        assert top == pytest.approx(max(rows[max(0, week - 4) : week + 4].reshape(-1, 4).mean(axis=1)))
        assert lowest[week] == pytest.approx(0.75 * top)
    assert axes.get_title(loc="left") == "Cost of a week by category, and its value (mean, CHF)"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["value", *reversed(LABELS)]


@pytest.mark.parametrize("weights", [None, [0.5, 0.5, 0.5, 2.5]])
def test_value_is_a_step_for_each_four_weeks_up_to_the_horizon(weights):
    result = result_of(MIXED)
    result.weighting = Weighting(None if weights is None else np.array(weights))
    line = next(line for line in result.plot.costs().lines if line.get_label() == "value")
    assert line.get_drawstyle() == "steps-post"
    assert [*line.get_xdata()] == [*range(0, WEEKS, SMOOTHED_WEEKS), WEEKS]
    mean = np.average(result.records.week_rows("value"), axis=0, weights=weights).reshape(-1, SMOOTHED_WEEKS)
    assert line.get_ydata() == pytest.approx([*mean.mean(axis=1), mean[-1].mean()])


def test_what_is_left_of_a_horizon_is_a_shorter_step():
    result = result_of(MIXED)
    rows = {name: result.records.week_rows(name)[:, :18] for name in ("cost", "value", *FLOWS)}
    result.records = Cut(rows)
    line = next(line for line in result.plot.costs().lines if line.get_label() == "value")
    assert [*line.get_xdata()] == [0, 4, 8, 12, 16, 18]
    assert line.get_ydata()[-2:] == pytest.approx([rows["value"][:, 16:].mean()] * 2)


def test_a_programme_that_costs_nothing_has_no_areas():
    axes = result_of([programme("stalled", prices=0)] * 2).plot.costs()
    assert not axes.collections
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["value"]


FLOWS = tuple(f"cost_{name}" for name in COST_CATEGORIES)


class Cut:
    """Records of fewer weeks, of which nothing else is known."""

    measures: ClassVar = {}

    def __init__(self, rows):
        self.week_rows = rows.__getitem__
        self.weeks = len(rows["cost"][0])
