"""What of a result must be the same by whichever route it was computed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TIMINGS = ("wall_seconds", "events_per_second")


def content(folder: Path) -> dict[str, Any]:
    """The bytes of the final tables, and the summary but for timings."""
    summary = json.loads((folder / "summary.json").read_bytes())
    assert all(summary.pop(name) is not None for name in TIMINGS)
    tables = {path.name: path.read_bytes() for path in folder.glob("*.parquet")}
    assert sorted(tables) == ["replications.parquet", "sites.parquet", "weekly.parquet"]
    return {"summary": summary} | tables


def leftovers(folder: Path) -> list[str]:
    """Files in the folder of a result that should not be there when nothing runs."""
    return [path.name for path in [*folder.glob(".*"), *(folder / "shards").glob(".*")]]
