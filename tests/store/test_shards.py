"""Shards under a manifest: the same bytes by any route, and nothing lost or mixed when something goes wrong."""

import gc
import itertools
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.thread import BrokenThreadPool
from contextlib import suppress
from functools import partial

import pandas as pd
import pytest

import simulator as sim
from simulator.experiment import batch
from simulator.store.identity import gaps
from tests.experiment import stand_in
from tests.experiment.routes import content, leftovers
from tests.experiment.stand_in import SCENARIO

pytestmark = pytest.mark.usefixtures("stand_in_engine")
run = partial(sim.run, SCENARIO, seed=3, progress=False)
GONE = "the executor is broken and takes no more work; [1-9][0-9]? of 40 replications are there; what .* --resume"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The result of 40 replications, computed at once."""
    with pytest.MonkeyPatch.context() as patch:
        stand_in.install(patch)
        out = tmp_path_factory.mktemp("whole")
        run(replications=40, jobs=1, out=out)
    return content(out / "stand-in")


def manifest(folder):
    return json.loads((folder / "manifest.json").read_bytes())


def shards(folder):
    return sorted(path.name for path in (folder / "shards").iterdir())


def stop_at(number):
    def stop(progress):
        if progress.stage == "running" and progress.done == number:
            raise KeyboardInterrupt

    return stop


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("size", [1, 7, 40, 250])
def test_neither_jobs_nor_the_size_of_shards_change_a_byte(whole, tmp_path, jobs, size):
    run(replications=40, jobs=jobs, shard_size=size, out=tmp_path)
    assert content(tmp_path / "stand-in") == whole
    assert len(shards(tmp_path / "stand-in")) == -(-40 // size)
    assert leftovers(tmp_path / "stand-in") == []


def test_a_topped_up_result_keeps_its_first_shards_and_ends_with_the_same_bytes(whole, tmp_path):
    folder = tmp_path / "stand-in"
    run(replications=13, shard_size=5, out=tmp_path)
    before = {name: (folder / "shards" / name).stat().st_mtime_ns for name in shards(folder)}
    result = run(replications=40, shard_size=9, out=tmp_path, resume=True)
    assert content(folder) == whole
    assert {name: (folder / "shards" / name).stat().st_mtime_ns for name in before} == before
    assert result.replications_done == 40
    assert manifest(folder)["replications"] == 40


def test_an_interrupted_run_goes_on_where_it_stopped(whole, tmp_path):
    folder = tmp_path / "stand-in"
    first = run(replications=40, shard_size=4, out=tmp_path, jobs=1, progress=stop_at(22), on_interrupt="return")
    assert first.interrupted
    assert (manifest(folder)["replications"], manifest(folder)["replications_requested"]) == (22, 40)
    with pytest.raises(sim.OutputError, match="22 of 40 replications of a run that did not end; add --resume"):
        run(replications=40, out=tmp_path)
    seen = []
    run(replications=40, shard_size=4, out=tmp_path, jobs=1, resume=True, progress=seen.append)
    assert [of.done for of in seen] == list(range(22, 41))
    assert content(folder) == whole


def test_an_interruption_at_any_write_loses_nothing(whole, tmp_path, monkeypatch):
    sync = os.fsync
    for moment in itertools.count(1):
        calls = itertools.count(1)

        def interrupted(handle, calls=calls, moment=moment):
            if next(calls) == moment:
                raise KeyboardInterrupt
            sync(handle)

        out = tmp_path / str(moment)
        with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
            patch.setattr(os, "fsync", interrupted)
            run(replications=40, shard_size=20, jobs=1, out=out)
        if next(calls) <= moment:
            break
        assert leftovers(out / "stand-in") == []
        run(replications=40, shard_size=20, jobs=1, out=out, resume=True)
        assert content(out / "stand-in") == whole
    assert moment > 20  # twice for each of ten files and for new folders


@pytest.mark.parametrize("way", ["cut", "flip", "remove", "empty"])
def test_a_damaged_shard_is_set_aside_told_and_computed_again(whole, tmp_path, way):
    folder = tmp_path / "stand-in"
    run(replications=40, shard_size=10, out=tmp_path)
    path = folder / "shards" / "00000010-00000019.parquet"
    sound = path.read_bytes()
    damaged = {"cut": sound[:-9], "flip": sound[:200] + bytes([sound[200] ^ 1]) + sound[201:], "empty": b""}
    path.write_bytes(damaged[way]) if way in damaged else path.unlink()
    with pytest.warns(sim.ResultWarning, match=rf"1 damaged shard set aside, and computed again: {path.name}"):
        run(replications=40, shard_size=10, out=tmp_path, resume=True)
    assert content(folder) == whole
    assert path.read_bytes() == sound
    if way in damaged:
        assert (folder / "shards" / f"damaged-{path.name}").read_bytes() == damaged[way]


def test_files_that_the_manifest_does_not_list_are_no_shards(whole, tmp_path):
    folder = tmp_path / "stand-in"
    run(replications=20, shard_size=10, out=tmp_path)
    stale = folder / "shards" / "00000020-00000029.parquet"
    stale.write_bytes(b"from elsewhere")
    with pytest.warns(sim.ResultWarning, match="is no shard of this experiment, and was set aside"):
        run(replications=40, shard_size=20, out=tmp_path, resume=True)
    assert content(folder) == whole
    assert not stale.exists()


@pytest.mark.parametrize(
    ("options", "difference"),
    [
        ({"seed": 4}, "seed 3, now 4"),
        ({"engine": "reference"}, "engine compiled, now reference"),
        ({"replications": 30}, "40 replications, now 30"),
        ({"shard": "1/2"}, "shard none, now 1/2"),
    ],
)
def test_resume_refuses_to_mix_and_names_the_difference(tmp_path, options, difference):
    run(replications=40, out=tmp_path)
    before = {path: path.read_bytes() for path in (tmp_path / "stand-in").rglob("*") if path.is_file()}
    with pytest.raises(sim.OutputError, match=re.escape(difference)):
        run(**({"replications": 40} | options), out=tmp_path, resume=True)
    assert {path: path.read_bytes() for path in before} == before


def test_resume_refuses_a_changed_scenario_and_names_the_numbers(tmp_path):
    run(replications=10, out=tmp_path)
    changes = {"support.tiers.tier1.agents": 9, "sites.shop.users": 51}
    changed = sim.load(SCENARIO).with_changes(changes)
    with pytest.raises(sim.OutputError, match=r"sites\.shop\.users 50, now 51; support\.tiers\.tier1\.agents .*now 9"):
        sim.run(changed, replications=10, seed=3, out=tmp_path, resume=True)


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (lambda of: of["versions"].update(numpy="1.0"), "numpy 1.0, now "),
        (lambda of: of["versions"].update({"simulation code": "old"}), "simulation code old, now "),
        (lambda of: of.update(design="sobol"), "design sobol, now random"),
    ],
)
def test_resume_refuses_other_versions_and_designs(tmp_path, change, difference):
    run(replications=10, out=tmp_path)
    path = tmp_path / "stand-in" / "manifest.json"
    changed = manifest(tmp_path / "stand-in")
    change(changed)
    path.write_text(json.dumps(changed))
    with pytest.raises(sim.OutputError, match=re.escape(difference)):
        run(replications=10, out=tmp_path, resume=True)


def test_without_resume_an_unfinished_result_is_left_alone(tmp_path):
    """A run that was killed has shards and no tables."""
    run(replications=10, out=tmp_path)
    path = tmp_path / "stand-in" / "manifest.json"
    killed = manifest(tmp_path / "stand-in")
    del killed["tables"]
    path.write_text(json.dumps(killed))
    with pytest.raises(sim.OutputError, match="holds 10 of 10 replications of a run that did not end; add --resume"):
        run(replications=10, out=tmp_path)


def test_two_runs_never_write_to_one_folder(tmp_path):
    refused = []

    def meanwhile(progress):
        if progress.done == 5:
            with pytest.raises(sim.OutputError, match="another run is writing to"):
                run(replications=9, out=tmp_path, resume=True)
            refused.append(progress.done)

    run(replications=9, jobs=1, out=tmp_path, progress=meanwhile)
    assert refused == [5]
    run(replications=12, out=tmp_path, resume=True)


def test_results_on_the_disk_read_as_those_in_memory(tmp_path, monkeypatch):
    in_memory = run(replications=40)
    monkeypatch.setattr(batch, "MOST_IN_MEMORY", 0)
    spilled = run(replications=40)
    folder = spilled.records.temporary.name
    written = run(replications=40, out=tmp_path)
    for other in (spilled, written, sim.read_result(tmp_path / "stand-in")):
        for name in ("replications", "weekly", "sites"):
            pd.testing.assert_frame_equal(getattr(other, name), getattr(in_memory, name))
        assert other.verdict() == in_memory.verdict()
        assert other.estimates == in_memory.estimates
        assert other.records.sites["site"] == in_memory.records.sites["site"]
        assert other.records.weeks == 60
    spilled.save(tmp_path / "saved")
    assert content(tmp_path / "saved" / "stand-in") == content(tmp_path / "stand-in")
    del spilled, other
    assert not os.path.exists(folder)  # noqa: PTH110


def test_a_temporary_folder_goes_with_its_result(monkeypatch):
    """At once, and not only when cycles are collected."""
    monkeypatch.setattr(batch, "MOST_IN_MEMORY", 0)
    gc.collect()
    gc.disable()
    try:
        result = run(replications=4)
        folder = result.records.temporary.name
        assert os.path.exists(folder)  # noqa: PTH110
        del result
        assert not os.path.exists(folder)  # noqa: PTH110
    finally:
        gc.enable()


def test_a_damaged_table_is_not_read(tmp_path):
    run(replications=10, out=tmp_path)
    path = tmp_path / "stand-in" / "weekly.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(sim.OutputError, match=r"weekly\.parquet \(wrong checksum\); run again with --resume"):
        sim.read_result(tmp_path / "stand-in")


def test_failures_are_told_and_tried_again_when_resumed(whole, tmp_path, monkeypatch):
    folder = tmp_path / "stand-in"
    with monkeypatch.context() as patch:
        stand_in.install(patch, partial(stand_in.Engine, fails_at=9))
        with pytest.warns(sim.ResultWarning, match="replication 9 with seed 3 failed: OverflowError.*\n1 of 40 "):
            result = run(replications=40, jobs=2, out=tmp_path)
    assert not result.interrupted
    assert [of.replication for of in result.failures] == [9]
    assert "39 replications, seed 3, 1 failed" in result._repr_html_()
    assert manifest(folder)["failed"] == [
        {"replication": 9, "seed": 3, "cause": "OverflowError: the ticket ring is full"}
    ]
    assert [of.replication for of in sim.read_result(folder).failures] == [9]
    assert run(replications=40, out=tmp_path, resume=True).failures == ()
    assert content(folder) == whole
    assert manifest(folder)["failed"] == []


def test_an_experiment_without_any_success_is_given_up(monkeypatch):
    tried = []

    class Failing(stand_in.Engine):
        def replicate(self, replication, seed, uniforms=None):
            tried.append(replication)
            raise OverflowError("the ticket ring is full")

    stand_in.install(monkeypatch, Failing)
    with pytest.raises(sim.ReplicationError, match="replication 0 with seed 3 failed"):
        run(replications=10_000, jobs=1)
    assert len(tried) == 40  # each of twenty twice


def test_any_executor_of_the_standard_library_will_do(whole, tmp_path):
    with ThreadPoolExecutor(3) as pool:
        run(replications=40, out=tmp_path, executor=pool)
        assert pool.submit(int, "1").result() == 1  # still the caller's
    assert content(tmp_path / "stand-in") == whole


def test_an_executor_that_breaks_leaves_what_was_finished(whole, tmp_path):
    class Breaking(ThreadPoolExecutor):
        left = 3

        def submit(self, *task, **named):
            self.left -= 1
            if self.left < 0:
                raise BrokenThreadPool("gone")
            return super().submit(*task, **named)

    with Breaking(1) as pool, pytest.raises(sim.WorkersError, match=GONE):
        run(replications=40, out=tmp_path, executor=pool)
    kept = manifest(tmp_path / "stand-in")["replications"]
    assert 0 < kept < 40
    run(replications=40, out=tmp_path, resume=True)
    assert content(tmp_path / "stand-in") == whole


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"resume": True}, "resume needs out"),
        ({"shard": "1/2"}, "shard needs out"),
        ({"shard": "3/2", "out": "x"}, "shard is '3/2'; it must be i/N"),
        ({"shard_size": 0}, "shard_size is 0"),
        ({"executor": "cloud"}, "executor is 'cloud'; it must be 'threads', 'processes' or a"),
        ({"executor": "processes", "analyzers": [print]}, "functions of yours run on threads"),
        ({"resume": True, "analyzers": [print], "out": "x"}, "can't be resumed"),
    ],
)
def test_bad_arguments_are_refused(options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        run(**options)


def test_gaps_are_what_is_left_out():
    assert gaps([], range(5)) == [range(5)]
    assert gaps([range(2, 4), range(4, 6), range(8, 20)], range(1, 10)) == [range(1, 2), range(6, 8)]
    assert gaps([range(3)], range(5, 9)) == [range(5, 9)]
    assert gaps([range(9)], range(5)) == []
