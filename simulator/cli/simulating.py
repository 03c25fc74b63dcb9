"""Simulating for a command: where replications run, what an interruption leaves, and how the command ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from simulator.cli.exit_codes import FAILED
from simulator.cli.options import ExecutorName
from simulator.cli.output import complain
from simulator.cli.showing import every_result, tell_refused
from simulator.cli.signals import leaving_when_told
from simulator.cli.sources import load_all, refuse_duplicates, scenarios_in
from simulator.experiment import progress
from simulator.experiment.progress import progress_display

if TYPE_CHECKING:
    from simulator.experiment.settings import Settings
    from simulator.experiment.together import Together
    from simulator.scenario import Scenario, Suite


def loaded_for_a_run(
    sources: Sequence[str], changes: Sequence[str] | None, overlays: Sequence[str] | None, out: Path | None
) -> list[Scenario | Suite]:
    """The scenarios and suites of a command line that can be run as one batch; raises `ScenarioError`."""
    from simulator.scenario import Suite

    loaded = load_all(sources, changes or (), overlays or ())
    refuse_duplicates(scenarios_in(loaded))
    if out is not None and sum(isinstance(source, Suite) for source in loaded) > 1:
        raise typer.BadParameter("give each suite a folder, and a command, of its own", param_hint="--out")
    return loaded


def refuse_half_a_cluster(executor: ExecutorName | None, scheduler: str | None) -> None:
    """Raise `typer.BadParameter` for options that don't go together."""
    if (executor == "dask") != (scheduler is not None):
        raise typer.BadParameter("--executor dask and --scheduler ADDRESS go together")


@contextmanager
def workplace(executor: ExecutorName | None, scheduler: str | None) -> Iterator[str | Executor | None]:
    """What the library takes as `executor`."""
    from simulator.experiment import executors

    if scheduler is None:
        yield executor
    else:
        with executors.dask(scheduler) as cluster:
            yield cluster


def simulate(
    loaded: Sequence[Scenario | Suite], settings: Settings, before: Sequence[Scenario | Suite] = ()
) -> Together:
    """Simulate what was loaded, within `stopping_when_told`; `before` is the same without changes, if there are any."""
    from simulator.experiment.together import run_together

    try:
        return tell_of_pilots(run_together(loaded, settings, compile_engine), loaded, settings, before)
    except KeyboardInterrupt:  # the second, or where no replications are run
        if settings.folder is not None:
            complain("What the shards hold is kept: go on with --resume.")
        raise


def tell_of_pilots(
    together: Together, loaded: Sequence[Scenario | Suite], settings: Settings, before: Sequence[Scenario | Suite]
) -> Together:
    """Have the results of scenarios say where a change is one of the pilot that was observed; of suites print it."""
    from simulator.results.result import Result
    from simulator.scenario import Suite
    from simulator.stepping.pilots import told_change_of_pilot
    from simulator.store.files import write_json
    from simulator.store.shard_files import SUMMARY

    results = list(together.results)
    for now, then in zip(loaded, before, strict=bool(before)):
        unchanged, changed = (
            of.scenarios[of.names.index(of.baseline)] if isinstance(of, Suite) else of for of in (then, now)
        )
        told = told_change_of_pilot(unchanged, changed, settings.seed)
        if not told:
            continue
        place = next((i for i, one in enumerate(results) if isinstance(one, Result) and one.scenario is now), None)
        result = None if place is None else results[place]
        if isinstance(result, Result) and place is not None and result.estimable:
            results[place] = result = result.under(replace(result.conditioning, another=told))
            if settings.folder is not None:
                write_json(settings.folder / now.name / SUMMARY, result.as_dict())
        else:
            complain(told)
    return replace(together, results=results)


def compile_engine() -> None:
    """Have the engine compiled before replications run; an interruption, which it would swallow, ends it at once."""
    from simulator import engine as engines

    with leaving_when_told():
        if engines.compiled_before():
            engines.warm_up()
            return
        with progress_display(None, "engine") as report:
            progress.compile_engine(report)


def conclude(loaded: Sequence[Scenario | Suite], together: Together, out: Path | None, *, all_told: bool) -> None:
    """Print what has no result and why, and leave with the exit code that says so.

    Raises why nothing at all has a result.
    """
    if not together.results and not together.interrupted and together.refused:
        raise next(iter(together.refused.values()))
    tell_refused(together.alone_refused)
    if together.interrupted:
        told = {each.scenario.name for result in together.results for each in every_result(result)} | set(
            together.refused
        )
        if not told:
            complain("No replication was finished.")
            raise KeyboardInterrupt
        not_begun = [scenario.name for scenario in scenarios_in(loaded) if scenario.name not in told]
        waiting = f"; not begun: {', '.join(not_begun)}" if not_begun else ""
        how = "" if out is None else "; go on with --resume"
        complain(f"Interrupted: what was finished is kept{waiting}{how}.")
    if not (all_told and together.complete):
        raise typer.Exit(FAILED)
