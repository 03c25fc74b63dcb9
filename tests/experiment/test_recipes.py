"""The recipes of docs/experiments.md for clusters run as they stand there, on a small scenario and fewer parts."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import simulator as sim
from simulator.scenario.text.reading import read_text
from tests.experiment.routes import content
from tests.experiment.small import SMALL

REPLICATIONS = 6000
"""Of a Slurm array of three: a part is eight shards, so that its task is ended between the first and the last."""
REPLICATIONS_OF_JOB = 40


@pytest.fixture(scope="module")
def recipes(repository: Path) -> list[str]:
    """Blocks of code on the page."""
    page = (repository / "docs" / "experiments.md").read_text()
    return re.findall(r"^```\w+\n(.*?)^```$", page, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture
def place(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a scenario and a `scaleup` on the path; the cache of compiled code is the usual one."""
    programs = tmp_path / "bin"
    programs.mkdir()
    command = programs / "scaleup"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{repository}" exec "{sys.executable}" -m simulator.cli "$@"\n')
    command.chmod(0o755)
    (tmp_path / "small.yaml").write_text(sim.load(SMALL).to_yaml())
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def changed(recipe: str, *replaced: tuple[str, str]) -> str:
    """The recipe with other words, each of which stands in it."""
    for old, new in replaced:
        assert old in recipe, old
        recipe = recipe.replace(old, new)
    return recipe


def merged_is_whole(place: Path, parts: list[Path], replications: int) -> None:
    """See that parts merge to the bytes of one run."""
    whole = place / f"whole-{replications}"
    sim.run(place / "small.yaml", replications, out=whole, progress=False)
    sim.merge(parts, place / f"merged-{replications}")
    assert content(place / f"merged-{replications}" / "small") == content(whole / "small")


@pytest.mark.slow
def test_a_slurm_array_one_task_of_which_is_ended_and_run_again(recipes: list[str], place: Path) -> None:
    """A loop over the array's numbers stands in for sbatch, and hands the signal to the batch shell as `B:` says."""
    (script,) = (of for of in recipes if "#SBATCH" in of)
    cache = ('export SCALEUP_CACHE_DIR="$HOME/scaleup-cache"\n', "")  # an empty one takes a minute to fill
    other = (("typical-programme", "small.yaml"), ("70000", str(REPLICATIONS)), ("=1-7", "=1-3"), cache)
    (place / "part.sh").write_text(changed(script, *other))
    options = dict(re.findall(r"^#SBATCH --([\w-]+)=(\S+)", (place / "part.sh").read_text(), flags=re.MULTILINE))
    first, last = map(int, options["array"].split("-"))
    assert options["signal"].startswith("B:TERM@")

    def start(task: int) -> subprocess.Popen[str]:
        told = {"SLURM_ARRAY_TASK_ID": task, "SLURM_ARRAY_TASK_COUNT": last - first + 1, "SLURM_CPUS_PER_TASK": 1}
        environment = os.environ | {name: str(value) for name, value in told.items()}
        return subprocess.Popen(["sh", "part.sh"], cwd=place, env=environment, stderr=subprocess.PIPE, text=True)

    shards = place / "parts" / "2" / "small" / "shards"
    ended = start(2)
    while not list(shards.glob("0*.parquet")) and ended.poll() is None:
        time.sleep(0.005)
    ended.send_signal(signal.SIGTERM)
    assert "Interrupted: what was finished is kept" in ended.communicate()[1]
    assert ended.returncode == 1
    manifest: dict[str, Any] = json.loads((shards.parent / "manifest.json").read_bytes())
    kept = {name: (shards / name).stat().st_mtime_ns for name in manifest["shards"]}
    assert 0 < manifest["replications"] < REPLICATIONS // 3

    tasks = range(first, last + 1)
    assert [start(task).wait() for task in tasks] == [0] * len(tasks)
    assert {name: (shards / name).stat().st_mtime_ns for name in kept} == kept
    merged_is_whole(place, [place / "parts" / str(task) for task in tasks], REPLICATIONS)


@pytest.mark.slow
def test_a_kubernetes_job(recipes: list[str], place: Path) -> None:
    """A loop over completion indices stands in for the cluster; a folder for the volume."""
    (text,) = (of for of in recipes if "kind: Job" in of)
    other = (("typical-programme --", "small.yaml --"), ("70000", str(REPLICATIONS_OF_JOB)), ("/7", "/2"))
    job = read_text(changed(text, *other, ("/results/", f"{place}/")), "job").plain()
    assert job["spec"]["completions"] == job["spec"]["parallelism"] == 7
    (container,) = job["spec"]["template"]["spec"]["containers"]
    for index in (0, 1):
        environment = os.environ | {"JOB_COMPLETION_INDEX": str(index)}
        subprocess.run([*container["command"], *container["args"]], cwd=place, env=environment, check=True)
    merged_is_whole(place, [place / "parts" / "0", place / "parts" / "1"], REPLICATIONS_OF_JOB)
