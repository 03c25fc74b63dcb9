"""`scaleup rescue`."""

from __future__ import annotations

from typing import Annotated

import typer

from simulator.cli.analysing import tell_answer
from simulator.cli.exit_codes import FAILED
from simulator.cli.options import (
    AnswersAsJson,
    Engine,
    Jobs,
    OneScenario,
    Out,
    Overlays,
    Replications,
    Seed,
    Set,
    settings_of,
)
from simulator.cli.output import complain
from simulator.cli.signals import stopping_when_told
from simulator.cli.simulating import compile_engine
from simulator.cli.sources import load_all, scenarios_in
from simulator.stepping.arguments import ENGINE, REPLICATIONS, SEED, ArgumentError

Replication = Annotated[
    int | None,
    typer.Option(help="What if, in this one replication: give --week and --remedy.", show_default=False, min=0),
]
Week = Annotated[int | None, typer.Option(help="With --replication: weeks from funding.", show_default=False, min=0)]
RemedyName = Annotated[
    str | None,
    typer.Option("--remedy", help="With --replication: what is done then.", metavar="REMEDY", show_default=False),
]


def rescue(
    scenario: OneScenario,
    replications: Replications = REPLICATIONS,
    seed: Seed = SEED,
    replication: Replication = None,
    week: Week = None,
    remedy: RemedyName = None,
    engine: Engine = ENGINE,
    jobs: Jobs = None,
    changes: Set = None,
    overlays: Overlays = None,
    out: Out = None,
    as_json: AnswersAsJson = False,
) -> None:
    """The point of no return: until when the programmes that fail could still have been saved, and by what.

    Each that fails is simulated again up to every twelfth week from its funding (every fourth after the last that
    saves), and eight remedies are tried from there on with the same luck. Tells what the gates would have shown then,
    and what other luck alone would have saved. With --out, DIR gets rescue.json beside the folder of the plan.
    """
    from simulator.analysis.rescue import rescued

    settings = settings_of(replications=replications, seed=seed, engine=engine, jobs=jobs, out=out)
    loaded = scenarios_in(load_all([scenario], changes or (), overlays or ()))
    if len(loaded) != 1:
        raise typer.BadParameter(f"{scenario} is a suite; name one of its scenarios", param_hint="SCENARIO")
    one_world = {"--replication": replication, "--week": week, "--remedy": remedy}
    missing = [option for option, value in one_world.items() if value is None]
    if missing and len(missing) < len(one_world):
        raise typer.BadParameter(
            "they go together: one replication, a week and a remedy", param_hint=", ".join(missing)
        )
    with stopping_when_told():
        if replication is not None and week is not None and remedy is not None:
            from simulator.analysis.what_if import what_if

            compile_engine()
            try:
                found = what_if(loaded[0], replication, week, remedy, seed, engine)
            except ArgumentError as error:
                raise typer.BadParameter(error.of_options()) from error
            if out is not None:
                found.write(out)
            tell_answer(found, out, as_json=as_json)
            return
        try:
            answer = rescued(loaded[0], settings, before=compile_engine)
        except KeyboardInterrupt as error:
            if out is None:
                raise
            complain(str(error) or "Interrupted: what the shards hold is kept.")
            raise typer.Exit(FAILED) from error
    tell_answer(answer, out, as_json=as_json)
    if not answer.complete:
        raise typer.Exit(FAILED)
