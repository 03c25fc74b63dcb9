"""Which uncertain inputs drive a plan, from the replications that are there.

Of each headline measure the variance is taken apart by input (`methods/given_data/effects.py`), and its mean is told
where an input is low and where it is high (`fifths.py`). Every replication counts, funded or not, as in `attribute`;
of other measures, those count which have them, among which inputs may hang together. Where repeats of the same
replications lie beside them (`variance.json`), it is known how much is chance; else chance can't be told from what is
too weak to be seen. On demand levers and remedies are simulated too (`methods/moves.py`).

An observed pilot weights the replications, and ties inputs together that were drawn apart; so does choosing
replications that have a measure. Inputs whose correlation is then beyond luck are taken as one group (`inputs.py`).
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from simulator.analysis.frame.answers import Answer, file_of
from simulator.analysis.frame.plans import PairedPlans, Source
from simulator.analysis.frame.runs import Stored, refuse_other_versions, result_folder
from simulator.analysis.methods.given_data.driven import CONVERGED, Driven, driven_by
from simulator.analysis.methods.given_data.inputs import Inputs
from simulator.analysis.methods.moves import Kept, Moved, lever_moves, moved, remedy_moves, without_observed
from simulator.experiment.progress import ReportProgress, progress_display
from simulator.results.statistics import Estimate
from simulator.scenario.checks.inputs import numbers
from simulator.scenario.measures import REPLICATIONS as MEASURES
from simulator.scenario.measures import TEXTS
from simulator.scenario.text.problems import unknown
from simulator.stepping.arguments import ENGINE, REPLICATIONS, ArgumentError
from simulator.store.files import refuse_others

if TYPE_CHECKING:
    import pandas as pd

    from simulator.results.result import Result

NAME: Final = "sensitivity"


class Sensitivity(Answer):
    """What drives a plan: `measures` by name, and `levers` and `remedies` that were tried, None where none were."""

    name: ClassVar[str] = NAME

    def __init__(
        self,
        result: Result,
        inputs: Inputs,
        measures: Mapping[str, Driven],
        levers: Sequence[Moved] | None = None,
        remedies: Sequence[Moved] | None = None,
        refused: Sequence[str] = (),
    ) -> None:
        self.result, self.inputs, self.measures = result, inputs, dict(measures)
        self.levers = None if levers is None else tuple(levers)
        self.remedies = None if remedies is None else tuple(remedies)
        self.refused = tuple(refused)

    @cached_property
    def words(self) -> dict[str, str]:
        """What the fields are that hold the inputs, by path."""
        return {one.path: one.words for one in numbers(self.result.scenario)}

    @property
    def currency(self) -> str:
        """That of the scenario."""
        return self.result.scenario.economics.currency

    @property
    def frame(self) -> pd.DataFrame:
        """A row per measure and input: share (Shapley effect), alone (first order), rank, p, driver, and fifths."""
        import pandas as pd

        rows = {}
        for measure, one in self.measures.items():
            if one.effects is None:
                continue
            ranks = {place: rank for rank, place in enumerate(one.drivers, 1)}
            for place, path in enumerate(one.inputs.paths):
                share, alone, fifths = one.shapley[place], one.first[place], one.fifths[place]
                rows[measure, path] = (
                    *(share.value, share.low, share.high, alone.value, alone.low, alone.high),
                    *(ranks.get(place), one.p(place), place in ranks, one.half_width(place) <= CONVERGED),
                    *(fifths.low, fifths.high, *(fifths.difference.as_dict()[key] for key in ("value", "low", "high"))),
                )
        columns = ["share", "low", "high", "alone", "alone_low", "alone_high", "rank", "p", "driver", "converged"]
        columns += ["lowest_fifth", "highest_fifth", "difference", "difference_low", "difference_high"]
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
        frame.index = pd.MultiIndex.from_tuples(rows, names=["measure", "input"])
        return frame.astype({name: "bool" if name in ("driver", "converged") else "float64" for name in columns})

    def as_dict(self) -> dict[str, Any]:
        """The content of `sensitivity.json`."""
        size = self.result.effective_sample_size
        return {
            "scenario": self.result.scenario.name,
            "scenario_hash": self.result.scenario.hash,
            "seed": self.result.seed,
            "design": self.result.design,
            "replications": self.result.replications_done,
            **({} if size is None else {"effective_sample_size": size}),
            **({"not_conditioned": self.result.refusal} if self.result.refusal else {}),
            "currency": self.currency,
            "inputs": len(self.inputs.paths),
            "unseen": list(self.inputs.unseen),
            "measures": {measure: _told(one) for measure, one in self.measures.items()},
            "levers": None if self.levers is None else [_told_move(one) for one in self.levers],
            "not_moved": list(self.refused),
            "remedies": None if self.remedies is None else [_told_move(one) for one in self.remedies],
            **self.spoken(),
        }


def _told(one: Driven) -> dict[str, Any]:
    paths = one.inputs.paths
    found = {
        "mean": one.mean.as_dict(),
        "n": len(one.y),
        "effective_sample_size": one.size,
        "not_told": one.why or None,
    }
    if one.effects is None:
        return found
    effects_ = one.effects
    return found | {
        "unexplained": one.unexplained.as_dict(),
        "explained": one.explained.as_dict(),
        "together": one.share(effects_.together).as_dict(),
        "chance_by_repeats": None if one.chance is None else one.chance.as_dict(),
        "converged": one.converged,
        "replications_needed": one.needed,
        "drivers": [paths[place] for place in one.drivers],
        "groups": [[paths[place] for place in group] for group in one.grouped],
        "inputs": [
            {
                "path": paths[place],
                "share": one.shapley[place].as_dict(),
                "alone": one.first[place].as_dict(),
                "p": one.p(place),
                "driver": place in one.drivers,
                "converged": one.half_width(place) <= CONVERGED,
                "lowest_fifth": {"up_to": fifths.up_to, "mean": _known(fifths.low)},
                "highest_fifth": {"from": fifths.from_, "mean": _known(fifths.high)},
                "difference": fifths.difference.as_dict(),
            }
            for place in one.ranked
            for fifths in [one.fifths[place]]
        ],
        "pairs": [
            {
                "inputs": [paths[place] for place in pair],
                "share": one.share(part).as_dict(),
                "p": effects_.p_pairs[pair],
            }
            for pair, part in effects_.pairs.items()
        ],
    }


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _told_move(one: Moved) -> dict[str, Any]:
    return {
        "name": one.move.name,
        "words": one.move.words,
        "position": one.move.position,
        "money": one.money,
        "differences": {name: found.as_dict() | {"p": one.p[name]} for name, found in one.differences.items()},
        "per_unit_of_money": {name: found.as_dict() for name, found in one.per_money.items()},
    }


def sensitivity(
    source: Source,
    replications: int | None = None,
    seed: int | None = None,
    engine: str = ENGINE,
    jobs: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool | ReportProgress | None = None,
    design: str | None = None,
    *,
    measures: Sequence[str] = (),
    levers: bool = False,
    remedies: bool = False,
    executor: str | Executor | None = None,
    fresh: bool = False,
) -> Sensitivity:
    """Which uncertain inputs drive a plan: a scenario (or file, or shipped name), a result, or the folder of one.

    Of a result nothing is simulated, and a scenario once, with the arguments of `run`. `measures` are of replications,
    if not success, value of funding, adoption and weeks without scale. With `levers` each lever of the plan is
    simulated at both of its ends, with `remedies` the plan under each shipped remedy, with the same luck, over the
    first 200 replications. With `out`, runs are written to `out/<scenario>/`, and the answer to `out/sensitivity.json`.

    Raises what `run` raises, `ArgumentError` (a `ValueError`) for what can't be asked, and `KeyError` for an unknown
    measure.
    """
    return asked(
        source,
        measures,
        levers=levers,
        remedies=remedies,
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


def asked(
    source: Source,
    measures: Sequence[str] = (),
    before: Callable[[], None] | None = None,
    *,
    levers: bool = False,
    remedies: bool = False,
    **arguments: Any,
) -> Sensitivity:
    """The same; `before` is called before anything is simulated."""
    for measure in measures:
        if measure not in MEASURES or measure in TEXTS:
            raise unknown("measure", measure, [name for name in MEASURES if name not in TEXTS])
    plans = PairedPlans([source], arguments, least=1)
    folder = plans.settings.folder
    if folder is not None:
        refuse_others(folder / file_of(NAME))
    beside = _folder(source)
    if beside is not None and (levers or remedies):
        refuse_other_versions([Stored.read(beside)], beside_new=True)
    result = plans.results(NAME, before)["A"]
    if result.callbacks and (levers or remedies):
        raise ArgumentError("Python functions took part in {name}, which can't be moved", name=result.scenario.name)
    places = [one for one in (beside, None if folder is None else folder / result.scenario.name) if one is not None]
    answer = Sensitivity(result, *driven_by(result, measures, chance_beside(result, places)))
    if levers or remedies:
        answer = _with_moves(answer, plans, levers=levers, remedies=remedies, before=before)
    if folder is not None:
        answer.write(folder)
    return answer


def chance_beside(result: Result, folders: Sequence[Path]) -> dict[str, Estimate]:
    """The share of chance by repeats of just these replications, by measure, from a `variance.json` in a folder.

    Of measures that are null in no replication: others are of the funded there, and of all here.
    """
    for folder in folders:
        try:
            told = json.loads((folder / file_of("variance")).read_text(encoding="utf-8"))
            same = (told["scenario_hash"], told["seed"], told["design"], told["replications"]) == (
                *(result.scenario.hash, result.seed, result.design, result.replications_done),
            )
            if same:
                return {
                    name: Estimate(1.0 - row["inputs"], 1.0 - row["high"], 1.0 - row["low"], row["n"])
                    for name, row in told["measures"].items()
                    if row["n"] == result.replications_done and None not in (row["inputs"], row["low"], row["high"])
                }
        except (OSError, ValueError, KeyError, TypeError):  # none, or not ours: nothing is told by it
            continue
    return {}


def _folder(source: Source) -> Path | None:
    """The folder of the result that is named, if one is."""
    return result_folder(os.fspath(source)) if isinstance(source, str | os.PathLike) else None


def _with_moves(
    answer: Sensitivity, plans: PairedPlans, *, levers: bool, remedies: bool, before: Callable[[], None] | None
) -> Sensitivity:
    """The answer with levers and remedies, simulated over the first replications."""
    result = answer.result
    settings = replace(plans.settings, replications=min(result.requested, REPLICATIONS))
    plan = without_observed(result.scenario)
    ends, refused = lever_moves(plan) if levers else ([], [])
    cures = remedy_moves(plan) if remedies else []
    base, weights = Kept.of(result), result.weighting.weights
    with progress_display(settings.progress, f"{NAME} {plan.name}") as report:
        found = [moved(some, base, weights, settings, NAME, report, before) if some else [] for some in (ends, cures)]
    return Sensitivity(
        result, answer.inputs, answer.measures, found[0] if levers else None, found[1] if remedies else None, refused
    )
