"""How the replications of a result were made, and what became of those that failed."""

from __future__ import annotations

from typing import Any


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
