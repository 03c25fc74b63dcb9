"""Sensitivity: results whose drivers are known, a small plan counted another way, and sentences in all corners."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from rich.console import Console

import simulator as sim
from simulator.analysis.methods.given_data.driven import Driven, driven_by
from simulator.analysis.methods.moves import Move, Moved
from simulator.analysis.sensitivity import Sensitivity, chance_beside
from simulator.report.analyses.sensitivity import heading, plain
from simulator.results.result import Result
from simulator.results.statistics import Estimate
from simulator.stepping.arguments import ArgumentError
from tests.analysis.made import made
from tests.analysis.test_attribute import SMALL

UNCERTAIN: dict[str, Any] = {
    **SMALL,
    "name": "uncertain",
    "ai": {**SMALL.get("ai", {}), "reference_accuracy": {"p10": 0.6, "p50": 0.8, "p90": 0.97}},
    "users": {**SMALL.get("users", {}), "tasks_per_user_week": {"p10": 3, "p50": 8, "p90": 20}},
    "levers": [
        {"path": "ai.reference_accuracy", "label": "Accuracy", "min": 0.5, "max": 0.99, "step": 0.01},
        {"path": "sites.*.data_quality", "label": "Data quality", "min": -0.2, "max": 0.1, "step": 0.1, "mode": "add"},
    ],
}


def world(n: int = 400, seed: int = 1, **columns: Any) -> Result:
    """Replications that succeed where input a is high, more so where b is, and whatever c is; all are funded."""
    rng = np.random.default_rng(seed)
    a, b, c = rng.uniform(size=(3, n))
    success = columns.pop("success", (a + 0.4 * b + 0.2 * rng.normal(size=n)) > 0.8)
    inputs = {"input.a": a, "input.b": b, "input.c": c}
    reached = [20.0 if one else None for one in success]
    more = {"adoption_final": b, "weeks_to_scale": reached, "funded_week": [10.0] * n}
    return made("made", success, **{**inputs, **more, **columns})


def asked(result: Result, *measures: str, **more: Any) -> Sensitivity:
    return Sensitivity(result, *driven_by(result, measures, **more))


def text(found: Sensitivity) -> str:
    json.dumps(found.as_dict(), allow_nan=False)
    assert found.alternative == " ".join(found.sentences)
    return found.alternative


# ---- what is found


def test_drivers_are_found_ranked_and_counted_another_way() -> None:
    result = world()
    found = asked(result)
    success, adoption, weeks = (found.measures[name] for name in ("success", "adoption_final", "weeks_without_scale"))
    paths = success.inputs.paths
    assert [paths[place] for place in success.drivers] == ["a", "b"]
    assert [paths[place] for place in adoption.drivers] == ["b"]
    assert float(adoption.shapley[1]) == pytest.approx(1.0, abs=0.005)  # a polynomial of its rank but for luck
    assert weeks.drivers == success.drivers  # 20 weeks, or all that are left: success in other words
    assert weeks.shapley[0].value == pytest.approx(success.shapley[0].value)
    frame = result.replications
    low, high = frame["input.a"].quantile([0.2, 0.8])
    fifths = success.fifths[0]
    assert fifths.low == pytest.approx(frame[frame["input.a"] <= low]["success"].mean())
    assert fifths.high == pytest.approx(frame[frame["input.a"] >= high]["success"].mean())
    told = text(found)
    assert (
        f"with a mean of {100 * fifths.low:.1f}% in its lowest fifth and {100 * fifths.high:.1f}% in its highest"
        in told
    )
    assert "The effect of 2 of 3 inputs is beyond luck" in told
    assert "the other 1 can't be told from none" in told


def test_shares_and_the_rest_add_up_in_frame_and_file() -> None:
    found = asked(world())
    content = found.as_dict()["measures"]["success"]
    shares = [one["share"]["value"] for one in content["inputs"]]
    assert sum(shares) + content["unexplained"]["value"] == pytest.approx(1.0)
    assert content["explained"]["value"] == pytest.approx(sum(shares))
    assert content["inputs"][0]["path"] == "a"
    frame = found.frame.loc["success"]
    assert frame["rank"].tolist()[:2] == [1.0, 2.0]
    assert frame["share"].sum() == pytest.approx(sum(shares))
    assert not frame.loc["c", "driver"]


def test_not_converged_says_how_many_it_would_take() -> None:
    found = asked(world(120))
    success = found.measures["success"]
    assert not success.converged
    assert success.needed is not None
    assert success.needed == pytest.approx(120 * (success.widest / 0.05) ** 2, rel=0.1)
    assert f"about {success.needed:,} replications" in text(found)
    wide = asked(world(6000)).measures["success"]
    assert wide.converged
    assert wide.needed is None


def test_a_measure_that_some_lack_is_told_of_those_that_have_it() -> None:
    result = world(seed=2)
    found = asked(result, "weeks_to_scale", "adoption_final")
    weeks = found.measures["weeks_to_scale"]
    assert weeks.effects is None  # always 20
    assert "it is the same in all replications" in text(found)
    some = [
        value if a > 0.3 else None
        for value, a in zip(result.replications["adoption_final"], np.linspace(0, 1, 400), strict=True)
    ]
    chosen = asked(world(seed=2, accuracy_scaled=some), "accuracy_scaled")
    assert f"of the {sum(x is not None for x in some)} of 400 replications that have it" in text(chosen)


def test_chance_by_repeats_is_told_where_it_lies_beside(tmp_path: Path) -> None:
    result = world()
    content = {
        "scenario_hash": result.scenario.hash, "seed": 1, "design": result.design, "replications": 400,
        "measures": {"success": {"inputs": 0.7, "low": 0.6, "high": 0.8, "n": 400},
                     "adoption_final": {"inputs": 0.7, "low": None, "high": None, "n": 400},
                     "weeks_to_scale": {"inputs": 0.7, "low": 0.6, "high": 0.8, "n": 200}},
    }  # fmt: skip
    (tmp_path / "variance.json").write_text(json.dumps(content))
    chance = chance_beside(result, [tmp_path / "none", tmp_path])
    assert list(chance) == ["success"]
    assert (chance["success"].low, chance["success"].high) == pytest.approx((0.2, 0.4))
    told = text(asked(result, chance=chance))
    assert "luck, which no measuring takes away: 30.0% (20.0 to 40.0%) by repeats" in told
    (tmp_path / "variance.json").write_text(json.dumps(content | {"seed": 2}))
    assert chance_beside(result, [tmp_path]) == {}
    (tmp_path / "variance.json").write_text("[1")
    assert chance_beside(result, [tmp_path]) == {}


# ---- corners


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (made("one", [True], **{"input.a": [0.5], "adoption_final": [0.2], "weeks_to_scale": [3], "funded_week": [1]}),
         "1 replication is too few"),
        (made("flat", [True, False] * 30, adoption_final=[0.2] * 60, weeks_to_scale=[3] * 60, funded_week=[1] * 60),
         "no uncertain input differs between replications"),
        (world(30), "30 replications are too few: it takes 40"),
        (world(success=[True] * 400), "Success: what drives it is not told, as it is the same in all replications"),
        (world(success=[False] * 400), "Success: what drives it is not told, as it is the same in all replications"),
        (world(success=[True] * 3 + [False] * 397), "a few replications carry most of its variance"),
        (world(**{"input.c": [4.0] * 400}), "1 uncertain input is the same in all replications"),
        (world(funded=[False] * 400, success=[False] * 400, funded_week=[None] * 400, weeks_to_scale=[None] * 400),
         "Weeks without scale: what drives it is not told, as it is the same in all replications"),
    ],
    ids=["one", "certain", "few", "all", "none", "hardly any", "unseen", "nobody funded"],
)  # fmt: skip
def test_sentences_in_all_corners(result: Result, words: str) -> None:
    found = asked(result)
    told = text(found)
    assert words in told
    assert "nan" not in told
    plt.close(found.figure())


def test_noise_alone_names_no_input() -> None:
    rng = np.random.default_rng(5)
    found = asked(world(success=rng.uniform(size=400) < 0.5))
    assert "No input is told from luck here: each of the 3 may be without any effect" in text(found)


# ---- moves


def move(words: str, success: Any, cost: Any, p: float, ratio: Any = None) -> Moved:
    differences = {"success": Estimate(*success, 50), "value_from_funding": Estimate(1e5, 5e4, 2e5, 50)}
    differences |= {"adoption_final": Estimate(0.1, 0.0, 0.2, 50), "programme_cost": Estimate(*cost, 50)}
    per_money = {} if ratio is None else {"success": Estimate(*ratio, 50)}
    scenario = sim.load(SMALL)
    return Moved(Move(words, words, None, scenario), differences, dict.fromkeys(differences, p), per_money)


def test_remedies_stand_in_the_order_of_what_they_bring_for_money() -> None:
    gain, up, down, zero = (0.1, 0.05, 0.15), (2e5, 1e5, 3e5), (-2e5, -3e5, -1e5), (0.0, 0.0, 0.0)
    moves = [
        move("luck", (0.01, -0.1, 0.1), up, 1.0, (5e-8, -5e-7, 5e-7)),
        move("dear", gain, up, 0.001, (5e-7, 1e-7, 9e-7)),
        move("cheap", gain, up, 0.001, (8e-7, 1e-7, 9e-6)),
        move("thrifty", gain, down, 0.001),
        move("free", (0.05, 0.01, 0.1), zero, 0.001),
        move("doubtful", gain, (1e4, -1e5, 1e5), 0.001),
    ]
    result = world()
    found = Sensitivity(result, *driven_by(result), remedies=moves)
    told = text(found)
    assert "More success without more money: thrifty (saves money) and free (costs nothing)." in told
    assert "EUR 100,000 that the programme costs more, most first (Fieller's 95% intervals): cheap +8.0 pts" in told
    assert told.index("cheap +8.0") < told.index("dear +5.0 pts (+1.0 to +9.0)")
    assert "What doubtful brings for money is not known" in told
    assert "luck +" not in told


@pytest.fixture(scope="module")
def small() -> Sensitivity:
    return sim.sensitivity(UNCERTAIN, replications=60, progress=False, levers=True, remedies=True)


def test_a_plan_is_the_run_and_moves_are_paired_runs(small: Sensitivity) -> None:
    run = sim.run(UNCERTAIN, replications=60, progress=False)
    again = sim.sensitivity(run, progress=False)
    assert again.as_dict()["measures"] == small.as_dict()["measures"]
    assert again.levers is None
    assert small.levers is not None
    assert [(one.move.name, one.move.position) for one in small.levers] == [
        ("ai.reference_accuracy", 0.5), ("ai.reference_accuracy", 0.99),
        ("sites.*.data_quality", -0.2), ("sites.*.data_quality", 0.1),
    ]  # fmt: skip
    best = run.scenario.with_changes({"ai.reference_accuracy": 0.99})
    other = sim.run(best, replications=60, progress=False).replications
    less = other["adoption_final"] - run.replications["adoption_final"]
    assert float(small.levers[1].differences["adoption_final"]) == pytest.approx(less.mean())
    assert small.remedies
    text(small)
    plt.close(small.figure())


@pytest.mark.parametrize("width", [110, 60, 30])
def test_a_narrow_terminal_has_all_of_it(small: Sensitivity, width: int) -> None:
    console = Console(width=width, highlight=False, file=io.StringIO())
    console.print(small)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert max(map(len, shown.splitlines())) <= width
    assert " ".join(small.sentences[0].split()) in " ".join(shown.split())
    assert "Accuracy: 0.99" in " ".join(shown.split())


def test_inputs_have_the_words_of_their_fields(small: Sensitivity) -> None:
    assert plain(small, "users.return_per_week") == "scale of the hazard of a reverted user to come back"
    assert plain(small, "users.nobody") == "users.nobody"


def test_an_observed_pilot_weights_inputs_and_moves() -> None:
    pilot = {**SMALL["pilot"], "observed": {"active_share": 0.8, "users": 5}}
    run = sim.run({**UNCERTAIN, "pilot": pilot}, replications=150, progress=False)
    found = sim.sensitivity(run, progress=False)
    weights = run.weighting.weights
    assert weights is not None
    one: Driven = found.measures["success"]
    frame = run.replications
    assert float(one.mean) == pytest.approx(np.average(frame["success"], weights=weights))
    assert found.as_dict()["effective_sample_size"] == pytest.approx(one.size)
    assert "weighted by the observed pilot" in heading(found)
    moved = sim.sensitivity(run, progress=False, levers=True)
    assert moved.levers is not None
    best = sim.run(sim.load(UNCERTAIN).with_changes({"ai.reference_accuracy": 0.99}), replications=150, progress=False)
    less = best.replications["adoption_final"] - frame["adoption_final"]
    assert float(moved.levers[1].differences["adoption_final"]) == pytest.approx(np.average(less, weights=weights))


def test_what_can_not_be_asked() -> None:
    with pytest.raises(KeyError, match="measure"):
        sim.sensitivity(SMALL, replications=2, measures=["adoptoin_final"])
    with pytest.raises(KeyError, match="measure"):
        sim.sensitivity(SMALL, replications=2, measures=["outcome"])
    with pytest.raises(ArgumentError, match="the same replications only"):
        sim.sensitivity(sim.run(SMALL, replications=3, progress=False), replications=4)
