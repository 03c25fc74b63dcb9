"""What the gates of a plan decide and bring, in words: each gate, then what other thresholds and holds would do."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from simulator.analysis.methods.gating.decisions import GO, change_of_share, difference_of_shares
from simulator.report.words import listed, unconditioned, written
from simulator.scenario.measure import COUNT, MONEY, SHARE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.figure import Figure
    from rich.console import Console, ConsoleOptions, RenderResult

    from simulator.analysis.gates import GateReview
    from simulator.analysis.methods.gating.decisions import Kind
    from simulator.analysis.methods.gating.judged_gates import Curve, Gate, Tried
    from simulator.results.statistics import Estimate, Share

KIND_WORDS: Final[dict[Kind, str]] = {
    "right_go": "right go",
    "false_go": "false go",
    "right_stop": "right stop",
    "false_stop": "false stop",
    "held": "held, and not read again",
    "not_read": "not read",
}
MEASURE_WORDS: Final = {
    "accuracy": "accuracy",
    "resolution": "resolved cases",
    "active_share": "active among the invited",
    "value_share": "observed over planned value",
    "sla_met_share": "support in time",
    "backlog": "tickets waiting per 100 users",
    "integrations_live": "systems that are live",
    "business_case": "value over cost of the plan",
    "net_value": "net value since funding",
    "cost_share": "cost over planned cost",
}
IN_SHARES: Final = ("accuracy", "resolution", "active_share", "sla_met_share", "integrations_live")
TINY: Final = 0.0005
"""A share that is told as next to none: it would be written as 0.0%."""
PENNY: Final = 0.5
"""An amount of money that is told as none."""
GOOD: Final = {"success": "succeed", "value": "pay"}
SIDE_WORDS: Final = {"at_least": "at least", "at_most": "at most"}


def sentences(found: GateReview) -> list[str]:
    """What each gate decides, whether that is right, what it brings, and what other bounds and holds would do."""
    if not found.gates:
        return [f"{found.scenario.name} has no gates: there is nothing to judge, and nothing was simulated."]
    lines = [verdicts(found)]
    lines += [line for name, gate in found.gates.items() for line in told_of(found, name, gate)]
    if found.refusal:
        lines.append(unconditioned(found.refusal))
    return lines


def verdicts(found: GateReview) -> str:
    """Which gates bring or cost something beyond luck, and which do neither."""
    by_verdict: dict[str, list[str]] = {}
    for name, gate in found.gates.items():
        by_verdict.setdefault(_verdict(gate), []).append(name)
    parts = [f"{listed(names)} {told}" for told, names in by_verdict.items()]
    return f"Each gate held against none: {'; '.join(parts)}."


def _verdict(gate: Gate) -> str:
    if gate.never_read:
        return "never read"
    if gate.changes_nothing:
        return "without any effect"
    changes = {name: gate.change(name) for name in (("npv", "success") if gate.priced else ("success",))}
    clear = {name: float(change) > 0.0 for name, change in changes.items() if change.clear}
    words = {"npv": "net present value", "success": "success"}
    told = [f"{'more' if more else 'less'} {words[name]}" for name, more in clear.items()]
    return (
        f"with {' and '.join(told)}, beyond luck"
        if told
        else f"without more or less {' or '.join(words[x] for x in changes)} beyond luck"
    )


def told_of(found: GateReview, name: str, gate: Gate) -> list[str]:
    """All that is told of a gate."""
    lines = [_what_it_does(gate)]
    if gate.never_read:
        return lines
    lines.append(f"{_is_it_right(gate)} {_what_it_brings(found, gate)}")
    holds = _holds(gate)
    if holds:
        lines.append(holds)
    curve = found.curves.get(name)
    if curve is not None:
        lines.append(_thresholds(found, gate, curve))
    if found.by_holds.get(name):
        lines.append(_looks(gate, found.by_holds[name]))
    return lines


def titled(gate: Gate) -> str:
    """The name of a gate and where it stands."""
    return f"{gate.name}, the funding gate" if gate.phase is None else f"{gate.name}, the gate before {gate.phase}"


def asked(gate: Gate) -> str:
    """What a gate asks for."""
    told = []
    for place, (measure, side) in enumerate(gate.criteria):
        bounds = gate.rule.bounds(place)
        about = "" if (bounds == bounds[0]).all() else "about "
        told.append(
            f"{MEASURE_WORDS[measure]} {SIDE_WORDS[side]} {about}{level(gate, place, float(np.median(bounds)))}"
        )
    return (" or " if gate.rule.any_of else ", ").join(told)


def level(gate: Gate, criterion: int, threshold: float) -> str:
    """A threshold as people read it."""
    measure, _ = gate.criteria[criterion]
    if measure in IN_SHARES:
        return f"{100 * threshold:.3g}%"
    if measure == "net_value":
        return written(threshold, MONEY)
    return written(threshold, COUNT, like=1.0 if abs(threshold) < 10 else None)


def percent(share: Share | Estimate) -> str:
    """A share, or the mean of one, as people read it."""
    return written(None if math.isnan(share) else float(share), SHARE)


def _what_it_does(gate: Gate) -> str:
    """How many are read, let through, stopped."""
    head = f"{titled(gate)[0].upper()}{titled(gate)[1:]} ({asked(gate)})"
    read = gate.share(~gate.kinds["not_read"])
    if gate.never_read:
        return f"{head}: no programme gets as far as its reading."
    went = gate.share(gate.kinds["right_go"] | gate.kinds["false_go"])
    stopped = gate.share(gate.kinds["right_stop"] | gate.kinds["false_stop"])
    left = gate.share(gate.kinds["held"])
    told = [f"lets {some(went)} through", f"stops {some(stopped)}"]
    if left.share:
        told.append(f"holds {some(left)} that are not read again before all is over")
    reads = "It reads every programme" if read.share == 1.0 else f"It reads {percent(read)} of all programmes"
    return f"{head}. {reads}: of all, it {', '.join(told[:-1])} and {told[-1]}."


def _is_it_right(gate: Gate) -> str:
    """Whether it stops what should be stopped."""
    read, good = ~gate.kinds["not_read"], GOOD[gate.truth]
    would, stopped = gate.share(gate.good, read), gate.kinds["right_stop"] | gate.kinds["false_stop"]
    of_good, of_bad = (gate.share(stopped, read & among) for among in (gate.good, ~gate.good))
    if would.share == 0.0:
        told = f"it can stop none falsely, and stops {_part(of_bad)}"
        return f"None of those that it reads would {good} with the gate off: {told}."
    if would.share == 1.0:
        return (
            f"All that it reads would {good} with the gate off: it can stop none rightly, and stops {_part(of_good)}."
        )
    head = f"Of those that it reads, {some(would)} would {good} with the gate off; it stops"
    if not of_good.share and not of_bad.share:
        return f"{head} none of these, and none of the others."
    if max(float(of_good), float(of_bad)) < TINY:
        return f"{head} almost none of these, and of the others."
    more = difference_of_shares(of_bad, of_good)
    told = "That it stops the ones more often than the others may be luck."
    if not more.value:
        told = "It stops both as often."
    elif more.clear:
        told = f"It stops those more often that would {'not ' if more.value > 0.0 else ''}{good}, beyond luck."
    return f"{head} {_part(of_good)} of these, and {_part(of_bad)} of the others. {told}"


def _part(share: Share) -> str:
    return f"{some(share)}{reach(share) if float(share) >= TINY else ''}"


def some(share: Share) -> str:
    """A share, and whether it is none, or next to none, as weights may leave of some."""
    return "none" if not share.share else "almost none" if share.share < TINY else percent(share)


def reach(share: Share) -> str:
    """The interval of a share, in brackets."""
    return "" if share.low is None or share.high is None else f" ({100 * share.low:.0f}-{100 * share.high:.0f}%)"


def _what_it_brings(found: GateReview, gate: Gate) -> str:
    """Success, people and money with and without it."""
    if gate.changes_nothing:
        return "It changes nothing: every programme is the same with it and without it."
    told = []
    for measure, words in (("success", "success"), ("adoption_final", "adoption at the end")):
        brings = gate.change(measure)
        with_it, off = gate.mean(gate.planned(measure)), gate.mean(gate.off(measure))
        told.append(f"{words} is {percent(with_it)} instead of {percent(off)} ({points(brings)})")
    text = f"With it {' and '.join(told)}"
    if not gate.priced:
        return f"{text}."
    currency = found.scenario.economics.currency
    with_it, off, brings = (gate.mean(of("npv")) for of in (gate.planned, gate.off, gate.brings))
    text += (
        f"; net present value from kick-off is {written(with_it.value, MONEY, currency=currency)} instead of "
        f"{written(off.value, MONEY, currency=currency)} on the mean ({_change(brings, signed)})"
    )
    listed = [
        f"{KIND_WORDS[kind]} {signed(part.brings.value)}"
        for kind, part in gate.parts.items()
        if part.brings is not None and abs(float(part.brings)) >= PENNY
    ]
    if len(listed) > 1:
        return f"{text}: {', '.join(listed)}."
    return f"{text}, all of it by {listed[0].rsplit(' ', 1)[0]}." if listed else f"{text}."


def signed(value: float | None) -> str:
    """A change of money."""
    if value is None:
        return "–"
    return "0" if abs(value) < PENNY else f"{'+' if value > 0 else ''}{written(value, MONEY)}"


def points(brings: Estimate) -> str:
    """A change of a share with its interval, and whether it may be luck."""

    def one(value: float) -> str:
        size = abs(100 * value)
        if size < TINY:
            return "0.0 pts"
        digits = f"{size:.1f}" if size >= 0.05 else f"{size:.1g}"
        return f"{'+' if value > 0 else '-'}{digits} pts"

    return _change(brings, one)


def _change(brings: Estimate, tell: Callable[[float], str]) -> str:
    if brings.value == 0.0 and brings.low == brings.high:
        return "no difference in any programme"
    if brings.low is None or brings.high is None:
        return f"{tell(float(brings))}, too few replications for an interval"
    told = f"{tell(float(brings))}, 95% interval {tell(brings.low)} to {tell(brings.high)}"
    return told if brings.clear else f"{told}: may be luck"


def _holds(gate: Gate) -> str:
    """How often and how long it held, what was missed, and whether that mended or spoiled anything."""
    held = gate.share(gate.was_held, ~gate.kinds["not_read"])
    told = []
    if held.share and float(held) < TINY:
        return "It holds almost none of those that it reads."
    if held.share:
        weeks = gate.mean(gate.weeks_held, gate.was_held)
        told.append(f"It holds {percent(held)} of those that it reads, these for {float(weeks):.3g} weeks on the mean.")
        told.append(_mended(gate))
    elif gate.missed:
        told.append("It never holds: what it does not let through, it stops.")
    else:
        return "It never holds, as no reading misses what it asks for."
    if len(gate.criteria) > 1:
        most = gate.missed[0].share
        alike = [MEASURE_WORDS[gate.criteria[one.criterion][0]] for one in gate.missed if one.share == most]
        told.append(f"Missed most often: {listed(alike)}, in {percent(most)} of the readings that do not let through.")
    return " ".join(told)


def _mended(gate: Gate) -> str:
    good = GOOD[gate.truth]
    if not gate.share(gate.went_after_a_hold).share:
        return "None of these is let through later."
    rescued, spoiled = gate.share(gate.rescued), gate.share(gate.spoiled)
    if not rescued.share and not spoiled.share:
        return f"No hold decides whether those that are let through later {good}."
    return (
        f"Of all programmes, holds rescue {some(rescued)} (let through later, they {good}, and with the gate off "
        f"would not), and spoil {some(spoiled)} (the other way round)."
    )


def _thresholds(found: GateReview, gate: Gate, curve: Curve) -> str:
    """The best threshold, what can't be told from it, or that none is best."""
    measure, side = gate.criteria[curve.criterion]
    tried = [one for one in curve.tried if one.label is not None]
    ends = [level(gate, curve.criterion, one.label or 0.0) for one in (tried[0], tried[-1])]
    over = (
        f"Of {len(tried)} thresholds of {MEASURE_WORDS[measure]} ({SIDE_WORDS[side]} {' to '.join(ends)}) and no gate"
    )
    what = "mean net present value" if gate.priced else "success"
    if not any((one.worth != curve.tried[0].worth).any() for one in curve.tried):
        return f"{over}, all give the same {'net present value' if gate.priced else 'success'} in every programme."
    if curve.apart.best is None:
        return f"{over}, the one with the highest {what} can't be told from any other beyond luck: none is named."
    best = curve.tried[curve.apart.best]
    currency = found.scenario.economics.currency
    worth = "" if best.npv is None else f"{written(best.npv.value, MONEY, currency=currency)}; "
    others = [place for place in curve.apart.alike if place != curve.apart.best]
    like = f"not to be told from it: {_places(gate, curve, others)}" if others else "it is told from all the others"
    place, planned = next(pair for pair in enumerate(curve.tried) if pair[1].planned)
    if place == curve.apart.best:
        verdict = "It is the plan's."
    elif place in curve.apart.alike:
        verdict = "The plan's is among these."
    else:
        verdict = "The plan's is worse, beyond luck."
    if curve.apart.best == len(curve.tried) - 1:
        verdict += " It is the strictest that was tried: a stricter one may be worth more."
    return (
        f"{over}, {_places(gate, curve, [curve.apart.best])} gives the highest {what} ({worth}it lets "
        f"{percent(best.goes)} through, and success is {percent(best.success)}; as planned {percent(planned.goes)} and "
        f"{percent(planned.success)}); {like}. {verdict}"
    )


def _places(gate: Gate, curve: Curve, places: Sequence[int]) -> str:
    """Thresholds by their places, neighbours as a range."""
    side = SIDE_WORDS[gate.criteria[curve.criterion][1]]
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][-1] + 1 and place > 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    told = []
    for run in runs:
        labels = [curve.tried[place].label for place in (run[0], run[-1])]
        ends = [level(gate, curve.criterion, label) for label in labels if label is not None]
        told.append(f"{side} {' to '.join(ends if len(run) > 1 else ends[:1])}" if ends else "no gate")
    return listed(told)


def _looks(gate: Gate, tried: list[Tried]) -> str:
    """What repeated looks do, as the numbers say."""
    numbers = [f"{one.label:.0f}" for one in tried]
    first, last = tried[0], tried[-1]
    if not any((one.end != first.end).any() or (one.worth != first.worth).any() for one in tried):
        return f"Whether it may hold {', '.join(numbers[:-1])} or {numbers[-1]} times changes nothing."
    told = (
        f"With at most {' / '.join(numbers)} holds, of all programmes, it lets {_spread(tried, 'goes')} through "
        f"({_spread(tried, 'false_go')} falsely) and stops {_spread(tried, 'stops')} "
        f"({_spread(tried, 'false_stop')} falsely); success is {_spread(tried, 'success')}."
    )
    wrong = change_of_share((last.end == GO) & ~gate.good, (first.end == GO) & ~gate.good, gate.weights)
    succeeds = change_of_share(last.succeeds, first.succeeds, gate.weights)
    more = f"Each further look is one more chance to be let through ({numbers[-1]} holds against {numbers[0]})"
    bad = f"would not {GOOD[gate.truth]} with the gate off"
    if wrong.clear and float(wrong) > 0.0:
        and_more = (
            "success rises too" if succeeds.clear and float(succeeds) > 0.0 else "success does not rise beyond luck"
        )
        return f"{told} {more}: more are that {bad}, beyond luck, and {and_more}."
    if succeeds.clear and float(succeeds) > 0.0:
        return f"{told} {more}: success rises beyond luck, and no more than luck explains are let through that {bad}."
    if wrong.low == wrong.high == succeeds.low == succeeds.high:  # the same in every programme
        return f"{told} Further looks change neither what is let through falsely nor what succeeds."
    return f"{told} What further looks do to false go and to success may be luck."


def _spread(tried: list[Tried], what: str) -> str:
    told = [percent(getattr(one, what)) for one in tried]
    return told[0] if len(set(told)) == 1 else " / ".join(told)


class Table:
    """The gates for a terminal."""

    def __init__(self, found: GateReview) -> None:
        self._found = found

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from simulator.report.analyses.parts.gate_views import rows

        yield from rows(self._found)


def figure(found: GateReview) -> Figure:
    """What each gate decides and brings, and what it would at other thresholds."""
    from simulator.report.analyses.parts.gate_views import drawn

    return drawn(found)


def alternative(found: GateReview) -> str:
    """The figure in words."""
    return " ".join(sentences(found))
