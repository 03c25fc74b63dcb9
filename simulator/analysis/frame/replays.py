"""Replications simulated again, to look at what results don't keep: events, states, branches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from simulator.engine.protocol import never
from simulator.experiment.execution import portions
from simulator.experiment.progress import Progress, ReportProgress
from simulator.experiment.settings import workers_for
from simulator.experiment.workers import Work
from simulator.stepping.simulation import Plans, Simulation

if TYPE_CHECKING:
    from simulator.experiment.settings import Settings
    from simulator.results.account import ReplicationError
    from simulator.scenario import Scenario

T = TypeVar("T")


class Looking(Generic[T]):
    """An engine that shows replications to a function, from kick-off on, and gives what it makes of them."""

    def __init__(self, plans: Plans, engine: str, look: Callable[[Simulation], T], *, traced: bool) -> None:
        self.plans, self.name, self.look, self.traced = plans, engine, look, traced
        self.stopping = never

    def replicate(self, replication: int, seed: int) -> T:
        """What the function makes of one replication."""
        return self.look(Simulation(self.plans, replication, seed, self.name, self.traced, self.stopping))


def replays(
    look: Callable[[Simulation], T],
    scenario: Scenario,
    numbers: Sequence[int],
    settings: Settings,
    report: ReportProgress,
    *,
    traced: bool = False,
) -> tuple[dict[int, T], bool]:
    """What `look` makes of each of these replications, by number, and whether all were looked at.

    `look` is handed a replication at its kick-off, advances it as far as it likes, and may branch it. It is called from
    several threads, for one replication in one of them. An interruption leaves out what had not been looked at; a
    replication that fails is an error (RuntimeError).
    """
    found: dict[int, T] = {}

    def receive(number: int, seen: Any) -> None:
        found[number] = seen
        report(Progress("running", len(found), len(numbers), scenario.name))

    def fail(error: ReplicationError) -> None:
        raise RuntimeError(f"replication {error.replication} of {scenario.name} failed: {error.cause}")

    plans = Plans(scenario)
    work = Work(
        partial(Looking, plans, settings.engine, look, traced=traced), settings.seed, receive, fail, again=False
    )
    report(Progress("running", 0, len(numbers), scenario.name))
    with workers_for(settings.engine, settings.jobs, None, callbacks=True) as workers:
        chunks = [range(number, number + 1) for number in numbers]
        complete = workers.execute(portions(work, chunks, workers.jobs))
    return found, complete
