"""Estimates from replications: means with half-widths, quantiles, Wilson intervals for shares."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Z_95 = 1.959963984540054
QUANTILES = {"p05": 0.05, "p10": 0.10, "p50": 0.50, "p90": 0.90, "p95": 0.95}
ESTIMATES = ("mean", "half_width_95", "sd", *QUANTILES, "n")


@dataclass(frozen=True)
class Share:
    """An estimated share with its 95% interval; all in [0, 1], all None when there was nothing to count."""

    share: float | None
    low: float | None
    high: float | None

    def as_dict(self) -> dict[str, float | None]:
        """The share as `summary.json` holds it."""
        return {"share": self.share, "low": self.low, "high": self.high}


def wilson(count: int, of: int) -> Share:
    """Wilson's score interval (1927) at 95% for `count` successes in `of` trials."""
    if of == 0:
        return Share(None, None, None)
    share = count / of
    weight = 1.0 + Z_95**2 / of
    centre = (share + Z_95**2 / (2 * of)) / weight
    reach = Z_95 / weight * math.sqrt(share * (1.0 - share) / of + Z_95**2 / (4 * of**2))
    low = 0.0 if count == 0 else max(0.0, centre - reach)
    high = 1.0 if count == of else min(1.0, centre + reach)
    return Share(share, low, high)


def describe(values: Iterable[Any]) -> dict[str, float | int | None]:
    """Mean with the half-width of its 95% interval (Student's t), standard deviation and quantiles.

    None and NaN are left out and not counted in `n`; what can't be estimated from `n` values is None. Sums are
    exact (`math.fsum`), so that the estimate does not depend on how NumPy sums.
    """
    present = [float(value) for value in values if value is not None and not math.isnan(value)]
    n = len(present)
    if n == 0:
        return dict.fromkeys(ESTIMATES[:-1]) | {"n": 0}
    mean = math.fsum(present) / n
    sd: float | None = None
    half_width: float | None = None
    if n > 1:
        sd = math.sqrt(math.fsum((value - mean) ** 2 for value in present) / (n - 1))
        half_width = _t_quantile(n - 1) * sd / math.sqrt(n)
    quantiles = np.quantile(np.array(present), list(QUANTILES.values()))
    row: dict[str, float | int | None] = {"mean": mean, "half_width_95": half_width, "sd": sd}
    row |= {name: float(quantile) for name, quantile in zip(QUANTILES, quantiles, strict=True)}
    row["n"] = n
    return row


def cumulative_incidence(weeks: Sequence[float | None], last_week: int) -> dict[str, list[float] | list[int]]:
    """Share of all replications whose event came by each week 0..`last_week`; None is an event that never came.

    Replications that ended otherwise (a competing risk) stay in the denominator, so the last share is the share
    of replications with the event.
    """
    came = np.sort(np.array([week for week in weeks if week is not None], dtype=float))
    week_numbers = list(range(last_week + 1))
    counts = np.searchsorted(came, np.array(week_numbers, dtype=float), side="right")
    share = [float(count) / len(weeks) for count in counts] if weeks else [0.0] * len(week_numbers)
    return {"week": week_numbers, "share": share}


def _t_quantile(degrees_of_freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(degrees_of_freedom, 0.975))
