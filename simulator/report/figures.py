"""Figures of a result: fan charts of weekly measures and the shares of the outcomes."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.experiment.measures import OUTCOMES, SHARE, label
from simulator.report import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from simulator.experiment.result import Result

ALWAYS_SHOWN = ("scaled_on_time", "scaled_late", "stalled")
FAN = (0.1, 0.25, 0.5, 0.75, 0.9)

Rows = np.ndarray[Any, np.dtype[np.float64]]


class Figures:
    """`result.plot`: each method draws on `axes`, or on axes of its own with a legend, and returns them."""

    def __init__(self, result: Result) -> None:
        self._result = result

    def adoption(self, axes: Axes | None = None) -> Axes:
        """Fan chart of adoption: active users as a share of all users in the full plan."""
        return self.fan("adoption", "Adoption (active users, share of all)", axes=axes)

    def accuracy(self, axes: Axes | None = None) -> Axes:
        """Fan chart of accuracy: correct answers as a share of correct and wrong ones."""
        return self.fan("accuracy", "Accuracy (correct, share of answers given)", axes=axes)

    def resolution(self, axes: Axes | None = None) -> Axes:
        """Fan chart of resolution: correct answers as a share of all tasks attempted."""
        return self.fan("resolution", "Resolution (correct, share of all tasks)", axes=axes)

    def tickets(self, axes: Axes | None = None) -> Axes:
        """Fan chart of tickets opened in each week."""
        return self.fan("tickets_opened", "Tickets opened (per week)", axes=axes)

    def backlog(self, axes: Axes | None = None) -> Axes:
        """Fan chart of tickets waiting at the end of each week, all tiers together."""
        records = self._result.records
        tiers = [name for name in records.weekly if name.startswith("backlog_")]
        rows = np.sum([records.week_rows(name) for name in tiers], axis=0) if tiers else None
        return self.fan("backlog", "Tickets waiting (all tiers, end of week)", rows=rows, axes=axes)

    def fan(
        self, measure: str, title: str | None = None, *, rows: Rows | None = None, axes: Axes | None = None
    ) -> Axes:
        """Fan chart of a weekly measure: median and the middle 50% and 80% of the replications in each week.

        `rows` (float64[replications, weeks]) replaces the measure's own values. Raises `KeyError` for an unknown
        measure.
        """
        alone = axes is None
        axes = _new_axes() if axes is None else axes
        values = self._result.records.week_rows(measure) if rows is None else rows
        share = measure in self._result.records.weekly and label(measure).unit == SHARE
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # weeks in which the measure is null everywhere
            p10, p25, p50, p75, p90 = np.nanquantile(values, FAN, axis=0)
        weeks = np.arange(values.shape[1])
        axes.fill_between(weeks, p10, p90, color=style.MIDDLE_80, linewidth=0, label="middle 80%")
        axes.fill_between(weeks, p25, p75, color=style.MIDDLE_50, linewidth=0, label="middle 50%")
        axes.plot(weeks, p50, color=style.BLUE, linewidth=2, label="median")
        self._mark_funding(axes)
        self._mark_criterion(axes, measure)
        axes.set_xlim(0, max(1, len(weeks) - 1))
        if share:
            from matplotlib.ticker import PercentFormatter

            lowest = np.nanmin(p10) if np.isfinite(p10).any() else 0.0
            axes.set_ylim(0 if lowest < 0.5 else 0.4, 1.0)
            axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        else:
            from matplotlib.ticker import MaxNLocator, StrMethodFormatter

            highest = np.nanmax(p90) if np.isfinite(p90).any() else 0.0
            axes.set_ylim(0, max(1.0, highest * 1.05))
            axes.yaxis.set_major_locator(MaxNLocator("auto", integer=True))
            axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axes.set_xlabel("Weeks since the pilot's start")
        axes.set_title(title or label(measure).words, loc="left", pad=20)
        style.quieten(axes)
        if alone:
            axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=4, frameon=False, fontsize=9.5)
        return axes

    def outcomes(self, axes: Axes | None = None) -> Axes:
        """Bars of the share of replications in each outcome, with 95% intervals."""
        axes = _new_axes() if axes is None else axes
        found = self._result.outcomes
        shares = [(name, found.get(name)) for name in OUTCOMES if name in found or name in ALWAYS_SHOWN]
        for position, (name, of) in enumerate(reversed(shares)):
            share, low, high = (0.0, 0.0, 0.0) if of is None else (of.share or 0.0, of.low or 0.0, of.high or 0.0)
            axes.barh(position, share, height=0.6, color=style.OUTCOME_COLOURS[name])
            axes.plot([low, high], [position, position], color=style.INK, linewidth=1.2)
            axes.text(max(high, share) + 0.015, position, f"{share:.0%}", va="center", fontsize=10.5, color=style.INK)
        axes.set_yticks(range(len(shares)), [OUTCOMES[name] for name, _ in reversed(shares)])
        axes.set_xlim(0, 1.1)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0], ["0%", "25%", "50%", "75%", "100%"])
        axes.set_title("Outcomes (share of replications, with 95% interval)", loc="left", pad=10)
        style.quieten(axes)
        axes.grid(visible=False)
        return axes

    def _mark_funding(self, axes: Axes) -> None:
        week = self._result.estimate("funded_week").get("p50")
        if week is None:
            return
        axes.axvline(week, color=style.GREY, linewidth=0.9, linestyle=(0, (2, 2)))
        axes.annotate(
            "roll-out funded",
            (week, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=9,
            color=style.GREY,
        )

    def _mark_criterion(self, axes: Axes, measure: str) -> None:
        for criterion in self._result.scenario.success.criteria:
            level = criterion.at_least or criterion.at_most
            if criterion.measure != measure or level is None:
                continue
            axes.axhline(
                level.mean, color=style.VERMILION, linewidth=1.2, linestyle=(0, (5, 3)), label="needed for success"
            )


def _new_axes() -> Axes:
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(figsize=(7.2, 4.0), layout="constrained")
    return axes
