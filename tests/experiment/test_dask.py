"""A real Dask cluster on this machine, one of whose workers is killed while it works."""

import os
import signal

import pytest

import simulator as sim
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
    from simulator.cli.commands import execute

    path = tmp_path / "small.yaml"
    path.write_text(sim.load(SMALL).to_yaml())
    options = ["--executor", "dask", "--scheduler", cluster.scheduler_address, "--replications", "30"]
    assert execute(["run", str(path), *options, "--out", str(tmp_path / "dask")]) == 0
    sim.run(SMALL, 30, jobs=1, out=tmp_path / "here", progress=False)
    assert content(tmp_path / "dask" / "small") == content(tmp_path / "here" / "small")


def test_a_scheduler_that_does_not_answer_is_told():
    with pytest.raises(ExecutorError, match=r"no Dask scheduler answers at nowhere"), dask("nowhere"):
        pass
