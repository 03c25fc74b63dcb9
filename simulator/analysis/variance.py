"""How much of the spread of each output measure is ignorance of the inputs, and how much is chance.

Every replication is simulated again with the same inputs and other random streams; what such repeats share comes from
the inputs. One-way analysis of variance with random effects (Searle, Casella and McCulloch 1992, Variance Components,
chapter 3): with K repeats of n draws of the inputs, mean squares MSB between and MSW within draws,

    variance by chance = MSW      variance by inputs = (MSB - MSW) / K      share of inputs = (F - 1) / (F + K - 1)

where F = MSB / MSW. Outputs are neither normal nor of equal variance, so that the interval is the jackknife's on ln F
over draws of the inputs (Arvesen and Schmitz 1970, Biometrics 26, 677-686).

Under an observed pilot each repeat has its own simulated pilot, and counts for the likelihood of the readings in it, w:
the inputs are then those of programmes like the one observed, and so is the chance. Sums of squares are weighted, with
means per draw m = sum of w y / W, W = sum of w, and equated to their expectations given the weights (the same book,
section 5.2, Henderson's method I, with weights in the place of numbers):

    SSW = sum of w (y - m)^2     has mean  chance * (T - Q)
    SSB = sum of W (m - mean)^2  has mean  chance * (Q - sum of w^2 / T) + inputs * (T - sum of W^2 / T)

where T is the sum of all w, and Q is the sum of w^2 / W over all repeats. With equal weights that is the analysis
above. It takes the chance of a repeat to be as large whatever its pilot read; where it is not, as luck in the pilot
lasts, few repeats give m a bias, of the order of what that luck adds to the variance. Repeats of a plan that changes
the pilot have no likelihood: each counts for what its replication does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.experiment.execution import Workers, portions
from simulator.experiment.progress import Progress, ReportProgress, progress_display
from simulator.experiment.settings import check_executor, workers_for
from simulator.experiment.workers import MakeEngine, Work, make_engine
from simulator.results.account import ReplicationError
from simulator.results.conditioning import ConditioningError, log_likelihoods, weights_of
from simulator.results.readings import MEASURES
from simulator.results.statistics import Share, effective_size, t_quantile
from simulator.stepping.arguments import REPEATS, whole

if TYPE_CHECKING:
    import pandas as pd

    from simulator.results.result import Result
    from simulator.scenario import Scenario
    from simulator.store.blocks import Replication

Numbers = np.ndarray[Any, np.dtype[np.float64]]

COLUMNS = ("inputs", "low", "high", "sd_inputs", "sd_chance", "n")
LEAST_DRAWS = 10
"""Fewer draws of the inputs than this tell nothing."""
LEAST_CARRIERS = 8
"""An interval is told where this many draws or more (Kish's effective number) carry each sum of squares."""
REPEAT_BITS = 32
"""A repeat's number stands above this many bits of its replication's."""


def repeat_number(replication: int, repeat: int) -> int:
    """The replication whose random streams repeat `repeat` of a replication has; repeat 0 is the replication itself.

    No replication has such a number, so that repeats share no noise with any of them, nor with each other.
    """
    return repeat << REPEAT_BITS | replication


class Repeat:
    """An engine for repeat `repeat` of replications: their inputs, other streams."""

    def __init__(self, make: MakeEngine, repeat: int) -> None:
        self.engine: Any = make()
        self.repeat = repeat

    @property
    def stopping(self) -> Callable[[], bool]:
        """Whether the repeat in hand is to stop."""
        return self.engine.stopping  # type: ignore[no-any-return]

    @stopping.setter
    def stopping(self, stopping: Callable[[], bool]) -> None:
        self.engine.stopping = stopping

    def replicate(self, replication: int, seed: int) -> Replication:
        """The repeat of one replication."""
        uniforms = self.engine.plan.uniforms(replication, seed)
        again: Replication = self.engine.replicate(repeat_number(replication, self.repeat), seed, uniforms)
        return again


def repeated(
    make: MakeEngine,
    first: dict[str, list[Any]],
    seed: int,
    repeats: int,
    *,
    workers: Workers,
    numbers: Sequence[int] | None = None,
    report: Callable[[int], None] = lambda _: None,
) -> dict[str, Numbers]:
    """Output measures as float64[draws, repeats], NaN for null: column 0 is `first`, the others are simulated here.

    `numbers` are those of the draws, if not 0, 1, 2, ... `report` is called with the number of repeats that are done.
    Raises `KeyboardInterrupt` when interrupted, and `ReplicationError` for a repeat that fails.
    """
    draws = len(next(iter(first.values())))
    found = {name: np.full((draws, repeats), math.nan) for name in first}
    for name, values in first.items():
        found[name][:, 0] = [math.nan if value is None else float(value) for value in values]
    place = {number: index for index, number in enumerate(range(draws) if numbers is None else numbers)}
    chosen = [range(number, number + 1) for number in place]

    def fail(failure: ReplicationError) -> None:
        raise failure

    for repeat in range(1, repeats):

        def receive(number: int, replication: Replication, repeat: int = repeat) -> None:
            index = place[number]
            for name, values in found.items():
                value = replication.measures[name]
                values[index, repeat] = math.nan if value is None else float(value)
            report((repeat - 1) * draws + index + 1)

        work = Work(partial(Repeat, make, repeat), seed, receive, fail)
        if not workers.execute(portions(work, chosen, workers.jobs, 1)):
            raise KeyboardInterrupt
    return found


def variance(
    result: Result,
    repeats: int = REPEATS,
    progress: bool | ReportProgress | None = None,
    executor: str | Executor | None = None,
) -> pd.DataFrame:
    """For each numeric output measure, how much of its variance is ignorance of the inputs; the rest is chance.

    Each replication is simulated `repeats` - 1 more times with the same inputs and other random streams. Columns:
    `inputs` (share), `low` and `high` (95% interval), `sd_inputs`, `sd_chance`, and `n`, the draws of the inputs
    for which the measure was never null; NaN where nothing can be told. `progress` and `executor` are those of `run`.
    Raises `ValueError` for fewer than ten replications and where Python functions took part, and `ConditioningError`
    where the observed pilot can't be used.
    """
    return decompose(result, repeats, progress, executor).frame


@dataclass(frozen=True)
class Variance:
    """The parts of the variance of a result, each replication of which was simulated `repeats` times.

    `frame` is what `variance` returns.
    """

    result: Result
    repeats: int
    frame: pd.DataFrame

    def as_dict(self) -> dict[str, Any]:
        """The content of `variance.json`: whose variance it is, and its parts, None where nothing can be said."""
        measures = {
            str(name): {key: None if math.isnan(value) else value for key, value in row.items()}
            for name, row in self.frame.astype(object).to_dict("index").items()
        }
        weighted = self.result.effective_sample_size
        return {
            "scenario": self.result.scenario.name,
            "scenario_hash": self.result.scenario.hash,
            "seed": self.result.seed,
            "design": self.result.design,
            "replications": self.result.replications_done,
            "repeats": self.repeats,
            **({} if weighted is None else {"effective_sample_size": weighted}),
            "measures": measures,
        }


def obstacle(scenario: Scenario, replications: int) -> str | None:
    """Why so many replications of a scenario can't tell ignorance from chance; None where they can."""
    if replications < LEAST_DRAWS:
        return f"{replications} replications are too few to tell ignorance from chance; simulate {LEAST_DRAWS} or more"
    return None


def decompose(
    result: Result,
    repeats: int = REPEATS,
    progress: bool | ReportProgress | None = None,
    executor: str | Executor | None = None,
) -> Variance:
    """The parts of the variance of a result; see `variance`."""
    import pandas as pd

    from simulator import engine as engines

    repeats = whole("repeats", repeats)
    if result.callbacks:
        raise ValueError(
            f"the Python functions {', '.join(result.callbacks)} took part: simulate without them to repeat"
        )
    if result.within is not None:
        raise ValueError(
            "replications that were chosen by what came out can't tell ignorance from chance; ask the whole result"
        )
    draws = result.replications_done
    told = obstacle(result.scenario, draws)
    if told is not None:
        raise ValueError(told)
    if result.refusal:
        raise ConditioningError(result.refusal, result.unweighted)
    check_executor(executor)
    plan = engines.build(result.scenario, result.design)
    first = {name: result.records.measure(name) for name in result.estimates}
    total = draws * (repeats - 1)
    numbers = result.records.numbers.tolist()
    workers = workers_for(result.engine, result.jobs, executor)
    with progress_display(progress, result.scenario.name) as report, workers:
        found = repeated(
            partial(make_engine, result.engine, plan),
            first,
            result.seed,
            repeats,
            workers=workers,
            numbers=numbers,
            report=lambda done: report(Progress("running", done, total)),
        )
    weights = _weights(result, found)
    rows = {}
    for name, values in found.items():
        known = ~np.isnan(values).any(axis=1)
        rows[name] = _row(values[known], None if weights is None else weights[known])
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS))
    frame.index.name = "measure"
    return Variance(
        result, repeats, frame.astype({name: "float64" for name in COLUMNS if name != "n"} | {"n": "int64"})
    )


def _weights(result: Result, found: Mapping[str, Numbers]) -> Numbers | None:
    """What each repeat counts for, float64[draws, repeats]; None where all count the same."""
    shared = result.weighting.weights
    if shared is None:
        return None
    shape = next(iter(found.values())).shape
    if result.conditioning.another and result.conditioning.of:
        return np.repeat(shared[:, None], shape[1], axis=1)
    logs = log_likelihoods(result.scenario, {name: found[name].ravel().tolist() for name in MEASURES})
    return weights_of(logs.reshape(shape))


def _row(values: Numbers, weights: Numbers | None = None) -> tuple[float | int | None, ...]:
    """The columns of one measure, from float64[draws, repeats] without null, and weights beside them."""
    draws = len(values)
    if _effective_draws(draws, weights) < LEAST_DRAWS:
        return (None,) * (len(COLUMNS) - 1) + (draws,)
    sums = Sums.of(values, weights)
    found = share_of_inputs(values, weights)
    return found.share, found.low, found.high, math.sqrt(sums.inputs), math.sqrt(sums.chance), draws


def _effective_draws(draws: int, weights: Numbers | None) -> float:
    return draws if weights is None else effective_size(weights.sum(axis=1))


@dataclass(frozen=True)
class Sums:
    """Weighted sums of squares within and between draws, and by what they are multiples of the variances, see above.

    Each is a number, or float64[draws]: what it is without one of the draws.
    """

    within: Any
    between: Any
    within_of_chance: Any
    between_of_chance: Any
    between_of_inputs: Any

    @classmethod
    def of(cls, values: Numbers, weights: Numbers | None = None, *, without_each: bool = False) -> Sums:
        """The sums of float64[draws, repeats], or what they are without each draw."""
        weights = np.ones_like(values) if weights is None else weights
        of_draw, squares = weights.sum(axis=1), (weights * weights).sum(axis=1)
        some = of_draw > 0.0
        divisor = np.where(some, of_draw, 1.0)
        means = (weights * values).sum(axis=1) / divisor
        centred = means - (of_draw * means).sum() / of_draw.sum()
        within, repeated_squares = (weights * (values - means[:, None]) ** 2).sum(axis=1), squares / divisor
        total, between = of_draw.sum(), (of_draw * centred**2).sum()
        out: Any = (0.0, 0.0, 0.0, 0.0, 0.0)
        if without_each:
            # Its distance from the mean of the others goes with a draw.
            between = between - of_draw * centred**2 * total / (total - of_draw)
            out = (within, of_draw, squares, repeated_squares, of_draw**2)
        total = total - out[1]
        every = repeated_squares.sum() - out[3]
        return cls(
            within=within.sum() - out[0],
            between=between,
            within_of_chance=total - every,
            between_of_chance=every - (squares.sum() - out[2]) / total,
            between_of_inputs=total - ((of_draw**2).sum() - out[4]) / total,
        )

    @property
    def chance(self) -> float:
        """The variance by chance."""
        return float(self.within / self.within_of_chance) if self.within_of_chance > 0.0 else 0.0

    @property
    def inputs(self) -> float:
        """The variance by inputs."""
        return max(0.0, float((self.between - self.chance * self.between_of_chance) / self.between_of_inputs))

    @property
    def ratio(self) -> Any:
        """F: what the variance by chance is between draws over what it is within them."""
        return (self.between / self.between_of_chance) / (self.within / self.within_of_chance)

    @property
    def repeats(self) -> float:
        """The number of repeats that F speaks of: fewer than there are where some count for little."""
        return float(self.between_of_inputs / self.between_of_chance)


def share_of_inputs(values: Numbers, weights: Numbers | None = None) -> Share:
    """The share of the variance of float64[draws, repeats] that comes from the inputs, with its 95% interval.

    `weights` stand beside them. All None where nothing varies; the ends are None where they can't be told.
    """
    draws, sums = len(values), Sums.of(values, weights)
    if sums.within == 0.0:
        return Share(1.0 if sums.between > 0.0 else None, None, None)
    others = Sums.of(values, weights, without_each=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        pseudo = draws * np.log(sums.ratio) - (draws - 1) * np.log(others.ratio)
    share = _share(float(sums.ratio), sums.repeats)
    carried = [np.maximum(0.0, sums.between - others.between), np.maximum(0.0, sums.within - others.within)]
    if not np.isfinite(pseudo).all() or min(map(effective_size, carried)) < LEAST_CARRIERS:
        return Share(share, None, None)
    centre, error = float(pseudo.mean()), float(pseudo.std(ddof=1)) / math.sqrt(draws)
    reach = t_quantile(_effective_draws(draws, weights) - 1) * error
    low, high = (_share(math.exp(min(centre + end, 700.0)), sums.repeats) for end in (-reach, reach))
    return Share(share, low, high)


def _share(ratio: float, repeats: float) -> float:
    return float(min(max(0.0, (ratio - 1.0) / (ratio + repeats - 1.0)), 1.0))
