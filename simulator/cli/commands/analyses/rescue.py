"""`scaleup rescue`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.analysing import ask_of_one
from simulator.cli.exit_codes import FAILED
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
    fresh: Fresh = False,
    as_json: AnswersAsJson = False,
) -> None:
    """The point of no return: until when the programmes that fail could still have been saved, and by what.

    Each that fails is simulated again up to several days from its funding on (every fourth week after the last that
    saves), and eight remedies are tried from there on with the same luck. Tells what the gates would have shown then,
    and what other luck alone would have saved. With --out, DIR gets rescue.json beside the folder of the plan.
    """
    from simulator.analysis.rescue import Rescue, rescued
    from simulator.analysis.what_if import what_if

    settings = settings_of(replications=replications, seed=seed, engine=engine, jobs=jobs, out=out, fresh=fresh)
    one_world = {"--replication": replication, "--week": week, "--remedy": remedy}
    missing = [option for option, value in one_world.items() if value is None]
    if missing and len(missing) < len(one_world):
        together = "they go together: one replication, a week and a remedy"
        raise typer.BadParameter(together, param_hint=", ".join(missing))

    def ask(plan: Scenario) -> Answer:
        if replication is None or week is None or remedy is None:
            return rescued(plan, settings, before=compile_engine)
        compile_engine()
        answer = what_if(plan, replication, week, remedy, seed, engine)
        if out is not None:
            answer.write(out)
        return answer

    found = ask_of_one(scenario, ask, out, changes=changes, overlays=overlays, as_json=as_json)
    if isinstance(found, Rescue) and not found.complete:
        raise typer.Exit(FAILED)
