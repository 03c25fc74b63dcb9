"""What it is worth to fund no further than to the next gate, and to decide there by what is seen by then.

From the replications that are there, by least-squares Monte Carlo (Longstaff and Schwartz 2001, Review of Financial
Studies 14, 113-147): what going on is worth, from the gate's date on, is regressed on what can be seen then, and
stopping is better where that expectation is below what stopping costs. A replication's own luck must not decide for
it: its expectation is that of a fit to all the others, so that the worth that is told is that of a rule which could be
followed, and is rather too low than too high.

The board sees what a gate of the plan sees (`model/programme/gates.py`): value with the gate's error and without the
damage of silent errors that nobody notices, accuracy and resolution from a sample of answers; the rest as it is.

Stopping is not free, and what it costs is told from the weeks before, by the rules of the model: licences and platform
are paid for the weeks that are committed, the help desk and the data scientists until the last site is off, and value
is had until each is, sites being switched off one after the other over `rollout.wind_down_weeks`; all else ends at
once. Held against stops that were simulated that is right within 2% of what is spent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.analysis.methods.deciding.from_today import FromToday
from simulator.analysis.methods.given_data.inputs import ranks_of
from simulator.analysis.methods.given_data.regression import legendre, regress
from simulator.results.statistics import Estimate, Share, mean_of, share_of

if TYPE_CHECKING:
    from simulator.results.result import Result
    from simulator.scenario import Scenario
    from simulator.scenario.numbers.quantity import Quantity

Floats = np.ndarray[Any, np.dtype[np.float64]]
Truths = np.ndarray[Any, np.dtype[np.bool_]]

REVIEW_WEEKS: Final = 26
"""When the board looks again, in weeks after funding, at a plan that has no gate after funding."""
WINDOW_WEEKS: Final = 4
"""Flows are seen over so many weeks, the last of them that of the gate."""
SAMPLED: Final = ("accuracy", "resolution")
EXACT: Final = (
    *("adoption", "users_lost", "integrations_live", "sites_live", "edge_case_types_repaired"),
    *("ds_backlog_repairs", "sla_met_share"),
)
"""Weekly measures that the board sees at the gate, beside money: from a sample of answers, and as they are."""
QA_TASKS, VALUE_ERROR = 200, 0.2
"""Answers in the sample, and the error of the value that is seen (standard deviation of its logarithm), without a gate:
the defaults of gates."""
COMMITTED: Final = ("licences", "platform")
"""Categories of cost that are paid for the weeks that are committed after a stop."""
STAFFED: Final = ("support", "data_science")
"""Categories of cost that are paid until the last site is switched off."""
DEGREE: Final = 3
LEAST: Final = 30
"""Fewer replications that are still running at the gate than this teach no rule."""


@dataclass(frozen=True)
class Review:
    """When the board looks again: the gate's name, empty for a look that the plan does not have, weeks from funding."""

    gate: str
    weeks: float
    qa_tasks: int = QA_TASKS
    value_error: float = VALUE_ERROR


@dataclass(frozen=True, eq=False)
class NextGate:
    """Funding to the next gate, against funding all of it and not at all; money at the decision, over the funded.

    `whole` is the worth of the plan as it is, `staged` that of stopping where what is seen says so, `gain` the
    difference (paired), `spent` what is spent to the gate net of value. `running` is the share that is still running
    then, `stops` that of these which the rule stops, `success_lost` the share of all funded that are stopped by it and
    would have succeeded. `goes`, `stopped` are the means of what is seen in those that go on and that are stopped.
    """

    review: Review
    whole: Estimate
    staged: Estimate
    gain: Estimate
    spent: Estimate
    running: Share
    stops: Share
    success_lost: Share
    success: Share
    goes: dict[str, float]
    stopped: dict[str, float]


def next_review(scenario: Scenario) -> Review | None:
    """The first gate after funding by its planned date, or a look half a year after funding where there is none.

    None without a roll-out: there is nothing to go on with.
    """
    rollout = scenario.rollout
    if rollout is None:
        return None
    planned = {phase.name: phase.week.mean for phase in rollout.phases}
    scale = rollout.time_scale.mean
    gates = [
        Review(
            gate.name,
            max(0.0, planned[gate.phase] - gate.lead_weeks.mean) * scale,
            round(gate.qa_tasks.mean),
            gate.value_error.mean,
        )
        for gate in rollout.gates
    ]
    return min(gates, key=lambda one: (one.weeks, one.gate), default=Review("", float(REVIEW_WEEKS)))


def next_gate(result: Result, money: FromToday, review: Review) -> NextGate | None:
    """What funding to a gate is worth; None where too few replications reach it, or it lies beyond the horizon."""
    records, funded, rollout = result.records, result.funded, result.scenario.rollout
    assert rollout is not None
    measures = {name: records.measure(name) for name in ("funded_week", "shelved_week", "success")}
    start = _numbers(measures["funded_week"])[funded]
    ended = _numbers(measures["shelved_week"])[funded]
    success = np.array([bool(value) for value in measures["success"]])[funded]
    week = np.floor(start + review.weeks + 1e-9).astype(int)  # the first week after the gate
    weeks = money.cost.shape[1]
    running = (week >= 1) & (week < weeks) & ~(ended < week)
    if np.count_nonzero(running if money.weights is None else running & (money.weights > 0.0)) < LEAST:
        return None
    flow = money.net * money.discounts
    after = np.arange(weeks) >= week[:, None]
    going_on = np.where(after, flow, 0.0).sum(axis=1)
    stopping = _stopping(result, money, week)
    seen = _seen(result, money, week, review, silent_seen=rollout.silent_errors_seen.mean)
    chosen = running.nonzero()[0]
    stop = np.zeros(len(week), dtype=bool)
    stop[chosen] = expected_gain(
        (going_on - stopping)[chosen], [each[chosen] for each in seen.values()], _of(money.weights, chosen)
    ) < 0.0  # fmt: skip
    gain = np.where(stop, stopping - going_on, 0.0)
    spent = -np.where(after, 0.0, flow).sum(axis=1)
    return NextGate(
        review,
        whole=mean_of(money.worth, money.weights),
        staged=mean_of(money.worth + gain, money.weights),
        gain=mean_of(gain, money.weights),
        spent=mean_of(spent, money.weights),
        running=share_of(running, money.weights),
        stops=share_of(stop[chosen], _of(money.weights, chosen)),
        success_lost=share_of(stop & success, money.weights),
        success=share_of(success & ~stop, money.weights),
        goes=_means(seen, running & ~stop, money.weights),
        stopped=_means(seen, stop, money.weights),
    )


def expected_gain(gain: Floats, seen: Sequence[Floats], weights: Floats | None = None) -> Floats:
    """What going on is expected to be worth more than stopping, by what is seen, float64[replications].

    `gain` is what it is worth more in each replication, `seen` what is seen in them, float64[replications] each. The
    expectation for a replication comes from all others.
    """
    steps = None if weights is None else weights / weights.mean()
    columns = [legendre(ranks_of(each, weights), DEGREE) for each in seen if np.ptp(each) > 0.0]
    design = np.hstack(columns) if columns else np.empty((len(gain), 0))
    roughness = np.tile(np.arange(1.0, DEGREE + 1.0) ** 2, len(columns))
    return regress(gain, design, roughness, steps).left_out


def _stopping(result: Result, money: FromToday, week: Any) -> Floats:
    """What a stop at the beginning of `week` (int[funded]) is worth from then on, discounted, float64[funded]."""
    records, funded, rollout = result.records, result.funded, result.scenario.rollout
    assert rollout is not None
    committed = _drawn(result, "economics.commitment_weeks", result.scenario.economics.commitment_weeks)[funded]
    winding = _drawn(result, "rollout.wind_down_weeks", rollout.wind_down_weeks)[funded]
    last = np.clip(week - 1, 0, records.weeks - 1)
    sites = np.maximum(records.week_rows("sites_live")[funded][np.arange(len(week)), last], 1.0)
    since_stop = np.arange(records.weeks) - week[:, None]

    def still(flow: Floats, weeks: Floats) -> Floats:
        """The worth of a flow that stays at what it was for so many weeks."""
        lasting = np.where(since_stop >= 0, np.clip(weeks[:, None] - since_stop, 0.0, 1.0), 0.0)
        return np.asarray(_recent(flow, last) * (lasting * money.discounts).sum(axis=1))

    costs = {name: money.since(records.week_rows(f"cost_{name}")[funded]) for name in (*COMMITTED, *STAFFED)}
    found = still(money.value, winding * (sites + 1.0) / (2.0 * sites))
    for name, flow in costs.items():
        found = found - still(flow, committed if name in COMMITTED else winding)
    return found


def _recent(flow: Floats, last: Any) -> Floats:
    """The mean of a flow, float64[funded, weeks], over the last weeks up to `last` (int[funded]), float64[funded]."""
    so_far, rows = np.cumsum(flow, axis=1), np.arange(len(last))
    before = np.where(last >= WINDOW_WEEKS, so_far[rows, np.maximum(last - WINDOW_WEEKS, 0)], 0.0)
    return np.asarray((so_far[rows, last] - before) / np.minimum(last + 1, WINDOW_WEEKS))


def _drawn(result: Result, path: str, quantity: Quantity) -> Floats:
    """A number of the scenario in each replication, as drawn where it is uncertain, float64[replications]."""
    records = result.records
    if path in records.input_paths:
        return np.asarray(records.inputs[:, records.input_paths.index(path)], dtype=np.float64)
    return np.full(records.count, quantity.mean)


def _seen(result: Result, money: FromToday, week: Any, review: Review, *, silent_seen: float) -> dict[str, Floats]:
    """What the board sees in the week before `week`, float64[funded] by name; what is null counts as 0."""
    records, funded = result.records, result.funded
    last = np.clip(week - 1, 0, records.weeks - 1)
    rows = np.arange(len(week))
    luck = np.random.default_rng(result.seed)

    def at_the_gate(name: str) -> Floats:
        return np.asarray(np.nan_to_num(records.week_rows(name)[funded][rows, last]), dtype=np.float64)

    seen = {name: at_the_gate(name) for name in EXACT}
    for name in SAMPLED:
        seen[name] = luck.binomial(review.qa_tasks, np.clip(at_the_gate(name), 0.0, 1.0)) / review.qa_tasks
    unseen = money.since(records.week_rows("value_silent_errors")[funded]) * (1.0 - silent_seen)
    error = np.exp(review.value_error * luck.standard_normal(len(week)))
    for name, flow, seen_as in (("cost", money.cost, 1.0), ("value", money.value - unseen, error)):
        seen[f"{name}_so_far"] = np.cumsum(flow, axis=1)[rows, last] * seen_as
        seen[f"{name}_recent"] = _recent(flow, last) * WINDOW_WEEKS * seen_as
    return seen


def _means(seen: dict[str, Floats], mask: Truths, weights: Floats | None) -> dict[str, float]:
    steps = np.ones(len(mask)) if weights is None else weights
    total = float(steps[mask].sum())
    return {name: float(steps[mask] @ values[mask]) / total for name, values in seen.items()} if total > 0.0 else {}


def _of(weights: Floats | None, chosen: Any) -> Floats | None:
    return None if weights is None else weights[chosen]


def _numbers(values: Any) -> Floats:
    return np.array([math.nan if value is None else float(value) for value in values])
