"""A decision for a terminal: the choices side by side, how it may go, cash by quarter, what can be promised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.analysis.decide import MONTH_WEEKS
from simulator.analysis.methods.schedule.dates import date_of
from simulator.report.words import written
from simulator.scenario.measure import MONEY, SHARE
from simulator.scenario.vocabulary import COST_WORDS

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.table import Table as Rows

    from simulator.analysis.decide import Choice, Decision
    from simulator.results.statistics import Estimate, Share

CHOICES: Final[dict[Choice, str]] = {
    "fund": "funding all of it",
    "next_gate": "funding it {}",
    "do_not_fund": "not funding it",
}
NOTE: Final = (
    "Money from the decision on: the pilot is sunk. Best is best on the mean; a star: told apart from the best (Holm). "
    "To the next gate: stopping there where what is seen promises less than stopping (least-squares Monte Carlo)."
)
MOST_QUARTERS: Final = 24


def amount(found: Decision, value: float | None) -> str:
    """An amount of money in the scenario's currency."""
    return written(value, MONEY, currency=found.scenario.economics.currency)


def to_where(found: Decision) -> str:
    """How far the plan is funded where it is not funded all at once."""
    return "to the next gate" if found.gate is None or found.gate.review.gate else "to a review"


def choice_words(found: Decision, choice: Choice) -> str:
    """A choice in words."""
    return CHOICES[choice].format(to_where(found))


def heading(found: Decision) -> str:
    """What was simulated."""
    n = found.result.replications_done
    size = (
        ""
        if found.result.weighting.weights is None
        else f", weighted by the observed pilot (worth {found.effective:.0f})"
    )
    return (
        f"{found.scenario.name}: fund it or not. {n:,} replication{'' if n == 1 else 's'}{size}, "
        f"{written(found.result.funded_share.share, SHARE)} funded, seed {found.result.seed}"
    )


class Table:
    """A decision for a terminal."""

    def __init__(self, found: Decision) -> None:
        self._found = found

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        found = self._found
        yield Text(heading(found), style="bold")
        for sentence in found.sentences:
            yield Text("")
            yield Text(sentence)
        if found.money is None:
            return
        for table in (self._choices(), self._cash(), self._categories(), self._frontier()):
            if table.row_count:
                yield Text("")
                yield table
        yield Text("")
        yield Text(NOTE, style="dim")

    def _choices(self) -> Rows:
        found = self._found
        table = _table("From today", "worth", "95% interval", "less than the best")
        for choice, worth in found.worth.items():
            best = choice == found.choice
            less = found.less.get(choice)
            star = " *" if less is not None and choice not in found.not_told_from else ""
            table.add_row(
                choice_words(found, choice),
                amount(found, worth.value),
                "" if choice == "do_not_fund" else _reach(found, worth),
                "best" if best else "" if less is None else f"{amount(found, less.value)}{star}",
                style="bold" if best else "",
            )
        return table

    def _cash(self) -> Rows:
        found = self._found
        table = _table("Cash since the decision", "cost", "value", "net", "net so far", "in one of ten below")
        for number, quarter in enumerate(found.quarters[:MOST_QUARTERS]):
            day = date_of(found.scenario, 13.0 * number)
            table.add_row(
                f"{number + 1}: from {day:%d %b %Y}",
                *(amount(found, quarter[name].value) for name in ("cost", "value", "net", "net_so_far")),
                amount(found, quarter["net_so_far_p10"].value),
            )
        return table

    def _categories(self) -> Rows:
        found = self._found
        table = _table("Cost since the decision", "mean", "share")
        whole = sum(found.costs.values())
        for name, spent in found.costs.items():
            if spent:
                table.add_row(COST_WORDS[name], amount(found, spent), written(spent / whole, SHARE))
        return table

    def _frontier(self) -> Rows:
        found = self._found
        month = f"By month {found.week_of_joint / MONTH_WEEKS:.0f} since kick-off"
        table = _table(month, "adoption at least", "cost at most")
        for level, points in found.frontiers.items():
            for point in points:
                told = f"with {100 * level:.3g}% confidence"
                table.add_row(told, written(point.adoption, SHARE), amount(found, point.cost))
        return table


def _table(*columns: str) -> Rows:
    from rich.table import Table as Rows

    table = Rows(box=None, padding=(0, 2, 0, 0))
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left")
    return table


def _reach(found: Decision, one: Estimate | Share) -> str:
    if one.low is None or one.high is None:
        return "none"
    return f"{amount(found, one.low)} to {amount(found, one.high)}"
