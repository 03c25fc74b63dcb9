"""Figures of success, and how many of each outcome pay back."""

from __future__ import annotations

from matplotlib.colors import to_hex

from simulator.report.outcomes import outcome_lines
from simulator.report.style import OUTCOME_COLOURS
from simulator.report.words import OUTCOME_WORDS
from simulator.scenario.vocabulary import OUTCOMES
from tests.report.organisation import programme, result_of

MIXED = (
    [programme("scaled_on_time")] * 3
    + [programme("scaled_then_lost", lost="adoption")] * 2
    + [programme("scaled_then_lost", end=50), programme("scaled_then_lost", end=55, gate="away-works")]
    + [programme("stalled")] * 2
    + [programme("not_funded", end=16, gate="funding")]
)


def test_every_outcome_has_words_and_a_colour_of_its_own():
    assert tuple(OUTCOME_WORDS) == OUTCOMES
    assert {*OUTCOME_COLOURS} == {*OUTCOMES}
    assert len({*OUTCOME_COLOURS.values()}) == len(OUTCOMES)


def test_lines_tell_how_scale_is_lost_and_what_pays_back():
    lines = [(line.words, line.share, line.pays) for line in outcome_lines(result_of(MIXED))]
    assert lines == [
        ("scaled, then lost it", "40.0%", "0.0% of it paid back"),
        ("– short of a criterion", "20.0%", ""),
        ("– shelved at gate away-works", "10.0%", ""),
        ("– shelved by the sponsor", "10.0%", ""),
        ("scaled on time", "30.0%", "100.0% of it paid back"),
        ("stalled, never reached scale", "20.0%", "0.0% of it paid back"),
        ("not funded", "10.0%", ""),
    ]


def test_bars_are_dark_as_far_as_they_pay_back():
    axes = result_of(MIXED).plot.outcomes()
    words = [tick.get_text() for tick in axes.get_yticklabels()]
    bars = [(words[round(bar.get_y() + 0.3)], round(bar.get_width(), 6), bar.get_alpha()) for bar in axes.patches]
    assert ("scaled on time", 0.3, 0.45) in bars
    assert ("scaled on time", 0.3, None) in bars
    assert ("scaled, then lost it", 0.4, 0.45) in bars
    assert [bar for bar in bars if bar[2] is None] == [("scaled on time", 0.3, None)]
    assert "dark: paid back" in axes.get_title(loc="left")
    colours = {to_hex(bar.get_facecolor()) for bar in axes.patches}
    assert OUTCOME_COLOURS["scaled_then_lost"].lower() in colours


def test_what_is_lost_later_is_told_beside_scale_by_week():
    found = result_of(MIXED).scaled_by_week
    assert (found["share"][-1], found["share_kept"][-1]) == (7 / 9, 3 / 9)
    assert all(kept <= reached for kept, reached in zip(found["share_kept"], found["share"], strict=True))
