"""Gates of a small plan: held against scenarios that say the same in another way, bit by bit, and put into words."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import simulator as sim
from simulator.analysis.gates import GateReview, gates_of, reviewed
from simulator.analysis.methods.gating.decisions import GO, HELD, KINDS, NOT_READ, STOP
from simulator.analysis.methods.gating.gate_paths import LOOKS, MEASURES, paths
from simulator.experiment.interruption import Interrupted
from simulator.experiment.settings import Settings
from simulator.stepping.arguments import ArgumentError
from tests.analysis.test_attribute import SMALL

GATED: dict[str, Any] = {
    **SMALL,
    "name": "gated",
    "rollout": {
        "phases": [{"name": "first", "week": 2, "sites": ["home"]}, {"name": "second", "week": 14, "sites": ["away"]}],
        "funding_gate": {
            "criteria": [{"measure": "active_share", "at_least": 0.6}, {"measure": "accuracy", "at_least": 0.75}],
            "max_holds": 1,
            "retry_weeks": 4,
            "qa_tasks": 20,
        },
        "gates": [
            {
                "name": "middle",
                "phase": "second",
                "criteria": [{"measure": "accuracy", "at_least": 0.8}],
                "max_holds": 1,
                "retry_weeks": 6,
                "qa_tasks": 10,
                "on_hold": {"remediate": True, "rebaseline": True, "restaff": True},
            }
        ],
    },
    "ai": {"remediation": {"weeks_before_go_live": None}},
}
N = 28
ALWAYS = [{"measure": "integrations_live", "at_least": 0}]
PLACES = {"funding": "rollout.funding_gate", "middle": "rollout.gates.middle"}


@pytest.fixture(scope="module")
def plan() -> sim.Scenario:
    return sim.load(GATED)


@pytest.fixture(scope="module")
def found(plan: sim.Scenario) -> GateReview:
    return sim.gates(plan, replications=N, progress=False)


def measured(scenario: sim.Scenario, replications: int = N) -> dict[str, Any]:
    """The measures of a run, null as 0."""
    records = sim.run(scenario, replications=replications, progress=False).records
    return {name: np.array([float(value or 0.0) for value in records.measure(name)]) for name in MEASURES}


def same(ours: Any, theirs: dict[str, Any]) -> bool:
    return all(np.array_equal(ours(name), theirs[name]) for name in MEASURES)


def test_the_small_plan_has_every_kind_of_end(found: GateReview) -> None:
    ends = Counter(found.gates["middle"].decided.end.tolist())
    assert set(ends) == {GO, STOP, HELD, NOT_READ}
    assert all(gate.was_held.any() for gate in found.gates.values())


def test_with_the_gate_it_is_the_run(found: GateReview, plan: sim.Scenario) -> None:
    ran = sim.run(plan, replications=N, progress=False)
    stopped = ran.records.measure("stopped_at_gate")
    for name, gate in found.gates.items():
        assert same(gate.planned, measured(plan)), name
        assert [at == name for at in stopped] == (gate.decided.end == STOP).tolist()


@pytest.mark.parametrize("name", PLACES)
def test_off_is_a_gate_whose_criteria_always_hold(found: GateReview, plan: sim.Scenario, name: str) -> None:
    off = plan.with_changes({f"{PLACES[name]}.criteria": ALWAYS})
    assert same(found.gates[name].off, measured(off))


@pytest.mark.parametrize("name", PLACES)
def test_thresholds_and_holds_are_those_of_scenarios_that_have_them(
    found: GateReview, plan: sim.Scenario, name: str
) -> None:
    gate = found.gates[name]
    curve = found.curves[name]
    side = f"{PLACES[name]}.criteria.{curve.criterion}.at_least"
    for one in (curve.tried[1], curve.tried[-1]):
        ran = measured(plan.with_changes({side: one.label}))
        assert np.array_equal(one.worth, ran["npv"]), one.label
        assert float(one.success) == ran["success"].mean()
    assert curve.tried[0].label is None
    assert np.array_equal(curve.tried[0].worth, gate.off("npv"))
    assert sum(one.planned for one in curve.tried) == 1
    for one in found.by_holds[name]:
        if one.label in (0.0, 4.0):
            ran = measured(plan.with_changes({f"{PLACES[name]}.max_holds": int(one.label or 0)}))
            assert np.array_equal(one.worth, ran["npv"]), one.label
    assert [one.label for one in found.by_holds[name]] == sorted(LOOKS)


ODD: dict[str, dict[str, Any]] = {
    "read at funding": {"rollout.funding_delay_weeks": 0, "rollout.phases.second.week": 0},
    "read as seldom as it is late": {"rollout.gates.middle.lag_weeks": 9, "rollout.gates.middle.window_weeks": 2},
    "any of two, one of them from above": {
        "rollout.gates.middle.combine": "any",
        "rollout.gates.middle.criteria": [
            {"measure": "accuracy", "at_least": 0.9},
            {"measure": "backlog", "at_most": {"uniform": {"min": 0, "max": 4}}},
        ],
        "rollout.gates.middle.retry_weeks": {"uniform": {"min": 1, "max": 9}},
    },
    "put off by those who watch": {
        "rollout.watch": {"pauses": True, "active_share_below": 0.9, "first_weeks": 2, "every_weeks": 2}
    },
    "a sponsor, and the business case": {
        "rollout.sponsor": {"expected_share": 0.8},
        "rollout.budget": None,
        "rollout.funding_gate.criteria": [{"measure": "business_case", "at_least": 1}],
        "rollout.gates.middle.criteria": [{"measure": "value_share", "at_least": 0.5}],
    },
    "over at the horizon": {"horizon_weeks": 25, "rollout.gates.middle.max_holds": 4},
}


@pytest.mark.parametrize("changes", ODD.values(), ids=ODD)
def test_odd_gates_too(plan: sim.Scenario, changes: dict[str, Any]) -> None:
    odd = plan.with_changes(changes)
    review = sim.gates(odd, replications=10, progress=False)
    for name, gate in review.gates.items():
        assert same(gate.planned, measured(odd, 10)), name
        off = odd.with_changes({f"{PLACES[name]}.criteria": ALWAYS})
        if name == "middle":
            off = off.with_changes({"rollout.gates.middle.lag_weeks": 0})
        assert same(gate.off, measured(off, 10)), name
    assert review.sentences
    json.dumps(review.as_dict(), allow_nan=False)


def test_a_gate_that_is_off_already_brings_exactly_nothing(plan: sim.Scenario) -> None:
    neutral = plan.with_changes({f"{place}.criteria": ALWAYS for place in PLACES.values()})
    review = sim.gates(neutral, replications=8, progress=False)
    for gate in review.gates.values():
        assert gate.changes_nothing
        assert all(not gate.brings(measure).any() for measure in MEASURES)
        assert all(part.brings == 0.0 for part in gate.parts.values())
    text = " ".join(review.sentences)
    assert "funding and middle without any effect" in text
    assert text.count("It changes nothing: every programme is the same with it and without it.") == 2
    assert text.count("It never holds, as no reading misses what it asks for.") == 2
    assert "instead of" not in text


def test_kinds_add_up_to_all_programmes_and_to_what_the_gate_brings(found: GateReview, plan: sim.Scenario) -> None:
    with_it = measured(plan)["npv"]
    for name, gate in found.gates.items():
        off = measured(plan.with_changes({f"{PLACES[name]}.criteria": ALWAYS}))["npv"]
        each = np.sum([np.where(holds, gate.brings("npv"), 0.0) for holds in gate.kinds.values()], axis=0)
        assert np.abs(each - (with_it - off)).max() < 1e-9
        rows = found.frame.loc[name]
        assert list(rows.index) == list(KINDS)
        assert math.fsum(rows["share"]) == pytest.approx(1.0, abs=1e-12)
        assert math.fsum(rows["brings"]) == pytest.approx(np.mean(with_it - off), abs=1e-6)
        assert (rows["share_low"] <= rows["share"]).all()


Events = dict[str, list[list[tuple[str, list[str]]]]]


@pytest.fixture(scope="module")
def events(plan: sim.Scenario) -> Events:
    """By gate, of each replication, its decisions in order, each with the criteria that it missed."""
    seen: Events = {name: [[] for _ in range(N)] for name in PLACES}
    for replication in range(N):
        simulation = sim.simulate(plan, replication=replication, traced=True)
        simulation.finish()
        pending: list[str] = []
        for event in simulation.events:
            if event.kind == "criterion-missed":
                pending.append(str(event.fields["gate_measure"]))
            elif event.kind == "gate-read":
                seen[str(event.fields["gate"])][replication].append((str(event.fields["decision"]), pending))
                pending = []
    return seen


def test_decisions_and_holds_are_those_of_the_events(found: GateReview, events: Events) -> None:
    for name, gate in found.gates.items():
        for replication, readings in enumerate(events[name]):
            seen = [decision for decision, _ in readings]
            assert gate.decided.holds[replication] == seen.count("hold")
            end = {"go": GO, "stop": STOP}.get(seen[-1], HELD) if seen else NOT_READ
            assert gate.decided.end[replication] == end, (name, replication, seen)


def some(holds: Any) -> str:
    return f"{100 * np.mean(holds):.1f}%" if np.any(holds) else "none"


def test_sentences_say_what_was_counted_another_way(found: GateReview, plan: sim.Scenario, events: Events) -> None:
    text = " ".join(found.sentences)
    with_it = measured(plan)
    for name, gate in found.gates.items():
        off = measured(plan.with_changes({f"{PLACES[name]}.criteria": ALWAYS}))
        decisions = [[decision for decision, _ in readings] for readings in events[name]]
        read = np.array([bool(seen) for seen in decisions])
        stopped, went = (np.array([seen[-1:] == [word] for seen in decisions]) for word in ("stop", "go"))
        held = np.array(["hold" in seen for seen in decisions])
        good = off["success"] > 0.0
        of_all = f"of all, it lets {some(went)} through, stops {some(stopped)}"
        assert of_all in text or of_all.replace(", stops", " and stops") in text
        parts = f"{some(good[read])} would succeed with the gate off; it stops {some(stopped[read & good])}"
        assert f"Of those that it reads, {parts}" in text
        assert f"and {some(stopped[read & ~good])}" in text
        before, after = (100 * of["success"].mean() for of in (off, with_it))
        assert f"success is {after:.1f}% instead of {before:.1f}%" in text
        assert f"It holds {100 * held[read].mean():.1f}% of those that it reads" in text
        weeks = np.array([seen.count("hold") for seen in decisions])[held].mean() * float(gate.retry_weeks[0])
        assert f"these for {weeks:.3g} weeks on the mean" in text
        assert np.array_equal(gate.rescued, went & held & (with_it["success"] > 0) & ~good)
        assert np.array_equal(gate.spoiled, went & held & (with_it["success"] == 0) & good)


def test_what_was_missed_most_is_what_the_events_say(found: GateReview, events: Events) -> None:
    for name, gate in found.gates.items():
        failed = [missed for readings in events[name] for decision, missed in readings if decision != "go"]
        counts = Counter(measure for missed in failed for measure in missed)
        told = {gate.criteria[one.criterion][0]: float(one.share) for one in gate.missed}
        assert told == {measure: pytest.approx(counts[measure] / len(failed)) for measure, _ in gate.criteria}
        assert list(told.values()) == sorted(told.values(), reverse=True)
    (first, *_), text = found.gates["funding"].missed, " ".join(found.sentences)
    words = {"accuracy": "accuracy", "active_share": "active among the invited"}
    assert f"Missed most often: {words[found.gates['funding'].criteria[first.criterion][0]]}, in " in text


def test_truth_may_be_money(plan: sim.Scenario) -> None:
    review = sim.gates(plan, replications=20, truth="value", curve=False, progress=False)
    for name, gate in review.gates.items():
        off = measured(plan.with_changes({f"{PLACES[name]}.criteria": ALWAYS}), 20)
        assert np.array_equal(gate.good, off["value_from_funding"] > 0.0)
    assert "would pay with the gate off" in " ".join(review.sentences)
    assert not review.curves
    assert not review.by_holds


def test_without_the_curve_the_rest_is_the_same_to_the_last_digit(found: GateReview, plan: sim.Scenario) -> None:
    short = sim.gates(plan, replications=N, curve=False, progress=False)
    assert short.frame.equals(found.frame)
    assert set(short.sentences) < set(found.sentences)


def test_a_criterion_may_be_chosen_and_must_be_there(plan: sim.Scenario) -> None:
    review = sim.gates(plan, replications=6, criterion="active_share", progress=False)
    assert set(review.curves) <= {"funding"}
    with pytest.raises(ArgumentError, match="criterion is 'backlog'; it must be one of accuracy, active_share"):
        sim.gates(plan, replications=6, criterion="backlog")
    with pytest.raises(ArgumentError, match="criterion is 'beauty'"):
        sim.gates(SMALL, replications=6, criterion="beauty")
    with pytest.raises(ArgumentError, match="truth is 'luck'"):
        sim.gates(plan, replications=6, truth="luck")  # type: ignore[arg-type]


def test_both_engines_give_the_same_digits() -> None:
    sites = [{**site, "users": 8} for site in GATED["sites"]]
    tiny = {**GATED, "horizon_weeks": 30, "sites": sites, "pilot": {**GATED["pilot"], "users_per_site": 5}}
    compiled, reference = (
        sim.gates(tiny, replications=1, engine=engine, progress=False).as_dict() for engine in ("compiled", "reference")
    )
    assert compiled == reference


# ---- corners


def test_no_gates_is_one_sentence_and_nothing_is_simulated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("simulator.experiment.batch.Batch.run", lambda *_: pytest.fail("simulated"))
    review = sim.gates(SMALL, replications=4, out=tmp_path, criterion="accuracy", progress=False)
    assert review.sentences == ["small has no gates: there is nothing to judge, and nothing was simulated."]
    assert review.frame.empty
    assert json.loads((tmp_path / "gates.json").read_text())["gates"] == {}
    assert len(review.figure().axes) == 1
    assert gates_of(sim.load(SMALL)) == {}


def test_nothing_is_funded(plan: sim.Scenario) -> None:
    never = plan.with_changes({"rollout.funding_gate.criteria.0.at_least": 1.5, "rollout.funding_gate.max_holds": 0})
    review = sim.gates(never, replications=10, progress=False)
    funding, middle = review.gates.values()
    assert set(funding.decided.end) == {STOP}
    assert middle.never_read
    text = " ".join(review.sentences)
    assert "lets none through and stops 100.0%" in text
    assert "It never holds: what it does not let through, it stops." in text
    assert "middle never read" in text
    assert text.count("Middle, the gate before second") == 1
    assert "no programme gets as far as its reading" in text
    assert "middle" not in review.curves


def test_one_replication_is_never_told_as_sure(plan: sim.Scenario) -> None:
    review = sim.gates(plan, replications=1, progress=False)
    text = " ".join(review.sentences)
    assert "too few replications for an interval" in text or "changes nothing" in text or "no difference" in text
    assert "it is told from all" not in text
    json.dumps(review.as_dict(), allow_nan=False)
    review.figure()


def test_an_observed_pilot_weights_all_of_it() -> None:
    pilot = {**GATED["pilot"], "observed": {"active_share": 0.8, "users": 2}}
    scenario = sim.load({**GATED, "pilot": pilot})
    review = reviewed(scenario, Settings(replications=80, progress=False), curve=False)
    ran = sim.run(scenario, replications=80, progress=False)
    assert not ran.refusal
    assert np.array_equal(review.weights, ran.weighting.weights)
    gate = review.gates["funding"]
    assert float(gate.mean(gate.planned("adoption_final"))) == pytest.approx(ran.estimate("adoption_final")["mean"])
    assert review.effective == pytest.approx(ran.effective_sample_size)


def test_where_the_observed_pilot_cannot_be_used_it_is_told() -> None:
    pilot = {**GATED["pilot"], "observed": {"active_share": 0.8, "users": 20}}
    review = reviewed(sim.load({**GATED, "pilot": pilot}), Settings(replications=8, progress=False), curve=False)
    assert review.weights is None
    assert "Not conditioned on the pilot that was observed" in review.sentences[-1]


# ---- folders, progress, interruption


def test_the_plan_s_run_is_taken_from_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sim.run(GATED, replications=4, out=tmp_path, progress=False)
    monkeypatch.setattr("simulator.experiment.batch.Batch.run", lambda *_: pytest.fail("simulated again"))
    review = sim.gates(GATED, replications=4, out=tmp_path, progress=False)
    assert json.loads((tmp_path / "gates.json").read_text()) == review.as_dict()


def test_progress_counts_what_is_left() -> None:
    told: list[tuple[int, int]] = []
    sim.gates(GATED, replications=3, curve=False, progress=lambda now: told.append((now.done, now.total)))
    assert {total for _, total in told} == {3}
    assert told[-1] == (3, 3)


def test_an_interruption_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(simulation: Any, *_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("simulator.analysis.gates.paths", interrupted)
    with pytest.raises(Interrupted, match="gates: interrupted before all replications were looked at again"):
        sim.gates(GATED, replications=3, jobs=1, progress=False)


def test_the_figure_is_drawn_and_told(found: GateReview) -> None:
    figure = found.figure()
    assert len(figure.axes) == 1 + len(found.curves)
    assert found.alternative == " ".join(found.sentences)
    words = [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]
    assert any("gated: 2 gates, 28 replications, seed 1" in word.replace("\n", " ") for word in words)
    assert {"right go", "false go", "right stop", "false stop", "not read"} <= set(words)


def test_a_path_leaves_no_trace_in_the_replication_itself(plan: sim.Scenario) -> None:
    from simulator.stepping.simulation import Plans, Simulation

    simulation = Simulation(Plans(plan), 3, 1, "compiled", traced=True)
    paths(simulation, {0: False, 1: False}, every=True)
    assert simulation.finish().measures == sim.simulate(plan, replication=3).finish().measures
