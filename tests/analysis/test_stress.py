"""Stresses: signs that break in known weeks, a neutral stress, remedies and their check, and what is said of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import simulator as sim
from simulator.analysis.methods.remedies import REMEDIES, under
from simulator.analysis.methods.vital_signs import SIGNS, SUSTAINED, Breaks, first_weeks
from simulator.analysis.stress import STRESSES, Kept, Stressed, Tried, restores, stress_of, stressed
from simulator.experiment.settings import Settings
from simulator.results.statistics import Estimate
from tests.analysis.test_attribute import SMALL

WEEKS = 30
CALM = {"above": 0.2, "below": 1.0, "fall": 0.8}


def weekly(**broken: Any) -> dict[str, Any]:
    """Weekly columns of three replications in which nothing is wrong but the signs named, from the weeks named on."""
    columns = {sign.column: np.full((3, WEEKS), CALM[sign.beyond]) for sign in SIGNS}
    for sign in SIGNS:
        for replication, week in enumerate(broken.get(sign.name, ())):
            if week is not None:
                columns[sign.column][replication, week:] = 1.0 if sign.beyond == "above" else -0.5
    return columns


def test_the_first_of_so_many_weeks_in_a_row() -> None:
    broken = np.zeros((4, WEEKS), bool)
    broken[0, 7:] = True
    broken[1, [3, 4, 5, 9, 10, 11, 12]] = True  # three in a row are not enough
    broken[2, WEEKS - SUSTAINED + 1 :] = True
    assert np.array_equal(first_weeks(broken), [7, 9, np.nan, np.nan], equal_nan=True)
    assert np.isnan(first_weeks(np.ones((2, SUSTAINED - 1), bool))).all()


def test_a_chain_breaks_where_it_is_weakest() -> None:
    """Data scientists are busy from week 5, answers fall in week 9, people leave in week 14."""
    stressed_ = weekly(data_science=(5, 5, None), answers=(9, 9, 9), adoption=(14, 14, 9))
    found = Breaks.between(stressed_, weekly())
    assert found.firsts() == {("data_science",): pytest.approx(2 / 3), ("answers", "adoption"): pytest.approx(1 / 3)}
    assert found.week.value == 5
    assert found.of("adoption").week.value == 14
    assert found.of("adoption").share == 1.0
    assert found.of("answers").first == pytest.approx(1 / 3)
    assert found.of("money").share == 0.0


def test_what_is_broken_anyway_is_not_laid_at_the_stress_s_door() -> None:
    same = weekly(first_line=(3, 3, 3), money=(6, 6, 6), service=(2, 2, 2))
    assert Breaks.between(same, same).firsts() == {}
    later = weekly(first_line=(8, 8, 8))
    assert Breaks.between(same, later).of("first_line").week.value == 3  # five weeks before the plan's own
    assert Breaks.between(later, same).of("first_line").share == 0.0


def test_weights_decide_what_is_usual() -> None:
    found = Breaks.between(
        weekly(first_line=(4, None, None), specialists=(None, 6, 6)), weekly(), np.array([8.0, 1, 1])
    )
    assert found.firsts() == {("first_line",): pytest.approx(0.8), ("specialists",): pytest.approx(0.2)}


def kept(success: Any, value: Any, cost: Any = 100.0) -> Kept:
    n = len(success)
    measures = {"success": success, "value_from_funding": value, "programme_cost": np.broadcast_to(cost, n)}
    return Kept(tuple(range(n)), {name: np.array(x, float) for name, x in measures.items()},
                {sign.column: np.zeros((n, WEEKS)) for sign in SIGNS})  # fmt: skip


def test_it_takes_what_luck_does_not_explain() -> None:
    random = np.random.default_rng(1)
    plan = kept(random.random(200) < 0.8, random.normal(5.0, 1.0, 200))
    worse = kept(plan.measures["success"] * (random.random(200) < 0.7), plan.measures["value_from_funding"] - 2.0)
    one = stress_of("volume", worse, plan)
    assert one.taken == ("success", "value_from_funding")
    assert stress_of("volume", plan, plan).taken == ()
    lost = {name: float(one.measures[name][2]) for name in one.taken}
    enough = {name: Estimate(0.19 * loss, None, None, 200) for name, loss in lost.items()}
    assert restores(one, enough)
    assert not restores(one, {**enough, "success": Estimate(0.21 * lost["success"], None, None, 200)})
    assert not restores(one, {})


def found_of(one: Any, plan: Kept) -> Stressed:
    return Stressed(sim.load("typical-programme"), plan, {one.name: one}, (), 1)


def test_the_card() -> None:
    plan, bad = kept([1] * 60, [5.0] * 60), kept([1, 0] * 30, [1.0] * 60)
    fine = stress_of("team", plan, plan)
    hurt = stress_of("team", bad, plan)
    losses = {"success": Estimate(0.0, None, None, 60), "value_from_funding": Estimate(0.0, None, None, 60)}
    tried = Tried(REMEDIES[0], losses, Estimate(100.0, None, None, 60), True, losses, True)
    assert found_of(fine, plan).card == "ready"
    assert found_of(hurt, plan).card == "not ready"
    mended = type(hurt)(hurt.name, hurt.measures, hurt.breaks, (tried,))
    assert found_of(mended, plan).card == "at risk"
    assert "can be restored" in found_of(mended, plan).sentences[0]
    lucky = type(hurt)(hurt.name, hurt.measures, hurt.breaks, (Tried(REMEDIES[0], losses, None, True, losses, False),))
    assert found_of(lucky, plan).card == "not ready"
    assert "but not on fresh replications" in " ".join(found_of(lucky, plan).sentences)
    weak = kept([1, 0, 0] * 20, [5.0] * 60)
    card = found_of(stress_of("team", weak, weak), weak)
    assert card.card == "not ready"
    assert "33.3% of all programmes succeed; which is less than half" in card.sentences[0]


def test_a_neutral_stress_takes_nothing_and_breaks_nothing() -> None:
    plan = sim.run(SMALL, replications=8, progress=False)
    one = stress_of("team", Kept.of(plan), Kept.of(plan))
    assert all(less.value == less.low == less.high == 0.0 for _, _, less in one.measures.values())
    assert "Nothing breaks." in found_of(one, Kept.of(plan)).sentences[1]


@pytest.fixture(scope="module")
def found() -> Stressed:
    return sim.stress(SMALL, replications=20, remedies=False, progress=False)


def test_stresses_are_the_overlays_with_the_same_luck(found: Stressed) -> None:
    plan = sim.run(SMALL, replications=20, progress=False).replications
    for name, overlay in STRESSES.items():
        if name in found.nothing:
            continue
        frame = sim.run(sim.load(SMALL, overlays=[overlay]), replications=20, progress=False).replications
        row = found.frame.loc[name, "success"]
        assert row["plan"] == pytest.approx(plan["success"].mean())
        assert row["stressed"] == pytest.approx(frame["success"].mean())
        worth = found.frame.loc[name, "value_from_funding"]["difference"]
        wanted = (frame["value_from_funding"].fillna(0) - plan["value_from_funding"].fillna(0)).mean()
        assert worth == pytest.approx(wanted)


def test_sentences_and_figure(found: Stressed) -> None:
    line = " ".join(found.sentences)
    assert found.sentences[0].startswith(found.card.capitalize())
    assert f"without any stress {100 * float(found.estimate('success')):.1f}% of all programmes succeed" in line
    assert len(found.figure().axes) == 2
    assert found.alternative == line


@pytest.mark.slow
def test_each_remedy_changes_a_stressed_plan_or_says_that_it_does_not() -> None:
    scenario = sim.load("typical-programme")
    for overlay in STRESSES.values():
        laid = under(scenario, [overlay], "stressed")
        assert laid is not None
        changed = [remedy.name for remedy in REMEDIES if under(laid, [remedy.overlay], "mended") is not None]
        assert {"twice-the-support", "twice-the-team", "support-early"} <= set(changed)


def test_remedies_are_tried_where_something_is_taken() -> None:
    scenario = sim.load({**SMALL, "data_science_team": {"members": 2}})
    found = stressed(scenario, Settings(replications=60, progress=False))
    hurt = [one for one in found.stresses.values() if one.taken]
    assert hurt
    for one in found.stresses.values():
        assert bool(one.tried) == bool(one.taken)
        told = [tried for tried in one.tried if tried.restores]
        assert all(restores(one, tried.losses) == tried.restores for tried in one.tried)
        costs = [float(tried.cost) for tried in told if tried.cost is not None]
        assert costs == sorted(costs)
        checked = [tried.holds is not None for tried in told]
        assert checked == sorted(checked, reverse=True)  # the cheapest first, until one holds
