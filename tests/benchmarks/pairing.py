"""What common random numbers are worth: `python -m tests.benchmarks.pairing` prints the tables of docs/performance.md.

First, the variance of differences between `typical-programme` and the same with one change: replications paired by
number and seed, against those of independent seeds, and, between the two, pairs that share the inputs as drawn but no
other stream. Then the processor time until the difference in success between two plans is known to a point: the
compiled engine runs until it is; for the reference engine it follows from measured seconds and variances.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

import numpy as np

from simulator.results.statistics import Z_95, describe

NAME = "typical-programme"
REMEDY = "integration-day-one"
MEASURES = ("npv", "adoption_final", "success")
CHANGES: dict[str, dict[str, Any]] = {
    "one more tier-1 agent (4, not 3)": {"support.tiers.tier1.agents": 4},
    "errors weigh a quarter more in trust": {"users.trust.error_weight": {"p10": 1.875, "p50": 2.5, "p90": 3.75}},
    "integration platform starts a quarter later": {"integration.systems.integration-platform.start_week": 13},
}
SEED, OTHER_SEED = 1, 2
RESAMPLES = 2000
LOOK_EVERY = 100
LEAST_PAIRS = 500
"""Before this many pairs their variance is not known well enough to stop."""

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Values = dict[str, Numbers]


@dataclass(frozen=True)
class Ratio:
    """The variance of independent differences over that of paired ones, with its 95% interval; infinite is possible."""

    ratio: float
    low: float
    high: float

    def __str__(self) -> str:
        if np.isinf(self.ratio):
            return "no pair differs"
        return f"{_short(self.ratio)} ({_short(self.low)} to {_short(self.high)})"


def variance_ratio(independent: Numbers, paired: Numbers) -> Ratio:
    """How much smaller the variance of `paired` is, float64[replications] both.

    The interval is the percentile bootstrap's (Efron and Tibshirani 1993, chapter 13) over replications, taken jointly.
    """
    generator = np.random.default_rng(20_261_123)
    size = len(paired)

    def ratio(rows: Any) -> float:
        variance = np.var(paired[rows])
        return float(np.var(independent[rows]) / variance) if variance > 0.0 else np.inf

    found = [ratio(generator.integers(size, size=size)) for _ in range(RESAMPLES)]
    low, high = np.quantile(found, (0.025, 0.975), method="nearest")
    return Ratio(ratio(slice(None)), float(low), float(high))


def simulated(engine: Any, replications: int, seed: int) -> Values:
    """Output measures of replications 0, 1, 2, ... as float64[replications]."""
    rows = [engine.replicate(number, seed).measures for number in range(replications)]
    return {name: np.array([float(row[name]) for row in rows]) for name in MEASURES}


def pairing(scenario: Any, changes: Mapping[str, Mapping[str, Any]], replications: int) -> list[str]:
    """A Markdown table: a row for each change and measure."""
    from simulator import engine
    from simulator.analysis.variance import Repeat
    from simulator.experiment.workers import make_engine

    base_engine = partial(make_engine, "compiled", engine.build(scenario))
    base = simulated(base_engine(), replications, SEED)
    elsewhere = simulated(base_engine(), replications, OTHER_SEED)
    other_luck = simulated(Repeat(base_engine, 1), replications, SEED)
    heads = (
        "change",
        "measure",
        "mean difference",
        "pairs that differ",
        "variance, independent over paired",
        "independent over sharing inputs alone",
    )
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for label, change in changes.items():
        plan = engine.build(scenario.with_changes(change))
        changed = simulated(make_engine("compiled", plan), replications, SEED)
        for measure in MEASURES:
            paired = changed[measure] - base[measure]
            independent = changed[measure] - elsewhere[measure]
            row = describe(paired)
            cells = (
                label,
                f"`{measure}`",
                f"{_short(row['mean'])} ± {_short(row['half_width_95'])}",
                f"{np.mean(paired != 0.0):.1%}",
                str(variance_ratio(independent, paired)),
                str(variance_ratio(independent, changed[measure] - other_luck[measure])),
            )
            lines.append(f"| {' | '.join(cells)} |")
    return lines


@dataclass(frozen=True)
class Cost:
    """What pairs of replications of two plans cost, and how much they differ in success: the paired values."""

    first: Numbers
    second: Numbers
    seconds: float
    """Processor time of one pair."""

    @property
    def paired(self) -> float:
        """The variance of a difference of one pair."""
        return float(np.var(self.second - self.first, ddof=1))

    @property
    def independent(self) -> float:
        """The variance of a difference of independent replications: the sum of both variances."""
        return float(np.var(self.first, ddof=1) + np.var(self.second, ddof=1))


def pairs_needed(variance: float, half_width: float) -> int:
    """The number of differences with this variance whose mean has a 95% interval of that half-width."""
    return int(np.ceil(variance * (Z_95 / half_width) ** 2))


def until_known(engines: Sequence[Any], half_width: float, most: int) -> Cost:
    """Simulate pairs with the same seed until the difference in success is known; `most` is where it is given up."""
    found: list[tuple[bool, bool]] = []
    began = time.process_time()
    for number in count():
        found.append(tuple(engine.replicate(number, SEED).measures["success"] for engine in engines))
        if len(found) % LOOK_EVERY == 0:
            first, second = np.array(found, dtype=float).T
            known = len(found) >= pairs_needed(np.var(second - first, ddof=1), half_width)
            if (known and len(found) >= LEAST_PAIRS) or len(found) >= most:
                return Cost(first, second, (time.process_time() - began) / len(found))
    raise AssertionError


def slower(engines: Sequence[Any], reference: Sequence[Any], replications: int) -> tuple[float, list[float]]:
    """How many times slower the reference engines are on the same replications of both plans, and each replication's.

    The first is the ratio of the sums.
    """
    times: list[tuple[float, float]] = []
    for number in range(replications):
        for quick, slow in zip(engines, reference, strict=True):
            began = time.process_time()
            quick.replicate(number, SEED)
            between = time.process_time()
            slow.replicate(number, SEED)
            times.append((between - began, time.process_time() - between))
    return sum(slow for _, slow in times) / sum(quick for quick, _ in times), [slow / quick for quick, slow in times]


def decision(scenarios: Sequence[Any], half_width: float, most: int, replications: int) -> list[str]:
    """Markdown: what it takes to know the difference in success between two plans."""
    from simulator import engine

    plans = [engine.build(scenario) for scenario in scenarios]
    first, second = (scenario.name for scenario in scenarios)
    compiled, reference = ([engine.get(name).Engine(plan) for plan in plans] for name in ("compiled", "reference"))
    for one in compiled:
        one.replicate(0, SEED)  # what is compiled, or read from the cache, is not in it
    clock = time.perf_counter()
    cost = until_known(compiled, half_width, most)
    clock = time.perf_counter() - clock
    factor, factors = slower(compiled, reference, replications)
    row = describe(cost.second - cost.first)
    told = (
        f"Success: {cost.first.mean():.3f} of `{first}`, {cost.second.mean():.3f} of `{second}`: difference "
        f"{row['mean']:.4f} ± {row['half_width_95']:.4f} after {len(cost.first):,} pairs, {clock:,.0f} s by the clock. "
        f"Reference over compiled engine, {replications} replications of each plan: {factor:,.0f} times "
        f"({min(factors):,.0f} to {max(factors):,.0f}, median {statistics.median(factors):,.0f})."
    )
    lines = [
        told,
        "",
        "| | seconds a pair | variance of a difference | pairs | time |",
        "|---|---|---|---|---|",
    ]
    measured = len(cost.first) * cost.seconds
    slow = cost.seconds * factor
    for label, seconds, variance, total in (
        ("compiled engine, common random numbers (run)", cost.seconds, cost.paired, measured),
        ("compiled engine, independent seeds (calculated)", cost.seconds, cost.independent, None),
        ("reference engine, common random numbers (calculated)", slow, cost.paired, None),
        ("reference engine, independent seeds (calculated)", slow, cost.independent, None),
    ):
        pairs = len(cost.first) if total is not None else pairs_needed(variance, half_width)
        spent = pairs * seconds
        cells = f"{seconds:.3g} | {variance:.3f} | {pairs:,} | {_duration(spent)}"
        if total is None:
            cells += f", {_short(spent / measured)} times as long"
        lines.append(f"| {label} | {cells} |")
    return lines


def _short(number: float) -> str:
    """Two or three digits that matter, without an exponent."""
    if not np.isfinite(number):
        return "infinite"
    if abs(number) >= 10.0:
        return f"{float(f'{number:.3g}'):,.0f}"
    return f"{float(f'{number:.2g}'):.5f}".rstrip("0").rstrip(".")


def _duration(seconds: float) -> str:
    for name, size in (("days", 86_400.0), ("hours", 3600.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {name}"
    return f"{seconds:,.0f} s"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=1000, help="for the variances; 0: no such table")
    parser.add_argument("--remedy", default=REMEDY, help="the plan that is compared in the second table")
    parser.add_argument("--half-width", type=float, default=0.01)
    parser.add_argument("--most", type=int, default=50_000, help="pairs at which the second table is given up")
    parser.add_argument("--reference-replications", type=int, default=5, help="of each plan; 0: no second table")
    arguments = parser.parse_args()

    from simulator.scenario import load

    if arguments.replications:
        print("\n".join(pairing(load(NAME), CHANGES, arguments.replications)), flush=True)
    if arguments.reference_replications:
        print()
        plans = [load(NAME), load(arguments.remedy)]
        of = (arguments.half_width, arguments.most, arguments.reference_replications)
        print("\n".join(decision(plans, *of)))


if __name__ == "__main__":
    main()
