"""Pilots in words: what they are worth by what they teach, when to stop, and the reading that would turn the choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.analysis.methods.information.net_benefits import MONEY
from simulator.report.analyses.parts.worth.words import by, gain, option, reach
from simulator.report.words import listed, written
from simulator.results.conditioning import observed_in
from simulator.scenario.measure import SHARE

if TYPE_CHECKING:
    from simulator.analysis.methods.information.sample import Pilot
    from simulator.analysis.methods.information.turning import Turn
    from simulator.analysis.worth import Worth

READINGS: Final = {
    "accuracy_pilot": ("{} of the checked answers are right", SHARE),
    "adoption_pilot": ("{} of the invited are still active", SHARE),
    "tickets_per_user_week_pilot": ("{} tickets are logged a user and week", None),
}


def of_pilots(found: Worth) -> list[str]:
    """What the pilot as planned is worth, and whether a larger or longer one would be worth its price."""
    if not found.pilots:
        return ["Pilot: the first plan has none that reads anything, so that nothing is said of one."]
    lines = []
    for measure, each in found.pilots.items():
        lines.append(_planned(found, measure, each[0]))
        lines.append(_larger(found, measure, each))
    if len(found.stakes.labels) > 1 and not _same_pilots(found):
        lines.append(
            f"The plans run different pilots: readings are those of {found.stakes.labels[0]}'s, and what each pilot "
            "costs by the day of its decision is in no plan's value."
        )
    return lines


def _planned(found: Worth, measure: str, pilot: Pilot) -> str:
    known = pilot.knowing
    what = f"{pilot.users:,.0f} users, read over {pilot.weeks:g} weeks, {pilot.tasks:,.0f} answers checked"
    ran = observed_in(found.stakes.first.scenario) is not None
    which = f"one more pilot like that which has run ({what})" if ran else f"the pilot as planned ({what})"
    own = " beyond what the plans' own gates make of it" if _has_gate(found) and not ran else ""
    if known.value == 0.0:
        most = (
            f"; with 95% confidence it is worth no more than {gain(known.high, measure, found)}" if known.high else ""
        )
        return f"{by(measure)}: {which} is not seen to be worth anything by what it teaches{own}{most}."
    worth = f"{gain(known.value, measure, found)}{reach(known.low, known.high, measure, found)}"
    return f"{by(measure)}: {which} is worth {worth} by what it teaches{own}."


def _larger(found: Worth, measure: str, each: tuple[Pilot, ...]) -> str:
    """Whether more is worth its price; the most that a pilot of this kind can teach."""
    *sizes, endless = each
    known = endless.knowing
    most = f"{gain(known.value, measure, found)}{reach(known.low, known.high, measure, found)}"
    limit = f"Without any sampling error such a pilot would be worth {most}."
    if known.value == 0.0:
        limit = "Without any sampling error such a pilot would not be seen to be worth anything either."
    if measure != MONEY:
        clear = [one for one in sizes[1:] if one.more.clear and (one.more.value or 0.0) > 0.0]
        adds = [f"{_one(one)} adds {gain(one.more.value, measure, found)}" for one in clear]
        return (
            f"{by(measure)}: {listed(adds) if adds else 'no larger or longer pilot is told to add anything'}. {limit}"
        )
    if any(one.price is None for one in sizes):
        return f"{by(measure)}: what other pilots cost is not known here. {limit}"
    offered = sizes if observed_in(found.stakes.first.scenario) is not None else sizes[1:]
    told = [
        f"{_one(one)} adds {gain(one.more.value, measure, found)} for {gain(one.price, measure, found)}"
        for one in offered
    ]
    pays = [one for one in offered if one.net.low is not None and one.net.low > 0.0]
    never = [one for one in offered if one.net.high is not None and one.net.high < 0.0]
    if pays:
        best = max(pays, key=lambda one: one.net.value or 0.0)
        verdict = f"Most is left of {_one(best)}: {gain(best.net.value, measure, found)} net"
        verdict += reach(best.net.low, best.net.high, measure, found)
    elif len(never) == len(offered):
        verdict = "None of them is worth its price: stop measuring by pilot here"
    else:
        verdict = "None is told to be worth its price"
    return f"{by(measure)}: of other pilots {listed(told)}. {verdict}. {limit}"


def _one(pilot: Pilot) -> str:
    return f"one {'' if pilot.name == 'as planned' else 'with '}{pilot.name}"


def of_turns(found: Worth) -> list[str]:
    """The readings that would turn the choice."""
    lines = []
    for measure, each in found.turns.items():
        told = [_turn(found, measure, one) for one in each if one.told]
        if told:
            lines += told
        else:
            lines.append(f"{by(measure)}: no reading of the pilot as planned, by itself, is told to turn the choice.")
    return lines


def _turn(found: Worth, measure: str, one: Turn) -> str:
    words, unit = READINGS[one.measure]

    def write(value: float) -> str:
        return written(value, SHARE) if unit else f"{value:.3g}"

    side = "fewer than" if one.side == "below" else "more than"
    to = option(found, measure, one.to)
    return (
        f"{by(measure)}: if {words.format(f'{side} {write(one.line)}')} in the pilot (95% interval of the line "
        f"{write(one.low)} to {write(one.high)}), which is so in {written(one.share, SHARE)} of the programmes, "
        f"{to} is the better choice; to go by it is worth {gain(one.gain, measure, found)} on the mean."
    )


def _has_gate(found: Worth) -> bool:
    plans = [result.scenario.rollout for result in found.stakes.results.values()]
    return any(plan is not None and plan.funding_gate is not None for plan in plans)


def _same_pilots(found: Worth) -> bool:
    first, *others = found.stakes.results.values()
    theirs = found.stakes.readings(first)
    return all(
        repr(theirs) == repr(found.stakes.readings(one)) and theirs.keys() == found.stakes.readings(one).keys()
        for one in others
    )
