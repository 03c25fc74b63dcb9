"""The statement of the model, by the 24 items of STRESS-DES, each filled for the run of a page.

Monks, Currie, Onggo, Robinson, Kunc and Taylor (2019), Strengthening the reporting of empirical simulation studies:
Introducing the STRESS guidelines, Journal of Simulation 13(1), 55-67.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from markupsafe import Markup

from simulator.report.page.vectors import boxes
from simulator.report.words import written
from simulator.scenario import numbers, uncertain_inputs
from simulator.scenario.measure import COUNT
from simulator.scenario.measures import REPLICATIONS, WEEKLY

if TYPE_CHECKING:
    from simulator.results.result import Result
    from simulator.scenario import Scenario
    from simulator.store.manifest import Manifest

SOURCE: Final = (
    "Monks, T., Currie, C. S. M., Onggo, B. S., Robinson, S., Kunc, M. and Taylor, S. J. E. (2019), Strengthening the "
    "reporting of empirical simulation studies: Introducing the STRESS guidelines, Journal of Simulation 13(1), 55-67."
)
KINDS_OF_QUESTIONS: Final = {
    "compare": "other plans",
    "attribute": "each of the five killers switched off, in all combinations (an ideal: the pilot's conditions hold "
    "everywhere, always)",
    "stress": "five stresses laid over the plan, and remedies over those",
    "timeline": "the same plan stretched or compressed to other lengths",
    "gates": "each gate let through at its first reading, at other thresholds and numbers of holds",
    "staffing": "other numbers of people at both lines of support, there from kick-off on",
    "rescue": "eight remedies used on several days in the life of each programme that fails, on a branch of it",
    "variance": "each draw of the inputs again, with other noise",
    "decide": "the plans that the decision names",
    "sensitivity": "one uncertain input moved at a time, or all of them at once, as its section says",
    "worth": "the decision with more knowledge, as its section says",
}
"""What analyses simulate beside the plan as it is."""
DIAGRAM: Final = (
    (("Pilot", "invited users, curated data, experts answer"),),
    (("Funding gate", "reads the pilot"), ("Budget and sponsor", "review, renew, shelve"), ("Gates", "go, hold, stop")),
    (("Integration", "systems, stages, reviewers"), ("Training", "before go-live"), ("Roll-out", "sites by phases")),
    (
        ("Users", "onboarded, active, reverted, lost"),
        ("The AI system", "accuracy by data, decay, shocks"),
        ("Edge cases", "met, reported, repaired"),
    ),
    (("Support", "tiers 1 and 2, in shifts"), ("Data science team", "tier 3, retraining, repairs, data")),
    (("Value and cost", "weekly, by category"), ("Success", "criteria hold, and still hold at the end")),
)
PASSES: Final = (
    "what it showed",
    "go, and money",
    "sites that go live",
    "tickets, repair jobs, lost trust",
    "right answers, errors, hours worked",
)


class Item(NamedTuple):
    """An item of the guidelines: its section, number and name, what is told in paragraphs, and its diagram if any."""

    part: str
    number: str
    name: str
    told: str
    diagram: Markup | None = None


def statement(result: Result, manifest: Manifest, asked: Sequence[str]) -> tuple[Item, ...]:
    """All 24 items for a run, and for the analyses that were asked beside it."""
    scenario = result.scenario
    return (
        *_objectives(result, asked),
        *_logic(scenario, asked),
        *_components(scenario),
        *_data(scenario),
        *_experiment(result),
        *_implementation(result, manifest),
    )


def _objectives(result: Result, asked: Sequence[str]) -> list[Item]:
    part, scenario = "Objectives", result.scenario
    about = f" The plan: {' '.join(scenario.description.split())}" if scenario.description.strip() else ""
    measures = [name for name in REPLICATIONS if name in result.records.measures]
    aims = f"One plan as it stands, {scenario.name}: what becomes of it if nothing is changed."
    if asked:
        aims += f" Beside it, with the same seed: {'; '.join(KINDS_OF_QUESTIONS[name] for name in asked)}."
    return [
        Item(part, "1.1", "Purpose of the model",
            "To tell, before a roll-out is funded, how likely an AI system whose pilot worked is still used, still "
            f"right and still supported at scale, by when, at what cost, and what would stop it.{about}"),
        Item(part, "1.2", "Model outputs",
            f"{len(measures):,} measures of each programme and {len(WEEKLY):,} of each week, defined in "
            "docs/measures.md. Success: the programme reaches scale (its criteria hold for "
            f"{_plain(scenario.success.sustained_weeks)} weeks in a row) and still meets them in the last quarter. "
            f"Criteria: {_criteria(scenario)}.\n"
            "Tasks, right answers and errors enter by their expected rates, integrated; noticed errors, tickets and "
            "changes of state are counted. Intervals: shares by Wilson's method, means by Student's t, quantiles by "
            "order statistics, all 95%."),
        Item(part, "1.3", "Experimentation aims", aims),
    ]  # fmt: skip


def _logic(scenario: Scenario, asked: Sequence[str]) -> list[Item]:
    part = "Logic"
    words = (
        "From the pilot through funding, integration and roll-out to users, support, value and success. "
        + " ".join(
            f"Then, with {passes}: {', '.join(head for head, _ in row)}."
            for passes, row in zip(PASSES, DIAGRAM[1:], strict=True)
        )
    )
    scenarios = (
        "What was asked beside the plan differs from it as 1.3 says: in numbers or switches of the scenario, or in "
        "what is done while a replication runs (gates let through, remedies). Rules are the same, and so is the luck "
        "(common random numbers) but where 1.3 says that it is other; checks on fresh replications have another seed."
    )
    return [
        Item(part, "2.1", "Base model overview diagram", "", boxes(DIAGRAM, PASSES, words)),
        Item(part, "2.2", "Base model logic",
            "The pilot is the first phase of the simulated programme. A funding gate reads it; sites then go live in "
            "phases, each behind its gate, when the systems that they need are live or on their date with data carried "
            "by hand. Users try the system, trust it by what they meet (a Beta update with forgetting), go back to "
            "their old ways after errors and late answers, return, or are lost. Errors, questions, outages and "
            "hand-carried data open tickets; people in shifts answer them, and the data science team answers the "
            "rest, retrains, repairs and mends data out of one pool. The sponsor reviews value seen against value "
            "planned, and budgets are renewed or not. docs/model.md has every rule with its formula and source."),
        Item(part, "2.3", "Scenario logic",
            scenarios if asked else "Does not apply, because no other scenario was asked beside the plan."),
        Item(part, "2.4", "Algorithms",
            "Hazards that change at known instants carry their unit-rate residual over (modified next reaction "
            "method, Anderson 2007); edge cases follow two-parameter Poisson-Dirichlet (Pitman-Yor) processes; trust "
            "is updated as by Guo and Yang (2020); decisions at gates and reviews, triage and the order of the data "
            "science team's work are rules of the scenario. Each rule is one function in simulator/model, which both "
            "engines call."),
    ]  # fmt: skip


def _components(scenario: Scenario) -> list[Item]:
    part = "Logic"
    users = math.fsum(site.users.mean for site in scenario.sites)
    systems, tiers = scenario.integration.systems, scenario.support.tiers
    stages = sum(len(system.stages) for system in systems)
    gates = 0 if scenario.rollout is None else len(scenario.rollout.gates)
    phases = 0 if scenario.rollout is None else len(scenario.rollout.phases)
    people = f"{_plain(tiers.tier1.agents.mean)} in tier 1 and {_plain(tiers.tier2.agents.mean)} in tier 2"
    return [
        Item(part, "2.5", "Components",
            f"Entities (2.5.1): {users:,.0f} users as individuals at {_several(len(scenario.sites), 'site')}, in "
            f"{_several(len(scenario.users.segments), 'segment')}; tickets; types of edge cases; jobs of the data "
            f"science team; {_several(len(systems), 'system')} with {_several(stages, 'stage')}.\n"
            f"Activities (2.5.2): tasks, questions, trying, reverting, returning; triage and handling of tickets; "
            f"retraining, repairs, remediation; stages of integration; training; {_several(phases, 'phase')} and "
            f"{_several(gates, 'gate')} beside that of funding; reviews.\n"
            f"Resources (2.5.3), on the mean at kick-off: support agents, {people}; "
            f"{_plain(scenario.data_science_team.members.mean)} data scientists; "
            f"{_plain(scenario.integration.reviewers.mean)} reviewers and "
            f"{_plain(scenario.integration.engineers.mean)} engineers of integration; training places. Agents work in "
            "shifts, are hired, ramp up and leave.\n"
            "Queues (2.5.4): tickets at each tier, first in first out, unlimited, left by those whose patience ends; "
            "work of the data science team by class in the order of the scenario, first in first out within a class, "
            "not preempted within a slice; stages that wait for reviewers or engineers; users who wait for training.\n"
            "Entry and exit (2.5.5): users are there from kick-off and are replaced at the staff turnover; tickets "
            "enter as they arise and leave solved, abandoned or cancelled; the programme ends at the horizon, or winds "
            "down after it is shelved or stopped."),
    ]  # fmt: skip


def _data(scenario: Scenario) -> list[Item]:
    part = "Data"
    stated = [one for one in numbers(scenario) if not one.path.startswith("levers.")]
    sourced = sum(one.note.source is not None for one in stated)
    sources = [" ".join(text.split()) for text in scenario.sources]
    observed = scenario.pilot is not None and scenario.pilot.observed is not None
    listed = f" The plan names: {'; '.join(sources)}." if sources else ""
    return [
        Item(part, "3.1", "Data sources",
            f"{sourced:,} of {len(stated):,} numbers have a source beside them; the uncertain ones, and those that are "
            f"assumed, stand in the ledger of this page.{listed}"),
        Item(part, "3.2", "Pre-processing",
            "Percentiles become a distribution that meets them exactly (metalog, Keelin 2016; two half normals where "
            "none is feasible), within the limits of the field. "
            + ("The pilot that was observed weights replications by how likely its readings are in each."
               if observed else "No data were fitted for this run: no observed pilot is stated.")),
        Item(part, "3.3", "Input parameters",
            f"{len(stated):,} numbers, in the file that docs/fields.md describes; {len(uncertain_inputs(scenario)):,} "
            "are drawn once in each replication. The manifest holds all of them as they were used."),
        Item(part, "3.4", "Assumptions",
            f"{len(stated) - sourced:,} numbers stand without a source. What the model leaves out: daylight saving, "
            "holidays but what a season says, no competition between programmes, no learning of the organisation but "
            "what the scenario states; docs/model.md and docs/validation.md tell which mechanisms rest on weak "
            "evidence, and what the model misses."),
    ]  # fmt: skip


def _experiment(result: Result) -> list[Item]:
    part, scenario, size = "Experimentation", result.scenario, result.effective_sample_size
    start = f"{scenario.start_date.day} {scenario.start_date:%B %Y}"
    inputs = "each drawn by itself" if result.design == "random" else "on a scrambled Sobol’ sequence"
    weighted = "" if size is None else f", weighted by the pilot that was observed (worth {size:,.0f} that count alike)"
    return [
        Item(part, "4.1", "Initialisation",
            "Terminating: every replication begins at kick-off with an empty system, without warm-up. Nothing is "
            "discarded."),
        Item(part, "4.2", "Run length",
            f"{scenario.horizon_weeks:,} weeks from Monday of the week of {start}."),
        Item(part, "4.3", "Estimation approach",
            f"{result.replications_done:,} replications (Monte Carlo over uncertain inputs and chance together), their "
            f"inputs {inputs}{weighted}. Plans are compared replication by replication, with the same luck."),
    ]  # fmt: skip


def _implementation(result: Result, manifest: Manifest) -> list[Item]:
    part, versions = "Implementation", manifest.versions
    listed = ", ".join(f"{name} {value}" for name, value in versions.items() if value and name in LIBRARIES)
    system = f"{versions.get('system')} on {versions.get('machine')}, Python {versions.get('python')}"
    jobs = f"{manifest.jobs} replication{'' if manifest.jobs == 1 else 's'} at a time"
    names = ", ".join(manifest.callbacks)
    steered = f" Python functions took part, which no file holds: {names}." if names else ""
    return [
        Item(part, "5.1", "Software or programming language",
            f"scaleup-simulator {versions.get('scaleup-simulator')}, in Python; {listed}."),
        Item(part, "5.2", "Random sampling",
            f"Philox4x64-10 (Salmon et al. 2011), base seed {manifest.seed}: a draw is a function of seed, "
            "replication, named stream and position only, so that replications are independent, plans share their "
            "luck, and each replication can be repeated alone. Variates by inversion."),
        Item(part, "5.3", "Model execution",
            f"The {manifest.engine} engine: next event, with piecewise constant rates; ties by a stated order of kinds "
            f"of events. {jobs[:1].upper()}{jobs[1:]}. A second engine gives the same digits.{steered}"),
        Item(part, "5.4", "System specification",
            f"{system}; {written(manifest.wall_seconds, COUNT)} seconds for {manifest.replications:,} replications."),
        Item("Code access", "6.1", "Computer model sharing statement",
            "The code is open (MIT licence): the package scaleup-simulator, with documentation, tests and scenarios. "
            f"Hash of the simulation's code: {versions.get('simulation code')}; of the plan: "
            f"{result.scenario.hash}."),
    ]  # fmt: skip


LIBRARIES: Final = ("numpy", "numba", "scipy", "simpy", "pyarrow", "pydantic")


def _criteria(scenario: Scenario) -> str:
    told = []
    for one in scenario.success.criteria:
        side, level = ("at least", one.at_least) if one.at_least is not None else ("at most", one.at_most)
        words = WEEKLY[one.measure].words if one.measure in WEEKLY else one.measure
        told.append(f"{words} {side} {'–' if level is None else _plain(level.mean)}")
    return "; ".join(told)


def _several(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:.3g}"
