"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from simulator.scenario.vocabulary import EngineName
from simulator.stepping.arguments import LIMITS, ArgumentError, Place
from simulator.store.files import OutputError
from simulator.store.identity import Part
from simulator.streams.designs import DesignName

if TYPE_CHECKING:
    from simulator.experiment.settings import Settings

ExecutorName = Literal[Place, "dask"]


def settings_of(**arguments: Any) -> Settings:
    """The settings of a run; what doesn't fit is refused as options, by their names."""
    from simulator.experiment.settings import Settings
    from simulator.results.precision import PrecisionError

    try:
        return Settings(**arguments)
    except ArgumentError as error:
        raise typer.BadParameter(error.of_options()) from error
    except PrecisionError as error:
        raise typer.BadParameter(str(error)) from error


def within(name: str) -> dict[str, int]:
    """The limits of an argument, as an option has them."""
    low, high = LIMITS[name]
    return {"min": low, "max": high}


def read_shard(text: str) -> str:
    """i/N as it was given; a bad one is refused as an option."""
    try:
        return str(Part.read(text))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def read_folder(text: str) -> Path:
    """A folder as it was given; one that no file can be written to is refused as an option."""
    from simulator.experiment.settings import output_folder

    try:
        return output_folder(text)
    except OutputError as error:
        raise typer.BadParameter(str(error)) from error


ScenariosOrSuites = Annotated[
    list[str],
    typer.Argument(
        help="Files, or names of shipped ones, of scenarios or suites.", metavar="SCENARIO_OR_SUITE", show_default=False
    ),
]
OneScenario = Annotated[
    str,
    typer.Argument(help="A scenario file or the name of a shipped scenario.", metavar="SCENARIO", show_default=False),
]
Replications = Annotated[int, typer.Option(help="Number of replications.", **within("replications"))]
Seed = Annotated[int, typer.Option(help="Base seed of the random streams.", **within("seed"))]
Engine = Annotated[EngineName, typer.Option(help="compiled is fast, reference is readable; same digits.")]
Design = Annotated[
    DesignName,
    typer.Option(help="sobol spreads the uncertain inputs evenly (scrambled), random draws each by itself."),
]
Jobs = Annotated[int | None, typer.Option(help="Replications at a time.", show_default="all cores", **within("jobs"))]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Change a number: a dotted path (* stands for every name) and a YAML value, as in "
        "support.tiers.tier1.agents=6. Repeatable.",
        metavar="PATH=VALUE",
        show_default=False,
    ),
]
Overlays = Annotated[
    list[str] | None,
    typer.Option(
        "--overlay",
        help="Lay what another scenario changes over this one: a file or the name of a shipped one. Repeatable.",
        metavar="NAME",
        show_default=False,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        help="Write manifest, tables and summary to DIR/<scenario>/.",
        metavar="DIR",
        show_default=False,
        parser=read_folder,
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume", help="Go on with what DIR holds, also with more replications; damaged shards are computed again."
    ),
]
Shard = Annotated[
    str | None,
    typer.Option(
        help="Compute part i of N, for one of N machines; put them together with: scaleup merge.",
        metavar="i/N",
        show_default=False,
        parser=read_shard,
    ),
]
ExecutorOption = Annotated[
    ExecutorName | None,
    typer.Option("--executor", help="Where replications run; dask needs --scheduler.", show_default="by engine"),
]
Scheduler = Annotated[
    str | None,
    typer.Option(help="Address of a Dask scheduler.", metavar="ADDRESS", show_default=False),
]
UntilPrecision = Annotated[
    list[str] | None,
    typer.Option(
        help="Double the replications until the 95% interval of a measure (npv, success_probability, npv.p90) has "
        "at most this half-width, as a number or in % of the estimate. Repeatable.",
        metavar="MEASURE=H[%]",
        show_default=False,
    ),
]
AtMost = Annotated[
    int,
    typer.Option(help="Most replications for --until-precision; --replications is the least.", **within("at_most")),
]
Fresh = Annotated[
    bool,
    typer.Option(
        "--fresh",
        help="Simulate all replications anew, also those that an earlier run left in the cache (scaleup cache).",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print a JSON list of summaries and nothing else.")]
AnswersAsJson = Annotated[bool, typer.Option("--json", help="Print a JSON list of what was found and nothing else.")]
Repeats = Annotated[int, typer.Option(help="How often each draw of the inputs is simulated.", **within("repeats"))]
