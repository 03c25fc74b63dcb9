"""`scaleup compare`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulator.cli.analysing import tell_answer
from simulator.cli.exit_codes import FAILED
from simulator.cli.options import (
    AnswersAsJson,
    Engine,
    ExecutorOption,
    Jobs,
    Overlays,
    Scheduler,
    Set,
    read_folder,
    within,
)
from simulator.cli.output import complain
from simulator.cli.signals import stopping_when_told
from simulator.cli.simulating import compile_engine, refuse_half_a_cluster, workplace
from simulator.cli.sources import load_all, unchanged
from simulator.stepping.arguments import DESIGN, ENGINE, REPLICATIONS, SEED, ArgumentError
from simulator.streams.designs import DesignName

if TYPE_CHECKING:
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
OrOfResults = "{}, or that of the folders"


def compare(
    plans: Plans,
    replications: Annotated[
        int | None,
        typer.Option(
            help="Number of replications of each.",
            show_default=OrOfResults.format(REPLICATIONS),
            **within("replications"),
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            help="Base seed of the random streams, the same for all.",
            show_default=OrOfResults.format(SEED),
            **within("seed"),
        ),
    ] = None,
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
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write each scenario to DIR/<scenario>/, and compare.json beside them; what lies there of the same "
            "scenario, seed and replications is not simulated again.",
            metavar="DIR",
            show_default=False,
            parser=read_folder,
        ),
    ] = None,
    executor: ExecutorOption = None,
    scheduler: Scheduler = None,
    design: Annotated[
        DesignName | None,
        typer.Option(
            help="sobol spreads the uncertain inputs evenly (scrambled), random draws each by itself.",
            show_default=OrOfResults.format(DESIGN),
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
    from simulator.scenario.text.problems import UnknownNameError

    refuse_half_a_cluster(executor, scheduler)
    sources = loaded(plans, changes or (), overlays or (), added or ())
    with workplace(executor, scheduler) as where, stopping_when_told():
        try:
            found = compared(
                sources,
                tuple(measures or ()),
                compile_engine,
                replications=replications,
                seed=seed,
                design=design,
                engine=engine,
                jobs=jobs,
                out=out,
                progress=None,
                executor=where,
            )
        except ArgumentError as error:
            raise typer.BadParameter(error.of_options()) from error
        except UnknownNameError as error:
            raise typer.BadParameter(str(error), param_hint="--measure") from error
        except KeyboardInterrupt as error:
            if out is None:
                raise
            complain(str(error) or "Interrupted: what the shards hold is kept.")
            raise typer.Exit(FAILED) from error
    tell_of_changed_pilot(plans[0], sources[0], changes or (), overlays or (), found.plans[0].result.seed)
    tell_answer(found, out, as_json=as_json)
    if not found.complete:
        raise typer.Exit(FAILED)


def loaded(
    plans: Sequence[str], changes: Sequence[str], overlays: Sequence[str], added: Sequence[str]
) -> list[Scenario | Path]:
    """The scenarios of a command line, and folders of results in their places; raises `ScenarioError`."""
    from simulator.analysis.frame.runs import result_folder

    folders = {place: folder for place, text in enumerate(plans) if (folder := result_folder(text)) is not None}
    if folders and (changes or overlays):
        raise typer.BadParameter(
            f"{plans[min(folders)]} holds a result, which can't be changed any more; leave --set and --overlay out"
        )
    scenarios = iter(load_all([text for place, text in enumerate(plans) if place not in folders], changes, overlays))
    found: list[Any] = [folders[place] if place in folders else next(scenarios) for place in range(len(plans))]
    for one, text in zip(found, plans, strict=True):
        if not isinstance(one, Path) and not hasattr(one, "horizon_weeks"):
            raise typer.BadParameter(f"{text} is a suite, which compares its scenarios itself: scaleup run {text}")
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
