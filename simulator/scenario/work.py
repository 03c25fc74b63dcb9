"""An estimate of the work before a run, and the refusal beyond stated limits."""

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from simulator.scenario.measures import WEEKLY
from simulator.scenario.people import Site
from simulator.scenario.problems import Problem, ScenarioError

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario

SECONDS_PER_EVENT: Final = 120e-9
MOST_REPLICATIONS: Final = 10_000_000
MOST_EVENTS: Final = 2e9
"""Most expected events of a replication (about four minutes)."""
MOST_SECONDS: Final = 30 * 86_400.0
"""Most expected time of all replications on one core (30 days)."""
MOST_MEMORY: Final = 32e9
"""Most bytes of results and state."""
BYTES_PER_USER: Final = 200
EVENTS_PER_TICKET: Final = 6.0
"""Opened, triaged, started and finished at one to two tiers."""
EVENTS_PER_USER: Final = 8.0
"""Onboarding, onset, learning, and some reverting and returning."""
EVENTS_PER_WEEK: Final = 300.0
"""Calendar instants: hours of shifts and work, days, weekly samples."""
UNHANDLED: Final = 0.5
"""Share of edge cases that meet an unhandled type."""


class Work(NamedTuple):
    """Expected work of a run, from means; rough, and on the high side, as it lets all live users be active."""

    users: int
    tasks: float
    """Tasks in a replication."""
    events: float
    """Events in a replication."""
    seconds: float
    """Time of all replications on one core of the compiled engine."""
    memory_bytes: float
    """Results of all replications and the state of one."""


def estimate_work(scenario: "Scenario", replications: int) -> Work:
    """The expected work of a number of replications; raises ScenarioError beyond the limits."""
    if type(replications) is not int or replications < 1:
        raise _refused("replications", f"found {replications!r}", "allowed: a whole number, at least 1")
    if replications > MOST_REPLICATIONS:
        raise _refused("replications", f"found {replications:,}", f"allowed: at most {MOST_REPLICATIONS:,}")
    people = scenario.users
    live = live_weeks(scenario)
    users = tasks = active_weeks = noticed = edge = 0.0
    volume = max((season.volume.mean for season in scenario.seasons), default=1.0)
    for site in scenario.sites:
        size = site.users.mean
        rate = (site.tasks_per_user_week or people.tasks_per_user_week).mean
        users += size
        active_weeks += size * live[site.name]
        done = size * live[site.name] * rate * max(1.0, volume)
        tasks += done
        noticed += done * (1.0 - _accuracy(scenario, site)) * people.notice_probability.mean
        edge += done * _edge_share(scenario, site) * UNHANDLED
    support = scenario.support
    tickets = noticed * support.tickets_per_noticed_error.mean
    tickets += active_weeks * support.how_to_per_user_week.mean
    tickets += users * people.learning_weeks.mean * support.how_to_per_new_user_week.mean
    events = noticed + edge + EVENTS_PER_TICKET * tickets + EVENTS_PER_USER * users
    events += EVENTS_PER_WEEK * scenario.horizon_weeks
    seconds = replications * events * SECONDS_PER_EVENT
    row = 8.0 * (scenario.horizon_weeks * (len(WEEKLY) + 2) + 6 * len(scenario.sites) + 100)
    memory = users * BYTES_PER_USER + replications * row
    for value, most, what in (
        (events, MOST_EVENTS, "events in a replication"),
        (seconds, MOST_SECONDS, "seconds on one core"),
        (memory, MOST_MEMORY, "bytes"),
    ):
        if value > most:
            found = f"found work of about {value:,.0f} {what}"
            raise _refused(
                "", found, f"allowed: at most {most:,.0f}; fewer replications, users or tasks, or a shorter horizon"
            )
    return Work(round(users), tasks, events, seconds, memory)


def live_weeks(scenario: "Scenario") -> dict[str, float]:
    """Weeks that the users of each site can be active, by the planned dates."""
    horizon = float(scenario.horizon_weeks)
    if scenario.users.initially_active or scenario.rollout is None:
        return {site.name: horizon for site in scenario.sites}
    funded = scenario.rollout.funding_delay_weeks.mean + (scenario.pilot.weeks if scenario.pilot else 0)
    start = {name: funded + phase.week.mean for phase in scenario.rollout.phases for name in phase.sites}
    return {site.name: max(0.0, horizon - start.get(site.name, 0.0)) for site in scenario.sites}


def _accuracy(scenario: "Scenario", site: Site) -> float:
    """A guess of a site's accuracy on all tasks: without decay, with edge cases answered wrong."""
    ai = scenario.ai
    lost = ai.data_quality_sensitivity.mean * (1.0 - site.data_quality.mean)
    familiar = max(ai.accuracy_floor.mean, ai.reference_accuracy.mean * (1.0 - lost))
    return familiar * (1.0 - _edge_share(scenario, site))


def _edge_share(scenario: "Scenario", site: Site) -> float:
    cases = scenario.edge_cases
    share = cases.organisation.share.mean if cases.organisation else 0.0
    share += cases.site.share.mean * site.local_variety.mean if cases.site else 0.0
    share += math.fsum(season.edge_case_share.mean for season in scenario.seasons) if cases.season else 0.0
    return min(1.0, share)


def _refused(path: str, found: str, allowed: str) -> ScenarioError:
    return ScenarioError([Problem(path, found, allowed)])
