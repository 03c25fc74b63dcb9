"""Numbers with a meaning: kinds of events, states of users, classes of work.

The calendar's order is (time, rank of the kind, entity). Simultaneous events are met in the order of the kinds
below: a week is closed before anything of the next one happens, decisions come before what they decide on, calendars
turn before work is done, work that ends frees its agent before a caller runs out of patience, and users act last.
"""

from __future__ import annotations

from typing import Final

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
