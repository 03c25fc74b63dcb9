"""Speed beside other simulators of queues: `python -m tests.benchmarks.others`.

Both engines, Cimba, Ciw, SimPy, salabim and asimpy simulate the same two open networks of queues, alternately in one
process: M/M/3 at a load of 0.8, and a support desk of three tiers. Printed are medians of process time per visit (a
customer served at a tier), and beside them the mean waits and those of theory, so that it is seen that all of them do
the same work. Times are of whole replications, from an empty network to the mean waits; what can be laid out once for
all replications (a scenario, its compiled kernel, Ciw's network, Cimba's compiled model) is not counted.
"""

from __future__ import annotations

import argparse
import gc
import importlib.metadata
import statistics
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import asimpy
import cimba
import ciw
import salabim
import simpy

from simulator import engine
from simulator.scenario import load
from tests.benchmarks.networks import NETWORKS, WARM_UP_WEEKS, WEEK_HOURS, Network, Tally, Tier, scenario_of
from tests.theory.statistics import Comparison, compare_ratio

SEED = 20260105

Run = Callable[[int], Tally]
"""Simulates one replication, by its number."""


def with_engine(name: str) -> Callable[[Network, int], Run]:
    """One of our two engines."""

    def prepare(network: Network, weeks: int) -> Run:
        runner = engine.get(name).Engine(engine.build(load(scenario_of(network, weeks))))

        def run(number: int) -> Tally:
            replication = runner.replicate(number, SEED)
            tally = Tally(len(network.tiers))
            for i in range(tally.tiers):
                tally.visits[i] = int(replication.measures[f"visits_tier{i + 1}"])
                tally.wait_hours_sum[i] = float(replication.measures[f"wait_hours_sum_tier{i + 1}"])
            return tally

        return run

    return prepare


def with_ciw(network: Network, weeks: int) -> Run:
    """Ciw, a simulator of queueing networks: the network is told, not programmed."""
    tiers = network.tiers
    onward = [0.0, *(tier.share for tier in tiers[1:])]
    laid_out = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(network.arrivals_per_hour), *[None] * (len(tiers) - 1)],
        service_distributions=[ciw.dists.Exponential(1.0 / tier.handling_hours) for tier in tiers],
        number_of_servers=[tier.servers for tier in tiers],
        routing=[onward, *[[0.0] * len(tiers)] * (len(tiers) - 1)],
    )

    def run(number: int) -> Tally:
        ciw.seed(number)
        simulation = ciw.Simulation(laid_out)
        simulation.simulate_until_max_time(weeks * WEEK_HOURS)
        tally = Tally(len(tiers))
        for record in simulation.get_all_records():
            tally.serve(record.node - 1, record.arrival_date, record.service_start_date)
        return tally

    return run


def with_simpy(network: Network, weeks: int) -> Run:
    """SimPy: a generator for the arrivals and one for each customer."""

    def run(number: int) -> Tally:
        random = Random(number)
        tally = Tally(len(network.tiers))
        environment = simpy.Environment()
        agents = [simpy.Resource(environment, tier.servers) for tier in network.tiers]
        rates = [1.0 / tier.handling_hours for tier in network.tiers]

        def customer() -> Generator[simpy.Event, Any, None]:
            for tier in network.route(random.random()):
                arrived = environment.now
                with agents[tier].request() as request:
                    yield request
                    tally.serve(tier, arrived, environment.now)
                    yield environment.timeout(random.expovariate(rates[tier]))

        def arrivals() -> Generator[simpy.Event, Any, None]:
            while True:
                yield environment.timeout(random.expovariate(network.arrivals_per_hour))
                environment.process(customer())

        environment.process(arrivals())
        environment.run(until=weeks * WEEK_HOURS)
        return tally

    return run


def with_salabim(network: Network, weeks: int) -> Run:
    """salabim: a component for the arrivals and one for each customer.

    In its older form with generators, the quicker one, and without the monitors of its resources, which can be done
    without.
    """

    def run(number: int) -> Tally:
        random = Random(number)
        tally = Tally(len(network.tiers))
        environment = salabim.Environment(yieldless=False)
        agents = [salabim.Resource(capacity=tier.servers, monitor=False) for tier in network.tiers]
        rates = [1.0 / tier.handling_hours for tier in network.tiers]

        class Customer(salabim.Component):  # type: ignore[misc]
            def process(self) -> Generator[None, None, None]:
                for tier in network.route(random.random()):
                    arrived = environment.now()
                    yield self.request(agents[tier])
                    tally.serve(tier, arrived, environment.now())
                    yield self.hold(random.expovariate(rates[tier]))
                    self.release(agents[tier])

        class Arrivals(salabim.Component):  # type: ignore[misc]
            def process(self) -> Generator[None, None, None]:
                while True:
                    yield self.hold(random.expovariate(network.arrivals_per_hour))
                    Customer()

        Arrivals()
        environment.run(till=weeks * WEEK_HOURS)
        return tally

    return run


def with_asimpy(network: Network, weeks: int) -> Run:
    """asimpy: a coroutine for the arrivals and one for each customer."""

    def run(number: int) -> Tally:
        random = Random(number)
        tally = Tally(len(network.tiers))
        environment = asimpy.Environment()
        agents = [asimpy.Resource(environment, tier.servers) for tier in network.tiers]
        rates = [1.0 / tier.handling_hours for tier in network.tiers]

        class Customer(asimpy.Process):  # type: ignore[misc]
            async def run(self) -> None:
                for tier in network.route(random.random()):
                    arrived = self.now
                    async with agents[tier]:
                        tally.serve(tier, arrived, self.now)
                        await self.timeout(random.expovariate(rates[tier]))

        class Arrivals(asimpy.Process):  # type: ignore[misc]
            async def run(self) -> None:
                while True:
                    await self.timeout(random.expovariate(network.arrivals_per_hour))
                    Customer(environment)

        Arrivals(environment)
        environment.run(until=weeks * WEEK_HOURS)
        return tally

    return run


def desk_of(servers: tuple[int, ...]) -> type[Any]:
    """A model of Cimba's with so many servers at each of three tiers: a process for the arrivals and one per server.

    That is how its own benchmark is written. Those who wait are the hours at which they came, in a line for each tier.
    """

    class Desk(cimba.Model):  # type: ignore[misc]
        arrival_hours: cimba.Param[float]
        warm_up: cimba.Param[float]
        hours1: cimba.Param[float]
        hours2: cimba.Param[float]
        hours3: cimba.Param[float]
        share2: cimba.Param[float]
        share3: cimba.Param[float]
        line1: cimba.Store[float]
        line2: cimba.Store[float]
        line3: cimba.Store[float]
        visits1: cimba.Output[int]
        visits2: cimba.Output[int]
        visits3: cimba.Output[int]
        wait1: cimba.Output[float]
        wait2: cimba.Output[float]
        wait3: cimba.Output[float]

        @cimba.on_start
        def empty(self) -> None:
            self.wait1 = self.wait2 = self.wait3 = 0.0

        @cimba.process
        def arrivals(self) -> None:
            while True:
                cimba.hold(cimba.random.exponential(self.arrival_hours))
                self.line1.put(cimba.now())

        @cimba.process(copies=servers[0])
        def tier1(self) -> None:
            while True:
                arrived = self.line1.get()
                if arrived >= self.warm_up:
                    self.visits1 += 1
                    self.wait1 += cimba.now() - arrived
                cimba.hold(cimba.random.exponential(self.hours1))
                u = cimba.random.uniform()
                if u < self.share2:
                    self.line2.put(cimba.now())
                elif u < self.share2 + self.share3:
                    self.line3.put(cimba.now())

        @cimba.process(copies=servers[1])
        def tier2(self) -> None:
            while True:
                arrived = self.line2.get()
                if arrived >= self.warm_up:
                    self.visits2 += 1
                    self.wait2 += cimba.now() - arrived
                cimba.hold(cimba.random.exponential(self.hours2))

        @cimba.process(copies=servers[2])
        def tier3(self) -> None:
            while True:
                arrived = self.line3.get()
                if arrived >= self.warm_up:
                    self.visits3 += 1
                    self.wait3 += cimba.now() - arrived
                cimba.hold(cimba.random.exponential(self.hours3))

    return Desk


def with_cimba(network: Network, weeks: int) -> Run:
    """Cimba: an engine in C whose processes are coroutines; numba compiles what they do."""
    tiers = [*network.tiers, *[Tier(0.0, 1, 1.0)] * (3 - len(network.tiers))]
    desk = desk_of(tuple(tier.servers for tier in tiers))()
    desk.arrival_hours = 1.0 / network.arrivals_per_hour
    desk.warm_up = float(WARM_UP_WEEKS * WEEK_HOURS)
    desk.hours1, desk.hours2, desk.hours3 = (tier.handling_hours for tier in tiers)
    desk.share2, desk.share3 = (tier.share for tier in tiers[1:])
    window = cimba.Window(duration=float(weeks * WEEK_HOURS))

    def run(number: int) -> Tally:
        found = cimba.Experiment(desk, window=window, seed=number).run(workers=1, on_failure="raise")[desk]
        tally = Tally(len(network.tiers))
        for i in range(tally.tiers):
            tally.visits[i] = int(getattr(found, f"visits{i + 1}").values.item())
            tally.wait_hours_sum[i] = float(getattr(found, f"wait{i + 1}").values.item())
        return tally

    return run


SIMULATORS: dict[str, Callable[[Network, int], Run]] = {
    "compiled": with_engine("compiled"),
    "reference": with_engine("reference"),
    "cimba": with_cimba,
    "ciw": with_ciw,
    "simpy": with_simpy,
    "asimpy": with_asimpy,
    "salabim": with_salabim,
}
WEEKS = {"compiled": 400, "reference": 8, "cimba": 400, "ciw": 20, "simpy": 40, "asimpy": 40, "salabim": 5}
"""Length of a replication, such that one takes a second or a few; of the compiled ones, some tenths of one."""


@dataclass
class Result:
    """What one simulator needed in each round, and what it says about the waits (hours) at each tier."""

    nanoseconds_per_visit: list[float]
    visits: int
    waits: list[Comparison]


def measure(network: Network, weeks: Mapping[str, int], rounds: int) -> dict[str, Result]:
    """One replication of every simulator in each of at least ten rounds."""
    runs = {name: SIMULATORS[name](network, length) for name, length in weeks.items()}
    for name in {"compiled", "cimba"} & set(runs):
        runs[name](rounds)  # the kernel is compiled, or read from the cache
    times: dict[str, list[float]] = {name: [] for name in runs}
    tallies: dict[str, list[Tally]] = {name: [] for name in runs}
    gc.collect()
    gc.freeze()  # what was there before is nobody's garbage
    for number in range(rounds):
        for name, run in runs.items():
            gc.collect()  # nobody clears up after another
            began = time.process_time()
            tally = run(number)
            measured_share = (weeks[name] - WARM_UP_WEEKS) / weeks[name]
            times[name].append((time.process_time() - began) * 1e9 * measured_share / sum(tally.visits))
            tallies[name].append(tally)
    gc.unfreeze()
    return {
        name: Result(
            times[name],
            sum(sum(tally.visits) for tally in some),
            [
                compare_ratio([tally.wait_hours_sum[i] for tally in some], [tally.visits[i] for tally in some], wait)
                for i, wait in enumerate(network.wait_hours())
            ],
        )
        for name, some in tallies.items()
    }


def report(network: Network, results: Mapping[str, Result]) -> str:
    """A table: a line for Erlang C, and one for each simulator beside the first of them."""
    expected = "".join(f"{60.0 * hours:>10.2f}{'':8}" for hours in network.wait_hours())
    lines = [
        f"{network.name}: time per visit, ratio to the first, visits measured, mean wait by tier (minutes, 95%)",
        f"{'Erlang C':18}{'':52}{expected}".rstrip(),
    ]
    first = statistics.median(next(iter(results.values())).nanoseconds_per_visit)
    for name, result in results.items():
        version = "" if name in engine.ENGINES else importlib.metadata.version(name)
        median = statistics.median(result.nanoseconds_per_visit)
        spread = f"({min(result.nanoseconds_per_visit):,.0f} to {max(result.nanoseconds_per_visit):,.0f})"
        waits = "".join(
            f"{60.0 * wait.estimate:>10.2f} ± {60.0 * wait.relative_half_width * wait.expected:<5.2f}"
            for wait in result.waits
        )
        speed = f"{median:>9,.0f} ns {spread:20}{median / first:>8,.1f}"
        lines.append(f"{name + ' ' + version:18}{speed}{result.visits:>11,}  {waits}".rstrip())
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=12, help="at least ten")
    arguments = parser.parse_args()
    for network in NETWORKS:
        print(report(network, measure(network, WEEKS, arguments.rounds)), flush=True)


if __name__ == "__main__":
    main()
