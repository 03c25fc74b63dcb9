"""What an engine is, what it raises, and what a trace tells; knows neither of the two engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from simulator.model.measures.measures import Replication
    from simulator.model.plan.plan import Floats, Plan


class Stopped(Exception):  # noqa: N818 (nothing is wrong)
    """Somebody wanted no more of a replication."""

    def __init__(self) -> None:
        super().__init__("the replication was stopped before its horizon")


class EndlessError(RuntimeError):
    """A replication that would not end; the message says where it is, and what repeats."""


def never() -> bool:
    """Nobody stops it."""
    return False


class Engine(Protocol):
    """What every engine offers; one object runs one replication at a time.

    `stopping` is asked again and again while a replication runs: when it says True, that ends with `Stopped`.
    """

    plan: Plan
    stopping: Callable[[], bool]

    def __init__(self, plan: Plan) -> None: ...

    def begin(self, replication: int, seed: int, uniforms: Floats | None = None, traced: bool = False) -> Any:
        """A replication at t = 0."""

    def advance(self, run: Any, until_weeks: float) -> Iterator[Any]:
        """Process all events up to and including `until_weeks`; yields the trace, float64[rows, 6], in pieces.

        Raises `Stopped`, and `EndlessError` where events go on without an end.
        """

    def refresh(self, run: Any, hours: float) -> None:
        """Between steps, after `run.state` was changed at `hours`: lines, people, rates and calendar follow.

        The rates of sites that are marked as stale (`simulator.model.users.tasks.touch`) are renewed.
        """

    def copy(self, run: Any) -> Any | None:
        """A replication of its own in the same state; None from an engine that can only play it again."""

    def measure(self, run: Any) -> Replication:
        """The output measures of a replication at its horizon."""

    def replicate(self, replication: int, seed: int, uniforms: Floats | None = None) -> Replication:
        """One replication from start to horizon."""


@dataclass(frozen=True)
class TraceEvent:
    """One event of a replication: its time in hours since kick-off, its kind, and what it was about."""

    time_hours: float
    kind: str
    fields: dict[str, str | int | float]
