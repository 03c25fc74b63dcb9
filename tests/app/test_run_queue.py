"""Turns: so many runs at once, in the order of arrival, and out of the line when called off."""

from collections.abc import Callable
from threading import Event, Lock, Thread

import pytest

from simulator.app.run_queue import BusyError, RunQueue


def ignore(before: int) -> None:
    """What a session does that is not interested in the line."""


class Run(Thread):
    """A run that waits for its turn, and has it until it is let go."""

    def __init__(self, queue: RunQueue, tell: Callable[[int], None] = ignore) -> None:
        super().__init__(daemon=True)
        self.queue, self.tell = queue, tell
        self.waits, self.runs, self.let_go = Event(), Event(), Event()
        self.before: list[int] = []
        self.at_once = 0
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        def told(before: int) -> None:
            self.before.append(before)
            self.waits.set()
            self.tell(before)

        try:
            with self.queue.turn(told) as running:
                self.at_once = running
                self.runs.set()
                self.let_go.wait(60)
        except BaseException as error:
            self.error = error

    def ended(self) -> bool:
        self.let_go.set()
        self.join(60)
        return not self.is_alive()


def test_turns_come_in_the_order_of_arrival():
    queue = RunQueue(2, 10)
    runs: list[Run] = []
    for number in range(5):
        runs.append(Run(queue))
        assert (runs[-1].runs if number < 2 else runs[-1].waits).wait(60)
    assert [run.at_once for run in runs] == [1, 2, 0, 0, 0]
    assert [run.before[:1] for run in runs] == [[], [], [2], [3], [4]]
    for first, then in ((1, 2), (0, 3), (3, 4)):
        assert runs[first].ended()
        assert runs[then].runs.wait(60)
        assert [run.runs.is_set() for run in runs[then + 1 :]] == [False] * (4 - then)
    assert all(run.ended() for run in runs)
    assert all(run.before == sorted(run.before, reverse=True) for run in runs)
    assert queue.running == 0


def test_who_is_called_off_leaves_the_line():
    queue = RunQueue(1, 10)
    first = Run(queue)
    assert first.runs.wait(60)
    gone = Event()

    def leave(before: int) -> None:
        if gone.is_set():
            raise SystemExit  # as Streamlit ends a script: no Exception

    second = Run(queue, leave)
    assert second.waits.wait(60)
    third = Run(queue)
    assert third.waits.wait(60)
    gone.set()
    second.join(60)
    assert isinstance(second.error, SystemExit)
    assert not second.runs.is_set()
    assert first.ended()
    assert third.runs.wait(60)
    assert third.ended()


def test_a_run_that_fails_gives_its_place_back():
    queue = RunQueue(1, 0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), queue.turn(ignore):
            raise ZeroDivisionError
    assert queue.running == 0


def test_a_line_that_is_full_takes_nobody():
    queue = RunQueue(1, 2)
    runs = [Run(queue)]
    assert runs[0].runs.wait(60)
    for _ in range(2):
        runs.append(Run(queue))
        assert runs[-1].waits.wait(60)
    with pytest.raises(BusyError, match="2 runs wait already"), queue.turn(ignore):
        pytest.fail("there was no room")
    for run in runs:
        assert run.runs.wait(60)
        assert run.ended()
    with queue.turn(ignore) as running:
        assert running == 1


def test_there_are_never_more_than_places():
    queue = RunQueue(3, 100)
    lock, inside, most = Lock(), [0], [0]

    def session() -> None:
        for _ in range(50):
            with queue.turn(ignore) as running:
                with lock:
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                assert 1 <= running <= 3
                with lock:
                    inside[0] -= 1

    sessions = [Thread(target=session, daemon=True) for _ in range(12)]
    for thread in sessions:
        thread.start()
    for thread in sessions:
        thread.join(60)
        assert not thread.is_alive()
    assert 1 <= most[0] <= 3
    assert queue.running == 0
