"""Decisions of gates, constructed: known readings, known truths, known thresholds, and what is then said of them."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import simulator as sim
from simulator.analysis.gates import GateReview
from simulator.analysis.methods.gating.decisions import (
    GO,
    HELD,
    NOT_READ,
    STOP,
    Looks,
    Rule,
    as_dict,
    best_of,
    change_of_share,
    decide,
    difference_of_shares,
    kinds,
    missed,
    parts,
    thresholds,
)
from simulator.analysis.methods.gating.gate_paths import MEASURES
from simulator.analysis.methods.gating.judged_gates import Gate
from simulator.results.statistics import wilson
from tests.analysis.test_attribute import SMALL
from tests.theory.statistics import compare_mean

Z = 4.9
CRITERIA = [{"measure": "accuracy", "at_least": 0.8}]
PLAN = sim.load(
    {**SMALL, "rollout": {**SMALL["rollout"], "gates": [{"name": "middle", "phase": "all", "criteria": CRITERIA}]}}
)


def rule(n: int, low: float = 0.0, max_holds: int = 0, criteria: int = 1, *, any_of: bool = False) -> Rule:
    """At least `low` of each criterion."""
    return Rule(np.full((n, criteria), low), np.full((n, criteria), math.inf), any_of, max_holds)


def looks(readings: Any, go: Any, stop: Any, rest: Any = 0.0, looked: Any = None) -> Looks:
    """Readings of one criterion by look; outcomes of each way on, broadcast over looks."""
    seen = np.asarray(readings, float)
    shape = seen.shape
    each = [{"npv": np.broadcast_to(np.asarray(one, float), shape)} for one in (go, stop)]
    there = np.ones(shape, bool) if looked is None else np.asarray(looked, bool)
    return Looks(seen[:, :, None], there, *each, {"npv": np.broadcast_to(np.asarray(rest, float), shape[:1])})


def ends(readings: Any, max_holds: int, looked: Any = None) -> list[tuple[int, int]]:
    of = looks(readings, 0.0, 0.0, looked=looked)
    found = of.decisions(rule(len(of.readings), max_holds=max_holds))
    return list(zip(found.end.tolist(), found.holds.tolist(), strict=True))


def test_the_first_reading_that_is_met_lets_through_and_the_last_that_is_not_stops() -> None:
    readings = [[1, -1, -1], [-1, 1, -1], [-1, -1, 1], [-1, -1, -1], [np.nan, np.nan, np.nan]]
    assert ends(readings, 0) == [(GO, 0), (STOP, 0), (STOP, 0), (STOP, 0), (STOP, 0)]
    assert ends(readings, 1) == [(GO, 0), (GO, 1), (STOP, 1), (STOP, 1), (STOP, 1)]
    assert ends(readings, 2) == [(GO, 0), (GO, 1), (GO, 2), (STOP, 2), (STOP, 2)]


def test_what_is_not_read_or_not_read_again_is_told() -> None:
    looked = [[False, False], [True, False], [True, True], [True, False]]
    assert ends([[-1, -1], [-1, -1], [-1, -1], [1, 1]], 1, looked) == [(NOT_READ, 0), (HELD, 1), (STOP, 1), (GO, 0)]
    assert ends([[-1, -1]] * 2, 4) == [(HELD, 2)] * 2  # all looks that there are


def test_all_or_any_criteria() -> None:
    readings = np.array([[[1.0, -1.0]], [[-1.0, np.nan]], [[1.0, 1.0]]])
    of = replace(looks(np.zeros((3, 1)), 0.0, 0.0), readings=readings)
    assert of.decisions(rule(3, criteria=2)).end.tolist() == [STOP, STOP, GO]
    assert of.decisions(rule(3, criteria=2, any_of=True)).end.tolist() == [GO, STOP, GO]
    upper = Rule(np.full((3, 2), -math.inf), np.full((3, 2), 0.0), any_of=False, max_holds=0)
    assert of.decisions(upper).end.tolist() == [STOP, STOP, STOP]
    assert not upper.asks_for_more(0)
    assert upper.at(0, 1.0).bounds(0).tolist() == [1.0] * 3
    assert of.decisions(replace(upper.at(0, 1.0).at(1, 1.0), any_of=True)).end.tolist() == [GO, GO, GO]


def test_truth_plus_noise_of_the_same_size_cut_at_the_mean() -> None:
    """Both normal, correlation 1/sqrt(2): one in eight is let through falsely, one in eight is stopped falsely."""
    random, n = np.random.default_rng(1), 400_000
    truth = random.normal(size=n)
    of = looks((truth + random.normal(size=n))[:, None], 0.0, 0.0)
    found = kinds(of.decisions(rule(n)).end, truth > 0.0)
    for kind in ("false_go", "false_stop"):
        compare_mean(found[kind].astype(float), 0.125).assert_agrees(half_width_limit=0.01)
    for kind in ("right_go", "right_stop"):
        compare_mean(found[kind].astype(float), 0.375).assert_agrees(half_width_limit=0.01)


def test_a_perfect_reading_is_never_false() -> None:
    truth = np.random.default_rng(2).normal(size=1000)
    found = kinds(looks(truth[:, None], 0.0, 0.0).decisions(rule(1000)).end, truth >= 0.0)
    assert not found["false_go"].any()
    assert not found["false_stop"].any()
    assert found["right_go"].sum() + found["right_stop"].sum() == 1000


def test_a_gate_that_always_goes_costs_nothing() -> None:
    random = np.random.default_rng(3)
    of = looks(random.normal(size=(50, 3)), random.normal(size=(50, 3)), random.normal(size=(50, 3)))
    always = of.decisions(rule(50, low=-math.inf, max_holds=2))
    assert set(always.end) == {GO}
    assert not (of.outcome("npv", always) - of.off("npv")).any()


def test_each_way_on_has_its_own_outcome() -> None:
    of = looks([[1, 0], [-1, 1], [-1, -1], [-1, 0], [0, 0]], [[10, 11]] * 5, [[20, 21]] * 5, 30.0,
               [[True, True], [True, True], [True, True], [True, False], [False, False]])  # fmt: skip
    one_hold = of.decisions(rule(5, max_holds=1))
    assert of.outcome("npv", one_hold).tolist() == [10, 11, 21, 30, 30]
    assert of.outcome("npv", of.decisions(rule(5))).tolist() == [10, 20, 20, 20, 30]
    assert of.off("npv").tolist() == [10, 10, 10, 10, 30]


def test_kinds_are_a_partition_and_what_the_gate_brings_adds_up() -> None:
    random, n = np.random.default_rng(4), 400
    of = looks(random.normal(size=(n, 3)), random.normal(size=(n, 3)), random.normal(size=(n, 3)),
               random.normal(size=n), np.sort(random.random((n, 3)) < 0.7, axis=1)[:, ::-1])  # fmt: skip
    decided = of.decisions(rule(n, max_holds=2))
    found = kinds(decided.end, random.random(n) < 0.4)
    assert np.array_equal(sum(holds.astype(int) for holds in found.values()), np.ones(n))
    brings, weights = of.outcome("npv", decided) - of.off("npv"), random.random(n)
    each = sum(np.where(holds, brings, 0.0) for holds in found.values())
    assert np.array_equal(each, brings)
    for steps in (None, weights):
        told = parts(found, brings, steps)
        assert math.fsum(float(part.share) for part in told.values()) == pytest.approx(1.0, abs=1e-12)
        whole = np.average(brings, weights=steps)
        assert math.fsum(float(part.brings or 0.0) for part in told.values()) == pytest.approx(whole, abs=1e-9)
        for part in told.values():
            assert part.each is not None
            assert float(part.brings or 0.0) == pytest.approx(float(part.share) * float(part.each), abs=1e-9)
    assert not brings[found["not_read"]].any()


def test_permuting_replications_changes_no_digit() -> None:
    random, n = np.random.default_rng(5), 60
    readings, go, stop, weights = (
        random.normal(size=(n, 2)),
        random.normal(size=(n, 2)),
        -random.random((n, 2)),
        random.random(n),
    )
    truth, order = random.random(n) < 0.5, random.permutation(n)
    told = []
    for rows in (np.arange(n), order):
        of = looks(readings[rows], go[rows], stop[rows])
        decided = of.decisions(rule(n, max_holds=1))
        brings = of.outcome("npv", decided) - of.off("npv")
        told.append(
            [
                {
                    kind: [as_dict(one) for one in vars(part).values()]
                    for kind, part in parts(kinds(decided.end, truth[rows]), brings, weights[rows]).items()
                },
                [vars(one) for one in missed(of, rule(n, max_holds=1), weights[rows])],
                best_of([go[rows, 0], go[rows, 1], stop[rows, 0]], weights[rows]),
                thresholds(readings[rows, 0], 0.1, 7),
            ]
        )
    for first, second in zip(*told, strict=True):
        assert first == second


def test_what_was_missed_is_counted_over_readings_that_did_not_let_through() -> None:
    readings = np.array([[[1, -1], [1, 1]], [[-1, -1], [-1, 1]], [[1, 1], [-1, -1]]], float)
    of = replace(looks(np.zeros((3, 2)), 0.0, 0.0), readings=readings)
    found = missed(of, rule(3, max_holds=1, criteria=2))
    assert [(one.criterion, one.share.share) for one in found] == [(0, 2 / 3), (1, 2 / 3)]
    weighted = missed(of, rule(3, max_holds=1, criteria=2), np.array([8.0, 1.0, 5.0]))
    assert [(one.criterion, pytest.approx(float(one.share))) for one in weighted] == [(1, 0.9), (0, 0.2)]
    assert missed(of, rule(3, low=-5.0, criteria=2)) == []


def test_five_equal_thresholds_have_a_best_in_one_experiment_of_twenty_at_most() -> None:
    random, named = np.random.default_rng(6), 0
    for _ in range(1000):
        shared = random.normal(size=40)
        named += best_of([shared + random.normal(size=40) for _ in range(5)]).best is not None
    assert named <= 50 + Z * math.sqrt(1000 * 0.05 * 0.95)
    assert named >= 5  # it is no test that names none ever


def test_the_best_is_told_from_those_that_are_worse_and_not_from_its_like() -> None:
    random = np.random.default_rng(7)
    shared = random.normal(size=200)
    close = shared + 1.0 + random.normal(scale=0.3, size=200)
    found = best_of([shared, shared + 1.0, close, shared - 1.0])
    assert found.best in (1, 2)
    assert found.alike == (1, 2)
    same = best_of([shared, shared, shared], preferred=2)
    assert (same.leading, same.alike, same.best) == (2, (0, 1, 2), None)
    assert best_of([np.array([1.0]), np.array([2.0])]).best is None  # one replication tells nothing


def test_the_interval_of_a_difference_of_shares_covers() -> None:
    random = np.random.default_rng(8)
    for p, q, n, m in ((0.2, 0.5, 60, 40), (0.05, 0.1, 100, 150), (0.5, 0.5, 30, 90)):
        covered = 0
        for first, second in zip(random.binomial(n, p, 2000), random.binomial(m, q, 2000), strict=True):
            one = difference_of_shares(wilson(int(first), n), wilson(int(second), m))
            assert one.low is not None
            assert one.high is not None
            covered += one.low <= p - q <= one.high
        assert 0.93 <= covered / 2000 <= 0.97, (p, q)
    assert difference_of_shares(wilson(0, 0), wilson(1, 2)).value is None


def test_the_interval_of_a_change_of_a_share_covers() -> None:
    """One in eight replications changes for the better, one in twenty for the worse."""
    random, covered = np.random.default_rng(11), 0
    for _ in range(1000):
        kind = random.choice(3, size=100, p=[0.125, 0.05, 0.825])
        found = change_of_share(kind == 0, kind == 1)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 0.075 <= found.high
    assert 0.93 <= covered / 1000 <= 0.97
    same = change_of_share(np.ones(5), np.ones(5))
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)
    assert not change_of_share(np.ones(2), np.zeros(2)).clear  # two replications are not beyond luck


def test_the_best_is_among_those_that_cannot_be_told_from_it() -> None:
    """In at least 95% of 1,000 experiments; and where one is much better it is named alone in nearly all."""
    random, among, alone = np.random.default_rng(12), 0, 0
    means = (0.0, 0.1, 0.15, 0.05)
    for _ in range(1000):
        shared = random.normal(size=50)
        among += 2 in best_of([shared + mean + random.normal(scale=0.3, size=50) for mean in means]).alike
        found = best_of([shared + mean + random.normal(scale=0.3, size=50) for mean in (0.0, 1.0, 0.1)])
        alone += found.best == 1 and found.alike == (1,)
    assert among >= 950 - Z * math.sqrt(1000 * 0.05 * 0.95)
    assert alone >= 990


def test_intervals_of_what_a_kind_brings_cover() -> None:
    """Of 1,000 experiments: a gate that stops three in ten, each stop worth 2 on the mean."""
    random, covered, shares = np.random.default_rng(9), 0, 0
    for _ in range(1000):
        n = 120
        seen = random.random((n, 1)) - 0.3
        of = looks(seen, np.zeros((n, 1)), random.normal(2.0, 1.0, (n, 1)))
        decided = of.decisions(rule(n))
        told = parts(kinds(decided.end, np.zeros(n, bool)), of.outcome("npv", decided) - of.off("npv"))["right_stop"]
        assert told.brings is not None
        assert told.brings.low is not None
        assert told.brings.high is not None
        covered += told.brings.low <= 0.6 <= told.brings.high
        shares += float(told.share.low or 0.0) <= 0.3 <= float(told.share.high or 1.0)
    assert 0.93 <= covered / 1000 <= 0.97
    assert 0.93 <= shares / 1000 <= 0.97


def test_thresholds_span_what_was_read_and_have_the_planned_one() -> None:
    seen = np.append(np.random.default_rng(10).uniform(0.4, 0.9, 500), [np.nan, math.inf])
    found = thresholds(seen, 0.777, 7)
    assert 0.777 in found
    assert found == sorted(set(found))
    assert 0.4 < found[0] < 0.45
    assert 0.85 < found[-1] < 0.9
    assert thresholds(np.array([np.nan]), 0.6, 7) == [0.6]


def test_no_look_counts_after_the_first_that_is_met() -> None:
    met = np.array([[True, False], [False, True]])
    found = decide(met, np.ones((2, 2), bool), 4)
    assert found.end.tolist() == [GO, GO]
    assert found.holds.tolist() == [0, 1]


# ---- a gate judged, and told


def gate_of(seen: Any, success: Any, held: Any = None, **more: Any) -> Gate:
    """A gate that asks for 0 at least in one criterion; success with it off, and where it goes after a hold."""
    readings = np.asarray(seen, float)
    later = np.asarray(success if held is None else held, float)
    go = np.stack([np.asarray(success, float), *[later] * (readings.shape[1] - 1)], axis=1)
    outcomes = dict.fromkeys(MEASURES, go)
    nothing = {name: np.zeros_like(go) for name in MEASURES}
    rest = {name: np.zeros(len(go)) for name in MEASURES}
    n, looks = readings.shape
    rule = Rule(np.zeros((n, 1)), np.full((n, 1), math.inf), any_of=False, max_holds=looks - 1)
    (reading,) = PLAN.rollout.gates  # type: ignore[union-attr]
    made = Looks(readings[:, :, None], np.ones((n, looks), bool), outcomes, nothing, rest)
    return Gate(reading, made, rule, np.full(n, 8.0), **more)


def told(gate: Gate, *, curve: bool = False) -> str:
    return " ".join(GateReview(sim.load(SMALL), {"made": gate}, 1, curve=curve).sentences)


def test_all_succeed_or_none_does() -> None:
    good = told(gate_of([[1.0], [-1.0]] * 20, [1.0] * 40))
    assert "All that it reads would succeed with the gate off: it can stop none rightly, and stops 50.0%" in good
    assert "made with less net present value and less success, beyond luck" in good
    bad = told(gate_of([[1.0], [-1.0]] * 20, [0.0] * 40))
    assert (
        "None of those that it reads would succeed with the gate off: it can stop none falsely, and stops 50.0%" in bad
    )


def test_it_stops_what_it_should_or_the_opposite_beyond_luck() -> None:
    right, wrong = ([[1.0], [-1.0]] * 20, [1.0, 0.0] * 20), ([[-1.0], [1.0]] * 20, [1.0, 0.0] * 20)
    assert "It stops those more often that would not succeed, beyond luck." in told(gate_of(*right))
    assert "It stops those more often that would succeed, beyond luck." in told(gate_of(*wrong))
    even = told(gate_of([[1.0], [-1.0], [1.0], [-1.0]], [1.0, 1.0, 0.0, 0.0]))
    assert "It stops both as often." in even
    few = told(gate_of([[1.0], [1.0], [-1.0]], [1.0, 0.0, 0.0]))
    assert "may be luck" in few
    assert "stops none of these, and 50.0%" in few
    assert "stops none of these, and none of the others." in told(gate_of([[1.0]] * 4, [1.0, 0.0] * 2))


def test_rescued_and_spoiled_by_a_hold() -> None:
    seen = [[-1.0, 1.0]] * 4 + [[1.0, 1.0]] * 4
    gate = gate_of(seen, [0, 0, 1, 1, 0, 0, 1, 1], [1, 0, 0, 1, 0, 0, 1, 1])
    assert gate.rescued.tolist() == [True] + [False] * 7
    assert gate.spoiled.tolist() == [False, False, True] + [False] * 5
    text = told(gate)
    assert "It holds 50.0% of those that it reads, these for 8 weeks on the mean." in text
    assert "holds rescue 12.5%" in text
    assert "spoil 12.5%" in text
    neutral = told(gate_of(seen, [0, 0, 1, 1] * 2))
    assert "No hold decides whether those that are let through later succeed." in neutral
    assert "None of these is let through later." in told(gate_of([[-1.0, -1.0], [1.0, 1.0]], [1.0, 1.0]))


def test_a_threshold_is_best_or_none_is_named() -> None:
    random = np.random.default_rng(1)
    success = np.array([0.0, 1.0] * 100)
    sees = success[:, None] - 0.5 + random.normal(scale=0.1, size=(200, 1))
    worth = gate_of(sees, success * 2.0 - 1.0)  # what fails costs 1
    line = told(worth, curve=True)
    assert "gives the highest mean net present value" in line
    curve = GateReview(sim.load(SMALL), {"made": worth}, 1).curves["made"]
    assert curve.apart.best is not None
    assert abs(curve.tried[curve.apart.best].label or 0.0) < 0.35
    assert 0 not in curve.apart.alike  # no gate lets all failures through
    luck = gate_of(random.normal(size=(200, 1)), random.normal(size=200))
    named = GateReview(sim.load(SMALL), {"made": luck}, 1).curves["made"]
    assert named.apart.best is None
    assert "can't be told from any other beyond luck: none is named." in told(luck, curve=True)
    same_everywhere = told(gate_of(random.normal(size=(50, 1)), np.zeros(50)), curve=True)
    assert "all give the same net present value in every programme" in same_everywhere


def test_what_more_looks_do_is_said_as_the_numbers_say() -> None:
    n = 60
    noise = [[-1.0, 1.0]] * n  # each is let through at its second look
    alike = told(gate_of([[1.0, 1.0]] * n, [1.0] * n), curve=True)
    assert "Whether it may hold 0, 1, 2 or 4 times changes nothing." in alike
    mended = gate_of(noise, [0.0] * n, [1.0] * n)
    text = told(mended, curve=True)
    assert "more are that would not succeed with the gate off, beyond luck, and success rises too" in text
    stops = gate_of([[-1.0, -1.0]] * n, [0.0] * n)  # later, but all the same
    stops.looks.stop["npv"] = np.stack([np.zeros(n), -np.ones(n)], axis=1)  # type: ignore[index]
    assert "Further looks change neither what is let through falsely nor what succeeds." in told(stops, curve=True)
    worse = gate_of([[-1.0, 1.0]] * n, [0.0] * n, np.where(np.arange(n) % 30 == 0, 0.01, -1.0))
    worse.looks.go["success"] = np.zeros((n, 2))  # type: ignore[index]
    assert "and success does not rise beyond luck" in told(worse, curve=True)


def test_without_prices_success_decides() -> None:
    gate = gate_of([[1.0], [-1.0]] * 20, [1.0, 0.0] * 20, priced=False)
    review = GateReview(sim.load(SMALL), {"made": gate}, 1)
    text = " ".join(review.sentences)
    assert "net present value" not in text
    assert "made with less success, beyond luck" in told(gate_of([[1.0], [-1.0]] * 20, [1.0] * 40, priced=False))
    assert "made without more or less success beyond luck" in text
    assert review.frame["brings"].isna().all()
    json.dumps(review.as_dict(), allow_nan=False)
    review.figure()


def test_weights_decide_what_is_usual() -> None:
    weights = np.array([8.0, 1.0, 1.0, 0.0])
    gate = gate_of([[-1.0], [1.0], [1.0], [-1.0]], [0.0, 1.0, 0.0, 1.0], weights=weights)
    shares = {kind: float(part.share) for kind, part in gate.parts.items()}
    assert shares == {
        "right_go": pytest.approx(0.1), "false_go": pytest.approx(0.1), "right_stop": pytest.approx(0.8),
        "false_stop": 0.0, "held": 0.0, "not_read": 0.0,
    }  # fmt: skip
