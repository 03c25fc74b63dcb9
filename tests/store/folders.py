"""Folders of results for tests, and what is done to them and asked of them."""

import json
import os
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import simulator as sim
from tests.experiment.stand_in import SCENARIO

LOADED = sim.load(SCENARIO)
run = partial(sim.run, LOADED, replications=12, seed=3, jobs=1, shard_size=2, progress=False)
"""Twelve replications in six shards, unless something else is said."""
SHARD = "shards/00000002-00000003.parquet"
"""The second of them."""


@pytest.fixture
def no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is synced: that takes most of the time, and what it is for no test can see."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def folder(tmp_path: Path, stand_in_engine: None, no_disk: None) -> Path:
    """A result of six shards."""
    run(out=tmp_path / "out")
    return tmp_path / "out" / "stand-in"


@pytest.fixture
def parts(tmp_path: Path, stand_in_engine: None, no_disk: None) -> list[Path]:
    """Two halves of an experiment."""
    for index in (1, 2):
        run(out=tmp_path / f"part-{index}", shard=f"{index}/2")
    return [tmp_path / f"part-{index}" / "stand-in" for index in (1, 2)]


def everything(folder: Path) -> dict[str, Any]:
    """What lies in a folder: bytes of files, targets of links."""
    return {
        str(path.relative_to(folder)): path.readlink() if path.is_symlink() else path.is_file() and path.read_bytes()
        for path in folder.rglob("*")
    }


def refused(call: Callable[[], object], *messages: str) -> None:
    """The call raises `OutputError`, on one line with these messages in it."""
    with pytest.raises(sim.OutputError) as caught:
        call()
    for message in messages:
        assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what the manifest of a result says."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def list_again(folder: Path, name: str) -> None:
    """Give the manifest the checksum that a shard or a table has now."""
    checksum = sha256((folder / name).read_bytes()).hexdigest()
    kind, _, shard = name.rpartition("/")
    edit(folder, lambda of: of[kind or "tables"][shard].update(sha256=checksum))
