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


class Shown(NamedTuple):
    """A result and its figures as PNG images by name."""

    result: Result
    images: dict[str, bytes]


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
        shown = Shown(result, images(result))
        if not result.interrupted:
            cache.keep(key, shown)
    return shown


def images(result: Result) -> dict[str, bytes]:
    """The figures of the page as PNG images; drawn without pyplot, which sessions would share."""
    from io import BytesIO

    from matplotlib.figure import Figure

    from simulator.report.figures import Figures

    figures = Figures(result)
    drawn = {}
    for name in ("adoption", "accuracy", "tickets", "backlog", "outcomes"):
        figure = Figure(figsize=(6.6, 2.4 if name == "outcomes" else 3.5), layout="constrained")
        getattr(figures, name)(figure.add_subplot())
        stream = BytesIO()
        figure.savefig(stream, format="png", dpi=200)
        drawn[name] = stream.getvalue()
    return drawn
