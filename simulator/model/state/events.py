"""Kinds of events.

The calendar's order is (time, rank of the kind, entity). Simultaneous events are met in the order of the kinds
below: a week is closed before anything of the next one happens, decisions come before what they decide on, calendars
turn before work is done, work that ends frees its agent before a caller runs out of patience, and users act last.
"""

from __future__ import annotations

from typing import Final, NamedTuple

# Kinds with a timer in `State.timers`; the number is the rank.
WEEK: Final = 0
GATE: Final = 1
FUNDED: Final = 2
REVIEW: Final = 3
GO_LIVE: Final = 4
SHIFT: Final = 5
HIRED: Final = 6
LEAVES: Final = 7
MOVES_ON: Final = 8
SYSTEM_STARTS: Final = 9
STAGE_ENDED: Final = 10
CAMPAIGN_ENDS: Final = 11
CLEANING_DUE: Final = 12
DAY: Final = 13
SHOCK: Final = 14
DEPLOYED: Final = 15
OUTAGE: Final = 16
CALLED_OUT: Final = 17
WITHDRAWN: Final = 18
# Kinds that belong to work in hand, to waiting tickets and to the clocks of users.
WORKED: Final = 19
GAVE_UP: Final = 20
ANSWERED: Final = 21
NOTICED_ERROR: Final = 22
ENCOUNTER: Final = 23
QUESTION: Final = 24
ONSET: Final = 25
RETURN: Final = 26
DROP_OUT: Final = 27
LEARNED: Final = 28
REPLACED: Final = 29
# What follows from them, in traces only.
REVERTED: Final = 30
LOST: Final = 31
TICKET: Final = 32
VISIT: Final = 33
SOLVED: Final = 34
PASSED_ON: Final = 35
CANCELLED: Final = 36
REPORTED: Final = 37
JOB: Final = 38
REPAIRED: Final = 39
RETRAINED: Final = 40
REMEDIATED: Final = 41
SERVICE_BACK: Final = 42
TRAINED: Final = 43
STAGE_STARTED: Final = 44
SYSTEM_LIVE: Final = 45
LEFT: Final = 46
SHELVED: Final = 47
RANK: Final = 1 << 40
"""A calendar key is kind * RANK + number of the entity."""
TIMED: Final = WORKED
"""Kinds below this number have a timer."""
FIRST_CLOCK: Final = NOTICED_ERROR
CLOCKS: Final = 8
"""Clocks of a cell, one per process of its users: NOTICED_ERROR ... REPLACED, in this order."""


class Kind(NamedTuple):
    """How a trace tells of a kind: its name and what its four numbers are ('' for none)."""

    name: str
    fields: tuple[str, str, str, str]


KINDS: Final[tuple[Kind, ...]] = (
    Kind("week-end", ("week", "active_users", "trust_mean", "backlog")),
    Kind("gate-read", ("gate", "decision", "accuracy_observed", "value_share_observed")),
    Kind("funded", ("users_planned", "value_per_task_expected", "", "")),
    Kind("sponsor-review", ("value_share_observed", "patience_weeks_left", "", "")),
    Kind("go-live", ("site", "users_onboarded", "pilot", "carried_by_hand")),
    Kind("shift-change", ("shift", "agents_on_duty", "", "")),
    Kind("agent-hired", ("agent", "replacement", "", "")),
    Kind("resigned", ("agent", "", "", "")),
    Kind("team-moved-on", ("members_gone", "", "", "")),
    Kind("integration-began", ("system", "stretch", "", "")),
    Kind("stage-ended", ("stage", "rework", "", "")),
    Kind("campaign-ended", ("site", "", "", "")),
    Kind("remediation-due", ("site", "", "", "")),
    Kind("working-day", ("site", "accuracy", "unhandled_share", "answered_share")),
    Kind("upstream-change", ("site", "loss", "", "")),
    Kind("model-deployed", ("site", "", "", "")),
    Kind("outage", ("outage", "", "", "")),
    Kind("called-out", ("agent", "", "", "")),
    Kind("switched-off", ("site", "users_withdrawn", "", "")),
    Kind("work-ended", ("agent", "hours", "finished", "")),
    Kind("gave-up-waiting", ("ticket", "tier", "", "")),
    Kind("answered-at-once", ("ticket", "", "", "")),
    Kind("error-noticed", ("user", "trust", "", "")),
    Kind("edge-case-met", ("user", "family", "type", "outcome")),
    Kind("question-asked", ("user", "ticket_kind", "", "")),
    Kind("started-using", ("user", "trained", "", "")),
    Kind("came-back", ("user", "trust", "accepted", "")),
    Kind("dropped-out", ("user", "", "", "")),
    Kind("learned", ("user", "", "", "")),
    Kind("replaced", ("user", "state", "", "")),
    Kind("reverted", ("user", "trust", "", "")),
    Kind("lost-for-good", ("user", "trust", "", "")),
    Kind("ticket-opened", ("ticket", "user", "ticket_kind", "level")),
    Kind("visit-started", ("ticket", "tier", "wait_hours", "agent")),
    Kind("ticket-solved", ("ticket", "tier", "elapsed_hours", "")),
    Kind("ticket-passed-on", ("ticket", "from_tier", "to_tier", "")),
    Kind("tickets-cancelled", ("tickets", "", "", "")),
    Kind("edge-case-reported", ("family", "type", "reports", "")),
    Kind("job-opened", ("job_class", "reference", "hours", "")),
    Kind("edge-case-repaired", ("family", "type", "mass_handled", "")),
    Kind("model-retrained", ("site", "", "", "")),
    Kind("data-remediated", ("site", "data_quality", "", "")),
    Kind("service-restored", ("outage", "hours", "", "")),
    Kind("trained", ("site", "users_trained", "", "")),
    Kind("stage-began", ("stage", "visit", "weeks", "")),
    Kind("system-live", ("system", "", "", "")),
    Kind("left-the-team", ("agent", "", "", "")),
    Kind("shelved", ("reason", "", "", "")),
)
