"""What the replications say, in three plain sentences for those who decide: scale, lasting, money."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from simulator.report.signs import asked_of, criteria_lost, stops
from simulator.report.words import written
from simulator.results.statistics import Share
from simulator.results.weighting import Truths
from simulator.scenario.measure import MONEY, SHARE

if TYPE_CHECKING:
    from simulator.results.result import Result

CHANCES = (
    (0.9, "Very likely to reach scale"),
    (0.66, "Likely to reach scale"),
    (0.33, "May or may not reach scale"),
    (0.1, "Unlikely to reach scale"),
    (0.0, "Very unlikely to reach scale"),
)
LEAST_FOR_A_TENTH = 10
"""Fewer replications than this have no worst tenth."""


def verdict(result: Result) -> str:
    """How likely scale is, and by when; whether it lasts, and how it is lost; whether it pays, and what it is worth.

    Nothing is said of lasting where nothing reaches scale, nor of money where nothing has a price or nothing is funded.
    """
    chance = result.share("reached_share")
    if chance.share is None:
        sentences = [f"{_nobody(result)}{why_unfunded(result)}"]
    else:
        sentences = [_scale(result, chance), _lasting(result), _money(result)]
    if result.within is not None:
        sentences.insert(0, f"Only of {result.count_told}")
    return ". ".join(sentence[:1].upper() + sentence[1:] for sentence in sentences if sentence) + "."


def interval(share: Share) -> str:
    """The 95% interval of a share in words."""
    return f"95% interval {written(share.low, SHARE)} to {written(share.high, SHARE)}"


def lead(chance: Share) -> str:
    """How likely, in words no surer than the interval: they are those of its end that is nearer to even chances."""
    low, high = chance.low or 0.0, 1.0 if chance.high is None else chance.high
    nearest = min(max(0.5, low), high)
    return next(words for least, words in CHANCES if nearest >= least)


def programmes(result: Result, count: int, kind: str = "simulated") -> str:
    """That many programmes in words, of one kind; weighted ones are told by what weights them."""
    if result.weighting.weights is None:
        return f"{count:,} {kind} {'programme' if count == 1 else 'programmes'}"
    return f"{kind} programmes whose pilot was like the one observed"


def tells(result: Result, mask: Truths) -> bool:
    """Whether there is something to tell of the replications under a mask: as a share they are not written 0.0%."""
    return written(result.weighting.share(mask).share, SHARE) not in (written(0.0, SHARE), written(None, SHARE))


def is_one(result: Result, mask: Truths) -> bool:
    """Whether it is one programme that is spoken of: a single replication, which stands for others where weighted."""
    return result.weighting.weights is None and np.count_nonzero(mask) == 1


def why_unfunded(result: Result) -> str:
    """Why programmes are not funded, in words that follow on the fact; empty where all are, or as good as all."""
    records, unfunded = result.records, ~result.funded
    if not tells(result, unfunded):
        return ""
    gates = records.measures.get("stopped_at_gate", [None] * records.count)
    refused = np.array([gate is not None for gate in gates[: records.count]], dtype=bool) & unfunded
    if not tells(result, refused):
        return ": the horizon ends first"
    stopped: dict[str, float] = {}
    for index in np.flatnonzero(refused).tolist():
        stopped[str(gates[index])] = stopped.get(str(gates[index]), 0.0) + result.weighting.mass(np.array([index]))
    told = f": the pilot does not pass the gate {max(stopped, key=lambda gate: stopped[gate])}"
    return f"{told}, or the horizon ends first" if tells(result, unfunded & ~refused) else told


def _nobody(result: Result) -> str:
    """That no programme is funded."""
    number = result.replications_done
    alone = "the one simulated programme was not funded"
    return alone if number == 1 else f"none of {programmes(result, number)} was funded"


def _scale(result: Result, chance: Share) -> str:
    """How likely, and by when; and how many are never funded."""
    share, funded, everybody = chance.share or 0.0, result.funded_count, result.replications_done
    weighted = result.weighting.weights is not None
    who = programmes(result, funded, "simulated" if funded == everybody else "funded")
    if funded == 1 and not weighted:
        told = f"the one {who.removeprefix('1 ')} {'does' if share == 1 else 'does not'}"
    elif share in (0, 1):
        told = f"none of {who} does" if share == 0 else f"all of {who} do"
    else:
        told = f"{written(share, SHARE)} of {who} do"
    sentence = f"{lead(chance)}: {told} ({interval(chance)}){_by_when(result)}"
    if not tells(result, ~result.funded):
        return sentence
    number = written(1.0 - (result.funded_share.share or 0.0), SHARE) if weighted else f"{everybody - funded:,}"
    verb = "is" if is_one(result, ~result.funded) else "are"
    return f"{sentence}; {number} of {programmes(result, everybody)} {verb} never funded"


def _by_when(result: Result) -> str:
    """Weeks from funding to scale: of the only one, or half of those that reach it."""
    weeks = result.estimate("weeks_to_scale")
    if not weeks.get("n"):
        return ""
    if weeks["n"] == 1 and result.weighting.weights is None:
        return f", {weeks['p50']:.0f} weeks after funding"
    return f", half of those within {weeks['p50']:.0f} weeks of funding{_ends(weeks['p50_low'], weeks['p50_high'])}"


def _ends(low: float | None, high: float | None) -> str:
    """The ends of an interval in weeks; empty where they are not known."""
    return "" if low is None or high is None else f" (95% interval {low:.0f} to {high:.0f})"


def _lasting(result: Result) -> str:
    """How many of those that reach scale keep it to the end, and how the others lose it."""
    kept = result.share("kept_share")
    reached = np.array([bool(value) for value in result.records.measure("reached_scale")], dtype=bool)
    if kept.share is None or not tells(result, reached):
        return ""
    if is_one(result, reached):
        lost = f"does not keep it: it is {_losses(result)[0][1]}" if kept.share == 0 else "keeps it to the end"
        return f"the one that reaches it {lost}"
    if kept.share == 1:
        return f"all that reach it keep it to the end ({interval(kept)})"
    if kept.share == 0:
        return f"none that reaches it keeps it to the end ({interval(kept)}): {_lost(result, 'they', 'them')}"
    success = result.success_probability
    told = f"of those that reach it {written(kept.share, SHARE)} keep it to the end ({interval(kept)})"
    if result.share("reached_share").share != 1:
        told += f", so that {written(success.share, SHARE)} of the funded do both ({interval(success)})"
    return f"{told}; {_lost(result, 'the others', 'the others')}"


def _lost(result: Result, all_of_them: str, them: str) -> str:
    """How scale is lost, in words."""
    parts = _losses(result)
    if len(parts) == 1:
        return f"{all_of_them} are {parts[0][1]}"
    return f"of {them} " + ", ".join(f"{written(share, SHARE)} are {words}" for share, words in parts)


def _losses(result: Result) -> list[tuple[float, str]]:
    """How scale is lost, the commonest first: by sponsor, by gate, or by a criterion, the one that fails most often."""
    mass, stopped, below = result.weighting.mass, stops(result, "scaled_then_lost"), criteria_lost(result)
    parts: list[tuple[float, str]] = []
    if None in stopped:
        parts.append((mass(stopped[None]), "shelved by the sponsor"))
    gates = {str(gate): mass(mask) for gate, mask in stopped.items() if gate is not None}
    if gates:
        parts.append((math.fsum(gates.values()), f"stopped at a gate ({most(gates)})"))
    if below:
        asked = most({asked_of(result, name): mass(mask) for name, mask in below.items()})
        parts.append((math.fsum(mass(mask) for mask in below.values()), f"short of what success asks for ({asked})"))
    return shares_of(parts)


def shares_of(parts: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Masses of a whole, each with words, as shares of it, the largest first; without those that are written 0.0%."""
    total = math.fsum(part[0] for part in parts)
    shares = [(mass / total, words) for mass, words in parts if total > 0.0]
    told = [part for part in shares if written(part[0], SHARE) != written(0.0, SHARE)]
    return sorted(told, key=lambda part: -part[0])


def most(masses: dict[str, float]) -> str:
    """The name with the most mass, and whether there are others."""
    name = max(masses, key=lambda each: masses[each])
    return name if len(masses) == 1 else f"mostly {name}"


def _money(result: Result) -> str:
    """How many pay back by the horizon, and what funding is worth."""
    paid = result.share("paid_back_share")
    if paid.share is None:
        return ""
    funded, everybody = result.funded_count, result.replications_done
    kind = "programmes" if funded == everybody else "funded programmes"
    one, many = (
        "by the end what it costs since the decision to fund",
        "by the end what they cost since the decision to fund",
    )
    if funded == 1 and result.weighting.weights is None:
        verb = "pays back" if paid.share == 1 else "does not pay back"
        told = f"the one {kind.removesuffix('s')} {verb} {one}"
    elif paid.share == 0:
        told = f"none of the {kind} pays back {one}"
    else:
        told = f"{'all' if paid.share == 1 else written(paid.share, SHARE)} of the {kind} pay back {many}"
    return f"{told} ({interval(paid)}); {_worth(result)}"


def _worth(result: Result) -> str:
    """Value of funding in the middle and at the bad end, over the funded, with what is known of its interval."""
    value, currency = result.estimate("value_from_funding"), result.scenario.economics.currency
    rate = 100.0 * result.scenario.economics.discount_rate_per_year
    discounted = f", discounted at {rate:.3g}% a year," if rate else ""

    def amount(of: float | None) -> str:
        return written(of, MONEY, currency=currency)

    def told(quantile: str) -> str:
        low, high = value[f"{quantile}_low"], value[f"{quantile}_high"]
        ends = "" if low is None or high is None else f" (95% interval {amount(low)} to {amount(high)})"
        return f"{amount(value[quantile])}{ends}"

    weights = result.weighting.weights
    number = result.weighting.size(result.funded)
    if number >= LEAST_FOR_A_TENTH:
        middle, bad = told("p50"), told("p10")
        return f"the value of funding{discounted} is {middle} in the middle, and in one of ten {bad} or worse"
    values = result.records.measure("value_from_funding")
    counted = np.ones(len(values)) if weights is None else weights
    known = [float(worth) for worth, weight in zip(values, counted, strict=True) if worth is not None and weight > 0.0]
    least, largest = amount(min(known)), amount(max(known))
    where = f"is {least}" if least == largest else f"lies from {least} to {largest}"
    return f"the value of funding{discounted} {where}"
