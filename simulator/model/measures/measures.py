"""Output measures of a replication, from what its state has recorded. Both engines pass through here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator.model.answers.edge_cases import yearly_share
from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.measures.money import money
from simulator.model.measures.outcome import Value, outcome, weeks_of
from simulator.model.measures.staffing_need import support_underestimate, support_workload
from simulator.model.measures.weeks import highest
from simulator.model.plan.plan import Floats, Plan
from simulator.model.programme.week import share as known_share
from simulator.model.state.columns import (
    ACTIVE,
    ADOPTION,
    CORRECT,
    KNOWN,
    OPENED,
    SITE_WEEKS,
    TASKS,
    UTILISATION,
    WAIT_BIN_LOG,
    WAIT_BINS,
    WAIT_LOWEST_HOURS,
    WRONG,
    column_sum,
)
from simulator.model.state.state import State
from simulator.model.state.states import LIVE
from simulator.scenario.measures import REPLICATIONS, WEEKLY
from simulator.scenario.sections.success import WeekRange
from simulator.scenario.vocabulary import QUARTER_WEEKS, TIERS
from simulator.streams.jit import rule

CORRECT_PER_USER = SITE_WEEKS.index("correct_per_user")
WRONG_PER_USER = SITE_WEEKS.index("wrong_per_user")


@dataclass(frozen=True)
class Replication:
    """One random run: its inputs as drawn and what came out.

    `weekly` holds float64[weeks] by column, NaN for null; `sites` a list over sites by column.
    """

    number: int
    seed: int
    inputs: Floats
    measures: dict[str, Value]
    weekly: dict[str, Floats]
    sites: dict[str, list[Any]]

    @property
    def events(self) -> int:
        """Events: the lines that a trace of this replication has."""
        return int(self.measures["events"] or 0)


def ratio(part: float, whole: float) -> float | None:
    """part / whole as a Python float; None where there is nothing to take a share of."""
    return float(part / whole) if whole > 0 else None


def share(part: float, whole: float) -> float | None:
    """The ratio of a part to its whole; rounding takes it neither below 0 nor above 1."""
    value = ratio(part, whole)
    return None if value is None else max(0.0, min(1.0, value))


def null(x: float) -> float | None:
    """None for NaN."""
    return None if math.isnan(x) else float(x)


def measure(plan: Plan, state: State, inputs: Floats, replication: int, seed: int) -> Replication:
    """All measures of a replication that has reached its horizon.

    Raises RuntimeError where something happened that no rule knows, or for a measure that is not both declared and
    computed: the model is incomplete.
    """
    if state.world["unknown"][0] > 0:
        raise RuntimeError(f"{int(state.world['unknown'][0])} events or jobs of a kind that no rule knows")
    world = state.world[0]
    first, last = _scaled_window(plan, state)
    by_site = np.empty(len(state.sites))
    all_sites = null(accuracy_by_state(state, first, last, by_site))
    pilot = pilot_readings(plan, state)
    accuracy = resolution = None
    if (state.sites["live_at"] < math.inf).any():
        wrong, correct, tasks = (column_sum(state, column, first, last) for column in (WRONG, CORRECT, TASKS))
        accuracy, resolution = share(correct, correct + wrong), share(correct, tasks)
    gap = None
    if pilot["accuracy_pilot"] is not None and accuracy is not None:
        gap = pilot["accuracy_pilot"] - accuracy
    measures: dict[str, Value] = {
        **outcome(plan, state, inputs),
        "adoption_peak": null(highest(state, ADOPTION, 0)),
        "adoption_final": null(state.weekly[-1, ADOPTION]),
        "accuracy_pilot": pilot["accuracy_pilot"],
        "accuracy_scaled": accuracy,
        "accuracy_scaled_all_sites": all_sites,
        "accuracy_gap": gap,
        "resolution_pilot": pilot["resolution_pilot"],
        "resolution_scaled": resolution,
        "edge_case_mass_known": null(state.weekly[-1, KNOWN]),
        "edge_case_types_repaired": int(world["types_repaired"]),
        "edge_case_mass_handled": null(mass_handled(state)),
        "adoption_pilot": pilot["adoption_pilot"],
        "tickets_per_user_week_pilot": pilot["tickets_per_user_week_pilot"],
        "users_reverted": int(world["users_reverted"]),
        "users_lost": int(world["users_lost"]),
        "tickets_opened": int(world["tickets_opened"]),
        "tickets_abandoned": int(world["tickets_abandoned"]),
        "tickets_per_week_peak": int(highest(state, OPENED, 0)),
        **_waits(plan, state),
        "support_underestimate_factor": null(support_underestimate(state)),
        "support_workload_factor": null(support_workload(state)),
        "integrations_live_week": weeks_of(world["integrated_at"]) if len(state.systems) else None,
        "sites_live": int((state.sites["stage"] == LIVE).sum()),
        **money(state),
        "events": int(world["events"]),
    }
    if measures.keys() != REPLICATIONS.keys():
        unlike = measures.keys() ^ REPLICATIONS.keys()
        raise RuntimeError(f"not both declared and computed: {', '.join(sorted(unlike))}")
    return Replication(
        number=replication,
        seed=seed,
        inputs=inputs,
        measures={name: measures[name] for name in REPLICATIONS},  # one order of columns, whatever became of it
        weekly=dict(zip(WEEKLY, state.weekly.T[: len(WEEKLY)].copy(), strict=True)),  # the first columns
        sites=_sites(plan, state, by_site),
    )


def _scaled_window(plan: Plan, state: State) -> tuple[int, int]:
    """Rows of the scaled window: the first, and that after the last."""
    window = plan.scenario.success.measure_window
    if isinstance(window, WeekRange):
        return window.from_week, min(plan.weeks, window.to_week + 1)
    if window == "as_rolled_out":
        last = float(state.sites["live_at"].max())  # infinite where a site never went live: no window
        first = math.ceil(last / WEEK_HOURS) if last < math.inf else plan.weeks
        return first, min(plan.weeks, first + QUARTER_WEEKS)
    over = float(state.world["over_at"][0])
    end = plan.weeks if over == math.inf else min(plan.weeks, math.floor(over / WEEK_HOURS))
    return max(0, end - QUARTER_WEEKS), end


@rule
def accuracy_by_state(state: Any, first: int, last: int, by_site: Any) -> float:
    """Expected accuracy over the rows from `first` to before `last`, used or not: the user-weighted mean over sites.

    That of each site is written to `by_site`, float64[sites]. NaN for one that never went live, or had no answers.
    """
    total = weight = 0.0
    for s in range(len(by_site)):
        site = state.sites[s]
        correct = wrong = 0.0
        for week in range(first, last):
            correct += state.site_weeks[week, s, CORRECT_PER_USER]
            wrong += state.site_weeks[week, s, WRONG_PER_USER]
        by_site[s] = known_share(correct, correct + wrong) if site["live_at"] < math.inf else math.nan
        if not math.isnan(by_site[s]):
            total += site["users"] * by_site[s]
            weight += site["users"]
    return known_share(total, weight)


def pilot_readings(plan: Plan, state: State) -> dict[str, float | None]:
    """The pilot's readings, known from its end on: totals over its last `measure_weeks`, when nobody else is live."""
    pilot = plan.scenario.pilot
    names = ("accuracy_pilot", "resolution_pilot", "adoption_pilot", "tickets_per_user_week_pilot")
    if pilot is None or plan.scenario.users.in_place or pilot.weeks > plan.weeks:
        return dict.fromkeys(names)
    first, last = pilot.weeks - pilot.measure_weeks, pilot.weeks
    correct, wrong, tasks, tickets, active = (
        column_sum(state, column, first, last) for column in (CORRECT, WRONG, TASKS, OPENED, ACTIVE)
    )
    invited = float(state.sites["pilot_users"].sum())
    logged = float(state.settings["pilot.logged_share"][0] * tickets)
    values = (
        share(correct, correct + wrong),
        share(correct, tasks),
        share(float(state.weekly[last - 1, ACTIVE]), invited),
        ratio(logged, active),
    )
    return dict(zip(names, values, strict=True))


@rule
def mass_handled(state: Any) -> float:
    """Share of all edge-case encounters whose type is handled at the end, if everybody were active all year."""
    total = handled = 0.0
    for f in range(len(state.families)):
        weight = yearly_share(state, f)
        total += weight
        handled += weight * state.families[f]["handled"]
    return known_share(handled, total)


def _waits(plan: Plan, state: State) -> dict[str, Value]:
    """Waits, queues, utilisation and service level of the tiers; waits that ended by giving up are counted."""
    first = plan.scenario.success.measure_from_week
    measured = plan.weeks * WEEK_HOURS - float(state.settings["success.measure_from_week"][0]) * WEEK_HOURS
    visits, waits, queues = (state.tiers[name].tolist() for name in ("visits", "wait_sum", "queue_integral"))
    out: dict[str, Value] = {}
    for t, tier in enumerate(TIERS):
        out[f"visits_{tier}"] = visits[t]
        out[f"wait_hours_sum_{tier}"] = waits[t]
        out[f"wait_hours_mean_{tier}"] = ratio(waits[t], visits[t])
        out[f"wait_hours_p90_{tier}"] = null(wait_quantile(state, t, 0.9))
        out[f"queue_mean_{tier}"] = ratio(queues[t], measured)
        out[f"utilisation_peak_{tier}"] = null(highest(state, UTILISATION + t, first))
    out["sla_met_share"] = share(float(state.tiers["in_target"].sum()), float(sum(visits)))
    return out


@rule
def wait_quantile(state: Any, t: int, level: float) -> float:
    """Quantile (hours) of the waits in a tier's histogram, within 1 per cent: the middle of its bin on the log scale.

    NaN where nobody waited.
    """
    total = 0
    for position in range(WAIT_BINS):
        total += state.waits[t, position]
    below = 0
    for position in range(WAIT_BINS):
        below += state.waits[t, position]
        if total > 0 and below >= level * total:
            return 0.0 if position == 0 else WAIT_LOWEST_HOURS * math.exp((position - 0.5) * WAIT_BIN_LOG)
    return math.nan


def _sites(plan: Plan, state: State, accuracy: Floats) -> dict[str, list[Any]]:
    """The row of every site."""
    sites = state.sites
    still = (sites["stage"] == LIVE) & (sites["carried_share"] > 0.0)
    carried = sites["carried_hours"] + np.where(still, plan.weeks * WEEK_HOURS - sites["carried_since"], 0.0)
    people = zip(sites["active"].tolist(), sites["users"].tolist(), strict=True)
    return {
        "site": [site.name for site in plan.scenario.sites],
        "go_live_week": [weeks_of(hours) for hours in sites["live_at"].tolist()],
        "hand_carried_weeks": (carried / WEEK_HOURS).tolist(),
        "adoption_final": [share(active, users) for active, users in people],
        "accuracy_scaled": [null(x) for x in accuracy.tolist()],
        "tickets_opened": sites["tickets"].tolist(),
    }
