"""`scaleup timeline`."""

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
    as_json: AnswersAsJson = False,
) -> None:
    """Tell by when a plan reaches scale, what makes it late, and how sure that is, on calendar dates.

    How many have reached scale by which week, shelving being a competing risk; which systems and stages set the last
    date; plan against simulation; which length of the plan is best, as far as that can be told; and how likely enough
    people use it, at no more than so much money, by a month. With --out, DIR gets timeline.json beside a folder for
    each length, and runs that lie there are not simulated again.
    """
    from simulator.analysis.methods.joint_confidence import Wanted
    from simulator.analysis.timeline import timed

    settings = settings_of(replications=replications, seed=seed, engine=engine, jobs=jobs, out=out)
    loaded = scenarios_in(load_all([scenario], changes or (), overlays or ()))
    if len(loaded) != 1:
        raise typer.BadParameter(f"{scenario} is a suite; name one of its scenarios", param_hint="SCENARIO")
    with stopping_when_told():
        try:
            found = timed(loaded[0], settings, Wanted(adoption, cost, by_month), lengths=lengths, before=compile_engine)
        except ArgumentError as error:
            raise typer.BadParameter(error.of_options()) from error
        except KeyboardInterrupt as error:
            if out is None:
                raise
            complain(str(error) or "Interrupted: what the shards hold is kept.")
            raise typer.Exit(FAILED) from error
    tell_answer(found, out, as_json=as_json)
