"""Two engines, one model: `compiled` (numba, the default) and `reference` (SimPy, the one to read).

Both call the same rules and give the same events and the same bits; only their speed differs. Nothing heavy is
imported before an engine is asked for. `protocol` is what an engine offers, `watch` sees that it ends, and `story`
tells its trace with names.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from simulator.engine.protocol import EndlessError, Engine, EngineModule, Stopped, TraceEvent
from simulator.scenario.vocabulary import ENGINES

if TYPE_CHECKING:
    from simulator.model.plan.plan import Plan
    from simulator.scenario import Scenario

__all__ = [
    "ENGINES",
    "EndlessError",
    "Engine",
    "Stopped",
    "TraceEvent",
    "build",
    "compiled_before",
    "get",
    "trace",
    "warm_up",
]


def build(scenario: Scenario, design: str = "random") -> Plan:
    """Lay a scenario out for the engines; `design` (`random` or `sobol`) says how its uncertain inputs are drawn."""
    from simulator.model.plan.layout import build as lay_out

    return lay_out(scenario, design)


def get(name: str) -> EngineModule:
    """The module of the engine `name`, which has an `Engine`; raises ValueError for a name that is not one."""
    if name == "compiled":
        from simulator.engine import compiled

        return compiled
    if name == "reference":
        from simulator.engine import reference

        return reference
    raise ValueError(f"no engine {name!r}: choose {' or '.join(ENGINES)}")


def trace(plan: Plan, replication: int, seed: int, engine: str = "compiled") -> Iterator[TraceEvent]:
    """All events of one replication in order."""
    from simulator.engine.story import Story

    runner = get(engine).Engine(plan)
    run = runner.begin(replication, seed, traced=True)
    story = Story(plan, run.state)
    for week in range(1, plan.weeks + 1):
        for rows in runner.advance(run, week):
            yield from map(story.event, rows)


def compiled_before() -> bool:
    """Whether compiled code for this version is in memory or in the cache, so that a run starts at once."""
    from simulator.streams.jit import kept

    kernel = sys.modules.get("simulator.engine.compiled.kernel")
    in_memory = kernel is not None and getattr(kernel.advance, "overloads", None)
    return bool(in_memory) or kept("kernel.advance")


def warm_up(tell: Callable[[int], None] | None = None) -> None:
    """Compile the kernel, or load it from the cache, on a scenario of a few weeks.

    `tell`, for when it has to be compiled, hears how far that is: percent from 0 to 100, which never fall.
    """
    before = compiled_before()
    from simulator.engine.compiled.compiling import compile_in_two, small_engine

    if before:
        small_engine().replicate(0, 1)
    else:
        compile_in_two(tell)
