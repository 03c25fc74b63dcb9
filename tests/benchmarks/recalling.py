"""What it costs to keep replications for other runs, and to read them: `python -m tests.benchmarks.recalling`.

Replications of `typical-programme` are simulated once; then they are put into the cache, and read from it, in turns.
Times are processor times of one thread a replication, and by the clock. Then the peak memory of fresh processes that
find more and more replications of a small scenario there, and write a result of them.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from tempfile import TemporaryDirectory

NAME = "typical-programme"
PEAK = (
    "import tempfile, simulator as sim\n"
    "from tests.experiment.small import SMALL; from tests.peak import peak_mebibytes\n"
    "from os import environ; environ['SCALEUP_RESULTS_CACHE_BYTES'] = str(2**32)\n"
    "told = []\n"
    "with tempfile.TemporaryDirectory() as out:\n"
    "    result = sim.run(SMALL, {count}, seed=1, out=out, progress=lambda one: told.__setitem__(slice(None), [one]))\n"
    "    print(told[-1].recalled, peak_mebibytes())"
)


def times(rounds: int, replications: int) -> None:
    """Print what writing and reading take, beside simulating."""
    from simulator import engine as engines
    from simulator.scenario import load
    from simulator.store.cache_folder import CacheFolder
    from simulator.store.identity import Identity
    from simulator.store.replication_cache import ReplicationCache

    scenario = load(NAME)
    plan = engines.build(scenario)
    engine = engines.get("compiled").Engine(plan)
    engine.replicate(0, 1)
    began = time.process_time()
    simulated = [engine.replicate(number, 1) for number in range(replications)]
    simulating = (time.process_time() - began) / replications
    identity = Identity(scenario, 1, "compiled")
    spent: dict[str, list[tuple[float, float]]] = {"writing": [], "reading": []}

    def note(what: str, clock: float, processor: float) -> None:
        spent[what].append((time.perf_counter() - clock, time.process_time() - processor))

    for _ in range(rounds):
        cache = ReplicationCache(CacheFolder(2**32), identity, plan.inputs)
        starts = time.perf_counter(), time.process_time()
        for number, replication in enumerate(simulated):
            cache.put(number, replication, simulating)
        cache.flush()
        note("writing", *starts)
        cache = ReplicationCache(CacheFolder(2**32), identity, plan.inputs)
        starts = time.perf_counter(), time.process_time()
        chunks = cache.find([range(replications)])
        found = sum(len(cache.recall(chunk) or ()) for chunk in chunks)
        note("reading", *starts)
        assert found == replications
    print(f"{NAME}, {replications} replications, {rounds} rounds; simulating one takes {1e3 * simulating:.1f} ms")
    for what, taken in spent.items():
        clock, processor = (1e3 * statistics.median(each) / replications for each in zip(*taken, strict=True))
        share = processor / (1e3 * simulating)
        print(f"{what}: {processor:.3f} ms of processor time a replication ({share:.2%} of simulating), {clock:.3f} ms")
    nbytes = sum(kept.nbytes for kept in CacheFolder.look()[1])
    print(f"{nbytes / replications / 1024:.1f} KiB a replication")


def peaks(counts: list[int]) -> None:
    """Print the peak memory of processes that find so many replications, after one that has left them."""
    for count in counts:
        for _ in range(2):
            told = subprocess.run(
                [sys.executable, "-c", PEAK.format(count=count)], capture_output=True, text=True, check=True
            ).stdout.split()
        print(f"{count:,} replications of a small scenario, {int(told[0]):,} found: peak {float(told[1]):.0f} MiB")


def main() -> None:
    """Measure in a folder of its own; compiled code is read from the usual one first."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--replications", type=int, default=400)
    options.add_argument("--peaks", type=int, nargs="*", default=[1_000, 10_000, 50_000])
    chosen = options.parse_args()
    from simulator import engine as engines

    engines.warm_up()
    with TemporaryDirectory() as place:
        os.environ["SCALEUP_CACHE_DIR"] = (
            place  # compiled code is in memory, and the first process that is started compiles
        )
        times(chosen.rounds, chosen.replications)
        peaks(chosen.peaks)


if __name__ == "__main__":
    main()
