"""Rank correlations between uncertain inputs: what is declared, whether it can hold, and its triangular factor.

A Gaussian copula ties the ranks; `ranks` says which correlation of normal variables gives two inputs the declared one.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Final, NamedTuple

from simulator.scenario.checks.inputs import numbers
from simulator.scenario.numbers.quantity import Quantity
from simulator.scenario.numbers.ranks import CONTINUOUS, Ranks, normal_correlation, ranks_of, reach
from simulator.scenario.text.paths import values_at
from simulator.scenario.text.problems import Finding

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario

NEGLIGIBLE: Final = 1e-10
"""A variance that is nothing but rounding."""
TOLD: Final = 0.005
"""By how much a rank correlation has to be out of reach to be told."""
MOST_TIED: Final = 300
"""Most inputs that hang together by correlations."""

Rows = list[list[float]]


class Tied(NamedTuple):
    """Inputs that hang together: paths in declared order, and the lower triangular factor of their correlations.

    Row i of `factor` times independent standard normals, one for each path, is the normal variable of path i.
    """

    paths: tuple[str, ...]
    factor: Rows


def tied_inputs(scenario: "Scenario") -> list[Tied]:
    """The inputs that hang together, set by set; a scenario that has been checked has a factor for each."""
    pairs = {pair: rank for _, pair, rank in _pairs(scenario)}
    ranks = _ranks(scenario, pairs)
    sets = []
    for paths in _sets(scenario, pairs):
        factor = triangular_factor(_matrix(paths, pairs, ranks))
        assert factor is not None
        sets.append(Tied(tuple(paths), factor))
    return sets


def triangular_factor(matrix: Sequence[Sequence[float]]) -> Rows | None:
    """The lower triangular L with L L' = `matrix` (Cholesky); None where it is not positive semi-definite."""
    rows: Rows = []
    for i, given in enumerate(matrix):
        row = [0.0] * len(matrix)
        for j in range(i):
            rest = given[j] - math.fsum(row[k] * rows[j][k] for k in range(j))
            if rows[j][j] > 0.0:
                row[j] = rest / rows[j][j]
            elif abs(rest) > math.sqrt(NEGLIGIBLE):
                return None
        left = given[i] - math.fsum(x * x for x in row)
        if left < -NEGLIGIBLE:
            return None
        row[i] = math.sqrt(left) if left > NEGLIGIBLE else 0.0
        rows.append(row)
    return rows


def correlations_fit(scenario: "Scenario") -> Iterator[Finding]:
    """Correlated inputs exist, each pair once, and the correlations can hold together."""
    wrong = [finding for i in range(len(scenario.correlations)) for finding in _wrong_paths(scenario, i)]
    yield from wrong
    if wrong:
        return
    pairs: dict[frozenset[str], float] = {}
    for i, pair, rank in _pairs(scenario):
        if pair in pairs:
            found = f"found the pair {' and '.join(sorted(pair))} again"
            yield Finding(("correlations", i, "inputs"), found, "allowed: each pair of inputs once")
            return
        pairs[pair] = rank
    ranks = _ranks(scenario, pairs)
    for paths in _sets(scenario, pairs):
        if len(paths) > MOST_TIED:
            found = f"found {len(paths)} inputs that hang together"
            yield Finding(("correlations",), found, f"allowed: at most {MOST_TIED}")
        elif triangular_factor(_matrix(paths, pairs, ranks)) is None:
            offending = _offending(paths, pairs, ranks)
            found = f"found rank correlations that can't hold together, of {', '.join(offending)}"
            times = next(x / 100 for x in range(99, -1, -1) if triangular_factor(_matrix(paths, pairs, ranks, x / 100)))
            allowed = (
                f"allowed: a positive semi-definite matrix; {times:g} times all correlations of the set would be one"
            )
            yield Finding(("correlations",), found, allowed)


def _wrong_paths(scenario: "Scenario", i: int) -> Iterator[Finding]:
    """What is wrong with the paths of one correlation."""
    correlation, document = scenario.correlations[i], scenario.resolved()
    every_time = {
        number.path for number in numbers(scenario) if isinstance(number.value, Quantity) and number.value.every_time
    }
    fine = True
    for j, path in enumerate(correlation.inputs):
        problems = values_at(document, path)[1]
        if problems:
            told = f'found "{path}": {problems[0].found.removeprefix("found ")}', problems[0].allowed
        elif any(_matches(path, one) for one in every_time):
            told = f'found "{path}", which is drawn anew at each use', "allowed: what is drawn once per replication"
        elif not _inputs(scenario, [path]):
            told = f'found "{path}", which is no number that can be uncertain', "allowed: the path of such a number"
        else:
            continue
        fine = False
        yield Finding(("correlations", i, "inputs", j), *told, problems[0].nearest if problems else None)
    if fine and len(_inputs(scenario, correlation.inputs)) < 2:
        yield Finding(("correlations", i, "inputs"), "found fewer than two inputs", "allowed: two or more")


def _inputs(scenario: "Scenario", paths: Sequence[str]) -> list[str]:
    """The inputs that any of the paths leads to, in declared order.

    Certain ones are among them: what a lever sets to a number keeps its place, so that the others' draws don't move.
    """
    return [
        stated.path
        for stated in numbers(scenario)
        if isinstance(stated.value, Quantity)
        and not stated.value.every_time
        and any(_matches(path, stated.path) for path in paths)
    ]


def _matches(pattern: str, path: str) -> bool:
    parts, names = pattern.split("."), path.split(".")
    return len(parts) == len(names) and all(part in ("*", name) for part, name in zip(parts, names, strict=True))


def _pairs(scenario: "Scenario") -> Iterator[tuple[int, frozenset[str], float]]:
    """Every pair of inputs that a correlation declares: number of the correlation, paths, Spearman's correlation."""
    for i, correlation in enumerate(scenario.correlations):
        for pair in combinations(_inputs(scenario, correlation.inputs), 2):
            yield i, frozenset(pair), correlation.rank_correlation


def _sets(scenario: "Scenario", pairs: dict[frozenset[str], float]) -> list[list[str]]:
    """The inputs that hang together by pairs, set by set, in declared order."""
    set_of: dict[str, set[str]] = {}
    for pair in pairs:
        joined = set().union(*(set_of.get(path, {path}) for path in pair))
        set_of.update(dict.fromkeys(joined, joined))
    if not set_of:
        return []
    order = [stated.path for stated in numbers(scenario) if stated.path in set_of]
    found = {id(set_of[path]): set_of[path] for path in order}
    return [[path for path in order if path in members] for members in found.values()]


def _ranks(scenario: "Scenario", pairs: dict[frozenset[str], float]) -> dict[str, Ranks]:
    """The ranks of the inputs in pairs that may take few values."""
    named = set().union(*pairs) if pairs else set()
    ranks = {
        number.path: ranks_of(number.value)
        for number in numbers(scenario)
        if number.path in named and isinstance(number.value, Quantity)
    }
    return {path: values for path, values in ranks.items() if values != CONTINUOUS}


def _matrix(
    paths: Sequence[str], pairs: dict[frozenset[str], float], ranks: dict[str, Ranks], times: float = 1.0
) -> Rows:
    """Pearson correlations of the normal variables; pairs that are not declared have none."""

    def pearson(a: str, b: str) -> float:
        if a == b:
            return 1.0
        first, second = sorted((ranks.get(a, CONTINUOUS), ranks.get(b, CONTINUOUS)))
        return normal_correlation(times * pairs.get(frozenset((a, b)), 0.0), first, second)

    return [[pearson(a, b) for b in paths] for a in paths]


def _offending(paths: Sequence[str], pairs: dict[frozenset[str], float], ranks: dict[str, Ranks]) -> list[str]:
    """The fewest of the paths, by leaving out one after the other, that can't hold together."""
    left = list(paths)
    for path in paths:
        fewer = [other for other in left if other != path]
        if triangular_factor(_matrix(fewer, pairs, ranks)) is None:
            left = fewer
    return left


def out_of_reach(scenario: "Scenario") -> list[str]:
    """Which pairs of inputs can't be tied as closely as is asked for, and how closely they are, in words."""
    pairs = {pair: rank for _, pair, rank in _pairs(scenario)}
    ranks = _ranks(scenario, pairs)
    told = []
    for pair, rank in pairs.items():
        a, b = sorted(pair)
        reached = reach(rank, *sorted((ranks.get(a, CONTINUOUS), ranks.get(b, CONTINUOUS))))
        if abs(reached - rank) > TOLD:
            told.append(
                f"the ranks of {a} and {b} have a correlation of {reached:.2f} instead of {rank:g}: "
                "no more is possible where an input takes few values"
            )
    return told
