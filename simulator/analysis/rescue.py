"""The point of no return: until when a programme that fails could still have been saved, by what, and who could know.

Of every failed world (funded, and no success) the last chance is looked for, among late remedies (`methods/rescue`). As
any change may tip a world that is on the edge, other luck without a remedy is tried too: what remedies save beyond that
is their doing.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from simulator.analysis.frame.answers import Answer, file_of
from simulator.analysis.frame.one_by_one import one_by_one
from simulator.analysis.frame.replays import replays
from simulator.analysis.methods.rescue.last_chance import EVERY, MOST, NEVER, Failure, World, look_at
from simulator.analysis.methods.rescue.late_remedies import LATE_REMEDIES, LUCK
from simulator.experiment.progress import ReportProgress, progress_display
from simulator.experiment.settings import Settings
from simulator.results.statistics import Estimate, Share, holm, mean_of, quantile, share_of, t_quantile, two_sided_p
from simulator.scenario import Scenario, load
from simulator.stepping.arguments import ENGINE, REPLICATIONS, SEED
from simulator.store.files import refuse_others
from simulator.store.identity import versions

if TYPE_CHECKING:
    import pandas as pd

    from simulator.results.result import Result

NAME: Final = "rescue"
LEVEL: Final = 0.05

Truths = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Programmes:
    """All programmes of the plan: numbers, whether funded and a success, funding and stop (weeks), worth, weights."""

    numbers: tuple[int, ...]
    funded: Truths
    success: Truths
    funded_week: Floats
    shelved_week: Floats
    value: Floats
    weights: Floats | None
    refusal: str

    @classmethod
    def of(cls, result: Result) -> Programmes:
        """Those of a result."""
        read = result.records.measure

        def numbers(name: str) -> Floats:
            return np.array([math.nan if x is None else float(x) for x in read(name)])

        return cls(
            tuple(int(number) for number in result.records.numbers),
            np.array([x is True for x in read("funded")]),
            np.array([x is True for x in read("success")]),
            numbers("funded_week"),
            numbers("shelved_week"),
            numbers("value_from_funding"),
            result.weighting.weights,
            result.refusal,
        )

    @property
    def failed(self) -> Truths:
        """Which are funded and fail."""
        return self.funded & ~self.success

    def failures(self, horizon: int) -> dict[int, Failure]:
        """Those that fail, by number."""
        stopped = np.where(np.isnan(self.shelved_week), horizon, self.shelved_week)
        columns = zip(self.numbers, self.failed, self.funded_week, stopped, self.value, strict=True)
        return {
            number: Failure(float(week), float(end), float(value))
            for number, fails, week, end, value in columns
            if fails
        }


def _p(gain: Estimate) -> float:
    """The two-sided p-value of a mean with its interval by Student's t."""
    if gain.low is None or gain.high is None or gain.n < 2:
        return 1.0
    error = (gain.high - gain.low) / 2.0 / t_quantile(gain.n - 1)
    if error == 0.0:
        return 1.0 if float(gain) == 0.0 else 0.0
    return two_sided_p(float(gain) / error, gain.n - 1)


class Rescue(Answer):
    """Until when failed worlds could be saved; `worlds` are those that were looked at, by their numbers."""

    name: ClassVar[str] = NAME

    def __init__(self, scenario: Scenario, programmes: Programmes, worlds: Sequence[World], seed: int) -> None:
        self.scenario, self.programmes, self.seed = scenario, programmes, seed
        self.worlds = sorted(worlds, key=lambda world: world.number)
        place = {number: i for i, number in enumerate(programmes.numbers)}
        here = [place[world.number] for world in self.worlds]
        self.weights = None if programmes.weights is None else programmes.weights[here]
        self.funded_week = quantile(programmes.funded_week[here], 0.5, self.weights)

    @property
    def complete(self) -> bool:
        """Whether all failed worlds were looked at."""
        return len(self.worlds) == int(self.programmes.failed.sum())

    @property
    def last(self) -> Floats:
        """The last day that saves each world, weeks from funding, float64[worlds]; `NEVER` where none does."""
        return np.array([float(world.last) for world in self.worlds])

    @property
    def days(self) -> list[int]:
        """All days on which any world still ran, weeks from funding."""
        return [EVERY * i for i in range(max((len(world.green) for world in self.worlds), default=0))]

    def share(self, holds: Callable[[World], bool]) -> Share:
        """The share of the failed worlds of which something holds."""
        return share_of(np.array([holds(world) for world in self.worlds], dtype=bool), self.weights)

    def saved_on(self, day: int, remedy: str | None = None) -> Share:
        """The share that a remedy saves, or any listed one, when it is used on a day."""
        return self.share(lambda world: day in self._days(world, remedy))

    def possible(self, remedy: str) -> bool:
        """Whether there was anything for a remedy to do, on any day of any world."""
        return any(remedy in world.possible for world in self.worlds)

    def saved_at_all(self, remedy: str | None = None) -> Share:
        """The share that a remedy saves, or any listed one, on some day."""
        return self.share(lambda world: bool(self._days(world, remedy)))

    def saved_from(self, day: int) -> Share:
        """The share that can still be saved on a day, or on a later one."""
        return self.share(lambda world: world.last >= day)

    def beyond_luck(self, remedy: str | None, day: int = 0) -> Estimate:
        """What is saved on a day, less what other luck alone saves on it, paired by world."""
        gains = [
            float(day in self._days(world, remedy)) - float(day in world.saved[LUCK.name]) for world in self.worlds
        ]
        return mean_of(gains, self.weights)

    def gain(self, remedy: str) -> Estimate:
        """What a remedy on the first day adds to the mean value of funding of the failed worlds."""
        return mean_of([world.gains.get(remedy, 0.0) for world in self.worlds], self.weights)

    @property
    def half(self) -> int | None:
        """The last day on which at least half of the failed worlds can still be saved; None where there is none."""
        return max((day for day in self.days if (self.saved_from(day).share or 0.0) >= 0.5), default=None)

    @property
    def last_half(self) -> int | None:
        """The day on or before which half of those that can be saved can last be saved; None where none can."""
        return self.last_of(None)

    def last_of(self, remedy: str | None) -> int | None:
        """The last day that saves, in the middle of the worlds that a remedy saves, or any listed one; None: no such.

        The earliest day such that at least half of them can last be saved on it or before.
        """
        lasts = self.last if remedy is None else np.array(self._last_days(remedy))
        saved = lasts >= 0.0
        weights = None if self.weights is None else self.weights[saved]
        days = sorted(set(lasts[saved].tolist()))
        return next((int(day) for day in days if (share_of(lasts[saved] <= day, weights).share or 0.0) >= 0.5), None)

    @property
    def priced(self) -> bool:
        """Whether anything costs or is worth anything."""
        return bool(np.isfinite(self.programmes.value[self.programmes.funded]).any())

    @property
    def beyond_chance(self) -> list[str]:
        """Remedies that save more on the first day than other luck does, those first that save most.

        Told apart by the paired t test at 5%, adjusted by Holm's method for there being as many as there are.
        """
        names = [remedy.name for remedy in LATE_REMEDIES]
        gains = {name: self.beyond_luck(name) for name in names}
        tested = [name for name in names if gains[name].low is not None]
        adjusted = dict(zip(tested, holm([_p(gains[name]) for name in tested]), strict=True))
        found = [name for name in tested if adjusted[name] <= LEVEL and float(gains[name]) > 0.0]
        return sorted(found, key=lambda name: -float(gains[name]))

    def running_on(self, day: int) -> Share:
        """The share that still runs on a day."""
        return self.share(lambda world: len(world.green) > day // EVERY)

    def green_until(self, day: int) -> Share:
        """The share that still runs on a day and whose gates would have been green on all days up to it."""
        i = day // EVERY
        return self.share(lambda world: len(world.green) > i and all(green is True for green in world.green[: i + 1]))

    @property
    def red(self) -> Estimate:
        """The first day on which gates would not have been green, in the middle of those in which any is not."""
        return quantile([world.red for world in self.worlds], 0.5, self.weights)

    @property
    def has_gates(self) -> bool:
        """Whether any gate has criteria that could have shown something."""
        return any(green is not None for world in self.worlds for green in world.green)

    def green_when_last(self) -> Share:
        """The share of those that can be saved whose gates would have been green on the last day that saves them."""
        savable = np.array([world.last != NEVER for world in self.worlds], dtype=bool)
        green = [world.green[world.last // EVERY] is True for world in self.worlds if world.last != NEVER]
        return share_of(np.array(green, dtype=bool), None if self.weights is None else self.weights[savable])

    @staticmethod
    def _days(world: World, remedy: str | None) -> tuple[int, ...]:
        if remedy is not None:
            return world.saved.get(remedy, ())
        return tuple(sorted({day for name, days in world.saved.items() if name != LUCK.name for day in days}))

    @property
    def frame(self) -> pd.DataFrame:
        """A row for each remedy, any of them and other luck: shares saved on the first day and on some day."""
        import pandas as pd

        rows = {}
        for name in [*(remedy.name for remedy in LATE_REMEDIES), "any", LUCK.name]:
            asked = None if name == "any" else name
            at_once, ever = self.saved_on(0, asked), self.saved_at_all(asked)
            beyond = self.beyond_luck(asked) if name != LUCK.name else Estimate(None, None, None, 0)
            gain = self.gain(name) if name != "any" else Estimate(None, None, None, 0)
            rows[name] = (
                float(at_once), at_once.low, at_once.high, float(beyond), beyond.low, beyond.high, float(ever),
                float(quantile(self._last_days(asked), 0.5, self.weights)), float(gain), gain.low, gain.high,
            )  # fmt: skip
        columns = [
            "saved_at_once", "low", "high", "beyond_luck", "beyond_low", "beyond_high", "saved_at_all",
            "last_week", "value_gain", "gain_low", "gain_high",
        ]  # fmt: skip
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns).astype("float64")
        frame.index.name = "remedy"
        return frame

    def _last_days(self, remedy: str | None) -> list[float]:
        """The last day that saves each world, NaN where none does."""
        return [float(max(self._days(world, remedy), default=math.nan)) for world in self.worlds]

    def as_dict(self) -> dict[str, Any]:
        """The content of `rescue.json`."""
        programmes = self.programmes
        table = self.frame
        return {
            **_asked(self.scenario, self.seed),
            "scenario": self.scenario.name,
            "replications": len(programmes.numbers),
            **({"not_conditioned": programmes.refusal} if programmes.refusal else {}),
            "currency": self.scenario.economics.currency,
            "funded": int(programmes.funded.sum()),
            "failed": int(programmes.failed.sum()),
            "looked_at": len(self.worlds),
            "saved_at_once": self.saved_on(0).as_dict(),
            "saved_at_all": self.saved_at_all().as_dict(),
            "half_until_week": self.half,
            "half_of_the_savable_until_week": self.last_half,
            "beyond_chance": self.beyond_chance,
            "green_on_the_last_day": self.green_when_last().as_dict(),
            "first_red_week": self.red.as_dict(),
            "remedies": {
                name: {key: None if math.isnan(x) else x for key, x in row.items()} for name, row in table.iterrows()
            },
            "worlds": [world.as_dict() for world in self.worlds],
            **self.spoken(),
        }


def _asked(scenario: Scenario, seed: int) -> dict[str, Any]:
    """What worlds that were looked at before must have been of."""
    names = [remedy.name for remedy in LATE_REMEDIES]
    return {
        "scenario_hash": scenario.hash,
        "seed": seed,
        "tried": names,
        "every": EVERY,
        "most": MOST,
        "versions": versions(),
    }


def rescue(
    scenario: Scenario | str | os.PathLike[str] | Mapping[str, Any],
    replications: int = REPLICATIONS,
    seed: int = SEED,
    engine: str = ENGINE,
    jobs: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool | ReportProgress | None = None,
    *,
    fresh: bool = False,
) -> Rescue:
    """Until when the programmes that fail could still have been saved, by which remedy, and what the gates showed.

    Arguments are those of `run`. With `out`, the plan is written to `out/<its name>/` and the answer to
    `out/rescue.json`; what lies there already is not simulated again. An interruption is told in an answer about the
    worlds that had been looked at. Raises what `run` raises.
    """
    plan = scenario if isinstance(scenario, Scenario) else load(scenario)
    settings = Settings(
        replications=replications, seed=seed, engine=engine, jobs=jobs, out=out, progress=progress, fresh=fresh
    )
    return rescued(plan, settings)


def rescued(plan: Scenario, settings: Settings, *, before: Callable[[], None] | None = None) -> Rescue:
    """The same with settings; `before` is called when they have been checked, before anything is computed."""
    folder = settings.folder
    if folder is not None:
        refuse_others(folder / file_of(NAME))
    with progress_display(settings.progress, f"{NAME} {plan.name}") as report:
        (programmes,) = one_by_one([plan], settings, NAME, Programmes.of, report, before)
        failed = [int(number) for number in np.array(programmes.numbers)[programmes.failed]]
        worlds = {world.number: world for world in _known(plan, settings) if world.number in failed}
        left = [number for number in failed if number not in worlds]
        look = partial(look_at, failures=programmes.failures(plan.horizon_weeks))
        found, _ = replays(look, plan, left, settings, report)
    answer = Rescue(plan, programmes, [*worlds.values(), *found.values()], settings.seed)
    if folder is not None:
        answer.write(folder)
    return answer


def _known(plan: Scenario, settings: Settings) -> list[World]:
    """Worlds of this plan and seed that an earlier call has looked at and left in the folder."""
    if settings.folder is None:
        return []
    try:
        content = json.loads((settings.folder / file_of(NAME)).read_text(encoding="utf-8"))
        if any(content[key] != value for key, value in _asked(plan, settings.seed).items()):
            return []
        return [World.read(one) for one in content["worlds"]]
    except (OSError, ValueError, KeyError, TypeError):  # another's, or damaged: all of it is looked at anew
        return []
