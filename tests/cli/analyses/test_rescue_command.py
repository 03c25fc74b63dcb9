"""`scaleup rescue`: its sentences, one world, its JSON, and what is refused before anything runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import simulator as sim
from tests.analysis.test_rescue import IMPATIENT

Scaleup = Callable[..., tuple[int, str, str]]


@pytest.fixture
def impatient(tmp_path: Path) -> Path:
    path = tmp_path / "impatient.yaml"
    path.write_text(sim.load(IMPATIENT).to_yaml())
    return path


def test_it_tells_until_when_and_writes_it(scaleup: Scaleup, impatient: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, shown, err = scaleup("rescue", impatient, "--replications", 2, "--out", out)
    assert (code, err) == (0, "")
    found = sim.rescue(IMPATIENT, replications=2, progress=False)
    text = " ".join(shown.split())
    assert all(line in text for line in found.sentences)
    assert json.loads((out / "rescue.json").read_text()) == found.as_dict()
    again = scaleup("rescue", impatient, "--replications", 2, "--out", out)
    assert again == (code, shown, err)


def test_json_is_a_list_of_one_and_nothing_else(scaleup: Scaleup, impatient: Path) -> None:
    code, shown, _ = scaleup("rescue", impatient, "--replications", 2, "--json")
    (content,) = json.loads(shown, parse_constant=pytest.fail)
    assert code == 0
    assert [world["last"] for world in content["worlds"]] == [8, 8]


def test_what_if_in_one_world(scaleup: Scaleup, impatient: Path, tmp_path: Path) -> None:
    one = ("--replication", 1, "--week", 8, "--remedy", "sponsor")
    code, shown, _ = scaleup("rescue", impatient, *one, "--out", tmp_path)
    assert code == 0
    assert "Without it the programme is scaled, then lost it" in " ".join(shown.split())
    assert json.loads((tmp_path / "what_if.json").read_text())["ends"]["success"] == [False, True]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("suites/remedies",), "is a suite"),
        (("typical-program",), "typical-programme"),
        (("typical-programme", "--replications", "0"), "--replications"),
        (("typical-programme", "--replication", "0"), "they go together"),
        (("typical-programme", "--replication", "0", "--week", "4", "--remedy", "magic"), "--remedy is 'magic'"),
        (("typical-programme", "--unknown"), "--unknown"),
    ],
)
def test_what_is_refused_before_anything_runs(scaleup: Scaleup, arguments: tuple[str, ...], words: str) -> None:
    code, shown, err = scaleup("rescue", *arguments)
    assert (code, shown) == (2, "")
    assert words in " ".join(err.split())
