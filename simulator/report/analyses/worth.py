"""What is worth knowing, in words: the choice of today, what everything, a set, an input and a pilot are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.analysis.methods.information.net_benefits import MONEY, NOT_FUNDED, PEOPLE, SUCCESS
from simulator.analysis.methods.information.perfect import ENOUGH
from simulator.report.analyses.parts.differences import rounded
from simulator.report.analyses.parts.worth.figure import figure
from simulator.report.analyses.parts.worth.pilots import of_pilots, of_turns
from simulator.report.analyses.parts.worth.table import Table
from simulator.report.analyses.parts.worth.words import amount, by, gain, named, option, options, reach
from simulator.report.words import listed, unconditioned, written
from simulator.scenario.measure import SHARE

if TYPE_CHECKING:
    from simulator.analysis.worth import Learned, Worth

NAMED = 3
"""How many inputs, and sets, are named in a sentence."""

__all__ = ["Table", "alternative", "board", "figure", "sentences"]


def sentences(found: Worth) -> list[str]:
    """The choice of today by money and by success, then what is worth knowing, then pilots."""
    lines = []
    if MONEY not in found.stakes.given:
        lines.append("Money: nothing is priced in these plans, so that no choice is made by money.")
    for measure in found.measures:
        lines += _of(found, measure)
    if len(found.stakes.labels) == 1:
        lines.append(
            "Success: with a single plan no knowledge is worth points of success. It only decides whether the plan is "
            "funded, and what is not funded never succeeds; name other plans to choose between."
        )
    if found.measures and found.enough:
        lines += of_pilots(found)
        lines += of_turns(found)
    if found.stakes.inputs.unseen:
        n = len(found.stakes.inputs.unseen)
        lines.append(f"Nothing is known of {n} uncertain input{'' if n == 1 else 's'}, the same in all replications.")
    if found.stakes.weights is not None and found.measures:
        size = found.choice(found.measures[0]).size
        lines.append(
            "All of it is given the pilot that was observed, whose weights replications have: as many as "
            f"{size:,.0f} of equal weight."
        )
    if found.refusal:
        lines.append(unconditioned(found.refusal))
    return lines


def board(found: Worth) -> dict[str, str]:
    """What to measure next, in a sentence: by money where it is priced, else by success between plans."""
    if not found.measures or not found.enough:
        return {}
    measure = found.measures[0]
    first = found.paying(measure, single=True) or found.paying(measure, single=False)
    if first:
        worth = f"to know it before choosing is worth {_worth(found, measure, first[0])}"
        return {"measure": f"First {named(first[0].bundle)}: {worth}, beyond luck of all that were tried."}
    whole = found.everything(measure)
    if whole is not None and whole.knowing.pays:
        worth = f"to know all of them is worth {_worth(found, measure, whole)}"
        return {"measure": f"No input or set by itself is told to be worth measuring; {worth}."}
    return {"measure": "Nothing here is told to be worth measuring before the choice is made."}


def _of(found: Worth, measure: str) -> list[str]:
    """All about a choice by one measure."""
    lines = [_today(found, measure)]
    if not found.enough:
        n, size = len(found.stakes.numbers), found.choice(measure).size
        many = f"{n:,} replication{' teaches' if n == 1 else 's teach'} too little"
        by_weight = "" if found.stakes.weights is None else f" (by weight as many as {size:,.0f} that count alike)"
        wanted = f"simulate {ENOUGH:.0f} or more, better 1,000"
        lines.append(f"{by(measure)}: {many}{by_weight} to say what knowledge is worth; {wanted}.")
        return lines
    whole = found.everything(measure)
    if whole is None:
        lines.append(
            f"{by(measure)}: no input is uncertain, so that there is nothing to learn: what is left is luck, and the "
            "choice stands."
        )
        return lines
    return [*lines, _everything(found, measure, whole), *_first(found, measure, whole)]


def _today(found: Worth, measure: str) -> str:
    """What would be chosen now, what it is worth, and how sure that is."""
    today = found.today(measure)
    told = "; ".join(_option(found, measure, place) for place in options(found, measure))
    text = f"{by(measure)} today: {told}."
    if measure == MONEY and any(result.funded_share.share != 1.0 for result in found.stakes.results.values()):
        text += " Programmes that a plan's own gate refuses count nothing; what was spent before the decision is sunk."
    if today.second is None:
        return text
    best, second = option(found, measure, today.option), option(found, measure, today.second)
    if not today.ahead.value:
        return f"{text} {best[0].upper()}{best[1:]} and {second} are worth the same."
    ends = reach(today.ahead.low, today.ahead.high, measure, found)
    text += f" The choice is {best}, ahead of {second} by {gain(today.ahead.value, measure, found)}{ends}: "
    if today.sure:
        return text + ("told apart." if len(options(found, measure)) == 2 else "told apart from each of the others.")
    if today.needed is None:
        return text + "not told apart from every other option."
    needed = f"some {rounded(today.needed)} replications would tell"
    return f"{text}not told apart. If the difference stays what it is, {needed}."


def _option(found: Worth, measure: str, place: int) -> str:
    """An option and its means: money, success and people of all programmes, funded or not."""
    name = option(found, measure, place)
    stakes = found.stakes
    if place >= len(stakes.labels):
        return f"{name} is worth nothing"
    parts = []
    for each in (MONEY, SUCCESS, PEOPLE):
        if each not in stakes.given or (measure == SUCCESS and each == MONEY):
            continue
        mean = stakes.mean(each, place)
        ends = reach(mean.low, mean.high, each, found) if each == measure else ""
        words = {
            MONEY: "worth {} on the mean{}",
            SUCCESS: "success {}{} of all programmes",
            PEOPLE: "adoption at the end {}{}",
        }[each]
        parts.append(words.format(amount(mean.value, each, found), ends))
    return f"{name} is {', '.join(parts)}" if measure == MONEY else f"{name} has {', '.join(parts)}"


def _everything(found: Worth, measure: str, whole: Learned) -> str:
    """What knowing all inputs is worth, what it would change, and what no information is worth more than."""
    known, n, luck = whole.knowing, len(whole.bundle.places), found.luck(measure)
    what = "the one uncertain input" if n == 1 else f"all {n:,} uncertain inputs"
    text = (
        f"{by(measure)}: to know {what} before choosing is worth {_worth(found, measure, whole)}. "
        f"Another choice would be made in {written(whole.changes, SHARE)} of the programmes"
    )
    if known.value == 0.0:
        text = (
            f"{by(measure)}: to know {what} before choosing is not seen to be worth anything; with 95% confidence it "
            f"is worth no more than {gain(known.high, measure, found)}"
        )
    elif measure == MONEY:
        today = found.today(measure).option
        place = NOT_FUNDED if today >= len(found.stakes.labels) else today
        now = [float(found.stakes.mean(each, place)) for each in (SUCCESS, PEOPLE)]
        then = [found.followed(each, whole) for each in (SUCCESS, PEOPLE)]
        text += (
            f"; of all, {written(then[0], SHARE)} would succeed instead of {written(now[0], SHARE)} with the choice of "
            f"today, and adoption at the end would be {written(then[1], SHARE)} instead of {written(now[1], SHARE)}"
        )
    text += (
        f". No information whatever is worth more than {gain(luck.value, measure, found)}"
        f"{reach(luck.low, luck.high, measure, found)}: that would foresee luck too."
    )
    return text if known.pays or known.value == 0.0 else f"{text} Luck may explain what it seems to be worth."


def _first(found: Worth, measure: str, whole: Learned) -> list[str]:
    """What to measure first: what is beyond luck, and what comes next to it."""
    singles, sets = (found.paying(measure, single=single) for single in (True, False))
    tried = len(found.learned[measure])
    lines = []
    if singles or sets:
        told = [f"the input {_listed(found, measure, singles)}"] if len(singles) == 1 else []
        told += [f"the inputs {_listed(found, measure, singles)}"] if len(singles) > 1 else []
        told += [f"{'together' if singles else 'only together'} {_listed(found, measure, sets)}"] if sets else []
        lines.append(
            f"{by(measure)}: worth measuring first: {'; '.join(told)}. Beyond luck, allowing for all {tried:,} that "
            "were tried; the largest of so many is rather told too large than too small."
        )
    next_ = _next(found, measure)
    if next_:
        lines.append(
            f"{by(measure)}: next come {_listed(found, measure, next_)}, which luck may explain, as so many were tried."
        )
    if not lines and whole.knowing.pays:
        lines.append(
            f"{by(measure)}: only all of it together is told to be worth something: no set and no input by itself."
        )
    if not lines and not whole.knowing.pays:
        most = gain(whole.knowing.high, measure, found)
        lines.append(
            f"{by(measure)}: nothing here is told to be worth measuring, and all of it together is worth no more than "
            f"{most} with 95% confidence: as far as can be seen the choice stands whatever is found."
        )
    return lines


def _next(found: Worth, measure: str) -> list[Learned]:
    """Inputs that seem to be worth something by their own interval, though not beyond luck in so many."""
    rest = [
        one
        for one in found.learned[measure]
        if one.bundle.kind == "one" and not one.knowing.pays and one.knowing.low > 0.0
    ]
    return sorted(rest, key=lambda one: -one.knowing.value)


def _listed(found: Worth, measure: str, each: list[Learned]) -> str:
    told = [f"{named(one.bundle)} ({_worth(found, measure, one)})" for one in each[:NAMED]]
    if len(each) > NAMED:
        told.append(f"{len(each) - NAMED} more")
    return listed(told)


def _worth(found: Worth, measure: str, one: Learned) -> str:
    known = one.knowing
    bare = one.bundle.kind != "everything"
    return f"{gain(known.value, measure, found)}{reach(known.low, known.high, measure, found, bare=bare)}"


def alternative(found: Worth) -> str:
    """The figure in words."""
    return " ".join(sentences(found))
