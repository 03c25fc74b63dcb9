"""Whether to fund, in words: what is best and how sure, what may go wrong, what it takes, and what it fails by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.analysis.decide import MISS, MONTH_WEEKS
from simulator.analysis.methods.schedule.dates import date_of
from simulator.report.analyses.parts.decide_figure import figure
from simulator.report.analyses.parts.decide_table import Table, amount, choice_words, to_where
from simulator.report.reasons import reasons
from simulator.report.verdict import why_unfunded
from simulator.report.words import listed, unconditioned, written
from simulator.results.statistics import Estimate, Share
from simulator.scenario.measure import SHARE
from simulator.scenario.vocabulary import COST_WORDS

if TYPE_CHECKING:
    from simulator.analysis.decide import Choice, Decision
    from simulator.analysis.methods.deciding.next_gate import NextGate

__all__ = ["Table", "alternative", "figure", "sentences"]

ORDERS: Final[dict[Choice, str]] = {
    "fund": "Fund all of it",
    "next_gate": "Fund it {}, and no further yet",
    "do_not_fund": "Do not fund it as it is",
}
SEEN_WORDS: Final = {
    "value_so_far": "value so far",
    "value_recent": "value of the last four weeks",
    "adoption": "adoption",
    "accuracy": "accuracy",
    "resolution": "resolution",
}
"""What a gate sees and a board would ask for first, in words, in the order in which it is looked for."""
LARGEST: Final = 3
"""How many categories of cost a sentence names."""


def sentences(found: Decision) -> list[str]:
    """The choice, what each is worth, how it may go, success and people, cash, cost, the joint goal, what kills it."""
    lines = [*([unconditioned(found.refusal)] if found.refusal else [])]
    if not found.result.funded_count:
        why = why_unfunded(found.result).removeprefix(": ") or "there is no funding"
        return [*lines, f"None of the simulated programmes is funded: {why}. There is nothing to decide."]
    if found.money is None:
        lines.append("Nothing has a price in this plan, so that nobody can say whether it pays.")
    else:
        lines += [_choice(found), *_gate(found), _pays(found), _downside(found)]
    lines.append(_people(found))
    if found.money is not None:
        lines += [_cash(found), _cost(found)]
    lines += [_together(found), *_kills(found), _measure(found)]
    return [line for line in lines if line]


def board(found: Decision) -> dict[str, str]:
    """The questions of a board that are answered here, each in one sentence."""
    if found.money is None:
        return {"fund": next(line for line in sentences(found) if line != unconditioned(found.refusal))}
    outlay = amount(found, found.outlay(0.5).value)
    cost = _cost(found).removesuffix(".") or "It costs nothing"
    return {
        "fund": _choice(found),
        "cost": f"{cost}; the largest sum out of pocket is {outlay} in the middle.",
        "pays": _pays(found),
    }


def alternative(found: Decision) -> str:
    """The figure in words."""
    return " ".join(found.sentences)


def ends(found: Decision, one: Estimate | Share) -> str:
    """The 95% interval of a number in words; that there is none where there is none."""
    if one.low is None or one.high is None:
        return " (too few replications for an interval)"
    if isinstance(one, Share):
        return f" (95% interval {written(one.low, SHARE)} to {written(one.high, SHARE)})"
    return f" (95% interval {amount(found, one.low)} to {amount(found, one.high)})"


def of_funded(found: Decision) -> str:
    """Whose numbers these are."""
    funded, n = found.result.funded_count, found.result.replications_done
    if funded == n:
        return "of all programmes"
    share = written(found.result.funded_share.share, SHARE)
    few = "nearly all" if share == written(1.0, SHARE) else share
    return f"of the programmes that pass the funding gate ({few} of them)"


# ---- the choice


def _choice(found: Decision) -> str:
    """What is best on the mean, and whether it is told from the others."""
    choice = found.choice
    assert choice is not None
    rate = 100.0 * found.scenario.economics.discount_rate_per_year
    discounted = f", discounted at {rate:.3g}% a year" if rate else ""
    whole = found.worth["fund"]
    told = (
        f"funding all of {found.scenario.name} is worth {amount(found, whole.value)} on the mean{ends(found, whole)} "
        f"{of_funded(found)}, counted from the decision on{discounted}; what the pilot cost is spent either way"
    )
    if choice == "next_gate":
        staged = found.worth[choice]
        told = f"{choice_words(found, choice)} is worth {amount(found, staged.value)}{ends(found, staged)}, {told}"
    close = found.not_told_from
    if not close:
        return f"{ORDERS[choice].format(to_where(found))}: {told}."
    others = listed([choice_words(found, other) for other in close])
    more = found.replications_to_tell
    what = f"; about {more:,} replications would tell, were the means what they seem" if more else ""
    worse = [choice_words(found, other) for other in found.less if other not in close]
    clear = f"{listed(worse)} is worse" if worse else ""
    return (
        f"Not decided by these replications: {choice_words(found, choice)} is best on the mean, but not told apart "
        f"from {others}{what}{f'; {clear}' if clear else ''}. {told[0].upper()}{told[1:]}."
    )


def _gate(found: Decision) -> list[str]:
    """What funding to the next gate is worth, what it stops, and what that costs in success."""
    gate = found.gate
    if gate is None:
        return []
    review = gate.review
    where = f"to the gate {review.gate}, planned" if review.gate else "to a review that the plan does not have yet,"
    told = (
        f"Funding it only {where} {review.weeks:.0f} weeks after funding, spends {amount(found, gate.spent.value)} net "
        f"of value on the mean. Going on from there only where what is seen promises more than stopping makes it worth "
        f"{amount(found, gate.staged.value)}{ends(found, gate.staged)}, {_gain(found, gate)}"
    )
    stops, lost = gate.stops, gate.success_lost
    if not stops.share:
        return [f"{told}: nothing that can be seen then would stop any."]
    told += (
        f". That stops {written(stops.share, SHARE)} of those still running, and with them "
        f"{written(lost.share, SHARE)} of all funded that would have succeeded: {written(gate.success.share, SHARE)} "
        f"succeed instead of {written(found.result.success_probability.share, SHARE)}"
    )
    return [f"{told}.{_seen(found, gate)}"]


def _gain(found: Decision, gate: NextGate) -> str:
    gain = gate.gain
    if gain.value is None or gain.value == 0.0:
        return "as much as funding all of it"
    which = "more" if gain.value > 0.0 else "less"
    luck = "" if gain.clear else ", which may be luck"
    return f"{amount(found, abs(gain.value))} {which} than funding all of it{luck}"


def _seen(found: Decision, gate: NextGate) -> str:
    """How those that are stopped look at the gate, beside those that go on."""
    parts: list[str] = []
    for name, words in SEEN_WORDS.items():
        if name not in gate.goes or name not in gate.stopped or len(parts) == 2:
            continue
        money = name.startswith("value")
        here, there = (
            amount(found, one[name]) if money else written(one[name], SHARE) for one in (gate.goes, gate.stopped)
        )
        if here != there:
            parts.append(f"{words} {here} against {there}")
    return f" On the mean those that go on show {listed(parts)} in those that are stopped." if parts else ""


# ---- how it may go


def _pays(found: Decision) -> str:
    """How likely it pays, and by when it has paid back."""
    pays = found.pays
    rate = ", discounted," if found.scenario.economics.discount_rate_per_year else ""
    told = (
        f"It is worth more than it costs{rate} by the end of what is simulated in {written(pays.share, SHARE)} of the "
        f"funded{ends(found, pays)}"
    )
    back = found.result.share("paid_back_share")
    by = [f"{written(share.share, SHARE)} by month {month}" for month, share in found.paid_back_by.items()]
    if not back.share:
        return f"{told}; none has paid back for good, before discounting."
    by.append(f"{written(back.share, SHARE)} by the end")
    told += f"; it has paid back for good, before discounting, in {listed(by)}, counted from the decision"
    return f"{told}."


def _downside(found: Decision) -> str:
    """The bad end and the good one."""
    spread = found.spread
    low, middle, high, worst = (spread[name] for name in ("p10", "p50", "p90", "worst_tenth"))
    if worst.value is None:
        return (
            f"In the middle it is worth {amount(found, middle.value)}; too few are funded to speak of the worst tenth."
        )
    ten, mean = amount(found, low.value), amount(found, worst.value)
    return (
        f"In one of ten it is worth {ten} or less, and {mean} on the mean of these{ends(found, worst)}; "
        f"{amount(found, middle.value)} in the middle, {amount(found, high.value)} or more in one of ten."
    )


def _people(found: Decision) -> str:
    """Success, and how many use it in the end."""
    success = found.result.success_probability
    told = f"{written(success.share, SHARE)} of the funded reach scale and keep it{ends(found, success)}"
    adoption = found.result.given("funded").estimate("adoption_final").get("mean")
    if adoption is not None:
        told += f"; in the end {written(float(adoption), SHARE)} of the people who were to use it do, on the mean"
    return f"{told}."


# ---- what it takes


def _cash(found: Decision) -> str:
    """The largest sum out of pocket, and the quarter that takes most."""
    middle, high = found.outlay(0.5), found.outlay(0.9)
    told = (
        f"The largest sum out of pocket is {amount(found, middle.value)} in the middle, and in one of ten "
        f"{amount(found, high.value)} or more (undiscounted)"
    )
    costs = [quarter["net"].value or 0.0 for quarter in found.quarters]
    worst = min(range(len(costs)), key=lambda place: costs[place], default=None)
    if worst is None or costs[worst] >= 0.0:
        return f"{told}."
    day = date_of(found.scenario, 13.0 * worst)
    return (
        f"{told}; quarter {worst + 1} since kick-off (from {day.day} {day:%b %Y}) takes most, "
        f"{amount(found, -costs[worst])} net of value on the mean."
    )


def _cost(found: Decision) -> str:
    """What it costs by category, and what a year costs and brings in the end."""
    since = found.costs
    whole = sum(since.values())
    if whole <= 0.0:
        return ""
    largest = sorted((name for name in since if since[name] > 0.0), key=lambda name: -since[name])[:LARGEST]
    parts = [f"{COST_WORDS[name]} ({written(since[name] / whole, SHARE)})" for name in largest]
    told = f"It costs {amount(found, whole)} on the mean from the decision to the end, most of it {listed(parts)}"
    assert found.money is not None
    cost, value = found.money.run_rate("cost"), found.money.run_rate("value")
    if cost.value is not None and value.value is not None:
        told += (
            f"; at the rate of the last quarter a year costs {amount(found, cost.value)} and brings "
            f"{amount(found, value.value)}, those that were stopped included"
        )
    return f"{told}."


def _together(found: Decision) -> str:
    """How likely so much adoption is at no more cost, and what the confidence allows."""
    joint, week = found.joint, found.week_of_joint
    adoption = joint.conditions.get("adoption")
    if adoption is None or adoption.level != adoption.level:
        return ""
    when = f"By month {week / MONTH_WEEKS:.0f} since kick-off"
    level = written(adoption.level, SHARE)
    cost = joint.conditions.get("cost")
    if cost is None or cost.level != cost.level:
        return f"{when} adoption is at least {level} in {written(adoption.share.share, SHARE)} of all programmes."
    told = (
        f"{when} adoption is at least {level} in {written(adoption.share.share, SHARE)} of all programmes, cost since "
        f"the decision at most {amount(found, cost.level)} in {written(cost.share.share, SHARE)}, both in "
        f"{written(joint.all.share, SHARE)}{ends(found, joint.all)}"
    )
    points = found.frontiers.get(found.confidence, ())
    confident = f"{100 * found.confidence:.3g}% confidence"
    if not points:
        return f"{told}. With {confident} no adoption above 0 can be promised by then, at whatever cost."
    most = points[-1]
    return (
        f"{told}. With {confident} no more can be promised by then than adoption of {written(most.adoption, SHARE)} at "
        f"a cost of at most {amount(found, most.cost)}."
    )


def _measure(found: Decision) -> str:
    """What to measure before one decides, as far as that can be seen at one look."""
    beyond = [one for one in found.to_measure if one.p_adjusted <= MISS][:LARGEST]
    told = [f"{one.path} (about {amount(found, one.worth)})" for one in beyond]
    if not told:
        return ""
    return (
        "Worth measuring before it is decided, in money, between funding all of it and nothing: "
        f"{listed(told)} on the mean of all programmes, beyond luck in so many inputs; scaleup worth tells more."
    )


def _kills(found: Decision) -> list[str]:
    """What those that fail fail by."""
    told = reasons(found.result)
    return [told] if told else []
