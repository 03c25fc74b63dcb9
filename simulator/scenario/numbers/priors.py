"""What is believed of a number as long as nobody knows better: `priors.yaml`, which gives the schema its defaults."""

from functools import cache
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

FILE: Final = Path(__file__).resolve().parents[1] / "priors.yaml"


@cache
def priors() -> dict[str, Any]:
    """The file of priors, in the forms that scenario files write; lists are tuples."""
    found: dict[str, Any] = _frozen(YAML(typ="safe").load(FILE.read_text(encoding="utf-8")))
    return found


def prior(path: str) -> Any:
    """The prior at a dotted path, whose steps are keys or the names of things in lists; raises KeyError."""
    found: Any = priors()
    for step in path.split("."):
        found = found[step] if isinstance(found, dict) else {thing["name"]: thing for thing in found}[step]
    return found


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _frozen(each) for key, each in value.items()}
    return tuple(_frozen(each) for each in value) if isinstance(value, list) else value
