"""The point of no return: worlds with a known last chance, constructed answers, both engines, and what is said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import simulator as sim
from simulator.analysis.methods.gating.dashboard import is_green, next_gate
from simulator.analysis.methods.rescue.last_chance import EVERY, NEVER, World, step
from simulator.analysis.methods.rescue.late_remedies import LATE_REMEDIES, LUCK
from simulator.analysis.rescue import Programmes, Rescue, rescued
from simulator.experiment.settings import Settings
from simulator.stepping.arguments import ArgumentError
from tests.analysis.test_attribute import SMALL

PLAN = sim.load("typical-programme")
NAMES = [remedy.name for remedy in LATE_REMEDIES]
IMPATIENT: dict[str, Any] = {
    **SMALL,
    "name": "impatient",
    "economics": {"realised_share": 0, "cost_per_error": 100, "rework_cost_per_noticed_error": 100},
    "rollout": {
        **SMALL["rollout"],
        "sponsor": {"patience_weeks": 12, "value_error": 0},
        "gates": [{"name": "seen", "phase": "all", "criteria": [{"measure": "active_share", "at_least": 0}]}],
    },
    "success": {"criteria": [{"measure": "adoption", "at_least": 0.05}], "sustained_weeks": 4},
}
"""Value is lost from the start, which a sponsor sees every four weeks: it is shelved twelve weeks after funding."""


def world(number: int = 0, last: int = NEVER, **more: Any) -> World:
    """A world that ran for 40 weeks with green gates, and that support saves up to its last chance."""
    saved = dict.fromkeys((*NAMES, LUCK.name), ()) | {"support": tuple(range(0, last + 1, 12))}
    by = ("support",) if last != NEVER else ()
    made = {
        "number": number, "green": (True,) * 10, "saved": saved, "last": last, "by": by,
        "possible": (*NAMES, LUCK.name), "gains": {}, "ended": 40.0,
    }  # fmt: skip
    return World(**{**made, **more})


def answer(worlds: Sequence[World], programmes: int | None = None, weights: Any = None, **more: Any) -> Rescue:
    """An answer about programmes all of which are funded and fail, unless there are more of them, which succeed."""
    n = programmes or len(worlds)
    failed = np.isin(np.arange(n), [one.number for one in worlds])
    made = {
        "numbers": tuple(range(n)), "funded": np.ones(n, dtype=bool), "success": ~failed,
        "funded_week": np.full(n, 20.0), "shelved_week": np.full(n, 60.0), "value": np.full(n, -1e6),
        "weights": weights, "refusal": "",
    }  # fmt: skip
    return Rescue(PLAN, Programmes(**{**made, **more}), worlds, 1)


def told(found: Rescue) -> str:
    return " ".join(found.sentences)


# ---- simulated worlds


def test_a_world_with_a_known_last_chance() -> None:
    found = sim.rescue(IMPATIENT, replications=3, progress=False)
    assert found.programmes.failed.all()
    for one in found.worlds:
        assert one.ended == pytest.approx(12.0)
        assert len(one.green) * EVERY == 12  # days 0, 4 and 8; on day 12 it had been stopped
        assert one.last == 8
        assert {"sponsor", "everything"} >= set(one.by) >= {"sponsor"}
        assert one.green == (True, True, True)
    assert found.saved_on(0, "sponsor").share == 1.0
    assert found.half == 8
    assert "can still be saved in week 8 from funding" in told(found)
    assert "in all programmes that fail" in told(found)
    assert "hold in 100.0% of them" in told(found)


def test_the_last_chance_of_a_long_life_is_found_between_the_days_tried_first() -> None:
    """It is shelved 60 weeks after funding: 15 days, of which every third is tried, and those after the last."""
    sponsor = {**IMPATIENT["rollout"]["sponsor"], "patience_weeks": 60}
    plan = {**IMPATIENT, "horizon_weeks": 120, "rollout": {**IMPATIENT["rollout"], "sponsor": sponsor}}
    (one,) = sim.rescue(plan, replications=1, progress=False).worlds
    assert one.ended == pytest.approx(60.0)
    assert len(one.green) == 15
    assert one.saved["sponsor"] == (0, 12, 24, 36, 48)
    assert one.last == 56
    assert "sponsor" in one.by
    assert [step(weeks) for weeks in (0, 4, 24, 25, 48, 60, 186)] == [1, 1, 1, 2, 2, 3, 8]


def test_what_nothing_saves_is_said() -> None:
    out_of_reach = {**IMPATIENT, "success": {"criteria": [{"measure": "accuracy", "at_least": 1}]}}
    found = sim.rescue(out_of_reach, replications=2, progress=False)
    assert found.half is None
    assert found.last_half is None
    assert [one.last for one in found.worlds] == [NEVER, NEVER]
    assert "None of the programmes that fail can be saved after funding by any of the 8 remedies" in told(found)


def test_a_remedy_leaves_the_past_and_the_luck_as_they_are() -> None:
    """A day on which nothing can be done is the same to the last bit as the world itself."""
    plan = {**SMALL, "integration": {"systems": []}, "name": "without-systems"}
    found = sim.what_if(plan, 0, 8, "integration")
    assert not found.possible
    assert told_of(found) == (
        "Replication 0 with twice the reviewers and engineers from week 8 from funding (25 May 2026) on: there is "
        "nothing for it to change by then."
    )


@pytest.mark.parametrize("remedy", NAMES)
def test_both_engines_agree_on_what_a_remedy_does(remedy: str) -> None:
    ours, theirs = (sim.what_if(SMALL, 1, 6, remedy, engine=engine) for engine in ("compiled", "reference"))
    assert ours.as_dict() == theirs.as_dict()
    if ours.parting is not None:
        assert ours.parting.week >= ours.funded_week + 6


def test_other_luck_is_other_luck() -> None:
    """What is drawn from then on differs; the replication, its past and its inputs are the same."""
    simulation = sim.simulate(SMALL, 0).advance(20)
    other = simulation.branch()
    assert LUCK.do(other)
    ends = [one.finish().measures for one in (simulation, other)]
    assert ends[0]["tickets_opened"] != ends[1]["tickets_opened"]
    assert other.replication == simulation.replication
    assert ends[0]["adoption_pilot"] == ends[1]["adoption_pilot"]


def test_the_dashboard_reads_the_next_gate_or_the_last() -> None:
    gates = [{"name": "seen", "phase": "all", "criteria": [{"measure": "active_share", "at_least": 0}]}]
    gated = sim.load({**SMALL, "rollout": {**SMALL["rollout"], "gates": gates}})
    simulation = sim.simulate(gated, 0).advance(20)
    assert simulation.state.gates["passed"][1] == 1
    assert next_gate(simulation.state) == 1
    assert is_green(simulation.state) is True
    simulation.state.criteria["at_least"][:] = 1.1  # more than everybody
    assert is_green(simulation.state) is False
    assert is_green(sim.simulate(SMALL, 0).advance(20).state) is None


def test_what_if_tells_the_first_difference_and_the_end() -> None:
    found = sim.what_if(SMALL, 1, 6, "support")
    assert found.parting is not None
    assert found.ends is not None
    assert "with it: somebody new begins as tier" in told_of(found).lower()
    without, with_it = found.ends
    assert found.frame.loc["adoption_final"].tolist() == [
        without.measures["adoption_final"],
        with_it.measures["adoption_final"],
    ]
    assert without.measures == sim.simulate(SMALL, 1).finish().measures
    assert found.figure().axes[0].lines
    json.dumps(found.as_dict(), allow_nan=False)


def told_of(found: Any) -> str:
    return " ".join(found.sentences)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((0, 6, "supports"), "remedy is 'supports'"),
        ((0, -1, "support"), "week is -1"),
        ((0, 400, "support"), "week is 400"),
        ((-1, 6, "support"), "replication"),
    ],
)
def test_what_if_refuses_what_there_is_not(arguments: tuple[int, int, str], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        sim.what_if(SMALL, *arguments)


def test_a_programme_that_was_stopped_or_not_funded_is_refused() -> None:
    with pytest.raises(ArgumentError, match="was stopped 12 weeks after funding"):
        sim.what_if(IMPATIENT, 0, 16, "sponsor")
    never = {**SMALL["rollout"], "funding_gate": {"criteria": [{"measure": "accuracy", "at_least": 1}], "max_holds": 0}}
    with pytest.raises(ArgumentError, match="replication 0 is not funded"):
        sim.what_if({**SMALL, "rollout": never}, 0, 16, "sponsor")


def test_what_was_looked_at_is_not_looked_at_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(replications=4, seed=2, progress=False, out=tmp_path, jobs=1)
    plan = sim.load(IMPATIENT)
    whole = rescued(plan, Settings(replications=4, seed=2, progress=False))
    calls: list[int] = []

    def interrupted(simulation: Any, **more: Any) -> World:
        calls.append(simulation.replication)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return looked(simulation, **more)

    from simulator.analysis.rescue import look_at as looked

    monkeypatch.setattr("simulator.analysis.rescue.look_at", interrupted)
    part = rescued(plan, settings)
    assert not part.complete
    assert "Interrupted: 2 of those that fail were looked at" in told(part)
    calls[:] = [-1] * 3  # it goes on with what is left, and is not interrupted again
    again = rescued(plan, settings)
    assert calls[3:] == [2, 3]
    assert again.as_dict() == whole.as_dict()
    monkeypatch.setattr("simulator.analysis.rescue.look_at", lambda *_, **__: pytest.fail("looked at again"))
    assert rescued(plan, settings).as_dict() == whole.as_dict()


# ---- constructed answers


def test_shares_are_counted_over_the_worlds_that_fail() -> None:
    lasts = [NEVER, NEVER, 12, 28, 36]
    found = answer([world(number, last) for number, last in enumerate(lasts)], programmes=9)
    assert found.saved_at_all().share == pytest.approx(3 / 5)
    assert [found.saved_from(day).share for day in (0, 12, 16, 28, 29)] == pytest.approx([0.6, 0.6, 0.4, 0.4, 0.2])
    assert found.half == 12
    assert found.last_half == 28
    assert found.green_when_last().share == 1.0
    assert "9 programmes simulated: all 9 funded, and 5 of these fail." in told(found)
    assert "After funding 60.0% of the programmes that fail" in told(found)


def test_weights_count_and_order_does_not() -> None:
    worlds = [world(0), world(1, 12), world(2, 24)]
    weights = np.array([2.0, 0.5, 0.5])
    found, turned = answer(worlds, weights=weights), answer(worlds[::-1], weights=weights)
    assert found.saved_at_all().share == pytest.approx(1 / 3)
    assert found.half is None
    assert found.as_dict() == turned.as_dict()
    assert "weighted by the pilot that was observed" in told(found)


def test_gates_that_turn_red() -> None:
    red = (True, True, False, True, False, *[False] * 5)
    found = answer([world(0, 12, green=red), world(1, 4, green=red), world(2)])
    assert found.red.value == 8.0
    assert found.green_when_last().share == pytest.approx(1 / 1)  # on days 12 and 4 they hold again, or still
    assert "hold to the end in 33.3% of the programmes that fail" in told(found)
    assert "they first fail in week 8 from funding in the middle" in told(found)
    assert [found.green_until(day).share for day in (0, 4, 8)] == pytest.approx([1.0, 1.0, 1 / 3])
    assert "no gate" in told(answer([world(0, green=(None,) * 10)]))
    from_the_start = (False,) * 10
    always = told(answer([world(0, green=from_the_start), world(1, 4, green=from_the_start)]))
    assert "fail in all programmes that fail, first in week 0 from funding in the middle" in always
    assert "they do not hold" in always


def test_corners() -> None:
    none = {"funded": np.zeros(3, dtype=bool), "success": np.zeros(3, dtype=bool)}
    assert told(answer([], programmes=3, **none)) == (
        "3 programmes simulated: none is funded, so that there is nothing to save after funding."
    )
    assert told(answer([], programmes=3)) == (
        "3 programmes simulated: all 3 funded, and none of these fails, so that there is nothing to save."
    )
    one = answer([world(0, 12)])
    assert "1 programme simulated: 1 funded, and 1 of these fails." in told(one)
    for found in (answer([], programmes=3), one, answer([world(0)])):
        json.dumps(found.as_dict(), allow_nan=False)
        assert found.alternative
        assert found.figure().axes
    refused = answer([world(0)], refusal="no replication is like it")
    assert "so that all replications count the same: no replication is like it" in told(refused)


def test_a_remedy_is_told_where_it_saves_more_than_luck() -> None:
    worlds = [
        world(
            number, saved={**world().saved, "data": (0,), LUCK.name: (0,) if number < 2 else ()}, last=0, by=("data",)
        )
        for number in range(20)
    ]
    found = answer(worlds)
    assert found.beyond_chance == ["data"]
    assert found.beyond_luck("data").value == pytest.approx(0.9)
    assert "mended data and retrained models saves 100.0% (+90.0 pts" in told(found)


def test_remedies_that_do_nothing_are_seldom_called_better() -> None:
    """1,000 constructed experiments: eight remedies that save as often as other luck does, and all share the worlds."""
    random = np.random.default_rng(7)
    empty = world().saved
    called = 0
    for _ in range(1000):
        saves = random.random((len(NAMES) + 1, 40)) < 0.3
        worlds = [
            world(number, saved={**empty, **{name: (0,) for name, row in zip((*NAMES, LUCK.name), saves, strict=True)
                                            if row[number]}})
            for number in range(40)
        ]  # fmt: skip
        called += bool(answer(worlds).beyond_chance)
    assert called / 1000 <= 0.05
