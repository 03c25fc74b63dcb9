"""Numbers with a meaning: kinds of events, states of users, classes of work.

The calendar's order is (time, rank of the kind, entity). Simultaneous events are met in the order of the kinds
below: a week is closed before anything of the next one happens, calendars turn before work is done, work that ends
frees its agent before a caller runs out of patience, and users act last.
"""

from __future__ import annotations

from typing import Final, NamedTuple

# Kinds on the calendar; the number is the rank.
WEEK: Final = 0
GO_LIVE: Final = 1
SHIFT: Final = 2
HIRED: Final = 3
DAY: Final = 4
SHOCK: Final = 5
DEPLOYED: Final = 6
WORKED: Final = 7
GAVE_UP: Final = 8
NOTICED_ERROR: Final = 9
ENCOUNTER: Final = 10
QUESTION: Final = 11
ONSET: Final = 12
RETURN: Final = 13
DROP_OUT: Final = 14
LEARNED: Final = 15
# What follows from them, in traces only.
REVERTED: Final = 16
LOST: Final = 17
TICKET: Final = 18
VISIT: Final = 19
SOLVED: Final = 20
PASSED_ON: Final = 21
REPORTED: Final = 22
JOB: Final = 23
REPAIRED: Final = 24
RETRAINED: Final = 25

RANK: Final = 1 << 40
"""A calendar key is kind * RANK + number of the entity."""

FIRST_CLOCK: Final = NOTICED_ERROR
CLOCKS: Final = 7
"""Clocks of a cell, one per process of its users: NOTICED_ERROR ... LEARNED, in this order."""


class Kind(NamedTuple):
    """How a trace tells of a kind: its name and what its four numbers are ('' for none)."""

    name: str
    fields: tuple[str, str, str, str]


KINDS: Final[tuple[Kind, ...]] = (
    Kind("week-end", ("week", "active_users", "trust_mean", "backlog")),
    Kind("go-live", ("site", "users_onboarded", "pilot", "")),
    Kind("shift-change", ("shift", "agents_on_duty", "", "")),
    Kind("agent-hired", ("agent", "", "", "")),
    Kind("working-day", ("site", "accuracy", "unhandled_share", "")),
    Kind("upstream-change", ("site", "loss", "", "")),
    Kind("model-deployed", ("site", "", "", "")),
    Kind("work-ended", ("agent", "hours", "finished", "")),
    Kind("gave-up-waiting", ("ticket", "tier", "", "")),
    Kind("error-noticed", ("user", "trust", "", "")),
    Kind("edge-case-met", ("user", "family", "type", "outcome")),
    Kind("question-asked", ("user", "", "", "")),
    Kind("started-using", ("user", "", "", "")),
    Kind("came-back", ("user", "trust", "accepted", "")),
    Kind("dropped-out", ("user", "", "", "")),
    Kind("learned", ("user", "", "", "")),
    Kind("reverted", ("user", "trust", "", "")),
    Kind("lost-for-good", ("user", "trust", "", "")),
    Kind("ticket-opened", ("ticket", "user", "ticket_kind", "level")),
    Kind("visit-started", ("ticket", "tier", "wait_hours", "agent")),
    Kind("ticket-solved", ("ticket", "tier", "elapsed_hours", "")),
    Kind("ticket-passed-on", ("ticket", "from_tier", "to_tier", "")),
    Kind("edge-case-reported", ("family", "type", "reports", "")),
    Kind("job-opened", ("job_class", "reference", "hours", "")),
    Kind("edge-case-repaired", ("family", "type", "mass_handled", "")),
    Kind("model-retrained", ("site", "", "", "")),
)

# States of a user. The first four have a roster (a list of the members) in every cell.
NEW: Final = 0
EXPERIENCED: Final = 1
ONBOARDED: Final = 2
AWAY: Final = 3
WAITING: Final = 4
GONE: Final = 5
ROSTERS: Final = 4
STATES: Final = 6
STATE_NAMES: Final = ("active, new", "active, experienced", "onboarded", "reverted", "waiting", "lost")

# Stages of a site.
NOT_STARTED: Final = 0
PILOT: Final = 1
LIVE: Final = 2

# Tickets.
ERROR: Final = 0
HOW_TO: Final = 1
TICKET_KINDS: Final = ("error", "how-to")

# Tiers (the third is the data science team) and the lines in which work waits.
TIER1: Final = 0
TIER2: Final = 1
TIER3: Final = 2
TIERS: Final = ("tier1", "tier2", "tier3")
CLASS_TICKET: Final = 0
CLASS_RETRAINING: Final = 1
CLASS_REPAIR: Final = 2
CLASSES: Final = ("ticket", "retraining", "repair")

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
