"""Figures of success: the outcomes and which of them pay back, and the curve of how much adoption lasts how long."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from simulator.report import style
from simulator.report.words import OUTCOME_WORDS, written
from simulator.scenario.measure import COUNT, SHARE
from simulator.scenario.measures import WEEKLY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from simulator.results.result import Result

ALWAYS_SHOWN = ("scaled_on_time", "scaled_late", "scaled_then_lost", "stalled")


def outcomes(result: Result, axes: Axes) -> Axes:
    """Bars of the share of replications in each outcome, with 95% intervals; the part that pays back is dark."""
    found = result.outcomes
    shares = [(name, found.get(name)) for name in OUTCOME_WORDS if name in found or name in ALWAYS_SHOWN]
    for position, (name, part) in enumerate(reversed(shares)):
        share, low, high = (0.0, 0.0, 0.0) if part is None else (part.share or 0.0, part.low or 0.0, part.high or 0.0)
        paid = result.paid_back_by_outcome[name].share or 0.0 if part is not None and result.priced else 0.0
        colour = style.OUTCOME_COLOURS[name]
        axes.barh(position, share, height=0.6, color=colour, alpha=0.45 if result.priced else 1.0)
        if paid:
            axes.barh(position, share * paid, height=0.6, color=colour)
        axes.plot([low, high], [position, position], color=style.INK, linewidth=1.2)
        axes.text(
            max(high, share) + 0.015,
            position,
            f"{share:.1%}" if 0 < share < 0.01 else f"{share:.0%}",
            va="center",
            fontsize=10.5,
            color=style.INK,
        )
    axes.set_yticks(range(len(shares)), [OUTCOME_WORDS[name] for name, _ in reversed(shares)])
    axes.set_xlim(0, 1.1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0], ["0%", "25%", "50%", "75%", "100%"])
    dark = "; dark: paid back" if result.priced else ""
    axes.set_title(f"Outcomes (share, 95% interval{dark})", loc="left", pad=10)
    style.quieten(axes)
    axes.grid(visible=False)
    return axes


def by_outcome(result: Result, axes: Axes, measure: str) -> Axes:
    """A weekly measure of each outcome: its median, and the middle 50% of the programmes that end so."""
    rows = result.records.week_rows(measure)
    found = np.array([str(value) for value in result.records.measure("outcome")])
    for name, words in OUTCOME_WORDS.items():
        share, mask = result.outcomes.get(name), found == name
        if not share or np.isnan(rows[mask]).all():
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # weeks in which the measure is null everywhere
            low, middle, high = result.weighting.quantiles(rows, (0.25, 0.5, 0.75), mask)
        colour, weeks = style.OUTCOME_COLOURS[name], np.arange(rows.shape[1])
        axes.fill_between(weeks, low, high, color=colour, alpha=0.18, linewidth=0)
        label = f"{words}, {written(share.share, SHARE)}"
        axes.plot(weeks, middle, color=colour, linestyle=style.OUTCOME_LINES[name], linewidth=2, label=label)
    axes.set_xlim(0, max(1, rows.shape[1] - 1))
    axes.set_xlabel("Weeks since the pilot's start (line: median; band: middle 50%)")
    axes.set_title(f"{WEEKLY[measure].title or WEEKLY[measure].words}, by outcome", loc="left", pad=20)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, frameon=False, fontsize=9.5, handlelength=3)
    style.quieten(axes)
    return axes


def success_curve(result: Result, axes: Axes) -> Axes:
    """A line for each level of adoption over the weeks in a row for which it holds, with 95% intervals."""
    curve = result.success_curve
    places = range(len(curve.weeks))
    for index, (level, row) in enumerate(zip(curve.levels, curve.shares, strict=True)):
        if any(share.share is None for share in row):
            continue
        colour, beside = style.BLUES[index], (index - (len(curve.levels) - 1) / 2) * 0.06
        middle = [share.share or 0.0 for share in row]
        axes.plot([place + beside for place in places], middle, color=colour, linewidth=2, marker="o", markersize=5)
        for place, share in zip(places, row, strict=True):
            axes.plot([place + beside] * 2, [share.low or 0.0, share.high or 0.0], color=colour, linewidth=1)
        axes.plot([], [], color=colour, linewidth=2, marker="o", markersize=5, label=f"{level:.0%}")
    if axes.lines:
        axes.legend(title="adoption of", loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=10)
    else:
        axes.text(0.5, 0.5, "none is funded", transform=axes.transAxes, ha="center", color=style.GREY)
    axes.set_xticks(list(places), [str(weeks) for weeks in curve.weeks])
    axes.set_xlim(-0.3, len(curve.weeks) - 0.7)
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(style.percent())
    useful = result.estimate("useful_person_weeks")
    told = f"\nperson-weeks of right answers: median {written(useful['p50'], COUNT)}" if useful.get("n") else ""
    axes.set_xlabel(f"Weeks in a row after funding{told}")
    axes.set_title("How much adoption lasts how long (share of the funded)", loc="left", pad=10)
    style.quieten(axes)
    return axes
