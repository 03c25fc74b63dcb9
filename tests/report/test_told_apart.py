"""What tables and figures tell apart: outcomes, weights, what support needs, who still runs; and which clock it is."""

from __future__ import annotations

import math
from io import StringIO

import matplotlib.pyplot as plt
import numpy as np
import pytest
from rich.console import Console

import simulator as sim
from simulator.report.outcomes import by_outcome, outcome_lines
from simulator.report.reasons import reasons
from simulator.report.tables import ResultTable, footnote, measure_rows, result_html
from simulator.report.timelines import capacity
from simulator.report.verdict import verdict
from simulator.results.statistics import effective_size
from simulator.results.weighting import Weighting
from simulator.scenario.measure import WEEKS
from simulator.scenario.measures import ESTIMATED, MAIN_GROUPS
from tests.report.organisation import Output, programme, result_of


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def supported(outcome: str, needed: float, work: float, pilot: float) -> Output:
    """A programme with readings of what support needed, and of its pilot's adoption."""
    made = programme(outcome)
    made.measures |= {"support_underestimate_factor": needed, "support_workload_factor": work, "adoption_pilot": pilot}
    return made


MIXED = [
    *[programme("not_funded", end=16, gate="funding")] * 2, *[programme("scaled_on_time")] * 6,
    *[programme("shelved", end=44, gone=70)] * 8, *[programme("stalled")] * 4,
]  # fmt: skip


def weighted(weights: np.ndarray, outputs: list[Output] = MIXED) -> sim.Result:
    result = result_of(outputs)
    result.weighting = Weighting(weights * (len(weights) / weights.sum()))
    return result


def test_numbers_of_rows_are_weighted():
    weights = np.linspace(0.0, 2.0, 20)
    result = weighted(weights)
    size = effective_size(weights)
    rows = {row[1]: row for row in measure_rows(result)}
    assert rows["programme_cost"][2] == ""
    assert float(rows["weeks_to_scale"][2]) == pytest.approx(size * weights[2:8].sum() / 20.0, abs=0.06)
    assert float(rows["value_from_funding"][2]) == pytest.approx(size * weights[2:].sum() / 20.0, abs=0.51)
    assert footnote(result).startswith(f"n: how many of the {size:,.0f} programmes like the one observed")
    assert measure_rows(result_of(MIXED))[0][2] == "6"
    nothing = weighted(np.where(np.arange(20) < 8, 0.0, 1.0))
    assert "weeks_to_scale" not in {row[1] for row in measure_rows(nothing)}


def test_adoption_and_money_are_told_apart_by_outcome():
    result = result_of(MIXED)
    head, *rows = by_outcome(result)
    assert head == ("", "n", "cost, CHF", "value of funding, CHF")  # made-up programmes have no measures of adoption
    told = {row[0]: row[1:] for row in rows}
    assert list(told) == ["Shelved", "Scaled on time", "Stalled, never reached scale", "Not funded"]
    assert told["Scaled on time"] == ("6", "60.0k", "36.3k")
    assert told["Not funded"] == ("2", "16.0k", "–")
    assert by_outcome(result_of([programme("stalled")] * 3)) == []
    assert "Adoption and money by outcome" in result_html(result)
    none_stall = weighted(np.where(np.arange(20) < 16, 1.0, 0.0))
    assert "Stalled, never reached scale" not in [row[0] for row in by_outcome(none_stall)]


def test_outcomes_are_told_apart_in_narrow_terminals_too():
    for width in (50, 80):
        console = Console(width=width, record=True, file=StringIO())
        console.print(ResultTable(result_of(MIXED)))
        shown = console.export_text()
        assert ("n 6, cost, CHF 60.0k, value of funding, CHF 36.3k" in " ".join(shown.split())) == (width == 50)
        assert all(len(line.rstrip()) <= width for line in shown.splitlines())


def test_support_is_read_as_met_given_success_and_at_the_adoption_asked_for():
    failed = [supported("stalled", 1.0, 3.0, 0.8)] * 6
    result = result_of([supported("scaled_on_time", 3.0, 2.0, 0.8)] * 2 + failed)
    rows = {row[0]: row for row in measure_rows(result)}
    assert rows["Support needed over planned"][2:4] == ("", "1.50 ± 0.77")
    assert rows["– where it succeeds"][2:4] == ("2", "3.00 ± 0.00")
    assert rows["Support work over planned"][5] == "3.00"
    assert rows["– at the adoption asked for"][5] == f"{3.0 * 0.5 / 0.8:.2f}"  # the criterion asks for 50%
    assert "– where it succeeds" not in {row[0] for row in measure_rows(result_of(failed))}
    money = {"criteria": [{"measure": "net_cumulative", "at_least": 0}], "sustained_weeks": 4}
    assert "– at the adoption asked for" not in {row[0] for row in measure_rows(result_of(failed, success=money))}


@pytest.mark.filterwarnings("error")
def test_a_pilot_that_nobody_used_says_nothing_of_the_work_at_scale():
    """Their work was nothing, and so was their adoption."""
    one, none = supported("scaled_on_time", 2.0, 3.0, 0.8), supported("stalled", 1.0, 0.0, 0.0)
    rows = {row[0]: row for row in measure_rows(result_of([one, none, none]))}
    assert rows["Support work over planned"][2] == ""
    assert rows["– at the adoption asked for"][2] == "1"
    assert rows["– at the adoption asked for"][5] == f"{3.0 * 0.5 / 0.8:.2f}"


def test_every_row_in_weeks_names_its_clock():
    for names in MAIN_GROUPS:
        for name in names:
            if ESTIMATED[name].unit == WEEKS:
                words = ESTIMATED[name].words.lower()
                assert any(f"from {start}" in words for start in ("kick-off", "funding", "decision")), name


def test_nothing_is_told_of_what_is_written_nought():
    weights = np.array([1e-6, 1e-6, *[1.0] * 18])
    result = weighted(weights)
    assert "never funded" not in verdict(result)
    assert "never funded" not in reasons(result)
    assert "– by the sponsor" not in [line.words for line in outcome_lines(weighted(np.array([1.0] * 8 + [1e-7] * 12)))]
    assert "2 of 20 simulated programmes are never funded" in verdict(result_of(MIXED))
    kept = weighted(np.array([1.0] * 8 + [1e-7] * 12))
    assert "never reach scale" not in reasons(kept)
    assert "sets failures apart" not in reasons(kept)


def test_a_sign_of_most_successes_sets_nobody_apart():
    """People had gone back in all failures, and in three of five successes."""
    kept = [programme("scaled_on_time", gone=70)] * 60 + [programme("scaled_on_time", gone=10)] * 40
    failed = [programme("stalled", gone=70)] * 100
    assert "gone back" not in reasons(result_of(kept + failed))
    assert "gone back" in reasons(result_of(kept[-40:] + kept[:30] + failed))


@pytest.mark.parametrize(("successes", "labels", "title"), [
    (66, ["0%", "0.5%", "1%", "1.5%"], "Shelved: 1.49% of the funded, most often by week 24"),
    (9, ["0%", "2%", "4%", "6%", "8%", "10%"], "Shelved: 10% of the funded, most often by week 24"),
])  # fmt: skip
def test_shelving_is_labelled_with_the_digits_that_it_needs(successes, labels, title):
    axes = result_of([programme("shelved", end=44)] + [programme("scaled_on_time")] * successes).plot.shelving()
    axes.figure.canvas.draw()
    assert [text.get_text() for text in axes.get_yticklabels()][: len(labels)] == labels
    assert axes.get_title(loc="left") == title


def test_a_fan_tells_of_how_many_programmes_it_speaks():
    result = result_of([programme("shelved", end=30)] * 3 + [programme("stalled")])
    axes = result.plot.accuracy()
    told = dict(text.get_text().split("\n") for text in axes.get_xticklabels())
    assert (told["0"], told["50"]) == ("100%", "25%")
    assert "else nothing is answered" in axes.get_xlabel()
    result.weighting = Weighting(np.array([0.8, 0.8, 0.8, 1.6]))
    weighted_told = dict(text.get_text().split("\n") for text in result.plot.accuracy().get_xticklabels())
    assert weighted_told["50"] == "40%"
    assert "\n" not in result.plot.adoption().get_xlabel()


def test_the_figure_by_outcome_draws_the_median_of_each():
    result = result_of(MIXED)
    lines = {line.get_label(): line.get_ydata() for line in result.plot.by_outcome("adoption").lines}
    assert lines["scaled on time, 30.0%"][40] == 0.6
    assert lines["shelved, 40.0%"][40] == 0.1
    assert result.plot.by_outcome("cost_cumulative").get_title(loc="left") == "Cost so far, by outcome"
    with pytest.raises(KeyError, match="did you mean 'adoption'"):
        result.plot.by_outcome("adopton")


def desk(**support: object) -> dict[str, object]:
    tier = {"agents": 2, "handling_minutes": 30, "hiring_weeks": 6, "hiring": [{"week": 4, "agents": 3}]}
    shifts = [{"days": "mon-fri", "start_hour": 8, "end_hour": 16}]
    plain = {"documentation_quality": 0.5, "documentation_effect": 0.4, "tiers": {"tier1": {**tier, "shifts": shifts}}}
    return {"support": plain | support}


def test_the_line_of_capacity_is_what_planned_people_can_do():
    """Two people of 40 hours and tickets of 30 * 0.8 minutes: 200 a week; five from week 20 + 4 + 6 on."""
    result = result_of([programme("stalled")] * 3, **desk())
    most = capacity(result)
    assert most[29] == pytest.approx(2 * 40 / 0.4)
    assert most[30] == pytest.approx(5 * 40 / 0.4)
    axes = result.plot.tickets()
    assert "tier 1 could handle up to 500 (above all of this)" in [line.get_label() for line in axes.lines]
    assert axes.get_ylim()[1] < 10.0  # five tickets a week can still be read
    assert capacity(result_of([programme("stalled")], **desk(ideal=True))) is None
    assert capacity(result_of([programme("not_funded", gate="funding")], **desk())) is None


def test_capacity_that_is_planned_from_the_pilot():
    made = programme("stalled")
    made.measures["tickets_per_user_week_pilot"] = 2.0
    result = result_of([made], **desk(planning="from_pilot", target_occupancy=0.5), pilot={
        "sites": ["office"], "handling_factor": 0.6,
    })  # fmt: skip
    heads = math.ceil(2.0 * 150 * 0.6 * 0.5 / (40 * 0.5))
    most = capacity(result)
    assert (most[25], most[26]) == (pytest.approx(200.0), pytest.approx(heads * 40 / 0.4))
