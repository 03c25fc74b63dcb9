"""Figures of a result: fan charts of weekly measures, money, the timeline, and the shares of the outcomes."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.report import spending, style, success_figures, timelines
from simulator.report.words import written
from simulator.results.weighting import Truths
from simulator.scenario.measure import MONEY, SHARE, Unit
from simulator.scenario.measures import WEEKLY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.ticker import Formatter

    from simulator.results.result import Result

FAN = (0.1, 0.25, 0.5, 0.75, 0.9)
MOST_ABOVE = 2.5
"""How many times the top of a fan a line above it may be before it is left outside, so that the fan can be read."""

Rows = np.ndarray[Any, np.dtype[np.float64]]


class Figures:
    """`result.plot`: each method draws on `axes`, or on axes of its own with a legend, and returns them."""

    def __init__(self, result: Result) -> None:
        self._result = result

    def adoption(self, axes: Axes | None = None) -> Axes:
        """Fan chart of adoption: active users as a share of all users in the full plan."""
        return self.fan("adoption", axes=axes)

    def accuracy(self, axes: Axes | None = None) -> Axes:
        """Fan chart of accuracy: correct answers as a share of correct and wrong ones."""
        return self.fan("accuracy", axes=axes)

    def resolution(self, axes: Axes | None = None) -> Axes:
        """Fan chart of resolution: correct answers as a share of all tasks attempted."""
        return self.fan("resolution", axes=axes)

    def trust(self, axes: Axes | None = None) -> Axes:
        """Fan chart of the mean trust of those who use the system."""
        return self.fan("trust_mean", axes=axes)

    def by_outcome(self, measure: str = "adoption", axes: Axes | None = None) -> Axes:
        """A weekly measure, such as `adoption` or `net_cumulative`, told apart by outcome: medians, middle 50%.

        Raises `KeyError` for an unknown measure.
        """
        axes = success_figures.by_outcome(self._result, _new_axes(height=4.6) if axes is None else axes, measure)
        self._mark_funding(axes)
        unit = WEEKLY[measure].unit
        self._scale(axes, unit)
        if unit != MONEY:
            axes.set_ylim(bottom=0)
        return axes

    def tickets(self, axes: Axes | None = None) -> Axes:
        """Fan chart of tickets opened in each week, and how many the planned first tier could handle."""
        alone = axes is None
        axes = self.fan("tickets_opened", axes=_new_axes() if axes is None else axes)
        most = timelines.capacity(self._result)
        if most is not None:
            top = axes.get_ylim()[1]
            beyond = float(most.min()) > MOST_ABOVE * top
            number = f"{'up to ' if most.min() < most.max() else ''}{most.max():,.0f}"
            words = f"tier 1 could handle {number}{' (above all of this)' if beyond else ''}"
            axes.plot(most, color=style.VERMILION, linewidth=1.4, linestyle=(0, (5, 3)), label=words)
            axes.set_ylim(0, top if beyond else max(top, 1.05 * min(float(most.max()), MOST_ABOVE * top)))
        if alone:
            style.legend_below(axes)
        return axes

    def backlog(self, axes: Axes | None = None) -> Axes:
        """Fan chart of tickets waiting at the end of each week, all tiers together."""
        records = self._result.records
        tiers = [name for name in records.weekly if name.startswith("backlog_")]
        rows = np.sum([records.week_rows(name) for name in tiers], axis=0) if tiers else None
        return self.fan("backlog", "Tickets waiting (all tiers, end of week)", rows=rows, axes=axes)

    def money(self, axes: Axes | None = None) -> Axes:
        """Fans of cost and of value so far, and the week by which value has covered cost, where it does."""
        axes = _new_axes() if axes is None else axes
        records = self._result.records
        for name, words, colours, line in (
            ("cost_cumulative", "cost", style.COST_FAN, "-"),
            ("value_cumulative", "value", style.VALUE_FAN, "--"),
        ):
            if name in records.weekly:
                self._bands(axes, records.week_rows(name), words, colours, line)
        axes.axhline(0, color=style.INK, linewidth=0.8)
        self._mark_funding(axes)
        self._mark_payback(axes)
        axes.yaxis.set_major_formatter(_money_formatter())
        axes.set_xlim(0, max(1, records.weeks - 1))
        axes.set_xlabel("Weeks since the pilot's start")
        axes.set_title(f"Cost and value so far ({self._result.scenario.economics.currency})", loc="left", pad=20)
        style.quieten(axes)
        lines = [line for line in axes.lines if str(line.get_label()).endswith("median")]
        axes.legend(
            lines,
            [str(line.get_label()).partition(":")[0] for line in lines],
            loc="upper left",
            frameon=False,
            fontsize=10,
        )
        return axes

    def costs(self, axes: Axes | None = None) -> Axes:
        """Mean cost of a week by category, one upon the other, and mean value of a week beside them."""
        axes = spending.by_category(self._result, _new_axes(height=4.8) if axes is None else axes)
        self._mark_funding(axes)
        axes.yaxis.set_major_formatter(_money_formatter())
        return axes

    def timeline(self, axes: Axes | None = None) -> Axes:
        """When milestones are reached: middle 80% and median of the funded replications that reach each."""
        return timelines.timeline(self._result, _new_axes() if axes is None else axes)

    def shelving(self, axes: Axes | None = None) -> Axes:
        """How many weeks after funding programmes are shelved, by the sponsor's reviews, and by whom."""
        return timelines.shelving(self._result, _new_axes() if axes is None else axes)

    def integrations(self, axes: Axes | None = None) -> Axes:
        """Fan chart of systems live, and the mean number of sites that carry data by hand."""
        alone = axes is None
        axes = self.fan("integrations_live", "Systems live", axes=_new_axes() if axes is None else axes)
        systems = len(self._result.scenario.integration.systems)
        carrying = timelines.carrying(self._result)
        axes.plot(carrying, color=style.VERMILION, linewidth=1.6, label="sites by hand (mean)")
        axes.set_ylim(0, max(1.0, systems, float(carrying.max())) * 1.05)
        axes.set_title(f"Systems live (of {systems}), and sites that carry data by hand", loc="left", pad=20)
        if alone:
            style.legend_below(axes)
        else:
            axes.legend(handles=[axes.lines[-1]], loc="upper left", framealpha=0.9, edgecolor="none", fontsize=10)
        return axes

    def fan(
        self, measure: str, title: str | None = None, *, rows: Rows | None = None, axes: Axes | None = None
    ) -> Axes:
        """Fan chart of a weekly measure: median and the middle 50% and 80% of the replications in each week.

        Where it is null in some, as nobody uses the system any more, the share that it speaks of stands below.

        `rows` (float64[replications, weeks]) replaces the measure's own values. Raises `KeyError` for an unknown
        measure.
        """
        alone = axes is None
        axes = _new_axes() if axes is None else axes
        values = self._result.records.week_rows(measure) if rows is None else rows
        declared = WEEKLY.get(measure)
        p10, p90 = self._bands(axes, values, "", style.BLUE_FAN)
        self._mark_funding(axes)
        self._mark_criterion(axes, measure)
        axes.set_xlim(0, max(1, values.shape[1] - 1))
        unit = None if declared is None else declared.unit
        self._scale(axes, unit)
        if unit == SHARE:
            lowest = np.nanmin(p10) if np.isfinite(p10).any() else 0.0
            axes.set_ylim(0 if lowest < 0.5 else 0.4, 1.0)
        elif unit != MONEY:
            highest = np.nanmax(p90) if np.isfinite(p90).any() else 0.0
            axes.set_ylim(0, max(1.0, highest * 1.05))
        axes.set_xlabel("Weeks since the pilot's start")
        if declared is not None and np.isnan(values).any():
            self._tell_read(axes, ~np.isnan(values), declared.null_when)
        axes.set_title(title or WEEKLY[measure].title or WEEKLY[measure].words, loc="left", pad=20)
        style.quieten(axes)
        if alone:
            style.legend_below(axes)
        return axes

    def _scale(self, axes: Axes, unit: Unit | None) -> None:
        """Numbers along the axis, in a unit."""
        from matplotlib.ticker import MaxNLocator, StrMethodFormatter

        if unit == SHARE:
            axes.yaxis.set_major_formatter(style.percent())
        elif unit == MONEY:
            axes.yaxis.set_major_formatter(_money_formatter())
        else:
            axes.yaxis.set_major_locator(MaxNLocator("auto", integer=True))
            axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))

    def _tell_read(self, axes: Axes, read: Truths, otherwise: str) -> None:
        """Below some weeks, of how many programmes the figure speaks there: bool[replications, weeks]."""
        from matplotlib.ticker import MaxNLocator

        last = read.shape[1] - 1
        weeks = [int(week) for week in MaxNLocator(6, integer=True).tick_values(0, last) if 0 <= week <= last]
        shares = [self._result.weighting.share(read[:, week]).share or 0.0 for week in weeks]
        axes.set_xticks(weeks, [f"{week}\n{share:.0%}" for week, share in zip(weeks, shares, strict=True)])
        axes.set_xlabel(
            f"Weeks since the pilot's start; below: share of programmes that have a reading\n(else {otherwise})"
        )
        axes.xaxis.label.set_linespacing(1.3)

    def _bands(
        self, axes: Axes, rows: Rows, words: str, colours: tuple[str, str, str], line: str = "-"
    ) -> tuple[Rows, Rows]:
        """Median, middle 50% and middle 80% of float64[replications, weeks]; returns the ends of the last."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # weeks in which the measure is null everywhere
            p10, p25, p50, p75, p90 = self._result.weighting.quantiles(rows, FAN)
        weeks = np.arange(rows.shape[1])
        before = f"{words}: " if words else ""
        alpha = 0.7 if words else 1.0  # two fans may lie over each other
        axes.fill_between(weeks, p10, p90, color=colours[0], linewidth=0, alpha=alpha, label=f"{before}middle 80%")
        axes.fill_between(weeks, p25, p75, color=colours[1], linewidth=0, alpha=alpha, label=f"{before}middle 50%")
        axes.plot(weeks, p50, color=colours[2], linewidth=2, linestyle=line, label=f"{before}median")
        return p10, p90

    def outcomes(self, axes: Axes | None = None) -> Axes:
        """Bars of the share of replications in each outcome, with 95% intervals, and the part that pays back."""
        return success_figures.outcomes(self._result, _new_axes() if axes is None else axes)

    def success_curve(self, axes: Axes | None = None) -> Axes:
        """Share of the funded replications that hold levels of adoption for so many weeks in a row, with intervals."""
        return success_figures.success_curve(self._result, _new_axes() if axes is None else axes)

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

    def _mark_payback(self, axes: Axes) -> None:
        if not self._result.priced:
            return
        paid = self._result.estimate("payback_week")
        if not paid.get("n"):
            words = "value never covers cost"
        else:
            week, share = paid["p50"] or 0.0, self._result.share_known("payback_week").share or 0.0
            axes.axvline(week, color=style.GREEN, linewidth=1.2, linestyle=(0, (5, 3)))
            words = f"value covers cost in {share:.0%}, half of these by week {week:.0f}"
        axes.annotate(
            words,
            (1.0, 1.0),
            xycoords="axes fraction",
            xytext=(0, 3),
            textcoords="offset points",
            ha="right",
            va="bottom",
            fontsize=9,
            color=style.GREEN,
        )

    def _mark_criterion(self, axes: Axes, measure: str) -> None:
        for criterion in self._result.scenario.success.criteria:
            level = criterion.at_least or criterion.at_most
            if criterion.measure != measure or level is None:
                continue
            axes.axhline(
                level.mean, color=style.VERMILION, linewidth=1.2, linestyle=(0, (5, 3)), label="needed for success"
            )


def _money_formatter() -> Formatter:
    from matplotlib.ticker import FuncFormatter

    return FuncFormatter(lambda amount, _: written(amount, MONEY))


def _new_axes(height: float = 4.0) -> Axes:
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(figsize=(7.2, height), layout="constrained")
    return axes
