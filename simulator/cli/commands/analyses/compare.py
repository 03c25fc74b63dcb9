"""`scaleup compare`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulator.cli.exit_codes import FAILED
from simulator.cli.options import (
    AnswersAsJson,
    Engine,
    ExecutorOption,
    Fresh,
    Jobs,
    Overlays,
    Scheduler,
    Set,
)
from simulator.cli.output import complain
from simulator.cli.plans import (
    DesignOfPlans,
    OutOfPlans,
    ReplicationsOfPlans,
    SeedOfPlans,
    ask_of_plans,
    named_plans,
)
from simulator.cli.simulating import compile_engine, refuse_half_a_cluster, workplace
from simulator.cli.sources import load_all, unchanged
from simulator.stepping.arguments import ENGINE

if TYPE_CHECKING:
    from simulator.analysis.compare import Comparison
    from simulator.analysis.until_decided import UntilDecided
    from simulator.scenario import Scenario

LONGEST_NAME = 64

Plans = Annotated[
    list[str],
    typer.Argument(
        help="Files or names of scenarios, or folders DIR/<scenario> that a run has left. The others are compared with "
        "the first.",
        metavar="PLAN",
        show_default=False,
    ),
]


def compare(
    plans: Plans,
    replications: ReplicationsOfPlans = None,
    seed: SeedOfPlans = None,
    added: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            help="One more plan: the first with an overlay laid over it (a file or the name of a shipped one), or with "
            "one change, PATH=VALUE. Repeatable.",
            metavar="NAME|PATH=VALUE",
            show_default=False,
        ),
    ] = None,
    measures: Annotated[
        list[str] | None,
        typer.Option(
            "--measure",
            help="Compare by this measure instead of the usual ones. Repeatable.",
            metavar="MEASURE",
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
    until_decided: Annotated[
        bool,
        typer.Option(
            "--until-decided",
            help="Go on with two scenarios, to --replications (10000) at most, until one is clearly better by one "
            "--measure (success), or the difference clearly smaller than --matters.",
        ),
    ] = False,
    matters: Annotated[
        float | None,
        typer.Option(
            help="The least difference that matters, in the unit of the measure, for --until-decided.",
            metavar="D",
            show_default="0.02 of a share",
        ),
    ] = None,
    as_json: AnswersAsJson = False,
) -> None:
    """Compare plans replication by replication, all of them with the same luck: success, money and people.

    Tells which are told apart and which are not, allowing for the number of pairs (Holm), in how many worlds a plan is
    better beside what it is on the mean, and what pairing was worth. --set and --overlay change all plans; --with adds
    one that differs from the first. With --out, a comparison that was stopped goes on when it is asked for again.
    """
    from simulator.analysis.compare import compared
    from simulator.analysis.until_decided import until_decided as decided
    from simulator.scenario.text.problems import UnknownNameError

    refuse_half_a_cluster(executor, scheduler)
    if matters is not None and not until_decided:
        raise typer.BadParameter("--matters goes with --until-decided")
    sources = loaded(plans, changes or (), overlays or (), added or ())
    with workplace(executor, scheduler) as where:

        def ask(named: Sequence[Scenario | Path]) -> Comparison | UntilDecided:
            arguments: dict[str, Any] = {
                "replications": replications,
                "seed": seed,
                "design": design,
                "engine": engine,
                "jobs": jobs,
                "out": out,
                "progress": None,
                "executor": where,
                "fresh": fresh,
            }
            by = tuple(measures or ())
            try:
                if until_decided:
                    return decided(named, by, matters, compile_engine, **arguments)
                found = compared(named, by, compile_engine, **arguments)
            except UnknownNameError as error:
                raise typer.BadParameter(str(error), param_hint="--measure") from error
            tell_of_changed_pilot(plans[0], sources[0], changes or (), overlays or (), found.plans[0].result.seed)
            return found

        found = ask_of_plans(sources, ask, out, as_json=as_json)
    if not found.complete:
        raise typer.Exit(FAILED)


def loaded(
    plans: Sequence[str], changes: Sequence[str], overlays: Sequence[str], added: Sequence[str]
) -> list[Scenario | Path]:
    """The scenarios of a command line, and folders of results in their places; raises `ScenarioError`."""
    found = named_plans(plans, changes, overlays)
    return [*found, *variants(plans[0], found[0], changes, overlays, added)]


def variants(
    text: str, first: Scenario | Path, changes: Sequence[str], overlays: Sequence[str], added: Iterable[str]
) -> list[Scenario]:
    """The first plan with each overlay, or change, that is added to it alone; raises `ScenarioError`."""
    from simulator.analysis.frame.runs import Stored
    from simulator.scenario import load
    from simulator.scenario.assignments import read_changes

    found: list[Scenario] = []
    for one in added:
        path, assigns, _ = one.partition("=")
        if isinstance(first, Path):
            base = Stored.read(first).result.scenario
            scenario = base if assigns else load(base.resolved(), [one])
        else:
            scenario = first if assigns else load_all([text], changes, [*overlays, one])[0]  # type: ignore[assignment]
        last = path.rsplit(".", 1)[-1] + one[len(path) :] if assigns else Path(one).stem
        slug = re.sub(r"[^a-z0-9]+", "-", last.lower()).strip("-")
        name = f"{scenario.name}-with-{slug}"[:LONGEST_NAME].strip("-")
        found.append(scenario.with_changes({**(read_changes([one]) if assigns else {}), "name": name}))
    return found


def tell_of_changed_pilot(
    text: str, first: Scenario | Path, changes: Sequence[str], overlays: Sequence[str], seed: int
) -> None:
    """Say where changes of all plans are ones of the pilot that was observed."""
    from simulator.scenario import Scenario

    for before in unchanged([text], changes, overlays):
        if isinstance(before, Scenario) and isinstance(first, Scenario):
            from simulator.stepping.pilots import told_change_of_pilot

            told = told_change_of_pilot(before, first, seed)
            if told:
                complain(told)
