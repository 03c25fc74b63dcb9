"""Results that the app has computed, kept for all visitors by scenario hash, seed and number of replications."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable
from threading import Condition, Lock
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from simulator.app.run_queue import LOOKS_EVERY_SECONDS

if TYPE_CHECKING:
    from simulator.results.result import Result

State = TypeVar("State")
BYTES_PER_CHARACTER: Final = 32
"""What a scenario takes in memory, to the length of its JSON; 17 to 35 were measured."""


class Key(NamedTuple):
    """What a result depends on; the hash covers every word of a scenario, so that none of another one is shown."""

    scenario_hash: str
    seed: int
    replications: int


class Shown:
    """A result and its figures, drawn as PNG images when they are first asked for."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.nbytes = size(result)
        self.grown: Callable[[], None] = lambda: None
        self._images: dict[str, bytes] = {}
        self._lock = Lock()

    def image(self, name: str) -> bytes:
        """The figure `name` of the page; sessions that ask at the same time wait for each other."""
        with self._lock:
            known = name in self._images
            if not known:
                self._images[name] = image(self.result, name)
                self.nbytes += len(self._images[name])
        if not known:
            self.grown()
        return self._images[name]


class _UnderWay(Generic[State]):
    """A result that somebody computes, and how it stands."""

    def __init__(self) -> None:
        self.state: State | None = None
        self.shown: Shown | None = None
        self.error: Exception | None = None
        self.ended = False


class Cache(Generic[State]):
    """Results of at most `most_bytes` together; safe to use from several sessions.

    Those that were not asked for the longest go first. One that is larger by itself is not kept.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._kept: OrderedDict[Key, Shown] = OrderedDict()
        self._under_way: dict[Key, _UnderWay[State]] = {}
        self._changed = Condition()

    @property
    def nbytes(self) -> int:
        """Bytes of what is kept."""
        with self._changed:
            return sum(shown.nbytes for shown in self._kept.values())

    def result(
        self, key: Key, compute: Callable[[Callable[[State], None]], Shown], report: Callable[[State | None], None]
    ) -> Shown:
        """The result of `key` as it is kept, or computed now: once, whoever else asks for it at the same time.

        `compute` is given what to call with each state, and `report` is called with it, also for those who wait for
        somebody else's result. What `report` raises ends the waiting or computing; the next who waits then computes.
        Raises what `compute` raises.
        """
        while True:
            with self._changed:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
                work = self._under_way.get(key)
                if work is None:
                    mine = self._under_way[key] = _UnderWay()
                    break
            while not work.ended:
                report(work.state)
                with self._changed:
                    self._changed.wait_for(lambda work=work: work.ended, LOOKS_EVERY_SECONDS)  # type: ignore[misc]
            if work.error is not None:
                raise work.error
            if work.shown is not None:
                return work.shown
        return self._compute(key, mine, compute, report)

    def _compute(
        self,
        key: Key,
        work: _UnderWay[State],
        compute: Callable[[Callable[[State], None]], Shown],
        report: Callable[[State | None], None],
    ) -> Shown:
        def tell(state: State) -> None:
            work.state = state
            report(state)

        try:
            shown = work.shown = compute(tell)
            shown.grown = self._trim
        except Exception as error:
            work.error = error
            raise
        finally:
            with self._changed:
                work.ended = True
                del self._under_way[key]
                if work.shown is not None:
                    self._kept[key] = work.shown
                    self._trim()
                self._changed.notify_all()
        return shown

    def _trim(self) -> None:
        """Let go of what is too much."""
        with self._changed:
            for key in [key for key, shown in self._kept.items() if shown.nbytes > self.most_bytes]:
                del self._kept[key]
            total = sum(shown.nbytes for shown in self._kept.values())
            while total > self.most_bytes:
                total -= self._kept.popitem(last=False)[1].nbytes


def size(result: Result) -> int:
    """Bytes that a result takes: its tables, the blocks that they come from, and its scenario."""
    tables = [result.records.table(name) for name in ("replications", "weekly", "sites")]
    arrow = sum(table.nbytes for table in [*tables, *result.records.blocks()])
    return int(arrow) + BYTES_PER_CHARACTER * len(json.dumps(result.scenario.resolved()))


def image(result: Result, name: str) -> bytes:
    """A figure of the page as a PNG image; drawn without pyplot, which sessions would share."""
    from io import BytesIO

    from matplotlib.figure import Figure

    from simulator.report.figures import Figures

    figure = Figure(figsize=(6.6, 3.5), layout="constrained")
    getattr(Figures(result), name)(figure.add_subplot())
    stream = BytesIO()
    figure.savefig(stream, format="png", dpi=160)
    return stream.getvalue()
