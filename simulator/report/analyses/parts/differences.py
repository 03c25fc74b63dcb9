"""Differences of plans as they are read, for sentences, tables and figures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from simulator.report.words import written
from simulator.results.statistics import Estimate
from simulator.scenario.measure import SHARE, TRUTH
from simulator.scenario.measures import ESTIMATED

if TYPE_CHECKING:
    from simulator.analysis.compare import Comparison
    from simulator.analysis.methods.differences import Difference

SUCCESS, FUNDED = "success_probability", "funded_share"
WORTH, COST, PEOPLE = "value_from_funding", "programme_cost", "adoption_final"
DECIDING = {SUCCESS: "success", WORTH: "value of funding", PEOPLE: "adoption at the end"}
"""The measures that best plans are told by, and what they are called in a sentence."""


def difference_in_words(value: float | None, measure: str) -> str:
    """A difference with its sign, of shares in percentage points."""
    if value is None:
        return "–"
    text = _bare(value, measure)
    return f"{text} pts" if ESTIMATED[measure].unit in (SHARE, TRUTH) else text


def reach_in_words(found: Estimate, measure: str) -> str:
    """The interval of a difference; empty where there is none."""
    if found.low is None or found.high is None:
        return ""
    return f"{_bare(found.low, measure, exact=found.clear)} to {_bare(found.high, measure, exact=found.clear)}"


def _bare(value: float, measure: str, *, exact: bool = False) -> str:
    """A difference with its sign and without its unit; zero, and what is written like it, has no sign.

    `exact`: what is not zero is not written like it, however small it is.
    """
    unit = ESTIMATED[measure].unit
    text = written(value, unit).removesuffix("%")
    if not any(digit in text for digit in "123456789"):
        if exact and value:
            return f"{(100.0 if unit in (SHARE, TRUTH) else 1.0) * value:+.1g}"
        return text.removeprefix("-")
    return text if text.startswith("-") else f"+{text}"


def interval_of(one: Difference) -> Estimate:
    """The interval that is shown: of many pairs the one that holds for all of them together."""
    return one.together


def star(one: Difference) -> str:
    """A star where two plans are told apart."""
    return "*" if one.told_apart else ""


def alike(one: Difference) -> bool:
    """Whether a measure is the same under both plans, in every world in which both have one and on the mean."""
    return same_in_worlds(one) and one.estimate.value == 0.0


def same_in_worlds(one: Difference) -> bool:
    """Whether a measure is the same under both plans in every world in which both have one."""
    return bool((one.values[~np.isnan(one.values)] == 0.0).all())


def rounded(number: float) -> str:
    """A number to two digits: about 1,200."""
    if number < 10:
        return f"about {number:.1g}"
    digits = 10 ** (math.floor(math.log10(number)) - 1)
    return f"about {round(number / digits) * digits:,}"


def heading(found: Comparison) -> str:
    """How much was simulated."""
    counts = sorted({plan.result.replications_done for plan in found.plans})
    each = " to ".join(f"{end:,}" for end in dict.fromkeys((counts[0], counts[-1])))
    replications = "replication" if counts[-1] == 1 else "replications"
    return f"{len(found.plans)} plans, the same {each} {replications} of each, seed {found.plans[0].result.seed}"
