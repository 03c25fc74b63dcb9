"""What to measure before the board meets: what it would be worth to know inputs, sets of them, and a pilot's readings.

The choice is between the plans and not funding any, today: on the day of the decision, what was spent being sunk
(`methods/information/net_benefits`). Money is what funding is worth; success is chosen by between the plans alone, as
funding nothing never succeeds. All of it comes from replications that are there (`methods/information`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final

from simulator.analysis.frame.answers import Answer, file_of
from simulator.analysis.frame.plans import PairedPlans, Source, sharing_a_pilot
from simulator.analysis.methods.information.bundles import Bundle, bundles, parts
from simulator.analysis.methods.information.net_benefits import MONEY, PEOPLE, SUCCESS, Stakes
from simulator.analysis.methods.information.perfect import ENOUGH, MISS, Choice, Knowing, agreed, knowing
from simulator.analysis.methods.information.sample import AS_PLANNED, Pilot, has_pilot, pilots, readings
from simulator.analysis.methods.information.turning import Turn, turns
from simulator.experiment.progress import ReportProgress
from simulator.results.statistics import Estimate, holm, mean_of, t_quantile, two_sided_p
from simulator.stepping.arguments import ENGINE
from simulator.store.files import refuse_others

if TYPE_CHECKING:
    import pandas as pd

    from simulator.results.result import Result

NAME: Final = "worth"

COLUMNS: Final = (
    "kind",
    "inputs",
    "worth",
    "low",
    "high",
    "share",
    "p",
    "p_adjusted",
    "pays",
    "changes",
    "success",
    "adoption",
    "price",
    "net",
)


@dataclass(frozen=True)
class Today:
    """The choice where nothing more is known: `option` is best on the mean, `second` the next one.

    `ahead` is what it is better by, paired; `sure` whether it is told apart from every other option, by
    Holm's method. `needed` is the number of replications of which the interval of `ahead` would just leave out 0,
    if the difference stays what it is; None where it does already, or there is no difference.
    """

    option: int
    second: int | None
    ahead: Estimate
    sure: bool
    needed: int | None


@dataclass(frozen=True)
class Learned:
    """What is learned, and what knowing it is worth by a measure."""

    bundle: Bundle
    knowing: Knowing
    changes: float


class Worth(Answer):
    """What is worth knowing before a choice between plans."""

    name: ClassVar[str] = NAME

    def __init__(self, results: Mapping[str, Result], together: Sequence[str] = ()) -> None:
        """Of results by letter, the first of which has the observed pilot, if any; raises `ArgumentError`."""
        taken = [result if result.estimable else result.unweighted for result in results.values()]
        conditioned = sharing_a_pilot(NAME, taken)
        by_letter = {letter: conditioned[result.scenario.name] for letter, result in results.items()}
        self.stakes = Stakes.of(by_letter)
        self.bundles = bundles(self.stakes.inputs, together)

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """What is chosen by: money where anything is priced, success where there are several plans."""
        priced = (MONEY,) if MONEY in self.stakes.given else ()
        return (*priced, *((SUCCESS,) if len(self.stakes.labels) > 1 else ()))

    @property
    def enough(self) -> bool:
        """Whether there are enough replications to learn a choice from."""
        return self.choice(self.measures[0]).size >= ENOUGH if self.measures else False

    def choice(self, measure: str) -> Choice:
        """The choice by a measure."""
        return self._choices[measure]

    @cached_property
    def _choices(self) -> dict[str, Choice]:
        return {measure: self.stakes.choice(measure) for measure in (MONEY, SUCCESS) if measure in self.stakes.given}

    def today(self, measure: str) -> Today:
        """What would be chosen by a measure if nothing more were known, and how sure that is."""
        choice = self.choice(measure)
        others = [option for option in range(choice.benefits.shape[1]) if option != choice.today]
        if not others:
            return Today(choice.today, None, Estimate(None, None, None, 0), sure=True, needed=None)
        second = max(others, key=lambda option: (choice.means[option], -option))
        found = {option: mean_of(-choice.more[:, option], choice.weights) for option in others}
        adjusted = holm([self._p(choice, option) for option in others])
        ahead = found[second]
        needed = None
        if not ahead.clear and ahead.value and ahead.low is not None:
            times = (ahead.value - ahead.low) / ahead.value
            needed = round(len(self.stakes.numbers) * times**2)
        return Today(choice.today, second, ahead, all(p <= MISS for p in adjusted), needed)

    @staticmethod
    def _p(choice: Choice, option: int) -> float:
        mean, error = choice.mean(-choice.more[:, option])
        if not error > 0.0:
            return 1.0 if mean == 0.0 or error != 0.0 else 0.0
        return two_sided_p(mean / error, choice.size - 1.0)

    @cached_property
    def learned(self) -> dict[str, list[Learned]]:
        """By measure, what everything, each set and each input is worth; empty where too little is there."""
        found: dict[str, list[Learned]] = {}
        for measure in self.measures if self.enough else ():
            choice, ranks = self.choice(measure), self.stakes.inputs.ranks
            each = [knowing(choice, ranks[:, list(one.places)]) for one in self.bundles]
            held = agreed(each, parts(self.bundles), self.luck(measure).high or 0.0)
            found[measure] = [
                Learned(bundle, one, self._changes(choice, one)) for bundle, one in zip(self.bundles, held, strict=True)
            ]
        return found

    @staticmethod
    def _changes(choice: Choice, one: Knowing) -> float:
        """In which share of the replications another plan is chosen than today's."""
        both = [choice.mean((chosen != choice.today).astype(float))[0] for chosen in (one.by_all, one.by_others)]
        return 0.5 * sum(both)

    def everything(self, measure: str) -> Learned | None:
        """What knowing all inputs is worth; None where nothing is uncertain, or too little is there."""
        return next((one for one in self.learned.get(measure, ()) if one.bundle.kind == "everything"), None)

    def paying(self, measure: str, *, single: bool) -> list[Learned]:
        """Inputs, or sets, that are worth something beyond luck, allowing for all that were tried; the best first."""
        found = [
            one
            for one in self.learned.get(measure, ())
            if one.knowing.pays and one.bundle.kind != "everything" and (one.bundle.kind == "one") == single
        ]
        return sorted(found, key=lambda one: -one.knowing.value)

    def luck(self, measure: str) -> Estimate:
        """What it would be worth to foresee everything, luck too: no information is worth more."""
        choice = self.choice(measure)
        value, error = choice.mean(choice.more.max(axis=1))
        reach = t_quantile(choice.size - 1.0) * error if choice.size > 2.0 else float("nan")
        return Estimate(value, max(0.0, value - reach), value + reach, len(self.stakes.numbers))

    def followed(self, measure: str, one: Learned) -> float:
        """The mean of a measure where the plan is chosen by money, knowing this; who is not funded counts 0."""
        chosen = one.knowing.by_all, one.knowing.by_others
        return 0.5 * sum(self.stakes.followed(measure, each) for each in chosen)

    @cached_property
    def pilots(self) -> dict[str, tuple[Pilot, ...]]:
        """By measure, what pilots of several sizes are worth; empty where there is no pilot."""
        if not self.enough or not has_pilot(self.stakes):
            return {}
        return {measure: pilots(self.stakes, measure, self.luck(measure).high or 0.0) for measure in self.measures}

    @cached_property
    def turns(self) -> dict[str, list[Turn]]:
        """By measure, the readings of the pilot as planned that would turn the decision."""
        if not self.enough or not has_pilot(self.stakes):
            return {}
        read = readings(self.stakes, self.stakes.readings(self.stakes.first), AS_PLANNED)
        return {measure: turns(self.choice(measure), read) for measure in self.measures}

    @property
    def refusal(self) -> str:
        """Why the first plan's observed pilot could not be used; empty where it could, or there is none."""
        return self.stakes.first.refusal

    def option(self, measure: str, place: int) -> str:
        """The letter of an option; empty for funding nothing."""
        return self.stakes.labels[place] if place < len(self.stakes.labels) else ""

    @property
    def frame(self) -> pd.DataFrame:
        """A row per measure and what is learned: inputs, sets, then pilots; NaN for what can't be told."""
        import pandas as pd

        rows: dict[tuple[str, str], tuple[Any, ...]] = {}
        for measure, each in self.learned.items():
            whole = self.everything(measure)
            most = whole.knowing.value if whole else 0.0
            for one in each:
                rows[measure, one.bundle.name] = self._row(measure, one, most)
            for pilot in self.pilots.get(measure, ()):
                known = pilot.knowing
                told = ("pilot", None, known.value, known.low, known.high, None, known.p, known.p_adjusted, known.pays)
                rows[measure, f"pilot {pilot.name}"] = (*told, None, None, None, pilot.price, pilot.net.value)
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS))
        frame.index = pd.MultiIndex.from_tuples(rows, names=["measure", "learned"])
        return frame.astype({name: "float64" for name in COLUMNS if name not in ("kind", "pays")} | {"pays": "bool"})

    def _row(self, measure: str, one: Learned, most: float) -> tuple[Any, ...]:
        known = one.knowing
        after: tuple[float | None, float | None] = (None, None)
        if measure == MONEY:
            after = (self.followed(SUCCESS, one), self.followed(PEOPLE, one))
        share = known.value / most if most > 0.0 else None
        ends = (known.value, known.low, known.high, share, known.p, known.p_adjusted, known.pays)
        return (one.bundle.kind, len(one.bundle.places), *ends, one.changes, *after, None, None)

    def as_dict(self) -> dict[str, Any]:
        """The content of `worth.json`."""
        stakes = self.stakes
        return {
            "seed": stakes.first.seed,
            "design": stakes.first.design,
            "replications": len(stakes.numbers),
            "currency": stakes.currency,
            **({"not_conditioned": self.refusal} if self.refusal else {}),
            "plans": {
                letter: {
                    "scenario": result.scenario.name,
                    "scenario_hash": result.scenario.hash,
                    "means": {measure: stakes.mean(measure, place).as_dict() for measure in stakes.given},
                }
                for place, (letter, result) in enumerate(stakes.results.items())
            },
            "unseen": list(stakes.inputs.unseen),
            "choices": {measure: self._told(measure) for measure in self.measures},
            **self.spoken(),
        }

    def _told(self, measure: str) -> dict[str, Any]:
        today = self.today(measure)
        return {
            "today": self.option(measure, today.option) or None,
            "second": None if today.second is None else self.option(measure, today.second) or None,
            "ahead": today.ahead.as_dict(),
            "sure": today.sure,
            "replications_needed": today.needed,
            "with_luck_foreseen": self.luck(measure).as_dict() if self.enough else None,
            "learned": [
                {
                    "what": one.bundle.name,
                    "kind": one.bundle.kind,
                    "inputs": [self.stakes.inputs.paths[place] for place in one.bundle.places],
                    **one.knowing.as_dict(),
                    "pays": one.knowing.pays,
                    "changes_the_choice": one.changes,
                }
                for one in self.learned.get(measure, ())
            ],
            "pilots": [one.as_dict() for one in self.pilots.get(measure, ())],
            "turning_points": [
                {**one.as_dict(), "to": self.option(measure, one.to) or None} for one in self.turns.get(measure, ())
            ],
        }


def worth(
    plans: Source | Sequence[Source],
    replications: int | None = None,
    seed: int | None = None,
    engine: str = ENGINE,
    jobs: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool | ReportProgress | None = None,
    design: str | None = None,
    *,
    together: Sequence[str] = (),
    executor: str | Executor | None = None,
    fresh: bool = False,
) -> Worth:
    """What is worth knowing before one chooses between plans, and not to fund any.

    A plan is a scenario (or a file, or a shipped name), a result, or its folder, as in `compare`; nothing is simulated
    of those that are there. `together` are sets of inputs that are measured at once: paths, or beginnings of paths,
    joined by commas, with `*` for any name. Other arguments are those of `run`; with `out`, the answer is written to
    `out/worth.json`.

    Raises what `run` raises, and `ArgumentError` (a `ValueError`) for what can't be asked.
    """
    sources = plans if isinstance(plans, Sequence) and not isinstance(plans, str) else [plans]
    return worth_of(
        sources,
        together,
        replications=replications,
        seed=seed,
        design=design,
        engine=engine,
        jobs=jobs,
        out=out,
        progress=progress,
        executor=executor,
        fresh=fresh,
    )


def worth_of(
    sources: Sequence[Source], together: Sequence[str], before: Callable[[], None] | None = None, **arguments: Any
) -> Worth:
    """The same; `before` is called before anything is simulated."""
    plans = PairedPlans(sources, arguments, least=1)
    folder = plans.settings.folder
    if folder is not None:
        refuse_others(folder / file_of(NAME))
    found = Worth(plans.results(NAME, before), together)
    if folder is not None:
        found.write(folder)
    return found
