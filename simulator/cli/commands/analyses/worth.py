"""`scaleup worth`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.options import AnswersAsJson, Engine, ExecutorOption, Fresh, Jobs, Overlays, Scheduler, Set
from simulator.cli.plans import (
    DesignOfPlans,
    OutOfPlans,
    ReplicationsOfPlans,
    SeedOfPlans,
    ask_of_plans,
    named_plans,
)
from simulator.cli.simulating import compile_engine, refuse_half_a_cluster, workplace
from simulator.stepping.arguments import ENGINE

if TYPE_CHECKING:
    from simulator.analysis.worth import Worth
    from simulator.scenario import Scenario


def worth(
    plans: Annotated[
        list[str],
        typer.Argument(
            help="Files or names of scenarios, or folders DIR/<scenario> that a run has left: the plans that one may "
            "choose, beside funding none.",
            metavar="PLAN",
            show_default=False,
        ),
    ],
    replications: ReplicationsOfPlans = None,
    seed: SeedOfPlans = None,
    together: Annotated[
        list[str] | None,
        typer.Option(
            "--together",
            help="Inputs that would be measured at once: paths, or beginnings of paths, joined by commas; * stands for "
            "any name. Repeatable.",
            metavar="PATH,PATH",
            show_default=False,
        ),
    ] = None,
    engine: Engine = ENGINE,
    jobs: Jobs = None,
    changes: Set = None,
    overlays: Overlays = None,
    out: OutOfPlans = None,
    fresh: Fresh = False,
    executor: ExecutorOption = None,
    scheduler: Scheduler = None,
    design: DesignOfPlans = None,
    as_json: AnswersAsJson = False,
) -> None:
    """Tell what is worth measuring before one chooses a plan, or none: each input, sets of them, and the pilot.

    Tells the choice of today and how sure it is; what it would be worth to know everything, in money and in points of
    success; which inputs to measure first, if any; and whether a larger or longer pilot would be worth its price. It
    takes runs that are there (a folder of 1,000 replications or more is best), and simulates what is not. With --out,
    DIR gets worth.json beside the folders of the plans.
    """
    from simulator.analysis.worth import worth_of

    refuse_half_a_cluster(executor, scheduler)
    sources = named_plans(plans, changes, overlays)
    with workplace(executor, scheduler) as where:

        def ask(named: Sequence[Scenario | Path]) -> Worth:
            return worth_of(
                named,
                tuple(together or ()),
                compile_engine,
                replications=replications,
                seed=seed,
                design=design,
                engine=engine,
                jobs=jobs,
                out=out,
                progress=None,
                executor=where,
                fresh=fresh,
            )

        ask_of_plans(sources, ask, out, as_json=as_json)
