"""Figures of when things happen: milestones, shelving by review, data carried by hand, what support can handle."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from simulator.model.plan.calendars import week_mask
from simulator.report import style
from simulator.results.weighting import Weighting
from simulator.scenario.vocabulary import REVIEW_WEEKS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from simulator.results.result import Result
    from simulator.scenario.sections.support import StaffedTier

LEAST_SHOWN = 5
"""Fewer replications than this give no range, only dots."""

Numbers = np.ndarray[Any, np.dtype[np.float64]]


class Milestone(NamedTuple):
    """Something that may happen once: weeks since funding in the funded replications (NaN: never), and when planned."""

    words: str
    weeks: Numbers
    planned: float | None
    colour: str


def timeline(result: Result, axes: Axes) -> Axes:
    """Ranges of the weeks since funding at which milestones are reached, and the share of programmes that do."""
    milestones = _milestones(result)
    weighting = Weighting(result.weighting.of(result.funded))
    for position, milestone in enumerate(reversed(milestones)):
        known = ~np.isnan(milestone.weeks)
        weeks = milestone.weeks[known]
        size = weighting.size(known)
        if milestone.planned is not None:
            axes.plot(milestone.planned, position, marker="D", markersize=12, color=style.INK, mfc="none", zorder=5)
        if size >= LEAST_SHOWN:
            low, middle, high = weighting.quantiles(milestone.weeks, (0.1, 0.5, 0.9), known)
            axes.plot([low, high], [position, position], color=milestone.colour, linewidth=7, alpha=0.45)
            axes.plot(middle, position, marker="o", markersize=8, color=milestone.colour)
        elif len(weeks):
            axes.plot(weeks, np.full(len(weeks), position), marker="o", linestyle="", color=milestone.colour)
        axes.annotate(
            style.in_percent(weighting.share(known).share or 0.0),
            (1.01, position),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=10,
            color=style.INK,
        )
    axes.set_yticks(range(len(milestones)), [milestone.words for milestone in reversed(milestones)])
    axes.set_ylim(-0.6, len(milestones) - 0.4)
    axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
    axes.axvline(0, color=style.GREY, linewidth=0.9, linestyle=(0, (2, 2)))
    axes.set_xlabel(
        "Weeks since funding; dot, bar: median, middle 80% of those that get there;\n"
        "diamond: plan (for scale: deadline); right: share of the funded that get there"
    )
    axes.xaxis.label.set_linespacing(1.3)
    axes.set_title("Milestones", loc="left", pad=10)
    style.quieten(axes)
    axes.grid(visible=False)
    axes.grid(axis="x", color=style.FAINT, linewidth=0.8)
    return axes


def shelving(result: Result, axes: Axes) -> Axes:
    """Share of funded programmes shelved in each period between two reviews, by the sponsor or at a gate."""
    from matplotlib.ticker import MaxNLocator

    weeks, by_sponsor, mass = _shelved(result)
    last = max(REVIEW_WEEKS * 13, math.ceil(float(weeks.max(initial=0.0)) / REVIEW_WEEKS) * REVIEW_WEEKS)
    reviews = np.arange(REVIEW_WEEKS, last + 1, REVIEW_WEEKS)
    review = np.ceil(weeks / REVIEW_WEEKS - 1e-9) * REVIEW_WEEKS
    bottom = np.zeros(len(reviews))
    for who, chosen, colour in (
        ("by the sponsor", by_sponsor, style.VERMILION),
        ("at a gate", ~by_sponsor, style.ORANGE),
    ):
        share = np.array([float(mass[chosen & (review == week)].sum()) for week in reviews])
        axes.bar(reviews, share, width=0.8 * REVIEW_WEEKS, bottom=bottom, color=colour, label=who)
        bottom += share
    told = f"Shelved: {style.in_percent(min(1.0, float(mass.sum())))} of the funded"
    if len(weeks):
        told += f", most often by week {reviews[int(bottom.argmax())]}"
        axes.legend(loc="upper right", frameon=False, fontsize=9.5)
    else:
        axes.set_ylim(0, 0.1)
        axes.text(0.5, 0.5, "none is shelved", transform=axes.transAxes, ha="center", color=style.GREY)
    axes.yaxis.set_major_formatter(style.percent())
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.set_xlim(0, last + REVIEW_WEEKS)
    axes.xaxis.set_major_locator(MaxNLocator(10, steps=[1, 2, 4, 8, 10], integer=True))
    rollout = result.scenario.rollout
    reviewed = rollout is not None and rollout.sponsor is not None
    axes.set_xlabel(f"Weeks since funding ({'reviews, every four weeks' if reviewed else 'by four weeks'})")
    axes.set_title(told, loc="left", pad=10)
    style.quieten(axes)
    return axes


def carrying(result: Result) -> Numbers:
    """Mean number of sites that carry data by hand in each week since kick-off, float64[weeks].

    A site carries data from its go-live on, without a break.
    """
    records = result.records
    edges = np.arange(records.weeks, dtype=float)
    total = np.zeros(records.weeks)
    if not {"go_live_week", "hand_carried_weeks"} <= records.sites.keys() or records.count == 0:
        return total
    weights = np.ones(records.count) if result.weighting.weights is None else result.weighting.weights
    for starts, lengths, weight in zip(
        records.sites["go_live_week"][: records.count],
        records.sites["hand_carried_weeks"][: records.count],
        weights,
        strict=True,
    ):
        for start, length in zip(starts, lengths, strict=True):
            if start is not None and length:
                first, last = float(start), float(start) + float(length)
                total += weight * np.clip(np.minimum(edges + 1.0, last) - np.maximum(edges, first), 0.0, 1.0)
    return total / records.count


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
    return sum(x.share * float(sum(week_mask(x))) for x in tier.shifts)


def _milestones(result: Result) -> list[Milestone]:
    """Phases going live, the first review of the sponsor, integration, scale and shelving, in the order of the plan."""
    records, rollout = result.records, result.scenario.rollout
    found: list[Milestone] = []
    if rollout is not None and "go_live_week" in records.sites:
        names = [str(name) for name in records.sites["site"][0]] if records.count else []
        live = np.array(
            [[math.nan if week is None else float(week) for week in row] for row in records.sites["go_live_week"]],
            dtype=float,
        )[: records.count]
        for phase in rollout.phases:
            columns = [names.index(site) for site in phase.sites]
            weeks = live[:, columns].max(axis=1)
            planned = phase.week.mean * rollout.time_scale.mean
            found.append(Milestone(f"{phase.name} live", _since_funding(result, weeks), planned, style.BLUE))
    for name, words, colour in (
        ("integrations_live_week", "all systems live", style.ORANGE),
        ("shelved_week", "shelved", style.VERMILION),
    ):
        if result.estimate(name).get("n"):
            found.append(Milestone(words, _since_funding(result, _column(result, name)), None, colour))
    if "weeks_to_scale" in records.measures:
        deadline = result.scenario.success.deadline_weeks.mean
        weeks = _column(result, "weeks_to_scale")
        kept = np.where(np.array(result.records.measure("success"), dtype=bool), weeks, math.nan)
        found.append(Milestone("at scale", weeks[result.funded], deadline, style.PURPLE))
        found.append(Milestone("at scale, and kept", kept[result.funded], deadline, style.GREEN))
    return found


def _column(result: Result, measure: str) -> Numbers:
    return np.array([math.nan if week is None else week for week in result.records.measure(measure)], dtype=float)


def _since_funding(result: Result, weeks: Numbers) -> Numbers:
    """Weeks since funding, of the funded replications."""
    return np.asarray((weeks - _column(result, "funded_week"))[result.funded], dtype=float)


def _shelved(result: Result) -> tuple[Numbers, np.ndarray[Any, np.dtype[np.bool_]], Numbers]:
    """Weeks from funding to shelving of the programmes that are shelved, whether by the sponsor, and of what share.

    Shares are of the funded programmes. Programmes that had been at scale before are among the shelved.
    """
    records, funded = result.records, result.funded
    if "shelved_week" not in records.measures:
        return np.zeros(0), np.zeros(0, dtype=bool), np.zeros(0)
    weeks = _since_funding(result, _column(result, "shelved_week"))
    gates = records.measures.get("stopped_at_gate", [None] * records.count)
    by_sponsor = np.array([gate is None for gate in gates[: records.count]], dtype=bool)[funded]
    weights = result.weighting.of(funded)
    mass = np.ones(len(weeks)) if weights is None else weights
    shown = ~np.isnan(weeks)
    return weeks[shown], by_sponsor[shown], mass[shown] / max(float(mass.sum()), 1e-300)
