"""The one look of all figures: quiet axes, readable sizes, colours that colour-blind readers tell apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.scenario.vocabulary import CostCategory, Outcome

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import Formatter

# Okabe and Ito (2008), a palette safe for the common kinds of colour blindness.
BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"
ORANGE = "#E69F00"
PURPLE = "#CC79A7"
BROWN = "#7A3E1D"
GREY = "#6B7280"
INK = "#1F2933"
FAINT = "#D9DEE4"

# Middle 80%, middle 50% and median.
BLUE_FAN = ("#D3E5F2", "#97C3DE", BLUE)
COST_FAN = ("#F8DCC8", "#EDB08A", VERMILION)
VALUE_FAN = ("#CDEBE1", "#8BCFB8", GREEN)

COST_COLOURS: dict[CostCategory, str] = {
    "licences": PURPLE,
    "platform": GREY,
    "support": ORANGE,
    "data_science": BLUE,
    "integration": "#56B4E9",
    "change": GREEN,
    "quality": "#F0E442",
    "outages": BROWN,
    "management": VERMILION,
}

BLUES = ("#8FB8DA", "#5F9BCB", "#2F7DBA", "#0A5C99", "#063A63")
"""From light to dark, for what comes in order."""

OUTCOME_COLOURS: dict[Outcome, str] = {
    "scaled_on_time": GREEN,
    "scaled_late": BLUE,
    "scaled_then_lost": PURPLE,
    "stalled": ORANGE,
    "shelved": VERMILION,
    "not_funded": GREY,
}


def legend_below(axes: Axes) -> None:
    """A legend below the axes and what is written under them, for a figure that stands alone."""
    lines = axes.get_xlabel().count("\n") + max(
        (label.get_text().count("\n") for label in axes.get_xticklabels()), default=0
    )
    below = -0.16 - 0.09 * lines
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, below), ncols=4, frameon=False, fontsize=9.5)


OUTCOME_LINES: dict[Outcome, str | tuple[int, tuple[int, ...]]] = {
    "scaled_on_time": "-",
    "scaled_late": (0, (6, 2)),
    "scaled_then_lost": (0, (6, 2, 1, 2)),
    "stalled": (0, (3, 1)),
    "shelved": (0, (1, 1)),
    "not_funded": (0, (1, 3)),
}
"""Strokes, by which outcomes are told apart in print without colours."""

HATCHES = ("", "///", "...", "\\\\\\", "xx", "", "++", "--", "oo")
"""Patterns of areas that lie upon each other, for the same reason."""


def as_svg(figure: Figure, belongs_to: str = "") -> bytes:
    """A figure as an SVG file, letters as outlines (every reader sees the same), and the same bytes each time.

    `belongs_to` stands in it as its identifier. The figure is closed: a notebook would show it otherwise.
    """
    from io import BytesIO

    import matplotlib as mpl
    import matplotlib.pyplot as plt

    file = BytesIO()
    with mpl.rc_context({"svg.hashsalt": "scaleup", "svg.fonttype": "path"}):
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None, "Identifier": belongs_to or None})
    plt.close(figure)
    return file.getvalue()


def percent() -> Formatter:
    """Shares along an axis in per cent."""
    from matplotlib.ticker import FuncFormatter

    return FuncFormatter(lambda share, _: in_percent(share))


def in_percent(share: float) -> str:
    """A share in a figure, with the digits that it needs: 1.5%, 2%."""
    return f"{100.0 * share:.3g}%"


def quieten(axes: Axes) -> None:
    """Leave the axes only what is read: left and bottom lines, a faint grid along y, text in ink."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(GREY)
        axes.spines[side].set_linewidth(0.8)
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=FAINT, linewidth=0.8)
    axes.tick_params(colors=INK, labelsize=10, length=3, color=GREY)
    for text in (axes.xaxis.label, axes.yaxis.label):
        text.set_color(INK)
        text.set_fontsize(10.5)
    axes.title.set_color(INK)
    axes.title.set_fontsize(12)
