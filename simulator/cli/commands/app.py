"""`scaleup app`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Annotated

import typer

from simulator.app.limits import MOST_SECONDS, SECONDS_VARIABLE

HOST_NAME = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*", re.IGNORECASE)


def host_name(written: str | None) -> str | None:
    """A host name as it was written; raises BadParameter for an address with more than that."""
    if written is not None and not HOST_NAME.fullmatch(written):
        raise typer.BadParameter(f'found "{written}"; allowed: a host name alone, such as plans.example.com')
    return written


def app(
    port: Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)] = 8501,
    headless: Annotated[bool, typer.Option("--headless", help="Open no browser.")] = False,
    served_as: Annotated[
        str | None,
        typer.Option(metavar="HOST", callback=host_name, help="Host name under which a reverse proxy shows the app."),
    ] = None,
    most_seconds: Annotated[
        float,
        typer.Option(
            envvar=SECONDS_VARIABLE, help="Most processor seconds of a run, as estimated.", min=1, max=1e6, metavar="S"
        ),
    ] = MOST_SECONDS,
) -> None:
    """Open the app in a browser: sliders, fan charts, the chance of success."""
    from simulator.app import entry_file
    from simulator.app.settings import as_options

    # -P: this program's own modules, not those of a folder named `simulator` in which somebody happens to be
    command = [sys.executable, "-P", "-m", "simulator.app.serve", "run", str(entry_file()), *as_options(served_as)]
    command += [f"--server.port={port}", f"--server.headless={str(headless or served_as is not None).lower()}"]
    environment = os.environ | {SECONDS_VARIABLE: str(most_seconds)}
    if os.name == "posix":  # becomes the server, so that whoever ends this process ends the server
        os.execve(sys.executable, command, environment)
    raise typer.Exit(subprocess.call(command, env=environment))
