"""`scaleup run`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.analysing import Answers
from simulator.cli.commands.analyses.variance import question
from simulator.cli.commands.reporting import refuse_reports, write_reports
from simulator.cli.options import (
    AsJson,
    AtMost,
    Design,
    Engine,
    ExecutorOption,
    Fresh,
    Jobs,
    Out,
    Overlays,
    Replications,
    Resume,
    ScenariosOrSuites,
    Scheduler,
    Seed,
    Set,
    Shard,
    UntilPrecision,
    settings_of,
)
from simulator.cli.output import reader_may_leave
from simulator.cli.showing import every_result, show, show_json, summaries, tell_lines
from simulator.cli.signals import stopping_when_told
from simulator.cli.simulating import conclude, loaded_for_a_run, refuse_half_a_cluster, simulate, workplace
from simulator.cli.sources import scenarios_in, unchanged
from simulator.stepping.arguments import AT_MOST, DESIGN, ENGINE, REPEATS, REPLICATIONS, SEED

if TYPE_CHECKING:
    from simulator.results.result import Result
    from simulator.results.suite_result import SuiteResult


def run(
    scenarios: ScenariosOrSuites,
    replications: Replications = REPLICATIONS,
    seed: Seed = SEED,
    engine: Engine = ENGINE,
    jobs: Jobs = None,
    changes: Set = None,
    overlays: Overlays = None,
    out: Out = None,
    resume: Resume = False,
    shard: Shard = None,
    executor: ExecutorOption = None,
    scheduler: Scheduler = None,
    until_precision: UntilPrecision = None,
    at_most: AtMost = AT_MOST,
    design: Design = DESIGN,
    fresh: Fresh = False,
    variance: Annotated[
        bool,
        typer.Option(
            "--variance",
            help="Simulate each replication once more, with the same inputs and other luck, and tell how much of the "
            "variance is ignorance of the inputs and how much is chance.",
        ),
    ] = False,
    report: Annotated[
        bool,
        typer.Option("--report", help="Write DIR/<scenario>/report.html too: see scaleup report. Needs --out."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Simulate scenarios, or suites of them, as one batch, and tell how likely each is to reach scale.

    The same seed gives the same digits, whatever the number of jobs; more replications leave the earlier ones as they
    were. With --out, a run that was stopped, or killed, goes on with --resume.
    """
    settings = settings_of(
        replications=replications,
        seed=seed,
        engine=engine,
        jobs=jobs,
        out=out,
        resume=resume,
        shard=shard,
        until_precision=read_precisions(until_precision or []),
        at_most=at_most,
        design=design,
        fresh=fresh,
    )
    refuse_half_a_cluster(executor, scheduler)
    loaded = loaded_for_a_run(scenarios, changes, overlays, out)
    before = unchanged(scenarios, changes or (), overlays or ())
    answers = Answers(question(REPEATS), out, silent=as_json, above=True)
    if variance:
        answers.check(scenarios_in(loaded), replications, "--variance")
    if report:
        refuse_reports([scenario.name for scenario in scenarios_in(loaded)], out, shard)
    with workplace(executor, scheduler) as where, stopping_when_told():
        together = simulate(loaded, replace(settings, executor=where), before)
        going_on = not together.interrupted
        for first, result in enumerate(together.results):
            if not as_json:
                with reader_may_leave():
                    show([result], out, first=first == 0)
            if variance and going_on:
                going_on = answers.ask(every_result(result), where)
            tell_lines(told_precisions(result, named=len(scenarios_in(loaded)) > 1), to_errors=as_json)
        if not as_json:
            for index, result in enumerate(together.unweighted):
                with reader_may_leave():
                    show([result], out, first=not together.results and index == 0)
    if report and out is not None:
        every = [one for result in (*together.results, *together.unweighted) for one in every_result(result)]
        tell_lines([f"Written to {path}" for path in write_reports(every, out)], to_errors=as_json)
    if as_json and (together.results or together.unweighted):
        with reader_may_leave():
            parts = {name: {"variance": answer} for name, answer in answers.found.items()}
            show_json(
                [
                    summary | parts.get(summary["scenario"], {})
                    for summary in summaries([*together.results, *together.unweighted])
                ]
            )
    conclude(loaded, together, out, all_told=going_on)


def read_precisions(assignments: Iterable[str]) -> dict[str, str]:
    """Targets of --until-precision by measure."""
    parts = [assignment.partition("=") for assignment in assignments]
    return {name.strip(): width for name, _, width in parts}


def told_precisions(result: Result | SuiteResult, *, named: bool) -> list[str]:
    """How targets of precision stand, a line each, with the name of the scenario if `named`."""
    return [
        f"{each.scenario.name}: {precision}" if named else str(precision)
        for each in every_result(result)
        for precision in each.precisions
    ]
