"""What is told of funding, gates, the sponsor and money."""

import json

import numpy as np
import pytest
from rich.console import Console

from simulator.report.outcomes import outcome_lines
from simulator.report.signs import criteria_missed, signs, stops, telling
from simulator.report.tables import measure_rows
from simulator.report.words import written
from simulator.scenario.measure import COUNT, MONEY, SHARE, WEEKS
from simulator.scenario.measures import ESTIMATED, WEEKLY
from tests.report.organisation import programme, result_of


@pytest.fixture
def result():
    """20 programmes: 2 not funded, 6 at scale, 8 shelved by the sponsor, 3 at a gate, 1 stalled."""
    return result_of(
        [programme("not_funded", end=16, gate="funding")] * 2
        + [programme("scaled_on_time")] * 6
        + [programme("shelved", end=44, gone=70)] * 6
        + [programme("shelved", end=48, gone=70)] * 2
        + [programme("shelved", end=33, gate="away-works")] * 2
        + [programme("shelved", end=26, gate="home-works")]
        + [programme("stalled")]
    )


@pytest.mark.parametrize(
    ("value", "like", "told"),
    [
        (1_234_567, None, "EUR 1.2m"), (-4_702_606, None, "EUR -4.7m"), (999_960, None, "EUR 1.0m"),
        (123_456, None, "EUR 123k"), (12_345, None, "EUR 12.3k"), (2.5e9, None, "EUR 2.5bn"), (950, None, "EUR 950"),
        (0, None, "EUR 0"), (1.735, None, "EUR 1.74"), (240_000, 8e6, "EUR 0.2m"), (-10_000, -8e6, "EUR 0.0m"),
        (None, None, "–"),
    ],
)  # fmt: skip
def test_money_is_written_with_its_currency_and_size(value, like, told):
    assert written(value, MONEY, like=like, currency="EUR") == told


def test_the_reasons_tell_of_sponsor_gates_and_funding(result):
    assert result.reasons() == (
        "Of those that never reach scale 66.7% are shelved by the sponsor, half of these within 24 weeks of funding; "
        "25.0% are stopped at a gate (mostly away-works); 8.3% are still running at the end (stalled). "
        "In all of these adoption never stays at or above 50%. "
        "What sets failures apart: more people had gone back than used it in 66.7% of them, against 0.0% of those "
        "that succeed at the same age (change management). "
        "Why some are never funded: the pilot does not pass the gate funding."
    )


def test_success_is_given_funding(result):
    assert result.success_probability.share == 6 / 18
    assert result.funded_share.share == 18 / 20
    assert result.scaled_by_week["share"][14:16] == [0.0, 6 / 18]
    assert result.scaled_by_week["share"][-1] == 6 / 18
    assert result.scaled_by_week["share_kept"] == result.scaled_by_week["share"]
    content = json.loads(json.dumps(result.as_dict(), allow_nan=False))
    assert content["outcomes"]["not_funded"]["share"] == 0.1
    assert content["measures"]["payback_week"]["n"] == 6
    assert "stopped_at_gate" not in content["measures"]


def test_unfunded_programmes_miss_no_criterion(result):
    assert criteria_missed(result) == {"adoption never stays at or above 50%": 1.0}
    stopped = {gate: int(mask.sum()) for gate, mask in stops(result).items()}
    assert stopped == {None: 8, "away-works": 2, "home-works": 1}


def test_a_criterion_in_money_is_told_in_the_currency():
    criteria = {"criteria": [{"measure": "value_cumulative", "at_least": 1_500_000}], "sustained_weeks": 4}
    result = result_of([programme("stalled")] * 3, success=criteria)
    assert criteria_missed(result) == {"value so far never stays at or above CHF 1.5m": 1.0}


def test_signs_compare_programmes_of_the_same_age(result):
    """Data are carried by hand by all until week 45: failures end before, which must not look like a sign."""
    by_hand = next(sign for sign in signs(result) if sign.killer == "integration")
    assert by_hand.failures == 1.0
    assert by_hand.successes == pytest.approx(1.0)
    assert not telling(by_hand, 12, 6)
    went_back = signs(result)[0]
    assert (went_back.killer, went_back.failures, went_back.successes) == ("change management", 8 / 12, 0.0)
    assert telling(went_back, 12, 6)
    assert not telling(went_back, 2, 1)


def test_the_outcomes_tell_who_shelved(result):
    lines = [(line.words, line.share) for line in outcome_lines(result)]
    assert lines == [
        ("shelved", "55.0%"),
        ("– by the sponsor", "40.0%"),
        ("– at gate away-works", "10.0%"),
        ("– at gate home-works", "5.0%"),
        ("scaled on time", "30.0%"),
        ("not funded", "10.0%"),
        ("stalled, never reached scale", "5.0%"),
    ]


def test_the_table_tells_money_and_how_many_a_row_is_about(result):
    rows = {row[1]: row for row in measure_rows(result)}
    assert rows["weeks_to_payback"][2] == "6"
    assert rows["value_from_funding"][2] == "18"
    assert rows["programme_cost"][2] == ""
    assert rows["programme_cost"][3].startswith("CHF ")
    assert "±" in rows["value_from_funding"][3]
    for width in (80, 110):
        console = Console(width=width, record=True)
        console.print(result)
        shown = console.export_text()
        assert ("programme_cost" in shown) == (width == 110)
        assert "given funding; funded in 90.0%" in " ".join(shown.split())
        assert "n: the number of replications" in shown
        assert all(len(line.rstrip()) <= width for line in shown.splitlines())


def test_money_is_drawn_as_two_fans_with_the_payback(result):
    axes = result.plot.money()
    assert axes.get_title(loc="left") == "Cost and value so far (CHF)"
    lines = {line.get_label(): line.get_ydata() for line in axes.lines}
    for name in ("cost", "value"):
        rows = result.records.week_rows(f"{name}_cumulative")
        np.testing.assert_allclose(lines[f"{name}: median"], np.median(rows, axis=0))
    assert "value covers cost in 30%, half of these by week 29" in [text.get_text() for text in axes.texts]
    assert result_of([programme("stalled")] * 2).plot.money().texts[-1].get_text() == "value never covers cost"


def test_shelving_is_counted_by_review(result):
    axes = result.plot.shelving()
    height = {}
    for bar in axes.patches:
        week = round(bar.get_x() + bar.get_width() / 2)
        height[week] = height.get(week, 0.0) + bar.get_height()
    assert {week: share for week, share in height.items() if share} == pytest.approx(
        {8: 1 / 18, 16: 2 / 18, 24: 6 / 18, 28: 2 / 18}
    )
    assert "61.1% of the funded" in axes.get_title(loc="left")
    assert "week 24" in axes.get_title(loc="left")


def test_the_timeline_tells_how_many_get_there(result):
    axes = result.plot.timeline()
    words = [tick.get_text() for tick in axes.get_yticklabels()]
    assert words == ["at scale, and kept", "at scale", "shelved", "all systems live", "away live", "home live"]
    shares = {words[round(text.xy[1])]: text.get_text() for text in axes.texts}
    assert shares == {
        "home live": "100%", "away live": "94.4%", "all systems live": "33.3%", "shelved": "61.1%", "at scale": "33.3%",
        "at scale, and kept": "33.3%",
    }  # fmt: skip


def test_sites_by_hand_are_counted_week_by_week(result):
    carried = result.plot.integrations().lines[-1].get_ydata()
    assert carried[19] == 0
    assert carried[20] == pytest.approx(18 / 20)
    assert carried[30] == pytest.approx(2 * 17 / 20)
    assert carried[50] == 0


@pytest.mark.parametrize(
    ("measure", "unit"),
    [("npv", MONEY), ("cost_cumulative", MONEY), ("shelved_week", WEEKS), ("payback_week", WEEKS),
     ("integrations_live", COUNT), ("adoption", SHARE)],
)  # fmt: skip
def test_units(measure, unit):
    assert {**ESTIMATED, **WEEKLY}[measure].unit == unit
