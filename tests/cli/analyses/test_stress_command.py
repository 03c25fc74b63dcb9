"""`scaleup stress`: its card, its JSON, and what is refused before anything runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import simulator as sim
from tests.analysis.test_attribute import SMALL

Scaleup = Callable[..., tuple[int, str, str]]


def test_it_prints_the_card_and_each_stress(scaleup: Scaleup, small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, shown, err = scaleup("stress", small, "--replications", 4, "--no-remedies", "--out", out)
    assert (code, err) == (0, "")
    found = sim.stress(SMALL, replications=4, remedies=False, progress=False)
    text = " ".join(shown.split())
    assert all(line in text for line in found.sentences)
    assert json.loads((out / "stress.json").read_text()) == found.as_dict()


def test_what_lies_in_a_folder_is_not_simulated_again(
    scaleup: Scaleup, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("stress", small, "--replications", 4, "--no-remedies", "--out", tmp_path / "out")
    first = scaleup(*arguments)
    monkeypatch.setattr("simulator.experiment.batch.Batch.run", lambda *_: pytest.fail("simulated again"))
    assert scaleup(*arguments) == first


def test_json_is_a_list_of_one_and_nothing_else(scaleup: Scaleup, small: Path) -> None:
    code, shown, _ = scaleup("stress", small, "--replications", 2, "--no-remedies", "--json")
    (content,) = json.loads(shown, parse_constant=pytest.fail)
    assert code == 0
    assert content["card"] in ("ready", "at risk", "not ready")
    assert {*content["stresses"], *content["changes_nothing"]} == {"volume", "least_engaged", "night", "team", "value"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("suites/remedies",), "is a suite"),
        (("typical-program",), "typical-programme"),
        (("typical-programme", "--replications", "0"), "--replications"),
        (("typical-programme", "--unknown"), "--unknown"),
    ],
)
def test_what_is_refused_before_anything_runs(scaleup: Scaleup, arguments: tuple[str, ...], words: str) -> None:
    code, shown, err = scaleup("stress", *arguments)
    assert (code, shown) == (2, "")
    assert words in err
