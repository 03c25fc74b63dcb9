"""A programme in which nothing happens but integration."""

from __future__ import annotations

from typing import Any

from simulator.scenario import Scenario, load


def programme_of(systems: list[dict[str, Any]]) -> Scenario:
    """Systems, one reviewer and one engineer, without people who use them; all begins at funding, in week 1."""
    return load("theory/integration").with_changes({"integration.systems": systems})
