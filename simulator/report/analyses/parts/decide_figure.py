"""A decision in pictures: what each choice is worth, how funding may go, cash by quarter, what can be promised."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.analysis.decide import MONTH_WEEKS
from simulator.report import style
from simulator.report.analyses.parts.decide_table import amount, choice_words, heading
from simulator.scenario.measure import MONEY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulator.analysis.decide import Decision

MARKS: Final = ("o", "s", "^", "D", "v", "P")


def figure(found: Decision) -> Figure:
    """What the choices are worth and how funding may go; below: cash by quarter, and adoption against cost."""
    import matplotlib.pyplot as plt

    if found.money is None:
        drawn = plt.figure(figsize=(13.5, 3.0), layout="constrained")
    else:
        drawn = plt.figure(figsize=(13.5, 10.0), layout="constrained")
        grid = drawn.add_gridspec(2, 2)
        choices(found, drawn.add_subplot(grid[0, 0]))
        spread(found, drawn.add_subplot(grid[0, 1]))
        cash(found, drawn.add_subplot(grid[1, 0]))
        promises(found, drawn.add_subplot(grid[1, 1]))
    drawn.suptitle("\n".join(wrap(found.sentences[0], 120)), x=0.01, ha="left", fontsize=12, color=style.INK)
    drawn.supxlabel(heading(found), x=0.01, ha="left", fontsize=9, color=style.GREY)
    return drawn


def choices(found: Decision, axes: Axes) -> None:
    """The mean worth of each choice with its interval."""
    names = [*found.worth][::-1]
    for place, name in enumerate(names):
        one = found.worth[name]
        best = name == found.choice
        colour = style.GREEN if best else style.GREY
        if one.low is not None and one.high is not None and name != "do_not_fund":
            axes.plot([one.low, one.high], [place, place], color=colour, linewidth=2.5, solid_capstyle="round")
        value = one.value or 0.0
        axes.plot([value], [place], marker="D" if best else "o", markersize=8, color=colour)
        axes.annotate(
            f"{amount(found, value)}{' (best)' if best else ''}", (value, place), xytext=(0, 9),
            textcoords="offset points", ha="center", fontsize=10, color=style.INK,
        )  # fmt: skip
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    axes.set_yticks(range(len(names)), [choice_words(found, name) for name in names])
    axes.set_ylim(-0.5, len(names) - 0.3)
    axes.margins(x=0.15)
    _money_axis(found, axes.xaxis)
    axes.set_title("Worth from today, on the mean (line: 95%)", loc="left")
    style.quieten(axes)


def spread(found: Decision, axes: Axes) -> None:
    """How likely funding all of it is worth at most so much."""
    assert found.money is not None
    weights = found.money.weights
    order = np.argsort(found.money.worth, kind="stable")
    worth = found.money.worth[order]
    steps = np.ones(len(worth)) if weights is None else weights[order]
    axes.step(worth, np.cumsum(steps) / steps.sum(), where="post", color=style.BLUE, linewidth=2)
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    for name, words in (("worst_tenth", "mean of the worst tenth"), ("p50", "middle")):
        value = found.spread[name].value
        if value is not None:
            height = 0.1 if name == "worst_tenth" else 0.5
            axes.plot(
                [value], [height], marker="o", color=style.VERMILION if height < 0.5 else style.BLUE, markersize=7
            )
            axes.annotate(
                f"{words}: {amount(found, value)}", (value, height), xytext=(9, 2), textcoords="offset points",
                fontsize=10, color=style.INK,
            )  # fmt: skip
    few, many = np.interp([0.002, 0.99], np.cumsum(steps) / steps.sum(), worth)  # the rest would squeeze all others
    axes.set_xlim(min(few, 0.0) - 0.05 * (many - few), max(many, 0.0) + 0.05 * (many - few) + 1e-9)
    axes.set_ylim(0.0, 1.03)
    axes.yaxis.set_major_formatter(style.percent())
    _money_axis(found, axes.xaxis)
    axes.set_title("How many of the funded are worth no more than that", loc="left")
    style.quieten(axes)


def cash(found: Decision, axes: Axes) -> None:
    """Cost and value of each quarter, and what is spent net so far, with its middle 80%."""
    numbers = np.arange(1, len(found.quarters) + 1)

    def of(name: str) -> Any:
        return np.array([quarter[name].value or 0.0 for quarter in found.quarters])

    axes.bar(numbers, of("value"), width=0.72, color=style.GREEN, label="value of a quarter")
    axes.bar(
        numbers, -of("cost"), width=0.72, color=style.ORANGE, hatch="//", edgecolor="white", label="cost of a quarter"
    )
    axes.fill_between(
        numbers, of("net_so_far_p10"), of("net_so_far_p90"), color=style.BLUE, alpha=0.18, linewidth=0,
        label="its middle 80%",
    )  # fmt: skip
    axes.plot(
        numbers, of("net_so_far"), color=style.BLUE, linewidth=2, marker="o", markersize=4, label="net so far, mean"
    )
    axes.axhline(0.0, color=style.INK, linewidth=0.8)
    axes.set_xlabel("Quarter since kick-off; from the decision on, undiscounted")
    _money_axis(found, axes.yaxis)
    axes.set_title("Cash by quarter", loc="left")
    style.quieten(axes)
    axes.legend(frameon=False, fontsize=9, loc="best")


def promises(found: Decision, axes: Axes) -> None:
    """Adoption that is reached together with a bound on cost, for each confidence."""
    drawn = False
    for place, (level, points) in enumerate(found.frontiers.items()):
        if not points:
            continue
        drawn = True
        cost, adoption = [point.cost for point in points], [point.adoption for point in points]
        axes.plot(
            cost, adoption, color=style.BLUES[place % len(style.BLUES)], marker=MARKS[place % len(MARKS)], linewidth=2,
            label=f"{100 * level:.3g}% confidence",
        )  # fmt: skip
    axes.yaxis.set_major_formatter(style.percent())
    _money_axis(found, axes.xaxis)
    axes.set_ylim(bottom=0.0)
    axes.set_xlabel(f"Cost since the decision of at most ({found.scenario.economics.currency})")
    axes.set_title(f"Adoption of at least, by month {found.week_of_joint / MONTH_WEEKS:.0f} since kick-off", loc="left")
    style.quieten(axes)
    if drawn:
        axes.legend(frameon=False, fontsize=9, loc="best")
    else:
        axes.text(0.5, 0.5, "nothing can be promised", transform=axes.transAxes, ha="center", color=style.GREY)


def _money_axis(found: Decision, axis: Any) -> None:
    from matplotlib.ticker import FuncFormatter

    from simulator.report.words import written

    axis.set_major_formatter(FuncFormatter(lambda value, _: written(value, MONEY)))
    axis.set_label_text(found.scenario.economics.currency)
