"""Malformed scenarios on the command line: exit code 2 and one message, never a traceback, and nothing is run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.cli.entry import execute
from tests.scenario.conftest import MINIMAL
from tests.scenario.text.malformed import CASES

Write = Callable[..., Path]


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run a command line that has to be refused; what it says on standard error."""

    def call(*arguments: str) -> str:
        code = execute(arguments)
        streams = capsys.readouterr()
        assert code == 2
        assert streams.out == ""
        assert "Traceback" not in streams.err
        return streams.err

    return call


@pytest.mark.parametrize("name", CASES)
def test_run_refuses_with_one_message(name: str, write: Write, refused: Callable[..., str]) -> None:
    text, path, part = CASES[name]
    file = write(text)
    (line,) = refused("run", str(file)).splitlines()
    assert line.startswith(str(file))
    assert path in line
    assert part in line


def test_validate_refuses_all_at_once_in_a_process_of_its_own(tmp_path: Path, repository: Path) -> None:
    files = []
    for name, (text, _, _) in CASES.items():
        files.append(tmp_path / f"{name}.yaml")
        files[-1].write_text(text, encoding="utf-8")
    for start in range(0, len(files), 75):  # one message tells a hundred problems at most
        some = files[start : start + 75]
        command = [sys.executable, "-m", "simulator.cli", "validate", *map(str, some)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=repository, timeout=300)
        assert done.returncode == 2
        assert done.stdout == ""
        lines = done.stderr.splitlines()
        assert len(lines) == len(some)
        for file, line in zip(some, lines, strict=True):
            assert line.startswith(str(file))


@pytest.mark.parametrize("command", ["validate", "run"])
def test_files_that_cannot_be_read(command: str, tmp_path: Path, refused: Callable[..., str]) -> None:
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    (tmp_path / "dangling.yaml").symlink_to("nowhere.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"name: caf\xe9\n")
    (tmp_path / "secret.yaml").write_text(MINIMAL)
    (tmp_path / "secret.yaml").chmod(0)
    sources = {
        "folder.yaml": "found a directory; allowed: a scenario file (YAML)",
        "loop.yaml": "cannot be read",
        "dangling.yaml": "cannot be read (no such file or directory)",
        "latin.yaml": "found byte 0xe9, which is no UTF-8",
        "absent.yaml": "does not exist",
    }
    if os.geteuid() != 0:  # root may read everything
        sources["secret.yaml"] = "cannot be read (permission denied)"
    for source, part in sources.items():
        (line,) = refused(command, str(tmp_path / source)).splitlines()
        assert line.startswith(str(tmp_path / source))
        assert part in line


def test_scenarios_that_extend_each_other(write: Write, refused: Callable[..., str]) -> None:
    first = write("extends: second.yaml\n", "first.yaml")
    write("extends: first.yaml\n", "second.yaml")
    (line,) = refused("validate", str(first)).splitlines()
    assert "second.yaml:1:10: extends:" in line
    assert "which leads back here; allowed: extends without a cycle" in line


def test_folders_that_cannot_be_written(write: Write, tmp_path: Path, refused: Callable[..., str]) -> None:
    scenario = str(write(MINIMAL))
    folders = [Path("/dev/null"), Path("/dev/null/results"), Path(scenario), tmp_path / ("x" * 300)]
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    if os.geteuid() != 0:  # root may write everywhere
        folders.append(locked)
    for folder in folders:
        (line,) = refused("run", scenario, "--replications", "1", "--out", str(folder)).splitlines()
        assert line.startswith((f"cannot write results to {folder}", f"cannot read {folder}"))
