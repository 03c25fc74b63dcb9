"""`scaleup staffing`."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


def staffing(
    scenario: OneScenario,
    replications: Replications = REPLICATIONS,
    seed: Seed = SEED,
    engine: Engine = ENGINE,
    jobs: Jobs = None,
    changes: Set = None,
    overlays: Overlays = None,
    out: Out = None,
    fresh: Fresh = False,
    as_json: AnswersAsJson = False,
) -> None:
    """Tell how many people have to answer: of each line, in each quarter, to be in time with 80% confidence.

    Simulates the plan with other numbers of people and the same luck, checks what it finds on fresh replications, and
    holds it against the plan and what the pilot's tickets lead to. Also tells when users ask and nobody is there, and
    what more people change. With --out, DIR gets staffing.json beside a folder for the plan and one for the plan with
    these people.
    """
    from simulator.analysis.staffing import staffed

    settings = settings_of(replications=replications, seed=seed, engine=engine, jobs=jobs, out=out, fresh=fresh)

    def ask(plan: Scenario) -> Answer:
        return staffed(plan, settings, before=compile_engine)

    ask_of_one(scenario, ask, out, changes=changes, overlays=overlays, as_json=as_json)
