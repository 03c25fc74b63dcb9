"""`scaleup decide`: its table, its JSON, runs that are there, corners that a board may ask about, what is refused."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

import simulator as sim

Scaleup = Callable[..., tuple[int, str, str]]


def test_it_answers_from_a_run_that_is_there(
    scaleup: Scaleup, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scaleup("run", small, "--replications", 8, "--out", tmp_path)[0] == 0
    monkeypatch.setattr("simulator.experiment.batch.Batch.run", lambda *_: pytest.fail("simulated again"))
    (folder,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    code, shown, err = scaleup("decide", folder, "--out", tmp_path)
    assert (code, err) == (0, "")
    found = sim.decide(folder)
    text = " ".join(shown.split())
    assert all(line in text for line in found.sentences)
    content = json.loads((tmp_path / "decide.json").read_text(), parse_constant=pytest.fail)
    assert content == json.loads(json.dumps(found.as_dict()))
    assert sim.decide(sim.read_result(folder)).as_dict() == found.as_dict()


def test_json_is_a_list_of_one_and_nothing_else(scaleup: Scaleup, small: Path) -> None:
    code, shown, _ = scaleup("decide", small, "--replications", 4, "--confidence", 0.6, "--json")
    (content,) = json.loads(shown, parse_constant=pytest.fail)
    assert code == 0
    assert 0.6 in [one["confidence"] for one in content["frontiers"]]
    assert content["worth"]["do_not_fund"]["value"] == 0.0


@pytest.mark.parametrize("width", [60, 120])
def test_the_table_fits_a_terminal_and_cuts_nothing(small: Path, width: int) -> None:
    console = Console(width=width, highlight=False, file=io.StringIO())
    console.print(sim.decide(small, replications=4, progress=False))
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert not any("…" in line for line in lines)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("suites/remedies",), "is a suite"),
        (("typical-program",), "typical-programme"),
        (("typical-programme", "--confidence", "1.2"), "--confidence is 1.2; it must be a share between 0 and 1"),
        (("typical-programme", "--adoption", "50"), "--adoption is 50.0; it must be a share"),
        (("typical-programme", "--by-month", "999"), "--by-month is 999"),
        (("nowhere/at-all",), "nowhere/at-all"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_runs(
    scaleup: Scaleup, arguments: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.experiment.batch.Batch.run", lambda *_: pytest.fail("simulated"))
    code, shown, err = scaleup("decide", *arguments)
    assert (code, shown) == (2, "")
    assert words in " ".join(err.split())
