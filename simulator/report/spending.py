"""The figure of money by category: what a week costs, and what it is worth, in the mean of all replications.

`Result.costs` has the same as numbers, of the funded ones.
"""

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
    edges = [*range(0, result.records.weeks, SMOOTHED_WEEKS), result.records.weeks]
    flows = {name: _smoothed(result, f"cost_{name}") for name in COST_CATEGORIES}
    flows = {name: flow for name, flow in flows.items() if flow.any()}
    if flows:
        axes.stackplot(
            edges,
            *flows.values(),
            labels=[COST_WORDS[name] for name in flows],
            colors=[style.COST_COLOURS[name] for name in flows],
            hatch=[style.HATCHES[COST_CATEGORIES.index(name)] for name in flows],
            edgecolor="white",
            step="post",
            linewidth=0,
        )
    axes.step(edges, _smoothed(result, "value"), where="post", color=style.INK, linewidth=2, label="value")
    axes.axhline(0, color=style.INK, linewidth=0.8)
    axes.set_xlim(0, result.records.weeks)
    axes.set_xlabel("Weeks since the pilot's start")
    currency = result.scenario.economics.currency
    axes.set_title(f"Cost of a week by category, and its value (mean, {currency})", loc="left", pad=20)
    style.quieten(axes)
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(
        handles[::-1],
        labels[::-1],
        loc="upper center",
        bbox_to_anchor=(0.5, -0.14),
        ncols=2,
        frameon=False,
        fontsize=9,
    )
    return axes


def _smoothed(result: Result, column: str) -> Any:
    """Mean of a weekly column over replications, by weight, and over a few weeks at a time, up to the horizon.

    float64[periods + 1]: a step lasts until the next one begins, so that the last is told twice.
    """
    mean = np.average(result.records.week_rows(column), axis=0, weights=result.weighting.weights)
    periods = [mean[first : first + SMOOTHED_WEEKS].mean() for first in range(0, len(mean), SMOOTHED_WEEKS)]
    return np.array([*periods, periods[-1]])
