"""Sections about the run itself: what becomes of the plan, by when, its money, and the measures that come first."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, cast

from simulator.report import style
from simulator.report.outcomes import by_outcome, outcome_lines
from simulator.report.page.parts import Drawing, Grid, Section
from simulator.report.page.vectors import inline
from simulator.report.tables import HEADINGS, curve_rows, footnote, measure_rows, success_line
from simulator.report.words import written
from simulator.scenario.measure import MONEY, SHARE
from simulator.scenario.vocabulary import COST_WORDS, VALUE_WORDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulator.results.result import Result

SUMMARY: Final = "summary.json"
TABLES: Final = "replications.parquet, weekly.parquet"


def becomes(result: Result) -> Section:
    """What becomes of the plan: outcomes, told apart over time, and how much adoption lasts how long."""
    lines = outcome_lines(result)
    rows = [(line.words[:1].upper() + line.words[1:], line.share, line.interval, line.pays) for line in lines]
    grids = [Grid("Outcomes of all programmes", ("outcome", "share", "95% interval", "of these"), rows, words=1)]
    apart = by_outcome(result)
    if apart:
        grids.append(
            Grid("Adoption and money by outcome, medians", ("outcome", *apart[0][1:]), apart[1:], note="n: programmes")
        )
    shares = "; ".join(f"{line.words} {line.share}" for line in lines)
    drawings = [
        draw("outcomes", "Outcomes, with 95% intervals", shares, result.plot.outcomes),
        draw(
            "adoption",
            "Adoption, told apart by outcome: line, median; band, the middle 50%",
            f"Adoption by week, told apart by outcome: {shares}. The table by outcome has its peak and end.",
            lambda: result.plot.by_outcome("adoption"),
        ),
    ]
    if result.funded_count:
        head, *curve = curve_rows(result)
        words = "Share of the funded in which adoption holds for so many weeks in a row after funding"
        drawings.append(draw("curve", words, f"{words}: the numbers stand in a table.", result.plot.success_curve))
        grids.append(
            Grid(words, ("adoption", *(f"{weeks} week{'' if weeks == '1' else 's'}" for weeks in head[1:])), curve)
        )
    chance = f"{success_line(result)}." if result.funded_count else ""
    sentences = [*filter(None, [chance, result.reasons()])]
    return Section("outcomes", "What becomes of it", SUMMARY, sentences, drawings, grids)


def dates(result: Result) -> Drawing | None:
    """When milestones are reached in the run; None where nothing is funded."""
    if not result.funded_count:
        return None
    words = "Milestones of the run, in weeks since funding"
    told = f"{words}: medians and middle 80% of those that get there, the plan, and the share that gets there."
    return draw("milestones", words, told, result.plot.timeline)


def money(result: Result) -> Section:
    """Where money goes and comes from, since the decision to fund, and what is left of it over time."""
    if not result.priced:
        return Section("money", "Money", SUMMARY, ["Nothing in this scenario has a price: no money is told of."])
    if not result.funded_count:
        told = (
            "No programme is funded: no roll-out costs or wins anything. The main measures have what the pilot costs."
        )
        return Section("money", "Money", SUMMARY, [told])
    currency = result.scenario.economics.currency
    frame = result.costs()
    names = {"cost": COST_WORDS, "value": VALUE_WORDS}
    rows: list[tuple[str, ...]] = []
    for flow, words in names.items():
        part = frame.loc[flow]
        for category, row in part.iterrows():
            if not any(float(amount) for amount in row.drop("share_of_cost")):
                continue
            share = written(_known(row["share_of_cost"]), SHARE) if flow == "cost" else ""
            name = cast("dict[str, str]", words)[str(category)]
            rows.append((f"{name[:1].upper()}{name[1:]}", written(_known(row["since_decision"]), MONEY), share))
        total = _known(part["since_decision"].sum(skipna=False))
        rows.append((f"All {flow}", written(total, MONEY), written(1.0, SHARE) if flow == "cost" else ""))
    grid = Grid(
        f"Cost and value since the decision to fund, mean of the funded programmes, {currency}",
        ("category", currency, "of all cost"),
        rows,
        note="Not discounted. Errors count against value.",
    )
    drawings = [
        draw("costs", "Cost of a week by category, and its value, on the mean of all programmes",
             "Mean cost of a week by category, one upon the other, and mean value of a week as a line.",
             result.plot.costs),
        draw("cash", "Cost and value so far: median, middle 50% and middle 80%",
             "Fans of cost so far and of value so far, and when value has covered cost.", result.plot.money),
        draw("net", "Value less cost so far, told apart by outcome: line, median; band, the middle 50%",
             "Value less cost so far by week, told apart by outcome; the table by outcome has the value of funding.",
             lambda: result.plot.by_outcome("net_cumulative")),
    ]  # fmt: skip
    return Section("money", "Money", TABLES, drawings=drawings, grids=[grid])


def measures(result: Result) -> Section:
    """The measures that come first, as `scaleup run` prints them."""
    rows = [(row[0], *row[2:]) for row in measure_rows(result)]
    head = (HEADINGS[1], *HEADINGS[2:])
    told = "Mean with the half-width of its 95% interval, and percentiles of the programmes."
    grid = Grid("The main measures", head, rows, note=" ".join(filter(None, (told, footnote(result)))))
    return Section("measures", "The main measures", SUMMARY, grids=[grid])


def draw(name: str, caption: str, alternative: str, axes: Callable[[], Axes]) -> Drawing:
    """A figure of the run as it stands in the page."""
    figure = cast("Figure", axes().figure)
    return Drawing(inline(style.as_svg(figure), name, alternative), caption)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
