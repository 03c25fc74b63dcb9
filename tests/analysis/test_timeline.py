"""A timeline of small plans: what is said of them, counted another way, also where there is next to nothing to say."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import simulator as sim
from simulator.analysis.methods.schedule.criticality import Chain, Chains, Seen
from simulator.analysis.methods.schedule.joint_confidence import Limit, joint
from simulator.analysis.methods.schedule.plan_lengths import TIMES, stretched
from simulator.analysis.timeline import Timeline
from simulator.experiment.interruption import Interrupted
from tests.analysis.methods.test_criticality import network
from tests.analysis.methods.test_plan_lengths import lengths_of
from tests.analysis.test_attribute import SMALL

N = 20
MONDAY = datetime.date(2026, 1, 5)
CORNERS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "no success": {"success.criteria": [{"measure": "adoption", "at_least": 1.0}]},
    "all succeed": {
        "success.criteria": [{"measure": "adoption", "at_least": 0.0}],
        "success.sustained_weeks": 1,
        "rollout.sponsor": None,
        "rollout.budget": None,
    },
    "nothing funded": {
        "rollout.funding_gate": {"criteria": [{"measure": "accuracy", "at_least": 1.0}], "max_holds": 0}
    },
    "the horizon ends before funding": {"rollout.funding_delay_weeks": 55},
    "nothing shelved": {"rollout.sponsor": None, "rollout.budget": None},
    "stopped at a gate": {
        "rollout.gates": [
            {"name": "g", "phase": "all", "criteria": [{"measure": "accuracy", "at_least": 0.9}], "max_holds": 0}
        ]
    },
    "no systems": {"integration.systems": []},
    "two systems, few weeks": {
        "integration.systems": [
            {"name": "erp", "start_week": 0, "stages": [{"name": "build", "weeks": {"exponential": {"mean": 20}}}]},
            {"name": "crm", "start_week": -8, "stages": [{"name": "build", "weeks": {"exponential": {"mean": 20}}}]},
        ]
    },
    "everybody at funding": {"rollout.phases.all.week": 0},
    "late": {"rollout.phases.all.week": 20},
}


@pytest.fixture(scope="module")
def told() -> dict[str, tuple[Timeline, Any]]:
    """Timelines of all corners, with what a run of the same scenario gives; other lengths in two of them."""
    found = {}
    for name, changes in CORNERS.items():
        scenario = sim.load(SMALL).with_changes(changes)
        lengths = name in ("late", "nothing funded", "everybody at funding")
        found[name] = (
            sim.timeline(scenario, replications=N, lengths=lengths, progress=False),
            sim.run(scenario, replications=N, progress=False),
        )
    return found


def day(week: float) -> str:
    date = MONDAY + datetime.timedelta(days=int(7.0 * week + 1e-6))
    return f"week {week:.0f} ({date.day} {date:%b %Y})"


def percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def flat(found: Timeline) -> str:
    return " ".join(found.sentences)


@pytest.mark.parametrize("corner", CORNERS)
def test_what_is_said_of_scale(told: dict[str, tuple[Timeline, Any]], corner: str) -> None:
    found, result = told[corner]
    frame, line = result.replications, flat(found)
    funded = frame[frame["funded"]]
    if funded.empty:
        assert line.startswith(f"No programme is funded by {day(60)}")
        return
    scaled = funded["weeks_to_scale"].notna()
    assert f"{percent(scaled.mean())} of the funded programmes" in line
    kept, text = funded["success"].mean(), f"{percent(funded['success'].mean())} reach it and keep it"
    assert (text in line) == (scaled.any() and kept != scaled.mean())
    assert ("all of them keep it" in line) == (scaled.any() and kept == scaled.mean())
    stopped = funded["shelved_week"].notna() & ~scaled
    at_gate = funded["stopped_at_gate"].notna() & stopped
    for holds, words in ((stopped & ~at_gate, "shelved by those who pay"), (at_gate, "stopped at a gate")):
        assert (f"{percent(holds.mean())} are {words}" in line) == bool(holds.any())
    running = ~scaled & ~stopped
    assert (f"{percent(running.mean())} are still running without it" in line) == bool(running.any())
    weeks = (funded["funded_week"] + funded["weeks_to_scale"]).dropna().sort_values().to_numpy()
    if scaled.mean() >= 0.8:
        needed = int(np.ceil(0.8 * len(funded) - 1e-9))
        since = funded["weeks_to_scale"].dropna().sort_values().to_numpy()[needed - 1]
        assert f"By {day(weeks[needed - 1])} 80% of the funded programmes have reached scale" in line
        assert f"and as many within {since:.0f} weeks of funding" in line
    else:
        never = f"{percent(1 - scaled.mean())} have not by the end"
        assert f"There is no date by which 80% of the funded programmes have reached scale: {never}" in line
        never = f"and {percent(stopped.mean())} never will"
        assert (never in line) == (stopped.mean() > 0.2)
    if scaled.any():
        assert f"Half of those that reach scale do so by {day(np.median(weeks))}" in line
    assert ("of all programmes, funded or not, have reached scale" in line) == (len(funded) < N)


@pytest.mark.parametrize("corner", CORNERS)
def test_what_is_said_of_systems_and_of_the_plan(told: dict[str, tuple[Timeline, Any]], corner: str) -> None:
    found, result = told[corner]
    frame, line = result.replications, flat(found)
    live = frame["integrations_live_week"].notna()
    if not found.scenario.integration.systems:
        assert "There are no systems to integrate" in line
        assert found.chains is None
    else:
        count = len(found.scenario.integration.systems)
        which = "The one system goes" if count == 1 else "All 2 systems go"
        assert f"{which} live by the end in {percent(live.mean())} of all programmes" in line
        ended = ~live & (frame["shelved_week"].notna() | ~frame["funded"])
        text = f"in {percent(ended.mean())} the programme is not funded or stopped before that"
        assert (text in line) == bool(ended.any())
        assert found.chains is not None
        for part in (found.chains.systems, found.chains.stages):
            assert bool(part) == bool(live.any())
            assert not part or sum(float(one.share) for one in part.values()) == pytest.approx(1.0, abs=1e-12)
    last = result.sites.groupby("replication")["go_live_week"].apply(lambda weeks: weeks.max(skipna=False))
    assert found.scenario.rollout is not None
    planned = 8.0 + found.scenario.rollout.funding_delay_weeks.mean + found.scenario.phase("all").week.mean
    late = ", later than what is simulated" if planned > 60.0 else ""
    assert f"The last phase, all, is planned to be live by {day(planned)}{late}; " in line
    if last.notna().any():
        in_time = percent((last <= planned + 1e-6).mean())
        assert f"{percent(last.notna().mean())} of all programmes get there by the end, {in_time} in time" in line
        assert f"half of those that do are there by {day(last.median())}" in line
    else:
        assert "; no programme gets there by the end." in line


def test_the_system_that_is_missing_most_and_the_one_that_is_last(told: dict[str, tuple[Timeline, Any]]) -> None:
    """With one stage each and nobody shared, the chain is the last system: its begin and end are in the trace."""
    found, _ = told["two systems, few weeks"]
    assert found.chains is not None
    missing, last = dict.fromkeys(("erp", "crm"), 0), dict.fromkeys(("erp", "crm"), 0)
    for replication in range(N):
        traced = sim.simulate(found.scenario, replication, traced=True)
        traced.finish()
        live = [event.fields["system"] for event in traced.events if event.kind == "system-live"]
        for name in missing:
            missing[name] += name not in live
        if len(live) == 2:
            last[live[-1]] += 1
    assert {name: share.share for name, share in found.chains.missing.items()} == {
        name: count / N for name, count in missing.items()
    }
    whole = sum(last.values())
    assert whole > 0
    for name, one in found.chains.systems.items():
        assert float(one.last) == pytest.approx(last[name] / whole)
        assert float(one.share) == pytest.approx(last[name] / whole)
    most, other = sorted(missing, key=lambda name: -missing[name])
    parts = [f"{name} ({percent(missing[name] / N)})" for name in (most, other)]
    assert f"missing most often: {parts[0]} and {parts[1]}" in flat(found)


def test_lengths_are_runs_with_the_same_luck(told: dict[str, tuple[Timeline, Any]]) -> None:
    found, _ = told["late"]
    assert [one.times for one in found.lengths] == list(TIMES)
    for one in found.lengths:
        scenario = stretched(found.scenario, one.times)
        frame = sim.run(scenario, replications=N, progress=False).replications
        assert one.weeks == 20.0 * one.times
        assert one.values["success"].tolist() == frame["success"].astype(float).tolist()
        assert one.values["value_from_funding"].tolist() == frame["value_from_funding"].fillna(0.0).tolist()
    line = flat(found)
    assert "Plans of 40 weeks leave less than 17 weeks after their last go-live" in line
    assert "A longer horizon_weeks would tell" in line
    assert found.judged["success"].top != 5
    assert all(5 not in judged.differences for judged in found.judged.values())
    success = found.lengths[2].values["success"].mean()
    assert f"success of all programmes is {percent(success)} at 20 weeks, as planned" in line


def test_lengths_of_a_plan_that_is_never_funded_are_all_the_same(told: dict[str, tuple[Timeline, Any]]) -> None:
    line = flat(told["nothing funded"][0])
    assert "success of all programmes is 0.0% at 4 weeks, as planned, and the same in every length" in line
    assert "The mean value of funding of all programmes is EUR 0 at 4 weeks, as planned, and the same" in line


def test_a_plan_without_length_has_no_others(told: dict[str, tuple[Timeline, Any]]) -> None:
    found, _ = told["everybody at funding"]
    assert found.lengths == ()
    assert "No other lengths of the plan are told: everybody is to be live at funding." in found.sentences
    in_place = sim.timeline("theory/m-m-c", replications=2, progress=False)
    assert "there is no roll-out whose dates could be moved" in flat(in_place)
    assert "No other lengths" not in flat(told["as it is"][0])  # they were not asked for


@pytest.mark.parametrize("corner", ["as it is", "nothing funded", "late"])
def test_joint_confidence_is_counted_in_one_week(told: dict[str, tuple[Timeline, Any]], corner: str) -> None:
    found, result = told[corner]
    rows = result.weekly[result.weekly["week"] == 59].set_index("replication")
    limit = found.joint.conditions["cost"].level
    assert limit == np.sort(rows["cost_cumulative"])[13]  # 14 of 20 are 70%
    enough, cheap = rows["adoption"] >= 0.3, rows["cost_cumulative"] <= limit
    line = found.sentences[-1]
    assert line.startswith(f"By {day(60)}, month 14, adoption is at least 30.0% in {percent(enough.mean())}")
    assert f"(its own P70) in {percent(cheap.mean())}; both in {percent((enough & cheap).mean())}" in line
    less = (enough & cheap).mean() < min(enough.mean(), cheap.mean())
    assert ("less than either by itself" in line) == less


def test_what_is_asked_of_the_joint_confidence() -> None:
    found = sim.timeline(
        SMALL, replications=N, lengths=False, adoption=0.1, cost=3e6, by_month=6, progress=False
    )  # fmt: skip
    rows = sim.run(SMALL, replications=N, progress=False).weekly
    rows = rows[rows["week"] == 25]  # 26 weeks are six months
    enough, cheap = rows["adoption"] >= 0.1, rows["cost_cumulative"] <= 3e6
    line = found.sentences[-1]
    assert f"By {day(26)}, month 6, adoption is at least 10.0% in {percent(enough.mean())} (95%" in line
    assert f"cost so far is at most EUR 3.0m in {percent(cheap.mean())} (95%" in line
    assert f"both in {percent((enough & cheap).mean())} (95%" in line


def of_lengths(told: dict[str, tuple[Timeline, Any]], *made: Any, **more: Any) -> list[str]:
    """What is said of lengths whose success is known, in the place of those of a plan."""
    result = told["late"][1]
    return Timeline(result, None, lengths_of([*made], **more)).sentences


def test_a_best_length_is_named_and_where_it_stands(told: dict[str, tuple[Timeline, Any]]) -> None:
    luck = np.random.default_rng(1).random(400)
    inner = of_lengths(told, luck < 0.2, luck < 0.25, luck < 0.6, luck < 0.3)
    assert any(
        line.endswith("as planned; the plan's own length is told apart as the best of the lengths that are judged.")
        for line in inner
    )
    share = percent(np.mean(luck < 0.6))
    edge = " ".join(of_lengths(told, luck < 0.2, luck < 0.25, luck < 0.3, luck < 0.6))
    assert (
        f"60 weeks, with {share}, is told apart as the best of the lengths that are judged, but is the longest" in edge
    )
    assert "so that one still longer may be better" in edge
    short = " ".join(of_lengths(told, luck < 0.6, luck < 0.25, luck < 0.3))
    assert "is the shortest of them, so that one still shorter may be better" in short


def test_lengths_that_are_ruled_out_and_those_that_the_horizon_holds_open(
    told: dict[str, tuple[Timeline, Any]],
) -> None:
    luck = np.random.default_rng(1).random(400)
    line = " ".join(of_lengths(told, luck < 0.2, luck < 0.59, luck < 0.6, luck < 0.595))
    assert "36 to 60 weeks can't be told from the best, and 24 weeks is told apart as worse" in line
    cut = [0.0, 0.0, 0.0, (luck >= 0.2) & (luck < 0.7)]
    held = " ".join(of_lengths(told, luck < 0.2, luck < 0.59, luck < 0.6, luck < 0.2, cut_off=cut))
    assert "36 to 60 weeks can't be told from the best" in held
    assert "(of 60 weeks only because of what the horizon cuts off)" in held
    share = percent(np.mean(cut[3]))
    assert f"The end of what is simulated cuts off up to {share} of all programmes (at 60 weeks)" in held


def test_whether_the_first_system_leads_by_luck(told: dict[str, tuple[Timeline, Any]]) -> None:
    result, of = told["as it is"][1], network([1, 1])
    words = "which of the first two has more can't be told from luck"
    for first, lucky in ((11, True), (18, False)):
        shares = [np.array([1.0, 0.0] if number < first else [0.0, 1.0]) for number in range(N)]
        seen = tuple(Seen(Chain(share, share, share), (), False) for share in shares)
        line = " ".join(Timeline(result, Chains(of, seen)).sentences)
        assert f"those of s0 ({percent(first / N)}) and s1 ({percent(1 - first / N)})" in line
        assert f"The last date is set most often by s0, in {percent(first / N)}" in line
        assert (words in line) == lucky
        assert (f", or s1, in {percent(1 - first / N)}" in line) == lucky


def test_how_adoption_and_cost_go_together(told: dict[str, tuple[Timeline, Any]]) -> None:
    def said(adoption: Any, cost: Any, limits: Any) -> str:
        found = Timeline(told["as it is"][1], None)
        values = {"adoption": np.asarray(adoption, float), "cost": np.asarray(cost, float)}
        vars(found)["joint"] = joint({name: values[name] for name in limits}, limits)
        return found.sentences[-1]

    x, at_least = np.arange(200.0), Limit("at_least", 100.0)
    assert "both in 50.0%" in said(x, -x, {"adoption": at_least, "cost": Limit("at_most", -100.0)})
    assert "(25.0% if the two had nothing to do with each other: they go together)" in said(
        x, -x, {"adoption": at_least, "cost": Limit("at_most", -100.0)}
    )
    against = said(x, x, {"adoption": at_least, "cost": Limit("at_most", 100.0)})
    assert "both in 0.5% (95%" in against
    assert (
        "less than either by itself (25.2% if the two had nothing to do with each other: they pull against" in against
    )
    assert "fewer than 70% of all programmes have anybody who uses it" in said(
        np.repeat([0.0, 1.0], [80, 120]), x, {"adoption": Limit("at_least"), "cost": Limit("at_most")}
    )
    assert "nothing has a price here, so that cost is no condition" in said(x, x, {"adoption": at_least})
    assert "nothing can be said of adoption: there are no users" in said(
        np.full(200, np.nan), x, {"adoption": Limit("at_least"), "cost": Limit("at_most")}
    )


def test_one_replication(told: dict[str, tuple[Timeline, Any]]) -> None:
    found = sim.timeline(SMALL, replications=1, progress=False)
    frame = sim.run(SMALL, replications=1, progress=False).replications
    assert frame["success"].tolist() == [True]
    line = flat(found)
    assert "100.0% of the funded programmes (95% interval 20.7% to 100.0%) have reached scale" in line
    assert "later than what is simulated)" in line  # how late the date of 80% may be
    assert "told apart as" not in line


def test_an_observed_pilot_weights_all_of_it() -> None:
    pilot = {**SMALL["pilot"], "observed": {"active_share": 0.8, "users": 5}}
    scenario = sim.load({**SMALL, "pilot": pilot})
    found = sim.timeline(scenario, replications=150, lengths=False, progress=False)
    result = sim.run(scenario, replications=150, progress=False)
    weights, frame = result.weighting.weights, result.replications
    assert weights is not None
    live = frame["integrations_live_week"].notna().to_numpy()
    assert found.chains is not None
    assert float(found.chains.all_live) == pytest.approx(weights[live].sum() / weights.sum())
    scaled = frame["weeks_to_scale"].notna().to_numpy() & frame["funded"].to_numpy()
    share = weights[scaled].sum() / weights[frame["funded"]].sum()
    assert float(found.share_that("scaled")) == pytest.approx(share)
    assert f"{percent(share)} of the funded programmes" in found.sentences[0]
    assert found.effective == pytest.approx(result.effective_sample_size)
    chains = [one.chain for one in found.chains.seen]
    shares = np.array([one.share for one in chains if one is not None])
    for number, name in enumerate(found.chains.network.stages):
        expected = (shares[:, number] * weights[live]).sum() / weights[live].sum()
        assert float(found.chains.stages[name].share) == pytest.approx(expected)


def test_lengths_of_an_observed_pilot_have_the_weights_of_the_plan() -> None:
    pilot = {**SMALL["pilot"], "observed": {"active_share": 0.8, "users": 5}}
    found = sim.timeline(sim.load({**SMALL, "pilot": pilot}), replications=120, progress=False)
    weights = found.result.weighting.weights
    assert weights is not None
    assert np.array_equal(found.weights_of_lengths, weights)
    bare = sim.load(SMALL).with_changes({"rollout.time_scale": 2})
    worth = sim.run(bare, replications=120, progress=False).replications["value_from_funding"].fillna(0.0)
    estimate = found.frame.loc["length", "2", "value_from_funding"]["value"]
    assert estimate == pytest.approx((worth * weights).sum() / weights.sum())


def test_a_refused_pilot_is_told() -> None:
    pilot = {**SMALL["pilot"], "observed": {"active_share": 0.8, "users": 20}}
    found = sim.timeline(sim.load({**SMALL, "pilot": pilot}), replications=N, lengths=False, progress=False)
    assert found.weights is None
    assert found.sentences[-1].startswith("Not conditioned on the pilot that was observed")
    assert "not_conditioned" in found.as_dict()


def test_frame_file_and_figure(told: dict[str, tuple[Timeline, Any]]) -> None:
    for found, _ in told.values():
        frame = found.frame
        assert isinstance(frame, pd.DataFrame)
        assert frame.index.is_unique
        assert json.loads(json.dumps(found.as_dict(), allow_nan=False)) == found.as_dict()
        figure = found.figure()
        assert 2 <= len(figure.axes) <= 6
        assert found.alternative == flat(found)
        texts = " ".join(text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text")))
        assert f"small: by when, and how sure. {N} replications" in texts
    found, _ = told["late"]
    ends = found.as_dict()["ends"]["all"]
    assert sum(one["share"] for one in ends.values()) == pytest.approx(1.0)
    assert found.curve(of_all=True).iloc[-1]["scaled"] == ends["scaled"]["share"]
    assert found.curve()["scaled"].is_monotonic_increasing


def test_what_lies_in_a_folder_is_not_simulated_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sim.run(SMALL, replications=3, out=tmp_path, progress=False)
    first = sim.timeline(SMALL, replications=3, out=tmp_path, progress=False)
    assert json.loads((tmp_path / "timeline.json").read_text()) == first.as_dict()
    assert len(list(tmp_path.glob("*/manifest.json"))) == len(TIMES)
    monkeypatch.setattr("simulator.experiment.batch.Batch.run", lambda *_: pytest.fail("simulated again"))
    again = sim.timeline(SMALL, replications=3, out=tmp_path, progress=False)
    assert again.as_dict() == first.as_dict()


def test_progress_is_one_for_all_of_it() -> None:
    told: list[tuple[int, int]] = []
    sim.timeline(SMALL, replications=2, progress=lambda now: told.append((now.done, now.total)))
    assert {total for _, total in told} == {2 * (len(TIMES) + 1)}
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (14, 14)


def test_an_interruption_while_looking_again_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("simulator.analysis.methods.schedule.criticality._see", interrupted)
    with pytest.raises(Interrupted, match="interrupted before all had been looked at again"):
        sim.timeline(SMALL, replications=2, jobs=1, lengths=False, progress=False)
