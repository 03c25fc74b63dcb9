"""By when, and how sure: scale with shelving as a competing risk, what makes it late, plan against simulation, length.

Five questions of one plan. How many have reached scale by which week, and by which date 80% have, if ever
(`dates`). Which systems and stages set the date on which the last system is live (`criticality`),
from the events of the same replications, looked at again. When the milestones of the plan are reached. Which length of
the plan is best, as far as luck and the horizon let that be told (`plan_lengths`). And how likely enough
people use it, at no more than so much money, by a month (`joint_confidence`).

Every replication counts, funded or not, unless it is said that only the funded do. Under an observed pilot all of it
has the weights of the plan, whose pilot ran.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from simulator.analysis.frame.answers import Answer, file_of
from simulator.analysis.frame.one_by_one import one_by_one
from simulator.analysis.methods.schedule.criticality import Chains, chains_of
from simulator.analysis.methods.schedule.dates import (
    Confident,
    Floats,
    Milestone,
    column,
    confident,
    date_of,
    incidence,
    milestones,
    monday_of,
)
from simulator.analysis.methods.schedule.joint_confidence import Joint, Wanted, joint
from simulator.analysis.methods.schedule.plan_lengths import (
    TIMES,
    Judged,
    Length,
    judge,
    length_of,
    mean_at,
    read_length,
    share_cut_off,
    stretched,
)
from simulator.experiment.progress import Progress, ReportProgress, progress_display
from simulator.experiment.settings import Settings
from simulator.results.statistics import Share, effective_size
from simulator.scenario import Scenario, load
from simulator.stepping.arguments import ENGINE, REPLICATIONS, SEED
from simulator.store.files import refuse_others

if TYPE_CHECKING:
    import pandas as pd

    from simulator.results.result import Result

NAME: Final = "timeline"
CONFIDENCE: Final = 0.8
"""Share that has to have got there for a date to be named."""
STEP_WEEKS: Final = 13
ENDS: Final = ("scaled", "shelved", "stopped", "running")
"""What becomes of a funded programme first: it reaches scale, or is shelved by its sponsor or stopped at a gate before
that, or does neither by the horizon."""


class Timeline(Answer):
    """By when a plan gets where, and how sure that is.

    `chains` is None where there are no systems to integrate, `lengths` empty where none were simulated, or there is
    nothing to stretch.
    """

    name: ClassVar[str] = NAME

    def __init__(
        self,
        result: Result,
        chains: Chains | None,
        lengths: Sequence[Length] = (),
        wanted: Wanted | None = None,
    ) -> None:
        self.refusal = result.refusal
        self.result = result.unweighted if result.refusal else result
        self.scenario, self.chains, self.lengths = result.scenario, chains, tuple(lengths)
        self.wanted = Wanted() if wanted is None else wanted

    # ---- scale, with competing risks

    @property
    def weights(self) -> Floats | None:
        """What each replication counts for; None where all count the same."""
        return self.result.weighting.weights

    @cached_property
    def first_events(self) -> tuple[Floats, tuple[str, ...]]:
        """When the first of `ENDS` happens, weeks since funding, infinite for none, and which; of all replications.

        One that is not funded has `not_funded`. One that reaches scale counts as such, whatever becomes of it later.
        """
        records = self.result.records
        scaled, funded_week, shelved_week = (
            column(records.measure(name)) for name in ("weeks_to_scale", "funded_week", "shelved_week")
        )
        gates = records.measure("stopped_at_gate")
        weeks, ends = np.full(records.count, math.inf), []
        for place, funded in enumerate(self.result.funded):
            if not funded:
                ends.append("not_funded")
            elif not math.isnan(scaled[place]):
                ends.append("scaled")
                weeks[place] = scaled[place]
            elif not math.isnan(shelved_week[place]):
                ends.append("shelved" if gates[place] is None else "stopped")
                weeks[place] = shelved_week[place] - funded_week[place]
            else:
                ends.append("running")
        return weeks, tuple(ends)

    def when(self, end: str, *, of_all: bool = False) -> tuple[Floats, Floats | None]:
        """When a programme has come to an end of `ENDS` (`kept`: to scale that it keeps), infinite for never.

        Weeks since funding, of the funded replications; `of_all`: since kick-off, of all of them. And their weights.
        """
        records = self.result.records
        weeks, ends = self.first_events
        success = column(records.measure("success")) > 0.0
        chosen = np.array([each == ("scaled" if end == "kept" else end) for each in ends])
        found = np.where(chosen & (success if end == "kept" else True), weeks, math.inf)
        if of_all:
            return found + np.nan_to_num(column(records.measure("funded_week"))), self.weights
        return found[self.result.funded], self.result.weighting.of(self.result.funded)

    def incidence(self, end: str, *, of_all: bool = False) -> tuple[Share, ...]:
        """The share that has come to an end by each week; see `when`."""
        weeks, weights = self.when(end, of_all=of_all)
        starts = column(self.result.records.measure("funded_week"))[self.result.funded]
        first = 0.0 if of_all or not len(starts) else float(starts.min())
        return incidence(weeks, int(self.scenario.horizon_weeks - first), weights) if len(weeks) else ()

    def by_then(self, *, of_all: bool = False, since_kick_off: bool = True, level: float = CONFIDENCE) -> Confident:
        """The week by which a share of the funded, or of all, has reached scale: since kick-off, or since funding."""
        weeks, weights = self.when("scaled", of_all=of_all)
        if since_kick_off and not of_all:
            weeks = weeks + column(self.result.records.measure("funded_week"))[self.result.funded]
        return confident(weeks, level, weights)

    def share_that(self, end: str, *, of_all: bool = False) -> Share:
        """The share of the funded, or of all, that comes to an end of `ENDS` (or is `not_funded`) by the horizon."""
        holds = np.array([each == end for each in self.first_events[1]], dtype=bool)
        return self.result.weighting.share(holds, None if of_all else self.result.funded)

    # ---- the others

    @cached_property
    def milestones(self) -> list[Milestone]:
        """The milestones of the plan, and when they are reached."""
        return milestones(self.result)

    @cached_property
    def judged(self) -> dict[str, Judged]:
        """Which lengths are best, by measure; empty where fewer than two can be judged."""
        names = self.lengths[0].values if self.lengths else ()
        found = {name: judge(self.lengths, name, self.weights_of_lengths) for name in names}
        return {name: one for name, one in found.items() if one is not None}

    @cached_property
    def weights_of_lengths(self) -> Floats | None:
        """Weights of the replications that all lengths have."""
        if self.weights is None or not self.lengths:
            return None
        return np.asarray(self.weights[np.isin(self.result.records.numbers, self.lengths[0].numbers)])

    @property
    def week_of_joint(self) -> int:
        """Weeks since kick-off to the month of the joint confidence."""
        return self.wanted.week(self.scenario)

    @cached_property
    def joint(self) -> Joint:
        """How likely enough people use it at no more than so much money by the month; without money that has a price.

        What is asked of cost is that of the whole programme so far.
        """
        records, row = self.result.records, self.week_of_joint - 1
        values = {"adoption": records.week_rows("adoption")[:, row]}
        if self.result.priced:
            values["cost"] = records.week_rows("cost_cumulative")[:, row]
        limits = self.wanted.limits(self.scenario)
        return joint(values, {name: limits[name] for name in values}, self.weights)

    @property
    def effective(self) -> float:
        """Replications of equal weight that would say as much."""
        return float(self.result.replications_done) if self.weights is None else effective_size(self.weights)

    # ---- as tables

    @property
    def frame(self) -> pd.DataFrame:
        """All estimates with their intervals: a row per `part`, `item` and `what`."""
        import pandas as pd

        rows: dict[tuple[str, str, str], tuple[Any, Any, Any]] = {}

        def put(part: str, item: str, what: str, one: Any) -> None:
            value = one.value if hasattr(one, "value") else one.share
            rows[part, item, what] = value, one.low, one.high

        for end in (*ENDS, "not_funded"):
            put("end", end, "share_of_all", self.share_that(end, of_all=True))
            if end != "not_funded":
                put("end", end, "share_of_funded", self.share_that(end))
        for name, one in (("funded", self.by_then()), ("all", self.by_then(of_all=True))):
            rows["week_80", name, "since_kick_off"] = one.week, one.low, one.high
        for each in self.milestones:
            item = f"{each.kind} {each.name}"
            rows["milestone", item, "planned"] = each.planned, None, None
            put("milestone", item, "share", each.arrive)
            for name, spread in each.spread.items():
                put("milestone", item, name, spread)
        for part in ("systems", "stages") if self.chains is not None else ():
            for name, critical in getattr(self.chains, part).items():
                put(part, name, "share_of_chain", critical.share)
                put(part, name, "sets_last_date", critical.last)
        for length in self.lengths:
            for measure in length.values:
                put("length", f"{length.times:g}", measure, mean_at(length, measure, self.weights_of_lengths))
            put("length", f"{length.times:g}", "cut_off", share_cut_off(length, self.weights_of_lengths))
        for name, condition in self.joint.conditions.items():
            put("joint", name, "share", condition.share)
        put("joint", "all", "share", self.joint.all)
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high"]).astype("float64")
        frame.index = pd.MultiIndex.from_tuples(rows, names=["part", "item", "what"])
        return frame

    def curve(self, *, of_all: bool = False) -> pd.DataFrame:
        """The share at each end of `ENDS`, and kept, by week, with intervals of scale: of the funded since funding, or
        `of_all` since kick-off.
        """
        import pandas as pd

        found = {end: self.incidence(end, of_all=of_all) for end in ("scaled", "kept", "shelved", "stopped")}
        columns = {end: [share.share for share in shares] for end, shares in found.items()}
        columns |= {f"scaled_{end}": [getattr(x, end) for x in found["scaled"]] for end in ("low", "high")}
        return pd.DataFrame(columns, index=pd.RangeIndex(len(found["scaled"]), name="week"), dtype="float64")

    def as_dict(self) -> dict[str, Any]:
        """The content of `timeline.json`."""
        frame, chains, week = self.curve(), self.chains, self.week_of_joint
        return {
            "scenario": self.scenario.name,
            "scenario_hash": self.scenario.hash,
            "seed": self.result.seed,
            "replications": self.result.replications_done,
            "effective_sample_size": self.effective,
            **({"not_conditioned": self.refusal} if self.refusal else {}),
            "currency": self.scenario.economics.currency,
            "start": f"{monday_of(self.scenario):%Y-%m-%d}",
            "ends": {
                among: {end: self.share_that(end, of_all=of_all).as_dict() for end in (*ENDS, *more)}
                for among, of_all, more in (("funded", False, ()), ("all", True, ("not_funded",)))
            },
            "by_week_since_funding": frame.reset_index().to_dict(orient="list"),
            "confident": {
                "funded": self._dated(self.by_then()),
                "funded_weeks_since_funding": self.by_then(since_kick_off=False).week,
                "all": self._dated(self.by_then(of_all=True)),
            },
            "milestones": [self._milestone(one) for one in self.milestones],
            "integration": None
            if chains is None
            else {
                "all_live": chains.all_live.as_dict(),
                "ended_before": chains.ended_before.as_dict(),
                "missing": {name: share.as_dict() for name, share in chains.missing.items()},
                **{
                    part: {name: {"share_of_chain": one.share.as_dict(), "sets_last_date": one.last.as_dict()}
                           for name, one in getattr(chains, part).items()}
                    for part in ("systems", "stages")
                },
            },
            "lengths": [self._length(one) for one in self.lengths],
            "best_length": {
                name: {
                    "times": None if one.best is None else self.lengths[one.best].times,
                    "leading": [self.lengths[number].times for number in one.leading],
                    "open": [self.lengths[number].times for number in one.open],
                }
                for name, one in self.judged.items()
            },
            "joint": {"week": week, "date": self._date(float(week)), **self.joint.as_dict()},
            **self.spoken(),
        }  # fmt: skip

    def _date(self, week: float | None) -> str | None:
        return None if week is None else f"{date_of(self.scenario, week):%Y-%m-%d}"

    def _dated(self, one: Confident) -> dict[str, Any]:
        weeks = {name: getattr(one, name) for name in ("week", "low", "high")}
        dates = {f"{name}_date": self._date(week) for name, week in weeks.items()}
        return {"level": one.level, **weeks, **dates, "reached": one.reached.as_dict()}

    def _milestone(self, one: Milestone) -> dict[str, Any]:
        spread = {name: each.as_dict() | {"date": self._date(each.value)} for name, each in one.spread.items()}
        planned = {"planned_week": one.planned, "planned_date": self._date(one.planned)}
        arrive = {"share": one.arrive.as_dict(), "in_time": None if one.in_time is None else one.in_time.as_dict()}
        return {"kind": one.kind, "name": one.name, **planned, **arrive, **spread}

    def _length(self, one: Length) -> dict[str, Any]:
        number = self.lengths.index(one)
        return {
            "times": one.times,
            "weeks": one.weeks,
            "weeks_left": one.room,
            "has_room": one.has_room,
            "cut_off": share_cut_off(one, self.weights_of_lengths).as_dict(),
            "measures": {name: mean_at(one, name, self.weights_of_lengths).as_dict() for name in one.values},
            "less_the_highest": {
                name: {"of_times": self.lengths[judged.top].times, **pair.together.as_dict(), "p_adjusted": pair.p}
                for name, judged in self.judged.items()
                if (pair := judged.differences.get(number)) is not None
            },
        }


def timeline(
    scenario: Scenario | str | os.PathLike[str] | Mapping[str, Any],
    replications: int = REPLICATIONS,
    seed: int = SEED,
    engine: str = ENGINE,
    jobs: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool | ReportProgress | None = None,
    *,
    lengths: bool = True,
    adoption: float | None = None,
    cost: float | None = None,
    by_month: int | None = None,
    executor: str | Executor | None = None,
    fresh: bool = False,
) -> Timeline:
    """By when a plan reaches scale, what makes it late, and how sure that is; `lengths`: also other lengths of it.

    Joint confidence is that of at least so much `adoption` (default: what success asks for, else the own P70) at a
    `cost` so far of no more than that (default: its own P70), `by_month` since kick-off (default: the deadline).
    Other arguments are those of `run`. With `out`, each scenario is written to `out/<its name>/` and the answer to
    `out/timeline.json`; what lies there already is not simulated again, but for the events of the replications. Raises
    what `run` raises, and `ArgumentError` (a `ValueError`).
    """
    plan = scenario if isinstance(scenario, Scenario) else load(scenario)
    settings = Settings(
        replications=replications, seed=seed, engine=engine, jobs=jobs, out=out, progress=progress,
        executor=executor, fresh=fresh,
    )  # fmt: skip
    return timed(plan, settings, Wanted(adoption, cost, by_month), lengths=lengths)


def timed(
    plan: Scenario,
    settings: Settings,
    wanted: Wanted,
    *,
    lengths: bool = True,
    before: Callable[[], None] | None = None,
) -> Timeline:
    """The same with settings; `before` is called when they have been checked, before anything is computed."""
    wanted.check(plan)
    folder = settings.folder
    if folder is not None:
        refuse_others(folder / file_of(NAME))
    systems = bool(plan.integration.systems) and not plan.integration.ideal
    others = [stretched(plan, times) for times in TIMES if times != 1.0] if lengths and length_of(plan) else []
    whole = (1 + len(others) + systems) * settings.replications
    with progress_display(settings.progress, f"{NAME} {plan.name}") as report:

        def from_(done: int) -> ReportProgress:
            return lambda now: report(Progress(now.stage, done + now.done, whole, now.scenario, now.place))

        (result,) = one_by_one([plan], settings, NAME, lambda found: found, from_(0), before)
        chains = None
        if systems:
            chains = chains_of(result, settings, from_(settings.replications))
        found = {1.0: read_length(result.unweighted if result.refusal else result, 1.0)}
        other_times = [times for times in TIMES if times != 1.0]
        done = (1 + systems) * settings.replications
        each = one_by_one(others, settings, NAME, lambda one: one, from_(done))
        for times, one in zip(other_times, each, strict=False):
            found[times] = read_length(one, times)
    numbers = sorted(set.intersection(*(set(one.numbers) for one in found.values())))
    compared = [found[times].at(numbers) for times in sorted(found)] if others else []
    answer = Timeline(result, chains, compared, wanted)
    if folder is not None:
        answer.write(folder)
    return answer
