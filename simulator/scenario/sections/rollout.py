"""The roll-out: phases by date, gates that can hold or stop them, and a sponsor whose patience ends."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from simulator.scenario.numbers.number_kinds import (
    Actions,
    CheckedTasks,
    CycleWeeks,
    Factor,
    FactorAboveZero,
    Holds,
    LagWeeks,
    LogError,
    Name,
    Share,
    ShareBelowOne,
    TrancheWeeks,
    Weeks,
    WeeksAboveZero,
    WindowWeeks,
)
from simulator.scenario.numbers.section import Section, believed, needed, stated
from simulator.scenario.sections.people import repeated
from simulator.scenario.sections.success import Bound
from simulator.scenario.text.problems import Finding, rejected
from simulator.scenario.vocabulary import GATE_MEASURES, GATE_WORDS, GateMeasure

AFTER_FUNDING = ("value_share", "net_value", "cost_share")
"""What only gates after funding can observe."""


class Phase(Section):
    """Sites that go live together."""

    name: Name = needed("Name of the phase: a-z, 0-9 and hyphens.")
    week: Weeks = needed("Planned go-live (weeks from funding).", acts="until_funded")
    sites: tuple[Name, ...] = needed("Names of the phase's sites.", min_length=1, max_length=1000)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        wrong = repeated(self.sites, "sites")
        if wrong:
            raise rejected(*wrong)
        return self


class GateCriterion(Bound):
    """A bound on what a gate observes."""

    measure: GateMeasure = needed(
        f"What is observed: {', '.join(f'{name} is {words}' for name, words in GATE_WORDS.items())}."
    )


class OnHold(Section):
    """What a hold is used for."""

    rebaseline: bool = stated(default=False, description="Whether the sponsor's expectation is set anew.")
    remediate: bool = stated(
        default=False, description="Whether data of sites not yet cleaned are remediated, as in ai.remediation."
    )
    restaff: bool = stated(default=False, description="Whether staffing is planned again from observed tickets.")


class GateReading(Section):
    """How a gate reads the programme, and what follows where it does not pass."""

    name: Name = needed("Name of the gate: a-z, 0-9 and hyphens.")
    combine: Literal["all", "any"] = stated("all", "Whether all criteria must be met, or any one.")
    criteria: tuple[GateCriterion, ...] = needed("Bounds on what is observed.", min_length=1, max_length=20)
    qa_tasks: CheckedTasks = stated(200, "Tasks from which accuracy and resolution are observed (tasks).")
    value_error: LogError = stated(0.2, "Error of the observed value (standard deviation of its logarithm).")
    retry_weeks: WeeksAboveZero = stated(8, "Length of a hold, which shifts later dates (weeks).")
    max_holds: Holds = stated(2, "Holds before the gate stops the programme (holds).")
    on_hold: OnHold = Field(default_factory=OnHold, description="What a hold is used for.")


class FundingGate(GateReading):
    """Gate 0, read at the end of the pilot, over its last `measure_weeks`."""

    name: Name = stated("funding", "Name of the gate: a-z, 0-9 and hyphens.")

    @model_validator(mode="after")
    def _no_plan_yet(self) -> Self:
        wrong = [
            Finding(
                ("criteria", i, "measure"),
                f"found {criterion.measure}, of which there is nothing before funding",
                f"allowed: {', '.join(m for m in GATE_MEASURES if m not in AFTER_FUNDING)}",
            )
            for i, criterion in enumerate(self.criteria)
            if criterion.measure in AFTER_FUNDING
        ]
        if wrong:
            raise rejected(*wrong)
        return self


class Gate(GateReading):
    """A gate before a phase."""

    phase: Name = needed("Name of the phase that it lets through.")
    window_weeks: WindowWeeks = stated(8, "Length of the window that is observed (weeks).")
    lag_weeks: LagWeeks = stated(1, "Time from the window's end to the reading (weeks).")
    lead_weeks: Weeks = stated(2, "Time from the reading to the phase's planned date (weeks).", acts="until_funded")


class Sponsor(Section):
    """Who pays, reviews every four weeks after funding, and shelves the programme when patience is spent."""

    expected_share: Share = stated(0.5, "Share of the planned value below which patience falls (share).")
    patience_weeks: WeeksAboveZero = stated(
        {"lognormal": {"median": 10, "p90": 20}}, "Patience, drawn once per replication (weeks).", acts="until_funded"
    )
    ramp_weeks: Weeks = stated(12, "Time after a go-live until full value is expected (weeks).")
    restored: Share = stated(
        0.5, "Share of the time since the last review that a review without shortfall gives back as patience (share)."
    )
    value_error: LogError = stated(0.2, "Error of the observed value (standard deviation of its logarithm).")


class Budget(Section):
    """Funding in tranches by a budget calendar, each granted while what is to come is worth more than it costs."""

    beliefs = "rollout.budget"

    tranche_weeks: TrancheWeeks = believed("Time between two dates of the budget calendar (weeks, at least 1).")
    ramp_weeks: Weeks = stated(12, "Time after a go-live until full value is expected (weeks).")
    value_error: LogError = believed("Error of the observed value (standard deviation of its logarithm).")
    hurdle: Factor = stated(0, "Share by which forward value must exceed forward cost (factor).")
    escalation_share: Share = believed(
        "Chance that an organisation escalates its commitment, drawn once (share).",
        acts="until_funded",
    )
    escalation_tranches: Holds = believed(
        "Tranches that such an organisation grants against its belief (tranches).",
        acts="until_funded",
    )


class Watch(Section):
    """Somebody who looks at each live site now and then, and acts on what is seen, as long as there is a budget."""

    first_weeks: Weeks = stated(8, "Time from a site's go-live to its first reading (weeks).")
    every_weeks: CycleWeeks = stated(4, "Time from one reading of a site to its next (weeks).")
    qa_tasks: CheckedTasks = stated(200, "Tasks from which the accuracy of a site is observed (tasks).")
    active_share_below: Share | None = stated(
        0.4, "Active share below which people are asked again, and trained next (share); null: never."
    )
    accuracy_below: Share | None = stated(
        0.8, "Observed accuracy below which data are remediated, or the model retrained (share); null: never."
    )
    actions_per_site: Actions = stated(2, "Readings of a site that may lead to action (actions).")
    pauses: bool = stated(
        default=False,
        description="Whether the next phase is put off, once, when more than half of the live sites are below a level.",
    )
    pause_weeks: WeeksAboveZero = stated(8, "Time by which a phase is put off (weeks).")


class Rollout(Section):
    """From the pilot to all sites."""

    beliefs = "rollout"

    funding_delay_weeks: Weeks = stated(4, "Time from the pilot's end to funding (weeks).", acts="until_decided")
    time_scale: FactorAboveZero = stated(
        1,
        "Multiplies dates of phases, gates, go-lives, hiring, training and integration from funding on (factor).",
        acts="until_funded",
    )
    go_live: Literal["on_date", "when_ready"] = stated(
        "on_date", "Whether a site goes live on its date, if need be with hand-carried data, or with its systems."
    )
    silent_errors_seen: Share = stated(
        0, "Share of the cost of silent errors that readings of value include, as checks of answers reveal it (share)."
    )
    wind_down_weeks: Weeks = stated(8, "Time within which users are withdrawn after a stop (weeks).")
    learning_rate: ShareBelowOne = believed(
        "Share of new users' how-to questions and of hand-carried tickets and work that each doubling of the waves "
        "finished saves, and of stages' durations that each doubling of the systems live saves (share, below 1).",
    )
    phases: tuple[Phase, ...] = needed("Phases; every site is in exactly one.", min_length=1, max_length=1000)
    funding_gate: FundingGate | None = stated(
        None, "Gate 0, read at the end of the pilot; null: always funded.", elsewhere="structure"
    )
    gates: tuple[Gate, ...] = stated((), "Gates before phases, one for a phase at most.", max_length=100)
    sponsor: Sponsor | None = stated(None, "The sponsor; null: patient for ever.", acts="until_funded")
    budget: Budget | None = believed("Funding in tranches; null: all that the programme needs.", acts="until_funded")
    watch: Watch | None = stated(
        None, "Readings of live sites that trigger action; null: nobody looks.", acts="until_funded"
    )

    @model_validator(mode="before")
    @classmethod
    def _one_who_pays(cls, given: Any) -> Any:
        """Where a sponsor is stated, nobody else renews budgets unless that is stated as well."""
        if isinstance(given, Mapping) and given.get("sponsor") is not None and "budget" not in given:
            return {**given, "budget": None}
        return given

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        wrong = [
            Finding((*f.at, "name"), f.found, f.allowed)
            for key, things in (("phases", self.phases), ("gates", self.gates))
            for f in repeated([thing.name for thing in things], key)
        ]
        if wrong:
            raise rejected(*wrong)
        return self
