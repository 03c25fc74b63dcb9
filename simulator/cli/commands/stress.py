"""`scaleup stress`."""

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
from simulator.stepping.arguments import ENGINE, REPLICATIONS, SEED

Remedies = Annotated[
    bool,
    typer.Option("--remedies/--no-remedies", help="Try a list of remedies against each stress that takes too much."),
]


def stress(
    scenario: OneScenario,
    replications: Replications = REPLICATIONS,
    seed: Seed = SEED,
    remedies: Remedies = True,
    engine: Engine = ENGINE,
    jobs: Jobs = None,
    changes: Set = None,
    overlays: Overlays = None,
    out: Out = None,
    as_json: AnswersAsJson = False,
) -> None:
    """Put five questions to a plan that nobody asks: ten times the volume, the least engaged users, nobody at 2am, the
    team moves on, is value seen?

    Each is simulated with the same luck as the plan. Tells what breaks first and when, how much success and value it
    takes beyond luck, and the cheapest of a list of remedies that brings it back, checked on fresh replications. With
    --out, DIR gets stress.json beside a folder for each scenario.
    """
    from simulator.analysis.stress import stressed

    settings = settings_of(replications=replications, seed=seed, engine=engine, jobs=jobs, out=out)
    loaded = scenarios_in(load_all([scenario], changes or (), overlays or ()))
    if len(loaded) != 1:
        raise typer.BadParameter(f"{scenario} is a suite; name one of its scenarios", param_hint="SCENARIO")
    with stopping_when_told():
        try:
            found = stressed(loaded[0], settings, remedies=remedies, before=compile_engine)
        except KeyboardInterrupt as error:
            if out is None:
                raise
            complain(str(error) or "Interrupted: what the shards hold is kept.")
            raise typer.Exit(FAILED) from error
    tell_answer(found, out, as_json=as_json)
