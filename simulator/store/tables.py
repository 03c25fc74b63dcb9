"""The final tables as Parquet files: written shard by shard in little memory, read column by column.

Row groups end at fixed numbers of replications, and each is written in one piece, so that the bytes depend on the
replications alone and not on the shards that they came in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from simulator.store.blocks import TABLES, columns_of, laid_out, schema_of
from simulator.store.files import OutputError, checksum, replace, shown
from simulator.store.records import Records

if TYPE_CHECKING:
    import pyarrow as pa

    from simulator.store.blocks import Value

ROW_GROUP = {"replications": 10_000, "weekly": 250, "sites": 1000}
"""Replications in a row group."""


STAMP = b"scaleup"
"""The entry of a file's metadata that says what it is of, as JSON."""


class StoredTable:
    """A final table in a file; raises `OutputError` when that can't be read, then or later."""

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        self.path = path
        with reading(path):
            metadata = pq.read_metadata(path)
            self.num_rows: int = metadata.num_rows
            self.column_names: list[str] = metadata.schema.to_arrow_schema().names

    def column(self, name: str) -> pa.ChunkedArray:
        """One column, read now."""
        return _read(self.path, [name], use_threads=True).column(name)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Have what goes wrong in reading a Parquet file raise `OutputError`."""
    import pyarrow as pa

    try:
        yield
    except OutputError:
        raise
    except (pa.ArrowException, OSError, ValueError, RecursionError) as error:
        told = shown(str(error).partition("\n")[0])
        raise OutputError(
            f"cannot read {shown(path)}: {told}; if it is damaged, remove it, then run again with --resume, "
            "which makes it anew"
        ) from error


def write_block(block: pa.Table, file: BinaryIO, stamp: Mapping[str, Any]) -> None:
    """Write a block as a Parquet file that is quick to write and to read again, and says what it is of."""
    import pyarrow.parquet as pq

    block = block.replace_schema_metadata({STAMP: json.dumps(stamp)})
    pq.write_table(block, file, compression="lz4", version="2.6", use_dictionary=False, write_statistics=False)


def read_stamp(path: Path) -> dict[str, Any] | None:
    """What a Parquet file of ours says of itself, None where it says nothing; raises `OutputError`."""
    import pyarrow.parquet as pq

    with reading(path):
        found = json.loads((pq.read_metadata(path).metadata or {}).get(STAMP, b"null"))
    return found if isinstance(found, dict) else None


def read_block(path: Path) -> pa.Table:
    """A block from its file; raises `OutputError`."""
    return _read(path)


def read_column(path: Path, name: str) -> list[Value]:
    """One output measure of the replications of a block's file; raises `OutputError`."""
    return _read(path, [name]).column(name).to_pylist()  # type: ignore[no-any-return]


def write_tables(folder: Path, shards: Sequence[Path], stamp: Mapping[str, Any]) -> dict[str, dict[str, int | str]]:
    """Write the final tables of shards in replication order; their rows and checksums by file name.

    Raises `WriteError`; each table is then the new or the old one as a whole.
    """
    import pyarrow.parquet as pq

    with reading(shards[0]):
        block = pq.read_schema(shards[0])
    written: dict[str, dict[str, int | str]] = {}
    for table in TABLES:
        path = folder / f"{table}.parquet"
        schema = schema_of(block, table).with_metadata({STAMP: json.dumps(stamp)})
        replace(path, _writing(shards, table, schema))
        written[path.name] = {"rows": StoredTable(path).num_rows, "sha256": checksum(path)}
    return written


def read_tables(folder: Path, shards: Sequence[Path], temporary: object = None) -> Records:
    """The records of the final tables in a folder; the two long ones stay on the disk. Raises `OutputError`.

    `temporary` is what removes the folder, if it is one for as long as the records live.
    """
    names = {name: folder / f"{name}.parquet" for name in TABLES}
    tables = {name: StoredTable(path) for name, path in names.items()}
    short = _read(names["replications"], use_threads=True)
    return Records(tables | {"replications": short}, lambda: map(read_block, shards), folder, temporary)


def _read(path: Path, columns: list[str] | None = None, *, use_threads: bool = False) -> pa.Table:
    """The columns of a file, sound as far as can be seen; raises `OutputError`."""
    import pyarrow.parquet as pq

    with reading(path):
        file = pq.ParquetFile(path)
        table = file.read(columns, use_threads=use_threads)
        table.validate(full=True)
        if table.num_rows != file.metadata.num_rows:
            raise ValueError("it has fewer rows than it says")
    return table


def _writing(shards: Sequence[Path], table: str, schema: pa.Schema) -> Callable[[BinaryIO], None]:
    """What writes a final table into a file."""
    import pyarrow.parquet as pq

    def write(file: BinaryIO) -> None:
        # most columns are floats that hardly repeat: dictionaries of them take time, and make files larger
        with pq.ParquetWriter(file, schema, compression="zstd", version="2.6", use_dictionary=False) as writer:
            for group in _row_groups(shards, table, schema):
                writer.write_table(group, row_group_size=group.num_rows)

    return write


def _row_groups(shards: Sequence[Path], table: str, schema: pa.Schema) -> Iterator[pa.Table]:
    """The rows of a final table, cut after every `ROW_GROUP` replications."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    waiting = schema.empty_table()
    for path in shards:
        with reading(path):
            names = pq.read_schema(path)
            if not schema_of(names, table).equals(schema):
                raise ValueError("it has other columns than the shards before it")
            block = _read(path, ["replication", *columns_of(names, table).values()])
            rows = laid_out(block, table, schema)
        size = ROW_GROUP[table] * (rows.num_rows // block.num_rows)
        waiting = pa.concat_tables([waiting, rows])
        while size and waiting.num_rows >= size:
            yield waiting.slice(0, size).combine_chunks()
            waiting = waiting.slice(size)
    if waiting.num_rows:
        yield waiting.combine_chunks()
