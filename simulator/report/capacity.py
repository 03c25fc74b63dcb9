"""What the planned first tier of support can handle: the line in the figure of tickets."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.model.plan.calendars import week_mask

if TYPE_CHECKING:
    from simulator.results.result import Result
    from simulator.scenario.sections.support import StaffedTier

Numbers = np.ndarray[Any, np.dtype[np.float64]]


def capacity(result: Result) -> Numbers | None:
    """Tickets a week that the people of tier 1 could handle in all their hours, float64[weeks]; None where that is not
    limited, or nothing is funded.

    People are those planned: as stated, with hires in the middle of the time that it takes to find them, or, planned
    from the pilot, as many as the median funded programme would hire by its pilot's tickets. A ticket takes the mean
    handling time with the documentation at hand; that it may come back is left out.
    """
    scenario, funded_week = result.scenario, result.estimate("funded_week").get("p50")
    support, tier = scenario.support, scenario.support.tiers.tier1
    saved = support.documentation_effect.mean * support.documentation_quality.mean
    hours = tier.handling_minutes.mean / 60.0 * (1.0 - saved)
    if support.ideal or funded_week is None or not hours > 0.0:
        return None
    heads = np.full(result.records.weeks, tier.agents.mean)
    weeks = np.arange(result.records.weeks)
    scale = 1.0 if scenario.rollout is None else scenario.rollout.time_scale.mean
    if support.planning == "from_pilot":
        heads[weeks >= funded_week + tier.hiring_weeks.mean] += max(0.0, _from_pilot(result) - tier.agents.mean)
    else:
        for hire in tier.hiring:
            heads[weeks >= funded_week + hire.week.mean * scale + tier.hiring_weeks.mean] += hire.agents.mean
    return heads * _weekly_hours(tier) / hours


def _from_pilot(result: Result) -> float:
    """People whom the median funded programme plans for tier 1 from the tickets that its pilot logged."""
    scenario = result.scenario
    tickets = result.given("funded").quantile("tickets_per_user_week_pilot", 0.5)
    if scenario.pilot is None or tickets.value is None:
        return 0.0
    tier, users = scenario.support.tiers.tier1, math.fsum(site.users.mean for site in scenario.sites)
    work = tickets * users * scenario.pilot.handling_factor.mean * tier.handling_minutes.mean / 60.0
    return math.ceil(work / (_weekly_hours(tier) * scenario.support.target_occupancy.mean))


def _weekly_hours(tier: StaffedTier) -> float:
    """Hours a week that one of its people is at work."""
    return sum(x.share * float(sum(week_mask(x.days.numbers, x.start_hour, x.end_hour))) for x in tier.shifts)
