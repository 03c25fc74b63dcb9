"""Success, money, people and time of every replication, funded or not: what a plan is judged by as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from simulator.results.result import Result

Floats = np.ndarray[Any, np.dtype[np.float64]]


def headlines(result: Result) -> dict[str, Floats]:
    """`success`, `value_from_funding` (where anything has a price), `adoption_final` and `weeks_without_scale`.

    Each is float64[replications]. What is not funded is no success and is worth nothing; where scale is never reached,
    all weeks from funding to the horizon, or from kick-off without it, are weeks without scale.
    """
    records, horizon = result.records, float(result.scenario.horizon_weeks)
    reached = records.measure("weeks_to_scale")
    funded = records.measure("funded_week")
    left = [horizon if start is None else horizon - float(start) for start in funded]
    measures = {"success": records.measure("success")}
    if result.priced:
        measures["value_from_funding"] = records.measure("value_from_funding")
    measures["adoption_final"] = records.measure("adoption_final")
    measures["weeks_without_scale"] = [
        most if weeks is None else float(weeks) for weeks, most in zip(reached, left, strict=True)
    ]
    return {
        name: np.array([0.0 if value is None else float(value) for value in values])
        for name, values in measures.items()
    }
