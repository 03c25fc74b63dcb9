"""`scaleup gates`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

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

TruthName = Annotated[
    Literal["success", "value"],
    typer.Option("--truth", help="What makes a go right: it succeeds, or funding is worth more than it costs."),
]
CurveToo = Annotated[
    bool,
    typer.Option("--curve/--no-curve", help="Judge other thresholds and other numbers of holds too."),
]
Criterion = Annotated[
    str | None,
    typer.Option(help="Measure whose thresholds are tried; else that which each gate misses most often."),
]


def gates(
    scenario: OneScenario,
    replications: Replications = REPLICATIONS,
    seed: Seed = SEED,
    truth: TruthName = "success",
    curve: CurveToo = True,
    criterion: Criterion = None,
    engine: Engine = ENGINE,
    jobs: Jobs = None,
    changes: Set = None,
    overlays: Overlays = None,
    out: Out = None,
    fresh: Fresh = False,
    as_json: AnswersAsJson = False,
) -> None:
    """Tell whether a plan's gates stop what should be stopped, and what they bring or cost.

    Each replication is held against itself with one gate off and the same luck: right and false go, right and false
    stop, what holds rescue or spoil, and what other thresholds and more looks would do. With --out, DIR gets gates.json
    beside a folder for the plan.
    """
    from simulator.analysis.gates import reviewed

    settings = settings_of(replications=replications, seed=seed, engine=engine, jobs=jobs, out=out, fresh=fresh)

    def ask(plan: Scenario) -> Answer:
        return reviewed(plan, settings, truth=truth, curve=curve, criterion=criterion, before=compile_engine)

    ask_of_one(scenario, ask, out, changes=changes, overlays=overlays, as_json=as_json)
