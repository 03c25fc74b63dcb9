"""`scaleup staffing`."""

from __future__ import annotations

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


def staffing(
    scenario: OneScenario,
    replications: Replications = REPLICATIONS,
    seed: Seed = SEED,
    engine: Engine = ENGINE,
    jobs: Jobs = None,
    changes: Set = None,
    overlays: Overlays = None,
    out: Out = None,
    as_json: AnswersAsJson = False,
) -> None:
    """Tell how many people have to answer: of each line, in each quarter, to be in time with 80% confidence.

    Simulates the plan with other numbers of people and the same luck, checks what it finds on fresh replications, and
    holds it against the plan and what the pilot's tickets lead to. Also tells when users ask and nobody is there, and
    what more people change. With --out, DIR gets staffing.json beside a folder for the plan and one for the plan with
    these people.
    """
    from simulator.analysis.staffing import staffed

    settings = settings_of(replications=replications, seed=seed, engine=engine, jobs=jobs, out=out)
    loaded = scenarios_in(load_all([scenario], changes or (), overlays or ()))
    if len(loaded) != 1:
        raise typer.BadParameter(f"{scenario} is a suite; name one of its scenarios", param_hint="SCENARIO")
    with stopping_when_told():
        try:
            found = staffed(loaded[0], settings, before=compile_engine)
        except KeyboardInterrupt as error:
            if out is None:
                raise
            complain(str(error) or "Interrupted: what the shards hold is kept.")
            raise typer.Exit(FAILED) from error
    tell_answer(found, out, as_json=as_json)
