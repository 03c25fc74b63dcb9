"""Success as a curve instead of a cliff: how much adoption lasts how long in funded programmes, and scale by when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.results.statistics import Share, cumulative_incidence
from simulator.scenario.measure import at_level
from simulator.scenario.vocabulary import ADOPTION_LEVELS, STRETCH_WEEKS

if TYPE_CHECKING:
    from simulator.results.result import Result


@dataclass(frozen=True)
class SuccessCurve:
    """Shares of the funded replications in which adoption holds a level for so many weeks in a row after funding.

    `shares` has a row for each of `levels` (least adoption), and in it a share with its 95% interval for each of
    `weeks` (least weeks in a row).
    """

    levels: tuple[float, ...]
    weeks: tuple[int, ...]
    shares: tuple[tuple[Share, ...], ...]

    def as_dict(self) -> dict[str, Any]:
        """The curve as `summary.json` holds it: lists by level, in each of them lists by weeks."""
        return {
            "adoption_at_least": list(self.levels),
            "weeks_in_a_row": list(self.weeks),
            **{
                end: [[getattr(share, end) for share in row] for row in self.shares] for end in ("share", "low", "high")
            },
        }


def success_curve(result: Result) -> SuccessCurve:
    """The curve of a result, from the longest stretches that each replication holds."""
    rows = []
    for level in ADOPTION_LEVELS:
        read = result.records.measure(at_level("weeks_at_adoption", level))
        longest = np.array([0.0 if weeks is None else float(weeks) for weeks in read])
        rows.append(tuple(result.weighting.share(longest >= weeks, result.funded) for weeks in STRETCH_WEEKS))
    return SuccessCurve(ADOPTION_LEVELS, STRETCH_WEEKS, tuple(rows))


def scaled_by_week(result: Result) -> dict[str, list[float] | list[int]]:
    """Cumulative shares of the funded replications that reach scale, and that keep it, by each week since funding."""
    weeks, kept = result.records.measure("weeks_to_scale"), result.records.measure("success")
    funded_week = result.records.measures.get("funded_week", [])
    indices = np.flatnonzero(result.funded).tolist()
    starts = [float(funded_week[index] or 0) for index in indices] if funded_week else []
    last = int(result.scenario.horizon_weeks - min(starts, default=0.0))
    reached: Any = [weeks[index] for index in indices]
    lasting: Any = [weeks[index] if kept[index] else None for index in indices]
    found = cumulative_incidence(reached, last, result.weighting.of(indices))
    return {**found, "share_kept": cumulative_incidence(lasting, last, result.weighting.of(indices))["share"]}
