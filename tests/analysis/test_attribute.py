"""Attribution: constructed games with known shares, a small plan, and sentences whose truth is counted another way."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import simulator as sim
from simulator.analysis.attribute import NONE, Account, Attribution, attributed
from simulator.analysis.methods.killers import ENDLESS, GIVEN, KILLERS, Outcomes, variant
from simulator.analysis.methods.shapley import interactions, shapley, subsets
from simulator.experiment.settings import Settings
from simulator.stepping.arguments import ArgumentError

FIVE = tuple(KILLERS)
Game = Callable[[frozenset[str]], Any]


def account(success: Game, replications: int = 4, weights: Any = None, **more: Game) -> Account:
    """An account of games: of what is switched off, the value of each replication."""
    games = {"success": success, **more}
    by_measure = {
        chosen: {name: np.broadcast_to(np.asarray(game(chosen), float), replications) for name, game in games.items()}
        for chosen in subsets(FIVE)
    }
    return Account(Outcomes(tuple(range(replications)), by_measure, weights=weights))


def told(of: Account) -> str:
    return " ".join(Attribution(sim.load("typical-programme"), {GIVEN: of}, 1).sentences)


def parts(of: Account) -> list[float]:
    return [float(part.shapley) for part in of.parts("success").values()]


def test_and_or_and_unanimity() -> None:
    assert parts(account(lambda off: off == frozenset(FIVE))) == pytest.approx([0.2] * 5, abs=1e-12)
    assert parts(account(bool)) == pytest.approx([0.2] * 5, abs=1e-12)
    two = frozenset(FIVE[:2])
    unanimity = account(lambda off: two <= off)
    assert parts(unanimity) == pytest.approx([0.5, 0.5, 0, 0, 0], abs=1e-12)
    assert unanimity.interactions("success")[FIVE[0], FIVE[1]].value == pytest.approx(1.0, abs=1e-12)
    assert all(
        abs(found.value or 0.0) < 1e-12
        for pair, found in unanimity.interactions("success").items()
        if set(pair) != set(two)
    )


def random_game(seed: int, replications: int = 20) -> dict[frozenset[str], Any]:
    random = np.random.default_rng(seed)
    return {chosen: random.normal(size=replications) for chosen in subsets(FIVE)}


def test_values_are_means_over_all_orders_in_each_replication() -> None:
    game, orders = random_game(1), list(permutations(FIVE))
    found = shapley(game)
    for name in FIVE:
        before = [frozenset(order[: order.index(name)]) for order in orders]
        mean = np.mean([game[gone | {name}] - game[gone] for gone in before], axis=0)
        assert found[name] == pytest.approx(mean, abs=1e-12)
    gap = game[frozenset(FIVE)] - game[frozenset()]
    assert sum(found.values()) == pytest.approx(gap, abs=1e-12)


def test_a_pair_interacts_by_what_merging_it_would_bring() -> None:
    """Owen (1972): the index is the change of a killer's value when its partner is there, less when it is not."""
    game = random_game(2)
    found = interactions(game)
    for first, second in (("support", "integration"), ("edge_cases", "data_quality")):
        rest = [name for name in FIVE if name not in (first, second)]
        with_it = shapley({off: game[off | {second}] for off in subsets((*rest, first))})
        without = shapley({off: game[off] for off in subsets((*rest, first))})
        assert found[first, second] == pytest.approx(with_it[first] - without[first], abs=1e-12)
        assert np.array_equal(found[first, second], found[second, first])


def test_permuting_replications_changes_no_digit() -> None:
    game = random_game(3)
    random = np.random.default_rng(4)
    order, weights = random.permutation(20), random.uniform(size=20)
    whole = Outcomes(range(20), {off: {"success": values} for off, values in game.items()}, weights=weights)
    moved = Outcomes(
        range(20), {off: {"success": values[order]} for off, values in game.items()}, weights=weights[order]
    )
    for name, part in Account(whole).parts("success").items():
        assert vars(Account(moved).parts("success")[name]) == vars(part)


def test_intervals_cover() -> None:
    """Of 1,000 experiments with normal values of a known mean."""
    random, covered = np.random.default_rng(5), 0
    for _ in range(1000):
        values = random.normal(0.3, 1.0, size=30)
        found = account(lambda off, values=values: values if "support" in off else 0.0, replications=30)
        one = found.parts("success")["support"].shapley
        assert one.low is not None
        assert one.high is not None
        covered += one.low <= 0.3 <= one.high
    assert 0.93 <= covered / 1000 <= 0.97


def test_dominant_causes() -> None:
    support, two, every = frozenset({"support"}), frozenset({"support", "integration"}), frozenset(FIVE)
    of = account(
        lambda off: [support <= off, two <= off, off == every, False, True, support <= off],
        6,
        np.array([1, 2, 3, 4, 5, 0]),
    )
    assert of.dominant == {
        (NONE,): 0.4, FIVE: pytest.approx(0.3), ("integration", "support"): pytest.approx(0.2), ("support",): 0.1,
    }  # fmt: skip
    assert of.failed == 5
    line = told(of)
    assert "support in 10.0%" in line
    assert "two or more alike in 50.0%" in line
    assert "40.0% fail without any of the five too" in line


def test_corners_in_words() -> None:
    assert "No programme fails under the plan" in told(account(lambda off: True))
    nothing = told(account(lambda off: False))
    assert "0.0% under the plan, and the same without any of the five" in nothing
    assert "100.0% fail without any of the five too" in nothing
    one = told(account(bool, replications=1))
    assert "too few replications" in one
    assert "the one programme that fails" in one


def test_alone_is_told_where_it_ranks_otherwise() -> None:
    two = frozenset({"support", "integration"})
    chained = account(
        lambda off: [1.0 * (two <= off) + 0.3 * ("edge_cases" in off) + 0.01 * i for i in range(30)], replications=30
    )
    line = told(chained)
    assert "Switched off alone they rank otherwise: edge cases +30.0 pts" in line
    assert "Integration and support need each other most" in line
    overlapping = account(
        lambda off: [1.0 * bool(two & off) + 0.6 * ("edge_cases" in off) + 0.01 * i for i in range(30)], replications=30
    )
    line = told(overlapping)
    assert "overlap most: switching off both gives 100.0 pts less" in line
    alike = told(account(lambda off: [0.1 * len(off) + 0.01 * i for i in range(30)], replications=30))
    assert "rank otherwise" not in alike


SMALL: dict[str, Any] = {
    "name": "small",
    "horizon_weeks": 60,
    "start_date": "2026-01-05",
    "sites": [{"name": "home", "users": 40, "data_quality": 0.9}, {"name": "away", "users": 60, "data_quality": 0.5}],
    "pilot": {"sites": ["home"], "weeks": 8, "users_per_site": 20},
    "integration": {"systems": [{"name": "erp", "start_week": 0}]},
    "rollout": {"phases": [{"name": "all", "week": 4, "sites": ["home", "away"]}]},
    "success": {"criteria": [{"measure": "adoption", "at_least": 0.3}], "sustained_weeks": 4},
}


@pytest.fixture(scope="module")
def found() -> Attribution:
    return sim.attribute(SMALL, replications=20, progress=False)


def test_parts_of_a_plan_add_up_to_the_gap_in_every_measure(found: Attribution) -> None:
    assert found.measures == ("success", "value_from_funding", "adoption_final", "weeks_without_scale")
    for sponsor, of in found.accounts.items():
        for measure in found.measures:
            whole = sum(float(part.shapley) for part in of.parts(measure).values())
            assert whole == pytest.approx(float(of.gap(measure)), abs=1e-6), (sponsor, measure)
            assert float(of.ideal(measure)) - float(of.plan(measure)) == pytest.approx(float(of.gap(measure)), abs=1e-6)


def test_over_time_adds_up_to_the_gap_between_plan_and_ideal(found: Attribution) -> None:
    plan = sim.run(SMALL, replications=20, progress=False)
    ideal = sim.run(variant(found.scenario, GIVEN, frozenset(FIVE)), replications=20, progress=False)
    quarter = plan.weekly["week"] // 13 + 1
    for what in ("adoption", "net"):
        frame = found.account.over_time(what)
        assert frame[list(FIVE)].sum(axis=1).to_numpy() == pytest.approx(frame["gap"].to_numpy(), abs=1e-6)
        for column, result in (("plan", plan), ("ideal", ideal)):
            weekly = result.weekly
            values = weekly["adoption"] if what == "adoption" else weekly["value"] - weekly["cost"]
            expected = values.groupby(quarter).mean()
            if what == "net":
                expected = values.groupby(quarter).sum() / 20
            assert frame[column].to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-9)


def test_the_plan_is_the_run(found: Attribution) -> None:
    frame = sim.run(SMALL, replications=20, progress=False).replications
    assert float(found.account.plan("success")) == pytest.approx(frame["success"].mean())
    assert float(found.account.plan("value_from_funding")) == pytest.approx(
        frame["value_from_funding"].fillna(0).sum() / 20
    )
    weeks = frame["weeks_to_scale"].fillna(60 - frame["funded_week"].fillna(0)).to_numpy(dtype=float)
    assert float(found.account.plan("weeks_without_scale")) == pytest.approx(np.mean(weeks))


def test_sentences_say_what_was_counted_another_way(found: Attribution) -> None:
    frame = sim.run(SMALL, replications=20, progress=False).replications
    line = " ".join(found.sentences)
    assert f"Success, of all programmes: {100 * frame['success'].mean():.1f}% under the plan" in line
    assert f"{int((~frame['success']).sum())} programmes that fail" in line
    endless = sim.run(variant(found.scenario, ENDLESS, frozenset()), replications=20, progress=False).replications
    assert f"success is {100 * endless['success'].mean():.1f}% under the plan instead of" in line


def test_the_figure_is_drawn_and_told(found: Attribution) -> None:
    figure = found.figure()
    assert len(figure.axes) == 3
    assert found.alternative.endswith(found.sentences[-1])
    assert "small: what the five killers take. 64 combinations, 20 replications of each, seed 1" in str(
        [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]
    )


def test_a_killer_that_is_switched_off_takes_nothing_and_is_not_asked() -> None:
    scenario = sim.load({**SMALL, "support": {"ideal": True}, "edge_cases": {"ideal": True}})
    found = sim.attribute(scenario, replications=2, endless=False, progress=False)
    assert found.account.outcomes.killers == ("data_quality", "change_management", "integration")
    ideal = sim.load("typical-programme").with_changes(dict.fromkeys(KILLERS.values(), True))
    with pytest.raises(ArgumentError, match="all five switched off already"):
        sim.attribute(ideal)


@pytest.mark.slow
def test_what_lies_in_a_folder_is_not_simulated_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sim.run(SMALL, replications=4, out=tmp_path, progress=False)
    first = sim.attribute(SMALL, replications=4, out=tmp_path, endless=False, progress=False)
    assert json.loads((tmp_path / "attribute.json").read_text()) == first.as_dict()
    assert len(list(tmp_path.glob("*/manifest.json"))) == 32
    monkeypatch.setattr("simulator.experiment.batch.Batch.run", lambda *_: pytest.fail("simulated again"))
    again = sim.attribute(SMALL, replications=4, out=tmp_path, endless=False, progress=False)
    assert again.as_dict() == first.as_dict()


def test_an_observed_pilot_weights_all_combinations_alike() -> None:
    pilot = {**SMALL["pilot"], "observed": {"active_share": 0.67, "users": 3}}
    scenario = sim.load({**SMALL, "pilot": pilot})
    found = attributed(scenario, Settings(replications=54, progress=False), endless=False)
    plan = sim.run(scenario, replications=54, progress=False)
    assert not plan.refusal
    assert np.array_equal(found.account.outcomes.weights, plan.weighting.weights)
    assert float(found.account.plan("adoption_final")) == pytest.approx(plan.estimate("adoption_final")["mean"])
    assert found.effective == pytest.approx(plan.effective_sample_size)


def test_where_the_observed_pilot_cannot_be_used_it_is_told() -> None:
    pilot = {**SMALL["pilot"], "observed": {"active_share": 0.8, "users": 20}}
    found = attributed(sim.load({**SMALL, "pilot": pilot}), Settings(replications=20, progress=False), endless=False)
    assert found.account.outcomes.weights is None
    assert "Not conditioned on the pilot that was observed" in found.sentences[-1]


def test_progress_is_one_for_all_combinations() -> None:
    told: list[tuple[int, int]] = []
    sim.attribute(SMALL, replications=2, endless=False, progress=lambda now: told.append((now.done, now.total)))
    assert {total for _, total in told} == {64}
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (64, 64)
