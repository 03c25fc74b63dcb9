"""Every replication ends: at its horizon, because somebody stops it, or because it leads nowhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulator import engine
from simulator.engine import EndlessError, Stopped, compiled, reference
from simulator.engine.compiled.instants import NEVER
from simulator.engine.compiled.kernel import FINISHED, MORE_TICKETS, PAUSED, TRACE_FULL, advance
from simulator.engine.protocol import UnknownEventError
from simulator.engine.watch import LARGEST_LIMIT, LEAST_LIMIT, STILL_EVENTS, STILL_EVENTS_PER_JOB, UNEXPECTED, Watch
from simulator.model.clockwork.tracing import TRACE_ROWS
from simulator.model.state.events import RANK, REVERTED, TIMED
from tests.model.small import OFFICE, small

ENGINES = ("compiled", "reference")
AGAIN_AND_AGAIN = {"integration": {"systems": [{"name": "erp", "stages": [{"name": "build", "weeks": 0}]}]}}


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses after some ten events, so that small replications have many."""
    monkeypatch.setattr(compiled, "EVENTS_PER_PAUSE", 16)
    monkeypatch.setattr(reference, "STEPS_PER_PAUSE", 64)


def endless(name: str) -> tuple[Any, Any]:
    """An engine and a run whose stage has to be done again for ever; no scenario file may say so, hence the poking."""
    plan = engine.build(small(**AGAIN_AND_AGAIN))
    plan.records["stages"]["rework"] = 1.0
    runner = engine.get(name).Engine(plan)
    return runner, runner.begin(0, 1)


@pytest.mark.parametrize("name", ENGINES)
def test_a_clock_that_stands_still_is_told_with_what_repeats(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.engine.watch.STILL_EVENTS", 20_000)
    monkeypatch.setattr("simulator.engine.watch.STILL_EVENTS_PER_JOB", 0)
    runner, run = endless(name)
    with pytest.raises(EndlessError, match=r"stands still in week 7\.\d\d: .*stage-began \(erp/build\)") as caught:
        list(runner.advance(run, 40))
    assert "stage-ended (erp/build)" in str(caught.value)


@pytest.mark.parametrize("name", ENGINES)
def test_more_events_than_anybody_expected_are_told(name: str, short_pauses: None) -> None:
    runner = engine.get(name).Engine(engine.build(small()))
    run = runner.begin(0, 1)
    run.watch.limit = 500
    with pytest.raises(EndlessError, match=r"it has had \d{3} events by week .*; what repeats: "):
        list(runner.advance(run, runner.plan.weeks))


@pytest.mark.parametrize("name", ENGINES)
def test_whoever_waits_can_stop_a_replication(name: str, short_pauses: None) -> None:
    runner = engine.get(name).Engine(engine.build(small()))
    answers = iter([False, False, True])
    runner.stopping = lambda: next(answers)
    run = runner.begin(0, 1)
    with pytest.raises(Stopped, match="stopped before its horizon"):
        list(runner.advance(run, runner.plan.weeks))
    assert 0 < run.state.world["events"][0] < 1000
    assert next(answers, None) is None  # it was asked three times


@pytest.mark.parametrize("name", ENGINES)
def test_pauses_change_no_bit(name: str, short_pauses: None) -> None:
    plan = engine.build(small())
    asked: list[bool] = []
    runner = engine.get(name).Engine(plan)
    runner.stopping = lambda: bool(asked.append(True))
    one = runner.replicate(2, 3)
    assert len(asked) > 50
    compiled.EVENTS_PER_PAUSE = 1 << 30
    two = engine.get("compiled").Engine(plan).replicate(2, 3)
    assert one.measures == two.measures
    assert all(one.weekly[column].tobytes() == two.weekly[column].tobytes() for column in one.weekly)


def test_the_kernel_says_why_it_stops() -> None:
    runner = engine.get("compiled").Engine(engine.build(small()))
    run = runner.begin(0, 1, traced=True)
    codes = set()
    while FINISHED not in codes:
        codes.add(advance(run.state, run.pending, runner.plan.weeks * 168.0, 3))
        if run.state.world["free_ticket"][0] < 0:
            assert MORE_TICKETS in codes
            break
    assert codes <= {FINISHED, PAUSED, MORE_TICKETS, TRACE_FULL}
    assert PAUSED in codes


def test_an_event_that_nothing_answers_is_an_error() -> None:
    """A kind of event that somebody forgets in an engine must not pass in silence."""
    runner = engine.get("compiled").Engine(engine.build(small()))
    run = runner.begin(0, 1)
    while run.pending.node_due[1] == NEVER:  # until somebody's clock runs
        assert advance(run.state, run.pending, runner.plan.weeks * 168.0, 1) == PAUSED
    while run.pending.size[0] and run.pending.heap["time"][0] <= run.pending.node_due.view(np.float64)[1]:
        assert advance(run.state, run.pending, runner.plan.weeks * 168.0, 1) == PAUSED
    run.pending.node_key[1] = REVERTED * RANK  # as if cells had a ninth clock
    with pytest.raises(UnknownEventError, match=f"nothing answers an event of kind {REVERTED}"):
        list(runner.advance(run, runner.plan.weeks))

    run = runner.begin(0, 1)
    run.pending.heap["key"][0] = TIMED + 50 << 40
    with pytest.raises(UnknownEventError, match=f"kind {TIMED + 50}"):
        list(runner.advance(run, runner.plan.weeks))

    programme = engine.get("reference").Engine(engine.build(small())).begin(0, 1).programme
    with pytest.raises(UnknownEventError, match="kind 99"):
        programme.happens(0, 99, 0, 0.5)


def test_a_backlog_may_be_worked_off_at_one_instant() -> None:
    runner = engine.get("compiled").Engine(engine.build(small()))
    state = runner.begin(0, 1).state
    watch = Watch(expected=1e9)
    allowed = STILL_EVENTS + STILL_EVENTS_PER_JOB * len(state.jobs)
    for events, trouble in ((7, False), (7 + allowed, False), (8 + allowed, True)):
        state.world["events"] = events
        assert (watch.pause(state, 5.0, lambda: False) is not None) == trouble
    assert watch.pause(state, 5.1, lambda: False) is None


def test_limits_follow_what_is_expected() -> None:
    assert Watch(1.0).limit == LEAST_LIMIT
    assert Watch(1e6).limit == UNEXPECTED * 1e6
    assert Watch(1e12).limit == LARGEST_LIMIT


def test_a_trace_has_room_for_everybody() -> None:
    """One event may have all of them begin to work."""
    plan = engine.build(small(horizon_weeks=8, support={"tiers": {"tier1": {"agents": 9000, "shifts": [OFFICE]}}}))
    runner = engine.get("compiled").Engine(plan)
    run = runner.begin(0, 1, traced=True)
    assert len(run.state.trace) > TRACE_ROWS + 9000
    rows = np.concatenate(list(runner.advance(run, 8)))
    assert rows[-1, 0] == 8 * 168.0
