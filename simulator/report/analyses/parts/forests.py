"""Differences from the first of several plans as points with intervals, a panel for each measure."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from simulator.report import style
from simulator.report.analyses.parts.differences import DECIDING, difference_in_words, heading
from simulator.report.words import listed, written
from simulator.scenario.measure import MONEY, SHARE, TRUTH
from simulator.scenario.measures import ESTIMATED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import Formatter

    from simulator.analysis.compare import Comparison
    from simulator.analysis.methods.differences import Difference

LONGEST_NAME = 28
LONGEST_LINE = 34
"""Characters of the title for each panel below it."""


def figure(found: Comparison) -> Figure:
    """Success, money and people side by side."""
    import matplotlib.pyplot as plt

    measures = [name for name in DECIDING if name in found.measures] or list(found.measures[:1])
    others = len(found.plans) - 1
    drawn, axes = plt.subplots(
        1,
        len(measures),
        figsize=(3.4 * len(measures) + 1.6, 2.0 + 0.5 * others),
        sharey=True,
        layout="constrained",
        squeeze=False,
    )
    for measure, panel in zip(measures, axes[0], strict=True):
        forest(found, measure, panel)
    drawn.suptitle(_seen(found, measures), x=0.01, ha="left", fontsize=12.5, color=style.INK)
    _tell_below(drawn, found)
    return drawn


def forest(found: Comparison, measure: str, axes: Axes | None = None) -> Axes:
    """What each plan has more of a measure than the first."""
    import matplotlib.pyplot as plt

    if axes is None:
        drawn, axes = plt.subplots(figsize=(7.2, 1.6 + 0.5 * len(found.plans)), layout="constrained")
        _tell_below(drawn, found)
    first, *others = found.plans
    names = []
    for place, plan in enumerate(reversed(others)):
        names.append(_short(plan.title))
        one = found.difference(measure, plan.label)
        if one.estimate.value is not None:
            _draw(axes, place, one)
    axes.axvline(0.0, color=style.INK, linewidth=1.0)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(-0.6, len(names) - 0.3)
    axes.xaxis.set_major_formatter(_formatter(measure))
    axes.locator_params(axis="x", nbins=5)
    axes.set_title(
        f"{ESTIMATED[measure].words}{_unit(found, measure)}\ndifference from {_short(first.title)}",
        loc="left",
        pad=8,
        fontsize=10.5,
        color=style.INK,
    )
    style.quieten(axes)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=style.FAINT, linewidth=0.8)
    return axes


def _tell_below(drawn: Figure, found: Comparison) -> None:
    """How much was simulated, and how the figure is read."""
    drawn.supxlabel(f"{heading(found)}. {_legend(found)}", x=0.01, ha="left", fontsize=9, color=style.GREY)


def _draw(axes: Axes, place: float, one: Difference) -> None:
    """A difference: thin for all pairs together, thick by itself, filled where it is told apart."""
    colour = {"better": style.BLUE, "worse": style.VERMILION}.get(
        one.verdict, style.INK if one.told_apart else style.GREY
    )
    for found, width in ((one.together, 1.2), (one.estimate, 3.4)):
        if found.low is not None and found.high is not None:
            axes.plot([found.low, found.high], [place, place], color=colour, linewidth=width, solid_capstyle="butt")
    value = one.estimate.value or 0.0
    marker = {"better": "o", "worse": "s"}.get(one.verdict, "D")
    face = colour if one.told_apart else "white"
    axes.plot([value], [place], marker=marker, markersize=8, color=colour, markerfacecolor=face, markeredgewidth=1.5)
    text = difference_in_words(value, one.measure) + ("*" if one.told_apart else "")
    axes.annotate(
        text,
        (value, place),
        xytext=(0, 7),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=9,
        color=style.INK,
    )


def _seen(found: Comparison, measures: list[str]) -> str:
    """What is to be seen: which plans are told apart from the first, and by what."""
    first, *others = found.plans
    if all(plan.is_same(first) for plan in others):
        return f"The same plan as {_short(first.title)}: no difference"
    told = []
    for plan in others:
        verdicts = {name: found.difference(name, plan.label).verdict for name in measures}
        both = []
        for verdict in ("better", "worse"):
            by = [DECIDING.get(name, ESTIMATED[name].words) for name, each in verdicts.items() if each == verdict]
            both += [f"{verdict} in {listed(by)}"] if by else []
        if both:
            told.append(f"{plan.label} is {', and '.join(both)}")
    if not told:
        words = listed([DECIDING.get(name, ESTIMATED[name].words) for name in measures])
        return f"No plan is told apart from {_short(first.title)} in {words}"
    return "\n".join(wrap(f"Against {_short(first.title)}: {'; '.join(told)}", LONGEST_LINE * len(measures)))


def _legend(found: Comparison) -> str:
    """How the figure is read."""
    pairs = max(one.family for one in found.differences(found.measures[0]))
    thin = f"; thin: for all {pairs} pairs together" if pairs > 1 else ""
    return (
        f"Line: 95% interval{thin}.\nFilled, with a star: told apart, as better (round, blue) or worse (square, "
        "orange); hollow: not told apart."
    )


def _formatter(measure: str) -> Formatter:
    from matplotlib.ticker import FuncFormatter

    unit = ESTIMATED[measure].unit
    scale = 100.0 if unit in (SHARE, TRUTH) else 1.0
    if unit == MONEY:
        return FuncFormatter(lambda amount, _: written(amount, MONEY))
    return FuncFormatter(lambda amount, _: f"{scale * amount:+.3g}" if amount else "0")


def _unit(found: Comparison, measure: str) -> str:
    unit = ESTIMATED[measure].unit
    if unit in (SHARE, TRUTH):
        return " (points)"
    return f" ({found.plans[0].result.scenario.economics.currency})" if unit == MONEY else ""


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
