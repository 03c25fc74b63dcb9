"""`scaleup sensitivity`: tables and JSON, from a folder without simulating again, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import simulator as sim
from tests.analysis.test_sensitivity import UNCERTAIN

Scaleup = Callable[..., tuple[int, str, str]]


@pytest.fixture
def uncertain(tmp_path: Path) -> Path:
    """The file of a small plan with uncertain inputs."""
    path = tmp_path / "uncertain.yaml"
    path.write_text(sim.load(UNCERTAIN).to_yaml())
    return path


def test_it_tells_of_a_plan_and_the_same_of_the_folder_of_a_run(
    scaleup: Scaleup, uncertain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    code, shown, err = scaleup("sensitivity", uncertain, "--replications", 60, "--out", out)
    assert (code, err) == (0, "")
    found = sim.sensitivity(UNCERTAIN, replications=60, progress=False)
    text = " ".join(shown.split())
    assert all(line in text for line in found.sentences)
    assert json.loads((out / "sensitivity.json").read_text()) == found.as_dict()
    monkeypatch.setattr("simulator.experiment.batch.Batch.run", lambda *_: pytest.fail("simulated again"))
    code, shown, err = scaleup("sensitivity", out / "uncertain", "--json")
    assert (code, err) == (0, "")
    (content,) = json.loads(shown, parse_constant=pytest.fail)
    assert content == found.as_dict()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("suites/remedies",), "is a suite"),
        (("typical-program",), "typical-programme"),
        (("typical-programme", "--measure", "adoption"), "--measure"),
        (("typical-programme", "--replications", "0"), "--replications"),
    ],
)
def test_what_is_refused_before_anything_runs(scaleup: Scaleup, arguments: tuple[str, ...], words: str) -> None:
    code, shown, err = scaleup("sensitivity", *arguments)
    assert (code, shown) == (2, "")
    assert words in err
