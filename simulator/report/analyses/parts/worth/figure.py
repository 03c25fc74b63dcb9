"""What is worth knowing, drawn: the largest of inputs, sets and pilots with their intervals, a panel per measure."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from simulator.analysis.methods.information.net_benefits import MONEY
from simulator.report import style
from simulator.report.analyses.parts.worth.table import heading, shown
from simulator.report.analyses.parts.worth.words import by, gain, named, short
from simulator.report.words import written
from simulator.scenario.measure import MONEY as IN_MONEY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulator.analysis.methods.information.perfect import Knowing
    from simulator.analysis.worth import Worth

LONGEST: Final = 44
PILOTS: Final = ("as planned", "without sampling error")


def figure(found: Worth) -> Figure:
    """Money and success side by side, everything on top."""
    import matplotlib.pyplot as plt

    bars = {measure: _bars(found, measure) for measure in found.measures if found.learned.get(measure)}
    most = max([len(each) for each in bars.values()], default=1)
    drawn, axes = plt.subplots(
        1, max(1, len(bars)), figsize=(8.4 * max(1, len(bars)), 0.36 * most + 2.0), layout="constrained", squeeze=False
    )
    if not bars:
        axes[0][0].set_axis_off()
        axes[0][0].text(0.0, 0.5, "\n".join(wrap(" ".join(found.sentences), 90)), color=style.INK, fontsize=10)
    for panel, (measure, each) in zip(axes[0], bars.items(), strict=False):
        _panel(panel, found, measure, each)
    drawn.suptitle(
        "\n".join(wrap(_seen(found), 78 * max(1, len(bars)))), x=0.01, ha="left", fontsize=12.5, color=style.INK
    )
    drawn.supxlabel(
        f"{heading(found)}. Line: 95% interval.\nFilled: beyond luck, allowing for all that were tried; hollow: luck "
        "may explain it.", x=0.01, ha="left", fontsize=9, color=style.GREY,
    )  # fmt: skip
    return drawn


def _bars(found: Worth, measure: str) -> list[tuple[str, Knowing]]:
    each = [(short(one.bundle), one.knowing) for one in shown(found, measure)]
    return each + [(f"pilot {one.name}", one.knowing) for one in found.pilots.get(measure, ()) if one.name in PILOTS]


def _panel(panel: Axes, found: Worth, measure: str, bars: list[tuple[str, Knowing]]) -> None:
    from matplotlib.ticker import FuncFormatter

    for place, (_, known) in enumerate(reversed(bars)):
        colour = style.BLUE if known.pays else style.GREY
        panel.plot([known.low, known.high], [place, place], color=colour, linewidth=2.6, solid_capstyle="butt")
        panel.plot([known.value], [place], marker="o", markersize=8, color=colour, markeredgewidth=1.5,
                   markerfacecolor=colour if known.pays else "white")  # fmt: skip
        panel.annotate(gain(known.value, measure, found), (known.high, place), xytext=(7, -3),
                       textcoords="offset points", fontsize=8.5, color=style.INK)  # fmt: skip
    names = [name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…" for name, _ in reversed(bars)]
    panel.set_yticks(range(len(names)), names)
    panel.set_ylim(-0.6, len(names) - 0.2)
    most = max((known.high for _, known in bars), default=0.0) or 1.0
    panel.set_xlim(-0.02 * most, 1.14 * most)
    if measure == MONEY:
        panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: written(value, IN_MONEY)))
        panel.set_title(f"Worth of knowing, {found.stakes.currency}", loc="left")
    else:
        panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g}"))
        panel.set_title("Worth of knowing, points of success", loc="left")
    style.quieten(panel)
    panel.grid(visible=False, axis="y")
    panel.grid(visible=True, axis="x", color=style.FAINT, linewidth=0.8)


def _seen(found: Worth) -> str:
    """What is to be seen at one look."""
    told = []
    for measure in found.measures:
        whole = found.everything(measure)
        if whole is None:
            continue
        first = found.paying(measure, single=True)
        then = f"first of all {named(first[0].bundle)}" if first else "no single input beyond luck"
        if not whole.knowing.pays:
            told.append(f"{by(measure)}: nothing is told to be worth measuring")
        else:
            told.append(
                f"{by(measure)}: to know everything is worth {gain(whole.knowing.value, measure, found)}, {then}"
            )
    return "; ".join(told) if told else "Nothing to learn, or too little to learn it from"
