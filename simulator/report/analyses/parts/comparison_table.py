"""A comparison of plans for a terminal: a block for each plan, what was found in words, and notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.report.analyses.parts.differences import (
    SUCCESS,
    difference_in_words,
    heading,
    interval_of,
    reach_in_words,
    star,
)
from simulator.report.narrow import Rows
from simulator.report.suite_tables import pilot_notes
from simulator.report.words import written
from simulator.scenario.measure import MONEY, SHARE
from simulator.scenario.measures import ESTIMATED

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

    from simulator.analysis.compare import Comparison
    from simulator.analysis.methods.differences import Plan

HEADS = ("", "difference", "95% interval", "better", "same", "worse")


def rows(found: Comparison, plan: Plan) -> list[tuple[str, ...]]:
    """A row per measure: the first plan, another, the difference with its interval, and how many worlds are better."""
    first = found.plans[0]
    lines: list[tuple[str, ...]] = [(HEADS[0], first.label, plan.label, *HEADS[1:])]
    for measure in found.measures:
        one = found.difference(measure, plan.label)
        before, now = (found.estimate(measure, each.label) for each in (first, plan))
        if before.value is None and now.value is None:
            continue
        unit = ESTIMATED[measure].unit
        worlds = one.worlds
        shares: tuple[str, ...] = ("", "", "")
        if worlds is not None and one.estimate.value is not None and one.way is not None:
            better, worse = (worlds.higher, worlds.lower) if one.way == "higher" else (worlds.lower, worlds.higher)
            shares = tuple(written(each.share, SHARE) for each in (better, worlds.same, worse))
        shown = interval_of(one)
        lines.append(
            (
                head(found, measure),
                written(before.value, unit),
                written(now.value, unit),
                difference_in_words(shown.value, measure) + (star(one) or " "),
                reach_in_words(shown, measure),
                *shares,
            )
        )
    return lines


def head(found: Comparison, measure: str) -> str:
    """A measure in words, money with its currency."""
    words, currencies = ESTIMATED[measure].words, {plan.result.scenario.economics.currency for plan in found.plans}
    return f"{words}, {'/'.join(sorted(currencies))}" if ESTIMATED[measure].unit == MONEY else words


def notes(found: Comparison) -> list[str]:
    """What the table means, and what a reader has to know of plans that are not quite alike."""
    family = max((one.family for measure in found.measures for one in found.differences(measure)), default=1)
    lines = ["Differences of shares are in percentage points (pts). A world is a replication: the same luck for all."]
    if family > 1:
        lines.append(
            f"Intervals hold for all {family} pairs of plans together with 95%, for each measure by itself "
            f"(Bonferroni). * told apart: beyond luck in any of these {family} pairs, by Holm's method at 5%."
        )
    else:
        lines.append("* told apart: the interval leaves out 0.")
    if len(found.measures) > 1:
        lines.append(
            f"Nothing is adjusted for there being {len(found.measures)} measures: each may have a wrong star with a "
            "chance of 5%."
        )
    if any(plan.result.estimable and plan.result.funded_share.share != 1.0 for plan in found.plans):
        lines.append("Success is that of programmes that are funded; a world in which one is not counts as no success.")
    return [*lines, *_unlike(found), *pilot_notes(found.suite)]


def _unlike(found: Comparison) -> list[str]:
    """In what plans are not alike, and which of them weight worlds differently."""
    first, *others = found.plans
    lines = unlike(found.plans)
    for plan in others:
        weights = found.difference(SUCCESS, plan.label)
        if weights.weights is None and len(weights.numbers):
            lines.append(
                f"{first.label} and {plan.label} weight worlds differently (pilot.observed): they are not matched "
                "world by world."
            )
    steered = [plan for plan in found.plans if plan.result.callbacks]
    return [
        *lines,
        *(f"{one.label}: the Python functions {', '.join(one.result.callbacks)} took part." for one in steered),
    ]


def unlike(plans: Sequence[Plan]) -> list[str]:
    """In what plans are not held to the same as the first: what success asks for, how far they look, their currency."""
    first, *others = plans
    lines = []
    for plan in others:
        here, there = first.result.scenario, plan.result.scenario
        both = f"{first.label} and {plan.label}"
        if here.resolved()["success"] != there.resolved()["success"]:
            lines.append(f"{both} ask for different things of success (success): their probabilities are of these.")
        if here.horizon_weeks != there.horizon_weeks:
            lines.append(
                f"{first.label} looks {here.horizon_weeks} weeks ahead and {plan.label} {there.horizon_weeks}: money "
                "and what is so at the end are of these."
            )
        if here.economics.currency != there.economics.currency:
            lines.append(f"{both} count money in different currencies: it is not compared.")
    return lines


class Table:
    """A comparison for a terminal."""

    def __init__(self, found: Comparison) -> None:
        self._found = found

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        found = self._found
        first, *others = found.plans
        yield Text.assemble(("Plans compared", "bold"), (f"  {heading(found)}", "dim"))
        for plan in others:
            yield ""
            yield Text(f"{plan.title} against {first.title}", style="bold")
            if not plan.is_same(first):
                yield Rows(rows(found, plan), numeric=(1, 2, 3, 5, 6, 7), indented=True)
        for line in found.sentences:
            yield ""
            yield Text(line)
        yield ""
        for line in notes(found):
            yield Text(line, style="dim")
