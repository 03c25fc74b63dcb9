"""`scaleup timeline`."""

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

Lengths = Annotated[
    bool,
    typer.Option(
        "--lengths/--no-lengths", help="Simulate also shorter and longer plans, which is five times as much work again."
    ),
]
Adoption = Annotated[
    float | None,
    typer.Option(
        help="Joint confidence: least adoption, as a share.",
        show_default="what success asks for, or its own P70",
        metavar="SHARE",
    ),
]
Cost = Annotated[
    float | None,
    typer.Option(help="Joint confidence: most cost so far.", show_default="its own P70", metavar="MONEY"),
]
ByMonth = Annotated[
    int | None,
    typer.Option(help="Joint confidence: month since kick-off.", show_default="the deadline", metavar="MONTH"),
]


def timeline(
    scenario: OneScenario,
    replications: Replications = REPLICATIONS,
    seed: Seed = SEED,
    lengths: Lengths = True,
    adoption: Adoption = None,
    cost: Cost = None,
    by_month: ByMonth = None,
    engine: Engine = ENGINE,
    jobs: Jobs = None,
    changes: Set = None,
    overlays: Overlays = None,
    out: Out = None,
    fresh: Fresh = False,
    as_json: AnswersAsJson = False,
) -> None:
    """Tell by when a plan reaches scale, what makes it late, and how sure that is, on calendar dates.

    How many have reached scale by which week, shelving being a competing risk; which systems and stages set the last
    date; plan against simulation; which length of the plan is best, as far as that can be told; and how likely enough
    people use it, at no more than so much money, by a month. With --out, DIR gets timeline.json beside a folder for
    each length, and runs that lie there are not simulated again.
    """
    from simulator.analysis.methods.schedule.joint_confidence import Wanted
    from simulator.analysis.timeline import timed

    settings = settings_of(replications=replications, seed=seed, engine=engine, jobs=jobs, out=out, fresh=fresh)

    def ask(plan: Scenario) -> Answer:
        return timed(plan, settings, Wanted(adoption, cost, by_month), lengths=lengths, before=compile_engine)

    ask_of_one(scenario, ask, out, changes=changes, overlays=overlays, as_json=as_json)
