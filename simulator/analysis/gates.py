"""Are the gates any good: do they stop what should be stopped, and what do they cost?

The truth of a replication is what becomes of it with that gate *off*, all else and all luck the same: the gate is read
as ever, and lets the programme through at its first reading, whatever it sees. It is not taken out of the plan: its
readings would not be paid then, and a gate that passes everything would seem to cost something. Held against that, each
decision is right or false, and what the gate brings, the difference with and without it in each replication, adds up
over the kinds of decisions.

From one held path (`decisions`) thresholds and numbers of holds that the plan does not have are judged too.

Every replication counts, funded or not. Under an observed pilot all have the weights of the plan, whose pilot ran.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from simulator.analysis.frame.answers import Answer, file_of
from simulator.analysis.frame.one_by_one import one_by_one
from simulator.analysis.frame.replays import replays
from simulator.analysis.frame.runs import stopped_before
from simulator.analysis.methods.gating.decisions import KINDS, Floats, as_dict
from simulator.analysis.methods.gating.gate_paths import MEASURES, paths, together
from simulator.analysis.methods.gating.judged_gates import TRUTHS, Gate, Truth
from simulator.experiment.progress import ReportProgress, progress_display
from simulator.experiment.settings import Settings
from simulator.results.statistics import effective_size
from simulator.scenario import Scenario, load
from simulator.scenario.vocabulary import GATE_MEASURES
from simulator.stepping.arguments import ENGINE, REPLICATIONS, SEED, ArgumentError, known
from simulator.store.files import refuse_others

if TYPE_CHECKING:
    import pandas as pd

    from simulator.results.result import Result
    from simulator.scenario.sections.rollout import GateReading

NAME: Final = "gates"


class GateReview(Answer):
    """What the gates of a plan decide, bring and cost; `curves` by gate, and `by_holds`, empty where not asked for."""

    name: ClassVar[str] = NAME

    def __init__(
        self,
        scenario: Scenario,
        gates: Mapping[str, Gate],
        seed: int,
        *,
        truth: Truth = "success",
        curve: bool = True,
        criterion: str | None = None,
        refusal: str = "",
    ) -> None:
        self.scenario, self.gates, self.seed = scenario, dict(gates), seed
        self.truth, self.refusal = truth, refusal
        read = {name: gate for name, gate in self.gates.items() if gate.looks.looked.any()} if curve else {}
        found = {name: gate.curve(_chosen(gate, criterion)) for name, gate in read.items() if _reads(gate, criterion)}
        self.curves = {name: one for name, one in found.items() if one is not None}
        self.by_holds = {name: gate.by_holds() for name, gate in read.items()}

    @property
    def replications(self) -> int:
        """How many replications were looked at; 0 where the plan has no gates."""
        return next((len(gate.good) for gate in self.gates.values()), 0)

    @property
    def weights(self) -> Floats | None:
        """Those of an observed pilot."""
        return next((gate.weights for gate in self.gates.values()), None)

    @property
    def effective(self) -> float:
        """Replications of equal weight that would say as much."""
        return float(self.replications) if self.weights is None else effective_size(self.weights)

    @property
    def frame(self) -> pd.DataFrame:
        """A row per gate and kind of decision: its share, and what the gate brings there, over all and on the mean."""
        import pandas as pd

        rows = {
            (name, kind): tuple(
                end
                for one in (part.share, part.brings, part.each)
                for end in ((None,) * 3 if one is None else (float(one), one.low, one.high))
            )
            for name, gate in self.gates.items()
            for kind, part in gate.parts.items()
        }
        columns = [f"{of}{end}" for of in ("share", "brings", "brings_each") for end in ("", "_low", "_high")]
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns).astype("float64")
        frame.index = pd.MultiIndex.from_tuples(list(rows), names=["gate", "kind"])
        return frame

    def as_dict(self) -> dict[str, Any]:
        """The content of `gates.json`."""
        return {
            "scenario": self.scenario.name,
            "scenario_hash": self.scenario.hash,
            "seed": self.seed,
            "replications": self.replications,
            "effective_sample_size": self.effective,
            **({"not_conditioned": self.refusal} if self.refusal else {}),
            "currency": self.scenario.economics.currency,
            "truth": self.truth,
            "gates": {name: self._told(name, gate) for name, gate in self.gates.items()},
            **self.spoken(),
        }

    def _told(self, name: str, gate: Gate) -> dict[str, Any]:
        curve = self.curves.get(name)
        measures = [measure for measure in MEASURES if gate.priced or measure not in ("npv", "value_from_funding")]
        return {
            "phase": gate.phase,
            "criteria": [
                {"measure": measure, side: float(np.median(gate.rule.bounds(place)))}
                for place, (measure, side) in enumerate(gate.criteria)
            ],
            "kinds": {kind: {key: as_dict(one) for key, one in vars(gate.parts[kind]).items()} for kind in KINDS},
            "measures": {
                measure: {
                    "with": gate.mean(gate.planned(measure)).as_dict(),
                    "off": gate.mean(gate.off(measure)).as_dict(),
                    "brings": gate.change(measure).as_dict(),
                }
                for measure in measures
            },
            "held": gate.share(gate.was_held).as_dict(),
            "weeks_held_where_held": gate.mean(gate.weeks_held, gate.was_held).as_dict(),
            "rescued": gate.share(gate.rescued).as_dict(),
            "spoiled": gate.share(gate.spoiled).as_dict(),
            "missed": [
                {"measure": gate.criteria[one.criterion][0], "share": one.share.as_dict()} for one in gate.missed
            ],
            "curve": None
            if curve is None
            else {
                "measure": gate.criteria[curve.criterion][0],
                "side": gate.criteria[curve.criterion][1],
                "thresholds": [one.as_dict() for one in curve.tried],
                "best": curve.apart.best,
                "alike": list(curve.apart.alike),
            },
            "by_holds": [one.as_dict() for one in self.by_holds.get(name, ())],
        }


def _reads(gate: Gate, criterion: str | None) -> bool:
    return criterion is None or any(measure == criterion for measure, _ in gate.criteria)


def _chosen(gate: Gate, criterion: str | None) -> int:
    """The criterion whose thresholds are tried."""
    if criterion is None:
        return gate.criterion
    return next(place for place, (measure, _) in enumerate(gate.criteria) if measure == criterion)


def gates(
    scenario: Scenario | str | os.PathLike[str] | Mapping[str, Any],
    replications: int = REPLICATIONS,
    seed: int = SEED,
    engine: str = ENGINE,
    jobs: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool | ReportProgress | None = None,
    *,
    truth: Truth = "success",
    curve: bool = True,
    criterion: str | None = None,
    executor: str | Executor | None = None,
    fresh: bool = False,
) -> GateReview:
    """What each gate of a plan decides, whether that is right, and what it brings or costs.

    `truth` says what makes a go right: `success`, or `value` (of funding, above 0). `curve`: also at other thresholds,
    of the criterion that is missed most often or of the measure `criterion`, and with other numbers of holds. Other
    arguments are those of `run`. With `out`, the plan is written to `out/<its name>/`, and taken from there if it lies
    there, and the answer to `out/gates.json`. Raises what `run` raises, and `ArgumentError` (a `ValueError`) for a
    criterion that no gate has, or a truth of money where nothing has a price.
    """
    plan = scenario if isinstance(scenario, Scenario) else load(scenario)
    settings = Settings(
        replications=replications, seed=seed, engine=engine, jobs=jobs, out=out, progress=progress,
        executor=executor, fresh=fresh,
    )  # fmt: skip
    return reviewed(plan, settings, truth=truth, curve=curve, criterion=criterion)


def reviewed(
    plan: Scenario,
    settings: Settings,
    *,
    truth: Truth = "success",
    curve: bool = True,
    criterion: str | None = None,
    before: Callable[[], None] | None = None,
) -> GateReview:
    """The same with settings; `before` is called when they have been checked, before anything is computed."""
    known("truth", truth, TRUTHS)
    there = gates_of(plan)
    if criterion is not None:
        read = {one.measure for gate in there.values() for one in gate.criteria}
        known("criterion", criterion, sorted(read) or GATE_MEASURES)
    folder = settings.folder
    if folder is not None:
        refuse_others(folder / file_of(NAME))
    found: dict[str, Gate] = {}
    refusal = ""
    if there:
        with progress_display(settings.progress, f"{NAME} {plan.name}") as report:
            (base,) = one_by_one([plan], settings, NAME, _kept, report, before)
            if truth == "value" and not base.priced:
                raise ArgumentError(
                    "{truth} is value, and nothing in {name} costs or is worth anything", name=plan.name
                )
            found = _looked_at(plan, there, base, settings, truth, report, every=curve)
        refusal = base.refusal
    answer = GateReview(plan, found, settings.seed, truth=truth, curve=curve, criterion=criterion, refusal=refusal)
    if folder is not None:
        answer.write(folder)
    return answer


def gates_of(plan: Scenario) -> dict[int, GateReading]:
    """The gates of a plan by number, 0 being that of funding."""
    if plan.rollout is None:
        return {}
    every = (plan.rollout.funding_gate, *plan.rollout.gates)
    return {g: gate for g, gate in enumerate(every) if gate is not None}


@dataclass(frozen=True)
class _Kept:
    """What is kept of the plan's own run."""

    numbers: tuple[int, ...]
    weights: Floats | None
    refusal: str
    priced: bool


def _kept(result: Result) -> _Kept:
    numbers = tuple(int(number) for number in result.records.numbers)
    return _Kept(numbers, result.weighting.weights, result.refusal, result.priced)


def _looked_at(
    plan: Scenario,
    there: Mapping[int, GateReading],
    base: _Kept,
    settings: Settings,
    truth: Truth,
    report: ReportProgress,
    *,
    every: bool,
) -> dict[str, Gate]:
    """Each gate with what it decided in the replications of the plan."""
    any_of = {g: gate.combine == "any" for g, gate in there.items()}
    observed = plan.pilot is not None and plan.pilot.observed is not None
    bare = plan.with_changes({"pilot.observed": None}) if observed else plan  # weights are those of the plan's own run
    look = partial(paths, any_of=any_of, every=every)
    seen, complete = replays(look, bare, base.numbers, settings, report, traced=True)
    if not complete:
        kept = "the run of the plan itself is kept"
        raise stopped_before(NAME, "all replications were looked at again", settings, kept)
    found = {}
    for g, gate in there.items():
        rows = [seen[number][g] for number in base.numbers]
        looks, rule = together(rows, any_of[g], gate.max_holds)
        retry = np.array([row.retry_weeks for row in rows])
        found[gate.name] = Gate(gate, looks, rule, retry, weights=base.weights, truth=truth, priced=base.priced)
    return found
