"""Shares of variance as points with intervals, a panel for each measure; below, a tornado of fifths; and of levers."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from simulator.analysis.methods.moves import SUCCESS, VALUE
from simulator.report import style
from simulator.report.analyses.parts.sensitivity.table import by_lever, shown_inputs
from simulator.report.analyses.sensitivity import heading, plain, share, unit_of, words_of
from simulator.report.words import written
from simulator.scenario.measure import MONEY, SHARE, TRUTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import Formatter

    from simulator.analysis.methods.given_data.driven import Driven
    from simulator.analysis.methods.moves import Moved
    from simulator.analysis.sensitivity import Sensitivity

MOST: Final = 12
"""Inputs that are drawn."""
LONGEST: Final = 46
PANELS: Final = 4


def draw(found: Sensitivity) -> Figure:
    """Shares above, means in the lowest and highest fifth below, levers at the bottom if they were tried."""
    import matplotlib.pyplot as plt

    measured = [one for one in found.measures.values() if one.effects is not None][:PANELS]
    paths = (shown_inputs(measured) or _largest(measured))[:MOST][::-1]
    columns, moves = max(1, len(measured)), found.levers or ()
    heights = [0.3 * max(3, len(paths)) + 0.9] * (2 if measured else 1)
    levers = _by_lever(moves)
    if levers:
        heights.append(0.3 * len(levers) + 0.9)
    drawn = plt.figure(figsize=(3.5 + 2.6 * max(2, columns), sum(heights) + 1.3), layout="constrained")
    parts = drawn.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    if measured:
        above = parts[0].subplots(1, columns, sharey=True, squeeze=False)[0]
        below = parts[1].subplots(1, columns, sharey=True, squeeze=False)[0]
        for one, upper, lower in zip(measured, above, below, strict=True):
            shares(one, paths, upper)
            tornado(found, one, paths, lower)
    else:
        axes = parts[0].subplots()
        axes.set_axis_off()
        axes.annotate("Nothing can be told of what drives it: see the text", (0.5, 0.5), ha="center", color=style.GREY)
    if levers:
        known = [measure for measure in (SUCCESS, VALUE) if measure in moves[0].differences]
        for measure, axes in zip(known, parts[-1].subplots(1, len(known), sharey=True, squeeze=False)[0], strict=True):
            ends(found, levers, measure, axes)
    drawn.suptitle("\n".join(wrap(_seen(found, measured), 34 * max(2, columns))), x=0.01, ha="left", fontsize=12.5,
                   color=style.INK)  # fmt: skip
    legend = "Filled: beyond luck, all inputs considered; hollow: not told from none. Lines: 95% intervals."
    drawn.supxlabel("\n".join(wrap(f"{heading(found)}. {legend}", 50 * max(2, columns))), x=0.01, ha="left", fontsize=9,
                    color=style.GREY)  # fmt: skip
    return drawn


def _largest(measured: Sequence[Driven]) -> list[str]:
    """The inputs with the largest shares of each measure, where none is beyond luck."""
    return list(dict.fromkeys(one.inputs.paths[place] for one in measured for place in one.ranked[:3]))


def shares(one: Driven, paths: Sequence[str], axes: Axes) -> None:
    """The share of each input, with its interval."""
    for height, path in enumerate(paths):
        place = one.inputs.paths.index(path)
        estimate, beyond = one.shapley[place], place in one.drivers
        colour = style.BLUE if beyond else style.GREY
        if estimate.low is not None and estimate.high is not None:
            axes.plot([estimate.low, estimate.high], [height, height], color=colour, linewidth=2.4)
        axes.plot([max(0.0, float(estimate))], [height], marker="o", color=colour, markersize=6,
                  markerfacecolor=colour if beyond else "white")  # fmt: skip
    rest = share(one.unexplained)
    name = words_of(one.measure)
    axes.set_title(f"{name[0].upper()}{name[1:]}\n{rest} luck, or not seen", loc="left", pad=6)
    axes.set_xlabel("share of its variance")
    axes.xaxis.set_major_formatter(style.percent())
    axes.set_xlim(left=0.0)
    _lines(axes, [_short(path) for path in paths])
    axes.title.set_fontsize(10.5)


def tornado(found: Sensitivity, one: Driven, paths: Sequence[str], axes: Axes) -> None:
    """The mean of a measure in the lowest and in the highest fifth of each input."""
    for height, path in enumerate(paths):
        place = one.inputs.paths.index(path)
        fifths, beyond = one.fifths[place], place in one.drivers
        colour = style.INK if beyond else style.GREY
        axes.plot([fifths.low, fifths.high], [height, height], color=colour, linewidth=1.4 if beyond else 0.8)
        for mean, shade, mark in ((fifths.low, style.ORANGE, "s"), (fifths.high, style.BLUE, "o")):
            axes.plot([mean], [height], marker=mark, markersize=6, color=shade,
                      markerfacecolor=shade if beyond else "white")  # fmt: skip
    axes.axvline(float(one.mean), color=style.INK, linewidth=0.8)
    axes.set_xlabel(f"{words_of(one.measure)}{_unit(found, one.measure)}\nsquare: lowest fifth, circle: highest")
    axes.xaxis.set_major_formatter(_formatter(one.measure))
    axes.locator_params(axis="x", nbins=4)
    _lines(axes, [_short(path) for path in paths])


def _by_lever(moves: Sequence[Moved]) -> list[tuple[str, list[Moved]]]:
    """The two ends of each lever, those with the widest range of success last."""
    found: dict[str, list[Moved]] = {}
    for one in by_lever(moves):
        found.setdefault(one.move.words, []).append(one)
    return list(found.items())[::-1]


def ends(found: Sensitivity, levers: Sequence[tuple[str, list[Moved]]], measure: str, axes: Axes) -> None:
    """What each lever changes at both of its ends."""
    for height, (_, both) in enumerate(levers):
        values = [float(one.differences[measure]) for one in both]
        axes.plot([min([0.0, *values]), max([0.0, *values])], [height, height], color=style.INK, linewidth=1.2)
        for one, value in zip(both, values, strict=True):
            low = one.move.scenario.name.endswith("-min")
            colour, mark = (style.ORANGE, "s") if low else (style.BLUE, "o")
            beyond = one.better(measure) or one.worse(measure)
            axes.plot([value], [height], marker=mark, markersize=6, color=colour,
                      markerfacecolor=colour if beyond else "white")  # fmt: skip
            axes.annotate(f"{one.move.position:g}", (value, height), (0, 4), textcoords="offset points", fontsize=7.5,
                          ha="center", color=style.GREY)  # fmt: skip
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    axes.xaxis.set_major_formatter(_formatter(measure))
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel(
        f"change of {words_of(measure)}{_unit(found, measure)}\nlevers: square at the lower end, circle at the upper"
    )
    _lines(axes, [_short(name) for name, _ in levers])


def _lines(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(-0.6, max(0, len(names) - 1) + 0.7)
    style.quieten(axes)
    axes.tick_params(labelsize=8.5)
    axes.xaxis.label.set_fontsize(9)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=style.FAINT, linewidth=0.8)


def _formatter(measure: str) -> Formatter:
    from matplotlib.ticker import FuncFormatter

    unit = unit_of(measure)
    if unit == MONEY:
        return FuncFormatter(lambda value, _: written(value, MONEY))
    scale = 100.0 if unit in (SHARE, TRUTH) else 1.0
    return FuncFormatter(lambda value, _: f"{scale * value:.3g}")


def _unit(found: Sensitivity, measure: str) -> str:
    unit = unit_of(measure)
    return f" ({found.currency})" if unit == MONEY else " (%)" if unit in (SHARE, TRUTH) else ""


def _seen(found: Sensitivity, measured: Sequence[Driven]) -> str:
    """What is to be seen at one look."""
    name = found.result.scenario.name
    told = []
    for one in measured:
        if one.drivers:
            first = one.drivers[0]
            told.append(
                f"{words_of(one.measure)} by {plain(found, one.inputs.paths[first])} ({share(one.shapley[first])})"
            )
    if not told:
        return f"{name}: no input is told from luck" if measured else f"{name}: nothing can be told of its inputs"
    return f"What drives {name} most: {'; '.join(told)}"


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"…{name[-LONGEST + 1 :]}"
