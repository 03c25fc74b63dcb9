"""What happens when a timer is due: every rarer event of the programme, by its kind.

An engine calls `turn` at the time of a timer, and afterwards puts fresh jobs in their lines, drops what nobody wants
any more, lets free people serve, renews the rates of stale sites, and brings its calendar in step with the timers.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.model.answers.data_quality import next_shock, shock
from simulator.model.clockwork.time import next_opening, opening_of
from simulator.model.clockwork.timers import set_timer
from simulator.model.clockwork.tracing import note
from simulator.model.programme.budget import decide_budget
from simulator.model.programme.gates import read_gate
from simulator.model.programme.integration import end_stage, system_due
from simulator.model.programme.rollout import end_campaign, fund, go_live, stop, withdraw
from simulator.model.programme.sponsor import review
from simulator.model.programme.watching import read_site
from simulator.model.programme.week import close_week, open_week
from simulator.model.state import events
from simulator.model.state.events import DAY, SHOCK
from simulator.model.support.data_science import begin_outage, open_remediation, redeploy
from simulator.model.support.staffing import change_shift, hire, move_on, resign, shrink
from simulator.model.users.tasks import set_rates, settle, touch
from simulator.streams.jit import rule

SPONSOR = -1
BUDGET_ENDED = -3
"""Who stops a programme when it is not a gate: a sponsor whose patience is spent, or who does not renew the budget."""


@rule
def open_day(state: Any, s: int, time: float) -> None:
    """A working day begins at site `s`, or is under way at kick-off: decay and season step."""
    settle(state, s, time)
    site = state.sites[s]
    opening = opening_of(site, time)
    if site["opened"] < math.inf:
        site["work_at_opening"] += site["day_hours"]
    else:
        site["work_at_opening"] = opening - time
    site["opened"] = opening
    set_rates(state, s)
    note(state, time, DAY, s, site["accuracy"], site["unhandled"], site["answered"])
    after = opening + site["day_hours"]
    set_timer(state, DAY, s, next_opening(after, site["utc_offset_hours"], site["days"], site["open_hour"]))


@rule
def suffer_shock(state: Any, s: int, time: float) -> None:
    """Something changes upstream of site `s`."""
    touch(state, s, time)
    loss = shock(state, s)
    note(state, time, SHOCK, s, loss, 0, 0)
    set_timer(state, SHOCK, s, time + next_shock(state, s))


@rule
def turn(state: Any, kind: int, entity: int, time: float) -> None:
    """The timer of an entity is due; it may be set again."""
    set_timer(state, kind, entity, math.inf)
    if kind == DAY:
        open_day(state, entity, time)
    elif kind == events.SHIFT:
        change_shift(state, entity, time)
    elif kind == events.WEEK:
        close_week(state, time)
        open_week(state, time)
    elif kind == events.GATE:
        read_gate(state, entity, time)
    elif kind == events.FUNDED:
        fund(state, time)
    elif kind == events.REVIEW:
        if review(state, time):
            stop(state, SPONSOR, time)
    elif kind == events.BUDGET:
        if decide_budget(state, time):
            stop(state, BUDGET_ENDED, time)
    elif kind == events.SITE_READ:
        read_site(state, entity, time)
    elif kind == events.GO_LIVE:
        go_live(state, entity, time)
    elif kind == events.HIRED:
        hire(state, entity, time)
    elif kind == events.LEAVES:
        resign(state, entity, time)
    elif kind == events.MOVES_ON:
        move_on(state, time)
    elif kind == events.TEAM_SHRINKS:
        shrink(state, time)
    elif kind == events.SYSTEM_STARTS:
        system_due(state, entity, time)
    elif kind == events.STAGE_ENDED:
        end_stage(state, entity, time)
    elif kind == events.CAMPAIGN_ENDS:
        end_campaign(state, entity, time)
    elif kind == events.CLEANING_DUE:
        note(state, time, events.CLEANING_DUE, entity, 0, 0, 0)
        open_remediation(state, entity, time)
    elif kind == SHOCK:
        suffer_shock(state, entity, time)
    elif kind == events.DEPLOYED:
        redeploy(state, entity, time)
    elif kind == events.OUTAGE:
        begin_outage(state, time)
    elif kind == events.WITHDRAWN:
        withdraw(state, entity, time)
    else:
        state.world[0]["unknown"] += 1
