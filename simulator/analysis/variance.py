"""How much of the spread of each output measure is ignorance of the inputs, and how much is chance.

Every replication is simulated again with the same inputs and other random streams; what such repeats share comes from
the inputs. One-way analysis of variance with random effects (Searle, Casella and McCulloch 1992, Variance Components,
chapter 3): with K repeats of n draws of the inputs, mean squares MSB between and MSW within draws,

    variance by chance = MSW      variance by inputs = (MSB - MSW) / K      share of inputs = (F - 1) / (F + K - 1)

where F = MSB / MSW. Outputs are neither normal nor of equal variance, so that the interval is the jackknife's on ln F
over draws of the inputs (Arvesen and Schmitz 1970, Biometrics 26, 677-686).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
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
    Raises `ValueError` for fewer than ten replications, under an observed pilot, and where Python functions took part.
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
        return {
            "scenario": self.result.scenario.name,
            "scenario_hash": self.result.scenario.hash,
            "seed": self.result.seed,
            "design": self.result.design,
            "replications": self.result.replications_done,
            "repeats": self.repeats,
            "measures": measures,
        }


def obstacle(scenario: Scenario, replications: int) -> str | None:
    """Why so many replications of a scenario can't tell ignorance from chance; None where they can."""
    if replications < LEAST_DRAWS:
        return f"{replications} replications are too few to tell ignorance from chance; simulate {LEAST_DRAWS} or more"
    if scenario.pilot is not None and scenario.pilot.observed is not None:
        return (
            f"the observed pilot of {scenario.name} weights the replications: take pilot.observed out to ask for the "
            "variance"
        )
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
    rows = {name: _row(values[~np.isnan(values).any(axis=1)]) for name, values in found.items()}
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS))
    frame.index.name = "measure"
    return Variance(
        result, repeats, frame.astype({name: "float64" for name in COLUMNS if name != "n"} | {"n": "int64"})
    )


def _row(values: Numbers) -> tuple[float | int | None, ...]:
    """The columns of one measure, from float64[draws, repeats] without null."""
    draws, repeats = values.shape
    if draws < LEAST_DRAWS:
        return (None,) * (len(COLUMNS) - 1) + (draws,)
    found = share_of_inputs(values)
    within = float(values.var(axis=1, ddof=1).mean())
    between = max(0.0, float(values.mean(axis=1).var(ddof=1)) - within / repeats)
    return found.share, found.low, found.high, math.sqrt(between), math.sqrt(within), draws


def share_of_inputs(values: Numbers) -> Share:
    """The share of the variance of float64[draws, repeats] that comes from the inputs, with its 95% interval.

    All None where nothing varies; the ends are None where they can't be told.
    """
    draws, repeats = values.shape
    means = values.mean(axis=1)
    within = ((values - means[:, None]) ** 2).sum(axis=1)
    between = repeats * (means - means.mean()) ** 2
    if within.sum() == 0.0:
        return Share(1.0 if between.sum() > 0.0 else None, None, None)
    ratio = (between.sum() / (draws - 1)) / (within.sum() / (draws * (repeats - 1)))
    # The sum of squares between the other draws, when one is left out: its distance from their mean goes with it.
    others_between = between.sum() - between * draws / (draws - 1)
    others_within = within.sum() - within
    with np.errstate(divide="ignore", invalid="ignore"):
        others = np.log(others_between / (draws - 2)) - np.log(others_within / ((draws - 1) * (repeats - 1)))
        pseudo = draws * np.log(ratio) - (draws - 1) * others
    if not np.isfinite(pseudo).all() or min(effective_size(between), effective_size(within)) < LEAST_CARRIERS:
        return Share(_share(ratio, repeats), None, None)
    centre, error = float(pseudo.mean()), float(pseudo.std(ddof=1)) / math.sqrt(draws)
    reach = t_quantile(draws - 1) * error
    low, high = (_share(math.exp(min(centre + end, 700.0)), repeats) for end in (-reach, reach))
    return Share(_share(ratio, repeats), low, high)


def _share(ratio: float, repeats: int) -> float:
    return float(min(max(0.0, (ratio - 1.0) / (ratio + repeats - 1.0)), 1.0))
