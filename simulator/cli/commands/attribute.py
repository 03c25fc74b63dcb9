"""`scaleup attribute`."""

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

Endless = Annotated[
    bool,
    typer.Option(
        "--endless/--as-given",
        help="Tell it also with a sponsor who never stops the programme, which is as much work again.",
    ),
]


def attribute(
    scenario: OneScenario,
    replications: Replications = REPLICATIONS,
    seed: Seed = SEED,
    endless: Endless = True,
    engine: Engine = ENGINE,
    jobs: Jobs = None,
    changes: Set = None,
    overlays: Overlays = None,
    out: Out = None,
    as_json: AnswersAsJson = False,
) -> None:
    """Tell which of five killers takes a plan's success, money and people: data quality, edge cases, change management,
    integration, support.

    Each can be switched off, and all combinations meet the same luck: the parts add up to the gap between the plan and
    the same without any of them, also quarter by quarter. With --out, DIR gets attribute.json beside a folder for each
    combination, and what was finished is not simulated again.
    """
    from simulator.analysis.attribute import attributed

    settings = settings_of(replications=replications, seed=seed, engine=engine, jobs=jobs, out=out)
    loaded = scenarios_in(load_all([scenario], changes or (), overlays or ()))
    if len(loaded) != 1:
        raise typer.BadParameter(f"{scenario} is a suite; name one of its scenarios", param_hint="SCENARIO")
    with stopping_when_told():
        try:
            found = attributed(loaded[0], settings, endless=endless, before=compile_engine)
        except ArgumentError as error:
            raise typer.BadParameter(error.of_options()) from error
        except KeyboardInterrupt as error:
            if out is None:
                raise
            complain(str(error) or "Interrupted: what the shards hold is kept.")
            raise typer.Exit(FAILED) from error
    tell_answer(found, out, as_json=as_json)
