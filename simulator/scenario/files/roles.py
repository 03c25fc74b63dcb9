"""Who is in a role: how an overlay speaks of sites, systems, phases and segments that it does not know by name."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from simulator.scenario.numbers.forms import plain_number

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario
    from simulator.scenario.sections.people import Site

Members = Callable[["Scenario"], list[str]]
"""The names of those in a role, in the order of the scenario."""
DIGITS: Final = 12
"""Decimals of shares that are worked out, so that 1 - 0.7 - 0.22 is 0.08."""


def pilot_sites(scenario: "Scenario") -> list[str]:
    """The sites of the pilot."""
    return list(scenario.pilot.sites) if scenario.pilot else []


def other_sites(scenario: "Scenario") -> list[str]:
    """The sites that are not in the pilot."""
    return [site.name for site in scenario.sites if site.name not in pilot_sites(scenario)]


def last_sites(scenario: "Scenario") -> list[str]:
    """The sites of the phase that is planned last."""
    phases = scenario.rollout.phases if scenario.rollout else ()
    return [name for phase in phases if phase.name in phase_at(1.0)(scenario) for name in phase.sites]


def best_data_first(scenario: "Scenario", names: Iterable[str]) -> list[str]:
    """Names of sites by the mean of their data quality, the best first."""

    def quality(name: str) -> float:
        return -scenario.site(name).data_quality.mean

    return sorted(names, key=quality)


def worst_data(scenario: "Scenario") -> list[str]:
    """The site with the worst data."""
    return best_data_first(scenario, (site.name for site in scenario.sites))[-1:]


def representative_sites(scenario: "Scenario") -> list[str]:
    """Three unlike sites: the best data of the pilot's, and middling and the worst data of the others."""
    others = best_data_first(scenario, other_sites(scenario))
    worst, better = others[-1:], others[:-1]
    return best_data_first(scenario, pilot_sites(scenario))[:1] + better[len(better) // 2 :][:1] + worst


def foundation_systems(scenario: "Scenario") -> list[str]:
    """The systems for which others wait, or all where none waits."""
    systems = scenario.integration.systems
    waited_for = {name for system in systems for name in system.after}
    return [system.name for system in systems if system.name in waited_for or not waited_for]


def other_systems(scenario: "Scenario") -> list[str]:
    """The systems for which no other waits, where some are waited for."""
    foundation = foundation_systems(scenario)
    return [system.name for system in scenario.integration.systems if system.name not in foundation]


def phase_at(share: float) -> Members:
    """The phase that stands so far in the order of planned dates: 0 the first, 1 the last."""

    def members(scenario: "Scenario") -> list[str]:
        phases = sorted(scenario.rollout.phases if scenario.rollout else (), key=lambda phase: phase.week.mean)
        return [phases[int(share * (len(phases) - 1))].name] if phases else []

    return members


def by_engagement(scenario: "Scenario") -> list[str]:
    """The segments, those first who start by themselves the soonest, and then those who trust most."""
    segments = scenario.users.segments
    return [s.name for s in sorted(segments, key=lambda s: (-s.onset_per_week.mean, -s.initial_trust.mean))]


ROLES: Final[Mapping[tuple[str, ...], Mapping[str, Members]]] = {
    ("sites",): {
        "pilot": pilot_sites,
        "not-pilot": other_sites,
        "last": last_sites,
        "worst-data": worst_data,
        "representative": representative_sites,
    },
    ("users", "segments"): {
        "most-engaged": lambda scenario: by_engagement(scenario)[:1],
        "least-engaged": lambda scenario: by_engagement(scenario)[-1:],
    },
    ("integration", "systems"): {"foundation": foundation_systems, "not-foundation": other_systems},
    ("rollout", "phases"): {"first": phase_at(0.0), "middle": phase_at(0.5), "last": phase_at(1.0)},
}
"""By the path of a named list: its roles, beside ``all``, which any named list has."""
ALL: Final = "all"


def workforce(scenario: "Scenario", names: Iterable[str]) -> dict[str, int | float]:
    """The mix of some segments, in the proportions of the workforce."""
    chosen = {s.name: s.share for s in scenario.users.segments if s.name in list(names)}
    total = sum(chosen.values())
    return {name: rounded(share / total) for name, share in chosen.items()} if total > 0.0 else {}


def mix_of(scenario: "Scenario", site: "Site | None") -> dict[str, float]:
    """The shares of all segments at a site, or in the workforce."""
    own = site.segments if site else None
    return {s.name: s.share if own is None else own.get(s.name, 0.0) for s in scenario.users.segments}


def mixed_by_role(
    mix: Mapping[str, float], most: str, least: str, shares: Mapping[str, float | None]
) -> dict[str, int | float]:
    """A mix in which some roles have the shares that are given, None meaning its share as it was.

    The others divide what is left as they did before, and where there are no others, those in the roles do. A share
    that is kept gives way where it would carry the sum past 1.
    """
    names = {"most-engaged": most, "least-engaged": least}
    given = {names[role]: share for role, share in shares.items() if share is not None}
    left = 1.0 - sum(given.values())
    given |= {names[role]: min(mix[names[role]], left) for role, share in shares.items() if share is None}
    others = {name: share for name, share in mix.items() if name not in given}
    left, total = 1.0 - sum(given.values()), sum(others.values())
    if not others:
        whole = sum(given.values())
        return {name: rounded(given[name] / whole) for name in mix}
    return {
        name: rounded(given[name] if name in given else left * (share / total if total else 1.0 / len(others)))
        for name, share in mix.items()
    }


def rounded(share: float) -> int | float:
    """A share without what arithmetic leaves behind its last digit."""
    return plain_number(round(share, DIGITS))
