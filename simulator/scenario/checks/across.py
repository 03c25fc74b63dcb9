"""Checks across the sections of a scenario, each a small function."""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from simulator.scenario.checks.correlations import correlations_fit
from simulator.scenario.checks.prerequisites import prerequisites_fit
from simulator.scenario.numbers.mix import Mix
from simulator.scenario.numbers.number_kinds import MOST_PEOPLE
from simulator.scenario.numbers.quantity import Quantity
from simulator.scenario.sections.success import WeekRange
from simulator.scenario.text.problems import Finding, Location, listed, nearest

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario

MOST_USERS: Final = 1_000_000
"""Most users of all sites together (means of uncertain numbers)."""


def check(scenario: "Scenario") -> list[Finding]:
    """Everything that is wrong between sections."""
    return [finding for rule in RULES for finding in rule(scenario)]


def plan_is_there(scenario: "Scenario") -> Iterator[Finding]:
    """Pilot and roll-out may be left out only where users are there from the start."""
    if not scenario.users.in_place:
        for key in ("pilot", "rollout"):
            if getattr(scenario, key) is None:
                needed = "needed: this section, unless users.initially_active or users.initially_onboarded is true"
                yield Finding((key,), "missing", needed)


def users_within_limit(scenario: "Scenario") -> Iterator[Finding]:
    """All sites together have a limit."""
    total = math.fsum(site.users.mean for site in scenario.sites)
    if total > MOST_USERS:
        yield Finding(("sites",), f"found {total:,.0f} users in all", f"allowed: at most {MOST_USERS:,}")


def people_within_limit(scenario: "Scenario") -> Iterator[Finding]:
    """Each tier has a limit, hires included."""
    for name in ("tier1", "tier2"):
        tier = getattr(scenario.support.tiers, name)
        total = tier.agents.mean + math.fsum(hiring.agents.mean for hiring in tier.hiring)
        if total > MOST_PEOPLE:
            at = ("support", "tiers", name, "hiring")
            yield Finding(at, f"found {total:,.0f} people in all", f"allowed: at most {MOST_PEOPLE:,} in a tier")


def sites_exist(scenario: "Scenario") -> Iterator[Finding]:
    """Pilot, phases and systems name sites."""
    names = [site.name for site in scenario.sites]
    named: list[tuple[tuple[str | int, ...], str]] = []
    if scenario.pilot:
        named += [(("pilot", "sites", i), name) for i, name in enumerate(scenario.pilot.sites)]
    for phase in scenario.rollout.phases if scenario.rollout else ():
        named += [(("rollout", "phases", phase.name, "sites", i), name) for i, name in enumerate(phase.sites)]
    for system in scenario.integration.systems:
        at_sites = ("integration", "systems", system.name, "sites")
        named += [((*at_sites, i), name) for i, name in enumerate(system.sites or ())]
    for at, name in named:
        if name not in names:
            yield Finding(at, f'found "{name}", which is no site', f"allowed: {listed(names)}", nearest(name, names))


def each_site_in_one_phase(scenario: "Scenario") -> Iterator[Finding]:
    """Every site is in exactly one phase."""
    if scenario.rollout is None:
        return
    counts = Counter(name for phase in scenario.rollout.phases for name in phase.sites)
    absent = [site.name for site in scenario.sites if not counts[site.name]]
    if absent and not scenario.users.in_place:
        found = f"found no phase for {listed(absent)}"
        yield Finding(("rollout", "phases"), found, "allowed: every site in exactly one phase")
    seen: dict[str, str] = {}
    for phase in scenario.rollout.phases:
        for i, name in enumerate(phase.sites):
            if name in seen:
                found = f'found "{name}", which is in phase {seen[name]} too'
                at = ("rollout", "phases", phase.name, "sites", i)
                yield Finding(at, found, "allowed: every site in exactly one phase")
            seen.setdefault(name, phase.name)


def gates_fit_phases(scenario: "Scenario") -> Iterator[Finding]:
    """A gate stands before a phase that exists, no two before the same, and each has a name of its own."""
    if scenario.rollout is None:
        return
    phases = [phase.name for phase in scenario.rollout.phases]
    funding = scenario.rollout.funding_gate
    taken: dict[str, str] = {}
    for gate in scenario.rollout.gates:
        at = ("rollout", "gates", gate.name)
        if gate.phase not in phases:
            found = f'found "{gate.phase}", which is no phase'
            yield Finding((*at, "phase"), found, f"allowed: {listed(phases)}", nearest(gate.phase, phases))
        elif gate.phase in taken:
            found = f'found "{gate.phase}", which has the gate {taken[gate.phase]} already'
            yield Finding((*at, "phase"), found, "allowed: at most one gate for a phase")
        taken.setdefault(gate.phase, gate.name)
        if funding is not None and gate.name == funding.name:
            found = f'found name "{gate.name}", which is that of the funding gate'
            yield Finding((*at, "name"), found, "allowed: each name once")


def remediation_is_possible(scenario: "Scenario") -> Iterator[Finding]:
    """A gate that sends for remediation needs to know how it is done."""
    if scenario.rollout is None or scenario.ai.remediation is not None:
        return
    first = scenario.rollout.funding_gate
    gates = [(("rollout", "gates", gate.name), gate.on_hold) for gate in scenario.rollout.gates]
    for at, on_hold in [*([(("rollout", "funding_gate"), first.on_hold)] if first else []), *gates]:
        if on_hold.remediate:
            yield Finding(
                (*at, "on_hold", "remediate"),
                "found true without ai.remediation",
                "allowed: false, or add ai.remediation",
            )


def stages_have_people(scenario: "Scenario") -> Iterator[Finding]:
    """A stage that needs somebody of a team needs a team with people."""
    integration = scenario.integration
    if integration.ideal:
        return
    for system in integration.systems:
        for stage in system.stages:
            if stage.team is None or getattr(integration, stage.team).mean > 0.0:
                continue
            at = ("integration", stage.team)
            found = (
                f"found {getattr(integration, stage.team)}, but stage {stage.name} of {system.name} needs one of them"
            )
            yield Finding(at, found, "allowed: above 0 (mean)")
            return


def nothing_waits_for_a_plan(scenario: "Scenario") -> Iterator[Finding]:
    """Where users are there from the start, there is no programme that could have gates, systems or training."""
    users, rollout = scenario.users, scenario.rollout
    if not users.in_place:
        return
    key = "initially_active" if users.initially_active else "initially_onboarded"
    planned: list[tuple[Location, bool]] = [
        (("integration", "systems"), bool(scenario.integration.systems)),
        (("change_programme", "training"), scenario.change_programme.training is not None),
        (("support", "planning"), scenario.support.planning == "from_pilot"),
    ]
    if rollout is not None:
        planned += [
            (("rollout", "funding_gate"), rollout.funding_gate is not None),
            (("rollout", "gates"), bool(rollout.gates)),
            (("rollout", "sponsor"), rollout.sponsor is not None),
            (("rollout", "budget"), rollout.budget is not None),
        ]
    for at, there in planned:
        if there:
            found = f"found {at[-1]} beside users.{key}: true"
            yield Finding(at, found, "allowed: only with a programme, which begins with a pilot and a roll-out")


def ideal_has_a_pilot(scenario: "Scenario") -> Iterator[Finding]:
    """Ideal means as in the pilot, so that there has to be one."""
    if scenario.pilot is not None or not scenario.users.in_place:
        return
    ideal: list[tuple[Location, bool]] = [
        (("ai", "data_quality", "ideal"), scenario.ai.data_quality.ideal),
        (("edge_cases", "ideal"), scenario.edge_cases.ideal),
        (("change_programme", "ideal"), scenario.change_programme.ideal),
        (("support", "ideal"), scenario.support.ideal),
    ]
    for at, there in ideal:
        if there:
            yield Finding(at, "found true without a pilot", "allowed: false, or add the section pilot")


def observed_pilot_is_simulated(scenario: "Scenario") -> Iterator[Finding]:
    """What a pilot showed can only be compared with a pilot that is simulated."""
    if scenario.users.in_place and scenario.pilot is not None and scenario.pilot.observed is not None:
        found = "found readings where users are there from the start, so that no pilot is simulated"
        yield Finding(("pilot", "observed"), found, "allowed: null")


def segments_exist(scenario: "Scenario") -> Iterator[Finding]:
    """Mixes name segments."""
    names = [segment.name for segment in scenario.users.segments]
    mixes: list[tuple[tuple[str, ...], Mix]] = [
        (("sites", site.name, "segments"), site.segments) for site in scenario.sites if site.segments
    ]
    if scenario.pilot and "segments" in scenario.pilot.model_fields_set:
        mixes.append((("pilot", "segments"), scenario.pilot.segments))
    elif scenario.pilot and any(name not in names for name in scenario.pilot.segments):  # nobody wrote the default
        needed = f"needed: who is invited, where no segment is called {listed(list(scenario.pilot.segments))}"
        yield Finding(("pilot", "segments"), "missing", f"{needed}; allowed: a mix of {listed(names)}")
    for at, mix in mixes:
        for name in mix:
            if name not in names:
                found = f'found "{name}", which is no segment of users.segments'
                yield Finding((*at, name), found, f"allowed: {listed(names)}", nearest(name, names))


def weeks_fit(scenario: "Scenario") -> Iterator[Finding]:
    """Weeks lie within the horizon."""
    horizon = scenario.horizon_weeks
    success = scenario.success
    weeks: list[tuple[tuple[str, ...], int, int]] = [
        (("success", "measure_from_week"), success.measure_from_week, horizon - 1),
    ]
    if "sustained_weeks" in success.model_fields_set:  # nobody is blamed for a default
        weeks.append((("success", "sustained_weeks"), success.sustained_weeks, horizon))
    if scenario.pilot:
        weeks.append((("pilot", "weeks"), scenario.pilot.weeks, horizon))
    if isinstance(success.measure_window, WeekRange):
        weeks.append((("success", "measure_window", "to_week"), success.measure_window.to_week, horizon - 1))
    for at, week, most in weeks:
        if week > most:
            yield Finding(at, f"found number {week}", f"allowed: at most {most} (horizon_weeks is {horizon})")


def edge_case_shares_fit(scenario: "Scenario") -> Iterator[Finding]:
    """Edge cases of a site are no more than its tasks, as far as numbers are certain."""
    cases = scenario.edge_cases
    organisation = _certain(cases.organisation.share if cases.organisation else None)
    local = _certain(cases.site.share if cases.site else None)
    season = max((_certain(season.edge_case_share) for season in scenario.seasons), default=0.0)
    for site in scenario.sites:
        total = organisation + local * _certain(site.local_variety) + season
        if total > 1.0 + 1e-9:
            found = (
                f"found edge cases of {total:.6g} of the tasks of {site.name} (organisation + site * variety + season)"
            )
            yield Finding(("sites", site.name), found, "allowed: at most 1")


def season_family_is_there(scenario: "Scenario") -> Iterator[Finding]:
    """A season with edge cases needs their family."""
    if scenario.edge_cases.season is None:
        for season in scenario.seasons:
            if season.edge_case_share.high > 0.0:
                found = f"found {season.edge_case_share} without edge_cases.season"
                yield Finding(
                    ("seasons", season.name, "edge_case_share"), found, "allowed: 0, or add edge_cases.season"
                )


def concentrations_fit(scenario: "Scenario") -> Iterator[Finding]:
    """A Pitman-Yor process needs a concentration above minus its discount."""
    for key in ("organisation", "site", "season"):
        family = getattr(scenario.edge_cases, key)
        if family is None:
            continue
        least, limit = family.concentration.low, -family.discount.low
        if least < limit or (least == limit and family.concentration.certain and family.discount.certain):
            found = f"found concentration {family.concentration}"
            allowed = f"allowed: above minus the discount, {limit:g}"
            yield Finding(("edge_cases", key, "concentration"), found, allowed)


def levers_lead_somewhere(scenario: "Scenario") -> Iterator[Finding]:
    """Lever paths are paths of numbers, and their ends are allowed there."""
    from simulator.scenario.checks.levers import lever_findings

    return lever_findings(scenario)


def _certain(quantity: Quantity | None) -> float:
    return quantity.value if quantity is not None and quantity.certain else 0.0


RULES: Final[tuple[Callable[["Scenario"], Iterator[Finding]], ...]] = (
    plan_is_there,
    users_within_limit,
    people_within_limit,
    sites_exist,
    each_site_in_one_phase,
    gates_fit_phases,
    remediation_is_possible,
    prerequisites_fit,
    stages_have_people,
    nothing_waits_for_a_plan,
    ideal_has_a_pilot,
    observed_pilot_is_simulated,
    segments_exist,
    weeks_fit,
    edge_case_shares_fit,
    season_family_is_there,
    concentrations_fit,
    levers_lead_somewhere,
    correlations_fit,
)
