"""How many people answer, in words: what each line needs and when, what the plan has, and what more people change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from simulator.analysis.methods.support.desk import target_adoption
from simulator.analysis.methods.support.erlang import FEW
from simulator.analysis.methods.support.lines import CONFIDENCE, meets
from simulator.report.analyses.parts.staffing_table import LINE_WORDS, NOTE, by_quarter, share
from simulator.report.words import unconditioned, written
from simulator.results.statistics import Estimate, Share, effective_size
from simulator.scenario.measure import COUNT, MONEY, RATE, SHARE, Unit

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.console import Console, ConsoleOptions, RenderResult

    from simulator.analysis.methods.support.lines import Cell, Line
    from simulator.analysis.staffing import Staffing

EFFECTS: Final[dict[str, tuple[str, Unit]]] = {
    "success": ("success, of all programmes,", SHARE),
    "value_from_funding": ("the mean value of funding", MONEY),
    "users_lost": ("users lost for good", COUNT),
    "programme_cost": ("the mean cost of the programme", MONEY),
}


def people(number: int | None) -> str:
    """So many people."""
    if number is None:
        return "no number of people"
    return "nobody" if number == 0 else "1 person" if number == 1 else f"{number:,} people"


def sentences(found: Staffing) -> list[str]:
    """What each line needs, against plan and pilot, what it changes, what the team does, and when users ask."""
    lines: list[str] = []
    if found.refusal:
        lines.append(unconditioned(found.refusal))
    if not found.funded.share:
        return [*lines, "No programme is funded in any of the worlds: nobody has to answer."]
    if found.scenario.support.ideal:
        lines.append("Support is ideal in this plan: an expert answers every ticket at once, and no line has visits.")
    elif not found.quarters:
        lines.append("No funded programme runs for a whole quarter: what a quarter needs can't be told.")
    else:
        lines += [line for one in found.lines for line in _of_line(found, one)]
        lines += _over(found)
        lines += _effect(found)
    lines += _team(found)
    lines += _hours(found)
    few = max((cell.heads["funded"].n for line in found.lines for cell in line.cells), default=0)
    if 0 < few < FEW and not found.scenario.support.ideal:
        of = "one programme" if few == 1 else f"{few} programmes at most"
        lines.append(f"These numbers come from {of}, in which 80% means all: no confidence can be told from so few.")
    return lines


def board(found: Staffing) -> dict[str, str]:
    """The question of a board that is answered here, in one sentence."""
    told = []
    for line in found.lines if found.quarters else ():
        peak = line.peak
        if peak is None or line.check is None or peak.planned.value is None:
            continue
        told.append(
            f"{LINE_WORDS[line.tier]} {people(line.check.number)} in {when(found, peak)} where the plan has "
            f"{written(peak.planned.value, COUNT)}"
        )
    if not told:
        return {"support": next(line for line in sentences(found) if line != unconditioned(found.refusal))}
    return {
        "support": f"To begin visits in time with {CONFIDENCE:.0%} confidence in the quarter that needs most: "
        f"{'; '.join(told)}."
    }


def _of_line(found: Staffing, line: Line) -> list[str]:
    """What a line needs where it needs most, how sure that is, and what the plan has."""
    name, peak = LINE_WORDS[line.tier], line.peak
    head = f"{name[0].upper()}{name[1:]}"
    lines = []
    if peak is not None and peak.number == 0 and all(cell.number == 0 for cell in line.cells):
        told = f"in each quarter nobody turns to it in at least {CONFIDENCE:.0%} of the programmes that run then"
        return [f"{head} needs nobody: {told}."]
    section = getattr(found.scenario.support.tiers, line.tier)
    target, within = float(section.target_share.mean), float(section.target_hours.mean)
    promise = f"{100 * target:.3g}% of its visits within {within:g} hour{'' if within == 1 else 's'}"
    if peak is not None and line.check is not None:
        check = line.check
        lines.append(
            f"{head} needs {people(check.number)} to begin {promise} in at least {CONFIDENCE:.0%} of its "
            f"programmes in {_when(found, line, peak)}{_success(peak)}. {_fresh(line)}"
        )
        formula, at_target = peak.erlang["funded"], peak.target["funded"]
        lines.append(
            f"Erlang's formula, for the busiest four weeks and people spread evenly over the hours that are staffed, "
            f"asks for {people(formula.number)} as simulated, and for {people(at_target.number)} at "
            f"{adoption(found)}{_known(at_target.n, formula.n)}."
        )
        lines.append(_plan(found, line, peak))
    lines += _impossible(found, line, promise)
    return lines


def _when(found: Staffing, line: Line, peak: Cell) -> str:
    """The quarter that needs most, or how many need as many, and which is the tightest."""
    alike, told = line.recommended.count(line.recommended[line.cells.index(peak)]), when(found, peak)
    if alike == 1:
        return f"{told}, when it needs most" if len(line.cells) > 1 else told
    which = "every quarter" if alike == len(line.cells) else f"{alike} quarters, which need most"
    return f"{which}; {told} is the tightest"


def when(found: Staffing, cell: Cell) -> str:
    """A quarter with its first day."""
    day = found.date(cell.quarter)
    return f"quarter {cell.quarter + 1} from funding (from {day:%d %b %Y} in the middle)"


def adoption(found: Staffing) -> str:
    """What target adoption is."""
    asked = target_adoption(found.scenario)
    if asked is None:
        return "the pilot's adoption of all planned users"
    return f"{100 * asked:.3g}% adoption of all planned users, which success asks for"


def _success(peak: Cell) -> str:
    """How far the number is enough where the programme succeeds, and what is."""
    one = peak.heads["success"]
    if one.n == 0:
        return "; none of these succeeds even with enough people, so that there is no number given success"
    if one.n < FEW:
        return f"; {one.n} of these succeed with enough people, too few for a number given success"
    succeeding, n = peak.succeeding
    number = peak.number or 0
    told = f"; where it succeeds with enough people ({n:,}), {people(number)} {_do(number)} in {share(succeeding)}"
    if one.more_than is not None:
        return f"{told}, and {CONFIDENCE:.0%} takes more than {people(one.more_than)}"
    if one.number is None:
        return f"{told}, and no number of people in {CONFIDENCE:.0%}"
    return told if meets(succeeding) else f"{told}, and {CONFIDENCE:.0%} takes {people(one.number)}"


def _fresh(line: Line) -> str:
    check = line.check
    assert check is not None
    if check.holds.share is None:
        return "No fresh programme runs in that quarter, so that it could not be checked."
    told = f"On fresh replications {people(check.number)} {_do(check.number)} in {share(check.holds)} of the programmes"
    if check.fewer.share is not None:
        told += f", {people(check.number - 1)} in {share(check.fewer)}"
    if check.raised_from is not None:
        told += f"; at first {people(check.raised_from)} seemed enough"
    if not check.held:
        told += ": too few"
    elif check.fewer.share is not None and check.fewer.share >= CONFIDENCE:
        told += ", so that one fewer may do: the worlds that it was chosen from say otherwise"
    return f"{told}."


def _do(number: int) -> str:
    return "does" if number < 2 else "do"


def _known(some: int, every: int) -> str:
    return "" if some >= every else f" (from the {some:,} of {every:,} programmes that are used enough to tell)"


def _plan(found: Staffing, line: Line, peak: Cell) -> str:
    planned, extrapolated = peak.planned.value, found.extrapolated[line.tier].value
    if planned is None:
        return "No programme of the plan as it stands runs in that quarter."
    there = written(planned, COUNT)
    told = f"The plan has {there} then in the middle, and meets the target in {share(peak.meets)} of its programmes"
    if extrapolated is not None and found.scenario.pilot is not None:
        told += f"; what the pilot logged leads to {written(extrapolated, COUNT)}"
    price = found.price_of_more.get(line.tier, 0.0)
    currency = found.scenario.economics.currency
    if price != 0.0:
        amount = written(abs(price), MONEY, currency=currency)
        told += f". The difference {'costs' if price > 0.0 else 'saves'} {amount} a year if paid for whole shifts"
    return f"{told}."


def _impossible(found: Staffing, line: Line, promise: str) -> list[str]:
    """Where no headcount meets the target, and why."""
    name = LINE_WORDS[line.tier]
    none = [cell for cell in line.cells if cell.number is None and cell.heads["funded"].n > 0]
    if none:
        listed = ", ".join(str(cell.quarter + 1) for cell in none)
        most = max(none, key=lambda cell: float(cell.heads["funded"].never))
        told = (
            f"No number of people lets {name} begin {promise} with {CONFIDENCE:.0%} confidence in "
            f"quarter{'s' if len(none) > 1 else ''} {listed}: too much comes while nobody is at work, "
            f"in {share(most.heads['funded'].never)} of the programmes of quarter {most.quarter + 1}. That takes other "
            "shifts."
        )
        return [told]
    worst = max(line.cells, key=lambda cell: float(cell.heads["funded"].never), default=None)
    if worst is None or not float(worst.heads["funded"].never) > 0.0:
        return []
    told = f"In {share(worst.heads['funded'].never)} of the programmes that run in quarter {worst.quarter + 1}"
    return [f"{told} no number of people is enough at {name}: too much comes while nobody is at work."]


def _over(found: Staffing) -> list[str]:
    told = []
    asked: tuple[tuple[Literal["planned", "extrapolated"], str], ...] = (
        ("planned", "the people that the plan has in the same quarters"),
        ("extrapolated", "those that the pilot's logged tickets lead to"),
    )
    for what, words in asked:
        one = found.over(what)
        if one.value is None or (what == "extrapolated" and found.scenario.pilot is None):
            continue
        if one.n < 0.5 * np.count_nonzero(found.enough.funded_worlds):
            continue  # it would be of the few in which some headcount is enough
        reach = "no interval" if one.low is None or one.high is None else (
            f"95% interval {written(one.low, RATE)} to {written(one.high, RATE)}"
        )  # fmt: skip
        told.append(
            f"{written(one.value, RATE)} times {words} ({reach}, {one.n:,} programme{'' if one.n == 1 else 's'})"
        )
    lines = [_at_peaks(found)]
    if told:
        lines.append(
            f"By Erlang's formula a programme needs, in the middle, in its busiest quarters {' and '.join(told)}."
        )
    return [line for line in lines if line]


def _at_peaks(found: Staffing) -> str:
    """The people of both lines where each needs most, over those whom the plan has then, and those of the pilot."""
    known = [(line.check, line.peak) for line in found.lines if line.check is not None and line.peak is not None]
    if len(known) < len(found.lines):
        return ""
    needed = sum(check.number for check, _ in known)
    told = []
    planned = [peak.planned.value for _, peak in known]
    for numbers, words in ((planned, "the plan's {}"), (_pilot(found), "the {} that the pilot leads to")):
        there = sum(number or 0.0 for number in numbers)
        if there > 0.0 and None not in numbers:
            told.append(f"{written(needed / there, RATE)} times {words.format(written(there, COUNT))}")
    return f"Both lines at their peaks need {people(needed)}: {' and '.join(told)}." if told else ""


def _pilot(found: Staffing) -> list[float | None]:
    """Heads that the pilot's tickets lead to; empty without a pilot."""
    return [one.value for one in found.extrapolated.values()] if found.scenario.pilot is not None else []


def _effect(found: Staffing) -> list[str]:
    if not found.effect:
        return []
    told = []
    for measure, (plan, other, less) in found.effect.items():
        words, unit = EFFECTS[measure]
        currency = found.scenario.economics.currency if unit == MONEY else ""
        ours, theirs = (written(one.value, unit, currency=currency) for one in (other, plan))
        if less.value == 0.0 and ours == theirs:
            told.append(f"{words} stays at {ours}".replace("users lost for good stays", "users lost for good stay"))
            continue
        verb = "are" if measure == "users_lost" else "is"
        told.append(f"{words} {verb} {ours} instead of {theirs} ({_change(unit, less)})")
    left = [LINE_WORDS[line.tier] for line in found.lines if line.peak is None]
    but = f" ({' and '.join(left)} as planned)" if left else ""
    return [f"With the people that each quarter needs{but}, there on its first day and trained: {'; '.join(told)}."]


def _change(unit: Unit, less: Estimate) -> str:
    def one(value: float) -> str:
        sign = "+" if value > 0 else ""
        return f"{sign}{100 * value:.1f} pts" if unit == SHARE else f"{sign}{written(value, unit)}"

    if less.low is None or less.high is None:
        return f"{one(float(less))}, too few replications for an interval"
    luck = "" if less.clear else ": may be luck"
    return f"{one(float(less))}, 95% interval {one(less.low)} to {one(less.high)}{luck}"


def _team(found: Staffing) -> list[str]:
    """What the third tier does."""
    told = [(hours, tickets, quarter) for (hours, tickets), quarter in zip(found.team(), found.quarters, strict=True)]
    known = [(hours, tickets or 0.0, quarter) for hours, tickets, quarter in told if hours is not None]
    if not known:
        return []
    hours, tickets, quarter = max(known, key=lambda one: (one[0], -one[2]))
    week = found.team_week
    of_tickets = "" if found.scenario.support.ideal else f", and with tickets for up to {written(tickets, COUNT)}"
    line = (
        f"Tier 3 is the data science team, {found.team_members} at kick-off, who have other work too. In quarter "
        f"{quarter + 1}, its busiest with enough people before it, {CONFIDENCE:.0%} of the programmes keep it at work "
        f"for up to {written(hours, COUNT)} hours a week, as much as {written(hours / week, COUNT)} people of "
        f"{week:g} hours have{of_tickets}."
    )
    return [line]


def _hours(found: Staffing) -> list[str]:
    hours = found.hours
    if hours is None or hours.share_opened_alone is None:
        return []
    many = "1 programme" if hours.worlds == 1 else f"{hours.worlds} programmes"
    told = (
        f"In {many} of the plan, {share(Share(hours.share_opened_alone, None, None))} of the tickets of quarter "
        f"{hours.quarter + 1} are opened while nobody of tier 1 is at work"
    )
    if not hours.share_late:
        return [f"{told}; no visit to it begins late."]
    alone = hours.share_late_alone or 0.0
    late = f"{written(hours.share_late, SHARE)} of the visits to it begin late"
    return [f"{told}; {late}, and of these {written(alone, SHARE)} had come while nobody was there."]


def heading(found: Staffing) -> str:
    """What was simulated."""
    n = len(found.plan.numbers)
    weights = found.plan.weights
    size = "" if weights is None else f", weighted by the observed pilot (worth {effective_size(weights):.0f})"
    return (
        f"{found.scenario.name}: how many people answer. {n:,} replication{'' if n == 1 else 's'}{size}, "
        f"{written(found.funded.share, SHARE)} funded, seed {found.seed}"
    )


class Table:
    """The lines by quarter for a terminal, then what was found in words."""

    def __init__(self, found: Staffing) -> None:
        self._found = found

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        found = self._found
        yield Text(heading(found), style="bold")
        for line in found.lines if found.quarters else ():
            yield Text("")
            yield by_quarter(found, line)
        yield Text("")
        for sentence in sentences(found):
            yield Text(sentence)
        if found.quarters:
            yield Text("")
            yield Text(NOTE, style="dim")


def figure(found: Staffing) -> Figure:
    """Heads needed in each quarter against those planned, and the load by hour of the week."""
    from simulator.report.analyses.parts.staffing_figure import draw

    return draw(found)


def alternative(found: Staffing) -> str:
    """The figure in words."""
    from simulator.report.analyses.parts.staffing_figure import seen

    return f"{seen(found)}. " + " ".join(sentences(found))
