"""The whole scenario: frozen, inert, and able to make a changed copy of itself."""

import copy
import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import Field, StringConstraints, model_validator

from simulator.scenario.building import build, placed
from simulator.scenario.numbers.number_kinds import Horizon, Name
from simulator.scenario.numbers.per_case import TASKS, scaled
from simulator.scenario.numbers.priors import prior
from simulator.scenario.numbers.section import Section, believed, needed, stated
from simulator.scenario.sections.ai import Ai, EdgeCases, Season
from simulator.scenario.sections.calendar import Date
from simulator.scenario.sections.change_programme import ChangeProgramme
from simulator.scenario.sections.correlation import Correlation
from simulator.scenario.sections.economics import Economics
from simulator.scenario.sections.integration import Integration, System
from simulator.scenario.sections.lever import Lever
from simulator.scenario.sections.outages import Outages
from simulator.scenario.sections.people import Pilot, Segment, Site, Users, repeated
from simulator.scenario.sections.rollout import Gate, Phase, Rollout
from simulator.scenario.sections.success import Success
from simulator.scenario.sections.support import DataScienceTeam, Support
from simulator.scenario.text.paths import changed
from simulator.scenario.text.problems import Finding, ScenarioError, rejected
from simulator.scenario.text.tree import Node, from_python

T = TypeVar("T")
Text = Annotated[str, StringConstraints(max_length=20_000)]
TOLD = ("name", "description", "sources", "levers")
"""What a scenario tells of itself, which changes no replication."""


class Scenario(Section):
    """What is simulated: an organisation, its pilot and its plan for scale."""

    across: ClassVar[Callable[["Scenario"], list[Finding]]] = staticmethod(lambda scenario: [])
    """What is wrong between sections; `simulator.scenario` puts its checks here, which are a floor above."""

    name: Name = needed("Name of the scenario: a-z, 0-9 and hyphens.")
    description: Text = stated("", "What the scenario shows.")
    sources: tuple[Text, ...] = stated((), "Sources, as author (year), title.", max_length=500)
    horizon_weeks: Horizon = needed("Length of a replication (weeks from kick-off).", elsewhere="structure")
    start_date: Date = needed("Kick-off; time starts on Monday of its week.")
    working_days: bool = stated(
        default=True,
        description="Whether first days fall on Mondays, and resignations, ends of stages, deployments, go-lives that "
        "waited for systems, and switching off on mornings from Monday to Friday; false: durations are elapsed time.",
    )
    pilot: Pilot | None = stated(None, "The first phase; may be left out where users are initially active.")
    sites: tuple[Site, ...] = needed("Plants, channels or departments.", min_length=1, max_length=1000)
    users: Users = Field(default_factory=Users, description="Who uses the system, and how they take to it.")
    ai: Ai = Field(default_factory=Ai, description="Accuracy and its decay.")
    edge_cases: EdgeCases = Field(default_factory=EdgeCases, description="Cases that the model was not built for.")
    seasons: tuple[Season, ...] = believed("Times of the year with their own volume.", max_length=50)
    integration: Integration = Field(
        default_factory=Integration, description="The systems that sites need, and their projects."
    )
    support: Support = Field(default_factory=Support, description="Tickets and who answers them.")
    data_science_team: DataScienceTeam = Field(
        default_factory=DataScienceTeam, description="Tier 3, who also retrain and repair."
    )
    outages: Outages | None = believed("Outages of the AI system; null: none.")
    change_programme: ChangeProgramme = Field(
        default_factory=ChangeProgramme, description="Training, champions and campaigns."
    )
    correlations: tuple[Correlation, ...] = stated((), "Uncertain inputs that go together.", max_length=200)
    rollout: Rollout | None = stated(None, "The plan; may be left out where users are initially active.")
    economics: Economics = Field(default_factory=Economics, description="Value and costs.")
    success: Success = Field(default_factory=Success, description="When the programme counts as scaled.")
    levers: tuple[Lever, ...] = stated((), "Inputs that a planner would move.", max_length=100)

    @model_validator(mode="before")
    @classmethod
    def _nobody_to_renew(cls, given: Any) -> Any:
        """Where all users are there from the start there is nothing to fund, and no budget unless it is stated."""
        users, rollout = (given.get(name) if isinstance(given, Mapping) else None for name in ("users", "rollout"))
        there = isinstance(users, Mapping) and True in (users.get("initially_active"), users.get("initially_onboarded"))
        if there and isinstance(rollout, Mapping) and "budget" not in rollout:
            return {**given, "rollout": {**rollout, "budget": None}}
        return given

    @model_validator(mode="before")
    @classmethod
    def _cases_of_their_size(cls, given: Any) -> Any:
        """Where tasks are stated, what is believed of one of them goes by how many they are."""
        if not isinstance(given, Mapping):
            return given
        users, economics = given.get("users"), given.get("economics", {})
        if not isinstance(users, Mapping) or not isinstance(economics, Mapping) or TASKS not in users:
            return given
        return {**given, "economics": {**scaled(users[TASKS]), **economics}}

    @model_validator(mode="before")
    @classmethod
    def _no_cases_of_seasons(cls, given: Any) -> Any:
        """Where it is said that seasons have no edge cases of their own, those that are believed have none."""
        cases = given.get("edge_cases") if isinstance(given, Mapping) else None
        if isinstance(cases, Mapping) and cases.get("season", cases) is None and "seasons" not in given:
            return {**given, "seasons": tuple({**season, "edge_case_share": 0} for season in prior("seasons"))}
        return given

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        wrong = [
            Finding((*f.at, "name"), f.found, f.allowed)
            for key, things in (("sites", self.sites), ("seasons", self.seasons))
            for f in repeated([thing.name for thing in things], key)
        ]
        if wrong:
            raise rejected(*wrong)
        return self

    @classmethod
    def from_tree(cls, tree: Node) -> Self:
        """The scenario of a tree, checked within and across sections; raises ScenarioError."""
        scenario = build(cls, tree)
        findings = cls.across(scenario)
        if findings:
            raise ScenarioError(placed(tree, findings))
        return scenario

    def with_changes(self, changes: Mapping[str, Any]) -> Self:
        """A copy with other values under dotted paths (``*`` stands for every name), checked again.

        Setting an uncertain number replaces its distribution and its source. Raises ScenarioError.
        """
        return self.from_tree(from_python(changed(self.resolved(), changes)))

    def resolved(self) -> dict[str, Any]:
        """The complete scenario as plain JSON types: ``extends`` applied, defaults filled in."""
        return copy.deepcopy(self._document)

    @cached_property
    def _document(self) -> dict[str, Any]:
        return self.document()

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical resolved JSON, in hexadecimal."""
        text = json.dumps(self._document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of what decides its replications, in hexadecimal: of all but words, levers and what was observed."""
        content = {name: value for name, value in self._document.items() if name not in TOLD}
        if content["pilot"] is not None:
            content["pilot"] = content["pilot"] | {"observed": None}  # it weights replications, and changes none
        return hashlib.sha256(json.dumps(content, ensure_ascii=False, allow_nan=False).encode()).hexdigest()

    def to_yaml(self, *, marked: bool = False) -> str:
        """The resolved scenario as the text of a scenario file; `marked`: each number without a source is told so."""
        from simulator.scenario.text.writing import to_yaml

        return to_yaml(self._document, [place for place in self.assumed() if place[0] != "levers"] if marked else ())

    def site(self, name: str) -> Site:
        """The site of a name; raises KeyError."""
        return _named(self.sites, name)

    def segment(self, name: str) -> Segment:
        """The user segment of a name; raises KeyError."""
        return _named(self.users.segments, name)

    def phase(self, name: str) -> Phase:
        """The roll-out phase of a name; raises KeyError."""
        return _named(self.rollout.phases if self.rollout else (), name)

    def gate(self, name: str) -> Gate:
        """The gate of a name, but not the one of funding; raises KeyError."""
        return _named(self.rollout.gates if self.rollout else (), name)

    def system(self, name: str) -> System:
        """The system of a name; raises KeyError."""
        return _named(self.integration.systems, name)


def _named(things: tuple[T, ...], name: str) -> T:
    for thing in things:
        if getattr(thing, "name", None) == name:
            return thing
    raise KeyError(name)
