"""Sites, users and their segments, and the pilot."""

from collections.abc import Mapping
from typing import Any, Final, Self

from pydantic import Field, model_validator

from simulator.scenario.numbers.mix import Mix, adds_up
from simulator.scenario.numbers.number_kinds import (
    CertainShare,
    Factor,
    Name,
    PerYear,
    Rate,
    RateAboveZero,
    Share,
    ShareInside,
    TasksAboveZero,
    UserCount,
    WeeksAboveZero,
    WholeWeeks,
)
from simulator.scenario.numbers.section import Section, believed, needed, stated
from simulator.scenario.sections.calendar import Offset, WorkingHours
from simulator.scenario.sections.observed import Observed
from simulator.scenario.text.problems import Finding, rejected

MEASURE_WEEKS: Final = 8
"""For how long a pilot is read, unless that is stated."""


class Pilot(Section):
    """The first phase of the programme: the pilot's sites, people and conditions."""

    beliefs = "pilot"

    weeks: WholeWeeks = stated(12, "Length of the pilot (weeks from kick-off).", acts="start")
    measure_weeks: WholeWeeks = stated(
        MEASURE_WEEKS,
        "Last weeks of the pilot over which it is read (weeks), at most its length; by default all of a shorter one.",
        acts="start",
    )
    sites: tuple[Name, ...] = needed("Names of the pilot's sites.", min_length=1, max_length=1000)
    users_per_site: UserCount = stated(
        60, "Users invited at each pilot site (users), capped at the site's users.", elsewhere="structure"
    )
    segments: Mix = stated({"volunteers": 1.0}, "Mix of the invited: segment names with shares that add up to 1.")
    curation: Share = believed(
        "Share of the data's shortcomings, and of what upstream changes break, mended by hand in the pilot (share).",
    )
    handling_factor: Factor = believed(
        "Pilot tickets go straight to the data science team, who need this share of tier 3's time (factor).",
    )
    logged_share: Share = believed("Share of the pilot's tickets that were logged (share).", acts="until_funded")

    observed: Observed | None = stated(
        None, "What the real pilot showed, on which the forecast is conditioned.", elsewhere="measures"
    )

    @model_validator(mode="before")
    @classmethod
    def _read_all_along(cls, given: Any) -> Any:
        """A pilot that is shorter than the default is read from its first week on, unless somebody says otherwise."""
        weeks = given.get("weeks") if isinstance(given, Mapping) else None
        weeks = weeks.get("value") if isinstance(weeks, Mapping) else weeks
        if type(weeks) is int and 0 < weeks < MEASURE_WEEKS and "measure_weeks" not in given:
            return {**given, "measure_weeks": weeks}
        return given

    @model_validator(mode="after")
    def _measured_within(self) -> Self:
        findings = []
        if self.measure_weeks > self.weeks:
            found = f"found {self.measure_weeks} measure_weeks in a pilot of {self.weeks} weeks"
            findings.append(Finding(("measure_weeks",), found, f"allowed: at most {self.weeks}"))
        findings.extend(repeated(self.sites, "sites"))
        if findings:
            raise rejected(*findings)
        return self


class Site(Section):
    """A plant, channel or department where the system is rolled out."""

    beliefs = "sites"

    name: Name = needed("Name of the site: a-z, 0-9 and hyphens.")
    users: UserCount = needed("Users of the site (users).", acts="start")
    data_quality: Share = believed("Data quality of the site (share).")
    local_variety: Factor = stated(1.0, "Multiplies the share of site-specific edge cases (factor).")
    utc_offset_hours: Offset = stated(
        0.0, "Local time minus UTC (hours, a multiple of 0.25); no daylight saving.", acts="start"
    )
    tasks_per_user_week: Rate | None = stated(None, "Tasks per active user (per week); null: as in users.")
    working_hours: WorkingHours | None = stated(
        None, "Working hours of the site; null: as in users.", elsewhere="structure"
    )
    segments: Mix | None = stated(None, "Mix of the site's users, shares add up to 1; null: as in users.")


class Segment(Section):
    """A group of users who take to the system, and lose faith in it, in their own way."""

    beliefs = "users.segments.mainstream"

    name: Name = needed("Name of the segment: a-z, 0-9 and hyphens.")
    share: CertainShare = needed("Share of the users (share); shares add up to 1.", elsewhere="structure")
    initial_trust: ShareInside = believed("Trust before the first task (share, above 0 and below 1).")
    onset_per_week: Rate = believed(
        "Hazard of an onboarded user to become active without others (per week).",
    )
    reversion: Share = believed("Chance to revert after a noticed error where trust is 0 (share).")


class Trust(Section):
    """How trust moves: a Beta with weights counted in tasks (Guo and Yang 2020)."""

    beliefs = "users.trust"

    prior_tasks: TasksAboveZero = believed("Weight of the initial trust (tasks).")
    success_weight: Factor = stated(1.0, "Weight of a correct answer (tasks).")
    error_weight: Factor = believed("Weight of a noticed error (tasks).")
    surfaced_weight: Factor = believed(
        "Weight of an error that nobody noticed at first and that came to light through others (tasks).",
    )
    late_weight: Factor = believed("Weight of a late answer to a ticket (tasks).")
    fix_weight: Factor = believed("Weight of a fast fix (tasks).")
    forgetting_per_week: Share = believed("Share of the evidence that is forgotten (share per week).")
    frozen: bool = stated(default=False, description="Whether trust stays at its initial value (for theory).")


class Habit(Section):
    """What use without a break does against giving up: an asymptotic curve (Lally et al. 2010)."""

    beliefs = "users.habit"

    weeks: WeeksAboveZero = believed("Time in which a habit comes to 63% of its full strength (weeks).")
    protection: Share = believed(
        "Share by which a full habit lowers the chance to revert after a bad experience (share).",
    )


class Movers(Section):
    """People who tend to leave, and so leave early (movers and stayers: Blumen, Kogan and McCarthy 1955)."""

    beliefs = "users.movers"

    share: Share = believed("Share of people who are movers, whatever their segment (share).", acts="start")
    drop_out_per_week: Rate = believed("Hazard of an active mover to revert without any error (per week).")


class Users(Section):
    """Who uses the system, how much, and what makes them start, stop and come back."""

    beliefs = "users"

    tasks_per_user_week: Rate = believed("Tasks per active user (per week).", elsewhere="structure")
    judged_per_week: RateAboveZero | None = believed(
        "Answers that an active user judges, however finely the work is cut into tasks (per week); null: each task.",
    )
    working_hours: WorkingHours = needed(
        "When users work, local time.", default_factory=WorkingHours, elsewhere="structure"
    )
    initially_active: bool = stated(
        default=False,
        description="Whether every user of every site is active from week 0, without pilot or roll-out (for theory).",
        acts="start",
    )
    initially_onboarded: bool = stated(
        default=False,
        description="Whether every user of every site is onboarded and trained at week 0, without pilot or roll-out "
        "(for theory).",
        acts="start",
    )
    segments: tuple[Segment, ...] = believed("Groups of users; shares add up to 1.", min_length=1, max_length=50)
    word_of_mouth_per_week: Rate = believed("Onset hazard where all users of the site are active (per week).")
    return_per_week: Rate = believed("Scale of the hazard of a reverted user to come back (per week).")
    return_base: Factor = believed("Part of the return hazard that needs no active colleagues (factor).")
    lost_share: Share = believed("Share of reverting users who never come back (share).")
    drop_out_per_week: Rate = believed("Hazard of an active user, or stayer, to revert without any error (per week).")
    movers: Movers | None = believed("People who tend to leave; null: all are alike.")
    habit: Habit | None = believed("What uninterrupted use does against giving up; null: nothing.")
    turnover_per_year: PerYear = believed(
        "Hazard of a user to leave the company and be replaced by an untrained one (per year).",
    )
    notice_probability: Share = believed("Share of errors that users notice (share).")
    surfacing_share: Share = believed(
        "Share of errors that their user did not notice which come to light later, through others (share).",
    )
    learning_weeks: WeeksAboveZero = believed("Mean time as a new user (weeks).")
    trust: Trust = Field(default_factory=Trust, description="How trust moves.")

    @property
    def in_place(self) -> bool:
        """Whether all users are there from week 0 (for theory), so that neither pilot nor roll-out is needed."""
        return self.initially_active or self.initially_onboarded

    @model_validator(mode="after")
    def _segments_add_up(self) -> Self:
        findings = list(repeated([s.name for s in self.segments], "segments"))
        if not findings:
            wrong = adds_up({s.name: s.share for s in self.segments})
            findings.extend(Finding(("segments",), f.found, f.allowed) for f in wrong)
        if self.initially_active and self.initially_onboarded:
            found = "found true beside initially_active: true"
            findings.append(Finding(("initially_onboarded",), found, "allowed: one of them"))
        if findings:
            raise rejected(*findings)
        return self


def repeated(names: list[str] | tuple[str, ...], *at: str) -> list[Finding]:
    """A finding for each name that stands twice in a list."""
    return [
        Finding((*at, i), f'found name "{name}" again', "allowed: each name once")
        for i, name in enumerate(names)
        if name in names[:i]
    ]
