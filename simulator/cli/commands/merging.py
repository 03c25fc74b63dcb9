"""`scaleup merge`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli.exit_codes import FAILED
from simulator.cli.options import AsJson, read_folder
from simulator.cli.output import reader_may_leave
from simulator.cli.showing import show, show_json, summaries, tell_refused
from simulator.cli.signals import stopping_when_told


def merge(
    folders: Annotated[
        list[Path],
        typer.Argument(
            help="Folders given as --out to the runs with --shard.",
            metavar="DIR",
            show_default=False,
            parser=read_folder,
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(help="Write the whole to DIR/<scenario>/.", metavar="DIR", show_default=False, parser=read_folder),
    ],
    as_json: AsJson = False,
) -> None:
    """Put together what runs with --shard have computed: the same bytes as from one run.

    Checks every shard first: a part that is missing, doubled, unfinished, damaged or of another experiment is named,
    and nothing is written.
    """
    from simulator.experiment.merging import merge_all

    with stopping_when_told():
        merged = merge_all(folders, out)
    if not merged.results:
        raise next(iter(merged.refused.values()))
    results = merged.results if merged.suite is None else [merged.suite]
    with reader_may_leave():
        if as_json:
            show_json(summaries(results))
        else:
            show(results, out)
    if merged.suite is None:
        tell_refused(merged.refused)
    if merged.refused or not all(result.complete for result in merged.results):
        raise typer.Exit(FAILED)
