import threading
import time
from functools import partial

import numpy as np
import pytest

from simulator.experiment.execution import ReplicationError, execute
from simulator.experiment.records import Records
from tests.experiment import stand_in


def gather(replications: int, make=stand_in.make, **options) -> tuple[bool, Records]:
    records = Records(["ai.reference_accuracy"], replications)
    complete = execute(make, replications, 7, records.put, **options)
    return complete, records


def test_order_and_values_do_not_depend_on_jobs():
    _, alone = gather(23, jobs=1)
    for options in ({"jobs": 2}, {"jobs": 5}, {"jobs": 2, "processes": True}):
        complete, together = gather(23, **options)
        assert complete
        assert together.replications_table().equals(alone.replications_table())
        assert together.weekly_table().equals(alone.weekly_table())


def test_more_replications_leave_the_earlier_ones_alone():
    _, few = gather(5, jobs=1)
    _, many = gather(40, jobs=2)
    assert many.replications_table().slice(0, 5).equals(few.replications_table())


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


@pytest.mark.parametrize("options", [{"jobs": 1}, {"jobs": 2}, {"jobs": 2, "processes": True}])
def test_a_failing_replication_is_named_with_its_seed(options):
    make = partial(stand_in.Engine, stand_in.make().plan, fails_at=9)
    with pytest.raises(ReplicationError, match=r"replication 9 with seed 7 failed: .*ring is full") as caught:
        gather(20, make, **options)
    assert (caught.value.replication, caught.value.seed) == (9, 7)


@pytest.mark.parametrize("jobs", [1, 3])
def test_an_interruption_keeps_what_is_finished_without_a_gap(jobs):
    records = Records(["ai.reference_accuracy"], 40)

    interruptions = iter([KeyboardInterrupt])

    def receive(number, replication):
        records.put(number, replication)
        if number == 5:
            for interruption in interruptions:
                raise interruption

    make = partial(stand_in.Engine, stand_in.make().plan, seconds=0.002)
    assert not execute(make, 40, 7, receive, jobs=jobs)
    _, whole = gather(40, jobs=1)
    assert 6 <= records.count < 40
    assert records.replications_table().equals(whole.replications_table().slice(0, records.count))


def test_nulls_are_null_in_tables_and_types_are_plain():
    _, records = gather(12, jobs=1)
    table = records.replications_table()
    assert table.column_names[:3] == ["replication", "input.ai.reference_accuracy", "outcome"]
    assert str(table.schema.field("weeks_to_scale").type) == "int64"
    assert str(table.schema.field("success").type) == "bool"
    assert table["accuracy_scaled"].null_count == 12
    weekly = records.weekly_table()
    assert weekly.num_rows == 12 * 60
    assert weekly["accuracy"].null_count == 12
    assert not np.isnan(weekly["accuracy"].drop_null().to_numpy()).any()
    sites = records.sites_table()
    assert sites["site"].to_pylist()[:3] == ["office", "shop", "office"]
    assert sites["go_live_week"].to_pylist()[:2] == [16.0, None]
