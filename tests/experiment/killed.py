"""Runs that are killed: `python -m tests.experiment.killed OUT SEED KILLS` prints what came of them as JSON.

The engine is loaded once; each run is a fork of this process, so that it can be killed at moments that are spread
evenly over the time that a run takes from its start to its last file.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import simulator as sim
from simulator import engine
from tests.experiment.small import SMALL

REPLICATIONS = 240
SHARD_SIZE = 8
KILLS_PER_BATCH = 3


def run(out: Path, file_limit: int | None = None) -> None:
    """Run in this process and leave with exit code 0, or 1 when a file can't be written."""
    if file_limit is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))
    try:
        sim.run(SMALL, REPLICATIONS, jobs=1, shard_size=SHARD_SIZE, out=out, resume=True, progress=False)
    except sim.WriteError as error:
        print(error, file=sys.stderr)
        os._exit(1)
    os._exit(0)


def fork(out: Path, seconds: float | None = None, file_limit: int | None = None) -> int | None:
    """Run in a process of its own, killed after `seconds`; its exit code, None if it was killed."""
    child = os.fork()
    if child == 0:
        run(out, file_limit)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return None if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)


def kept(out: Path) -> int:
    """Replications that the manifest of a run lists."""
    path = out / "small" / "manifest.json"
    return int(json.loads(path.read_bytes())["replications"]) if path.exists() else 0


def main() -> None:
    """Batches of runs that are killed again and again until each is complete."""
    out, chance, kills = Path(sys.argv[1]), random.Random(int(sys.argv[2])), int(sys.argv[3])
    engine.warm_up()
    for module in ("pyarrow.parquet", "scipy.special", "simulator.experiment.callbacks", "simulator.experiment.shards"):
        import_module(module)  # only what starts no threads: they don't survive a fork
    began = time.perf_counter()
    whole = fork(out / "whole")
    seconds = time.perf_counter() - began
    told: dict[str, Any] = {"whole": whole, "seconds": seconds, "killed": 0, "batches": [], "kept": []}
    while told["killed"] < kills:
        batch = out / f"batch-{len(told['batches'])}"
        for _ in range(KILLS_PER_BATCH):
            if fork(batch, chance.uniform(0.0, 1.1 * seconds)) is None:
                told["killed"] += 1
                told["kept"].append(kept(batch))
        told["batches"].append(fork(batch))
    largest = max(path.stat().st_size for path in (out / "whole" / "small").glob("*.parquet"))
    told["no_room"] = fork(out / "no-room", file_limit=largest - 1)
    told["kept_without_room"] = kept(out / "no-room")
    told["room_again"] = fork(out / "no-room")
    print(json.dumps(told))


if __name__ == "__main__":
    main()
