"""`scaleup report`."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.options import read_folder
from simulator.cli.output import complain, escaped_name

if TYPE_CHECKING:
    from simulator.results.result import Result


def report(
    folder: Annotated[
        Path,
        typer.Argument(
            help="The folder DIR/<scenario> that scaleup run --out DIR has left, or DIR itself: then the only plan in "
            "it, or that of which most of the answers there speak.",
            metavar="DIR",
            show_default=False,
            parser=read_folder,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="The file to write.", metavar="FILE.html", show_default="report.html in the folder of the plan"
        ),
    ] = None,
) -> None:
    """Write one page (HTML) of all that a folder holds about a plan, to read, print and hand on.

    The page needs no script and loads nothing. It has the answer, what analyses have left in the folder, every number
    that is assumed, and a statement of the model (STRESS-DES). What was not asked is named with its command. Nothing is
    simulated.
    """
    from simulator.report.page.contents import ANALYSES, absent, command_of, plan_named
    from simulator.report.page.stored import holding
    from simulator.report.page.writing import written_from

    found = holding(folder)
    path = written_from(found, out)
    for line in found.left_out:
        complain(line)
    print(f"Written to {escaped_name(path)}")
    missing = absent(found)
    if missing:
        named = plan_named(found.result)
        file = (
            "" if named == found.result.scenario.name else f" ({escaped_name(named)} stands for the file of the plan)"
        )
        print(f"Not in it, as it was not asked{file}:")
    place = shlex.quote(str(found.folder.parent if found.folder.name else Path()))
    for name in missing:
        print(f"  {ANALYSES[name].title.lower()}: {escaped_name(command_of(name, found.result, place))}")


def refuse_reports(names: Iterable[str], out: Path | None, shard: str | None) -> None:
    """Raise `typer.BadParameter` where a run can't be followed by reports, and `OutputError` where one has no place."""
    from simulator.report.page.writing import FILE, refuse_strangers

    if out is None:
        raise typer.BadParameter("a report is made of what a folder holds; say which with --out", param_hint="--report")
    if shard is not None:
        raise typer.BadParameter(
            "a part has no report; put the parts together with scaleup merge, then: scaleup report",
            param_hint="--report",
        )
    for name in names:
        refuse_strangers(out / name / FILE)


def write_reports(results: Iterable[Result], out: Path) -> list[Path]:
    """Write the report of each result beside its files."""
    from simulator.report.page.writing import write_report

    return [write_report(out / result.scenario.name) for result in results]
