"""A timeline in pictures: what becomes of the funded, plan against simulation, what is critical, how long a plan."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.analysis.methods.schedule.dates import date_of, funding_planned, monday_of
from simulator.analysis.methods.schedule.plan_lengths import mean_at
from simulator.report import style
from simulator.report.analyses.parts.timeline_table import LEAST_SHOWN, NAMES, heading
from simulator.report.words import written
from simulator.scenario.measure import MONEY, SHARE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulator.analysis.timeline import Timeline

LENGTH_MARKS: Final = {
    "value_from_funding": "filled: not told from the best,\nhollow: worse; cross: no room",
    "adoption_final": "line: 95% of the mean,\nof all programmes",
}
TOP: Final = 1.03
"""Where an axis of shares ends, so that a line at 100% is seen."""
MOST_BARS: Final = 10
LEAST_BARS: Final = 4
MOST_PHASES: Final = 12
KIND_COLOURS: Final = {
    "kick-off": style.GREY,
    "pilot": style.GREY,
    "decision": style.GREY,
    "funding": style.GREY,
    "phase": style.BLUE,
    "systems": style.ORANGE,
    "scale": style.PURPLE,
    "kept": style.GREEN,
}


def figure(found: Timeline) -> Figure:
    """What becomes of the funded by week, and plan against simulation; below: what is critical, and other lengths."""
    import matplotlib.pyplot as plt

    critical, lengths = found.chains is not None and bool(found.chains.systems), bool(found.lengths)
    rows = 1 + (critical or lengths)
    drawn = plt.figure(figsize=(13.5, 5.0 * rows), layout="constrained")
    grid = drawn.add_gridspec(rows, 2, width_ratios=(1.0, 1.25))
    ends(found, drawn.add_subplot(grid[0, 0]))
    against_plan(found, drawn.add_subplot(grid[0, 1]))
    if critical:
        chain(found, drawn.add_subplot(grid[1, 0] if lengths else grid[1, :]))
    if lengths:
        place = grid[1, 1] if critical else grid[1, :]
        inner = place.subgridspec(1, len(found.lengths[0].values))
        for number, measure in enumerate(found.lengths[0].values):
            length(found, measure, drawn.add_subplot(inner[0, number]))
    drawn.suptitle("\n".join(wrap(_seen(found), 120)), x=0.01, ha="left", fontsize=13, color=style.INK)
    drawn.supxlabel(heading(found), x=0.01, ha="left", fontsize=9, color=style.GREY)
    return drawn


def ends(found: Timeline, axes: Axes) -> None:
    """The shares of the funded that have reached scale, or were shelved or stopped first, by week since funding."""
    curve = found.curve()
    axes.set_title("The funded, by weeks since funding", loc="left")
    axes.yaxis.set_major_formatter(style.percent())
    axes.set_ylim(0.0, TOP)
    style.quieten(axes)
    if not len(curve):
        axes.text(0.5, 0.5, "none is funded", transform=axes.transAxes, ha="center", color=style.GREY)
        return
    weeks = curve.index.to_numpy(dtype=float)
    low, high = curve["scaled_low"].to_numpy(), curve["scaled_high"].to_numpy()
    axes.fill_between(weeks, low, high, color=style.GREEN, alpha=0.18, linewidth=0)
    lines = (
        ("scaled", "reached scale (band: 95%)", style.GREEN, "-"),
        ("kept", "and keep it", style.GREEN, (0, (4, 2))),
        ("shelved", "shelved first", style.VERMILION, "-"),
        ("stopped", "stopped at a gate first", style.GREY, "-"),
    )
    for name, words, colour, dashes in lines:
        if name == "scaled" or curve[name].any():
            axes.plot(weeks, curve[name], color=colour, linestyle=dashes, linewidth=2.0, label=words)
    level = found.by_then().level
    axes.axhline(level, color=style.INK, linewidth=0.8, linestyle=(0, (1, 2)))
    axes.annotate(
        f"{level:.0%}", (weeks[-1], level), xytext=(-2, 3), textcoords="offset points", ha="right", fontsize=9
    )
    axes.set_xlim(0.0, float(weeks[-1]))
    day = date_of(found.scenario, funding_planned(found.scenario))
    axes.set_xlabel(f"weeks since funding (planned: {day.day} {day:%b %Y}); n = {found.result.funded_count:,}")
    axes.legend(loc="best", frameon=False, fontsize=9.5)


def against_plan(found: Timeline, axes: Axes) -> None:
    """A diamond for the plan, a bar for the middle 80% of those that get there, a dot for the middle one."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    phases = [one for one in found.milestones if one.kind == "phase"]
    shown = {id(one) for one in phases[:: max(1, -(-len(phases) // MOST_PHASES))]} | {id(one) for one in phases[-1:]}
    chosen = [one for one in found.milestones if one.kind != "site" and (one.kind != "phase" or id(one) in shown)][::-1]
    for place, one in enumerate(chosen):
        colour = KIND_COLOURS[one.kind]
        weeks = one.weeks[~np.isnan(one.weeks)]
        p10, p50, p90 = (each.value for each in one.spread.values())
        if len(weeks) >= LEAST_SHOWN and p10 is not None and p50 is not None and p90 is not None:
            axes.plot([p10, p90], [place, place], color=colour, linewidth=8, alpha=0.45, solid_capstyle="butt")
            axes.plot([p50], [place], marker="o", markersize=8, color=colour)
        elif len(weeks):
            axes.plot(weeks, np.full(len(weeks), place), marker="o", linestyle="", color=colour)
        if one.planned is not None:
            axes.plot(
                [one.planned], [place], marker="D", markersize=11, color=style.INK, mfc="none", zorder=5, clip_on=False
            )
        axes.annotate(
            style.in_percent(one.arrive.share or 0.0), (1.01, place), xycoords=("axes fraction", "data"), va="center",
            fontsize=10, color=style.INK,
        )  # fmt: skip
    axes.set_yticks(range(len(chosen)), [NAMES.get(one.kind, f"{one.name} live") for one in chosen])
    axes.set_ylim(-0.6, len(chosen) - 0.4)
    axes.set_xlim(0.0, float(found.scenario.horizon_weeks))
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10], integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda week, _: f"{week:.0f}\n{date_of(found.scenario, week):%b %Y}"))
    kick_off = f"{monday_of(found.scenario):%d %b %Y}"
    axes.set_xlabel(
        f"weeks since kick-off ({kick_off}); diamond: plan; right: share that gets there;\n"
        "bar, dot: middle 80% and median of those"
    )
    axes.set_title("Plan against simulation, of all programmes", loc="left")
    style.quieten(axes)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=style.FAINT, linewidth=0.8)


def chain(found: Timeline, axes: Axes) -> None:
    """How much of the critical chain each system has (each stage of one), and how often it sets the last date."""
    chains = found.chains
    if chains is None:
        return
    several = len(chains.systems) > 1
    every = chains.systems if several else chains.stages
    shown = [*every.items()][:MOST_BARS][::-1]
    for place, (_, one) in enumerate(shown):
        axes.barh(place, float(one.share), color=style.ORANGE, height=0.6)
        if one.share.low is not None and one.share.high is not None:
            axes.plot([one.share.low, one.share.high], [place, place], color=style.INK, linewidth=1.4)
        axes.plot([float(one.last)], [place], marker="D", markersize=6, color=style.INK, mfc="white", clip_on=False)
    axes.set_yticks(range(len(shown)), [name for name, _ in shown])
    axes.set_ylim(min(0, len(shown) - LEAST_BARS) - 0.6, len(shown) - 0.4)
    axes.xaxis.set_major_formatter(style.percent())
    axes.set_xlim(left=0.0)
    n = sum(one.chain is not None for one in chains.seen)
    axes.set_xlabel(
        f"bar: share of the critical chain (line: 95%);\ndiamond: sets the last date (n = {n:,} with all live)"
    )
    cut = "" if len(shown) == len(every) else f" ({len(shown)} of {len(every)})"
    axes.set_title(f"{'Systems' if several else 'Stages'} that the last date hangs on{cut}", loc="left")
    style.quieten(axes)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=style.FAINT, linewidth=0.8)


def length(found: Timeline, measure: str, axes: Axes) -> None:
    """A measure by the length of the plan: filled where it can't be told from the best, hollow where it is worse."""
    from matplotlib.ticker import FuncFormatter

    judged, weights = found.judged.get(measure), found.weights_of_lengths
    weeks = [one.weeks for one in found.lengths]
    estimates: list[Any] = [mean_at(one, measure, weights) for one in found.lengths]
    room = [number for number, one in enumerate(found.lengths) if one.has_room]
    axes.plot([weeks[x] for x in room], [float(estimates[x]) for x in room], color=style.BLUE, linewidth=1.2)
    good = () if judged is None else (*judged.leading, *judged.open)
    for number, one in enumerate(estimates):
        own = found.lengths[number].times == 1.0
        if one.low is not None and one.high is not None:
            axes.plot([weeks[number]] * 2, [one.low, one.high], color=style.BLUE, linewidth=1.2, alpha=0.6)
        if not found.lengths[number].has_room:
            axes.plot(weeks[number], float(one), marker="x", markersize=8, color=style.GREY)
            continue
        face = style.BLUE if number in good else "white"
        marker = "D" if own else "o"
        axes.plot(
            weeks[number], float(one), marker=marker, markersize=8, color=style.BLUE, mfc=face, clip_on=False, zorder=5
        )
    if measure == "value_from_funding":
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: written(value, MONEY)))
    else:
        axes.yaxis.set_major_formatter(style.percent())
        ends = [float(one) if one.high is None else one.high for one in estimates]
        axes.set_ylim(0.0, min(TOP, 1.05 * max(ends)) or TOP)
    titles = {"success": "Success", "value_from_funding": f"Value ({found.scenario.economics.currency})"}
    axes.set_title(titles.get(measure, "Adoption at end"), loc="left")
    axes.set_xlabel("plan length, weeks\n(diamond: the plan)" if measure == "success" else LENGTH_MARKS[measure])
    style.quieten(axes)


def _seen(found: Timeline) -> str:
    """What is to be seen at one look."""
    if found.result.funded_count == 0:
        return f"{found.scenario.name} is never funded"
    one = found.by_then()
    scaled = found.share_that("scaled")
    level = f"{one.level:.0%}"
    if one.week is not None:
        day = date_of(found.scenario, one.week)
        told = f"{level} of the funded programmes have reached scale by {day.day} {day:%b %Y}"
    else:
        told = f"No date for scale with {level} confidence: {written(scaled.share, SHARE)} of the funded get there"
    for each in found.milestones:
        late = each.late
        if each.kind == "systems" and late is not None and late >= 1.0:
            told += (
                f"; where all systems go live, half do so {late:.0f} weeks or more after what their medians add up to"
            )
    return told
