"""How many people answer: heads of both lines in each quarter that meet the service level with 80% confidence.

What is needed is found by simulation (`desk_search`). Beside it stands what Erlang's formula makes of the
visits (`erlang`), read where nobody waits for a person, as late answers drive users away: of those that
come, and of those that would come at target adoption, which nobody has simulated. *Given success* speaks of the worlds
that succeed with enough people.
"""

from __future__ import annotations

import datetime
import math
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

import numpy as np

from simulator.analysis.frame.answers import Answer, file_of
from simulator.analysis.methods.schedule.dates import monday_of
from simulator.analysis.methods.support.desk import NAME
from simulator.analysis.methods.support.desk_search import Asked, Asking, Passes
from simulator.analysis.methods.support.erlang import smallest
from simulator.analysis.methods.support.lines import AMONG, CONFIDENCE, Line
from simulator.experiment.progress import ReportProgress, progress_display
from simulator.experiment.settings import Settings
from simulator.results.statistics import Estimate, Share, quantile, share_of
from simulator.scenario import Scenario, load
from simulator.scenario.sections.calendar import Shift
from simulator.scenario.vocabulary import QUARTER_WEEKS, STAFFED_TIERS
from simulator.stepping.arguments import ENGINE, REPLICATIONS, SEED
from simulator.store.files import refuse_others

if TYPE_CHECKING:
    import pandas as pd

WEEKS_OF_YEAR: Final = 52.0


class Staffing(Answer):
    """Who is needed to answer, by line and quarter."""

    name: ClassVar[str] = NAME

    def __init__(self, scenario: Scenario, asked: Asked, seed: int) -> None:
        self.scenario, self.seed = scenario, seed
        self.plan, self.enough, self.lines = asked.plan, asked.enough, asked.lines
        self.effect, self.hours, self.refusal = asked.effect, asked.hours, asked.refusal

    @property
    def funded(self) -> Share:
        """The share of worlds in which the plan is funded."""
        return share_of(self.plan.funded_worlds, self.plan.weights)

    @property
    def first_day(self) -> datetime.date | None:
        """The Monday of the week of funding in the middle of the worlds that are funded; None where none is."""
        middle = quantile(self.plan.funded.tolist(), 0.5, self.plan.weights).value
        if middle is None:
            return None
        return monday_of(self.scenario) + datetime.timedelta(weeks=math.floor(middle))

    def date(self, quarter: int) -> datetime.date | None:
        """The first day of a quarter (from 0), counted from funding in the middle of the worlds."""
        first = self.first_day
        return None if first is None else first + datetime.timedelta(weeks=QUARTER_WEEKS * quarter)

    @property
    def extrapolated(self) -> dict[str, Estimate]:
        """Heads of each tier by the tickets that the pilot logged, in the middle of the funded worlds."""
        return {
            name: quantile(self.plan.extrapolated[:, t].tolist(), 0.5, self.plan.weights)
            for t, name in enumerate(STAFFED_TIERS)
        }

    def over(self, what: Literal["planned", "extrapolated"]) -> Estimate:
        """Heads of both lines that a world's own busiest quarters need by Erlang's formula, over others, in the middle.

        Over those that the plan has in these quarters, or that the pilot's tickets lead to. Worlds are left out that
        have none of these, or visits that no headcount could start in time.
        """
        needed = over = np.zeros(len(self.enough.numbers))
        for t, _ in enumerate(STAFFED_TIERS):
            rows = np.where(np.isnan(self.enough.needs[:, :, t]), -1.0, self.enough.needs[:, :, t])
            place = rows.argmax(axis=1)
            most = rows.max(axis=1)
            needed = needed + np.where(most < 0.0, np.nan, most)
            there = np.take_along_axis(self.plan.heads[:, :, t], place[:, None], axis=1)[:, 0]
            over = over + (there if what == "planned" else self.plan.extrapolated[:, t])
        fits = np.isfinite(needed) & (over > 0.0)
        factor = np.where(fits, needed / np.where(fits, over, 1.0), np.nan)
        return quantile(factor.tolist(), 0.5, self.plan.weights)

    def team(self) -> list[tuple[float | None, float | None]]:
        """Hours of work a week of the data science team in each quarter, and those for tickets.

        Enough in 80% of the funded worlds where nobody waits at the lines before it.
        """
        desk = self.enough
        return [
            (
                smallest(desk.team_hours[:, quarter], desk.weights),
                smallest(desk.team_ticket_hours[:, quarter], desk.weights),
            )
            for quarter in self.quarters
        ]

    @property
    def team_week(self) -> float:
        """Hours a week that one of the data science team is at work."""
        return hours_of(self.scenario.data_science_team.shifts)

    @property
    def team_members(self) -> int:
        """Members of the data science team at kick-off."""
        return round(float(self.scenario.data_science_team.members.mean))

    @property
    def quarters(self) -> tuple[int, ...]:
        """The quarters that are told."""
        return tuple(cell.quarter for cell in self.lines[0].cells)

    @property
    def price_of_more(self) -> dict[str, float]:
        """What those beyond the plan's cost a year at the peak of each line, paid for all hours of their shifts."""
        found = {}
        for line in self.lines:
            peak = line.peak
            if peak is None or line.check is None or peak.planned.value is None:
                continue
            rate = float(getattr(self.scenario.economics.cost_per_hour, line.tier).mean)
            found[line.tier] = (
                (line.check.number - peak.planned.value)
                * hours_of(getattr(self.scenario.support.tiers, line.tier).shifts)
                * 52.0
                * rate
            )
        return found

    @property
    def frame(self) -> pd.DataFrame:
        """A row per tier and quarter: its first day, the heads recommended, by formula, at target, planned."""
        import pandas as pd

        rows = {}
        for line in self.lines:
            for cell, number in zip(line.cells, line.recommended, strict=True):
                told = {"from": self.date(cell.quarter), "heads": number, "planned": cell.planned.value}
                told["extrapolated"] = self.extrapolated[line.tier].value
                for kind in ("heads", "erlang", "target"):
                    for among in AMONG:
                        one = getattr(cell, kind)[among]
                        told[f"{kind}_{among}"] = one.number
                        told[f"{kind}_{among}_holds"] = one.holds.share
                        told[f"{kind}_{among}_n"] = one.n
                told |= {"no_headcount": cell.heads["funded"].never.share, "plan_meets": cell.meets.share}
                rows[line.tier, cell.quarter + 1] = told
        frame = pd.DataFrame.from_dict(rows, orient="index")
        if rows:
            frame.index = pd.MultiIndex.from_tuples(rows, names=["tier", "quarter"])
        return frame

    def as_dict(self) -> dict[str, Any]:
        """The content of `staffing.json`."""
        first = self.first_day
        return {
            "scenario": self.scenario.name,
            "scenario_hash": self.scenario.hash,
            "seed": self.seed,
            "replications": len(self.plan.numbers),
            **({"not_conditioned": self.refusal} if self.refusal else {}),
            "currency": self.scenario.economics.currency,
            "confidence": CONFIDENCE,
            "funded": self.funded.as_dict(),
            "funded_from": None if first is None else first.isoformat(),
            "tiers": {line.tier: self._told(line) for line in self.lines},
            "team": [
                {"quarter": quarter + 1, "hours_a_week": hours, "of_these_for_tickets": tickets}
                for quarter, (hours, tickets) in zip(self.quarters, self.team(), strict=True)
            ],
            "needed_over_planned": self.over("planned").as_dict(),
            "needed_over_extrapolated": self.over("extrapolated").as_dict(),
            "price_of_more_a_year": self.price_of_more,
            "effect": {
                measure: {"plan": plan.as_dict(), "recommended": other.as_dict(), "difference": less.as_dict()}
                for measure, (plan, other, less) in self.effect.items()
            },
            "by_hour": None
            if self.hours is None
            else {
                "quarter": self.hours.quarter + 1,
                "utc_offset_hours": self.hours.utc_offset_hours,
                "worlds": self.hours.worlds,
                **{name: getattr(self.hours, name).tolist() for name in ("opened", "on_duty", "visits", "late")},
            },
            **self.spoken(),
        }

    def _told(self, line: Line) -> dict[str, Any]:
        check = line.check
        return {
            "extrapolated": self.extrapolated[line.tier].as_dict(),
            "quarters": [
                {
                    "quarter": cell.quarter + 1,
                    "from": None if (day := self.date(cell.quarter)) is None else day.isoformat(),
                    "recommended": number,
                    **{
                        kind: {among: getattr(cell, kind)[among].as_dict() for among in AMONG}
                        for kind in ("heads", "erlang", "target")
                    },
                    "planned": cell.planned.as_dict(),
                    "plan_meets": cell.meets.as_dict(),
                    "holds_where_it_succeeds": cell.succeeding[0].as_dict(),
                }
                for cell, number in zip(line.cells, line.recommended, strict=True)
            ],
            "fresh": None
            if check is None
            else {
                "quarter": check.quarter + 1,
                "heads": check.number,
                "holds": check.holds.as_dict(),
                "one_fewer_holds": check.fewer.as_dict(),
                "raised_from": check.raised_from,
            },
        }


def staffing(
    scenario: Scenario | str | os.PathLike[str] | Mapping[str, Any],
    replications: int = REPLICATIONS,
    seed: int = SEED,
    engine: str = ENGINE,
    jobs: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool | ReportProgress | None = None,
    *,
    executor: str | Executor | None = None,
    fresh: bool = False,
) -> Staffing:
    """How many people a plan needs at its help desk, by line and quarter, and what they change.

    Arguments are those of `run`. With `out`, the plan and the plan with the recommended people are written to
    `out/<its name>/` and the answer to `out/staffing.json`; what lies there already is not simulated again, but for
    what results don't keep. Raises what `run` raises.
    """
    plan = scenario if isinstance(scenario, Scenario) else load(scenario)
    settings = Settings(
        replications=replications, seed=seed, engine=engine, jobs=jobs, out=out, progress=progress,
        executor=executor, fresh=fresh,
    )  # fmt: skip
    return staffed(plan, settings)


def staffed(plan: Scenario, settings: Settings, before: Callable[[], None] | None = None) -> Staffing:
    """The same with settings; `before` is called when they have been checked, before anything is computed."""
    folder = settings.folder
    if folder is not None:
        refuse_others(folder / file_of(NAME))
    with progress_display(settings.progress, f"{NAME} {plan.name}") as report:
        asked = Asking(plan, settings, Passes(report, settings.replications)).ask(before)
    answer = Staffing(plan, asked, settings.seed)
    if folder is not None:
        answer.write(folder)
    return answer


def hours_of(shifts: Sequence[Shift]) -> float:
    """Hours a week that one of the people in these shifts is at work, on the mean."""
    return math.fsum(float(shift.share) * shift.length * len(shift.days.numbers) for shift in shifts)
