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
from simulator.scenario.numbers.section import Section, needed, stated
from simulator.scenario.sections.calendar import DayOfYear


class Shocks(Section):
    """Upstream changes that cost accuracy: a Poisson process at each site."""

    per_site_year: PerYear = stated(0.5, "Shocks at each site (per year).")
    accuracy_loss: ShareEachTime = stated({"beta": {"mean": 0.05, "sd": 0.03}}, "Share of accuracy lost by a shock.")


class Retraining(Section):
    """Work of the data science team that resets decay and shocks."""

    every_weeks: WeeksAboveZero | None = stated(26, "Time between retrainings (weeks); null: not by date.")
    below_accuracy: Share | None = stated(None, "Observed accuracy that triggers a retraining (share); null: none.")
    qa_tasks: CheckedTasks = stated(200, "Tasks from which accuracy is observed (tasks).")
    effort_hours: HoursEachTime = stated(40, "Work of the data science team (hours).")
    deploy_weeks: Weeks = stated(2, "Time from the end of the work to the new model's start (weeks).")
    least_weeks_between: Weeks = stated(
        8, "below_accuracy asks again only this long after the last deployment (weeks)."
    )
    corrections_to_halve: CorrectionsAboveZero | None = stated(
        None,
        "Cases corrected by a site's users from which retraining halves the shortcomings (1 - data quality) of its "
        "data (corrections); null: retraining learns nothing from users.",
        absent=math.inf,
    )


class Remediation(Section):
    """Projects that clean a site's data."""

    gain: Share = stated(0.5, "Share of the shortcomings (1 - data quality) that a project removes (share).")
    effort_hours: HoursEachTime = stated(
        {"lognormal": {"median": 160, "p90": 400}}, "Work of the data science team per site (hours)."
    )
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

    reference_accuracy: Share = stated(0.97, "Accuracy on familiar tasks with perfect data (share).")
    hand_over_share: Share = stated(0.05, "Share of familiar tasks handed over to a person (share).")
    data_quality_sensitivity: Share = stated(0.6, "Share of accuracy lost where data quality is 0 (share).")
    accuracy_floor: Share = stated(0.3, "Least accuracy on familiar tasks (share).")
    half_life_weeks: WeeksAboveZero | None = stated(
        200, "Half-life of accuracy (weeks); null: no decay.", absent=math.inf, unless="ai.data_quality.ideal"
    )
    capacity_tasks_per_hour: TasksPerHourAboveZero | None = stated(
        None, "Tasks that can be answered (per hour), those beyond get no answer; null: no limit.", absent=math.inf
    )
    data_quality: DataQuality = Field(
        default_factory=DataQuality, description="Whether poor data is one of the problems at all."
    )
    shocks: Shocks | None = stated(None, "Upstream changes; null: none.", unless="ai.data_quality.ideal")
    retraining: Retraining | None = stated(None, "Retraining; null: none.")
    remediation: Remediation | None = stated(None, "Remediation of data; null: not possible.")


class TaskFamily(Section):
    """A family of edge-case types with a share of its own: a Pitman-Yor process over types."""

    share: Share = needed("Share of tasks that are edge cases of this family (share).")
    discount: ShareBelowOne = stated(0.5, "Discount of the Pitman-Yor process (share, below 1).", acts="start")
    concentration: Concentration = stated(
        10, "Concentration of the Pitman-Yor process (above minus the discount).", acts="start", absent=1.0
    )
    development_tasks: Tasks = stated(300, "Edge cases of this family met before the pilot (encounters).", acts="start")


class SeasonFamily(Section):
    """Edge-case types that are met in one season only; the season sets the share."""

    discount: ShareBelowOne = stated(0.5, "Discount of the Pitman-Yor process (share, below 1).")
    concentration: Concentration = stated(10, "Concentration of the Pitman-Yor process (above minus the discount).")


class EdgeCases(Section):
    """Cases that the model was not built for, and what becomes of them."""

    ideal: bool = stated(
        default=False,
        description="Whether every site meets only the pilot's types, in its share (mechanism switched off).",
        acts="start",
    )
    organisation: TaskFamily | None = stated(None, "Types that any site can meet; null: none.", elsewhere="structure")
    site: TaskFamily | None = stated(
        None, "Types of each site alone; development only at pilot sites; null: none.", elsewhere="structure"
    )
    season: SeasonFamily | None = stated(None, "Types of each season alone; null: none.", elsewhere="structure")
    right_share: Share = stated(0.1, "Share of answers to unhandled cases that are right (share).")
    hand_over_share: Share = stated(0.4, "Share of unhandled cases handed over to a person (share).")
    report_probability: Share = stated(
        0.3,
        "Chance that a wrong answer that its user knows of, or a hand-over, is reported: edge cases for repair, "
        "familiar ones, corrected, for retraining (share).",
    )
    report_threshold: Threshold = stated(5, "Reports of a type that make it a repair job (reports).")
    repair_effort_hours: HoursEachTime = stated(
        {"lognormal": {"median": 12, "p90": 40}}, "Work of the data science team to repair a type (hours)."
    )
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
