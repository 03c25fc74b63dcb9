"""The figure of money by category: what a week costs, and what it is worth, in the mean of all replications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.report import style
from simulator.scenario.vocabulary import COST_CATEGORIES, COST_WORDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from simulator.results.result import Result

SMOOTHED_WEEKS = 4
"""A figure shows the mean of so many weeks at a time, as what is paid at once would be needles."""


def by_category(result: Result, axes: Axes) -> Axes:
    """Mean cost of a week by category, one upon the other, and the mean value of a week as a line."""
    weeks = np.arange(0, result.records.weeks - SMOOTHED_WEEKS + 1, SMOOTHED_WEEKS)
    flows = {name: _smoothed(result, f"cost_{name}") for name in COST_CATEGORIES}
    flows = {name: flow for name, flow in flows.items() if flow.any()}
    if flows:
        axes.stackplot(
            weeks,
            *flows.values(),
            labels=[COST_WORDS[name] for name in flows],
            colors=[style.COST_COLOURS[name] for name in flows],
            step="post",
            linewidth=0,
        )
    axes.plot(weeks, _smoothed(result, "value"), color=style.INK, linewidth=2, label="value")
    axes.axhline(0, color=style.INK, linewidth=0.8)
    axes.set_xlim(0, max(1, result.records.weeks - 1))
    axes.set_xlabel("Weeks since the pilot's start")
    currency = result.scenario.economics.currency
    axes.set_title(f"Cost of a week by category, and its value (mean, {currency})", loc="left", pad=10)
    style.quieten(axes)
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], labels[::-1], loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=9)
    return axes


def _smoothed(result: Result, column: str) -> Any:
    """Mean of a weekly column over replications, by weight, and over a few weeks at a time; float64[periods]."""
    rows = result.records.week_rows(column)
    mean = np.average(rows, axis=0, weights=result.weighting.weights)
    whole = len(mean) // SMOOTHED_WEEKS * SMOOTHED_WEEKS
    return mean[:whole].reshape(-1, SMOOTHED_WEEKS).mean(axis=1)
