"""Two plans until decided, in words: which is better or that it doesn't matter, how sure, and what it took."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np

from simulator.analysis.methods.always_valid import LEAST_CARRYING, LEAST_PAIRS, Betting, is_bounded
from simulator.report import style
from simulator.report.analyses.parts.comparison_table import unlike
from simulator.report.analyses.parts.differences import difference_in_words, reach_in_words, rounded
from simulator.report.narrow import Rows
from simulator.report.words import written
from simulator.results.statistics import Estimate
from simulator.scenario.measure import MONEY, SHARE, TRUTH
from simulator.scenario.measures import ESTIMATED

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.console import Console, ConsoleOptions, RenderResult

    from simulator.analysis.methods.differences import Plan
    from simulator.analysis.until_decided import Seen, UntilDecided

HEADS = ("", "A", "B", "difference", "95% interval, at every look")


def sentences(found: UntilDecided) -> list[str]:
    """What was decided, how sure that is, in how many worlds, and how many replications it took."""
    return [line for line in (_decided(found), _sure(found), _worlds(found), _took(found)) if line]


def _decided(found: UntilDecided) -> str:
    """The outcome, with both means."""
    a, b = found.plans
    one, words = found.decisive, f"by “{ESTIMATED[found.measure].words}”"
    after = f"after {_count(found)} of each plan"
    if found.higher is not None:
        other = a if found.higher is b else b
        verdict = "is better" if found.better is found.higher else "is worse" if found.better else "has more"
        means = f"{_mean(one, found.higher)} instead of {_mean(one, other)}{_on_the_mean(one)}"
        return f"Decided {after}: {words} {found.higher.title} {verdict} than {other.title}, {means}."
    if one.difference is None:
        return f"Not decided {after}, the most that there may be: {words} there is nothing to compare."
    means = f"{_mean(one, b)} under {b.title} and {_mean(one, a)} under {a.title}{_on_the_mean(one)}"
    if found.outcome == "smaller":
        return f"Decided {after}: {words} the difference is smaller than one that matters, {means}."
    return f"Not decided {after}, the most that there may be: {words} it is {means}."


def _sure(found: UntilDecided) -> str:
    """The interval, and how it lies to what matters."""
    ends = found.decisive.ends
    if found.decisive.difference is None:
        return ""
    least = _size(found, found.matters)
    if ends is None:
        return (
            f"There is no bound yet: it takes {LEAST_PAIRS} pairs of replications, and {LEAST_CARRYING} that carry the "
            "difference. In too few of them the plans differ by much."
        )
    low, high = ends
    told = (
        f"The difference, B less A, lies between {difference_in_words(low, found.measure)} and "
        f"{difference_in_words(high, found.measure)}, a 95% interval that allows for all looks; "
    )
    if low >= found.matters or high <= -found.matters:
        return f"{told}all of it is {least} or more, which matters."
    if found.outcome == "undecided":
        return f"{told}it has no difference in it, and differences of {least} or more, which would matter."
    if -found.matters < low and high < found.matters:
        which = "" if found.higher is not None else " Which of the two has more is not told."
        return f"{told}all of it is below {least}, so that it does not matter.{which}"
    return f"{told}whether it is the {least} that matter is open."


def _worlds(found: UntilDecided) -> str:
    """In how many worlds a truth holds under one plan only."""
    one = found.decisive.found
    if not isinstance(one, Betting) or not set(one.values) <= {-1.0, 0.0, 1.0}:
        return ""
    counts = dict(zip(one.values.tolist(), one.counts.tolist(), strict=True))
    only_b, only_a = (int(counts.get(value, 0.0)) for value in (1.0, -1.0))
    if not only_a and not only_b:
        return f"In none of the {one.n:,} worlds do the two differ."
    return f"Of the {one.n:,} worlds it is so under B alone in {only_b:,}, and under A alone in {only_a:,}."


def _took(found: UntilDecided) -> str:
    """What a fixed number would have been, and how many more it would take."""
    parts = []
    if found.outcome == "undecided":
        parts.append(
            f"To decide it would take {rounded(found.needed)} of each plan, if all were like these."
            if found.needed is not None
            else "How many it would take can't be told from these."
        )
    if found.fixed_size is not None:
        parts.append(
            f"A comparison that is looked at only once, and finds a difference of {_size(found, found.matters)} nine "
            f"times in ten, takes {rounded(found.fixed_size)} replications at the spread that is seen."
        )
    if found.outcome == "clear":
        parts.append(
            "As it stops where a difference looks large, the one that is seen is too large on the average; the "
            "interval allows for that."
        )
    return " ".join(parts)


def _count(found: UntilDecided) -> str:
    return f"{found.replications:,} replication{'' if found.replications == 1 else 's'}"


def _mean(one: Seen, plan: Plan) -> str:
    """The mean of a measure under a plan."""
    unit = ESTIMATED[one.measure].unit
    currency = plan.result.scenario.economics.currency if unit == MONEY else ""
    return written(one.a if plan.label == "A" else one.b, unit, currency=currency)


def _on_the_mean(one: Seen) -> str:
    """That these are means; empty for shares of the replications."""
    measure = ESTIMATED[one.measure]
    return "" if measure.unit == TRUTH or measure.counts else " on the mean"


def _size(found: UntilDecided, value: float) -> str:
    """The size of a difference, without a sign."""
    unit = ESTIMATED[found.measure].unit
    if unit in (SHARE, TRUTH):
        return f"{100.0 * value:.3g} percentage point{'' if value == 0.01 else 's'}"
    currency = found.plans[0].result.scenario.economics.currency if unit == MONEY else ""
    return written(value, unit, currency=currency)


def _ends(one: Seen) -> str:
    """The interval of a measure as a table has it."""
    if one.ends is None:
        return "none yet"
    return reach_in_words(Estimate(one.difference, *one.ends, 0), one.measure)


def rows(found: UntilDecided) -> list[tuple[str, ...]]:
    """A row per measure, that which decides first."""
    lines: list[tuple[str, ...]] = [HEADS]
    for name in found.measures:
        one, unit = found.seen(name), ESTIMATED[name].unit
        words = ESTIMATED[name].words
        if unit == MONEY:
            words += f", {'/'.join(sorted({plan.result.scenario.economics.currency for plan in found.plans}))}"
        lines.append(
            (words, written(one.a, unit), written(one.b, unit), difference_in_words(one.difference, name), _ends(one))
        )
    return lines


def notes(found: UntilDecided) -> list[str]:
    """What the table means."""
    kind = (
        "The interval that decides assumes nothing of the differences (betting)."
        if is_bounded(found.measure)
        else "The interval that decides holds for many pairs (normal mixture): a difference in worlds so rare that "
        "none was met is not in it."
    )
    lines = [
        "Differences of shares are in percentage points (pts). A world is a replication: the same luck for both.",
        kind,
    ]
    if len(found.measures) > 1:
        none = any(found.seen(name).ends is None for name in found.measures[1:])
        lines.append(
            "The first row alone decides. Each of the others has an interval that holds at every look too, but not "
            "all of them together"
            + (f"; there is none before {LEAST_PAIRS} pairs, or where few carry the difference." if none else ".")
        )
    return [*lines, *unlike(found.plans)]


def figure(found: UntilDecided) -> Figure:
    """The difference with its interval, beside what matters."""
    import matplotlib.pyplot as plt

    one, unit = found.decisive, ESTIMATED[found.measure].unit
    drawn, axes = plt.subplots(figsize=(7.2, 2.6), layout="constrained")
    scale = 100.0 if unit in (SHARE, TRUTH) else 1.0
    axes.axvspan(-scale * found.matters, scale * found.matters, color=style.FAINT, linewidth=0.0)
    axes.axvline(0.0, color=style.INK, linewidth=1.0)
    colour = style.GREY if found.outcome == "undecided" else style.BLUE
    if one.ends is not None:
        axes.plot(scale * np.array(one.ends), [0.0, 0.0], color=colour, linewidth=3.4, solid_capstyle="butt")
    if one.difference is not None:
        face = "white" if found.outcome == "undecided" else colour
        axes.plot([scale * one.difference], [0.0], "o", markersize=8, color=colour, markerfacecolor=face)
        axes.annotate(
            difference_in_words(one.difference, found.measure),
            (scale * one.difference, 0.0),
            xytext=(0, 9),
            textcoords="offset points",
            ha="center",
            fontsize=9,
            color=style.INK,
        )
    axes.set_ylim(-0.5, 0.8)
    axes.set_yticks([])
    if unit == MONEY:
        from matplotlib.ticker import FuncFormatter

        axes.xaxis.set_major_formatter(FuncFormatter(lambda amount, _: written(amount, MONEY)))
    style.quieten(axes)
    axes.set_xlabel(
        f"{ESTIMATED[found.measure].words}: B less A{', percentage points' if scale > 1.0 else ''}\nline: 95%, at "
        f"every look; grey: less than what matters; {_count(found)} of each, seed {found.plans[0].result.seed}"
    )
    drawn.suptitle("\n".join(wrap(_headline(found), 76)), x=0.01, ha="left", fontsize=12, color=style.INK)
    return drawn


def _headline(found: UntilDecided) -> str:
    """The outcome in a line."""
    a, b = found.plans
    if found.higher is not None:
        other = a if found.higher is b else b
        verdict = "is better" if found.better is found.higher else "is worse" if found.better else "has more"
        return f"{found.higher.title} {verdict} than {other.title}"
    if found.outcome == "smaller":
        return f"{b.title} and {a.title}: the difference is smaller than one that matters"
    return f"{b.title} and {a.title}: not decided"


def alternative(found: UntilDecided) -> str:
    """What the figure shows, for those who can't see it."""
    one = found.decisive
    if one.difference is None:
        return "Nothing to see."
    seen = difference_in_words(one.difference, found.measure)
    return (
        f"A point with its interval beside the range of what does not matter. {ESTIMATED[found.measure].words}, B less "
        f"A: {seen} ({_ends(one)}). {_headline(found)}."
    )


class Table:
    """The answer for a terminal."""

    def __init__(self, found: UntilDecided) -> None:
        self._found = found

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        found = self._found
        a, b = found.plans
        seed = a.result.seed
        yield Text.assemble(("Until decided", "bold"), (f"  {_count(found)} of each plan, seed {seed}", "dim"))
        yield ""
        yield Text(f"{b.title} against {a.title}", style="bold")
        yield Rows(rows(found), numeric=(1, 2, 3), indented=True)
        for line in found.sentences:
            yield ""
            yield Text(line)
        yield ""
        for line in notes(found):
            yield Text(line, style="dim")
