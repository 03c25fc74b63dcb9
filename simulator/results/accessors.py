"""Views of a result that live in higher layers (figures, tables), by name, and imported when first used.

This layer may not import the report; the package's `__init__` tells it here where the views are.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

_places: dict[str, str] = {}


def attach(name: str, place: str) -> None:
    """Let `resolve(name)` find what `place` ("module:attribute") names."""
    _places[name] = place


def resolve(name: str) -> Callable[..., Any]:
    """The view called `name`, a function of a result."""
    module, _, attribute = _places[name].partition(":")
    return getattr(import_module(module), attribute)  # type: ignore[no-any-return]
