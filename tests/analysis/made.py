"""Results that are made up column by column, so that what is said of them is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

import simulator as sim
from simulator.analysis.compare import Comparison, comparison_of
from simulator.results.account import Account
from simulator.results.result import Result
from simulator.store.records import Records
from tests.experiment.stand_in import SCENARIO

TRUTHS = ("funded", "success", "reached_scale", "pays", "paid_back")


def made(
    name: str, success: Sequence[Any], changes: Mapping[str, Any] | None = None, numbers: Any = None, **columns: Any
) -> Result:
    """A result whose replications succeed as told; what else is known of them stands in `columns`.

    All are funded, reach scale when they succeed, and cost nothing, unless `columns` say otherwise.
    """
    n = len(success)
    told = {
        "funded": [True] * n,
        "success": list(success),
        "reached_scale": list(success),
        "pays": [None] * n,
        "paid_back": [None] * n,
        **columns,
    }
    arrays = {
        key: pa.array(
            [None if value is None else bool(value) if key in TRUTHS else float(value) for value in values],
            pa.bool_() if key in TRUTHS else pa.float64(),
        )
        for key, values in told.items()
    }
    replications = pa.table({"replication": pa.array(range(n) if numbers is None else numbers, pa.int32()), **arrays})
    empty = pa.table({"replication": pa.array([], pa.int32())})
    records = Records({"replications": replications, "weekly": empty, "sites": empty}, lambda: iter(()))
    scenario = sim.load({**SCENARIO, "name": name}).with_changes(changes or {})
    return Result(scenario, records, Account(seed=1, engine="compiled", requested=n))


def compared(*results: Result, measures: Sequence[str] = ()) -> Comparison:
    """Results compared, none of them the same plan as another."""
    return comparison_of({chr(ord("A") + place): one for place, one in enumerate(results)}, None, measures)
