"""What the replications say, in a few plain sentences for a planner."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from simulator.report.signs import criteria_missed, funded_failures, signs, stops, telling
from simulator.report.words import written
from simulator.results.statistics import Share
from simulator.scenario.measure import SHARE

if TYPE_CHECKING:
    from simulator.results.result import Result

CHANCES = (
    (0.9, "Very likely to scale"),
    (0.66, "Likely to scale"),
    (0.33, "May or may not scale"),
    (0.1, "Unlikely to scale"),
    (0.0, "Very unlikely to scale"),
)
MOST_SIGNS = 2


def verdict(result: Result) -> str:
    """How likely scale is, by when; what becomes of the others, and what they miss; and whether there is funding."""
    chance = result.success_probability
    if chance.share is None:
        return f"None of {_programmes(result, result.replications_done)} was funded{_why_unfunded(result)}."
    sentences = [_chance(result, chance)]
    if chance.share < 1:
        sentences += [_fates(result, everyone=chance.share == 0), *_reasons(result)]
    unfunded = result.replications_done - result.funded_count
    if unfunded:
        weighted = result.weighting.weights is not None
        number = written(1.0 - (result.funded_share.share or 0.0), SHARE) if weighted else f"{unfunded:,}"
        sentences.append(
            f"{number} of {_programmes(result, result.replications_done)} "
            f"{'is' if unfunded == 1 and not weighted else 'are'} never funded{_why_unfunded(result)}"
        )
    return ". ".join(sentences) + "."


def interval(share: Share) -> str:
    """The 95% interval of a share in words."""
    return f"95% interval {written(share.low, SHARE)} to {written(share.high, SHARE)}"


def _programmes(result: Result, count: int, kind: str = "simulated") -> str:
    """That many programmes in words, of one kind; weighted ones are told by what weights them."""
    if result.weighting.weights is None:
        return f"{count:,} {kind} programmes"
    return f"{kind} programmes whose pilot was like the one observed"


def _chance(result: Result, chance: Share) -> str:
    """How likely, and by when."""
    share = chance.share or 0.0
    lead = next(words for least, words in CHANCES if share >= least)
    funded = "simulated" if result.funded_count == result.replications_done else "funded"
    number = _programmes(result, result.funded_count, funded)
    if share == 0:
        told = f"none of {number} reaches scale"
    elif share == 1:
        told = f"all of {number} reach scale"
    else:
        told = f"{written(share, SHARE)} of {number} reach scale"
    sentence = f"{lead}: {told} ({interval(chance)})"
    weeks = result.estimate("weeks_to_scale").get("p50") if share > 0 else None
    if weeks is not None:
        sentence += f", half of {'them' if share < 1 else 'these'} within {weeks:.0f} weeks of funding"
    return sentence


def _fates(result: Result, *, everyone: bool) -> str:
    """What becomes of the funded programmes that never reach scale."""
    stopped = stops(result)
    failed = funded_failures(result)
    mass = result.weighting.mass
    number = mass(failed)
    gates = {gate: mass(mask) for gate, mask in stopped.items() if gate is not None}
    parts: list[tuple[float, str]] = []
    if None in stopped:
        after = _weeks_until_shelved(result)
        when = "" if after is None else f", half of these within {after:.0f} weeks of funding"
        parts.append((mass(stopped[None]), f"shelved by the sponsor{when}"))
    if gates:
        gate = max(gates, key=lambda name: gates[name])
        which = gate if len(gates) == 1 else f"mostly {gate}"
        parts.append((math.fsum(gates.values()), f"stopped at a gate ({which})"))
    stalled = failed & ~np.logical_or.reduce([np.zeros_like(failed), *stopped.values()])
    if stalled.any():
        parts.append((mass(stalled), "still running at the end without ever reaching scale (stalled)"))
    parts.sort(key=lambda part: -part[0])
    if len(parts) == 1:
        return f"All {'' if everyone else 'others '}are {parts[0][1]}"
    told = "; ".join(f"{written(count / number, SHARE)} are {words}" for count, words in parts)
    return f"Of {'them' if everyone else 'the others'} {told}"


def _weeks_until_shelved(result: Result) -> float | None:
    """Median of the weeks from funding until the sponsor shelves a programme that never reached scale."""
    records = result.records
    failed = funded_failures(result)
    if "shelved_week" not in records.measures:
        return None
    gates = records.measures.get("stopped_at_gate", [None] * records.count)
    weeks = np.array(
        [
            float(shelved) - float(funded or 0)
            if failed[index] and shelved is not None and gates[index] is None
            else math.nan
            for index, (shelved, funded) in enumerate(
                zip(records.measure("shelved_week"), records.measure("funded_week"), strict=True)
            )
        ]
    )
    known = ~np.isnan(weeks)
    return float(result.weighting.quantiles(weeks, (0.5,), known)[0]) if known.any() else None


def _reasons(result: Result) -> list[str]:
    """The criterion that is missed most, and the signs that set failures apart."""
    told: list[str] = []
    missed = criteria_missed(result)
    if missed:
        reason = max(missed, key=lambda name: missed[name])
        if missed[reason] == 1:
            told.append(f"In all of these {reason}")
        elif missed[reason] >= 0.5:
            told.append(f"In {written(missed[reason], SHARE)} of these {reason}")
        else:
            told.append("Mostly the success criteria never hold together for long enough")
    failed = funded_failures(result)
    failures, successes = result.weighting.size(failed), result.weighting.size(result.funded & ~failed)
    apart = [sign for sign in signs(result) if telling(sign, failures, successes)][:MOST_SIGNS]
    if apart:
        words = "; ".join(
            f"{sign.seen} in {written(sign.failures, SHARE)} of them, against "
            f"{written(sign.successes, SHARE)} of those that scale at the same age ({sign.killer})"
            for sign in apart
        )
        told.append(f"What sets failures apart: {words}")
    elif not successes:
        common = [sign for sign in signs(result) if sign.failures >= 0.5][:MOST_SIGNS]
        if common:
            words = "; ".join(f"{sign.seen} in {written(sign.failures, SHARE)} ({sign.killer})" for sign in common)
            told.append(f"Common signs: {words}")
    return told


def _why_unfunded(result: Result) -> str:
    """Why programmes are not funded, in words that follow on the fact."""
    records = result.records
    gates = records.measures.get("stopped_at_gate", [None] * records.count)
    funded = records.measures.get("funded", [])
    refused = Counter(str(gate) for gate, given in zip(gates, funded, strict=False) if not given and gate is not None)
    unfunded = sum(1 for given in funded if not given)
    if not refused:
        return ": the horizon ends before the decision" if unfunded else ""
    told = f": the pilot does not pass the gate {refused.most_common(1)[0][0]}"
    return told if refused.total() == unfunded else f"{told}, or the horizon ends before the decision"
