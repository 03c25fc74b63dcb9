"""Numbers with a meaning: states of users, classes of work, choices of a scenario.

What has a name in the vocabulary, or is a choice in a section, has as its number the place of that name in the list.
"""

from __future__ import annotations

from typing import Final

from simulator.model.state.settings import place_of
from simulator.scenario.sections.rollout import GateReading, Rollout
from simulator.scenario.sections.support import Support
from simulator.scenario.vocabulary import (
    COST_CATEGORIES,
    JOBS,
    TEAMS,
    TICKET_KINDS,
    TIERS,
    USER_STATES,
    VALUE_CATEGORIES,
)

# States of a user. The first six have a roster (a list of the members) in every cell; the first three are active.
NEW_UNTRAINED: Final = USER_STATES.index("active, new, untrained")
NEW: Final = USER_STATES.index("active, new")
EXPERIENCED: Final = USER_STATES.index("active, experienced")
ONBOARDED: Final = USER_STATES.index("onboarded")
UNTRAINED: Final = USER_STATES.index("onboarded, untrained")
AWAY: Final = USER_STATES.index("reverted")
WAITING: Final = USER_STATES.index("waiting")
GONE: Final = USER_STATES.index("lost")
OUT: Final = USER_STATES.index("withdrawn")
ROSTERS: Final = 6
STATES: Final = len(USER_STATES)

# What follows when a user has had a bad experience.
CARRIES_ON: Final = 0
STOPS_USING: Final = 1
ASKS: Final = 2

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
ERROR: Final = TICKET_KINDS.index("error")
HOW_TO: Final = TICKET_KINDS.index("how-to")
CARRIED: Final = TICKET_KINDS.index("hand-carried")
NO_SERVICE: Final = TICKET_KINDS.index("outage")

# Tiers (the third is the data science team), and the classes of the team's work.
TIER1: Final = TIERS.index("tier1")
TIER2: Final = TIERS.index("tier2")
TIER3: Final = TIERS.index("tier3")
NO_TIER: Final = -1
CLASS_OUTAGE: Final = JOBS.index("outage")
CLASS_TICKET: Final = JOBS.index("ticket")
CLASS_HAND_CARRIED: Final = JOBS.index("hand-carried")
CLASS_RETRAINING: Final = JOBS.index("retraining")
CLASS_REMEDIATION: Final = JOBS.index("remediation")
CLASS_REPAIR: Final = JOBS.index("repair")

# Lines in which work waits: one each for tiers 1 and 2, then one for each class of the team's work.
TEAM_LINES: Final = TIER3
OUTAGE_LINE: Final = TEAM_LINES + CLASS_OUTAGE
TICKET_LINE: Final = TEAM_LINES + CLASS_TICKET
LINES: Final = TEAM_LINES + len(JOBS)

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
REVIEWERS: Final = TEAMS.index("reviewers")
ENGINEERS: Final = TEAMS.index("engineers")

# What money is spent on, and what value is made of.
LICENCES: Final = COST_CATEGORIES.index("licences")
PLATFORM: Final = COST_CATEGORIES.index("platform")
SUPPORT: Final = COST_CATEGORIES.index("support")
DATA_SCIENCE: Final = COST_CATEGORIES.index("data_science")
INTEGRATION: Final = COST_CATEGORIES.index("integration")
CHANGE: Final = COST_CATEGORIES.index("change")
QUALITY: Final = COST_CATEGORIES.index("quality")
OUTAGES: Final = COST_CATEGORIES.index("outages")
MANAGEMENT: Final = COST_CATEGORIES.index("management")
RIGHT_ANSWERS: Final = VALUE_CATEGORIES.index("right_answers")
NOTICED_ERRORS: Final = VALUE_CATEGORIES.index("noticed_errors")
SILENT_ERRORS: Final = VALUE_CATEGORIES.index("silent_errors")

# Decisions at a gate.
GO: Final = 0
HOLD: Final = 1
STOP: Final = 2
DECISIONS: Final = ("go", "hold", "stop")

# Decisions at a date of the budget calendar.
RENEWED: Final = 0
BUDGET_ENDS: Final = 1
ESCALATED: Final = 2
BUDGET_DECISIONS: Final = ("renewed", "not renewed", "renewed nevertheless")

# What is done after a reading of a site, for its people and for its answers; the sum of both has a name.
ASKED_AGAIN: Final = 1
MENDED: Final = 2
TAUGHT_ANEW: Final = 4
ACTIONS: Final = (
    "nothing is done",
    "people are asked again",
    "the data are to be cleaned",
    "people are asked again, and the data are to be cleaned",
    "the model is to be retrained",
    "people are asked again, and the model is to be retrained",
)

# Choices of a scenario.
FROM_PILOT: Final = place_of(Support, "planning", "from_pilot")
WHEN_READY: Final = place_of(Rollout, "go_live", "when_ready")
ANY: Final = place_of(GateReading, "combine", "any")
