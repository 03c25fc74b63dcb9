"""Money by category: what the funded programmes cost since the decision and are worth since, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.scenario.vocabulary import COST_CATEGORIES, VALUE_CATEGORIES

if TYPE_CHECKING:
    import pandas as pd

    from simulator.results.result import Result

YEAR_WEEKS = 52


def costs(result: Result) -> pd.DataFrame:
    """Means over the funded replications, a row for each category of cost and of value: `(flow, category)`.

    `since_decision` is the sum of the weeks that begin from the decision on, as it is in all measures of what funding
    is worth; `share_of_cost` that over all cost since the decision. `year_1`, `year_2`, ... are the sums of years since
    kick-off, the pilot's weeks included, the last up to the horizon. All are NaN where nothing is funded, and the share
    where nothing costs anything.
    """
    import pandas as pd

    names = [*(("cost", name) for name in COST_CATEGORIES), *(("value", name) for name in VALUE_CATEGORIES)]
    rows = np.array([_means(result, f"{flow}_{category}") for flow, category in names])
    since = rows[:, 0]
    whole = float(since[: len(COST_CATEGORIES)].sum())
    columns = {"since_decision": since, "share_of_cost": since / whole if whole else np.full(len(since), np.nan)}
    columns |= {f"year_{year}": rows[:, year] for year in range(1, rows.shape[1])}
    return pd.DataFrame(columns, index=pd.MultiIndex.from_tuples(names, names=["flow", "category"]))


def _means(result: Result, column: str) -> list[float]:
    """Mean sums of a weekly column, since the decision and in each year, over the funded replications by weight."""
    funded, weighting = result.funded, result.weighting
    flow = result.records.week_rows(column)
    decided: Any = [np.inf if week is None else week for week in result.records.measure("decided_week")]
    since = np.arange(flow.shape[1]) >= np.ceil(np.array(decided, dtype=float))[:, None]
    totals = [np.where(since, flow, 0.0).sum(axis=1)]
    totals += [flow[:, first : first + YEAR_WEEKS].sum(axis=1) for first in range(0, flow.shape[1], YEAR_WEEKS)]
    return [weighting.mean(total, funded) if weighting.mass(funded) else np.nan for total in totals]
