"""Replications of one experiment in the cache of the user's, by number: what is there is not simulated again.

They are told apart by all that decides their digits (`key_of`). A file holds consecutive replications of one cell of
`CELL` numbers, with the columns of a block, as an Arrow file, which can't run code.
"""

from __future__ import annotations

import json
import platform
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.store import blocks
from simulator.store.blocks import INPUT, Blocks, Replication, column_of, numbers_in
from simulator.store.identity import versions
from simulator.streams.jit import KERNEL_SOURCES

if TYPE_CHECKING:
    import pyarrow as pa

    from simulator.store.cache_folder import CacheFolder
    from simulator.store.identity import Identity

CELL: Final = 50
"""Numbers of replications that can be in one file: few enough to be handed to a worker at once."""
FILE: Final = re.compile(r"(\d{8})-(\d{8})\.arrow")
SECONDS: Final = "simulated_seconds"
"""The column beside those of a block: how long each replication took."""
PACKAGE: Final = Path(__file__).parents[1]
COMPUTING: Final = (*KERNEL_SOURCES, "store")
"""The folders of the code by which replications are computed and kept."""


@dataclass(frozen=True)
class Recalled:
    """A replication that was simulated before, and the seconds that it took then."""

    inputs: np.ndarray[Any, np.dtype[np.float64]]
    measures: dict[str, Any]
    weekly: dict[str, np.ndarray[Any, np.dtype[np.float64]]]
    sites: dict[str, Sequence[Any]]
    seconds: float

    @property
    def events(self) -> int:
        """Number of simulated events."""
        return int(self.measures["events"] or 0)


class ReplicationCache:
    """The replications of an experiment in a folder; `fresh`: none is read, and those that come are kept all the same.

    Interruptions (Ctrl-C) do no harm wherever they hit: a file is there as a whole or not at all.
    """

    def __init__(self, folder: CacheFolder, identity: Identity, inputs: Sequence[str], *, fresh: bool = False) -> None:
        self._folder = folder
        self._inputs = tuple(inputs)
        self._fresh = fresh
        on = bool(folder.most_bytes) and not identity.callbacks
        self._key = key_of(identity) if on else ""
        self._holding: dict[range, range] = {}  # what can be recalled, and the numbers of the file that it is in
        self._seconds: dict[int, float] = {}
        self._blocks = Blocks(inputs, CELL, self._write)

    def find(self, missing: Sequence[range]) -> list[range]:
        """The ranges of these numbers that can be recalled, each from one file; ascending."""
        self._holding = {}
        if not self._key or self._fresh:
            return []
        cells: dict[int, list[range]] = {}
        for name in self._folder.names(self._key):
            if (numbers := numbers_of(name)) is not None:
                cells.setdefault(numbers.start // CELL, []).append(numbers)
        for gap in missing if cells else ():
            at = gap.start
            while at < gap.stop:
                ahead = [numbers for numbers in cells.get(at // CELL, ()) if numbers.stop > at]
                begun = [numbers for numbers in ahead if numbers.start <= at]
                if begun:
                    file = max(begun, key=lambda numbers: numbers.stop)
                    chunk = range(at, min(file.stop, gap.stop))
                    self._holding[chunk] = file
                    at = chunk.stop
                else:
                    at = min((numbers.start for numbers in ahead), default=(at // CELL + 1) * CELL)
        return list(self._holding)

    def recall(self, chunk: range) -> list[Recalled] | None:
        """The replications of a chunk that was found; None for others, and where the file is damaged or gone."""
        import pyarrow as pa

        file = self._holding.get(chunk)
        content = None if file is None else self._folder.read(self._key, name_of(file))
        if file is None or content is None:
            return None
        try:
            table = pa.ipc.open_file(content).read_all()
            table.validate(full=True)
            if table.column("replication").to_pylist() != list(file):
                return None
            return replications_in(table.slice(chunk.start - file.start, len(chunk)), self._inputs)
        except (pa.ArrowException, OSError, KeyError, ValueError):
            return None

    def put(self, number: int, replication: Replication, seconds: float) -> None:
        """Keep a replication that has been simulated; numbers ascend."""
        if self._key:
            self._seconds[number] = seconds
            self._blocks.put(number, replication)

    def flush(self) -> None:
        """Have all that was put lie on the disk."""
        self._blocks.flush()

    def _write(self, block: pa.Table) -> None:
        import pyarrow as pa

        numbers = block.column("replication").to_pylist()
        seconds = [self._seconds.get(number, 0.0) for number in numbers]
        block = block.append_column(SECONDS, column_of(np.array(seconds, dtype=np.float64)))
        stream = pa.BufferOutputStream()
        with pa.ipc.new_file(stream, block.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as file:
            file.write_table(block)
        self._folder.write(self._key, name_of(range(numbers[0], numbers[-1] + 1)), stream.getvalue().to_pybytes())
        for number in numbers:
            self._seconds.pop(number, None)


def replications_in(table: pa.Table, inputs: Sequence[str]) -> list[Recalled]:
    """The replications of a block, row by row; raises `KeyError` and `ValueError` for a block of other columns."""
    import pyarrow as pa

    table = table.combine_chunks()
    names = [name for name in table.schema.names if name not in ("replication", SECONDS)]
    drawn = [name.removeprefix(INPUT) for name in names if name.startswith(INPUT)]
    if drawn != list(inputs):
        raise ValueError("it has other inputs")
    rows = table.num_rows
    columns = [numbers_in(table.column(INPUT + path)) for path in inputs]
    draws = np.column_stack(columns) if columns else np.empty((rows, 0))
    seconds = table.column(SECONDS).to_pylist()
    measures = {
        name: table.column(name).to_pylist() for name in names if not name.startswith((INPUT, "weekly.", "sites."))
    }
    weekly = {
        name.removeprefix("weekly."): numbers_in(pa.chunked_array([table.column(name).chunk(0).flatten()]))
        for name in names
        if name.startswith("weekly.")
    }
    weeks = {name: values.reshape(rows, -1) for name, values in weekly.items()}
    sites = {name.removeprefix("sites."): table.column(name).to_pylist() for name in names if name.startswith("sites.")}
    return [
        Recalled(
            draws[row],
            {name: values[row] for name, values in measures.items()},
            {name: values[row] for name, values in weeks.items()},
            {name: values[row] for name, values in sites.items()},
            seconds[row],
        )
        for row in range(rows)
    ]


def name_of(numbers: range) -> str:
    """The name of a file by the replications in it."""
    return f"{numbers.start:08}-{numbers.stop - 1:08}.arrow"


def numbers_of(name: str) -> range | None:
    """The replications in a file by its name; None for a name that is none of ours."""
    found = FILE.fullmatch(name)
    if found is None:
        return None
    first, last = map(int, found.groups())
    return range(first, last + 1) if first <= last and first // CELL == last // CELL else None


def count(files: Iterable[Path]) -> int:
    """The number of replications in files, each once however many files of its experiment hold it."""
    found: dict[Path, set[int]] = {}
    for path in files:
        found.setdefault(path.parent, set()).update(numbers_of(path.name) or ())
    return sum(map(len, found.values()))


def key_of(identity: Identity) -> str:
    """What tells replications of one experiment from those of all others, in hexadecimal.

    All that decides their digits: `Scenario.content_hash`, seed, engine and design, and `computed_by`.
    """
    made = [computed_by(), identity.scenario.content_hash, identity.seed, identity.engine, identity.design]
    return sha256(json.dumps(made).encode()).hexdigest()[:40]


@cache
def computed_by() -> str:
    """What computes: the versions and the code that a manifest tells, what lays blocks out, processor and C library.

    Results of processors with other instructions may differ in the last digit, as may logarithms of another library.
    """
    from llvmlite.binding import get_host_cpu_features, get_host_cpu_name
    from numba.core import config

    processor = [config.CPU_NAME or get_host_cpu_name(), config.CPU_FEATURES or get_host_cpu_features().flatten()]
    layout = [sha256(Path(of).read_bytes()).hexdigest() for of in (__file__, blocks.__file__)]
    return json.dumps([versions(), layout, processor, platform.libc_ver(), bool(config.DISABLE_JIT)])


def changed_since_import() -> bool:
    """Whether code may have been changed since this process has read it: then nobody knows by what it computes."""
    imported: float = sys.modules["simulator"].IMPORTED  # which this floor may not import
    sources = (path for folder in COMPUTING for path in (PACKAGE / folder).rglob("*.py"))
    return any(max(status.st_mtime, status.st_ctime) > imported for status in map(Path.stat, sources))
