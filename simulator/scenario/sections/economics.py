"""Economics: what right answers are worth, what errors cost, and what the programme costs."""

from typing import Annotated

from pydantic import Field, StringConstraints

from simulator.scenario.numbers.number_kinds import (
    CURRENCY,
    CertainPerYear,
    FactorAtLeastOne,
    Hours,
    Minutes,
    Money,
    PerYear,
    Share,
    ShareAboveZero,
    Weeks,
    WeeksAboveZero,
)
from simulator.scenario.numbers.section import Section, believed, stated

Currency = Annotated[str, StringConstraints(pattern=CURRENCY)]


class CostPerHour(Section):
    """Cost of an hour of work at each tier; tier 3 is the data science team."""

    beliefs = "economics.cost_per_hour"

    vector = True

    tier1: Money = believed("Tier-1 agent (currency per hour).")
    tier2: Money = believed("Tier-2 agent (currency per hour).")
    tier3: Money = believed("Member of the data science team (currency per hour).")


class CostPerWeek(Section):
    """Cost of a week of each of those who work on integration, from the first project's beginning to the last's end."""

    beliefs = "economics.cost_per_week"

    vector = True

    reviewers: Money = believed("Reviewer (currency per week).")
    engineers: Money = believed("Integration engineer (currency per week).")


class SharedPeople(Section):
    """How people are paid who also work for others: those of a tier beyond its `dedicated` ones."""

    beliefs = "economics.shared_people"

    occupancy: ShareAboveZero = believed("Share of paid hours that is work in hand (share, above 0).")
    least_hours_per_week: Hours = stated(0, "Hours of each tier's shared people that are paid anyway (hours a week).")


class Economics(Section):
    """Value and costs, in one currency."""

    beliefs = "economics"

    currency: Currency = stated("EUR", "Currency of all money: three capital letters.")
    discount_rate_per_year: CertainPerYear = stated(
        0.08, "Discount rate, a policy and therefore certain (per year).", acts="start"
    )
    minutes_saved_per_correct_task: Minutes = believed(
        "Time that a right answer saves, gross: what errors cost is counted beside it (minutes).",
    )
    wage_per_hour: Money = believed("Cost of an hour of the users' work, with all that is paid on top (currency).")
    realised_share: Share = believed("Share of the time saved that becomes value (share).")
    value_per_correct_task: Money | None = stated(
        None,
        "Value of a right answer, gross (currency); null: minutes saved times wage times realised share.",
        absent=-1.0,
    )
    cost_per_error: Money = believed("Damage of a silent error, one that its user did not notice (currency).")
    rework_cost_per_noticed_error: Money = believed("Cost of setting a noticed error right (currency).")
    inference_cost_per_task: Money = believed("Cost of computing an answer (currency).")
    licence_per_user_week: Money = believed("Licence of a user (currency per week).")
    licence_renewal_weeks: WeeksAboveZero | None = believed(
        "Term of a site's licences, trued down to its active users at each renewal (weeks); null: one for each user "
        "of a site that has started.",
        absent=-1.0,
        acts="start",
    )
    licence_reserve: Share = stated(0.1, "Licences renewed beyond one for each active user (share of these).")
    platform_cost_per_week: Money = believed("Platform, from kick-off (currency per week).")
    cost_per_hour: CostPerHour = Field(default_factory=CostPerHour, description="Cost of people's work.")
    cost_per_week: CostPerWeek = Field(default_factory=CostPerWeek, description="Cost of people who integrate systems.")
    overtime_factor: FactorAtLeastOne = believed("Multiplies the cost of overtime (factor, at least 1).")
    shared_people: SharedPeople = Field(
        default_factory=SharedPeople, description="How people are paid who also work for others."
    )
    integration_cost_per_stage_week: Money = believed("Each stage under way (currency per week).")
    documentation_cost: Money = believed(
        "Documentation of quality 1; what is written, in proportion to its quality, is paid at funding (currency).",
    )
    training_material_cost: Money = believed("Training material, paid at funding (currency).")
    training_cost_per_user: Money = believed("Training of a user (currency).")
    champion_cost_per_week: Money = believed("Each champion (currency per week).")
    campaign_cost_per_user: Money = believed("Campaign, each user of the site (currency).")
    hypercare_cost_per_user_week: Money = stated(
        15, "Floor-walkers, each user of a site in hypercare (currency per week)."
    )
    remediation_cost_per_site: Money = believed("Data remediation, beside the team's work (currency per site).")
    cost_per_checked_answer: Money = believed(
        "Each answer that somebody checks, for a gate, a retraining or a reading of a site (currency).",
    )
    outage_cost_per_hour: Money = believed("Each hour of an outage (currency).")
    programme_office_cost_per_week: Money = believed(
        "Those who run the programme, from funding until every site is live (currency per week).",
    )
    build_cost_growth_per_year: PerYear = believed(
        "Growth of the cost of integration, change and programme office with each year since funding (per year).",
    )
    commitment_weeks: Weeks = believed(
        "Licences and platform are paid for this long after the programme was stopped (weeks).",
    )
