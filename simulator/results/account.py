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
    `recalled` were simulated by earlier runs, whose time counts as it was then; no file tells of them.
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
    recalled: int = 0


class Accounted:
    """What was made by replications of which there is an account, whose entries are its own."""

    def __init__(self, account: Account) -> None:
        self.account = account

    @property
    def seed(self) -> int:
        """The base seed of the random streams."""
        return self.account.seed

    @property
    def engine(self) -> str:
        """The engine that simulated."""
        return self.account.engine

    @property
    def design(self) -> str:
        """How the uncertain inputs were drawn."""
        return self.account.design

    @property
    def jobs(self) -> int:
        """How many replications ran at a time."""
        return self.account.jobs

    @property
    def requested(self) -> int:
        """The number of replications that were asked for; fewer are there after an interruption."""
        return self.account.requested

    @property
    def wall_seconds(self) -> float:
        """The time of the simulation without compiling."""
        return self.account.wall_seconds

    @property
    def callbacks(self) -> tuple[str, ...]:
        """Names of the Python functions that steered or watched the replications."""
        return self.account.callbacks

    @property
    def failures(self) -> tuple[ReplicationError, ...]:
        """Replications that could not be computed."""
        return self.account.failures

    @property
    def precisions(self) -> tuple[Precision, ...]:
        """How the targets of a run until precision stand."""
        return self.account.precisions

    @property
    def recalled(self) -> int:
        """How many of the replications earlier runs had simulated."""
        return self.account.recalled
