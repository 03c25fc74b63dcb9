"""Kept results: bounded by bytes, computed once, and nobody's words shown to somebody else."""

from collections.abc import Callable
from threading import Barrier, Event, Thread
from typing import Any

import pytest

import simulator as sim
from simulator.app import cache as kept
from simulator.app.cache import Cache, Key, Shown
from tests.experiment.stand_in import SCENARIO


class Thing:
    """A result of some size, with figures of some size."""

    def __init__(self, nbytes: int) -> None:
        self.nbytes = nbytes
        self.grown: Callable[[], None] = lambda: None


def key(name: str) -> Key:
    return Key(name, 1, 10)


def ask(cache: Cache[str], name: str, nbytes: int, seen: list[str] | None = None) -> Any:
    """Ask for a result; `seen` notes what had to be computed."""

    def compute(tell):
        if seen is not None:
            seen.append(name)
        return Thing(nbytes)

    return cache.result(key(name), compute, lambda state: None)


def test_the_least_recently_used_go_first():
    cache: Cache[str] = Cache(100)
    computed: list[str] = []
    for name in ("a", "b", "c"):
        ask(cache, name, 33, computed)
    ask(cache, "a", 33, computed)  # which makes b the one that was not asked for the longest
    ask(cache, "d", 33, computed)
    for name in ("a", "c", "d"):
        ask(cache, name, 33, computed)
    assert computed == ["a", "b", "c", "d"]
    ask(cache, "b", 33, computed)
    assert computed == ["a", "b", "c", "d", "b"]
    assert cache.nbytes == 99


def test_bytes_count_and_not_results():
    cache: Cache[str] = Cache(1000)
    computed: list[str] = []
    for number in range(100):
        ask(cache, f"small-{number}", 10, computed)
    assert cache.nbytes == 1000
    ask(cache, "large", 995, computed)
    assert cache.nbytes == 995
    ask(cache, "large", 995, computed)
    assert computed.count("large") == 1


def test_what_is_too_large_alone_takes_nobodys_place():
    cache: Cache[str] = Cache(100)
    computed: list[str] = []
    ask(cache, "small", 60, computed)
    assert ask(cache, "large", 101, computed).nbytes == 101
    ask(cache, "small", 60, computed)
    ask(cache, "large", 101, computed)
    assert computed == ["small", "large", "large"]
    assert cache.nbytes == 60


def test_figures_count_when_they_are_drawn(stand_in_engine, monkeypatch):
    monkeypatch.setattr(kept, "image", lambda result, name: b"x" * 1000)
    first, second = (Shown(sim.run(SCENARIO, 20, seed, progress=False)) for seed in (1, 2))
    size = first.nbytes
    assert size > sum(first.result.records.table(name).nbytes for name in ("replications", "weekly", "sites"))
    cache: Cache[str] = Cache(size + second.nbytes + 1500)
    cache.result(key("first"), lambda tell: first, lambda state: None)
    cache.result(key("second"), lambda tell: second, lambda state: None)
    for _ in range(3):
        assert first.image("adoption") == b"x" * 1000
    assert (first.nbytes, cache.nbytes) == (size + 1000, size + second.nbytes + 1000)
    second.image("adoption")
    assert cache.nbytes == second.nbytes  # two figures are too much, and the first was asked for longer ago


def test_many_sessions_at_once_stay_within_the_bound():
    cache: Cache[str] = Cache(100)
    together = Barrier(8)
    wrong: list[object] = []

    def session(number: int) -> None:
        together.wait(60)
        for turn in range(400):
            name = f"{(turn * (number + 3)) % 17}"
            thing = ask(cache, name, 5 + int(name))
            if thing.nbytes != 5 + int(name) or cache.nbytes > 100:
                wrong.append((name, thing.nbytes, cache.nbytes))

    sessions = [Thread(target=session, args=(number,)) for number in range(8)]
    for thread in sessions:
        thread.start()
    for thread in sessions:
        thread.join(60)
    assert wrong == []
    assert not any(thread.is_alive() for thread in sessions)


class Sessions:
    """Sessions that ask for the same result while the first of them computes it."""

    def __init__(self, number: int) -> None:
        self.cache: Cache[str] = Cache(100)
        self.number = number
        self.computing, self.go_on = Event(), Event()
        self.computed: list[int] = []
        self.told: dict[int, set[str | None]] = {of: set() for of in range(number)}
        self.answers: dict[int, Any] = {}
        self.called_off: set[int] = set()
        self.waiting, self.left = ([Event() for _ in range(number)] for _ in range(2))
        self.end: Callable[[int], Any] = lambda number: Thing(10)

    def ask(self, number: int) -> None:
        def compute(tell):
            self.computed.append(number)
            tell(f"by {number}")
            self.computing.set()
            assert self.go_on.wait(60)
            tell(f"still by {number}")
            return self.end(number)

        def report(state):
            self.told[number].add(state)
            self.waiting[number].set()
            if number in self.called_off:
                raise SystemExit  # as Streamlit ends a script: no Exception

        try:
            self.answers[number] = self.cache.result(key("same"), compute, report)
        except BaseException as error:
            self.answers[number] = error
        self.left[number].set()

    def run(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        threads = [Thread(target=self.ask, args=(number,)) for number in range(self.number)]
        threads[0].start()
        assert self.computing.wait(60)
        for thread in threads[1:]:
            thread.start()
        for event in self.waiting:
            assert event.wait(60)
        meanwhile()
        self.go_on.set()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()


def test_what_several_ask_for_at_once_is_computed_once():
    sessions = Sessions(6)
    sessions.run()
    assert sessions.computed == [0]
    assert len({id(answer) for answer in sessions.answers.values()}) == 1
    assert all("by 0" in told for told in sessions.told.values())


def test_one_that_is_too_large_to_keep_is_still_computed_once():
    sessions = Sessions(4)
    sessions.end = lambda number: Thing(101)
    sessions.run()
    assert sessions.computed == [0]
    assert {answer.nbytes for answer in sessions.answers.values()} == {101}
    assert sessions.cache.nbytes == 0


def test_when_the_first_is_called_off_another_computes():
    sessions = Sessions(4)
    sessions.run(lambda: sessions.called_off.add(0))
    assert isinstance(sessions.answers.pop(0), SystemExit)
    assert len(sessions.computed) == 2
    assert {answer.nbytes for answer in sessions.answers.values()} == {10}


def test_one_who_waits_can_be_called_off():
    sessions = Sessions(3)

    def call_off():
        sessions.called_off.add(2)
        assert sessions.left[2].wait(60)

    sessions.run(call_off)
    assert sessions.computed == [0]
    assert isinstance(sessions.answers[2], SystemExit)
    assert sessions.answers[1].nbytes == 10


def test_an_error_is_told_to_all_and_not_kept():
    sessions = Sessions(3)

    def fail(number):
        raise sim.ConditioningError("too few")

    sessions.end = fail
    sessions.run()
    assert sessions.computed == [0]
    assert {type(answer) for answer in sessions.answers.values()} == {sim.ConditioningError}
    assert ask(sessions.cache, "same", 7).nbytes == 7


@pytest.mark.parametrize(
    "change", [{"name": "mine"}, {"description": "of mine"}, {"sources": ["Mine (2026)"]}, "label"]
)
def test_other_words_are_another_result(change, stand_in_engine):
    from simulator.app.simulating import Desk

    if change == "label":
        first, *others = SCENARIO["levers"]
        change = {"levers": [{**first, "label": "Mine"}, *others]}
    theirs, mine = sim.load(SCENARIO), sim.load({**SCENARIO, **change})
    desk = Desk()
    shown = [desk.simulate(scenario, 1, 10, lambda standing: None) for scenario in (theirs, mine, theirs)]
    assert shown[0] is shown[2]
    assert [of.result.scenario for of in shown] == [theirs, mine, theirs]
