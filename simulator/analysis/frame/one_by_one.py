"""Many scenarios simulated one after the other, of each of which little is kept: all of them would fill the memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from simulator.analysis.frame.runs import runs, stopped_before
from simulator.experiment.progress import Progress, ReportProgress

if TYPE_CHECKING:
    from simulator.experiment.settings import Settings
    from simulator.results.result import Result
    from simulator.scenario import Scenario

T = TypeVar("T")


def one_by_one(
    scenarios: Sequence[Scenario],
    settings: Settings,
    name: str,
    keep: Callable[[Result], T],
    report: ReportProgress,
    before: Callable[[], None] | None = None,
) -> Iterator[T]:
    """What `keep` takes of the result of each scenario, for the analysis `name`, with one progress for all of them.

    `before` is called when the first has been checked, before anything is computed. Raises what `run` raises.
    """
    total = len(scenarios) * settings.replications
    recalled = [0] * len(scenarios)
    for place, scenario in enumerate(scenarios):

        def tell(now: Progress, place: int = place, scenario: Scenario = scenario) -> None:
            done = place * settings.replications + now.done
            recalled[place] = now.recalled
            report(Progress(now.stage, done, total, scenario.name, (place + 1, len(scenarios)), sum(recalled)))

        done = runs([scenario], replace(settings, progress=tell), name, before if place == 0 else None)
        if done.interrupted:
            raise stopped_before(name, "all of it was simulated", settings)
        for error in done.refused.values():
            raise error
        yield keep(done.results[scenario.name])
