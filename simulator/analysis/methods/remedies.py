"""What is tried where a stress takes too much: the remedies that are shipped, and more of what was bought or hired."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.scenario import Scenario, ScenarioError, ScenarioWarning, Upload, load

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_NAME: Final = 30


@dataclass(frozen=True)
class Remedy:
    """A remedy: the name of a shipped overlay, or what one says."""

    name: str
    words: str
    says: str = ""

    @property
    def overlay(self) -> str | Upload:
        """What is laid over a plan."""
        if not self.says:
            return self.name
        return Upload(f"name: {self.name}\nextends: typical-programme\n{self.says}\n", self.name)


REMEDIES: Final = (
    Remedy(
        "ten-times-the-capacity", "a service of ten times the capacity", "ai: {capacity_tasks_per_hour: {times: 10}}"
    ),
    Remedy(
        "twice-the-support",
        "twice the people at both lines",
        "support: {tiers: {tier1: {agents: {times: 2}}, tier2: {agents: {times: 2}}}}",
    ),
    Remedy("twice-the-team", "twice the data scientists", "data_science_team: {members: {times: 2}}"),
    Remedy("on-call", "a data scientist on call within the hour", "data_science_team: {on_call_hours: {at_most: 1}}"),
    Remedy("team-stays", "a team that stays", "data_science_team: {moves_on: null}"),
    Remedy("representative-pilot", "a representative pilot"),
    Remedy("integration-day-one", "integration from day one"),
    Remedy("support-early", "support built early"),
    Remedy("measure-what-matters", "measuring what matters"),
    Remedy("explicit-gates", "gates that teach"),
)
"""In the order in which they are told."""


def under(plan: Scenario, overlays: Iterable[str | Upload], name: str) -> Scenario | None:
    """A plan under overlays and another name; None where one of them changes nothing in it. Raises ScenarioError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ScenarioWarning)  # of parts that find nobody: the rest is what is asked
            return load(plan.resolved(), [*overlays]).with_changes({"name": name})
    except ScenarioError as error:
        if "which changes nothing" in str(error):
            return None
        raise
