"""`scaleup attribute`: its table, its JSON, and what is refused before anything runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import simulator as sim
from tests.analysis.test_attribute import SMALL

Scaleup = Callable[..., tuple[int, str, str]]


def test_it_prints_a_block_for_each_measure_and_sentences(scaleup: Scaleup, small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, shown, err = scaleup("attribute", small, "--replications", 4, "--as-given", "--out", out)
    assert (code, err) == (0, "")
    for head in ("Success, of all programmes", "Value of funding", "Adoption at the end", "all five", "last of all"):
        assert head in shown
    assert "32 combinations, 4 replications of each" in shown
    assert f"Written to {out / 'attribute.json'}" in " ".join(shown.split("\n"))
    content = json.loads((out / "attribute.json").read_text())
    assert [*content["sponsors"]] == ["as given"]


def test_json_is_a_list_of_one_and_nothing_else(scaleup: Scaleup, small: Path) -> None:
    code, shown, _ = scaleup("attribute", small, "--replications", 1, "--json")
    (content,) = json.loads(shown, parse_constant=pytest.fail)
    assert code == 0
    assert [*content["sponsors"]] == ["as given", "endless"]
    assert content["scenario"] == "small"
    frame = sim.attribute(SMALL, replications=1, progress=False).frame
    for (sponsor, measure, killer), row in frame.iterrows():
        told = content["sponsors"][sponsor]["measures"][measure]["killers"][killer]
        assert told["shapley"]["value"] == pytest.approx(row["shapley"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("suites/remedies",), "is a suite"),
        (("typical-program",), "typical-programme"),
        (("typical-programme", "--replications", "0"), "--replications"),
        (("typical-programme", "--unknown"), "--unknown"),
        (("typical-programme", "retail-chatbot"), "retail-chatbot"),
    ],
)
def test_what_is_refused_before_anything_runs(scaleup: Scaleup, arguments: tuple[str, ...], words: str) -> None:
    code, shown, err = scaleup("attribute", *arguments)
    assert (code, shown) == (2, "")
    assert words in err


def test_a_plan_without_killers_is_refused(scaleup: Scaleup, small: Path) -> None:
    killers = ("ai.data_quality", "edge_cases", "change_programme", "integration", "support")
    off = [part for name in killers for part in ("--set", f"{name}.ideal=true")]
    code, _, err = scaleup("attribute", small, *off)
    assert code == 2
    assert "small has all five switched off already" in err
