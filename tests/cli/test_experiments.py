"""`scaleup run` with --resume, --shard, --until-precision and --executor, and `scaleup merge`."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial

import pytest

import simulator as sim
from tests.experiment import stand_in
from tests.experiment.routes import content
from tests.experiment.small import SMALL


@pytest.fixture
def run(scaleup, stand_in_engine, scenario_file):
    """`scaleup run` on the scenario."""
    return partial(scaleup, "run", scenario_file)


def test_resume_goes_on_and_tells_of_damage(run, tmp_path):
    out = tmp_path / "results"
    assert run("--replications", 20, "--out", out, "--resume")[0] == 0
    shard = next((out / "stand-in" / "shards").iterdir())
    shard.write_bytes(shard.read_bytes()[:-1])
    code, told, err = run("--replications", 30, "--out", out, "--resume")
    assert code == 0
    assert "30 replications, seed 1" in told
    assert f"1 damaged shard set aside, and computed again: {shard.name} (wrong checksum)" in err
    code, told, err = run("--replications", 30, "--seed", 2, "--out", out, "--resume")
    assert (code, told) == (2, "")
    assert "seed 1, now 2" in err


def test_parts_are_merged(run, scaleup, tmp_path):
    parts = [tmp_path / "parts" / str(index) for index in (1, 2, 3)]
    for index, part in enumerate(parts, start=1):
        assert run("--replications", 20, "--shard", f"{index}/3", "--out", part)[0] == 0
    run("--replications", 20, "--out", tmp_path / "whole")
    code, told, err = scaleup("merge", parts[0], parts[2], parts[0], "--out", tmp_path / "merged")
    assert (code, told) == (2, "")
    assert "shard 2/3 of stand-in is missing (replications 6-12)" in err
    assert "shard 1/3 is there more than once" in err
    code, told, _ = scaleup("merge", *parts, "--out", tmp_path / "merged", "--json")
    assert code == 0
    assert [of["replications"] for of in json.loads(told)] == [20]
    assert content(tmp_path / "merged" / "stand-in") == content(tmp_path / "whole" / "stand-in")
    code, told, _ = scaleup("merge", *parts, "--out", tmp_path / "merged")
    assert code == 0
    assert f"Written to {tmp_path / 'merged' / 'stand-in'}" in told


def test_a_failing_replication_is_told_and_the_exit_code_is_1(run, monkeypatch, tmp_path):
    stand_in.install(monkeypatch, partial(stand_in.Engine, fails_at=9))
    code, told, err = run("--replications", 20, "--out", tmp_path)
    assert code == 1
    assert "19 replications, seed 1, 1 failed" in told
    assert "replication 9 with seed 1 failed: OverflowError: the ticket ring is full" in err
    assert "1 of 20 replications are missing" in err


def test_precision_is_told(run):
    code, told, _ = run("--until-precision", "success=0.03", "--until-precision", "adoption_final.p50=20%")
    assert code == 0
    assert "1,600 replications, seed 1" in told
    assert "0.03 wanted: precise enough" in told
    code, told, err = run("--until-precision", "success=0.001", "--at-most", 300, "--json")
    assert code == 0
    assert json.loads(told)[0]["replications"] == 300
    assert "success: 0." in err
    assert "0.001 wanted: it would take about 9" in err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--resume"], "--resume needs --out"),
        (["--shard", "1/2"], "--shard needs --out"),
        (["--shard", "0/2", "--out", "x"], "it must be i/N"),
        (["--executor", "dask"], "go together"),
        (["--scheduler", "tcp://127.0.0.1:1"], "go together"),
        (["--executor", "cloud"], "--executor"),
        (["--until-precision", "success"], "can't be read"),
        (["--until-precision", "luck=1"], "there is no measure 'luck'"),
        (["--until-precision", "success=0.1", "--at-most", "9"], "--at-most"),
        (["--until-precision", "success=0.1", "--shard", "1/2", "--out", "x"], "leave --shard out"),
    ],
)
def test_bad_options_end_with_2_and_a_message(run, options, message):
    code, out, err = run(*options)
    assert (code, out) == (2, "")
    assert message in " ".join(err.replace("│", " ").split())


def test_dask_that_is_not_installed_is_told(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    code, _, err = run("--executor", "dask", "--scheduler", "tcp://127.0.0.1:1")
    assert code == 2
    assert "pip install 'scaleup-simulator[dask]'" in err


@pytest.mark.slow
def test_sigterm_keeps_what_is_finished(tmp_path, repository):
    """As a batch system ends a job; on the real engine."""
    path = tmp_path / "small.yaml"
    path.write_text(sim.load(SMALL).to_yaml())
    command = [sys.executable, "-m", "simulator.cli", "run", str(path), "--jobs", "1", "--out", str(tmp_path)]
    process = subprocess.Popen(
        [*command, "--replications", "100000", "--resume"], stderr=subprocess.PIPE, text=True, cwd=repository
    )
    manifest = tmp_path / "small" / "manifest.json"
    while not manifest.exists() or not json.loads(manifest.read_bytes())["shards"]:
        time.sleep(0.05)
        assert process.poll() is None
    os.kill(process.pid, signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Interrupted: what was finished is kept; go on with --resume." in err
    kept = sim.read_result(tmp_path / "small")
    assert kept.replications_done >= 250
    assert kept.interrupted
