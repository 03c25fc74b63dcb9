"""`scaleup attribute`."""

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
    fresh: Fresh = False,
    as_json: AnswersAsJson = False,
) -> None:
    """Tell which of five killers takes a plan's success, money and people: data quality, edge cases, change management,
    integration, support.

    Each can be switched off, and all combinations meet the same luck: the parts add up to the gap between the plan and
    the same without any of them, also quarter by quarter. With --out, DIR gets attribute.json beside a folder for each
    combination, and what was finished is not simulated again.
    """
    from simulator.analysis.attribute import attributed

    settings = settings_of(replications=replications, seed=seed, engine=engine, jobs=jobs, out=out, fresh=fresh)

    def ask(plan: Scenario) -> Answer:
        return attributed(plan, settings, endless=endless, before=compile_engine)

    ask_of_one(scenario, ask, out, changes=changes, overlays=overlays, as_json=as_json)
