"""`scaleup validate`, `list`, `show`, `new`, `schema`: scenario files without running them."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.options import OneScenario, Overlays, ScenariosOrSuites
from simulator.cli.output import console, escaped_name
from simulator.cli.sources import load_one
from simulator.stepping.arguments import REPLICATIONS

if TYPE_CHECKING:
    from simulator.scenario import Scenario

LEAST_WIDTH_OF_DESCRIPTIONS = 40


def validate(scenarios: ScenariosOrSuites, overlays: Overlays = None) -> None:
    """Check scenario and suite files without running them, and say how large they are."""
    from simulator.scenario import (
        Problem,
        ScenarioError,
        Suite,
        estimate_work,
        implausible,
        out_of_reach,
        told_standing,
    )

    problems: list[Problem] = []
    for source in scenarios:
        try:
            loaded = load_one(source, overlays or ())
            members = loaded.scenarios if isinstance(loaded, Suite) else (loaded,)
            works = [estimate_work(scenario, REPLICATIONS) for scenario in members]
        except ScenarioError as error:
            problems += error.problems
            continue
        if isinstance(loaded, Suite):
            told = f"{_suite_size(len(members))}: {', '.join(loaded.names)}; the baseline is {loaded.baseline}"
            each = " each"
        else:
            told = (
                f"{_size(loaded)}, about {float(f'{works[0].likely * works[0].events:.2g}'):,.0f} events a replication"
            )
            each = ""
        seconds = sum(work.likely * work.seconds for work in works)
        took = f"{REPLICATIONS} replications{each} take about {_seconds(seconds)} on one core"
        name = escaped_name(source)
        print(f"{name}: fine. {told}{'.' if each else ';'} {took}.")
        for scenario in members:
            notes = [*out_of_reach(scenario), *implausible(scenario)]
            if not isinstance(loaded, Suite):
                notes.append(told_standing(scenario))
            for note in notes:
                print(f"{name}: {scenario.name}: {note}." if isinstance(loaded, Suite) else f"{name}: {note}.")
    if problems:
        raise ScenarioError(dict.fromkeys(problems))


def list_shipped() -> None:
    """List the shipped scenarios and suites."""
    from simulator.report.narrow import Rows
    from simulator.scenario import SUITES, load, read_suite_file, shipped_names
    from simulator.scenario.files.suite_file import SuiteFile

    place = console()
    for heading, names in (
        ("Programmes", shipped_names()),
        ("Suites, for comparison", shipped_names(SUITES)),
        ("Neutral ones, for checks against theory", shipped_names("theory")),
    ):
        rows = []
        for name in names:
            loaded = read_suite_file(name) if name.startswith(SUITES) else load(name)
            size = _suite_size(loaded.size) if isinstance(loaded, SuiteFile) else _size(loaded)
            rows.append((name, f"{_first_sentence(loaded.description)} {size}."))
        place.print(heading, style="italic")
        place.print(Rows(rows, bold=True, least=LEAST_WIDTH_OF_DESCRIPTIONS))


def show(scenario: OneScenario, overlays: Overlays = None) -> None:
    """Print a scenario in full: `extends` applied, defaults filled in, as a scenario file that marks assumptions."""
    from rich.syntax import Syntax

    from simulator.scenario import load

    text = load(scenario, overlays or ()).to_yaml(marked=True)
    if sys.stdout.isatty():
        console().print(Syntax(text, "yaml", theme="ansi_light", background_color="default", word_wrap=True))
    else:
        print(text, end="")


Ask = Annotated[bool, typer.Option("--ask", help="Ask about your organisation first; Enter is: don't know.")]
AnswersFrom = Annotated[
    Path | None,
    typer.Option("--answers", help="Take the answers from a file.", metavar="ANSWERS", show_default=False),
]
Questions = Annotated[bool, typer.Option("--questions", help="Write the questions, as a file of answers to fill in.")]


def new(
    file: Annotated[Path, typer.Argument(help="The file to write.", metavar="FILE", show_default=False)],
    ask: Ask = False,
    answers: AnswersFrom = None,
    questions: Questions = False,
) -> None:
    """Write a scenario file to start from: a small one, or one of your own organisation."""
    from simulator.cli.asking import asked
    from simulator.scenario import template
    from simulator.scenario.questions import answered, answers_file, blank_answers

    if ask + (answers is not None) + questions > 1:
        raise typer.BadParameter("--ask, --answers and --questions: only one of them")
    if file.exists() or file.is_symlink():
        raise typer.BadParameter(f"{file} exists and is left alone", param_hint="FILE")
    name = file.stem.lower().replace("_", "-").replace(" ", "-")
    shown = escaped_name(shlex.quote(str(file)))
    following = f"scaleup validate {shown}, then scaleup run {shown}"
    if questions:
        text, following = blank_answers(), f"fill it in, then scaleup new my-plan.yaml --answers {shown}"
    elif answers is not None:
        text = answered(name, answers_file(answers))
    else:
        text = asked(name) if ask else template(name)
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise typer.BadParameter(f"{file} exists and is left alone", param_hint="FILE") from None
    except OSError as error:
        raise typer.BadParameter(f"cannot write {file}: {error.strerror}", param_hint="FILE") from None
    print(f"Written. Next: {following}")


def schema(
    suite: Annotated[bool, typer.Option("--suite", help="Print that of suite files instead.")] = False,
) -> None:
    """Print the JSON Schema of scenario files, or of suite files."""
    from simulator.scenario.schema import schema_text

    print(schema_text(suite=suite), end="")


def _size(scenario: Scenario) -> str:
    users = sum(site.users.mean for site in scenario.sites)
    sites = len(scenario.sites)
    return f"{sites} {'site' if sites == 1 else 'sites'}, {users:,.0f} users, {scenario.horizon_weeks} weeks"


def _suite_size(count: int) -> str:
    return f"{count} {'scenario' if count == 1 else 'scenarios'}"


def _seconds(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 0.1):.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s", " ".join(text.split()), maxsplit=1)[0]
