"""How the replications of a result were made, and what became of those that failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.streams.designs import DESIGNS

if TYPE_CHECKING:
    from simulator.results.precision import Precision


class ReplicationError(RuntimeError):
    """A replication that failed; `replication` (number) and `seed` let it be run alone."""

    def __init__(self, replication: int, seed: int, cause: str) -> None:
        super().__init__(replication, seed, cause)
        self.replication = replication
        self.seed = seed
        self.cause = cause

    def as_dict(self) -> dict[str, Any]:
        """The failure as a manifest holds it."""
        return {"replication": self.replication, "seed": self.seed, "cause": self.cause}

    def __str__(self) -> str:
        return f"replication {self.replication} with seed {self.seed} failed: {self.cause}"


@dataclass(frozen=True, kw_only=True)
class Account:
    """How the replications of a result were made.

    `requested` were asked for; fewer are there after an interruption. `wall_seconds` is the time of the simulation
    without compiling, `callbacks` the names of the Python functions that steered or watched the replications,
    `failures` those that could not be computed, and `precisions` how the targets of a run until precision stand.
    """

    seed: int
    engine: str
    requested: int
    jobs: int = 1
    wall_seconds: float = 0.0
    design: str = DESIGNS[0]
    callbacks: tuple[str, ...] = ()
    failures: tuple[ReplicationError, ...] = ()
    precisions: tuple[Precision, ...] = ()
