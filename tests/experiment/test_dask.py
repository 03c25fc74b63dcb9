"""Real Dask clusters on this machine, which lose workers or their scheduler while they work."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

import simulator as sim
from simulator.experiment import execution, executors
from simulator.experiment.executors import ExecutorError, dask
from tests.experiment.routes import content
from tests.experiment.small import SMALL

pytestmark = pytest.mark.slow
REPLICATIONS = 400


@pytest.fixture
def cluster():
    from distributed import LocalCluster

    options = {"host": "127.0.0.1", "dashboard_address": None}
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, **options) as cluster:
        yield cluster


def test_a_worker_that_is_killed_changes_no_byte(cluster, tmp_path):
    killed = []

    def kill_one(progress):
        if progress.stage == "running" and progress.done >= 60 and not killed:
            killed.append(cluster.workers[0].process.pid)
            os.kill(killed[0], signal.SIGKILL)

    with dask(cluster.scheduler_address) as executor:
        result = sim.run(SMALL, REPLICATIONS, executor=executor, out=tmp_path / "dask", progress=kill_one)
    assert len(killed) == 1
    assert result.jobs == 2
    assert (result.replications_done, result.failures) == (REPLICATIONS, ())
    sim.run(SMALL, REPLICATIONS, jobs=1, out=tmp_path / "here", progress=False)
    assert content(tmp_path / "dask" / "small") == content(tmp_path / "here" / "small")


def test_the_command_line_runs_on_a_cluster(cluster, tmp_path):
    from simulator.cli.entry import execute

    path = tmp_path / "small.yaml"
    path.write_text(sim.load(SMALL).to_yaml())
    options = ["--executor", "dask", "--scheduler", cluster.scheduler_address, "--replications", "30"]
    assert execute(["run", str(path), *options, "--out", str(tmp_path / "dask")]) == 0
    sim.run(SMALL, 30, jobs=1, out=tmp_path / "here", progress=False)
    assert content(tmp_path / "dask" / "small") == content(tmp_path / "here" / "small")


@pytest.fixture
def scheduler(tmp_path):
    """A scheduler and two workers without nannies, as processes of their own; its address and all of them."""
    from distributed import Client

    file = tmp_path / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", *arguments, "--scheduler-file", str(file)], **quiet)

    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    processes = [start("distributed.cli.dask_scheduler", *options)]
    worker = ("distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny", "--no-dashboard")
    processes += [start(*worker), start(*worker)]
    while not file.exists():
        time.sleep(0.05)
    address = json.loads(file.read_text())["address"]
    with Client(address) as client:
        client.wait_for_workers(2, timeout=60)
    yield address, processes
    for process in processes:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("dying", "how", "told"),
    [
        # Which is noticed first, that work was dropped or that nobody answers, is a race; both are true.
        (slice(0, 1), signal.SIGKILL, "the connection to the Dask scheduler is lost|Dask scheduler answers no more"),
        (slice(0, 1), signal.SIGSTOP, "the Dask scheduler answers no more"),
        (slice(1, 3), signal.SIGKILL, "the Dask cluster has had no workers for 2 seconds"),
    ],
    ids=["scheduler-killed", "scheduler-silent", "workers-killed"],
)
def test_a_cluster_that_dies_is_told_and_what_is_finished_is_kept(scheduler, tmp_path, monkeypatch, dying, how, told):
    monkeypatch.setattr(executors, "SECONDS_OF_SILENCE", 5)
    monkeypatch.setattr(executors, "SECONDS_WITHOUT_WORKERS", 2)
    monkeypatch.setattr(execution, "SECONDS_BETWEEN_LOOKS", 0.5)
    address, processes = scheduler
    dead = []

    def end(progress):
        if progress.stage == "running" and progress.done >= 60 and not dead:
            dead.extend(processes[dying])
            for process in dead:
                process.send_signal(how)

    with dask(address) as executor, pytest.raises(sim.WorkersError, match=told) as error:
        sim.run(SMALL, 2000, executor=executor, progress=end, out=tmp_path / "out", shard_size=10)
    kept = json.loads((tmp_path / "out" / "small" / "manifest.json").read_bytes())["replications"]
    assert 60 <= kept < 2000
    assert f"; {kept:,} of 2,000 replications are there; what was finished is kept: go on with --resume" in str(
        error.value
    )


def test_a_scheduler_that_does_not_answer_is_told():
    with pytest.raises(ExecutorError, match=r"no Dask scheduler answers at nowhere"), dask("nowhere"):
        pass
