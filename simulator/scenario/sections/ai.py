"""The AI system: accuracy, decay, upstream changes, retraining, edge cases and seasons."""

import math

from pydantic import Field

from simulator.scenario.numbers.number_kinds import (
    CheckedTasks,
    Concentration,
    CorrectionsAboveZero,
    Factor,
    HoursEachTime,
    Name,
    PerYear,
    Share,
    ShareBelowOne,
    ShareEachTime,
    Tasks,
    TasksPerHourAboveZero,
    Threshold,
    TypeCount,
    Weeks,
    WeeksAboveZero,
)
from simulator.scenario.numbers.section import Section, believed, needed, stated
from simulator.scenario.sections.calendar import DayOfYear


class Shocks(Section):
    """Upstream changes that cost accuracy: a Poisson process at each site."""

    beliefs = "ai.shocks"

    per_site_year: PerYear = believed("Shocks at each site (per year).")
    accuracy_loss: ShareEachTime = believed("Share of accuracy lost by a shock.")


class Retraining(Section):
    """Work of the data science team that resets decay and shocks."""

    beliefs = "ai.retraining"

    every_weeks: WeeksAboveZero | None = believed("Time between retrainings (weeks); null: not by date.")
    below_accuracy: Share | None = believed("Observed accuracy that triggers a retraining (share); null: none.")
    qa_tasks: CheckedTasks = stated(200, "Tasks from which accuracy is observed (tasks).")
    effort_hours: HoursEachTime = believed("Work of the data science team (hours).")
    deploy_weeks: Weeks = believed("Time from the end of the work to the new model's start (weeks).")
    least_weeks_between: Weeks = believed(
        "below_accuracy asks again only this long after the last deployment (weeks).",
    )
    corrections_to_halve: CorrectionsAboveZero | None = believed(
        "Cases corrected by a site's users from which retraining halves the shortcomings (1 - data quality) of its "
        "data (corrections); null: retraining learns nothing from users.",
        absent=math.inf,
    )


class Remediation(Section):
    """Projects that clean a site's data."""

    beliefs = "ai.remediation"

    gain: Share = believed("Share of the shortcomings (1 - data quality) that a project removes (share).")
    effort_hours: HoursEachTime = believed("Work of the data science team per site (hours).")
    weeks_before_go_live: Weeks | None = stated(
        None,
        "Planned for each site this long before its go-live (weeks); null: only when a gate asks for it.",
        absent=-1.0,
        acts="until_funded",
    )


class DataQuality(Section):
    """Whether poor data is one of the problems at all."""

    ideal: bool = stated(
        default=False,
        description="Whether every site has the pilot's data, without decay or shocks (mechanism switched off).",
        acts="start",
    )


class Ai(Section):
    """Accuracy on familiar tasks, and how it decays."""

    beliefs = "ai"

    reference_accuracy: Share = believed("Accuracy on familiar tasks with perfect data (share).")
    hand_over_share: Share = believed("Share of familiar tasks handed over to a person (share).")
    data_quality_sensitivity: Share = believed("Share of accuracy lost where data quality is 0 (share).")
    accuracy_floor: Share = believed("Least accuracy on familiar tasks (share).")
    half_life_weeks: WeeksAboveZero | None = believed(
        "Half-life of accuracy (weeks); null: no decay.",
        absent=math.inf,
        unless="ai.data_quality.ideal",
    )
    capacity_tasks_per_hour: TasksPerHourAboveZero | None = stated(
        None, "Tasks that can be answered (per hour), those beyond get no answer; null: no limit.", absent=math.inf
    )
    data_quality: DataQuality = Field(
        default_factory=DataQuality, description="Whether poor data is one of the problems at all."
    )
    shocks: Shocks | None = believed("Upstream changes; null: none.", unless="ai.data_quality.ideal")
    retraining: Retraining | None = believed("Retraining; null: none.")
    remediation: Remediation | None = believed("Remediation of data; null: not possible.")


class TaskFamily(Section):
    """A family of edge-case types with a share of its own: a Pitman-Yor process over types."""

    beliefs = "edge_cases.organisation"

    share: Share = needed("Share of tasks that are edge cases of this family (share).")
    discount: ShareBelowOne = believed("Discount of the Pitman-Yor process (share, below 1).", acts="start")
    concentration: Concentration = believed(
        "Concentration of the Pitman-Yor process (above minus the discount).",
        acts="start",
        absent=1.0,
    )
    development_tasks: Tasks = believed(
        "Edge cases of this family met before the pilot (encounters).",
        acts="start",
    )


class SiteFamily(TaskFamily):
    """A family of each site's own: the same numbers, of which something else is believed."""

    beliefs = "edge_cases.site"


class SeasonFamily(Section):
    """Edge-case types that are met in one season only; the season sets the share."""

    beliefs = "edge_cases.season"

    discount: ShareBelowOne = believed("Discount of the Pitman-Yor process (share, below 1).")
    concentration: Concentration = believed("Concentration of the Pitman-Yor process (above minus the discount).")


class EdgeCases(Section):
    """Cases that the model was not built for, and what becomes of them."""

    beliefs = "edge_cases"

    ideal: bool = stated(
        default=False,
        description="Whether every site meets only the pilot's types, in its share (mechanism switched off).",
        acts="start",
    )
    organisation: TaskFamily | None = believed("Types that any site can meet; null: none.", elsewhere="structure")
    site: SiteFamily | None = believed(
        "Types of each site alone; development only at pilot sites; null: none.",
        elsewhere="structure",
    )
    season: SeasonFamily | None = believed("Types of each season alone; null: none.", elsewhere="structure")
    right_share: Share = believed("Share of answers to unhandled cases that are right (share).")
    hand_over_share: Share = believed("Share of unhandled cases handed over to a person (share).")
    report_probability: Share = believed(
        "Chance that a wrong answer that its user knows of, or a hand-over, is reported: edge cases for repair, "
        "familiar ones, corrected, for retraining (share).",
    )
    report_threshold: Threshold = stated(5, "Reports of a type that make it a repair job (reports).")
    repair_effort_hours: HoursEachTime = believed("Work of the data science team to repair a type (hours).")
    types_per_family: TypeCount = stated(
        256, "Types kept apart in each family; the rest is always new (types).", acts="start"
    )


class Season(Section):
    """A time of every year with its own volume and edge cases."""

    name: Name = needed("Name of the season: a-z, 0-9 and hyphens.")
    start: DayOfYear = needed("First day (month-day).")
    end: DayOfYear = needed("Last day (month-day), inclusive; before start: in the next year.")
    volume: Factor = stated(1.0, "Multiplies tasks (factor).")
    edge_case_share: Share = stated(
        0.0, "Share of tasks that are edge cases of this season (share).", elsewhere="structure"
    )
