"""Kinds of events; the number of each is its rank, and the order of the lines below says which comes first.

The calendar's order is (time, rank of the kind, entity). Simultaneous events are met in the order of the kinds
below: a week is closed before anything of the next one happens, decisions come before what they decide on, calendars
turn before work is done, work that ends frees its agent before a caller runs out of patience, and users act last.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Each = Literal["programme", "gate", "shift", "agent", "system", "stage", "site"]
"""What there is a timer for each of."""


class Kind(NamedTuple):
    """How a trace tells of a kind: its name and what its four numbers are ('' for none)."""

    name: str
    fields: tuple[str, str, str, str]
    each: Each | None = None
    """What there is a timer for each of; None for a kind without timers."""


_kinds: list[Kind] = []


def _kind(name: str, first: str = "", second: str = "", third: str = "", fourth: str = "") -> int:
    """Declare the next kind: its name in a trace, and what its numbers there are. Returns its rank."""
    _kinds.append(Kind(name, (first, second, third, fourth)))
    return len(_kinds) - 1


def _timed(each: Each, name: str, first: str = "", second: str = "", third: str = "", fourth: str = "") -> int:
    """Declare the next kind, which has a timer for each of something; otherwise as `_kind`."""
    if any(kind.each is None for kind in _kinds):
        raise ValueError(f"{name}: a kind with a timer stands above those that have none")
    _kinds.append(Kind(name, (first, second, third, fourth), each))
    return len(_kinds) - 1


# Kinds with a timer in `State.timers`.
WEEK: Final = _timed("programme", "week-end", "week", "active_users", "trust_mean", "backlog")
GATE: Final = _timed("gate", "gate-read", "gate", "decision", "accuracy_observed", "value_share_observed")
FUNDED: Final = _timed("programme", "funded", "users_planned", "value_per_task_expected")
REVIEW: Final = _timed("programme", "sponsor-review", "value_share_observed", "patience_weeks_left")
BUDGET: Final = _timed("programme", "budget-decision", "spent", "forward_value", "forward_cost", "budget_decision")
SITE_READ: Final = _timed("site", "site-read", "site", "active_share_observed", "accuracy_observed")
GO_LIVE: Final = _timed("site", "go-live", "site", "users_onboarded", "pilot", "carried_by_hand")
SHIFT: Final = _timed("shift", "shift-change", "shift", "agents_on_duty")
HIRED: Final = _timed("agent", "agent-hired", "agent", "replacement")
LEAVES: Final = _timed("agent", "resigned", "agent")
MOVES_ON: Final = _timed("programme", "team-moved-on", "members_gone")
TEAM_SHRINKS: Final = _timed("programme", "team-shrank", "members_gone")
SYSTEM_STARTS: Final = _timed("system", "integration-began", "system", "stretch")
STAGE_ENDED: Final = _timed("stage", "stage-ended", "stage", "rework")
CAMPAIGN_ENDS: Final = _timed("site", "campaign-ended", "site")
CLEANING_DUE: Final = _timed("site", "remediation-due", "site")
DAY: Final = _timed("site", "working-day", "site", "accuracy", "unhandled_share", "answered_share")
SHOCK: Final = _timed("site", "upstream-change", "site", "loss")
DEPLOYED: Final = _timed("site", "model-deployed", "site")
OUTAGE: Final = _timed("programme", "outage", "outage")
CALLED_OUT: Final = _timed("programme", "called-out", "agent")
WITHDRAWN: Final = _timed("site", "switched-off", "site", "users_withdrawn")
# Kinds that belong to work in hand, to waiting tickets and to the clocks of users.
WORKED: Final = _kind("work-ended", "agent", "hours", "finished")
GAVE_UP: Final = _kind("gave-up-waiting", "ticket", "tier")
ANSWERED: Final = _kind("answered-at-once", "ticket")
NOTICED_ERROR: Final = _kind("error-noticed", "user", "trust")
ENCOUNTER: Final = _kind("edge-case-met", "user", "family", "type", "outcome")
QUESTION: Final = _kind("question-asked", "user", "ticket_kind")
ONSET: Final = _kind("started-using", "user", "trained")
RETURN: Final = _kind("came-back", "user", "trust", "accepted")
DROP_OUT: Final = _kind("dropped-out", "user")
LEARNED: Final = _kind("learned", "user")
REPLACED: Final = _kind("replaced", "user", "state")
# What follows from them, in traces only.
REVERTED: Final = _kind("reverted", "user", "trust")
LOST: Final = _kind("lost-for-good", "user", "trust")
TICKET: Final = _kind("ticket-opened", "ticket", "user", "ticket_kind", "level")
VISIT: Final = _kind("visit-started", "ticket", "tier", "wait_hours", "agent")
SOLVED: Final = _kind("ticket-solved", "ticket", "tier", "elapsed_hours")
PASSED_ON: Final = _kind("ticket-passed-on", "ticket", "from_tier", "to_tier")
CANCELLED: Final = _kind("tickets-cancelled", "tickets")
REPORTED: Final = _kind("edge-case-reported", "family", "type", "reports")
JOB: Final = _kind("job-opened", "job_class", "reference", "hours")
REPAIRED: Final = _kind("edge-case-repaired", "family", "type", "mass_handled")
RETRAINED: Final = _kind("model-retrained", "site", "corrections")
REMEDIATED: Final = _kind("data-remediated", "site", "data_quality")
SERVICE_BACK: Final = _kind("service-restored", "outage", "hours")
TRAINED: Final = _kind("trained", "site", "users_trained")
STAGE_STARTED: Final = _kind("stage-began", "stage", "visit", "weeks")
SYSTEM_LIVE: Final = _kind("system-live", "system")
LEFT: Final = _kind("left-the-team", "agent")
ACTED: Final = _kind("action-taken", "site", "action", "actions_left")
PUT_OFF: Final = _kind("phase-put-off", "phase", "sites_below", "sites_live")
SHELVED: Final = _kind("shelved", "reason")
SURFACED: Final = _kind("error-surfaced", "user", "trust")
CORRECTED: Final = _kind("case-corrected", "user", "site", "corrections")
MISSED: Final = _kind("criterion-missed", "gate", "gate_measure", "observed", "bound")

KINDS: Final[tuple[Kind, ...]] = tuple(_kinds)
"""All kinds by rank."""

RANK: Final = 1 << 40
"""A calendar key is kind * RANK + number of the entity."""

TIMED: Final = WORKED
"""Kinds below this number have a timer."""

FIRST_CLOCK: Final = NOTICED_ERROR
CLOCKS: Final = REPLACED + 1 - NOTICED_ERROR
"""Clocks of a cell, one per process of its users: NOTICED_ERROR ... REPLACED, in this order."""

SITE_WIDE: Final = (ONSET, RETURN)
"""Clocks whose rates look at all users of the site, and not only at those of their cell."""
