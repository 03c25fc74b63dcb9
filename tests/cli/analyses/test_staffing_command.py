"""`scaleup staffing`: its table, its JSON, what is reused, and what is refused before anything runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import simulator as sim
from tests.analysis.test_attribute import SMALL

Scaleup = Callable[..., tuple[int, str, str]]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(sim.load({**SMALL, "horizon_weeks": 30}).to_yaml())
    return path


def test_it_prints_a_table_for_each_line_and_what_was_found(scaleup: Scaleup, small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, shown, err = scaleup("staffing", small, "--replications", 4, "--out", out)
    assert (code, err) == (0, "")
    found = sim.staffing(small, replications=4, progress=False)
    text = " ".join(shown.split())
    assert all(line in text for line in found.sentences)
    assert "tier 1, quarter" in text
    assert "tier 2, quarter" in text
    content = json.loads((out / "staffing.json").read_text(), parse_constant=pytest.fail)
    assert content == found.as_dict()
    assert {path.name for path in out.iterdir()} == {
        "small",
        "small-recommended-heads",
        "staffing.json",
        "staffing.svg",
    }


def test_results_in_a_folder_are_not_simulated_again(
    scaleup: Scaleup, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("staffing", small, "--replications", 3, "--out", tmp_path / "out")
    first = scaleup(*arguments)
    monkeypatch.setattr("simulator.experiment.batch.Batch.run", lambda *_: pytest.fail("simulated again"))
    assert scaleup(*arguments) == first


def test_json_is_a_list_of_one_and_nothing_else(scaleup: Scaleup, small: Path) -> None:
    code, shown, _ = scaleup("staffing", small, "--replications", 2, "--json")
    (content,) = json.loads(shown, parse_constant=pytest.fail)
    assert code == 0
    assert {*content["tiers"]} == {"tier1", "tier2"}
    assert content["confidence"] == 0.8


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("suites/remedies",), "is a suite"),
        (("typical-program",), "typical-programme"),
        (("typical-programme", "--replications", "0"), "--replications"),
        (("typical-programme", "--remedies"), "--remedies"),
    ],
)
def test_what_is_refused_before_anything_runs(scaleup: Scaleup, arguments: tuple[str, ...], words: str) -> None:
    code, shown, err = scaleup("staffing", *arguments)
    assert (code, shown) == (2, "")
    assert words in err
