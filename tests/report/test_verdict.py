"""The verdict in three sentences, scale, lasting and money: true in every corner, and no surer than the numbers."""

from __future__ import annotations

import re

import numpy as np
import pytest

import simulator as sim
from simulator.report.reasons import reasons
from simulator.report.verdict import CHANCES, lead, verdict
from simulator.results.statistics import wilson
from simulator.results.weighting import Weighting
from tests.model.small import free, small
from tests.report.organisation import programme, result_of

REFUSED = programme("not_funded", end=16, gate="funding")
KEPT, LATE = programme("scaled_on_time"), programme("scaled_late")
BELOW = programme("scaled_then_lost", lost="adoption")
SHELVED_LATER, STOPPED_LATER = (
    programme("scaled_then_lost", end=50), programme("scaled_then_lost", end=55, gate="away-works"),
)  # fmt: skip
SHELVED, STALLED = programme("shelved", end=44, gone=70), programme("stalled")


def test_scale_lasting_and_money_stand_in_this_order():
    result = result_of(
        [REFUSED] * 2 + [KEPT] * 6 + [BELOW] * 3 + [SHELVED_LATER] * 2 + [STOPPED_LATER] + [SHELVED] * 12
    )
    assert result.verdict() == (
        "May or may not reach scale: 50.0% of 24 funded programmes do (95% interval 31.4% to 68.6%), half of those "
        "within 15 weeks of funding (95% interval 15 to 15); 2 of 26 simulated programmes are never funded. "
        "Of those that reach it 50.0% keep it to the end (95% interval 25.4% to 74.6%), so that 25.0% of the funded do "
        "both (95% interval 12.0% to 44.9%); of the others 50.0% are short of what success asks for (adoption at or "
        "above 50%), 33.3% are shelved by the sponsor, 16.7% are stopped at a gate (away-works). "
        "25.0% of the funded programmes pay back by the end what they cost since the decision to fund (95% interval "
        "12.0% to 44.9%); the value of funding, discounted at 10% a year, is CHF -24.5k (95% interval CHF -24.5k to "
        "CHF -24.5k) in the middle, and in one of ten CHF -36.8k or worse."
    )


SHORT = "short of what success asks for (adoption at or above 50%)"
CORNERS = {
    "none funded": (
        [REFUSED] * 3,
        "None of 3 simulated programmes was funded: the pilot does not pass the gate funding",
    ),
    "the one not funded": (
        [REFUSED],
        "The one simulated programme was not funded: the pilot does not pass the gate funding",
    ),
    "none at scale": (
        [SHELVED] * 5,
        "May or may not reach scale: none of 5 simulated programmes does (95% interval 0.0% to 43.4%)",
        (
            "None of the programmes pays back by the end what it costs since the decision to fund (95% interval 0.0%"
            " to 43.4%); the value of funding, discounted at 10% a year, is CHF -24.5k"
        ),
    ),
    "all keep it": (
        [KEPT] * 40,
        "Very likely to reach scale: all of 40 simulated programmes do (95% interval 91.2% to 100.0%), half of",
        "All that reach it keep it to the end (95% interval 91.2% to 100.0%)",
        (
            "All of the programmes pay back by the end what they cost since the decision to fund (95% interval 91.2%"
            " to 100.0%); the value of funding, discounted at 10% a year, is CHF 36.3k"
        ),
    ),
    "some fall short": (
        [KEPT] * 20 + [BELOW] * 3,
        "Likely to reach scale: all of 23 simulated programmes do (95% interval 85.7% to 100.0%), half of those",
        f"Of those that reach it 87.0% keep it to the end (95% interval 67.9% to 95.5%); the others are {SHORT}",
        "87.0% of the programmes pay back",
    ),
    "all lose it": (
        [BELOW] * 3 + [SHELVED_LATER] * 2 + [STALLED] * 4,
        "May or may not reach scale: 55.6% of 9 simulated programmes do",
        (
            "None that reaches it keeps it to the end (95% interval 0.0% to 43.4%): "
            f"of them 60.0% are {SHORT}, 40.0% are shelved by the sponsor"
        ),
        (
            "None of the programmes pays back by the end what it costs since the decision to fund (95% interval 0.0%"
            " to 29.9%); the value of funding, discounted at 10% a year, lies from CHF -38.0k to CHF -29.6k"
        ),
    ),
    "one loses it": (
        [SHELVED_LATER] + [STALLED] * 14,
        "Unlikely to reach scale: 6.7% of 15 simulated programmes do (95% interval 1.2% to 29.8%), 15 weeks after",
        "The one that reaches it does not keep it: it is shelved by the sponsor",
        "None of the programmes pays back",
    ),
    "the one keeps it": (
        [KEPT],
        "May or may not reach scale: the one simulated programme does (95% interval 20.7% to 100.0%), 15 weeks",
        "The one that reaches it keeps it to the end",
        (
            "The one programme pays back by the end what it costs since the decision to fund (95% interval 20.7% to "
            "100.0%); the value of funding, discounted at 10% a year, is CHF 36.3k"
        ),
    ),
    "the one is shelved": (
        [SHELVED],
        "May or may not reach scale: the one simulated programme does not (95% interval 0.0% to 79.3%)",
        "The one programme does not pay back by the end what it costs since the decision to fund",
    ),
    "one is funded": (
        [BELOW, REFUSED],
        (
            "May or may not reach scale: the one funded programme does (95% interval 20.7% to 100.0%), 15 weeks after "
            "funding; 1 of 2 simulated programmes is never funded"
        ),
        f"The one that reaches it does not keep it: it is {SHORT}",
        (
            "The one funded programme does not pay back by the end what it costs since the decision to fund (95% "
            "interval 0.0% to 79.3%); the value of funding, discounted at 10% a year, is CHF -38.0k"
        ),
    ),
}


@pytest.mark.parametrize("corner", CORNERS)
def test_it_is_true_in_every_corner(corner):
    outputs, *expected = CORNERS[corner]
    sentences = result_of(outputs).verdict().removesuffix(".").split(". ")
    for sentence, beginning in zip(sentences, expected, strict=True):
        assert sentence.startswith(beginning)


def test_money_without_prices_is_not_spoken_of():
    result = result_of([programme("scaled_on_time", prices=0)] * 4 + [programme("stalled", prices=0)] * 6)
    assert result.verdict().count(". ") == 1
    assert result.share("paid_back_share").share is None
    simulated = sim.run(free(small(horizon_weeks=12)), replications=3, jobs=1, progress=False)
    for told in (result, simulated):
        assert "pay" not in told.verdict()
        assert "value of funding" not in told.verdict()
        assert "paid back" not in told._repr_html_()
        assert "paid back" not in told.plot.outcomes().get_title(loc="left")
        assert not [text for text in told.plot.money().texts if "covers cost" in text.get_text()]
        assert told.as_dict()["paid_back_share"] == {"share": None, "low": None, "high": None}


def test_it_is_not_said_to_be_discounted_where_it_is_not():
    told = result_of([KEPT] * 3, economics={"discount_rate_per_year": 0}).verdict()
    assert "; the value of funding lies from " in told or "; the value of funding is " in told


def test_who_runs_out_of_time_is_not_said_to_be_refused():
    late = programme("not_funded", end=16)
    assert result_of([late] * 2).verdict() == "None of 2 simulated programmes was funded: the horizon ends first."
    told = result_of([late, REFUSED]).verdict()
    assert told.endswith(": the pilot does not pass the gate funding, or the horizon ends first.")


def test_worth_of_few_is_that_of_those_that_count():
    """Weighted, a replication without weight is none: neither its value nor its number is told."""
    result = result_of([KEPT, BELOW, SHELVED])
    result.weighting = Weighting(np.array([1.5, 0.0, 1.5]))
    assert "lies from CHF -24.5k to CHF 36.3k" in result.verdict()
    result.weighting = Weighting(np.array([0.0, 3.0, 0.0]))
    assert "none of the programmes pays back by the end" in result.verdict().lower()
    assert result.verdict().endswith("discounted at 10% a year, is CHF -38.0k.")


def test_users_in_place_are_funded_from_kick_off():
    criteria = [{"measure": "net_run_rate", "at_least": 0}, {"measure": "accuracy", "at_least": 0.9}]
    changes = {"horizon_weeks": 20, "success.criteria": criteria, "success.sustained_weeks": 1}
    queue = sim.load("theory/economics").with_changes(changes)
    result = sim.run(queue, replications=3, jobs=1, progress=False)
    assert result.verdict().startswith("May or may not reach scale: all of 3 simulated programmes do")
    assert "half of those within 13 weeks of funding" in result.verdict()  # training was paid in the first one
    assert {*result.outcomes} == {"scaled_on_time"}


def test_chances_are_no_surer_than_their_interval():
    words = dict(CHANCES)
    assert lead(wilson(1, 1)) == lead(wilson(0, 1)) == lead(wilson(5, 10)) == words[0.33]
    assert lead(wilson(40, 40)) == words[0.9]
    assert lead(wilson(30, 40)) == words[0.33]  # from 60% on, so that likely would be surer
    assert lead(wilson(10, 40)) == words[0.33]
    assert lead(wilson(5, 40)) == words[0.1]
    assert lead(wilson(0, 400)) == words[0.0]


def test_reasons_speak_of_those_that_lose_scale_too():
    told = result_of([KEPT] * 10 + [programme("scaled_then_lost", lost="adoption", gone=90)] * 10).reasons()
    assert told.startswith("What sets failures apart (those that lose scale are among them): more people had gone back")
    assert result_of([KEPT] * 3).reasons() == ""
    assert result_of([REFUSED] * 3).reasons() == ""


def test_without_any_success_signs_are_told_without_comparison():
    told = result_of([SHELVED] * 5).reasons()
    assert told.startswith(
        "All of the programmes are shelved by the sponsor, half of these within 24 weeks of funding."
    )
    assert "Common signs: more people had gone back than used it in 100.0% (change management)" in told
    alone = result_of([SHELVED]).reasons()
    assert alone.startswith("The one that never reaches scale is shelved by the sponsor 24 weeks after funding. In it ")


def test_texts_are_sentences():
    outputs = [REFUSED, KEPT, LATE, BELOW, SHELVED_LATER, STOPPED_LATER, SHELVED, STALLED]
    for count in range(1, 2 ** len(outputs)):
        result = result_of([output for index, output in enumerate(outputs) if count >> index & 1])
        for told in filter(None, (verdict(result), reasons(result))):
            assert told.endswith(".")
            for sentence in re.split(r"(?<=\.) ", told):
                assert sentence[0].isupper() or sentence[0].isdigit()
                assert not re.search(r"  |\.\.|nan|None |–", sentence.removeprefix("None "))
