"""Heads of each line by quarter, needed against planned and extrapolated; and what a week looks like by the hour."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.report import style
from simulator.report.analyses.parts.staffing_table import LINE_WORDS
from simulator.report.analyses.staffing import heading, people
from simulator.report.words import written
from simulator.scenario.measure import COUNT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulator.analysis.methods.support.duty import Hourly
    from simulator.analysis.methods.support.lines import Line
    from simulator.analysis.staffing import Staffing

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def draw(found: Staffing) -> Figure:
    """Both lines side by side; below, where events were looked at, tickets and people by hour of the week."""
    import matplotlib.pyplot as plt

    hours = found.hours
    drawn = plt.figure(figsize=(10.6, 7.4 if hours is not None else 4.6), layout="constrained")
    grid = drawn.add_gridspec(3 if hours is not None else 1, 2, height_ratios=[3.0, 1.5, 1.0][: 3 if hours else 1])
    for place, line in enumerate(found.lines):
        steps(found, line, drawn.add_subplot(grid[0, place]))
    if hours is not None:
        above = drawn.add_subplot(grid[1, :])
        below = drawn.add_subplot(grid[2, :], sharex=above)
        week(hours, above, below)
    drawn.suptitle("\n".join(wrap(seen(found), 110)), x=0.01, ha="left", fontsize=12.5, color=style.INK)
    drawn.supxlabel(heading(found), x=0.01, ha="left", fontsize=9, color=style.GREY)
    return drawn


def seen(found: Staffing) -> str:
    """What is to be seen at one look."""
    told = []
    for line in found.lines if found.funded.share else ():
        peak, name = line.peak, LINE_WORDS[line.tier]
        if peak is not None and line.check is not None:
            there = "" if peak.planned.value is None else f", the plan has {written(peak.planned.value, COUNT)}"
            told.append(f"{name} needs {people(line.check.number)} at its peak{there}")
        elif peak is not None:
            told.append(f"{name} needs nobody")
        elif line.cells:
            told.append(f"no number of people is enough at {name}")
    if not told:
        return f"{found.scenario.name}: no number of people can be told"
    text = "; ".join(told)
    return f"{text[0].upper()}{text[1:]}"


def steps(found: Staffing, line: Line, axes: Axes) -> None:
    """Heads in each quarter: needed, needed if it succeeds, planned and extrapolated."""
    edges = np.arange(len(line.cells) + 1) + (line.cells[0].quarter if line.cells else 0)

    def stairs(numbers: list[float | int | None], **look: Any) -> None:
        values = np.array([np.nan if number is None else float(number) for number in numbers])
        if len(values) and not np.isnan(values).all():
            axes.stairs(values, edges, baseline=None, **look)

    stairs(list(line.recommended), color=style.VERMILION, linewidth=2.6, label="needed (80% sure)")
    stairs(
        [cell.heads["success"].number for cell in line.cells],
        color=style.ORANGE, linewidth=1.6, linestyle=(0, (5, 2)), label="needed if it succeeds",
    )  # fmt: skip
    stairs([cell.planned.value for cell in line.cells], color=style.BLUE, linewidth=2.0, label="the plan has (median)")
    if line.cells and line.peak is None:
        axes.text(0.02, 0.9, "no number of people is enough in these shifts", transform=axes.transAxes, color=style.INK)
    extrapolated = found.extrapolated[line.tier].value
    if extrapolated is not None and found.scenario.pilot is not None and len(edges) > 1:
        axes.hlines(
            extrapolated, edges[0], edges[-1], color=style.INK, linewidth=1.6, linestyle=(0, (1, 1.5)), zorder=4,
            label="pilot's tickets lead to",
        )  # fmt: skip
    axes.set_ylim(bottom=0.0, top=max(1.0, axes.get_ylim()[1]) * 1.08)
    from matplotlib.ticker import MaxNLocator

    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=7))
    every = max(1, -(-len(line.cells) // 5))
    shown = [cell.quarter for cell in line.cells][::every]
    dates = [found.date(quarter) for quarter in shown]
    axes.set_xticks(shown, [f"{day:%b %Y}\nweek {13 * quarter}" for day, quarter in zip(dates, shown, strict=True)])
    axes.set_xlabel("weeks from funding, and the date in the middle of the worlds")
    axes.set_title(f"{LINE_WORDS[line.tier].capitalize()}: people on the pay-roll", loc="left")
    style.quieten(axes)
    axes.tick_params(axis="x", labelsize=9)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.3), ncols=2, frameon=False, fontsize=9)


def week(hours: Hourly, above: Axes, below: Axes) -> None:
    """Tickets opened in each hour of the week, those for which nobody was there told apart; and people on duty."""
    from matplotlib.ticker import MaxNLocator

    place = np.arange(len(hours.opened)) + 0.5
    alone = hours.opened_alone
    above.bar(place, hours.opened - alone, width=1.0, color=style.BLUE, label="somebody of tier 1 is at work")
    above.bar(
        place, alone, width=1.0, bottom=hours.opened - alone, color=style.VERMILION, hatch="///", edgecolor="white",
        linewidth=0.0, label="nobody of tier 1 is at work",
    )  # fmt: skip
    above.legend(loc="upper right", ncols=2, frameon=False, fontsize=9)
    top = float(hours.opened.max())
    above.set_ylim(0.0, 1.35 * top if top > 0.0 else 1.0)
    many = "1 programme" if hours.worlds == 1 else f"{hours.worlds} programmes"
    above.set_title(
        f"Under the plan: tickets opened in each hour of a week of quarter {hours.quarter + 1} (mean of {many})",
        loc="left",
    )
    above.tick_params(axis="x", labelbottom=False)
    below.stairs(hours.on_duty, np.arange(len(hours.opened) + 1), color=style.INK, linewidth=1.4)
    below.set_title("People of tier 1 on duty", loc="left")
    below.set_ylim(bottom=0.0)
    below.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=3))
    below.set_xlim(0, len(hours.opened))
    below.set_xticks([24 * day + 12 for day in range(7)], DAYS)
    offset = hours.utc_offset_hours
    below.set_xlabel(f"hour of the week, local time of tier 1 (UTC{offset:+g})" if offset else "hour of the week (UTC)")
    for axes in (above, below):
        style.quieten(axes)
        for day in range(1, 7):
            axes.axvline(24 * day, color=style.FAINT, linewidth=0.8, zorder=0)
    above.tick_params(axis="x", length=0)
    below.tick_params(axis="x", length=0)
