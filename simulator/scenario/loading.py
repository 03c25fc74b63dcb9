"""Load a scenario from a file, a shipped name or a mapping."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulator.scenario.reading import read_file
from simulator.scenario.scenario import Scenario
from simulator.scenario.tree import from_python


def load(source: str | os.PathLike[str] | Mapping[str, Any]) -> Scenario:
    """The scenario of a path, a shipped name or a mapping; raises ScenarioError with every problem."""
    if isinstance(source, Mapping):
        return Scenario.from_tree(from_python(source))
    path = Path(source)
    return Scenario.from_tree(read_file(path, str(source)))
