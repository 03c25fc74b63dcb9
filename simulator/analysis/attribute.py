"""Which of the five killers a plan fails by: each can be switched off (`ideal`), and all 32 combinations are simulated.

All combinations meet the same luck, so that each replication has its own account: what a killer takes from it is its
Shapley value (`shapley.py`), and the five add up to the gap between the plan and the same without any of them. Beside
it stands what switching off this one alone gives: where causes overlap, each alone gives next to nothing, and where
they are chained, less than its share. Two killers work together, or overlap, by as much as their interaction index
says (Grabisch and Roubens 1999, International Journal of Game Theory 28, 547-565).

Each replication counts, funded or not: what is not funded is no success, is worth nothing and costs nothing from
funding on, and where scale is never reached, all weeks up to the horizon are weeks without it. Under an observed pilot
all combinations have the weights of the plan, as it is the plan's pilot that ran.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from simulator.analysis.frame.answers import Answer, file_of
from simulator.analysis.methods.killers import ENDLESS, GIVEN, NAME, Outcomes, may_be_stopped, outcomes
from simulator.analysis.methods.shapley import Floats, interactions, shapley
from simulator.experiment.progress import ReportProgress
from simulator.experiment.settings import Settings
from simulator.results.statistics import Estimate, effective_size
from simulator.scenario import Scenario, load
from simulator.stepping.arguments import ENGINE, REPLICATIONS, SEED
from simulator.store.files import refuse_others

if TYPE_CHECKING:
    import pandas as pd

LOST: Final = {"adoption": "adoption", "net": "net value"}
"""What is told over time."""
NONE: Final = "none of them"
"""What a replication fails by that fails without any of the five."""
TIE: Final = 1e-9
"""Shapley values that differ by less, as by rounding, are alike."""


@dataclass(frozen=True)
class Part:
    """What one killer takes: its Shapley value, and what comes of switching it off alone, or last of all."""

    shapley: Estimate
    alone: Estimate
    last: Estimate


class Account:
    """Who takes what, under one sponsor."""

    def __init__(self, outcomes: Outcomes) -> None:
        self.outcomes = outcomes
        self._values: dict[str, dict[str, Floats]] = {}

    def values(self, measure: str) -> dict[str, Floats]:
        """The Shapley value of each killer in each replication, float64[replications]: what switching it off gives."""
        if measure not in self._values:
            self._values[measure] = shapley(self.outcomes.of(measure))
        return self._values[measure]

    def plan(self, measure: str) -> Estimate:
        """The plan itself."""
        return self.outcomes.mean(self.outcomes.of(measure)[frozenset()])

    def ideal(self, measure: str) -> Estimate:
        """The same without any of the five."""
        return self.outcomes.mean(self.outcomes.of(measure)[self.outcomes.all_off])

    def gap(self, measure: str) -> Estimate:
        """What all of them take together."""
        of = self.outcomes.of(measure)
        return self.outcomes.mean(of[self.outcomes.all_off] - of[frozenset()])

    def parts(self, measure: str) -> dict[str, Part]:
        """What each killer takes of a measure."""
        of, every, found = self.outcomes.of(measure), self.outcomes.all_off, self.values(measure)
        mean = self.outcomes.mean
        return {
            name: Part(
                mean(found[name]), mean(of[frozenset({name})] - of[frozenset()]), mean(of[every] - of[every - {name}])
            )
            for name in self.outcomes.killers
        }

    def interactions(self, measure: str) -> dict[tuple[str, str], Estimate]:
        """How far two killers work together (above 0) or overlap (below), by pair."""
        found = interactions(self.outcomes.of(measure))
        return {pair: self.outcomes.mean(found[pair]) for pair in combinations(self.outcomes.killers, 2)}

    @cached_property
    def dominant(self) -> dict[tuple[str, ...], float]:
        """Shares of the replications that fail, by the killers that take most success; ties are joint.

        `NONE` where a replication fails without any of them too. Empty where none fails.
        """
        outcomes, found = self.outcomes, self.values("success")
        of = outcomes.of("success")
        weights = np.ones(len(outcomes.numbers)) if outcomes.weights is None else outcomes.weights
        failed = of[frozenset()] == 0.0
        carried: dict[tuple[str, ...], list[float]] = {}
        for place in np.flatnonzero(failed & (weights > 0.0)):
            most = max(found[name][place] for name in outcomes.killers)
            hopeless = of[outcomes.all_off][place] == 0.0
            joint = (
                (NONE,) if hopeless else tuple(name for name in outcomes.killers if found[name][place] >= most - TIE)
            )
            carried.setdefault(joint, []).append(float(weights[place]))
        counts = {joint: math.fsum(steps) for joint, steps in carried.items()}
        whole = math.fsum(counts.values())
        return {joint: count / whole for joint, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))}

    @property
    def failed(self) -> int:
        """How many replications fail."""
        return int(np.count_nonzero(self.outcomes.of("success")[frozenset()] == 0.0))

    def over_time(self, what: str) -> pd.DataFrame:
        """What each killer takes of adoption (mean share) or of net value (sum) in each quarter since kick-off.

        A row per quarter, a column per killer, then `plan`, `ideal` and `gap`, to which the killers add up.
        """
        import pandas as pd

        of = {chosen: found[what] for chosen, found in self.outcomes.by_quarter.items()}
        frame = pd.DataFrame({name: shapley(of)[name] for name in self.outcomes.killers})
        frame["plan"], frame["ideal"] = of[frozenset()], of[self.outcomes.all_off]
        frame["gap"] = frame["ideal"] - frame["plan"]
        frame.index = pd.RangeIndex(1, len(frame) + 1, name="quarter")
        return frame


class Attribution(Answer):
    """Which killers take a plan's success, money, people and time: `accounts` by sponsor, that of the plan first."""

    name: ClassVar[str] = NAME

    def __init__(self, scenario: Scenario, accounts: Mapping[str, Account], seed: int, refusal: str = "") -> None:
        self.scenario, self.accounts, self.seed, self.refusal = scenario, dict(accounts), seed, refusal

    @property
    def account(self) -> Account:
        """That with the sponsor of the plan."""
        return self.accounts[GIVEN]

    @property
    def measures(self) -> tuple[str, ...]:
        """What is told, in order; nothing of money where nothing has a price."""
        return self.account.outcomes.measures

    @property
    def effective(self) -> float:
        """Replications of equal weight that would say as much."""
        outcomes = self.account.outcomes
        return float(len(outcomes.numbers)) if outcomes.weights is None else effective_size(outcomes.weights)

    @property
    def frame(self) -> pd.DataFrame:
        """A row per sponsor, measure and killer: Shapley value, alone and last, each with its interval."""
        import pandas as pd

        rows = {
            (sponsor, measure, name): tuple(
                end for one in (part.shapley, part.alone, part.last) for end in (one.value, one.low, one.high)
            )
            for sponsor, account in self.accounts.items()
            for measure in self.measures
            for name, part in account.parts(measure).items()
        }
        columns = [f"{kind}{end}" for kind in ("shapley", "alone", "last") for end in ("", "_low", "_high")]
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns).astype("float64")
        frame.index = pd.MultiIndex.from_tuples(rows, names=["sponsor", "measure", "killer"])
        return frame

    def as_dict(self) -> dict[str, Any]:
        """The content of `attribute.json`."""
        return {
            "scenario": self.scenario.name,
            "scenario_hash": self.scenario.hash,
            "seed": self.seed,
            "replications": len(self.account.outcomes.numbers),
            "effective_sample_size": self.effective,
            **({"not_conditioned": self.refusal} if self.refusal else {}),
            "currency": self.scenario.economics.currency,
            "sponsors": {sponsor: self._told(account) for sponsor, account in self.accounts.items()},
            **self.spoken(),
        }

    def _told(self, account: Account) -> dict[str, Any]:
        return {
            "measures": {
                measure: {
                    "plan": account.plan(measure).as_dict(),
                    "ideal": account.ideal(measure).as_dict(),
                    "gap": account.gap(measure).as_dict(),
                    "killers": {
                        name: {kind: one.as_dict() for kind, one in vars(part).items()}
                        for name, part in account.parts(measure).items()
                    },
                    "interactions": [
                        {"pair": list(pair), **one.as_dict()} for pair, one in account.interactions(measure).items()
                    ],
                }
                for measure in self.measures
            },
            "dominant": [{"killers": list(joint), "share": share} for joint, share in account.dominant.items()],
            "failed": account.failed,
            "over_time": {
                what: account.over_time(what).reset_index().to_dict(orient="list")
                for what in LOST
                if account.outcomes.by_quarter
            },
        }


def attribute(
    scenario: Scenario | str | os.PathLike[str] | Mapping[str, Any],
    replications: int = REPLICATIONS,
    seed: int = SEED,
    engine: str = ENGINE,
    jobs: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool | ReportProgress | None = None,
    *,
    endless: bool = True,
    executor: str | Executor | None = None,
    fresh: bool = False,
) -> Attribution:
    """What each of the five killers takes from a plan; `endless`: also with a sponsor who never stops it.

    Arguments are those of `run`, for each combination. With `out`, each combination is written to `out/<its name>/` and
    the answer to `out/attribute.json`; what lies there already is not simulated again. Raises what `run` raises, and
    `ArgumentError` (a `ValueError`) where every killer is switched off already.
    """
    plan = scenario if isinstance(scenario, Scenario) else load(scenario)
    settings = Settings(
        replications=replications, seed=seed, engine=engine, jobs=jobs, out=out, progress=progress,
        executor=executor, fresh=fresh,
    )  # fmt: skip
    return attributed(plan, settings, endless=endless)


def attributed(
    plan: Scenario, settings: Settings, *, endless: bool = True, before: Callable[[], None] | None = None
) -> Attribution:
    """The same with settings; `before` is called when they have been checked, before anything is computed."""
    sponsors = (GIVEN, ENDLESS) if endless and may_be_stopped(plan) else (GIVEN,)
    folder = settings.folder
    if folder is not None:
        refuse_others(folder / file_of(NAME))
    found, refusal = outcomes(plan, sponsors, settings, before)
    answer = Attribution(plan, {sponsor: Account(one) for sponsor, one in found.items()}, settings.seed, refusal)
    if folder is not None:
        answer.write(folder)
    return answer
