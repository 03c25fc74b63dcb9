"""The output of many replications, by column, in replication order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from simulator.scenario.text.problems import unknown
from simulator.store.blocks import INPUT, Value, block_of, numbers_in, table_of

if TYPE_CHECKING:
    import pyarrow as pa

    from simulator.store.blocks import Replication

Floats = np.ndarray[Any, np.dtype[np.float64]]
Whole = np.ndarray[Any, np.dtype[np.int32]]
Truths = np.ndarray[Any, np.dtype[np.bool_]]
Column_co = TypeVar("Column_co", covariant=True)


class Table(Protocol):
    """A final table, in memory (`pyarrow.Table`) or in a file."""

    @property
    def num_rows(self) -> int:
        """The number of rows."""

    @property
    def column_names(self) -> list[str]:
        """Names of the columns in order."""

    def column(self, name: str) -> pa.ChunkedArray:
        """One column."""


class Records:
    """The final tables of an experiment, read by column: from memory, or from files when they are asked for.

    `blocks` yields the same replications block by block, as shards hold them; `folder` is where the files lie, and
    `temporary` what removes it when nobody refers to it any more.
    """

    def __init__(
        self,
        tables: Mapping[str, Table],
        blocks: Callable[[], Iterator[pa.Table]],
        folder: Path | None = None,
        temporary: object = None,
    ) -> None:
        self.folder = folder
        self.temporary = temporary
        self._tables = tables
        self.blocks = blocks
        self.numbers: Whole = numbers_in(tables["replications"].column("replication"))
        self.count = len(self.numbers)
        self._names = {name: [*table.column_names] for name, table in tables.items()}
        names = self._names["replications"]
        self.input_paths = tuple(name.removeprefix(INPUT) for name in names if name.startswith(INPUT))

    @classmethod
    def in_memory(cls, blocks: Sequence[pa.Table]) -> Records:
        """The records of these blocks, which are in replication order."""
        return cls({name: table_of(blocks, name) for name in ("replications", "weekly", "sites")}, lambda: iter(blocks))

    @classmethod
    def of(cls, input_paths: Sequence[str], replications: Sequence[Replication]) -> Records:
        """The records of replications 0, 1, 2, ..."""
        return cls.in_memory([block_of(input_paths, range(len(replications)), replications)])

    # Made anew each time: records that refer to themselves would stay, and a temporary folder with them.

    @property
    def measures(self) -> Mapping[str, list[Value]]:
        """Output measures of every replication, by name."""
        names = [name for name in self._names["replications"][1:] if not name.startswith(INPUT)]
        return _Columns(names, self.measure)

    @property
    def weekly(self) -> Mapping[str, Floats]:
        """Weekly measures by name, each as `week_rows` gives it."""
        return _Columns(self._names["weekly"][2:], self.week_rows)

    @property
    def sites(self) -> Mapping[str, list[list[Value]]]:
        """Measures of every site for every replication, by name."""
        return _Columns(self._names["sites"][1:], self._per_site)

    @property
    def weeks(self) -> int:
        """The number of weeks in a replication."""
        return self._tables["weekly"].num_rows // self.count if self.count else 0

    @property
    def inputs(self) -> Floats:
        """Uncertain inputs as drawn, float64[replications, inputs]."""
        columns = [self._tables["replications"].column(INPUT + path).to_numpy() for path in self.input_paths]
        return np.column_stack(columns) if columns else np.empty((self.count, 0))

    def measure(self, name: str) -> list[Value]:
        """One output measure of every replication; an unknown name raises `KeyError`, which tells the nearest one."""
        if name not in self._names["replications"]:
            raise unknown("measure of a replication", name, self.measures)
        return self._tables["replications"].column(name).to_pylist()  # type: ignore[no-any-return]

    def week_rows(self, name: str) -> Floats:
        """One weekly measure as float64[replications, weeks]; NaN is null; raises `KeyError` likewise."""
        if name not in self._names["weekly"]:
            raise unknown("weekly measure", name, self.weekly)
        return self._tables["weekly"].column(name).to_numpy().reshape(self.count, -1)  # type: ignore[no-any-return]

    def chosen(self, mask: Truths) -> Records:
        """The records of the replications under a mask, bool[replications]; they have no blocks of their own."""
        tables = {name: _Chosen(table, mask) for name, table in self._tables.items()}
        return Records(tables, lambda: iter(()), temporary=self)  # whose files have to stay

    def table(self, name: str) -> pa.Table:
        """The table `replications`, `weekly` or `sites`, read into memory."""
        import pyarrow as pa

        table = self._tables[name]
        return pa.table({column: table.column(column) for column in table.column_names})

    def _per_site(self, name: str) -> list[list[Value]]:
        """One output measure of every site for every replication."""
        values = self._tables["sites"].column(name).to_pylist()
        number = len(values) // self.count if self.count else 0
        return [values[number * index : number * (index + 1)] for index in range(self.count)]


class _Chosen:
    """The rows of a final table that belong to the replications under a mask."""

    def __init__(self, table: Table, mask: Truths) -> None:
        import pyarrow as pa

        self._table = table
        self.column_names = table.column_names
        each = table.num_rows // len(mask)
        self.num_rows = each * int(np.count_nonzero(mask))
        self._rows = pa.array(np.repeat(mask, each))

    def column(self, name: str) -> pa.ChunkedArray:
        """One column."""
        return self._table.column(name).filter(self._rows)


class _Columns(Mapping[str, Column_co]):
    """Columns by name, each read when it is asked for."""

    def __init__(self, names: Sequence[str], read: Callable[[str], Column_co]) -> None:
        self._names = dict.fromkeys(names)
        self._read = read

    def __getitem__(self, name: str) -> Column_co:
        if name not in self._names:
            raise unknown("column", name, self._names)
        return self._read(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names
