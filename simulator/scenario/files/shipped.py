"""Scenarios that come with the package, found from a checkout and from an installed wheel."""

import re
from pathlib import Path
from typing import Final

NAME: Final = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*")
SUITES: Final = "suites"
"""The folder of shipped suites."""


def shipped_folder() -> Path:
    """The folder of the shipped scenarios: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[2]
    installed = package / "scenarios_shipped"
    return installed if installed.is_dir() else package.parent / "scenarios"


def shipped_names(folder: str = "") -> list[str]:
    """Names of the shipped scenarios, sorted; those of a folder (``theory``) as ``theory/name``."""
    prefix = f"{folder}/" if folder else ""
    return sorted(f"{prefix}{path.stem}" for path in (shipped_folder() / folder).glob("*.yaml"))


def shipped_path(name: str) -> Path | None:
    """The file of a shipped scenario, or None where there is none of this name."""
    if not NAME.fullmatch(name):
        return None
    path = shipped_folder() / f"{name}.yaml"
    try:
        return path if path.is_file() else None
    except OSError:  # a name too long for a file
        return None
