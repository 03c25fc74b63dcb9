"""What storing, checking and showing progress cost: `python -m tests.benchmarks.storing`.

An experiment of `typical-programme` on one core. Within the same run, the processor time of the simulating thread is
taken inside the engine (replications from start to measures), and the processor time of the whole process around it;
what is left is blocks, shards, manifest, checksums, final tables, summary, and the progress bar. Then the time to check
and lay out again a result that is complete (`--resume` with nothing to do), and the peak memory of fresh processes for
more and more replications of a small scenario.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

NAME = "typical-programme"
PEAK = (
    "import tempfile, simulator as sim\n"
    "from tests.experiment.small import SMALL; from tests.peak import peak_mebibytes\n"
    "with tempfile.TemporaryDirectory() as out:\n"
    "    result = sim.run(SMALL, {count}, seed=1, out=out if {stored} else None, progress=False)\n"
    "    result.verdict(), result.summary()\n"
    "    print(peak_mebibytes(), result.wall_seconds)"
)


@contextmanager
def counting() -> Iterator[list[float]]:
    """Collects the processor time that the simulating thread spends inside the compiled engine, in seconds."""
    from simulator.engine.compiled import Engine

    spent: list[float] = []
    replicate = Engine.replicate

    def counted(self: Any, *arguments: Any, **named: Any) -> Any:
        began = time.thread_time()
        try:
            return replicate(self, *arguments, **named)
        finally:
            spent.append(time.thread_time() - began)

    Engine.replicate = counted
    try:
        yield spent
    finally:
        Engine.replicate = replicate


def overhead(rounds: int, replications: int) -> list[float]:
    """Print what an experiment costs on top of its simulation, and return it as shares of the simulation."""
    import simulator as sim

    os.environ["FORCE_COLOR"] = "1"  # so that the bar is drawn as on a terminal
    scenario = sim.load(NAME)
    shares = []
    with TemporaryDirectory() as folder:
        sim.run(scenario, 8, out=folder, jobs=1, progress=False)  # imports and compiled code are not in it
    for _ in range(rounds):
        with TemporaryDirectory() as folder, counting() as spent, Path(os.devnull).open("w") as nowhere:
            began, clock = time.process_time(), time.perf_counter()
            with redirect_stderr(nowhere):
                sim.run(scenario, replications, out=folder, jobs=1, progress=True)
            total, elapsed = time.process_time() - began, time.perf_counter() - clock
            inside = sum(spent)
            shares.append(total / inside - 1)
            began = time.process_time()
            sim.run(scenario, replications, out=folder, jobs=1, progress=False, resume=True)
            again = time.process_time() - began
        print(
            f"{replications:,} replications: {inside:.2f} s simulated, {total - inside:.2f} s around it "
            f"({100 * shares[-1]:.1f}%); {elapsed:.2f} s by the clock; checked and laid out again in {again:.2f} s"
        )
    print(f"storing, checking and showing progress: {100 * statistics.median(shares):.1f}% (median)")
    return shares


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
