"""`scaleup stress`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.analysing import ask_of_one
from simulator.cli.options import (
    AnswersAsJson,
    Engine,
    Fresh,
    Jobs,
    OneScenario,
    Out,
    Overlays,
    Replications,
    Seed,
    Set,
    settings_of,
)
from simulator.cli.simulating import compile_engine
from simulator.stepping.arguments import ENGINE, REPLICATIONS, SEED

if TYPE_CHECKING:
    from simulator.analysis.frame.answers import Answer
    from simulator.scenario import Scenario

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
    fresh: Fresh = False,
    as_json: AnswersAsJson = False,
) -> None:
    """Put five questions to a plan that nobody asks: ten times the volume, the least engaged users, nobody at 2am, the
    team moves on, is value seen?

    Each is simulated with the same luck as the plan. Tells what breaks first and when, how much success and value it
    takes beyond luck, and the cheapest of a list of remedies that brings it back, checked on fresh replications. With
    --out, DIR gets stress.json beside a folder for each scenario.
    """
    from simulator.analysis.stress import stressed

    settings = settings_of(replications=replications, seed=seed, engine=engine, jobs=jobs, out=out, fresh=fresh)

    def ask(plan: Scenario) -> Answer:
        return stressed(plan, settings, remedies=remedies, before=compile_engine)

    ask_of_one(scenario, ask, out, changes=changes, overlays=overlays, as_json=as_json)
