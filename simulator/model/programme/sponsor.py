"""The sponsor: looks at the value every four weeks after funding, and runs out of patience.

The plan expects of the pilot's users, and of each site's from its planned date on and over a ramp, the pilot's
adoption, tasks and value per task. While the observed value (that which can be seen, times a lognormal error) is below
`expected_share` of that, patience falls by four weeks times the shortfall; otherwise a part of it is restored. When it
is spent the programme is shelved. Where a plan promised nothing, patience falls while value is lost.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.model.clockwork.time import WEEK_HOURS
from simulator.model.clockwork.timers import set_timer
from simulator.model.clockwork.tracing import note
from simulator.model.economics.business_case import commit_plan
from simulator.model.state.columns import PLANNED_VALUE, SEEN_VALUE, column_sum
from simulator.model.state.events import REVIEW
from simulator.scenario.vocabulary import REVIEW_WEEKS
from simulator.streams.jit import rule
from simulator.streams.philox import draw
from simulator.streams.special import normal_quantile

REVIEW_HOURS = REVIEW_WEEKS * WEEK_HOURS
LEAST_EXPECTATION = 0.25
"""Whatever a hold has shown, a sponsor goes on expecting this share of the plan (an assumption)."""


@rule
def value_share(state: Any, first: int, last: int) -> float:
    """Value seen over value planned in the rows from `first` to before `last`; NaN where the plan expected none."""
    planned = column_sum(state, PLANNED_VALUE, first, last)
    return column_sum(state, SEEN_VALUE, first, last) / planned if planned > 0.0 else math.nan


@rule
def review(state: Any, time: float) -> bool:
    """The sponsor looks at the last four weeks; True when the programme is to be shelved."""
    world = state.world[0]
    settings = state.settings[0]
    u, _, _, _ = draw(state.key, world["stream_sponsor"], 0, world["reviews"])
    world["reviews"] += 1
    last = world["week"]
    error = math.exp(settings["rollout.sponsor.value_error"] * normal_quantile(u))
    seen = value_share(state, last - REVIEW_WEEKS, last) * error
    if not math.isnan(seen):
        wanted = settings["rollout.sponsor.expected_share"] * world["expectation"]
        if seen < wanted:
            world["patience"] -= REVIEW_WEEKS * min(1.0, 1.0 - seen / wanted)
        else:
            restored = world["patience"] + REVIEW_WEEKS * settings["rollout.sponsor.restored"]
            world["patience"] = min(settings["rollout.sponsor.patience_weeks"], restored)
    elif column_sum(state, SEEN_VALUE, last - REVIEW_WEEKS, last) < 0.0:
        world["patience"] -= REVIEW_WEEKS
    note(state, time, REVIEW, seen, world["patience"], 0, 0)
    set_timer(state, REVIEW, 0, time + REVIEW_HOURS)
    return bool(world["patience"] <= 0.0)


@rule
def rebaseline(state: Any, seen: float, time: float) -> None:
    """After a hold: the sponsor expects what has been seen, and value and cost on the dates that now stand."""
    world = state.world[0]
    if not math.isnan(seen):
        world["expectation"] = max(LEAST_EXPECTATION, min(world["expectation"], seen))
    for s in range(world["sites"]):
        if state.sites[s]["go_live"] < math.inf:
            state.sites[s]["planned"] = state.sites[s]["go_live"]
    commit_plan(state, time)
