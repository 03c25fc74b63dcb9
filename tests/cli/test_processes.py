"""`scaleup` in processes of its own, on the real engines."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import simulator as sim
from simulator.cli import main
from tests.cli.conftest import signals_as_before
from tests.experiment.small import SMALL


@pytest.fixture
def small(tmp_path: Path) -> str:
    path = tmp_path / "small.yaml"
    path.write_text(sim.load(SMALL).to_yaml())
    return str(path)


def test_the_app_is_this_program_whatever_folder_it_is_started_in(tmp_path, monkeypatch):
    (tmp_path / "simulator").mkdir()
    (tmp_path / "simulator" / "__init__.py").write_text("raise SystemExit('the wrong simulator')")
    started = []

    def execve(_, command, environment):
        started.extend(command)
        raise SystemExit

    monkeypatch.setattr(os, "execve", execve)
    with pytest.raises(SystemExit), signals_as_before():
        main(["app", "--headless"])
    options = started[: started.index("-m")]
    environment = os.environ | {"PYTHONPATH": str(Path(sim.__file__).parents[1])}
    told = subprocess.run(
        [*options, "-c", "import simulator; print(simulator.__file__)"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == sim.__file__


def start(*arguments: str, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "simulator.cli", *arguments]
    top = Path(sim.__file__).parents[1]
    environment = os.environ | {"TERM": "xterm"}

    def listen() -> None:  # tests in the background may have inherited a Ctrl-C that is ignored
        signal.signal(signal.SIGINT, signal.default_int_handler)

    return subprocess.Popen(
        command,
        cwd=top,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        preexec_fn=listen,  # noqa: PLW1509 (it takes no lock)
    )


def digits(*arguments: str) -> dict:
    process = start("run", *arguments, "--json")
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    (summary,) = json.loads(out)
    return {key: value for key, value in summary.items() if key not in ("wall_seconds", "events_per_second", "engine")}


def test_engines_and_jobs_make_no_difference_to_the_digits(small):
    expected = digits(small, "--replications", "6", "--jobs", "1")
    assert expected["measures"]["tickets_opened"]["mean"] > 0
    assert digits(small, "--replications", "6", "--jobs", "2") == expected
    assert digits(small, "--replications", "6", "--jobs", "2", "--engine", "reference") == expected


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_ctrl_c_ends_cleanly_and_keeps_what_is_finished(small, engine, tmp_path):
    results = tmp_path / "results"
    terminal, its_end = pty.openpty()
    process = start(
        "run",
        small,
        "--replications",
        "200000",
        "--jobs",
        "2",
        "--engine",
        engine,
        "--out",
        str(results),
        stderr=its_end,
    )
    os.close(its_end)
    seen = read_until(terminal, rb"[1-9][0-9]*/200000")
    process.send_signal(signal.SIGINT)
    seen += read_until(terminal, None)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert b"Traceback" not in seen
    assert b"what was finished is kept" in seen
    kept = pq.read_table(results / "small" / "replications.parquet")
    assert 0 < kept.num_rows < 200_000
    assert f"interrupted: {kept.num_rows:,} of 200,000 replications, seed 1" in out
    assert kept.slice(0, 2).equals(sim.run(small, replications=2).records.table("replications").slice(0, kept.num_rows))


def read_until(terminal: int, pattern: bytes | None) -> bytes:
    """What a terminal shows until `pattern` appears, or to the end."""
    seen = b""
    while pattern is None or not re.search(pattern, seen):
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            piece = b""
        if not piece:
            assert pattern is None, seen
            break
        seen += piece
    return seen


def test_the_reader_of_a_pipe_may_leave(small):
    process = start("trace", small)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("small, replication 0")
    os.close(process.stdout.fileno())
    assert process.wait(120) == 0
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()
