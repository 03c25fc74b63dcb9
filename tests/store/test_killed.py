"""Killed at any moment, or without room for a file: resumed runs end with the bytes of one that was left alone."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.experiment.routes import content, leftovers
from tests.store.killed import NAMES, REPLICATIONS

KILLS = 55


@pytest.mark.slow
def test_sigkill_at_random_moments_and_a_full_disk_lose_nothing(tmp_path, repository):
    command = [sys.executable, "-m", "tests.store.killed", str(tmp_path), "7", str(KILLS)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, cwd=repository)
    told = json.loads(ended.stdout)
    print(told)
    whole = bytes_of(tmp_path / "whole")
    assert told["killed"] >= KILLS
    assert set(told["batches"]) == {told["whole"]} == {0}
    partly = {number for number in told["kept"] if 0 < number < len(NAMES) * REPLICATIONS}
    assert len(partly) >= 3, "shards have to be among the moments"
    assert min(partly) < REPLICATIONS < max(partly), "shards of either scenario have to be among the moments"
    for index in range(len(told["batches"])):
        assert bytes_of(tmp_path / f"batch-{index}") == whole
    assert told["no_room"] == 1
    assert "cannot write" in ended.stderr
    assert told["kept_without_room"] >= REPLICATIONS
    assert told["room_again"] == 0
    assert bytes_of(tmp_path / "no-room") == whole


def bytes_of(out: Path) -> list[Any]:
    """What must be the same of a batch; its folders hold nothing else."""
    assert [leftovers(out / name) for name in NAMES] == [[], []]
    return [content(out / name) for name in NAMES] + [(out / name).read_bytes() for name in ("suite.json", "suite.csv")]
