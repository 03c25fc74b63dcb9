"""Economics: what correct work is worth, and what the programme costs."""

from typing import Annotated

from pydantic import Field, StringConstraints

from simulator.scenario.numbers.number_kinds import CURRENCY, FactorAtLeastOne, Money, PerYear, Weeks
from simulator.scenario.numbers.section import Section, stated

Currency = Annotated[str, StringConstraints(pattern=CURRENCY)]


class CostPerHour(Section):
    """Cost of an hour of work at each tier; tier 3 is the data science team."""

    vector = True

    tier1: Money = stated(40, "Tier-1 agent (currency per hour).")
    tier2: Money = stated(60, "Tier-2 agent (currency per hour).")
    tier3: Money = stated(90, "Member of the data science team (currency per hour).")


class Economics(Section):
    """Value and costs, in one currency."""

    currency: Currency = stated("EUR", "Currency of all money: three capital letters.")
    discount_rate_per_year: PerYear = stated(0.08, "Discount rate of the net present value (per year).", acts="start")
    value_per_correct_task: Money = stated(2, "Value of a correct answer (currency).")
    cost_per_error: Money = stated(4, "Cost of each wrong answer, noticed or not (currency).")
    rework_cost_per_noticed_error: Money = stated(4, "Cost of setting a noticed error right (currency).")
    inference_cost_per_task: Money = stated(0.05, "Cost of computing an answer (currency).")
    licence_per_user_week: Money = stated(0, "Licence of each user of a site that has started (currency per week).")
    platform_cost_per_week: Money = stated(0, "Platform, from kick-off (currency per week).")
    cost_per_hour: CostPerHour = Field(default_factory=CostPerHour, description="Cost of people's work.")
    overtime_factor: FactorAtLeastOne = stated(1.5, "Multiplies the cost of overtime (factor, at least 1).")
    integration_cost_per_stage_week: Money = stated(4000, "Each stage under way (currency per week).")
    training_cost_per_user: Money = stated(100, "Training of a user (currency).")
    champion_cost_per_week: Money = stated(100, "Each champion (currency per week).")
    campaign_cost_per_user: Money = stated(20, "Campaign, each user of the site (currency).")
    hypercare_cost_per_user_week: Money = stated(
        15, "Floor-walkers, each user of a site in hypercare (currency per week)."
    )
    remediation_cost_per_site: Money = stated(0, "Data remediation, beside the team's work (currency per site).")
    outage_cost_per_hour: Money = stated(0, "Each hour of an outage (currency).")
    commitment_weeks: Weeks = stated(
        26, "Licences and platform are paid for this long after the programme was stopped (weeks)."
    )
