"""Support: what opens tickets, who answers them and when; and the data science team."""

import math
from typing import Literal, Self

from pydantic import Field, model_validator

from simulator.scenario.numbers.mix import adds_up
from simulator.scenario.numbers.number_kinds import (
    MOST_PEOPLE,
    CertainShare,
    HeadCount,
    Hours,
    HoursAboveZero,
    HoursEachTime,
    MinutesEachTime,
    PerYear,
    Rate,
    Repeat,
    Share,
    ShareAboveZero,
    SliceHours,
    Weeks,
    WeeksAboveZero,
    WeeksEachTime,
)
from simulator.scenario.numbers.section import Section, believed, needed, stated
from simulator.scenario.sections.calendar import Offset, Shift
from simulator.scenario.text.problems import Finding, rejected
from simulator.scenario.vocabulary import JOBS, Job

TEAM_HOURS = ({"days": "mon-fri", "start_hour": 9, "end_hour": 17, "share": 1.0},)
DESK_HOURS = ({"days": "mon-fri", "start_hour": 8, "end_hour": 18, "share": 1.0},)


DEDICATED = (
    "People who work for this programme alone, and are paid for all hours of their shifts; the others are paid as "
    "economics.shared_people says (people); null: all."
)


def shifts_add_up(shifts: tuple[Shift, ...]) -> None:
    """Refuse shifts whose shares miss 1."""
    wrong = adds_up({str(i): shift.share for i, shift in enumerate(shifts)})
    if wrong:
        raise rejected(*(Finding(("shifts",), f.found, f.allowed) for f in wrong))


class TierShares(Section):
    """Shares of the tiers that can truly solve a kind of ticket; they add up to 1."""

    vector = True

    tier1: CertainShare = stated(0.0, "Share that tier 1 can solve (share).")
    tier2: CertainShare = stated(0.0, "Share that needs tier 2 (share).")
    tier3: CertainShare = stated(0.0, "Share that needs tier 3 (share).")

    @model_validator(mode="after")
    def _add_up(self) -> Self:
        wrong = adds_up({"tier1": self.tier1, "tier2": self.tier2, "tier3": self.tier3})
        if wrong:
            raise rejected(*wrong)
        return self


class Levels(Section):
    """Who can truly solve each kind of ticket."""

    beliefs = "support.levels"

    vector = True

    error: TierShares = believed("Tickets about errors: share of each tier; adds up to 1.")
    how_to: TierShares = believed(
        "How-to questions: share of each tier; adds up to 1.",
        alias="how-to",
    )
    hand_carried: TierShares = stated(
        {"tier1": 0.3, "tier2": 0.5, "tier3": 0.2},
        "Tickets about hand-carried data: share of each tier; adds up to 1.",
        alias="hand-carried",
    )
    outage: TierShares = stated(
        {"tier1": 1, "tier2": 0, "tier3": 0}, "Tickets about outages: share of each tier; adds up to 1."
    )


class Hiring(Section):
    """A planned hire."""

    week: Weeks = needed("Week from funding in which hiring starts (weeks).", acts="start")
    agents: HeadCount = needed("People hired (people).", acts="start")


class ExpertTier(Section):
    """Tier 3: the data science team answers."""

    beliefs = "support.tier3"

    handling_minutes: MinutesEachTime = believed("Time to handle a ticket (minutes).")
    patience_hours: HoursEachTime | None = stated(
        None, "Wait after which a user abandons the ticket (elapsed hours); null: never."
    )
    target_hours: Hours = stated(24, "Wait that the service level allows (elapsed hours).")
    target_share: Share = stated(0.8, "Share of visits that should be started within the target (share).")


class StaffedTier(Section):
    """A tier of support agents."""

    beliefs = "support.tier1"

    agents: HeadCount = stated(6, "Agents (people).", elsewhere="structure")
    dedicated: HeadCount | None = stated(None, DEDICATED, absent=MOST_PEOPLE)
    utc_offset_hours: Offset = stated(
        0.0, "Local time of the shifts minus UTC (hours, a multiple of 0.25).", elsewhere="structure"
    )
    shifts: tuple[Shift, ...] = stated(
        DESK_HOURS, "Shifts, local time; shares add up to 1.", min_length=1, max_length=50
    )
    handling_minutes: MinutesEachTime = believed("Time to handle a ticket (minutes).")
    longest_visit_hours: HoursAboveZero | None = stated(
        None,
        "Time after which an agent passes the ticket on to the next tier (hours); null: works it to its end.",
        absent=math.inf,
    )
    patience_hours: HoursEachTime | None = believed(
        "Wait after which a user abandons the ticket (elapsed hours); null: never.",
    )
    target_hours: Hours = stated(4, "Wait that the service level allows (elapsed hours).")
    target_share: Share = stated(0.8, "Share of visits that should be started within the target (share).")
    hiring: tuple[Hiring, ...] = stated((), "Planned hires.", max_length=100)
    hiring_weeks: WeeksEachTime = stated(
        {"lognormal": {"median": 8, "p90": 16}}, "Time from the decision to the first day (weeks)."
    )
    ramp_up_weeks: Weeks = stated(6, "Time until a new agent works at full speed (weeks).")
    starting_productivity: ShareAboveZero = stated(0.5, "Speed of a new agent on the first day (share of full speed).")

    @model_validator(mode="after")
    def _shifts_add_up(self) -> Self:
        shifts_add_up(self.shifts)
        return self


class Specialists(StaffedTier):
    """Tier 2: those who take escalations."""

    beliefs = "support.tier2"

    agents: HeadCount = stated(3, "Agents (people).", elsewhere="structure")
    handling_minutes: MinutesEachTime = believed("Time to handle a ticket (minutes).")
    patience_hours: HoursEachTime | None = believed(
        "Wait after which a user abandons the ticket (elapsed hours); null: never.",
    )
    target_hours: Hours = stated(8, "Wait that the service level allows (elapsed hours).")
    hiring_weeks: WeeksEachTime = believed("Time from the decision to the first day (weeks).")


class Hypercare(Section):
    """Floor-walkers at a site for some time after its go-live, who answer tickets on the spot."""

    weeks: WeeksAboveZero = stated(4, "Length after a site's go-live (weeks).")
    share: Share = stated(
        0.4, "Share of the tickets of the site's users, but those about outages, that are answered at once (share)."
    )


class Tiers(Section):
    """The three tiers of support."""

    tier1: StaffedTier = Field(default_factory=StaffedTier, description="First contact: triage, and what it can solve.")
    tier2: Specialists = Field(default_factory=Specialists, description="Specialists who take escalations.")
    tier3: ExpertTier = Field(default_factory=ExpertTier, description="The data science team.")


class Support(Section):
    """Tickets, and the people who answer them."""

    beliefs = "support"

    ideal: bool = stated(
        default=False,
        description="Whether an expert answers every ticket at once, as in the pilot (mechanism switched off).",
        acts="start",
    )
    planning: Literal["as_stated", "from_pilot"] = stated(
        "as_stated",
        "Whether tiers 1 and 2 are staffed as stated, or planned at funding from the pilot's logged tickets (their "
        "hiring is then ignored).",
        acts="start",
    )
    target_occupancy: ShareAboveZero = stated(
        0.7, "Share of their time that planned agents should be busy (share, above 0)."
    )
    documentation_quality: Share = believed("Quality of the documentation (share).")
    documentation_effect: Share = believed(
        "Share of how-to questions and of handling times that perfect documentation saves (share).",
    )
    tickets_per_noticed_error: Share = believed("Chance that a noticed error opens a ticket (share).")
    how_to_per_new_user_week: Rate = believed("How-to questions of a new user (per week).")
    how_to_per_user_week: Rate = believed("How-to questions of every active user, new ones included (per week).")
    levels: Levels = Field(default_factory=Levels, description="Who can truly solve each kind of ticket.")
    triage_skill: Share = believed("Share of right triage by tier 1 (share).")
    bounce_handling_share: Share = believed(
        "Share of a handling time spent before a wrongly sent ticket goes back (share).",
    )
    late_hours: HoursAboveZero = believed("Wait beyond which an answer is late: costs trust (elapsed hours).")
    fast_fix_hours: Hours = stated(4, "Time within which an answer is a fast fix: restores trust (elapsed hours).")
    failure_reversion: Share = believed(
        "Chance to revert after a late answer or an abandoned ticket where trust is 0 (share).",
    )
    call_again_probability: Repeat = believed("Chance to call again after abandoning (share, at most 0.999).")
    hypercare: Hypercare | None = stated(
        None, "Floor-walkers after each site's go-live; null: none.", unless="support.ideal"
    )
    tiers: Tiers = needed("The tiers of support.", default_factory=Tiers, elsewhere="structure")


class MovesOn(Section):
    """The team is given other work."""

    week: Weeks = needed("From when on (weeks from funding).", absent=math.inf, acts="until_funded")
    retained_share: Share = needed("Share of the team's capacity that stays (share).", acts="until_funded")


class RunTeam(Section):
    """Those who stay when the system is built: the team that runs it."""

    members: HeadCount = needed("Members who stay (people).")
    weeks_after_last_go_live: Weeks = stated(13, "Time from the last site's go-live until the others leave (weeks).")


class DataScienceTeam(Section):
    """Tier 3, who also end outages, carry data by hand, retrain, remediate and repair: one pool."""

    beliefs = "data_science_team"

    members: HeadCount = stated(6, "Members (people).", elsewhere="structure")
    dedicated: HeadCount | None = stated(None, DEDICATED, elsewhere="structure")
    utc_offset_hours: Offset = stated(0.0, "Local time of the shifts minus UTC (hours, a multiple of 0.25).")
    shifts: tuple[Shift, ...] = stated(
        TEAM_HOURS, "Shifts, local time; shares add up to 1.", min_length=1, max_length=50
    )
    slice_hours: SliceHours = stated(
        4, "Jobs run in slices of this length, not interrupted within (hours, at least 0.1)."
    )
    priorities: tuple[Job, ...] = stated(JOBS, "Which job comes first, after a slice: each kind of job once.")
    attrition_per_year: PerYear = believed("Hazard of a member to leave (per year).")
    notice_weeks: Weeks = believed("Time from a member's resignation to the last day (weeks).")
    hiring_weeks: WeeksEachTime = believed(
        "Time from a resignation to the replacement's first day (weeks).",
        elsewhere="structure",
    )
    ramp_up_weeks: Weeks = stated(8, "Time until a new member works at full speed (weeks).", elsewhere="structure")
    starting_productivity: ShareAboveZero = stated(
        0.4, "Speed of a new member on the first day (share of full speed).", elsewhere="structure"
    )
    run_team: RunTeam | None = stated(None, "The team that runs what this one has built; null: all stay.")
    moves_on: MovesOn | None = stated(
        None, "When the team moves on to other work; null: it stays.", acts="until_funded"
    )
    on_call_hours: Hours | None = stated(
        None,
        "Time until somebody takes up an outage while nobody is at work (hours); null: nobody is on call.",
        absent=math.inf,
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        shifts_add_up(self.shifts)
        if sorted(self.priorities) != sorted(JOBS):
            found = f"found {', '.join(self.priorities) or 'none'}"
            raise rejected(Finding(("priorities",), found, f"allowed: each of {', '.join(JOBS)} once"))
        return self
