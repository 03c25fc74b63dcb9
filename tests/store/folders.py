"""What tests do to folders of results, and ask of them."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import simulator as sim


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
