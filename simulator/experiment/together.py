"""Scenarios and suites that are run together, as one batch, and what they have given."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.results.conditioning import ConditioningError, pilots_of
from simulator.results.suite_result import SuiteResult, check_suite_folder
from simulator.scenario import Suite
from simulator.store.shards import ResultWarning

if TYPE_CHECKING:
    from simulator.experiment.settings import Settings
    from simulator.results.result import Result
    from simulator.scenario import Scenario


@dataclass(frozen=True)
class Together:
    """What scenarios and suites that were run as one batch have given.

    `results` are in the order of what was run, without those that have none: `refused` says why by scenario, and an
    interruption leaves out what had not begun.
    """

    results: list[Result | SuiteResult]
    refused: dict[str, Exception]
    interrupted: bool

    @property
    def alone_refused(self) -> dict[str, Exception]:
        """Those of `refused` of which no suite in `results` tells."""
        told = {name for result in self.results if isinstance(result, SuiteResult) for name in result.refused}
        return {name: error for name, error in self.refused.items() if name not in told}

    @property
    def unweighted(self) -> list[Result]:
        """What there is of scenarios outside of suites whose observed pilot can't be used: all replications alike."""
        errors = self.alone_refused.values()
        return [error.result for error in errors if isinstance(error, ConditioningError) and error.result is not None]

    @property
    def complete(self) -> bool:
        """Whether every replication of every scenario is there."""
        return not self.interrupted and not self.refused and all(result.complete for result in self.results)


def run_together(
    sources: Sequence[Scenario | Suite], settings: Settings, checked: Callable[[], None] | None = None
) -> Together:
    """Simulate scenarios and suites, no name twice among them, as one batch; raises what `run` raises.

    `checked` is called when sizes and folders have been found fit, before anything is computed, if anything has to be.
    """
    from simulator.experiment.batch import Batch

    suites = [source for source in sources if isinstance(source, Suite)]
    for suite in suites:
        if settings.folder is not None:
            check_suite_folder(settings.folder, suite.name)
    pilots = {name: ran for suite in suites for name, ran in pilots_of(suite.scenarios, suite.baseline).items()}
    # A pilot that ran comes before the plans that it is the pilot of: their precision is known by its weights.
    scenarios = [
        scenario
        for source in sources
        for scenario in sorted(scenarios_of(source), key=lambda one: one.name not in pilots.values())
    ]
    batch = Batch(scenarios, settings, pilots)
    if checked is not None and batch.simulates:
        checked()
    complete = batch.run(sources[0].name if len(sources) == 1 else "scenario")
    results: list[Result | SuiteResult] = []
    refused: dict[str, Exception] = dict(batch.refused)
    for source in sources:
        if not isinstance(source, Suite):
            if source.name in batch.results:
                results.append(batch.results[source.name])
                warn_of_pilot(batch.results[source.name])
            continue
        result = SuiteResult(
            source, batch.results, {name: error for name, error in batch.refused.items() if name in source.names}
        )
        if result.results:
            results.append(result)
            refused = {name: error for name, error in refused.items() if name not in result.results}
            if settings.folder is not None:
                result.write(settings.folder)
    return Together(results, refused, interrupted=not complete)


def run_alone(source: Scenario | Suite, settings: Settings) -> Result | SuiteResult:
    """Simulate one scenario or suite; raises why it has no result, and `Interrupted` as `on_interrupt` says."""
    from simulator.experiment.interruption import interrupted

    together = run_together([source], settings)
    result = next(iter(together.results), None)
    refused = next(iter(together.refused.values()), None)
    if together.interrupted:
        return interrupted(result, source.name, settings.on_interrupt, refused)
    if result is None:
        raise next(iter(together.refused.values()))
    return result


def warn_of_pilot(result: Result) -> None:
    """Tell of readings of an observed pilot that are a surprise; the tables of suites tell theirs."""
    for told in result.conditioning.told if result.estimable else ():
        warnings.warn(f"{result.scenario.name}: pilot.observed: {told}", ResultWarning, stacklevel=4)


def scenarios_of(source: Scenario | Suite) -> Sequence[Scenario]:
    """The scenarios of a suite, or the scenario itself."""
    return source.scenarios if isinstance(source, Suite) else (source,)
