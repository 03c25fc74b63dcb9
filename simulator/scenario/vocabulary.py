"""Lists of names that more than one place needs, each once.

Where the model has a number for a name, that is its place in the list here; the orders of events, lines and reports
follow from it.
"""

from typing import Final, Literal, get_args

Tier = Literal["tier1", "tier2", "tier3"]
TIERS: Final[tuple[Tier, ...]] = get_args(Tier)
"""Tiers of support; the third is the data science team."""
STAFFED_TIERS: Final = TIERS[:2]
"""Those of support's own people."""

TicketKind = Literal["error", "how-to", "hand-carried", "outage"]
TICKET_KINDS: Final[tuple[TicketKind, ...]] = get_args(TicketKind)
"""What a ticket is about."""

Job = Literal["outage", "ticket", "hand-carried", "retraining", "remediation", "repair"]
JOBS: Final[tuple[Job, ...]] = get_args(Job)
"""Work of the data science team, in the order in which it comes first unless a scenario says otherwise."""

Team = Literal["reviewers", "engineers"]
TEAMS: Final[tuple[Team, ...]] = get_args(Team)
"""Who works on stages of integration projects."""

GateMeasure = Literal[
    "accuracy",
    "resolution",
    "active_share",
    "value_share",
    "sla_met_share",
    "backlog",
    "integrations_live",
    "business_case",
    "net_value",
    "cost_share",
]
GATE_MEASURES: Final[tuple[GateMeasure, ...]] = get_args(GateMeasure)
"""What a gate observes."""
GATE_WORDS: Final[dict[GateMeasure, str]] = {
    "active_share": "active / invited so far",
    "value_share": "observed / planned value",
    "backlog": "tickets waiting per 100 active users",
    "integrations_live": "the share of systems that are live",
    "business_case": "the value over the cost that the plan promises from now to the horizon",
    "net_value": "observed value less cost since funding, in currency",
    "cost_share": "cost since funding / planned cost",
}
"""What they are, where the name does not say it."""

UserState = Literal[
    "active, new, untrained",
    "active, new",
    "active, experienced",
    "onboarded",
    "onboarded, untrained",
    "reverted",
    "waiting",
    "lost",
    "withdrawn",
]
USER_STATES: Final[tuple[UserState, ...]] = get_args(UserState)
"""States of a user: what comes first in the name, then perhaps how far they have got. The active ones stand first."""

CostCategory = Literal[
    "licences",
    "platform",
    "support",
    "data_science",
    "integration",
    "change",
    "quality",
    "outages",
    "management",
]
COST_CATEGORIES: Final[tuple[CostCategory, ...]] = get_args(CostCategory)
"""What the programme's money is spent on; a week's costs by category add up to its cost."""
COST_WORDS: Final[dict[CostCategory, str]] = {
    "licences": "licences of users",
    "platform": "platform and computing",
    "support": "help desk, tiers 1 and 2",
    "data_science": "data science team",
    "integration": "integration of systems",
    "change": "training, documentation, champions, campaigns",
    "quality": "data remediation and checked answers",
    "outages": "damage of outages",
    "management": "programme office",
}
ValueCategory = Literal["right_answers", "noticed_errors", "silent_errors"]
VALUE_CATEGORIES: Final[tuple[ValueCategory, ...]] = get_args(ValueCategory)
"""What the programme's value is made of; what errors cost is below zero, and all add up to the value."""
VALUE_WORDS: Final[dict[ValueCategory, str]] = {
    "right_answers": "time saved by right answers",
    "noticed_errors": "rework on noticed errors",
    "silent_errors": "damage of silent errors",
}

EngineName = Literal["compiled", "reference"]
ENGINES: Final[tuple[EngineName, ...]] = get_args(EngineName)
"""The engines, the default first."""

REVIEW_WEEKS: Final = 4
"""Weeks from one review of the sponsor to the next."""

QUARTER_WEEKS: Final = 13
"""Weeks that the scaled reading and the net run rate look at, and for which scale has to be kept at the end."""

Outcome = Literal["scaled_on_time", "scaled_late", "scaled_then_lost", "stalled", "shelved", "not_funded"]
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
"""What becomes of a programme, the best first."""

ADOPTION_LEVELS: Final = (0.3, 0.4, 0.5, 0.6, 0.7)
STRETCH_WEEKS: Final = (1, 4, 8, 13, 26, 52)
"""Levels of adoption, and weeks in a row for which it holds them, at which success is told as a curve."""
