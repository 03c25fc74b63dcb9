"""The AI system: accuracy, decay, upstream changes, retraining, edge cases and seasons."""

from simulator.scenario.calendar import DayOfYear
from simulator.scenario.kinds import (
    Concentration,
    Factor,
    HoursEachTime,
    Name,
    PerYear,
    Share,
    ShareBelowOne,
    ShareEachTime,
    TaskCount,
    Tasks,
    Threshold,
    TypeCount,
    Weeks,
    WeeksAboveZero,
)
from simulator.scenario.section import Section, needed, stated


class Shocks(Section):
    """Upstream changes that cost accuracy: a Poisson process at each site."""

    per_site_year: PerYear = stated(0.5, "Shocks at each site (per year).")
    accuracy_loss: ShareEachTime = stated({"beta": {"mean": 0.05, "sd": 0.03}}, "Share of accuracy lost by a shock.")


class Retraining(Section):
    """Work of the data science team that resets decay and shocks."""

    every_weeks: WeeksAboveZero | None = stated(26, "Time between retrainings (weeks); null: not by date.")
    below_accuracy: Share | None = stated(None, "Observed accuracy that triggers a retraining (share); null: none.")
    qa_tasks: TaskCount = stated(200, "Tasks from which accuracy is observed (tasks).")
    effort_hours: HoursEachTime = stated(40, "Work of the data science team (hours).")
    deploy_weeks: Weeks = stated(2, "Time from the end of the work to the new model's start (weeks).")


class Ai(Section):
    """Accuracy on familiar tasks, and how it decays."""

    reference_accuracy: Share = stated(0.97, "Accuracy on familiar tasks with perfect data (share).")
    hand_over_share: Share = stated(0.05, "Share of familiar tasks handed over to a person (share).")
    data_quality_sensitivity: Share = stated(0.6, "Share of accuracy lost where data quality is 0 (share).")
    accuracy_floor: Share = stated(0.3, "Least accuracy on familiar tasks (share).")
    half_life_weeks: WeeksAboveZero | None = stated(200, "Half-life of accuracy (weeks); null: no decay.")
    shocks: Shocks | None = stated(None, "Upstream changes; null: none.")
    retraining: Retraining | None = stated(None, "Retraining; null: none.")


class TaskFamily(Section):
    """A family of edge-case types with a share of its own: a Pitman-Yor process over types."""

    share: Share = needed("Share of tasks that are edge cases of this family (share).")
    discount: ShareBelowOne = stated(0.5, "Discount of the Pitman-Yor process (share, below 1).")
    concentration: Concentration = stated(10, "Concentration of the Pitman-Yor process (above minus the discount).")
    development_tasks: Tasks = stated(300, "Edge cases of this family met before the pilot (encounters).")


class SeasonFamily(Section):
    """Edge-case types that are met in one season only; the season sets the share."""

    discount: ShareBelowOne = stated(0.5, "Discount of the Pitman-Yor process (share, below 1).")
    concentration: Concentration = stated(10, "Concentration of the Pitman-Yor process (above minus the discount).")


class EdgeCases(Section):
    """Cases that the model was not built for, and what becomes of them."""

    organisation: TaskFamily | None = stated(None, "Types that any site can meet; null: none.")
    site: TaskFamily | None = stated(None, "Types of each site alone; development only at pilot sites; null: none.")
    season: SeasonFamily | None = stated(None, "Types of each season alone; null: none.")
    right_share: Share = stated(0.1, "Share of answers to unhandled cases that are right (share).")
    hand_over_share: Share = stated(0.4, "Share of unhandled cases handed over to a person (share).")
    report_probability: Share = stated(
        0.3, "Chance that a noticed wrong answer to, or a hand-over of, an unhandled case is reported (share)."
    )
    report_threshold: Threshold = stated(5, "Reports of a type that make it a repair job (reports).")
    repair_effort_hours: HoursEachTime = stated(
        {"lognormal": {"median": 12, "p90": 40}}, "Work of the data science team to repair a type (hours)."
    )
    types_per_family: TypeCount = stated(256, "Types kept apart in each family; the rest is always new (types).")


class Season(Section):
    """A time of every year with its own volume and edge cases."""

    name: Name = needed("Name of the season: a-z, 0-9 and hyphens.")
    start: DayOfYear = needed("First day (month-day).")
    end: DayOfYear = needed("Last day (month-day), inclusive; before start: in the next year.")
    volume: Factor = stated(1.0, "Multiplies tasks (factor).")
    edge_case_share: Share = stated(0.0, "Share of tasks that are edge cases of this season (share).")
