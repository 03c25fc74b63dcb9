"""`scaleup sensitivity`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.options import AnswersAsJson, Engine, ExecutorOption, Fresh, Jobs, Overlays, Scheduler, Set
from simulator.cli.plans import (
    DesignOfPlans,
    OnePlan,
    OutOfPlans,
    ReplicationsOfPlans,
    SeedOfPlans,
    ask_of_plans,
    named_plans,
)
from simulator.cli.simulating import compile_engine, refuse_half_a_cluster, workplace
from simulator.stepping.arguments import ENGINE

if TYPE_CHECKING:
    from simulator.analysis.sensitivity import Sensitivity
    from simulator.scenario import Scenario


def sensitivity(
    plan: OnePlan,
    replications: ReplicationsOfPlans = None,
    seed: SeedOfPlans = None,
    measures: Annotated[
        list[str] | None,
        typer.Option(
            "--measure",
            help="Tell what drives this measure instead of success, value, adoption and weeks. Repeatable.",
            metavar="MEASURE",
            show_default=False,
        ),
    ] = None,
    levers: Annotated[
        bool, typer.Option("--levers", help="Simulate each lever of the plan at both of its ends, too.")
    ] = False,
    remedies: Annotated[
        bool, typer.Option("--remedies", help="Simulate the shipped remedies too: what each brings for its money.")
    ] = False,
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
    """Tell which uncertain inputs drive a plan: the share of each in the variance of success, money, people and time.

    Nothing is simulated again where PLAN is the folder of a run. Tells what each input says by itself and with others
    (Shapley effects), what is luck or can't be seen, means where an input is low and where it is high, and how sure
    all that is. With --out, DIR gets sensitivity.json.
    """
    from simulator.analysis.sensitivity import asked
    from simulator.scenario.text.problems import UnknownNameError

    refuse_half_a_cluster(executor, scheduler)
    with workplace(executor, scheduler) as where:

        def ask(named: Sequence[Scenario | Path]) -> Sensitivity:
            try:
                return asked(
                    named[0],
                    tuple(measures or ()),
                    compile_engine,
                    levers=levers,
                    remedies=remedies,
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
            except UnknownNameError as error:
                raise typer.BadParameter(str(error), param_hint="--measure") from error

        ask_of_plans(named_plans([plan], changes, overlays), ask, out, as_json=as_json)
