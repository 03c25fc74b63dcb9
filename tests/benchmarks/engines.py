"""Speed of the two engines side by side, and of a first result: `python -m tests.benchmarks.engines`.

Both engines run the same replications alternately in one process; times are process times of one thread, so that
other load on the machine disturbs as little as it can, and medians and their ratio are printed. An event is a line
of the trace. A fresh process from a warm cache and a compilation into an empty cache are timed on the wall clock.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

FIRST_RESULT = (
    "import time; began = time.perf_counter(); import simulator as sim; "
    "sim.run(sim.load({name!r}), replications=20, seed=1, jobs=2); print(time.perf_counter() - began)"
)
COMPILE = (
    "import time; from simulator import engine; began = time.perf_counter(); engine.warm_up(); "
    "print(time.perf_counter() - began)"
)
PROCESSOR_TIME = "; print(time.process_time())"
"""Of the whole process, which other load on the machine disturbs less."""


def nanoseconds_per_event(engine: Any, replications: list[int]) -> float:
    """Process time of whole replications, their beginning and measures included, per event."""
    events = 0
    began = time.process_time()
    for replication in replications:
        events += engine.replicate(replication, 1).events
    return (time.process_time() - began) / events * 1e9


def fresh(code: str, cache: str | None = None) -> tuple[float, float]:
    """Seconds that `code` prints in a new process, and the processor time of that process."""
    environment = dict(os.environ) if cache is None else os.environ | {"SCALEUP_CACHE_DIR": cache}
    told = subprocess.run(
        [sys.executable, "-c", code + PROCESSOR_TIME], env=environment, capture_output=True, text=True, check=True
    )
    seconds, processor = told.stdout.split()[-2:]
    return float(seconds), float(processor)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="manufacturing-12-plants")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--compiled-replications", type=int, default=20, help="per round, beside one of the reference")
    arguments = parser.parse_args()

    from simulator import engine
    from simulator.scenario import load

    plan = engine.build(load(arguments.scenario))
    compiled, reference = (engine.get(name).Engine(plan) for name in ("compiled", "reference"))
    compiled.replicate(0, 1)
    reference.replicate(0, 1)
    times: dict[str, list[float]] = {"compiled": [], "reference": []}
    for round_number in range(arguments.rounds):
        numbers = list(range(arguments.compiled_replications))
        times["compiled"].append(nanoseconds_per_event(compiled, numbers))
        times["reference"].append(nanoseconds_per_event(reference, [round_number]))
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, values in times.items():
        spread = f"{min(values):,.0f} to {max(values):,.0f}"
        print(f"{name:10} median {medians[name]:10,.0f} ns an event   ({spread}, {len(values)} rounds)")
    print(f"ratio of medians, reference over compiled: {medians['reference'] / medians['compiled']:,.0f}")
    firsts = [fresh(FIRST_RESULT.format(name=arguments.scenario)) for _ in range(arguments.rounds)]
    seconds, processor = (statistics.median(column) for column in zip(*firsts, strict=True))
    print(
        f"first result, fresh process, warm cache, 20 replications: {seconds:.2f} s, processor time {processor:.2f} s"
    )
    with tempfile.TemporaryDirectory() as cache:
        seconds, processor = fresh(COMPILE, cache)
        print(f"compilation into an empty cache: {seconds:.1f} s, processor {processor:.1f} s")


if __name__ == "__main__":
    main()
