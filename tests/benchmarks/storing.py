"""What storing, checking and showing progress cost: `python -m tests.benchmarks.storing`.

An experiment of `typical-programme` on one core, in process time: the engine alone (replications one after the other,
thrown away), and what is added by gathering blocks in memory, by shards, manifest, checksums and final tables on the
disk, and by a progress bar. Also the time to check and lay out again a result that is complete (`--resume` with nothing
to do), and the peak memory of fresh processes for more and more replications of a small scenario.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

NAME = "typical-programme"
PEAK = (
    "import resource, tempfile, time, simulator as sim; from tests.experiment.small import SMALL\n"
    "with tempfile.TemporaryDirectory() as out:\n"
    "    result = sim.run(SMALL, {count}, seed=1, out=out if {stored} else None, progress=False)\n"
    "    result.verdict(), result.summary()\n"
    "    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, result.wall_seconds)"
)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Process time and wall time of a piece of work in seconds."""
    process, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - process, time.perf_counter() - wall


def alone(scenario: Any, replications: int) -> None:
    """The engine, without an experiment around it."""
    from simulator import engine

    runner = engine.get("compiled").Engine(engine.build(scenario))
    for number in range(replications):
        runner.replicate(number, 1)


def overhead(rounds: int, replications: int) -> None:
    """Print what an experiment costs on top of its simulation."""
    import simulator as sim

    scenario = sim.load(NAME)
    run = partial(sim.run, scenario, seed=1, jobs=1)
    with TemporaryDirectory() as folder:
        run(replications=8, out=Path(folder) / "warm", progress=False)
    times: dict[str, list[tuple[float, float]]] = {}
    for index in range(rounds):
        with TemporaryDirectory() as folder:
            ways = {
                "the engine alone": partial(alone, scenario, replications),
                "in memory": partial(run, replications, progress=False),
                "in shards, with a progress bar": partial(run, replications, out=folder, progress=True),
                "resumed with nothing to do": partial(run, replications, out=folder, progress=False, resume=True),
            }
            names = list(ways) if index % 2 == 0 else [*list(ways)[2::-1], list(ways)[3]]  # the last needs shards
            for name in names:
                times.setdefault(name, []).append(timed(ways[name]))
    base = statistics.median(process for process, _ in times["the engine alone"])
    for name, of in times.items():
        process, wall = (statistics.median(column) for column in zip(*of, strict=True))
        told = ", ".join(f"{seconds:.2f}" for seconds, _ in of)
        print(f"{name:32} {process:6.2f} s of process time ({told}), {wall:6.2f} s by the clock")
        if name.startswith("in "):
            print(f"{'':32} {100 * (process / base - 1):+.1f}%")


def memory(counts: list[int], *, stored: bool) -> None:
    """Print the peak memory of fresh processes."""
    for count in counts:
        code = PEAK.format(count=count, stored=stored)
        told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
        where = "in a folder" if stored else "without a folder"
        print(f"{count:7,} replications {where}: peak {float(told[0]):.0f} MiB, {float(told[1]):.0f} s")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--replications", type=int, default=1000)
    parser.add_argument("--most", type=int, default=100_000, help="replications of the small scenario; 0: none")
    arguments = parser.parse_args()
    if arguments.rounds:
        overhead(arguments.rounds, arguments.replications)
    if arguments.most:
        memory([arguments.most // 100, arguments.most // 10, arguments.most], stored=True)
        memory([arguments.most // 2], stored=False)


if __name__ == "__main__":
    main()
