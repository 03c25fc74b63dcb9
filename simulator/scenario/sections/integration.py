"""Integration: the systems that sites need, as projects with stages, shared people and fat tails."""

from typing import Self

from pydantic import Field, model_validator

from simulator.scenario.numbers.number_kinds import (
    FactorAboveZero,
    FactorAtLeastOne,
    FactorEachTime,
    HeadCount,
    HoursPerWeek,
    Name,
    Rate,
    Repeat,
    Share,
    SignedWeeks,
    WeeksEachTime,
)
from simulator.scenario.numbers.section import Section, believed, needed, stated
from simulator.scenario.sections.people import repeated
from simulator.scenario.text.problems import Finding, rejected
from simulator.scenario.vocabulary import Team


class Stage(Section):
    """A step of a system's project."""

    name: Name = needed("Name of the stage: a-z, 0-9 and hyphens.")
    weeks: WeeksEachTime = needed("Duration (weeks).")
    team: Team | None = stated(
        None, "One person of this team works on it; null: nobody shared.", absent=-1.0, acts="start"
    )
    rework: Repeat = stated(0, "Chance that the stage has to be done again when it ends (share, at most 0.999).")
    after: tuple[Name, ...] | None = stated(
        None, "Stages of this system that come before; null: the one before in the list; []: starts with the system."
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        wrong = repeated(self.after or (), "after")
        if wrong:
            raise rejected(*wrong)
        return self


STAGES = (
    {"name": "stakeholders", "weeks": {"lognormal": {"median": 4, "p90": 12}}},
    {
        "name": "security-review",
        "weeks": {"lognormal": {"median": 5, "p90": 15}},
        "team": "reviewers",
        "rework": 0.25,
    },
    {"name": "build", "weeks": {"lognormal": {"median": 12, "p90": 30}}, "team": "engineers"},
    {"name": "change-management", "weeks": {"lognormal": {"median": 3, "p90": 8}}},
)
"""Stages of a system that names none."""


class System(Section):
    """A system that sites need before they are live without hand-carried data."""

    name: Name = needed("Name of the system: a-z, 0-9 and hyphens.")
    start_week: SignedWeeks = stated(
        0,
        "Start (weeks from funding); negative: before the planned funding, neither scaled nor held.",
        acts="until_funded",
    )
    sites: tuple[Name, ...] | None = stated(
        None, "Names of the sites that need it; null: all.", min_length=1, max_length=1000
    )
    after: tuple[Name, ...] = stated((), "Systems that must be live before this one starts.")
    share: FactorAboveZero = stated(
        1,
        "Weight in what a site carries by hand, beside those of the other systems that it needs (factor, above 0).",
        acts="start",
    )
    stages: tuple[Stage, ...] = stated(STAGES, "Stages of the project.", min_length=1, max_length=20)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        wrong = [*repeated(self.sites or (), "sites"), *repeated(self.after, "after")]
        wrong += [
            Finding((*f.at, "name"), f.found, f.allowed) for f in repeated([s.name for s in self.stages], "stages")
        ]
        if wrong:
            raise rejected(*wrong)
        return self


class Tail(Section):
    """The fat tail of projects: now and then all stages of one take much longer."""

    beliefs = "integration.tail"

    probability: Share = believed("Chance of a project to take longer (share).")
    multiplier: FactorEachTime = believed("Multiplies the durations of such a project's stages (factor).")
    cap: FactorAtLeastOne = believed("Largest multiplier (factor, at least 1).")


class HandCarried(Section):
    """What it costs a live site while none of its systems is live; each that goes live takes its share off."""

    beliefs = "integration.hand_carried"

    friction: Share = believed("Share of the onset hazard that is lost (share).")
    extra_errors: Share = believed("Share of accuracy on familiar tasks that is lost (share).")
    tickets_per_user_week: Rate = believed("Tickets of an active user (per week).")
    work_hours_per_site_week: HoursPerWeek = believed(
        "Work of the data science team for a site (hours per week).",
    )


class Integration(Section):
    """The systems to be integrated, and the people whom their projects share."""

    ideal: bool = stated(
        default=False,
        description="Whether every system is live on plan, and nothing is carried by hand (mechanism switched off).",
        acts="start",
    )
    reviewers: HeadCount = stated(2, "Reviewers, shared by all projects (people).")
    engineers: HeadCount = stated(4, "Integration engineers, shared by all projects (people).")
    tail: Tail = Field(default_factory=Tail, description="The fat tail of projects.")
    hand_carried: HandCarried = Field(
        default_factory=HandCarried, description="Cost of going live before the systems are."
    )
    systems: tuple[System, ...] = stated(
        (), "Systems to integrate; none: every site goes live on its date.", max_length=100
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        wrong = [
            Finding((*f.at, "name"), f.found, f.allowed) for f in repeated([s.name for s in self.systems], "systems")
        ]
        if wrong:
            raise rejected(*wrong)
        return self
