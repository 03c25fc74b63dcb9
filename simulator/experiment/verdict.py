"""One plain sentence that tells a planner what the replications say."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.experiment.measures import SHARE, label, written
from simulator.experiment.statistics import Share

if TYPE_CHECKING:
    from simulator.experiment.result import Result

CHANCES = (
    (0.9, "Very likely to scale"),
    (0.66, "Likely to scale"),
    (0.33, "May or may not scale"),
    (0.1, "Unlikely to scale"),
    (0.0, "Very unlikely to scale"),
)
FATES = {"shelved": "are shelved", "stalled": "stall"}


def verdict(result: Result) -> str:
    """How likely scale is, by when, and what is most often missing where it is not reached."""
    chance = result.success_probability
    if chance.share is None:
        return "None of the simulated programmes was funded, so nothing can be said about scaling."
    lead = next(words for least, words in CHANCES if chance.share >= least)
    number = f"{result.replications_done:,} simulated programmes"
    if chance.share == 0:
        told = f"none of {number} reaches scale"
    elif chance.share == 1:
        told = f"all of {number} reach scale"
    else:
        told = f"{written(chance.share, SHARE)} of {number} reach scale"
    sentence = f"{lead}: {told} ({interval(chance)})"
    weeks = result.estimate("weeks_to_scale").get("p50") if chance.share > 0 else None
    if weeks is not None:
        sentence += f", half of {'them' if chance.share < 1 else 'these'} within {weeks:.0f} weeks of funding"
    if chance.share < 1:
        sentence += _failures(result, everyone=chance.share == 0)
    return sentence + "."


def interval(share: Share) -> str:
    """The 95% interval of a share in words."""
    return f"95% interval {written(share.low, SHARE)} to {written(share.high, SHARE)}"


def criteria_missed(result: Result) -> dict[str, float]:
    """For each success criterion, in words, the share of failures in which it never held long enough by itself.

    Only weeks after funding count, as for success.
    """
    records = result.records
    success = result.scenario.success
    failed = np.array([not value for value in records.measure("success")], dtype=bool)
    if not failed.any():
        return {}
    funded = np.array([week or 0.0 for week in records.measure("funded_week")], dtype=float)
    in_plan = np.arange(records.weeks) >= np.ceil(funded)[:, None]
    missed: dict[str, float] = {}
    for index, criterion in enumerate(success.criteria):
        if criterion.measure not in records.weekly:
            continue
        rows = records.week_rows(criterion.measure)
        at_least = criterion.at_least is not None
        quantity = criterion.at_least if at_least else criterion.at_most
        level = _level(result, f"success.criteria.{index}.{'at_least' if at_least else 'at_most'}", quantity)
        with np.errstate(invalid="ignore"):
            holds = rows >= level[:, None] if at_least else rows <= level[:, None]
        long_enough = _longest_stretch(holds & in_plan) >= success.sustained_weeks
        words = label(criterion.measure)
        mean = float(np.mean(level))
        bound = f"{100 * mean:.3g}%" if words.unit == SHARE else f"{mean:.3g}"
        missed[f"{words.words.lower()} never stays {'at or above' if at_least else 'at or below'} {bound}"] = float(
            np.mean(~long_enough[failed])
        )
    return missed


def _level(result: Result, path: str, quantity: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The level of a criterion in each replication, as drawn when it is uncertain."""
    count = result.records.count
    if path in result.records.input_paths:
        return result.records.inputs[:count, result.records.input_paths.index(path)]
    return np.full(count, quantity.mean)


def _longest_stretch(holds: np.ndarray[Any, np.dtype[np.bool_]]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Longest number of weeks in a row that are true, for each row of bool[replications, weeks]."""
    longest = np.zeros(holds.shape[0], dtype=np.int64)
    current = np.zeros_like(longest)
    for week in range(holds.shape[1]):
        current = np.where(holds[:, week], current + 1, 0)
        longest = np.maximum(longest, current)
    return longest


def _failures(result: Result, *, everyone: bool) -> str:
    fates = Counter(str(outcome) for outcome in result.records.measure("outcome"))
    fate, _ = max(((name, fates[name]) for name in FATES), key=lambda item: item[1])
    told = "; they" if everyone else "; the others"
    others = sum(fates[name] for name in FATES)
    if others and fates[fate] < others:
        told += " mostly"
    told += f" {FATES[fate]}"
    missed = criteria_missed(result)
    if missed:
        reason = max(missed, key=lambda name: missed[name])
        if missed[reason] >= 0.5:
            told += f", {'always' if missed[reason] == 1 else 'mostly'} because {reason}"
        else:
            told += ", mostly because the success criteria never hold together for long enough"
    return told
