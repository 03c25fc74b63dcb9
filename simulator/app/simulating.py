"""One run for the app: within its limits, in its turn, once for all who ask, and ended when nobody looks any more."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from simulator.app.cache import Cache, Key, Shown
from simulator.app.limits import MOST_KEPT_BYTES, MOST_WAITING, OVERTIME, check, most_seconds
from simulator.app.run_queue import RunQueue
from simulator.experiment.progress import Progress

if TYPE_CHECKING:
    from simulator.scenario import Scenario


class Waiting(NamedTuple):
    """A run that waits for its turn, after `before` others."""

    before: int


Standing = Progress | Waiting
Report = Callable[[Standing | None], None]
"""Called with how a run stands; None before anything is known. What it raises ends the run."""


class TooLongError(RuntimeError):
    """A run that took far longer than estimated; the message says how long."""


class Desk:
    """What all sessions share: results, and whose turn it is."""

    def __init__(self, places: int | None = None) -> None:
        from simulator.streams.cores import available_cores

        self.cores = available_cores()
        self.cache: Cache[Standing] = Cache(MOST_KEPT_BYTES)
        self.queue = RunQueue(places or self.cores, MOST_WAITING)

    def simulate(self, scenario: Scenario, seed: int, replications: int, report: Report) -> Shown:
        """The result of a scenario, kept or simulated now.

        Raises what `run` raises, ScenarioError beyond the limits, `BusyError` and `TooLongError`.
        """
        check(scenario, replications)

        def compute(tell: Callable[[Standing], None]) -> Shown:
            with self.queue.turn(lambda before: tell(Waiting(before))) as running:
                return self._run(scenario, seed, replications, running, tell)

        return self.cache.result(Key(scenario.hash, seed, replications), compute, report)

    def _run(
        self, scenario: Scenario, seed: int, replications: int, running: int, tell: Callable[[Standing], None]
    ) -> Shown:
        from simulator.experiment.run import run

        longest = OVERTIME * most_seconds()
        begun: float | None = None

        def watched(progress: Progress) -> None:
            nonlocal begun
            if progress.stage == "running":
                now = monotonic()
                begun = now if begun is None else begun
                if now - begun > longest:
                    raise TooLongError(f"more than {longest / 60:,.0f} minutes")
            tell(progress)

        jobs = max(1, self.cores // running)
        return Shown(run(scenario, replications, seed, jobs=jobs, progress=watched))
