"""Why programmes fail: what becomes of those that never reach scale, what they miss, and what sets failures apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from simulator.report.signs import criteria_missed, funded_failures, never_scaled, signs, stops, telling, usual
from simulator.report.verdict import is_one, most, shares_of, tells, why_unfunded
from simulator.report.words import written
from simulator.scenario.measure import SHARE

if TYPE_CHECKING:
    from simulator.results.result import Result

MOST_SIGNS = 2


def reasons(result: Result) -> str:
    """A few sentences that follow on the verdict; empty where everything succeeds, or nothing is funded."""
    if result.share("reached_share").share is None:
        return ""
    sentences: list[str] = []
    if tells(result, never_scaled(result)):
        sentences += [_fates(result), *_missed(result)]
    if tells(result, funded_failures(result)):
        sentences += _signs(result)
    if why_unfunded(result):
        sentences.append(f"Why some are never funded{why_unfunded(result)}")
    return "".join(f"{sentence}. " for sentence in sentences).rstrip()


def _fates(result: Result) -> str:
    """What becomes of the funded programmes that never reach scale."""
    stopped, failed, mass = stops(result), never_scaled(result), result.weighting.mass
    alone = is_one(result, failed)
    parts: list[tuple[float, str]] = []
    if None in stopped:
        after = _weeks_until_shelved(result)
        when = f" {after:.0f} weeks after funding" if alone else f", half of these within {after:.0f} weeks of funding"
        parts.append((mass(stopped[None]), f"shelved by the sponsor{when}"))
    gates = {str(gate): mass(mask) for gate, mask in stopped.items() if gate is not None}
    if gates:
        parts.append((math.fsum(gates.values()), f"stopped at a gate ({most(gates)})"))
    stalled = failed & ~np.logical_or.reduce([np.zeros_like(failed), *stopped.values()])
    if stalled.any():
        parts.append((mass(stalled), "still running at the end (stalled)"))
    shares = shares_of(parts)
    if alone:
        return f"The one that never reaches scale is {shares[0][1]}"
    if result.share("reached_share").share:
        who = "those that never reach scale"
    else:
        who = "the programmes" if result.funded_count == result.replications_done else "the funded programmes"
    if len(parts) == 1:
        return f"All of {who} are {shares[0][1]}"
    return f"Of {who} " + "; ".join(f"{written(share, SHARE)} are {words}" for share, words in shares)


def _weeks_until_shelved(result: Result) -> float:
    """Median of the weeks from funding until the sponsor shelves a programme that never reached scale."""
    by_sponsor = stops(result)[None]
    weeks = np.array(
        [
            float(shelved or 0) - float(funded or 0) if chosen else math.nan
            for shelved, funded, chosen in zip(
                result.records.measure("shelved_week"), result.records.measure("funded_week"), by_sponsor, strict=True
            )
        ]
    )
    return float(result.weighting.quantiles(weeks, (0.5,), by_sponsor)[0])


def _missed(result: Result) -> list[str]:
    """The criterion that is missed most by those that never reach scale."""
    missed = criteria_missed(result)
    if not missed:
        return []
    reason = max(missed, key=lambda name: missed[name])
    if missed[reason] == 1:
        return [f"In {'it' if is_one(result, never_scaled(result)) else 'all of these'} {reason}"]
    if missed[reason] >= 0.5:
        return [f"In {written(missed[reason], SHARE)} of these {reason}"]
    return ["Mostly the success criteria never hold together for long enough"]


def _signs(result: Result) -> list[str]:
    """The signs that set failures apart, those that lose scale among them; common ones where nothing succeeds."""
    failed = funded_failures(result)
    failures, successes = result.weighting.size(failed), result.weighting.size(result.funded & ~failed)
    found = signs(result)
    apart = [sign for sign in found if telling(sign, failures, successes) and not usual(sign)][:MOST_SIGNS]
    if apart:
        words = "; ".join(
            f"{sign.seen} in {written(sign.failures, SHARE)} of them, against "
            f"{written(sign.successes, SHARE)} of those that succeed at the same age ({sign.killer})"
            for sign in apart
        )
        lost = " (those that lose scale are among them)" if not np.array_equal(failed, never_scaled(result)) else ""
        return [f"What sets failures apart{lost}: {words}"]
    common = [sign for sign in found if sign.failures >= 0.5][:MOST_SIGNS] if not successes else []
    if not common:
        return []
    words = "; ".join(f"{sign.seen} in {written(sign.failures, SHARE)} ({sign.killer})" for sign in common)
    return [f"Common signs: {words}"]
