"""Blocks: consecutive replications as Arrow tables, and the three final tables that they are laid out to.

A block has a row per replication: `replication`, `input.<path>`, output measures, then `weekly.<measure>` and
`sites.<measure>` as lists over weeks and sites. So a block is one table, and a shard one file. The type of a column
follows from its name alone, so that tables of several results can be read as one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from simulator.scenario.measure import COUNT, TEXT, TRUTH
from simulator.scenario.measures import REPLICATIONS, SITES

if TYPE_CHECKING:
    import pyarrow as pa

Value = float | int | bool | str | None
INPUT = "input."
SITE = "site"
TABLES = ("replications", "weekly", "sites")
LONGEST_SECONDS = 30.0
"""A block ends after this time, so that a process that is killed loses little, however slow the scenario is."""


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


class Blocks:
    """Gathers replications into blocks and hands each block to `keep`.

    A block ends at a multiple of `size`, before a gap in the numbers, and after `LONGEST_SECONDS`. Interruptions
    (Ctrl-C) do no harm wherever they hit: a replication may be put twice, and a block may be kept twice.
    """

    def __init__(self, input_paths: Sequence[str], size: int, keep: Callable[[pa.Table], None]) -> None:
        self.input_paths = tuple(input_paths)
        self.size = size
        self.keep = keep
        self.count = 0
        self._pending: list[tuple[int, Replication]] = []
        self._last = -1
        self._began = monotonic()

    def put(self, number: int, replication: Replication) -> None:
        """Add replication `number`; numbers ascend."""
        if number <= self._last or (self._pending and number <= self._pending[-1][0]):
            return
        if self._pending and number != self._pending[-1][0] + 1:
            self.flush()
        if not self._pending:
            self._began = monotonic()
        self._pending.append((number, replication))
        self.count += 1
        if (number + 1) % self.size == 0 or monotonic() - self._began > LONGEST_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Hand over what is pending."""
        if self._pending:
            numbers, replications = zip(*self._pending, strict=True)
            self.keep(block_of(self.input_paths, numbers, replications))
            self._last = numbers[-1]
            self._pending = []


def block_of(input_paths: Sequence[str], numbers: Sequence[int], replications: Sequence[Replication]) -> pa.Table:
    """The block of these replications."""
    import pyarrow as pa

    columns = {"replication": column_of(np.array(numbers, dtype=np.int32))}
    inputs = np.array([replication.inputs for replication in replications], dtype=np.float64)
    for index, path in enumerate(input_paths):
        columns[INPUT + path] = column_of(inputs[:, index])
    first = replications[0]
    for name in first.measures:
        columns[name] = _column(name, [replication.measures[name] for replication in replications])
    for name in first.weekly:
        rows = np.array([replication.weekly[name] for replication in replications], dtype=np.float64)
        columns[f"weekly.{name}"] = _lists(column_of(rows.reshape(-1)), rows.shape[1])
    for name, per_site in first.sites.items():
        values = [value for replication in replications for value in replication.sites[name]]
        columns[f"sites.{name}"] = _lists(_column(name, values), len(per_site))
    return pa.table(columns)


def columns_of(schema: pa.Schema, table: str) -> dict[str, str]:
    """Columns of a block that belong to a final table, by the name that they have there."""
    if table == "replications":
        names = [name for name in schema.names if not name.startswith(("weekly.", "sites.")) and name != "replication"]
        return {name: name for name in names}
    return {name.removeprefix(f"{table}."): name for name in schema.names if name.startswith(f"{table}.")}


def type_of(name: str) -> pa.DataType:
    """The type of a measure's column in the tables of replications and sites: float64 where no other is known."""
    import pyarrow as pa

    if name == SITE:
        return pa.string()
    measure = REPLICATIONS.get(name) or SITES.get(name)
    types = {TEXT: pa.string(), TRUTH: pa.bool_(), COUNT: pa.int64()}
    return pa.float64() if measure is None else types.get(measure.unit, pa.float64())


def schema_of(block: pa.Schema, table: str) -> pa.Schema:
    """The schema of a final table of blocks with this schema."""
    import pyarrow as pa

    fields = {"replication": pa.int32()} | ({"week": pa.int32()} if table == "weekly" else {})
    for name, column in columns_of(block, table).items():
        kind = block.field(column).type
        fields[name] = kind if table == "replications" else kind.value_type
    return pa.schema(list(fields.items()))


def laid_out(block: pa.Table, table: str, schema: pa.Schema) -> pa.Table:
    """The rows of a block in a final table."""
    import pyarrow as pa

    block = block.combine_chunks()
    columns = {name: block.column(column) for name, column in columns_of(block.schema, table).items()}
    numbers = numbers_in(block.column("replication").cast(pa.int32()))
    if table != "replications":
        length = len(next(iter(columns.values()))[0]) if columns and len(numbers) else 0
        columns = {name: column.chunk(0).flatten() for name, column in columns.items()}
        if table == "weekly":
            columns["week"] = column_of(np.tile(np.arange(length, dtype=np.int32), len(numbers)))
        numbers = np.repeat(numbers, length)
    columns["replication"] = column_of(numbers)
    return pa.table([columns[name] for name in schema.names], schema=schema)


def table_of(blocks: Sequence[pa.Table], table: str) -> pa.Table:
    """A final table of blocks, one or more in replication order."""
    import pyarrow as pa

    schema = schema_of(blocks[0].schema, table)
    return pa.concat_tables([laid_out(block, table, schema) for block in blocks])


def plain(value: Any) -> Value:
    """`value` as a plain Python scalar; NaN becomes None."""
    scalar = value.item() if isinstance(value, np.generic) else value
    if isinstance(scalar, float) and math.isnan(scalar):
        return None
    return scalar  # type: ignore[no-any-return]


def _lists(values: pa.Array, length: int) -> pa.Array:
    """`values` cut into lists of `length`."""
    import pyarrow as pa

    ends = np.arange(0, len(values) + 1, length, dtype=np.int32) if length else np.zeros(1, np.int32)
    return pa.ListArray.from_arrays(column_of(ends), values)


def column_of(values: np.ndarray[Any, Any], known: np.ndarray[Any, Any] | None = None) -> pa.Array:
    """A column of numbers or truths from a vector, null where it is NaN or not `known`.

    `pa.array` would import pandas to see whether it was given something of its kind, which takes longer than all else.
    """
    import pyarrow as pa

    content = np.packbits(values, bitorder="little") if values.dtype == np.bool_ else np.ascontiguousarray(values)
    valid = _bits(~np.isnan(values) if known is None else known)
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [valid, pa.py_buffer(content)])


def numbers_in(column: pa.ChunkedArray) -> np.ndarray[Any, Any]:
    """The numbers of a column of numbers, NaN where one of float64 is null; `to_numpy` would import pandas.

    Raises `ValueError` for nulls among whole numbers.
    """
    kind = np.dtype(column.type.to_pandas_dtype())
    return np.concatenate([np.zeros(0, dtype=kind), *(_numbers_of(chunk, kind) for chunk in column.chunks)])


def _numbers_of(chunk: pa.Array, kind: np.dtype[Any]) -> np.ndarray[Any, Any]:
    valid, content = chunk.buffers()
    if not len(chunk):
        return np.zeros(0, dtype=kind)
    values = np.frombuffer(content, dtype=kind, count=len(chunk), offset=chunk.offset * kind.itemsize)
    if not chunk.null_count:
        return values
    if kind != np.float64:
        raise ValueError("a column of whole numbers has nulls")
    bits = np.unpackbits(np.frombuffer(valid, dtype=np.uint8), bitorder="little")
    return np.where(bits[chunk.offset : chunk.offset + len(chunk)], values, np.nan)


def _texts(values: list[str | None], known: np.ndarray[Any, Any]) -> pa.Array:
    """A column of texts, null where they are not `known`."""
    import pyarrow as pa

    encoded = [(value or "").encode() for value in values]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    buffers = [_bits(known), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def _bits(known: np.ndarray[Any, Any]) -> pa.Buffer | None:
    """Which values are there; None where all are."""
    import pyarrow as pa

    return None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))


def _column(name: str, values: list[Any]) -> pa.Array:
    """The column of a measure, where NaN is null; values of another type than declared raise `TypeError`."""
    import pyarrow as pa

    kind = type_of(name)
    alike = {type(value) for value in values} - {type(None)}
    known = np.array([value is not None for value in values], dtype=np.bool_)
    if kind == pa.string() and alike <= {str}:
        return _texts(values, known)
    if kind == pa.float64() and alike <= {float}:
        return column_of(np.array(values, dtype=np.float64))
    for of_python, of_numpy in ((int, np.int64), (bool, np.bool_)):
        if alike <= {of_python} and kind == pa.from_numpy_dtype(of_numpy):
            return column_of(np.array([value or 0 for value in values], dtype=of_numpy), known)
    if kind == pa.float64():
        return pa.array(values, kind, from_pandas=True)
    found = pa.array(values).type  # asked for whole numbers, it would cut fractions off
    if found not in (kind, pa.null()):
        raise TypeError(f"{name} is {found}; it is declared as {kind}")
    return pa.array(values, kind)
