"""The sourced numbers of the shipped scenarios against a second reading of their sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from simulator.scenario import Quantity, Stated, load, numbers, shipped_names
from simulator.scenario.numbers.quantity import CONFIDENCES
from tests.scenario.shipped.library import CASES, OVERLAYS, TYPICAL, loaded
from tests.scenario.shipped.second_reading import READINGS, RETAIL, Reading

ROUNDING = 1e-9
READ = [(scenario, reading) for reading in READINGS for scenario in reading.scenarios]
PRIORS_READ_WITH = dict.fromkeys(CASES, TYPICAL)
"""What these leave out is believed as in the typical programme, with which the priors are read."""


def sourced(scenario: str) -> dict[str, Stated]:
    """The numbers of a shipped scenario that stand with a source and are no assumption, by path."""
    return {
        number.path: number
        for number in numbers(loaded(scenario))
        if number.note.source is not None and number.note.confidence != "assumption"
    }


def disagreements(reading: Reading, number: Stated) -> list[str]:
    """Where a number of a scenario is not what the second reading says."""
    value, (source, confidence) = number.value, number.note
    p10, p50, p90 = (
        value.distribution.quantile(u) if isinstance(value, Quantity) else float(value) for u in (0.1, 0.5, 0.9)
    )
    found = []
    if not reading.lowest - ROUNDING <= p50 <= reading.highest + ROUNDING:
        found.append(f"{p50:g} in the middle, by the second reading {reading.lowest:g} to {reading.highest:g}")
    found += [
        f"p10 to p90 is {p10:g} to {p90:g}, without the published {figure:g}"
        for figure in reading.spans
        if not p10 - ROUNDING <= figure <= p90 + ROUNDING
    ]
    if confidence is None or CONFIDENCES.index(confidence) < CONFIDENCES.index(reading.most):
        found.append(f"confidence is {confidence}, at most {reading.most} by the second reading")
    found += [f'source "{source}" does not name {name}' for name in reading.named if name not in str(source)]
    return found


@pytest.mark.parametrize("scenario", [*shipped_names(), *shipped_names("theory")])
def test_each_sourced_number_is_read_twice(scenario: str) -> None:
    below = OVERLAYS[scenario][0] if scenario in OVERLAYS else PRIORS_READ_WITH.get(scenario)
    inherited = sourced(below) if below else {}
    own = {path for path, number in sourced(scenario).items() if number != inherited.get(path)}
    read = [reading.path for reading in READINGS if scenario in reading.scenarios]
    assert sorted(own) == sorted(read)


@pytest.mark.parametrize(
    ("scenario", "reading"), READ, ids=[f"{scenario}-{reading.path}" for scenario, reading in READ]
)
def test_the_two_readings_agree(scenario: str, reading: Reading) -> None:
    assert disagreements(reading, sourced(scenario)[reading.path]) == []


@pytest.mark.parametrize("reading", READINGS, ids=[reading.path for reading in READINGS])
def test_readings_are_consistent(reading: Reading) -> None:
    assert reading.lowest <= reading.expected <= reading.highest
    assert all(name in reading.source for name in reading.named)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"p50": 1.45}, "1.45 in the middle"),
        ({"p90": 1.55}, "without the published 1.6"),
        ({"p10": 1.51, "p50": 1.55}, "without the published 1.5"),
        ({"source": "Freshdesk (2017)"}, "does not name 2016"),
    ],
)
def test_disagreements_are_found(changed: dict[str, float | str], said: str) -> None:
    path = "seasons.christmas.volume"
    reading = next(reading for reading in READINGS if reading.path == path)
    document = loaded(RETAIL).document()
    season = next(season for season in document["seasons"] if season["name"] == "christmas")
    season["volume"] = {"p10": 1.4, "p50": 1.5, "p90": 1.6, "confidence": "high", "source": "Freshdesk (2016)"}
    assert disagreements(reading, _at(document, path)) == []
    assert disagreements(replace(reading, most="medium"), _at(document, path)) == [
        "confidence is high, at most medium by the second reading"
    ]
    season["volume"] |= changed
    (only,) = disagreements(reading, _at(document, path))
    assert said in only


def _at(document: Mapping[str, Any], path: str) -> Stated:
    return next(number for number in numbers(load(document)) if number.path == path)
