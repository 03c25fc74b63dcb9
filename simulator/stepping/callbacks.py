"""Python functions that watch and steer the replications of an experiment: analyzers and interventions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from simulator.engine.protocol import never
from simulator.stepping.arguments import ArgumentError

if TYPE_CHECKING:
    from simulator.scenario import Scenario
    from simulator.stepping.simulation import Plans, Simulation

Intervention = Callable[["Simulation"], object]
Analyzer = Callable[["Simulation"], Mapping[str, Any] | None]
KEYS = ("replication", "week")


@dataclass(frozen=True)
class Watched:
    """What came out of a replication, with the rows that its analyzers returned."""

    inputs: Any
    measures: dict[str, Any]
    weekly: dict[str, Any]
    sites: dict[str, list[Any]]
    events: int
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class Callbacks:
    """The functions of an experiment, which are called every so many weeks."""

    interventions: tuple[Intervention, ...]
    analyzers: tuple[Analyzer, ...]
    every_weeks: int

    def __bool__(self) -> bool:
        return bool(self.interventions or self.analyzers)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the functions, in the order in which they are called."""
        return tuple(name_of(function) for function in (*self.analyzers, *self.interventions))

    def engine(self, scenario: Scenario, name: str) -> Callable[[], SteppingEngine]:
        """What makes the engines of an experiment: `name` is the engine that they advance."""
        from simulator.stepping.simulation import Plans

        return partial(SteppingEngine, Plans(scenario), name, self)


def functions(name: str, given: Any) -> tuple[Any, ...]:
    """The functions that an argument gives; raises `ArgumentError` for what is not a list of functions."""
    if callable(given) or not isinstance(given, Iterable):
        raise ArgumentError(f"{{{name}}} is {{found}}; it must be a list of functions", found=repr(given))
    found = tuple(given)
    for function in found:
        if not callable(function):
            raise ArgumentError(
                f"{{{name}}} holds {{found}}; it must hold functions that take a Simulation", found=repr(function)
            )
    return found


class SteppingEngine:
    """Runs replications in steps, and calls the functions of an experiment between them."""

    def __init__(self, plans: Plans, name: str, callbacks: Callbacks) -> None:
        self.plans = plans
        self.name = name
        self.callbacks = callbacks
        self.stopping = never

    def replicate(self, replication: int, seed: int) -> Watched:
        """One replication from start to horizon."""
        from simulator.stepping.simulation import Simulation

        simulation = Simulation(self.plans, replication, seed, self.name, stopping=self.stopping)
        rows: list[dict[str, Any]] = []
        while not simulation.finished:
            simulation.advance(min(simulation.weeks, simulation.week + self.callbacks.every_weeks))
            rows += self.look(simulation)
            if not simulation.finished:
                for intervene in self.callbacks.interventions:
                    intervene(simulation)
        out = simulation.finish()
        return Watched(out.inputs, out.measures, out.weekly, out.sites, out.events, rows)

    def look(self, simulation: Simulation) -> list[dict[str, Any]]:
        """The row that the analyzers give at this point, if any of them gives something."""
        row: dict[str, Any] = dict(zip(KEYS, (simulation.replication, simulation.week), strict=True))
        simulation.only_looking = True
        for analyze in self.callbacks.analyzers:
            seen = analyze(simulation)
            if seen is None:
                continue
            if not isinstance(seen, Mapping):
                raise TypeError(f"analyzer {name_of(analyze)} returned {seen!r}; it must return a dictionary or None")
            again = sorted(set(seen) & set(row))
            if again:
                raise ValueError(f"analyzer {name_of(analyze)} returned {', '.join(again)}, which the row has already")
            row.update(seen)
        simulation.only_looking = False
        return [row] if len(row) > len(KEYS) else []


def name_of(function: Any) -> str:
    """What a function, a method or an object that can be called is called."""
    inner = getattr(function, "func", function)
    return str(getattr(inner, "__qualname__", type(inner).__qualname__))
