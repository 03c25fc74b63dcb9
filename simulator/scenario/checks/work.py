"""An estimate of the work before a run, and the refusal beyond stated limits."""

import datetime
import math
from typing import TYPE_CHECKING, Final, NamedTuple

from simulator.scenario.measures import WEEKLY
from simulator.scenario.sections.ai import Season
from simulator.scenario.sections.people import Site
from simulator.scenario.text.problems import Problem, ScenarioError

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
SECONDS_PER_TYPE: Final = 2e-6
"""Time to draw an edge-case type."""
SECONDS_PER_LOOK: Final = 1e-9
"""Time to look at one person of very many."""
BYTES_PER_USER: Final = 200
BYTES_PER_AGENT: Final = 200
BYTES_PER_TYPE: Final = 90
BYTES_PER_CELL: Final = 700
BYTES_PER_SITE_WEEK: Final = 40
ACTIVE: Final = 0.5
"""Share of the users of a live site who are active, on average over its life."""
EVENTS_PER_TICKET: Final = 6.0
"""Opened, then started, worked and solved, passed on or given up, at one to two tiers."""
EVENTS_PER_USER: Final = 4.0
"""Onset, learning, and some reverting and returning."""
EVENTS_PER_WEEK: Final = 60.0
"""Shifts that begin and end, and the week itself."""
WEEKS_PER_YEAR: Final = 52.0
HOURS_PER_WEEK: Final = 168.0
EVENTS_PER_SHOCK: Final = 5.0
"""In time: the rates of a whole site change."""
EVENTS_PER_OUTAGE: Final = 10.0
"""Likewise, for each site, when it begins and when it ends."""
UNHANDLED: Final = 0.35
"""Share of edge cases that meet an unhandled type."""


FUNDED: Final = 0.8
"""Share of the work of a whole programme that is left where a gate decides on funding."""
GOES_ON: Final = 0.5
"""Likewise where a sponsor or a budget may end it."""


class Work(NamedTuple):
    """Expected work of a run whose programmes run to the horizon, from means; rough.

    Many end before: `likely` is the share of events and seconds that is left of that.
    """

    users: int
    tasks: float
    """Tasks in a replication."""
    events: float
    """Events in a replication."""
    seconds: float
    """Time of all replications on one core of the compiled engine."""
    memory_bytes: float
    """Results of all replications and the state of one."""
    likely: float
    """Share of events and seconds that is left where programmes may end before the horizon."""


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

    The count of events is held against the mean measure `events` of the shipped scenarios (40 replications, seed 1):
    114,000 of `retail-chatbot`, 165,000 of `manufacturing-12-plants`. It is meant to be right within a factor of two
    where users come and go as they do there; what is `likely` within a factor of two and a half where programmes end
    early, as they do in `typical-programme`. Limits are for programmes that don't. Seconds are those of the compiled
    engine at 200 ns an event.
    """
    if type(replications) is not int or replications < 1:
        raise _refused("replications", f"found {replications!r}", "allowed: a whole number, at least 1")
    where = f" {limits.where}" if limits.where else ""
    if replications > limits.replications:
        raise _refused("replications", f"found {replications:,}", f"allowed: at most {limits.replications:,}{where}")
    load = _load(scenario)
    agents, types, weeks = _agents(scenario), _types(scenario), scenario.horizon_weeks
    looks = load.users * weeks + agents * (load.rare + load.tickets + EVENTS_PER_WEEK * weeks)
    each = SECONDS_PER_EVENT * load.events + SECONDS_PER_TYPE * types + SECONDS_PER_LOOK * looks
    seconds = replications * each
    row = 8.0 * (weeks * (len(WEEKLY) + 2) + 7 * len(scenario.sites) + 100)
    site = BYTES_PER_CELL * len(scenario.users.segments) + BYTES_PER_SITE_WEEK * weeks
    posts = 2.0 * agents - scenario.data_science_team.members.mean  # a line of support can be doubled
    state = BYTES_PER_USER * load.users + BYTES_PER_AGENT * posts + BYTES_PER_TYPE * types + len(scenario.sites) * site
    memory = state + replications * row
    least = "fewer users or tasks, or a shorter horizon"
    fitting = min(limits.replications, limits.seconds / each)
    fitting = min(fitting, (limits.memory_bytes - state) / row)
    fewer = f"{math.floor(fitting):,} replications of this scenario, or " if fitting >= 1.0 else ""
    for value, most, what, mend in (
        (load.events, limits.events, "events in a replication", least),
        (seconds, limits.seconds, "seconds on one core", fewer + least),
        (memory, limits.memory_bytes, "bytes", f"{fewer}fewer users or sites, or a shorter horizon"),
    ):
        if not value <= most:  # nor what is no number
            found = f"found work of about {value:,.0f} {what}"
            raise _refused("", found, f"allowed: at most {most:,.0f}{where}; {mend}")
    return Work(round(load.users), load.tasks, load.events, seconds, memory, _likely(scenario))


def _likely(scenario: "Scenario") -> float:
    """Share of the events of a programme that runs to the horizon which one has that may end before; fitted, rough."""
    rollout = scenario.rollout
    if rollout is None or scenario.users.in_place:
        return 1.0
    funded = 1.0 if rollout.funding_gate is None else FUNDED
    return funded if rollout.sponsor is None and rollout.budget is None else funded * GOES_ON


class _Load(NamedTuple):
    """What a replication is expected to hold."""

    users: float
    tasks: float
    tickets: float
    rare: float
    """Events after which the whole programme is looked at."""
    events: float


def _load(scenario: "Scenario") -> _Load:
    """The load of a replication, from means."""
    people = scenario.users
    live = live_weeks(scenario)
    by_hand = hand_carried_weeks(scenario)
    active = 1.0 if people.initially_active else ACTIVE
    users = tasks = user_weeks = active_weeks = known = edge = days = carried = 0.0
    volume = _mean_volume(scenario)
    for site in scenario.sites:
        size = site.users.mean
        rate = (site.tasks_per_user_week or people.tasks_per_user_week).mean
        users += size
        user_weeks += size * live[site.name]
        active_weeks += active * size * live[site.name]
        carried += active * size * by_hand[site.name] * scenario.integration.hand_carried.tickets_per_user_week.mean
        days += live[site.name] * len((site.working_hours or people.working_hours).days)
        done = active * size * live[site.name] * rate * volume
        tasks += done
        judged = done
        if people.judged_per_week is not None and rate > 0.0:
            judged *= people.judged_per_week.mean / rate
        known += judged * _wrong_share(scenario, site) * _known_share(scenario)
        edge += judged * _edge_share(scenario, site) * UNHANDLED
    support = scenario.support
    tickets = known * support.tickets_per_noticed_error.mean
    tickets += active_weeks * support.how_to_per_user_week.mean
    tickets += carried + _outage_tickets(scenario, active_weeks)
    learning = min(people.learning_weeks.mean, float(scenario.horizon_weeks))
    tickets += users * learning * support.how_to_per_new_user_week.mean
    tickets *= _calls(scenario)
    events = known * _events_per_error(scenario) + edge + EVENTS_PER_TICKET * tickets
    events += max(EVENTS_PER_USER * users, _coming_and_going(scenario, users, user_weeks))
    events += EVENTS_PER_USER * users * people.turnover_per_year.mean * scenario.horizon_weeks / WEEKS_PER_YEAR
    events += _slices(scenario, math.fsum(by_hand.values())) + _reworked(scenario)
    rare = _changes_upstream(scenario, math.fsum(live.values())) + _outages(scenario) + _leavers(scenario)
    rare += _readings(scenario, live)
    events += rare + EVENTS_PER_WEEK * scenario.horizon_weeks + days
    return _Load(users, tasks, tickets, rare, events)


def live_weeks(scenario: "Scenario") -> dict[str, float]:
    """Weeks that the users of each site can be active, by the planned dates; gates and systems may shorten them."""
    horizon = float(scenario.horizon_weeks)
    if scenario.users.in_place or scenario.rollout is None:
        return {site.name: horizon for site in scenario.sites}
    funded, scale = _funded_week(scenario), scenario.rollout.time_scale.mean
    start = {name: funded + scale * phase.week.mean for phase in scenario.rollout.phases for name in phase.sites}
    return {site.name: max(0.0, horizon - start.get(site.name, 0.0)) for site in scenario.sites}


def hand_carried_weeks(scenario: "Scenario") -> dict[str, float]:
    """Weeks of data carried by hand at each site, as if no system were live: from mean durations, without any queue.

    Each system counts with its share until it is live.
    """
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
                stages = (stage.weeks.mean / (1.0 - stage.rework.mean) for stage in system.stages)
                finished[system.name] = begun + math.fsum(stages)
    live = live_weeks(scenario)
    left = scenario.horizon_weeks - _funded_week(scenario)
    for site in scenario.sites:
        needed = [system for system in systems if system.sites is None or site.name in system.sites]
        total = math.fsum(system.share.mean for system in needed)
        for system in needed:
            weeks = min(live[site.name], max(0.0, finished[system.name] - (left - live[site.name])))
            carried[site.name] += system.share.mean / total * weeks
    return carried


def _calls(scenario: "Scenario") -> float:
    """How often a ticket is opened by those who wait for nothing, and call again and again."""
    patience = scenario.support.tiers.tier1.patience_hours
    waits = patience is None or patience.high > 0.0
    return 1.0 if waits else 1.0 / (1.0 - scenario.support.call_again_probability.mean)


def _coming_and_going(scenario: "Scenario", users: float, user_weeks: float) -> float:
    """Users who drop out, and who think of coming back, as often as each of them does before being lost for good."""
    people = scenario.users
    leave = people.drop_out_per_week.mean
    if people.movers is not None:
        leave += people.movers.share.mean * (people.movers.drop_out_per_week.mean - leave)
    back = people.return_per_week.mean * (people.return_base.mean + 1.0)
    if leave + back <= 0.0:
        return 0.0
    times = 2.0 * leave * back / (leave + back) * user_weeks
    lost = people.lost_share.mean
    return min(times, 2.0 * users / lost) if lost > 0.0 else times


def _slices(scenario: "Scenario", carried_weeks: float) -> float:
    """Slices of the data science team's work beside tickets, no more than it has time for."""
    team, ai, sites = scenario.data_science_team, scenario.ai, len(scenario.sites)
    hours = carried_weeks * scenario.integration.hand_carried.work_hours_per_site_week.mean
    if ai.retraining is not None:
        every = ai.retraining.every_weeks.mean if ai.retraining.every_weeks is not None else 1.0
        hours += sites * scenario.horizon_weeks / max(1.0, every) * ai.retraining.effort_hours.mean
    if ai.remediation is not None:
        hours += sites * ai.remediation.effort_hours.mean
    capacity = team.members.mean * HOURS_PER_WEEK * scenario.horizon_weeks
    return min(hours, capacity) / team.slice_hours.mean


def _reworked(scenario: "Scenario") -> float:
    """Beginnings and ends of stages, with those that are done again."""
    stages = (stage for system in scenario.integration.systems for stage in system.stages)
    return math.fsum(2.0 / (1.0 - stage.rework.mean) for stage in stages)


def _changes_upstream(scenario: "Scenario", live_weeks: float) -> float:
    """Shocks, in events that take as long."""
    shocks = scenario.ai.shocks
    if shocks is None or scenario.ai.data_quality.ideal:
        return 0.0
    return EVENTS_PER_SHOCK * live_weeks * shocks.per_site_year.mean / WEEKS_PER_YEAR


def _readings(scenario: "Scenario", live: dict[str, float]) -> float:
    """Readings of live sites."""
    watch = scenario.rollout.watch if scenario.rollout is not None else None
    if watch is None:
        return 0.0
    return math.fsum(max(0.0, weeks - watch.first_weeks.mean) for weeks in live.values()) / watch.every_weeks.mean


def _outages(scenario: "Scenario") -> float:
    """Outages, in events that take as long."""
    if scenario.outages is None:
        return 0.0
    hours = scenario.horizon_weeks * HOURS_PER_WEEK
    return EVENTS_PER_OUTAGE * len(scenario.sites) * hours / sum(_up_and_down(scenario))


def _up_and_down(scenario: "Scenario") -> tuple[float, float]:
    """Mean hours from an outage's end to the next, and from its beginning to its end (the repair alone)."""
    assert scenario.outages is not None
    rate = scenario.outages.per_year.mean
    up = WEEKS_PER_YEAR * HOURS_PER_WEEK / rate if rate > 0.0 else math.inf
    return up, scenario.outages.repair_hours.mean


def _leavers(scenario: "Scenario") -> float:
    """Members of the data science team who resign, go, and are replaced."""
    team = scenario.data_science_team
    rate = team.attrition_per_year.mean / WEEKS_PER_YEAR
    stay = (1.0 / rate if rate > 0.0 else math.inf) + team.notice_weeks.mean
    return EVENTS_PER_USER * team.members.mean * scenario.horizon_weeks / (stay + team.hiring_weeks.mean)


def _agents(scenario: "Scenario") -> float:
    """People of all tiers, hires included."""
    tiers = scenario.support.tiers
    hired = math.fsum(hiring.agents.mean for tier in (tiers.tier1, tiers.tier2) for hiring in tier.hiring)
    return tiers.tier1.agents.mean + tiers.tier2.agents.mean + scenario.data_science_team.members.mean + hired


def _types(scenario: "Scenario") -> float:
    """Edge-case types that are kept apart, of all families."""
    return float(scenario.edge_cases.types_per_family * (1 + len(scenario.sites) + len(scenario.seasons)))


def _funded_week(scenario: "Scenario") -> float:
    """Planned week of funding, since kick-off."""
    delay = scenario.rollout.funding_delay_weeks.mean if scenario.rollout else 0.0
    return delay + (scenario.pilot.weeks if scenario.pilot else 0)


def _outage_tickets(scenario: "Scenario", active_weeks: float) -> float:
    """Tickets about outages in a replication, as if all of them fell into working hours."""
    outages = scenario.outages
    if outages is None:
        return 0.0
    up, down = _up_and_down(scenario)
    return active_weeks * HOURS_PER_WEEK * down / (up + down) * outages.tickets_per_user_hour.mean


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


def _known_share(scenario: "Scenario") -> float:
    """Share of errors that their user comes to know of."""
    noticed = scenario.users.notice_probability.mean
    return noticed + (1.0 - noticed) * scenario.users.surfacing_share.mean


def _events_per_error(scenario: "Scenario") -> float:
    """The error that becomes known, and the case that may be corrected."""
    retraining = scenario.ai.retraining
    learns = retraining is not None and retraining.corrections_to_halve is not None
    return 1.0 + scenario.edge_cases.report_probability.mean * learns


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
