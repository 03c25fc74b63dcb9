"""Ctrl-C and SIGTERM end a replication that takes minutes: compiled code makes pauses, in which it is asked to stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import simulator as sim
from simulator.cli.exit_codes import INTERRUPTED
from simulator.scenario import estimate_work

SECONDS_OF_WORK = 3.0
"""Of a processor, in each worker, before the signal comes: it is in the middle of a replication by then."""
MOST_SECONDS_AFTER = 10.0
"""Of all processors together after the signal, the end of the process included; the replications would take minutes."""


def used(process: psutil.Process) -> list[float]:
    """Seconds of a processor that a process and those below it have used."""
    seconds = []
    for of in (process, *process.children(recursive=True)):
        try:
            seconds.append(sum(of.cpu_times()[:2]))
        except psutil.NoSuchProcess:
            continue
    return seconds


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "workers", "sent"),
    [
        (["--jobs", "1"], 1, signal.SIGINT),
        (["--jobs", "2"], 1, signal.SIGTERM),
        (["--jobs", "2", "--executor", "processes"], 2, signal.SIGINT),
    ],
    ids=["here", "threads", "processes"],
)
def test_a_signal_ends_a_replication_of_minutes(tmp_path, repository, options, workers, sent):
    changes = {"name": "long", "sites.*.users": 100_000, "horizon_weeks": 520}
    scenario = sim.load("retail-chatbot").with_changes(changes)
    assert estimate_work(scenario, 1).seconds > 60
    (tmp_path / "long.yaml").write_text(scenario.to_yaml())
    command = [sys.executable, "-m", "simulator.cli", "run", str(tmp_path / "long.yaml"), "--replications", "12"]
    process = subprocess.Popen(
        [*command, *options, "--out", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=repository,
        start_new_session=True,
        preexec_fn=listen,  # noqa: PLW1509 (it takes no lock)
    )
    try:
        wait_until_at_work(process, tmp_path / "long" / "manifest.json", workers)
        before = sum(used(psutil.Process(process.pid)))
        os.killpg(process.pid, sent)  # as a terminal does
        told, err = process.stdout.read(), process.stderr.read()
        _, status, after = os.wait4(process.pid, 0)
    finally:
        process.kill()
    assert os.waitstatus_to_exitcode(status) == INTERRUPTED
    assert (told, err) == ("", "No replication was finished.\nInterrupted.\n")
    assert after.ru_utime + after.ru_stime - before < MOST_SECONDS_AFTER
    manifest = json.loads((tmp_path / "long" / "manifest.json").read_bytes())
    assert (manifest["replications"], manifest["failed"]) == (0, [])


def listen() -> None:
    """Tests in the background may have inherited a Ctrl-C that is ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def wait_until_at_work(process: subprocess.Popen[str], manifest: Path, workers: int) -> None:
    """Wait until the folder is there, which is opened before the first replication, and workers have computed."""
    root = psutil.Process(process.pid)
    while not manifest.exists():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.05)
    begun = sum(used(root)[:1])
    while True:
        assert process.poll() is None, process.stderr.read()
        here, *others = used(root)
        busy = sorted(others)[-workers:] if workers > 1 else [here - begun]
        if len(busy) == workers and min(busy) > SECONDS_OF_WORK + (
            3.0 if workers > 1 else 0.0
        ):  # they load numba first
            return
        time.sleep(0.05)
