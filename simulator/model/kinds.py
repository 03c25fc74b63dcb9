"""Numbers with a meaning: kinds of events, states of users, classes of work.

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

# States of a user. The first six have a roster (a list of the members) in every cell; the first three are active.
NEW_UNTRAINED: Final = 0
NEW: Final = 1
EXPERIENCED: Final = 2
ONBOARDED: Final = 3
UNTRAINED: Final = 4
AWAY: Final = 5
WAITING: Final = 6
GONE: Final = 7
OUT: Final = 8
ROSTERS: Final = 6
STATES: Final = 9
STATE_NAMES: Final = (
    "active, new, untrained",
    "active, new",
    "active, experienced",
    "onboarded",
    "onboarded, untrained",
    "reverted",
    "waiting",
    "lost",
    "withdrawn",
)

# Stages of a site.
NOT_STARTED: Final = 0
PILOT: Final = 1
LIVE: Final = 2
CLOSED: Final = 3

# Where the programme stands.
IN_PILOT: Final = 0
ROLLING_OUT: Final = 1
STOPPED: Final = 2

# Tickets.
ERROR: Final = 0
HOW_TO: Final = 1
CARRIED: Final = 2
NO_SERVICE: Final = 3
TICKET_KINDS: Final = ("error", "how-to", "hand-carried", "outage")

# Tiers (the third is the data science team) and the lines in which work waits: one each for tiers 1 and 2, then one
# for each class of the team's work.
TIER1: Final = 0
TIER2: Final = 1
TIER3: Final = 2
CLASS_TICKET: Final = 0
CLASS_OUTAGE: Final = 1
CLASS_HAND_CARRIED: Final = 2
CLASS_RETRAINING: Final = 3
CLASS_REMEDIATION: Final = 4
CLASS_REPAIR: Final = 5
CLASSES: Final = ("ticket", "outage", "hand-carried", "retraining", "remediation", "repair")
LINES: Final = 8

# Families of edge-case types.
ORGANISATION: Final = 0
SITE: Final = 1
SEASON: Final = 2

# Life of an edge-case type.
UNHANDLED: Final = 0
QUEUED: Final = 1
HANDLED: Final = 2

# Outcome of an unhandled edge case.
RIGHT: Final = 0
WRONG: Final = 1
HANDED_OVER: Final = 2

# Life of an integration stage, and who works on it.
IDLE: Final = 0
IN_LINE: Final = 1
UNDER_WAY: Final = 2
DONE: Final = 3
NO_TEAM: Final = -1
REVIEWERS: Final = 0
ENGINEERS: Final = 1
TEAMS: Final = ("reviewers", "engineers")

# Decisions at a gate, and what a gate looks at.
GO: Final = 0
HOLD: Final = 1
STOP: Final = 2
DECISIONS: Final = ("go", "hold", "stop")
SEES_ACCURACY: Final = 0
SEES_RESOLUTION: Final = 1
SEES_ACTIVE_SHARE: Final = 2
SEES_VALUE_SHARE: Final = 3
SEES_SERVICE: Final = 4
SEES_BACKLOG: Final = 5
SEES_INTEGRATIONS: Final = 6
GATE_MEASURES: Final = (
    "accuracy",
    "resolution",
    "active_share",
    "value_share",
    "sla_met_share",
    "backlog",
    "integrations_live",
)
