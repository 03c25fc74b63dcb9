"""`scaleup gates`: its tables and sentences, its JSON, and what is refused before anything runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import simulator as sim
from tests.analysis.test_attribute import SMALL
from tests.analysis.test_gates import GATED
from tests.model.small import free, gate, small

Scaleup = Callable[..., tuple[int, str, str]]


@pytest.fixture
def gated(tmp_path: Path) -> Path:
    path = tmp_path / "gated.yaml"
    path.write_text(sim.load(GATED).to_yaml())
    return path


def test_it_prints_each_gate_and_what_was_found(scaleup: Scaleup, gated: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, shown, err = scaleup("gates", gated, "--replications", 6, "--out", out)
    assert (code, err) == (0, "")
    found = sim.gates(GATED, replications=6, progress=False)
    text = " ".join(shown.split())
    assert all(line in text for line in found.sentences)
    assert all(kind in text for kind in ("right go", "false go", "right stop", "false stop", "not read"))
    for name, curve in found.curves.items():
        assert text.count("no gate ") >= len(found.curves), name
        for one in curve.tried:
            assert f"{100 * float(one.goes):.1f}% {100 * float(one.false_go):.1f}%" in text
    assert json.loads((out / "gates.json").read_text()) == found.as_dict()
    assert (out / "gated" / "manifest.json").exists()


def test_json_is_a_list_of_one_and_nothing_else(scaleup: Scaleup, gated: Path) -> None:
    code, shown, _ = scaleup(
        "gates", gated, "--replications", 3, "--truth", "value", "--criterion", "active_share", "--json"
    )
    (content,) = json.loads(shown, parse_constant=pytest.fail)
    assert code == 0
    assert content["truth"] == "value"
    assert list(content["gates"]) == ["funding", "middle"]
    assert content["gates"]["middle"]["curve"] is None
    assert content["gates"]["middle"]["by_holds"][0]["label"] == 0.0
    for each in content["gates"].values():
        assert sum(kind["share"]["share"] for kind in each["kinds"].values()) == pytest.approx(1.0, abs=1e-12)


def test_a_plan_without_gates_is_one_sentence(scaleup: Scaleup, tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(sim.load(SMALL).to_yaml())
    code, shown, err = scaleup("gates", path)
    assert (code, err) == (0, "")
    assert " ".join(shown.split()) == "small has no gates: there is nothing to judge, and nothing was simulated."


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("suites/remedies",), "is a suite"),
        (("typical-program",), "typical-programme"),
        (("typical-programme", "--replications", "0"), "--replications"),
        (("typical-programme", "--unknown"), "--unknown"),
        (("typical-programme", "--truth", "luck"), "--truth"),
        (("typical-programme", "--criterion", "backlog"), "--criterion is 'backlog'; it must be one of accuracy"),
    ],
)
def test_what_is_refused_before_anything_runs(
    scaleup: Scaleup, arguments: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.experiment.batch.Batch.run", lambda *_: pytest.fail("simulated"))
    code, shown, err = scaleup("gates", *arguments)
    assert (code, shown) == (2, "")
    assert words in " ".join(err.split())


def test_money_as_truth_where_nothing_has_a_price_is_refused(scaleup: Scaleup, tmp_path: Path) -> None:
    """Nobody can tell before it has run whether anything costs or is worth something: that run is short."""
    path = tmp_path / "free.yaml"
    path.write_text(free(small(name="unpriced", rollout={"gates": [gate("first", max_holds=1)]})).to_yaml())
    code, shown, err = scaleup("gates", path, "--truth", "value", "--replications", 2)
    assert (code, shown) == (2, "")
    assert "--truth is value, and nothing in unpriced costs or is worth anything" in " ".join(err.split())
    code, shown, _ = scaleup("gates", path, "--replications", 2)
    assert code == 0
    assert "net present value" not in shown
