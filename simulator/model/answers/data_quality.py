"""Data quality: how right the system is on familiar tasks, site by site, and how that decays.

accuracy = max(floor, a_ref * (1 - kappa * (1 - q)) * 2^(-weeks since retraining / half-life) * product of shocks).
In the pilot the data are curated by hand: 1 - q is multiplied by (1 - curation). Data that are carried by hand
between systems cost a live site another share, as far as its systems are not live. Shocks are changes upstream; they
come as a Poisson process per site. Retraining resets decay and shocks; a remediation project raises q for good. Both
occupy the data science team. A retraining also learns from the n cases that users of the site have corrected since the
last one: 1 - q is multiplied by 2^(-n / corrections_to_halve). That a model is best taught by the cases that it got
wrong is the idea of learning from corrections (active learning: Settles 2009, University of Wisconsin-Madison, Computer
Sciences Technical Report 1648); form and size of the effect are assumptions.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.model.clockwork.time import WEEK_HOURS, YEAR_HOURS
from simulator.model.clockwork.variate import variate
from simulator.model.state.spending import spend
from simulator.model.state.states import CLOSED, LIVE, PILOT, QUALITY
from simulator.streams.jit import rule
from simulator.streams.philox import draw
from simulator.streams.special import normal_quantile

LOG_2 = 0.6931471805599453


@rule
def familiar_accuracy(site: Any, settings: Any, time: float) -> float:
    """Expected accuracy of the site on familiar tasks at `time`."""
    flaws = 1.0 - site["data_quality"]
    broken = 1.0 - site["shock_product"]
    if site["stage"] == PILOT or settings["ai.data_quality.ideal"] == 1:  # data scientists mend it by hand
        flaws *= 1.0 - settings["pilot.curation"]
        broken *= 1.0 - settings["pilot.curation"]
    kept = 1.0 - settings["ai.data_quality_sensitivity"] * flaws
    accuracy = settings["ai.reference_accuracy"] * kept * (1.0 - broken)
    if settings["ai.half_life_weeks"] < math.inf:
        age = max(0.0, time - site["retrained_at"])
        accuracy *= math.exp(-LOG_2 * age / (settings["ai.half_life_weeks"] * WEEK_HOURS))
    if site["stage"] == LIVE:
        accuracy *= 1.0 - settings["integration.hand_carried.extra_errors"] * site["carried_share"]
    return float(max(settings["ai.accuracy_floor"], accuracy))


@rule
def next_shock(state: Any, s: int) -> float:
    """Hours from the last upstream change at site `s` (or its start) to the next; infinite without any."""
    rate = state.settings[0]["ai.shocks.per_site_year"] * (1.0 / YEAR_HOURS)
    if rate <= 0.0:
        return math.inf
    site = state.sites[s]
    u, _, _, _ = draw(state.key, site["stream_shock"], 0, site["shocks"])
    return float(-math.log(1.0 - u) / rate)


@rule
def shock(state: Any, s: int) -> float:
    """An upstream change at site `s`: its accuracy loses the share that is returned."""
    site = state.sites[s]
    _, u, _, _ = draw(state.key, site["stream_shock"], 0, site["shocks"])
    site["shocks"] += 1
    loss = variate(state, state.settings[0]["ai.shocks.accuracy_loss"], u)
    site["shock_product"] *= 1.0 - loss
    return loss


@rule
def retraining_due(state: Any, s: int, time: float) -> bool:
    """Whether site `s` asks for retraining at the end of a week: by its age, or by a sample of checked answers."""
    settings = state.settings[0]
    site = state.sites[s]
    if site["retraining"] == 1 or site["stage"] == CLOSED:
        return False
    every = settings["ai.retraining.every_weeks"] * WEEK_HOURS
    if every > 0.0 and time - site["retrained_at"] >= every:
        return True
    attempted = site["week_correct_base"] + site["week_wrong_base"]
    too_soon = time - site["retrained_at"] < settings["ai.retraining.least_weeks_between"] * WEEK_HOURS
    if settings["ai.retraining.below_accuracy"] <= 0.0 or attempted <= 0.0 or too_soon:
        return False
    spend(state, QUALITY, settings["ai.retraining.qa_tasks"] * settings["economics.cost_per_checked_answer"])
    accuracy = site["week_correct_base"] / attempted
    u, _, _, _ = draw(state.key, site["stream_reading"], 0, int(time / WEEK_HOURS))
    # The normal limit of a binomial sample.
    spread = math.sqrt(accuracy * (1.0 - accuracy) / settings["ai.retraining.qa_tasks"])
    return bool(accuracy + spread * normal_quantile(u) < settings["ai.retraining.below_accuracy"])


@rule
def retraining_hours(state: Any, s: int) -> float:
    """Ask for a retraining of site `s`: the person-hours of the data science team that it takes."""
    site = state.sites[s]
    site["retraining"] = 1
    u, _, _, _ = draw(state.key, site["stream_retraining"], 0, site["retrainings"])
    site["retrainings"] += 1
    return variate(state, state.settings[0]["ai.retraining.effort_hours"], u)


@rule
def correct_case(site: Any) -> int:
    """A case that a user has corrected is handed in for the next retraining; returns how many there are now."""
    site["corrections"] += 1
    return int(site["corrections"])


@rule
def retrained(site: Any) -> int:
    """The work of a retraining has ended, and later corrections are for the next; how many this one has learnt from."""
    site["learnt"] = site["corrections"]
    site["corrections"] = 0
    return int(site["learnt"])


@rule
def deployed(site: Any, settings: Any, time: float) -> None:
    """The retrained model is live: decay and shocks start afresh, and it knows better where users had corrected it."""
    if site["learnt"] > 0:
        left = math.exp(-LOG_2 * site["learnt"] / settings["ai.retraining.corrections_to_halve"])
        site["data_quality"] = 1.0 - (1.0 - site["data_quality"]) * left
        site["learnt"] = 0
    site["retraining"] = 0
    site["retrained_at"] = time
    site["shock_product"] = 1.0


@rule
def remediation_hours(state: Any, s: int) -> float:
    """Begin a project that mends the data of site `s`: the person-hours of the data science team that it takes."""
    site = state.sites[s]
    u, _, _, _ = draw(state.key, site["stream_remediation"], 0, site["remediations"])
    site["remediations"] += 1
    return variate(state, state.settings[0]["ai.remediation.effort_hours"], u)


@rule
def remediated(site: Any, settings: Any) -> None:
    """The project is done: a share of what is wrong with the site's data is gone."""
    site["data_quality"] = 1.0 - (1.0 - site["data_quality"]) * (1.0 - settings["ai.remediation.gain"])
