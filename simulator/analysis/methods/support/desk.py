"""The help desk of a plan, quarter by quarter, in each replication: who came, who was there, who would be needed.

Results keep no visits of a single tier, so replications are simulated again and looked at week by week. What is needed
is read where nobody waits for a person (`with_enough`): support that is late drives users away, and with them the
tickets that it is late for. Shifts stay those of the plan.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from simulator.analysis.frame.replays import replays
from simulator.analysis.frame.runs import stopped_before
from simulator.analysis.methods.support.erlang import Floats, Hours, busiest, need
from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.measures.staffing_need import BUSY_WEEKS, handling_hours
from simulator.model.plan.calendars import staffed_hours
from simulator.model.state.columns import COLUMNS
from simulator.model.support.staffing import tier_load
from simulator.scenario.vocabulary import QUARTER_WEEKS, STAFFED_TIERS, TIERS

if TYPE_CHECKING:
    from simulator.experiment.progress import ReportProgress
    from simulator.experiment.settings import Settings
    from simulator.model.state.state import State
    from simulator.scenario import Scenario
    from simulator.stepping.simulation import Simulation

Truths = npt.NDArray[np.bool_]

NAME: Final = "staffing"
LEAST_USE: Final = 50.0
"""User-weeks in a quarter below which no rate of visits for each active user is told."""
LONGEST_NAME: Final = 30


@dataclass(frozen=True)
class Quarters:
    """What was seen of one replication; a row for each quarter since funding, a column for each tier.

    `needs` are heads as simulated, `target_needs` at target adoption; `heads` were there; `visits` came to their end
    (where none did: wait at the end of the quarter), of which `in_time` were started within the target. Of the team:
    its hours of work a week, and of these the hours that tickets take. NaN where the programme is stopped before a
    quarter ends, or it lies beyond the horizon. `extrapolated` are heads by what the pilot logged, `targets` the shares
    of visits that are to begin in time.
    """

    funded: float
    needs: Floats
    target_needs: Floats
    heads: Floats
    visits: Floats
    in_time: Floats
    team_hours: Floats
    team_ticket_hours: Floats
    extrapolated: Floats
    targets: Floats
    success: float


@dataclass(frozen=True)
class Desk:
    """The same of many replications: arrays with a first axis more, in the order of `numbers`; `weights` of each."""

    numbers: tuple[int, ...]
    funded: Floats
    needs: Floats
    target_needs: Floats
    heads: Floats
    visits: Floats
    in_time: Floats
    team_hours: Floats
    team_ticket_hours: Floats
    extrapolated: Floats
    targets: Floats
    success: Floats
    weights: Floats | None = None

    @classmethod
    def of(cls, seen: Mapping[int, Quarters], weights: Floats | None = None) -> Desk:
        """Replications put together, in the order of their numbers."""
        numbers = tuple(sorted(seen))
        columns = {
            field.name: np.array([getattr(seen[number], field.name) for number in numbers])
            for field in fields(Quarters)
        }
        return cls(numbers, **columns, weights=weights)

    @property
    def quarters(self) -> int:
        """Quarters since funding, as many as any replication has."""
        return int(self.needs.shape[1])

    def service(self, tier: int) -> Floats:
        """Share of the visits of a tier in each quarter that began in time, float64[replications, quarters].

        1 where nobody came, NaN where there is no such quarter.
        """
        visits, in_time = self.visits[:, :, tier], self.in_time[:, :, tier]
        return np.where(
            visits > 0.0, in_time / np.where(visits > 0.0, visits, 1.0), np.where(visits == 0.0, 1.0, np.nan)
        )

    def met(self, tier: int) -> Floats:
        """1 where a tier met its target in a quarter, 0 where it missed it, NaN where there is no such quarter."""
        service = self.service(tier)
        return np.where(np.isnan(service), np.nan, (service >= self.targets[:, [tier]]).astype(float))

    @property
    def funded_worlds(self) -> Truths:
        """Which replications are funded."""
        return ~np.isnan(self.funded)


def number_of_quarters(scenario: Scenario) -> int:
    """Quarters from kick-off to the horizon; the last counts if it has the weeks that are looked for in each."""
    whole, rest = divmod(scenario.horizon_weeks, QUARTER_WEEKS)
    return whole + int(rest >= BUSY_WEEKS)


@dataclass(frozen=True)
class Watch:
    """How a replication is looked at: `enough` where nobody waits for a person, so that what waits could not be helped.

    `staffed` hours of a week in each tier; `adoption` at target, None: that of the replication's pilot. Without `needs`
    Erlang's formula is not asked.
    """

    quarters: int
    staffed: tuple[float, ...]
    adoption: float | None
    enough: bool
    needs: bool

    def __call__(self, simulation: Simulation) -> Quarters:
        """Run a replication to its end, and look at its desk."""
        state, weeks = simulation.state, simulation.weeks
        extrapolated, planned = np.full(len(STAFFED_TIERS), np.nan), np.zeros(weeks)
        funded = math.nan
        for week in range(weeks + 1):
            simulation.advance(week)
            if math.isfinite(float(state.world["funded_at"][0])):
                funded = float(state.world["funded_at"][0]) / WEEK_HOURS
                extrapolated, planned = extrapolation(state), planned_users(state, weeks)
                break
        quarters = [quarter_rows(funded, quarter, weeks) for quarter in range(self.quarters)]
        edges = {0, *(edge for rows in quarters if rows is not None for edge in (rows.start, rows.stop))}
        counts: dict[int, Floats] = {}
        for week in sorted(edges):
            if week >= simulation.week:
                simulation.advance(week)
                heads_of_team = float(state.tiers["heads"][-1] * state.tiers["head_hours"][-1])
                counts[week] = np.array([*state.tiers["visits"], *state.tiers["in_target"], heads_of_team], float)
        success = float(bool(simulation.finish().measures["success"]))
        columns = np.ascontiguousarray(state.weekly.T)
        weekly = {name: columns[index] for name, index in COLUMNS.items()}
        adoption = float(state.world["pilot_adoption"][0]) if self.adoption is None else self.adoption
        shape = (self.quarters, len(STAFFED_TIERS))
        needs, target_needs, heads = (np.full(shape, np.nan) for _ in range(3))
        ended, started = (np.full((self.quarters, len(TIERS)), np.nan) for _ in range(2))
        team_hours, ticket_hours = np.full(self.quarters, np.nan), np.full(self.quarters, np.nan)
        each, stopped = expert_hours(state), float(state.world["stopped_at"][0]) / WEEK_HOURS
        for quarter, rows in enumerate(quarters):
            if rows is None or stopped < rows.stop:
                break
            change = counts[rows.stop] - counts[rows.start]
            ended[quarter], started[quarter] = change[: len(TIERS)], change[len(TIERS) : 2 * len(TIERS)]
            waiting = np.array([weekly[f"backlog_{name}"][rows.stop - 1] for name in TIERS])
            ended[quarter] = np.where(
                ended[quarter] > 0.0, ended[quarter], waiting
            )  # where none ends, those are missed
            there = (counts[rows.start][-1] + counts[rows.stop][-1]) / 2.0
            team_hours[quarter] = np.nan_to_num(weekly["utilisation_tier3"][rows]).mean() * there
            ticket_hours[quarter] = ended[quarter, -1] * each / (rows.stop - rows.start)
            for t, name in enumerate(STAFFED_TIERS):
                heads[quarter, t] = weekly[f"heads_{name}"][rows].mean()
                reachable = 1.0
                if self.enough and ended[quarter, t] > 0.0:
                    reachable = float(started[quarter, t] / ended[quarter, t])
                if self.needs:
                    needs[quarter, t], target_needs[quarter, t] = self._needs(
                        state, weekly, t, rows, planned[rows] * adoption, reachable
                    )
        targets = state.tiers["target_share"].copy()
        return Quarters(
            funded, needs, target_needs, heads, ended, started, team_hours, ticket_hours, extrapolated, targets, success
        )

    def _needs(
        self, state: State, weekly: dict[str, Floats], t: int, rows: slice, planned: Floats, reachable: float
    ) -> tuple[float, float]:
        """Heads needed in a quarter as simulated, and if so many of the planned users were active."""
        name, record = STAFFED_TIERS[t], state.tiers[t]
        hours = Hours(
            float(record["target_hours"]), float(record["target_share"]), self.staffed[t], float(record["head_hours"])
        )
        arrived = np.nan_to_num(weekly[f"arrived_{name}"][rows])
        active = np.nan_to_num(weekly["active_users"][rows])

        def handling(weeks: slice) -> float:
            return handling_hours(state, t, rows.start + weeks.start, rows.start + weeks.stop)

        most, when = busiest(arrived)
        simulated = need(most, handling(when), hours, reachable)
        if active.sum() < LEAST_USE:
            return simulated, math.nan
        rate, when = busiest(arrived, active)
        return simulated, need(rate * float(planned.max()), handling(when), hours, reachable)


def quarter_rows(funded: float, quarter: int, weeks: int) -> slice | None:
    """The weeks of a quarter since `funded` (weeks from kick-off, NaN: never); None where too few of them are left."""
    if math.isnan(funded):
        return None
    first = math.ceil(funded - 1e-9) + quarter * QUARTER_WEEKS
    last = min(first + QUARTER_WEEKS, weeks)
    return slice(first, last) if last - first >= BUSY_WEEKS else None


def extrapolation(state: State) -> Floats:
    """Heads of tiers 1 and 2 that the pilot's logged tickets lead to, as `plan_staff` has it at funding."""
    world, settings = state.world[0], state.settings[0]
    tickets = float(world["pilot_tickets"]) * float(world["users"])
    found = []
    for t, _ in enumerate(STAFFED_TIERS):
        tier = state.tiers[t]
        hours = tickets * float(tier_load(state, t)) * float(settings["pilot.handling_factor"] * tier["mean_hours"])
        found.append(float(math.ceil(hours / float(tier["head_hours"] * settings["support.target_occupancy"]))))
    return np.array(found)


def planned_users(state: State, weeks: int) -> Floats:
    """Users whom the plan, at funding, has by each week's end, float64[weeks]: the pilot's, then whole sites."""
    ends = WEEK_HOURS * np.arange(1, weeks + 1)
    found = np.zeros(weeks)
    for site in state.sites:
        invited = ends > min(float(site["planned"]), float(site["live_at"]))
        found += np.where(invited, float(site["users"]), float(site["pilot_users"]))
    return found


def expert_hours(state: State) -> float:
    """Mean hours of work that a ticket takes the data science team."""
    settings = state.settings[0]
    saved = 1.0 - float(settings["support.documentation_effect"] * settings["support.documentation_quality"])
    return float(state.tiers[len(TIERS) - 1]["mean_hours"]) * saved


# ---- the plan with other people


def enough_people(plan: Scenario) -> dict[str, int]:
    """So many people in each line that nobody waits for one of them."""
    found: dict[str, int] = {}
    for name in STAFFED_TIERS:
        least = min(shift.share for shift in getattr(plan.support.tiers, name).shifts if shift.share > 0.0)
        found[name] = min(5_000, math.ceil(max(30.0, users_of(plan) / 10.0, 20.0 / float(least))))
    return found


def with_enough(plan: Scenario) -> Scenario:
    """The plan with so many people at both lines that nobody waits for one; they cost what their work costs."""
    people = {name: [number] for name, number in enough_people(plan).items()}
    return with_heads(plan, people, "enough-support", free=STAFFED_TIERS)


def users_of(plan: Scenario) -> float:
    """All users of a plan, on the mean."""
    return math.fsum(float(site.users.mean) for site in plan.sites)


def with_heads(
    plan: Scenario, heads: Mapping[str, Sequence[int]], suffix: str, *, free: Sequence[str] = ()
) -> Scenario:
    """The plan with so many heads of each tier in each quarter since funding, who are there in time and know their way.

    Nobody is dismissed: where a quarter needs fewer, people stay. In tiers that are `free` nobody is paid for more than
    the work.
    """
    changes: dict[str, Any] = {
        "name": f"{plan.name[:LONGEST_NAME]}-{suffix}",
        "support.planning": "as_stated",
        "levers": (),
    }
    scale = float(plan.rollout.time_scale.mean) if plan.rollout is not None else 1.0
    for name, numbers in heads.items():
        path = f"support.tiers.{name}"
        risen = np.maximum.accumulate([*numbers])
        steps = np.diff(risen)
        changes |= {
            f"{path}.agents": int(risen[0]),
            f"{path}.hiring": [
                {"week": QUARTER_WEEKS * (place + 1) / scale, "agents": int(step)}
                for place, step in enumerate(steps)
                if step > 0
            ],
            f"{path}.hiring_weeks": 0,
            f"{path}.ramp_up_weeks": 0,
        }
        if name in free:
            changes[f"{path}.dedicated"] = 0
    for gate in plan.rollout.gates if plan.rollout is not None else ():
        if gate.on_hold.restaff:  # nobody is hired beyond those
            changes[f"rollout.gates.{gate.name}.on_hold.restaff"] = False
    if plan.pilot is not None and plan.pilot.observed is not None:
        changes["pilot.observed"] = None  # weights are those of the plan, whose pilot ran
    gone = tuple(path for path in changes if path.startswith("support.tiers."))
    told = plan.resolved()["correlations"]
    changes["correlations"] = [one for one in told if not any(str(path).startswith(gone) for path in one["inputs"])]
    return plan.with_changes(changes)


def watched(
    scenario: Scenario,
    numbers: Sequence[int],
    settings: Settings,
    report: ReportProgress,
    *,
    enough: bool = False,
    needs: bool = True,
    weights: Floats | None = None,
) -> Desk:
    """The desk of a scenario in these replications; raises `Interrupted`, and RuntimeError where one fails."""
    tiers = scenario.support.tiers
    look = Watch(
        number_of_quarters(scenario),
        tuple(staffed_hours(getattr(tiers, name).shifts) for name in STAFFED_TIERS),
        target_adoption(scenario),
        enough,
        needs,
    )
    measured = scenario.with_changes({"success.measure_from_week": 0})
    found, complete = replays(look, measured, numbers, settings, report)
    if not complete:
        raise stopped_before(NAME, "all of it was simulated", settings)
    return Desk.of(found, weights)


def target_adoption(scenario: Scenario) -> float | None:
    """The adoption that success asks for; None where it asks for none, and the pilot's is expected of everybody."""
    asked = [
        float(one.at_least.mean)
        for one in scenario.success.criteria
        if one.measure == "adoption" and one.at_least is not None
    ]
    return max(asked) if asked else None
