"""Answers that are numbers: what is understood, and what is refused with a word on what would be."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.scenario.questions.places import (
    System,
    Wave,
    even_waves,
    named,
    read_by_site,
    read_hours,
    read_sites,
    read_systems,
    read_waves,
    split_number,
)
from simulator.scenario.questions.values import AnswerError, Number, is_unknown, read_number


@pytest.mark.parametrize("given", [None, "", "  ", "?", "Don't know", "don\u2019t know.", "dont know", "unknown", "-"])
def test_nobody_knows(given: Any) -> None:
    assert is_unknown(given)


@pytest.mark.parametrize("given", [0, "0", False, "12", "not yet", [], {}])
def test_these_say_something(given: Any) -> None:
    assert not is_unknown(given)


def percentiles(low: float, middle: float, high: float) -> dict[str, float]:
    return {"p10": low, "p50": middle, "p90": high}


@pytest.mark.parametrize(
    ("given", "form"),
    [
        (900, 900), (4.5, 4.5), ("900", 900), ("4,500", 4500), ("1,234,567.5", 1234567.5), ("about 12 minutes", 12),
        ("500-700", percentiles(500, 600, 700)), ("500 to 700 people", percentiles(500, 600, 700)),
        ("between 3 and 10", percentiles(3, 6.5, 10)), ("3\u201310", percentiles(3, 6.5, 10)),
        ("18 / 25 / 35", percentiles(18, 25, 35)), ([18, 25, 35], percentiles(18, 25, 35)), ([5, 5], 5),
        ([500, "700"], percentiles(500, 600, 700)), ("15,000-40,000", percentiles(15000, 27500, 40000)),
        ({"lognormal": {"median": 3, "p90": 8}}, {"lognormal": {"median": 3, "p90": 8}}),
    ],
)  # fmt: skip
def test_a_number(given: Any, form: Any) -> None:
    assert read_number(given, "expected").form == form


@pytest.mark.parametrize(
    ("given", "form"),
    [("88%", 0.88), (0.88, 0.88), ("0.88", 0.88), ("50-80%", percentiles(0.5, 0.65, 0.8)), ("100 per cent", 1),
     ("60% to 83%", percentiles(0.6, 0.715, 0.83)), (0, 0)],
)  # fmt: skip
def test_a_share(given: Any, form: Any) -> None:
    assert read_number(given, "expected", share=True).form == form


@pytest.mark.parametrize(
    ("given", "form", "currency"),
    [("45 EUR", 45, "EUR"), ("\u20ac45", 45, "EUR"), ("$30 per user and month", 30, "USD"), ("45", 45, None),
     ("CHF 40-50", percentiles(40, 45, 50), "CHF"), ("15,000 to 40,000 GBP", percentiles(15000, 27500, 40000), "GBP")],
)  # fmt: skip
def test_money(given: Any, form: Any, currency: str | None) -> None:
    assert read_number(given, "expected", money=True) == Number(form, currency)


@pytest.mark.parametrize(
    "given",
    ["many", "10 apples", "700-500", "1 2 3 4", True, [1, 2, 3, 4], ["a", 2], "5 EUR", "50%", object(), "-", "1e400",
     [[1, 2], 3], -1, 1e16],
)  # fmt: skip
def test_what_is_no_number(given: Any) -> None:
    with pytest.raises(AnswerError) as caught:
        read_number(given, "expected a number")
    assert "expected a number" in caught.value.allowed


@pytest.mark.parametrize(
    ("given", "words"), [({}, "empty mapping"), ({"p10": 3}, "missing p50, p90"), ({"value": "x"}, 'text "x"')]
)
def test_a_form_that_is_none_is_told_as_in_scenario_files(given: Any, words: str) -> None:
    with pytest.raises(AnswerError, match=words):
        read_number(given, "expected a number")


def test_a_share_above_one_asks_whether_per_cent_were_meant() -> None:
    with pytest.raises(AnswerError, match="is 88% meant"):
        read_number(88, "expected", share=True)
    with pytest.raises(AnswerError):
        read_number("120%", "expected", share=True)


def test_times() -> None:
    assert Number(26).times(12 / 52).form == 6
    assert Number(percentiles(10, 20, 40)).times(0.5).form == percentiles(5, 10, 20)
    form = Number({"lognormal": {"median": 3, "p90": 8}, "source": "us"}).times(2).form
    assert form == {"lognormal": {"median": 6, "p90": 16}, "source": "us"}
    assert Number({"value": 3}).middle == 3
    assert Number({"uniform": {"min": 1, "max": 5}}).middle == 3


def test_names_of_people_become_names_of_files() -> None:
    assert [named(words, "") for words in ("Köln", "São Paulo", "Plant 3 (North)", "A & B", "Straße")] == [
        "koeln", "sao-paulo", "plant-3-north", "a-and-b", "strasse",
    ]  # fmt: skip
    for words in ("", "???", "x" * 65, "北京"):
        with pytest.raises(AnswerError):
            named(words, "expected a name")


def test_sites() -> None:
    found = read_sites("cologne 900, New York: 500-700; plant 3 = 1,200\nbremen between 40 and 60", "expected")
    assert {name: number.form for name, number in found.items()} == {
        "cologne": 900, "new-york": percentiles(500, 600, 700), "plant-3": 1200, "bremen": percentiles(40, 50, 60),
    }  # fmt: skip
    assert read_sites({"cologne": 900, "hamburg": [500, 700]}, "")["hamburg"].form == percentiles(500, 600, 700)
    for given in ("", "cologne", "900", "cologne 900, cologne 800", "cologne 0", 7, ["cologne"], {"cologne": "many"}):
        with pytest.raises(AnswerError):
            read_sites(given, "expected")


def test_a_number_at_the_end_of_a_piece() -> None:
    assert split_number("plant 3: 200 to 300 people", "") == ("plant 3", "200 to 300 people")
    assert split_number("site 60 %", "") == ("site", "60 %")


SITES = ("cologne", "new-york", "customer-centre")


def shares(given: Any) -> tuple[Any, dict[str, Any]]:
    found = read_by_site(given, SITES, lambda one: read_number(one, "expected", share=True).form, "expected")
    return found.general, dict(found.single)


def test_what_holds_for_all_and_for_single_sites() -> None:
    middle = percentiles(0.5, 0.65, 0.8)
    assert shares("50-80%, cologne 88%") == (middle, {"cologne": 0.88})
    assert shares("New York 60%") == (None, {"new-york": 0.6})
    assert shares("cologne: 88%; the rest: 50-80%") == (middle, {"cologne": 0.88})
    assert shares("everybody 50-80%") == (middle, {})
    assert shares({"cologne": "88%", "others": "50-80%", "new-york": "?"}) == (middle, {"cologne": 0.88})
    assert shares(0.7) == (0.7, {})
    assert shares(percentiles(0.1, 0.2, 0.3)) == (percentiles(0.1, 0.2, 0.3), {})
    for given in ("50%, 60%", "colonge: 88%", {"colonge": "88%"}, "cologne 88%, cologne 70%", "50 apples"):
        with pytest.raises(AnswerError):
            shares(given)
    with pytest.raises(AnswerError, match='did you mean "cologne"'):
        shares("colonge: 88%")


@pytest.mark.parametrize(
    ("given", "hours"),
    [
        ("mon-fri 8-18", ("mon-fri", 8, 18, 0)), ("Mon-Fri 8:00 to 18:00 UTC+1", ("mon-fri", 8, 18, 1)),
        ("9-17", ("mon-fri", 9, 17, 0)), ("round the clock utc-6", ("all", 0, 24, -6)), ("24/7", ("all", 0, 24, 0)),
        ("every day 6-22 utc+5.5", ("all", 6, 22, 5.5)), ("sat 7-12", ("sat", 7, 12, 0)),
        ("all 0-24", ("all", 0, 24, 0)), ("sun-thu 22-6", ("sun-thu", 22, 6, 0)),
        ("weekdays 8-16", ("mon-fri", 8, 16, 0)),
    ],
)  # fmt: skip
def test_hours(given: str, hours: tuple[Any, ...]) -> None:
    found = read_hours(given, "expected")
    assert (found.days, found.start, found.end, found.utc) == hours


@pytest.mark.parametrize("given", ["8-8", "24-6", "sometimes", "8", "mon-fri", "8-25", 8, "mondays 8-18"])
def test_what_are_no_hours(given: Any) -> None:
    with pytest.raises(AnswerError):
        read_hours(given, "expected")


PEOPLE = {name: Number(people) for name, people in (("a", 900), ("b", 600), ("c", 500), ("d", 400), ("e", 300))}


def test_waves() -> None:
    told = "1: a, b; 5: c; 8: the rest"
    assert read_waves(told, PEOPLE, ["a"], "") == [Wave(4, ("a", "b")), Wave(22, ("c",)), Wave(35, ("d", "e"))]
    by_month = {1: ["a", "b"], 5: ["c"], 8: "rest"}
    assert read_waves(by_month, PEOPLE, ["a"], "") == read_waves(told, PEOPLE, ["a"], "")
    for given in ("1: a", "1: a, a; 2: the rest", "soon: a; 2: the rest", "1: z; 2: the rest", [1], True):
        with pytest.raises(AnswerError):
            read_waves(given, PEOPLE, ["a"], "expected")


@pytest.mark.parametrize("months", [1, 3, 12, 24])
@pytest.mark.parametrize("first", [["a"], ["b", "c"], ["a", "b", "c", "d", "e"]])
def test_waves_that_only_have_an_end(months: int, first: list[str]) -> None:
    waves = read_waves(f"within {months} months", PEOPLE, first, "")
    assert waves[0].sites == tuple(first)
    assert sorted(site for wave in waves for site in wave.sites) == sorted(PEOPLE)
    weeks = [wave.week for wave in waves]
    assert weeks == sorted(set(weeks))
    assert len(waves) == 1 or weeks[-1] == max(round(months * 52 / 12), len(waves) - 1)
    rest = [sum(PEOPLE[site].middle for site in wave.sites) for wave in waves[1:]]
    others = [number.middle for site, number in PEOPLE.items() if site not in first]
    assert not rest or max(rest) - min(rest) <= max(others)  # no more than a site apart


def test_many_waves_in_no_time_still_follow_each_other() -> None:
    weeks = [wave.week for wave in even_waves(1, PEOPLE, ["a"])]
    assert weeks == sorted(set(weeks))


def test_systems() -> None:
    told = "policy admin, claims-core; fraud-scoring after claims-core and policy admin"
    after = ("claims-core", "policy-admin")
    assert read_systems(told, "") == [System("policy-admin"), System("claims-core"), System("fraud-scoring", after)]
    assert read_systems({"erp": None, "crm": "erp"}, "") == [System("erp"), System("crm", ("erp",))]
    for given in ("", "erp, erp", "crm after epr, erp", 5):
        with pytest.raises(AnswerError):
            read_systems(given, "expected")
    with pytest.raises(AnswerError, match='did you mean "erp"'):
        read_systems("crm after epr, erp", "expected")
