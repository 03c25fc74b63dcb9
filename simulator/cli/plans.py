"""Plans as a command line names them, scenarios or folders that a run has left, and commands that ask about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from simulator.cli.analysing import ask_and_tell
from simulator.cli.options import read_folder, within
from simulator.cli.sources import load_all
from simulator.stepping.arguments import DESIGN, REPLICATIONS, SEED
from simulator.streams.designs import DesignName

if TYPE_CHECKING:
    from simulator.analysis.frame.answers import Answer
    from simulator.scenario import Scenario

OrOfResults = "{}, or that of the folders"

OnePlan = Annotated[
    str,
    typer.Argument(
        help="A scenario file, the name of a shipped scenario, or the folder DIR/<scenario> that a run has left, of "
        "which nothing is simulated again.",
        metavar="PLAN",
        show_default=False,
    ),
]
ReplicationsOfPlans = Annotated[
    int | None,
    typer.Option(
        "--replications",
        help="Number of replications of each plan.",
        show_default=OrOfResults.format(REPLICATIONS),
        **within("replications"),
    ),
]
SeedOfPlans = Annotated[
    int | None,
    typer.Option(
        "--seed",
        help="Base seed of the random streams, the same for all.",
        show_default=OrOfResults.format(SEED),
        **within("seed"),
    ),
]
DesignOfPlans = Annotated[
    DesignName | None,
    typer.Option(
        "--design",
        help="sobol spreads the uncertain inputs evenly (scrambled), random draws each by itself.",
        show_default=OrOfResults.format(DESIGN),
    ),
]
OutOfPlans = Annotated[
    Path | None,
    typer.Option(
        "--out",
        help="Write each plan that is simulated to DIR/<scenario>/, and the answer beside them; what lies there of the "
        "same scenario, seed and replications is not simulated again.",
        metavar="DIR",
        show_default=False,
        parser=read_folder,
    ),
]


def named_plans(
    texts: Sequence[str], changes: Sequence[str] | None = None, overlays: Sequence[str] | None = None
) -> list[Scenario | Path]:
    """The scenarios of a command line, and folders of results in their places; raises `ScenarioError`."""
    from simulator.analysis.frame.runs import result_folder

    folders = {place: folder for place, text in enumerate(texts) if (folder := result_folder(text)) is not None}
    if folders and (changes or overlays):
        raise typer.BadParameter(
            f"{texts[min(folders)]} holds a result, which can't be changed any more; leave --set and --overlay out"
        )
    given = [text for place, text in enumerate(texts) if place not in folders]
    scenarios = iter(load_all(given, changes or (), overlays or ()))
    found: list[Any] = [folders[place] if place in folders else next(scenarios) for place in range(len(texts))]
    for one, text in zip(found, texts, strict=True):
        if not isinstance(one, Path) and not hasattr(one, "horizon_weeks"):
            raise typer.BadParameter(f"{text} is a suite, which compares its scenarios itself: scaleup run {text}")
    return found


A = TypeVar("A", bound="Answer")


def ask_of_plans(
    plans: Sequence[Scenario | Path],
    ask: Callable[[Sequence[Scenario | Path]], A],
    out: Path | None,
    *,
    as_json: bool = False,
) -> A:
    """Ask a question of plans, and tell the answer.

    What doesn't fit is refused as options; an interruption is told in one sentence, with what is kept in `out`.
    """
    return ask_and_tell(lambda: ask(plans), out, as_json=as_json)
