"""What single moves of a plan bring and cost, with the same luck: levers at their ends, and remedies laid over it.

What a move brings for its money is a ratio of two means that go together, with Fieller's interval (Fieller 1954,
Journal of the Royal Statistical Society B 16, 175-185). Where the interval of the cost includes 0 the ratio could be
anything, and is not told.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from simulator.analysis.frame.one_by_one import one_by_one
from simulator.analysis.methods.headlines import headlines
from simulator.analysis.methods.remedies import REMEDIES, under
from simulator.results.paired import Column, Contrast, contrast
from simulator.results.statistics import Estimate, effective_size, holm, t_quantile
from simulator.scenario import ScenarioError, ScenarioWarning
from simulator.scenario.checks.levers import lever_changes

if TYPE_CHECKING:
    from simulator.experiment.progress import ReportProgress
    from simulator.experiment.settings import Settings
    from simulator.results.result import Result
    from simulator.scenario import Scenario

Floats = np.ndarray[Any, np.dtype[np.float64]]

COST: Final = "programme_cost"
SUCCESS: Final = "success"
VALUE: Final = "value_from_funding"
LONGEST_NAME: Final = 36
MISS: Final = 0.05

Money = Literal["costs", "saves", "free", "unclear"]


@dataclass(frozen=True)
class Move:
    """A change of a plan: a remedy, or a lever at a `position`; `words` are what people call it."""

    name: str
    words: str
    position: float | None
    scenario: Scenario


@dataclass(frozen=True)
class Kept:
    """What is kept of a scenario: headline measures and cost, float64[replications] in the order of `numbers`."""

    numbers: Any
    measures: dict[str, Floats]

    @classmethod
    def of(cls, result: Result) -> Kept:
        """That of a result."""
        measures = headlines(result)
        if result.priced:
            measures[COST] = np.array([float(value or 0.0) for value in result.records.measure(COST)])
        return cls(np.asarray(result.records.numbers), measures)


@dataclass(frozen=True)
class Moved:
    """What a move changes: differences from the plan by measure with 95% intervals, and p-values adjusted by Holm.

    `per_money` has success and value for a unit of money, only where it `costs` money beyond luck.
    """

    move: Move
    differences: dict[str, Estimate]
    p: dict[str, float]
    per_money: dict[str, Estimate]

    @property
    def money(self) -> Money:
        """Whether it costs or saves money, as far as can be told."""
        cost = self.differences.get(COST)
        if cost is None or (cost.value == 0.0 and cost.low == cost.high):
            return "free"
        return ("costs" if float(cost) > 0.0 else "saves") if cost.clear else "unclear"

    def better(self, measure: str) -> bool:
        """Whether it raises a measure beyond luck, all moves considered."""
        return self.p.get(measure, 1.0) <= MISS and float(self.differences[measure]) > 0.0

    def worse(self, measure: str) -> bool:
        """Whether it lowers one."""
        return self.p.get(measure, 1.0) <= MISS and float(self.differences[measure]) < 0.0


def lever_moves(plan: Scenario) -> tuple[list[Move], list[str]]:
    """Each lever of a plan at both of its ends, and what can't be moved there, in words."""
    found, refused = [], []
    for place, lever in enumerate(plan.levers):
        for end, position in (("min", lever.min), ("max", lever.max)):
            changes = lever_changes(plan, lever, position)
            name = f"{plan.name[:LONGEST_NAME]}-lever-{place + 1}-{end}"
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", ScenarioWarning)
                    found.append(Move(lever.path, lever.label, position, plan.with_changes({**changes, "name": name})))
            except ScenarioError:
                refused.append(f"{lever.label} at {position:g}")
    return found, refused


def remedy_moves(plan: Scenario) -> list[Move]:
    """The shipped remedies that change anything in a plan."""
    laid = {
        remedy: under(plan, [remedy.overlay], f"{plan.name[:LONGEST_NAME]}-{remedy.name}"[:64]) for remedy in REMEDIES
    }
    return [Move(remedy.name, remedy.words, None, one) for remedy, one in laid.items() if one is not None]


def without_observed(plan: Scenario) -> Scenario:
    """The plan without what its pilot showed: weights are those of the plan, whose pilot ran."""
    if plan.pilot is None or plan.pilot.observed is None:
        return plan
    return plan.with_changes({"pilot.observed": None})


def moved(
    moves: Sequence[Move],
    base: Kept,
    weights: Floats | None,
    settings: Settings,
    name: str,
    report: ReportProgress,
    before: Callable[[], None] | None = None,
) -> list[Moved]:
    """What each move changes against the replications `base` of the plan, simulated for the analysis `name`.

    `weights` are those of the plan's replications.
    """
    each = one_by_one([move.scenario for move in moves], settings, name, Kept.of, report, before)
    pairs = [_contrasts(kept, base, weights) for kept in each]
    adjusted: dict[str, list[float]] = {
        measure: holm([1.0 if (p := contrasts[measure].p) is None else p for contrasts, _ in pairs])
        for measure in (pairs[0][0] if pairs else ())
    }
    return [
        Moved(
            move,
            {measure: one.interval() for measure, one in contrasts.items()},
            {measure: adjusted[measure][place] for measure in contrasts},
            ratios,
        )
        for place, (move, (contrasts, ratios)) in enumerate(zip(moves, pairs, strict=True))
    ]


def _contrasts(kept: Kept, base: Kept, weights: Floats | None) -> tuple[dict[str, Contrast], dict[str, Estimate]]:
    """Differences by measure over the replications of both, and success and value per unit of money."""
    _, here, there = np.intersect1d(kept.numbers, base.numbers, assume_unique=True, return_indices=True)
    steps = np.ones(len(there)) if weights is None else weights[there]
    found = {
        measure: contrast(
            Column(values[here], steps, measure == SUCCESS),
            Column(base.measures[measure][there], steps, measure == SUCCESS),
        )
        for measure, values in kept.measures.items()
        if measure in base.measures
    }
    if COST not in found:
        return found, {}
    less = {name: kept.measures[name][here] - base.measures[name][there] for name in (SUCCESS, VALUE, COST)}
    if not (found[COST].interval().clear and less[COST] @ steps > 0.0):
        return found, {}
    ratios = {name: fieller(less[name], less[COST], steps) for name in (SUCCESS, VALUE)}
    return found, {name: one for name, one in ratios.items() if one is not None}


def fieller(ours: Floats, theirs: Floats, weights: Floats) -> Estimate | None:
    """The ratio of the weighted means of two columns with Fieller's 95% interval; None where it has no ends.

    It has none where the interval of the mean below includes 0.
    """
    steps, size = weights / weights.sum(), effective_size(weights)
    if size <= 1.0:
        return None
    above, below = float(steps @ ours), float(steps @ theirs)
    errors = np.column_stack([steps * (ours - above), steps * (theirs - below)])
    (aa, ab), (_, bb) = errors.T @ errors * size / (size - 1.0)
    squared = t_quantile(size - 1.0) ** 2
    lead = below**2 - squared * bb
    if lead <= 0.0:
        return None
    middle = above * below - squared * ab
    reach = math.sqrt(max(0.0, middle**2 - lead * (above**2 - squared * aa)))
    n = int(np.count_nonzero(weights))
    return Estimate(above / below, (middle - reach) / lead, (middle + reach) / lead, n)
