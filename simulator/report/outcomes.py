"""What becomes of programmes, as rows: the share of each outcome and who pays back, and what sets outcomes apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from simulator.report.signs import criteria_lost, stops
from simulator.report.verdict import tells
from simulator.report.words import OUTCOME_WORDS, written
from simulator.scenario.measure import MONEY, SHARE
from simulator.scenario.measures import ESTIMATED

if TYPE_CHECKING:
    from simulator.results.result import Result
    from simulator.results.statistics import Share
    from simulator.results.weighting import Truths
    from simulator.scenario.vocabulary import Outcome

BY_OUTCOME = {
    "adoption_peak": "adoption, peak",
    "adoption_final": "at the end",
    "programme_cost": "cost",
    "value_from_funding": "value of funding",
}
"""The measures that are told apart by outcome, and what stands over them."""


class OutcomeLine(NamedTuple):
    """An outcome, or how it came about, in plain words: its share and 95% interval, and how many of it pay back.

    `paid_back` is None where money is not spoken of, or it would say nothing.
    """

    words: str
    share: str
    interval: str
    paid_back: Share | None

    @property
    def pays(self) -> str:
        """How many of it pay back, in words."""
        paid = None if self.paid_back is None else self.paid_back.share
        return "" if paid is None else f"{written(paid, SHARE)} of it paid back"


def outcome_lines(result: Result) -> list[OutcomeLine]:
    """A line for each outcome that occurred.

    Below "shelved" stands who did it, sponsor or gate; below "lost" how.
    """
    lines: list[OutcomeLine] = []
    for name, share in result.outcomes.items():
        paid = result.paid_back_by_outcome[name] if result.priced and name != "not_funded" else None
        words = OUTCOME_WORDS[cast("Outcome", name)]
        lines.append(OutcomeLine(words, written(share.share, SHARE), reach(share.low, share.high), paid))
        ways = _ways(result, name)
        for how, part in sorted(ways, key=lambda way: (-(way[1].share or 0.0), way[0])):
            lines.append(OutcomeLine(f"– {how}", written(part.share, SHARE), reach(part.low, part.high), None))
    return lines


def _ways(result: Result, outcome: str) -> list[tuple[str, Share]]:
    """How programmes came to be shelved, or to lose scale, with the share of each."""
    if outcome not in ("shelved", "scaled_then_lost"):
        return []
    share, stopped = result.weighting.share, stops(result, cast("Outcome", outcome))
    before = "shelved " if outcome == "scaled_then_lost" else ""
    ways = [
        (f"{before}by the sponsor" if gate is None else f"{before}at gate {gate}", share(mask))
        for gate, mask in stopped.items()
        if tells(result, mask)
    ]
    short = [*criteria_lost(result).values()] if before else []
    lost = np.logical_or.reduce([np.zeros(result.replications_done, dtype=bool), *short])
    return [*ways, ("short of a criterion", share(lost))] if tells(result, lost) else ways


def by_outcome(result: Result) -> list[tuple[str, ...]]:
    """Adoption and money of each outcome, medians, below a row of headings; empty where all end alike.

    The main table mixes programmes that run with those that were shelved.
    """
    found = [name for name, share in result.outcomes.items() if share.share]
    if len(found) < 2:
        return []
    known = [name for name in BY_OUTCOME if result.estimate(name).get("n")]
    names = [name for name in known if ESTIMATED[name].unit != MONEY or result.priced]
    currency = result.scenario.economics.currency
    heads = [f"{BY_OUTCOME[name]}, {currency}" if ESTIMATED[name].unit == MONEY else BY_OUTCOME[name] for name in names]
    rows = [("", "n", *heads)]
    outcomes = np.array([str(value) for value in result.records.measure("outcome")])
    for name in found:
        part = result.given(f"outcome == {name}")
        medians = (part.quantile(each, 0.5).value for each in names)
        told = (written(median, ESTIMATED[each].unit) for each, median in zip(names, medians, strict=True))
        words = OUTCOME_WORDS[cast("Outcome", name)]
        rows.append((words[:1].upper() + words[1:], number(result, outcomes == name), *told))
    return rows


def number(result: Result, mask: Truths) -> str:
    """How many of the replications there are under a mask, or of their effective number, to a tenth where few are."""
    if result.weighting.weights is None:
        return f"{np.count_nonzero(mask):,}"
    number = (result.weighting.share(mask).share or 0.0) * (result.effective_sample_size or 0.0)
    return f"{number:,.0f}" if number >= 9.95 else f"{number:.1f}"


def reach(low: float | None, high: float | None) -> str:
    """An interval of a share in words; empty where there is none."""
    return "" if low is None else f"{written(low, SHARE)} to {written(high, SHARE)}"
