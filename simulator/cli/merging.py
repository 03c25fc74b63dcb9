"""`scaleup merge`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli.options import AsJson
from simulator.cli.running import show


def merge(
    folders: Annotated[
        list[Path],
        typer.Argument(help="Folders given as --out to the runs with --shard.", metavar="DIR", show_default=False),
    ],
    out: Annotated[Path, typer.Option(help="Write the whole to DIR/<scenario>/.", metavar="DIR", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Put together what runs with --shard have computed: the same bytes as from one run.

    Checks every shard first: a part that is missing, doubled, unfinished, damaged or of another experiment is named,
    and nothing is written.
    """
    from simulator.experiment.merging import merge as merge_folders
    from simulator.experiment.suite import merged_suite

    results = merge_folders(folders, out)
    suite = merged_suite(folders, out, results)
    show(results if suite is None else [suite], out, as_json=as_json)
