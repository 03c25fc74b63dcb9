"""Plans compared, in words: success, money and people told together, worlds beside means, and no best without proof."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.report.analyses.parts.comparison_table import Table
from simulator.report.analyses.parts.differences import (
    COST,
    DECIDING,
    FUNDED,
    PEOPLE,
    SUCCESS,
    WORTH,
    alike,
    difference_in_words,
    interval_of,
    reach_in_words,
    rounded,
    same_in_worlds,
)
from simulator.report.analyses.parts.forests import figure, forest
from simulator.report.words import listed, written
from simulator.results.statistics import Share
from simulator.scenario.measure import MONEY, SHARE
from simulator.scenario.measures import ESTIMATED

if TYPE_CHECKING:
    from simulator.analysis.compare import Comparison
    from simulator.analysis.methods.differences import Difference, Plan, Worlds

NO_SHARE = written(0.0, SHARE)
"""What is so little that it is not told."""

__all__ = ["Table", "alternative", "figure", "forest", "sentences"]


def sentences(found: Comparison) -> list[str]:
    """What sets the others apart from the first plan, which is best if one is, and what pairing was worth."""
    first, *others = found.plans
    lines = [line for plan in others for line in _against(found, first, plan)]
    if len(found.plans) > 2 and (best := _best(found)):
        lines.append(best)
    return [*lines, *(line for plan in others if (line := _pairing(found, first, plan)))]


def _against(found: Comparison, first: Plan, plan: Plan) -> list[str]:
    """A plan held against the first: the means of success, money and people, then the worlds."""
    who = f"{plan.title} against {first.title}"
    if plan.is_same(first):
        return [f"{who}: the same plan, so that every number is the same."]
    parts = [
        ("Funded", [_funded(found, first, plan)]),
        ("Success", [_success(found, first, plan)]),
        ("Money", [_mean(found, WORTH, plan, "funding is worth"), _mean(found, COST, plan, "the programme costs")]),
        ("People", [_mean(found, PEOPLE, plan, "adoption at the end is")]),
    ]
    told = [f"{head}: {'; '.join(filter(None, clauses))}." for head, clauses in parts if any(clauses)]
    return [line for line in (f"{who}. {' '.join(told)}" if told else "", _worlds(found, plan)) if line]


def _funded(found: Comparison, first: Plan, plan: Plan) -> str:
    """That the funded are not the same programmes under both; empty where they are."""
    one = found.difference(FUNDED, plan.label)
    if one.worlds is None or alike(one):
        return ""
    before, now = (written(found.estimate(FUNDED, each.label).value, SHARE) for each in (first, plan))
    if before == now and not one.told_apart:
        return ""
    return (
        f"{now} instead of {before}{_told(one)}; success and the value of funding are those of the funded, so that "
        "they speak of other programmes too"
    )


def _success(found: Comparison, first: Plan, plan: Plan) -> str:
    """How likely success is under a plan and under the first."""
    before, now = (found.estimate(SUCCESS, each.label) for each in (first, plan))
    if before.value is None and now.value is None:
        return f"no programme is funded under {first.label} or {plan.label}"
    for each, value, other, there in ((first, before, plan, now), (plan, now, first, before)):
        if value.value is None:
            return (
                f"under {each.label} no programme is funded, under {other.label} {written(there.value, SHARE)} succeed"
            )
    if before.value == now.value == 0.0:
        return f"none of the programmes succeeds under {first.label} or {plan.label}"
    if before.value == now.value == 1.0:
        return f"all programmes succeed under {first.label} and {plan.label}"
    one = found.difference(SUCCESS, plan.label)
    if alike(one):
        return f"{written(now.value, SHARE)} under both, in the same worlds"
    funded = all(each.result.funded_share.share == 1.0 for each in (first, plan))
    those = "" if funded else " of the funded"
    return f"{written(now.value, SHARE)}{those} instead of {written(before.value, SHARE)}{_told(one)}"


def _mean(found: Comparison, measure: str, plan: Plan, verb: str) -> str:
    """A mean under a plan and under the first; empty where it is no measure of both."""
    if measure not in found.measures:
        return ""
    one = found.difference(measure, plan.label)
    now, before = (_amount(found, measure, each) for each in (plan, one.a))
    if not now and not before:
        return ""
    if not (now and before):
        there, not_there = (plan, one.a) if now else (one.a, plan)
        when = ESTIMATED[measure].null_when
        return f"{verb} {now or before} on the mean under {there.label}, under {not_there.label} {when}"
    if one.estimate.value is None:
        return f"{verb} {now} on the mean under {plan.label} and {before} under {one.a.label}, which is not compared"
    if alike(one):
        return f"{verb} {now} on the mean under both, the same in every world"
    return f"{verb} {now} on the mean instead of {before}{_told(one)}"


def _amount(found: Comparison, measure: str, plan: Plan) -> str:
    """The mean of a measure under a plan; empty where there is none."""
    value, unit = found.estimate(measure, plan.label).value, ESTIMATED[measure].unit
    currency = plan.result.scenario.economics.currency if unit == MONEY else ""
    return "" if value is None else written(value, unit, currency=currency)


def _told(one: Difference) -> str:
    """A difference with its interval, and that it is not told apart where it isn't."""
    shown = interval_of(one)
    if shown.low is None or shown.high is None:
        return ", of one replication, which says nothing of the difference"
    size = f"{difference_in_words(shown.value, one.measure)}, 95% interval {reach_in_words(shown, one.measure)}"
    if not one.told_apart:
        return f" ({size}: not told apart)"
    return f" ({size}{'' if shown.clear else ': told apart, though only just'})"


def _worlds(found: Comparison, plan: Plan) -> str:
    """In how many worlds a plan does better than the first, which is not what the means say."""
    one = found.difference(SUCCESS, plan.label)
    if one.worlds is None or len(one.numbers) < 2:
        return ""
    a, b = one.a.label, plan.label
    told = []
    up, down = one.worlds.higher, one.worlds.lower
    if not same_in_worlds(one):
        told.append(
            f"{b} succeeds and {a} does not in {_share(up)} of the worlds, {a} succeeds and {b} does not in "
            f"{_share(down)}"
        )
    for measure, more, less in ((WORTH, "funding is worth more", "less"), (PEOPLE, "adoption is higher", "lower")):
        if measure in found.measures:
            told.append(_worlds_of(found.difference(measure, b), more, less))
    return f"World by world: {'; '.join(filter(None, told))}." if any(told) else ""


def _worlds_of(one: Difference, more: str, less: str) -> str:
    """In how many worlds a number is higher; and that the mean says something else, where it does."""
    worlds = one.worlds
    if worlds is None or one.estimate.value is None or alike(one):
        return ""
    told = f"{more} under {one.b.label} in {_share(worlds.higher)}, {less} in {_share(worlds.lower)}"
    if worlds.not_comparable.share and written(worlds.not_comparable.share, SHARE) != NO_SHARE:
        when = ESTIMATED[one.measure].null_when
        told += f", not comparable in {written(worlds.not_comparable.share, SHARE)} (under one or both {when})"
    return told + _mean_and_most(one, worlds)


def _mean_and_most(one: Difference, worlds: Worlds) -> str:
    """Where clearly more worlds go one way than the other, and the mean does not."""
    up, down = worlds.higher, worlds.lower
    most = "higher" if (up.low or 0.0) > (down.high or 0.0) else "lower" if (down.low or 0.0) > (up.high or 0.0) else ""
    value = one.estimate.value or 0.0
    if not most or (one.told_apart and most == ("higher" if value > 0.0 else "lower")):
        return ""
    if one.told_apart:
        return (
            f" (the mean goes the other way: a few worlds in which it is much {'higher' if value > 0.0 else 'lower'})"
        )
    other = "lower" if most == "higher" else "higher"
    return f" (more often {most} than {other}, though the means are not told apart)"


def _share(share: Share) -> str:
    return f"{written(share.share, SHARE)} ({written(share.low, SHARE)} to {written(share.high, SHARE)})"


def _best(found: Comparison) -> str:
    """Which plan is best by what decides, where one is told apart from all others."""
    told = []
    for measure, words in DECIDING.items():
        standing = found.standing(measure)
        if standing is None or measure not in found.measures:
            continue
        if standing.best is not None:
            told.append(f"by {words} {standing.best.title}, told apart from each of the others")
        else:
            told.append(f"by {words} none can be named{_why_none(found, standing.leading)}")
    return f"Best {'; '.join(told)}." if told else ""


def _why_none(found: Comparison, leading: Sequence[Plan]) -> str:
    """Why no plan is best."""
    if not leading:
        return ", as each is worse than another"
    if len(leading) == 1:
        return f", as {leading[0].label} is not told apart from all others"
    several = listed([plan.label for plan in leading])
    rest = [plan.label for plan in found.plans if plan not in leading]
    worse = f" ({listed(rest)} {'is' if len(rest) == 1 else 'are'} worse than another)" if rest else ""
    return f", as {several} are not told apart{worse}"


def _pairing(found: Comparison, first: Plan, plan: Plan) -> str:
    """As how many replications without pairing those that there are tell a difference."""
    told = []
    for measure, words in DECIDING.items():
        one = found.difference(measure, plan.label)
        ratio, n = one.variance_ratio, len(one.numbers)
        if measure in found.measures and ratio is not None and math.isfinite(ratio) and n > 1:
            told.append(f"{rounded(ratio * n)} in {words}")
    if not told:
        return ""
    n = len(found.difference(SUCCESS, plan.label).numbers)
    return (
        f"Pairing: of the difference between {plan.label} and {first.label} the {n:,} replications of each say as much "
        f"as, without the same luck in both, {listed(told)}."
    )


def alternative(found: Comparison) -> str:
    """What the figure shows, for those who can't see it."""
    first, *others = found.plans
    parts = []
    for measure, words in DECIDING.items():
        if measure not in found.measures:
            continue
        told = []
        for plan in others:
            one = found.difference(measure, plan.label)
            if one.estimate.value is None:
                continue
            ends = reach_in_words(interval_of(one), measure)
            how = "told apart" if one.told_apart else "not told apart"
            told.append(
                f"{plan.title} {difference_in_words(one.estimate.value, measure)} ({ends or 'no interval'}, {how})"
            )
        if told:
            parts.append(f"{words}: {'; '.join(told)}")
    return f"Points with intervals: differences from {first.title}. {'. '.join(parts)}." if parts else "Nothing to see."
