"""What an engine is, what it raises, and what a trace tells; knows neither of the two engines."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

if TYPE_CHECKING:
    from simulator.model.measures.measures import Replication
    from simulator.model.plan.plan import Floats, Plan
    from simulator.model.state.state import State
    from simulator.scenario.vocabulary import EngineName


class Stopped(Exception):  # noqa: N818 (nothing is wrong)
    """Somebody wanted no more of a replication."""

    def __init__(self) -> None:
        super().__init__("the replication was stopped before its horizon")


class EndlessError(RuntimeError):
    """A replication that would not end; the message says where it is, and what repeats."""


class UnknownEventError(RuntimeError):
    """An event of a kind that nothing answers: a mistake in the program, not in a scenario."""

    def __init__(self, kind: int) -> None:
        super().__init__(f"nothing answers an event of kind {kind}")


def never() -> bool:
    """Nobody stops it."""
    return False


class Replicating(Protocol):
    """What runs replications of one plan, one at a time, with state of its own.

    It asks `stopping` again and again while it does, and raises `Stopped` when the answer is yes.
    """

    stopping: Callable[[], bool]

    def replicate(self, replication: int, seed: int) -> Any:
        """One replication from start to horizon."""


class Run(Protocol):
    """A replication under way."""

    state: State
    inputs: Floats
    number: int
    seed: int


R = TypeVar("R", bound=Run)


class Engine(Replicating, Protocol[R]):
    """What every engine offers, and what all have in common; one object runs one replication at a time."""

    name: ClassVar[EngineName]
    plan: Plan
    stopping: Callable[[], bool]
    expected: float
    """Events that its plan lets expect in a replication."""

    def __init__(self, plan: Plan) -> None:
        from simulator.scenario import estimate_work

        self.plan = plan
        self.stopping = never
        self.expected = estimate_work(plan.scenario, 1).events

    @abstractmethod
    def begin(self, replication: int, seed: int, uniforms: Floats | None = None, traced: bool = False) -> R:
        """A replication at t = 0; `traced` keeps its events."""

    @abstractmethod
    def advance(self, run: R, until_weeks: float) -> Iterator[Any]:
        """Process all events up to and including `until_weeks`; yields the trace, float64[rows, 6], in pieces.

        Raises `Stopped`, and `EndlessError` where events go on without an end.
        """

    @abstractmethod
    def refresh(self, run: R, hours: float) -> None:
        """Between steps, after `run.state` was changed at `hours`: lines, people, rates and calendar follow.

        The rates of sites that are marked as stale (`simulator.model.users.tasks.touch`) are renewed.
        """

    @abstractmethod
    def copy(self, run: R) -> R | None:
        """A replication of its own in the same state; None from an engine that can only play it again."""

    def measure(self, run: R) -> Replication:
        """The output measures of a replication at its horizon."""
        from simulator.model.measures.measures import measure

        return measure(self.plan, run.state, run.inputs, run.number, run.seed)

    def replicate(self, replication: int, seed: int, uniforms: Floats | None = None) -> Replication:
        """One replication from start to horizon; `uniforms` as in `Plan.draw_inputs`."""
        run = self.begin(replication, seed, uniforms)
        for _ in self.advance(run, self.plan.weeks):
            pass
        return self.measure(run)


class EngineModule(Protocol):
    """A module with an engine."""

    @property
    def Engine(self) -> type[Engine[Any]]:  # noqa: N802 (the name of the class)
        """Its class."""


@dataclass(frozen=True)
class TraceEvent:
    """One event of a replication: its time in hours since kick-off, its kind, and what it was about."""

    time_hours: float
    kind: str
    fields: dict[str, str | int | float]
