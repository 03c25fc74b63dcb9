"""Conditions on replications: "measure >= x", the name of a truth, or a function of the table of replications."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.results.weighting import Truths, Weighting
from simulator.scenario.measure import TEXT, TRUTH
from simulator.scenario.measures import REPLICATIONS
from simulator.scenario.text.problems import unknown
from simulator.scenario.vocabulary import OUTCOMES
from simulator.store.blocks import INPUT

if TYPE_CHECKING:
    from simulator.results.result import Result

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge, "<=": operator.le, "==": operator.eq, "!=": operator.ne, ">": operator.gt, "<": operator.lt,
}  # fmt: skip
COMPARED = re.compile(r"(?P<name>[^\s<>=!]+)\s*(?P<sign>[<>=!]=|[<>])\s*(?P<value>\S.*)")
WRITTEN = "write one such as 'success', 'not funded', 'adoption_final >= 50%' or 'outcome == shelved', joined by 'and'"


class ConditionError(ValueError):
    """A condition that can't be understood, or that no replication meets; the message says what to write."""


@dataclass(frozen=True)
class Within:
    """What a part of a result speaks of: a condition, of how many replications, their share by weight, and weights."""

    condition: str
    total: int
    share: float
    weighting: Weighting


def meets(result: Result, condition: str | Callable[[Any], Any]) -> Truths:
    """bool[replications]: which replications meet a condition; a null measure meets none.

    A text is one comparison or several joined by "and"; a function is called with the frame `result.replications` and
    gives a truth for each row. Raises `ConditionError`, and `KeyError` with the nearest name for one that is unknown.
    """
    if isinstance(condition, str):
        clauses = [_clause(result, each.strip()) for each in condition.split(" and ")]
        return np.asarray(np.all(clauses, axis=0))
    if not callable(condition):
        raise ConditionError(f"a condition is text or a function, not a {type(condition).__name__}; {WRITTEN}")
    found = np.asarray(condition(result.replications))
    if found.shape != (result.replications_done,) or found.dtype != np.bool_:
        raise ConditionError(
            f"the function must give true or false for each of {result.replications_done:,} replications; "
            f"it gave {found.dtype} in the shape {found.shape}"
        )
    return found


def in_words(condition: str | Callable[[Any], Any]) -> str:
    """A condition as it is told."""
    if isinstance(condition, str):
        return " ".join(condition.split())
    name = getattr(condition, "__name__", "<function>")
    return "a condition in Python" if name.startswith("<") else f"the condition {name}"


def within(result: Result, condition: str | Callable[[Any], Any], mask: Truths) -> Within:
    """What the replications under a mask speak of; raises `ConditionError` where they count for nothing."""
    words, total, share = in_words(condition), result.replications_done, float(result.weighting.share(mask))
    if not share > 0.0:
        raise ConditionError(f"none of {total:,} replications meets the condition: {words}")
    weights = result.weighting.of(mask)
    scaled = Weighting(None if weights is None else weights * (len(weights) / math.fsum(weights)))
    outer = result.within
    if outer is None:
        return Within(words, total, share, scaled)
    return Within(f"{outer.condition} and {words}", outer.total, outer.share * share, scaled)


def _clause(result: Result, clause: str) -> Truths:
    """Which replications meet one comparison."""
    compared = COMPARED.fullmatch(clause)
    if compared is None:
        return _truth(result, clause)
    name, sign, text = compared["name"], compared["sign"], compared["value"].strip()
    values = _values(result, name)
    measure = REPLICATIONS.get(name)
    if measure is not None and measure.unit == TRUTH:
        raise ConditionError(f"{name} is true or false: write '{name}' or 'not {name}'")
    wanted: Any
    if measure is not None and measure.unit == TEXT:
        wanted = text.strip("'\"")
        if sign not in ("==", "!="):
            raise ConditionError(f"{name} is text: compare it by == or !=, not {sign}")
        if name == "outcome" and wanted not in OUTCOMES:
            raise unknown("outcome", wanted, OUTCOMES)
    else:
        wanted = _number(text, clause)
    return np.array([value is not None and bool(COMPARISONS[sign](value, wanted)) for value in values], dtype=bool)


def _truth(result: Result, clause: str) -> Truths:
    """Which replications meet a truth, or its contrary."""
    name = clause.removeprefix("not ").strip()
    if not name or " " in name:
        raise ConditionError(f"the condition {clause!r} can't be read; {WRITTEN}")
    values = _values(result, name)
    if name not in REPLICATIONS or REPLICATIONS[name].unit != TRUTH:
        raise ConditionError(f"{name} is not true or false: say what it is compared with, as in '{name} >= 0'")
    wanted = name == clause
    return np.array([value is not None and bool(value) is wanted for value in values], dtype=bool)


def _values(result: Result, name: str) -> list[Any]:
    """A measure of the replications, or an input as drawn under `input.<path>`."""
    records = result.records
    known = [*records.measures, *(INPUT + path for path in records.input_paths)]
    if name not in known:
        raise unknown("measure or uncertain input", name, known)
    return records.measure(name)


def _number(text: str, clause: str) -> float:
    """A number, which may be written in per cent."""
    try:
        found = float(text.removesuffix("%")) / (100.0 if text.endswith("%") else 1.0)
    except ValueError:
        found = math.nan
    if math.isnan(found):
        raise ConditionError(f"found {text!r} in {clause!r}, where a number belongs; {WRITTEN}")
    return found
