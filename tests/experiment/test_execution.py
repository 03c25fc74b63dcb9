import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from functools import partial
from itertools import chain
from multiprocessing.connection import Connection
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest

from simulator.engine import Stopped
from simulator.experiment.execution import Workers, portions
from simulator.experiment.workers import EngineKeeper, VersionsDifferError, Work, WorkersError, replicate_in_worker
from simulator.store.blocks import Blocks
from simulator.store.records import Records
from tests.experiment import stand_in


def gather(replications: int, make=stand_in.make, receive=None, **options) -> tuple[bool, Records]:
    """What `replications` of an engine give, and whether they ran to the end; the failures are in `gather.failures`."""
    blocks: list[Any] = []
    gathered = Blocks(["ai.reference_accuracy"], 250, blocks.append)
    gather.failures = []
    work = Work(make, 7, partial(receive, gathered.put) if receive else gathered.put, gather.failures.append)
    with Workers(**options) as workers:
        complete = workers.execute(portions(work, [range(replications)], options["jobs"], 1))
    gathered.flush()
    return complete, Records.in_memory(blocks)


def test_order_and_values_do_not_depend_on_jobs():
    _, alone = gather(23, jobs=1)
    for options in ({"jobs": 2}, {"jobs": 5}, {"jobs": 2, "place": "processes"}):
        complete, together = gather(23, **options)
        assert complete
        assert together.table("replications").equals(alone.table("replications"))
        assert together.table("weekly").equals(alone.table("weekly"))


def test_more_replications_leave_the_earlier_ones_alone():
    _, few = gather(5, jobs=1)
    _, many = gather(40, jobs=2)
    assert many.table("replications").slice(0, 5).equals(few.table("replications"))


def test_each_thread_has_an_engine_of_its_own():
    made: list[int] = []

    class Guarded(stand_in.Engine):
        busy = False

        def replicate(self, replication, seed, uniforms=None):
            assert not self.busy
            self.busy = True
            time.sleep(0.001)
            output = super().replicate(replication, seed, uniforms)
            self.busy = False
            return output

    def make():
        made.append(threading.get_ident())
        return Guarded(stand_in.make().plan)

    complete, _ = gather(60, make, jobs=3)
    assert complete
    assert 1 < len(made) <= 3
    assert len(set(made)) == len(made)


@pytest.mark.parametrize("options", [{"jobs": 1}, {"jobs": 2}, {"jobs": 2, "place": "processes"}])
def test_a_replication_that_always_fails_is_named_and_the_rest_completes(options):
    make = partial(stand_in.Engine, stand_in.make().plan, fails_at=9)
    complete, records = gather(20, make, **options)
    assert complete
    (failure,) = gather.failures
    assert str(failure) == "replication 9 with seed 7 failed: OverflowError: the ticket ring is full"
    assert records.numbers.tolist() == [*range(9), *range(10, 20)]
    _, whole = gather(20, jobs=1)
    assert records.measure("adoption_final") == [
        value for number, value in enumerate(whole.measure("adoption_final")) if number != 9
    ]


@pytest.mark.parametrize("jobs", [1, 3])
def test_an_interruption_keeps_what_is_finished_without_a_gap(jobs):
    interruptions = iter([KeyboardInterrupt])

    def receive(put, number, replication):
        put(number, replication)
        if number == 5:
            for interruption in interruptions:
                raise interruption

    make = partial(stand_in.Engine, stand_in.make().plan, seconds=0.002)
    complete, records = gather(40, make, receive, jobs=jobs)
    assert not complete
    _, whole = gather(40, jobs=1)
    assert 6 <= records.count < 40
    assert records.table("replications").equals(whole.table("replications").slice(0, records.count))


SAFETY_SECONDS = 120.0


class Endless(stand_in.Engine):
    """Replications from 6 on go on until they are told to stop."""

    def replicate(self, replication, seed, uniforms=None):
        latest = time.monotonic() + SAFETY_SECONDS
        while replication > 5 and time.monotonic() < latest:
            if self.stopping():
                raise Stopped
            time.sleep(0.001)
        return super().replicate(replication, seed, uniforms)


@pytest.mark.parametrize("options", [{"jobs": 2}, {"jobs": 2, "place": "processes"}])
def test_an_interruption_does_not_wait_for_the_replications_in_hand(options):
    interruptions = iter([KeyboardInterrupt])

    def receive(put, number, replication):
        put(number, replication)
        if number == 5:
            for interruption in interruptions:
                raise interruption

    complete, records = gather(40, partial(Endless, stand_in.make().plan), receive, **options)
    assert not complete
    assert (records.numbers.tolist(), gather.failures) == (list(range(6)), [])


def test_a_second_interruption_ends_the_wait_for_the_first(monkeypatch):
    """Threads that can't be stopped at once are waited for, unless Ctrl-C comes again."""

    def receive(put, number, replication):
        raise KeyboardInterrupt

    monkeypatch.setattr(ThreadPoolExecutor, "shutdown", receive_again := Mock(side_effect=[KeyboardInterrupt, None]))
    with pytest.raises(KeyboardInterrupt):
        gather(4, receive=receive, jobs=2)
    assert receive_again.call_count == 2


def test_an_engine_that_was_interrupted_is_not_used_again():
    made = []

    class Interrupted(stand_in.Engine):
        def replicate(self, replication, seed, uniforms=None):
            made.append(self)
            if replication == 1 and len(made) == 2:
                raise KeyboardInterrupt
            return super().replicate(replication, seed, uniforms)

    work = Work(partial(Interrupted, stand_in.make().plan), 7, print, print)
    engines = EngineKeeper()
    engines.outcome(work, 0)
    with pytest.raises(KeyboardInterrupt):
        engines.outcome(work, 1)
    engines.outcome(work, 1)
    assert made[0] is made[1] is not made[2]


def test_nulls_are_null_in_tables_and_types_are_plain():
    _, records = gather(12, jobs=1)
    table = records.table("replications")
    assert table.column_names[:3] == ["replication", "input.ai.reference_accuracy", "outcome"]
    assert str(table.schema.field("weeks_to_scale").type) == "double"
    assert str(table.schema.field("users_lost").type) == "int64"
    assert str(table.schema.field("success").type) == "bool"
    assert table["accuracy_scaled"].null_count == 12
    weekly = records.table("weekly")
    assert weekly.num_rows == 12 * 60
    assert weekly["accuracy"].null_count == 12
    assert not np.isnan(weekly["accuracy"].drop_null().to_numpy()).any()
    sites = records.table("sites")
    assert sites["site"].to_pylist()[:3] == ["office", "shop", "office"]
    assert sites["go_live_week"].to_pylist()[:2] == [16.0, None]


class Deadly(stand_in.Engine):
    """Takes its process along: always at replication 3, and once at 7."""

    def __init__(self, plan, marks):
        super().__init__(plan)
        self.marks = marks

    def replicate(self, replication, seed, uniforms=None):
        mark = self.marks / str(replication)
        if replication == 3 or (replication == 7 and not mark.exists()):
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().replicate(replication, seed, uniforms)


def test_dead_workers_are_survived_and_a_deadly_replication_is_left_out(tmp_path):
    make = partial(Deadly, stand_in.make().plan, tmp_path)
    complete, records = gather(12, make, jobs=2, place="processes")
    assert complete
    assert sorted(path.name for path in tmp_path.iterdir()) == ["3", "7"]
    assert records.numbers.tolist() == [number for number in range(12) if number != 3]
    (failure,) = gather.failures
    assert str(failure).startswith(
        "replication 3 with seed 7 failed: its worker failed 2 times (WorkerDiedError: ended by SIGKILL)"
    )
    _, whole = gather(12, jobs=1)
    alike = [value for number, value in enumerate(whole.measure("adoption_final")) if number != 3]
    assert records.measure("adoption_final") == alike


class Shielded(stand_in.Engine):
    """Fails where Ctrl-C could reach its process."""

    def replicate(self, replication, seed, uniforms=None):
        assert signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())
        return super().replicate(replication, seed, uniforms)


def test_worker_processes_never_see_ctrl_c_not_even_while_they_are_imported():
    complete, records = gather(2, partial(Shielded, stand_in.make().plan), jobs=1, place="processes")
    assert (complete, records.count, gather.failures) == (True, 2, [])


class CutShort(stand_in.Engine):
    """Its process is killed in the middle of handing over what replication 3 belongs to."""

    def replicate(self, replication, seed, uniforms=None):
        def send_half(connection, content, write=os.write):
            write(connection.fileno(), bytes(content)[: len(content) // 2])
            os.kill(os.getpid(), signal.SIGKILL)

        if replication == 3:
            Connection._send = send_half
        return super().replicate(replication, seed, uniforms)


def test_a_worker_that_dies_while_it_hands_over_is_waited_for_by_nobody():
    complete, records = gather(12, partial(CutShort, stand_in.make().plan), jobs=2, place="processes")
    assert complete
    assert [failure.replication for failure in gather.failures] == [3]
    assert records.numbers.tolist() == [number for number in range(12) if number != 3]


class Leaves(stand_in.Engine):
    """Wants the whole program to end, at replication 3."""

    def replicate(self, replication, seed, uniforms=None):
        if replication == 3:
            sys.exit(0)
        return super().replicate(replication, seed, uniforms)


@pytest.mark.parametrize("options", [{"jobs": 1}, {"jobs": 2}, {"jobs": 2, "place": "processes"}])
def test_a_replication_that_wants_to_end_the_program_is_one_that_fails(options):
    complete, records = gather(8, partial(Leaves, stand_in.make().plan), **options)
    assert complete
    assert [str(failure) for failure in gather.failures] == ["replication 3 with seed 7 failed: SystemExit: 0"]
    assert records.count == 7


@pytest.mark.parametrize("ending", ["shut down", "cancelled", "broken"])
def test_an_executor_that_ends_is_told(ending):
    class Ending(Executor):
        def submit(self, fn, *args):
            if ending == "shut down":
                raise RuntimeError("cannot schedule new futures after shutdown")
            future = Future()
            if ending == "cancelled":
                future.cancel()
                future.set_running_or_notify_cancel()
            else:
                future.set_exception(BrokenExecutor("a worker has died"))
            return future

    with pytest.raises(WorkersError, match=r"takes no more work|has dropped what it was given"):
        gather(8, jobs=2, executor=Ending())


def test_workers_that_cannot_start_are_no_reason_to_try_for_ever(tmp_path):
    script = tmp_path / "unguarded.py"
    script.write_text(
        "from tests.experiment import stand_in\n"
        "from simulator.experiment.execution import Workers, portions\n"
        "from simulator.experiment.workers import Work\n"
        "work = Work(stand_in.make, 7, print, print)\n"
        "with Workers(2, 'processes') as workers:\n"
        "    workers.execute(portions(work, [range(9)], 2))\n"
    )
    there = os.environ | {"PYTHONPATH": "."}
    ended = subprocess.run([sys.executable, script], check=False, capture_output=True, text=True, env=there)
    assert ended.returncode == 1
    assert "worker processes end before they have done anything" in ended.stderr


def test_a_worker_with_other_versions_is_refused():
    work = Work(stand_in.make, 7, print, print)
    name, content, ours = work.packed
    assert len(replicate_in_worker(range(2), (name, content, ours), 7)) == 2
    with pytest.raises(VersionsDifferError, match=r"numpy .* instead of 1\.0"):
        replicate_in_worker(range(2), (name, content, ours | {"numpy": "1.0"}), 7)


@pytest.mark.parametrize("options", [{"jobs": 1}, {"jobs": 3}])
def test_several_experiments_share_workers_in_one_call(options):
    gathered = {seed: [] for seed in (1, 2, 3)}
    blocks = {seed: Blocks(["ai.reference_accuracy"], 250, gathered[seed].append) for seed in gathered}
    works = [Work(stand_in.make, seed, blocks[seed].put, print) for seed in gathered]
    with Workers(**options) as workers:
        assert workers.execute(chain.from_iterable(portions(work, [range(9)], 3) for work in works))
        for work in works:
            assert workers.execute(portions(work, [range(9, 12)], 3))
    for seed, block in blocks.items():
        block.flush()
        alone = Records.of(["ai.reference_accuracy"], [stand_in.make().replicate(r, seed) for r in range(12)])
        assert Records.in_memory(gathered[seed]).table("replications").equals(alone.table("replications"))
