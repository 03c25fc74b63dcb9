"""`scaleup timeline`: its table and sentences, its JSON, and what is refused before anything runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import simulator as sim
from tests.analysis.test_attribute import SMALL

Scaleup = Callable[..., tuple[int, str, str]]


def test_it_prints_table_and_sentences(scaleup: Scaleup, small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, shown, err = scaleup("timeline", small, "--replications", 4, "--out", out)
    assert (code, err) == (0, "")
    found = sim.timeline(SMALL, replications=4, progress=False)
    text = " ".join(shown.split())
    assert all(line in text for line in found.sentences)
    row = next(line for line in shown.splitlines() if line.startswith("all systems live"))
    assert (row.split()[-8], row.split()[-3]) == ("–", "–")  # of fewer than five there is no range
    for head in ("Milestone", "of the chain", "Length (weeks)", "27 Apr 2026 (16)", "4, the plan"):
        assert head in text
    assert json.loads((out / "timeline.json").read_text()) == found.as_dict()


def test_options_reach_it(scaleup: Scaleup, small: Path) -> None:
    options = ("--no-lengths", "--adoption", 0.2, "--cost", 1e6, "--by-month", 9, "--json")
    code, shown, _ = scaleup("timeline", small, "--replications", 2, *options)
    (content,) = json.loads(shown, parse_constant=pytest.fail)
    assert code == 0
    assert content["lengths"] == []
    joint = content["joint"]
    assert (joint["week"], joint["date"]) == (39, "2026-10-05")
    assert joint["conditions"]["adoption"]["at_least"] == 0.2
    assert joint["conditions"]["cost"]["at_most"] == 1e6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("suites/remedies",), "is a suite"),
        (("typical-program",), "typical-programme"),
        (("typical-programme", "--replications", "0"), "--replications"),
        (("typical-programme", "--unknown"), "--unknown"),
        (("typical-programme", "--adoption", "50"), "--adoption is 50.0; it must be a share"),
        (("typical-programme", "--adoption", "half"), "--adoption"),
        (("typical-programme", "--cost", "-1"), "--cost is -1.0; it must be an amount"),
        (("typical-programme", "--by-month", "49"), "--by-month is 49; it must be a whole month from 1 to 48"),
        (("typical-programme", "--by-month", "1.5"), "--by-month"),
    ],
)
def test_what_is_refused_before_anything_runs(scaleup: Scaleup, arguments: tuple[str, ...], words: str) -> None:
    code, shown, err = scaleup("timeline", *arguments)
    assert (code, shown) == (2, "")
    assert words in err
    assert "Traceback" not in err
