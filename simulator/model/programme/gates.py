"""Gates: explicit decisions to go, hold or stop, on readings that are sampled, noisy and late.

Observed accuracy is a binomial sample of `qa_tasks` checked answers; observed value is the true one times a lognormal
error; adoption, service level, backlog and integrations are exact; all of them lag. Gate 0 reads the pilot.
"""

from __future__ import annotations

import math
from typing import Any, Final

from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.clockwork.timers import set_timer
from simulator.model.clockwork.tracing import note
from simulator.model.economics.business_case import expect, plan_ahead
from simulator.model.programme.rollout import hold, stop
from simulator.model.programme.sponsor import rebaseline, value_share
from simulator.model.state.columns import (
    ACTIVE,
    BACKLOG,
    CORRECT,
    COST,
    ENDED,
    IN_TARGET,
    INTEGRATIONS,
    INVITED,
    OPENED,
    PLANNED_COST,
    SEEN_VALUE,
    TASKS,
    WRONG,
    column_sum,
)
from simulator.model.state.events import FUNDED, GATE, MISSED
from simulator.model.state.spending import spend
from simulator.model.state.states import (
    ANY,
    GO,
    HOLD,
    LIVE,
    QUALITY,
    STOP,
    TIER3,
)
from simulator.model.support.staffing import plan_staff
from simulator.scenario.vocabulary import GATE_MEASURES
from simulator.streams.jit import rule
from simulator.streams.philox import draw
from simulator.streams.special import normal_quantile

SEES_ACCURACY: Final = GATE_MEASURES.index("accuracy")
SEES_RESOLUTION: Final = GATE_MEASURES.index("resolution")
SEES_ACTIVE_SHARE: Final = GATE_MEASURES.index("active_share")
SEES_VALUE_SHARE: Final = GATE_MEASURES.index("value_share")
SEES_SERVICE: Final = GATE_MEASURES.index("sla_met_share")
SEES_BACKLOG: Final = GATE_MEASURES.index("backlog")
SEES_INTEGRATIONS: Final = GATE_MEASURES.index("integrations_live")
SEES_CASE: Final = GATE_MEASURES.index("business_case")
SEES_NET_VALUE: Final = GATE_MEASURES.index("net_value")
SEES_COST_SHARE: Final = GATE_MEASURES.index("cost_share")


@rule
def binomial_quantile(n: int, p: float, u: float) -> int:
    """The smallest k with P(X <= k) >= u for X binomial (n, p): its probabilities are summed one by one."""
    if p <= 0.0 or n <= 0:
        return 0
    if p >= 1.0:
        return int(n)
    odds = math.log(p) - math.log(1.0 - p)
    log_probability = n * math.log(1.0 - p)
    total = math.exp(log_probability)
    k = 0
    while total < u and k < n:
        log_probability += math.log(n - k) - math.log(k + 1.0) + odds
        total += math.exp(log_probability)
        k += 1
    return k


@rule
def reading(state: Any, gate: Any, measure: int, u_sample: float, u_value: float) -> float:
    """What the gate sees of a measure now; NaN where there is nothing to see, which fails a criterion."""
    last = state.world[0]["week"] - gate["lag_weeks"]
    first = max(0, last - gate["window_weeks"])
    if last <= 0:
        return math.nan
    row = state.weekly[last - 1]
    if measure == SEES_ACCURACY or measure == SEES_RESOLUTION:
        correct = column_sum(state, CORRECT, first, last)
        whole = column_sum(state, TASKS, first, last)
        if measure == SEES_ACCURACY:
            whole = correct + column_sum(state, WRONG, first, last)
        if whole <= 0.0:
            return math.nan
        sample = int(gate["qa_tasks"])
        return binomial_quantile(sample, correct / whole, u_sample) / max(1, sample)
    if measure == SEES_ACTIVE_SHARE:
        return float(row[ACTIVE] / row[INVITED]) if row[INVITED] > 0.0 else math.nan
    if measure == SEES_VALUE_SHARE:
        return value_share(state, first, last) * math.exp(gate["value_error"] * normal_quantile(u_value))
    if measure == SEES_SERVICE:
        ended = column_sum(state, ENDED, first, last)
        return column_sum(state, IN_TARGET, first, last) / ended if ended > 0.0 else math.nan
    if measure == SEES_BACKLOG:
        waiting = row[BACKLOG] + row[BACKLOG + 1] + row[BACKLOG + TIER3]
        return float(100.0 * waiting / row[ACTIVE]) if row[ACTIVE] > 0.0 else math.nan
    if measure == SEES_INTEGRATIONS:
        systems = state.world[0]["systems"]
        return float(row[INTEGRATIONS] / systems) if systems > 0 else 1.0
    if measure == SEES_CASE:
        return case_ratio(state, last)
    since = state.world[0]["funded_in"]
    cost = column_sum(state, COST, since, last)
    if measure == SEES_NET_VALUE:
        seen = column_sum(state, SEEN_VALUE, since, last)
        return float(seen * math.exp(gate["value_error"] * normal_quantile(u_value)) - cost)
    if measure == SEES_COST_SHARE:
        planned = column_sum(state, PLANNED_COST, since, last)
        return cost / planned if planned > 0.0 else math.nan
    state.world[0]["unknown"] += 1
    return math.nan


@rule
def case_ratio(state: Any, last: int) -> float:
    """Value over cost that the plan promises from now to the horizon; before funding, by what the pilot has shown."""
    if state.world[0]["funded_at"] == math.inf:
        expect(state, last)
    value, cost = plan_ahead(state, state.world[0]["week"] * WEEK_HOURS)
    return value / cost if cost > 0.0 else math.inf


@rule
def decide(state: Any, g: int, u_sample: float, u_value: float, time: float) -> int:
    """Go when the gate's criteria hold, all or any of them; else hold, or stop after its last hold."""
    gate = state.gates[g]
    met = 0
    for i in range(gate["first_criterion"], gate["first_criterion"] + gate["criteria"]):
        criterion = state.criteria[i]
        seen = reading(state, gate, criterion["measure"], u_sample, u_value)
        if criterion["at_least"] <= seen <= criterion["at_most"]:
            met += 1
        else:
            above = seen > criterion["at_most"] or criterion["at_least"] == -math.inf
            bound = criterion["at_most"] if above else criterion["at_least"]
            note(state, time, MISSED, g, criterion["measure"], seen, bound)
    if met == gate["criteria"] or (gate["combine"] == ANY and met > 0):
        return GO
    return HOLD if gate["holds"] < gate["max_holds"] else STOP


@rule
def users_after(state: Any, g: int) -> int:
    """Users of the sites that will be live when gate `g` has let its phase through."""
    date = state.sites[state.gates[g]["phase"]]["go_live"]
    users = 0
    for s in range(state.world[0]["sites"]):
        if state.sites[s]["stage"] == LIVE or state.sites[s]["go_live"] <= date:
            users += state.sites[s]["users"]
    return users


@rule
def read_gate(state: Any, g: int, time: float) -> None:
    """Gate `g` is read, and what it decides is done."""
    gate = state.gates[g]
    u, v, _, _ = draw(state.key, gate["stream"], 0, gate["readings"])
    gate["readings"] += 1
    if gate["criteria"] > 0:
        spend(state, QUALITY, gate["qa_tasks"] * state.settings[0]["economics.cost_per_checked_answer"])
    decision = decide(state, g, u, v, time) if gate["criteria"] > 0 else GO
    accuracy = reading(state, gate, SEES_ACCURACY, u, v)
    value = reading(state, gate, SEES_VALUE_SHARE, u, v)
    note(state, time, GATE, g, decision, accuracy, value)
    if decision == GO:
        gate["passed"] = 1
        if g == 0:
            state.world[0]["decided_at"] = time
            set_timer(state, FUNDED, 0, time + state.settings[0]["rollout.funding_delay_weeks"] * WEEK_HOURS)
    elif decision == HOLD:
        gate["holds"] += 1
        hold(state, g, time)
        if gate["on_hold.restaff"] == 1:
            last = state.world[0]["week"] - gate["lag_weeks"]
            first = max(0, last - gate["window_weeks"])
            invited = column_sum(state, INVITED, first, last)
            if invited > 0.0:
                plan_staff(state, column_sum(state, OPENED, first, last) / invited * users_after(state, g), 1.0, time)
        if gate["on_hold.rebaseline"] == 1 and g > 0:
            rebaseline(state, value, time)
    else:
        stop(state, g, time)
