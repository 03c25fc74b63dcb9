"""`scaleup decide`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.commands.analyses.timeline import Adoption, ByMonth
from simulator.cli.options import AnswersAsJson, Engine, Fresh, Jobs, Overlays, Set
from simulator.cli.plans import (
    DesignOfPlans,
    OnePlan,
    OutOfPlans,
    ReplicationsOfPlans,
    SeedOfPlans,
    ask_of_plans,
    named_plans,
)
from simulator.cli.simulating import compile_engine
from simulator.stepping.arguments import ENGINE

if TYPE_CHECKING:
    from simulator.analysis.decide import Decision
    from simulator.scenario import Scenario

Cost = Annotated[
    float | None,
    typer.Option(help="Joint confidence: most cost since the decision.", show_default="its own P70", metavar="MONEY"),
]
Confidence = Annotated[
    float,
    typer.Option(help="Share of all programmes in which what is promised of adoption and cost holds.", metavar="SHARE"),
]


def decide(
    plan: OnePlan,
    replications: ReplicationsOfPlans = None,
    seed: SeedOfPlans = None,
    adoption: Adoption = None,
    cost: Cost = None,
    by_month: ByMonth = None,
    confidence: Confidence = 0.8,
    engine: Engine = ENGINE,
    jobs: Jobs = None,
    changes: Set = None,
    overlays: Overlays = None,
    design: DesignOfPlans = None,
    out: OutOfPlans = None,
    fresh: Fresh = False,
    as_json: AnswersAsJson = False,
) -> None:
    """Tell whether to fund a plan: all of it, to the next gate, or not at all.

    What each is worth from today on, the pilot being sunk; how likely it pays and by when; the bad end; cash by
    quarter and the largest sum out of pocket; cost by category; how much adoption at no more than which cost can be
    promised by a month; and what it fails by. Of the folder of a run nothing is simulated again. With --out, DIR gets
    decide.json.
    """
    from simulator.analysis.decide import decided
    from simulator.analysis.methods.schedule.joint_confidence import Wanted

    arguments = {
        "replications": replications, "seed": seed, "engine": engine, "jobs": jobs, "out": out, "progress": None,
        "design": design, "executor": None, "fresh": fresh,
    }  # fmt: skip

    def ask(plans: Sequence[Scenario | Path]) -> Decision:
        return decided(plans[0], arguments, Wanted(adoption, cost, by_month), confidence, compile_engine)

    ask_of_plans(named_plans([plan], changes, overlays), ask, out, as_json=as_json)
