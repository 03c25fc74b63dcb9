"""The output of many replications as columns in replication order, and the tables made of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

Value = float | int | bool | str | None


class Replication(Protocol):
    """What an engine hands back for one replication."""

    @property
    def inputs(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Uncertain inputs as drawn, float64[n_inputs]."""

    @property
    def measures(self) -> Mapping[str, Any]:
        """Output measures per replication by name."""

    @property
    def weekly(self) -> Mapping[str, np.ndarray[Any, np.dtype[np.float64]]]:
        """Output measures per week by name, float64[weeks]; NaN is null."""

    @property
    def sites(self) -> Mapping[str, Sequence[Any]]:
        """Output measures per site by name."""

    @property
    def events(self) -> int:
        """Number of simulated events."""


class Records:
    """Output of the first `count` replications of an experiment.

    An interruption in the middle of a store does no harm: only replications below `count` are ever read, and the
    last ones may be stored again.
    """

    def __init__(self, input_paths: Sequence[str], capacity: int) -> None:
        self.input_paths = tuple(input_paths)
        self.count = 0
        self.capacity = capacity
        self.inputs = np.empty((capacity, len(self.input_paths)))  # not filled: memory is taken as rows come
        self.measures: dict[str, list[Value]] = {}
        self.weekly: dict[str, np.ndarray[Any, np.dtype[np.float64]]] = {}
        self.sites: dict[str, list[list[Value]]] = {}
        self.weeks = 0

    def put(self, number: int, replication: Replication) -> None:
        """Store replication `number`: the next, or an earlier one and then all after it again.

        The first one fixes which columns there are.
        """
        if number == 0:
            self.measures = {name: [] for name in replication.measures}
            self.weeks = max((len(column) for column in replication.weekly.values()), default=0)
            self.weekly = {name: np.empty((self.capacity, self.weeks)) for name in replication.weekly}
            self.sites = {name: [] for name in replication.sites}
        self.inputs[number] = replication.inputs
        for name, values in self.measures.items():
            values[number:] = [plain(replication.measures[name])]
        for name, rows in self.weekly.items():
            rows[number] = replication.weekly[name]
        for name, per_site in self.sites.items():
            per_site[number:] = [[plain(value) for value in replication.sites[name]]]
        self.count = number + 1

    def measure(self, name: str) -> list[Value]:
        """One output measure of every replication; an unknown name raises `KeyError`."""
        return self.measures[name][: self.count]

    def week_rows(self, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        """One weekly measure as float64[replications, weeks]; NaN is null; an unknown name raises `KeyError`."""
        return self.weekly[name][: self.count]

    def replications_table(self) -> pa.Table:
        """A row per replication: `replication`, `input.<path>` as drawn, output measures."""
        import pyarrow as pa

        columns = {"replication": pa.array(range(self.count), pa.int32())}
        for index, path in enumerate(self.input_paths):
            columns[f"input.{path}"] = pa.array(self.inputs[: self.count, index], from_pandas=True)
        for name in self.measures:
            columns[name] = _column(self.measure(name))
        return pa.table(columns)

    def weekly_table(self) -> pa.Table:
        """A row per replication and week."""
        import pyarrow as pa

        columns = {
            "replication": pa.array(np.repeat(np.arange(self.count, dtype=np.int32), self.weeks)),
            "week": pa.array(np.tile(np.arange(self.weeks, dtype=np.int32), self.count)),
        }
        for name in self.weekly:
            columns[name] = pa.array(self.week_rows(name).reshape(-1), from_pandas=True)
        return pa.table(columns)

    def sites_table(self) -> pa.Table:
        """A row per replication and site."""
        import pyarrow as pa

        number = len(next(iter(self.sites.values()))[0]) if self.sites and self.count else 0
        columns = {"replication": pa.array(np.repeat(np.arange(self.count, dtype=np.int32), number))}
        for name, per_site in self.sites.items():
            columns[name] = _column([value for row in per_site[: self.count] for value in row])
        return pa.table(columns)


def plain(value: Any) -> Value:
    """`value` as a plain Python scalar; NaN becomes None."""
    scalar = value.item() if isinstance(value, np.generic) else value
    if isinstance(scalar, float) and math.isnan(scalar):
        return None
    return scalar  # type: ignore[no-any-return]


def _column(values: list[Value]) -> pa.Array:
    """A column that is text, truth value, whole number or (also when all is null) float64."""
    import pyarrow as pa

    kinds = {type(value) for value in values if value is not None}
    if kinds <= {str} and kinds:
        return pa.array(values, pa.string())
    if kinds <= {bool} and kinds:
        return pa.array(values, pa.bool_())
    if kinds <= {int} and kinds:
        return pa.array(values, pa.int64())
    return pa.array([None if value is None else float(value) for value in values], pa.float64())
