"""Checks across the sections of a scenario."""

from typing import TYPE_CHECKING

from simulator.scenario.problems import Finding

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario


def check(scenario: "Scenario") -> list[Finding]:
    """Everything that is wrong between sections."""
    return []
