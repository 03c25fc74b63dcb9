"""Killed at any moment, or without room for a file: resumed runs end with the bytes of one that was left alone."""

import json
import subprocess
import sys

import pytest

from tests.experiment.killed import REPLICATIONS
from tests.experiment.routes import content, leftovers

KILLS = 55


@pytest.mark.slow
def test_sigkill_at_random_moments_and_a_full_disk_lose_nothing(tmp_path, repository):
    command = [sys.executable, "-m", "tests.experiment.killed", str(tmp_path), "7", str(KILLS)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, cwd=repository)
    told = json.loads(ended.stdout)
    print(told)
    whole = content(tmp_path / "whole" / "small")
    assert told["killed"] >= KILLS
    assert set(told["batches"]) == {told["whole"]} == {0}
    partly = {number for number in told["kept"] if 0 < number < REPLICATIONS}
    assert len(partly) >= 3, "shards have to be among the moments"
    for index in range(len(told["batches"])):
        assert content(tmp_path / f"batch-{index}" / "small") == whole
        assert leftovers(tmp_path / f"batch-{index}" / "small") == []
    assert told["no_room"] == 1
    assert "cannot write" in ended.stderr
    assert told["kept_without_room"] == REPLICATIONS
    assert told["room_again"] == 0
    assert content(tmp_path / "no-room" / "small") == whole
