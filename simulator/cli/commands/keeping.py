"""`scaleup cache`."""

from __future__ import annotations

from typing import Annotated

import typer

from simulator.cli.output import escaped_name
from simulator.stepping.arguments import ArgumentError


def cache(clear: Annotated[bool, typer.Option("--clear", help="Remove all of them.")] = False) -> None:
    """Tell where replications of earlier runs are kept, and how much room they take.

    What an earlier run has simulated is read from there and not simulated again, unless --fresh is said. What was not
    used for the longest is removed when it is too much; SCALEUP_RESULTS_CACHE_BYTES says how much that is (0: keep
    none), SCALEUP_CACHE_DIR where.
    """
    from simulator.experiment.settings import CACHE_BYTES, most_cache_bytes
    from simulator.store.cache_folder import SHARE_OF_DISK, CacheFolder, days_since
    from simulator.store.replication_cache import count

    try:
        most = most_cache_bytes()
    except ArgumentError as error:
        raise typer.BadParameter(error.of_options()) from error
    folder, found = CacheFolder.look()
    taken = mebibytes(sum(kept.nbytes for kept in found))
    if clear:
        CacheFolder.clear()
        print(f"Removed {taken} from {escaped_name(folder)}")
        return
    experiments = len({kept.path.parent for kept in found})
    of = "1 experiment" if experiments == 1 else f"{experiments:,} experiments"
    print(f"{escaped_name(folder)}: {count(kept.path for kept in found):,} replications of {of}, {taken}")
    if found:
        print(f"What was not used for the longest was used {since(days_since(found[0].used))}.")
    if most:
        print(f"Room for {mebibytes(most)}, and for no more than {SHARE_OF_DISK:.0%} of what the disk has free.")
    else:
        print(f"{CACHE_BYTES} is 0: nothing is read from there, and nothing is kept.")


def mebibytes(nbytes: int) -> str:
    """Bytes for a reader."""
    return f"{nbytes / 2**20:,.1f} MiB"


def since(days: float) -> str:
    """How long ago, for a reader."""
    whole = int(days)
    return "less than a day ago" if not whole else f"{whole:,} day{'s' if whole > 1 else ''} ago"
