"""How the compiled engine scales, in threads, users and replications: `python -m tests.benchmarks.scaling`.

Threads: the same experiment with one job and with two, alternately, on the wall clock. Users: `typical-programme`
without gates and sponsor, with all its people multiplied, so that small and large run to the end; process time per
event. Memory: the peak of a fresh process for more and more replications.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from typing import Any

NAME = "typical-programme"
PEAK = (
    "import simulator as sim; from tests.peak import peak_mebibytes; "
    "result = sim.run(sim.load({name!r}), replications={count}, seed=1, jobs=1); "
    "print(peak_mebibytes(), "
    "sum(column.nbytes for column in result.records.weekly.values()) / 2**20)"
)


def multiplied(factor: float) -> Any:
    """The programme with `factor` times its users, agents, data scientists and training places."""
    from simulator.scenario import load

    tree = load(NAME).resolved()
    tree["levers"] = []
    tree["rollout"] |= {"gates": [], "funding_gate": None, "sponsor": None}
    for site in tree["sites"]:
        site["users"] = round(site["users"] * factor)
    for tier in ("tier1", "tier2"):
        people = tree["support"]["tiers"][tier]
        people["agents"] = round(people["agents"] * factor)
        for hiring in people["hiring"]:
            hiring["agents"] = round(hiring["agents"] * factor)
    tree["data_science_team"]["members"] = round(8 * factor)
    tree["change_programme"]["training"]["users_per_week"] = round(60 * factor)
    return load(tree)


def threads(rounds: int, replications: int) -> None:
    """Print how much faster two threads are than one."""
    import simulator as sim

    scenario = sim.load(NAME)
    sim.run(scenario, replications=8, seed=1, jobs=2)
    seconds: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(rounds):
        for jobs in (1, 2):
            began = time.perf_counter()
            sim.run(scenario, replications=replications, seed=1, jobs=jobs)
            seconds[jobs].append(time.perf_counter() - began)
    ratios = [one / two for one, two in zip(seconds[1], seconds[2], strict=True)]
    told = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"two threads against one: {statistics.median(ratios):.2f} times (median of {told})")


def users(rounds: int) -> None:
    """Print the time per event of about 5,000 and 100,000 users."""
    from simulator import engine

    engines = {factor: engine.get("compiled").Engine(engine.build(multiplied(factor))) for factor in (1.5, 30.0)}
    for runner in engines.values():
        runner.replicate(0, 1)
    times: dict[float, list[float]] = {factor: [] for factor in engines}
    for number in range(rounds):
        for factor, runner in engines.items():
            numbers = range(20 * number, 20 * number + (20 if factor < 10 else 1))
            began, events = time.process_time(), 0
            for replication in numbers:
                events += runner.replicate(replication, 1).events
            times[factor].append((time.process_time() - began) / events * 1e9)
    medians = [statistics.median(values) for values in times.values()]
    for factor, median in zip(times, medians, strict=True):
        people = sum(site.users.mean for site in engines[factor].plan.scenario.sites)
        print(f"{people:9,.0f} users: {median:.0f} ns an event")
    print(f"ratio: {medians[1] / medians[0]:.2f}")


def memory(counts: list[int]) -> None:
    """Print the peak memory of fresh processes."""
    for count in counts:
        code = PEAK.format(name=NAME, count=count)
        told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
        print(f"{count:6,} replications: peak {float(told[0]):.0f} MiB, weekly results {float(told[1]):.0f} MiB")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--replications", type=int, default=200)
    arguments = parser.parse_args()
    threads(arguments.rounds, arguments.replications)
    users(arguments.rounds)
    memory([50, 200, 800])


if __name__ == "__main__":
    main()
