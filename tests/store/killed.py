"""Batches that are killed: `python -m tests.store.killed OUT SEED KILLS` prints what came of them as JSON.

The engine is loaded once; each run is a fork of this process, so that it can be killed at moments that are spread
evenly over what a run takes from its start to its last file: of the processor's time, as a busy machine changes the
other kind from run to run.
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

import psutil

import simulator as sim
from simulator import engine
from simulator.scenario import Member
from tests.experiment.small import SMALL

REPLICATIONS = 120
SHARD_SIZE = 8
KILLS_PER_BATCH = 3
NAMES = ("small", "longer")


def batch() -> sim.Suite:
    """Two small programmes."""
    scenarios = (sim.load(SMALL), sim.load(SMALL | {"name": "longer", "horizon_weeks": 40}))
    return sim.Suite("batch", "", "small", tuple(Member(scenario) for scenario in scenarios))


def run(out: Path, file_limit: int | None = None) -> None:
    """Run in this process and leave with exit code 0, or 1 when a file can't be written."""
    if file_limit is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))
    try:
        sim.run_suite(batch(), REPLICATIONS, jobs=1, shard_size=SHARD_SIZE, out=out, resume=True, progress=False)
    except sim.WriteError as error:
        print(error, file=sys.stderr)
        os._exit(1)
    os._exit(0)


def fork(out: Path, seconds: float | None = None, file_limit: int | None = None) -> tuple[int | None, float]:
    """Run in a process of its own, killed after `seconds` on a processor.

    Its exit code, None if it was killed, and how many it took.
    """
    child = os.fork()
    if child == 0:
        run(out, file_limit)
    if seconds is not None:
        watched = psutil.Process(child)
        while watched.status() != psutil.STATUS_ZOMBIE and sum(watched.cpu_times()[:2]) < seconds:
            time.sleep(0.001)
        os.kill(child, signal.SIGKILL)
    _, status, used = os.wait4(child, 0)
    return None if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime


def kept(out: Path) -> int:
    """Replications that the manifests of a batch list."""
    manifests = [out / name / "manifest.json" for name in NAMES]
    return sum(int(json.loads(path.read_bytes())["replications"]) for path in manifests if path.exists())


def main() -> None:
    """Batches of runs that are killed again and again until each is complete."""
    out, chance, kills = Path(sys.argv[1]), random.Random(int(sys.argv[2])), int(sys.argv[3])
    engine.warm_up()
    for module in ("pyarrow.parquet", "scipy.special", "simulator.stepping.callbacks", "simulator.store.shards"):
        import_module(module)  # only what starts no threads: they don't survive a fork
    whole, seconds = fork(out / "whole")
    told: dict[str, Any] = {"whole": whole, "seconds": seconds, "killed": 0, "batches": [], "kept": []}
    while told["killed"] < kills:
        folder = out / f"batch-{len(told['batches'])}"
        for _ in range(KILLS_PER_BATCH):
            if fork(folder, chance.uniform(0.0, 1.1 * seconds))[0] is None:
                told["killed"] += 1
                told["kept"].append(kept(folder))
        told["batches"].append(fork(folder)[0])
    largest = max(path.stat().st_size for path in (out / "whole" / NAMES[0]).glob("*.parquet"))
    told["no_room"] = fork(out / "no-room", file_limit=largest - 1)[0]
    told["kept_without_room"] = kept(out / "no-room")
    told["room_again"] = fork(out / "no-room")[0]
    print(json.dumps(told))


if __name__ == "__main__":
    main()
