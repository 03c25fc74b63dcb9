"""`scaleup app`."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Annotated

import typer

from simulator.app.limits import MOST_SECONDS, SECONDS_VARIABLE


def app(
    port: Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)] = 8501,
    headless: Annotated[bool, typer.Option("--headless", help="Open no browser.")] = False,
    served_as: Annotated[
        str | None, typer.Option(metavar="HOST", help="Host name under which a reverse proxy shows the app.")
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
    command = [sys.executable, "-P", "-m", "streamlit", "run", str(entry_file()), *as_options(served_as)]
    command += [f"--server.port={port}", f"--server.headless={str(headless).lower()}"]
    environment = os.environ | {SECONDS_VARIABLE: str(most_seconds)}
    if os.name == "posix":  # becomes the server, so that whoever ends this process ends the server
        os.execve(sys.executable, command, environment)
    raise typer.Exit(subprocess.call(command, env=environment))
