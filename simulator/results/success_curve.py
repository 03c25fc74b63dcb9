"""Success as a curve instead of a cliff: how much adoption lasts how long, in which share of funded programmes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.results.statistics import Share
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
