"""What has to come before what: prerequisites of systems and of their stages exist, and lead in no circle."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from simulator.scenario.sections.integration import System
from simulator.scenario.text.problems import Finding, Location, listed, nearest

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario

Prerequisites = Mapping[str, Sequence[str]]
"""What each thing waits for; names are those of the mapping."""


def stage_prerequisites(system: System) -> dict[str, tuple[str, ...]]:
    """The stages that each stage of a system waits for; those that are not stated are the one before in the list."""
    result: dict[str, tuple[str, ...]] = {}
    before: tuple[str, ...] = ()
    for stage in system.stages:
        result[stage.name] = before if stage.after is None else stage.after
        before = (stage.name,)
    return result


def prerequisites_fit(scenario: "Scenario") -> Iterator[Finding]:
    """Systems and stages wait for what exists, and not for each other."""
    systems = {system.name: system.after for system in scenario.integration.systems}
    yield from _wrong(systems, "system", ("integration", "systems"))
    for system in scenario.integration.systems:
        at = ("integration", "systems", system.name, "stages")
        unstated = {stage.name for stage in system.stages if stage.after is None}
        yield from _wrong(stage_prerequisites(system), f"stage of {system.name}", at, unstated)


def _wrong(after: Prerequisites, kind: str, at: Location, unstated: Collection[str] = ()) -> Iterator[Finding]:
    unknown = False
    for name, earlier in after.items():
        for i, other in enumerate(earlier):
            if other not in after:
                unknown = True
                found = f'found "{other}", which is no {kind}'
                yield Finding((*at, name, "after", i), found, f"allowed: {listed(after)}", nearest(other, after))
    if not unknown:
        for circle in circles(after):
            while circle[0] in unstated:  # the order of a list makes no circle alone
                circle.append(circle.pop(0))
            found = f"found a cycle: {' after '.join([*circle, circle[0]])}"
            yield Finding((*at, circle[0], "after"), found, "allowed: prerequisites without a cycle")


def circles(after: Prerequisites) -> list[list[str]]:
    """Circles among things that wait for each other, none of which share a thing; each as a chain of waiting.

    Every name that is waited for must be a key. Empty where some order meets all prerequisites.
    """
    found: list[list[str]] = []
    done: set[str] = set()
    for start in after:
        way: list[str] = []
        branches = [iter([start])]
        while branches:
            name = next(branches[-1], None)
            if name is None:
                branches.pop()
                if way:
                    done.add(way.pop())
            elif name in way:
                circle = way[way.index(name) :]
                found.append(circle)
                done.update(way)
                break
            elif name not in done:
                way.append(name)
                branches.append(iter(after[name]))
    return found
