"""Results that the app has computed, kept for all visitors by scenario hash, seed and number of replications."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from simulator.experiment.progress import ReportProgress
    from simulator.experiment.result import Result
    from simulator.scenario import Scenario


class Key(NamedTuple):
    """What a result depends on."""

    scenario_hash: str
    seed: int
    replications: int


class Shown:
    """A result and its figures, drawn as PNG images when they are first asked for."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self._images: dict[str, bytes] = {}
        self._lock = Lock()

    def image(self, name: str) -> bytes:
        """The figure `name` of the page; sessions that ask at the same time wait for each other."""
        with self._lock:
            if name not in self._images:
                self._images[name] = image(self.result, name)
            return self._images[name]


class Cache:
    """The last `capacity` results; safe to use from several sessions."""

    def __init__(self, capacity: int = 24) -> None:
        self.capacity = capacity
        self._kept: OrderedDict[Key, Shown] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Shown | None:
        """The result of `key` if it is kept."""
        with self._lock:
            shown = self._kept.get(key)
            if shown is not None:
                self._kept.move_to_end(key)
            return shown

    def keep(self, key: Key, shown: Shown) -> None:
        """Keep a result, and let the one go that was not asked for the longest."""
        with self._lock:
            self._kept[key] = shown
            while len(self._kept) > self.capacity:
                self._kept.popitem(last=False)


def simulate(cache: Cache, scenario: Scenario, seed: int, replications: int, report: ReportProgress) -> Shown:
    """The result of a scenario, from the cache or simulated now; raises what `run` raises."""
    from simulator.experiment.run import run

    key = Key(scenario.hash, seed, replications)
    shown = cache.get(key)
    if shown is None:
        result = run(scenario, replications, seed, progress=report)
        shown = Shown(result)
        if not result.interrupted:
            cache.keep(key, shown)
    return shown


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
