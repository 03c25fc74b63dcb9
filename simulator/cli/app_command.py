"""`scaleup app`."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Annotated

import typer


def app(
    port: Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)] = 8501,
    headless: Annotated[bool, typer.Option("--headless", help="Open no browser.")] = False,
) -> None:
    """Open the app in a browser: sliders, fan charts, the chance of success."""
    from simulator.app import entry_file
    from simulator.app.settings import as_options

    # -P: this program's own modules, not those of a folder named `simulator` in which somebody happens to be
    command = [sys.executable, "-P", "-m", "streamlit", "run", str(entry_file()), *as_options()]
    command += [f"--server.port={port}", f"--server.headless={str(headless).lower()}"]
    if os.name == "posix":
        os.execv(sys.executable, command)  # becomes the server, so that whoever ends this process ends the server
    raise typer.Exit(subprocess.call(command))
