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
from simulator.model.plan.plan import Floats, Plan
from simulator.model.state.columns import COLUMNS, WAIT_BIN_LOG, WAIT_LOWEST_HOURS
from simulator.model.state.state import State
from simulator.model.state.states import LIVE
from simulator.scenario.measures import REPLICATIONS, WEEKLY
from simulator.scenario.sections.success import WeekRange
from simulator.scenario.vocabulary import QUARTER_WEEKS, TIERS


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
    columns = np.ascontiguousarray(state.weekly.T)
    weekly = {name: columns[i] for name, i in COLUMNS.items()}
    world = state.world[0]
    window = _scaled_window(plan, state)
    all_sites, by_site = _accuracy_by_state(state, window)
    pilot = pilot_readings(plan, state, weekly)
    accuracy = resolution = None
    if (state.sites["live_at"] < math.inf).any():
        wrong, correct, tasks = (float(weekly[name][window].sum()) for name in ("errors", "correct", "tasks"))
        accuracy, resolution = share(correct, correct + wrong), share(correct, tasks)
    gap = None
    if pilot["accuracy_pilot"] is not None and accuracy is not None:
        gap = pilot["accuracy_pilot"] - accuracy
    adoption = weekly["adoption"]
    some = bool(len(state.users))
    measures: dict[str, Value] = {
        **outcome(plan, state, inputs, weekly),
        "adoption_peak": float(adoption.max()) if some else None,
        "adoption_final": float(adoption[-1]) if some else None,
        "accuracy_pilot": pilot["accuracy_pilot"],
        "accuracy_scaled": accuracy,
        "accuracy_scaled_all_sites": all_sites,
        "accuracy_gap": gap,
        "resolution_pilot": pilot["resolution_pilot"],
        "resolution_scaled": resolution,
        "edge_case_mass_known": null(weekly["edge_case_mass_known"][-1]),
        "edge_case_types_repaired": int(world["types_repaired"]),
        "edge_case_mass_handled": _mass_handled(state),
        "adoption_pilot": pilot["adoption_pilot"],
        "tickets_per_user_week_pilot": pilot["tickets_per_user_week_pilot"],
        "users_reverted": int(world["users_reverted"]),
        "users_lost": int(world["users_lost"]),
        "tickets_opened": int(world["tickets_opened"]),
        "tickets_abandoned": int(world["tickets_abandoned"]),
        "tickets_per_week_peak": int(weekly["tickets_opened"].max()),
        **_waits(plan, state, weekly),
        "support_underestimate_factor": support_underestimate(plan, state, weekly),
        "support_workload_factor": support_workload(state, weekly),
        "integrations_live_week": weeks_of(world["integrated_at"]) if len(state.systems) else None,
        "sites_live": int((state.sites["stage"] == LIVE).sum()),
        **money(state, weekly),
        "events": int(world["events"]),
    }
    unlike = measures.keys() ^ REPLICATIONS.keys()
    if unlike:
        raise RuntimeError(f"not both declared and computed: {', '.join(sorted(unlike))}")
    return Replication(
        number=replication,
        seed=seed,
        inputs=inputs,
        measures={name: measures[name] for name in REPLICATIONS},  # one order of columns, whatever became of it
        weekly={name: weekly[name] for name in WEEKLY},
        sites=_sites(plan, state, by_site),
    )


def _scaled_window(plan: Plan, state: State) -> slice:
    """Rows of the scaled window."""
    window = plan.scenario.success.measure_window
    if isinstance(window, WeekRange):
        return slice(window.from_week, window.to_week + 1)
    if window == "as_rolled_out":
        last = float(state.sites["live_at"].max())  # infinite where a site never went live: no window
        first = math.ceil(last / WEEK_HOURS) if last < math.inf else plan.weeks
        return slice(first, first + QUARTER_WEEKS)
    over = float(state.world["over_at"][0])
    end = plan.weeks if over == math.inf else min(plan.weeks, math.floor(over / WEEK_HOURS))
    return slice(max(0, end - QUARTER_WEEKS), end)


def _accuracy_by_state(state: State, window: slice) -> tuple[float | None, list[float | None]]:
    """Expected accuracy over the window, used or not: the user-weighted mean over sites, and each site's."""
    sums = state.site_weeks[window].sum(axis=0)
    by_site: list[float | None] = []
    total = weight = 0.0
    for s, site in enumerate(state.sites):
        correct, wrong = sums[s, 3], sums[s, 4]
        accuracy = share(correct, correct + wrong) if site["live_at"] < math.inf else None
        by_site.append(accuracy)
        if accuracy is not None:
            total += site["users"] * accuracy
            weight += site["users"]
    return share(total, weight), by_site


def pilot_readings(plan: Plan, state: State, weekly: dict[str, Floats]) -> dict[str, float | None]:
    """The pilot's readings, known from its end on: totals over its last `measure_weeks`, when nobody else is live."""
    pilot = plan.scenario.pilot
    names = ("accuracy_pilot", "resolution_pilot", "adoption_pilot", "tickets_per_user_week_pilot")
    if pilot is None or plan.scenario.users.in_place or pilot.weeks > plan.weeks:
        return dict.fromkeys(names)
    rows = slice(pilot.weeks - pilot.measure_weeks, pilot.weeks)
    correct, wrong, tasks = (float(weekly[name][rows].sum()) for name in ("correct", "errors", "tasks"))
    active, tickets = weekly["active_users"], weekly["tickets_opened"]
    invited = float(state.sites["pilot_users"].sum())
    logged = float(state.settings["pilot.logged_share"][0] * tickets[rows].sum())
    values = (
        share(correct, correct + wrong),
        share(correct, tasks),
        share(float(active[pilot.weeks - 1]), invited),
        ratio(logged, float(active[rows].sum())),
    )
    return dict(zip(names, values, strict=True))


def _mass_handled(state: State) -> float | None:
    """Share of all edge-case encounters whose type is handled at the end, if everybody were active all year."""
    total = handled = 0.0
    for f, family in enumerate(state.families):
        weight = yearly_share(state, f)
        total += weight
        handled += weight * float(family["handled"])
    return share(handled, total)


def _waits(plan: Plan, state: State, weekly: dict[str, Floats]) -> dict[str, Value]:
    """Waits, queues, utilisation and service level of the tiers; waits that ended by giving up are counted."""
    measured = plan.weeks * WEEK_HOURS - float(state.settings["success.measure_from_week"][0]) * WEEK_HOURS
    out: dict[str, Value] = {}
    for name, function in (
        ("visits", lambda t, tier: int(tier["visits"])),
        ("wait_hours_sum", lambda t, tier: float(tier["wait_sum"])),
        ("wait_hours_mean", lambda t, tier: ratio(float(tier["wait_sum"]), float(tier["visits"]))),
        ("wait_hours_p90", lambda t, tier: _wait_quantile(state.waits[t], 0.9)),
        ("queue_mean", lambda t, tier: ratio(float(tier["queue_integral"]), measured)),
    ):
        for t, tier in enumerate(TIERS):
            out[f"{name}_{tier}"] = function(t, state.tiers[t])
    for tier in TIERS:
        column = weekly[f"utilisation_{tier}"][plan.scenario.success.measure_from_week :]
        out[f"utilisation_peak_{tier}"] = None if np.isnan(column).all() else float(np.nanmax(column))
    out["sla_met_share"] = share(float(state.tiers["in_target"].sum()), float(state.tiers["visits"].sum()))
    return out


def _wait_quantile(histogram: Any, level: float) -> float | None:
    """Quantile (hours) of the waits in a histogram, within 1 per cent: the middle of its bin on the log scale."""
    total = int(histogram.sum())
    if total == 0:
        return None
    position = int(np.searchsorted(np.cumsum(histogram), level * total))
    if position == 0:
        return 0.0
    return WAIT_LOWEST_HOURS * math.exp((position - 0.5) * WAIT_BIN_LOG)


def _sites(plan: Plan, state: State, accuracy: list[float | None]) -> dict[str, list[Any]]:
    """The row of every site."""
    names = [site.name for site in plan.scenario.sites]
    horizon = plan.weeks * WEEK_HOURS
    still = (state.sites["stage"] == LIVE) & (state.sites["carried_share"] > 0.0)
    carried = state.sites["carried_hours"] + np.where(still, horizon - state.sites["carried_since"], 0.0)
    return {
        "site": names,
        "go_live_week": [weeks_of(float(x)) for x in state.sites["live_at"]],
        "hand_carried_weeks": [float(hours) / WEEK_HOURS for hours in carried],
        "adoption_final": [share(float(site["active"]), float(site["users"])) for site in state.sites],
        "accuracy_scaled": accuracy,
        "tickets_opened": [int(n) for n in state.sites["tickets"]],
    }
