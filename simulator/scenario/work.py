"""An estimate of the work before a run, and the refusal beyond stated limits."""

import datetime
import math
from typing import TYPE_CHECKING, Final, NamedTuple

from simulator.scenario.ai import Season
from simulator.scenario.measures import WEEKLY
from simulator.scenario.people import Site
from simulator.scenario.problems import Problem, ScenarioError

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario

SECONDS_PER_EVENT: Final = 200e-9
MOST_REPLICATIONS: Final = 10_000_000
MOST_EVENTS: Final = 2e9
"""Most expected events of a replication (about seven minutes)."""
MOST_SECONDS: Final = 30 * 86_400.0
"""Most expected time of all replications on one core (30 days)."""
MOST_MEMORY: Final = 32e9
"""Most bytes of results and state."""
BYTES_PER_USER: Final = 200
ACTIVE: Final = 0.5
"""Share of the users of a live site who are active, on average over its life."""
EVENTS_PER_TICKET: Final = 6.0
"""Opened, then started, worked and solved, passed on or given up, at one to two tiers."""
EVENTS_PER_USER: Final = 4.0
"""Onset, learning, and some reverting and returning."""
EVENTS_PER_WEEK: Final = 60.0
"""Shifts that begin and end, and the week itself."""
WEEKS_PER_YEAR: Final = 52.0
UNHANDLED: Final = 0.35
"""Share of edge cases that meet an unhandled type."""


class Work(NamedTuple):
    """Expected work of a run, from means; rough."""

    users: int
    tasks: float
    """Tasks in a replication."""
    events: float
    """Events in a replication."""
    seconds: float
    """Time of all replications on one core of the compiled engine."""
    memory_bytes: float
    """Results of all replications and the state of one."""


class Limits(NamedTuple):
    """The most work that a run may be; `where` says in messages where it holds, such as "on this server"."""

    events: float = MOST_EVENTS
    """Expected events of a replication."""
    seconds: float = MOST_SECONDS
    """Expected time of all replications on one core."""
    memory_bytes: float = MOST_MEMORY
    """Results and state."""
    replications: int = MOST_REPLICATIONS
    where: str = ""


def estimate_work(scenario: "Scenario", replications: int, limits: Limits = Limits()) -> Work:  # noqa: B008 - frozen
    """The expected work of a number of replications; raises ScenarioError beyond the limits.

    The count of events is calibrated against the mean measure `events` of the shipped scenarios (40 replications,
    seed 1): 163,000 of `retail-chatbot`, 158,000 of `manufacturing-12-plants`. It is meant to be right within a factor
    of two where users come and go as they do there. Seconds are those of the compiled engine at 200 ns an event.
    """
    if type(replications) is not int or replications < 1:
        raise _refused("replications", f"found {replications!r}", "allowed: a whole number, at least 1")
    where = f" {limits.where}" if limits.where else ""
    if replications > limits.replications:
        raise _refused("replications", f"found {replications:,}", f"allowed: at most {limits.replications:,}{where}")
    people = scenario.users
    live = live_weeks(scenario)
    by_hand = hand_carried_weeks(scenario)
    active = 1.0 if people.initially_active else ACTIVE
    users = tasks = active_weeks = noticed = edge = days = carried = carried_weeks = 0.0
    volume = _mean_volume(scenario)
    for site in scenario.sites:
        size = site.users.mean
        rate = (site.tasks_per_user_week or people.tasks_per_user_week).mean
        users += size
        active_weeks += active * size * live[site.name]
        carried_weeks += by_hand[site.name]
        carried += active * size * by_hand[site.name] * scenario.integration.hand_carried.tickets_per_user_week.mean
        days += live[site.name] * len((site.working_hours or people.working_hours).days)
        done = active * size * live[site.name] * rate * volume
        tasks += done
        noticed += done * _wrong_share(scenario, site) * people.notice_probability.mean
        edge += done * _edge_share(scenario, site) * UNHANDLED
    support = scenario.support
    tickets = noticed * support.tickets_per_noticed_error.mean
    tickets += active_weeks * support.how_to_per_user_week.mean
    tickets += carried + _outage_tickets(scenario, active_weeks)
    tickets += users * people.learning_weeks.mean * support.how_to_per_new_user_week.mean
    events = noticed + edge + EVENTS_PER_TICKET * tickets + EVENTS_PER_USER * users
    events += EVENTS_PER_USER * users * people.turnover_per_year.mean * scenario.horizon_weeks / WEEKS_PER_YEAR
    slices = (
        scenario.integration.hand_carried.work_hours_per_site_week.mean / scenario.data_science_team.slice_hours.mean
    )
    events += carried_weeks * slices
    events += EVENTS_PER_WEEK * scenario.horizon_weeks + days
    seconds = replications * events * SECONDS_PER_EVENT
    row = 8.0 * (scenario.horizon_weeks * (len(WEEKLY) + 2) + 7 * len(scenario.sites) + 100)
    memory = users * BYTES_PER_USER + replications * row
    least = "fewer users or tasks, or a shorter horizon"
    fitting = min(limits.replications, limits.seconds / (events * SECONDS_PER_EVENT))
    fitting = min(fitting, (limits.memory_bytes - users * BYTES_PER_USER) / row)
    fewer = f"{math.floor(fitting):,} replications of this scenario, or " if fitting >= 1.0 else ""
    for value, most, what, mend in (
        (events, limits.events, "events in a replication", least),
        (seconds, limits.seconds, "seconds on one core", fewer + least),
        (memory, limits.memory_bytes, "bytes", f"{fewer}fewer users or sites, or a shorter horizon"),
    ):
        if not value <= most:  # nor what is no number
            found = f"found work of about {value:,.0f} {what}"
            raise _refused("", found, f"allowed: at most {most:,.0f}{where}; {mend}")
    return Work(round(users), tasks, events, seconds, memory)


def live_weeks(scenario: "Scenario") -> dict[str, float]:
    """Weeks that the users of each site can be active, by the planned dates; gates and systems may shorten them."""
    horizon = float(scenario.horizon_weeks)
    if scenario.users.in_place or scenario.rollout is None:
        return {site.name: horizon for site in scenario.sites}
    funded, scale = _funded_week(scenario), scenario.rollout.time_scale.mean
    start = {name: funded + scale * phase.week.mean for phase in scenario.rollout.phases for name in phase.sites}
    return {site.name: max(0.0, horizon - start.get(site.name, 0.0)) for site in scenario.sites}


def hand_carried_weeks(scenario: "Scenario") -> dict[str, float]:
    """Weeks that each site works with hand-carried data, from the mean durations of stages without any queue."""
    systems, rollout = scenario.integration.systems, scenario.rollout
    carried = dict.fromkeys((site.name for site in scenario.sites), 0.0)
    if scenario.integration.ideal or rollout is None or rollout.go_live == "when_ready":
        return carried
    finished: dict[str, float] = {}
    while len(finished) < len(systems):  # each turn finishes one at least, as prerequisites lead in no circle
        for system in systems:
            if system.name not in finished and all(name in finished for name in system.after):
                start = system.start_week.mean
                start *= rollout.time_scale.mean if start > 0.0 else 1.0
                begun = max([start, *(finished[name] for name in system.after)])
                stages = (stage.weeks.mean / max(0.1, 1.0 - stage.rework.mean) for stage in system.stages)
                finished[system.name] = begun + math.fsum(stages)
    live = live_weeks(scenario)
    left = scenario.horizon_weeks - _funded_week(scenario)
    for site in scenario.sites:
        needed = [finished[system.name] for system in systems if system.sites is None or site.name in system.sites]
        if needed:
            carried[site.name] = min(live[site.name], max(0.0, max(needed) - (left - live[site.name])))
    return carried


def _funded_week(scenario: "Scenario") -> float:
    """Planned week of funding, since kick-off."""
    delay = scenario.rollout.funding_delay_weeks.mean if scenario.rollout else 0.0
    return delay + (scenario.pilot.weeks if scenario.pilot else 0)


def _outage_tickets(scenario: "Scenario", active_weeks: float) -> float:
    """Tickets about outages in a replication, as if all of them fell into working hours."""
    outages = scenario.outages
    if outages is None:
        return 0.0
    hours_per_week = outages.per_year.mean / WEEKS_PER_YEAR * outages.repair_hours.mean
    return active_weeks * hours_per_week * outages.tickets_per_user_hour.mean


def _share_of_year(season: Season) -> float:
    """Share of the days of a year that lie in a season."""
    first, last = (datetime.date(2001, *day).timetuple().tm_yday for day in (season.start, season.end))
    return ((last - first) % 365 + 1) / 365.0


def _mean_volume(scenario: "Scenario") -> float:
    """Mean over a year of the factor by which seasons multiply tasks, as if no two of them overlapped."""
    return max(0.0, 1.0 + math.fsum((s.volume.mean - 1.0) * _share_of_year(s) for s in scenario.seasons))


def _wrong_share(scenario: "Scenario", site: Site) -> float:
    """A guess of the share of tasks that are answered wrong, without decay."""
    ai, cases = scenario.ai, scenario.edge_cases
    lost = ai.data_quality_sensitivity.mean * (1.0 - site.data_quality.mean)
    familiar = max(ai.accuracy_floor.mean, ai.reference_accuracy.mean * (1.0 - lost))
    unhandled = UNHANDLED * _edge_share(scenario, site)
    wrong = (1.0 - unhandled) * (1.0 - ai.hand_over_share.mean) * (1.0 - familiar)
    return wrong + unhandled * (1.0 - cases.hand_over_share.mean) * (1.0 - cases.right_share.mean)


def _edge_share(scenario: "Scenario", site: Site) -> float:
    """Mean share over a year of the tasks that are edge cases."""
    cases = scenario.edge_cases
    share = cases.organisation.share.mean if cases.organisation else 0.0
    share += cases.site.share.mean * site.local_variety.mean if cases.site else 0.0
    if cases.season:
        share += math.fsum(season.edge_case_share.mean * _share_of_year(season) for season in scenario.seasons)
    return min(1.0, share)


def _refused(path: str, found: str, allowed: str) -> ScenarioError:
    return ScenarioError([Problem(path, found, allowed)])
