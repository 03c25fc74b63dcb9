"""Where the blocks of an experiment are kept: what any such place can do, and memory, the simplest one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from simulator.store.blocks import Value
from simulator.store.records import Records

if TYPE_CHECKING:
    import pyarrow as pa


class Store(Protocol):
    """Where the blocks of an experiment are kept: in memory, or as shards in a folder."""

    requested: int
    wall_seconds: float
    failed: list[dict[str, Any]]

    @property
    def ranges(self) -> list[range]:
        """The replications that are kept, in order."""

    def keep(self, block: pa.Table) -> None:
        """Keep a block; one of the same replications is replaced."""

    @property
    def count(self) -> int:
        """The number of replications that are kept."""

    def measure(self, name: str) -> list[Value]:
        """One output measure of all replications that are kept, in order."""

    def records(self) -> Records:
        """All that is kept."""

    def conclude(self, jobs: int, summary: Callable[[], dict[str, Any]] | None) -> None:
        """Take note that this is all, and what a result says in short."""

    def give_up(self) -> None:
        """Take note that there is no result, and of what has failed."""

    def close(self) -> None:
        """Let others take charge of it."""


class Memory:
    """Blocks in memory."""

    def __init__(self) -> None:
        self.requested = 0
        self.wall_seconds = 0.0
        self.failed: list[dict[str, Any]] = []
        self._blocks: dict[int, pa.Table] = {}

    @property
    def ranges(self) -> list[range]:
        """The replications that are kept, in order."""
        return [range(first, first + block.num_rows) for first, block in sorted(self._blocks.items())]

    @property
    def count(self) -> int:
        """The number of replications that are kept."""
        return sum(map(len, self.ranges))

    def keep(self, block: pa.Table) -> None:
        """Keep a block; one of the same replications is replaced."""
        self._blocks[block.column("replication")[0].as_py()] = block

    def measure(self, name: str) -> list[Value]:
        """One output measure of all replications that are kept, in order."""
        return [value for _, block in sorted(self._blocks.items()) for value in block.column(name).to_pylist()]

    def records(self) -> Records:
        """All that is kept."""
        return Records.in_memory([block for _, block in sorted(self._blocks.items())])

    def conclude(self, jobs: int, summary: Callable[[], dict[str, Any]] | None) -> None:
        """There is nothing to write."""

    def give_up(self) -> None:
        """There is nothing to write."""

    def close(self) -> None:
        """Nobody else can see it."""
